"""The words of the command line in English and Chinese; names of signals and measures come from the pack."""

from __future__ import annotations

import os

from postloan import terms

LANGUAGES = ("en", "zh")

_WORDS: dict[str, tuple[str, str]] = {
    **terms.ROLES,
    **terms.CLASSES,
    "red": ("red", "红色"),
    "orange": ("orange", "橙色"),
    "yellow": ("yellow", "黄色"),
    "blue": ("blue", "蓝色"),
    "none": ("no colour", "无预警"),
    "customer": ("customer", "客户"),
    "loan": ("loan", "贷款"),
    "run_of": ("run of {0}", "{0} 日批处理"),
    "customers_need_you": ("red or orange customers: {0}", "红色、橙色预警客户 {0} 户"),
    "loans_and_balance": (
        "loans {0}, borrowers {1}, outstanding {2}",
        "贷款 {0} 笔，借款人 {1} 户，余额 {2}",
    ),
    "exposures_and_balance": (
        "exposures {0}, of which {3} off the balance sheet, borrowers {1}, outstanding {2}",
        "敞口 {0} 笔（其中表外 {3} 笔），借款人 {1} 户，余额 {2}",
    ),
    "overdue_loans": ("past due {0}, amount overdue {1}", "逾期 {0} 笔，逾期金额 {1}"),
    "warnings": ("Warnings", "风险预警"),
    "classes": ("Classes", "十级分类"),
    "measures": ("Measures due", "贷后措施"),
    "first_customers": ("Look at these first", "优先关注客户"),
    "score": ("score", "分值"),
    "next": ("next", "下一步"),
    "why": ("why this customer?", "查看该客户预警依据"),
    "first_due": ("first due {0}", "最早 {0} 前"),
    "collateral": ("collateral", "押品"),
    "region": ("region {0}", "地区 {0}"),
    "exposure": ("exposure {0}", "授信敞口 {0}"),
    "individual": ("individual", "个人"),
    "farmer": ("farmer", "农户"),
    "small_business": ("small business", "小微企业"),
    "corporate": ("corporate", "企业"),
    "quarantined": ("{0} rows stand in quarantine", "隔离数据 {0} 行"),
    "findings": ("Findings", "需核查事项"),
    "schedule": ("Schedule", "还款计划"),
    "days_past_due": ("{0} days past due ({1})", "逾期 {0} 天（{1}）"),
    "not_past_due": ("nothing past due ({0})", "无逾期（{0}）"),
    "dpd_unknown": ("days past due cannot be measured", "逾期天数无法计量"),
    "oldest_unpaid": ("oldest unpaid {0}", "最早未还期次 {0}"),
    "overdue_amount": ("overdue {0}", "逾期金额 {0}"),
    "dpd_advance": ("by advances", "按垫款计算"),
    "dpd_position": ("the bank's record", "行内台账"),
    "dpd_carried": ("the bank's record, carried forward", "行内台账顺延"),
    "dpd_schedule": ("from the schedule", "按还款计划计算"),
    "dpd_worse_of_both": ("the worse of record and schedule", "台账与计划取严"),
    "signals": ("Signals", "预警信号"),
    "since": ("since {0}", "自 {0} 起"),
    "threshold": ("threshold {0}", "阈值 {0}"),
    "applied": ("applied {0}", "实际适用 {0}"),
    "suppressed": ("told on {0}, no new notice", "已于 {0} 通知，不重复提示"),
    "held": (
        "newly on too many at once on {0}: counts as blue until the next run",
        "{0} 新触发过多：下次运行前按蓝色计",
    ),
    "no_signal": ("none fired", "无触发信号"),
    "clear_signals": ("{0} clear", "未触发 {0} 项"),
    "not_measured": ("{0} not measurable: {1}", "无法计量 {0} 项：{1}"),
    "for_lack_of": ("{0} for lack of {1}", "{0} 缺 {1}"),
    "pack_missing": (
        "pack {0} is not at hand: --policy FOLDER gives names, conditions and rules",
        "未找到策略包 {0}，加 --policy 目录 可显示名称、条件与规则",
    ),
    "facts_gone": ("facts of that day are no longer kept", "当日指标已不再保存"),
    "colour": ("Colour", "预警颜色"),
    "rule": ("rule {0}", "规则 {0}"),
    "class": ("Class", "风险分类"),
    "floor": ("floor", "分类下限"),
    "matrix": ("matrix", "分类矩阵"),
    "machine": ("machine", "系统初分"),
    "final": ("final", "最终"),
    "previous": ("previous", "上次"),
    "missing_inputs": ("missing: {0}", "缺失：{0}"),
    "due_on": ("due {0}", "{0} 前"),
    "no_deadline": ("no deadline", "无期限"),
    "blocks": ("blocks {0}", "限制 {0}"),
    "nobody": ("nobody", "无人"),
    "no_measure": ("nothing is due", "无到期措施"),
    "sources": ("Last rows of the book", "最近原始记录"),
    "sources_how": ("add --book BOOK to see the rows that this rests on", "加 --book BOOK 可查看原始记录"),
    "more": ("… and {0} more; --json shows all", "… 另有 {0} 项，--json 可看全部"),
    "and_more": ("and {0} more", "另 {0} 项"),
    "policy_moved": (
        "names and conditions are those of {0}; the run used {1}",
        "名称与条件取自 {0}，该次批处理使用 {1}",
    ),
    "balance": ("balance {0} {1}", "余额 {0} {1}"),
    "granted": ("granted {0}", "放款 {0}"),
    "matures": ("matures {0}", "到期 {0}"),
    "manager": ("manager {0}", "客户经理 {0}"),
    "institution": ("institution {0}", "机构 {0}"),
    "its_loans": ("loans {0}", "贷款 {0}"),
    "dimensions": ("Dimensions", "六维度"),
    "unknown": ("unknown", "未知"),
    "rows_added": ("rows added: {0}", "新增记录：{0}"),
    "rows_of": ("{0} of {1}", "{1} {0} 条"),
    "no_rows": ("none", "无"),
    "run_again": ("{0} run again as {1}", "{0} 已重新批处理（{1}）"),
    "nothing_run": ("nothing was run", "未重新批处理"),
    "no_customer_touched": ("the rows touch no customer of the book", "新增记录不涉及账簿中的客户"),
    "others_changed": ("{0} changed colour or class as well", "另有 {0} 户客户的预警颜色或分类发生变化"),
    "unchanged": (": nothing changed", "：无变化"),
    "class_moved": ("Class {0}, days past due {1}", "风险分类 {0}，逾期天数 {1}"),
    "named": ("{0}: {1}", "{0}：{1}"),
    "listed": ("; ", "；"),
    "owner_not_found_measure_due": (
        "measures that fall to {0}, a role which nobody holds: {1}",
        "{0}岗位无人，待落实贷后措施 {1} 项",
    ),
    "owner_not_found_warning": (
        "warnings that fall to {0}, a role which nobody holds: {1}",
        "{0}岗位无人，待落实预警 {1} 项",
    ),
    "clock_not_measurable": (
        "{1} clocks of kind {0} cannot be counted for want of {2}: a right may be lost unseen",
        "法律时限 {0} 有 {1} 项无法计量，缺 {2}：权利可能不知不觉丧失",
    ),
    "bands_as_plain_numbers": (
        "amounts in {0}, thresholds in {1}, and no table fx: compared as plain numbers; add fx rows for {0}",
        "金额为 {0}、阈值为 {1}，无 fx 汇率表：按数字直接比较；请补充 {0} 的汇率",
    ),
    "no_open_loan": (
        "no loan of the book is open on this day: look with `postloan check BOOK`",
        "账簿当日没有未结清贷款，请用 postloan check BOOK 核查",
    ),
    "amount_band": ("amount band {0}", "金额档 {0}"),
    "on": ("on balance sheet", "表内"),
    "off_ba": ("acceptance", "表外·银行承兑汇票"),
    "off_lc": ("letter of credit", "表外·信用证"),
    "off_lg": ("letter of guarantee", "表外·保函"),
    "off_uc": ("undrawn commitment", "表外·未使用承诺"),
    "suit_none": ("not at court", "未涉诉"),
    "suit_preservation": ("assets preserved by court", "诉前保全"),
    "suit_sued": ("sued", "已起诉"),
    "suit_judged": ("judged", "已判决"),
    "suit_enforcement": ("in enforcement", "强制执行中"),
    "suit_terminated": ("enforcement ended for now", "终结本次执行"),
    "suit_bankruptcy": ("bankruptcy", "破产"),
    "credit": ("on credit", "信用"),
    "restructuring_none": ("none", "未重组"),
    "observed": ("observed", "观察期内"),
    "passed": ("observation passed", "观察期已满"),
    "guarantor": ("guarantor", "保证"),
    "joint_group": ("joint liability group", "联保"),
    "mortgage": ("mortgage", "抵押"),
    "pledge": ("pledge", "质押"),
    "cash_equivalent": ("cash or the like", "保证金、存单等现金类"),
    "insurance": ("insurance", "保险"),
    "working_capital": ("working capital", "流动资金贷款"),
    "fixed_asset": ("fixed assets", "固定资产贷款"),
    "project": ("project", "项目贷款"),
    "real_estate_development": ("real estate development", "房地产开发贷款"),
    "contract_trade_finance": ("trade finance", "贸易融资"),
    "discount": ("discounted bills", "贴现"),
    "contract_mortgage": ("home mortgage", "按揭贷款"),
    "personal_consumption": ("personal consumption", "个人消费贷款"),
    "personal_business": ("personal business", "个人经营贷款"),
    "farmer_business": ("farmer's business", "农户经营贷款"),
    "farmer_micro": ("farmer's microcredit", "农户小额信用贷款"),
    "card": ("credit card", "信用卡"),
    **terms.ENTRY_KINDS,
    "true": ("true", "是"),
    "false": ("false", "否"),
}


def language(asked: str | None) -> str:
    """Give the language to speak: as asked, else POSTLOAN_LANG, else English."""
    told = (asked or os.environ.get("POSTLOAN_LANG", "")).lower()[:2]
    return told if told in LANGUAGES else "en"


class Words:
    """Speaks one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._place = LANGUAGES.index(lang)

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in; a key without words is given as it stands."""
        found = _WORDS.get(key)
        text = found[self._place] if found else key
        return text.format(*values) if values else text

    def code(self, value: str, name: str = "") -> str:
        """Give the words for a code of the fact of that name; a code without words, such as F09, as it is.

        What a code means can depend on the fact: suit_status reads `suit_none` before `none`.
        """
        kind = name.rpartition(".")[2].partition("_")[0]
        key = next((key for key in (f"{kind}_{value.lower()}", value.lower()) if key in _WORDS), None)
        return self(key) if key else value

"""The words of the pages of signals, each in English and Chinese."""

from __future__ import annotations

FAMILIES: dict[str, tuple[str, str]] = {
    "repayment": ("Repayment behaviour", "还款行为"),
    "account": ("Account and cash flow", "账户与资金流"),
    "bureau": ("Credit bureau and other banks", "征信与同业敞口"),
    "statement": ("Financial statements", "财务报表"),
    "collateral": ("Collateral", "抵质押物"),
    "guarantee": ("Guarantees and circles", "保证与担保圈"),
    "litigation": ("Litigation and enforcement", "涉诉与执行"),
    "business": ("Registration, tax, utilities, staff", "工商税务水电社保"),
    "personal": ("Persons and households", "个人与家庭"),
    "group": ("Groups and hidden control", "集团与关联"),
    "industry": ("Industry", "行业"),
    "region": ("Region", "区域"),
    "agriculture": ("Agriculture", "涉农"),
    "fraud": ("Fraud and fund use", "欺诈与资金用途"),
    "off_balance": ("Off the balance sheet", "表外"),
    "internal": ("Conduct of staff", "内部管理"),
}

SUBJECTS: dict[str, tuple[str, str]] = {
    "loan": ("loan", "贷款"),
    "customer": ("customer", "客户"),
    "collateral": ("collateral", "押品"),
    "guarantor": ("guarantee", "保证"),
    "region": ("region", "地区"),
    "industry": ("industry", "行业"),
    "institution": ("outlet", "机构"),
    "staff": ("employee", "员工"),
}

COLOURS: dict[str, tuple[str, str]] = {
    "red": ("red", "红"),
    "orange": ("orange", "橙"),
    "yellow": ("yellow", "黄"),
    "blue": ("blue", "蓝"),
}

WORDS: dict[str, tuple[str, str]] = {
    "means": ("What it means", "含义"),
    "computed": ("How it is computed", "计算方法"),
    "wrong": ("When it is wrong", "何时误报"),
    "do": ("What to do", "如何处置"),
    "grade": ("colour", "颜色"),
    "test": ("where {fact} is", "条件（{fact}）"),
    "guard": ("Looked at only where `{0}`; elsewhere it is clear.", "仅在 `{0}` 时判断，否则视为未触发。"),
    "facts": ("The facts that it reads:", "所用指标："),
    "unit": ("unit: {0}", "单位：{0}"),
    "sources": ("Read from: {0}.", "取自：{0}。"),
    "needs": (
        "Not measurable in a book without {0}, or where a fact above that it needs is not known.",
        "账簿缺少 {0}，或上述所需指标未知时，无法计量。",
    ),
    "unknown": (
        "Not measurable where a fact above that it needs is not known.",
        "上述所需指标未知时，无法计量。",
    ),
    "peer": (
        (
            "The thresholds other than red move towards the {side} of peers of the same region, industry, "
            "kind and season, by {limit} % at most, and never to fire less where peers have sunk in a year."
        ),
        (
            "除红色外，阈值向同地区、同行业、同类型、同季节同业的{side}移动，"
            "幅度不超过 {limit}%；若同业一年来整体恶化，则不放宽。"
        ),
    ),
    "waits": (
        "Not computed yet: it waits for the feed {0}, which no table of the book holds.",
        "尚未计算：等待数据 {0}，账簿中暂无对应表。",
    ),
    "suppress": (
        (
            "The same signal of a customer is not told again within {0} days unless it is worse; "
            "it still counts for colour, class and measures."
        ),
        "同一客户的同一信号 {0} 天内不重复提示，除非加重；但仍计入颜色、分类与措施。",
    ),
    "no_caveat": ("No usual false alarm is known.", "暂无已知的常见误报情形。"),
    "about": ("About", "说明"),
    "on": ("on", "启用"),
    "off": ("off: a bank's own pack may switch it on", "停用：可在本行策略包中启用"),
    "subject": ("subject", "对象"),
    "state": ("switched", "状态"),
    "effort": ("effort, minutes", "核实用时（分钟）"),
    "source": ("source", "来源"),
    "status": ("status", "依据状态"),
    "reviewed": ("reviewed on", "复核日期"),
    "owner": ("owner", "负责部门"),
}

UNITS: dict[str, tuple[str, str]] = {
    "days": ("days", "天"),
    "count": ("count", "个"),
    "reporting currency": ("reporting currency", "报告货币"),
    "fraction": ("fraction", "比例"),
    "share points": ("share points", "比例差"),
    "ratio": ("ratio", "比率"),
    "date": ("date", "日期"),
    "yes or no": ("yes or no", "是或否"),
    "band": ("band", "档"),
    "string": ("text", "文本"),
    "days per instalment": ("days per instalment", "每期天数"),
    "value of the event": ("value of the event", "事件数值"),
    "difference of ratios": ("difference of ratios", "比率差"),
    "difference of fractions": ("difference of fractions", "比例差"),
    "squared standard deviations": ("squared standard deviations", "标准差的平方"),
    "standard deviations": ("standard deviations", "标准差"),
    "boolean": ("yes or no", "是或否"),
    "stage": ("stage", "阶段"),
    "five-level class": ("five-level class", "五级分类"),
    "levels": ("levels", "级"),
    "places": ("places", "位次"),
    "bands": ("bands", "档"),
    "points": ("points", "分"),
    "1 to 5": ("1 to 5", "1至5"),
    "months": ("months", "月"),
    "years": ("years", "年"),
    "weighted customers": ("weighted customers", "加权户数"),
}

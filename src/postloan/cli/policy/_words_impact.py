"""What `policy impact` says, in English and Chinese."""

from __future__ import annotations

from postloan.cli.words import Words

_WORDS: dict[str, tuple[str, str]] = {
    "beside": ("Draft {0} beside {1}", "草案 {0} 与现行 {1} 对照"),
    "on": ("run of {0}", "{0} 批处理"),
    "over": (
        "{0} dates, {1} to {2}; all figures are averages a date",
        "{1} 至 {2} 共 {0} 个日期，以下均为每日平均",
    ),
    "nothing": (
        "Nothing changes: no colour, class, measure, signal, score or owner of {0} loans would be another.",
        "无任何变化：{0} 笔贷款的预警颜色、风险分类、贷后措施、预警信号、分值与责任岗位均与现行一致。",
    ),
    "none_holds": (
        "No dated entry of the draft's own ({0}) holds on {1}, so none was tried; the first begins on {2}.",
        "草案自有的有日期条款（{0} 条）在 {1} 均未生效，因此均未参与测算；最早一条自 {2} 起生效。",
    ),
    "score_only": (
        "Only scores change, of {0} customers: the order in which they are read.",
        "仅分值变化，涉及 {0} 户：只影响排序。",
    ),
    "owners_only": (
        "No colour, class, measure or signal changes; {0} warnings are verified by another role",
        "预警颜色、风险分类、措施与预警信号均不变；核实岗位变化的预警 {0} 户",
    ),
    "signals_only": (
        "No colour, class or measure changes; signals: {0}",
        "预警颜色、风险分类与措施均不变；预警信号：{0}",
    ),
    "signals_gained": ("{0} more fire", "新增触发 {0} 条"),
    "signals_lost": ("{0} fire no more", "不再触发 {0} 条"),
    "signals_regraded": ("{0} in another severity", "等级变化 {0} 条"),
    "signals_silenced": ("{0} fire and are no longer told", "仍触发但不再提示 {0} 条"),
    "signals_told_again": ("{0} that were suppressed are told", "由抑制转为提示 {0} 条"),
    "effort_only": (
        "No colour, class, measure or signal changes, only the effort of what is to be done",
        "预警颜色、风险分类、措施与预警信号均不变，仅标准工时或责任岗位变化",
    ),
    "customers_colour": ("{0} customers {1}", "{1}客户 {0} 户"),
    "worse": ("{0} loans in a worse class", "{0} 笔贷款分类下调"),
    "better": ("{0} loans in a better class", "{0} 笔贷款分类上调"),
    "other": ("{0} loans in a class that is neither", "{0} 笔贷款分类变化但无升降"),
    "more_work": ("{0} hours more work within 30 days ({1})", "30 天内增加工作量 {0} 小时（{1}）"),
    "less_work": ("{0} hours less work within 30 days ({1})", "30 天内减少工作量 {0} 小时（{1}）"),
    "same_work": ("no change of work within 30 days", "30 天内工作量不变"),
    "mostly": ("the most at {0} ({1})", "最多的是{0}（{1}）"),
    "measures_changed": (
        "{0} measures more, {1} fewer, {2} altered (deadline, owner, approver, nature, choice, blocks)",
        "措施新增 {0} 项、减少 {1} 项、内容变化 {2} 项（期限、责任或审批、性质、择一、禁止事项）",
    ),
    "bracket": ("{0} ({1})", "{0}（{1}）"),
    "stop": ("; ", "；"),
    "comma": (", ", "，"),
    "by_date": ("By date", "分日期"),
    "date": ("date", "日期"),
    "changed": ("changed", "变化户数"),
    "colours": ("Customers by colour", "按预警颜色（客户）"),
    "in_force": ("in force", "现行"),
    "draft": ("draft", "草案"),
    "change": ("change", "增减"),
    "gained": ("gained", "新增"),
    "lost": ("lost", "减少"),
    "moved": ("altered", "内容变化"),
    "regraded": ("regraded", "等级变化"),
    "silenced": ("silenced", "转抑制"),
    "told_again": ("told again", "转提示"),
    "told": ("told again", "转为提示"),
    "silent": ("no longer told", "不再提示"),
    "verified_by": ("verified by {0}", "核实：{0}"),
    "owner_id": ("held by {0}", "责任人 {0}"),
    "choice_group": ("choice {0}", "择一组 {0}"),
    "blocks": ("blocks {0}", "禁止 {0}"),
    "approved_by": ("approved by {0}", "审批：{0}"),
    "colour_moves": ("Moves between colours", "颜色迁移"),
    "class_moves": ("Moves between classes", "分类迁移"),
    "customers": ("customers", "客户"),
    "loans": ("loans", "贷款"),
    "balance": ("balance", "余额"),
    "signals": ("Signals that change", "变化的预警信号"),
    "measures": ("Measures that change", "变化的贷后措施"),
    "hours": ("hours", "工时"),
    "month": ("in 30 days", "30天内"),
    "offered": ("options", "可选措施"),
    "work": ("Work in hours, by role", "工作量（小时），按岗位"),
    "branches": ("By branch", "按机构"),
    "classes": ("classes", "分类变化"),
    "managers": ("Hours of customer managers", "客户经理工时（小时）"),
    "sample": ("A sample to read, {0}", "抽样 {0}"),
    "sample_of": ("largest balances first", "按余额从大到小"),
    "owes": ("owes {0}", "余额 {0}"),
    "because": ("because", "依据"),
    "before": ("before", "原依据"),
    "no_rule": ("no rule", "无规则"),
    "due": ("due {0}", "{0} 前"),
    "option": ("an option", "可选"),
    "effort": ("{0} hours", "{0} 小时"),
    "was": ("{0}, before {1}", "{0}，原 {1}"),
    "goodness": ("Held against {0} outcomes, right within {1} days", "与 {0} 个实际结果对照，{1} 天内为命中"),
    "unknown_customers": (
        "{0} of them name customers without a loan in these runs; they count in the shares captured.",
        "其中 {0} 个结果的客户在这些批处理中没有贷款，仍计入捕获率的分母。",
    ),
    "alerts": ("alerts", "预警数"),
    "right": ("right", "命中"),
    "precision": ("precision", "命中率"),
    "captured": ("captured", "捕获率"),
    "by_amount": ("by amount", "按金额"),
    "lead": ("lead days", "提前天数"),
    "or_worse": ("{0} or worse", "{0}及以上"),
    "total_row": ("total", "合计"),
    "not_the_runs_policy": (
        "{0}: the run used {1}, now in force is {2}: the stored result proves neither side.",
        "{0}：当日批处理使用 {1}，现行为 {2}，两侧均已重新计算，无法与当日结果核对。",
    ),
    "proven_sample": (
        "The side in force is what the run stored; computed again for {0} customers, it was the same.",
        "现行一侧取自当日批处理结果，抽取 {0} 户重新计算，结果一致。",
    ),
    "proven": (
        "The side in force was computed again and equals what the runs had stored.",
        "现行一侧已重新计算，与当日批处理结果一致。",
    ),
    "standing": (
        "The draft is taken as it stands on {0}, though what it holds begins after the date of the run.",
        "草案条款自批处理日之后生效，测算按其 {0} 的内容进行。",
    ),
    "how": (
        "Hours: effort of duties on the day's lists and of signals told; options stand apart.",
        "工时：当日清单上的必办措施与已提示信号的标准工时，可选措施另列。",
    ),
    "alone": (
        "Each date stands by itself, as if the draft took effect on it. All: --json; lists: --out FOLDER.",
        "各日期独立测算，假设草案自当日生效。完整数据用 --json，贷款清单用 --out 目录。",
    ),
    "written": ("written: {0}", "已输出：{0}"),
    "nowhere": ("no branch", "无机构"),
    "no_manager": ("no manager named", "未登记客户经理"),
}


class ImpactWords(Words):
    """The words of an impact, and those that all commands share."""

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in."""
        found = _WORDS.get(key)
        if found is None:
            return super().__call__(key, *values)
        text = found[self._place]
        return text.format(*values) if values else text

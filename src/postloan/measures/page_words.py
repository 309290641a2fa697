"""What the page of measures says before its list."""

_ENGLISH = (
    "What a bank does after it was warned, after a loan was classified, or because a day comes near. A "
    "**duty** has an owner and a deadline; an **option** is offered to the person who decides, and is "
    "never due by itself; a **guard** always holds. The rows of all tables that hold are taken "
    "together: of several deadlines the earliest counts, and a row that blocks a measure wins over any "
    "that asks for it; what is blocked is told with the row that blocks it. Of a choice group the first "
    "that is done closes the others. A measure keeps its number from the first day on which a row asks "
    "for it until it is done or no row does."
)
_CHINESE = (
    "银行在预警、分类之后或临近期限时应采取的措施。**义务**有责任人和期限；**可选**措施供决策人选"
    "用，本身不会到期；**约束**始终有效。各表中成立的规则合并计算：期限取最早者，禁止优先于要求，被禁"
    "止的措施连同禁止它的规则一并说明。同组择一的措施，先完成者使其余终结。措施自规则首次成立之日起沿用同"
    "一编号，直至完成或规则不再成立。"
)
_READING = (
    "A deadline reads: so many calendar days (d) or working days (wd) from the day named; from "
    "`opened_on` is from the first day on which a row asks, from `last_done_on` from when it was last "
    "done. Deadlines, intervals and approvers are proposals of this pack (status P) unless their table "
    "says otherwise; a bank replaces them in its own."
)
_READING_ZH = (
    "期限为自所列日期起的日历日（d）或工作日（wd）；opened_on指规则首次成立之日，last_d"
    "one_on指上次完成之日。除表中另有说明外，期限、间隔与审批人均为本策略包的建议值（状态P），由银"
    "行在自己的策略包中替换。"
)
_LIMITS = (
    "Three things that the catalogue asks for have no place of their own. The plan by which a non- "
    "performing loan passes to asset preservation is no measure; it is asked for with the first joint "
    "inspection (M05, row D2d.06.transfer). Budget overrun, title, occupancy, the owner's share and the "
    "votes of a syndicate have no columns in the book; they are looked at in inspections. A "
    "restructuring, an extension or an early call needs a request or a breach that a person judges; the "
    "tables offer them where they may be weighed."
)

HEAD = f"""# Measures · 措施

{_ENGLISH}

{_CHINESE}

{_READING}

{_READING_ZH}

{_LIMITS}

Made from the pack: `python -m postloan.measures.page`.
"""

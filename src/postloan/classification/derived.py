"""Facts that follow from warnings, decisions and the classes of a debtor's claims."""

from __future__ import annotations

from postloan.facts.registry import Fact, fact

DERIVED: tuple[Fact, ...] = (
    fact(
        "loan.claim_days",
        "Days past due; off the balance sheet at least the days since the oldest advance not repaid, "
        "and 0 where nothing was advanced (F20).",
        zh="逾期天数；表外业务不少于最早一笔未归还垫款以来的天数，未垫付的为0（F20）。",
        keeps="calendar",
    ),
    fact(
        "loan.is_full_cash_pledge",
        "Secured by cash equivalents worth at least balance and interest.",
        zh="是否由不少于余额加应计利息的现金等价物担保。",
    ),
    fact(
        "customer.colour",
        "Colour of the day's warning; none without one.",
        zh="当日预警颜色；没有的为none。",
        kind="string",
    ),
    fact(
        "customer.is_warning_confirmed",
        "A verdict since the warning opened says that a signal is real; null without verdicts.",
        zh="预警触发以来是否有核实结论认定信号属实；没有核实数据为空。",
        needs="verdict",
    ),
    fact(
        "customer.is_warning_dismissed",
        "A verdict since the warning opened says that a signal is a false alarm, and none says it is real.",
        zh="预警触发以来是否有核实结论认定误报，且无一认定属实。",
        needs="verdict",
    ),
    fact(
        "customer.worst_on_balance_class",
        "The worst five-level class of the customer's claims on the balance sheet, before the second step; "
        "for an exposure off it also by decisions in force, loss by decision alone counting as doubtful.",
        zh="客户表内债权在第二步之前的最差五级分类；对表外业务还计入现行人工认定（仅凭认定的损失类按可疑类计）。",
        kind="string",
    ),
    fact(
        "loan.floor_row",
        "A floor that holds for the loan; of several each is asked in turn.",
        zh="贷款适用的分类下限；有多条的逐条判断。",
        kind="string",
    ),
    fact(
        "loan.first_class",
        "The five-level class of the first step: by the loan's own floors and matrix rows.",
        zh="第一步五级分类：仅按该笔贷款自身的下限与矩阵。",
        kind="string",
    ),
    fact(
        "loan.other_npl_claim_count",
        "Other claims of the debtor at this bank that are non-performing: in the first step, by a decision "
        "in force, or by the last run where nobody has upgraded them.",
        zh="债务人在本行的其他不良债权笔数：第一步为不良，或现行认定为不良，或上次运行为不良且尚未上调。",
    ),
    fact(
        "loan.debtor_npl_share",
        "Part of all claims of the debtor at this bank, on the sheet and off it but for undrawn commitments, "
        "that is non-performing in the first step or, the loan itself apart, by a decision in force; a claim "
        "without a class counts as performing and is named as missing.",
        zh="债务人在本行的不良债权占其全部债权（含表外，不含未提用承诺）的比例：第一步为不良，或（本笔除外）现行认定为不良；无分类的债权按非不良计并列为缺失。",
    ),
    fact(
        "loan.is_decision_upgrade",
        "Whether the decision in force is better than the last class or than the machine's.",
        zh="现行认定是否优于上次分类或机评分类。",
    ),
    fact("loan.is_decision_loss", "Whether the decision in force is loss.", zh="现行认定是否为损失类。"),
    fact(
        "customer.credit_grade",
        "The last grade by the village, else the last internal one, in the words of credit_grades; unrated "
        "without one.",
        zh="最近一次村级评级，没有的取最近内部评级，按参数credit_grades的用语；没有的为unrated。",
        kind="string",
    ),
    fact(
        "customer.rating_rank",
        "The last internal rating, 1 best.",
        zh="最近一次内部评级，1为最好。",
        kind="integer",
        needs="rating",
    ),
    fact(
        "customer.debt_service_cover",
        "Operating cash flow over debt service of the last statement that has both.",
        zh="最近一期两项齐备的报表中经营现金流与应还本息之比。",
        kind="decimal",
        needs="statement",
    ),
)
"""Facts that classification adds to those of the stage before."""

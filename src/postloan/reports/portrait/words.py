"""The words of the report on a book in English and Chinese."""

from __future__ import annotations

from postloan.terms import CONTRACT_TYPES, CUSTOMER_KINDS, ENTRY_KINDS, Term

WORDS: dict[str, Term] = {
    "title": ("What the book {0} looks like, {1}", "账簿概貌：{0}（{1}）"),
    "title_bare": ("What the book looks like, {0}", "账簿概貌（{0}）"),
    "answer": (
        "Loans ever paid out: {0}, the first on {1}. Month ends from {2} to {3}.",
        "累计发放贷款 {0} 笔，首笔发放于 {1}。考察期为 {2} 至 {3} 各月末。",
    ),
    "listed": (", ", "、"),
    "none_told": ("not measurable", "无法计量"),
    "unknown": ("not given", "未登记"),
    "measured": ("Figures of this book", "本账簿指标"),
    "section": ("section", "部分"),
    "figure": ("figure", "指标"),
    "value": ("value", "数值"),
    "rows": ("rows", "笔数"),
    "loans": ("loans", "贷款笔数"),
    "month": ("month", "月份"),
    # Kinds
    **CUSTOMER_KINDS,
    **CONTRACT_TYPES,
    **ENTRY_KINDS,
    # Defaults
    "d_title": ("Default rates", "违约率"),
    "d_no_feed": (
        "Not measurable: the book has neither schedule and payments nor records of days past due.",
        "无法计量：账簿既无还款计划与还款记录，也无逾期天数记录。",
    ),
    "d_answer": (
        (
            "Default rate of the last twelve months: {0} of {1} loans that were not in default before "
            "(95 % interval {2} to {3})."
        ),
        "近十二个月违约率 {0}（期初未违约贷款 {1} 笔，95% 置信区间 {2} 至 {3}）。",
    ),
    "d_balance": (
        "Of the balance on {0}, {1} is more than 90 days past due.",
        "{0} 贷款余额中逾期 90 天以上占 {1}。",
    ),
    "d_no_cohort": (
        "Default rate of the last twelve months: not measurable, as no loan was on the books a year before.",
        "近十二个月违约率无法计量：一年前无在账贷款。",
    ),
    "d_unknown": (
        "Loans whose arrears cannot be told, and which are left out: {0}.",
        "另有 {0} 笔贷款逾期情况无法计量，未计入。",
    ),
    "customer_kind": ("customer kind", "客户类型"),
    "contract_type": ("contract type", "贷款品种"),
    "d_by_customer_kind": ("Default rate by customer kind", "各类客户违约率"),
    "d_by_customer_kind_worst": (
        "Which customers default most? {0}: {1} in a year",
        "哪类客户违约最多？{0}：一年 {1}",
    ),
    "d_by_contract_type": ("Default rate by contract type", "各贷款品种违约率"),
    "d_by_contract_type_worst": (
        "Which loans default most? {0}: {1} in a year",
        "哪类贷款违约最多？{0}：一年 {1}",
    ),
    "d_how": (
        (
            "Of the loans on the books and not in default a year before: the share that was more than 90 "
            "days past due, or written off, on any day since. The lines in the chart are 95 % intervals; one "
            "that ends in an arrow goes on."
        ),
        (
            "一年前在账且未违约的贷款中，此后任一日逾期超过 90 天或被核销的占比。图中横线为 95% 置信区间，"
            "末端为箭头的超出图幅。"
        ),
    ),
    "defaults": ("defaults", "违约笔数"),
    "rate": ("rate", "违约率"),
    "low": ("from", "下限"),
    "high": ("to", "上限"),
    "rate_by_amount": ("rate by amount", "违约率（金额）"),
    "d_by_month": ("How many loans default in a month?", "每月有多少贷款违约？"),
    "d_month_how": (
        "New defaults of the month over the loans on the books and not in default at its beginning.",
        "当月新增违约笔数 ÷ 月初在账且未违约贷款笔数。",
    ),
    "d_by_vintage": (
        "Do younger vintages default sooner? Defaults within eighteen months of disbursement",
        "新发放的贷款是否更快违约？发放后十八个月内违约率",
    ),
    "d_vintage_how": (
        (
            "By quarter of disbursement; a quarter is told once its last loan is eighteen months old, as a "
            "loan that falls due after a year is in default three months later. “So far” counts all defaults "
            "up to the day."
        ),
        (
            "按发放季度统计，该季末笔贷款满十八个月后方计算（一年期贷款到期后再逾期三个月才计为违约）；“累计违约”为截至"
            "当日的全部违约笔数。"
        ),
    ),
    "too_young": ("under 18 months old", "未满十八个月"),
    "vintage": ("vintage", "发放季度"),
    "so_far": ("so far", "累计违约"),
    "so_far_rate": ("rate so far", "累计违约率"),
    "s_unrealistic": ("unlike life", "与实际不符之处"),
    "u_title": ("What is known to be unrealistic of this simulated bank?", "模拟银行有哪些已知的失真？"),
    "u_how": (
        "The book is simulated: everything in it is invented, and it says nothing about any real bank.",
        "本账簿为模拟数据，全部内容均属虚构，不反映任何真实银行的情况。",
    ),
    "d_stock": ("How many loans are past due at month end?", "月末有多少贷款逾期？"),
    "d_stock_last": (
        "How many loans are past due? {0}: {1}, and {2} beyond 90 days",
        "有多少贷款逾期？{0} 逾期 {1}，其中逾期 90 天以上 {2}",
    ),
    "d_stock_how": (
        (
            "At month end, by number; by amount granted where said. Days are those of the bank's record, "
            "else of the schedule in force now."
        ),
        "月末时点，按笔数；注明金额的按发放金额。逾期天数取本行记录，没有的按现行还款计划计算。",
    ),
    "b_0": ("not past due", "未逾期"),
    "b_1_30": ("1–30 days", "1–30天"),
    "b_31_60": ("31–60 days", "31–60天"),
    "b_61_90": ("61–90 days", "61–90天"),
    "b_over_90": ("over 90 days", "90天以上"),
    "b_closed": ("closed", "结清"),
    "b_written_off": ("written off", "核销"),
    "d_late": ("past due", "逾期"),
    "d_over_30": ("over 30 days", "逾期30天以上"),
    "d_over_90": ("over 90 days", "逾期90天以上"),
    "d_over_90_amount": ("over 90 days, amount", "逾期90天以上（金额）"),
    # Roll rates
    "r_title": ("How do arrears roll from month to month?", "逾期贷款逐月如何迁徙？"),
    "r_title_worst": (
        "How do arrears roll? {0} of sound loans fall late in a month; late ones roll on by up to {1}",
        "逾期如何逐月迁徙？正常贷款每月新增逾期 {0}，逾期后继续下迁最高 {1}",
    ),
    "r_how": (
        "Of the loans in a bucket at a month end: the share in another one at the next, over all months.",
        "月末处于某逾期区间的贷款中，次月末迁至另一区间的占比，各月合并计算。",
    ),
    "r_step": ("from → to", "迁徙路径"),
    "r_loans": ("loans × months", "笔数×月"),
    "r_rate": ("rate", "迁徙率"),
    "r_moved": ("moved", "迁徙笔数"),
    "r_was": ("at month end", "月末状态"),
    "r_matrix": ("Where loans stand a month later", "次月末去向"),
    # Seasons
    "f_title": ("When in the year does money come in?", "一年之中资金何时流入？"),
    "f_no_feed": (
        "Not measurable: there are no twelve full months of entries.",
        "无法计量：流水不足十二个完整月份。",
    ),
    "f_no_old": (
        "Not measurable: no account with entries is older than the months told.",
        "无法计量：没有在考察期之前开立且有流水的账户。",
    ),
    "f_strongest": (
        "Whose money comes in seasons? {0}: the best month brings {1} times the worst",
        "谁的资金流入有季节性？{0}：最旺月为最淡月的 {1} 倍",
    ),
    "f_how": (
        (
            "Credits of each calendar month over those of an average month, which is 1; years told: {0}. "
            "Accounts opened within them are left out, so that growth is no season."
        ),
        (
            "各月贷方发生额 ÷ 全年月均贷方发生额（平均为 1），覆盖 {0} 个年度；"
            "期间新开账户不计，以排除业务增长影响。"
        ),
    ),
    "calendar_month": ("calendar month", "月份"),
    # Balances
    "a_title": ("How long do balances remember what they were?", "账户余额的惯性能持续多久？"),
    "a_no_feed": (
        "Not measurable: entries cover no more than twelve full months.",
        "无法计量：流水未超过十二个完整月份。",
    ),
    "a_told": (
        "How long do balances remember? Autocorrelation {0} after a month, {1} after twelve",
        "账户余额惯性多久？一个月后自相关 {0}，十二个月后 {1}",
    ),
    "a_how": (
        (
            "Mean autocorrelation of month-end balances over {0} accounts and {1} months, each account "
            "counting alike. Over so few months chance alone makes it a little less than nothing."
        ),
        "{0} 个账户、{1} 个月末余额的平均自相关系数，各账户权重相同。月份较少时，纯随机序列亦略低于零。",
    ),
    "lag": ("months", "间隔月数"),
    "all_accounts": ("all", "全部"),
    # Digits
    "b_title": ("Do amounts begin as Benford's law says?", "金额首位数字是否符合本福特定律？"),
    "b_no_feed": ("Not measurable: the book has no amounts.", "无法计量：账簿无金额。"),
    "b_told": (
        "Do amounts begin as Benford's law says? {0}: {1} (deviation {2})",
        "金额首位数字是否符合本福特定律？{0}：{1}（平均偏离 {2}）",
    ),
    "b_how": (
        "Share of amounts by their first digit, whatever their sign; by the law {0} begin with 1.",
        "按首位数字统计的金额占比（不计正负）；按定律首位为 1 的占 {0}。",
    ),
    "digit": ("first digit", "首位数字"),
    "benford": ("Benford's law", "本福特定律"),
    "b_entry": ("entries", "账户流水"),
    "b_loan": ("loan amounts", "贷款金额"),
    "b_payment": ("payments", "还款"),
    "b_entry_kind": ("entries: {0}", "流水：{0}"),
    "amounts": ("amounts", "金额种类"),
    "mad": ("mean deviation", "平均绝对偏离"),
    "chi_square": ("chi-square", "卡方"),
    "band": ("conformity", "符合程度"),
    "b_deviation": ("Which amounts keep to the law?", "哪些金额符合定律？"),
    "b_mad_how": (
        (
            "Mean absolute deviation of the nine shares (Nigrini 2012): {0}. Chi-square has eight degrees of "
            "freedom (15.5 at 5 %) and finds fault with any large book."
        ),
        (
            "九个首位占比的平均绝对偏离（Nigrini 2012）：{0}。"
            "卡方自由度为 8（5% 临界值 15.5），数据量大时必然显著。"
        ),
    ),
    "b_loans_how": (
        (
            "Loan amounts, fees and wages are set by people, in round figures or within limits: that they do "
            "not keep to the law is natural."
        ),
        "贷款金额、手续费、工资由人设定，多为整数或受限额约束，不符合定律属正常。",
    ),
    "b_few": ("fewer than {0}: not told", "不足 {0} 笔，不作判断"),
    "b_upto": ("{0} up to {1}", "{1} 以内为{0}"),
    "b_beyond": ("{0} beyond", "超出为{0}"),
    "close": ("close conformity", "高度符合"),
    "acceptable": ("acceptable conformity", "基本符合"),
    "marginal": ("marginally acceptable", "勉强符合"),
    "nonconformity": ("no conformity", "不符合"),
    # Guarantees
    "g_title": ("Who stands for whom?", "谁为谁担保？"),
    "g_no_feed": (
        "Not measurable: the book has no guarantee of one customer for another.",
        "无法计量：账簿中没有客户之间的保证。",
    ),
    "g_told": (
        "Do customers guarantee each other? {0} circles with {1} customers; the largest network has {2}",
        "客户之间是否互保？互保圈 {0} 个、涉及客户 {1} 户；最大担保网络 {2} 户",
    ),
    "g_how": (
        (
            "Guarantors by the number of borrowers whom they stand for, and borrowers by that of their "
            "guarantors; each pair counts once."
        ),
        "保证人按其担保的借款人数、借款人按其保证人数分布；同一对关系只计一次。",
    ),
    "degree": ("ties", "关系数"),
    "guarantors": ("guarantors", "保证人"),
    "guarantors_share": ("share of guarantors", "保证人占比"),
    "borrowers": ("borrowers", "借款人"),
    "borrowers_share": ("share of borrowers", "借款人占比"),
    "g_out": ("guarantors by borrowers", "保证人（按所担保户数）"),
    "g_in": ("borrowers by guarantors", "借款人（按保证人数）"),
    "g_network": ("The network of guarantees", "担保网络"),
    "g_ties": ("guarantees, one for each pair", "担保关系（去重）"),
    "g_members": ("customers in it", "网络中客户数"),
    "g_groups": ("groups that hang together", "连通担保圈数"),
    "g_largest": ("customers in the largest group", "最大担保圈客户数"),
    "g_circles": ("circles of mutual guarantee", "互保、循环担保圈数"),
    "g_in_circles": ("customers in such circles", "互保圈内客户数"),
    "g_largest_circle": ("customers in the largest circle", "最大互保圈客户数"),
    "g_members_share": ("share of all customers", "占全部客户比例"),
    "g_reciprocal_share": ("ties that are returned", "双向互保关系占比"),
    "g_mean_guarantors": ("guarantors for each borrower", "每个借款人的保证人数"),
    "g_mean_guaranteed": ("borrowers for each guarantor", "每个保证人担保的借款人数"),
    # Published figures
    "beside": ("Published on {0}, beside this book", "{0}：与公开数据对照"),
    "beside_how": (
        (
            "V read at the source, V* told by another who read it, K general knowledge, to be confirmed; M "
            "measured by this report on a real book."
        ),
        "V：已核对原文；V*：转引；K：一般知识，待核实；M：以本报告对真实账簿测得。",
    ),
    "beside_none": ("No published figure is known to us.", "未见公开数据。"),
    "published": ("published", "公开数据"),
    "this_book": ("this book", "本账簿"),
    "of_whom": ("of whom", "对象"),
    "source": ("source", "来源"),
    "status": ("status", "核实"),
    "s_defaults": ("defaults", "违约率"),
    "s_rolls": ("roll rates", "逾期迁徙率"),
    "s_seasons": ("seasons", "资金流入季节性"),
    "s_memory": ("balances", "余额惯性"),
    "s_digits": ("first digits", "首位数字"),
    "s_guarantees": ("guarantee networks", "担保网络"),
}

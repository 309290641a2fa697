"""The words of the evaluation of warnings in English and Chinese."""

from __future__ import annotations

from postloan.terms import CONTRACT_TYPES, CUSTOMER_KINDS, Term

WORDS: dict[str, Term] = {
    "listed": (", ", "、"),
    "title": ("How well the warnings saw it coming, {0} to {1}", "风险预警有效性评价（{0} 至 {1}）"),
    "none": ("none", "无"),
    # The answer
    "answer": (
        "Of the {0} customers who went bad, {1} were {2} at least 30 days before: {3} ({4}); by amount {5}.",
        "{0} 户违约客户中，{1} 户至少提前 30 天已发出{2}预警，占 {3}（{4}）；按金额占 {5}。",
    ),
    "answer_loans": (
        (
            "Of the {0} defaults, {1} were of customers who were {2} at least 30 days before: {3} ({4}); "
            "by amount {5}. Customers who went bad: {6}."
        ),
        "{6} 户客户的 {0} 笔违约中，{1} 笔至少提前 30 天已发出{2}预警，占 {3}（{4}）；按金额占 {5}。",
    ),
    "answer_none": (
        "No customer of the file went bad after {0} and up to {1}: nothing can be said of what was captured.",
        "结果文件中没有 {0} 之后至 {1} 之间的违约，无从评价捕捉率。",
    ),
    "right_answer": (
        "Of {0} such alerts {1} were right within {2} days: {3} ({4}).",
        "此类预警共 {0} 次，{2} 天内命中 {1} 次，命中率 {3}（{4}）。",
    ),
    "right_none": ("No {0} warning opened in these runs.", "期间未发出{0}预警。"),
    "lot_answer": (
        "Of customers taken by lot, {0} go bad within that time.",
        "若随机抽取客户，同期违约率为 {0}。",
    ),
    "lead_answer": (
        "Of those warned before, half had their first alert at least {0} days before they went bad.",
        "违约前已预警的，有一半首次预警至少提前 {0} 天。",
    ),
    "lead_answer_30": (
        (
            "Of those warned before, half had their first alert at least {0} days before they went bad, "
            "and {1} before 30 days past due."
        ),
        "违约前已预警的，有一半首次预警至少较违约提前 {0} 天、较逾期 30 天提前 {1} 天。",
    ),
    "lead_answer_late": (
        (
            "Of those warned before, half had their first alert at least {0} days before they went bad, "
            "and half at most {1} days after 30 days past due."
        ),
        "违约前已预警的，有一半首次预警至少较违约提前 {0} 天，一半最迟在逾期 30 天后 {1} 天内发出。",
    ),
    "targets_answer": ("Targets met: {0} of {1}.", "{1} 项目标中达标 {0} 项。"),
    "targets_unmeasured": (" Not measurable: {0}.", "无法计量 {0} 项。"),
    "targets_missed": ("Targets met: {0} of {1}; not met: {2}.", "{1} 项目标中达标 {0} 项，未达标：{2}。"),
    "baseline_answer": (
        "The plain rule “{0}” would have captured {1} with a precision of {2}.",
        "简单规则“{0}”的捕捉率为 {1}，命中率为 {2}。",
    ),
    "within": ("95% interval {0} to {1}", "95% 置信区间 {0} 至 {1}"),
    "unknown_told": (
        "Outcomes of customers without a loan in these runs: {0}; they count in what can be captured.",
        "期间各次批处理中均无贷款的客户另有违约 {0} 笔，仍计入捕捉率的分母。",
    ),
    "undecided_told": (
        "The file ends with {0}; alerts not right so far whose time is not over: {1}.",
        "结果文件止于 {0}，尚未命中且观察期未满的预警有 {1} 次。",
    ),
    "soon_told": (
        "Outcomes within 30 days of the first run, which nobody could have told 30 days before: {0}.",
        "首次批处理后 30 天内发生的违约有 {0} 笔，客观上无法提前 30 天预警。",
    ),
    "mixed_told": (
        "Amounts of several currencies ({0}) are added as they stand.",
        "多币种金额（{0}）未折算，直接相加。",
    ),
    "at_red": ("red", "红色"),
    "at_orange": ("red or orange", "红色或橙色"),
    "at_yellow": ("red, orange or yellow", "红色、橙色或黄色"),
    "at_blue": ("red, orange, yellow or blue", "红、橙、黄、蓝任一"),
    # Targets
    "targets": ("Are the targets met? {0} of {1} are", "目标达成情况：{1} 项达标 {0} 项"),
    "targets_title": ("Are the targets met?", "目标达成情况"),
    "targets_none": (
        "The pack of these runs is not at hand or sets no targets: --policy FOLDER gives them.",
        "未找到批处理所用策略包，或其中未设目标；可用 --policy 目录 指定。",
    ),
    "targets_how": (
        "Targets are the parameter warning_targets of {0}. What counts is the figure, not its interval.",
        "目标取自 {0} 参数 warning_targets，按实测值判定，不按置信区间判定。",
    ),
    "targets_both": (
        (
            "Precision is told twice: of the warnings that opened in the colour, by which targets are "
            "counted as met, and of all that reached it, by opening or by getting worse."
        ),
        "命中率分两种口径：首发颜色口径（达标项数按此计），以及含升级口径，即首发或升级至该颜色均计入。",
    ),
    "figure": ("figure", "指标"),
    "target": ("target", "目标"),
    "measured": ("measured", "实测"),
    "is_met": ("met?", "是否达标"),
    "met": ("met", "达标"),
    "missed": ("not met", "未达标"),
    "unmeasured": ("not measurable", "无法计量"),
    "at_least": ("at least {0}", "不低于 {0}"),
    "at_most": ("at most {0}", "不高于 {0}"),
    "f_precision": ("precision of {0} (opened)", "{0}预警命中率（首发）"),
    "f_precision_reached": ("precision of {0} (reached)", "{0}预警命中率（含升级）"),
    "f_capture_amount": ("captured by amount", "按金额捕捉率"),
    "f_capture_count": ("captured by number", "按笔数捕捉率"),
    "f_lead_dpd30_median_days": ("median days to 30 days past due", "距逾期 30 天提前天数（中位数）"),
    "f_lead_median_days": ("median days to bad", "距违约提前天数（中位数）"),
    "f_alerts_per_manager_week": ("new alerts a manager and week", "每名客户经理每周新增预警"),
    # Columns
    "alerts": ("alerts", "预警"),
    "right": ("right", "命中"),
    "precision": ("precision", "命中率"),
    "interval": ("interval", "置信区间"),
    "captured": ("captured", "捕捉笔数"),
    "capture": ("share captured", "捕捉率"),
    "capture_interval": ("its interval", "捕捉率区间"),
    "by_amount": ("by amount", "按金额"),
    "one_day": ("1 day ahead", "提前1天"),
    "lead": ("lead days", "提前天数"),
    "lead_30": ("lead to 30+", "距逾期30天"),
    "load": ("a manager and week", "人均每周"),
    "outcomes": ("outcomes", "违约笔数"),
    "amount": ("amount", "违约金额"),
    "customers": ("customers", "客户数"),
    "colour": ("opened as", "触发时颜色"),
    "red": ("red", "红色"),
    "orange": ("orange", "橙色"),
    "yellow": ("yellow", "黄色"),
    "blue": ("blue", "蓝色"),
    "all": ("all that count", "合计（计入口径）"),
    # By colour and ahead
    "by_colour": ("How often is each colour right? {0}", "各颜色命中率：{0}"),
    "by_colour_none": ("How often is each colour right? No warning opened", "各颜色命中率：期间未发出预警"),
    "reached_colour": ("reached", "达到颜色"),
    "by_reached": (
        "How often is each colour right once it is reached? {0}",
        "含升级的各颜色命中率：{0}",
    ),
    "by_reached_none": (
        "How often is each colour right once it is reached? No warning stood at any",
        "含升级的各颜色命中率：期间无预警达到任一颜色",
    ),
    "by_reached_how": (
        (
            "A warning counts for a colour from the first day on which it stood at it or a worse one, once; "
            "one that opened yellow and became red counts as yellow, orange and red. So the rows do not add "
            "up."
        ),
        "预警首次达到该颜色或更重颜色之日起计入，每种颜色只计一次；由黄升红的，黄、橙、红各计一次，故各行不可相加。",
    ),
    "by_lead": (
        "How early was it seen? {0} at 30 days, {1} at 90 days before",
        "预警提前了多久？提前 30 天捕捉 {0}，提前 90 天捕捉 {1}",
    ),
    "by_lead_none": ("How early was it seen? There is no outcome to foretell", "预警提前了多久？期间无违约"),
    "by_lead_how": (
        (
            "What lies nearer to the first run than that cannot be captured and counts as missed; “"
            "possible” leaves it out."
        ),
        "距首次批处理不足相应天数的违约无法捕捉，计为漏报；“可捕捉”一列已剔除。",
    ),
    "days_ahead": ("days before", "提前天数"),
    "days_before": ("{0} d", "{0}天"),
    "possible": ("possible", "可捕捉"),
    "warnings": ("warnings", "风险预警"),
    # Baselines
    "baselines": ("Are the warnings better than plain rules?", "预警是否优于简单规则？"),
    "baselines_told": (
        "Are the warnings better than plain rules? They capture {0}; plain rules {1}",
        "预警是否优于简单规则？预警捕捉 {0}，简单规则捕捉 {1}",
    ),
    "baselines_how": (
        (
            "A plain rule alerts when it holds of a customer and did not on the run before; right and "
            "captured are counted as for warnings. “By lot” takes any customer with a loan, on the first "
            "run of each month."
        ),
        (
            "简单规则以客户上次批处理不符合、本次符合为发出预警，命中与捕捉口径同风险预警。“随机抽取”指各"
            "月首次批处理时任取有贷款客户。"
        ),
    ),
    "baseline_missing": (
        "Not measurable, as no run kept what it reads: {0}.",
        "各次批处理均无所需指标，无法计量：{0}。",
    ),
    "baseline_some": ("Told on {1} of {2} runs only: {0}.", "仅 {1}/{2} 次批处理可计量：{0}。"),
    "rule": ("rule", "规则"),
    "late_1_to_7_repeated": ("1 to 7 days late twice in 6 months", "六个月内两次迟还1至7天"),
    "class_special_mention": ("special mention or worse", "分类为关注及以下"),
    "short_late_1_to_7_repeated": ("late twice", "两次迟还"),
    "short_class_special_mention": ("special mention", "关注及以下"),
    "by_lot": ("by lot", "随机抽取"),
    # Load
    "by_week": (
        "What falls to a manager? {0} new alerts a week; in the busiest week {1}",
        "每名客户经理每周新增预警 {0} 次，最多一周 {1} 次",
    ),
    "by_week_none": ("What falls to a manager? No loan names one", "贷款均无客户经理，无法计算人均预警"),
    "by_week_how": (
        "The first run of a store opens all its warnings at once; weeks without a run are left out.",
        "首次批处理会一次性发出全部存量预警；未做批处理的周不列示。",
    ),
    "week": ("week from", "周（周一）"),
    "per_manager": ("a manager", "人均"),
    "most": ("most for one person", "单人最多"),
    # Signals
    "by_signal": ("What is each signal worth?", "各信号的预警效果"),
    "by_signal_how": (
        (
            "An alert counts for every signal that held when it opened. “Alone” counts outcomes that no "
            "alert with another signal captured 30 days before."
        ),
        "预警发出时在触发状态的各信号均计一次。“独立捕捉”指提前 30 天、无其他信号的预警捕捉到的违约。",
    ),
    "signal": ("signal", "信号"),
    "alone": ("alone", "独立捕捉"),
    "never_help": (
        "Which signals never help? {0} of the {1} that fired",
        "哪些信号没有帮助？已触发的 {1} 项中有 {0} 项",
    ),
    "never_help_how": (
        (
            "No alert: it fired, but never when an alert opened that counts. Never right: no such alert "
            "was right. Nothing alone: whatever its alerts captured, another signal's captured too; of "
            "two that always fire together, both stand here, so switch off one at a time. “At best” is "
            "the upper end of the interval of precision: where it is high, too few alerts were seen to "
            "judge."
        ),
        (
            "无预警：信号触发过，但计入口径的预警发出时均未在触发状态。从未命中：相关预警无一命中。无独立"
            "贡献：其捕捉的违约均另有其他信号捕捉；总是同时触发的两项信号会同时列入，应逐项停用观察。“至"
            "多”为命中率置信区间上限，数值较高说明样本过少，尚不能下结论。"
        ),
    ),
    "fired_on": ("fired on customers", "触发客户数"),
    "at_best": ("at best", "至多"),
    "reason": ("why", "原因"),
    "no_alert": ("no alert", "无预警"),
    "never_right": ("never right", "从未命中"),
    "nothing_alone": ("nothing alone", "无独立贡献"),
    # Causes
    "by_cause": (
        "Which causes are seen? Least seen: {0}, {1} of its outcomes 30 days before",
        "哪些成因看得见？最难发现：{0}，提前 30 天捕捉 {1}",
    ),
    "by_cause_how": (
        (
            "“Could be seen” counts outcomes with a day from which they showed, before they went bad and "
            "in the time of the runs; “seen” those with an alert since that day. Lead used is the days "
            "from that alert to bad, over all days in which it could be seen; what was not seen used "
            "none."
        ),
        (
            "“可发现”指成因在违约前、且在批处理期间已有迹象的违约；“已发现”指迹象出现后发出预警的违约。提"
            "前量利用率＝预警至违约天数合计 ÷ 迹象出现至违约天数合计，未发现的按零计。"
        ),
    ),
    "cause": ("cause", "成因"),
    "cause_unknown": ("not told", "未注明"),
    "visible": ("could be seen", "可发现"),
    "seen": ("seen", "已发现"),
    "seen_share": ("share seen", "发现率"),
    "first_alert": ("days from first alert", "首次预警提前天数"),
    "possible_days": ("days possible", "可提前天数"),
    "used_days": ("days used", "实际提前天数"),
    "lead_used": ("lead used", "提前量利用率"),
    "by_used": (
        "How much of the time in which it showed was used? {0} of all days",
        "迹象出现后的时间利用了多少？合计 {0}",
    ),
    "unseen_causes": ("Which causes does nobody see? {0}", "哪些成因无人发现？{0}"),
    "unseen_how": (
        (
            "No outcome of these had an alert 30 days before. “At best” is the upper end of the interval "
            "of that share."
        ),
        "以下成因的违约均未能提前 30 天预警。“至多”为捕捉率置信区间上限。",
    ),
    "late_seen": ("seen a day before", "提前1天捕捉"),
    "lost_buyer": ("lost buyer", "失去主要买家"),
    "illness": ("illness", "疾病"),
    "gambling": ("gambling", "赌博"),
    "lost_job": ("work lost", "失业"),
    "over_expansion": ("over-expansion", "过度扩张"),
    "price_collapse": ("price collapse", "价格暴跌"),
    "drought": ("drought", "旱灾"),
    "diverted_funds": ("diverted funds", "挪用贷款"),
    "guarantor_fall": ("guarantor's fall", "担保人出险"),
    "fraud": ("fraud from the start", "骗贷"),
    "overindebted": ("debts beyond the means", "过度负债"),
    "bankruptcy": ("bankruptcy", "破产"),
    "charge_off": ("charge-off", "核销"),
    # Segments
    "by_customer_kind": ("By kind of customer", "按客户类型"),
    "by_contract_type": ("By type of contract", "按合同类型"),
    "by_institution": ("By institution", "按机构"),
    "by_segment_how": (
        "A customer counts where the largest loan stood when the runs first knew the customer.",
        "客户归属按批处理首次见到该客户时余额最大的一笔贷款确定。",
    ),
    "first_rows": ("The {0} with most outcomes of {1}.", "共 {1} 家，列示违约最多的 {0} 家。"),
    "customer_kind": ("kind", "客户类型"),
    "contract_type": ("type", "合同类型"),
    "institution": ("institution", "机构"),
    "not_told": ("not told", "未知"),
    **CUSTOMER_KINDS,
    **CONTRACT_TYPES,
    # Ranking and definitions
    "ranking": ("How good are the highest scores of the last run?", "末次批处理最高分客户的违约情况"),
    "ranking_how": (
        "Of the customers with the highest scores who were not bad yet, those who went bad within {0} days.",
        "按预警分值从高到低、当时尚未违约的客户，{0} 天内违约的占比。",
    ),
    "first": ("first", "前"),
    "ranked": ("customers", "客户数"),
    "went_bad": ("went bad", "违约率"),
    "how": ("How this is counted", "计算口径"),
    "how_alert": (
        (
            "An alert is the opening of a warning of a customer, in the colour it opened in; all but the "
            "two tables by colour count {0} ones. Who was bad already is left out."
        ),
        "预警指客户风险预警首次发出，颜色以发出时为准；除两张分颜色表外，均计{0}预警。发出时已违约的客户不计。",
    ),
    "how_right": (
        "It is right if the customer goes bad within {0} days after it.",
        "预警发出后 {0} 天内客户违约，即为命中。",
    ),
    "how_captured": (
        "An outcome is captured if its customer had an alert at least 30 days before, in the span looked at.",
        "违约发生前至少 30 天、在评价期内已对该客户发出预警，即为捕捉。",
    ),
    "how_lead": (
        (
            "Lead days are the median from the first alert before a customer went bad to bad, and to 30 days "
            "past due where the file tells that day, however long before."
        ),
        "提前天数为违约客户首次预警日至违约日（及结果文件所载逾期 30 天日）的中位数，不限观察期。",
    ),
    "how_interval": (
        (
            "Intervals are Wilson's at 95%: so far may the true share lie from what was counted. They "
            "take alerts for independent; several of one customer make them too narrow. Shares of "
            "amounts have none: a few large loans decide them."
        ),
        (
            "置信区间为威尔逊（Wilson）95% 区间，假定各次预警相互独立；同一客户多次预警会使区间偏窄。按金"
            "额的比率由少数大额贷款决定，不给区间。"
        ),
    ),
    "how_amount": (
        "The amount of an outcome is as the file tells it, else the balance on the last run before.",
        "违约金额以结果文件为准，未提供的取违约前末次批处理余额。",
    ),
}

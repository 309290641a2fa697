"""What the credit bureau and other banks say (family BUR).

A report older than bureau_max_age says nothing any more. A change is measured from the last report to the one
that was the last so many months before it, which may be as much older. What is owed is owed to all
lenders, this bank among them where the report counts it in; one that does stands beside none that does not.
"""

from __future__ import annotations

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts import circles, classes, incomes, standing
from postloan.facts.context import Context, zero
from postloan.facts.registry import Fact, fact

_OURS = (
    "bureau.includes_this_bank due.due_on due.principal due.interest payment.amount position.days_past_due"
)
_INCOME = (
    "customer_indicator.indicator customer_indicator.period customer_indicator.value account.customer_id "
    "entry.kind entry.booked_on entry.amount"
)
_WORTH = "customer_indicator.indicator customer_indicator.value statement.item statement.value"


def _fact(
    name: str, doc: str, zh: str, sources: str, kind: Kind | None = None, unit: str | None = None
) -> Fact:
    columns = " ".join(f"bureau.{one}" if "." not in one else one for one in sources.split())
    return fact(
        name,
        doc,
        zh=zh,
        needs="bureau",
        keeps="calendar",
        sources=f"bureau.pulled_on {columns}",
        kind=kind,
        unit=unit,
    )


FACTS = (
    _fact(
        "customer.bureau_age_days",
        "Days since the last report of the credit bureau.",
        "最近一次征信报告距今的天数。",
        "customer_id",
    ),
    _fact(
        "customer.bureau_lender_count_chg_6m",
        "Lenders in the last report less those six months before; null where only one of the two reports "
        "counts this bank in.",
        "最近征信报告的授信机构数与六个月前之差；两份报告仅一份含本行的为空。",
        "lenders includes_this_bank",
    ),
    _fact(
        "customer.bureau_query_count_1m",
        "Queries in the month before the last report.",
        "最近征信报告前一个月的查询次数。",
        "queries_1m",
    ),
    _fact(
        "customer.bureau_query_count_3m",
        "Queries in the three months before the last report.",
        "最近征信报告前三个月的查询次数。",
        "queries_3m",
    ),
    _fact(
        "customer.bureau_debt_vs_6m",
        "Total debt, at this bank too where the report counts it in, in the last report over that six months "
        "before; a debt of 0 then counts as 0.01; null where only one of the two counts this bank in.",
        "最近征信报告负债总额（报告含本行的含本行）与六个月前之比；当时为0的按0.01计；两份报告仅一份含本行的为空。",
        "debt includes_this_bank",
        "decimal",
        "ratio",
    ),
    _fact(
        "customer.bureau_dsr_share",
        "Payments a month in the last report over the income a month of the three full months before it: the "
        "wage reported, else salaries on the accounts.",
        "最近征信报告的月还款额与报告前三个整月月均收入之比（工资指标，否则账户工资入账）。",
        f"monthly_payment {_INCOME}",
    ),
    _fact(
        "customer.bureau_dsr_share_chg_6m",
        "The same less that of the report six months before, each over the income of its own time; null "
        "where only one of the two reports counts this bank in.",
        "上述比例与六个月前报告（按其当时收入）之差；两份报告仅一份含本行的为空。",
        f"monthly_payment includes_this_bank {_INCOME}",
    ),
    _fact(
        "customer.bureau_other_overdue_amt",
        "Debt past due elsewhere in the last report: without what is past due here where the report counts "
        "this bank in; null where it does not say so and something is past due here.",
        "最近征信报告的他行逾期金额：报告含本行的扣除本行逾期；未注明是否含本行且本行有逾期的为空。",
        f"overdue_debt {_OURS}",
    ),
    _fact(
        "customer.bureau_other_dpd_days",
        "The most days past due elsewhere in the last report; null where they may be those of this bank.",
        "最近征信报告的他行最长逾期天数；可能为本行逾期的为空。",
        f"worst_days_past_due overdue_debt {_OURS}",
    ),
    _fact(
        "customer.bureau_other_class",
        "The worst five-level class elsewhere in the last report; null where it may be that of this bank.",
        "最近征信报告的他行最差五级分类；可能为本行分类的为空。",
        f"worst_class {_OURS} {standing.CLASS}",
        "string",
        "five-level class",
    ),
    _fact(
        "customer.bureau_overdue90_share",
        "Debt more than 90 days past due over total debt, this bank's counted in once; null where the report "
        "does not say whether it counts this bank in.",
        "全部银行逾期90天以上债务占债务总额的比例（含本行一次）；未注明是否含本行的为空。",
        f"overdue_debt_90 debt {_OURS} position.balance loan.amount fx.rate",
    ),
    _fact(
        "customer.bureau_online_lender_count_90d",
        "Online lenders new within 90 days of the last report.",
        "最近征信报告前90天内新增网贷机构数。",
        "new_online_lenders_90d",
    ),
    _fact(
        "customer.bureau_card_used_share_3m",
        "The least part of the card limits in use in any report from three months before the last one up to "
        "it.",
        "最近征信报告及此前三个月以来各次报告中信用卡额度使用率的最低值。",
        "card_limit card_used",
    ),
    _fact(
        "customer.bureau_guaranteed_vs_net_worth",
        "Guarantees given in the last report over the net worth, by the last indicator or else the equity of "
        "the last statement; a net worth not above 0 counts as 0.01.",
        "最近征信报告的对外担保金额与净资产（最近指标，否则最近报表所有者权益）之比；净资产不大于0的按0.01计。",
        f"guaranteed_amount {_WORTH}",
        "decimal",
        "ratio",
    ),
    _fact(
        "customer.bureau_guaranteed_vs_6m",
        "Guarantees given in the last report over those six months before; 0 then counts as 0.01.",
        "最近征信报告的对外担保金额与六个月前之比；当时为0的按0.01计。",
        "guaranteed_amount",
        "decimal",
        "ratio",
    ),
    _fact(
        "customer.bureau_limit_vs_3m",
        "All limits in the last report over those three months before; 1 where there were none then; null "
        "where only one of the two reports counts this bank in.",
        "最近征信报告的授信总额与三个月前之比；当时无授信的为1；两份报告仅一份含本行的为空。",
        "limit_total includes_this_bank",
        "decimal",
        "ratio",
    ),
    _fact(
        "customer.bureau_score_chg_6m",
        "Score of the last report less that six months before.",
        "最近征信报告评分与六个月前之差。",
        "score",
        "integer",
        "points",
    ),
    fact(
        "customer.bureau_band_chg_6m",
        "Bands by which the bureau's rating is worse than six months before it; below 0 where it is better.",
        zh="征信评分等级较六个月前下降的级数；上升为负。",
        kind="integer",
        unit="bands",
        needs="rating",
        keeps="calendar",
        sources="rating.subject_kind rating.subject_id rating.kind rating.rank rating.rated_on",
    ),
    fact(
        "customer.bureau_consent_left_days",
        "Days to the last day of the customer's consent to queries; below 0 once it has ended.",
        zh="距征信查询授权到期的天数；已到期为负。",
        keeps="calendar",
        sources="customer.bureau_consent_until",
    ),
)

_SAID = (
    "lenders",
    "debt",
    "overdue_debt",
    "overdue_debt_90",
    "worst_class",
    "worst_days_past_due",
    "queries_1m",
    "queries_3m",
    "new_online_lenders_90d",
    "limit_total",
    "guaranteed_amount",
    "monthly_payment",
    "score",
    "includes_this_bank",
)
_LONG = 90
"""Days past due beyond which the bureau's table counts a debt as long overdue (overdue_debt_90)."""
_THEN = (
    "lenders",
    "debt",
    "limit_total",
    "guaranteed_amount",
    "monthly_payment",
    "score",
    "includes_this_bank",
)


def compute(context: Context) -> None:
    """Tell the facts above."""
    if context.book.has("bureau"):
        rows = context.engine.materialise(_reports(context), "reports")
        context.tell("customer", _changes(rows))
        context.tell("customer", _cards(context, rows))
        context.tell("customer", _burdens(context, rows))
        context.tell("customer", _elsewhere(context, rows))
    if context.book.has("rating"):
        context.tell("customer", _bands(context))
    customers = context.book.table("customer")
    left = v.days_between(customers.bureau_consent_until, context.day)
    context.tell("customer", customers.select(id="customer_id", bureau_consent_left_days=left))


def _dates(context: Context, rows: Table, on: Column) -> Table:
    """Give the last date of each customer that is not too old: _of, _on, and of 3 and 6 months before it."""
    age = context.whole("bureau_max_age")
    last = rows.group_by(_last_of=rows.customer_id).aggregate(_on=on.max())
    last = last.filter(v.days_between(context.day, last["_on"]) <= age)
    pairs = rows.mutate(_each=on).inner_join(last, rows.customer_id == last["_last_of"])
    found = {}
    for months in (3, 6):
        then = v.add_months(pairs["_on"], -months)
        known = (pairs["_each"] <= then) & (pairs["_each"] >= v.add_days(then, -age))
        found[f"_on_{months}"] = v.max_if(pairs["_each"], known)
    return pairs.group_by(_of=pairs.customer_id).aggregate(_on=pairs["_on"].max(), **found)


def _reports(context: Context) -> Table:
    """Give one row a customer with a report that counts: what it says as now_…, then as was_…_3 and _6."""
    rows = context.book.table("bureau")
    dates = _dates(context, rows, rows.pulled_on)
    now = rows.select(_who="customer_id", _pulled="pulled_on", **{f"now_{one}": one for one in _SAID})
    found = dates.inner_join(now, [dates["_of"] == now["_who"], dates["_on"] == now["_pulled"]])
    found = found.drop("_who", "_pulled")
    for months in (3, 6):
        names = {f"was_{one}_{months}": one for one in _THEN}
        was = rows.select(**{f"_who_{months}": "customer_id", f"_pulled_{months}": "pulled_on"}, **names)
        same = [found["_of"] == was[f"_who_{months}"], found[f"_on_{months}"] == was[f"_pulled_{months}"]]
        found = found.left_join(was, same).drop(f"_who_{months}", f"_pulled_{months}")
    age = v.days_between(context.day, found["_on"])
    return found.rename(id="_of").mutate(bureau_age_days=age)


def _if_alike(rows: Table, months: int, change: Column, kind: Kind = "decimal") -> Column:
    """Give the change where both reports count this bank in, or neither does, or none says; else null."""
    now, was = rows.now_includes_this_bank, rows[f"was_includes_this_bank_{months}"]
    alike = (now == was).fill_null(False) | (now.isnull() & was.isnull())
    return v.when([(alike, change)], v.null(kind))


def _above_nothing(cents: Column) -> Column:
    return cents.isnull().ifelse(cents, v.greatest(cents, v.literal(1, "integer")))


def _changes(rows: Table) -> Table:
    was = rows.was_limit_total_3
    limits = (was == 0).ifelse(v.literal(1, "decimal"), v.ratio(rows.now_limit_total, was))
    return rows.select(
        "id",
        "bureau_age_days",
        bureau_lender_count_chg_6m=_if_alike(rows, 6, rows.now_lenders - rows.was_lenders_6, "integer"),
        bureau_query_count_1m=rows.now_queries_1m,
        bureau_query_count_3m=rows.now_queries_3m,
        bureau_online_lender_count_90d=rows.now_new_online_lenders_90d,
        bureau_debt_vs_6m=_if_alike(rows, 6, v.ratio(rows.now_debt, _above_nothing(rows.was_debt_6))),
        bureau_guaranteed_vs_6m=v.ratio(
            rows.now_guaranteed_amount, _above_nothing(rows.was_guaranteed_amount_6)
        ),
        bureau_limit_vs_3m=_if_alike(
            rows, 3, (rows.now_limit_total.isnull()).ifelse(v.null("decimal"), limits)
        ),
        bureau_score_chg_6m=rows.now_score - rows.was_score_6,
    )


def _cards(context: Context, rows: Table) -> Table:
    reports = context.book.table("bureau").select(
        "card_used", "card_limit", _who="customer_id", _at="pulled_on"
    )
    span = rows.select("id", "_on", "_on_3").filter(rows["_on_3"].notnull())
    within = [span["id"] == reports["_who"], reports["_at"] >= span["_on_3"], reports["_at"] <= span["_on"]]
    pairs = span.inner_join(reports, within)
    used = v.ratio(pairs.card_used, pairs.card_limit)
    sums = pairs.group_by(id=pairs["id"]).aggregate(_least=used.min(), _unsaid=v.count_if(used.isnull()))
    # One report that does not tell could be the one with the cards paid off.
    least = (sums["_unsaid"] == 0).ifelse(sums["_least"], v.null("decimal"))
    return sums.select("id", bureau_card_used_share_3m=least)


def _burdens(context: Context, rows: Table) -> Table:
    """Relate payments to income, then and now, and guarantees to the net worth."""
    worth = standing.rows(context).select(_of="id", _worth="net_worth")
    rows = rows.left_join(worth, rows["id"] == worth["_of"]).drop("_of")
    earned = context.engine.materialise(incomes.monthly(context), "incomes")
    then = incomes.before(rows.select("id", _at="_on_6"), earned).rename(_then_of="id", _then="_income")
    now = incomes.before(rows.select("id", _at="_on"), earned).rename(_now_of="id", _now="_income")
    rows = rows.left_join(now, rows["id"] == now["_now_of"])
    rows = rows.left_join(then, rows["id"] == then["_then_of"])
    share = v.ratio(rows.now_monthly_payment * 3, rows["_now"])
    was = v.ratio(rows.was_monthly_payment_6 * 3, rows["_then"])
    return rows.select(
        "id",
        bureau_dsr_share=share,
        bureau_dsr_share_chg_6m=_if_alike(rows, 6, v.difference(share, was)),
        bureau_guaranteed_vs_net_worth=circles.burden(rows.now_guaranteed_amount, rows["_worth"]),
    )


def _elsewhere(context: Context, rows: Table) -> Table:
    """Tell what a report says of other banks from what it says of this one, where it counts this one in."""
    own = context.made["customers"].select("worst_dpd_days", "overdue", "debt", _of="id")
    rows = rows.left_join(own, rows["id"] == own["_of"]).drop("_of")
    known = standing.rows(context).select("class_rank", _of="id")
    rows = rows.left_join(known, rows["id"] == known["_of"]).drop("_of")
    bad = _long_overdue(context)
    rows = rows.left_join(bad, rows["id"] == bad["_of"])
    is_in, is_out = rows.now_includes_this_bank, ~rows.now_includes_this_bank
    overdue = rows.now_overdue_debt
    # Without its word a report still says nothing of this bank where there is nothing to say.
    other = v.when(
        [
            (overdue == 0, zero()),
            (is_out | (rows.overdue == 0), overdue),
            (is_in & rows.overdue.notnull(), v.greatest(overdue - rows.overdue, zero())),
        ],
        v.null("integer"),
    )
    # What was late here on the day of the report is late by so many days more now.
    then = v.greatest(rows.worst_dpd_days - rows.bureau_age_days, zero())
    days = rows.now_worst_days_past_due
    other_days = v.when(
        [
            (other == 0, zero()),
            (is_out | (days == 0), days),
            (rows.worst_dpd_days.notnull() & (days > then), days),
        ],
        v.null("integer"),
    )
    place = classes.rank(rows.now_worst_class)
    own_place = v.coalesce(rows.class_rank, v.when([(rows.worst_dpd_days == 0, zero())], v.null("integer")))
    is_other = is_out.fill_null(False) | (place == 0) | (place > own_place).fill_null(False)
    class_of = (place.notnull() & is_other).ifelse(rows.now_worst_class, v.null("string"))
    bad_here, debt_here = rows["_bad"].fill_null(zero()), rows.debt
    with_ours = v.ratio(rows.now_overdue_debt_90 + bad_here, rows.now_debt + debt_here)
    share = v.when(
        [(is_in, v.ratio(rows.now_overdue_debt_90, rows.now_debt)), (is_out, with_ours)], v.null("decimal")
    )
    none_bad = (rows.now_overdue_debt_90 == 0) & (is_in | (bad_here == 0))
    return rows.select(
        "id",
        bureau_other_overdue=other,
        bureau_other_dpd_days=other_days,
        bureau_other_class=class_of,
        bureau_overdue90_share=v.when([(none_bad, v.literal(0, "decimal"))], share),
    )


def _long_overdue(context: Context) -> Table:
    """Give what each customer owes here on loans more than 90 days past due: _of, _bad."""
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted & (t.on_off == "on"))
    bad = v.total_if(loans.reporting_balance, loans.dpd_days > _LONG)
    return loans.group_by(_of=loans.customer_id).aggregate(_bad=bad)


def _bands(context: Context) -> Table:
    """Compare the last rating by the bureau with that of six months before."""
    rows = context.book.table("rating")
    rows = rows.filter((rows.subject_kind == "customer") & (rows.kind == "bureau_score"))
    rows = rows.select("rated_on", "rank", customer_id="subject_id")
    dates = _dates(context, rows, rows.rated_on)
    now = rows.select(_who="customer_id", _at="rated_on", _now="rank")
    was = rows.select(_before_who="customer_id", _before_at="rated_on", _was="rank")
    found = dates.inner_join(now, [dates["_of"] == now["_who"], dates["_on"] == now["_at"]])
    found = found.left_join(was, [found["_of"] == was["_before_who"], found["_on_6"] == was["_before_at"]])
    return found.select(id="_of", bureau_band_chg_6m=found["_now"] - found["_was"])

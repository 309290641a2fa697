"""Regions (family REG): arrears, indicators, employers, and what happened to the customers there."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import compare, earlier, events, series
from postloan.facts.context import Context, by_id, for_all, last_days
from postloan.facts.registry import fact

_LATE = "customer.region_id due.due_on payment.amount position.days_past_due"
_I = "region_indicator.indicator region_indicator.period region_indicator.value"

FACTS = (
    fact(
        "region.kind",
        "Province, city, county, township or village.",
        zh="地区级别：省、市、县、乡镇或村。",
        kind="string",
        sources="region.kind",
    ),
    fact(
        "region.loan_count",
        "Open exposures of customers of the region.",
        zh="本地区客户的未结清敞口笔数。",
        keeps="population",
        sources="loan.loan_id customer.region_id",
    ),
    fact(
        "region.dpd30_share",
        "Share of those more than 30 days past due.",
        zh="其中逾期超过30天的笔数占比。",
        keeps="population",
        needs="due|position",
        sources=_LATE,
    ),
    fact(
        "region.dpd30_share_chg_1m",
        "Share more than 30 days past due by the bank's records, less that of a month before among the "
        "exposures open then.",
        zh="按行内记录，逾期超过30天笔数占比与一个月前（当时未结清者）之差。",
        needs="position",
        keeps="population",
        sources="position.on_date position.days_past_due payment.paid_on customer.region_id loan.closed_on",
    ),
    fact(
        "region.dpd30_share_peer_p90",
        "The 90th percentile of dpd30_share among the regions of the same kind within the same one, this one "
        "included, that have area_minimum exposures with known days; null with fewer than area_peers.",
        zh="同一上级、同一级别、样本足够的各地区逾期超过30天占比的第90百分位；地区数不足则为空。",
        needs="due|position",
        keeps="population",
        sources=_LATE + " region.parent_id region.kind",
    ),
    fact(
        "region.dpd30_share_excess",
        "dpd30_share less dpd30_share_peer_p90.",
        zh="逾期超过30天占比减同级地区第90百分位。",
        needs="due|position",
        keeps="population",
        sources=_LATE + " region.parent_id region.kind",
    ),
    fact(
        "region.unemployment_rate",
        "The last unemployment rate known.",
        zh="最近已知的失业率。",
        kind="decimal",
        unit="fraction",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.unemployment_rate_chg_12m",
        "The last unemployment rate less that of twelve months before.",
        zh="最近失业率与十二个月前之差。",
        kind="decimal",
        unit="difference of fractions",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.property_index_yoy",
        "The last index of house or of land prices over that of twelve months before, the lower of both.",
        zh="最近房价指数或地价指数与十二个月前之比，取较低者。",
        kind="decimal",
        unit="ratio",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.auction_failure_share",
        "The last share of court auctions that failed.",
        zh="最近司法拍卖流拍率。",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.migrant_share_chg_12m",
        "The last share of people working elsewhere less that of twelve months before.",
        zh="最近外出务工人口占比与十二个月前之差。",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.school_roll_yoy",
        "The last number of pupils over that of twelve months before.",
        zh="最近在校学生数与十二个月前之比。",
        kind="decimal",
        unit="ratio",
        needs="region_indicator",
        sources=_I,
    ),
    fact(
        "region.borrower_count",
        "Customers of the region with an open exposure that is the bank's own risk.",
        zh="本地区有未结清自担风险敞口的客户数。",
        keeps="population",
        sources="customer.region_id loan.customer_id loan.closed_on",
    ),
    fact(
        "region.shocked_employer_share",
        "The greatest share of the region's borrowers who work for one employer of whom an event in "
        "employer_shocks was reported within 180 days.",
        zh="180天内发生重大不利事件的单一雇主，其雇员占本地区借款客户的最大比例。",
        needs="relation event",
        keeps="population",
        sources="relation.kind relation.since relation.until event.kind event.occurred_on customer.region_id",
    ),
    fact(
        "region.unpaid_supplier_count_180d",
        "Borrowers of the region of whom an event `offtaker_late` of 90 days or more (its value) was "
        "reported within 180 days.",
        zh="180天内因买方拖欠货款90天以上（事件数值）而被报告的本地区借款客户数。",
        needs="event",
        keeps="population",
        sources="event.kind event.value event.occurred_on customer.region_id",
    ),
    fact(
        "region.fraud_raising_within_count_90d",
        "Events `fraud_raising_case` of the last 90 days of the region or one within it, or of customers "
        "there.",
        zh="近90天内本地区、下级地区或其客户发生的非法集资案件数。",
        needs="event",
        keeps="population",
        sources="event.kind event.occurred_on region.parent_id customer.region_id",
    ),
    fact(
        "region.credits_3m_yoy_p10_chg_12m",
        "How far the 10th percentile of credits_3m_yoy in the region's county moved in a year.",
        zh="所在县客户近三个月贷方发生额同比第10百分位的一年变动。",
        kind="decimal",
        unit="difference of ratios",
        needs="account entry",
        keeps="population",
        sources="entry.amount entry.booked_on entry.kind customer.region_id region.parent_id",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row a region of the book."""
    regions = context.book.table("region").select("kind", "parent_id", id="region_id")
    context.tell("region", _arrears(context, regions))
    if context.book.has("position"):
        context.tell("region", _change(context, regions))
    if context.book.has("region_indicator"):
        context.tell("region", _indicators(context))
    if context.book.has("event"):
        context.tell("region", _reported(context))
        if context.book.has("relation"):
            context.tell("region", _employers(context))
    if "county_credits_3m_yoy" in context.made:
        context.tell("region", _moved(context, regions))


def _arrears(context: Context, regions: Table) -> Table:
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted & loans.region_id.notnull())
    sums = loans.group_by(_region=loans.region_id).aggregate(
        loan_count=loans.count(),
        _known=v.count_if(loans.dpd_days.notnull()),
        _late=v.count_if(loans.dpd_days > 30),
    )
    customers = context.made["customers"].filter(lambda t: t.has_open_loan)
    borrowers = customers.group_by(_home=customers.region_id).aggregate(borrower_count=customers.count())
    rows = regions.left_join(sums, regions["id"] == sums["_region"])
    rows = rows.left_join(borrowers, rows["id"] == borrowers["_home"])
    enough = rows["_known"] >= context.whole("area_minimum")
    share = v.ratio(rows["_late"], rows["_known"])
    rows = rows.select(
        "id",
        "kind",
        "parent_id",
        loan_count=rows.loan_count.fill_null(0),
        borrower_count=rows.borrower_count.fill_null(0),
        dpd30_share=share,
        _told=enough.fill_null(False).ifelse(share, v.null("decimal")),
    )
    sisters = compare.quantile(rows.filter(rows.parent_id.notnull()), "_told", 90, ["parent_id", "kind"])
    sisters = sisters.filter(sisters.peers >= context.whole("area_peers"))
    sisters = sisters.rename(_parent="parent_id", _kind="kind", dpd30_share_peer_p90="quantile")
    rows = rows.left_join(sisters, [rows.parent_id == sisters["_parent"], rows.kind == sisters["_kind"]])
    excess = v.difference(rows.dpd30_share, rows.dpd30_share_peer_p90)
    kept = ("id", "kind", "loan_count", "borrower_count", "dpd30_share", "dpd30_share_peer_p90")
    return rows.select(*kept, dpd30_share_excess=excess)


def _change(context: Context, regions: Table) -> Table:
    a_month_ago = earlier.months_before(context.as_of, 1)
    shares = [_late_share(earlier.late(context, day)) for day in (context.as_of, a_month_ago)]
    now, then = (
        part.rename(**{f"_of_{n}": "region_id", f"_share_{n}": "share"}) for n, part in enumerate(shares)
    )
    rows = regions.left_join(now, regions["id"] == now["_of_0"])
    rows = rows.left_join(then, rows["id"] == then["_of_1"])
    return rows.select("id", dpd30_share_chg_1m=v.difference(rows["_share_0"], rows["_share_1"]))


def _late_share(loans: Table) -> Table:
    known = loans.filter(loans.region_id.notnull() & loans.days.notnull())
    sums = known.group_by("region_id").aggregate(known=known.count(), late=v.count_if(known.days > 30))
    return sums.select("region_id", share=v.ratio(sums.late, sums.known))


def _indicators(context: Context) -> Table:
    last = series.last(context, "region", context.whole("area_indicator_max_age"))

    def of(name: str, column: Column) -> Column:
        return v.max_if(column, last.indicator == name)

    yoy = v.ratio(last.millionths, last.millionths_12m)
    change = v.difference(last["value"], last.value_12m)
    sums = last.group_by(id=last["of"]).aggregate(
        unemployment_rate=of("unemployment_rate", last["value"]),
        unemployment_rate_chg_12m=of("unemployment_rate", change),
        _house=of("house_price_index", yoy),
        _land=of("land_price_index", yoy),
        auction_failure_share=of("auction_failure_share", last["value"]),
        migrant_share_chg_12m=of("migrant_share", change),
        school_roll_yoy=of("school_roll", yoy),
    )
    return sums.mutate(property_index_yoy=v.least(sums["_house"], sums["_land"])).drop("_house", "_land")


def _homes(context: Context) -> Table:
    """Give the customers who owe the bank: columns _borrower, _home (region)."""
    customers = context.made["customers"]
    customers = customers.filter(customers.has_open_loan & customers.region_id.notnull())
    return customers.select(_borrower="id", _home="region_id")


def _reported(context: Context) -> Table:
    known, homes = context.made["events"], _homes(context)
    unpaid = known.filter(
        (known.subject_kind == "customer")
        & (known.kind == "offtaker_late")
        & (known["value"] >= 90)
        & last_days(known.occurred_on, context, 180)
    )
    unpaid = unpaid.select("subject_id").distinct()
    unpaid = unpaid.inner_join(homes, unpaid.subject_id == homes["_borrower"])
    unpaid = unpaid.group_by(id=unpaid["_home"]).aggregate(unpaid_supplier_count_180d=unpaid.count())
    cases = _cases(context)
    cases = cases.group_by(_where=cases.place).aggregate(fraud_raising_within_count_90d=cases.count())
    regions = context.book.table("region").select(id="region_id")
    rows = by_id({"unpaid": unpaid, "cases": cases.rename(id="_where")}, regions)
    return for_all(context, "region", rows)


def _cases(context: Context) -> Table:
    """Give each case of illegal fund raising once for every region that it lies in: event_id, place."""
    event = context.book.table("event")
    event = event.filter((event.kind == "fraud_raising_case") & last_days(event.occurred_on, context, 90))
    customer = context.book.table("customer").select(_customer="customer_id", _home="region_id")
    own = event.filter(event.subject_kind == "region").select("event_id", place="subject_id")
    theirs = event.filter(event.subject_kind == "customer")
    theirs = theirs.inner_join(customer, theirs.subject_id == customer["_customer"])
    found = own.union(theirs.select("event_id", place="_home"))
    around = events.within(context)
    beyond = found.inner_join(around, found.place == around["_counts_for"])
    return found.union(beyond.select("event_id", place="_subject")).distinct()


def _employers(context: Context) -> Table:
    relation = context.book.table("relation")
    works = relation.filter(
        (relation.kind == "employer")
        & (relation.from_customer_id != relation.to_customer_id)
        & (relation.since.isnull() | (relation.since <= context.day))
        & (relation.until.isnull() | (relation.until > context.day))
    )
    works = works.select("from_customer_id", "to_customer_id").distinct()
    known = context.made["events"]
    shocks = known.filter(
        (known.subject_kind == "customer")
        & known.kind.isin(tuple(context.policy.parameter("employer_shocks")))
        & last_days(known.occurred_on, context, 180)
    )
    works = works.semi_join(shocks, works.from_customer_id == shocks.subject_id)
    homes = _homes(context)
    theirs = works.inner_join(homes, works.to_customer_id == homes["_borrower"])
    staff = theirs.group_by("_home", "from_customer_id").aggregate(_hit=theirs.count())
    all_of = homes.group_by(_place=homes["_home"]).aggregate(_all=homes.count())
    both = staff.inner_join(all_of, staff["_home"] == all_of["_place"])
    both = both.mutate(_share=v.ratio(both["_hit"], both["_all"]))
    sums = both.group_by(id=both["_home"]).aggregate(shocked_employer_share=both["_share"].max())
    return for_all(context, "region", sums)


def _moved(context: Context, regions: Table) -> Table:
    inside, county = context.made["counties"], context.made["county_credits_3m_yoy"]
    rows = regions.left_join(inside, regions["id"] == inside["_in"])
    rows = rows.left_join(county, rows.county == county["_county"])
    return rows.select("id", credits_3m_yoy_p10_chg_12m="moved")

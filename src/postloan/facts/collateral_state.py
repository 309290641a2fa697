"""The state of collateral (family COL): value, registration, insurance, seizure, what visits found."""

from __future__ import annotations

from functools import reduce

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import events, series, ties
from postloan.facts.context import Context, for_all, last_days, zero
from postloan.facts.registry import Fact, fact
from postloan.facts.statements import over

_VISIT = "visit.customer_id visit.loan_id visit.visited_on"
_INDEX = (
    "collateral.kind collateral.valued_on customer.region_id region.parent_id region.kind "
    "region_indicator.indicator region_indicator.period region_indicator.value"
)
_SECURED = "collateral.contract_id collateral_link.contract_id"


def _ratio(name: str, doc: str, zh: str, sources: str, needs: str = "collateral") -> Fact:
    return fact(
        f"collateral.{name}",
        doc,
        zh=zh,
        kind="decimal",
        unit="ratio",
        needs=needs,
        keeps="calendar",
        sources=sources,
    )


FACTS = (
    _ratio(
        "value_vs_first",
        "The last value over the value at the start.",
        "最近评估价值与首次评估价值之比。",
        "collateral.value collateral.first_value",
    ),
    _ratio(
        "index_vs_valuation",
        "Of houses and shops the house price index, of land the land price index, over its last value up to "
        "the end of the month of the valuation, in the borrower's region or the nearest one around it that "
        "has both; null for other kinds.",
        "房屋、商铺按房价指数，土地按地价指数：最近指数与评估当月末以前最近指数之比，取借款人所在地区，缺失的取最近的上级地区；其他押品为空。",
        _INDEX,
        needs="collateral region_indicator",
    ),
    _ratio(
        "value_vs_before",
        "The lower of the value over that at the start and of the index over that at the valuation, as far "
        "as they are known.",
        "价值与首次价值之比、评估以来指数之比两者较低者（取可知者）。",
        f"collateral.value collateral.first_value {_INDEX}",
    ),
    fact(
        "collateral.is_seized",
        "Whether a court or authority has seized it.",
        zh="是否被查封、扣押。",
        needs="collateral",
        sources="collateral.seized_on",
    ),
    fact(
        "collateral.is_insurance_required",
        "Whether insurance is agreed for it.",
        zh="是否约定须投保。",
        needs="collateral",
        sources="collateral.insurance_required",
    ),
    fact(
        "collateral.insurance_lapsed_days",
        "Days since the last day of the insurance; below 0 or 0 while it holds, null where no end is known.",
        zh="保险到期后的天数；有效期内为零或负，到期日不明为空。",
        needs="collateral",
        keeps="calendar",
        sources="collateral.insured_until",
    ),
    _ratio(
        "insured_vs_value",
        "The insured amount over the last value.",
        "投保金额与最近评估价值之比。",
        "collateral.insured_amount collateral.value",
    ),
    fact(
        "collateral.unregistered_days",
        "Days since the first payout of the open loans that it secures, as long as it is not registered; 0 "
        "once it is.",
        zh="未登记的，自所担保未结清贷款最早放款日起的天数；已登记为0。",
        needs="collateral",
        keeps="calendar",
        sources=f"{_SECURED} collateral.registered_on loan.disbursed_on",
    ),
    fact(
        "collateral.registration_left_days",
        "Days to the last day of the registration; below 0 once it has passed, null where none is known.",
        zh="距登记到期日的天数；已过期为负，到期日不明为空。",
        needs="collateral",
        keeps="calendar",
        sources="collateral.registered_until",
    ),
    fact(
        "collateral.right_spare_days",
        "Days by which the right of use outlasts the latest maturity of the open loans that it secures and "
        "right_spare_months more; below 0 where it ends before, null where a date is not known.",
        zh="权利到期日晚于所担保未结清贷款最晚到期日加若干月（参数）的天数；不足为负，日期不明为空。",
        needs="collateral",
        sources=f"{_SECURED} collateral.right_ends_on loan.matures_on",
    ),
    fact(
        "collateral.has_outside_owner",
        "Whether its owner is known to be neither the borrower nor of his household.",
        zh="所有人是否为借款人及其家庭以外的人；所有人不明为空。",
        needs="collateral",
        sources=f"{_SECURED} collateral.owner_customer_id loan.customer_id customer.household_id "
        "relation.kind relation.until",
    ),
    fact(
        "collateral.title_case_count",
        "Open cases about title to which its owner, or the borrower where none is known, is a party and the "
        "bank is not the creditor.",
        zh="所有人（不明的为借款人）涉及的、非本行起诉的未结权属案件数。",
        needs="collateral proceeding",
        sources="collateral.owner_customer_id loan.customer_id proceeding.customer_id proceeding.our_role "
        "proceeding.kind proceeding.stage proceeding.closed_on",
    ),
    fact(
        "collateral.stock_seen_share_180d",
        "Stock over what is pledged at the last count of 180 days: a visit to the borrower, or an event "
        "`stock_counted` of the security with the ratio as its value; the least of one day.",
        zh="最近180天内最后一次清点的存货与质押数量之比：走访结果，或押品事件“stock_counted”的数值；同日取最低。",
        needs="collateral visit|event",
        keeps="calendar",
        sources=f"{_SECURED} {_VISIT} visit.stock_ratio event.subject_id event.kind event.occurred_on "
        "event.value",
    ),
    fact(
        "collateral.inspection_refused_count_60d",
        "Visits of the last 60 days to the borrower at which the inspection was refused or nobody was there.",
        zh="最近60天内检查被拒绝或无人在场的走访次数。",
        needs="collateral visit",
        keeps="calendar",
        sources=f"{_SECURED} {_VISIT} visit.result",
    ),
    fact(
        "collateral.head_share",
        "The borrower's animals by the last count over those on record; null where the count is older than "
        "livestock_count_max_age.",
        zh="借款人最近清点存栏数与登记存栏数之比；清点过久为空。",
        needs="collateral customer_indicator",
        keeps="calendar",
        sources="customer_indicator.indicator customer_indicator.period customer_indicator.value",
    ),
)

_INDICES = {
    "house": "house_price_index",
    "shop": "house_price_index",
    "land": "land_price_index",
    "land_use_right": "land_price_index",
}
_LEVELS = ("village", "township", "county", "city", "province")
_DAYS_OF_MONTH = 31


def compute(context: Context) -> None:
    """Tell the facts above."""
    if not context.book.has("collateral"):
        return
    rows = context.keep("collateral_rows", _rows(context))
    context.tell("collateral", _own(context, rows))
    if context.book.has("proceeding"):
        context.tell("collateral", _title_cases(context, rows))
    if context.book.has("visit") or context.book.has("event"):
        context.tell("collateral", _counted(context))
    if context.book.has("visit"):
        context.tell("collateral", _refused(context))
    if "indicators" in context.made:
        context.tell("collateral", _heads(context, rows))


def _rows(context: Context) -> Table:
    """Give each security's row of the book with borrower, first payout, last maturity and index."""
    known = context.made["collaterals"].select("id", "customer_id", "region_id")
    table = context.book.table("collateral").drop("contract_id", "known_on", "deleted")
    rows = known.inner_join(table, known["id"] == table.collateral_id)
    loans = context.made["loans_known"].filter(lambda t: (t.on_off == "on") & ~t.is_entrusted)
    loans = loans.select(_loan_of="contract_id", _paid="disbursed_on", _due="matures_on")
    pairs = context.made["secured_pairs"].select("collateral", "contract")
    pairs = pairs.inner_join(loans, pairs.contract == loans["_loan_of"])
    spans = pairs.group_by(_spans="collateral").aggregate(
        paid_on=pairs["_paid"].min(),
        matures_on=pairs["_due"].max(),
        _endless=v.count_if(pairs["_due"].isnull()),
    )
    rows = rows.left_join(spans, rows["id"] == spans["_spans"])
    ends = (rows["_endless"] > 0).ifelse(v.null("date"), rows.matures_on)
    rows = rows.mutate(matures_on=ends)
    rows = rows.mutate(
        index=v.when(
            [(rows.kind == kind, v.literal(name, "string")) for kind, name in _INDICES.items()],
            v.null("string"),
        ),
        valued_in=v.month_index(rows.valued_on),
    )
    if not context.book.has("region_indicator"):
        return rows.mutate(index_vs_valuation=v.null("decimal"))
    moved = _moved(context, rows)
    same = [
        rows.region_id == moved["_region"],
        rows["index"] == moved["_index"],
        rows.valued_in == moved["_month"],
    ]
    return rows.left_join(moved, same)


def _moved(context: Context, rows: Table) -> Table:
    """Give how far an index has moved since a month: _region, _index, _month, index_vs_valuation."""
    keys = rows.filter(rows.region_id.notnull() & rows["index"].notnull() & rows.valued_in.notnull())
    keys = keys.select(_region="region_id", _index="index", _month="valued_in").distinct()
    around = events.within(context)
    region = context.book.table("region").select("region_id", "kind")
    own = region.select(_counts_for="region_id", _subject="region_id")
    around = around.select("_counts_for", "_subject").union(own)
    around = around.inner_join(region, around["_subject"] == region.region_id)
    level = v.when(
        [(around.kind == kind, v.literal(place, "integer")) for place, kind in enumerate(_LEVELS)],
        v.literal(len(_LEVELS), "integer"),
    )
    around = around.select("_counts_for", _place="_subject", _level=level)
    keys = keys.inner_join(around, keys["_region"] == around["_counts_for"]).drop("_counts_for")
    max_age = context.whole("area_indicator_max_age")
    now = series.last(context, "region", max_age)
    now = now.select(_of="of", _named="indicator", _now="millionths")
    keys = keys.inner_join(now, [keys["_place"] == now["_of"], keys["_index"] == now["_named"]])
    then = series.monthly(context, "region")
    then = then.select(_then_of="of", _then_named="indicator", _then_month="month", _then="millionths")
    pairs = keys.inner_join(then, [keys["_place"] == then["_then_of"], keys["_index"] == then["_then_named"]])
    back = pairs["_month"] - pairs["_then_month"]
    pairs = pairs.filter((back >= 0) & (back <= max_age // _DAYS_OF_MONTH))
    nearest = v.row_number(
        partition=[pairs["_region"], pairs["_index"], pairs["_month"]],
        order=[(pairs["_level"], "asc"), (pairs["_place"], "asc"), (pairs["_then_month"], "desc")],
    )
    pairs = pairs.mutate(_nearest=nearest, index_vs_valuation=over(pairs["_now"], pairs["_then"]))
    found = pairs.filter(pairs["_nearest"] == 1)
    return found.select("_region", "_index", "_month", "index_vs_valuation")


def _own(context: Context, rows: Table) -> Table:
    """Give what the row itself says on the day."""

    def has(column: str) -> bool:
        return context.book.has_column("collateral", column)

    since = v.greatest(v.days_between(context.day, rows.paid_on), zero())
    waiting = rows.registered_on.notnull().ifelse(zero(), since)
    spare = v.add_months(rows.matures_on, context.whole("right_spare_months"))
    against_first = over(rows["value"], rows.first_value)
    rows = _with_owner(context, rows)
    return rows.select(
        "id",
        "index_vs_valuation",
        "has_outside_owner",
        value_vs_first=against_first,
        value_vs_before=v.least(against_first, rows.index_vs_valuation),
        is_seized=rows.seized_on.notnull() if has("seized_on") else v.null("boolean"),
        is_insurance_required=rows.insurance_required,
        insurance_lapsed_days=v.days_between(context.day, rows.insured_until),
        insured_vs_value=over(rows.insured_amount, rows["value"]),
        unregistered_days=waiting if has("registered_on") else v.null("integer"),
        registration_left_days=v.days_between(rows.registered_until, context.day),
        right_spare_days=v.days_between(rows.right_ends_on, spare),
    )


def _with_owner(context: Context, rows: Table) -> Table:
    """Add whether the owner stands outside the borrower's household; one alone is a household of his own."""
    homes = ties.layer(context, "household")
    owners = homes.select(_owner="id", _owner_home="weak")
    borrowers = homes.select(_borrower="id", _borrower_home="weak")
    rows = rows.left_join(owners, rows.owner_customer_id == owners["_owner"])
    rows = rows.left_join(borrowers, rows.customer_id == borrowers["_borrower"])
    of_owner = v.coalesce(rows["_owner_home"], rows.owner_customer_id)
    of_borrower = v.coalesce(rows["_borrower_home"], rows.customer_id)
    return rows.mutate(has_outside_owner=of_owner != of_borrower)


def _title_cases(context: Context, rows: Table) -> Table:
    cases = context.book.table("proceeding")
    is_open = cases.closed_on.isnull() & (cases.stage != "terminated")
    cases = cases.filter(is_open & (cases.kind == "title") & (cases.our_role != "creditor"))
    counts = cases.group_by(_party="customer_id").aggregate(title_case_count=cases.count())
    owners = rows.select("id", _owner=v.coalesce(rows.owner_customer_id, rows.customer_id))
    found = owners.inner_join(counts, owners["_owner"] == counts["_party"])
    return for_all(context, "collateral", found.select("id", "title_case_count"))


def _visits(context: Context) -> Table:
    """Give each visit once for every security that it may have looked at: id, visit_id, and its columns.

    A visit for a loan looks at what secures the loan's contract, any other at all that the customer gave.
    """
    visits = context.book.table("visit")
    visits = visits.select("visit_id", "visited_on", "result", "stock_ratio", "loan_id", _who="customer_id")
    loans = context.book.table("loan").select(_loan="loan_id", _for="contract_id")
    visits = visits.left_join(loans, visits.loan_id == loans["_loan"])
    pairs = context.made["secured_pairs"].select("collateral", "contract", "customer_id")
    both = pairs.inner_join(visits, pairs.customer_id == visits["_who"])
    both = both.filter(both.loan_id.isnull() | (both["_for"] == both.contract))
    return both.select("visit_id", "visited_on", "result", "stock_ratio", id="collateral").distinct()


def _counted(context: Context) -> Table:
    parts = []
    if context.book.has("visit"):
        seen = _visits(context)
        parts.append(seen.select("id", _on="visited_on", _share="stock_ratio"))
    if context.book.has("event"):
        told = context.made["events"]
        told = told.filter((told.subject_kind == "collateral") & (told.kind == "stock_counted"))
        parts.append(told.select(id="subject_id", _on="occurred_on", _share="value"))
    rows = reduce(lambda a, b: a.union(b), parts)
    rows = rows.filter(rows["_share"].notnull() & last_days(rows["_on"], context, 180)).distinct()
    order = [(rows["_on"], "desc"), (rows["_share"], "asc")]
    rows = rows.mutate(_rank=v.row_number(partition=[rows["id"]], order=order))
    return rows.filter(rows["_rank"] == 1).select("id", stock_seen_share_180d="_share")


def _refused(context: Context) -> Table:
    rows = _visits(context)
    refused = rows.result.isin(("refused", "absent")) & last_days(rows.visited_on, context, 60)
    sums = rows.group_by("id").aggregate(inspection_refused_count_60d=v.count_if(refused))
    return for_all(context, "collateral", sums)


def _heads(context: Context, rows: Table) -> Table:
    known = context.made["indicators"].rename(_of="id")
    rows = rows.select("id", "customer_id")
    rows = rows.inner_join(known, rows.customer_id == known["_of"])
    fresh = v.days_between(context.day, rows.last_head_count_on) <= context.whole("livestock_count_max_age")
    share = over(_hundredths(rows.last_head_count), _hundredths(rows.last_head_count_recorded))
    return rows.select("id", head_share=fresh.ifelse(share, v.null("decimal")))


def _hundredths(number: Column) -> Column:
    return v.exact(number, "integer")

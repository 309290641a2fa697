"""Fields, herds, harvests and what farmers are owed (family AGR); the seasons stand in `seasons`."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import cash_flow, distance, events
from postloan.facts.context import Context, by_id, for_all, last_days, zero
from postloan.facts.registry import fact

_I = "customer_indicator.indicator customer_indicator.period customer_indicator.value"
_EVENT = "event.subject_kind event.subject_id event.kind event.occurred_on"
_YEAR = "customer.industry_id customer.income_months"
_RECEIPT = "entry.account_id entry.booked_on entry.amount entry.kind entry.counterparty_class"
_DEBT = "position.balance loan.amount payment.amount fx.rate"

FACTS = (
    fact(
        "customer.sown_area_share",
        "Area sown over area declared; null unless the sown area was measured after the last sowing deadline "
        "and the declaration is at most farm_figure_max_age days old.",
        zh="实播面积与申报面积之比；实播面积须为最近播种截止日后的数据，申报须在有效期内（参数），否则为空。",
        kind="decimal",
        unit="fraction",
        needs="customer_indicator",
        keeps="calendar",
        sources=f"{_I} customer.industry_id",
    ),
    fact(
        "customer.ndvi_z_two_dekads",
        "Standardised anomaly of the plant cover, the greater of the last two dekads; null unless the last "
        "is at most field_figure_max_age days old and the one before at most 11 days older.",
        zh="最近两旬植被指数标准化距平的较大者；最近一旬须在有效期内（参数），且两旬相邻，否则为空。",
        kind="decimal",
        unit="standard deviations",
        needs="customer_indicator",
        keeps="calendar",
        sources=_I,
    ),
    fact(
        "customer.crop_insured_share",
        "Share of the crop or stock that is insured, as last stated, at most farm_figure_max_age days ago.",
        zh="作物或牲畜的投保比例，取有效期内（参数）最近一次数据。",
        needs="customer_indicator",
        keeps="calendar",
        sources=_I,
    ),
    fact(
        "customer.input_credit_vs_debt",
        "What is owed to suppliers of seed, fertiliser and feed, as last stated, at most farm_figure_max_age "
        "days ago, over the debt here.",
        zh="农资赊欠额（有效期内最近一次数据）与在本行债务之比。",
        kind="decimal",
        unit="ratio",
        needs="customer_indicator",
        keeps="calendar",
        sources=f"{_I} {_DEBT}",
    ),
    fact(
        "customer.head_count_vs_recorded",
        "Heads as last counted, at most livestock_count_max_age days ago, over heads on record.",
        zh="最近一次清点存栏数（有效期内）与登记存栏数之比。",
        kind="decimal",
        unit="ratio",
        needs="customer_indicator",
        keeps="calendar",
        sources=_I,
    ),
    fact(
        "customer.harvest_inflow_share",
        "Receipts from the first day of the last harvest that is over, over the inflow expected of it, as "
        "last stated by its end within the year before it.",
        zh="自最近一次已结束收获期首日以来的经营收款与该次预期收获回款之比。",
        needs="account entry customer_indicator",
        keeps="calendar",
        sources=f"{_I} {_YEAR} {_RECEIPT}",
    ),
    fact(
        "customer.subsidy_late_days",
        "Days since the subsidy last expected within a year was due, where none was received from 180 days "
        "before that on; 0 where one was; null where none is known to be expected.",
        zh="一年内最近一笔预期补贴自应到账日起的天数，应到账日前180天起已收到的为0；无预期补贴的为空。",
        needs="customer_indicator event",
        keeps="calendar",
        sources=f"{_I} {_EVENT}",
    ),
    fact(
        "customer.insurance_claim_vs_debt_180d",
        "Insurance claims filed in the last 180 days over the debt; null where no claim says how much.",
        zh="最近180天内保险报案金额与债务之比；报案均未注明金额的为空。",
        kind="decimal",
        unit="ratio",
        needs="event",
        keeps="calendar",
        sources=f"{_EVENT} event.value {_DEBT}",
    ),
    fact(
        "customer.offtaker_late_days",
        "The longest delay in days that was reported in the last 180 days of the customer's own off-takers, "
        "or of one who buys from him or whose cooperative he belongs to; null where no report says how long.",
        zh="最近180天内反映的收购企业拖欠最长天数（含其买方、所属合作社的拖欠）；均未注明天数的为空。",
        needs="event",
        keeps="calendar",
        sources=f"{_EVENT} event.value relation.from_customer_id relation.to_customer_id relation.kind "
        "relation.until",
    ),
    fact(
        "customer.coop_abnormal_count_365d",
        "Events of the last 365 days by which a cooperative of the customer's was listed as abnormal or lost "
        "its licence.",
        zh="最近365天内客户所属合作社被列入异常或被吊销的事件数。",
        needs="event relation",
        keeps="calendar",
        sources=f"{_EVENT} relation.from_customer_id relation.to_customer_id relation.kind relation.until",
    ),
    fact(
        "customer.outbreak_count_90d",
        "Outbreaks of disease in the last 90 days at the customer's own, in his region or one around it, in "
        "the same township, or within outbreak_metres.",
        zh="最近90天内客户自身、所在地区及其上级地区、同一乡镇或一定距离内（参数）发生的疫情数。",
        needs="event",
        keeps="calendar",
        sources=f"{_EVENT} customer.region_id customer.latitude customer.longitude region.parent_id "
        "region.kind region.latitude region.longitude",
    ),
)

_DEKAD_DAYS = 11
"""The longest dekad, from the 20th to the 31st."""
_BUYERS = {"buyer": ("from", "to"), "supplier": ("to", "from"), "cooperative_member": ("to", "from")}
"""Relations by which one takes off what another grows: the end that takes, and the end that grows."""
_SCALE = 1_000_000
_METRES_OF_A_DEGREE = 110_000
"""A degree of latitude is somewhat more, so a band drawn with this leaves nobody out."""


def compute(context: Context) -> None:
    """Tell the facts above; `seasons` and `dealings` are kept by the modules of these names."""
    if context.book.has("customer_indicator"):
        context.tell("customer", _figures(context))
        context.tell("customer", _dekads(context))
        if "dealings" in context.made:
            context.tell("customer", _harvest(context))
    if context.book.has("event"):
        context.tell("customer", _claims(context))
        context.tell("customer", _offtakers(context))
        context.tell("customer", _outbreaks(context))
        if context.book.has("relation"):
            context.tell("customer", _cooperatives(context))
        if context.book.has("customer_indicator"):
            context.tell("customer", _subsidies(context))


def _millionths(value: Column) -> Column:
    return v.convert(v.literal(_SCALE, "integer"), value)


def _figures(context: Context) -> Table:
    seasons = context.made["seasons"].select("id", "sown_by_on")
    debts = context.made["customers"].select("id", "debt")
    rows = by_id({"season": seasons, "debt": debts}, context.made["indicators"])
    yearly, herd = context.whole("farm_figure_max_age"), context.whole("livestock_count_max_age")

    def figure(name: str, days: int) -> Column:
        oldest = v.literal(context.as_of - timedelta(days=days), "date")
        value = rows[f"last_{name}"]
        return (rows[f"last_{name}_on"] >= oldest).ifelse(value, v.null("decimal"))

    sown = (rows.last_sown_area_on >= rows.sown_by_on).ifelse(rows.last_sown_area, v.null("decimal"))
    heads = v.ratio(
        _millionths(figure("head_count", herd)), _millionths(figure("head_count_recorded", yearly))
    )
    credit = v.exact(figure("input_credit", yearly), "integer")
    return rows.select(
        "id",
        sown_area_share=v.ratio(_millionths(sown), _millionths(figure("declared_area", yearly))),
        crop_insured_share=figure("crop_insured_share", yearly),
        input_credit_vs_debt=v.ratio(credit, rows.debt),
        head_count_vs_recorded=heads,
    )


def _dekads(context: Context) -> Table:
    rows = context.book.table("customer_indicator")
    rows = rows.filter(rows.indicator == "ndvi_z")
    turn = v.row_number(partition=[rows.customer_id], order=[(rows.period, "desc")])
    rows = rows.mutate(_turn=turn)
    sums = rows.group_by(id=rows.customer_id).aggregate(
        _last_on=v.max_if(rows.period, rows["_turn"] == 1),
        _before_on=v.max_if(rows.period, rows["_turn"] == 2),
        _greater=v.max_if(rows["value"], rows["_turn"] <= 2),
    )
    oldest = v.literal(context.as_of - timedelta(days=context.whole("field_figure_max_age")), "date")
    next_to = v.days_between(sums["_last_on"], sums["_before_on"]) <= _DEKAD_DAYS
    known = (sums["_last_on"] >= oldest) & next_to
    return sums.select("id", ndvi_z_two_dekads=known.ifelse(sums["_greater"], v.null("decimal")))


def _harvest(context: Context) -> Table:
    seasons = context.made["seasons"].select("id", "harvest_from_on", "harvest_to_on")
    seasons = seasons.filter(seasons.harvest_from_on >= cash_flow.earliest(context))
    accounts = context.book.table("account").select(_owner="customer_id").distinct()
    seasons = seasons.semi_join(accounts, seasons["id"] == accounts["_owner"])
    stated = context.book.table("customer_indicator")
    stated = stated.filter(stated.indicator == "expected_harvest_inflow")
    rows = stated.inner_join(seasons, stated.customer_id == seasons["id"])
    rows = rows.filter(
        (rows.period <= rows.harvest_to_on) & (rows.period > v.add_months(rows.harvest_from_on, -12))
    )
    turn = v.row_number(partition=[rows["id"]], order=[(rows.period, "desc")])
    rows = rows.mutate(_turn=turn)
    rows = rows.filter(rows["_turn"] == 1)
    rows = rows.select("id", "harvest_from_on", _expected=v.exact(rows["value"], "integer"))
    receipts = context.made["dealings"]
    receipts = receipts.filter(receipts.is_receipt).select("customer_id", "booked_on", "amount")
    came = rows.inner_join(
        receipts, [rows["id"] == receipts.customer_id, receipts.booked_on >= rows.harvest_from_on]
    )
    sums = came.group_by(_of=came["id"]).aggregate(_came=v.total(came.amount))
    rows = rows.left_join(sums, rows["id"] == sums["_of"])
    return rows.select("id", harvest_inflow_share=v.ratio(rows["_came"].fill_null(zero()), rows["_expected"]))


def _of_customers(context: Context, kinds: tuple[str, ...], days: int) -> Table:
    rows = context.made["events"]
    wanted = (rows.subject_kind == "customer") & rows.kind.isin(kinds)
    return rows.filter(wanted & last_days(rows.occurred_on, context, days))


def _claims(context: Context) -> Table:
    rows = _of_customers(context, ("insurance_claim",), 180)
    sums = rows.group_by(id=rows.subject_id).aggregate(_claimed=v.total(v.exact(rows["value"], "integer")))
    sums = sums.mutate(_silent=sums["_claimed"].isnull())
    debts = context.made["customers"].select("id", "debt")
    rows = by_id({"claims": for_all(context, "customer", sums, but=("_claimed",))}, debts)
    # A claim without an amount leaves it open; no claim is none.
    claimed = v.coalesce(rows["_claimed"], rows["_silent"].ifelse(v.null("integer"), zero()))
    return rows.select("id", insurance_claim_vs_debt_180d=v.ratio(claimed, rows.debt))


def _held(context: Context, kinds: tuple[str, ...]) -> Table:
    rows = context.book.table("relation")
    return rows.filter(rows.kind.isin(kinds) & (rows.until.isnull() | (rows.until >= context.day)))


def _offtakers(context: Context) -> Table:
    late = _of_customers(context, ("offtaker_late",), 180).select("event_id", "value", _of="subject_id")
    found = late.select("event_id", "value", id="_of")
    relation = _held(context, tuple(_BUYERS))
    for kind, (takes, grows) in _BUYERS.items():
        ties = relation.filter(relation.kind == kind)
        ties = ties.select(_takes=f"{takes}_customer_id", _grows=f"{grows}_customer_id")
        beyond = late.inner_join(ties, late["_of"] == ties["_takes"])
        found = found.union(beyond.select("event_id", "value", id="_grows"))
    days = v.integer_divide(v.exact(found["value"], "integer"), v.literal(100, "integer"))
    sums = found.group_by("id").aggregate(_days=days.max())
    sums = sums.mutate(_silent=sums["_days"].isnull())
    rows = for_all(context, "customer", sums, but=("_days",))
    nothing = rows["_silent"].ifelse(v.null("integer"), zero())
    return rows.select("id", offtaker_late_days=v.coalesce(rows["_days"], nothing))


def _cooperatives(context: Context) -> Table:
    listed = _of_customers(context, ("status_abnormal", "status_revoked"), 365)
    members = _held(context, ("cooperative_member",))
    rows = members.inner_join(listed, members.to_customer_id == listed.subject_id)
    rows = rows.select("event_id", id="from_customer_id").distinct()
    sums = rows.group_by("id").aggregate(coop_abnormal_count_365d=rows.count())
    return for_all(context, "customer", sums)


def _subsidies(context: Context) -> Table:
    rows = context.book.table("customer_indicator")
    recent = rows.period > v.add_months(context.day, -12)
    rows = rows.filter((rows.indicator == "expected_subsidy") & (rows["value"] > 0) & recent)
    expected = rows.group_by(id=rows.customer_id).aggregate(_due_on=rows.period.max())
    came = context.made["events"]
    came = came.filter((came.subject_kind == "customer") & (came.kind == "subsidy_received"))
    came = came.group_by(_of=came.subject_id).aggregate(_came_on=came.occurred_on.max())
    rows = expected.left_join(came, expected["id"] == came["_of"])
    paid = (rows["_came_on"] >= v.add_days(rows["_due_on"], -180)).fill_null(False)
    return rows.select(
        "id", subsidy_late_days=paid.ifelse(zero(), v.days_between(context.day, rows["_due_on"]))
    )


def _outbreaks(context: Context) -> Table:
    """Count outbreaks near each customer: an outbreak of a township reaches all villages of it."""
    event = context.book.table("event")
    event = event.filter((event.kind == "disease_outbreak") & last_days(event.occurred_on, context, 90))
    homes = context.book.table("customer").select(_customer="customer_id", _home="region_id")
    there = event.filter(event.subject_kind == "region").select("event_id", place="subject_id")
    own = _of_customers(context, ("disease_outbreak",), 90).select("event_id", id="subject_id")
    at_home = own.inner_join(homes, own["id"] == homes["_customer"]).select("event_id", place="_home")
    around = events.within(context)
    inside = there.inner_join(around, there.place == around["_subject"])
    near = there.union(inside.select("event_id", place="_counts_for"))
    towns = _townships(context, around)
    reached = there.union(at_home)
    reached = reached.inner_join(towns, reached.place == towns["_in"]).select("event_id", "town")
    same = towns.rename(_there="_in", _town="town")
    reached = reached.inner_join(same, reached.town == same["_town"])
    near = near.union(reached.select("event_id", place="_there")).distinct()
    neighbours = near.inner_join(homes, near.place == homes["_home"]).select("event_id", id="_customer")
    found = neighbours.union(own).union(_within_metres(context, there, own)).distinct()
    sums = found.group_by("id").aggregate(outbreak_count_90d=found.count())
    return for_all(context, "customer", sums)


def _within_metres(context: Context, there: Table, own: Table) -> Table:
    """Give who lives within outbreak_metres of a farm, village or township with an outbreak: event_id, id."""
    metres = context.whole("outbreak_metres")
    farm = context.book.table("customer").select("latitude", "longitude", id="customer_id")
    farm = farm.filter(farm.latitude.notnull() & farm.longitude.notnull())
    region = context.book.table("region")
    # The middle of a county is nowhere near most of it.
    region = region.filter(region.kind.isin(("village", "township")))
    at_region = there.inner_join(region, there.place == region.region_id)
    source = farm.select(_farm="id", _latitude="latitude", _longitude="longitude")
    at_farm = own.inner_join(source, own["id"] == source["_farm"]).select(
        "event_id", "_latitude", "_longitude"
    )
    seats = at_farm.union(at_region.select("event_id", _latitude="latitude", _longitude="longitude"))
    reach = round(Decimal(metres) / _METRES_OF_A_DEGREE, 6)
    seats = seats.mutate(
        _south=v.difference(seats["_latitude"], v.literal(reach, "decimal")),
        _north=v.difference(seats["_latitude"], v.literal(-reach, "decimal")),
    )
    pairs = seats.inner_join(farm, [farm.latitude >= seats["_south"], farm.latitude <= seats["_north"]])
    far = distance.is_farther(
        (pairs.latitude, pairs.longitude), (pairs["_latitude"], pairs["_longitude"]), metres
    )
    return pairs.filter(~far).select("event_id", "id")


def _townships(context: Context, around: Table) -> Table:
    """Give the township of each region that is in one or is one: columns _in, town."""
    region = context.book.table("region")
    own = region.filter(region.kind == "township").select(town="region_id")
    inside = around.inner_join(own, around["_subject"] == own.town)
    return own.select("town", _in="town").union(inside.select("town", _in="_counts_for")).distinct()

"""What farmers get for what they grow, against what it costs them (AGR05)."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import events
from postloan.facts.context import Context, by_id
from postloan.facts.registry import fact

_PRICES = " ".join(
    f"{table}_indicator.{column}"
    for table in ("region", "industry")
    for column in ("indicator", "period", "value")
)

FACTS = (
    fact(
        "customer.price_vs_breakeven_30d",
        "The highest price in the last 30 days of what the customer's industry sells (sold_items), in the "
        "nearest region that has one, else in the industry, over the breakeven price as last stated; for "
        "hogs without one, over hog_grain_parity times the price of maize. Null unless a price at most "
        "farm_price_max_age days old is known for the day and for 30 days before.",
        zh="客户所在行业产品（参数）最近30天最高价与保本价之比；价格取最近一级有数据的地区，否则取行业；生猪无保本价的，按玉米价乘以猪粮比（参数）；当日及30天前无有效价格的为空。",
        kind="decimal",
        unit="ratio",
        needs="region_indicator|industry_indicator",
        keeps="calendar",
        sources=f"{_PRICES} customer.industry_id customer.region_id region.parent_id region.kind "
        "customer_indicator.indicator customer_indicator.period customer_indicator.value",
    ),
)

_DAYS = 30
_LEVELS = ("village", "township", "county", "city", "province")
_SCALE = 1_000_000
_HOG, _GRAIN = "hog", "maize"


def compute(context: Context) -> None:
    """Tell the fact above; `seasons` says what a customer sells."""
    if context.book.has("region_indicator") or context.book.has("industry_indicator"):
        context.tell("customer", _against_cost(context))


def _millionths(value: Column) -> Column:
    return v.convert(v.literal(_SCALE, "integer"), value)


def _against_cost(context: Context) -> Table:
    near = context.engine.materialise(_nearest(context), "farm_prices_near")
    sums = near.group_by(id=near["id"]).aggregate(
        _price=v.max_if(near.highest, near.is_sold),
        _grain=v.max_if(near.latest, ~near.is_sold),
    )
    parity = v.product(sums["_grain"], v.literal(context.limit("hog_grain_parity"), "decimal"))
    if "indicators" in context.made:
        oldest = v.literal(context.as_of - timedelta(days=context.whole("farm_figure_max_age")), "date")
        known = context.made["indicators"]
        known = known.filter((known.last_breakeven_price > 0) & (known.last_breakeven_price_on >= oldest))
        sums = by_id({"cost": known.select("id", _cost="last_breakeven_price")}, sums)
        parity = v.coalesce(sums["_cost"], parity)
    against = v.ratio(_millionths(sums["_price"]), _millionths(parity))
    return sums.select("id", price_vs_breakeven_30d=against)


def _nearest(context: Context) -> Table:
    """Give the price of each item that a customer sells, and of grain for hogs, from the nearest place."""
    seasons = context.made["seasons"]
    sold = seasons.filter(seasons.item.notnull()).select("id", "item", "industry_id")
    sold = sold.mutate(is_sold=v.literal(True, "boolean"))
    hogs = sold.filter(sold.item == _HOG).mutate(
        item=v.literal(_GRAIN, "string"), is_sold=v.literal(False, "boolean")
    )
    wanted = sold.union(hogs)
    homes = context.made["customers"].select("region_id", _customer="id")
    rows = wanted.inner_join(homes, wanted["id"] == homes["_customer"])
    places = _places(context)
    by_region = rows.inner_join(places, rows.region_id == places["_in"])
    by_region = by_region.select(
        "id", "item", "is_sold", "level", place=v.concat("region:", by_region["_place"])
    )
    by_trade = rows.select(
        "id",
        "item",
        "is_sold",
        level=v.literal(len(_LEVELS), "integer"),
        place=v.concat("industry:", rows.industry_id),
    )
    both = by_region.union(by_trade)
    prices = _prices(context)
    both = both.inner_join(prices, [both.place == prices["_of"], both.item == prices["_item"]])
    order = [(both.level, "asc"), (both.place, "asc")]
    both = both.mutate(_turn=v.row_number(partition=[both["id"], both.is_sold], order=order))
    return both.filter(both["_turn"] == 1).select("id", "is_sold", "highest", "latest")


def _places(context: Context) -> Table:
    """Give for each region itself and those around it, with their level: columns _in, _place, level."""
    region = context.book.table("region")
    level = v.when(
        [(region.kind == kind, v.literal(place, "integer")) for place, kind in enumerate(_LEVELS)],
        v.null("integer"),
    )
    known = region.select(_place="region_id", level=level)
    around = events.within(context)
    around = around.inner_join(known, around["_subject"] == known["_place"])
    own = known.mutate(_in=known["_place"]).select("_in", "_place", "level")
    return own.union(around.select("_place", "level", _in="_counts_for")).distinct()


def _prices(context: Context) -> Table:
    """Give the highest price of 30 days and the latest: columns _of, _item, highest, latest."""
    parts = []
    for kind in ("region", "industry"):
        rows = context.book.table(f"{kind}_indicator")
        rows = rows.filter(rows.indicator.startswith("price."))
        parts.append(
            rows.select("indicator", "period", "value", _of=v.concat(f"{kind}:", rows[f"{kind}_id"]))
        )
    rows = parts[0].union(parts[1])
    then = v.literal(context.as_of - timedelta(days=_DAYS), "date")
    rows = rows.mutate(_old=rows.period <= then)
    groups = [rows["_of"], rows.indicator]
    rows = rows.mutate(
        _turn=v.row_number(partition=groups, order=[(rows.period, "desc")]),
        _old_turn=v.row_number(partition=[*groups, rows["_old"]], order=[(rows.period, "desc")]),
    )
    stood = rows["_old"] & (rows["_old_turn"] == 1)
    sums = rows.group_by("_of", "indicator").aggregate(
        highest=v.max_if(rows["value"], ~rows["_old"] | stood),
        latest=v.max_if(rows["value"], rows["_turn"] == 1),
        _last_on=rows.period.max(),
        _then_on=v.max_if(rows.period, stood),
    )
    age = context.whole("farm_price_max_age")
    fresh = sums["_last_on"] >= v.literal(context.as_of - timedelta(days=age), "date")
    steady = sums["_then_on"] >= v.literal(context.as_of - timedelta(days=_DAYS + age), "date")
    sums = sums.filter(fresh & steady)
    items = sorted({str(item) for item in context.policy.parameter("sold_items").values()} | {_GRAIN})
    item = v.when(
        [(sums.indicator == f"price.{one}", v.literal(one, "string")) for one in items], v.null("string")
    )
    return sums.select("_of", "highest", "latest", _item=item)

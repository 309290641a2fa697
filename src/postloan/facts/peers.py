"""What is usual among peers: region by industry by kind by season, shrunk to the county (signals.md, C0)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import compare, events, turnover
from postloan.facts.context import Context, by_id, standing, within, zero
from postloan.facts.registry import Fact, fact

_E = "account entry"


@dataclass(frozen=True)
class _Measure:
    """A fact of customers and the percentile of it that peers are asked for.

    Args:
        name: the fact, without its subject.
        percent: 10 where lower is worse, 90 where higher is.
        history: the fact that says how long the customer's entries go back.
        least: how far they must, for the measure's windows to be full.
        sources: what it is computed from.
        zh: its name in Chinese.
    """

    name: str
    percent: int
    history: str
    least: int
    sources: str
    zh: str

    @property
    def peer(self) -> str:
        return f"{self.name}_peer_p{self.percent}"


_FLOW = "account.customer_id entry.account_id entry.booked_on entry.amount entry.kind entry.reverses_id"
_STOCK = "account.customer_id entry.account_id entry.booked_on entry.sequence entry.balance_after"
_WHO = " customer.region_id customer.industry_id customer.kind customer.income_months region.parent_id"

_YEAR = {"months_of_history_count": 12, "days_of_history_days": 365}

_MEASURES = (
    _Measure("credits_3m_yoy", 10, "months_of_history_count", 15, _FLOW, "近三个月贷方发生额同比"),
    _Measure("balance_30d_vs_180d", 10, "days_of_history_days", 180, _STOCK, "30日均余额与180日均余额之比"),
    _Measure("cash_out_share_30d", 90, "days_of_history_days", 30, _FLOW, "近30天取现占比"),
)


def _declared() -> tuple[Fact, ...]:
    found = []
    for one in _MEASURES:
        ordinal = f"{one.percent}th percentile"
        found += [
            fact(
                f"customer.{one.peer}",
                f"The {ordinal} of {one.name} among customers of the same region, industry, kind and season "
                "whose entries go back far enough; with fewer than peer_group_minimum of them, their mean "
                "with the county's, weighted by how many there are and how many are lacking.",
                zh=f"同地区、同行业、同类型、同季节客户{one.zh}的第{one.percent}百分位；"
                "同类客户不足最低数量时，按人数与全县加权平均。",
                kind="decimal",
                unit="ratio",
                needs=_E,
                keeps="population",
                sources=one.sources + _WHO,
            ),
            fact(
                f"customer.{one.peer}_chg_12m",
                f"The {ordinal} of {one.name} in the customer's county, or the whole book where there is "
                "none, less that of a year ago; null with fewer than peer_group_minimum customers then or "
                "now.",
                zh=f"客户所在县（无县则全行）{one.zh}第{one.percent}百分位与一年前之差；人数不足则为空。",
                kind="decimal",
                unit="difference of ratios",
                needs=_E,
                keeps="population",
                sources=one.sources + " customer.region_id region.parent_id",
            ),
        ]
    return tuple(found)


FACTS = _declared()


def compute(context: Context) -> None:
    """Tell the facts above, and keep `counties` (see there) and `county_<measure>` (see `_near`)."""
    context.keep("counties", counties(context))
    if not (context.book.has("account") and context.book.has("entry")):
        return
    rows = context.keep("peer_rows", _rows(context))
    # Where a customer has no county his county is "", of which the whole book is.
    own, whole = rows.filter(rows.county != ""), rows.mutate(county=v.literal("", "string"))
    places = context.keep("peer_places", own.union(whole))
    for one in _MEASURES:
        context.tell("customer", _told(context, one, rows, places))


def counties(context: Context) -> Table:
    """Give the county of each region: columns _in, county; none for a region without one around it."""
    region = context.book.table("region")
    own = region.filter(region.kind == "county").select(county="region_id")
    around = events.within(context)
    around = around.inner_join(own, around["_subject"] == own.county).select(
        _in="_counts_for", county="county"
    )
    found = own.select("county", _in="county").select("_in", "county").union(around)
    # A county within another counts as itself.
    found = found.mutate(_is_own=found["_in"] == found.county)
    return found.group_by("_in").aggregate(
        county=v.coalesce(v.min_if(found.county, found["_is_own"]), found.county.min())
    )


def _rows(context: Context) -> Table:
    """Give one row a customer with what makes his group and the measures, null where entries are too short.

    Columns: id; region, industry, kind and county, "" where not known; in_quarter and in_month, the season of
    the last three full months and of the last 30 days; the measures and `then_<measure>`, of a year ago.
    """
    customers = context.made["customers"]
    table = context.book.table("customer")
    # Each month stands between semicolons, so that 1 is not found in 11.
    season = table.select(id="customer_id", months=v.concat(";", table.income_months, ";"))
    rows = by_id({"season": season, "flows": _flows_then(context), "stock": _stock_then(context)}, customers)
    county = context.made["counties"]
    rows = rows.left_join(county, rows.region_id == county["_in"])
    quarter = [(context.months(1, back=back)[0]).month for back in range(3)]
    month = sorted({(context.as_of - timedelta(days=back)).month for back in range(30)})
    measures = {}
    for one in _MEASURES:
        long, longer = one.least, one.least + _YEAR[one.history]
        measures[one.name] = _if(rows[one.history] >= long, rows[one.name])
        measures[f"then_{one.name}"] = _if(rows[one.history] >= longer, rows[f"then_{one.name}"])
    return rows.select(
        "id",
        region=rows.region_id.fill_null(""),
        industry=rows.industry_id.fill_null(""),
        kind=rows.kind.fill_null(""),
        county=rows.county.fill_null(""),
        in_quarter=_season(rows.months, quarter),
        in_month=_season(rows.months, month),
        **measures,
    )


def _season(months: Column, asked: Sequence[int]) -> Column:
    """Tell whether any of those months is one with income: in, out or unknown."""
    falls = v.literal(False, "boolean")
    for month in asked:
        falls = falls | months.contains(f";{month};")
    spelt = falls.ifelse(v.literal("in", "string"), v.literal("out", "string"))
    return months.isnull().ifelse(v.literal("unknown", "string"), spelt)


def _if(condition: Column, value: Column) -> Column:
    return condition.fill_null(False).ifelse(value, v.null("decimal"))


def _a_year_ago(context: Context) -> date:
    day = context.as_of
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _flows_then(context: Context) -> Table:
    """Give what the flow measures were a year ago: columns id and then_<measure>."""
    entry, account = context.book.table("entry"), context.book.table("account")
    before, long_before = context.months(3, back=12), context.months(3, back=24)
    rows = entry.filter(entry.booked_on >= v.literal(long_before[0], "date"))
    owners = account.select(_owned="account_id", customer_id="customer_id")
    rows = rows.inner_join(owners, rows.account_id == owners["_owned"])
    rows = standing(turnover.with_financing(context, rows), "entry_id")
    then = _a_year_ago(context)
    month = (then - timedelta(days=29), then + timedelta(days=1))
    credit = (rows.amount > 0) & (rows.kind != "interest")
    cash = (rows.amount < 0) & (rows.kind == "cash")
    earned = credit & ~rows.is_financing
    sums = rows.group_by(id=rows.customer_id).aggregate(
        before=v.total_if(rows.amount, earned & within(rows.booked_on, before)),
        long_before=v.total_if(rows.amount, earned & within(rows.booked_on, long_before)),
        credits=v.total_if(rows.amount, credit & within(rows.booked_on, month)),
        cash=v.total_if(zero() - rows.amount, cash & within(rows.booked_on, month)),
    )
    return sums.select(
        "id",
        then_credits_3m_yoy=v.ratio(sums.before, sums.long_before),
        then_cash_out_share_30d=v.ratio(sums.cash, sums.credits),
    )


def _stock_then(context: Context) -> Table:
    """Give what balance_30d_vs_180d was a year ago; entries are read back far enough for that."""
    runs = context.made["account_runs"]
    runs = runs.filter(runs.balance_after.notnull())
    then = _a_year_ago(context)
    end = v.least(runs.until, v.literal(then + timedelta(days=1), "date"))
    days = {
        number: v.greatest(
            v.days_between(
                end, v.greatest(runs.booked_on, v.literal(then - timedelta(days=number - 1), "date"))
            ),
            zero(),
        )
        for number in (30, 180)
    }
    sums = runs.group_by(id=runs.customer_id).aggregate(
        **{f"_{number}": v.total(runs.balance_after * stood) for number, stood in days.items()}
    )
    return sums.select("id", then_balance_30d_vs_180d=v.ratio(sums["_30"] * 6, sums["_180"]))


_MOST = 1_000_000
"""Percentiles are held at this before they are weighted, so that their sum stays in an integer."""

_MILLION = 1_000_000


def _told(context: Context, one: _Measure, rows: Table, places: Table) -> Table:
    least = context.whole("peer_group_minimum")
    season = "in_quarter" if one.name == "credits_3m_yoy" else "in_month"
    keys = ("region", "industry", "kind", season)
    rows = _beside(rows, compare.quantile(rows, one.name, one.percent, keys), keys, "own")
    near = context.keep(f"county_{one.name}", _near(one, places, least))
    rows = rows.left_join(near, rows.county == near["_county"])
    count = rows.own_peers.fill_null(0)
    lacking = v.greatest(v.literal(least, "integer") - count, zero())
    mixed = v.ratio(
        _millionths(v.coalesce(rows.own_quantile, rows.usual)) * count + _millionths(rows.usual) * lacking,
        v.literal(least * _MILLION, "integer"),
    )
    usual = (count >= least).ifelse(rows.own_quantile, mixed)
    return rows.select("id", **{one.peer: usual, f"{one.peer}_chg_12m": rows.moved})


def _near(one: _Measure, places: Table, least: int) -> Table:
    """Give each county's percentile: columns _county ("" is the whole book), usual, moved (in a year)."""
    now = compare.quantile(places, one.name, one.percent, ["county"])
    rows = _beside(
        now, compare.quantile(places, f"then_{one.name}", one.percent, ["county"]), ["county"], "then"
    )
    enough = (rows.peers >= least) & (rows.then_peers >= least)
    moved = v.difference(rows["quantile"], rows.then_quantile)
    moved = enough.fill_null(False).ifelse(moved, v.null("decimal"))
    return rows.select(_county="county", usual="quantile", moved=moved)


def _beside(rows: Table, found: Table, keys: Sequence[str], name: str) -> Table:
    right = found.select(
        **{f"{name}_{key}": key for key in keys},
        **{f"{name}_peers": "peers", f"{name}_quantile": "quantile"},
    )
    same = [rows[key] == right[f"{name}_{key}"] for key in keys]
    return rows.left_join(right, same).drop(*(f"{name}_{key}" for key in keys))


def _millionths(ratio: Column) -> Column:
    held = v.least(ratio, v.literal(_MOST, "decimal"))
    held = v.greatest(held, v.literal(-_MOST, "decimal"))
    return ratio.isnull().ifelse(v.null("integer"), v.convert(v.literal(_MILLION, "integer"), held))

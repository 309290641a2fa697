"""Who farms, and where the farm stands in its year: from the crop calendar or the months of income."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from postloan.engine import Column, Field, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context
from postloan.facts.registry import fact

_WHO = "customer.kind customer.industry_id"
_YEAR = "customer.industry_id customer.income_months"

FACTS = (
    fact(
        "customer.is_agricultural",
        "Whether the customer is a farmer or of an industry whose code begins as agricultural_industries "
        "say; null where neither can be told.",
        zh="是否农户或涉农行业（行业代码开头见参数）；无法判断的为空。",
        sources=_WHO,
    ),
    fact(
        "customer.is_livestock_keeper",
        "Whether the customer keeps animals: of an industry whose code begins as livestock_industries "
        "say, or with a count of heads; null where the industry is not known and no heads were counted.",
        zh="是否养殖户：行业代码属养殖业（参数）或有存栏数据；行业未知且无存栏数据的为空。",
        sources=_WHO + " customer_indicator.indicator",
    ),
    fact(
        "customer.is_growing_season",
        "Whether the month is one in which the customer's crop grows, by crop_calendar; where the crop is "
        "not in it, the months before each harvest that season_before_harvest says; null without either.",
        zh="当月是否作物生长期（作物日历）；日历中没有的，按收获前若干月（参数）；均无的为空。",
        keeps="calendar",
        sources=_YEAR,
    ),
    fact(
        "customer.is_critical_season",
        "Whether the month is one in which the customer's crop is most easily lost, told as before.",
        zh="当月是否作物关键期，取值同上。",
        keeps="calendar",
        sources=_YEAR,
    ),
    fact(
        "customer.days_since_sowing_deadline_days",
        "Days since the last day by which the customer's crop should have been sown, by crop_calendar.",
        zh="距作物日历所定最近一次播种截止日的天数。",
        keeps="calendar",
        sources="customer.industry_id",
    ),
    fact(
        "customer.days_since_harvest_days",
        "Days since the end of the last harvest, a run of income_months, else of the crop's harvest months "
        "in crop_calendar; null where every month has income.",
        zh="距最近一次收获期结束的天数；收获期取连续的收入月份，否则取作物日历；全年均有收入的为空。",
        keeps="calendar",
        sources=_YEAR,
    ),
    fact(
        "loan.is_due_out_of_season",
        "Whether the next due date falls in none of the customer's income_months; null where he has none.",
        zh="下一应还日是否不在客户的收入月份内；未登记收入月份的为空。",
        needs="due",
        keeps="calendar",
        sources="due.due_on customer.income_months",
    ),
)

_FIELDS = (
    Field("_key", "string"),
    Field("is_growing_season", "boolean"),
    Field("is_critical_season", "boolean"),
    Field("sown_by_on", "date"),
    Field("harvest_from_on", "date"),
    Field("harvest_to_on", "date"),
    Field("item", "string"),
)


def compute(context: Context) -> None:
    """Keep `seasons`, one row a customer, and tell the facts above.

    Columns beside those facts: id; sown_by_on, the last sowing deadline; harvest_from_on and harvest_to_on,
    first and last day of the last harvest that is over; item, what is sold, as in `price.<item>`.
    """
    customer = context.book.table("customer")
    key = v.concat(
        customer.industry_id.fill_null(v.literal("", "string")),
        "|",
        customer.income_months.fill_null(v.literal("", "string")),
    )
    rows = customer.select("kind", "industry_id", "income_months", id="customer_id", _of=key)
    known = context.engine.rows(rows.select("industry_id", "income_months", "_of").distinct())
    told = context.engine.from_rows([_season(context, one) for one in known], _FIELDS, "season_kinds")
    rows = rows.left_join(told, rows["_of"] == told["_key"])
    farms = _begins(rows.industry_id, context.policy.parameter("agricultural_industries"))
    is_farmer = rows.kind == "farmer"
    rows = rows.mutate(
        is_agricultural=v.when([(is_farmer, v.literal(True, "boolean"))], farms),
        days_since_sowing_deadline_days=v.days_between(context.day, rows.sown_by_on),
        days_since_harvest_days=v.days_between(context.day, rows.harvest_to_on),
    )
    rows = _with_animals(context, rows)
    rows = context.keep("seasons", rows.drop("_of", "_key", "kind"))
    names = [one.column for one in FACTS if one.subject == "customer"]
    context.tell("customer", rows.select("id", *names))
    context.tell("loan", _due(context, rows))


def _begins(code: Column, starts: Sequence[str]) -> Column:
    found = code.startswith(starts[0])
    for start in starts[1:]:
        found = found | code.startswith(start)
    return found


def _with_animals(context: Context, rows: Table) -> Table:
    animals = context.policy.parameter("livestock_industries")
    counted = context.book.table("customer_indicator")
    counted = counted.filter(counted.indicator.isin(("head_count", "head_count_recorded")))
    counted = counted.select(_counted="customer_id").distinct()
    rows = rows.left_join(counted, rows["id"] == counted["_counted"])
    by_trade = _begins(rows.industry_id, animals)
    return rows.mutate(is_livestock_keeper=rows["_counted"].notnull() | by_trade).drop("_counted")


def _season(context: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give where in its year a farm of that industry with those months of income stands on the day."""
    day = context.as_of
    crop = longest(context.policy.parameter("crop_calendar"), row["industry_id"])
    parts = str(row["income_months"] or "").split(";")
    harvest = sorted({int(part) for part in parts if part.strip()}) or (crop or {}).get("harvest", [])
    found: dict[str, Any] = {"_key": row["_of"]}
    found["item"] = longest(context.policy.parameter("sold_items"), row["industry_id"])
    firsts = [month for month in harvest if (month - 2) % 12 + 1 not in harvest]
    if crop:
        found["is_growing_season"] = day.month in crop["growing"]
        found["is_critical_season"] = day.month in crop["critical"]
    elif firsts:
        ahead = min((month - day.month) % 12 for month in firsts)
        before = context.policy.parameter("season_before_harvest")
        found["is_growing_season"] = ahead < int(before["growing"])
        found["is_critical_season"] = ahead < int(before["critical"])
    if crop and "sown_by" in crop:
        month, of_month = map(int, str(crop["sown_by"]).split("-"))
        this_year = date(day.year, month, of_month)
        found["sown_by_on"] = this_year if this_year <= day else date(day.year - 1, month, of_month)
    if firsts:
        found["harvest_from_on"], found["harvest_to_on"] = _last_harvest(harvest, day)
    return {field.name: found.get(field.name) for field in _FIELDS}


def longest(by_start: Mapping[str, Any], code: str | None) -> Any:
    """Give what stands under the longest beginning of the code, or None."""
    starts = [start for start in by_start if str(code or "").startswith(start)]
    return by_start[max(starts, key=len)] if starts else None


def _last_harvest(harvest: Sequence[int], day: date) -> tuple[date, date]:
    """Give the first and last day of the last run of months that is over."""
    lasts = [month for month in harvest if month % 12 + 1 not in harvest]
    years = (day.year, day.year - 1)
    ends = [date(year, month, monthrange(year, month)[1]) for month in lasts for year in years]
    last = max(end for end in ends if end <= day)
    first = last.replace(day=1)
    while (first.month - 2) % 12 + 1 in harvest:
        first = date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)
    return first, last


def _due(context: Context, rows: Table) -> Table:
    loans = context.made["loans_known"].select("next_due_on", _owner="customer_id", _loan="id")
    loans = loans.inner_join(rows, loans["_owner"] == rows["id"])
    # Each month stands between semicolons, so that 1 is not found in 11.
    months = v.concat(";", loans.income_months, ";")
    month = v.month(loans.next_due_on)
    fits = v.when([(month == one, months.contains(f";{one};")) for one in range(1, 13)], v.null("boolean"))
    return loans.select(id="_loan", is_due_out_of_season=~fits)

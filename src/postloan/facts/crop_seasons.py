"""Crop loans, whose arrears count in seasons and not in days.

Seasons are those of parameter `crop_seasons`; a policy without it has no crop loans, and all is null.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from postloan.engine import Column, Field, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, nulls, zero
from postloan.facts.registry import fact
from postloan.facts.seasons import longest

_FROM = "contract.contract_type customer.industry_id"
_LATE = _FROM + " due.due_on payment.amount position.days_past_due"

FACTS = (
    fact(
        "loan.crop_duration",
        "Of a loan of a type in crop_seasons.types: short or long, as the crop of the industry is; "
        "no_crop for other loans and other trades, unknown where the industry is not known.",
        zh="作物贷款（合同类型见参数）的作物周期：short或long；其他贷款和行业为no_crop，行业不明为unknown。",
        kind="string",
        sources=_FROM,
    ),
    fact(
        "loan.crop_seasons_overdue_count",
        "Whole seasons of the crop that began on or after the oldest unpaid due date and are over; 0 where "
        "nothing is past due, null for other loans.",
        zh="自最早未还到期日（含）起开始并已结束的完整作物季数；未逾期为0，其他贷款为空。",
        needs="due|position",
        keeps="calendar",
        sources=_LATE,
    ),
)

_YEARS = 12
"""Years of seasons that are looked back on."""

_CROP = (Field("_key", "string"), Field("crop", "string"), Field("duration", "string"))
_SEASON = (Field("_crop", "string"), Field("_from", "date"), Field("_to", "date"))
_COUNTED: dict[str, Kind] = {"_seasons": "integer", "_npl_on": "date"}


def compute(context: Context) -> None:
    """Tell the facts above, and keep `crops`: id, crop_duration, crop_npl_on.

    `crop_npl_on` is the day after the season with which the loan became non-performing
    (crop_seasons.npl_after), null where it did not.
    """
    if "crop_seasons" not in context.policy.parameters:
        return
    rule: Mapping[str, Any] = context.policy.parameter("crop_seasons")
    loans = context.made["loans_known"].select("id", "industry_id", "contract_type", "dpd_days")
    known = context.engine.rows(loans.select("industry_id").distinct())
    crops = context.engine.from_rows(
        [_crop(rule, row["industry_id"]) for row in known if row["industry_id"]], _CROP, "crop_kinds"
    )
    rows = loans.left_join(crops, loans.industry_id == crops["_key"]).drop("_key")
    rows = rows.mutate(
        crop_duration=_duration(rows, tuple(str(kind) for kind in rule["types"])),
        _oldest=v.add_days(context.day, zero() - rows.dpd_days),
    )
    rows = _counted(context, rule, context.keep("crop_loans", rows))
    is_crop = rows.crop_duration.isin(("short", "long")).fill_null(False)
    none = v.null("integer")
    count = v.when([(~is_crop | rows.dpd_days.isnull(), none)], rows["_seasons"].fill_null(0))
    rows = rows.mutate(crop_seasons_overdue_count=count, crop_npl_on=rows["_npl_on"])
    kept = context.keep(
        "crops", rows.select("id", "crop_duration", "crop_seasons_overdue_count", "crop_npl_on")
    )
    context.tell("loan", kept.drop("crop_npl_on"))


def _crop(rule: Mapping[str, Any], code: str) -> dict[str, Any]:
    found = longest(rule["crops"], code)
    return {
        "_key": code,
        "crop": found["crop"] if found else None,
        "duration": found["duration"] if found else None,
    }


def _duration(rows: Table, types: tuple[str, ...]) -> Column:
    is_type = rows.contract_type.isin(types)
    unknown = is_type & rows.industry_id.isnull()
    return v.when(
        [
            (~is_type, v.literal("no_crop", "string")),
            (unknown, v.literal("unknown", "string")),
        ],
        v.coalesce(rows.duration, v.literal("no_crop", "string")),
    )


def _counted(context: Context, rule: Mapping[str, Any], rows: Table) -> Table:
    """Count the whole seasons since the oldest unpaid due date of each crop loan that is past due."""
    seasons = [
        {"_crop": crop["crop"], "_from": first, "_to": last}
        for crop in {one["crop"]: one for one in rule["crops"].values()}.values()
        for first, last in _ended(crop["seasons"], context.as_of)
    ]
    if not seasons:
        return nulls(rows, _COUNTED)
    table = context.engine.from_rows(seasons, _SEASON, "crop_season_days")
    late = rows.filter((rows.dpd_days > 0) & rows.crop_duration.isin(("short", "long")))
    late = late.select(_loan="id", _of="crop", _duration="crop_duration", _oldest="_oldest")
    pairs = late.inner_join(table, late["_of"] == table["_crop"])
    pairs = pairs.filter(pairs["_from"] >= pairs["_oldest"])
    pairs = pairs.mutate(_nth=v.row_number(partition=[pairs["_loan"]], order=[(pairs["_to"], "asc")]))
    after: Mapping[str, Any] = rule["npl_after"]
    turning = v.when(
        [
            (pairs["_duration"] == name, v.literal(int(str(after[name])), "integer"))
            for name in ("short", "long")
        ],
        v.null("integer"),
    )
    sums = pairs.group_by(_loan=pairs["_loan"]).aggregate(
        _seasons=pairs.count(), _last=v.max_if(pairs["_to"], pairs["_nth"] == turning)
    )
    sums = sums.select("_loan", "_seasons", _npl_on=v.add_days(sums["_last"], 1))
    return rows.left_join(sums, rows["id"] == sums["_loan"]).drop("_loan")


def _ended(seasons: list[Any], as_of: date) -> list[tuple[date, date]]:
    """Give first and last day of every season of the crop that was over before the day."""
    found = []
    for first, last in seasons:
        for year in range(as_of.year - _YEARS, as_of.year + 1):
            begins, ends = _on(first, year), _on(last, year)
            if ends < begins:
                ends = _on(last, year + 1)
            if ends < as_of:
                found.append((begins, ends))
    return found


def _on(month_day: Any, year: int) -> date:
    """Give the day of a year; the last of February where it has no 29th."""
    month, day = map(int, str(month_day).split("-"))
    return date(year, 3, 1) - timedelta(days=1) if (month, day) == (2, 29) else date(year, month, day)

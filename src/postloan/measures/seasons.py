"""Seasons of a farm: an inspection between two of them is brought forward into the one before.

On bare ground in winter there is nothing to see of a crop. The months stand in the pack: those of sowing,
growing and harvest of the customer's crop (`crop_calendar`), else the parameter `farm_seasons`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

_OTHER = "other"


def aligned(engine: Engine, policy: Policy, rows: Table) -> Table:
    """Shorten _days of rows that have _seasons, so that _base + _days falls into a season.

    Columns used: _base, _days, _seasons (above 0 where a modifier asks for them), industry_id.
    A day that lies in a season stays; one that does not becomes the last day of the month in season before
    it, unless that is not after _base.
    """
    months = {_OTHER: _months(policy.parameter("farm_seasons")), **_crops(policy)}
    back = _back(engine, months)
    crops = sorted((key for key in months if key != _OTHER), key=lambda key: (-len(key), key))
    crop = v.when(
        [
            (rows.industry_id.startswith(prefix).fill_null(False), v.literal(prefix, "string"))
            for prefix in crops
        ],
        v.literal(_OTHER, "string"),
    )
    due = v.add_days(rows["_base"], rows["_days"])
    rows = rows.mutate(_crop=crop, _due=due, _month=v.month(due))
    rows = rows.left_join(back, [rows["_crop"] == back["_of_crop"], rows["_month"] == back["_of_month"]])
    ends = v.add_days(v.add_months(v.month_start(rows["_due"]), 1 - rows["_back"]), -1)
    moved = (rows["_seasons"] > 0) & (rows["_back"] > 0) & (ends > rows["_base"])
    days = v.when([(moved.fill_null(False), v.days_between(ends, rows["_base"]))], rows["_days"])
    return rows.mutate(_days=days).drop("_crop", "_due", "_month", "_of_crop", "_of_month", "_back")


def _crops(policy: Policy) -> dict[str, list[int]]:
    """Give the months of sowing, growing and harvest by the beginning of an industry's code."""
    calendar: Mapping[str, Mapping[str, Any]] = policy.parameter("crop_calendar")
    found = {}
    for code, crop in calendar.items():
        months = _months([*crop.get("growing", ()), *crop.get("harvest", ())])
        sown = str(crop.get("sown_by", ""))
        found[str(code)] = sorted({*months, *([int(sown[:2])] if sown else [])})
    return found


def _months(value: Iterable[Any]) -> list[int]:
    return sorted({int(month) for month in value})


def _back(engine: Engine, months: Mapping[str, list[int]]) -> Table:
    """Give for each crop and month how many months back the last one in season lies; 0 in season."""
    rows = [
        {"_of_crop": crop, "_of_month": month, "_back": min((month - one) % 12 for one in of_crop)}
        for crop, of_crop in months.items()
        if of_crop
        for month in range(1, 13)
    ]
    fields = [Field("_of_crop", "string"), Field("_of_month", "integer"), Field("_back", "integer")]
    return engine.from_rows(rows, fields, "seasons")

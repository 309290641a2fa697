"""Figures of regions and industries month by month: the last ones, those before them, and usual seasons."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context


def monthly(context: Context, subject: str) -> Table:
    """Give the last value of each month: columns of (whose), indicator, month, period, value, millionths.

    `month` is `verbs.month_index`; `millionths` is the value as an integer, for exact sums.
    """
    name = f"{subject}_months"
    if name not in context.made:
        table = context.book.table(f"{subject}_indicator")
        rows = table.filter(table.period <= context.day)
        rows = rows.select(
            "indicator", "period", "value", of=f"{subject}_id", month=v.month_index(rows.period)
        )
        groups = [rows["of"], rows.indicator, rows.month]
        rows = rows.mutate(_rank=v.row_number(partition=groups, order=[(rows.period, "desc")]))
        rows = rows.filter(rows["_rank"] == 1).drop("_rank")
        context.keep(name, rows.mutate(millionths=v.convert(v.literal(1_000_000, "integer"), rows["value"])))
    return context.made[name]


def last(context: Context, subject: str, max_age: int) -> Table:
    """Give the last value of each figure, at most `max_age` days old, with those 3 and 12 months before.

    Columns: of, indicator, value, millionths, and the same with `_3m` and `_12m`, null where not known.
    """
    rows = monthly(context, subject)
    groups = [rows["of"], rows.indicator]
    ranked = rows.mutate(_rank=v.row_number(partition=groups, order=[(rows.month, "desc")]))
    oldest = v.literal(context.as_of - timedelta(days=max_age), "date")
    found = ranked.filter((ranked["_rank"] == 1) & (ranked.period >= oldest)).drop("_rank")
    for back in (3, 12):
        before = rows.select(
            _of="of",
            _indicator="indicator",
            _month="month",
            **{f"value_{back}m": "value", f"millionths_{back}m": "millionths"},
        )
        same = [
            found["of"] == before["_of"],
            found.indicator == before["_indicator"],
            found.month - back == before["_month"],
        ]
        found = found.left_join(before, same).drop("_of", "_indicator", "_month")
    return found


_YEARS = 3
_MONTHS = 3


def against_season(context: Context, subject: str) -> Table:
    """Give each figure of the last three full months over its mean in the same months of three years before.

    A month counts where it is known in all four years, and two of the three must be.

    Columns: of, indicator, against (DECIMAL(18,6)).
    """
    rows = monthly(context, subject)
    newest = v.month_index(v.literal(context.months(1)[0], "date"))
    back = newest - rows.month
    twelve = v.literal(12, "integer")
    rows = rows.mutate(_place=v.modulo(back, twelve), _year=v.integer_divide(back, twelve)).filter(
        (back >= 0) & (back < 12 * (_YEARS + 1))
    )
    rows = rows.filter(rows["_place"] < _MONTHS)
    sums = rows.group_by("of", "indicator", "_place").aggregate(
        _years=rows.count(),
        _now=v.total_if(rows.millionths, rows["_year"] == 0),
        _then=v.total_if(rows.millionths, rows["_year"] > 0),
    )
    known = sums.filter(sums["_years"] == _YEARS + 1)
    found = known.group_by("of", "indicator").aggregate(
        _known=known.count(), _now=v.total(known["_now"]), _then=v.total(known["_then"])
    )
    found = found.filter(found["_known"] >= _MONTHS - 1)
    return found.select("of", "indicator", against=v.ratio(found["_now"] * _YEARS, found["_then"]))

"""Deadlines: calendar days, and working days by the pack's calendar."""

from __future__ import annotations

from datetime import date, timedelta

from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy

_BACK, _AHEAD = 3660, 800
"""Days before and after the business date between which working days are counted."""


def add(engine: Engine, policy: Policy, rows: Table, as_of: date) -> Table:
    """Add `deadline` and `provisional` to rows with base_on, days, day_kind, cap_base_on and cap_days.

    The deadline is the earlier of both limits; null where there is no base. `n` working days after a day is
    the n-th working day that follows it; 0 is the day itself. Outside the calendar's known years weekends
    alone count, and `provisional` says so. Bases older than ten years count in calendar days.
    """
    days = _days(engine, policy, as_of)
    working = v.when([(rows.day_kind == "working", rows.days)], v.null("integer"))
    rows = _after(days, rows.mutate(_working=working), "base_on", "_working", "_limit")
    rows = _after(days, rows, "cap_base_on", "cap_days", "_cap")
    calendar = v.add_days(rows.base_on, rows.days)
    limit = v.when([(rows.day_kind == "working", rows["_limit"])], calendar)
    provisional = rows["_limit_provisional"].fill_null(False) | rows["_cap_provisional"].fill_null(False)
    return rows.mutate(deadline=v.least(limit, rows["_cap"]), provisional=provisional).drop(
        "_working", "_limit", "_cap", "_limit_provisional", "_cap_provisional"
    )


def _days(engine: Engine, policy: Policy, as_of: date) -> Table:
    start, end = as_of - timedelta(days=_BACK), as_of + timedelta(days=_AHEAD)
    rows = [
        {"day": item.day, "works": item.is_business, "ordinal": item.ordinal, "provisional": item.provisional}
        for item in policy.calendar.days(start, end)
    ]
    fields = [
        Field("day", "date"),
        Field("works", "boolean"),
        Field("ordinal", "integer"),
        Field("provisional", "boolean"),
    ]
    return engine.from_rows(rows, fields, "working_days")


def _after(days: Table, rows: Table, base: str, count: str, name: str) -> Table:
    """Add the day that many working days after a base, and whether it is provisional."""
    start = days.select(_from="day", _ordinal="ordinal", _from_provisional="provisional")
    rows = rows.left_join(start, rows[base] == start["_from"])
    rows = rows.mutate(_target=rows["_ordinal"] + rows[count])
    end = days.filter(days.works).select(_to="day", _nth="ordinal", _to_provisional="provisional")
    rows = rows.left_join(end, (rows["_target"] == end["_nth"]) & (rows[count] > 0))
    limit = v.when(
        [(rows[count] == 0, rows[base])], v.coalesce(rows["_to"], v.add_days(rows[base], rows[count]))
    )
    limit = v.when([(rows[count].isnull(), v.null("date"))], limit)
    provisional = (rows["_from_provisional"] | rows["_to_provisional"]) & (rows[count] > 0)
    rows = rows.mutate(**{name: limit, f"{name}_provisional": provisional})
    return rows.drop("_from", "_ordinal", "_from_provisional", "_target", "_to", "_nth", "_to_provisional")

"""The shape that every clock has on its way to the result, and the state that follows from it.

Columns: kind, part (its number within the kind), loan_id, customer_id, starts_on, interrupted_on, ends_on,
is_satisfied, is_stopped, is_lost, missing (names of columns or tables without which it cannot be counted),
not_before (the earliest day on which it can end, where the end itself is not known), moved_by, not_counted
and notes (JSON lists). Null flags are false, null lists empty.
"""

from __future__ import annotations

from datetime import date
from functools import reduce

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.periods import Ground
from postloan.policy.calendar import Calendar
from postloan.results import CLOCK

_COLUMNS: dict[str, Kind] = {
    "kind": "string",
    "part": "string",
    "loan_id": "string",
    "customer_id": "string",
    "starts_on": "date",
    "interrupted_on": "date",
    "ends_on": "date",
    "is_satisfied": "boolean",
    "is_stopped": "boolean",
    "is_lost": "boolean",
    "missing": "string",
    "not_before": "date",
    "moved_by": "string",
    "not_counted": "string",
    "notes": "string",
}

RUNNING, SUSPENDED, SATISFIED = "running", "suspended", "satisfied"
EXPIRED, NOT_MEASURABLE = "expired", "not_measurable"


def shaped(rows: Table, kind: str, **values: Column) -> Table:
    """Give rows in the columns of this module: as given, else of the rows, else null."""
    found = {"kind": v.literal(kind, "string"), **values}
    return rows.select(
        **{
            name: found[name] if name in found else rows[name] if name in rows.columns else v.null(of)
            for name, of in _COLUMNS.items()
        }
    )


def day_after(event: Column) -> Column:
    """Give the first day that counts of a period that an event starts (Civil Code art. 201)."""
    return v.add_days(event, 1)


def any_missing(*needs: tuple[Column, str]) -> Column:
    """Give what is missing, by condition: quoted names, each with a comma in front; null where nothing is."""
    nothing = v.literal("", "string")
    parts = [v.when([(condition, v.literal(f',"{name}"', "string"))], nothing) for condition, name in needs]
    text = v.concat(*parts)
    return v.when([(text == "", v.null("string"))], text)


def state(rows: Table, as_of: date) -> Column:
    """Give the state of each clock.

    What is satisfied is so whatever else is missing; one that cannot be counted is never told as running.
    """
    day = v.literal(as_of, "date")
    no = v.literal(False, "boolean")
    lost = v.coalesce(rows.is_lost, no) | (rows.ends_on < day).fill_null(False)
    return v.when(
        [
            (v.coalesce(rows.is_satisfied, no), v.literal(SATISFIED, "string")),
            (rows.missing.notnull(), v.literal(NOT_MEASURABLE, "string")),
            (v.coalesce(rows.is_stopped, no), v.literal(SUSPENDED, "string")),
            (lost, v.literal(EXPIRED, "string")),
        ],
        v.literal(RUNNING, "string"),
    )


def as_result(ground: Ground, parts: list[Table]) -> Table:
    """Give table `clock` of the parts.

    `evidence` is a JSON object: missing, moved_by, not_before, not_counted, notes, and provisional (the
    calendar of the year in which it ends is not known). While a clock stands still it has no last day, only
    one before which it cannot end.
    """
    rows = reduce(lambda a, b: a.union(b), parts)
    rows = rows.mutate(state=state(rows, ground.as_of))
    still = rows.state == SUSPENDED
    ends = v.when([(still, v.null("date"))], rows.ends_on)
    counts = rows.state.isin((RUNNING, EXPIRED, NOT_MEASURABLE))
    counts = counts & ~v.coalesce(rows.is_lost, _no())
    left = v.when([(counts, v.days_between(ends, ground.day))], v.null("integer"))
    not_before = v.when([(still, rows.ends_on)], rows.not_before)
    evidence = v.json_object(
        {
            "missing": _names(rows.missing),
            "moved_by": v.coalesce(rows.moved_by, v.literal("[]", "string")),
            "not_before": v.json_text(v.text(not_before)),
            "not_counted": v.coalesce(rows.not_counted, v.literal("[]", "string")),
            "notes": v.coalesce(rows.notes, v.literal("[]", "string")),
            "provisional": v.text(v.coalesce(_unknown_year(ends, ground.policy.calendar), _no())),
        }
    )
    values = {
        "as_of": ground.day,
        "clock_id": v.concat(rows.kind, ":", rows.part),
        "ends_on": ends,
        "days_left": left,
        "evidence": evidence,
    }
    return rows.select(**{name: values[name] if name in values else rows[name] for name in CLOCK.columns})


def empty(ground: Ground) -> Table:
    """Give table `clock` without a row."""
    return ground.engine.from_rows([], CLOCK.fields, "clock")


def _no() -> Column:
    return v.literal(False, "boolean")


def _unknown_year(ends: Column, calendar: Calendar) -> Column:
    """Tell whether the year of a last day has no calendar, so that weekends alone moved it."""
    known = sorted(calendar.years)
    return v.year(ends).notin(known) if known else ends.notnull()


def _names(missing: Column) -> Column:
    """Give a JSON list of quoted names, each with a comma in front."""
    return v.when([(missing.notnull(), v.json_parts(missing))], v.literal("[]", "string"))

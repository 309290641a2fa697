"""Dates of a pack: days on which something is not in force, unknown calendars, and reviews that are due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from postloan.policy.entries import Provenance
from postloan.policy.findings import Finding
from postloan.policy.in_force import Dated, Pack
from postloan.policy.model import DecisionTable
from postloan.policy.provenance import STATUSES, of_rule

_DAY = timedelta(days=1)
_LISTED = ("signal", "measure", "clock")
"""Kinds that a run takes as they come; whatever else there is, it asks for by name on every day."""

_REQUIRED = ("effective_from", "reference", "owner")


def gaps(pack: Pack, start: date, end: date) -> Iterator[Finding]:
    """Find dates of a span on which something that the pack holds is not in force, or has no calendar."""
    for kind, keys in sorted(pack.versions.items()):
        for key, versions in sorted(keys.items()):
            for day in _turning_days(versions, start, end):
                if kind in _LISTED and day < (first := min(one.effective_from for one in versions)):
                    message = f"The {kind} `{key}` holds from {first.isoformat()} only."
                    mend = "Nothing, if that is meant: before that day it is not looked at."
                    yield Finding("warning", "not_yet_in_force", message, versions[0].where, mend)
                elif pack.in_force(versions, day) is None:
                    message = f"No {kind} `{key}` is in force on {day.isoformat()}."
                    mend = "Date a version so that it covers the day."
                    yield Finding("error", "not_in_force", message, versions[0].where, mend)
    known = sorted(pack.calendar.years)
    between = set(range(known[0], known[-1])) if known else set()
    for year in sorted(between.union(range(start.year, end.year + 1)) - set(known)):
        message = f"The calendar of {year} is not known; weekends alone count, provisionally."
        mend = "Add the file once the holidays are promulgated."
        yield Finding("warning", "calendar_provisional", message, f"{pack.id}/calendar/{year}.yaml", mend)


def provenance(pack: Pack, start: date, end: date) -> Iterator[Finding]:
    """List entries in force in a span that lack a reference, an owner or a date, or whose review is due.

    A review is due once it is older than twelve months on the first day of the span.
    """
    for _, keys in sorted(pack.versions.items()):
        for _, versions in sorted(keys.items()):
            days = _turning_days(versions, start, end)
            living = [pack.in_force(versions, day) for day in days]
            for dated in versions:
                if any(dated is one for one in living):
                    yield from _of_entry(dated, start)


def _turning_days(versions: tuple[Dated, ...], start: date, end: date) -> list[date]:
    """Give the first day and each on which another version, or none, begins to hold."""
    turns = {one.effective_from for one in versions}
    turns |= {one.effective_until + _DAY for one in versions if one.effective_until not in (None, date.max)}
    return sorted({start, *(day for day in turns if start < day <= end)})


def _of_entry(dated: Dated, today: date) -> Iterator[Finding]:
    entry = dated.value
    if not isinstance(entry, Provenance | DecisionTable):
        return
    if isinstance(entry, DecisionTable):  # the name of its file says from when it holds
        lacking = [field for field in _REQUIRED[1:] if not getattr(entry, field)]
    else:
        lacking = [field for field in _REQUIRED if not dated.raw.get(field)]
    if lacking:
        message = f"The {dated.kind} `{dated.key}` has no {' and no '.join(lacking)}."
        mend = (
            "Without `effective_from` it holds for all past dates too." if lacking[0] == _REQUIRED[0] else ""
        )
        yield Finding("warning", "provenance_missing", message, dated.where, mend)
    for status, place in _statuses(entry, dated.where):
        if status and status not in STATUSES:
            mend = "Write V where a public source says so, V* a weak one, K to be confirmed, P proposed."
            yield Finding("warning", "unknown_status", f"There is no status `{status}`.", place, mend)
    if entry.reviewed_on is None or _a_year_after(entry.reviewed_on) < today:
        last = entry.reviewed_on.isoformat() if entry.reviewed_on else "never"
        message = f"The {dated.kind} `{dated.key}` was last reviewed: {last}."
        mend = "Have its owner review it, and write the day under `reviewed_on`."
        yield Finding("warning", "review_due", message, dated.where, mend)


def _statuses(entry: Provenance | DecisionTable, where: str) -> Iterator[tuple[str, str]]:
    """Give the status of an entry and of the rows of a table, each with its place."""
    yield entry.status, where
    if isinstance(entry, DecisionTable):
        for rule in entry.rules:
            source = of_rule(entry, rule)
            if source.is_own:
                yield source.status, f"{where}, rule {rule.id}"


def _a_year_after(day: date) -> date:
    """Give the same day of the next year; 28 February after a leap day."""
    if day.year == date.max.year:
        return date.max
    return day.replace(year=day.year + 1, day=28 if (day.month, day.day) == (2, 29) else day.day)

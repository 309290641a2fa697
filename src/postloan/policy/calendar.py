"""Business days: dated holidays and swapped working days of a pack; weekends elsewhere."""

from __future__ import annotations

import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.findings import near

_DAY = timedelta(days=1)
_SATURDAY = 5
_KEYS = ("year", "source", "status", "holidays", "extra_workdays")


@dataclass(frozen=True)
class CalendarYear:
    """One year as promulgated: days off, and weekend days that are worked; where that was read, how sure."""

    year: int
    holidays: frozenset[date]
    extra_workdays: frozenset[date]
    source: str = ""
    status: str = ""


@dataclass(frozen=True)
class CalendarDay:
    """One day of a span; `ordinal` counts the business days of the span up to and with it."""

    day: date
    is_business: bool
    ordinal: int
    provisional: bool


@dataclass(frozen=True)
class Calendar:
    """The known years of a pack; a day of any other year goes by weekends alone and is provisional."""

    years: Mapping[int, CalendarYear]

    def is_business(self, day: date) -> bool:
        """Tell whether the bank works on that day."""
        known = self.years.get(day.year)
        if known is None:
            return day.weekday() < _SATURDAY
        return day in known.extra_workdays or (day.weekday() < _SATURDAY and day not in known.holidays)

    def is_provisional(self, day: date) -> bool:
        """Tell whether the year's holidays are not known."""
        return day.year not in self.years

    def add_business(self, day: date, count: int) -> date:
        """Give the business day `count` working days after a day (before it, if negative).

        The day itself is not counted; with 0 it is the day itself, or the next business day if it is none.
        """
        step = _DAY if count >= 0 else -_DAY
        if count == 0:
            return day if self.is_business(day) else self.add_business(day, 1)
        left = abs(count)
        while left:
            day += step
            left -= self.is_business(day)
        return day

    def days(self, start: date, end: date) -> list[CalendarDay]:
        """Give every day from start to end, both included, with its ordinal among the business days."""
        rows, ordinal = [], 0
        for day in _span(start, end):
            business = self.is_business(day)
            ordinal += business
            rows.append(CalendarDay(day, business, ordinal, self.is_provisional(day)))
        return rows

    def business_days(self, start: date, end: date) -> list[date]:
        """Give the business days from start to end, both included."""
        return [day for day in _span(start, end) if self.is_business(day)]


def _span(start: date, end: date) -> Iterator[date]:
    day = start
    while day <= end:
        yield day
        day += _DAY


def parse_year(raw: Any, where: str) -> CalendarYear:
    """Read one `calendar/<year>.yaml`: `{year, source, status, holidays: [dates], extra_workdays: [dates]}`.

    Raises:
        PolicyError: `calendar_entry` for what is unknown or missing, a day that is no date or lies in another
        year, a day that is both off and worked, and a weekday that would be worked anyway.
    """
    year = raw.get("year") if isinstance(raw, Mapping) else None
    if not isinstance(raw, Mapping) or type(year) is not int or not MINYEAR <= year <= MAXYEAR:
        raise _wrong("A calendar needs `year`, a number.", where, "Begin it with `year: 2027`.")
    odd = sorted(str(key) for key in set(raw) - set(_KEYS))
    if odd:
        raise _wrong(f"`{odd[0]}` is nothing that a calendar holds.", where, near(odd[0], _KEYS))
    off, worked = _days(raw, "holidays", where), _days(raw, "extra_workdays", where)
    for day in sorted(off & worked):
        raise _wrong(f"{day} is both a holiday and worked.", where, "Remove it from one of the two.")
    for day in sorted(day for day in worked if day.weekday() < _SATURDAY):
        mend = "Give the Saturday or Sunday that is worked, or remove it."
        raise _wrong(f"`extra_workdays` holds {day}, a weekday, which is worked anyway.", where, mend)
    return CalendarYear(year, off, worked, str(raw.get("source", "")), str(raw.get("status", "")))


def _days(raw: Mapping[str, Any], key: str, where: str) -> frozenset[date]:
    days = raw.get(key) or []
    if not isinstance(days, list):
        raise _wrong(f"`{key}` is no list.", where, "Write one day a line, as `- 2027-01-01`.")
    for day in days:
        if not isinstance(day, date) or day.year != raw["year"]:
            told = str(day) if isinstance(day, date) else reprlib.repr(day)
            mend = "Write days as 2027-01-01, without quotes, each into the file of its year."
            raise _wrong(f"`{key}` holds {told}, no date of {raw['year']}.", where, mend)
    return frozenset(days)


def _wrong(message: str, where: str, mend: str) -> PolicyError:
    return PolicyError("calendar_entry", message, where=where, mend=mend)

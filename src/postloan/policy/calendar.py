"""Business days: dated holidays and swapped working days of a pack; weekends elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from postloan.errors import PolicyError

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class CalendarYear:
    """One year as promulgated: days off, and weekend days that are worked."""

    year: int
    holidays: frozenset[date]
    extra_workdays: frozenset[date]
    source: str = ""


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
            return day.weekday() < 5
        return day in known.extra_workdays or (day.weekday() < 5 and day not in known.holidays)

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
    """Read one `calendar/<year>.yaml`: `{year, source, holidays: [dates], extra_workdays: [dates]}`.

    Raises:
        PolicyError: `calendar_entry` for a day that is no date or lies in another year.
    """
    if not isinstance(raw, Mapping) or not isinstance(raw.get("year"), int):
        raise PolicyError("calendar_entry", "A calendar needs `year`, a number.", where=where)
    lists = []
    for key in ("holidays", "extra_workdays"):
        days = raw.get(key) or []
        for day in days:
            if not isinstance(day, date) or day.year != raw["year"]:
                raise PolicyError(
                    "calendar_entry", f"`{key}` holds {day}, no date of {raw['year']}.", where=where
                )
        lists.append(frozenset(days))
    return CalendarYear(raw["year"], lists[0], lists[1], str(raw.get("source", "")))

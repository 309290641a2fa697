"""Business days: holidays, swapped weekends, and years that are not known."""

from __future__ import annotations

from datetime import date

import pytest

from postloan.errors import PolicyError
from postloan.policy.calendar import Calendar, parse_year

NEW_YEAR = {
    "year": 2026,
    "holidays": [date(2026, 1, 1), date(2026, 1, 2)],
    "extra_workdays": [date(2026, 1, 4)],
}
CALENDAR = Calendar({2026: parse_year(NEW_YEAR, "here")})


@pytest.mark.parametrize(
    ("day", "business"),
    [
        (date(2026, 1, 1), False),  # Thursday, a holiday
        (date(2026, 1, 3), False),  # Saturday
        (date(2026, 1, 4), True),  # Sunday, worked
        (date(2026, 1, 5), True),
        (date(2025, 12, 31), True),
        (date(2027, 1, 1), True),  # a year that is not known: weekends alone
        (date(2027, 1, 2), False),
    ],
)
def test_is_business(day: date, business: bool) -> None:
    assert CALENDAR.is_business(day) is business


def test_other_years_are_provisional() -> None:
    assert [CALENDAR.is_provisional(date(year, 6, 1)) for year in (2025, 2026, 2027)] == [True, False, True]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, date(2026, 1, 4)), (1, date(2026, 1, 4)), (2, date(2026, 1, 5)), (-1, date(2025, 12, 31))],
)
def test_add_business_counts_from_the_next_day(count: int, expected: date) -> None:
    assert CALENDAR.add_business(date(2026, 1, 1), count) == expected


def test_days_number_the_business_days() -> None:
    rows = CALENDAR.days(date(2025, 12, 31), date(2026, 1, 5))
    assert [(row.day.day, row.is_business, row.ordinal) for row in rows] == [
        (31, True, 1),
        (1, False, 1),
        (2, False, 1),
        (3, False, 1),
        (4, True, 2),
        (5, True, 3),
    ]
    assert CALENDAR.business_days(date(2026, 1, 1), date(2026, 1, 5)) == [date(2026, 1, 4), date(2026, 1, 5)]


def test_a_day_of_another_year_is_refused() -> None:
    with pytest.raises(PolicyError):
        parse_year({"year": 2026, "holidays": [date(2025, 1, 1)]}, "here")

"""Verbs on columns that only compiled FEEL needs; like those in `verbs.py` they are equal on both engines."""

from __future__ import annotations

from postloan.engine import exact
from postloan.engine.declaring import declare
from postloan.engine.feel_functions import FEEL_FUNCTIONS
from postloan.engine.types import Column

_F = declare(FEEL_FUNCTIONS)


def day_later(day: Column, days: Column) -> Column:
    """Give the date that many days later; null outside the years 1 to 9999."""
    return _F["pl_day_later"](day, days)


def month_later(day: Column, months: Column) -> Column:
    """Give the date that many months later, held in its month; null outside the years 1 to 9999."""
    return _F["pl_month_later"](day, months)


def whole_months(start: Column, end: Column) -> Column:
    """Give the whole months from one date to another, negative backwards."""
    return _F["pl_whole_months"](start, end)


def date_of(year: Column, month: Column, day: Column) -> Column:
    """Give the date of a year, month and day; null where there is none in the years 1 to 9999."""
    return _F["pl_date"](year, month, day)


def weekday(day: Column) -> Column:
    """Give the day of the week, Monday 1 to Sunday 7."""
    return _F["pl_weekday"](day)


def day_of_year(day: Column) -> Column:
    """Give the day of the year from 1."""
    return _F["pl_day_of_year"](day)


def week_of_year(day: Column) -> Column:
    """Give the week of the year by ISO 8601."""
    return _F["pl_week"](day)


def absolute(column: Column) -> Column:
    """Give a number without its sign."""
    return column.abs()


def identical(a: Column, b: Column) -> Column:
    """Tell whether two values of one type are equal or both null; never null."""
    return exact.identical(a, b)


def floor_modulo(a: Column, b: Column) -> Column:
    """Give the remainder of a/b of wide whole decimals with the sign of b; null where b is 0."""
    return _F["pl_floor_modulo"](a, b)


def rounded(how: str, a: Column, b: Column) -> Column:
    """Give a/b of wide whole decimals as a whole one; null where b is 0.

    `how` is `floor`, `ceiling`, `half_even`, `half_up` (halves away from zero), `half_down`, `round_up` (away
    from zero) or `round_down`.
    """
    return _F["pl_floor_divide" if how == "floor" else f"pl_{how}"](a, b)


def inexact(sign: str, a: Column, b: Column) -> Column:
    """Join two doubles by `+ * / **`; null for a division by zero or a power that is no number.

    Stops where a sum loses more than five digits, and where a value is too large or too small.
    """
    names = {"+": "sum", "*": "product", "/": "quotient"}
    return _F["pl_power" if sign == "**" else f"pl_inexact_{names[sign]}"](a, b)


def part(column: Column, start: Column, length: Column) -> Column:
    """Give the characters of a text from `start`, 1 the first and -1 the last; null where there are none."""
    return _F["pl_part"](column, start, length)


def before(column: Column, wanted: Column) -> Column:
    """Give what stands in a text before the first place of another; empty where that is not there."""
    return _F["pl_before"](column, wanted)


def after(column: Column, wanted: Column) -> Column:
    """Give what stands in a text behind the first place of another; empty where that is not there."""
    return _F["pl_after"](column, wanted)


def ends_with(column: Column, wanted: Column) -> Column:
    """Tell whether a text ends with another."""
    return column.endswith(wanted)


def without_zeros(column: Column) -> Column:
    """Give the text of a number with decimal places without the zeros at its end."""
    return _F["pl_without_zeros"](column)

"""Dates and durations over columns: shifts that leave the calendar are null, as FEEL has it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from postloan.engine import Column
from postloan.engine import verbs as v
from postloan.policy.feel.compiling import logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.values import RangeValue, Scalar, Value, describe, number

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler

FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
"""The calendar's ends; the first day is a Monday."""

_LAST_MONTH = 9999 * 12 + 11


def _integer(value: int) -> Column:
    return v.literal(value, "integer")


def _day(value: date) -> Column:
    return v.literal(value, "date")


def add_days(day: Column, days: Column) -> Column:
    """Give the date that many days later; null outside the years 1 to 9999."""
    inside = (days <= v.days_between(_day(LAST), day)) & (days >= v.days_between(_day(FIRST), day))
    return v.when([(inside, v.add_days(day, days))], v.null("date"))


def add_months(day: Column, months: Column) -> Column:
    """Give the date that many months later, held in its month; null outside the years 1 to 9999."""
    index = v.month_index(day)
    inside = (months <= _integer(_LAST_MONTH) - index) & (months >= _integer(12) - index)
    return v.when([(inside, v.add_months(day, months))], v.null("date"))


def of_parts(year: Column, month: Column, day: Column) -> Column:
    """Give the date of a year, month and day; null where there is none."""
    months = (year - 1) * 12 + (month - 1)
    sound = (year >= 1) & (year <= 9999) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    first = v.add_months(_day(FIRST), v.when([(sound, months)], v.null("integer")))
    found = v.add_days(first, v.when([(sound, day - 1)], v.null("integer")))
    return v.when([(sound & (v.month_index(found) == v.month_index(first)), found)], v.null("date"))


def weekday(day: Column) -> Column:
    """Give the day of the week, Monday 1 to Sunday 7."""
    return v.modulo(v.days_between(day, _day(FIRST)), _integer(7)) + 1


def day_of_year(day: Column) -> Column:
    """Give the day of the year from 1."""
    before = v.modulo(v.month_index(day), _integer(12))
    start = v.add_days(v.add_months(v.month_start(day), _integer(0) - before), 0)
    return v.days_between(day, start) + 1


def week_of_year(day: Column) -> Column:
    """Give the ISO week: that of the year in which its Thursday lies."""
    thursday = v.add_days(day, _integer(4) - weekday(day))
    return v.integer_divide(day_of_year(thursday) - 1, _integer(7)) + 1


_PARTS: dict[str, tuple[Callable[[Column], Column], int]] = {
    "year": (v.year, 4),
    "month": (v.month, 2),
    "day": (v.day_of_month, 2),
    "weekday": (weekday, 1),
}


def property_of(compiler: Compiler, base: Value, name: str) -> Value:
    """Give a part of a date or duration, or an end of a range."""
    if isinstance(base, RangeValue):
        return _property_of_range(compiler, base, name)
    if not isinstance(base, Scalar):
        raise compiler.refuse(f"`.{name}` of {describe(base)}")
    if base.kind == "date" and name in _PARTS:
        part, digits = _PARTS[name]
        return number(num.whole(part(compiler.raw(base)), digits))
    if base.kind == "days" and name == "days":
        return number(num.whole(compiler.raw(base)))
    if base.kind == "months" and name in ("years", "months"):
        take = v.integer_divide if name == "years" else v.modulo
        return number(num.whole(take(compiler.raw(base), _integer(12))))
    raise compiler.refuse(f"`.{name}` of a {base.kind}")


def _property_of_range(compiler: Compiler, base: RangeValue, name: str) -> Value:
    if name in ("start", "end"):
        return base.low if name == "start" else base.high
    if name in ("start included", "end included"):
        return logic.of(base.low_closed if name == "start included" else base.high_closed)
    raise compiler.refuse(f"`.{name}` of a range")


def arithmetic(compiler: Compiler, sign: str, left: Scalar, right: Scalar) -> Scalar | None:
    """Add and subtract dates and durations; None where the kinds do not go together."""
    kinds = (left.kind, sign, right.kind)
    if kinds in (("days", "+", "date"), ("months", "+", "date")):
        left, right = right, left
        kinds = ("date", "+", right.kind)
    if left.kind == "date" and right.kind in ("days", "months") and sign in "+-":
        amount = compiler.raw(right)
        shift = add_days if right.kind == "days" else add_months
        return Scalar("date", shift(compiler.raw(left), amount if sign == "+" else _integer(0) - amount))
    if kinds == ("date", "-", "date"):
        return Scalar("days", v.days_between(compiler.raw(left), compiler.raw(right)))
    if left.kind == right.kind and left.kind in ("days", "months") and sign in "+-":
        a, b = compiler.raw(left), compiler.raw(right)
        return Scalar(left.kind, a + b if sign == "+" else a - b)
    return None


def months_between(earlier: Column, later: Column) -> Column:
    """Give the whole months from one date to another, towards zero."""
    forward, backward = v.months_between(later, earlier), v.months_between(earlier, later)
    return v.when([(later >= earlier, forward)], _integer(0) - backward)

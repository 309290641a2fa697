"""FEEL's arithmetic on numbers, texts, dates, times and durations; null where there is no answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_DOWN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.values import CONTEXT, bounded

_MICRO = timedelta(microseconds=1)


def calculate(sign: str, left: object, right: object) -> object:
    """Do arithmetic on two values; null where FEEL has no answer.

    Raises:
        PolicyError: `feel_too_large` for a text that grows beyond measure.
    """
    try:
        return _calculate(sign, left, right)
    except (OverflowError, ValueError, ZeroDivisionError):  # a date outside the years 1 to 9999
        return None
    except (DivisionByZero, InvalidOperation, Overflow):
        return None


def _calculate(sign: str, left: object, right: object) -> object:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _number(sign, left, right)
    if isinstance(left, str) and isinstance(right, str):
        return bounded(left + right) if sign == "+" else None
    if isinstance(left, timedelta | n.Months) or isinstance(right, timedelta | n.Months):
        return _with_duration(sign, left, right)
    if sign == "-":
        return _difference(left, right)
    return None


def _number(sign: str, left: Decimal, right: Decimal) -> Decimal | None:
    actions: dict[str, Callable[[Context, Decimal, Decimal], Decimal]] = {
        "+": Context.add,
        "-": Context.subtract,
        "*": Context.multiply,
        "/": Context.divide,
        "**": Context.power,
    }
    found = actions[sign](CONTEXT, left, right)
    return found if found.is_finite() else None


def _with_duration(sign: str, left: object, right: object) -> object:
    if sign == "+" and isinstance(left, timedelta | n.Months) and not isinstance(right, timedelta | n.Months):
        left, right = right, left
    if isinstance(left, timedelta | n.Months):
        return _durations(sign, left, right)
    if sign == "*" and isinstance(left, Decimal):
        return _durations("*", right, left)
    step = right if sign == "+" else -right if isinstance(right, timedelta) else None
    if isinstance(right, n.Months) and sign in "+-":
        step = n.Months(right.count if sign == "+" else -right.count)
    return None if sign not in "+-" else _shifted(left, step)


def _durations(sign: str, left: object, right: object) -> object:
    """Add, subtract, multiply and divide durations."""
    if isinstance(left, n.Months):
        if isinstance(right, n.Months):
            if sign == "/":
                return CONTEXT.divide(Decimal(left.count), Decimal(right.count))
            return (
                n.Months(left.count + (right.count if sign == "+" else -right.count))
                if sign in "+-"
                else None
            )
        if isinstance(right, Decimal) and sign in "*/":
            return n.Months(int(_scaled(sign, Decimal(left.count), right)))
        return None
    if isinstance(left, timedelta):
        if isinstance(right, timedelta):
            if sign == "/":
                return CONTEXT.divide(Decimal(left // _MICRO), Decimal(right // _MICRO))
            return (left + right if sign == "+" else left - right) if sign in "+-" else None
        if isinstance(right, Decimal) and sign in "*/":
            return int(_scaled(sign, Decimal(left // _MICRO), right)) * _MICRO
    return None


def _scaled(sign: str, count: Decimal, factor: Decimal) -> Decimal:
    """Multiply or divide, and cut what is smaller than one unit."""
    found = CONTEXT.multiply(count, factor) if sign == "*" else CONTEXT.divide(count, factor)
    if abs(found) > 10**20:
        raise OverflowError
    return found.to_integral_value(ROUND_DOWN)


def _shifted(start: object, step: object) -> object:
    if isinstance(start, n.Moment):
        if isinstance(step, n.Months):
            moved = add_months(start.value.date(), step.count)
            return n.Moment(datetime.combine(moved, start.value.timetz()))
        return n.Moment(start.value + step) if isinstance(step, timedelta) else None
    if isinstance(start, date):
        if isinstance(step, n.Months):
            return add_months(start, step.count)
        if isinstance(step, timedelta):
            return (datetime.combine(start, time()) + step).date()
    if isinstance(start, time) and isinstance(step, timedelta):
        return (datetime.combine(date(2000, 1, 3), start) + timedelta(seconds=step.seconds)).timetz()
    return None


def _difference(left: object, right: object) -> object:
    if isinstance(left, n.Moment) or isinstance(right, n.Moment):
        a, b = _moment(left), _moment(right)
        if type(left) is date or type(right) is date:
            a, b = _beside_date(left, a), _beside_date(right, b)
        if a is None or b is None or (a.utcoffset() is None) != (b.utcoffset() is None):
            return None
        return a - b
    if isinstance(left, date) and isinstance(right, date):
        return left - right
    if isinstance(left, time) and isinstance(right, time):
        if (left.utcoffset() is None) != (right.utcoffset() is None):
            return None
        day = date(2000, 1, 3)
        return datetime.combine(day, left) - datetime.combine(day, right)
    return None


def _beside_date(value: object, moment: datetime | None) -> datetime | None:
    """Give a moment beside a date, or that date's midnight, which the standard takes in UTC."""
    if type(value) is date and moment is not None:
        return moment.replace(tzinfo=UTC)
    if moment is not None and moment.utcoffset() is None:
        raise PolicyError(
            "feel_refused",
            "A date and a date and time without an offset from UTC have no difference.",
            mend="Take date(…) of the date and time.",
        )
    return moment


def _moment(value: object) -> datetime | None:
    if isinstance(value, n.Moment):
        return value.value
    return datetime.combine(value, time()) if isinstance(value, date) else None


def add_months(day: date, months: int) -> date:
    """Give the same day that many months later, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (first_of_next - timedelta(days=1)).day))


def months_between(start: date, end: date) -> int:
    """Give the whole months from one day to another, negative backwards."""
    if end < start:
        return -months_between(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)

"""Dates and durations over columns: shifts that leave the calendar are null, as FEEL has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from postloan.engine import Column
from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from postloan.policy.feel.compiling import logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.values import RangeValue, Scalar, Value, describe, number

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler


def _integer(value: int) -> Column:
    return v.literal(value, "integer")


_PARTS: dict[str, tuple[Callable[[Column], Column], int]] = {
    "year": (v.year, 4),
    "month": (v.month, 2),
    "day": (v.day_of_month, 2),
    "weekday": (fv.weekday, 1),
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
        shift = fv.day_later if right.kind == "days" else fv.month_later
        return Scalar("date", shift(compiler.raw(left), amount if sign == "+" else _integer(0) - amount))
    if kinds == ("date", "-", "date"):
        return Scalar("days", v.days_between(compiler.raw(left), compiler.raw(right)))
    if left.kind == right.kind and left.kind in ("days", "months") and sign in "+-":
        a, b = compiler.raw(left), compiler.raw(right)
        return Scalar(left.kind, a + b if sign == "+" else a - b)
    return None

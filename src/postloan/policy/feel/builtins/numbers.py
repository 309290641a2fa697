"""Built-in functions on numbers: rounding, remainders, roots. decimal128 throughout."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)

from postloan.policy.feel import nodes as n
from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.values import CONTEXT

_ONES = Decimal(0)
_SCALES = (-6111, 6176)
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d{1,4})?", re.ASCII)


def whole(value: Decimal) -> int:
    """Give a whole number of reasonable size; raises ValueError for everything else."""
    if value != value.to_integral_value() or abs(value) > 10**9:
        raise ValueError(value)
    return int(value)


def _rounded(value: Decimal, scale: Decimal | None, rounding: str) -> Decimal | None:
    if scale is None:  # given as null, which is not left out
        return None
    places = whole(scale)
    if not _SCALES[0] <= places <= _SCALES[1]:
        return None
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return value
    return value.quantize(Decimal(1).scaleb(-places, CONTEXT), rounding, CONTEXT).normalize(CONTEXT) + 0


@feel("decimal(n: number, scale: number) -> number")
def decimal(value: Decimal, scale: Decimal) -> Decimal | None:
    """Round half to even."""
    return _rounded(value, scale, ROUND_HALF_EVEN)


@feel("floor(n: number, scale?: number) -> number")
def round_to_floor(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round towards minus infinity."""
    return _rounded(value, scale, ROUND_FLOOR)


@feel("ceiling(n: number, scale?: number) -> number")
def ceiling(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round towards plus infinity."""
    return _rounded(value, scale, ROUND_CEILING)


@feel("round up(n: number, scale?: number) -> number")
def round_up(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round away from zero."""
    return _rounded(value, scale, ROUND_UP)


@feel("round down(n: number, scale?: number) -> number")
def round_down(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round towards zero."""
    return _rounded(value, scale, ROUND_DOWN)


@feel("round half up(n: number, scale?: number) -> number")
def round_half_up(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round to the nearest, a half away from zero."""
    return _rounded(value, scale, ROUND_HALF_UP)


@feel("round half down(n: number, scale?: number) -> number")
def round_half_down(value: Decimal, scale: Decimal | None = _ONES) -> Decimal | None:
    """Round to the nearest, a half towards zero."""
    return _rounded(value, scale, ROUND_HALF_DOWN)


@feel("abs(n: months) -> months")
@feel("abs(n: days) -> days")
@feel("abs(n: number) -> number")
def absolute(value: Decimal | timedelta | n.Months) -> Decimal | timedelta | n.Months:
    """Leave the sign away."""
    if isinstance(value, n.Months):
        return n.Months(abs(value.count))
    return value.copy_abs() if isinstance(value, Decimal) else abs(value)


@feel("modulo(dividend: number, divisor: number) -> number")
def modulo(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    """Give the remainder, with the sign of the divisor."""
    if divisor == 0:
        return None
    found = CONTEXT.remainder(dividend, divisor)
    return CONTEXT.add(found, divisor) if found and (found < 0) != (divisor < 0) else found


@feel("sqrt(number: number) -> number")
def sqrt(value: Decimal) -> Decimal | None:
    """Give the square root; null of a negative number."""
    return None if value < 0 else CONTEXT.sqrt(value)


@feel("log(number: number) -> number")
def log(value: Decimal) -> Decimal | None:
    """Give the natural logarithm; null unless above zero."""
    return CONTEXT.ln(value) if value > 0 else None


@feel("exp(number: number) -> number")
def exp(value: Decimal) -> Decimal:
    """Give e to a power."""
    return CONTEXT.exp(value)


@feel("odd(number: number) -> boolean")
def odd(value: Decimal) -> bool:
    """Tell whether a whole number is odd."""
    return CONTEXT.remainder(Decimal(_integral(value)), Decimal(2)) != 0


@feel("even(number: number) -> boolean")
def even(value: Decimal) -> bool:
    """Tell whether a whole number is even."""
    return not odd(value)


def _integral(value: Decimal) -> Decimal:
    if value != value.to_integral_value():
        raise ValueError(value)
    return value


@feel("number(from: string) -> number")
def number(value: str) -> Decimal | None:
    """Read a number; null if it is none."""
    if not _NUMBER.fullmatch(value) or len(value) > 60:
        return None
    found = Decimal(value)
    return found if len(found.as_tuple().digits) <= 34 else None


@feel("number(from: string, grouping separator: any, decimal separator: any) -> number")
def number_with(value: str, grouping: str | None, point: str | None) -> Decimal | None:
    """Read a number written with signs of its own between groups and before the fraction."""
    if (
        grouping not in (" ", ",", ".", None)
        or point not in (",", ".", None)
        or (point and point == grouping)
    ):
        return None
    bare = value.replace(grouping, "") if grouping else value
    if point and point != "." and "." in bare:
        return None
    return number(bare.replace(point, ".") if point else bare)

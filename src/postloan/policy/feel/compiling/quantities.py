"""Numbers of every kind that columns hold: exact ones, quotients of exact ones, and inexact ones.

A quotient keeps its divisor, so that comparing it multiplies across and stays exact; written out it is a
DOUBLE. What cannot be kept so, such as a power with a computed exponent, is a DOUBLE from the start, good
for about fifteen digits, and is never compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Context, Decimal

from postloan.engine import Column, exact
from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.numbers import Number

POWER_AT_MOST = 16
"""The largest exponent that is multiplied out."""


@dataclass(frozen=True)
class Quotient:
    """An exact number over another one, which is null where it is zero.

    `plain` tells that its exact value and FEEL's, rounded to 34 digits at each step, cannot fall on
    different sides of a number: so of a single division, not of a third taken three times.
    """

    top: Number
    bottom: Number
    plain: bool = True


@dataclass(frozen=True)
class Inexact:
    """A DOUBLE."""

    column: Column


Quantity = Number | Quotient | Inexact

ONE = num.of_constant(Decimal(1), "")
ZERO = num.of_constant(Decimal(0), "")


def is_terminating(value: Decimal) -> bool:
    """Tell whether 1 over the value is a decimal: whether it has no prime factors but 2 and 5."""
    top, bottom = abs(value).as_integer_ratio()
    for prime in (2, 5):
        while top and top % prime == 0:
            top //= prime
    return top == 1 and bottom >= 1


_WIDE = Context(prec=100)


def _reciprocal(value: Decimal) -> Decimal | None:
    """Give 1 over the value with at most 34 digits; None where that is not exact."""
    if not is_terminating(value):
        return None
    found = _WIDE.divide(Decimal(1), value)
    return found if len(found.as_tuple().digits) <= num.MOST_DIGITS else None


def inexact(quantity: Quantity) -> Column:
    """Give any number as a DOUBLE."""
    if isinstance(quantity, Inexact):
        return quantity.column
    if isinstance(quantity, Quotient):
        return fv.inexact("/", inexact(quantity.top), inexact(quantity.bottom))
    if quantity.constant is not None:
        return exact.double_literal(quantity.constant)
    return exact.double(quantity.column)


def is_null(quantity: Quantity) -> Column:
    """Tell whether a number that is no constant is null."""
    if isinstance(quantity, Quotient):
        sides = [side.column.isnull() for side in (quantity.top, quantity.bottom) if side.constant is None]
        return sides[0] if len(sides) == 1 else sides[0] | sides[1]
    return quantity.column.isnull()


def add(sign: str, a: Quantity, b: Quantity, where: str) -> Quantity:
    """Give the sum or difference."""
    if isinstance(a, Number) and isinstance(b, Number):
        return num.add(sign, a, b, where)
    if isinstance(a, Inexact) or isinstance(b, Inexact):
        right = inexact(b)
        return Inexact(fv.inexact("+", inexact(a), right if sign == "+" else -right))
    x, y = _fraction(a), _fraction(b)
    plain = x.plain and y.plain and (isinstance(a, Number) or isinstance(b, Number))
    try:
        top = num.add(sign, num.multiply(x.top, y.bottom, where), num.multiply(y.top, x.bottom, where))
        return Quotient(top, num.multiply(x.bottom, y.bottom, where), plain)
    except PolicyError:
        return add(sign, Inexact(inexact(a)), b, where)


def _fraction(quantity: Number | Quotient) -> Quotient:
    return quantity if isinstance(quantity, Quotient) else Quotient(quantity, ONE)


def negative(quantity: Quantity) -> Quantity:
    """Give the number with its sign turned."""
    if isinstance(quantity, Inexact):
        return Inexact(-quantity.column)
    if isinstance(quantity, Quotient):
        return replace(quantity, top=num.negative(quantity.top))
    return num.negative(quantity)


def multiply(a: Quantity, b: Quantity, where: str) -> Quantity:
    """Give the product."""
    if isinstance(a, Number) and isinstance(b, Number):
        return num.multiply(a, b, where)
    if isinstance(a, Inexact) or isinstance(b, Inexact):
        return Inexact(fv.inexact("*", inexact(a), inexact(b)))
    x, y = _fraction(a), _fraction(b)
    exact_side = a if isinstance(a, Number) else b if isinstance(b, Number) else None
    by = exact_side.constant if exact_side is not None else None
    plain = x.plain and y.plain and by is not None and by != 0 and is_terminating(by)
    try:
        return Quotient(num.multiply(x.top, y.top, where), num.multiply(x.bottom, y.bottom, where), plain)
    except PolicyError:
        return multiply(Inexact(inexact(a)), b, where)


def divide(a: Quantity, b: Quantity, where: str) -> Quantity:
    """Give the quotient; null where the divisor, which must not be the constant 0, is zero."""
    if isinstance(a, Inexact) or isinstance(b, Inexact):
        return Inexact(fv.inexact("/", inexact(a), inexact(b)))
    x, y = _fraction(a), _fraction(b)
    if isinstance(a, Number) and isinstance(b, Number) and b.constant is not None:
        turned = _reciprocal(b.constant)
        if turned is not None:
            try:
                return num.multiply(a, num.of_constant(turned, where), where)
            except PolicyError:  # too many places: kept as a quotient
                return Quotient(a, b)
    try:
        top, bottom = num.multiply(x.top, y.bottom, where), num.multiply(x.bottom, y.top, where)
    except PolicyError:
        return divide(Inexact(inexact(a)), b, where)
    return Quotient(top, not_zero(bottom), x.plain and isinstance(b, Number))


def not_zero(number: Number) -> Number:
    """Give a number with null for zero."""
    if number.constant is not None:
        return number
    zero = num.integer(ZERO) if number.is_whole else num.wide(ZERO, number.places, number.digits)
    return replace(number, column=number.column.nullif(zero))


def power(a: Quantity, b: Quantity, where: str) -> Quantity:
    """Give a power: multiplied out where the exponent is a small whole constant, else a DOUBLE."""
    exponent = b.constant if isinstance(b, Number) else None
    if isinstance(a, Number) and exponent is not None and abs(exponent) <= POWER_AT_MOST:
        try:
            return _multiplied_out(a, int(exponent), where) if exponent == int(exponent) else _power(a, b)
        except PolicyError:
            return _power(a, b)
    return _power(a, b)


def _power(a: Quantity, b: Quantity) -> Inexact:
    return Inexact(fv.inexact("**", inexact(a), inexact(b)))


def _multiplied_out(a: Number, exponent: int, where: str) -> Quantity:
    if exponent == 0:  # 0 ** 0 is no number
        base = not_zero(a).column
        one = v.literal(1, "integer")
        return num.whole(v.when([(base.notnull(), one)], v.null("integer")), 1)
    found = a
    for _ in range(abs(exponent) - 1):
        found = num.multiply(found, a, where)
    return found if exponent > 0 else divide(ONE, found, where)


def compare(sign: str, a: Quantity, b: Quantity, where: str) -> Column:
    """Compare two numbers by one of `= < <= > >=`, exactly; null where either is.

    Raises:
        PolicyError: `feel_refused` for a number that is not exact.
    """
    if isinstance(a, Number) and isinstance(b, Number):
        return num.compare(sign, a, b)
    if isinstance(a, Inexact) or isinstance(b, Inexact) or not (_fraction(a).plain and _fraction(b).plain):
        raise PolicyError(
            "feel_refused",
            "A comparison of a number that is not exact, such as a power or a third taken three times, "
            "cannot be compiled to columns.",
            where=where,
            mend="Multiply first and divide last, round the parts with decimal(…, 6), or make it a fact.",
        )
    x, y = _fraction(a), _fraction(b)
    left, right = num.multiply(x.top, y.bottom, where), num.multiply(y.top, x.bottom, where)
    if sign == "=":
        return num.compare("=", left, right)
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[sign]
    downward = _is_negative([x.bottom, y.bottom])
    if downward is True or downward is False:
        return num.compare(turned if downward else sign, left, right)
    return v.when([(downward, num.compare(turned, left, right))], num.compare(sign, left, right))


def _is_negative(bottoms: list[Number]) -> Column | bool:
    """Tell whether an odd number of divisors is negative."""
    turned, columns = False, []
    for bottom in bottoms:
        if bottom.constant is None:
            columns.append(num.compare("<", bottom, ZERO))
        elif bottom.constant < 0:
            turned = not turned
    if not columns:
        return turned
    odd = columns[0] if len(columns) == 1 else columns[0] != columns[1]
    return ~odd if turned else odd


def choose(condition: Column, a: Quantity, b: Quantity) -> Quantity:
    """Give the first number where the condition is true, else the second."""
    if isinstance(a, Inexact) or isinstance(b, Inexact):
        return Inexact(v.when([(condition, inexact(a))], inexact(b)))
    if isinstance(a, Quotient) or isinstance(b, Quotient):
        x, y = _fraction(a), _fraction(b)
        return Quotient(
            _choose_exact(condition, x.top, y.top),
            _choose_exact(condition, x.bottom, y.bottom),
            x.plain and y.plain,
        )
    return _choose_exact(condition, a, b)


def _choose_exact(condition: Column, a: Number, b: Number) -> Number:
    (left, right), kind = num.common([a, b])
    return replace(kind, column=v.when([(condition, left)], right))


def or_null(condition: Column, a: Quantity) -> Quantity:
    """Give the number where the condition is true, else null."""
    if isinstance(a, Inexact):
        return Inexact(
            v.when(
                [(condition, a.column)],
                exact.double_literal(Decimal(0)).nullif(exact.double_literal(Decimal(0))),
            )
        )
    if isinstance(a, Quotient):
        top = or_null(condition, a.top)
        assert isinstance(top, Number)
        return replace(a, top=top)
    none = v.null("integer") if a.is_whole else exact.null(min(exact.MOST_DIGITS, a.width), a.places)
    column = num.integer(a) if a.is_whole else num.wide(a, a.places)
    return replace(a, column=v.when([(condition, column)], none), constant=None)


def absolute(quantity: Quantity, where: str) -> Quantity:
    """Give the size of a number without its sign."""
    if isinstance(quantity, Inexact):
        return Inexact(fv.absolute(quantity.column))
    if isinstance(quantity, Quotient):
        top, bottom = (absolute(side, where) for side in (quantity.top, quantity.bottom))
        assert isinstance(top, Number)
        assert isinstance(bottom, Number)
        return Quotient(top, bottom, quantity.plain)
    if quantity.constant is not None:
        return num.of_constant(quantity.constant.copy_abs(), where)
    return replace(quantity, column=fv.absolute(quantity.column))


def rounded(how: str, quantity: Quantity, places: int, where: str) -> Number:
    """Round to decimal places: in one of the ways of `v.rounded`.

    Raises:
        PolicyError: `feel_refused` for a number that is not exact.
    """
    if isinstance(quantity, Inexact) or not _fraction(quantity).plain:
        raise PolicyError(
            "feel_refused",
            "A rounding of a number that is not exact cannot be compiled to columns.",
            where=where,
            mend="Multiply first and divide last, round the parts with decimal(…, 6), or make it a fact.",
        )
    if isinstance(quantity, Number) and quantity.places <= places:
        return quantity
    x = _fraction(quantity)
    level = max(x.top.places, x.bottom.places)
    a, b = num.scaled(x.top, level + places), num.scaled(x.bottom, level)
    is_exact = isinstance(quantity, Number)  # then the divisor is a power of ten
    digits = (0 if is_exact else x.bottom.places) + x.top.digits + 1
    found = num.unscaled(fv.rounded(how, a, b), places, digits)
    return replace(found, shown=0 if places == 0 else quantity.shown if isinstance(quantity, Number) else 6)


def modulo(a: Number, b: Number) -> Number:
    """Give the remainder with the sign of the divisor; null where that is zero."""
    level = max(a.places, b.places)
    column = fv.floor_modulo(num.scaled(a, level), num.scaled(b, level))
    found = num.unscaled(column, level, max(1, b.digits))
    return replace(found, shown=0 if level == 0 else 6)


def answer(quantity: Quantity, where: str) -> Column:
    """Give a number as the column of an answer."""
    return num.answer(quantity, where) if isinstance(quantity, Number) else inexact(quantity)

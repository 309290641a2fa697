"""Exact numbers as columns: whole numbers and decimals, brought to common places before they meet.

A number knows how many digits its values can have, so that each step is computed in a type that holds
every possible result. Where 34 digits, FEEL's own, cannot hold it, a value that is too large stops the run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal

from postloan.engine import Column, exact
from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from postloan.engine.schema import Kind
from postloan.errors import PolicyError

SCALES: dict[int, Kind] = {0: "integer", 2: "money", 6: "decimal"}
"""Kinds of number columns by their decimal places."""

MOST_DIGITS = 34
"""Digits of FEEL's numbers; an exact result never has more."""

MOST_PLACES = 18
"""Decimal places that an exact number can have."""

_ALL = Context(prec=100)
"""Keeps every digit of a constant."""

_INTEGER = 2**63 - 1
_INTEGER_DIGITS = 19


@dataclass(frozen=True)
class Number:
    """An exact number: a column, or a constant.

    Args:
        column: the column, whole or decimal; None for a constant.
        places: decimal places of the column's type, or those that a constant needs.
        digits: digits before the point that a value can have.
        is_whole: whether the column is a BIGINT.
        shown: places of the column that an answer becomes: 0, 2 or 6.
        constant: the value of a constant.
    """

    column: Column
    places: int
    digits: int
    is_whole: bool = False
    shown: int = 6
    constant: Decimal | None = None

    @property
    def width(self) -> int:
        """Give all digits of the type."""
        return max(1, self.digits + self.places)


def of_column(column: Column, where: str) -> Number:
    """Give a column as a number; raises PolicyError for a float or an unusual scale."""
    spelt = str(column.type()).lstrip("!")
    if re.fullmatch(r"u?int\d+", spelt):
        return Number(column, 0, _INTEGER_DIGITS, is_whole=True, shown=0)
    match = re.fullmatch(r"decimal\((\d+), (\d+)\)", spelt)
    if match and int(match[2]) <= MOST_PLACES:
        width, places = int(match[1]), int(match[2])
        return Number(column, places, width - places, shown=2 if places == 2 else 6)
    raise PolicyError(
        "feel_refused",
        f"A column of type {spelt} cannot be compared exactly.",
        where=where,
        mend="Give it as a whole number, DECIMAL(18,2) or DECIMAL(18,6).",
    )


def whole(column: Column, digits: int = _INTEGER_DIGITS) -> Number:
    """Give a column of integers as a number, with the digits that its values can have."""
    return Number(column, 0, digits, is_whole=True, shown=0)


def decimal(column: Column, digits: int, places: int) -> Number:
    """Give a column of decimals as a number, with the digits before its point."""
    return Number(column, places, digits)


def of_constant(value: Decimal, where: str) -> Number:
    """Give a constant as a number; raises PolicyError for one that is not finite."""
    if not value.is_finite():
        raise PolicyError("feel_refused", "A number without end cannot be compiled to columns.", where=where)
    plain = _ALL.plus(value.normalize(_ALL))
    _, figures, exponent = plain.as_tuple()
    assert isinstance(exponent, int)
    places = max(0, -exponent)
    digits = max(0, len(figures) + exponent) if plain else 0
    if exponent > 0 and digits <= exact.MOST_DIGITS:  # what is wider stands in no column
        plain = plain.quantize(Decimal(1), context=_ALL)
    shown = 0 if places == 0 else 2 if places <= 2 else 6
    is_whole = abs(plain) <= _INTEGER and places == 0
    return Number(None, places, digits, is_whole=is_whole, shown=shown, constant=plain)


def too_wide(what: str, where: str) -> PolicyError:
    """Give the error for a result that no exact column holds."""
    return PolicyError(
        "feel_refused",
        f"{what} would have more than {MOST_PLACES} decimal places, and be rounded.",
        where=where,
        mend="Round its parts with decimal(…, 6), or make it a fact.",
    )


def wide(number: Number, places: int, digits: int | None = None) -> Column:
    """Give a number as a decimal column of those places, not fewer than its own."""
    width = min(exact.MOST_DIGITS, max(1, (number.digits if digits is None else digits) + places))
    if number.constant is not None:
        if number.digits + places > exact.MOST_DIGITS:
            raise PolicyError(
                "feel_refused",
                f"The number {number.constant} has more digits than columns can hold.",
                mend="Round it: decimal(…, 6).",
            )
        return exact.literal(number.constant, width, places)
    return exact.wide(number.column, width, places)


def integer(number: Number) -> Column:
    """Give a whole number as a BIGINT; one that does not fit stops the run."""
    if number.constant is not None:
        return v.literal(int(number.constant), "integer")
    return number.column if number.is_whole else exact.whole(number.column)


def common(numbers: Sequence[Number]) -> tuple[list[Column], Number]:
    """Give numbers as columns of one type, and the number that holds any of them."""
    shown = _shown(numbers)
    if all(number.is_whole for number in numbers):
        digits = max(number.digits for number in numbers)
        return [integer(number) for number in numbers], Number(None, 0, digits, is_whole=True, shown=shown)
    places = max(number.places for number in numbers)
    if places > MOST_PLACES:
        raise too_wide("A number among several", "")
    digits = min(max(number.digits for number in numbers), exact.MOST_DIGITS - places)
    return [wide(number, places, digits) for number in numbers], Number(None, places, digits, shown=shown)


def _shown(numbers: Sequence[Number]) -> int:
    """Give the places of an answer made of numbers: their columns' own where those suffice, else 6."""
    own = {number.shown for number in numbers if number.constant is None} or {
        max(number.shown for number in numbers)
    }
    one = own.pop() if len(own) == 1 else 6
    return one if max(number.places for number in numbers) <= one else 6


def add(sign: str, a: Number, b: Number, where: str = "") -> Number:
    """Give the exact sum or, with `-`, the difference; raises PolicyError for more than 18 places."""
    shown = _shown([a, b])
    if a.is_whole and b.is_whole:
        left, right = integer(a), integer(b)
        digits = min(_INTEGER_DIGITS, max(a.digits, b.digits) + 1)
        return Number(left + right if sign == "+" else left - right, 0, digits, is_whole=True, shown=shown)
    places = max(a.places, b.places)
    if places > MOST_PLACES:
        raise too_wide("A sum", where)
    digits = min(max(a.digits, b.digits) + 1, MOST_DIGITS - places)
    left, right = (wide(side, places, min(side.digits, exact.MOST_DIGITS - places)) for side in (a, b))
    column = exact.add(sign, left, right, digits + places, places)
    return Number(column, places, digits, shown=shown)


def multiply(a: Number, b: Number, where: str) -> Number:
    """Give the exact product; raises PolicyError where it could need more than 18 decimal places."""
    places = a.places + b.places
    if a.is_whole and b.is_whole:
        digits = min(_INTEGER_DIGITS, a.digits + b.digits)
        return Number(integer(a) * integer(b), 0, digits, is_whole=True, shown=0)
    if places > MOST_PLACES:
        raise too_wide("A product", where)
    digits = min(a.digits + b.digits, MOST_DIGITS - places)
    column = exact.multiply(wide(a, a.places), wide(b, b.places), digits + places)
    return Number(column, places, digits)


def negative(number: Number) -> Number:
    """Give the number with its sign turned."""
    if number.constant is not None:
        return replace(number, constant=_ALL.minus(number.constant))
    return add("-", Number(None, 0, 0, is_whole=True, shown=0, constant=Decimal(0)), number)


def times_ten(number: Number, power: int) -> Number:
    """Give the number with its point moved to the right by that many places, none of them lost."""
    factor = Number(None, 0, power + 1, is_whole=True, shown=0, constant=Decimal(10) ** power)
    return number if power == 0 else multiply(number, factor, "")


def scaled(number: Number, places: int) -> Column:
    """Give a number times ten to that power, at least its places, as a wide whole column."""
    moved = number if places == 0 else multiply(replace(number, is_whole=False), _power_of_ten(places), "")
    return exact.wide(wide(moved, moved.places), exact.MOST_DIGITS, 0)


def _power_of_ten(places: int) -> Number:
    return Number(None, 0, places + 1, constant=Decimal(10) ** places)


def unscaled(column: Column, places: int, digits: int) -> Number:
    """Give a wide whole column divided by ten to that power."""
    digits = min(digits, MOST_DIGITS - places)
    if places == 0:
        if digits < _INTEGER_DIGITS:
            return whole(exact.whole(column), digits)
        return Number(exact.wide(column, digits, 0), 0, digits, shown=0)
    step = exact.literal(Decimal(1).scaleb(-places), places, places)
    product = exact.multiply(
        exact.wide(column, min(exact.MOST_DIGITS, digits + places), 0), step, digits + places
    )
    return Number(product, places, digits)


def compare(sign: str, a: Number, b: Number) -> Column:
    """Compare two exact numbers by one of `= < <= > >=`; null where either is.

    With the sign `is` two nulls are equal too, and the answer is never null.
    """
    if a.constant is not None and b.constant is None:
        return compare({"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(sign, sign), b, a)
    if b.constant is not None and b.places > a.places:
        if sign in ("=", "is"):  # no value of so few places is equal to it
            return v.when([(a.column.notnull(), v.literal(False, "boolean"))], v.null("boolean"))
        b, sign = _rounded_bound(sign, b, a.places)
    if a.is_whole and b.is_whole:
        left, right = integer(a), integer(b)
    elif b.constant is not None and a.places >= b.places and a.digits >= b.digits and a.column is not None:
        left, right = a.column, exact.literal(b.constant, a.width, a.places)
        if a.is_whole:
            left, right = wide(a, 0), wide(b, 0)
    elif a.places == b.places and not a.is_whole and not b.is_whole:
        left, right = wide(a, a.places), wide(b, b.places)
    else:
        places, digits = max(a.places, b.places), max(a.digits, b.digits)
        digits = min(digits, exact.MOST_DIGITS - places)
        left, right = wide(a, places, digits), wide(b, places, digits)
    if sign == "is":
        return fv.identical(left, right)
    return {
        "=": left == right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[sign]


def _rounded_bound(sign: str, bound: Number, places: int) -> tuple[Number, str]:
    """Give the bound at fewer places, and the sign with which it parts the same values."""
    assert bound.constant is not None
    # x < 30.5 of a whole x is x <= 30; x > 30.5 is x > 30, and so for the others.
    step = Decimal(1).scaleb(-places)
    mode = ROUND_FLOOR if sign in ("<", "<=", ">") else ROUND_CEILING
    turned = {"<": "<=", "<=": "<=", ">": ">", ">=": ">="}[sign]
    return of_constant(bound.constant.quantize(step, mode, _ALL), ""), turned


def answer(number: Number, where: str) -> Column:
    """Give a number as an answer's column: whole, DECIMAL(18,2), DECIMAL(18,6), or wider with more places."""
    if number.constant is not None:
        return _constant_answer(number)
    if number.shown == 0 and number.places == 0:
        return number.column
    if number.places > 6:
        return wide(number, number.places)
    return at_scale(number, 2 if number.shown == 2 and number.places <= 2 else 6, where)


def _constant_answer(number: Number) -> Column:
    assert number.constant is not None
    scale = number.shown
    if number.is_whole:
        return integer(number)
    if 0 < number.places <= scale and number.digits <= 18 - scale:
        return v.literal(number.constant, SCALES[scale])
    return exact.literal(number.constant, number.width, number.places)


def at_scale(number: Number, scale: int, where: str) -> Column:
    """Give the number as a column of that scale; raises PolicyError where it has more places."""
    if number.places > scale:
        raise PolicyError(
            "feel_refused",
            f"A number with {number.places} decimal places would be rounded to {scale}.",
            where=where,
            mend=f"Say how it is rounded: decimal(…, {scale}).",
        )
    if scale == 0:
        return integer(number)
    if number.constant is not None:
        if number.digits > 18 - scale:
            raise PolicyError(
                "feel_refused", f"The number {number.constant} is too large for a column.", where=where
            )
        return v.literal(number.constant, SCALES[scale])
    return exact.wide(number.column, 18, scale)

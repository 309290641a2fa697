"""Numbers as columns: whole, money and decimal, brought to one scale before they meet."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from postloan.engine import Column
from postloan.engine import verbs as v
from postloan.engine.schema import Kind
from postloan.errors import PolicyError

SCALES: dict[int, Kind] = {0: "integer", 2: "money", 6: "decimal"}
"""Kinds of number columns by their decimal places."""

_LIMITS = {0: Decimal(2**63 - 1), 2: Decimal("9999999999999999.99"), 6: Decimal("999999999999.999999")}


@dataclass(frozen=True)
class Number:
    """A number: a column with its scale, or a constant.

    Args:
        column: the column; None for a constant.
        scale: decimal places of the column's type.
        places: decimal places that its values can really have, which products add up.
        constant: the value of a constant.
    """

    column: Column | None
    scale: int
    places: int
    constant: Decimal | None = None


def of_column(column: Column, where: str) -> Number:
    """Give a column as a number; raises PolicyError for a float or an unusual scale."""
    spelt = str(column.type()).lstrip("!")
    if re.fullmatch(r"u?int\d+", spelt):
        return Number(column, 0, 0)
    match = re.fullmatch(r"decimal\(\d+, (\d+)\)", spelt)
    if match and int(match[1]) in SCALES:
        return Number(column, int(match[1]), int(match[1]))
    raise PolicyError(
        "feel_refused",
        f"A column of type {spelt} cannot be compared exactly.",
        where=where,
        mend="Give it as a whole number, DECIMAL(18,2) or DECIMAL(18,6).",
    )


def of_constant(value: Decimal, where: str) -> Number:
    """Give a constant as a number; raises PolicyError for more than 6 decimal places."""
    plain = value.normalize()
    exponent = plain.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 7
    if places > 6:
        raise PolicyError(
            "feel_refused",
            f"The number {value} has more than 6 decimal places, which columns cannot hold.",
            where=where,
        )
    return Number(None, 0 if places == 0 else 2 if places <= 2 else 6, places, plain)


def at_scale(number: Number, scale: int, where: str) -> Column:
    """Give the number as a column of that scale, which must not be smaller than its own."""
    if number.constant is not None:
        if abs(number.constant) > _LIMITS[scale]:
            raise PolicyError(
                "feel_refused", f"The number {number.constant} is too large for a column.", where=where
            )
        value = int(number.constant) if scale == 0 else number.constant
        return v.literal(value, SCALES[scale])
    if number.scale == scale:
        return number.column
    if number.scale == 0 and scale == 6:
        return v.decimal(number.column)
    if number.scale == 0:
        raise AssertionError("a whole column is widened to 6 places, never to 2")
    return v.product(number.column, v.literal(1, "decimal"))


def common(numbers: list[Number], where: str) -> tuple[list[Column], int]:
    """Give numbers as columns of one scale, and that scale: the columns' own where it suffices, else 6."""
    scales = {number.scale for number in numbers if number.constant is None}
    places = max(number.places for number in numbers)
    own = scales.pop() if len(scales) == 1 else 6
    scale = own if places <= own else 6
    return [at_scale(number, scale, where) for number in numbers], scale


def multiply(a: Number, b: Number, where: str) -> Number:
    """Give the exact product; raises PolicyError where it could need more than 6 decimal places."""
    places = a.places + b.places
    if places > 6:
        raise PolicyError(
            "feel_refused",
            f"A product with {places} decimal places would be rounded.",
            where=where,
            mend="Move the factor into the threshold, or make the product a fact.",
        )
    if places == 0:
        return Number(at_scale(a, 0, where) * at_scale(b, 0, where), 0, 0)
    return Number(v.product(at_scale(a, 6, where), at_scale(b, 6, where)), 6, places)


def add(sign: str, a: Number, b: Number, where: str) -> Number:
    """Give the exact sum or difference."""
    (left, right), scale = common([a, b], where)
    return Number(left + right if sign == "+" else left - right, scale, max(a.places, b.places))

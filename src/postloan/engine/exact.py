"""Exact decimals of any width up to 38 digits, whose types say how large a value can be.

Ibis takes the type of a sum or a product of decimals from its operands alone and refuses some pairs;
the engines widen, round or stop, each in its own way. Here each step says the type of its result, which
must be wide enough for the exact value: one that does not fit stops the run on both engines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datashape as ds
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.rules as rlz
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import SQLGlotCompiler

from postloan.engine.types import Column

MOST_DIGITS = 38
"""Digits of the widest decimal of both engines."""

_WRITTEN = 28
"""Digits up to which Ibis writes a constant as it is."""

_PRODUCT_DIGITS = 37
"""Digits of both factors together that Spark multiplies without rounding."""

_NARROW = 18
"""Digits up to which DuckDB computes in 64 bits, and stops where the result needs more."""


class Combined(ops.Value):  # type: ignore[misc]  # Ibis has no types here
    """Two values joined by a sign of arithmetic, cast to a type; or by `same`."""

    left: ops.Value
    right: ops.Value
    sign: str
    to: dt.DataType

    @property
    def shape(self) -> ds.DataShape:
        """Give a column's shape where either side is a column."""
        return rlz.highest_precedence_shape([self.left, self.right])

    @property
    def dtype(self) -> dt.DataType:
        """Give the type of the result."""
        return self.to


_SIGNS = {"+": sge.Add, "-": sge.Sub, "*": sge.Mul, "same": sge.NullSafeEQ}


def _visit_combined(self: SQLGlotCompiler, _: Any, *, left: Any, right: Any, sign: str, to: Any) -> Any:
    joined = _SIGNS[sign](this=sge.paren(left, copy=False), expression=sge.paren(right, copy=False))
    return sge.paren(joined, copy=False) if sign == "same" else self.cast(joined, to)


SQLGlotCompiler.visit_Combined = _visit_combined


def literal(value: Decimal, digits: int, places: int) -> Column:
    """Give a constant of that many digits, of which `places` stand after the point."""
    if digits > _WRITTEN:
        return ops.Cast(ibis.literal(format(value, "f")), dt.Decimal(digits, places)).to_expr()
    return ibis.literal(value, type=dt.Decimal(digits, places))


def wide(column: Column, digits: int, places: int) -> Column:
    """Give a whole number or decimal in a type of at least as many places; stops where it does not fit."""
    target = dt.Decimal(digits, places)
    if column.type() == target:
        return column
    return ops.Cast(column, target).to_expr()


def whole(column: Column) -> Column:
    """Give a decimal without places as an integer; stops where it does not fit."""
    return ops.Cast(column, dt.int64).to_expr()


def null(digits: int, places: int) -> Column:
    """Give a null decimal."""
    return ibis.null(dt.Decimal(digits, places))


def add(sign: str, a: Column, b: Column, digits: int, places: int) -> Column:
    """Give the sum or, with `-`, the difference of two decimals of those places."""
    if digits > _NARROW:
        a, b = (wide(side, max(digits, _NARROW + 1), places) for side in (a, b))
    return Combined(a, b, sign, dt.Decimal(digits, places)).to_expr()


def multiply(a: Column, b: Column, digits: int) -> Column:
    """Give the product of two decimals in that many digits, with the places of both."""
    (p, s), (q, t) = (_shape(side) for side in (a, b))
    q = min(q, _NARROW)
    p = min(max(p, _NARROW + 1), _PRODUCT_DIGITS - q)
    factors = wide(a, p, s), wide(b, q, t)
    return Combined(*factors, "*", dt.Decimal(digits, s + t)).to_expr()


def _shape(column: Column) -> tuple[int, int]:
    kind = column.type()
    return (kind.precision, kind.scale) if kind.is_decimal() else (19, 0)


def identical(a: Column, b: Column) -> Column:
    """Tell whether two values of one type are equal or both null; never null.

    Ibis leaves the brackets out round comparisons that stand in such a one.
    """
    return Combined(a, b, "same", dt.boolean).to_expr()


def double(column: Column) -> Column:
    """Give a number as the nearest double, where an answer need not be exact."""
    return ops.Cast(column, dt.float64).to_expr()


def double_literal(value: Decimal) -> Column:
    """Give a constant as the nearest double."""
    return ibis.literal(float(value), type="float64")


def size(column: Column, known: dict[Any, int]) -> int:
    """Count the parts of an expression as they are written out, those that occur twice twice.

    `known` keeps what was counted, so that a caller who asks again pays for what is new alone.
    """
    return _size(column.op(), known)


def _size(node: Any, known: dict[Any, int]) -> int:
    if isinstance(node, ops.Relation):
        return 1
    if node not in known:
        known[node] = 1 + sum(_size(child, known) for child in node.__children__)
    return known[node]

"""Three-valued logic over columns and constants, without needless parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from postloan.engine import Column
from postloan.engine import verbs as v
from postloan.policy.feel.compiling.values import Scalar, truth

TRUE = Scalar("boolean", constant=True, is_constant=True)
FALSE = Scalar("boolean", constant=False, is_constant=True)
UNKNOWN = Scalar("null", is_constant=True)


def of(value: bool | None) -> Scalar:
    """Give a constant."""
    return UNKNOWN if value is None else TRUE if value else FALSE


def column(value: Scalar) -> Column:
    """Give a truth value as a column."""
    if value.is_constant:
        return v.null("boolean") if value.constant is None else v.literal(value.constant, "boolean")
    return value.column


def folded(columns: Sequence[Column], join: Callable[[Column, Column], Column]) -> Column:
    """Join columns by a sign that does not care for the order; the expression stays shallow."""
    if len(columns) == 1:
        return columns[0]
    middle = len(columns) // 2
    return join(folded(columns[:middle], join), folded(columns[middle:], join))


def conjunction(values: Sequence[Scalar]) -> Scalar:
    """Give the `and` of truth values."""
    return _joined(values, decisive=False)


def disjunction(values: Sequence[Scalar]) -> Scalar:
    """Give the `or` of truth values."""
    return _joined(values, decisive=True)


def _joined(values: Sequence[Scalar], *, decisive: bool) -> Scalar:
    constants = [value.constant for value in values if value.is_constant]
    if decisive in constants:
        return of(decisive)
    columns = [value.column for value in values if not value.is_constant]
    if not columns:
        return of(None if None in constants else not decisive)
    if None in constants:
        columns.append(v.null("boolean"))
    return truth(folded(columns, lambda a, b: a | b if decisive else a & b))


def negation(value: Scalar) -> Scalar:
    """Give the `not` of a truth value."""
    if value.is_constant:
        return of(None if value.constant is None else not value.constant)
    return truth(~value.column)


def is_true(value: Scalar) -> Column | bool:
    """Tell whether a truth value is true; never null."""
    if value.is_constant:
        return value.constant is True
    return value.column.fill_null(False)


def both(a: Column | None, b: Column | bool | None) -> Column | None:
    """Join two conditions of presence, of which None and True always hold."""
    if b is None or b is True:
        return a
    if b is False:
        b = v.literal(False, "boolean")
    return b if a is None else a & b

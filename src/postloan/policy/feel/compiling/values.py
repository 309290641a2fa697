"""What a part of an expression is while it is compiled.

Single values are columns or constants. Contexts, lists, ranges and functions exist only here: a list is a
bounded row of items, each of which may be absent on some rows of the frame.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from postloan.engine import Column
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.quantities import Quantity


class Value:
    """Any value."""


@dataclass(frozen=True, eq=False)
class Scalar(Value):
    """A single value: a constant, a number, or a column of its kind.

    A days duration is a column of whole days, a months duration one of whole months.
    """

    kind: str
    column: Column = None
    number: Quantity | None = None
    constant: Any = None
    is_constant: bool = False


@dataclass(frozen=True, eq=False)
class ContextValue(Value):
    """A context; `absent` tells on which rows it is null, None if on none."""

    entries: Mapping[str, Value]
    absent: Column | None = None


@dataclass(frozen=True, eq=False)
class Item:
    """An item of a list; `present` tells on which rows it is there, None if on all."""

    value: Value
    present: Column | None = None


@dataclass(frozen=True, eq=False)
class ListValue(Value):
    """A list; `absent` tells on which rows it is null, None if on none."""

    items: tuple[Item, ...]
    absent: Column | None = None

    @property
    def is_fixed(self) -> bool:
        """Tell whether it has the same length on all rows."""
        return self.absent is None and all(item.present is None for item in self.items)


@dataclass(frozen=True, eq=False)
class RangeValue(Value):
    """A range; the null constant as an end leaves it open where the interval says so."""

    low: Value
    high: Value
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, eq=False)
class FunctionValue(Value):
    """A function with what it sees."""

    function: n.Function
    scope: Mapping[str, Value] = field(repr=False)
    name: str = "a function"


NULL = Scalar("null", is_constant=True)
"""The constant null."""


def truth(column: Column) -> Scalar:
    """Give a column of truth values as a value."""
    return Scalar("boolean", column)


def number(quantity: Quantity) -> Scalar:
    """Give a number as a value."""
    if isinstance(quantity, num.Number) and quantity.constant is not None:
        return Scalar("number", number=quantity, constant=quantity.constant, is_constant=True)
    return Scalar("number", number=quantity)


def kind_of_constant(value: object) -> str:
    """Give the kind of a constant."""
    kinds: list[tuple[type, str]] = [
        (bool, "boolean"),
        (Decimal, "number"),
        (str, "string"),
        (date, "date"),
        (time, "time"),
        (n.Moment, "datetime"),
        (timedelta, "days"),
        (n.Months, "months"),
    ]
    return next((kind for cls, kind in kinds if isinstance(value, cls)), "null")


def of_constant(value: object, where: str) -> Value:
    """Give a constant of the interpreter as a value: single values, lists, contexts and ranges."""
    from postloan.policy.feel.interpreter import Interval

    if isinstance(value, list):
        return ListValue(tuple(Item(of_constant(item, where)) for item in value))
    if isinstance(value, Mapping):
        return ContextValue({str(name): of_constant(item, where) for name, item in value.items()})
    if isinstance(value, Interval):
        low, high = of_constant(value.low, where), of_constant(value.high, where)
        return RangeValue(low, high, value.low_closed, value.high_closed)
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    if isinstance(value, Decimal):
        return number(num.of_constant(value, where))
    return Scalar(kind_of_constant(value), constant=value, is_constant=True)


class NotConstantError(Exception):
    """Raised where a value depends on the row."""


def constant(value: Value) -> Any:
    """Give a value as the interpreter has it; raises NotConstantError where it depends on the row."""
    from postloan.policy.feel.interpreter import Interval

    if isinstance(value, Scalar) and value.is_constant:
        return value.constant
    if isinstance(value, ListValue) and value.is_fixed:
        return [constant(item.value) for item in value.items]
    if isinstance(value, ContextValue) and value.absent is None:
        return {name: constant(entry) for name, entry in value.entries.items()}
    if isinstance(value, RangeValue):
        return Interval(constant(value.low), constant(value.high), value.low_closed, value.high_closed)
    raise NotConstantError


def is_constant(value: Value) -> bool:
    """Tell whether a value is the same on all rows."""
    try:
        constant(value)
    except NotConstantError:
        return False
    return True


def is_null_constant(value: Value) -> bool:
    """Tell whether a value is the constant null."""
    return isinstance(value, Scalar) and value.is_constant and value.constant is None


def describe(value: Value) -> str:
    """Name what a value is, for messages."""
    if isinstance(value, Scalar):
        return f"a {value.kind}" if value.kind != "null" else "null"
    names: list[tuple[type[Value], str]] = [
        (ContextValue, "a context"),
        (ListValue, "a list"),
        (RangeValue, "a range"),
        (FunctionValue, "a function"),
    ]
    return next(name for cls, name in names if isinstance(value, cls))

"""Values of a model on their way into columns and back: inputs spread over leaves, answers collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.engine import Column, Field, Kind, Table, exact
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.quantities import Inexact, Quantity, Quotient
from postloan.policy.feel.compiling.values import (
    NULL,
    ContextValue,
    FunctionValue,
    Item,
    ListValue,
    RangeValue,
    Scalar,
    Value,
    number,
    of_constant,
)
from postloan.policy.feel.values import CONTEXT, Interval, has_places

_COLUMN_KINDS: dict[str, Kind] = {
    "number": "integer",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "days": "integer",
    "months": "integer",
}
"""Kinds of columns that hold a null of each FEEL kind."""

_INTEGER = 2**63 - 1
_DECIMAL = Decimal(10) ** 12
_EXACT_PLACES = 15
"""Digits of an inexact number that are given."""


@dataclass
class Leaves:
    """The leaves of one case's inputs: the fields and values of a frame of one row."""

    fields: list[Field] = field(default_factory=list)
    values: dict[str, object] = field(default_factory=dict)

    def leaf(self, value: object, kind: Kind) -> str:
        """Add a leaf; give its column's name."""
        name = f"leaf_{len(self.fields)}"
        self.fields.append(Field(name, kind))
        self.values[name] = value
        return name

    def shape(self, value: object, kind: k.Kind) -> Callable[[Table], Value]:
        """Add the leaves of a value of a declared kind; give how to read it from the frame."""
        if isinstance(value, Mapping):
            members = k.members_of(kind) or {}
            entries = {name: self.shape(one, members.get(name, "any")) for name, one in value.items()}
            missing = {name: self.shape(None, one) for name, one in members.items() if name not in value}
            return lambda t: ContextValue({name: read(t) for name, read in {**entries, **missing}.items()})
        if isinstance(value, list):
            items = [self.shape(item, k.item_of(kind)) for item in value]
            return lambda t: ListValue(tuple(Item(read(t)) for read in items))
        if isinstance(value, Interval):
            inner = k.item_of(kind)
            low, high = self.shape(value.low, inner), self.shape(value.high, inner)
            return lambda t: RangeValue(low(t), high(t), value.low_closed, value.high_closed)
        return self.single(value, kind)

    def single(self, value: object, kind: k.Kind) -> Callable[[Table], Value]:
        """Add a single value."""
        if value is None:
            return self.nothing(kind)
        if isinstance(value, Decimal):
            return self.number(value)
        if isinstance(value, n.Months):
            name = self.leaf(value.count, "integer")
            return lambda t: Scalar("months", t[name])
        if isinstance(value, timedelta) and not value.seconds and not value.microseconds:
            name = self.leaf(value.days, "integer")
            return lambda t: Scalar("days", t[name])
        kinds: list[tuple[type, str]] = [(bool, "boolean"), (str, "string"), (date, "date")]
        found = next((word for cls, word in kinds if isinstance(value, cls)), None)
        if found is None:
            return lambda _: of_constant(value, "")
        name = self.leaf(value, _COLUMN_KINDS[found])
        return lambda t: Scalar(found, t[name])

    def nothing(self, kind: k.Kind) -> Callable[[Table], Value]:
        """Add a null of a declared kind."""
        if kind not in _COLUMN_KINDS:
            return lambda _: NULL
        name = self.leaf(None, _COLUMN_KINDS[kind])
        if kind == "number":
            return lambda t: number(num.of_column(t[name], ""))
        return lambda t: Scalar(kind, t[name])

    def number(self, value: Decimal) -> Callable[[Table], Value]:
        """Add a number; one that no column of a file holds is written into the query."""
        if value == value.to_integral_value() and abs(value) <= _INTEGER:
            name = self.leaf(int(value), "integer")
        elif has_places(value, 6) and abs(value) < _DECIMAL:
            name = self.leaf(value, "decimal")
        else:
            constant = num.of_constant(value, "")
            column = exact.literal(value, constant.width, constant.places)
            return lambda _: number(replace(constant, column=column, constant=None, is_whole=False))
        return lambda t: number(num.of_column(t[name], ""))


Change = Callable[[Column], Column]


def changed(value: Value, change: Change) -> Value:
    """Give a value with each of its columns exchanged, always in the same order."""
    if isinstance(value, Scalar):
        if value.is_constant:
            return value
        if value.number is not None:
            return number(_changed_number(value.number, change))
        return replace(value, column=change(value.column))
    if isinstance(value, ContextValue):
        entries = {name: changed(entry, change) for name, entry in value.entries.items()}
        return ContextValue(entries, None if value.absent is None else change(value.absent))
    if isinstance(value, ListValue):
        items = tuple(
            Item(changed(item.value, change), None if item.present is None else change(item.present))
            for item in value.items
        )
        return ListValue(items, None if value.absent is None else change(value.absent))
    if isinstance(value, RangeValue):
        return replace(value, low=changed(value.low, change), high=changed(value.high, change))
    assert isinstance(value, FunctionValue)
    return replace(value, scope={name: changed(one, change) for name, one in value.scope.items()})


def _changed_number(quantity: Quantity, change: Change) -> Quantity:
    if isinstance(quantity, Inexact):
        return Inexact(change(quantity.column))
    if isinstance(quantity, Quotient):
        top, bottom = _changed_number(quantity.top, change), _changed_number(quantity.bottom, change)
        assert isinstance(top, num.Number)
        assert isinstance(bottom, num.Number)
        return replace(quantity, top=top, bottom=bottom)
    if quantity.constant is not None:
        return quantity
    column = quantity.column if quantity.is_whole else num.wide(quantity, quantity.places)
    return replace(quantity, column=change(column))


def columns(value: Value) -> list[Column]:
    """Give the columns that a value stands on, in the order of `changed`."""
    found: list[Column] = []

    def keep(column: Column) -> Column:
        found.append(column)
        return column

    changed(value, keep)
    return found


def collected(value: Value, row: Mapping[str, Any], name: Callable[[], str]) -> object:
    """Give a value of one row as Python has it; `name` gives the next column's name, in that order."""
    if isinstance(value, Scalar):
        return _collected_scalar(value, row, name)
    if isinstance(value, ContextValue):
        entries = {key: collected(entry, row, name) for key, entry in value.entries.items()}
        gone = value.absent is not None and row[name()]
        return None if gone else entries
    if isinstance(value, ListValue):
        found = []
        for item in value.items:
            one = collected(item.value, row, name)
            if item.present is None or row[name()]:
                found.append(one)
        gone = value.absent is not None and row[name()]
        return None if gone else found
    if isinstance(value, RangeValue):
        low, high = collected(value.low, row, name), collected(value.high, row, name)
        return Interval(low, high, value.low_closed, value.high_closed)
    return None


def _collected_scalar(value: Scalar, row: Mapping[str, Any], name: Callable[[], str]) -> object:
    if value.is_constant:
        return value.constant
    if value.number is not None:
        return _collected_number(value.number, row, name)
    found = row[name()]
    if found is None or value.kind not in ("days", "months"):
        return found
    return timedelta(days=found) if value.kind == "days" else n.Months(found)


def _collected_number(quantity: Quantity, row: Mapping[str, Any], name: Callable[[], str]) -> Decimal | None:
    if isinstance(quantity, Inexact):
        found = row[name()]
        return None if found is None else Decimal(format(found, f".{_EXACT_PLACES}g")) + 0
    if isinstance(quantity, Quotient):
        top, bottom = (_collected_number(side, row, name) for side in (quantity.top, quantity.bottom))
        return None if top is None or bottom is None else CONTEXT.divide(top, bottom)
    if quantity.constant is not None:
        return quantity.constant
    found = row[name()]
    return None if found is None else Decimal(found)


def spread(table: Table, name: str, kind: k.Kind, column: Callable[[str], str]) -> Value:
    """Give an input of a frame: a column of its own, or one for each entry of a context.

    Raises:
        PolicyError: `unknown_input` for an input that the frame does not hold.
    """
    members = k.members_of(kind)
    if members is not None and column(name) not in table.columns:
        return ContextValue(
            {key: spread(table, f"{name}.{key}", inner, column) for key, inner in members.items()}
        )
    if column(name) not in table.columns:
        raise PolicyError(
            "unknown_input",
            f"The frame has no column for `{name}`.",
            mend=f"Give it as the column {column(name)}; lists cannot be given as columns.",
        )
    found = table[column(name)]
    spelt = str(found.type()).lstrip("!").partition("(")[0]
    if spelt in ("string", "boolean", "date"):
        return Scalar(spelt, found)
    return number(num.of_column(found, f"column {column(name)}"))


def null(kind: Kind) -> Column:
    """Give a null column."""
    return v.null(kind)

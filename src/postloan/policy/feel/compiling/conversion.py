"""What a declared type makes of a value over columns: as `feel.conversion` for one row."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from postloan.policy.feel import kinds as k
from postloan.policy.feel.compiling.values import (
    ContextValue,
    FunctionValue,
    Item,
    ListValue,
    RangeValue,
    Scalar,
    Value,
    constant,
    describe,
    is_constant,
    is_null_constant,
    of_constant,
)
from postloan.policy.feel.conversion import converted as converted_constant

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler


def converted(compiler: Compiler, value: Value, kind: k.Kind) -> Value:
    """Give a value as what is declared of it.

    Raises:
        PolicyError: `ill_typed`; `feel_refused` where it depends on the row whether a list has one item.
    """
    if kind in ("any", "null") or is_null_constant(value):
        return value
    if is_constant(value):
        return of_constant(converted_constant(constant(value), kind, compiler.where), compiler.where)
    if isinstance(value, ListValue):
        return _list(compiler, value, kind)
    if k.is_list(kind):
        only = converted(compiler, value, k.item_of(kind))
        missing = compiler.is_null(only)
        return ListValue((Item(only),), None if missing.is_constant else missing.column)
    if isinstance(value, ContextValue) and k.is_context(kind):
        members = k.members_of(kind) or {}
        gone = [name for name in members if name not in value.entries]
        if gone:
            raise compiler.ill_typed(f"A context lacks {', '.join(gone)}, declared a {kind}.")
        changed = {name: _entry(compiler, value.entries[name], inner) for name, inner in members.items()}
        return replace(value, entries={**value.entries, **changed})
    if not _is(value, kind):
        raise compiler.ill_typed(f"{describe(value).capitalize()} is declared a {kind}.")
    return value


def _entry(compiler: Compiler, value: Value, kind: k.Kind) -> Value:
    """Hold an entry or item against its kind; within a value nothing is converted."""
    if not is_null_constant(value) and isinstance(value, ListValue) != k.is_list(kind) and kind != "any":
        raise compiler.ill_typed(f"{describe(value).capitalize()} is declared a {kind}.")
    return converted(compiler, value, kind)


def _list(compiler: Compiler, value: ListValue, kind: k.Kind) -> Value:
    if k.is_list(kind):
        inner = k.item_of(kind)
        items = tuple(replace(item, value=_entry(compiler, item.value, inner)) for item in value.items)
        return replace(value, items=items)
    if len(value.items) != 1 or value.items[0].present is not None:
        raise compiler.refuse("A list that is declared a single value")
    only = converted(compiler, value.items[0].value, kind)
    return only if value.absent is None else compiler.only_if(~value.absent, only)


def _is(value: Value, kind: k.Kind) -> bool:
    if isinstance(value, Scalar):
        return value.kind in (kind, "null") or (kind == "duration" and value.kind in ("days", "months"))
    if isinstance(value, RangeValue):
        return k.is_range(kind)
    return isinstance(value, FunctionValue) and kind == k.FUNCTION

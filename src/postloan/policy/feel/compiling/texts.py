"""Functions on texts whose every character both engines and Python see alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from postloan.engine import Column
from postloan.engine import feel_verbs as fv
from postloan.engine import verbs as v
from postloan.policy.feel.compiling import lists, logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling.values import (
    NULL,
    ListValue,
    Scalar,
    Value,
    describe,
    is_null_constant,
    number,
    truth,
)

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler


def text(compiler: Compiler, function: str, value: Value) -> Column:
    """Give an argument as a column of texts."""
    if isinstance(value, Scalar) and value.kind == "string":
        return compiler.raw(value)
    raise compiler.ill_typed(f"`{function}` takes a string, not {describe(value)}.")


def _search(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if any(is_null_constant(value) for value in values):
        return NULL
    whole, part = (text(compiler, function, value) for value in values)
    if function == "ends with":
        return truth(fv.ends_with(whole, part))
    return truth(whole.contains(part) if function == "contains" else whole.startswith(part))


def _length(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if is_null_constant(values[0]):
        return NULL
    return number(num.whole(text(compiler, function, values[0]).length(), 10))


def _substring(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    if any(is_null_constant(value) for value in values):
        return NULL
    whole = text(compiler, function, values[0])
    start = lists.whole(values[1])
    length = lists.whole(values[2]) if len(values) > 2 else None
    if start is None or (len(values) > 2 and length is None):
        raise compiler.refuse("`substring` at a position that is no constant whole number")
    if start == 0 or (length is not None and length < 1):
        return NULL
    many = v.literal(length if length is not None else 2**31 - 1, "integer")
    return Scalar("string", fv.part(whole, v.literal(start, "integer"), many))


def _around(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    """Compile `substring before` and `substring after`; an empty text where the match is not there."""
    if any(is_null_constant(value) for value in values):
        return NULL
    whole, part = (text(compiler, function, value) for value in values)
    return Scalar("string", (fv.before if function == "substring before" else fv.after)(whole, part))


def _string(compiler: Compiler, _: str, values: Sequence[Value]) -> Value:
    value = values[0]
    if isinstance(value, Scalar) and value.number is not None:
        found = value.number
        if not isinstance(found, num.Number) or found.places > 6:
            raise compiler.refuse(
                "`string` of a number that is not exact", "Round it: string(decimal(…, 2))."
            )
        spelt = v.text(found.column)
        return Scalar("string", fv.without_zeros(spelt) if found.places else spelt)
    if isinstance(value, Scalar) and value.kind in ("string", "boolean", "date"):
        return Scalar(
            "string", compiler.raw(value) if value.kind == "string" else v.text(compiler.raw(value))
        )
    raise compiler.refuse(f"`string` of {describe(value)}")


def _join(compiler: Compiler, function: str, values: Sequence[Value]) -> Value:
    """Join the texts of a list; null ones are left out."""
    source = values[0]
    if is_null_constant(source):
        return NULL
    if not isinstance(source, ListValue):
        raise compiler.refuse(f"`string join` of {describe(source)}")
    if source.absent is not None:
        raise compiler.refuse("`string join` of a list that may be null")
    between = v.literal("", "string")
    if len(values) > 1 and not is_null_constant(values[1]):
        between = v.coalesce(text(compiler, function, values[1]), between)
    empty = v.literal("", "string")
    parts: list[Column] = []
    before = logic.FALSE
    for item in source.items:
        if is_null_constant(item.value):
            continue
        column = text(compiler, function, item.value)
        there = lists.there(item, logic.negation(compiler.is_null(item.value)))
        piece = v.coalesce(column, empty)
        if before.is_constant:
            joined = v.concat(between, piece) if before.constant else piece
        else:
            joined = v.when([(before.column, v.concat(between, piece))], piece)
        parts.append(joined if there.is_constant else v.when([(there.column, joined)], empty))
        before = logic.disjunction([before, there])
    return Scalar("string", logic.folded(parts, v.concat) if parts else empty)


Handler = Callable[["Compiler", str, Sequence[Value]], Value]

HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("contains", "starts with", "ends with"), _search),
    "string length": _length,
    "substring": _substring,
    **dict.fromkeys(("substring before", "substring after"), _around),
    "string": _string,
    "string join": _join,
}
"""What compiles a call of each function on texts."""

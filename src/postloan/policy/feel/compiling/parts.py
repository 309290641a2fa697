"""Operators, tests, quantifiers, filters and calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from postloan.engine import Column
from postloan.engine import verbs as v
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import comparing, dates, lists, logic
from postloan.policy.feel.compiling import numbers as num
from postloan.policy.feel.compiling import quantities as qty
from postloan.policy.feel.compiling.conversion import converted
from postloan.policy.feel.compiling.values import (
    NULL,
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
    number,
    of_constant,
    truth,
)

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler, Scope


def compile_part(compiler: Compiler, node: n.Node, scope: Scope) -> Value:
    """Compile a node of the kinds that work on values."""
    match node:
        case n.Negate(operand):
            return arithmetic(compiler, "-", of_constant(Decimal(0), ""), compiler.value(operand, scope))
        case n.Arithmetic(sign, left, right):
            return arithmetic(compiler, sign, compiler.value(left, scope), compiler.value(right, scope))
        case n.Compare(sign, left, right):
            return comparing.compare(
                compiler, sign, compiler.value(left, scope), compiler.value(right, scope)
            )
        case n.And(left, right) | n.Or(left, right):
            word = "and" if isinstance(node, n.And) else "or"
            sides = [compiler.truth(compiler.value(side, scope), f"`{word}`") for side in (left, right)]
            return logic.conjunction(sides) if word == "and" else logic.disjunction(sides)
        case n.Between(value, low, high):
            ends = RangeValue(compiler.value(low, scope), compiler.value(high, scope), True, True)
            return comparing.within(compiler, ends, compiler.value(value, scope))
        case n.In(value, tests):
            return comparing.unary(compiler, tests, compiler.value(value, scope), scope)
        case n.Quantified(kind, bindings, condition):
            return _quantified(compiler, kind, bindings, condition, scope)
        case n.For(bindings, body):
            return _loop(compiler, bindings, body, scope)
        case n.Filter(base, condition):
            return filtered(compiler, compiler.value(base, scope), condition, scope)
        case n.Call(function, arguments):
            return call(compiler, function, arguments, scope)
        case n.Invoke(function, arguments):
            return invoke(compiler, compiler.value(function, scope), arguments, scope)
        case n.InstanceOf(value, kind):
            return _instance_of(compiler, compiler.value(value, scope), kind)
        case n.Declared(value, kind):
            return converted(compiler, compiler.value(value, scope), kind)
        case n.Table():
            from postloan.policy.feel.compiling.tables import compile_table

            return compile_table(compiler, node, scope)
    raise compiler.refuse(type(node).__name__)


def _where(present: Column | None, met: Scalar, kind: str) -> Scalar:
    """Give what an item says where it is there; elsewhere it says nothing."""
    if present is None:
        return met
    if kind == "some":
        return logic.conjunction([truth(present), met])
    return logic.disjunction([truth(~present), met])


# Arithmetic ---------------------------------------------------------------------------------------------


def arithmetic(compiler: Compiler, sign: str, left: Value, right: Value) -> Value:
    """Join two values by one of `+ - * / **`."""
    if is_null_constant(left) or is_null_constant(right):
        if compiler.strict:
            raise compiler.refuse("Arithmetic with null")
        return NULL
    if is_constant(left) and is_constant(right):
        return _of_constants(compiler, sign, constant(left), constant(right))
    if not isinstance(left, Scalar) or not isinstance(right, Scalar):
        raise compiler.ill_typed(f"`{sign}` cannot join {describe(left)} and {describe(right)}.")
    if left.number is not None and right.number is not None:
        return _of_numbers(compiler, sign, left.number, right.number)
    if left.kind == right.kind == "string" and sign == "+":
        return Scalar("string", v.concat(compiler.raw(left), compiler.raw(right)))
    if _is_zero(left) and sign == "-" and right.kind in ("days", "months"):
        return Scalar(right.kind, v.literal(0, "integer") - compiler.raw(right))
    found = dates.arithmetic(compiler, sign, left, right)
    if found is None:
        raise compiler.refuse(f"A {left.kind} `{sign}` a {right.kind}")
    return found


def _of_constants(compiler: Compiler, sign: str, left: object, right: object) -> Value:
    from postloan.policy.feel.interpreter import calculate

    found = calculate(sign, left, right)
    if found is None and compiler.strict:
        raise compiler.refuse(f"A constant `{sign}` that is always null")
    return of_constant(found, compiler.where)


def _is_zero(value: Scalar) -> bool:
    return value.is_constant and value.kind == "number" and value.constant == 0


def _of_numbers(compiler: Compiler, sign: str, left: qty.Quantity, right: qty.Quantity) -> Value:
    where = compiler.where
    if sign in "+-":
        if isinstance(left, num.Number) and left.constant == 0 and sign == "-":
            return number(qty.negative(right))
        return number(qty.add(sign, left, right, where))
    if sign == "*":
        return number(qty.multiply(left, right, where))
    if sign == "**":
        return number(qty.power(left, right, where))
    if isinstance(right, num.Number) and right.constant == 0:
        if compiler.strict:
            raise compiler.refuse("A division by zero, which is always null,")
        return NULL
    return number(qty.divide(left, right, where))


# Lists --------------------------------------------------------------------------------------------------


Round = tuple["Scope | None", Column | None]


def rows(
    compiler: Compiler, bindings: Sequence[n.Binding], scope: Scope, present: Column | None = None
) -> Iterator[Round]:
    """Give the scope of each round of a `for` or quantifier, and where it takes place.

    A source that is null gives a round without a scope.
    """
    if not bindings:
        yield scope, present
        return
    first, rest = bindings[0], bindings[1:]
    source = compiler.value(first.source, scope)
    if is_null_constant(source):
        yield None, present
        return
    if isinstance(source, ListValue) and source.absent is not None:
        yield None, logic.both(present, source.absent)
    downwards = isinstance(first.source, n.Range) and first.source.counted
    for item in lists.items(compiler, source, f"`{first.name} in …`", downwards=downwards):
        inner = {**scope, first.name: item.value}
        yield from rows(compiler, rest, inner, logic.both(present, item.present))


def _quantified(
    compiler: Compiler, kind: str, bindings: Sequence[n.Binding], condition: n.Node, scope: Scope
) -> Scalar:
    results = []
    for row, present in rows(compiler, bindings, scope):
        found: Value = NULL if row is None else compiler.value(condition, row)
        results.append(_where(present, compiler.truth(found, "`satisfies`"), kind))
    return logic.disjunction(results) if kind == "some" else logic.conjunction(results)


def _loop(compiler: Compiler, bindings: Sequence[n.Binding], body: n.Node, scope: Scope) -> Value:
    if any(name == "partial" or name.startswith("partial.") for name in n.names(body)):
        raise compiler.refuse("`partial` in a `for`")
    found, absent = [], None
    for row, present in rows(compiler, bindings, scope):
        if row is not None:
            found.append(Item(compiler.value(body, row), present))
        elif present is None:
            return NULL
        else:
            absent = present if absent is None else absent | present
    return ListValue(tuple(found), absent)


def filtered(compiler: Compiler, base: Value, condition: n.Node, scope: Scope) -> Value:
    """Give the items that meet a condition, or the item at a position."""
    if is_null_constant(base):
        base = ListValue(())
    if not isinstance(base, ListValue):
        base = ListValue((Item(base, _there(compiler, base)),))
    if base.absent is not None:
        base = ListValue(tuple(lists.items(compiler, base, "`[…]`")))
    entries = [item.value.entries for item in base.items if isinstance(item.value, ContextValue)]
    members: dict[str, Value] = dict.fromkeys((name for one in entries for name in one), NULL)
    reads_item = any(name.split(".")[0] in {"item", *members} for name in n.names(condition))
    if not reads_item:
        found = compiler.value(condition, scope)
        if isinstance(found, Scalar) and found.kind == "number":
            if not found.is_constant:
                raise compiler.refuse("A position in `[…]` that depends on the row")
            return lists.at(base, found, compiler)
    kept = []
    for item in base.items:
        inner = {**scope, "item": item.value, **members}
        if isinstance(item.value, ContextValue):
            inner |= item.value.entries
        met = logic.is_true(compiler.truth(compiler.value(condition, inner), "`[…]`"))
        if met is not False:
            kept.append(Item(item.value, logic.both(item.present, met)))
    return ListValue(tuple(kept))


def _there(compiler: Compiler, value: Value) -> Column | None:
    missing = compiler.is_null(value)
    return None if missing.is_constant else ~missing.column


# Calls --------------------------------------------------------------------------------------------------


def call(compiler: Compiler, function: str, arguments: Sequence[n.Node], scope: Scope) -> Value:
    """Call a function of the scope, or a built-in."""
    found = compiler.find(function, scope)
    if isinstance(found, FunctionValue):
        return invoke(compiler, found, arguments, scope, function)
    from postloan.policy.feel.compiling.functions import call_builtin

    return call_builtin(compiler, function, arguments, scope)


def invoke(
    compiler: Compiler, function: Value, arguments: Sequence[n.Node], scope: Scope, name: str = "the function"
) -> Value:
    """Put a function's body in the place of its call."""
    if not isinstance(function, FunctionValue):
        raise compiler.ill_typed(f"{describe(function).capitalize()} is called, which is no function.")
    if compiler.calls >= _most_calls():
        raise compiler.refuse(f"The function `{name}`, which calls itself,", "Write it without recursion.")
    given = _bound(compiler, function, arguments, scope, name)
    compiler.calls += 1
    try:
        return compiler.value(function.function.body, {**function.scope, **given})
    finally:
        compiler.calls -= 1


def _most_calls() -> int:
    from postloan.policy.feel.compiling.core import MOST_CALLS

    return MOST_CALLS


def _bound(
    compiler: Compiler, function: FunctionValue, arguments: Sequence[n.Node], scope: Scope, name: str
) -> Mapping[str, Value]:
    names = [parameter.name for parameter in function.function.parameters]
    named = {one.name: one.value for one in arguments if isinstance(one, n.Argument)}
    if named and (len(named) != len(arguments) or set(named) != set(names)):
        raise compiler.ill_typed(f"`{name}` takes the arguments {', '.join(names)}.")
    if not named and len(arguments) != len(names):
        raise compiler.ill_typed(f"`{name}` takes {len(names)} arguments, not {len(arguments)}.")
    pairs = named.items() if named else zip(names, arguments, strict=True)
    kinds = {one.name: one.kind for one in function.function.parameters}
    return {key: converted(compiler, compiler.value(node, scope), kinds[key]) for key, node in pairs}


def _instance_of(compiler: Compiler, value: Value, kind: str) -> Scalar:
    if is_constant(value):
        from postloan.policy.feel.interpreter import interpret

        node = n.InstanceOf(n.Name("value"), kind)
        return logic.of(interpret(node, {"value": constant(value)}, compiler.as_of))  # type: ignore[arg-type]
    if isinstance(value, Scalar):
        if kind == "null":
            return compiler.is_null(value)
        is_kind = kind in (value.kind, "any") or (kind == "duration" and value.kind in ("days", "months"))
        return logic.negation(compiler.is_null(value)) if is_kind else logic.FALSE
    raise compiler.refuse(f"`instance of` for {describe(value)}")

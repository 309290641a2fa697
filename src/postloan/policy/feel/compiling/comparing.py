"""Comparisons and unary tests over values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postloan.engine import Column
from postloan.engine import feel_verbs as fv
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import logic
from postloan.policy.feel.compiling import quantities as qty
from postloan.policy.feel.compiling.numbers import Number
from postloan.policy.feel.compiling.numbers import compare as compare_exact
from postloan.policy.feel.compiling.values import (
    ContextValue,
    ListValue,
    RangeValue,
    Scalar,
    Value,
    constant,
    describe,
    is_constant,
    is_null_constant,
    truth,
)
from postloan.policy.feel.values import equal as equal_constants

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler, Scope

ORDERED = ("number", "string", "date", "days", "months")


def compare(compiler: Compiler, sign: str, left: Value, right: Value) -> Scalar:
    """Compare two values by one of `= != < <= > >=` in three-valued logic."""
    if sign == "!=":
        return logic.negation(equal(compiler, left, right))
    if sign == "=":
        return equal(compiler, left, right)
    if is_null_constant(left) or is_null_constant(right):
        if compiler.strict:
            raise compiler.refuse(f"`{sign}` with null, which is never true,", "Test for null with `= null`.")
        return logic.UNKNOWN
    if is_constant(left) and is_constant(right):
        from postloan.policy.feel.interpreter import interpret

        node = n.Compare(sign, n.Name("left"), n.Name("right"))
        values = {"left": constant(left), "right": constant(right)}
        return logic.of(interpret(node, values, compiler.as_of))  # type: ignore[arg-type]
    if not isinstance(left, Scalar) or not isinstance(right, Scalar) or left.kind != right.kind:
        raise compiler.ill_typed(f"`{sign}` compares {describe(left)} with {describe(right)}.")
    if left.kind not in ORDERED:
        raise compiler.ill_typed(f"`{sign}` needs an order, which a {left.kind} has not.")
    if left.number is not None and right.number is not None:
        return truth(qty.compare(sign, left.number, right.number, compiler.where))
    a, b = compiler.raw(left), compiler.raw(right)
    return truth({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign])


def equal(compiler: Compiler, left: Value, right: Value) -> Scalar:
    """Tell whether two values are equal; null equals null alone."""
    if is_null_constant(left):
        return compiler.is_null(right)
    if is_null_constant(right):
        return compiler.is_null(left)
    if isinstance(left, Scalar) and isinstance(right, Scalar):
        return _equal_scalars(compiler, left, right)
    if isinstance(left, ListValue) and isinstance(right, ListValue):
        return _equal_lists(compiler, left, right)
    if isinstance(left, ContextValue) and isinstance(right, ContextValue):
        return _equal_contexts(compiler, left, right)
    if (
        isinstance(left, RangeValue)
        and isinstance(right, RangeValue)
        and is_constant(left)
        and is_constant(right)
    ):
        return logic.of(constant(left) == constant(right))
    raise compiler.ill_typed(f"`=` compares {describe(left)} with {describe(right)}.")


def _equal_scalars(compiler: Compiler, left: Scalar, right: Scalar) -> Scalar:
    if left.kind != right.kind:
        raise compiler.ill_typed(f"`=` compares a {left.kind} with a {right.kind}.")
    if left.is_constant and right.is_constant:
        return logic.of(equal_constants(left.constant, right.constant))
    a, b = left.number, right.number
    if isinstance(a, Number) and isinstance(b, Number):
        if left.is_constant or right.is_constant:
            return truth(compare_exact("=", a, b).fill_null(False))
        return truth(compare_exact("is", a, b))
    if a is not None and b is not None:
        same = qty.compare("=", a, b, compiler.where).fill_null(False)
        if left.is_constant or right.is_constant:
            return truth(same)
        return truth(same | (compiler.is_null(left).column & compiler.is_null(right).column))
    if left.is_constant or right.is_constant:
        return truth((compiler.raw(left) == compiler.raw(right)).fill_null(False))
    return truth(fv.identical(compiler.raw(left), compiler.raw(right)))


def _equal_lists(compiler: Compiler, left: ListValue, right: ListValue) -> Scalar:
    if not (left.is_fixed and right.is_fixed):
        raise compiler.refuse("A comparison of lists whose length depends on the row")
    if len(left.items) != len(right.items):
        return logic.FALSE
    pairs = zip(left.items, right.items, strict=True)
    return logic.conjunction([equal(compiler, a.value, b.value) for a, b in pairs])


def _equal_contexts(compiler: Compiler, left: ContextValue, right: ContextValue) -> Scalar:
    if left.absent is not None or right.absent is not None:
        raise compiler.refuse("A comparison of contexts that may be null")
    if set(left.entries) != set(right.entries):
        return logic.FALSE
    return logic.conjunction(
        [equal(compiler, left.entries[name], right.entries[name]) for name in left.entries]
    )


def within(compiler: Compiler, interval: RangeValue, value: Value) -> Scalar:
    """Tell whether a value lies in a range."""
    above = compare(compiler, ">=" if interval.low_closed else ">", value, interval.low)
    below = compare(compiler, "<=" if interval.high_closed else "<", value, interval.high)
    return logic.conjunction([above, below])


def unary(compiler: Compiler, tests: n.UnaryTests, value: Value, scope: Scope) -> Scalar:
    """Give the disjunction of a cell's tests in three-valued logic."""
    if tests.is_any:
        return logic.TRUE
    inner = {**scope, "?": value}
    met = logic.disjunction([_test(compiler, test, value, inner) for test in tests.tests])
    return logic.negation(met) if tests.negated else met


def _test(compiler: Compiler, test: n.Node, value: Value, scope: Scope) -> Scalar:
    if isinstance(test, n.Comparison):
        return compare(compiler, test.operator, value, compiler.value(test.bound, scope))
    found = compiler.value(test, scope)
    if n.has_question(test):
        return compiler.truth(found, "A test with `?`")
    return matches(compiler, found, value)


def matches(compiler: Compiler, target: Value, value: Value) -> Scalar:
    """Tell whether a value is the target, lies in it, or is among its items."""
    if isinstance(target, RangeValue):
        return within(compiler, target, value)
    if isinstance(target, ListValue) and not isinstance(value, ListValue):
        if target.absent is not None:
            raise compiler.refuse("A test against a list that may be null")
        met = []
        for item in target.items:
            found = matches(compiler, item.value, value)
            met.append(found if item.present is None else logic.conjunction([truth(item.present), found]))
        return logic.disjunction(met)
    return equal(compiler, value, target)


def moved(
    compiler: Compiler, tests: n.UnaryTests, value: Value, bound: Value, better: str, scope: Scope
) -> Column:
    """Compile a cell of one test with its constant bound replaced by a column."""
    test = tests.tests[0] if len(tests.tests) == 1 and not tests.negated else None
    if isinstance(test, n.Comparison):
        return logic.column(compare(compiler, test.operator, value, bound))
    if isinstance(test, n.Range):
        low = bound if better == "low" else compiler.value(test.low, scope)
        high = bound if better == "high" else compiler.value(test.high, scope)
        return logic.column(within(compiler, RangeValue(low, high, test.low_closed, test.high_closed), value))
    raise compiler.refuse("A moved threshold in a cell that is not one comparison or range")

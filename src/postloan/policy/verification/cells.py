"""Cells as predicates on one value: the constants at which they turn, and whether these are all there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import Interval

ANY_DAY = date(2000, 1, 1)
"""Constants do not read the business date, so any will do."""

_ORDER = ("<", "<=", ">", ">=")


class OpaqueError(Exception):
    """The cell does not compare its value with constants alone."""


def closed(node: n.Node) -> bool:
    """Tell whether a node is the same for every row, every tested value and every day."""
    return not any(
        isinstance(part, n.Question)
        or (isinstance(part, n.Name) and part.text in n.names(node))
        or (isinstance(part, n.Call) and part.function in ("today", "now"))
        or isinstance(part, n.Function | n.Invoke | n.Table)
        for part in n.walk(node)
    )


def constant(node: n.Node) -> object:
    """Give the value of a node without variables; raises OpaqueError for any other."""
    if isinstance(node, n.Literal):
        return node.value
    if not closed(node):
        raise OpaqueError
    try:
        return feel.interpret(node, {}, ANY_DAY)
    except PolicyError as error:
        raise OpaqueError from error


def reads_value_only(cell: n.UnaryTests) -> bool:
    """Tell whether a cell depends on nothing but the tested value."""
    return not any(
        (isinstance(part, n.Name) and part.text in n.names(cell))
        or (isinstance(part, n.Call) and part.function in ("today", "now"))
        or isinstance(part, n.Function | n.Invoke | n.Table)
        for part in n.walk(cell)
    )


def whole_only(cell: n.UnaryTests) -> n.UnaryTests | None:
    """Give what else a cell asks of whole numbers, if it is met by whole ones alone: `floor(?) = ?`.

    None where the cell does not say so; `? >= 0 and floor(?) = ?` gives `? >= 0`.
    """
    if cell.negated or len(cell.tests) != 1:
        return None
    parts = list(_conjuncts(cell.tests[0]))
    rest = [part for part in parts if not _is_floor(part)]
    if len(rest) == len(parts):
        return None
    if not rest:
        return n.UnaryTests(())
    return n.UnaryTests((reduce(n.And, rest),))


def _conjuncts(node: n.Node) -> Iterator[n.Node]:
    if isinstance(node, n.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _is_floor(node: n.Node) -> bool:
    floor = n.Call("floor", (n.Question(),))
    return node in (n.Compare("=", floor, n.Question()), n.Compare("=", n.Question(), floor))


def cuts(cell: n.UnaryTests) -> Iterator[tuple[object, bool]]:
    """Give each constant that a cell compares its value with, and whether by order.

    Raises:
        OpaqueError: where the cell may also turn elsewhere, so that the constants do not tell all.
    """
    for test in cell.tests:
        if isinstance(test, n.Comparison):
            yield from _leaves(constant(test.bound), test.operator in _ORDER)
        elif n.has_question(test):
            yield from _within(test)
        else:
            yield from _leaves(constant(test))


def _within(node: n.Node) -> Iterator[tuple[object, bool]]:
    """Give the constants of an expression in `?`."""
    match node:
        case n.And(left, right) | n.Or(left, right):
            yield from _within(left)
            yield from _within(right)
        case n.Call("not", (operand,)):
            yield from _within(operand)
        case n.Compare(sign, n.Question(), other) | n.Compare(sign, other, n.Question()):
            yield from _leaves(constant(other), sign in _ORDER)
        case n.Between(n.Question(), low, high):
            yield from _leaves(constant(low), ordered=True)
            yield from _leaves(constant(high), ordered=True)
        case n.In(n.Question(), tests):
            yield from cuts(tests)
        case n.Call("list contains", (items, n.Question())):
            yield from _leaves(constant(items))
        case _ if closed(node):
            return
        case _:
            raise OpaqueError


def _leaves(value: object, ordered: bool = False) -> Iterator[tuple[object, bool]]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item, ordered)
    elif isinstance(value, Interval):
        yield from _leaves(value.low, ordered=True)
        yield from _leaves(value.high, ordered=True)
    elif value is None or isinstance(value, bool | Decimal | str | timedelta) or type(value) is date:
        yield value, ordered
    else:
        raise OpaqueError

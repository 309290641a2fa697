"""Small changes of FEEL: each threshold by one unit, each operator, edge, value and negation turned round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.policy.feel import nodes as n

THRESHOLD, OPERATOR, EDGE, VALUE, NEGATION, LOGIC = (
    "threshold",
    "operator",
    "edge",
    "value",
    "negation",
    "logic",
)

_TURNED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "!=", "!=": "="}

Change = tuple[str, Any]
"""What kind of change, and the changed node."""


def of_cell(
    cell: n.UnaryTests, kind: str, values: Sequence[n.Constant], kinds: Mapping[str, str]
) -> Iterator[Change]:
    """Give every change of the tests of a cell.

    Args:
        cell: the tests; `-` has no change.
        kind: kind of column of the tested value, which sets the size of a step.
        values: what may be added to a list of values.
        kinds: kinds of column of the facts that the tests name.
    """
    if cell.is_any:
        return
    yield NEGATION, replace(cell, negated=not cell.negated)
    for position, test in enumerate(cell.tests):
        others = (*cell.tests[:position], *cell.tests[position + 1 :])
        if others:
            yield VALUE, replace(cell, tests=others)
        for what, changed in of_node(test, kind, kinds):
            yield what, replace(cell, tests=(*cell.tests[:position], changed, *cell.tests[position + 1 :]))
    present = [test.value for test in cell.tests if isinstance(test, n.Literal)]
    for value in values:
        if value not in present:
            yield VALUE, replace(cell, tests=(*cell.tests, n.Literal(value)))


def of_node(node: n.Node, kind: str, kinds: Mapping[str, str]) -> Iterator[Change]:
    """Give every change of an expression at one place; `kind` is that of what its constants stand beside."""
    match node:
        case n.Literal(value):
            what = VALUE if isinstance(value, bool) else THRESHOLD
            yield from ((what, n.Literal(moved)) for moved in neighbours(value, kind))
            return
        case n.Comparison(sign, _):
            yield OPERATOR, replace(node, operator=_TURNED[sign])
        case n.Compare(sign, left, right):
            yield OPERATOR, replace(node, operator=_TURNED[sign])
            kind = _beside(left, right, kind, kinds)
        case n.Range(_, _, low_closed, high_closed):
            yield EDGE, replace(node, low_closed=not low_closed)
            yield EDGE, replace(node, high_closed=not high_closed)
        case n.And(left, right) | n.Or(left, right):
            yield LOGIC, n.Or(left, right) if isinstance(node, n.And) else n.And(left, right)
            yield LOGIC, left
            yield LOGIC, right
        case n.Call(function, arguments) if function == "not":
            yield NEGATION, arguments[0]
        case n.In(_, tests):
            yield from ((what, replace(node, tests=cell)) for what, cell in of_cell(tests, kind, (), kinds))
            return
    yield from _below(node, kind, kinds)


def _below(node: n.Node, kind: str, kinds: Mapping[str, str]) -> Iterator[Change]:
    """Give the changes of a node's parts; a truth value among them may be turned round."""
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, n.Node):
            for what, changed in _of_part(node, value, kind, kinds):
                yield what, replace(node, **{item.name: changed})
        elif isinstance(value, tuple):
            for position, part in enumerate(value):
                for what, changed in _of_part(node, part, kind, kinds) if isinstance(part, n.Node) else ():
                    whole = (*value[:position], changed, *value[position + 1 :])
                    yield what, replace(node, **{item.name: whole})


def _of_part(above: n.Node, part: n.Node, kind: str, kinds: Mapping[str, str]) -> Iterator[Change]:
    if isinstance(above, n.And | n.Or) and isinstance(part, n.Name):
        yield NEGATION, n.Call("not", (part,))
    yield from of_node(part, kind, kinds)


def of_guard(guard: n.Node, kinds: Mapping[str, str]) -> Iterator[Change]:
    """Give every change of a guard."""
    if isinstance(guard, n.Name):
        yield NEGATION, n.Call("not", (guard,))
    yield from of_node(guard, "decimal", kinds)


def _beside(left: n.Node, right: n.Node, kind: str, kinds: Mapping[str, str]) -> str:
    """Give the kind of the side of a comparison that is a fact; `kind` is that of `?`."""
    for side in (left, right):
        if isinstance(side, n.Name):
            return kinds.get(side.text, "decimal")
        if isinstance(side, n.Question):
            return kind
    return "decimal"


def neighbours(value: n.Constant, kind: str) -> tuple[n.Constant, ...]:
    """Give a constant one unit lower and one unit higher; a truth value turned round; else nothing.

    The unit is 1 for whole numbers, 0.01 for money, a day for dates, and the last place written for others.
    """
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, Decimal):
        step = unit(value, kind)
        return (value - step, value + step)
    if isinstance(value, date):
        return (value - timedelta(days=1), value + timedelta(days=1))
    return ()


def unit(value: Decimal, kind: str) -> Decimal:
    """Give the unit by which a threshold of a kind of column moves."""
    if kind in ("integer", "money"):
        return Decimal(1) if kind == "integer" else Decimal("0.01")
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)


def other(value: n.Constant, among: Sequence[n.Constant]) -> n.Constant:
    """Give another constant in a conclusion's place: of those among which it stands, where there are any."""
    rest = [item for item in dict.fromkeys(among) if item is not None and item != value]
    if rest:
        place = among.index(value) if value in among else 0
        later = [item for item in among[place + 1 :] if item in rest]
        return (later or rest)[0]
    return f"{value}x" if isinstance(value, str) else None

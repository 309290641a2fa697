"""The values that tests can tell apart: one for each constant, one for each stretch between, and null.

Where every test holds a value against constants alone, these few values stand for all there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from postloan.policy.feel import nodes as n
from postloan.policy.names import FEEL_KINDS

_COUNT = re.compile(r"(^|[._])count(_|$)")
_STEPS = {"integer": Decimal(1), "money": Decimal("0.01")}
_SMALLEST = Decimal("0.000001")
_ELSE = "other"
_KINDS = ("number", "string", "boolean", "date")


@dataclass(frozen=True)
class Pieces:
    """Values of one input or fact; `exact` tells whether they stand for every value that it can have."""

    values: tuple[n.Constant, ...]
    exact: bool


def of_cells(
    cells: Iterable[n.UnaryTests], name: str, feel_kind: str, kind: str, allowed: Sequence[n.Constant] = ()
) -> Pieces:
    """Give the pieces that cells make of an input.

    Args:
        cells: every cell of the input that is to be told apart.
        name: the fact; a count is never below 0.
        feel_kind: number, string, boolean or date.
        kind: kind of its column, which sets how near two values may be.
        allowed: the closed list of its values, if there is one.
    """
    constants: list[n.Constant] = []
    exact = True
    for cell in cells:
        for test in cell.tests:
            found = _constants(test)
            exact = exact and found is not None
            constants += found or ()
    return Pieces(_values(constants, name, feel_kind, kind, allowed), exact and feel_kind in _KINDS)


def of_facts(nodes: Iterable[n.Node], fact: str, kinds: dict[str, tuple[str, str]]) -> dict[str, Pieces]:
    """Give the pieces of each fact of a signal's guard and grades, tested on `fact`.

    Args:
        nodes: the guard, and the tests of the grades.
        fact: the tested fact, which `?` stands for.
        kinds: FEEL kind and kind of column of each fact.
    """
    constants: dict[str, list[n.Constant]] = {name: [] for name in kinds}
    exact = True
    for node in nodes:
        for name, found in _held(node, fact):
            if name is None or name not in constants:
                exact = False
            else:
                constants[name] += found
    exact = exact and all(kind in _KINDS for kind, _ in kinds.values())
    return {name: Pieces(_values(constants[name], name, *kinds[name], ()), exact) for name in kinds}


def guesses(constants: Iterable[n.Constant], name: str, kind: str) -> tuple[n.Constant, ...]:
    """Give values worth trying on a fact: the constants of its kind, what lies beside them, and null."""
    feel_kind = FEEL_KINDS.get(kind, "any")
    wanted: dict[str, type] = {"number": Decimal, "string": str, "date": date}
    fitting = [value for value in constants if isinstance(value, wanted.get(feel_kind, bool))]
    return _values([*dict.fromkeys(fitting), Decimal(0)], name, feel_kind, kind, ())


def _constants(test: n.Node) -> list[n.Constant] | None:
    """Give the constants that a test holds its value against; None where it looks at anything else."""
    match test:
        case n.Literal(value):
            return [value]
        case n.Comparison(sign, n.Literal(value)) if sign in ("=", "!=") or not isinstance(value, str):
            return [value]
        case n.Range(n.Literal(low), n.Literal(high)) if not isinstance(low, str):
            return [low, high]
        case n.ListOf(items):
            inner = [_constants(item) for item in items]
            return None if None in inner else [value for found in inner for value in found or ()]
    return None


def _held(node: n.Node, fact: str) -> Iterator[tuple[str | None, list[n.Constant]]]:
    """Give each fact with the constants it is held against; None for what cannot be told."""
    match node:
        case n.UnaryTests(tests, _):
            for test in tests:
                found = _constants(test)
                if found is None:
                    yield from _held(test, fact)
                else:
                    yield fact, found
        case n.And(left, right) | n.Or(left, right):
            yield from _held(left, fact)
            yield from _held(right, fact)
        case n.Call("not", (inner,)):
            yield from _held(inner, fact)
        case n.Name(text):
            yield text, []
        case n.Compare(sign, left, n.Literal(value)) if sign in ("=", "!=") or not isinstance(value, str):
            named = left.text if isinstance(left, n.Name) else fact if isinstance(left, n.Question) else None
            yield named, [value]
        case _:
            yield None, []


def _values(
    constants: Sequence[n.Constant], name: str, feel_kind: str, kind: str, allowed: Sequence[n.Constant]
) -> tuple[n.Constant, ...]:
    known = [value for value in constants if value is not None]
    if feel_kind == "boolean":
        return (True, False, None)
    if feel_kind == "number":
        numbers = sorted({value for value in known if isinstance(value, Decimal)})
        return (*_numbers(numbers or [Decimal(0)], name, kind), None)
    if feel_kind == "date":
        return (*_dates(sorted({value for value in known if isinstance(value, date)})), None)
    texts = [*allowed] if allowed else [*known, _ELSE]
    return (*dict.fromkeys(texts), None)


def _numbers(points: Sequence[Decimal], name: str, kind: str) -> Iterator[Decimal]:
    """Give a value below all points, each point, a value just above it, where there are such values."""
    step = _STEPS.get(kind, _SMALLEST)
    least = Decimal(0) if _COUNT.search(name) else None
    whole = kind == "integer"
    below = points[0] - step if not whole else points[0].to_integral_value() - step
    if least is None or below >= least:
        yield below
    for position, point in enumerate(points):
        if (not whole or point == point.to_integral_value()) and (least is None or point >= least):
            yield point
        above = point + step if not whole else point.__floor__() + step
        above = Decimal(above)
        is_last = position + 1 == len(points)
        if (is_last or above < points[position + 1]) and (least is None or above >= least):
            yield above


def _dates(points: Sequence[date]) -> Iterator[date]:
    if not points:
        yield date(2024, 1, 1)
        return
    day = timedelta(days=1)
    yield points[0] - day
    for position, point in enumerate(points):
        yield point
        if position + 1 == len(points) or point + day < points[position + 1]:
            yield point + day

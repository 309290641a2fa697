"""Values of facts worth trying: to see what an expression can come to, and where two of them differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal, DecimalException
from itertools import islice, product
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.verification.cells import ANY_DAY, OpaqueError, closed, constant

TRIES = 20_000
"""Rows of facts tried on one expression."""

_KINDS = ("number", "string", "boolean", "date")
_ASSIGNED = 256
_OTHERS = 8
_LONGEST = 100
_FAR = 100_000


def reached(
    node: n.Node, declared: Mapping[str, str], samples: Iterable[object], never_null: Collection[str] = ()
) -> Iterator[Any]:
    """Give what an expression comes to on row after row of facts.

    Args:
        node: the expression.
        declared: kinds of its facts, where they are declared; for others a kind is found that fits.
        samples: values that it might come to.
        never_null: facts that are never missing.
    """
    names = sorted(feel.names(node))
    kinds = kinds_of([node], names, declared)
    constants = [*constants_in([node]), *samples]
    choices = [guesses(constants, kinds[name], nullable=name not in never_null) for name in names]
    for values in islice(_rows(choices), TRIES):
        found = evaluated(node, dict(zip(names, values, strict=True)))
        yield from found


def evaluated(node: n.Node, facts: Mapping[str, object]) -> list[Any]:
    """Give the value of an expression in a list, which is empty where it has none."""
    try:
        return [feel.interpret(node, facts, ANY_DAY)]
    except (PolicyError, DecimalException, OverflowError):
        return []


def _rows(choices: Sequence[Sequence[object]]) -> Iterator[tuple[object, ...]]:
    """Try every value of each fact beside few of the others."""
    few = [choice[:_OTHERS] for choice in choices]
    yield from product(*few)
    for at in range(len(choices)):
        yield from product(*few[:at], choices[at][_OTHERS:], *few[at + 1 :])


def kinds_of(nodes: Sequence[n.Node], names: Sequence[str], declared: Mapping[str, str]) -> dict[str, str]:
    """Give kinds of facts under which all expressions are well typed."""
    open_ = [[declared[name]] if declared.get(name) in _KINDS else _KINDS for name in names]
    for kinds in islice(product(*open_), _ASSIGNED):
        env = dict(zip(names, kinds, strict=True))
        try:
            for node in nodes:
                feel.check(node, env)
        except PolicyError:
            continue
        return env
    return {name: declared.get(name, "number") for name in names}


def constants_in(nodes: Iterable[n.Node]) -> list[object]:
    """Give the values of the parts that are the same for every row."""
    found: list[object] = []
    for part in (part for node in nodes for part in n.walk(node) if closed(part)):
        try:
            found.append(constant(part))
        except OpaqueError:
            continue
    return found


def guesses(constants: Iterable[object], kind: str, *, nullable: bool = True) -> list[object]:
    """Give values of a kind: the plain ones first, then what lies at and beside constants."""
    known = list(constants)
    found: list[object] = [None] if nullable else []
    if kind == "boolean":
        return [*found, True, False]
    numbers = [value for value in known if isinstance(value, Decimal)]
    if kind == "number":
        found += _numbers(numbers)
    elif kind == "date":
        found += _dates([value for value in known if type(value) is date], known)
    else:
        texts = [value for value in known if isinstance(value, str)]
        found += ["", "a", *texts, *(f"{text}x" for text in texts), *(f"x{text}" for text in texts)]
        found += ["x" * int(value) for value in numbers if 0 <= value <= _LONGEST]
    return list(dict.fromkeys(found))


def _numbers(known: Sequence[Decimal]) -> Iterator[Decimal]:
    one = Decimal(1)
    yield from (one, Decimal(0), -one)
    yield from known
    for near in (one, Decimal("0.5"), Decimal("0.000001")):
        yield from (value + step for value in known for step in (near, -near))
    for other in list(dict.fromkeys(known))[:_OTHERS]:
        for value in known:
            yield from (value * other, value + other, value - other, other - value)
            if other:
                yield value / other


def _dates(days: Sequence[date], known: Sequence[object]) -> Iterator[date]:
    steps = [value for value in known if isinstance(value, timedelta)]
    numbers = [value for value in known if isinstance(value, Decimal) and abs(value) < _FAR]
    steps += [timedelta(days=int(value)) for value in numbers]
    starts = [ANY_DAY, *days]
    yield from starts
    for step in (timedelta(days=1), *steps, *(timedelta(days=31 * month) for month in range(1, 13))):
        for start in starts:
            for move in (step, -step):
                if date.min.toordinal() <= start.toordinal() + move.days <= date.max.toordinal():
                    yield start + move

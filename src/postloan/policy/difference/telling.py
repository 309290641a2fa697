"""Whether two outcomes that are computed differ: an input of a box on which they do, found by trying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import islice, product
from typing import Any

from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import normalise
from postloan.policy.verification import trials
from postloan.policy.verification.domains import bits
from postloan.policy.verification.space import Box, Dimension, Space

TRIES = 2_000
"""Inputs tried on one box."""

_SAMPLES = 16


def example(
    space: Space, box: Box, outcomes: tuple[Any, Any], kinds: Mapping[str, str], *, ordered: bool
) -> dict[str, object] | None:
    """Give an input of a box on which two outcomes differ, with the facts that these read besides.

    Args:
        space: the inputs.
        box: some of them.
        outcomes: before and after: a state, or a state and its rows, in which syntax trees stand for what
            is computed.
        kinds: kinds of facts, where they are declared.
        ordered: the rows of an outcome say something by their order.

    Returns:
        None where no input that was tried tells the outcomes apart.
    """
    plain = space.example(box)
    parts = [part for outcome in outcomes for row in _rows(outcome) for part in row]
    nodes = [part for part in parts if isinstance(part, n.Node)]
    if not nodes:
        return plain
    read = sorted(set().union(*(feel.names(node) for node in nodes)))
    by_name = {
        one.node.text: (one, pieces)
        for one, pieces in zip(space.dimensions, box, strict=True)
        if isinstance(one.node, n.Name)
    }
    within = {name for one in space.dimensions if not _is_name(one) for name in feel.names(one.node)}
    if within & set(read):
        return None
    typed = trials.kinds_of(nodes, read, kinds)
    constants = trials.constants_in(nodes)
    choices = [
        _of_input(*by_name[name], constants) if name in by_name else trials.guesses(constants, typed[name])
        for name in read
    ]
    for values in islice(product(*choices), TRIES):
        facts = dict(zip(read, values, strict=True))
        told = [_told(outcome, facts, ordered=ordered) for outcome in outcomes]
        if None not in told and told[0] != told[1]:
            return {**plain, **facts}
    return None


def _is_name(dimension: Dimension) -> bool:
    return isinstance(dimension.node, n.Name)


def _rows(outcome: Any) -> tuple[Any, ...]:
    return () if isinstance(outcome, str) else outcome[1]


def _of_input(dimension: Dimension, pieces: int, constants: list[object]) -> list[object]:
    """Give values of an input in some of its pieces."""
    domain = dimension.domain
    samples = [domain.sample(pieces), *(domain.samples[at] for at in islice(bits(pieces), _SAMPLES))]
    beside = trials.guesses([*samples, *constants], domain.kind)
    fitting = (value for value in beside if (at := domain.piece(value)) >= 0 and pieces >> at & 1)
    return list(dict.fromkeys([*samples, *(value for value in fitting if domain.may_be(value))]))


def _told(outcome: Any, facts: Mapping[str, object], *, ordered: bool) -> Any:
    """Give an outcome with what is computed worked out; None where it cannot be."""
    if isinstance(outcome, str):
        return outcome
    state, rows = outcome
    found = [tuple(_values(row, facts)) for row in rows]
    if any(len(one) != len(row) for one, row in zip(found, rows, strict=True)):
        return None
    return state, found if ordered else Counter(repr(row) for row in found)


def _values(row: tuple[Any, ...], facts: Mapping[str, object]) -> Iterator[Any]:
    """Give the values of a row, with truth values told from numbers; fewer where one has none."""
    for part in row:
        if isinstance(part, n.Node):
            for value in trials.evaluated(part, facts):
                known = normalise(value)
                plain = known.normalize() + 0 if isinstance(known, Decimal) else known
                yield ("yes" if known else "no",) if isinstance(known, bool) else plain
        else:
            yield part.normalize() + 0 if isinstance(part, Decimal) else part

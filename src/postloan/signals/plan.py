"""What one signal reads and tests, worked out from its pack entry before any row is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from postloan.errors import PolicyError
from postloan.facts.registry import Fact
from postloan.policy import feel
from postloan.policy.entries import Signal
from postloan.policy.feel import nodes as n

FIXED_FAMILIES = frozenset({"repayment", "litigation", "off_balance"})
"""Families whose thresholds never move towards peers (signals.md, C0)."""

SWITCHED_OFF = "switched_off"
"""Stands in `missing` for a signal that the pack has but does not use."""


@dataclass(frozen=True)
class Branch:
    """One test of one grade, with the part of it that is the threshold."""

    severity: str
    tests: feel.UnaryTests
    threshold: feel.Node | None


@dataclass(frozen=True)
class Plan:
    """A signal ready to be evaluated.

    Args:
        signal: its pack entry.
        kind: kind of the fact's column.
        conditions: the guard as conditions that must all hold, each with the facts that it cannot do without.
        branches: tests, worst severity first.
        required: facts without which the grades cannot be told.
        either: facts that the grades hold against null, of which one at least must be known.
        peer: fact with the peers' quantile, None where the threshold stays.
        peer_change: fact with that quantile's change in a year, None where it is not known.
        missing: what keeps the whole signal from being measured, empty if nothing does.
    """

    signal: Signal
    kind: str
    conditions: tuple[tuple[feel.Node, frozenset[str]], ...]
    branches: tuple[Branch, ...]
    required: frozenset[str]
    either: frozenset[str]
    peer: str | None
    peer_change: str | None
    missing: tuple[str, ...]

    @property
    def code(self) -> str:
        """Give the signal's code."""
        return self.signal.code

    @property
    def names(self) -> frozenset[str]:
        """Give every fact that the evaluation reads."""
        extra = {name for name in (self.peer, self.peer_change) if name}
        return frozenset(self.signal.inputs() | extra)


def make(signal: Signal, known: Mapping[str, Fact], feeds: Collection[str]) -> Plan:
    """Work out a signal's plan.

    Raises PolicyError `unknown_name` where it reads a fact that nothing computes, and `peer_not_allowed`
    where its thresholds must not move.
    """
    for name in sorted(signal.inputs()):
        if name not in known:
            raise PolicyError(
                "unknown_name",
                f"Signal {signal.code} reads `{name}`, which is no fact.",
                where=signal.where,
                mend="Correct the name; `postloan describe facts` lists them.",
            )
    if signal.peer is not None and signal.family in FIXED_FAMILIES:
        raise PolicyError(
            "peer_not_allowed",
            f"The thresholds of the family {signal.family} must not move towards peers.",
            where=signal.where,
            mend="Remove `peer`.",
        )
    conditions = tuple(_conjuncts(signal.when)) if signal.when else ()
    required, either = _graded(signal)
    peer = _peer_fact(signal, known)
    change = f"{peer}_chg_12m"
    return Plan(
        signal=signal,
        kind=known[signal.fact].kind,
        conditions=tuple((part, _cannot_miss(part)) for part in conditions),
        branches=tuple(_branches(signal)),
        required=required,
        either=either,
        peer=peer,
        peer_change=change if peer and change in known else None,
        missing=_missing(signal, feeds),
    )


def _missing(signal: Signal, feeds: Collection[str]) -> tuple[str, ...]:
    if not signal.enabled:
        return (SWITCHED_OFF,)
    return tuple(sorted(feed for feed in signal.needs if feed not in feeds))


def _peer_fact(signal: Signal, known: Mapping[str, Fact]) -> str | None:
    if signal.peer is None:
        return None
    name = f"{signal.fact}_peer_p{int(signal.peer.quantile * 100):02d}"
    return name if name in known else None


def _conjuncts(node: feel.Node) -> Iterator[feel.Node]:
    if isinstance(node, n.And):
        yield from _conjuncts(node.left)
        yield from _conjuncts(node.right)
    else:
        yield node


def _graded(signal: Signal) -> tuple[frozenset[str], frozenset[str]]:
    """Give what the grades cannot do without, and what they know how to miss one of."""
    handled: set[str] = set()
    for grade in signal.grades:
        handled |= set(_held_against_null(n.walk(grade.tests), signal.fact))
    read = {signal.fact}.union(*(feel.names(grade.tests) for grade in signal.grades))
    required = frozenset(read - handled)
    return required, frozenset() if required else frozenset(handled)


def _cannot_miss(node: feel.Node) -> frozenset[str]:
    """Give the facts of an expression except those it holds against null, and so knows how to miss."""
    return frozenset(feel.names(node) - set(_held_against_null(n.walk(node), "")))


def _held_against_null(parts: Iterable[feel.Node], tested: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, n.Compare) and part.operator in ("=", "!="):
            sides = (part.left, part.right)
            if any(isinstance(side, n.Literal) and side.value is None for side in sides):
                yield from (side.text for side in sides if isinstance(side, n.Name))
                yield from (tested for side in sides if isinstance(side, n.Question))


def _branches(signal: Signal) -> Iterator[Branch]:
    for grade in signal.grades:
        if grade.tests.negated or grade.tests.is_any:
            yield Branch(grade.colour, grade.tests, None)
            continue
        for test in grade.tests.tests:
            yield Branch(grade.colour, feel.UnaryTests((test,)), _threshold(test))


def _threshold(test: feel.Node) -> feel.Node | None:
    """Give the part that the value is held against: of `< 0.70` the 0.70, of a range its nearer end to clear.

    Of a longer condition it is the last number that something is compared with.
    """
    if isinstance(test, n.Comparison):
        return test.bound
    if isinstance(test, n.Range):
        return test.low
    if isinstance(test, n.Literal | n.Name):
        return test
    numbers = [
        part.right
        for part in n.walk(test)
        if isinstance(part, n.Compare)
        and isinstance(part.right, n.Literal)
        and isinstance(part.right.value, Decimal)
    ]
    return numbers[-1] if numbers else None

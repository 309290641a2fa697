"""What one signal reads and tests, worked out from its pack entry before any row is looked at."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from postloan.errors import PolicyError
from postloan.facts.registry import Fact
from postloan.policy import feel, signal_row
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
    conditions = signal_row.conjuncts(signal.when)
    required, either = signal_row.graded(signal)
    peer = signal_row.peer_fact(signal, known)
    change = f"{peer}_chg_12m"
    return Plan(
        signal=signal,
        kind=known[signal.fact].kind if signal.fact else "",
        conditions=tuple((part, signal_row.cannot_miss(part)) for part in conditions),
        branches=tuple(_branches(signal)),
        required=required,
        either=either,
        peer=peer,
        peer_change=change if peer and change in known else None,
        missing=_missing(signal, feeds),
    )


def _missing(signal: Signal, feeds: Collection[str]) -> tuple[str, ...]:
    if signal.waits_for:
        return signal.waits_for
    if not signal.enabled:
        return (SWITCHED_OFF,)
    return tuple(sorted(feed for feed in signal.needs if feed not in feeds))


def _branches(signal: Signal) -> Iterator[Branch]:
    for grade in signal.grades:
        for tests in signal_row.alternatives(grade.tests):
            is_whole = tests.negated or tests.is_any
            yield Branch(grade.colour, tests, None if is_whole else _threshold(tests.tests[0]))


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

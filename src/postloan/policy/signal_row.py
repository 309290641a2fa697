"""A signal over one row, by the interpreter: what its cases and explanations say, and what columns must say.

Whether a signal can be measured follows from the facts that it declares, before its condition is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from postloan.policy import feel
from postloan.policy.entries import Grade, Signal
from postloan.policy.feel import nodes as n

CLEAR = "clear"
NOT_MEASURABLE = "not_measurable"

_SIXTH = Decimal("0.000001")


def conjuncts(guard: feel.Node | None) -> tuple[feel.Node, ...]:
    """Give the conditions of a guard that must all hold; none without a guard."""
    if guard is None:
        return ()
    if isinstance(guard, n.And):
        return (*conjuncts(guard.left), *conjuncts(guard.right))
    return (guard,)


def alternatives(tests: feel.UnaryTests) -> tuple[feel.UnaryTests, ...]:
    """Give the tests of a grade one by one, any of which suffices; a negated list stays whole."""
    if tests.negated or tests.is_any:
        return (tests,)
    return tuple(feel.UnaryTests((test,)) for test in tests.tests)


def graded(signal: Signal) -> tuple[frozenset[str], frozenset[str]]:
    """Give the facts that the grades cannot do without, and those of which they know how to miss one."""
    handled: set[str] = set()
    for grade in signal.grades:
        handled |= set(_held_against_null(n.walk(grade.tests), signal.fact))
    read = ({signal.fact} - {""}).union(*(feel.names(grade.tests) for grade in signal.grades))
    required = frozenset(read - handled)
    return required, frozenset() if required else frozenset(handled)


def cannot_miss(node: feel.Node) -> frozenset[str]:
    """Give the facts of an expression except those it holds against null, and so knows how to miss."""
    return frozenset(feel.names(node) - set(_held_against_null(n.walk(node), "")))


def _held_against_null(parts: Iterable[feel.Node], tested: str) -> Iterator[str]:
    for part in parts:
        if isinstance(part, n.Compare) and part.operator in ("=", "!="):
            sides = (part.left, part.right)
            if any(isinstance(side, n.Literal) and side.value is None for side in sides):
                yield from (side.text for side in sides if isinstance(side, n.Name))
                yield from (tested for side in sides if isinstance(side, n.Question))


def number(node: feel.Node | None) -> Decimal | None:
    """Give the value of a constant number, negative ones too; None for anything else."""
    if isinstance(node, n.Negate):
        inner = number(node.operand)
        return None if inner is None else -inner
    if isinstance(node, n.Literal) and isinstance(node.value, Decimal):
        return node.value
    return None


def peer_fact(signal: Signal, known: Collection[str]) -> str | None:
    """Give the fact with the peers' quantile; None where the threshold stays."""
    if signal.peer is None:
        return None
    name = f"{signal.fact}_peer_p{int(signal.peer.quantile * 100):02d}"
    return name if name in known else None


def state(
    signal: Signal,
    values: Mapping[str, object],
    as_of: date,
    known: Collection[str] = (),
    absent: Collection[str] = (),
) -> str:
    """Give `clear`, `not_measurable` or the severity of one row, whether the signal is switched on or not.

    Args:
        signal: its entry.
        values: the row's facts by name; missing means null.
        as_of: the business date.
        known: names of all facts there are, among them those of peers.
        absent: feeds that the book has not.
    """
    if signal.waits_for or any(feed in absent for feed in signal.needs):
        return NOT_MEASURABLE
    unmet = unknown = False
    for condition in conjuncts(signal.when):
        holds = feel.interpret(condition, values, as_of)
        lacking = holds is None or any(values.get(name) is None for name in cannot_miss(condition))
        unmet = unmet or (not lacking and holds is False)
        unknown = unknown or lacking
    if unmet:
        return CLEAR
    required, either = graded(signal)
    if unknown or any(values.get(name) is None for name in required):
        return NOT_MEASURABLE
    if either and all(values.get(name) is None for name in either):
        return NOT_MEASURABLE
    for grade in signal.grades:
        if any(_met(signal, grade, tests, values, as_of, known) for tests in alternatives(grade.tests)):
            return grade.colour
    return CLEAR


def _met(
    signal: Signal,
    grade: Grade,
    tests: feel.UnaryTests,
    values: Mapping[str, object],
    as_of: date,
    known: Collection[str],
) -> bool:
    moved = _moved(signal, grade, tests, values, known)
    held = tests if moved is None else feel.UnaryTests((moved,))
    return feel.interpret_unary(held, values.get(signal.fact), values, as_of)


def _moved(
    signal: Signal, grade: Grade, tests: feel.UnaryTests, values: Mapping[str, object], known: Collection[str]
) -> n.Comparison | None:
    """Give the test with its threshold where the peers put it; None where it stays (signals.md, C0)."""
    name, peer = peer_fact(signal, known), signal.peer
    test = tests.tests[0] if tests.tests and not tests.negated else None
    if name is None or peer is None or grade.colour == "red" or not isinstance(test, n.Comparison):
        return None
    cut, usual = number(test.bound), values.get(name)
    if cut is None or usual is None:
        return None
    reach = abs(cut * peer.limit)
    low, high = (cut - reach).quantize(_SIXTH), (cut + reach).quantize(_SIXTH)
    moved = max(min(Decimal(str(usual)), high), low)
    relaxes = moved < cut if peer.side == "low" else moved > cut
    if relaxes and not _held_up(values.get(f"{name}_chg_12m"), peer.side):
        return None
    return n.Comparison(test.operator, n.Literal(moved))


def _held_up(change: object, side: str) -> bool:
    """Tell whether the peers' quantile is known to be no worse than a year ago."""
    if change is None:
        return False
    moved = Decimal(str(change))
    return moved >= 0 if side == "low" else moved <= 0

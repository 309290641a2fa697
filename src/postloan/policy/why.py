"""Why a decision table said what it said: the rules that held, and the nearest ones that missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import deciding, feel
from postloan.policy.checked import CheckedTable
from postloan.policy.deciding import Condition, RuleTrace
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import normalise

Values = Mapping[str, object]

_FAR = Decimal(1)
"""The distance of a condition that cannot be measured: another word, not known, or a negation."""

_UNREACHABLE = Decimal(1_000_000)
"""The distance of a test for null from a value that is known: no change of the value would meet it."""

_MONTH = Decimal(30)
"""Days that count as far as a bound that is missed by its own size."""


@dataclass(frozen=True)
class Gap:
    """How far a value is from meeting a test: in the value's own unit, or in days for a date."""

    amount: Decimal
    unit: str
    relative: Decimal


@dataclass(frozen=True)
class Missed:
    """A condition that was not met.

    Args:
        condition: the cell held against its value.
        gap: how far off; None where that cannot be measured.
        needs_null: the cell holds for what is not known alone.
    """

    condition: Condition
    gap: Gap | None
    needs_null: bool = False

    @property
    def distance(self) -> Decimal:
        """Give what the condition adds to the distance of its rule."""
        if self.needs_null:
            return _UNREACHABLE
        return self.gap.relative if self.gap else _FAR


@dataclass(frozen=True)
class Near:
    """A rule that missed, with the conditions that it missed by, in the order of the columns."""

    rule_id: str
    missed: tuple[Missed, ...]

    @property
    def distance(self) -> Decimal:
        """Give the sum of the distances of what was missed."""
        return sum((one.distance for one in self.missed), Decimal(0))


@dataclass(frozen=True)
class Held:
    """A rule whose conditions are all met; `counts` tells whether it has a part in the answer."""

    rule_id: str
    counts: bool
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Why:
    """What a table says of one row.

    Args:
        answer: as `deciding.decide` gives it; empty where rules contradict each other.
        missing: required inputs that are null, so that nothing could be decided.
        held: rules whose conditions are all met, in the table's order.
        nearest: rules that missed: those first that missed by the fewest conditions, then by the least.
        conflict: what is wrong where rules contradict each other.
    """

    answer: tuple[dict[str, Any], ...]
    missing: tuple[str, ...]
    held: tuple[Held, ...]
    nearest: tuple[Near, ...]
    conflict: str = ""
    traces: tuple[RuleTrace, ...] = field(default=(), repr=False)


def why(checked: CheckedTable, values: Values, as_of: date, nearest: int = 3) -> Why:
    """Explain a table's answer for one row.

    Args:
        checked: the table.
        values: by FEEL name; a name that is absent is null.
        as_of: the business date.
        nearest: how many rules that missed are given.

    Distances: a number's gap as a share of the bound (of 1 if that is 0), a date's in months of 30 days;
    whatever has no order, is not known or is negated counts 1; a test for null alone comes last.
    """
    traces = tuple(deciding.explain(checked, values, as_of))
    missing = tuple(
        item.text
        for item in checked.inputs
        if item.required and feel.interpret(item.node, values, as_of) is None
    )
    conflict = ""
    try:
        answer = tuple(deciding.decide(checked, values, as_of))
    except PolicyError as error:
        answer, conflict = (), error.message
    counting = _counting(checked, answer)
    held = tuple(
        Held(trace.rule_id, trace.rule_id in counting, trace.conditions)
        for trace in traces
        if all(one.met for one in trace.conditions)
    )
    near = [
        Near(trace.rule_id, _missed(checked, position, trace, values, as_of))
        for position, trace in enumerate(traces)
        if not all(one.met for one in trace.conditions)
    ]
    near.sort(key=lambda one: (len(one.missed), one.distance))
    return Why(answer, missing, held, tuple(near[:nearest]), conflict, traces)


def _counting(checked: CheckedTable, answer: tuple[dict[str, Any], ...]) -> set[str]:
    if checked.table.aggregation:
        return {rule for row in answer for rule in row["rule_ids"]}
    return {row["rule_id"] for row in answer if row["rule_id"] is not None}


def _missed(
    checked: CheckedTable, position: int, trace: RuleTrace, values: Values, as_of: date
) -> tuple[Missed, ...]:
    return tuple(
        Missed(
            condition,
            gap(item.cells[position], condition.value, values, as_of),
            needs_null=_is_for_null(item.cells[position]),
        )
        for item, condition in zip(checked.inputs, trace.conditions, strict=True)
        if not condition.met
    )


def _is_for_null(tests: n.UnaryTests) -> bool:
    return not tests.negated and all(isinstance(one, n.Literal) and one.value is None for one in tests.tests)


def gap(tests: n.UnaryTests, value: object, values: Values, as_of: date) -> Gap | None:
    """Give how far a value is from meeting a cell that it does not meet.

    Args:
        tests: the cell.
        value: the value tested.
        values: by FEEL name, for bounds that are expressions.
        as_of: the business date.

    Returns:
        The gap to the nearest bound, 0 for a value that stands on a bound which is left out; None where
        it cannot be measured.
    """
    place = _place(normalise(value))
    if tests.negated or place is None:
        return None
    bounds = [bound for test in tests.tests for bound in _bounds(test, values, as_of)]
    found = [_between(place, known) for bound in bounds if (known := _place(bound)) is not None]
    return min((one for one in found if one is not None), key=lambda one: one.relative, default=None)


def _bounds(test: n.Node, values: Values, as_of: date) -> list[object]:
    """Give the values at which a test begins or ends to hold; none for a test without bounds."""
    match test:
        case n.Comparison(operator, bound) if operator != "!=":
            parts = [bound]
        case n.Range(low, high, _, _):
            parts = [low, high]
        case n.Literal(_) | n.Negate(_):
            parts = [test]
        case _:
            return []
    return [normalise(feel.interpret(part, values, as_of)) for part in parts]


def _place(value: object) -> tuple[Decimal, str] | None:
    """Give a value as a place on a line, with its unit; None where it has no order."""
    if isinstance(value, Decimal):
        return value, ""
    return (Decimal(value.toordinal()), "days") if type(value) is date else None


def _between(place: tuple[Decimal, str], bound: tuple[Decimal, str]) -> Gap | None:
    if place[1] != bound[1]:
        return None
    amount = abs(place[0] - bound[0])
    size = _MONTH if place[1] == "days" else (abs(bound[0]) or Decimal(1))
    return Gap(amount, place[1], amount / size)

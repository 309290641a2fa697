"""One signal over a frame: its state decided from declared inputs first, then its grade and thresholds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import reduce

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.engine.schema import Kind
from postloan.policy import column_name, signal_row
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiler import compile_expression, compile_unary
from postloan.policy.signal_row import CLEAR, NOT_MEASURABLE
from postloan.signals.plan import Branch, Plan

_SIXTH = Decimal("0.000001")


def state(plan: Plan, frame: Table, as_of: date) -> Column:
    """Give `clear`, `not_measurable` or the severity, as text and never null.

    A guard that is not met makes the signal clear even where its fact is missing; a guard or grade whose
    inputs are missing makes it not measurable, whatever its condition would say of null (contract.md).
    """
    unmet, unknown = _guard(plan, frame, as_of)
    lacking = any_of(missing(frame, name) for name in sorted(plan.required))
    if plan.either:
        lacking = lacking | ~any_of(~missing(frame, name) for name in sorted(plan.either))
    steps = [(unmet, _text(CLEAR)), (unknown | lacking, _text(NOT_MEASURABLE))]
    steps += [(met(plan, branch, frame, as_of), _text(branch.severity)) for branch in plan.branches]
    return v.when(steps, _text(CLEAR))


def _guard(plan: Plan, frame: Table, as_of: date) -> tuple[Column, Column]:
    unmet, unknown = [], []
    for condition, needed in plan.conditions:
        holds = compile_expression(condition, frame, as_of, plan.signal.where)
        lacking = any_of([holds.isnull(), *(missing(frame, name) for name in sorted(needed))])
        unmet.append(~lacking & ~holds.fill_null(True))
        unknown.append(lacking)
    return any_of(unmet), any_of(unknown)


def missing(frame: Table, name: str) -> Column:
    """Tell whether a fact is not known."""
    return frame[column_name(name)].isnull()


def any_of(conditions: Iterable[Column]) -> Column:
    """Give the disjunction; false over none."""
    return reduce(lambda a, b: a | b, conditions, v.literal(False, "boolean"))


def met(plan: Plan, branch: Branch, frame: Table, as_of: date) -> Column:
    """Tell whether the fact meets the branch's test, with its threshold where the peers put it."""
    bound = applied(plan, branch, frame)
    value = frame[column_name(plan.signal.fact)]
    return compile_unary(branch.tests, value, frame, as_of, bound=bound, where=plan.signal.where)


def applied(plan: Plan, branch: Branch, frame: Table) -> Column | None:
    """Give the threshold moved towards the peers, as DECIMAL(18,6); None where it stays.

    Red stays; the others move to the peers' quantile but by no more than `limit` of themselves. A move that
    would fire less is made only where the quantile is known not to have worsened over a year, since the cut
    must not relax where a whole county sinks (signals.md, C0).
    """
    peer, cut = plan.signal.peer, signal_row.number(branch.threshold)
    if plan.peer is None or peer is None or cut is None or branch.severity == "red":
        return None
    if not isinstance(branch.tests.tests[0], n.Comparison):
        return None
    reach = abs(cut * peer.limit)
    low, high = (v.literal(end.quantize(_SIXTH), "decimal") for end in (cut - reach, cut + reach))
    fixed = v.literal(cut, "decimal")
    usual = v.coalesce(frame[column_name(plan.peer)], fixed)
    moved = v.least(v.greatest(usual, low), high)
    relaxes = moved < fixed if peer.side == "low" else moved > fixed
    return v.when([(relaxes & ~_held_up(plan, frame), fixed)], moved)


def _held_up(plan: Plan, frame: Table) -> Column:
    """Tell whether the peers' quantile is known to be no worse than a year ago."""
    if plan.peer_change is None or plan.signal.peer is None:
        return v.literal(False, "boolean")
    change, zero = frame[column_name(plan.peer_change)], v.literal(0, "decimal")
    held = change >= zero if plan.signal.peer.side == "low" else change <= zero
    return held.fill_null(False)


def thresholds(plan: Plan, frame: Table, as_of: date) -> tuple[Column, Column]:
    """Give the tested bound of the first branch that is met, as written and as applied, as text."""
    fixed, used = [], []
    for branch in plan.branches:
        is_met = met(plan, branch, frame, as_of)
        written = _written(plan, branch, frame, as_of)
        moved = applied(plan, branch, frame)
        fixed.append((is_met, written))
        used.append((is_met, written if moved is None else v.text(moved)))
    return v.when(fixed, v.null("string")), v.when(used, v.null("string"))


def _written(plan: Plan, branch: Branch, frame: Table, as_of: date) -> Column:
    cut = signal_row.number(branch.threshold)
    if cut is not None:
        whole = plan.kind == "integer" and cut == cut.to_integral_value()
        kind: Kind = "integer" if whole else "money" if plan.kind == "money" else "decimal"
        return v.text(v.literal(int(cut) if whole else cut, kind))
    if branch.threshold is None:
        return v.null("string")
    return v.text(compile_expression(branch.threshold, frame, as_of, plan.signal.where))


def evidence(plan: Plan, frame: Table) -> Column:
    """Give the facts that were used, by name, as one canonical JSON object."""
    return v.json_object({name: json_value(frame[column_name(name)]) for name in sorted(plan.names)})


def json_value(column: Column) -> Column:
    """Give a column as JSON text: numbers and booleans bare, texts and dates in quotes."""
    spelt = v.text(column)
    kind = column.type()
    return v.json_text(spelt) if kind.is_string() or kind.is_date() else spelt


def _text(value: str) -> Column:
    return v.literal(value, "string")

"""A decision table over one row, by the interpreter: for explanation, and as the oracle of the columns."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.checked import CheckedTable
from postloan.policy.feel.interpreter import normalise
from postloan.policy.feel.values import CONTEXT

Values = Mapping[str, object]


@dataclass(frozen=True)
class Condition:
    """One cell held against a value."""

    input: str
    test: str
    value: object
    met: bool


@dataclass(frozen=True)
class RuleTrace:
    """One rule held against a row: whether it hit, and how each condition came out."""

    rule_id: str
    hit: bool
    conditions: tuple[Condition, ...]


def explain(checked: CheckedTable, values: Values, as_of: date) -> list[RuleTrace]:
    """Hold every rule against a row, in the table's order."""
    found = [feel.interpret(item.node, values, as_of) for item in checked.inputs]
    missing = is_missing(checked, values, as_of)
    traces = []
    for position, rule in enumerate(checked.table.rules):
        conditions = tuple(
            Condition(
                item.text,
                rule.tests[i],
                found[i],
                feel.interpret_unary(item.cells[position], found[i], values, as_of),
            )
            for i, item in enumerate(checked.inputs)
        )
        met = all(condition.met for condition in conditions)
        traces.append(RuleTrace(rule.id, met and not missing, conditions))
    return traces


def is_missing(checked: CheckedTable, values: Values, as_of: date) -> bool:
    """Tell whether a required input is null, which makes the answer not measurable."""
    required = (item.node for item in checked.inputs if item.required)
    return any(feel.interpret(node, values, as_of) is None for node in required)


def decide(checked: CheckedTable, values: Values, as_of: date) -> list[dict[str, Any]]:
    """Give what `CompiledTable.evaluate` gives for one row, without the keys.

    Raises:
        PolicyError: `unique_conflict` or `any_conflict`.
    """
    hits = [i for i, trace in enumerate(explain(checked, values, as_of)) if trace.hit]
    return conclude(checked, hits, values, as_of)


def conclude(checked: CheckedTable, hits: list[int], values: Values, as_of: date) -> list[dict[str, Any]]:
    """Give what `decide` gives for a row that meets the rules at these positions.

    Raises:
        PolicyError: `unique_conflict` or `any_conflict`.
    """
    policy = checked.table.hit_policy
    outputs = {i: _outputs(checked, i, values, as_of) for i in hits}
    if checked.table.aggregation:
        return [_aggregated(checked, hits, outputs, missing=is_missing(checked, values, as_of))]
    if policy in "CRO":
        ordered = sorted(hits, key=lambda i: checked.ranks[i])
        return [{**_identity(checked, i), "rule_order": checked.ranks[i] + 1, **outputs[i]} for i in ordered]
    ids = [checked.table.rules[i].id for i in hits]
    if policy == "U" and len(hits) > 1:
        raise conflict(checked, "unique_conflict", ids, "the row")
    if policy == "A" and any(outputs[i] != outputs[hits[0]] for i in hits):
        raise conflict(checked, "any_conflict", ids, "the row")
    if not hits:
        missing = is_missing(checked, values, as_of)
        defaults = {item.name: None if missing else item.default for item in checked.outputs}
        return [{"rule_id": None, **defaults}]
    chosen = min(hits, key=lambda i: checked.ranks[i])
    return [{**_identity(checked, chosen), **outputs[chosen]}]


def conflict(checked: CheckedTable, code: str, rules: list[str], subject: str) -> PolicyError:
    """Give the error for a row that meets several rules where that is not allowed."""
    allowed = "one rule at most" if code == "unique_conflict" else "rules with one and the same output"
    return checked.refuse(
        code,
        f"Rules {', '.join(rules)} all hold for {subject}; the hit policy allows {allowed}.",
        mend="Make the rules exclude each other, or choose FIRST or COLLECT.",
    )


def _identity(checked: CheckedTable, rule: int) -> dict[str, Any]:
    return {"rule_id": checked.table.rules[rule].id}


def _outputs(checked: CheckedTable, rule: int, values: Values, as_of: date) -> dict[str, Any]:
    return {item.name: normalise(feel.interpret(item.cells[rule], values, as_of)) for item in checked.outputs}


def _aggregated(
    checked: CheckedTable, hits: list[int], outputs: dict[int, dict[str, Any]], *, missing: bool
) -> dict[str, Any]:
    item = checked.outputs[0]
    name = item.name
    found = [outputs[i][name] for i in hits]
    ids = [checked.table.rules[i].id for i in hits]
    sign = checked.table.aggregation
    result: Any = None if missing else item.default
    if sign == "#" and not missing:
        result = Decimal(len(hits)) if hits or item.default is None else item.default
    elif None in found:
        result = None
    elif found:
        result = (
            functools.reduce(CONTEXT.add, found) if sign == "+" else min(found) if sign == "<" else max(found)
        )
    return {name: result, "rule_ids": ids}

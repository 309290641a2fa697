"""Why a rule of a decision table held for one subject: its conditions beside the values that met them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from postloan import measures, warnings
from postloan.classification import derived
from postloan.errors import PolicyError
from postloan.facts import FACTS
from postloan.policy import table as tables
from postloan.policy.model import DecisionTable, Input
from postloan.policy.pack import Policy
from postloan.policy.table import RuleTrace

Values = Mapping[str, Any]


def environment() -> dict[str, str]:
    """Give the FEEL kind of every fact, those that later stages derive among them."""
    told = (*warnings.DERIVED, *derived.DERIVED, *measures.DERIVED)
    return {one.name: one.feel_type for one in (*FACTS.values(), *told)}


class Rules:
    """Explains the tables of one policy over the values of one subject.

    A name whose value is not stored with the result is left out of the conditions that are told.
    """

    def __init__(self, policy: Policy, values: Values, as_of: date, lang: str = "en") -> None:
        self._policy, self._values, self._as_of, self.lang = policy, values, as_of, lang

    def of_rows(self, table_names: Sequence[str], rows: Iterable[str]) -> list[dict[str, Any]]:
        """Give the rules behind rows such as F05 or MX07: `{row, rule_id, table, conditions, reference}`."""
        found = []
        for row in rows:
            told = [rule for name in table_names if (rule := self._rule(name, row)) is not None]
            held = [rule for rule in told if "not_stored" not in rule]
            if told:
                found.append({"row": row, **(held or told)[0]})
        return found

    def of_rule(self, table_name: str, rule_id: str | None) -> dict[str, Any] | None:
        """Give one rule by its id, or None where the policy of now has no such rule."""
        return None if rule_id is None else self._rule(table_name, rule_id)

    def points(self, table_name: str) -> list[dict[str, Any]]:
        """Give the rules of a summing table that hold, with their points, the most first."""
        table = self._table(table_name)
        if table is None:
            return []
        entries = {rule.id: rule for rule in table.rules}
        found = [
            {**self._told(table, trace), "points": entries[trace.rule_id].entries[0]}
            for trace in self._traces(table)
            if trace.hit
        ]
        return sorted(found, key=lambda one: (-_number(one["points"]), one["rule_id"]))

    def _rule(self, table_name: str, wanted: str) -> dict[str, Any] | None:
        table = self._table(table_name)
        if table is None:
            return None
        quoted = f'"{wanted}"'
        ids = {rule.id for rule in table.rules if rule.id == wanted or quoted in rule.entries}
        if not ids:
            return None
        traces = [trace for trace in self._traces(table) if trace.rule_id in ids]
        # That the row held is known; a required input that is not stored must not speak against it.
        hit = [trace for trace in traces if all(one.met for one in trace.conditions)]
        if hit:
            return self._told(table, hit[0])
        if not traces:
            return None
        return {**self._told(table, traces[0]), "conditions": [], "not_stored": True}

    def _table(self, name: str) -> DecisionTable | None:
        return self._policy.table(name) if name in self._policy.tables else None

    def _traces(self, table: DecisionTable) -> list[RuleTrace]:
        env = environment()
        values = {name: self._values.get(name) for name in env}
        try:
            return tables.compile(table, env, self._as_of).explain(values)
        except PolicyError:
            return []  # a table of a later pack may ask for names that this version does not know

    def _told(self, table: DecisionTable, trace: RuleTrace) -> dict[str, Any]:
        rule = next(one for one in table.rules if one.id == trace.rule_id)
        conditions = [
            {
                "input": item.expression,
                "label": _label(item, self.lang),
                "test": condition.test,
                "value": condition.value,
            }
            for item, condition in zip(table.inputs, trace.conditions, strict=True)
            if condition.test.strip() not in ("", "-")
        ]
        reference = rule.annotations[0] if rule.annotations else ""
        return {
            "table": table.id,
            "rule_id": trace.rule_id,
            "conditions": conditions,
            "reference": reference,
        }


def _label(item: Input, lang: str) -> str:
    return item.labels.get(lang) or item.label or item.expression


def _number(text: str) -> int:
    digits = text.strip().lstrip("-")
    return int(text) if digits.isdigit() else 0

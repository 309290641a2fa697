"""What is to be done about one loan or customer: which rows ask for it, what is blocked, and by which row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from postloan.measures.rules import MODIFIER
from postloan.policy.pack import Policy
from postloan.run.reading import Results

Row = dict[str, Any]

_JSON = ("blocks", "rule_ids", "because")


def measures_of(
    results: Results, policy: Policy | None, kind: str, subject_id: str, customer: str, lang: str
) -> list[Row]:
    """Give the measures of a subject, duties first, then by deadline.

    Each has the columns of `measure_due`, JSON read, and `asked_by`: {rule_id, table, label, reference} of
    each row that asks for it; table, label and reference are null where the policy has no such row.
    """
    rows = results.rows("measure_due", "customer_id", [customer])
    if kind == "loan":
        rows = [row for row in rows if row["level"] == "customer" or row["loan_id"] == subject_id]
    rows.sort(key=lambda row: (row["nature"] != "duty", row["due_on"] or date.max, row["measure_id"]))
    notes = _notes(policy, lang)
    found = [{**row, **{name: _read(row[name]) for name in _JSON}} for row in rows]
    return [{**row, "asked_by": [_told(rule, notes) for rule in row["rule_ids"] or []]} for row in found]


def blocked_of(
    measures: Iterable[Mapping[str, Any]], policy: Policy | None, kind: str, subject_id: str, lang: str
) -> list[Row]:
    """Give what is blocked, those first that a row asks for: {measure, loan_id, asked, blocked_by}.

    `blocked_by` tells the rows that block it, as `asked_by` does.
    """
    notes = _notes(policy, lang)
    found: dict[tuple[str, str], Row] = {}
    for row in measures:
        for one in (row["because"] or {}).get("blocked") or ():
            if kind == "loan" and one["loan_id"] not in (None, subject_id):
                continue
            key = (one["measure"], one["loan_id"] or "")
            told = found.setdefault(
                key,
                {"measure": key[0], "loan_id": one["loan_id"], "asked": one["asked"], "rules": set()},
            )
            told["rules"].add(one["rule_id"])
    ordered = sorted(
        found.values(), key=lambda told: (not told["asked"], told["measure"], told["loan_id"] or "")
    )
    return [
        {
            "measure": told["measure"],
            "loan_id": told["loan_id"],
            "asked": told["asked"],
            "blocked_by": [_told(rule, notes) for rule in sorted(told["rules"])],
        }
        for told in ordered
    ]


def _read(value: str | None) -> Any:
    return None if value is None else json.loads(value)


def _notes(policy: Policy | None, lang: str) -> dict[str, tuple[str, str, str]]:
    """Give table, label and reference of each row of the tables of measures."""
    if policy is None:
        return {}
    tables = [policy.table(name) for name in (*policy.tables_with("measure"), MODIFIER)]
    return {
        rule.id: (
            table.id,
            table.labels.get(lang) or table.name,
            rule.annotations[0] if rule.annotations else "",
        )
        for table in tables
        for rule in table.rules
    }


def _told(rule: str, notes: Mapping[str, tuple[str, str, str]]) -> Row:
    table, label, reference = notes.get(rule, (None, None, None))
    return {"rule_id": rule, "table": table, "label": label, "reference": reference}

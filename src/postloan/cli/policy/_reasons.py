"""The parts of `policy explain`: what each table and signal says of one subject, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from postloan.errors import PolicyError

if TYPE_CHECKING:
    from postloan.policy.checked import CheckedTable
    from postloan.policy.deciding import Condition
    from postloan.policy.entries import Signal
    from postloan.policy.pack import Policy
    from postloan.policy.why import Missed, Near
    from postloan.run.why import Seen

Values = Mapping[str, Any]


def of_table(checked: CheckedTable, values: Values, as_of: date, lang: str, nearest: int) -> dict[str, Any]:
    """Give why a table says what it says of one row of values."""
    from postloan.policy.why import why

    table = checked.table
    told = why(checked, values, as_of, nearest)
    labels = {one.expression: one.labels.get(lang) or one.label or one.expression for one in table.inputs}
    notes = {rule.id: rule.annotations[0] if rule.annotations else "" for rule in table.rules}
    held = [
        {
            "rule_id": one.rule_id,
            "counts": one.counts,
            "reference": notes[one.rule_id],
            "conditions": [_condition(part, labels) for part in one.conditions if part.test.strip() != "-"],
        }
        for one in told.held
    ]
    return {
        "table": table.id,
        "name": table.labels.get(lang) or table.name,
        "hit_policy": table.hit_policy + table.aggregation,
        "answer": list(told.answer),
        "missing": [{"input": name, "label": labels[name]} for name in told.missing],
        "conflict": told.conflict,
        "held": held,
        "nearest": [_near(one, labels, notes) for one in told.nearest],
    }


def _condition(one: Condition, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"input": one.input, "label": labels[one.input], "test": one.test, "value": one.value}


def _near(one: Near, labels: Mapping[str, str], notes: Mapping[str, str]) -> dict[str, Any]:
    missed = [_missed(part, labels) for part in one.missed]
    return {"rule_id": one.rule_id, "reference": notes[one.rule_id], "missed": missed}


def _missed(one: Missed, labels: Mapping[str, str]) -> dict[str, Any]:
    gap = {"by": one.gap.amount, "unit": one.gap.unit} if one.gap else {"by": None, "unit": ""}
    return {**_condition(one.condition, labels), **gap}


def of_signals(policy: Policy, seen: Seen, lang: str) -> list[dict[str, Any]]:
    """Give each signal's state, value and grades, and how far the next worse grade is."""
    states = {(one["subject_kind"], one["code"]): one for one in seen.states}
    fired = {(one["subject_kind"], one["code"], one["subject_id"]): one for one in seen.signals}
    found = []
    for signal in policy.signals:
        subjects = seen.loans if signal.subject == "loan" else {seen.customer_id: seen.customer}
        if signal.subject not in ("loan", "customer"):
            continue
        for subject, values in subjects.items():
            row = fired.get((signal.subject, signal.code, subject))
            state = states.get((signal.subject, signal.code))
            found.append(_signal(signal, subject, values, row, state, seen.as_of, lang))
    return found


def _signal(
    signal: Signal,
    subject: str,
    values: Values,
    row: Mapping[str, Any] | None,
    state: Mapping[str, Any] | None,
    as_of: date,
    lang: str,
) -> dict[str, Any]:
    from postloan.policy import feel
    from postloan.policy.feel.interpreter import normalise
    from postloan.policy.why import gap

    asked = signal.when is None or feel.interpret(signal.when, values, as_of) is True
    value = feel.interpret(feel.parse_expression(signal.fact), values, as_of) if signal.fact else None
    severity = row["severity"] if row else None
    told: dict[str, Any] = {
        "code": signal.code,
        "name": signal.name.get(lang) or signal.name.get("en", ""),
        "subject_kind": signal.subject,
        "subject_id": subject,
        "state": row["state"] if row else state["state"] if state else "clear",
        "severity": severity,
        "fact": signal.fact,
        "value": value,
        "threshold": row["threshold_applied"] if row else None,
        "grades": {grade.colour: grade.text for grade in signal.grades},
        "when": signal.when_text,
        "guard_met": asked,
        "missing": list(state["missing"]) if state else [],
        "next": None,
    }
    if row is None and value is None and told["state"] == "clear" and asked:
        told["state"] = "not_measurable"
        told["missing"] = told["missing"] or [signal.fact] if signal.fact else list(signal.waits_for)
    worse = [grade.colour for grade in signal.grades]
    worse = worse[: worse.index(severity)] if severity in worse else worse
    if worse and value is not None:
        grade = next(one for one in signal.grades if one.colour == worse[-1])
        off = gap(grade.tests, normalise(value), values, as_of)
        told["next"] = {
            "severity": grade.colour,
            "test": grade.text,
            "by": off.amount if off else None,
            "unit": off.unit if off else "",
        }
    return told


def checked_table(policy: Policy, name: str, env: Mapping[str, str]) -> CheckedTable:
    """Give a table of the policy, parsed; raises PolicyError for one that is not sound."""
    from postloan.policy.checked import validate

    return validate(policy.table(name), env)


def given_values(given: tuple[str, ...], env: Mapping[str, str]) -> dict[str, Any]:
    """Read values from `name=value` in FEEL, or from YAML files.

    Raises:
        PolicyError: `unknown_name` or `given_unreadable`.
    """
    from pathlib import Path

    from postloan.policy import feel, yaml_text

    found: dict[str, Any] = {}
    for one in given:
        name, sign, text = one.partition("=")
        if not sign:
            document = yaml_text.load(Path(one), one)
            if not isinstance(document, Mapping):
                raise PolicyError(
                    "given_unreadable", "The file is no list of names with values.", where=one, mend=_HOW
                )
            found |= document
            continue
        node = feel.parse_expression(text.strip(), where=f"--given {one}")
        found[name.strip()] = feel.interpret(node, {}, date.max)
    for name in found:
        if name not in env:
            raise PolicyError(
                "unknown_name",
                f"`{name}` is not a fact.",
                where="--given",
                mend="See `postloan describe facts`.",
            )
    return found


_HOW = "Write `loan.dpd_days: 91`, one a line."

"""What cases say when they fail: what came, and the conditions that decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.cases import Case
from postloan.policy.entries import Signal
from postloan.policy.trial import Answer, Trial, lacks_required, rules_in, same

_MOST = 8


def say(value: object) -> str:
    """Give a value as FEEL writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f'"{value}"'
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case list() | tuple():
            return f"[{', '.join(say(item) for item in value)}]"
    return str(value)


def say_answer(
    found: Sequence[Mapping[str, Any]] | PolicyError, like: Sequence[Mapping[str, Any]] = ()
) -> str:
    """Give rows in words: each rule with its outputs, those alone that `like` names where it names any."""
    if isinstance(found, PolicyError):
        return f"an error ({found.message.rstrip('.')})"
    if not found:
        return "no rule"
    named = set().union(*like) if like else set()
    return " and ".join(_say_row(row, named) for row in found)


def _say_row(row: Mapping[str, Any], named: set[str]) -> str:
    shown = {
        name: value
        for name, value in row.items()
        if name not in ("rule_id", "rule_order") and (not named or name in named)
    }
    rule = [str(row["rule_id"]) if row["rule_id"] is not None else "no rule"] if "rule_id" in row else []
    outputs = ", ".join(f"{name} {say(value)}" for name, value in shown.items())
    return " with ".join([*rule, outputs] if outputs else rule)


def conditions_of_table(one: Trial, expect: Sequence[Mapping[str, object]], found: Answer) -> tuple[str, ...]:
    """Give what kept each expected rule from hitting, and what let each unexpected one hit."""
    if lacks_required(one):
        gone = [item.text for item, value in zip(one.checked.inputs, one.found, strict=True) if value is None]
        needed = [item.text for item in one.checked.inputs if item.required and item.text in gone]
        return tuple(f"{name} is null, and nothing is decided without it" for name in needed)
    rules = one.checked.table.rules
    hit = {rules[position].id for position in rules_in(one.mask)}
    told = {row.get("rule_id") for row in expect}
    came = hit if isinstance(found, PolicyError) else {row.get("rule_id") for row in found}
    lines: list[str] = []
    for position, rule in enumerate(rules):
        if rule.id in told - came:
            lines += [f"{rule.id} not: {text}" for text in _cells(one, position, met=rule.id in hit)]
        elif rule.id in came - told:
            lines.append(f"{rule.id}: {', '.join(_cells(one, position, met=True)) or 'whatever is given'}")
    lines += _outputs(expect, found)
    return tuple(lines[:_MOST])


def _cells(one: Trial, position: int, *, met: bool) -> list[str]:
    """Give the cells of a rule that are met, or not, with the case's values."""
    test = one.checked.table.rules[position].tests
    return [
        f"{item.text} is {say(value)}, the rule asks {test[i]}"
        for i, (item, value, mask) in enumerate(zip(one.checked.inputs, one.found, one.met, strict=True))
        if bool(mask >> position & 1) is met and not item.cells[position].is_any
    ]


def _outputs(expect: Sequence[Mapping[str, object]], found: Answer) -> list[str]:
    """Give the outputs that differ where the same rules hold."""
    if isinstance(found, PolicyError) or len(found) != len(expect):
        return []
    return [
        f"{row.get('rule_id') or 'the answer'} gives {name} {say(row.get(name))}"
        for wanted, row in zip(expect, found, strict=True)
        for name, value in wanted.items()
        if name != "rule_id" and not same(row.get(name), value)
    ]


def conditions_of_signal(case: Case, signal: Signal) -> tuple[str, ...]:
    """Give the facts that a signal reads with the case's values, its guard and its grades."""
    facts = [f"{name} is {say(case.given.get(name))}" for name in sorted(signal.inputs())]
    guard = [f"it looks only where {signal.when_text}"] if signal.when_text else []
    return (*facts, *guard, *(f"{grade.colour} if {grade.text}" for grade in signal.grades))

"""What an entry of a bank's own pack must keep of the one that it replaces, so that the run can use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.policy.findings import Finding, near
from postloan.policy.in_force import Dated, Pack
from postloan.policy.model import AGGREGATIONS, HIT_POLICIES, MULTI_HIT, DecisionTable

_FIXED = ("parameter", "table")
"""Kinds whose names the engine asks for: one of another name is read by nobody."""


def check(pack: Pack) -> Iterator[Finding]:
    """Check each entry of a pack that extends others against what stands below it.

    Returns:
        Errors about parameters of another kind or with less in them, and tables without a result that the one
        below gives, or with another shape of answer; warnings about what replaces nothing and what nobody
        asks for. Packs below without a table cannot be run by themselves, so what the own pack adds to them
        is asked for.
    """
    is_whole = any(found[0].pack != pack.id for found in pack.versions.get("table", {}).values())
    for kind, keys in sorted(pack.versions.items()):
        for key, versions in sorted(keys.items()):
            first = versions[0]
            for one in versions[1:]:
                yield from _kept(first, one)
            if first.pack == pack.id and len(pack.chain) > 1:
                known = [name for name, found in keys.items() if found[0].pack != pack.id]
                yield from _alone(kind, key, versions, known, is_whole=is_whole)


def _alone(
    kind: str, key: str, versions: tuple[Dated, ...], known: list[str], *, is_whole: bool
) -> Iterator[Finding]:
    """Find what only the own pack has: it replaces nothing, and may be misspelt."""
    for one in versions:
        if one.overrides:
            message = f"It tells what it replaces, but no pack below has the {kind} `{key}`."
            yield Finding("warning", "overrides_nothing", message, one.where, near(key, known))
        elif is_whole and kind in _FIXED:
            message = f"No pack below has the {kind} `{key}`, so no step of the run asks for it."
            yield Finding("warning", "nobody_asks", message, one.where, near(key, known))


def _kept(below: Dated, own: Dated) -> Iterator[Finding]:
    if own.kind == "parameter":
        yield from _same_value(below.value.value, own.value.value, own.where, "value", below.pack)
    elif own.kind == "table":
        yield from _same_answer(below.value, own.value, own.where, below.pack)


def _same_value(below: Any, own: Any, where: str, name: str, pack: str) -> Iterator[Finding]:
    """Compare two values: of one kind, a mapping with the same keys, a list of things of one kind."""
    if _word(below) != _word(own):
        message = f"`{name}` is {_word(own)}; in `{pack}` it is {_word(below)}."
        yield _differs("parameter_kind", message, where, f"Write {_word(below)}.")
    elif isinstance(below, Mapping):
        for key, value in below.items():
            if key in own:
                yield from _same_value(value, own[key], where, f"{name}: {key}", pack)
            else:
                message = f"`{name}` lacks `{key}`, which `{pack}` has; nothing is merged."
                yield _differs("parameter_kind", message, where, f"Add `{key}: {value}`, or another value.")
        for key in own:
            if key not in below:
                message = f"`{name}` has `{key}`, which `{pack}` has not, so it may be misspelt."
                yield Finding("warning", "nobody_asks", message, where, near(key, list(below)))
    elif isinstance(below, list):
        words = {_word(one) for one in below}
        for one in own:
            if words and _word(one) not in words:
                message = f"`{name}` holds {_word(one)}, `{one}`; in `{pack}` it holds {' or '.join(words)}."
                yield _differs("parameter_kind", message, where, "Put texts that look otherwise in quotes.")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | Decimal):
        return "a number"
    if isinstance(value, date):
        return "a date"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "a mapping"


def _same_answer(below: DecisionTable, own: DecisionTable, where: str, pack: str) -> Iterator[Finding]:
    """Compare what two tables answer with: their results by name and kind, one answer or a list."""
    kinds = {output.name: output.kind for output in own.outputs}
    for output in below.outputs:
        if output.name not in kinds:
            message = f"The result `{output.name}` is missing, which the table of `{pack}` gives."
            yield _differs("table_differs", message, where, near(output.name, list(kinds)))
        elif "any" not in (output.kind, kinds[output.name]) and output.kind != kinds[output.name]:
            message = f"The result `{output.name}` is a {kinds[output.name]}, in `{pack}` a {output.kind}."
            yield _differs("table_differs", message, where, f"Give it the type {output.kind}.")
    if _shape(below) != _shape(own):
        policy = f"{HIT_POLICIES[below.hit_policy]} {AGGREGATIONS.get(below.aggregation, '')}".rstrip()
        message = f"The table answers with {_shape(own)}, that of `{pack}` with {_shape(below)}."
        yield _differs("table_differs", message, where, f"Give it the hit policy {policy}.")


def _shape(table: DecisionTable) -> str:
    if table.aggregation:
        return "one number"
    return "a list of rules" if table.hit_policy in MULTI_HIT else "one rule"


def _differs(code: str, message: str, where: str, mend: str) -> Finding:
    return Finding("error", code, message, where, mend)

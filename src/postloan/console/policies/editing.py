"""Changes that are typed in the console: an entry as text, a file, a decision table or one rule of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from postloan.console.people.rights import Scope
from postloan.console.policies import folders, reading, selectors
from postloan.console.policies.changing import NAME, Told, changed, provenance, require, write_table
from postloan.console.policies.models import Draft
from postloan.policy import dmn
from postloan.policy.calendar import parse_year
from postloan.policy.in_force import Pack
from postloan.policy.model import DecisionTable, Rule

ENTRIES = ("measure", "scheme", "clock")
"""Kinds of entry that are changed as text; parameters and signals have forms of their own."""

ABOUT = ("overrides", "effective_from", "effective_until", "reference", "owner", "reviewed_on", "status")
"""What an entry says of itself: the draft says it of all its entries, so that nobody types it."""

RULE_ACTIONS = ("change", "add", "remove", "up", "down")


def entry_text(pack: Pack, kind: str, key: str) -> str:
    """Give an entry as text to be changed, without what it says of itself."""
    raw = pack.versions[kind][key][-1].raw
    return folders.as_lines({name: value for name, value in raw.items() if name not in ABOUT})


def set_entry(*, scope: Scope, draft_id: str, kind: str, key: str, text: str, reason: str) -> Draft:
    """Let a draft hold a measure, a scheme or a legal clock otherwise.

    Args:
        scope: who changes it.
        draft_id: the draft.
        kind: one of `ENTRIES`.
        key: its code, id or kind, which the pack has.
        text: YAML, as `entry_text` gives it.
        reason: why; it stands with the entry as `overrides`.

    Raises PostloanError; PolicyError with line and column where the text is no YAML; RefusedError with what
    the check of the pack found.
    """

    def write(copy: Path, draft: Draft) -> Told:
        require(kind in ENTRIES, f"No kind of entry is called `{kind[:80]}`.")
        pack = reading.opened(selectors.of_draft(draft))
        entry = _entry(kind, key, text)
        require(key in pack.versions.get(kind, {}), f"The pack has no {kind} `{key[:80]}`.")
        told = _about(draft, reason, pack.versions[kind][key][-1].raw)
        folders.put_entry(copy, kind, {**entry, **told})
        old = entry_text(pack, kind, key)
        return Told(kind, key, {"before": old, "after": folders.as_lines(entry)})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


NEW_MEASURE = """\
code: M
name: {en: '', zh: ''}
nature: duty
level: customer
owner_role: customer_manager
approver_role: branch_head
evidence: []
effort_minutes: 30
"""
"""What the text of a new measure begins with."""


def add_measure(*, scope: Scope, draft_id: str, text: str, reason: str) -> Draft:
    """Let a draft hold a measure that the pack has not yet; the tables say when it is due.

    Args:
        scope: who adds it.
        draft_id: the draft.
        text: YAML, as `NEW_MEASURE`.
        reason: why.

    Raises as `set_entry`.
    """

    def write(copy: Path, draft: Draft) -> Told:
        told = folders.value_of(text, "measure")
        code = str(told.get("code", "")) if isinstance(told, Mapping) else ""
        known = reading.opened(selectors.of_draft(draft)).versions.get("measure", {})
        require(bool(NAME.fullmatch(code)), "`code` must name the measure, by letters, digits, _ and -.")
        require(code not in known, f"The pack has a measure `{code}` already: change that one.")
        entry = _entry("measure", code, text)
        about = provenance(draft, reason)
        about.pop("overrides")
        folders.put_entry(copy, "measure", {**entry, **about})
        return Told("measure", code, {"before": "", "after": folders.as_lines(entry)})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def _entry(kind: str, key: str, text: str) -> Mapping[str, Any]:
    """Read the text of an entry, which must be of that name and say nothing of itself."""
    entry = folders.value_of(text, key)
    require(isinstance(entry, Mapping), "An entry is a list of fields, one a line, such as `nature: duty`.")
    named = folders.NAMES[kind]
    require(entry.get(named) == key, f"`{named}` must stay `{key}`.")
    said = [name for name in ABOUT if name in entry]
    require(not said, f"`{', '.join(said)}` is said by the draft; leave it out.")
    return dict(entry)


def _about(draft: Draft, reason: str, raw: Mapping[str, Any]) -> dict[str, Any]:
    """Give what an entry says of itself; who answered for it before still does."""
    told = provenance(draft, reason)
    return {**told, "owner": raw.get("owner") or told["owner"]}


def document_text(pack: Pack, name: str) -> str:
    """Give a file that holds no dated entries as text, of the topmost pack that has it; empty without one."""
    found = [pack.folders[one] / name for one in reversed(pack.chain) if one in pack.folders]
    return next((path.read_text(encoding="utf-8-sig") for path in found if path.is_file()), "")


def document_names(pack: Pack) -> list[str]:
    """Give the files of a pack, and of those that it extends, that hold no dated entries."""
    return sorted({name for folder in pack.folders.values() for name in folders.documents(folder)})


def set_document(*, scope: Scope, draft_id: str, name: str, text: str, reason: str) -> Draft:
    """Let a draft hold another file in the place of one without dated entries, such as a year's calendar.

    Args:
        scope: who changes it.
        draft_id: the draft.
        name: `calendar/YEAR.yaml`, `events.yaml`, `indicators.yaml` or `checklists/NAME.yaml`.
        text: the whole file.
        reason: why.

    Raises as `set_entry`.
    """

    def write(copy: Path, draft: Draft) -> Told:
        require(bool(folders.DOCUMENT.fullmatch(name)), f"`{name[:80]}` is no file that can be changed here.")
        found = folders.value_of(text, name)
        if name.startswith("calendar/"):
            parse_year(found, name)
        base = document_text(reading.opened(selectors.base_of(draft)), name)
        is_same = bool(base) and folders.value_of(base, name) == found
        require(not is_same, "That is what the policy in force says: take the change back instead.")
        folders.put_document(copy, name, text.replace("\r\n", "\n"))
        return Told("file", name, {"lines": text.count("\n") + 1})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def table_of(pack: Pack, name: str) -> DecisionTable:
    """Give the version of a table that a draft goes on from: its own, else the last; KeyError without one."""
    versions = pack.versions["table"][name]
    own = [one for one in versions if one.pack == pack.id]
    found: DecisionTable = max(own or versions, key=lambda one: one.effective_from).value
    return found


def read_table(name: str, data: bytes) -> DecisionTable:
    """Read the one table of a DMN file as the table of that name; raises PolicyError, PostloanError."""
    tables = dmn.read(data, f"{name}.dmn")
    require(len(tables) == 1, f"The file must hold one decision table; it holds {len(tables)}.")
    twice = {one.id for one in tables[0].rules if [other.id for other in tables[0].rules].count(one.id) > 1}
    require(not twice, f"Two rules have the name {', '.join(sorted(twice))}.")
    return replace(tables[0], id=name)


def set_table(*, scope: Scope, draft_id: str, name: str, data: bytes, reason: str) -> Draft:
    """Let a draft hold a table as it was changed in the browser's editor.

    Args:
        scope: who changes it.
        draft_id: the draft.
        name: a table that the pack has.
        data: DMN with the one table.
        reason: why; it stands on the table as `overrides`.
    """

    def write(copy: Path, draft: Draft) -> Told:
        _require_table(reading.opened(selectors.of_draft(draft)), name)
        write_table(copy, draft, read_table(name, data), reason)
        return Told("table", name, {"by": "editor"})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def _require_table(pack: Pack, name: str) -> None:
    known = bool(NAME.fullmatch(name)) and name in pack.versions.get("table", {})
    require(known, f"The pack has no table `{name[:80]}`.")


def set_rule(
    *,
    scope: Scope,
    draft_id: str,
    name: str,
    rule_id: str,
    action: str,
    reason: str,
    rule: Rule | None = None,
) -> Draft:
    """Let a draft change one rule of a table, add one below it, take it away or move it by one place.

    Args:
        scope: who changes it.
        draft_id: the draft.
        name: the table.
        rule_id: the rule.
        action: one of `RULE_ACTIONS`.
        reason: why; it stands on the table as `overrides`.
        rule: what the rule is to say, or the rule to add; not needed to take away or to move.
    """

    def write(copy: Path, draft: Draft) -> Told:
        pack = reading.opened(selectors.of_draft(draft))
        _require_table(pack, name)
        table = table_of(pack, name)
        rules = changed_rules(table, rule_id, action, rule)
        write_table(copy, draft, replace(table, rules=tuple(rules)), reason)
        return Told("table", name, {"rule": rule_id, "action": action, **_before_after(table, rule_id, rule)})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def changed_rules(table: DecisionTable, rule_id: str, action: str, rule: Rule | None) -> Sequence[Rule]:
    """Give the rules of a table after one change; raises PostloanError where it cannot be made."""
    rules = list(table.rules)
    at = next((place for place, one in enumerate(rules) if one.id == rule_id), -1)
    require(at >= 0, f"The table has no rule `{rule_id[:80]}`.")
    require(action in RULE_ACTIONS, f"`{action[:80]}` is nothing that is done with a rule.")
    if action in ("change", "add"):
        assert rule is not None
        _require_rule(table, rule, rules[at] if action == "change" else None)
        rules[at + (action == "add") : at + 1] = [rule]
    elif action == "remove":
        require(len(rules) > 1, "The last rule of a table cannot be taken away.")
        del rules[at]
    else:
        to = at + (-1 if action == "up" else 1)
        require(0 <= to < len(rules), "The rule stands at the end already.")
        rules.insert(to, rules.pop(at))
    return rules


def _require_rule(table: DecisionTable, rule: Rule, before: Rule | None) -> None:
    require(
        bool(NAME.fullmatch(rule.id.replace(".", "_"))), "A rule's name has letters, digits, _, - and dots."
    )
    others = {one.id for one in table.rules if one is not before}
    require(rule.id not in others, f"Another rule has the name {rule.id}.")
    whole = (len(rule.tests), len(rule.entries)) == (len(table.inputs), len(table.outputs))
    require(whole, "A rule has one cell for each column.")


def _before_after(table: DecisionTable, rule_id: str, rule: Rule | None) -> dict[str, Any]:
    """Give the cells of a rule before and after, for the audit."""
    before = next((one for one in table.rules if one.id == rule_id), None)
    return {
        "before": [*before.tests, *before.entries] if before else None,
        "after": [*rule.tests, *rule.entries] if rule else None,
    }

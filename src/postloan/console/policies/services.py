"""Writes to drafts: made, changed entry by entry, each change checked as a whole before it is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from pathlib import Path

from django.db import transaction

from postloan import clock
from postloan.console.audit.services import record
from postloan.console.people.rights import Scope
from postloan.console.policies import folders, reading, selectors, states
from postloan.console.policies.changing import (
    NAME,
    OBJECT,
    RefusedError,
    Told,
    changed,
    locked,
    provenance,
    require,
    version_of,
    write_table,
)
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Draft, Question
from postloan.errors import PostloanError
from postloan.policy import dmn, workbook
from postloan.policy.checking import environment
from postloan.policy.model import DecisionTable

Asked = tuple[str, Sequence[str], int]
"""A question: its text, the answers to choose from, and the place of the right one, from 0."""


def refuse_past(day: date) -> None:
    """Raise PostloanError `too_late` for a day from which rules cannot hold any more."""
    if day <= clock.civil().date():
        raise PostloanError(
            "too_late", f"Rules cannot hold from {day}: that day has begun.", mend="Choose a later day."
        )


@transaction.atomic
def create(*, scope: Scope, title: str, reason: str, reference: str, effective_from: date) -> Draft:
    """Begin a draft that extends the pack in force and changes nothing yet.

    Args:
        scope: the author, who holds the role of policy author at the head office.
        title: what people call it.
        reason: why the bank wants it.
        reference: the resolution or request behind it; it stands with every entry.
        effective_from: the first day on which it is to hold.

    Raises PostloanError `not_your_step`, `too_late`.
    """
    if roles_of(scope).isdisjoint(states.AUTHOR):
        raise PostloanError("not_your_step", "Drafts are begun by policy authors of the head office.")
    refuse_past(effective_from)
    base = selectors.in_force()
    draft_id = _next_id(reading.opened(base).id)
    folder = reading.home() / draft_id
    folders.create(folder, base.base, title)
    place = Path(base.place)
    draft = Draft.objects.create(
        draft_id=draft_id,
        title=title,
        reason=reason,
        reference=reference,
        base=place.name if place.parent == reading.home() else base.place,
        base_content=base.content,
        effective_from=effective_from,
        content=folders.content_hash(folder),
        author_id=scope.staff_id,
        made_at=clock.civil(),
    )
    record(
        actor=scope.staff_id,
        action="begin_draft",
        object_kind=OBJECT,
        object_id=draft.pk,
        after={
            "title": title,
            "base": draft.base,
            "effective_from": effective_from,
            "content": draft.content,
        },
        reason=reason,
        policy_version=version_of(draft),
    )
    return draft


def _next_id(root: str) -> str:
    stem = root.rpartition("_v")[0] if root.rpartition("_v")[2].isdigit() else root
    taken = set(Draft.objects.values_list("draft_id", flat=True))
    names = (f"{stem}_v{number}" for number in count(len(taken) + 1))
    return next(name for name in names if name not in taken and not (reading.home() / name).exists())


def set_parameter(*, scope: Scope, draft_id: str, name: str, value: str, reason: str) -> Draft:
    """Let a draft give a parameter another value.

    Args:
        scope: who changes it.
        draft_id: the draft.
        name: a parameter that the pack has.
        value: as packs write it, such as `35` or `{amount: 5.00, share: 0.001}`.
        reason: why; it stands with the entry as `overrides`.

    Raises PostloanError, RefusedError with what the check of the pack found.
    """

    def write(copy: Path, draft: Draft) -> Told:
        pack = reading.opened(selectors.of_draft(draft))
        require(name in pack.versions.get("parameter", {}), f"The pack has no parameter `{name}`.")
        parsed = folders.value_of(value)
        before = pack.versions["parameter"][name][-1].value.value
        told = {"value": parsed, **provenance(draft, reason)}
        folders.put_entry(copy, "parameter", folders.overriding(pack, "parameter", name, told))
        return Told("parameter", name, {"before": folders.as_text(before), "after": folders.as_text(parsed)})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def set_signal(
    *, scope: Scope, draft_id: str, code: str, grades: Mapping[str, str], enabled: bool, reason: str
) -> Draft:
    """Let a draft give a signal other thresholds, or switch it on or off.

    Args:
        scope: who changes it.
        draft_id: the draft.
        code: a signal that the pack has.
        grades: FEEL unary test by colour; a colour without one is left out.
        enabled: whether it is switched on.
        reason: why; it stands with the entry as `overrides`.
    """

    def write(copy: Path, draft: Draft) -> Told:
        pack = reading.opened(selectors.of_draft(draft))
        require(code in pack.versions.get("signal", {}), f"The pack has no signal `{code}`.")
        old = pack.versions["signal"][code][-1].value
        told = {"enabled": enabled, **provenance(draft, reason)}
        if old.grades:
            told["grades"] = {colour: text.strip() for colour, text in grades.items() if text.strip()}
        entry = folders.overriding(pack, "signal", code, told)
        folders.put_entry(copy, "signal", entry)
        before = {"grades": {one.colour: one.text for one in old.grades}, "enabled": old.enabled}
        return Told(
            "signal",
            code,
            {"before": before, "after": {"grades": told.get("grades", {}), "enabled": enabled}},
        )

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def put_tables(*, scope: Scope, draft_id: str, file: str, data: bytes, reason: str) -> Draft:
    """Let a draft hold decision tables otherwise: from a DMN file, or from a workbook of `export-xlsx`.

    Args:
        scope: who changes it.
        draft_id: the draft.
        file: the file's name, for errors and for telling DMN from xlsx.
        data: its bytes.
        reason: why; it stands on each table as `overrides` where it replaces one.
    """

    def write(copy: Path, draft: Draft) -> Told:
        pack = reading.opened(selectors.of_draft(draft))
        tables = _tables(file, data, environment(pack, reading.kinds()))
        for table in tables:
            require(bool(NAME.fullmatch(table.id)), f"`{table.id[:80]}` cannot name a table.")
            write_table(copy, draft, table, reason)
        return Told("table", ", ".join(table.id for table in tables), {"file": file})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def _tables(file: str, data: bytes, env: Mapping[str, str]) -> list[DecisionTable]:
    """Read the tables of a file; raises RefusedError, or PolicyError, naming the cell that is wrong."""
    if not file.lower().endswith(".xlsx"):
        return dmn.read(data, file)
    sheets, findings = workbook.read(data, file)
    for sheet in sheets:
        findings += workbook.problems(sheet, env)
    if any(one.severity == "error" for one in findings):
        raise RefusedError(findings)
    require(bool(sheets), f"{file} holds no decision table.")
    return [sheet.table for sheet in sheets]


def put_cases(*, scope: Scope, draft_id: str, file: str, data: bytes, reason: str) -> Draft:
    """Let a draft hold a file of cases, CSV or YAML, that say what its author means."""
    name = Path(file).name

    def write(copy: Path, _draft: Draft) -> Told:
        sound = bool(NAME.fullmatch(name)) and Path(name).suffix in (".csv", ".yaml")
        require(sound, "Cases stand in a .csv or a .yaml file, named by letters, digits, _ and -.")
        folders.put_cases(copy, name, data)
        return Told("case", name, {"bytes": len(data)})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def take_back(*, scope: Scope, draft_id: str, kind: str, key: str, reason: str) -> Draft:
    """Take a change out of a draft, so that the pack below holds again."""

    def write(copy: Path, draft: Draft) -> Told:
        known = kind in folders.FILES or (kind in ("table", "case") and bool(NAME.fullmatch(key)))
        known = known or (kind == "file" and bool(folders.DOCUMENT.fullmatch(key)))
        require(known and folders.drop(copy, kind, key), f"{draft.pk} changes no {kind} `{key}`.")
        return Told(kind, key, {"after": None})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def set_day(*, scope: Scope, draft_id: str, day: date, reason: str) -> Draft:
    """Let a draft hold from another day."""
    refuse_past(day)

    def write(copy: Path, draft: Draft) -> Told:
        before, draft.effective_from = draft.effective_from, day
        folders.redate(copy, day)
        return Told("day", day.isoformat(), {"before": before, "after": day})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


def rebase(*, scope: Scope, draft_id: str, reason: str) -> Draft:
    """Let a draft extend the pack in force, where another draft became that since it was begun."""

    def write(copy: Path, draft: Draft) -> Told:
        now, before = selectors.in_force(), draft.base
        require(not selectors.is_base_in_force(draft), f"{draft.pk} extends the pack in force already.")
        place = Path(now.place)
        draft.base = place.name if place.parent == reading.home() else now.place
        draft.base_content = now.content
        folders.extend(copy, reading.home() / draft.pk, now.base)
        return Told("base", draft.base, {"before": before, "after": draft.base})

    return changed(scope=scope, draft_id=draft_id, reason=reason, write=write)


@transaction.atomic
def set_questions(*, scope: Scope, draft_id: str, questions: Sequence[Asked]) -> Draft:
    """Set the questions that customer managers answer when they acknowledge.

    Args:
        scope: the author.
        draft_id: the draft.
        questions: text, answers (two at least) and the place of the right one, from 0.
    """
    draft = locked(draft_id)
    states.step(draft.state, "set_questions", roles_of(scope))
    for text, answers, right in questions:
        sound = bool(text.strip()) and len(answers) >= 2 and all(answers) and 0 <= right < len(answers)
        require(sound, "A question needs a text, two answers or more, and the right one among them.")
    draft.questions.all().delete()
    Question.objects.bulk_create(
        Question(draft=draft, text=text, answers=list(answers), right=right)
        for text, answers, right in questions
    )
    record(
        actor=scope.staff_id,
        action="set_questions",
        object_kind=OBJECT,
        object_id=draft.pk,
        after={"questions": [[text, list(answers), right] for text, answers, right in questions]},
        policy_version=version_of(draft),
    )
    return draft

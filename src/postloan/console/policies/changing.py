"""How a draft is changed: in a copy of its folder, checked as a whole, kept and recorded at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from postloan import clock
from postloan.console.audit.services import record
from postloan.console.people.rights import Scope
from postloan.console.policies import folders, reading, selectors, states
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Approval, Change, Draft
from postloan.errors import PostloanError
from postloan.policy.findings import Finding
from postloan.policy.model import DecisionTable

OBJECT = "policy_draft"

NAME = re.compile(r"[^\W_][\w-]{0,63}(\.(csv|yaml))?")
"""What can name an entry, a table or a file of cases: never a way to another folder."""


class RefusedError(PostloanError):
    """A change that the check of the pack refuses; `findings` are all that it found."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = [one for one in findings if one.severity == "error"]
        first = self.findings[0]
        super().__init__("draft_refused", first.message, where=first.where, mend=first.mend)


@dataclass(frozen=True)
class Told:
    """What of a draft a change touches, for the list of changes and the audit.

    Args:
        kind: parameter, signal, measure, scheme, clock, file, table, case, day, base.
        key: which one.
        what: before and after, as people read it.
    """

    kind: str
    key: str
    what: Mapping[str, Any] = field(default_factory=dict)


def locked(draft_id: str) -> Draft:
    """Give a draft that nobody else changes until the transaction ends."""
    return Draft.objects.select_for_update().get(pk=draft_id)


def version_of(draft: Draft) -> str:
    """Give what approvals, and the audit, name a content of a draft by."""
    return f"{draft.pk}-{draft.content[:12]}"


def provenance(draft: Draft, reason: str) -> dict[str, Any]:
    """Give what every entry of a draft says of itself: why, from when, by which resolution, how sure."""
    return {
        "overrides": reason,
        "effective_from": draft.effective_from,
        "reference": draft.reference,
        "owner": "risk_department",
        "reviewed_on": clock.civil().date(),
        "status": "P",
    }


def write_table(copy: Path, draft: Draft, table: DecisionTable, reason: str) -> None:
    """Write a table of a draft in canonical form, with why it stands in the place of one below."""
    base = reading.opened(selectors.base_of(draft)).versions.get("table", {})
    told = provenance(draft, reason)
    told.pop("effective_from")
    told["overrides"] = reason if table.id in base else ""
    folders.put_table(copy, folders.explained(table, told), table.id, draft.effective_from)


def require(holds: bool, message: str) -> None:
    """Raise PostloanError `wrong_change` with a message where something does not hold."""
    if not holds:
        raise PostloanError("wrong_change", message)


def changed(*, scope: Scope, draft_id: str, reason: str, write: Callable[[Path, Draft], Told]) -> Draft:
    """Change a draft in a copy of its folder, check the whole, and keep it; every approval is void then.

    The check takes seconds, so nothing is locked meanwhile: where somebody else took the draft further since,
    this change is refused (`other_content`).
    """
    draft = Draft.objects.get(pk=draft_id)
    before = {"content": draft.content, "state": draft.state}
    to = states.step(draft.state, "change", roles_of(scope)).to
    require(bool(reason.strip()), "Say why: the reason stands with the entry.")
    folder = reading.home() / draft.pk
    with folders.copied(folder) as copy:
        told = write(copy, draft)
        draft.content, draft.state = folders.content_hash(copy), to
        if draft.content == before["content"] and told.kind != "day":
            raise PostloanError("nothing_changed", "The draft says that already.")
        draft.findings = reading.plain(_sound(copy, draft))
        with transaction.atomic():
            now = locked(draft_id)
            if before != {"content": now.content, "state": now.state}:
                raise PostloanError(
                    "other_content",
                    "Somebody else has changed the draft meanwhile.",
                    mend="Look at it again.",
                )
            _keep(scope, draft, told, reason, before)
            folders.take_place(copy, folder)
    return draft


def _keep(scope: Scope, draft: Draft, told: Told, reason: str, before: Mapping[str, str]) -> None:
    """Save a change and record it."""
    draft.save()
    what = _plain(told.what)
    Change.objects.create(
        draft=draft,
        at=clock.civil(),
        by_id=scope.staff_id,
        kind=told.kind,
        key=told.key[:200],
        what=what,
        reason=reason,
        content=draft.content,
    )
    state = {"content": draft.content, "state": draft.state, "approvals_void": void_approvals(draft)}
    record(
        actor=scope.staff_id,
        action="change_draft",
        object_kind=OBJECT,
        object_id=draft.pk,
        before=before,
        after={**state, "kind": told.kind, "key": told.key, "what": what},
        reason=reason,
        policy_version=version_of(draft),
    )


def _plain(what: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in what.items()}


def _sound(folder: Path, draft: Draft) -> list[Finding]:
    """Give the warnings of a draft's own; raises RefusedError, or PolicyError, where it has an error."""
    findings = reading.check(folder, clock.civil().date(), draft.effective_from)
    if any(one.severity == "error" for one in findings):
        raise RefusedError(findings)
    return [one for one in findings if one.where.startswith(f"{draft.pk}/")]


def void_approvals(draft: Draft) -> int:
    """Make every approval of a draft void; give how many were."""
    return Approval.objects.filter(draft=draft, void_at__isnull=True).update(void_at=clock.civil())

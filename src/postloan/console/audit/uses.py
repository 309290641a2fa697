"""That somebody used the audit is itself an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import transaction

from postloan.console.audit.services import Verdict, record, verify
from postloan.console.people.rights import Scope


@transaction.atomic
def note_export(*, actor: Scope, asked: Mapping[str, str], rows: int) -> None:
    """Keep that somebody took events as a file, and by which filters."""
    record(
        actor=actor.staff_id,
        action="export_audit",
        object_kind="audit",
        object_id="events",
        after={"filters": dict(asked), "rows": rows},
    )


@transaction.atomic
def note_list(*, actor: Scope, name: str, query: str, columns: Sequence[str]) -> None:
    """Keep that somebody took a list out of the console as a file, with which filters and columns."""
    record(
        actor=actor.staff_id,
        action="export",
        object_kind="list",
        object_id=name,
        after={"query": query, "columns": list(columns)},
    )


def check_chain(*, actor: Scope, head: str = "") -> Verdict:
    """Walk the whole chain, against an exported head where one is given, and keep what was found.

    The event that tells of it comes after what was verified.
    """
    found = verify(head.strip() or None)
    record(
        actor=actor.staff_id,
        action="verify_audit",
        object_kind="audit",
        object_id="chain",
        after={"events": found.events, "broken_at": found.broken_at, "why": found.why, "head": found.head},
    )
    return found

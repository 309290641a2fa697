"""A visit that is set down step by step: a draft of the doer, until it is filed as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from postloan.console.people.rights import Scope
from postloan.console.work.core import audit, lock, rules_in_force
from postloan.console.work.guards import Attempt, Piece, Refused, allowed
from postloan.console.work.models import VisitDraft


def draft_of(by: Scope, work: Piece) -> VisitDraft | None:
    """Give what a person has set down of a visit for a piece of work; nobody sees another's."""
    return VisitDraft.objects.filter(**{work.kind_of_work: work}, doer_id=by.staff_id).first()


@transaction.atomic
def visit_save(
    *, by: Scope, work: Piece, step: str, fields: Mapping[str, str], proves: str, now: datetime
) -> VisitDraft:
    """Keep a step of a visit, beside those kept before.

    The audit says that a step was kept, not what stands in it: it is not evidence yet. Raises Refused as
    `evidence_add` does where the person may file no evidence with the work.
    """
    work = lock(work)
    allowed(Attempt(work, "add_evidence", by, now, rules_in_force()))
    draft = draft_of(by, work) or VisitDraft(**{work.kind_of_work: work}, doer_id=by.staff_id, started_at=now)
    draft.fields = {**draft.fields, **fields}
    draft.proves, draft.saved_at = proves or draft.proves, now
    draft.save()
    audit(work, by, "visit_save", {}, {"step": step})
    return draft


@transaction.atomic
def visit_discard(*, by: Scope, work: Piece, now: datetime) -> None:  # noqa: ARG001 - as all services
    """Throw away what one has set down of a visit; raises Refused `draft_gone` where there is none."""
    work = lock(work)
    draft = draft_of(by, work)
    if draft is None:
        raise Refused("draft_gone")
    started = draft.started_at
    draft.delete()
    audit(work, by, "visit_discard", {"started_at": started}, {})

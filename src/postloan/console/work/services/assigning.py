"""Gives work to people: one piece, several, or all that a colleague has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from postloan.console.audit.services import record
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope
from postloan.console.work import states
from postloan.console.work.core import audit, lock, rules_in_force, tell, undo_of, write
from postloan.console.work.guards import Attempt, Piece, Refused, allowed
from postloan.console.work.models import Case, Task
from postloan.console.work.rules import WorkRules

ASSIGNABLE = tuple(row.state for row in states.CASE if row.action == "assign")


def _give(
    by: Scope, work: Piece, staff: Staff, reason: str, now: datetime, rules: WorkRules
) -> dict[str, Any]:
    row = allowed(Attempt(work, "assign", by, now, rules, {"staff": staff, "reason": reason}))
    before = {"state": row.state, "owner": work.owner_id}
    undo = undo_of(work, ("owner_id", "snoozed_until"))
    write(work, row, owner_id=staff.pk, waiting_for="", snoozed_until=None)
    tell(work, by, "assign", now, reason.strip(), before=before["owner"], after=staff.pk, undo=undo)
    return before


@transaction.atomic
def work_assign(*, by: Scope, work: Piece, staff: Staff, reason: str, now: datetime) -> Piece:
    """Give a case or task to somebody, who has yet to take it on; its clock runs on."""
    work = lock(work)
    before = _give(by, work, staff, reason, now, rules_in_force())
    audit(work, by, "work_assign", before, {"state": work.state, "owner": staff.pk}, reason)
    return work


@transaction.atomic
def work_assign_many(
    *, by: Scope, works: Sequence[Piece], staff: Staff, reason: str, now: datetime
) -> tuple[int, int]:
    """Give several pieces of work to somebody; give how many went over and how many could not."""
    moved, left = _give_all(by, works, staff, reason, now)
    _tell_audit("work_assign_many", by, staff, moved, left, reason)
    return len(moved), left


@transaction.atomic
def work_reassign(
    *, by: Scope, colleague: Staff, staff: Staff, reason: str, now: datetime
) -> tuple[int, int]:
    """Give all open work of a colleague, as far as one sees it, to somebody else; give moved and left.

    What is submitted stays: it waits for whoever decides.
    """
    works: list[Piece] = [
        *Case.objects.filter(by.filter(), owner_id=colleague.pk, state__in=ASSIGNABLE).order_by("pk"),
        *Task.objects.filter(by.filter(), owner_id=colleague.pk, state__in=ASSIGNABLE).order_by("pk"),
    ]
    moved, left = _give_all(by, works, staff, reason, now)
    _tell_audit("work_reassign", by, staff, moved, left, reason, colleague)
    return len(moved), left


def _give_all(
    by: Scope, works: Sequence[Piece], staff: Staff, reason: str, now: datetime
) -> tuple[list[str], int]:
    rules, moved, left = rules_in_force(), [], 0
    for work in works:
        held = lock(work)
        try:
            _give(by, held, staff, reason, now, rules)
        except Refused:
            left += 1
        else:
            moved.append(f"{held.kind_of_work}:{held.pk}")
    return moved, left


def _tell_audit(
    action: str,
    by: Scope,
    staff: Staff,
    moved: list[str],
    left: int,
    reason: str,
    colleague: Staff | None = None,
) -> None:
    record(
        actor=by.staff_id,
        action=action,
        object_kind="staff",
        object_id=staff.pk,
        before={"owner": colleague.pk} if colleague else None,
        after={"owner": staff.pk, "moved": moved, "left": left},
        reason=reason,
    )

"""Takes the last step back where nobody has built on it: taking on, assigning, putting off."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from postloan.console.people.rights import Scope
from postloan.console.work.core import audit, lock, rules_in_force, tell, undone, write
from postloan.console.work.guards import Attempt, Piece, allowed, last_line


@transaction.atomic
def work_release(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Put back what one took on just now; owner, doers and clock are as if it had not been taken on."""
    return _back(by, work, "release", now)


@transaction.atomic
def work_unassign(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Take an assignment back: who had the work has it again, new, and takes it on anew."""
    return _back(by, work, "unassign", now)


def _back(by: Scope, work: Piece, action: str, now: datetime) -> Piece:
    work = lock(work)
    row = allowed(Attempt(work, action, by, now, rules_in_force()))
    last = last_line(work)
    assert last is not None  # the guard has looked
    held = work.owner_id
    write(work, row, **undone(work, last.details["undo"]))
    tell(work, by, action, now, before=held, after=work.owner_id)
    audit(
        work,
        by,
        f"work_{action}",
        {"state": row.state, "owner": held},
        {"state": work.state, "owner": work.owner_id},
    )
    return work


@transaction.atomic
def work_wake(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Put work off no longer; its clock ran on all the while."""
    work = lock(work)
    row = allowed(Attempt(work, "wake", by, now, rules_in_force()))
    before = work.snoozed_until
    write(work, row, snoozed_until=None)
    tell(work, by, "wake", now)
    audit(work, by, "work_wake", {"until": before}, {"until": None})
    return work

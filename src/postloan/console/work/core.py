"""What all services of work stand on: the rules in force, the lock, the clock, the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.conf import settings

from postloan import clock
from postloan.console.audit.services import SYSTEM
from postloan.console.audit.services import record as _record
from postloan.console.people.rights import Scope
from postloan.console.publishing.selectors import current
from postloan.console.words import policy_of
from postloan.console.work import states
from postloan.console.work.guards import Piece, Refused
from postloan.console.work.models import Case, Task, TimelineEntry
from postloan.console.work.rules import WorkRules, read_rules
from postloan.policy.pack import load

AnyPiece = TypeVar("AnyPiece", bound=Case | Task)

DEFAULT_PACK = "cn_rural"


def rules_in_force() -> WorkRules:
    """Give the rules of work of the policy behind the shown run, one promulgated here among them."""
    run = current()
    if run is None:
        return _rules_of(settings.POLICY or DEFAULT_PACK, clock.civil().date())
    return _rules(run.policy_version, run.as_of)


@lru_cache(maxsize=8)
def _rules(version: str, day: date) -> WorkRules:
    return read_rules(policy_of(version, day))


@lru_cache(maxsize=8)
def _rules_of(pack: str, day: date) -> WorkRules:
    return read_rules(load(pack).as_of(day))


def lock(work: AnyPiece) -> AnyPiece:
    """Read a piece of work anew and hold it until the transaction ends."""
    rows: Any = type(work)._default_manager
    held: AnyPiece = rows.select_for_update().get(pk=work.pk)
    return held


def actor(by: Scope | None) -> str:
    """Give the name under which a person, or the system, stands in the audit."""
    return by.staff_id if by is not None else SYSTEM


def write(work: Piece, row: states.Move, **changes: Any) -> None:
    """Bring a piece of work to the row's next state; raises Refused `taken` where it has moved meanwhile."""
    moved = type(work)._default_manager.filter(pk=work.pk, state=row.state)
    if not moved.update(state=row.following, **changes):
        raise Refused("taken")
    work.state = row.following
    for name, value in changes.items():
        setattr(work, name, value)


def with_doer(work: Piece, by: Scope) -> list[str]:
    """Give the doers of a piece of work with one more."""
    return list(dict.fromkeys([*work.doers, by.staff_id]))


def span(start: datetime, due: datetime, rules: WorkRules) -> dict[str, Any]:
    """Give the columns of a clock that begins anew."""
    return {
        "clock_from": start,
        "half_at": rules.time.half(start, due),
        "due_at": due,
        "escalation_level": 0,
        "raised_to": "",
    }


def span_at_work(work: Piece, rules: WorkRules) -> dict[str, Any]:
    """Give the clock of a piece of work that somebody works on: a case's plan, a task's deadline."""
    if isinstance(work, Task):
        return span(work.opened_at, rules.time.end_of(work.due_on), rules)
    due = rules.time.end_of(work.plan_until) if work.plan_until else work.plan_due_at
    return span(work.planned_at or work.opened_at, due, rules)


CLOCK = ("clock_from", "half_at", "due_at", "escalation_level", "raised_to")
"""Columns of the clock that runs."""


def undo_of(work: Piece, columns: Iterable[str]) -> dict[str, Any]:
    """Give columns of a piece of work as JSON, to be put back by `undone` should the step be taken back."""
    found = {name: getattr(work, name) for name in columns}
    return {name: one.isoformat() if isinstance(one, date) else one for name, one in found.items()}


def undone(work: Piece, kept: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns that `undo_of` kept, as the model holds them."""
    return {name: type(work)._meta.get_field(name).to_python(one) for name, one in kept.items()}  # type: ignore[union-attr]


def tell(
    work: Piece, by: Scope | None, action: str, now: datetime, text: str = "", **details: Any
) -> TimelineEntry:
    """Add a line to the timeline of a piece of work; that of a task stands in its case's timeline too."""
    return TimelineEntry.objects.create(**line(work, by, action, now, text, **details))


def line(
    work: Piece, by: Scope | None, action: str, now: datetime, text: str = "", **details: Any
) -> dict[str, Any]:
    """Give the columns of a line of the timeline."""
    is_task = isinstance(work, Task)
    return {
        "case_id": work.case_id if isinstance(work, Task) else work.pk,
        "task_id": work.pk if is_task else None,
        "at": now,
        "actor": actor(by),
        "action": action,
        "text": text,
        "details": details,
    }


def audit(
    work: Piece,
    by: Scope | None,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str = "",
) -> None:
    """Add the audit event of a service."""
    run = current()
    _record(
        actor=actor(by),
        action=action,
        object_kind=work.kind_of_work,
        object_id=str(work.pk),
        before=before,
        after=after,
        reason=reason,
        policy_version=run.policy_version if run else "",
    )

"""Raises work to the next role at half and at full time of its clock."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from postloan.console.audit.services import SYSTEM, record
from postloan.console.work import states
from postloan.console.work.core import line, rules_in_force
from postloan.console.work.guards import Attempt, Piece, allowed
from postloan.console.work.models import Case, Task, TimelineEntry
from postloan.console.work.rules import WorkRules

AT_ONCE = 1_000
"""Pieces of work of each kind that one call raises, so that its audit event stays readable."""

_FIELDS = ("escalation_level", "raised_to")


@transaction.atomic
def work_escalate(*, now: datetime) -> int:
    """Raise what has used half or all of its time; give how many, at most twice AT_ONCE.

    Half time raises to the next role, full time to the one after it; what was not looked at in between goes
    both steps at once. Where nothing is due, nothing is written.
    """
    rules = rules_in_force()
    raised: dict[str, list[str]] = {}
    lines: list[TimelineEntry] = []
    for model in (Case, Task):
        found = list(_due(model, now))
        for work in found:
            _raise(work, now, rules)
            raised.setdefault(work.raised_to or "nobody", []).append(f"{work.kind_of_work}:{work.pk}")
            lines.append(
                TimelineEntry(
                    **line(work, None, "escalate", now, level=work.escalation_level, role=work.raised_to)
                )
            )
        manager: Any = model._default_manager
        manager.bulk_update(found, _FIELDS, batch_size=200)
    if not lines:
        return 0
    TimelineEntry.objects.bulk_create(lines, batch_size=500)
    record(actor=SYSTEM, action="work_escalate", object_kind="work", object_id=now.isoformat(), after=raised)
    return len(lines)


def _due(model: type[Case] | type[Task], now: datetime) -> list[Piece]:
    at_half = Q(escalation_level=0, half_at__lte=now)
    at_full = Q(escalation_level=1, due_at__lte=now)
    rows = model._default_manager.select_for_update().filter(at_half | at_full, closed_at__isnull=True)
    return list(rows.order_by("pk")[:AT_ONCE])


def _raise(work: Piece, now: datetime, rules: WorkRules) -> None:
    while work.escalation_level < 2:
        attempt = Attempt(work, "escalate", None, now, rules)
        limit = work.half_at if work.escalation_level == 0 else work.due_at
        if limit > now:
            break
        allowed(attempt)
        work.escalation_level += 1
    role = work.decider_role if work.state == states.SUBMITTED and work.decider_role else work.owner_role
    work.raised_to = rules.raised_to(role, work.escalation_level) or ""

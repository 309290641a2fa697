"""What the navigation says of a person's work: how much of it is late or due today."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q

from postloan import clock
from postloan.console.people.rights import Scope
from postloan.console.work import states
from postloan.console.work.models import Case, Task
from postloan.console.work.selectors import mine

BADGE = 99
"""The most that the navigation counts of what is due."""


def due_count(scope: Scope, now: datetime | None = None) -> int:
    """Count what waits for a person and is late or due today, up to one more than BADGE, in one query.

    Each condition of `mine` is counted by itself, over its own index and to its own end; what is put off
    and not late is left out, and so is what waits for others and is not late.
    """
    now = now or clock.civil()
    tonight = datetime.combine(now.date(), time.max)
    is_awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now.date())
    is_up = Q(due_at__lt=now) | (is_awake & ~Q(state=states.WAITING))
    parts: list[str] = []
    values: list[Any] = []
    for model in (Case, Task):
        for condition in mine(scope):
            rows = model._default_manager.filter(condition & is_up, due_at__lte=tonight, closed_at=None)
            try:
                text, told = rows.order_by().values("pk")[: BADGE + 1].query.sql_with_params()
            except EmptyResultSet:
                continue
            parts.append(f"(SELECT COUNT(*) FROM ({text}) due)")  # noqa: S608 - the text is Django's own
            values += told
    if not parts:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {' + '.join(parts)}", values)
        (found,) = cursor.fetchone()
    return min(int(found), BADGE + 1)

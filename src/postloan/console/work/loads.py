"""How much each person has open, and how late it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db.models import Count, Q

from postloan import clock
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope
from postloan.console.work.models import Case, Task
from postloan.console.work.selectors import end_of_today, open_of


@dataclass(frozen=True)
class Load:
    """What one person has open.

    Args:
        staff_id: whose number; None for work without an owner.
        staff: who, where it was looked up.
        cases: open cases.
        tasks: open tasks.
        late: pieces of work past their time.
        today: pieces of work due today.
    """

    staff_id: str | None
    staff: Staff | None
    cases: int
    tasks: int
    late: int
    today: int

    @property
    def count(self) -> int:
        """Give how many pieces of work are open."""
        return self.cases + self.tasks


@dataclass(frozen=True)
class Loads:
    """What people have open.

    Args:
        shown: those with most late work, as many as are shown.
        people: how many have something open.
        late: how many are late.
    """

    shown: list[Load]
    people: int
    late: int


def load_by_person(scope: Scope, now: datetime | None = None, most: int | None = 100) -> Loads:
    """Give what each person has open of the customers that one sees, the latest first.

    At most `most` of them, who are looked up; with None all, by number alone.
    """
    now = now or clock.civil()
    key = f"work-load-{scope.staff_id}"
    # Of a whole bank this counts every open piece of work; what was counted within a minute is shown again.
    sums = cache.get(key) if scope.sees_all else None
    if sums is None:
        sums = _sums(scope, now)
        if scope.sees_all:
            cache.set(key, sums, 60)
    ordered = sorted(
        sums.items(), key=lambda one: (-one[1]["late"], -one[1]["cases"] - one[1]["tasks"], one[0] or "")
    )
    people = Staff.objects.in_bulk([key for key, _ in ordered[:most] if key]) if most else {}
    shown = [Load(key, people.get(key or ""), **one) for key, one in ordered[:most]]
    return Loads(shown, len(ordered), sum(1 for one in sums.values() if one["late"]))


def _sums(scope: Scope, now: datetime) -> dict[str | None, dict[str, int]]:
    sums: dict[str | None, dict[str, int]] = {}
    late = Count("id", filter=Q(due_at__lt=now))
    today = Count("id", filter=Q(due_at__gte=now, due_at__lte=end_of_today(now)))
    for model, name in ((Case, "cases"), (Task, "tasks")):
        rows = open_of(model, scope.filter()).order_by().values("owner_id")
        for row in rows.annotate(open=Count("id"), late=late, today=today):
            one = sums.setdefault(row["owner_id"], {"cases": 0, "tasks": 0, "late": 0, "today": 0})
            one[name] += row["open"]
            one["late"] += row["late"]
            one["today"] += row["today"]
    return sums

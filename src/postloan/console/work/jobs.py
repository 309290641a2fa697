"""What happens by itself: opening work after a publication, and raising what runs out of time."""

from __future__ import annotations

from datetime import timedelta

from django_tasks import task

from postloan import clock
from postloan.console.publishing.models import Publication
from postloan.console.work.services.escalating import work_escalate
from postloan.console.work.services.opening import case_open_from_publication

EVERY = timedelta(minutes=10)
"""How often time that runs out is looked for."""


def after_publication(run: Publication) -> dict[str, int]:
    """Open the work of a published run; doing it again, as after a stop in between, opens nothing twice."""
    counts = case_open_from_publication(run=run, now=clock.civil())
    raise_all()
    return counts


def raise_all() -> int:
    """Raise all work whose time is up; give how much."""
    count = 0
    while found := work_escalate(now=clock.civil()):
        count += found
    return count


@task()
def keep_raising() -> int:
    """Raise what is due, and come back after a while; started once with the console."""
    try:
        return raise_all()
    finally:
        keep_raising.using(run_after=clock.civil() + EVERY).enqueue()


def start_raising() -> None:
    """Have `keep_raising` run, once however often the console is started."""
    from django_tasks_db.models import DBTaskResult

    waiting = DBTaskResult.objects.filter(task_path=keep_raising.module_path, status__in=("READY", "RUNNING"))
    waiting.delete()
    keep_raising.enqueue()

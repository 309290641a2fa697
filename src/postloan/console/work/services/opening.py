"""Opens work after a publication: cases of new warnings, tasks of new duties. It closes nothing.

Tables may hold hundreds of thousands of rows, so all is read by key in batches and written in bulk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.models import Institution
from postloan.console.publishing.models import RANKS, Measure, Publication
from postloan.console.publishing.models import Warning as Alert
from postloan.console.work.core import line, rules_in_force, span
from postloan.console.work.models import Case, Opening, Task, TimelineEntry
from postloan.console.work.rules import WorkRules

BATCH = 2_000


@transaction.atomic
def case_open_from_publication(*, run: Publication, now: datetime) -> dict[str, int]:
    """Open cases for warnings without one and tasks for duties without one; note what else became of them.

    A warning whose subject has an open case joins that case; one that was closed gets a new case only where
    its colour is worse than it was when it was closed. Where a warning is gone or has another colour, or a
    duty is no longer asked for or is due on another day, that is noted; people close.

    Gives the counts; those of a run that was opened before without doing anything again.
    """
    made, is_new = Opening.objects.get_or_create(
        run_id=run.run_id, result_hash=run.result_hash, defaults={"opened_at": now, "counts": {}}
    )
    if not is_new:
        return dict(made.counts)
    rules = rules_in_force()
    counts = {
        "colours": _note_colours(now, rules),
        "cases": _open_cases(now, rules),
        "tasks": _open_tasks(run.as_of, now, rules),
        "no_longer_asked": _note_unasked(now),
        "moved": _note_moved(now, rules),
    }
    made.counts = counts
    made.save()
    record(
        actor=SYSTEM,
        action="case_open_from_publication",
        object_kind="run",
        object_id=run.run_id,
        after=counts,
        policy_version=run.policy_version,
    )
    return counts


def batches(rows: models.QuerySet[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """Give rows in order of their key, so many at a time; rows that a batch changes are not met again."""
    last: Any = None
    while found := list((rows.filter(pk__gt=last) if last is not None else rows).order_by("pk")[:size]):
        yield found
        last = found[-1].pk


def _lines(works: list[Any], action: str, now: datetime, details: list[dict[str, Any]]) -> None:
    entries = (
        TimelineEntry(**line(work, None, action, now, **told))
        for work, told in zip(works, details, strict=True)
    )
    TimelineEntry.objects.bulk_create(entries, batch_size=500)


def _open_cases(now: datetime, rules: WorkRules) -> int:
    open_one = Case.objects.filter(
        closed_at__isnull=True, subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id")
    )
    closed = Case.objects.filter(episode_id=OuterRef("episode_id"), closed_at__isnull=False)
    last = closed.order_by("-closed_at", "-pk").values("colour_rank")[:1]
    alerts: Any = Alert.objects.filter(~Exists(open_one)).annotate(was=Subquery(last))
    alerts = alerts.filter(Q(was=None) | Q(was__lt=F("colour_rank")))
    root = Institution.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True).first()
    clock = cache(lambda colour: _case_clock(colour, now, rules))
    count = 0
    for batch in batches(alerts):
        cases = [_case(alert, root, now, rules, clock(alert.colour)) for alert in batch]
        Case.objects.bulk_create(cases, batch_size=500)
        _lines(cases, "open", now, [{"colour": one.colour, "episode": one.episode_id} for one in cases])
        count += len(cases)
    return count


def _case_clock(colour: str, now: datetime, rules: WorkRules) -> dict[str, Any]:
    return {
        **span(now, rules.time.due(now, rules.sla[colour]["acknowledge"]), rules),
        "plan_due_at": rules.time.due(now, rules.sla[colour]["plan"]),
    }


def _case(alert: Alert, root: str | None, now: datetime, rules: WorkRules, clock: dict[str, Any]) -> Case:
    return Case(
        subject_kind=alert.subject_kind,
        subject_id=alert.subject_id,
        episode_id=alert.episode_id,
        customer_id=alert.customer_id,
        customer_name=alert.customer_name or "",
        institution_id=alert.institution_id or root,
        manager_id=alert.manager_id,
        colour=alert.colour,
        colour_rank=alert.colour_rank,
        colour_now=alert.colour,
        exposure=alert.exposure,
        reasons=alert.reasons,
        owner_id=alert.owner_id,
        owner_role=alert.owner_role or "customer_manager",
        decider_role=rules.deciders[alert.colour],
        opened_at=now,
        opened_by=SYSTEM,
        **clock,
    )


def _note_colours(now: datetime, rules: WorkRules) -> int:
    """Note in open cases that the colour is another one or none; a worse one makes the clock stricter."""
    alert = Alert.objects.filter(subject_kind=OuterRef("subject_kind"), subject_id=OuterRef("subject_id"))
    cases = Case.objects.filter(closed_at__isnull=True).annotate(
        seen=Coalesce(Subquery(alert.values("colour")[:1]), Value("")),
        episode=Coalesce(Subquery(alert.values("episode_id")[:1]), F("episode_id")),
    )
    count = 0
    for batch in batches(cases.filter(~Q(seen=F("colour_now")) | ~Q(episode=F("episode_id")))):
        before = {case.pk: case.colour_now for case in batch}
        for case in batch:
            case.colour_now, case.episode_id = case.seen, case.episode
            if RANKS.get(case.seen, 0) > case.colour_rank:
                _worsen(case, now, rules)
        fields = ["colour_now", "episode_id", "colour", "colour_rank", "decider_role", "plan_due_at"]
        Case.objects.bulk_update(batch, [*fields, "due_at", "half_at"], batch_size=200)
        moved = [case for case in batch if case.colour_now != before[case.pk]]
        _lines(
            moved,
            "colour",
            now,
            [{"before": before[one.pk], "after": one.colour_now} for one in moved],
        )
        count += len(moved)
    return count


def _worsen(case: Any, now: datetime, rules: WorkRules) -> None:
    case.colour, case.colour_rank = case.seen, RANKS[case.seen]
    case.decider_role = rules.deciders[case.colour]
    clock = _case_clock(case.colour, now, rules)
    case.plan_due_at = min(case.plan_due_at, clock["plan_due_at"])
    if case.planned_at is None:
        wanted = clock["due_at"] if case.state == "new" and case.claimed_at is None else case.plan_due_at
        case.due_at = min(case.due_at, wanted)
        case.half_at = min(case.half_at, rules.time.half(case.clock_from, case.due_at))


def _open_tasks(as_of: date, now: datetime, rules: WorkRules) -> int:
    known = Task.objects.filter(measure_id=OuterRef("measure_id"))
    duties = Measure.objects.filter(~Exists(known), nature="duty")
    clock = cache(lambda due: span(now, rules.time.end_of(due), rules))
    count = 0
    for batch in batches(duties):
        cases = dict(
            Case.objects.filter(
                closed_at__isnull=True, customer_id__in={one.customer_id for one in batch if one.customer_id}
            ).values_list("customer_id", "pk")
        )
        tasks = [task_of(one, cases.get(one.customer_id), as_of, now, rules, clock) for one in batch]
        Task.objects.bulk_create(tasks, batch_size=500)
        _lines(tasks, "open", now, [{"due": task.due_on.isoformat()} for task in tasks])
        count += len(tasks)
    return count


def task_of(
    measure: Measure,
    case_id: int | None,
    as_of: date,
    now: datetime,
    rules: WorkRules,
    clock: Callable[[date], dict[str, Any]],
) -> Task:
    """Give the unwritten task of a published measure; without a deadline it is due on the run's day."""
    due = measure.due_on or measure.hard_stop_on or as_of
    because = measure.because if isinstance(measure.because, dict) else {}
    return Task(
        kind="measure",
        case_id=case_id,
        measure_id=measure.measure_id,
        measure_code=measure.measure_code,
        customer_id=measure.customer_id,
        customer_name=measure.customer_name or "",
        institution_id=measure.institution_id,
        manager_id=measure.manager_id,
        loan_id=measure.loan_id,
        proof_loan_id=measure.loan_id or because.get("loan_id"),
        owner_id=measure.owner_id,
        owner_role=measure.owner_role or "customer_manager",
        decider_role=measure.approver_role or "",
        due_on=due,
        needs=list(rules.needs.get(measure.measure_code, ())),
        opened_at=now,
        opened_by=SYSTEM,
        **clock(due),
    )


def _note_unasked(now: datetime) -> int:
    """Note in open tasks that the run no longer asks for them, or asks again."""
    asked = Exists(Measure.objects.filter(measure_id=OuterRef("measure_id")))
    tasks = Task.objects.filter(closed_at__isnull=True, kind="measure").annotate(stands=asked)
    count = 0
    for batch in batches(tasks.filter(~Q(stands=F("is_asked")))):
        for task in batch:
            task.is_asked = task.stands
        Task.objects.bulk_update(batch, ["is_asked"], batch_size=200)
        _lines(batch, "asked", now, [{"stands": task.is_asked} for task in batch])
        count += sum(not task.is_asked for task in batch)
    return count


def _note_moved(now: datetime, rules: WorkRules) -> int:
    """Follow a deadline that the run has moved; the clock of a submitted task is the decider's and stays."""
    due = Measure.objects.filter(measure_id=OuterRef("measure_id"), due_on__isnull=False).values("due_on")[:1]
    tasks = Task.objects.filter(closed_at__isnull=True, kind="measure").annotate(wanted=Subquery(due))
    count = 0
    for batch in batches(tasks.exclude(wanted=None).exclude(wanted=F("due_on"))):
        before = {task.pk: task.due_on.isoformat() for task in batch}
        for task in batch:
            task.due_on = task.wanted
            if task.state != "submitted":
                for name, value in span(task.opened_at, rules.time.end_of(task.due_on), rules).items():
                    setattr(task, name, value)
        fields = ["due_on", "clock_from", "half_at", "due_at", "escalation_level", "raised_to"]
        Task.objects.bulk_update(batch, fields, batch_size=200)
        told = [{"before": before[one.pk], "after": one.due_on.isoformat()} for one in batch]
        _lines(batch, "moved", now, told)
        count += len(batch)
    return count

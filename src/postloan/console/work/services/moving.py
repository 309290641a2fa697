"""Moves of cases and tasks along the table of states, one service an action."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Customer
from postloan.console.work import states
from postloan.console.work.core import (
    CLOCK,
    audit,
    lock,
    rules_in_force,
    span,
    span_at_work,
    tell,
    undo_of,
    with_doer,
    write,
)
from postloan.console.work.guards import Attempt, Piece, Refused, allowed, evidence_of
from postloan.console.work.models import Case, Closing, EffectCheck, Snooze, Task, VisitDraft


def _attempt(
    work: Piece, action: str, by: Scope, now: datetime, given: Mapping[str, Any] | None = None
) -> tuple[Attempt, states.Move]:
    attempt = Attempt(work, action, by, now, rules_in_force(), given or {})
    return attempt, allowed(attempt)


@transaction.atomic
def work_claim(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Take a new case or task on; of any number of people at once, one wins.

    A deputy takes it on for the absent person, whose it stays. Raises Refused `taken` for those who lose.
    """
    attempt, row = _attempt(work, "claim", by, now)
    held = work.owner_id
    owner = held if held is not None and held in by.acting_for else by.staff_id
    changes: dict[str, Any] = {
        "owner_id": owner,
        "claimed_at": work.claimed_at or now,
        "doers": with_doer(work, by),
    }
    if isinstance(work, Case):
        # The plan is due as it was when the case was opened, however late it is taken on.
        changes |= span(work.opened_at, work.plan_due_at, attempt.rules)
    before = undo_of(work, ("owner_id", "claimed_at", "doers", *CLOCK))
    # Nothing was locked: the condition on the state decides who was first.
    write(work, row, **changes)
    tell(work, by, "claim", now, undo=before)
    audit(
        work, by, "work_claim", {"state": row.state, "owner": held}, {"state": row.following, "owner": owner}
    )
    return work


@transaction.atomic
def case_plan(*, by: Scope, case: Case, plan: str, until: date | None, now: datetime) -> Case:
    """Set down what will be done and until when; later plans replace it, the timeline keeps all."""
    case = lock(case)
    attempt, row = _attempt(case, "plan", by, now, {"plan": plan, "until": until})
    assert until is not None
    changes: dict[str, Any] = {"plan": plan.strip(), "plan_until": until, "planned_at": now}
    if row.following == states.IN_PROGRESS:
        changes |= span(now, attempt.rules.time.end_of(until), attempt.rules)
    before = {"state": row.state, "plan_until": case.plan_until}
    write(case, row, doers=with_doer(case, by), **changes)
    tell(case, by, "plan", now, plan.strip(), until=until.isoformat())
    audit(case, by, "case_plan", before, {"state": case.state, "plan_until": until}, plan.strip())
    return case


@transaction.atomic
def task_start(*, by: Scope, task: Task, now: datetime) -> Task:
    """Begin with a task."""
    task = lock(task)
    _, row = _attempt(task, "start", by, now)
    write(task, row, doers=with_doer(task, by))
    tell(task, by, "start", now)
    audit(task, by, "task_start", {"state": row.state}, {"state": task.state})
    return task


@transaction.atomic
def work_wait(*, by: Scope, work: Piece, reason: str, until: date | None, now: datetime) -> Piece:
    """Say that one waits for somebody else, for whom and until when.

    The clock of a case runs to that day; a task keeps the deadline of its measure.
    """
    work = lock(work)
    attempt, row = _attempt(work, "wait", by, now, {"reason": reason, "until": until})
    assert until is not None
    clock = span(now, attempt.rules.time.end_of(until), attempt.rules) if isinstance(work, Case) else {}
    write(work, row, doers=with_doer(work, by), waiting_for=reason.strip()[:500], **clock)
    tell(work, by, "wait", now, reason.strip(), until=until.isoformat())
    audit(work, by, "work_wait", {"state": row.state}, {"state": work.state, "until": until}, reason)
    return work


@transaction.atomic
def work_resume(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Go on after waiting."""
    work = lock(work)
    attempt, row = _attempt(work, "resume", by, now)
    write(work, row, doers=with_doer(work, by), waiting_for="", **span_at_work(work, attempt.rules))
    tell(work, by, "resume", now)
    audit(work, by, "work_resume", {"state": row.state}, {"state": work.state})
    return work


@transaction.atomic
def work_submit(*, by: Scope, work: Piece, finding: str, now: datetime) -> Piece:
    """Hand a piece of work to whoever decides on it, with what was found."""
    work = lock(work)
    attempt, row = _attempt(work, "submit", by, now, {"finding": finding})
    clock = span(now, attempt.rules.time.due(now, attempt.rules.check_time), attempt.rules)
    told = {"finding": finding.strip(), "submitted_at": now, "submitted_by": by.staff_id, "waiting_for": ""}
    write(work, row, doers=with_doer(work, by), snoozed_until=None, **told, **clock)
    tell(work, by, "submit", now, finding.strip())
    audit(work, by, "work_submit", {"state": row.state}, {"state": work.state}, finding.strip())
    return work


@transaction.atomic
def work_withdraw(*, by: Scope, work: Piece, now: datetime) -> Piece:
    """Take back what was submitted and not yet decided on."""
    work = lock(work)
    attempt, row = _attempt(work, "withdraw", by, now)
    write(work, row, doers=with_doer(work, by), submitted_at=None, **span_at_work(work, attempt.rules))
    tell(work, by, "withdraw", now)
    audit(work, by, "work_withdraw", {"state": row.state}, {"state": work.state})
    return work


@transaction.atomic
def work_send_back(*, by: Scope, work: Piece, reason: str, now: datetime) -> Piece:
    """Send back what does not suffice, with what is missing."""
    work = lock(work)
    attempt, row = _attempt(work, "send_back", by, now, {"reason": reason})
    write(work, row, submitted_at=None, **span_at_work(work, attempt.rules))
    tell(work, by, "send_back", now, reason.strip())
    audit(work, by, "work_send_back", {"state": row.state}, {"state": work.state}, reason)
    return work


@transaction.atomic
def case_close(
    *, by: Scope, case: Case, label: str, cause: str, amount_secured: int | None, now: datetime
) -> Case:
    """Close a case that another person did: what the warning was, its cause, the amount secured in cents.

    The effect is looked at 30, 60 and 90 days later, against exposure and arrears of today.
    """
    case = lock(case)
    given: dict[str, Any] = {"label": label, "cause": cause, "amount_secured": amount_secured}
    attempt, row = _attempt(case, "close", by, now, given)
    write(case, row, closed_at=now, closed_by=by.staff_id, **given)
    _closed(case, by, now, label, cause, amount_secured)
    customer = Customer.objects.filter(pk=case.customer_id or "").first()
    checks = (
        EffectCheck(
            case=case,
            owner_id=case.owner_id,
            days=days,
            due_on=now.date() + timedelta(days=days),
            exposure_before=customer.exposure if customer else None,
            overdue_before=customer.overdue if customer else None,
        )
        for days in attempt.rules.effect_days
    )
    EffectCheck.objects.bulk_create(checks, ignore_conflicts=True)
    tell(case, by, "close", now, **given)
    audit(case, by, "case_close", {"state": row.state}, {"state": case.state, **given})
    return case


def _closed(
    work: Piece, by: Scope, now: datetime, result: str, cause: str = "", amount: int | None = None
) -> None:
    VisitDraft.objects.filter(**{work.kind_of_work: work}).delete()  # what nobody filed is nobody's any more
    Closing.objects.create(
        case=work if isinstance(work, Case) else None,
        task=work if isinstance(work, Task) else None,
        closed_at=now,
        closed_by=by.staff_id,
        result=result,
        cause=cause,
        amount_secured=amount,
        done_on=(work.submitted_at or now).date(),
        owner_id=work.owner_id,
        has_evidence=evidence_of(work).exists(),
    )


@transaction.atomic
def task_close(*, by: Scope, task: Task, now: datetime) -> Task:
    """Accept a task that another person did."""
    task = lock(task)
    _, row = _attempt(task, "close", by, now)
    write(task, row, closed_at=now, closed_by=by.staff_id, result="done")
    _closed(task, by, now, "done")
    tell(task, by, "close", now)
    audit(task, by, "task_close", {"state": row.state}, {"state": task.state, "result": "done"})
    return task


@transaction.atomic
def task_finish(*, by: Scope, task: Task, finding: str, now: datetime) -> Task:
    """Finish a task on which its owner decides (catalogue D1, approval "—"), with all its evidence."""
    task = lock(task)
    _, row = _attempt(task, "finish", by, now, {"finding": finding})
    told = {"finding": finding.strip(), "submitted_at": now, "submitted_by": by.staff_id}
    write(task, row, closed_at=now, closed_by=by.staff_id, result="done", doers=with_doer(task, by), **told)
    _closed(task, by, now, "done")
    tell(task, by, "finish", now, finding.strip())
    after = {"state": task.state, "result": "done"}
    audit(task, by, "task_finish", {"state": row.state}, after, finding.strip())
    return task


@transaction.atomic
def task_drop(*, by: Scope, task: Task, reason: str, now: datetime) -> Task:
    """Lay down a task that the last run no longer asks for, with what became of it."""
    task = lock(task)
    _, row = _attempt(task, "drop", by, now, {"reason": reason})
    write(task, row, closed_at=now, closed_by=by.staff_id, result="not_needed", finding=reason.strip())
    _closed(task, by, now, "not_needed")
    tell(task, by, "drop", now, reason.strip())
    audit(task, by, "task_drop", {"state": row.state}, {"state": task.state, "result": "not_needed"}, reason)
    return task


@transaction.atomic
def work_reopen(*, by: Scope, work: Piece, reason: str, now: datetime) -> Piece:
    """Open again what was closed; it goes back to its owner, and effect checks not yet made are dropped.

    Raises Refused `another_is_open` where the subject of a case has a newer open one.
    """
    work = lock(work)
    attempt, row = _attempt(work, "reopen", by, now, {"reason": reason})
    Closing.objects.filter(**{work.kind_of_work: work}, reopened_at=None).update(reopened_at=now)
    cleared: dict[str, Any] = {"closed_at": None, "closed_by": None, "submitted_at": None}
    if isinstance(work, Case):
        due = attempt.rules.time.due(now, attempt.rules.sla[work.colour]["plan"])
        cleared |= {"label": "", "cause": "", "amount_secured": None, "plan_until": due.date()}
        work.effect_checks.filter(done_at=None).delete()
    else:
        due = max(
            attempt.rules.time.end_of(work.due_on), attempt.rules.time.due(now, attempt.rules.check_time)
        )
        cleared |= {"result": ""}
    try:
        with transaction.atomic():
            write(work, row, **cleared, **span(now, due, attempt.rules))
    except IntegrityError as found:
        raise Refused("another_is_open") from found
    tell(work, by, "reopen", now, reason.strip())
    audit(work, by, "work_reopen", {"state": row.state}, {"state": work.state}, reason)
    return work


@transaction.atomic
def work_snooze(*, by: Scope, work: Piece, reason: str, until: date | None, now: datetime) -> Piece:
    """Put work off, not beyond its deadline and not for long; its clock runs on."""
    work = lock(work)
    _, row = _attempt(work, "snooze", by, now, {"reason": reason, "until": until})
    assert until is not None
    write(work, row, snoozed_until=until)
    Snooze.objects.create(
        **{work.kind_of_work: work}, until=until, reason=reason.strip(), by=by.staff_id, at=now
    )
    tell(work, by, "snooze", now, reason.strip(), until=until.isoformat())
    audit(work, by, "work_snooze", {}, {"until": until}, reason)
    return work


@transaction.atomic
def work_note(*, by: Scope, work: Piece, text: str, now: datetime) -> Piece:
    """Add a remark to the timeline."""
    work = lock(work)
    _attempt(work, "note", by, now, {"text": text})
    tell(work, by, "note", now, text.strip())
    audit(work, by, "work_note", {}, {"text": text.strip()})
    return work


@transaction.atomic
def effect_check_record(
    *, by: Scope, check: EffectCheck, result: str, text: str, now: datetime
) -> EffectCheck:
    """Set down what became of a closed case, beside exposure, arrears and colour as last published."""
    case = lock(check.case)
    check = EffectCheck.objects.select_for_update().get(pk=check.pk)
    _attempt(case, "check_effect", by, now, {"check": check, "result": result, "text": text})
    customer = Customer.objects.filter(pk=case.customer_id or "").first()
    check.done_at, check.done_by, check.result, check.text = now, by.staff_id, result, text.strip()
    check.exposure_after = customer.exposure if customer else None
    check.overdue_after = customer.overdue if customer else None
    check.colour_after = (customer.colour or "") if customer else ""
    check.save()
    tell(case, by, "check_effect", now, text.strip(), days=check.days, result=result)
    audit(case, by, "effect_check_record", {}, {"days": check.days, "result": result}, text.strip())
    return check

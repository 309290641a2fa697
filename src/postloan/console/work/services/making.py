"""Tasks that people make: from an option that a run offers, or of their own."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction

from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Customer, Measure
from postloan.console.work.core import audit, rules_in_force, span, tell
from postloan.console.work.guards import Refused
from postloan.console.work.models import Case, Task
from postloan.console.work.services.opening import task_of


def _case_of(customer_id: str | None) -> Case | None:
    return Case.objects.filter(customer_id=customer_id or "", closed_at__isnull=True).first()


@transaction.atomic
def task_take_up(*, by: Scope, measure: Measure, until: date | None, now: datetime) -> Task:
    """Make work of an option that a run offers (catalogue D1: an option is never due by itself).

    Raises Refused `taken` where it is work already or becomes so at this moment, `wait_has_an_end` without a
    deadline that lies ahead, and `another_is_open` where another measure of its choice group is open for the
    same customer.
    """
    rules = rules_in_force()
    if measure.nature != "option" or Task.objects.filter(measure_id=measure.pk).exists():
        raise Refused("taken")
    if until is None or not now.date() < until:
        raise Refused("wait_has_an_end")
    rivals = Measure.objects.filter(customer_id=measure.customer_id, choice_group=measure.choice_group or "")
    codes = set(rivals.exclude(measure_code=measure.measure_code).values_list("measure_code", flat=True))
    same = Task.objects.filter(customer_id=measure.customer_id, closed_at__isnull=True)
    if same.filter(measure_code__in=codes).exclude(state="new").exists():
        raise Refused("another_is_open")
    case = _case_of(measure.customer_id)
    clock = span(now, rules.time.end_of(until), rules)
    task = task_of(measure, case.pk if case else None, until, now, rules, lambda _due: clock)
    task.due_on, task.opened_by = until, by.staff_id
    try:
        with transaction.atomic():  # of two who look at once, the database lets one write
            task.save(force_insert=True)
    except IntegrityError as found:
        raise Refused("taken") from found
    tell(task, by, "open", now, due=until.isoformat())
    audit(task, by, "task_take_up", {}, {"measure": measure.pk, "due_on": until})
    return task


@transaction.atomic
def task_make(
    *,
    by: Scope,
    customer: Customer,
    staff: Staff,
    title: str,
    until: date | None,
    is_checked: bool,
    now: datetime,
) -> Task:
    """Ask somebody for something about a customer; with `is_checked` the asker's role decides on it.

    Raises Refused `text_given` without words and `wait_has_an_end` without a deadline that lies ahead.
    """
    rules = rules_in_force()
    if not title.strip():
        raise Refused("text_given")
    if until is None or until < now.date():
        raise Refused("wait_has_an_end")
    case = _case_of(customer.pk)
    roles = sorted(staff.roles.values_list("role", flat=True))
    mine = [role for role in sorted(by.roles) if by.has_at((role,), customer.institution_id or "")]
    task = Task.objects.create(
        kind="made",
        case=case,
        title=title.strip()[:200],
        customer_id=customer.pk,
        customer_name=customer.name,
        institution_id=customer.institution_id,
        manager_id=customer.manager_id,
        owner_id=staff.pk,
        owner_role="customer_manager" if "customer_manager" in roles or not roles else roles[0],
        decider_role=mine[0] if is_checked and mine else "",
        due_on=until,
        opened_at=now,
        opened_by=by.staff_id,
        **span(now, rules.time.end_of(until), rules),
    )
    tell(task, by, "open", now, task.title, due=until.isoformat())
    audit(task, by, "task_make", {}, {"owner": staff.pk, "due_on": until, "title": task.title})
    return task

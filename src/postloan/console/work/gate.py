"""The gates of work: who may open which case, task, piece of evidence or entry of the watch list.

Each raises Http404 alike for what is absent and what is not theirs. What somebody may do with what they
have opened is the table's to say.
"""

from __future__ import annotations

from typing import Literal

from django.db.models import Q
from django.http import Http404

from postloan.console.people.models import Staff
from postloan.console.people.rights import ADMINISTRATORS, BOOK_ROLES, Scope
from postloan.console.publishing.models import Measure
from postloan.console.work.models import Case, EffectCheck, Evidence, Task, WatchEntry

For = Literal["read", "write"]


def seen(scope: Scope, prefix: str = "") -> Q:
    """Give the condition on cases and tasks that a person sees: of their customers, or their own."""
    return scope.filter(prefix) | Q(**{f"{prefix}owner_id__in": scope.acting_for})


def _sees(scope: Scope, work: Case | Task) -> bool:
    return scope.covers(work.institution_id, work.manager_id) or work.owner_id in scope.acting_for


def access_case(scope: Scope, number: int, for_: For = "read") -> Case:  # noqa: ARG001
    """Give a case to someone who sees it."""
    case = Case.objects.filter(pk=number).first()
    if case is None or not scope.has(BOOK_ROLES) or not _sees(scope, case):
        raise Http404
    return case


def access_task(scope: Scope, number: int, for_: For = "read") -> Task:  # noqa: ARG001
    """Give a task, with its case, to someone who sees it."""
    task = Task.objects.select_related("case").filter(pk=number).first()
    if task is None or not scope.has(BOOK_ROLES) or not _sees(scope, task):
        raise Http404
    return task


def access_work(scope: Scope, told: str, for_: For = "write") -> Case | Task:
    """Give the case or task that `case:12` or `task:12` of a form names."""
    kind, _, number = told.partition(":")
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    if kind == "case":
        return access_case(scope, int(number), for_)
    if kind == "task":
        return access_task(scope, int(number), for_)
    raise Http404


def access_evidence(scope: Scope, number: int, for_: For = "read") -> Evidence:
    """Give a piece of evidence to someone who sees what it belongs to."""
    found = Evidence.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    if found.task_id is not None:
        access_task(scope, found.task_id, for_)
    else:
        access_case(scope, found.case_id or 0, for_)
    return found


def access_effect_check(scope: Scope, number: int, for_: For = "write") -> EffectCheck:
    """Give an effect check to someone who sees its case."""
    found = EffectCheck.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    access_case(scope, found.case_id, for_)
    return found


def access_measure(scope: Scope, measure_id: str, for_: For = "write") -> Measure:  # noqa: ARG001
    """Give a published measure to someone who sees its customer."""
    found = Measure.objects.filter(pk=measure_id).first()
    if found is None or not scope.has(BOOK_ROLES):
        raise Http404
    if not scope.covers(found.institution_id, found.manager_id):
        raise Http404
    return found


def access_watch_entry(scope: Scope, number: int, for_: For = "read") -> WatchEntry:  # noqa: ARG001
    """Give an entry of the watch list to someone who sees its customer."""
    found = WatchEntry.objects.filter(pk=number).first()
    if found is None or not scope.has(BOOK_ROLES):
        raise Http404
    if not scope.covers(found.institution_id, found.manager_id):
        raise Http404
    return found


def access_colleague(scope: Scope, staff_id: str, for_: For = "read") -> Staff:  # noqa: ARG001
    """Give somebody to whom a person may give work or with whom they went: of the places that they see.

    A customer manager sees their own outlet. One who has left is still found: their work has to go on.
    """
    places = set(scope.institutions) | {place for role, place in scope.held if role not in ADMINISTRATORS}
    found = Staff.objects.filter(pk=staff_id).first()
    if found is None or not (scope.sees_all or found.institution_id in places):
        raise Http404
    return found


def colleagues(scope: Scope, role: str | None = None) -> list[Staff]:
    """Give the people of those places who are still there, of one role where it is named."""
    places = set(scope.institutions) | {place for role_, place in scope.held if role_ not in ADMINISTRATORS}
    found = Staff.objects.filter(left_on=None, is_active=True)
    if not scope.sees_all:
        found = found.filter(institution_id__in=places)
    if role:
        found = found.filter(roles__role=role).distinct()
    return list(found.order_by("pk")[:500])

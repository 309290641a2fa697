"""Pages of a visit step by step, saved as one goes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext

from postloan import clock
from postloan.console.people.rights import BOOK_ROLES, Scope, allow, scope
from postloan.console.publishing.models import Loan
from postloan.console.work import acting, gate, selectors, visits
from postloan.console.work.core import rules_in_force
from postloan.console.work.guards import Piece, Refused
from postloan.console.work.services import proving, visiting
from postloan.console.work.views import refused

_MISSING_AT = {
    "time_missing": "arrival",
    "time_ahead": "arrival",
    "place_missing": "arrival",
    "second_person": "arrival",
    "text_missing": "told",
    "result_missing": "result",
}
"""The step on which what a refusal asks for is filled in."""


@allow(BOOK_ROLES)
def case_visit(request: HttpRequest, number: int) -> HttpResponse:
    """Set a visit down for a case."""
    return _visit(request, gate.access_case(scope(request), number, "write"))


@allow(BOOK_ROLES)
def task_visit(request: HttpRequest, number: int) -> HttpResponse:
    """Set a visit down for a task."""
    return _visit(request, gate.access_task(scope(request), number, "write"))


def _steps(work: Piece) -> tuple[visits.Step, ...]:
    customer = selectors.customer_of(work)
    off_sheet = Loan.objects.filter(customer_id=work.customer_id or "").exclude(on_off="on")
    return visits.steps_of(
        rules_in_force().checklist,
        customer.kind if customer else None,
        is_off_sheet=off_sheet.filter(on_off__isnull=False).exists(),
    )


def _visit(request: HttpRequest, work: Piece) -> HttpResponse:
    held, steps = scope(request), _steps(work)
    asked = request.GET.get("step", "")
    at = next((place for place, one in enumerate(steps) if one.name == asked), 0)
    if request.method != "POST":
        return _page(request, work, steps, at)
    try:
        return _taken(request, held, work, steps, at)
    except Refused as found:
        refused(request, found.code)
        typed = visits.taken(steps[at], request.POST)
        wanted = _MISSING_AT.get(found.code, steps[at].name)
        at = next(place for place, one in enumerate(steps) if one.name == wanted)
        return _page(request, work, steps, at, typed)


def _taken(
    request: HttpRequest, held: Scope, work: Piece, steps: tuple[visits.Step, ...], at: int
) -> HttpResponse:
    """Do what the form asks for: throw the draft away, keep the step and go on, or file the visit."""
    now, what = clock.civil(), acting.text(request.POST, "what")
    if what == "discard":
        visiting.visit_discard(by=held, work=work, now=now)
        messages.success(request, gettext("What was set down of the visit is thrown away."))
        return redirect(work.kind_of_work, work.pk)
    fields = visits.taken(steps[at], request.POST)
    if fields.get("second_staff_id"):
        gate.access_colleague(held, fields["second_staff_id"])
    proves = acting.text(request.POST, "proves")[:100]
    draft = visiting.visit_save(
        by=held, work=work, step=steps[at].name, fields=fields, proves=proves, now=now
    )
    if what == "file":
        file = request.FILES.get("file")
        told = acting.told(held, "visit", {**draft.fields, "proves": draft.proves})
        told = acting.from_draft(told, draft, steps)
        chunks = file.chunks() if file is not None else None
        proving.evidence_add(by=held, work=work, told=told, chunks=chunks, now=now)
        messages.success(request, gettext("The evidence is filed."))
        return redirect(work.kind_of_work, work.pk)
    messages.success(request, gettext("Saved at %(time)s.") % {"time": f"{now:%H:%M}"})
    following = steps[min(at + 1, len(steps) - 1)].name
    return redirect(f"{_address(work)}?{urlencode({'step': following})}")


def _address(work: Piece) -> str:
    return reverse(f"{work.kind_of_work}_visit", args=[work.pk])


def _page(
    request: HttpRequest,
    work: Piece,
    steps: tuple[visits.Step, ...],
    at: int,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    held = scope(request)
    draft = visiting.draft_of(held, work)
    fields = {**(draft.fields if draft else {}), **(typed or {})}
    answers = visits.answers_of(steps, fields)
    context: dict[str, Any] = {
        "work": work,
        "address": _address(work),
        "now": clock.civil(),
        "work_rules": rules_in_force(),
        "draft": draft,
        "steps": [(one, visits.done(one, fields)) for one in steps],
        "step": steps[at],
        "is_last": at == len(steps) - 1,
        "before": steps[at - 1].name if at else "",
        "fields": fields,
        "proves": request.POST.get("proves") or request.GET.get("proves") or (draft.proves if draft else ""),
        "answers": visits.ANSWERS,
        "told": visits.TOLD,
        "text": visits.text_of(fields),
        "answered": len(answers),
        "refuted": [one for one in answers if one["answer"] == "no"],
        "points": sum(len(one.points) for one in steps),
        "results": proving.VISIT_RESULTS,
        "colleagues": [one for one in gate.colleagues(held) if one.pk != held.staff_id],
    }
    return render(request, "work/visit.html", context)

"""Pages of work: mine, the team's, one case, one task, and the table of states."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from postloan import clock
from postloan.console.customers.gate import access_customer
from postloan.console.customers.selectors import places_of
from postloan.console.lists import show, wants_file
from postloan.console.people.rights import BOOK_ROLES, OVERSEERS, allow, scope
from postloan.console.work import acting, columns, gate, rules, selectors, states, words
from postloan.console.work.core import rules_in_force
from postloan.console.work.files import SOUNDS, path_of
from postloan.console.work.guards import Piece, Refused, roles_towards
from postloan.console.work.loads import load_by_person
from postloan.console.work.models import Case
from postloan.console.work.parts import part_of
from postloan.console.work.services import assigning, making, moving, proving, visiting

IN_PAGE = ("image/jpeg", "image/png", "image/webp", *SOUNDS)
"""Types that a browser may show or play; all others are saved."""


PEOPLE_SHOWN = 100
"""People whose whole work can be handed over from the page of load, those with most late work first."""


def refused(request: HttpRequest, code: str) -> None:
    """Tell why something was not done; what was typed stays in the form."""
    messages.error(request, words.word("refusal", code))


@allow(BOOK_ROLES)
@require_safe
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """Show what waits for a person, the most urgent first."""
    held, now = scope(request), clock.civil()
    sections = (
        ("slipped", gettext("Past its time"), selectors.slipped(held, now)),
        ("today", gettext("Due today"), selectors.due_today(held, now)),
        ("raised", gettext("Raised to you"), selectors.raised(held)),
        ("coming", gettext("To come"), selectors.coming(held, now)),
        ("waiting", gettext("Waiting on others"), selectors.waiting(held, now)),
        ("snoozed", gettext("Put off"), selectors.snoozed(held, now)),
    )
    urgent = sections[0][2].count + sections[1][2].count
    every = [work for _, _, found in sections for work in found.works]
    if wants_file(columns.MY_WORK, request):
        every = selectors.whole(held, every, now)
    looked_up = columns.tell(every, now)
    table = show(columns.MY_WORK, request, every, lambda _: looked_up)
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "sections": [
            (*one, show(columns.MY_WORK, request, one[2].works, lambda _: looked_up))
            for one in sections
            if one[2].count
        ],
        "urgent": urgent,
        "checks": selectors.effect_checks_due(held, now),
        "now": now,
        "work_rules": rules_in_force(),
        "is_head": held.has(OVERSEERS),
    }
    return render(request, "work/index.html", context)


@allow(BOOK_ROLES)
@require_safe
def listed(request: HttpRequest) -> HttpResponse | FileResponse:
    """List open cases or tasks with filters; heads may give several to somebody at once."""
    held, now = scope(request), clock.civil()
    asked = {key: str(value) for key, value in request.GET.items()}
    rows, parts = selectors.works(held, asked, now), selectors.parts_of(held, asked)
    if asked.get("place"):
        rows = rows.filter(institution_id=asked["place"])
    table = show(columns.WORKS, request, rows, lambda some: columns.tell(some, now), parts)
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "page": table.page,
        "asked": asked,
        "states": states.OPEN,
        "places": places_of(held),
        "colleagues": gate.colleagues(held) if held.has(OVERSEERS) else [],
    }
    return render(request, "work/list.html", context)


@allow(OVERSEERS)
@require_safe
def team(request: HttpRequest) -> HttpResponse | FileResponse:
    """Show load and lateness by person."""
    held, now = scope(request), clock.civil()
    loads = load_by_person(held, now, None)
    table = show(columns.LOADS, request, loads.shown, columns.People)
    if isinstance(table, FileResponse):
        return table
    most = loads.shown[:PEOPLE_SHOWN]
    people = selectors.names(one.staff_id for one in most)
    context = {
        "table": table,
        "loads": [(people[one.staff_id], one.count) for one in most if one.staff_id in people],
        "late_people": loads.late,
        "colleagues": gate.colleagues(held),
    }
    return render(request, "work/team.html", context)


@allow(OVERSEERS)
@require_POST
def reassign(request: HttpRequest) -> HttpResponse:
    """Give all open work of a colleague, or the pieces that were marked, to somebody else."""
    held, now = scope(request), clock.civil()
    staff = gate.access_colleague(held, acting.text(request.POST, "staff"))
    reason = acting.text(request.POST, "reason")
    if not reason:
        refused(request, "reason_given")
        return redirect("work_team")
    if "colleague" in request.POST:
        colleague = gate.access_colleague(held, acting.text(request.POST, "colleague"))
        moved, left = assigning.work_reassign(
            by=held, colleague=colleague, staff=staff, reason=reason, now=now
        )
    else:
        works = [gate.access_work(held, told) for told in request.POST.getlist("works")[:200]]
        moved, left = assigning.work_assign_many(by=held, works=works, staff=staff, reason=reason, now=now)
    told = ngettext("%(count)s piece of work went over", "%(count)s pieces of work went over", moved)
    said = told % {"count": moved}
    if left:
        stays = ngettext("%(count)s stays where it is", "%(count)s stay where they are", left)
        said = f"{said}; {stays % {'count': left}}"
    messages.success(request, said)
    return redirect("work_team")


@allow(BOOK_ROLES)
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """Show the tables of states that cases, tasks and the watch list move along."""
    shown = {
        gettext("Cases"): states.CASE,
        gettext("Tasks"): states.TASK,
        gettext("Watch list"): states.WATCH,
    }
    return render(request, "work/table.html", {"tables": shown})


@allow(BOOK_ROLES)
@require_safe
def case(request: HttpRequest, number: int) -> HttpResponse:
    """Show a case: its timeline, evidence, tasks, and the next step."""
    return _piece(request, gate.access_case(scope(request), number))


@allow(BOOK_ROLES)
@require_safe
def task(request: HttpRequest, number: int) -> HttpResponse:
    """Show a task: what it needs, its evidence, its timeline, and the next step."""
    return _piece(request, gate.access_task(scope(request), number))


def _piece(request: HttpRequest, work: Piece, given: Any = None) -> HttpResponse:
    held, now, in_force = scope(request), clock.civil(), rules_in_force()
    steps = selectors.steps(held, work, in_force)
    lines = selectors.timeline(work)
    towards = roles_towards(held, work, in_force)
    acts = [one.action for one in steps if not one.is_next and one.action in acting.ACTS]
    context: dict[str, Any] = {
        "work": work,
        "now": now,
        "work_rules": in_force,
        "steps": steps,
        "next": next((step.action for step in steps if step.is_next), ""),
        "others": [one for one in acts if one not in states.UNDOING],
        "undoing": [one for one in acts if one in states.UNDOING],
        "given": given or {},
        "entries": lines,
        "evidence": selectors.evidence(work),
        "people": selectors.names(
            [work.owner_id, work.closed_by, work.submitted_by],
            (entry.actor for entry in lines),
            (str(entry.details.get("after") or "") for entry in lines if entry.action == "assign"),
        ),
        "customer": selectors.customer_of(work),
        "kinds": rules.KINDS,
        "labels": rules.LABELS,
        "causes": rules.CAUSES,
        "can_add": any(step.action == "add_evidence" for step in steps),
        "draft": visiting.draft_of(held, work),
        "can_check": any(step.action == "check_effect" for step in steps),
        "colleagues": gate.colleagues(held, work.owner_role) if states.HEAD in towards else [],
    }
    if isinstance(work, Case):
        context |= {
            "tasks": list(work.tasks.order_by("closed_at", "due_at", "pk")[:100]),
            "offers": selectors.offers(work) if work.state != states.CLOSED else [],
            "checks": list(work.effect_checks.all()),
            "close_needs": in_force.close_needs[work.colour],
        }
        return render(request, "work/case.html", context)
    return render(request, "work/task.html", context | {"needs": selectors.needs_of(work, in_force)})


@allow(BOOK_ROLES)
@require_POST
def case_do(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Do something with a case."""
    return _do(request, gate.access_case(scope(request), number, "write"), action)


@allow(BOOK_ROLES)
@require_POST
def task_do(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Do something with a task."""
    return _do(request, gate.access_task(scope(request), number, "write"), action)


def _do(request: HttpRequest, work: Piece, action: str) -> HttpResponse:
    try:
        acting.act(scope(request), work, action, request.POST, clock.civil())
    except Refused as found:
        refused(request, found.code)
        return _piece(request, _fresh(work), request.POST)
    messages.success(request, gettext("Done: %(action)s.") % {"action": words.word("action", action)})
    if request.POST.get("back") == "work":
        return redirect("work")
    if _still_seen(request, work):
        return redirect(work.kind_of_work, work.pk)
    return redirect("work")


def _fresh(work: Piece) -> Piece:
    return type(work)._default_manager.get(pk=work.pk)


def _still_seen(request: HttpRequest, work: Piece) -> bool:
    return type(work)._default_manager.filter(gate.seen(scope(request)), pk=work.pk).exists()


@allow(BOOK_ROLES)
def case_evidence(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Add evidence to a case."""
    return _prove(request, gate.access_case(scope(request), number, "write"), kind)


@allow(BOOK_ROLES)
def task_evidence(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Add evidence to a task."""
    return _prove(request, gate.access_task(scope(request), number, "write"), kind)


def _prove(request: HttpRequest, work: Piece, kind: str) -> HttpResponse:
    held, now = scope(request), clock.civil()
    if kind not in rules.KINDS:
        raise Http404
    if request.method == "POST":
        file = request.FILES.get("file")
        chunks = file.chunks() if file is not None else None
        told = acting.told(held, kind, request.POST)
        try:
            proving.evidence_add(by=held, work=work, told=told, chunks=chunks, now=now)
        except Refused as found:
            refused(request, found.code)
        else:
            messages.success(request, gettext("The evidence is filed."))
            return redirect(work.kind_of_work, work.pk)
    context = {
        "work": work,
        "kind": kind,
        "given": request.POST if request.method == "POST" else request.GET,
        "now": now,
        "work_rules": rules_in_force(),
        "colleagues": [one for one in gate.colleagues(held) if one.pk != held.staff_id],
        "choices": proving,
        "loans": proving.loans_to_name(work) if kind == "notice" else [],
        "own_loan": proving.loan_of(work),
        "close_needs": rules_in_force().close_needs[work.colour] if isinstance(work, Case) else (),
    }
    return render(request, "work/evidence.html", context)


@allow(BOOK_ROLES)
@require_safe
@csp_replace({"default-src": ["'none'"], "img-src": ["'self'"], "media-src": ["'self'"], "sandbox": []})  # type: ignore[arg-type]
def evidence(request: HttpRequest, number: int) -> HttpResponseBase:
    """Give the file of a piece of evidence: a picture or a recording in the page, anything else to save."""
    found = gate.access_evidence(scope(request), number)
    path = path_of(settings.EVIDENCE, found.sha256)
    if not found.sha256 or not path.is_file():
        raise Http404
    ending = found.media_type.rpartition("/")[2]
    part = part_of(path, request.headers.get("Range", ""), found.media_type)
    answer = part or FileResponse(
        path.open("rb"),
        as_attachment=found.media_type not in IN_PAGE,
        filename=f"evidence-{found.pk}.{ending}",
        content_type=found.media_type,
    )
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@allow(BOOK_ROLES)
@require_POST
def effect(request: HttpRequest, number: int) -> HttpResponse:
    """Set down what became of a closed case."""
    check = gate.access_effect_check(scope(request), number)
    post = request.POST
    try:
        moving.effect_check_record(
            by=scope(request),
            check=check,
            result=acting.text(post, "result"),
            text=acting.text(post, "text"),
            now=clock.civil(),
        )
    except Refused as found:
        refused(request, found.code)
        return _piece(request, gate.access_case(scope(request), check.case_id), post)
    messages.success(request, gettext("The check is set down."))
    return redirect("case", check.case_id)


@allow(BOOK_ROLES)
@require_POST
def take_up(request: HttpRequest) -> HttpResponse:
    """Make work of an option that the run offers."""
    held, post = scope(request), request.POST
    measure = gate.access_measure(held, acting.text(post, "measure"))
    try:
        made = making.task_take_up(
            by=held, measure=measure, until=acting.day(post, "until"), now=clock.civil()
        )
    except Refused as found:
        refused(request, found.code)
        standing = Case.objects.filter(customer_id=measure.customer_id, closed_at=None).first()
        return redirect("case", standing.pk) if standing else redirect("work")
    messages.success(request, gettext("It is work now."))
    return redirect("task", made.pk)


@allow(BOOK_ROLES)
def ask(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Ask somebody for something about a customer."""
    held, now = scope(request), clock.civil()
    customer = access_customer(held, customer_id)
    if request.method == "POST":
        post = request.POST
        staff = gate.access_colleague(held, acting.text(post, "staff"))
        try:
            made = making.task_make(
                by=held,
                customer=customer,
                staff=staff,
                title=acting.text(post, "title"),
                until=acting.day(post, "until"),
                is_checked=acting.text(post, "is_checked") == "1",
                now=now,
            )
        except Refused as found:
            refused(request, found.code)
        else:
            messages.success(request, gettext("It was asked for."))
            return redirect("task", made.pk)
    context = {
        "customer": customer,
        "colleagues": gate.colleagues(held),
        "given": request.POST,
        "now": now,
        "work_rules": rules_in_force(),
    }
    return render(request, "work/ask.html", context)

"""Pages of the classification desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from postloan.console import words
from postloan.console.desk import rules, selectors, services
from postloan.console.desk import words as desk_words
from postloan.console.desk.gate import access_classification, access_loan
from postloan.console.desk.models import Classification
from postloan.console.desk.states import ACTIONS, MOVES, STATES, WHO
from postloan.console.listing import page
from postloan.console.people.models import Staff
from postloan.console.people.rights import BOOK_ROLES, MANAGER, allow, scope
from postloan.console.publishing.models import Customer, Loan, Publication
from postloan.console.publishing.selectors import current
from postloan.console.refusals import Refused
from postloan.policy.in_force import Policy

_TABS = ("rate", "rated", "determined", "returned", "settled")


def _policy() -> tuple[Publication, Policy] | None:
    run = current()
    return (run, words.policy_of(run.policy_version, run.as_of)) if run else None


@allow(BOOK_ROLES)
def index(request: HttpRequest) -> HttpResponse:
    """List what waits on the desk: loans to rate, classes to determine and to approve."""
    held, found = scope(request), _policy()
    if found is None:
        return render(request, "desk/index.html", {"tab": "rate"})
    _run, policy = found
    first = "rate" if MANAGER in held.roles else "rated"
    tab = request.GET.get("tab", "")
    tab = tab if tab in _TABS else first
    after = request.GET.get("after", "")
    context: dict[str, Any] = {"tab": tab, "tabs": _TABS, "why": request.GET.get("why", "")}
    if tab == "rate":
        rows = selectors.to_rate(held, context["why"])
        context["page"] = page(rows, selectors.RATE_ORDER, after, parts=held.parts())
        loans = {one.pk: one for one in context["page"].rows}
        context["reviews"] = {key: selectors.reviewed_until(policy, one) for key, one in loans.items()}
    else:
        made = selectors.waiting(held, policy, tab)
        context["page"] = page(made, selectors.WAITING_ORDER, after, parts=held.parts())
        loans = Loan.objects.in_bulk([one.loan_id for one in context["page"].rows])
        context["loans"] = loans
    context["customers"] = Customer.objects.in_bulk({one.customer_id for one in loans.values()})
    return render(request, "desk/index.html", context)


@allow(BOOK_ROLES)
def loan(request: HttpRequest, loan_id: str) -> HttpResponse:
    """Show a loan as the desk sees it: proposal, floor, matrix, last class, what is missing, what to do."""
    held = scope(request)
    found = access_loan(held, loan_id)
    told = _policy()
    if told is None or found.scheme_id is None:
        raise Http404
    run, policy = told
    made = selectors.open_one(loan_id)
    level = (
        services.level_at(policy, held.staff_id, found.institution_id) if rules.has_authority(policy) else 0
    )
    is_manager = MANAGER in held.roles and found.manager_id in held.acting_for
    may = selectors.actions(made, held, level, is_manager=is_manager) if rules.has_authority(policy) else []
    past = list(selectors.history(loan_id))
    where = run.policy_version, run.as_of
    context = {
        "loan": found,
        "customer": Customer.objects.filter(pk=found.customer_id).first(),
        "made": made,
        "may": may,
        "past": past,
        "staff": Staff.objects.in_bulk({step.by for one in past for step in one.steps.all()}),
        "floors": desk_words.rules_said(found.floor_rule_ids or [], *where),
        "matrix": desk_words.rules_said([found.matrix_rule_id] if found.matrix_rule_id else [], *where),
        "missing": desk_words.inputs_said(found.missing or [], *where),
        "choices": _choices(policy, found, run),
        "review": selectors.reviewed_until(policy, found),
        "approvers": services.roles_from(policy, made.approval_level) if made else [],
        "determiners": services.roles_from(policy, made.determination_level) if made else [],
    }
    return render(request, "desk/loan.html", context)


def _choices(policy: Policy, found: Loan, run: Publication) -> list[dict[str, Any]]:
    """Give the classes that may be chosen, each with who would have to approve it."""
    if not rules.has_authority(policy):
        return []
    known, given = services.known_of(found), []
    for level in rules.levels(policy, known.scheme_id):
        if not rules.objections(policy, known, level.level_code):
            asked = rules.demand(policy, known, level.level_code, run.as_of)
            given.append({"code": level.level_code, "asked": asked, "five": level.five_level})
    return given


def _acted(request: HttpRequest, loan_id: str, act: Callable[[], Classification], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("desk_loan", loan_id)


@allow(BOOK_ROLES)
@require_POST
def rate(request: HttpRequest, loan_id: str) -> HttpResponse:
    """Take the initial rating of a loan."""
    held = scope(request)
    found = access_loan(held, loan_id)
    level, reason = request.POST.get("level_code", ""), request.POST.get("reason", "")
    return _acted(
        request,
        loan_id,
        lambda: services.rate(actor=held, loan=found, level_code=level, reason=reason),
        _("The rating was given and waits for its determination."),
    )


@allow(BOOK_ROLES)
@require_POST
def determine(request: HttpRequest, number: str) -> HttpResponse:
    """Take the determination of a class."""
    held = scope(request)
    made = access_classification(held, number)
    level, reason = request.POST.get("level_code", ""), request.POST.get("reason", "")
    return _acted(
        request,
        made.loan_id,
        lambda: services.determine(actor=held, number=number, level_code=level, reason=reason),
        _("The class was determined and waits for its approval."),
    )


@allow(BOOK_ROLES)
@require_POST
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Take the approval of a class."""
    held = scope(request)
    made = access_classification(held, number)
    level, reason = request.POST.get("level_code", ""), request.POST.get("reason", "")
    return _acted(
        request,
        made.loan_id,
        lambda: services.approve(actor=held, number=number, level_code=level, reason=reason),
        _("The class was approved; the next run counts with it."),
    )


@allow(BOOK_ROLES)
@require_POST
def send_back(request: HttpRequest, number: str) -> HttpResponse:
    """Send a class back to be rated again."""
    held = scope(request)
    made = access_classification(held, number)
    reason = request.POST.get("reason", "")
    return _acted(
        request,
        made.loan_id,
        lambda: services.send_back(actor=held, number=number, reason=reason),
        _("The class was sent back to be rated again."),
    )


@allow(BOOK_ROLES)
@require_POST
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Withdraw a rating."""
    held = scope(request)
    made = access_classification(held, number)
    reason = request.POST.get("reason", "")
    return _acted(
        request,
        made.loan_id,
        lambda: services.withdraw(actor=held, number=number, reason=reason),
        _("The rating was withdrawn."),
    )


@allow(BOOK_ROLES)
def states(request: HttpRequest) -> HttpResponse:
    """Show the table of states: which action is possible in which, and for whom."""
    rows = [(STATES[one.state], ACTIONS[one.action], WHO[one.who], STATES[one.to]) for one in MOVES]
    told = _policy()
    held: dict[str, int] = {}
    if told is not None and rules.has_authority(told[1]):
        held = rules.authority_levels(told[1])
    return render(
        request, "desk/states.html", {"rows": rows, "authority": sorted(held.items(), key=lambda one: one[1])}
    )


def _asked_of_matrix(request: HttpRequest, policy: Policy) -> tuple[str, str]:
    by = "five" if request.GET.get("by", "five") == "five" else "level"
    scheme = request.GET.get("scheme", "")
    known = {one.id for one in policy.schemes}
    return by, scheme if scheme in known else policy.base_scheme.id


@allow(BOOK_ROLES)
def migration(request: HttpRequest) -> HttpResponse:
    """Show how classes moved in the last run."""
    told = _policy()
    if told is None:
        return render(request, "desk/migration.html", {})
    _run, policy = told
    by, scheme_id = _asked_of_matrix(request, policy)
    matrix = selectors.migration(scope(request), policy, by, scheme_id)
    context = {
        "matrix": matrix,
        "by": by,
        "scheme_id": scheme_id,
        "schemes": selectors.schemes_in_use(scope(request)),
    }
    return render(request, "desk/migration.html", context)


@allow(BOOK_ROLES)
def moved(request: HttpRequest) -> HttpResponse:
    """List the loans behind a cell of the matrix."""
    told = _policy()
    if told is None:
        raise Http404
    _run, policy = told
    by, scheme_id = _asked_of_matrix(request, policy)
    before, after = request.GET.get("from", ""), request.GET.get("to", "")
    held = scope(request)
    rows = selectors.moved(held, policy, by, scheme_id, before, after)
    parts = held.parts() if before == after else None  # what moved is few, in one index for all
    found = page(rows, selectors.LOAN_ORDER, request.GET.get("after", ""), parts=parts)
    customers = Customer.objects.in_bulk({one.customer_id for one in found.rows})
    context = {
        "page": found,
        "before": before,
        "after": after,
        "by": by,
        "scheme_id": scheme_id,
        "customers": customers,
    }
    return render(request, "desk/moved.html", context)

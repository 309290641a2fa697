"""Pages of administration."""

from __future__ import annotations

from collections.abc import Callable
from datetime import MAXYEAR, date
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from postloan import clock
from postloan.console.administration import columns, proposals, selectors, services
from postloan.console.administration.gate import access_institution, access_leave, access_role, access_staff
from postloan.console.administration.middleware import has_factor
from postloan.console.administration.models import Proposal
from postloan.console.lists import show
from postloan.console.people.models import ROLE_CHOICES, Institution, Leave
from postloan.console.people.rights import ADMINISTRATORS, allow, scope
from postloan.console.refusals import Refused

_FIRST_YEAR = 2000


@allow(ADMINISTRATORS)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """Show the tree of institutions."""
    held = scope(request)
    nodes = selectors.tree(held)
    table = show(columns.INSTITUTIONS, request, nodes)
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "nodes": nodes,
        "people": sum(one.staff for one in nodes),
        "waiting": selectors.proposed(held).count(),
        "is_operator": held.has_for_bank({"operator"}),
    }
    return render(request, "administration/index.html", context)


def _asked(request: HttpRequest) -> dict[str, Any]:
    """Give what was asked of a list of people, and what its filters offer."""
    return {
        "asked": {name: request.GET.get(name, "") for name in ("place", "role", "search")},
        "institutions": Institution.objects.filter(selectors.administered(scope(request))),
        "choices": [code for code, _name in ROLE_CHOICES],
    }


@allow(ADMINISTRATORS)
def staff(request: HttpRequest) -> HttpResponse | FileResponse:
    """List accounts."""
    told = _asked(request)
    rows = selectors.staff(scope(request), **told["asked"]).prefetch_related("roles")
    table = show(columns.STAFF, request, rows)
    if isinstance(table, FileResponse):
        return table
    return render(request, "administration/staff.html", {**told, "table": table, "page": table.page})


@allow(ADMINISTRATORS)
def roles(request: HttpRequest) -> HttpResponse | FileResponse:
    """List who holds which role where."""
    told = _asked(request)
    asked = told["asked"]
    table = show(columns.ROLES, request, selectors.roles(scope(request), asked["place"], asked["role"]))
    if isinstance(table, FileResponse):
        return table
    return render(request, "administration/roles.html", {**told, "table": table, "page": table.page})


@allow(ADMINISTRATORS)
def deputies(request: HttpRequest) -> HttpResponse | FileResponse:
    """List who acts for whom during leave."""
    told = _asked(request)
    table = show(columns.DEPUTIES, request, selectors.deputies(scope(request), told["asked"]["place"]))
    if isinstance(table, FileResponse):
        return table
    return render(request, "administration/deputies.html", {**told, "table": table, "page": table.page})


@allow(ADMINISTRATORS)
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    """Make an account."""
    held = scope(request)
    place = access_institution(held, request.POST.get("institution_id", ""))
    number = request.POST.get("staff_id", "")
    try:
        made = services.make_staff(
            actor=held, staff_id=number, name=request.POST.get("name", ""), institution_id=place.pk
        )
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("staff")
    messages.success(request, _("The account was made; give it a password and roles."))
    return redirect("person", made.pk)


@allow(ADMINISTRATORS)
def person(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Show a person's account, roles and deputies."""
    held = scope(request)
    found = access_staff(held, staff_id)
    today = clock.civil().date()
    context = {
        "one": found,
        "is_self": found.pk == held.staff_id,
        "roles": found.roles.select_related("institution").order_by("institution__path", "role"),
        "leaves": Leave.objects.filter(staff=found, ends_on__gte=today).select_related("deputy"),
        "deputises": Leave.objects.filter(deputy=found, ends_on__gte=today).select_related("staff"),
        "choices": [code for code, _name in ROLE_CHOICES],
        "institutions": Institution.objects.filter(selectors.administered(held)),
        "today": today,
        "waiting": selectors.waiting(held, found),
        "has_factor": has_factor(found.pk),
    }
    return render(request, "administration/person.html", context)


@allow(ADMINISTRATORS)
@never_cache
@require_POST
def password(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Give a one-time password, shown on this answer alone."""
    held = scope(request)
    found = access_staff(held, staff_id)
    try:
        told = services.reset_password(actor=held, staff=found)
    except Refused as refused:
        messages.error(request, refused.message)
        return redirect("person", found.pk)
    return render(
        request, "administration/password.html", {"one": found, "told": told, "days": services.VALID_DAYS}
    )


def acted(request: HttpRequest, staff_id: str, act: Callable[[], object], said: str) -> HttpResponse:
    """Do something about a person and go back to their page with what came of it."""
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("person", staff_id)


@allow(ADMINISTRATORS)
@require_POST
def end(request: HttpRequest, staff_id: str) -> HttpResponse:
    """End an account."""
    held = scope(request)
    found = access_staff(held, staff_id)
    reason = request.POST.get("reason", "")
    said = _("The account has ended; whoever was signed in with it is signed out.")
    return acted(request, staff_id, lambda: services.end_staff(actor=held, staff=found, reason=reason), said)


@allow(ADMINISTRATORS)
@require_POST
def restore(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Open an account again."""
    held = scope(request)
    found = access_staff(held, staff_id)
    reason = request.POST.get("reason", "")
    try:
        waits = proposals.propose_restore(actor=held, staff=found, reason=reason)
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(
            request,
            _("Roles of the book would hold again: it opens once another administrator has confirmed it.")
            if waits
            else _("The account is open again; give it its roles anew."),
        )
    return redirect("person", staff_id)


def _day(request: HttpRequest, name: str) -> date | None:
    text = request.POST.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@allow(ADMINISTRATORS)
@require_POST
def give_role(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Propose a role."""
    held = scope(request)
    found = access_staff(held, staff_id)
    place = access_institution(held, request.POST.get("institution_id", ""))
    since, until, role = _day(request, "since"), _day(request, "until"), request.POST.get("role", "")
    return acted(
        request,
        staff_id,
        lambda: proposals.propose_role(
            actor=held, staff=found, role=role, institution=place, since=since, until=until
        ),
        _("The role was proposed; it holds once another administrator has confirmed it."),
    )


@allow(ADMINISTRATORS)
@require_POST
def end_role(request: HttpRequest, staff_id: str) -> HttpResponse:
    """End a role."""
    held = scope(request)
    role, place = request.POST.get("role", ""), request.POST.get("institution_id", "")
    found = access_role(held, staff_id, role, place, _day(request, "since"))
    said = _("The role has ended.")
    return acted(request, staff_id, lambda: services.end_role(actor=held, held=found), said)


@allow(ADMINISTRATORS)
@require_POST
def set_leave(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Name a deputy."""
    held = scope(request)
    found = access_staff(held, staff_id)
    deputy = access_staff(held, request.POST.get("deputy_id", "").strip())
    starts, ends = _day(request, "starts_on"), _day(request, "ends_on")
    if starts is None or ends is None:
        messages.error(request, _("Give the first and the last day as YYYY-MM-DD."))
        return redirect("person", staff_id)
    try:
        made = proposals.propose_deputy(
            actor=held, staff=found, deputy=deputy, starts_on=starts, ends_on=ends
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        waits = isinstance(made, Proposal)
        messages.success(
            request,
            _("The deputy gains rights by it: it holds once another administrator has confirmed it.")
            if waits
            else _("The deputy was named."),
        )
    return redirect("person", staff_id)


@allow(ADMINISTRATORS)
@require_POST
def end_leave(request: HttpRequest, staff_id: str) -> HttpResponse:
    """End a deputy's term."""
    held = scope(request)
    found = access_leave(held, staff_id, request.POST.get("deputy_id", ""), _day(request, "starts_on"))
    said = _("The deputy's term has ended.")
    return acted(request, staff_id, lambda: services.end_leave(actor=held, leave=found), said)


@allow(ADMINISTRATORS)
def calendar(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Show the working days of a year as the pack has them."""
    chosen = year or clock.civil().year
    if not _FIRST_YEAR <= chosen < MAXYEAR:
        raise Http404
    found = selectors.calendar()
    known = found.years.get(chosen)
    context = {
        "year": chosen,
        "months": selectors.year_sheet(found, chosen),
        "is_known": known is not None,
        "source": known.source if known else "",
        "business_days": len(found.business_days(date(chosen, 1, 1), date(chosen, 12, 31))),
        "years": sorted(found.years),
    }
    return render(request, "administration/calendar.html", context)

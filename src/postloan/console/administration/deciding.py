"""Pages of what waits for a second person, and of the roles that demand a second factor."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from postloan.console.administration import proposals as services
from postloan.console.administration import selectors
from postloan.console.administration.gate import access_guarded_roles, access_proposal, access_staff
from postloan.console.administration.services import demand_second_factors
from postloan.console.administration.views import acted
from postloan.console.listing import page
from postloan.console.people.rights import ADMINISTRATORS, allow, scope
from postloan.console.refusals import Refused


@allow(ADMINISTRATORS)
def proposals(request: HttpRequest) -> HttpResponse:
    """List what waits for a second person."""
    held = scope(request)
    found = page(selectors.proposed(held), ("id",), request.GET.get("after", ""))
    context = {"page": found, "waiting": selectors.told(held, found.rows)}
    return render(request, "administration/proposals.html", context)


@allow(ADMINISTRATORS)
@require_POST
def confirm(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Confirm what somebody else proposed."""
    held = scope(request)
    found = access_proposal(held, proposal_id)
    said = _("Confirmed; it holds from the next click on.")
    return _decided(request, lambda: services.confirm(actor=held, proposal=found), said)


@allow(ADMINISTRATORS)
@require_POST
def refuse(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """Refuse a proposal, or withdraw one's own."""
    held = scope(request)
    found = access_proposal(held, proposal_id)
    reason = request.POST.get("reason", "")
    said = _("The proposal no longer waits; nothing was changed.")
    return _decided(request, lambda: services.refuse(actor=held, proposal=found, reason=reason), said)


def _decided(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, said)
    return redirect("proposals")


@allow(ADMINISTRATORS)
@require_POST
def lost_factor(request: HttpRequest, staff_id: str) -> HttpResponse:
    """Propose to take away a second factor that was lost."""
    held = scope(request)
    found = access_staff(held, staff_id)
    reason = request.POST.get("reason", "")
    return acted(
        request,
        staff_id,
        lambda: services.propose_factor_removal(actor=held, staff=found, reason=reason),
        _("Proposed; the second factor is taken away once another administrator has confirmed it."),
    )


@allow({"operator"})
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show which roles demand a second factor, and how many of their people have none."""
    access_guarded_roles(scope(request))
    roles = selectors.guarded_roles()
    demanded = [one for one in roles if one.is_demanded]
    context = {"roles": roles, "demanded": demanded, "without": sum(one.without for one in demanded)}
    return render(request, "administration/second_factor.html", context)


@allow({"operator"})
@require_POST
def demand(request: HttpRequest) -> HttpResponse:
    """Keep which roles demand a second factor."""
    held = scope(request)
    access_guarded_roles(held)
    try:
        demand_second_factors(
            actor=held, roles=request.POST.getlist("role"), reason=request.POST.get("reason", "")
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Kept. Who has none is led to set one up with the next click."))
    return redirect("second_factor")

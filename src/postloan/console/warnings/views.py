"""Pages of warnings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postloan.console.listing import page
from postloan.console.people.models import Staff
from postloan.console.people.rights import BOOK_ROLES, allow, scope
from postloan.console.publishing.models import RANKS
from postloan.console.publishing.selectors import current
from postloan.console.warnings import selectors
from postloan.console.warnings.gate import access_warning


@allow(BOOK_ROLES)
def index(request: HttpRequest) -> HttpResponse:
    """List the warnings that a person sees."""
    asked = {key: str(value) for key, value in request.GET.items()}
    found = page(selectors.alerts(scope(request), asked, current()), selectors.ORDER, asked.get("after", ""))
    owners = Staff.objects.in_bulk({one.owner_id for one in found.rows if one.owner_id})
    context = {"page": found, "asked": asked, "colours": list(RANKS), "owners": owners}
    return render(request, "warnings/index.html", context)


@allow(BOOK_ROLES)
def detail(request: HttpRequest, episode_id: str) -> HttpResponse:
    """Show why a warning stands."""
    alert = access_warning(scope(request), episode_id)
    context = {
        "alert": alert,
        "owner": Staff.objects.filter(pk=alert.owner_id).first(),
        "signals": selectors.signals_of(alert),
        "measures": selectors.measures_of(alert),
    }
    return render(request, "warnings/detail.html", context)

"""Pages of the watch list."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.customers.gate import access_customer
from postloan.console.lists import show
from postloan.console.people.rights import BOOK_ROLES, allow, scope
from postloan.console.work import acting, columns, gate, selectors, states, words
from postloan.console.work.guards import Refused
from postloan.console.work.services import watching
from postloan.console.work.views import refused


@allow(BOOK_ROLES)
@require_safe
def watch(request: HttpRequest) -> HttpResponse | FileResponse:
    """List the customers on the watch list."""
    asked = {key: str(value) for key, value in request.GET.items()}
    now = clock.civil()
    table = show(
        columns.WATCHED,
        request,
        selectors.watched(scope(request), asked),
        lambda rows: columns.tell(rows, now),
    )
    if isinstance(table, FileResponse):
        return table
    context = {"table": table, "page": table.page, "asked": asked, "criteria": words.CRITERIA}
    return render(request, "work/watch.html", context)


@allow(BOOK_ROLES)
@require_safe
def entry(request: HttpRequest, number: int) -> HttpResponse:
    """Show a customer's stay on the list, and what may be done."""
    held = scope(request)
    return _entry(request, gate.access_watch_entry(held, number).pk)


def _entry(request: HttpRequest, number: int) -> HttpResponse:
    held = scope(request)
    found = gate.access_watch_entry(held, number)
    rows = states.open_to(states.WATCH, found.state, watching.roles_towards(held, found.institution_id))
    proposer = found.exit_proposed_by if found.state == states.LEAVING else found.proposed_by
    own = held.staff_id == proposer
    events = AuditEvent.objects.filter(object_kind="watch_entry", object_id=str(found.pk)).order_by("-seq")
    context = {
        "entry": found,
        "steps": [row for row in rows if not (own and "not_the_proposer" in row.guards)],
        "waits_for_another": own and any("not_the_proposer" in row.guards for row in rows),
        "is_clean": watching.is_clean(found, clock.civil().date()),
        "events": events[:50],
        "people": selectors.names(
            [found.owner_id, found.proposed_by, found.confirmed_by, found.released_by, found.exit_proposed_by]
        ),
        "given": request.POST,
    }
    return render(request, "work/watch_entry.html", context)


@allow(BOOK_ROLES)
@require_POST
def watch_do(request: HttpRequest, number: int, action: str) -> HttpResponse:
    """Move a customer's stay on the list along its table."""
    held = scope(request)
    found = gate.access_watch_entry(held, number, "write")
    if action not in acting.WATCH_ACTS:
        raise Http404
    try:
        acting.WATCH_ACTS[action](held, found, request.POST, clock.civil())
    except Refused as why:
        refused(request, why.code)
        return _entry(request, number)
    messages.success(request, gettext("Done: %(action)s.") % {"action": words.word("action", action)})
    return redirect("watch_entry", number)


@allow(watching.PROPOSERS)
def propose(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Propose a customer for the list."""
    held, post = scope(request), request.POST
    customer = access_customer(held, customer_id)
    if request.method == "POST":
        staff = gate.access_colleague(held, acting.text(post, "staff"))
        try:
            made = watching.watch_propose(
                by=held,
                customer=customer,
                staff=staff,
                criterion=acting.text(post, "criterion"),
                reason=acting.text(post, "reason"),
                plan=acting.text(post, "plan"),
                now=clock.civil(),
            )
        except Refused as why:
            refused(request, why.code)
        else:
            messages.success(request, gettext("The customer is proposed for the list."))
            return redirect("watch_entry", made.pk)
    context = {
        "customer": customer,
        "criteria": watching.CRITERIA,
        "colleagues": gate.colleagues(held),
        "given": post,
    }
    return render(request, "work/watch_propose.html", context)

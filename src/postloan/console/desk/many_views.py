"""The page on which a customer manager accepts the machine's proposals for several loans."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext

from postloan.console import words
from postloan.console.desk import many, rules, selectors
from postloan.console.desk.columns import RATE
from postloan.console.desk.gate import access_loan
from postloan.console.listing import page
from postloan.console.people.rights import MANAGER, allow, scope
from postloan.console.publishing.models import Customer, Loan
from postloan.console.publishing.selectors import current

_SAID = 5


@allow(frozenset({MANAGER}))
def proposals(request: HttpRequest) -> HttpResponse:
    """Show the loans that one has to rate with the machine's proposals; rate those that were marked."""
    if request.method == "POST":
        return _rated(request)
    held, run = scope(request), current()
    if run is None:
        raise Http404
    policy = words.policy_of(run.policy_version, run.as_of)
    if not rules.has_authority(policy):
        raise Http404
    found = selectors.to_rate(held).filter(manager_id__in=held.acting_for)
    shown = page(found, RATE.order(""), request.GET.get("after", ""))
    customers = Customer.objects.in_bulk({one.customer_id for one in shown.rows})
    kinds = {key: one.kind for key, one in customers.items()}
    why = {
        one.pk: many.alone(policy, many.known_of(one, kinds.get(one.customer_id)), run.as_of)
        for one in shown.rows
    }
    context = {
        "page": shown,
        "customers": customers,
        "why": {key: many.ALONE[one] for key, one in why.items() if one},
        "fits": sum(1 for one in why.values() if not one),
    }
    return render(request, "desk/proposals.html", context)


def _rated(request: HttpRequest) -> HttpResponse:
    held = scope(request)
    told = [one.rpartition(":")[::2] for one in request.POST.getlist("loan")[: many.AT_ONCE]]
    # All pass the gate before any is rated: one that is not theirs stops the whole.
    marked: list[tuple[Loan, str]] = [(access_loan(held, loan_id), level) for loan_id, level in told]
    rated, left = many.rate_many(actor=held, proposals=marked)
    if rated:
        said = ngettext(
            "%(count)s loan was rated as proposed and waits for its determination.",
            "%(count)s loans were rated as proposed and wait for their determination.",
            len(rated),
        )
        messages.success(request, said % {"count": len(rated)})
    for loan_id, why in list(left.items())[:_SAID]:
        messages.warning(request, f"{loan_id}: {why}")
    if len(left) > _SAID:
        more = ngettext("%(count)s more was not rated.", "%(count)s more were not rated.", len(left) - _SAID)
        messages.warning(request, more % {"count": len(left) - _SAID})
    if not marked:
        messages.error(request, gettext("Mark the loans first; nothing was changed."))
    return redirect("desk_proposals")

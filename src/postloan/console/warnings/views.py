"""Pages of warnings."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from postloan.console.customers import masking, timeline
from postloan.console.customers.selectors import colours_of
from postloan.console.customers.views import rows_of
from postloan.console.lists import show
from postloan.console.people.models import Staff
from postloan.console.people.rights import BOOK_ROLES, Scope, allow, scope
from postloan.console.publishing.models import RANKS, Customer, Publication, Signal
from postloan.console.publishing.models import Warning as Alert
from postloan.console.publishing.selectors import current
from postloan.console.warnings import evidence, exits, selectors, services, why
from postloan.console.warnings.asked import asked_of, choices, sentence
from postloan.console.warnings.columns import WARNINGS, tell
from postloan.console.warnings.forms import FilterForm
from postloan.console.warnings.gate import access_filter, access_warning
from postloan.console.warnings.models import SavedFilter
from postloan.console.warnings.peers import peers_of

BULK = "work_bulk"
"""The address to which marked warnings are sent to be assigned or put off; the part `work` answers there."""

DONE_BEFORE = "work/_done_before.html"
"""What the part `work` shows of the cases of a customer."""


@allow(BOOK_ROLES)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """List the warnings that a person sees."""
    held, run, asked = scope(request), current(), asked_of(request.GET)
    sight = masking.sight_of(held)
    offered = choices(held, sight, run)
    rows = selectors.alerts(held, asked, run, sight)
    table = show(WARNINGS, request, rows, tell(run, sight), selectors.parts(held, asked))
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "page": table.page,
        "asked": asked,
        "filtered": table.filters_set,
        "chips": sentence(asked, offered),
        "offered": offered,
        "colours": list(RANKS),
        "marked": asked.get("colour", "").split(","),
        "saved": SavedFilter.objects.filter(staff_id=held.staff_id),
        "filter_form": FilterForm(initial={"query": urlencode(asked)}),
        "bulk": _bulk(),
    }
    return render(request, "warnings/index.html", context)


def _bulk() -> str:
    """Give where marked warnings are sent; nothing where that part is not installed."""
    try:
        return reverse(BULK)
    except NoReverseMatch:
        return ""


def _back(query: str) -> HttpResponse:
    told = urlencode(asked_of(QueryDict(query)))
    return redirect(f"{reverse('warnings')}{'?' if told else ''}{told}")


@allow(BOOK_ROLES)
@require_POST
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the filters that hold under a name."""
    form = FilterForm(request.POST)
    if form.errors:
        messages.error(request, gettext("Give the filter a name of at most 60 characters; nothing was kept."))
        return _back(request.POST.get("query", ""))
    query = urlencode(asked_of(QueryDict(form.cleaned_data["query"])))
    try:
        services.save_filter(scope=scope(request), name=form.cleaned_data["name"], query=query)
    except services.TooManyFiltersError:
        messages.error(request, gettext("You keep as many filters as there is room for; drop one first."))
    else:
        messages.success(request, gettext("The filter is kept."))
    return _back(query)


@allow(BOOK_ROLES)
@require_POST
def delete_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Drop a saved filter."""
    kept = access_filter(scope(request), filter_id)
    services.delete_filter(scope=scope(request), kept=kept)
    messages.success(request, gettext("The filter is gone."))
    return redirect("warnings")


@allow(BOOK_ROLES)
def detail(request: HttpRequest, episode_id: str) -> HttpResponse:
    """Show why a warning stands."""
    held, run = scope(request), current()
    alert = access_warning(held, episode_id)
    sees = masking.sight_of(held).sees(alert.institution_id, alert.manager_id)
    every = selectors.signals_of(alert)
    signals = masking.open_signals(every, run, sees=sees)
    customer = Customer.objects.filter(pk=alert.customer_id).first() if alert.customer_id else None
    context = {
        "alert": alert,
        "customer": customer,
        "owner": Staff.objects.filter(pk=alert.owner_id).first(),
        "panels": why.tell(signals, run),
        "hidden": len(every) - len(signals),
        # Counts tell of hidden signals too: the colour, which everybody sees, rests on them.
        "rule": why.rule_of(alert, every, run),
        "exit": _exit(alert, every, run, sees=sees),
        "measures": selectors.measures_of(alert),
        "peers": peers_of(customer) if customer else [],
        "colours": colours_of(customer) if customer else [],
        "done_before": _template(DONE_BEFORE),
        **_before(held, customer),
    }
    return render(request, "warnings/detail.html", context)


def _exit(alert: Alert, every: list[Signal], run: Publication | None, *, sees: bool) -> exits.Exit | None:
    """Give what would end the colour, without what the person does not read."""
    rows, _why_not = rows_of()
    hidden = frozenset[str]() if sees else masking.sensitive_codes(run)
    return exits.exit_of(alert, every, run, exits.facts_of(rows, alert.customer_id), hidden)


def _template(name: str) -> str:
    """Give the name of a template of another part, nothing where that part has none yet."""
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return ""
    return name


def _before(held: Scope, customer: Customer | None) -> dict[str, Any]:
    """Give what the bank did for a customer before, out of the book."""
    if customer is None:
        return {"before": None, "why_not": ""}
    rows, why_not = rows_of()
    sees = masking.sight_of(held).sees(customer.institution_id, customer.manager_id)
    found = timeline.timeline(rows, customer.pk, timeline.WORK, sees=sees).items[:10] if rows else None
    return {"before": found, "why_not": why_not}


@allow(BOOK_ROLES)
def signal(request: HttpRequest, episode_id: str, signal_id: str) -> HttpResponse:
    """Show what a signal rests on: a part of the page for htmx, else a page of its own."""
    held, run = scope(request), current()
    alert = access_warning(held, episode_id)
    sees = masking.sight_of(held).sees(alert.institution_id, alert.manager_id)
    told = masking.open_signals(selectors.signals_of(alert), run, sees=sees)
    one = next((found for found in told if found.pk == signal_id), None)
    if one is None:
        raise Http404
    fact = evidence.fact_of(one, run)
    rows, why_not = rows_of()
    sees = masking.sight_of(held).sees(alert.institution_id, alert.manager_id)
    drawn = evidence.series(one, fact, rows, alert.customer_id) if rows and fact else None
    context = {
        "alert": alert,
        "signal": one,
        "chart": f"chart-{crc32(one.pk.encode()):08x}",
        "series": drawn,
        "option": evidence.option(drawn) if drawn else None,
        "twin": evidence.twin(drawn) if drawn else (),
        "sources": evidence.sources(one, fact, rows, alert.customer_id, sees=sees) if rows and fact else (),
        "why_not": why_not,
    }
    part = "warnings/_evidence.html" if request.headers.get("HX-Request") else "warnings/evidence.html"
    return render(request, part, context)

"""Pages of customers."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from postloan.console.customers import circle, masking, selectors, services, timeline
from postloan.console.customers.columns import CUSTOMERS, tell
from postloan.console.customers.forms import NoteForm, ReasonForm
from postloan.console.customers.gate import access_customer
from postloan.console.customers.rows import BookRows, book_rows
from postloan.console.listing import page
from postloan.console.lists import show
from postloan.console.people.models import Staff
from postloan.console.people.rights import BOOK_ROLES, allow, scope
from postloan.console.publishing.models import RANKS, Customer
from postloan.console.publishing.selectors import current
from postloan.console.warnings.selectors import warning_of
from postloan.console.work.filed import FILES_ORDER, files_of
from postloan.console.work.selectors import names
from postloan.errors import PostloanError
from postloan.terms import CUSTOMER_KINDS

Context = dict[str, Any]

_log = logging.getLogger(__name__)


@allow(BOOK_ROLES)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """List the customers that a person sees."""
    held, asked = scope(request), selectors.asked_of(request.GET)
    offered = selectors.choices(held, current())
    table = show(CUSTOMERS, request, selectors.customers(held, asked), tell, held.parts())
    if isinstance(table, FileResponse):
        return table
    context = {
        "table": table,
        "page": table.page,
        "asked": asked,
        "filtered": table.filters_set,
        "chips": selectors.sentence(asked, offered),
        "offered": offered,
        "kinds": list(CUSTOMER_KINDS),
        "colours": [*RANKS, "none"],
    }
    return render(request, "customers/index.html", context)


def rows_of() -> tuple[BookRows | None, str]:
    """Give the rows of the book, or None and in words why they are not at hand."""
    try:
        return book_rows(current()), ""
    except PostloanError as error:
        if error.code in ("no_book", "no_run"):
            return None, gettext("The console does not know the book that this run was made from.")
        _log.warning("the book cannot be read: %s", error)
        told = gettext("The book cannot be read (%(code)s); the operator finds more in the log.")
        return None, told % {"code": error.code}


@allow(BOOK_ROLES)
def detail(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show a customer."""
    return _page(request, access_customer(scope(request), customer_id))


def _page(request: HttpRequest, customer: Customer, note: NoteForm | None = None) -> HttpResponse:
    held, run = scope(request), current()
    sees = masking.sight_of(held).sees(customer.institution_id, customer.manager_id)
    rows, why_not = rows_of()
    drawn = circle.circle(rows, held, customer.pk) if rows else None
    loans = selectors.loans_of(customer)
    context: Context = {
        "customer": customer,
        "manager": Staff.objects.filter(pk=customer.manager_id).first(),
        "alert": warning_of(customer.pk),
        "loans": loans,
        "on_sheet": [one for one in loans if one.on_off == "on"],
        "off_sheet": [one for one in loans if one.on_off != "on"],
        "security": selectors.security_of(customer, rows) if rows else None,
        "circle": drawn,
        "circle_option": circle.option(drawn) if drawn else None,
        "members": {one.customer_id: one for one in drawn.members} if drawn else {},
        "classes": selectors.classes_of(loans, rows),
        "colours": selectors.colours_of(customer),
        "clocks": selectors.clocks_of(customer, run.as_of if run else None),
        "measures": selectors.measures_of(customer),
        "notes": selectors.notes_of(customer, sees=sees),
        "note_form": note or NoteForm(),
        "why_not": why_not,
        "sees": sees,
        "reason_form": ReasonForm(),
    }
    return render(request, "customers/detail.html", context)


def _timeline(request: HttpRequest, rows: BookRows | None, customer: Customer, *, sees: bool) -> Context:
    kinds = [one for one in request.GET.getlist("kind") if one in timeline.KINDS]
    after = request.GET.get("after", "")
    return {
        "customer": customer,
        "timeline": timeline.timeline(rows, customer.pk, kinds, after, sees=sees) if rows else None,
        "kinds": [(name, kind.label) for name, kind in timeline.KINDS.items()],
        "chosen": kinds,
        "after": after,
    }


@allow(BOOK_ROLES)
def files(request: HttpRequest, customer_id: str) -> HttpResponse:
    """List every file that hangs on work about a customer, the newest first."""
    held = scope(request)
    customer = access_customer(held, customer_id)
    asked = request.GET.get("kind", "")
    kinds = ("photo", "voice", "document", "visit", "notice")
    found = files_of(held, customer.pk)
    if asked in kinds:
        found = found.filter(kind=asked)
    shown = page(found, FILES_ORDER, request.GET.get("after", ""))
    context = {
        "customer": customer,
        "page": shown,
        "kinds": kinds,
        "asked": asked if asked in kinds else "",
        "people": names(one.added_by for one in shown.rows),
    }
    return render(request, "customers/files.html", context)


@allow(BOOK_ROLES)
def happenings(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show what happened to a customer: a part of the page for htmx, else a page of its own."""
    customer = access_customer(scope(request), customer_id)
    sees = masking.sight_of(scope(request)).sees(customer.institution_id, customer.manager_id)
    rows, why_not = rows_of()
    context = {**_timeline(request, rows, customer, sees=sees), "why_not": why_not}
    part = "customers/_timeline.html" if request.headers.get("HX-Request") else "customers/timeline.html"
    return render(request, part, context)


@allow(BOOK_ROLES)
@require_POST
def add_note(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Keep a note on a customer."""
    customer = access_customer(scope(request), customer_id)
    form = NoteForm(request.POST)
    if form.errors:
        return _page(request, customer, form)
    services.write_note(
        scope=scope(request),
        customer=customer,
        text=form.cleaned_data["text"],
        is_sensitive=form.cleaned_data["is_sensitive"],
    )
    messages.success(request, gettext("The note is kept."))
    return redirect("customer", customer.pk)


@allow(BOOK_ROLES)
@require_POST
def sensitive(request: HttpRequest, customer_id: str) -> HttpResponse:
    """Show the sensitive rows of a customer to somebody who gives a reason, and record it."""
    held = scope(request)
    customer = access_customer(held, customer_id)
    form = ReasonForm(request.POST)
    if form.errors:
        messages.error(request, gettext("Say in a few words why you need it; nothing was shown."))
        return redirect("customer", customer.pk)
    rows, why_not = rows_of()
    services.show_sensitive(scope=held, customer=customer, reason=form.cleaned_data["reason"])
    context = {
        "customer": customer,
        "events": timeline.sensitive_events(rows, customer.pk) if rows else [],
        "notes": [one for one in selectors.notes_of(customer, sees=True) if one.is_sensitive],
        "signals": selectors.sensitive_signals(customer, current()),
        "why_not": why_not,
        "reason": form.cleaned_data["reason"],
    }
    return render(request, "customers/sensitive.html", context)

"""Pages of signals."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from postloan.console.lists import show
from postloan.console.people.rights import BOOK_ROLES, POLICY_ROLES, allow, scope
from postloan.console.policies import states
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Draft
from postloan.console.publishing.selectors import current
from postloan.console.signals import selectors
from postloan.console.signals.columns import SIGNALS
from postloan.console.signals.verdicts import verdicts

READERS = BOOK_ROLES | POLICY_ROLES


@allow(READERS)
def index(request: HttpRequest) -> HttpResponse | FileResponse:
    """List the signals in force with how they do."""
    asked = {key: str(value) for key, value in request.GET.items()}
    every = selectors.catalogue(current(), {})
    lines = selectors.catalogue(current(), asked) if asked else every
    table = show(SIGNALS, request, lines)
    if isinstance(table, FileResponse):
        return table
    families = list(dict.fromkeys(one.signal.family for one in every))
    context = {
        "table": table,
        "asked": asked,
        "families": [(code, selectors.family(code)) for code in families],
        "on": sum(one.is_on for one in every),
        "never": sum(one.is_on and one.measured == 0 for one in every),
        "all": len(every),
        "weeks": selectors.WEEKS,
        "judged": verdicts(current()),
    }
    return render(request, "signals/index.html", context)


@allow(READERS)
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """Show a signal: what it means, its thresholds, how it does, and the way to change it."""
    found = selectors.detail(code, current())
    if found is None:
        raise Http404
    may_change = not roles_of(scope(request)).isdisjoint(states.AUTHOR)
    signal = found.line.signal
    context = {
        "found": found,
        "line": found.line,
        "signal": signal,
        "family": selectors.family(signal.family),
        "meaning": selectors.said(signal.meaning),
        "caveat": selectors.said(signal.caveat),
        "action": selectors.said(signal.action),
        "drafts": Draft.objects.filter(state=states.DRAFT) if may_change else [],
        "may_change": may_change,
        "failed": sum(not one.passed for one in found.cases),
        "judged": verdicts(current()),
        "late_days": selectors.LATE_DAYS,
        "weeks": selectors.WEEKS,
    }
    return render(request, "signals/detail.html", context)

"""The first page: what is to be done today, what slipped, what is new; the load; the book on one page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postloan import clock
from postloan.console import words
from postloan.console.desk import selectors as desk
from postloan.console.home import charts, selectors
from postloan.console.home.staffing import staffing
from postloan.console.listing import count
from postloan.console.people.rights import (
    ADMINISTRATORS,
    BOOK_ROLES,
    EVERYBODY,
    MANAGER,
    OVERSEERS,
    POLICY_ROLES,
    RUN_READERS,
    Scope,
    allow,
    scope,
)
from postloan.console.policies import todo
from postloan.console.publishing.models import Publication
from postloan.console.publishing.selectors import current
from postloan.console.runs import ledger
from postloan.console.runs.gate import OPERATORS
from postloan.console.runs.models import Job
from postloan.console.work import selectors as work
from postloan.console.work.core import rules_in_force
from postloan.console.work.loads import load_by_person

HEADS = frozenset({"branch_head", "credit_department", "risk_department", "executive"})
"""Roles that see how much each person has."""

LEADERS = frozenset({"executive", "risk_committee"})
"""Roles whose first page is the book."""

_COUNTED = 1000
_SHOWN = 10


@allow(EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """Show a person's day, by what they are."""
    held, run = scope(request), current()
    policies = todo.asked_of(held)
    context: dict[str, Any] = {
        "now": clock.civil(),
        "is_book_role": held.has(BOOK_ROLES),
        "policies": policies,
        "policy_news": todo.news_of(held)[:_SHOWN] if held.has(POLICY_ROLES) else [],
        "urgent": sum(one.is_urgent for one in policies),
    }
    if held.has(BOOK_ROLES) and run is not None:
        context |= _day(held) | _desk(held, run)
        context["urgent"] += context["slipped"].count + context["today"].count + context["desk_count"]
    if held.has(HEADS) and run is not None:
        context["loads"] = load_by_person(held, context["now"], _SHOWN).shown
    if held.has(LEADERS) and run is not None:
        context |= _book(held, run)
    if held.has(ADMINISTRATORS):
        context["staffing"] = staffing(held)
    if held.has_for_bank(OPERATORS):
        context |= _machine()
    elif held.has(RUN_READERS):
        context["run_failed"] = _failed()
    return render(request, "home/index.html", context)


def _day(held: Scope) -> dict[str, Any]:
    now = clock.civil()
    fresh, slipped = work.new_since_yesterday(held, now), work.slipped(held, now)
    return {
        "slipped": slipped,
        "slipped_works": slipped.works[:_SHOWN],
        "today": work.due_today(held, now),
        "fresh": fresh,
        "fresh_works": fresh.works[:_SHOWN],
        "work_rules": rules_in_force(),
        "people": work.names([one.owner_id for one in fresh.works[:_SHOWN]]),
    }


def _desk(held: Scope, run: Publication) -> dict[str, Any]:
    """Count what waits on the classification desk for this person, up to a limit."""
    policy = words.policy_of(run.policy_version, run.as_of)
    waiting: list[tuple[str, int]] = []
    if MANAGER in held.roles:
        waiting.append(("rate", count(desk.to_rate(held), _COUNTED, held.parts())))
        waiting.append(("returned", desk.waiting(held, policy, "returned").count()))
    if held.has(OVERSEERS):
        waiting += [
            (state, count(desk.waiting(held, policy, state), _COUNTED, held.parts()))
            for state in ("rated", "determined")
        ]
    found = [(state, number) for state, number in waiting if number]
    # A review that is due has its own term of weeks; what others sent on waits for today.
    urgent = sum(number for state, number in found if state != "rate")
    return {"desk": found, "desk_count": urgent, "desk_limit": _COUNTED}


def _failed() -> ledger.Run | None:
    """Give the last run of the ledger where it has no result, so that what is shown is older."""
    found = ledger.runs(settings.STORE)
    last = found[0] if found else None
    return last if last is not None and last.state != "done" else None


def _machine() -> dict[str, Any]:
    found = ledger.runs(settings.STORE)
    return {
        "is_operator": True,
        "last_run": found[0] if found else None,
        "held_rows": sum(one.rows for one in ledger.quarantine(settings.BOOK)),
        "job": Job.objects.filter(slot=1).first(),
    }


def _book(held: Scope, run: Publication) -> dict[str, Any]:
    found = selectors.book(held, words.policy_of(run.policy_version, run.as_of))
    return {
        "book": found,
        "classes_chart": charts.amounts(found.classes, "class"),
        "colours_chart": charts.counts(found.colours, "colour", coloured=True),
        "arrears_chart": charts.amounts(found.arrears[1:]),
    }


@allow(OVERSEERS)
def book(request: HttpRequest) -> HttpResponse:
    """Show the book on one page to everyone who oversees a part of it."""
    run = current()
    context = _book(scope(request), run) if run is not None else {}
    return render(request, "home/book.html", context)

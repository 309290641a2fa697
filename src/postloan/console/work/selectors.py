"""Reads of work: what is mine today, what slipped, what is new.

Counts and lists end at a limit and say so, so that a page of a bank with hundreds of thousands of open
pieces of work costs no more than one of a few.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from postloan import clock
from postloan.console.excel import MOST
from postloan.console.listing import count, first
from postloan.console.people.models import Staff
from postloan.console.people.rights import BOOK_ROLES, Scope
from postloan.console.publishing.models import Customer, Measure
from postloan.console.work import states
from postloan.console.work.core import rules_in_force
from postloan.console.work.guards import (
    GUARDS,
    Attempt,
    Piece,
    is_doer,
    missing_needs,
    roles_towards,
    table_of,
)
from postloan.console.work.models import Case, EffectCheck, Evidence, Task, TimelineEntry, WatchEntry
from postloan.console.work.rules import WorkRules

SHOWN = 50
"""Pieces of work that one list of the page of my work shows."""

LATE_FIRST = ("due_at", "id")
"""The order of work: what is due first stands first."""

_COUNTED = 1_000


@dataclass(frozen=True)
class Listed:
    """Pieces of work of one list, cases and tasks together, the most urgent first.

    Args:
        works: as many as are shown.
        count: how many there are, counted up to a limit.
        more: whether there are more than were counted.
    """

    works: list[Piece]
    count: int
    more: bool


def mine(scope: Scope) -> list[Q]:
    """Give the conditions on open work that waits for this person: theirs, and theirs to decide on.

    No row fits two of them. They are asked one by one and not with an "or" between them: each has an index
    of its own, which a database leaves aside when it has to follow several at once.
    """
    settled = Q(state__in=(states.SUBMITTED, states.CLOSED))
    own = [Q(owner_id=one) & ~settled for one in sorted(scope.acting_for)]
    waits = Q(state=states.SUBMITTED) & ~Q(owner_id=scope.staff_id) & scope.filter()
    return own + [Q(decider_role=role) & waits for role in sorted(scope.roles & BOOK_ROLES)]


def seen_work(scope: Scope) -> list[Q]:
    """Give the conditions on work that a person sees: of their customers, and their own of others'."""
    if scope.sees_all:
        return [scope.filter()]
    own = [Q(owner_id=one) & ~scope.filter() for one in sorted(scope.acting_for)]
    return (scope.parts() or [scope.filter()]) + own


def open_of(model: type[Case] | type[Task], condition: Q) -> QuerySet[Any]:
    """Give the open cases, or tasks, that fit a condition."""
    return model._default_manager.filter(condition, closed_at__isnull=True)


def _listed(conditions: list[Q], also: Q, order: tuple[str, ...] = LATE_FIRST) -> Listed:
    works: list[Piece] = []
    counted, more = 0, False
    for model in (Case, Task):
        rows = open_of(model, also)
        shown = first(rows, order, SHOWN, conditions)
        found = count(rows, _COUNTED + 1, conditions) if len(shown) == SHOWN else len(shown)
        counted, more = counted + min(found, _COUNTED), more or found > _COUNTED
        works += shown
    name = order[0].lstrip("-")
    works.sort(key=lambda work: (getattr(work, name), work.pk), reverse=order[0].startswith("-"))
    return Listed(works[:SHOWN], counted, more)


def _awake(now: datetime) -> Q:
    return Q(snoozed_until=None) | Q(snoozed_until__lte=now.date())


def end_of_today(now: datetime) -> datetime:
    """Give the last moment of the day."""
    return datetime.combine(now.date(), time.max)


def due_today(scope: Scope, now: datetime | None = None) -> Listed:
    """Give what waits for a person and is due later today; what was put off is left out."""
    now = now or clock.civil()
    today = Q(due_at__gte=now, due_at__lte=end_of_today(now))
    return _listed(mine(scope), _awake(now) & today & _not_waiting())


def slipped(scope: Scope, now: datetime | None = None) -> Listed:
    """Give what waits for a person and is past its time, whether it was put off or not."""
    now = now or clock.civil()
    return _listed(mine(scope), Q(due_at__lt=now))


def raised(scope: Scope) -> Listed:
    """Give others' work that was raised to a role of this person."""
    others = scope.filter() & ~Q(owner_id__in=scope.acting_for)
    return _listed([Q(raised_to=role) & others for role in sorted(scope.roles & BOOK_ROLES)], Q())


def coming(scope: Scope, now: datetime | None = None) -> Listed:
    """Give what waits for a person and is due after today."""
    now = now or clock.civil()
    return _listed(mine(scope), _awake(now) & Q(due_at__gt=end_of_today(now)) & _not_waiting())


def waiting(scope: Scope, now: datetime | None = None) -> Listed:
    """Give a person's work that others have to move: waited for, or submitted; in time so far."""
    now = now or clock.civil()
    others = Q(state__in=(states.WAITING, states.SUBMITTED))
    own = [Q(owner_id=one) & others for one in sorted(scope.acting_for)]
    return _listed(own, Q(due_at__gte=now) | Q(state=states.SUBMITTED))


def snoozed(scope: Scope, now: datetime | None = None) -> Listed:
    """Give what a person put off and is not late yet."""
    now = now or clock.civil()
    return _listed(mine(scope), Q(snoozed_until__gt=now.date(), due_at__gte=now))


def _not_waiting() -> Q:
    return ~Q(state=states.WAITING)


def new_since_yesterday(scope: Scope, now: datetime | None = None) -> Listed:
    """Give open work that a person sees and that was opened yesterday or today, newest first."""
    now = now or clock.civil()
    since = datetime.combine(now.date() - timedelta(days=1), time.min)
    # One span of the index by opening, whoever's it is: what is new is little.
    others = Q(owner_id__in=scope.acting_for) & ~scope.filter()
    seen = [scope.filter()] if scope.sees_all else [scope.filter(), others]
    return _listed(seen, Q(opened_at__gte=since), ("-opened_at", "-id"))


def works(scope: Scope, asked: Mapping[str, str], now: datetime) -> QuerySet[Any]:
    """Give open cases, or tasks with `kind=task`, that a person sees, narrowed by `owner`, `when`, `state`.

    A filter that is not understood narrows nothing.
    """
    model = Task if asked.get("kind") == "task" else Case
    found = open_of(model, reduce(or_, parts_of(scope, asked)))
    if asked.get("owner") == "nobody":
        found = found.filter(owner_id=None)
    elif asked.get("owner") not in (None, "", "me"):
        found = found.filter(owner_id=asked["owner"])
    if asked.get("when") == "late":
        found = found.filter(due_at__lt=now)
    elif asked.get("when") == "today":
        found = found.filter(due_at__gte=now, due_at__lte=end_of_today(now))
    if asked.get("state") in states.OPEN:
        found = found.filter(state=asked["state"])
    return found


def whole(scope: Scope, shown: Iterable[Piece], now: datetime) -> list[Piece]:
    """Give everything that waits for a person, beside the pieces that a page shows, what is due first first.

    At most as many cases, and as many tasks, as a file holds.
    """
    waiting = [
        work
        for kind in ("case", "task")
        for work in works(scope, {"owner": "me", "kind": kind}, now).order_by(*LATE_FIRST)[:MOST]
    ]
    found = {(work.kind_of_work, work.pk): work for work in (*waiting, *shown)}
    return sorted(found.values(), key=lambda work: (work.due_at, work.pk))


def parts_of(scope: Scope, asked: Mapping[str, str]) -> list[Q]:
    """Give the conditions one of which each row of `works` fits, for `listing.page`."""
    return mine(scope) if asked.get("owner") == "me" else seen_work(scope)


@dataclass(frozen=True)
class Step:
    """An action that somebody may take now.

    Args:
        action: its name in the table.
        is_next: whether it is the one that moves the work on.
    """

    action: str
    is_next: bool


_FORWARD = ("claim", "start", "plan", "resume", "finish", "submit", "close", "drop")
"""Actions that move work towards its end, in the order in which the first that is open is the next one."""


def steps(scope: Scope, work: Piece, rules: WorkRules | None = None) -> list[Step]:
    """Give what a person may do with a piece of work, the next step first.

    Guards that depend on what is filled in are left to the service; those on the work itself are asked here,
    so that no button stands that cannot be pressed.
    """
    rules = rules or rules_in_force()
    rows = states.open_to(table_of(work), work.state, roles_towards(scope, work, rules))
    names = [row.action for row in rows if not _is_idle(scope, work, row, rules)]
    forward = [name for name in _FORWARD if name in names]
    if work.state == states.IN_PROGRESS and "plan" in forward:
        forward.remove("plan")  # a plan stands; a new one is possible and not the next step
    following = forward[0] if forward else ""
    ordered = [following, *(name for name in names if name != following)] if following else names
    return [Step(name, name == following) for name in ordered]


def _is_idle(scope: Scope, work: Piece, row: states.Move, rules: WorkRules) -> bool:
    if row.action in states.UNDOING:
        attempt = Attempt(work, row.action, scope, clock.civil(), rules)
        return not all(GUARDS[name](attempt) for name in row.guards)
    if "not_the_doer" in row.guards and is_doer(scope, work):
        return True
    if isinstance(work, Task):
        return (
            ("somebody_decides" in row.guards and not work.decider_role)
            or ("owner_decides" in row.guards and bool(work.decider_role))
            or ("no_longer_asked" in row.guards and work.is_asked)
        )
    return False


@dataclass(frozen=True)
class Need:
    """What a measure asks to be proved.

    Args:
        name: its name in the pack.
        kinds: kinds of evidence that prove it.
        is_met: whether something of a fitting kind is there.
    """

    name: str
    kinds: tuple[str, ...]
    is_met: bool


def needs_of(task: Task, rules: WorkRules | None = None) -> list[Need]:
    """Give what a task needs before it can close."""
    rules = rules or rules_in_force()
    missing = set(missing_needs(task, rules))
    return [Need(name, rules.proofs(name), name not in missing) for name in task.needs]


def timeline(work: Piece) -> list[TimelineEntry]:
    """Give everything that happened, the newest first; that of its tasks stands in a case's."""
    return list(
        TimelineEntry.objects.filter(**{work.kind_of_work: work})
        .select_related("task")
        .order_by("-at", "-id")[:200]
    )


def evidence(work: Piece) -> list[Evidence]:
    """Give the evidence of a case with its tasks, or of a task, the newest first."""
    if isinstance(work, Task):
        condition = Q(task=work)
    else:
        condition = Q(case=work) | Q(task_id__in=list(work.tasks.values_list("pk", flat=True)))
    return list(Evidence.objects.filter(condition).select_related("task").order_by("-id")[:100])


def offers(case: Case) -> list[Measure]:
    """Give the options that the run offers for the customer of a case and nobody has taken up."""
    taken = Task.objects.filter(customer_id=case.customer_id, kind="measure").values("measure_id")
    found = Measure.objects.filter(customer_id=case.customer_id or "", nature="option")
    return list(found.exclude(measure_id__in=taken).order_by("measure_code", "measure_id")[:SHOWN])


def names(*people: Iterable[str | None]) -> dict[str, Staff]:
    """Give people by number."""
    return Staff.objects.in_bulk({one for group in people for one in group if one})


def watched(scope: Scope, asked: Mapping[str, str]) -> QuerySet[WatchEntry]:
    """Give the customers on the watch list that a person sees, narrowed by `search` and `why`.

    Those who have left are given with `left=1`.
    """
    found = WatchEntry.objects.filter(scope.filter())
    text, why = asked.get("search", "").strip(), asked.get("why", "")
    if text:
        found = found.filter(Q(customer_name__contains=text) | Q(customer_id__startswith=text))
    if why:
        found = found.filter(entry_criterion=why)
    left = Q(state=states.LEFT)
    return found.filter(left) if asked.get("left") == "1" else found.exclude(left)


def effect_checks_due(scope: Scope, now: datetime | None = None) -> list[EffectCheck]:
    """Give the effect checks that are due of the closed cases that a person did."""
    day = (now or clock.civil()).date()
    found = EffectCheck.objects.filter(owner_id__in=scope.acting_for, done_at__isnull=True, due_on__lte=day)
    return list(found.select_related("case").order_by("due_on", "pk")[:SHOWN])


def customer_of(work: Piece) -> Customer | None:
    """Give the customer of a piece of work as last published."""
    return Customer.objects.filter(pk=work.customer_id or "").first()

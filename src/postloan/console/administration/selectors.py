"""Reads of administration: the tree, who works where, what waits for a second person, working days."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Count, Q, QuerySet

from postloan import clock
from postloan.console.administration.guards import begun, not_ended
from postloan.console.administration.models import DEPUTY, WAITING, GuardedRole, Proposal
from postloan.console.people.models import ROLE_CHOICES, Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import ADMINISTRATORS, Scope
from postloan.console.publishing.selectors import current
from postloan.console.words import policy_of
from postloan.policy.calendar import Calendar
from postloan.policy.pack import load

DEFAULT_PACK = "cn_rural"


@dataclass(frozen=True)
class Node:
    """An institution of the tree with how deep it lies and how many people work there now."""

    institution: Institution
    depth: int
    staff: int


def administered(scope: Scope) -> Q:
    """Give the condition on institutions that a person administers."""
    roots = [place for role, place in scope.held if role in ADMINISTRATORS]
    paths = Institution.objects.filter(pk__in=roots).values_list("path", flat=True)
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(path__startswith=path)
    return condition


def tree(scope: Scope) -> list[Node]:
    """Give the institutions that a person administers, each after the one above it."""
    at_work = Count("staff", filter=Q(staff__is_active=True))
    rows = list(Institution.objects.filter(administered(scope)).annotate(at_work=at_work).order_by("path"))
    least = min((one.path.count("/") for one in rows), default=0)
    return [Node(one, one.path.count("/") - least, getattr(one, "at_work")) for one in rows]  # noqa: B009


def _places(scope: Scope, place: str) -> QuerySet[Institution]:
    """Give the institutions that a person administers, those at and below one where it is asked for."""
    places = Institution.objects.filter(administered(scope))
    return places.filter(path__contains=f"/{place}/") if place else places


def staff(scope: Scope, place: str = "", role: str = "", search: str = "") -> QuerySet[Staff]:
    """Give the accounts that a person administers, narrowed by institution, role held now, name or number."""
    found = Staff.objects.filter(institution__in=_places(scope, place)).select_related("institution")
    if role:
        today = clock.civil().date()
        still = Q(until__isnull=True) | Q(until__gt=today)
        found = found.filter(pk__in=StaffRole.objects.filter(still, role=role).values("staff_id"))
    text = search.strip()
    return found.filter(Q(pk__startswith=text) | Q(name__contains=text)) if text else found


def roles(scope: Scope, place: str = "", role: str = "") -> QuerySet[StaffRole]:
    """Give the roles of the people whom a person administers, narrowed by where they are held and which."""
    found = StaffRole.objects.filter(staff__institution__in=_places(scope, ""))
    if place:
        found = found.filter(institution__path__contains=f"/{place}/")
    return (found.filter(role=role) if role else found).select_related("staff", "institution")


def deputies(scope: Scope, place: str = "") -> QuerySet[Leave]:
    """Give the leaves with a deputy of the people whom a person administers."""
    found = Leave.objects.filter(staff__institution__in=_places(scope, place))
    return found.select_related("staff__institution", "deputy")


def calendar() -> Calendar:
    """Give the calendar of the pack in use."""
    run = current()
    if run is not None:
        return policy_of(run.policy_version, run.as_of).calendar
    return load(settings.POLICY or DEFAULT_PACK).calendar


@dataclass(frozen=True)
class Day:
    """A day of a month's sheet: `kind` is business, weekend, holiday or worked."""

    day: date
    kind: str


def year_sheet(found: Calendar, year: int) -> list[tuple[date, list[list[Day | None]]]]:
    """Give the months of a year as weeks from Monday to Sunday; None fills the first and the last week."""
    sheet = []
    for month in range(1, 13):
        weeks = months.Calendar().monthdayscalendar(year, month)
        rows = [[_day(found, date(year, month, one)) if one else None for one in week] for week in weeks]
        sheet.append((date(year, month, 1), rows))
    return sheet


def _day(found: Calendar, day: date) -> Day:
    weekend = day.weekday() >= months.SATURDAY
    if found.is_business(day):
        return Day(day, "worked" if weekend else "business")
    return Day(day, "weekend" if weekend and day not in _holidays(found, day.year) else "holiday")


def _holidays(found: Calendar, year: int) -> frozenset[date]:
    known = found.years.get(year)
    return known.holidays if known else frozenset()


@dataclass(frozen=True)
class Waiting:
    """What waits for a second person: whether the reader proposed it, and whether they may confirm it."""

    proposal: Proposal
    is_own: bool
    may_confirm: bool


def proposed(scope: Scope) -> QuerySet[Proposal]:
    """Give what waits for a second person in the institutions that a person administers."""
    return Proposal.objects.filter(
        state=WAITING, staff__institution__in=Institution.objects.filter(administered(scope))
    ).select_related("staff", "institution", "deputy", "proposed_by")


def told(scope: Scope, proposals: Iterable[Proposal]) -> list[Waiting]:
    """Tell of each proposal what its reader may do with it."""
    return [
        Waiting(
            one,
            one.proposed_by_id == scope.staff_id,
            scope.acting_for.isdisjoint({one.proposed_by_id, one.deputy_id})
            and (one.kind == DEPUTY or one.staff_id not in scope.acting_for)
            and (one.institution_id is None or scope.has_at(ADMINISTRATORS, one.institution_id)),
        )
        for one in proposals
    ]


def waiting(scope: Scope, staff: Staff) -> list[Waiting]:
    """Give what waits for a second person about somebody."""
    return told(scope, proposed(scope).filter(staff=staff).order_by("pk"))


@dataclass(frozen=True)
class Guarded:
    """A role: whether it demands a second factor, who holds it now, and how many of them have none."""

    role: str
    is_demanded: bool
    people: int
    without: int


def guarded_roles() -> list[Guarded]:
    """Give every role with what it demands, in the order of the contract."""
    demanded = set(GuardedRole.objects.values_list("role", flat=True))
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    with_factor = set(Authenticator.objects.filter(type__in=kinds).values_list("user_id", flat=True))
    holders: dict[str, set[str]] = {}
    held = StaffRole.objects.filter(begun(), not_ended(), staff__is_active=True)
    for role, who in held.values_list("role", "staff_id"):
        holders.setdefault(role, set()).add(who)
    return [
        Guarded(role, role in demanded, len(people), len(people - with_factor))
        for role, people in ((role, holders.get(role, set())) for role, _name in ROLE_CHOICES)
    ]

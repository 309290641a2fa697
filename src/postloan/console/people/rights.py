"""Who may see and do what: roles at institutions, and the part of the tree that follows from them.

Rights are read anew with each request, so a change holds at once. A customer manager sees the customers of
their own book, everyone else those of the institutions at and below which they hold a role. During leave a
deputy has the rights of the absent person beside their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django.db.models import Q
from django.http import Http404, HttpRequest

from postloan import clock
from postloan.console.people.models import Institution, Leave, Staff, StaffRole

View = TypeVar("View", bound=Callable[..., Any])

MANAGER = "customer_manager"
OVERSEERS = frozenset(
    {
        "branch_head",
        "credit_department",
        "risk_department",
        "audit",
        "asset_preservation",
        "legal",
        "finance",
        "compliance",
        "trade_finance",
        "executive",
        "risk_committee",
    }
)
"""Roles that see the customers of the institutions at and below which they are held."""

BOOK_ROLES = OVERSEERS | {MANAGER}
"""Roles that see customers at all."""

POLICY_ROLES = frozenset(
    {
        "policy_author",
        "policy_approver",
        "risk_department",
        "credit_department",
        "legal",
        "compliance",
        "audit",
    }
)
ADMINISTRATORS = frozenset({"operator", "human_resources"})
RUN_READERS = frozenset({"operator", "risk_department", "audit", "executive"})
"""Roles that see runs, coverage and what is at work."""

AUDIT_READERS = frozenset({"audit", "risk_department", "compliance", "operator"})
"""Roles that search the audit."""

EVERYBODY = frozenset(BOOK_ROLES | POLICY_ROLES | ADMINISTRATORS | {"valuer"})
SENSITIVE_ROLES = frozenset({MANAGER, "branch_head", "risk_department"})
"""Roles that see household events and what was heard in the village without asking."""


_APART = 60
"""Institutions that a list is read from one by one."""


@dataclass(frozen=True)
class Scope:
    """What a person may see on a day.

    Args:
        staff_id: the person.
        acting_for: the person and those they deputise for.
        held: (role, institution) pairs, those of absent people included.
        institutions: institutions whose customers are seen as a whole.
        sees_all: whether that is the whole bank, so that no filter is needed.
    """

    staff_id: str
    acting_for: frozenset[str]
    held: frozenset[tuple[str, str]]
    institutions: frozenset[str]
    sees_all: bool
    roles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(role for role, _ in self.held))

    def has(self, roles: Iterable[str]) -> bool:
        """Tell whether one of these roles is held anywhere."""
        return not self.roles.isdisjoint(roles)

    def has_for_bank(self, roles: Iterable[str]) -> bool:
        """Tell whether one of these roles is held at the top, and so for what no institution owns alone."""
        wanted = set(roles)
        places = {place for role, place in self.held if role in wanted}
        return bool(places) and Institution.objects.filter(pk__in=places, parent__isnull=True).exists()

    def has_at(self, roles: Iterable[str], institution_id: str) -> bool:
        """Tell whether one of these roles is held at the institution or above it."""
        wanted = set(roles)
        above = set(ancestors(institution_id))
        return any(role in wanted and place in above for role, place in self.held)

    def filter(self, prefix: str = "") -> Q:
        """Give the condition on rows with `institution_id` and `manager_id` that are seen."""
        if self.sees_all:
            return ~Q(pk__in=[])  # all rows, and still so beside an "or", where an empty Q would vanish
        seen = Q(**{f"{prefix}institution_id__in": self.institutions}) if self.institutions else Q(pk__in=[])
        if MANAGER in self.roles:
            seen |= Q(**{f"{prefix}manager_id__in": self.acting_for})
        return seen

    def parts(self) -> list[Q] | None:
        """Give conditions one of which each row of `filter` fits: for lists that are read in order.

        None where one question serves as well: for the whole bank, for one manager, and where there are so
        many institutions that every other row of the bank's order is one of theirs.
        """
        if self.sees_all or len(self.institutions) > _APART:
            return None
        own = sorted(self.acting_for) if MANAGER in self.roles else []
        others = ~Q(manager_id__in=own) if own else Q()
        found = [Q(manager_id=one) for one in own]
        found += [Q(institution_id=one) & others for one in sorted(self.institutions)]
        return found if len(found) > 1 else None

    def tallies(self) -> Q:
        """Give the condition on rows that count what an institution has, of those seen as a whole."""
        return ~Q(pk__in=[]) if self.sees_all else Q(institution_id__in=self.institutions)

    def untallied(self) -> Q | None:
        """Give the condition on rows of `filter` that no tally of theirs counts; None without such."""
        if self.sees_all or MANAGER not in self.roles:
            return None
        own = Q(manager_id__in=self.acting_for)
        counted = Q(institution_id__in=self.institutions, institution_id__isnull=False)
        return own & ~counted if self.institutions else own

    def covers(self, institution_id: str | None, manager_id: str | None) -> bool:
        """Tell whether a row of that institution and manager is seen; the same rule as `filter`."""
        return (
            self.sees_all
            or institution_id in self.institutions
            or (MANAGER in self.roles and manager_id in self.acting_for)
        )


def ancestors(institution_id: str) -> list[str]:
    """Give the institution and those above it, the highest first; nothing for one that is unknown."""
    path = Institution.objects.filter(pk=institution_id).values_list("path", flat=True).first()
    return [part for part in (path or "").split("/") if part]


def scope_of(staff: Staff) -> Scope:
    """Work out what a person may see today."""
    today = clock.civil().date()
    absent = Leave.objects.filter(deputy=staff, starts_on__lte=today, ends_on__gte=today)
    acting = {staff.pk, *absent.exclude(staff__left_on__lte=today).values_list("staff_id", flat=True)}
    now = Q(since__isnull=True) | Q(since__lte=today)
    still = Q(until__isnull=True) | Q(until__gt=today)
    held = frozenset(
        StaffRole.objects.filter(now, still, staff_id__in=acting).values_list("role", "institution_id")
    )
    roots = {place for role, place in held if role in OVERSEERS}
    tree = dict(Institution.objects.values_list("pk", "path")) if roots else {}
    seen = frozenset(place for place, path in tree.items() if not roots.isdisjoint(path.split("/")))
    return Scope(staff.pk, frozenset(acting), held, seen, bool(tree) and len(seen) == len(tree))


def scope(request: HttpRequest) -> Scope:
    """Give the scope of the person behind a request, worked out once a request."""
    found: Scope | None = getattr(request, "scope_of_person", None)
    if found is None:
        assert isinstance(request.user, Staff)
        found = scope_of(request.user)
        request.scope_of_person = found  # type: ignore[attr-defined]
    return found


def allow(roles: Iterable[str]) -> Callable[[View], View]:
    """Open a view to people with one of these roles; everyone else is told that there is nothing there.

    A view without this mark is open to nobody: the middleware refuses it.
    """
    allowed = frozenset(roles)

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated or not scope(request).has(allowed):
                raise Http404
            return view(request, *args, **kwargs)

        guarded.allowed_roles = allowed  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return mark

"""What those who look after staff must see to: places without their people, people without a role."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from postloan import clock
from postloan.console.administration.selectors import administered
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.people.rights import Scope

_NEEDED = (("branch", "branch_head"), ("outlet", "customer_manager"))
"""Which role each kind of institution cannot be without: what is due there would have no owner."""


@dataclass(frozen=True)
class Staffing:
    """What is missing.

    Args:
        headless: branches without a head, none above them counted.
        unmanaged: outlets without a customer manager.
        roleless: people at work who hold no role, and so see nothing.
    """

    headless: list[Institution]
    unmanaged: list[Institution]
    roleless: int

    @property
    def is_complete(self) -> bool:
        """Tell whether nothing is missing."""
        return not (self.headless or self.unmanaged or self.roleless)


def staffing(scope: Scope) -> Staffing:
    """Give what is missing in the part of the bank that a person administers."""
    headless, unmanaged = (_without(scope, kind, role) for kind, role in _NEEDED)
    at_work = Staff.objects.filter(institution__in=Institution.objects.filter(administered(scope)))
    roleless = at_work.filter(is_active=True).exclude(pk__in=_held().values("staff_id")).count()
    return Staffing(headless, unmanaged, roleless)


def _held() -> QuerySet[StaffRole]:
    """Give the roles held today by people who are at work."""
    today = clock.civil().date()
    return StaffRole.objects.filter(
        Q(since__isnull=True) | Q(since__lte=today),
        Q(until__isnull=True) | Q(until__gt=today),
        Q(staff__left_on__isnull=True) | Q(staff__left_on__gt=today),
        staff__is_active=True,
    )


def _without(scope: Scope, kind: str, role: str) -> list[Institution]:
    covered = _held().filter(role=role).values("institution_id")
    places = Institution.objects.filter(administered(scope), kind=kind)
    return list(places.exclude(pk__in=covered).order_by("path"))

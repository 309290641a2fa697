"""The first operators of a bank, made by whoever runs the machine; later ones need two people."""

from __future__ import annotations

from django.db import transaction

from postloan import clock
from postloan.console.administration.guards import begun, not_ended
from postloan.console.administration.services import give_one_time_password
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.people.rights import ADMINISTRATORS
from postloan.errors import PostloanError

ENOUGH = 2
"""With two administrators of the whole bank, one proposes and the other confirms."""


@transaction.atomic
def make_operator(staff_id: str) -> str:
    """Give a person the role of operator at the head office and a one-time password, which is returned.

    Raises PostloanError `unknown_staff`, `enough_operators`.
    """
    staff = Staff.objects.filter(pk=staff_id, is_active=True, left_on__isnull=True).first()
    if staff is None:
        raise PostloanError(
            "unknown_staff",
            "nobody at work has this staff number",
            where=staff_id,
            mend="publish a run of a book that lists them: postloan publish --store STORE --book BOOK",
        )
    top = Institution.objects.get(pk=staff.institution.path.split("/")[1])
    others = administrators(top) - {staff_id}
    if len(others) >= ENOUGH:
        raise PostloanError(
            "enough_operators",
            f"{len(others)} administrators of the head office are at work; they give roles, two together",
            where=", ".join(sorted(others)[:5]),
            mend="one proposes the role on the person's page under Administration, another confirms it",
        )
    held = StaffRole.objects.filter(not_ended(), begun(), staff=staff, role="operator", institution=top)
    if not held.exists():
        StaffRole.objects.create(staff=staff, role="operator", institution=top, since=clock.civil().date())
        record(
            actor=SYSTEM,
            action="give_role",
            object_kind="staff",
            object_id=staff_id,
            after={"role": "operator", "institution_id": top.pk, "by": "command"},
        )
    return give_one_time_password(staff, SYSTEM)


def administrators(top: Institution) -> set[str]:
    """Give the numbers of the people at work who administer the whole bank."""
    held = StaffRole.objects.filter(
        not_ended(), begun(), institution=top, role__in=ADMINISTRATORS, staff__is_active=True
    ).exclude(staff__left_on__lte=clock.civil().date())
    return set(held.values_list("staff_id", flat=True))

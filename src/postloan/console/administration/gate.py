"""The gate of administration: accounts and institutions at and below those that a person administers."""

from __future__ import annotations

from datetime import date

from django.http import Http404

from postloan.console.administration.models import WAITING, Proposal
from postloan.console.people.models import Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import ADMINISTRATORS, Scope


def access_staff(scope: Scope, staff_id: str) -> Staff:
    """Give an account to who administers it; raises Http404 alike for one that is absent or not theirs."""
    found = Staff.objects.select_related("institution").filter(pk=staff_id).first()
    if found is None or not scope.has_at(ADMINISTRATORS, found.institution_id):
        raise Http404
    return found


def access_institution(scope: Scope, institution_id: str) -> Institution:
    """Give an institution to who administers it; raises Http404 alike for one absent or not theirs."""
    found = Institution.objects.filter(pk=institution_id).first()
    if found is None or not scope.has_at(ADMINISTRATORS, institution_id):
        raise Http404
    return found


def access_role(scope: Scope, staff_id: str, role: str, institution_id: str, since: date | None) -> StaffRole:
    """Give a role that a person holds, by what it is; raises Http404 where there is none such."""
    held = StaffRole.objects.select_related("staff").filter(
        staff=access_staff(scope, staff_id), role=role, institution_id=institution_id
    )
    held = held.filter(since__isnull=True) if since is None else held.filter(since=since)
    found = held.first()
    if found is None:
        raise Http404
    return found


def access_leave(scope: Scope, staff_id: str, deputy_id: str, starts_on: date | None) -> Leave:
    """Give a deputy's term, by what it is; raises Http404 where there is none such."""
    staff = access_staff(scope, staff_id)
    if starts_on is None:
        raise Http404
    named = Leave.objects.select_related("staff")
    found = named.filter(staff=staff, deputy_id=deputy_id, starts_on=starts_on).first()
    if found is None:
        raise Http404
    return found


def access_proposal(scope: Scope, proposal_id: int) -> Proposal:
    """Give what waits for a second person, to who administers the account that it is about.

    Raises Http404 alike for one that is absent, was decided, or is not theirs.
    """
    found = Proposal.objects.select_related("staff").filter(pk=proposal_id, state=WAITING).first()
    if found is None or not scope.has_at(ADMINISTRATORS, found.staff.institution_id):
        raise Http404
    return found


def access_guarded_roles(scope: Scope) -> None:
    """Let operators of the whole bank on to what is demanded of roles; raises Http404 for others."""
    if not scope.has_for_bank({"operator"}):
        raise Http404

"""What every write of administration looks at first: whose it is, that it is not one's own, and why."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.people.models import ROLE_CHOICES, Staff, StaffRole
from postloan.console.people.rights import ADMINISTRATORS, Scope, scope_of
from postloan.console.refusals import Refused

ROLES = frozenset(code for code, _name in ROLE_CHOICES)


def over(actor: Scope, institution_id: str) -> None:
    """Raise Refused `not_yours` for an institution that the person does not administer."""
    if not actor.has_at(ADMINISTRATORS, institution_id):
        raise Refused("not_yours", _("This institution is administered by somebody else."))


def over_all(actor: Scope, staff: Staff) -> None:
    """Refuse whoever does not administer all that a person may do: their rights would be within reach."""
    places = set(StaffRole.objects.filter(not_ended(), staff=staff).values_list("institution_id", flat=True))
    for place in {staff.institution_id} | places | {place for _role, place in scope_of(staff).held}:
        over(actor, place)


def not_oneself(actor: Scope, staff_id: str) -> None:
    """Refuse what is done to oneself, or to somebody whose rights one has as their deputy."""
    if staff_id in actor.acting_for:
        raise Refused("own_rights", _("Nobody changes their own rights: ask another administrator."))


def said(reason: str) -> None:
    """Raise Refused `reason_missing` for an empty reason."""
    if not reason.strip():
        raise Refused("reason_missing", _("Say why."))


def not_ended() -> Q:
    """Give the condition on roles that hold today or will hold later."""
    return Q(until__isnull=True) | Q(until__gt=clock.civil().date())


def begun() -> Q:
    """Give the condition on roles that have begun."""
    return Q(since__isnull=True) | Q(since__lte=clock.civil().date())

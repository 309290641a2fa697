"""Who may sit behind an account: whoever gave it its password last, and so may know it."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import SYSTEM

KNOWN_FOR = timedelta(days=30)
"""How long a giver counts: by then a person whose password was changed behind their back has noticed."""


def hands(staff_id: str) -> frozenset[str]:
    """Give an account's number and all by whose hands its password went: the givers, their givers, so on.

    A second factor that was there before a password was given keeps its giver out; one that came later may
    be the giver's own. What the machine's command gave came by nobody of the console, and ends what was given
    before where no factor was added since.
    """
    found, left = {staff_id}, [staff_id]
    while left:
        fresh = _givers(left.pop()) - found
        found |= fresh
        left += fresh
    return frozenset(found)


def _givers(staff_id: str) -> set[str]:
    given = AuditEvent.objects.filter(
        object_kind="staff",
        object_id=staff_id,
        action="reset_password",
        at__gte=clock.civil() - KNOWN_FOR,
    )
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    factors = Authenticator.objects.filter(user_id=staff_id, type__in=kinds)
    added = list(factors.values_list("created_at", flat=True))
    found = set[str]()
    for one in given.order_by("seq"):
        if one.actor == SYSTEM:
            found = found if added else set()
        elif not any(moment < one.at for moment in added):
            found.add(one.actor)
    return found

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
    """Give an account's number and all by whose hands its password went: the giver, the giver's giver, so on.

    A second factor that was there before the password was given keeps the giver out. What the machine's
    command gave came by nobody of the console.
    """
    found, current = {staff_id}, staff_id
    while (giver := _giver(current)) is not None and giver not in found:
        found.add(giver)
        current = giver
    return frozenset(found)


def _giver(staff_id: str) -> str | None:
    last = (
        AuditEvent.objects.filter(object_kind="staff", object_id=staff_id, action="reset_password")
        .order_by("-seq")
        .first()
    )
    if last is None or last.actor == SYSTEM or last.at < clock.civil() - KNOWN_FOR:
        return None
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    guarded = Authenticator.objects.filter(user_id=staff_id, type__in=kinds, created_at__lt=last.at)
    return None if guarded.exists() else last.actor

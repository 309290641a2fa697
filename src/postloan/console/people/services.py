"""What the audit keeps of signing in and out: who came how, who was refused, and never what was typed.

Where nobody is signed in the system is the actor, and the event is about the account that was named. A number
that nobody has is not kept: people type their password into the wrong field.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib.auth import BACKEND_SESSION_KEY, update_session_auth_hash
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest

from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.models import Staff

NOBODY = "-"
DIRECTORY, PASSKEY, PASSWORD = "directory", "passkey", "password"
_ONE_LOCKOUT = 300
"""Seconds in which a lock-out is one event, however often somebody goes on trying."""


@transaction.atomic
def signed_in(*, staff: Staff, request: HttpRequest, methods: list[dict[str, Any]]) -> None:
    """Keep that somebody signed in and by what; whoever the directory vouches for has no password here.

    Args:
        staff: who.
        request: with the session that has just begun.
        methods: what allauth noted of this sign-in.
    """
    by = _way(request, methods)
    second = [one["type"] for one in methods if one.get("method") == "mfa" and not one.get("passwordless")]
    after = {"by": by, **({"second_factor": second[-1]} if second else {})}
    record(actor=staff.pk, action="sign_in", object_kind="staff", object_id=staff.pk, after=after)
    if by == DIRECTORY and staff.has_usable_password():
        _end_password(staff, request)


def _way(request: HttpRequest, methods: list[dict[str, Any]]) -> str:
    if "ldap" in request.session.get(BACKEND_SESSION_KEY, ""):
        return DIRECTORY
    if any(one.get("method") == "socialaccount" for one in methods):
        return DIRECTORY
    return PASSKEY if any(one.get("passwordless") for one in methods) else PASSWORD


def _end_password(staff: Staff, request: HttpRequest) -> None:
    """End a password of the console: the directory that locks somebody out must not leave a second way in."""
    from postloan.console.administration.models import OneTimePassword  # administration stands above people

    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    OneTimePassword.objects.filter(staff=staff).delete()
    update_session_auth_hash(request, staff)
    record(actor=SYSTEM, action="end_password", object_kind="staff", object_id=staff.pk)


def bound(staff: Staff) -> bool:
    """Tell whether a person of the directory is bound to somebody's number."""
    return bool(_bindings(staff))


def unbind(staff: Staff) -> None:
    """Let somebody's number be bound anew with the next sign-in, within the caller's transaction."""
    for one in _bindings(staff):
        one.delete()
        record(actor=SYSTEM, action="unbind_directory", object_kind="staff", object_id=staff.pk)


def _bindings(staff: Staff) -> list[Any]:
    if not apps.is_installed("allauth.socialaccount"):
        return []
    from allauth.socialaccount.models import SocialAccount  # may be imported where it is installed alone

    return list(SocialAccount.objects.filter(user_id=staff.pk))


def refused(*, request: HttpRequest | None, staff_id: str, by: str, why: str) -> None:
    """Keep that a sign-in, or a proof of who sits there, failed.

    Args:
        request: None where none is at hand.
        staff_id: the number that was named; kept only where somebody has it.
        by: password, directory, passkey, totp, …
        why: wrong, unknown, left, …
    """
    known = Staff.objects.filter(pk=staff_id).exists()
    record(
        actor=_actor(request),
        action="sign_in_failed",
        object_kind="staff",
        object_id=staff_id if known else NOBODY,
        after={"by": by, "why": why},
    )


def locked(*, request: HttpRequest | None, staff_id: str) -> None:
    """Keep that further tries for a number, or from a place, are no longer looked at; once a lock-out."""
    known = staff_id if Staff.objects.filter(pk=staff_id).exists() else NOBODY
    if cache.add(f"postloan-locked-{known}", value=True, timeout=_ONE_LOCKOUT):
        record(actor=_actor(request), action="sign_in_locked", object_kind="staff", object_id=known)


def signed_out(*, staff: Staff, why: str) -> None:
    """Keep that a session ended; `why` is empty where the person asked for it."""
    record(
        actor=SYSTEM if why else staff.pk,
        action="session_ended" if why else "sign_out",
        object_kind="staff",
        object_id=staff.pk,
        after={"why": why} if why else None,
    )


def _actor(request: HttpRequest | None) -> str:
    user = getattr(request, "user", None)
    return user.pk if isinstance(user, Staff) and user.is_authenticated else SYSTEM

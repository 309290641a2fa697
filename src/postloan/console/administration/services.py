"""Writes of administration: accounts, passwords, roles and deputies. Nobody raises their own rights."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.administration.guards import ROLES, not_ended, not_oneself, over, over_all, said
from postloan.console.administration.models import GuardedRole, OneTimePassword
from postloan.console.administration.proposals import drop_all_of, gained
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.models import Leave, Staff, StaffRole
from postloan.console.people.rights import Scope
from postloan.console.people.services import unbind
from postloan.console.refusals import Refused

VALID_DAYS = 3
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A staff number: nothing that an address cannot name, or that looks in the audit like somebody else."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


@transaction.atomic
def make_staff(*, actor: Scope, staff_id: str, name: str, institution_id: str) -> Staff:
    """Make an account without a role and without a password.

    Raises Refused `not_yours`, `staff_incomplete`, `staff_exists`.
    """
    over(actor, institution_id)
    staff_id, name = staff_id.strip(), name.strip()
    if not _NUMBER.fullmatch(staff_id) or staff_id.lower() == SYSTEM or not 0 < len(name) <= 200:
        raise Refused("staff_incomplete", _("Give a staff number of letters, digits and . _ -, and a name."))
    if Staff.objects.filter(pk__iexact=staff_id).exists():
        raise Refused("staff_exists", _("There is somebody with this staff number already."))
    made = Staff(staff_id=staff_id, name=name, institution_id=institution_id, hired_on=clock.civil().date())
    made.set_unusable_password()
    made.save(force_insert=True)
    after = {"name": name, "institution_id": institution_id}
    record(actor=actor.staff_id, action="make_staff", object_kind="staff", object_id=staff_id, after=after)
    return made


@transaction.atomic
def reset_password(*, actor: Scope, staff: Staff) -> str:
    """Give a password for one use, valid for three days; it is returned here and kept nowhere.

    Raises Refused `not_yours`, `own_rights`, `ended`.
    """
    over_all(actor, staff)
    not_oneself(actor, staff.pk)
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    return give_one_time_password(staff, actor.staff_id)


def give_one_time_password(staff: Staff, by: str) -> str:
    """Set a password that must be changed with the first sign-in, within the caller's transaction.

    A person of the directory that was bound to the number is so no longer: this is how somebody whose account
    there was made anew comes in again.
    """
    told = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    staff.set_password(told)
    staff.save()
    now = clock.civil()
    OneTimePassword.objects.update_or_create(
        staff=staff,
        defaults={
            "given_by": by,
            "given_at": now,
            "valid_until": now + timedelta(days=VALID_DAYS),
        },
    )
    record(actor=by, action="reset_password", object_kind="staff", object_id=staff.pk)
    unbind(staff)
    return told


@transaction.atomic
def password_chosen(*, staff: Staff) -> None:
    """Note that a person chose a password of their own, so that the one given to them no longer counts."""
    OneTimePassword.objects.filter(staff=staff).delete()
    record(actor=staff.pk, action="change_password", object_kind="staff", object_id=staff.pk)


@transaction.atomic
def second_factor_changed(*, staff: Staff, what: str, kind: str) -> None:
    """Note that a person changed what guards their account beside the password.

    Args:
        staff: who.
        what: `add`, `remove` or `reset`.
        kind: totp, webauthn or recovery_codes.
    """
    told = {"type": kind}
    record(
        actor=staff.pk,
        action=f"{what}_second_factor",
        object_kind="staff",
        object_id=staff.pk,
        before=told if what == "remove" else None,
        after=None if what == "remove" else told,
    )


@transaction.atomic
def end_staff(*, actor: Scope, staff: Staff, reason: str) -> None:
    """End an account at once: sessions die, roles given here and terms as deputy end.

    Raises Refused `not_yours`, `own_rights`, `reason_missing`, `ended`.
    """
    over(actor, staff.institution_id)
    not_oneself(actor, staff.pk)
    said(reason)
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    today = clock.civil().date()
    staff.is_active, staff.left_on = False, staff.left_on or today
    staff.save()
    StaffRole.objects.filter(not_ended(), staff=staff, from_book=False).update(until=today)
    Leave.objects.filter(Q(staff=staff) | Q(deputy=staff), ends_on__gte=today).delete()
    drop_all_of(actor=actor, staff=staff)
    record(
        actor=actor.staff_id,
        action="end_staff",
        object_kind="staff",
        object_id=staff.pk,
        before={"is_active": True},
        after={"is_active": False, "left_on": staff.left_on},
        reason=reason.strip(),
    )


@transaction.atomic
def end_role(*, actor: Scope, held: StaffRole) -> None:
    """End a role today. One of the book's is ended in the book; one of one's own may be given up.

    A term as deputy that one administrator could name because the deputy held the role ends with it.

    Raises Refused `not_yours`, `from_book`, `ended`.
    """
    over(actor, held.staff.institution_id)
    if held.staff_id != actor.staff_id:
        over(actor, held.institution_id)
    today = clock.civil().date()
    if held.from_book:
        raise Refused(
            "from_book", _("This role comes from the book and is ended there; the account can be ended here.")
        )
    if held.until is not None and held.until <= today:
        raise Refused("ended", _("This role has ended."))
    before, terms = {"since": held.since, "until": held.until}, gained(held.staff)
    held.until = today
    held.save()
    _note_role(actor, "end_role", held, before=before, after={"until": today})
    for leave, roles in gained(held.staff).items():
        if roles - terms[leave]:
            _end_leave(actor, leave)


def _note_role(
    actor: Scope,
    action: str,
    held: StaffRole,
    *,
    after: Mapping[str, object],
    before: Mapping[str, object] | None = None,
) -> None:
    what = {"role": held.role, "institution_id": held.institution_id}
    record(
        actor=actor.staff_id,
        action=action,
        object_kind="staff",
        object_id=held.staff_id,
        before=before and {**what, **before},
        after={**what, **after},
    )


@transaction.atomic
def end_leave(*, actor: Scope, leave: Leave) -> None:
    """End a deputy's term at once.

    Raises Refused `not_yours`.
    """
    over(actor, leave.staff.institution_id)
    _end_leave(actor, leave)


def _end_leave(actor: Scope, leave: Leave) -> None:
    before = {"deputy": leave.deputy_id, "starts_on": leave.starts_on, "ends_on": leave.ends_on}
    who = leave.staff_id
    leave.delete()
    record(actor=actor.staff_id, action="end_leave", object_kind="staff", object_id=who, before=before)


@transaction.atomic
def demand_second_factors(*, actor: Scope, roles: Collection[str], reason: str) -> None:
    """Make these the roles whose people need a second factor; operators of the whole bank do it.

    Raises Refused `not_yours`, `unknown_role`, `reason_missing`.
    """
    if not actor.has_for_bank({"operator"}):
        raise Refused("not_yours", _("An operator of the head office does this."))
    if not ROLES.issuperset(roles):
        raise Refused("unknown_role", _("There is no such role."))
    said(reason)
    before = set(GuardedRole.objects.values_list("role", flat=True))
    GuardedRole.objects.exclude(role__in=roles).delete()
    GuardedRole.objects.bulk_create(
        GuardedRole(role=role, demanded_by=actor.staff_id, demanded_at=clock.civil())
        for role in sorted(set(roles) - before)
    )
    record(
        actor=actor.staff_id,
        action="demand_second_factor",
        object_kind="roles",
        object_id="second_factor",
        before={"roles": sorted(before)},
        after={"roles": sorted(set(roles))},
        reason=reason.strip(),
    )

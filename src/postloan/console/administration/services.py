"""Writes of administration: accounts, passwords, roles and deputies. Nobody raises their own rights."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.administration.models import OneTimePassword
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.models import ROLE_CHOICES, Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import ADMINISTRATORS, Scope, scope_of
from postloan.console.refusals import Refused

ROLES = frozenset(code for code, _name in ROLE_CHOICES)
VALID_DAYS = 3
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""A staff number: nothing that an address cannot name, or that looks in the audit like somebody else."""

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


def _over(actor: Scope, institution_id: str) -> None:
    if not actor.has_at(ADMINISTRATORS, institution_id):
        raise Refused("not_yours", _("This institution is administered by somebody else."))


def _over_all(actor: Scope, staff: Staff) -> None:
    """Refuse whoever does not administer all that a person may do: their rights would be within reach."""
    open_roles = _open(StaffRole.objects.filter(staff=staff), clock.civil().date())
    places = set(open_roles.values_list("institution_id", flat=True))
    for place in {staff.institution_id} | places | {place for _role, place in scope_of(staff).held}:
        _over(actor, place)


def _not_oneself(actor: Scope, staff_id: str) -> None:
    """Refuse what is done to oneself, or to somebody whose rights one has as their deputy."""
    if staff_id in actor.acting_for:
        raise Refused("own_rights", _("Nobody changes their own rights: ask another administrator."))


@transaction.atomic
def make_staff(*, actor: Scope, staff_id: str, name: str, institution_id: str) -> Staff:
    """Make an account without a role and without a password.

    Raises Refused `not_yours`, `staff_incomplete`, `staff_exists`.
    """
    _over(actor, institution_id)
    staff_id, name = staff_id.strip(), name.strip()
    if not _NUMBER.fullmatch(staff_id) or staff_id.lower() == SYSTEM or not 0 < len(name) <= 200:
        raise Refused("staff_incomplete", _("Give a staff number of letters, digits and . _ -, and a name."))
    if Staff.objects.filter(pk=staff_id).exists():
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
    _over_all(actor, staff)
    _not_oneself(actor, staff.pk)
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    told = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    staff.set_password(told)
    staff.save()
    now = clock.civil()
    OneTimePassword.objects.update_or_create(
        staff=staff,
        defaults={
            "given_by": actor.staff_id,
            "given_at": now,
            "valid_until": now + timedelta(days=VALID_DAYS),
        },
    )
    record(actor=actor.staff_id, action="reset_password", object_kind="staff", object_id=staff.pk)
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
    _over(actor, staff.institution_id)
    _not_oneself(actor, staff.pk)
    _said(reason)
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    today = clock.civil().date()
    staff.is_active, staff.left_on = False, staff.left_on or today
    staff.save()
    _open(StaffRole.objects.filter(staff=staff, from_book=False), today).update(until=today)
    Leave.objects.filter(Q(staff=staff) | Q(deputy=staff), ends_on__gte=today).delete()
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
def restore_staff(*, actor: Scope, staff: Staff, reason: str) -> None:
    """Open an account again that was ended by mistake; its roles are given anew.

    Raises Refused `not_yours`, `own_rights`, `reason_missing`, `not_ended`.
    """
    _over_all(actor, staff)
    _not_oneself(actor, staff.pk)
    _said(reason)
    if staff.is_active:
        raise Refused("not_ended", _("This account is open."))
    before = {"is_active": False, "left_on": staff.left_on}
    staff.is_active, staff.left_on = True, None
    staff.save()
    record(
        actor=actor.staff_id,
        action="restore_staff",
        object_kind="staff",
        object_id=staff.pk,
        before=before,
        after={"is_active": True},
        reason=reason.strip(),
    )


def _said(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("Say why."))


@transaction.atomic
def give_role(
    *,
    actor: Scope,
    staff: Staff,
    role: str,
    institution: Institution,
    since: date | None = None,
    until: date | None = None,
) -> StaffRole:
    """Give a person a role at an institution and all below it, from a day up to, without, another.

    Raises Refused `not_yours`, `own_rights`, `unknown_role`, `ends_before`, `held_already`, `ended`.
    """
    _over(actor, staff.institution_id)
    _over(actor, institution.pk)
    _not_oneself(actor, staff.pk)
    if role not in ROLES:
        raise Refused("unknown_role", _("There is no such role."))
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    today = clock.civil().date()
    starts = since or today
    if until is not None and until <= max(starts, today):
        raise Refused("ends_before", _("The role must end after it begins, and after today."))
    held = StaffRole.objects.filter(staff=staff, role=role, institution=institution)
    if held.filter(Q(until__isnull=True) | Q(until__gt=starts)).exists():
        raise Refused("held_already", _("This person holds the role there already."))
    made = StaffRole.objects.create(
        staff=staff, role=role, institution=institution, since=starts, until=until
    )
    _note_role(actor, "give_role", made, after={"since": starts, "until": until})
    return made


@transaction.atomic
def end_role(*, actor: Scope, held: StaffRole) -> None:
    """End a role today. One of the book's is ended in the book; one of one's own may be given up.

    Raises Refused `not_yours`, `from_book`, `ended`.
    """
    _over(actor, held.staff.institution_id)
    if held.staff_id != actor.staff_id:
        _over(actor, held.institution_id)
    today = clock.civil().date()
    if held.from_book:
        raise Refused(
            "from_book", _("This role comes from the book and is ended there; the account can be ended here.")
        )
    if held.until is not None and held.until <= today:
        raise Refused("ended", _("This role has ended."))
    before = {"since": held.since, "until": held.until}
    held.until = today
    held.save()
    _note_role(actor, "end_role", held, before=before, after={"until": today})


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


def _open(roles: QuerySet[StaffRole], today: date) -> QuerySet[StaffRole]:
    return roles.filter(Q(until__isnull=True) | Q(until__gt=today))


@transaction.atomic
def set_leave(*, actor: Scope, staff: Staff, deputy: Staff, starts_on: date, ends_on: date) -> Leave:
    """Name who acts for a person on days of leave, the first and the last included.

    Raises Refused `not_yours`, `own_rights` (nobody makes themselves a deputy), `same_person`, `ends_before`,
    `ended`, `leave_exists`.
    """
    _over_all(actor, staff)
    _over(actor, deputy.institution_id)
    _not_oneself(actor, deputy.pk)
    if staff.pk == deputy.pk:
        raise Refused("same_person", _("A deputy is another person."))
    if not staff.is_active or not deputy.is_active:
        raise Refused("ended", _("This account has ended."))
    if ends_on < max(starts_on, clock.civil().date()):
        raise Refused("ends_before", _("The leave must not end before it begins, nor before today."))
    same = Leave.objects.filter(staff=staff, deputy=deputy, starts_on__lte=ends_on, ends_on__gte=starts_on)
    if same.exists():
        raise Refused("leave_exists", _("This deputy is named for some of these days already."))
    made = Leave.objects.create(staff=staff, deputy=deputy, starts_on=starts_on, ends_on=ends_on)
    after = {"deputy": deputy.pk, "starts_on": starts_on, "ends_on": ends_on}
    record(actor=actor.staff_id, action="set_leave", object_kind="staff", object_id=staff.pk, after=after)
    return made


@transaction.atomic
def end_leave(*, actor: Scope, leave: Leave) -> None:
    """End a deputy's term at once.

    Raises Refused `not_yours`.
    """
    _over(actor, leave.staff.institution_id)
    before = {"deputy": leave.deputy_id, "starts_on": leave.starts_on, "ends_on": leave.ends_on}
    who = leave.staff_id
    leave.delete()
    record(actor=actor.staff_id, action="end_leave", object_kind="staff", object_id=who, before=before)

"""Rights that need four eyes: one administrator proposes, another confirms, nobody their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.administration import models as m
from postloan.console.administration.guards import (
    ROLES,
    begun,
    not_ended,
    not_oneself,
    over,
    over_all,
    said,
)
from postloan.console.administration.hands import hands
from postloan.console.administration.models import Proposal
from postloan.console.audit.services import record
from postloan.console.people.models import Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import MANAGER, Scope, scope_of
from postloan.console.refusals import Refused


@transaction.atomic
def propose_role(
    *,
    actor: Scope,
    staff: Staff,
    role: str,
    institution: Institution,
    since: date | None = None,
    until: date | None = None,
) -> Proposal:
    """Propose a role for a person at an institution and all below it, from a day up to, without, another.

    Raises Refused `not_yours`, `own_rights`, `unknown_role`, `ends_before`, `held_already`,
    `proposed_already`, `ended`, `deputy_gains`.
    """
    asked = Proposal(kind=m.ROLE, staff=staff, role=role, institution=institution, since=since, until=until)
    _may_hold(actor, asked)
    return _propose(actor, asked)


@transaction.atomic
def propose_deputy(
    *, actor: Scope, staff: Staff, deputy: Staff, starts_on: date, ends_on: date
) -> Proposal | Leave:
    """Propose who acts for a person on days of leave, the first and the last included.

    A deputy who gains no right by it needs no second person: the leave is made at once and returned. One of
    somebody without a role does: the book may give that person roles any day.

    Raises Refused `not_yours`, `own_rights` (nobody makes themselves a deputy), `same_person`, `ends_before`,
    `ended`, `leave_exists`, `proposed_already`.
    """
    asked = Proposal(kind=m.DEPUTY, staff=staff, deputy=deputy, since=starts_on, until=ends_on)
    _may_deputise(actor, asked)
    has_roles = StaffRole.objects.filter(not_ended(), staff=staff).exists()
    if not has_roles or gains(staff, deputy, ends_on):
        return _propose(actor, asked)
    return _act_deputy(asked, actor)


@transaction.atomic
def propose_factor_removal(*, actor: Scope, staff: Staff, reason: str) -> Proposal:
    """Propose to take away what guards an account beside the password, for somebody who lost it.

    Raises Refused `not_yours`, `own_rights`, `reason_missing`, `no_factor`, `proposed_already`.
    """
    asked = Proposal(kind=m.FACTOR, staff=staff, reason=reason.strip())
    _may_lose_factor(actor, asked)
    said(reason)
    return _propose(actor, asked)


@transaction.atomic
def propose_restore(*, actor: Scope, staff: Staff, reason: str) -> Proposal | None:
    """Propose to open an account again that was ended by mistake; roles given here are given anew.

    Where no role of the book would hold again with it, nobody gains a right: it is opened at once.

    Raises Refused `not_yours`, `own_rights`, `reason_missing`, `not_ended`, `proposed_already`.
    """
    asked = Proposal(kind=m.RESTORE, staff=staff, reason=reason.strip())
    _may_return(actor, asked)
    said(reason)
    if StaffRole.objects.filter(not_ended(), staff=staff).exists():
        return _propose(actor, asked)
    _act_restore(asked, actor)
    return None


@transaction.atomic
def confirm(*, actor: Scope, proposal: Proposal) -> None:
    """Make a proposal hold; everything that it needed when it was made is looked at again.

    Raises Refused as the proposal does, and `decided`, `proposed_by_oneself`, `proposer_gone`, `same_hands`.
    """
    found = _waiting(proposal)
    if found.proposed_by_id in actor.acting_for:
        raise Refused("proposed_by_oneself", _("Another administrator must confirm what you proposed."))
    if not hands(found.proposed_by_id).isdisjoint(hands(actor.staff_id)):
        raise Refused(
            "same_hands",
            _("One of you two had a password from the other lately: a third administrator must confirm it."),
        )
    _MAY[found.kind](actor, found)
    try:
        _MAY[found.kind](scope_of(found.proposed_by), found)
        still_here = found.proposed_by.is_active
    except Refused:
        still_here = False
    if not still_here:
        raise Refused(
            "proposer_gone", _("Who proposed this may no longer do so: refuse it, and propose it anew.")
        )
    _decide(found, actor, m.CONFIRMED)
    _ACT[found.kind](found, actor)


@transaction.atomic
def refuse(*, actor: Scope, proposal: Proposal, reason: str) -> None:
    """Refuse a proposal, or withdraw one's own.

    Raises Refused `not_yours`, `decided`, `reason_missing`.
    """
    over(actor, proposal.staff.institution_id)
    found = _waiting(proposal)
    said(reason)
    is_own = found.proposed_by_id == actor.staff_id
    _decide(found, actor, m.WITHDRAWN if is_own else m.REFUSED)
    _note(found, actor, "withdraw_proposal" if is_own else "refuse_proposal", reason=reason.strip())


def drop_all_of(*, actor: Scope, staff: Staff) -> None:
    """Refuse what waits for or about a person whose account ends, within the caller's transaction."""
    about = Q(staff=staff) | Q(deputy=staff) | Q(proposed_by=staff)
    Proposal.objects.filter(about, state=m.WAITING).update(
        state=m.REFUSED, decided_by=actor.staff_id, decided_at=clock.civil()
    )


def gains(staff: Staff, deputy: Staff, ends_on: date) -> list[str]:
    """Give the roles whose rights a deputy would gain by acting for a person up to a day, in their order.

    What the deputy holds themselves counts where it holds as long. A customer manager's book is the person's
    own, so that one customer manager stands in for another.
    """
    held = _own(deputy, ends_on)
    roles = StaffRole.objects.filter(not_ended(), staff=staff).values_list("role", "institution_id")
    return sorted({role for role, place in roles if _is_gained(held, role, place)})


def gained(deputy: Staff) -> dict[Leave, frozenset[str]]:
    """Give the terms of a deputy that one administrator named alone, with the roles gained by each."""
    today = clock.civil().date()
    two = Proposal.objects.filter(kind=m.DEPUTY, state=m.CONFIRMED, deputy=deputy)
    confirmed = set(two.values_list("staff_id", "since", "until"))
    terms = Leave.objects.filter(deputy=deputy, ends_on__gte=today).select_related("staff")
    return {
        one: frozenset(gains(one.staff, deputy, one.ends_on))
        for one in terms
        if (one.staff_id, one.starts_on, one.ends_on) not in confirmed
    }


def _own(deputy: Staff, ends_on: date) -> Scope:
    lasts = Q(until__isnull=True) | Q(until__gt=ends_on)
    own = StaffRole.objects.filter(begun(), not_ended(), lasts, staff=deputy)
    held = frozenset(own.values_list("role", "institution_id"))
    return Scope(deputy.pk, frozenset({deputy.pk}), held, frozenset(), sees_all=False)


def _is_gained(held: Scope, role: str, place: str) -> bool:
    return not (role == MANAGER and MANAGER in held.roles) and not held.has_at({role}, place)


def _no_deputy_gains(asked: Proposal, starts: date) -> None:
    """Refuse a role that a deputy named earlier would have with it: nobody looked at that deputy for it."""
    assert asked.institution is not None
    named = Leave.objects.filter(staff=asked.staff, ends_on__gte=starts).select_related("deputy")
    if asked.until is not None:
        named = named.filter(starts_on__lt=asked.until)
    for one in named:
        if _is_gained(_own(one.deputy, one.ends_on), asked.role, asked.institution.pk):
            told = {"deputy": one.deputy_id}
            raise Refused(
                "deputy_gains",
                _("%(deputy)s, their deputy, would have this role too: end the deputy's term first.") % told,
            )


def _may_hold(actor: Scope, asked: Proposal) -> None:
    staff, place = asked.staff, asked.institution
    assert place is not None
    over(actor, staff.institution_id)
    over(actor, place.pk)
    not_oneself(actor, staff.pk)
    if asked.role not in ROLES:
        raise Refused("unknown_role", _("There is no such role."))
    if not staff.is_active:
        raise Refused("ended", _("This account has ended."))
    today = clock.civil().date()
    starts = asked.since or today
    if asked.until is not None and asked.until <= max(starts, today):
        raise Refused("ends_before", _("The role must end after it begins, and after today."))
    held = StaffRole.objects.filter(staff=staff, role=asked.role, institution=place)
    if held.filter(Q(until__isnull=True) | Q(until__gt=starts)).exists():
        raise Refused("held_already", _("This person holds the role there already."))
    _no_deputy_gains(asked, max(starts, today))


def _may_deputise(actor: Scope, asked: Proposal) -> None:
    staff, deputy, starts, ends = asked.staff, asked.deputy, asked.since, asked.until
    assert deputy is not None
    assert starts is not None
    assert ends is not None
    over_all(actor, staff)
    over(actor, deputy.institution_id)
    not_oneself(actor, deputy.pk)
    if staff.pk == deputy.pk:
        raise Refused("same_person", _("A deputy is another person."))
    if not staff.is_active or not deputy.is_active:
        raise Refused("ended", _("This account has ended."))
    if ends < max(starts, clock.civil().date()):
        raise Refused("ends_before", _("The leave must not end before it begins, nor before today."))
    same = Leave.objects.filter(staff=staff, deputy=deputy, starts_on__lte=ends, ends_on__gte=starts)
    if same.exists():
        raise Refused("leave_exists", _("This deputy is named for some of these days already."))


def _may_lose_factor(actor: Scope, asked: Proposal) -> None:
    over_all(actor, asked.staff)
    not_oneself(actor, asked.staff.pk)
    if not Authenticator.objects.filter(user=asked.staff).exists():
        raise Refused("no_factor", _("This person has no second factor."))


def _may_return(actor: Scope, asked: Proposal) -> None:
    over_all(actor, asked.staff)
    not_oneself(actor, asked.staff.pk)
    if asked.staff.is_active:
        raise Refused("not_ended", _("This account is open."))


def _propose(actor: Scope, asked: Proposal) -> Proposal:
    same = Proposal.objects.filter(
        state=m.WAITING,
        kind=asked.kind,
        staff=asked.staff,
        role=asked.role,
        institution=asked.institution,
        deputy=asked.deputy,
    )
    if same.exists():
        raise Refused("proposed_already", _("This is proposed already and waits for another administrator."))
    asked.proposed_by_id, asked.proposed_at = actor.staff_id, clock.civil()
    asked.save(force_insert=True)
    _note(asked, actor, f"propose_{asked.kind}", reason=asked.reason)
    return asked


def _waiting(proposal: Proposal) -> Proposal:
    """Give the proposal as it is now, kept from others until the transaction ends."""
    found = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("staff", "proposed_by")
        .get(pk=proposal.pk)
    )
    if found.state != m.WAITING:
        raise Refused("decided", _("This was decided already."))
    return found


def _decide(proposal: Proposal, actor: Scope, state: str) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, actor.staff_id, clock.civil()
    proposal.save(update_fields=["state", "decided_by", "decided_at"])


def _act_role(asked: Proposal, actor: Scope) -> None:
    assert asked.institution is not None
    starts = max(asked.since or clock.civil().date(), clock.civil().date())
    StaffRole.objects.create(
        staff=asked.staff, role=asked.role, institution=asked.institution, since=starts, until=asked.until
    )
    _note(asked, actor, "give_role", since=starts)


def _act_deputy(asked: Proposal, actor: Scope) -> Leave:
    assert asked.deputy is not None
    assert asked.since is not None
    assert asked.until is not None
    made = Leave.objects.create(
        staff=asked.staff, deputy=asked.deputy, starts_on=asked.since, ends_on=asked.until
    )
    _note(asked, actor, "set_leave")
    return made


def _act_factor(asked: Proposal, actor: Scope) -> None:
    Authenticator.objects.filter(user=asked.staff).delete()
    _note(asked, actor, "take_second_factor", reason=asked.reason)


def _act_restore(asked: Proposal, actor: Scope) -> None:
    before = {"is_active": False, "left_on": asked.staff.left_on}
    asked.staff.is_active, asked.staff.left_on = True, None
    asked.staff.save(update_fields=["is_active", "left_on"])
    record(
        actor=actor.staff_id,
        action="restore_staff",
        object_kind="staff",
        object_id=asked.staff_id,
        before=before,
        after={"is_active": True, "proposed_by": asked.proposed_by_id or actor.staff_id},
        reason=asked.reason,
    )


def _note(asked: Proposal, actor: Scope, action: str, *, since: date | None = None, reason: str = "") -> None:
    told: dict[str, Any] = {
        "role": asked.role or None,
        "institution_id": asked.institution_id,
        "deputy": asked.deputy_id,
        "since": since or asked.since,
        "until": asked.until,
        "proposed_by": asked.proposed_by_id,
    }
    record(
        actor=actor.staff_id,
        action=action,
        object_kind="staff",
        object_id=asked.staff_id,
        after={name: value for name, value in told.items() if value is not None},
        reason=reason,
    )


_MAY: dict[str, Callable[[Scope, Proposal], None]] = {
    m.ROLE: _may_hold,
    m.DEPUTY: _may_deputise,
    m.FACTOR: _may_lose_factor,
    m.RESTORE: _may_return,
}
_ACT: dict[str, Callable[[Proposal, Scope], object]] = {
    m.ROLE: _act_role,
    m.DEPUTY: _act_deputy,
    m.FACTOR: _act_factor,
    m.RESTORE: _act_restore,
}

"""The watch list: proposer and confirmer are two people, and nobody leaves before three months clean."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from postloan.console.audit.services import record
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import ColourChange, Customer
from postloan.console.work import states
from postloan.console.work.core import rules_in_force
from postloan.console.work.guards import Refused
from postloan.console.work.models import WatchEntry

CRITERIA = ("orange_or_worse", "special_mention_or_worse", "arrears", "group_or_guarantor", "judgement")
"""Why a customer comes on the list (catalogue, M34: orange or worse, class 05 or worse; option at 04)."""

PROPOSERS = frozenset({"customer_manager", "branch_head", "credit_department", "risk_department"})
WATCHERS = frozenset({"risk_department", "risk_committee"})


def roles_towards(by: Scope, institution_id: str | None) -> frozenset[str]:
    """Give the roles in which a person stands towards a customer's stay on the list."""
    found = set()
    place = institution_id or ""
    if by.has(PROPOSERS):
        found.add(states.PROPOSER)
    if by.has(WATCHERS) and by.has_at(WATCHERS, place):
        found.add(states.WATCHER)
    return frozenset(found)


def is_clean(entry: WatchEntry, day: date) -> bool:
    """Tell whether a customer has been without orange and red for the months that leaving asks for."""
    since = day - timedelta(days=rules_in_force().clean_days)
    bad = ("orange", "red")
    if entry.entered_on is None or entry.entered_on > since:
        return False
    if Customer.objects.filter(pk=entry.customer_id, colour__in=bad).exists():
        return False
    moves = ColourChange.objects.filter(customer_id=entry.customer_id, as_of__gt=since)
    return not moves.filter(after__in=bad).exists() and not moves.filter(before__in=bad).exists()


@transaction.atomic
def watch_propose(
    *, by: Scope, customer: Customer, staff: Staff, criterion: str, reason: str, plan: str, now: datetime
) -> WatchEntry:
    """Propose a customer for the list, with reason, action plan and owner (the evidence that M34 asks for).

    Raises Refused `reason_given`, `plan_missing`, `criterion_unknown`, `already_listed`.
    """
    if states.PROPOSER not in roles_towards(by, customer.institution_id):
        raise Refused("not_your_part")
    for fits, code in (
        (criterion in CRITERIA, "criterion_unknown"),
        (reason.strip(), "reason_given"),
        (plan.strip(), "plan_missing"),
    ):
        if not fits:
            raise Refused(code)
    try:
        with transaction.atomic():
            entry = WatchEntry.objects.create(
                customer_id=customer.pk,
                customer_name=customer.name,
                institution_id=customer.institution_id,
                manager_id=customer.manager_id,
                state=states.PROPOSED,
                owner_id=staff.pk,
                entry_criterion=criterion,
                entry_reason=reason.strip(),
                action_plan=plan.strip(),
                proposed_by=by.staff_id,
                proposed_at=now,
            )
    except IntegrityError as found:
        raise Refused("already_listed") from found
    _audit(entry, by, "watch_propose", "", reason)
    return entry


def _move(
    by: Scope, entry: WatchEntry, action: str, reason: str, day: date, changes: dict[str, Any], name: str
) -> WatchEntry:
    held = WatchEntry.objects.select_for_update().get(pk=entry.pk)
    row = states.find(states.WATCH, held.state, action)
    if row is None:
        raise Refused("not_in_this_state")
    if roles_towards(by, held.institution_id).isdisjoint(row.roles):
        raise Refused("not_your_part")
    proposer = held.exit_proposed_by if held.state == states.LEAVING else held.proposed_by
    met = {
        "not_the_proposer": lambda: by.staff_id != proposer,
        "reason_given": lambda: bool(reason.strip()),
        "three_months_clean": lambda: is_clean(held, day),
    }
    for guard in row.guards:
        if not met[guard]():
            raise Refused(guard)
    before = held.state
    for column, value in changes.items():
        setattr(held, column, value)
    held.state = row.following
    held.save()
    _audit(held, by, name, before, reason)
    return held


def _audit(entry: WatchEntry, by: Scope, action: str, before: str, reason: str) -> None:
    record(
        actor=by.staff_id,
        action=action,
        object_kind="watch_entry",
        object_id=str(entry.pk),
        before={"state": before} if before else None,
        after={"state": entry.state, "customer": entry.customer_id},
        reason=reason,
    )


@transaction.atomic
def watch_confirm_entry(*, by: Scope, entry: WatchEntry, now: datetime) -> WatchEntry:
    """Put a proposed customer on the list."""
    changes = {"entered_on": now.date(), "confirmed_by": by.staff_id}
    return _move(by, entry, "confirm_entry", "", now.date(), changes, "watch_confirm_entry")


@transaction.atomic
def watch_reject_entry(*, by: Scope, entry: WatchEntry, reason: str, now: datetime) -> WatchEntry:
    """Refuse a proposal, with the reason."""
    changes = {"left_on": now.date(), "exit_reason": reason.strip(), "released_by": by.staff_id}
    return _move(by, entry, "reject_entry", reason, now.date(), changes, "watch_reject_entry")


@transaction.atomic
def watch_propose_exit(*, by: Scope, entry: WatchEntry, reason: str, now: datetime) -> WatchEntry:
    """Propose that a customer leaves the list, with the evidence of the cure (M35)."""
    changes = {"exit_reason": reason.strip(), "exit_proposed_by": by.staff_id}
    return _move(by, entry, "propose_exit", reason, now.date(), changes, "watch_propose_exit")


@transaction.atomic
def watch_confirm_exit(*, by: Scope, entry: WatchEntry, now: datetime) -> WatchEntry:
    """Let a customer leave the list."""
    changes = {"left_on": now.date(), "released_by": by.staff_id}
    return _move(by, entry, "confirm_exit", "", now.date(), changes, "watch_confirm_exit")


@transaction.atomic
def watch_keep(*, by: Scope, entry: WatchEntry, reason: str, now: datetime) -> WatchEntry:
    """Keep a customer on the list whose leaving was proposed."""
    changes = {"exit_reason": "", "exit_proposed_by": None}
    return _move(by, entry, "keep", reason, now.date(), changes, "watch_keep")

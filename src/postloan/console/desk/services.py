"""Writes of the classification desk: rate, determine, approve, send back, withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console import words
from postloan.console.audit.services import record
from postloan.console.desk import rules
from postloan.console.desk.models import Classification
from postloan.console.desk.states import NOTHING, OPEN, Move, move
from postloan.console.people.models import StaffRole
from postloan.console.people.rights import Scope, ancestors
from postloan.console.publishing.models import Customer, Loan, Publication
from postloan.console.publishing.selectors import current
from postloan.console.refusals import Refused
from postloan.policy.in_force import Policy


def known_of(loan: Loan) -> rules.Known:
    """Give what the published run says of a loan, for the rules of the desk."""
    kind = Customer.objects.filter(pk=loan.customer_id).values_list("kind", flat=True).first()
    return rules.Known(
        str(loan.scheme_id), loan.class_final, loan.class_machine, loan.class_floor, kind, loan.amount_band
    )


def level_at(policy: Policy, staff_id: str, institution_id: str | None) -> int:
    """Give a person's organisational level at an institution, by roles held there or above in their own name.

    Authority over classes does not pass to a deputy: a run judges a decision by the roles of who signed it.
    """
    today = clock.civil().date()
    held = StaffRole.objects.filter(
        Q(since__isnull=True) | Q(since__lte=today),
        Q(until__isnull=True) | Q(until__gt=today),
        staff_id=staff_id,
        institution_id__in=ancestors(institution_id or ""),
    )
    return rules.level_of(policy, held.values_list("role", flat=True))


def _run() -> tuple[Publication, Policy]:
    run = current()
    if run is None:
        raise Refused("no_run", _("No run has been published yet, so there is nothing to classify."))
    policy = words.policy_of(run.policy_version, run.as_of)
    if not rules.has_authority(policy):
        raise Refused(
            "no_authority", _("The policy gives nobody authority over classes: the machine's class stands.")
        )
    return run, policy


@transaction.atomic
def rate(*, actor: Scope, loan: Loan, level_code: str, reason: str = "") -> Classification:
    """Give a loan its initial rating, or rate it again after it was sent back.

    Raises Refused `no_run`, `no_authority`, `not_classified`, `not_yours`, `decided_today`, `in_progress`, or
    what `rules.objections` finds; `reason_missing`.
    """
    run, policy = _run()
    if loan.scheme_id is None:
        raise Refused(
            "not_classified", _("This exposure is not classified: it carries no risk of the bank's.")
        )
    if loan.manager_id not in actor.acting_for or not actor.has({"customer_manager"}):
        raise Refused("not_yours", _("The initial rating is given by the customer manager of the loan."))
    known = known_of(loan)
    _object(policy, known, level_code, reason)
    found = Classification.objects.select_for_update().filter(loan_id=loan.pk, state__in=OPEN).first()
    made = found or _new(loan)
    _require(made.state, "rate")
    now = clock.civil()
    before = {"state": made.state, "level_code": made.level_code} if found else None
    if found is None:
        made.opened_at = now
    made.rated_by, made.determined_by, made.approved_by = actor.staff_id, None, None
    try:
        with transaction.atomic():
            _settle(made, run, policy, known, loan, level_code, "rated", now, is_new=found is None)
    except IntegrityError as error:
        raise Refused("in_progress", _("Somebody has rated this loan just now; look at it again.")) from error
    _note(made, "rate", actor.staff_id, reason, now, before)
    return made


def _new(loan: Loan) -> Classification:
    earlier = Classification.objects.filter(loan_id=loan.pk)
    today = clock.civil().date()
    if any(one.moved_at.date() == today for one in earlier.filter(state="settled")):
        # The book holds one step of a kind a loan and day.
        raise Refused(
            "decided_today", _("This loan was decided today; the next rating can be given tomorrow.")
        )
    return Classification(number=f"{loan.pk}.{earlier.count() + 1}", loan_id=loan.pk, state=NOTHING)


def _object(policy: Policy, known: rules.Known, level_code: str, reason: str) -> None:
    texts = {
        "unknown_level": _("There is no such class in the scheme of this loan."),
        "beyond_floor": _("The regulatory floor allows no better class than its own."),
        "more_than_one_step": _("One decision may raise a class by one step only."),
        "normal_unmeasured": _("The days past due are not known, so the loan cannot be called normal."),
    }
    for code in rules.objections(policy, known, level_code):
        raise Refused(code, texts[code])
    if rules.needs_reason(policy, known, level_code) and not reason.strip():
        raise Refused(
            "reason_missing",
            _("Say why: this class is not the machine's, is better than the last, or is a loss."),
        )


def _require(state: str, action: str) -> Move:
    found = move(state, action)
    if found is None:
        raise Refused("wrong_state", _("This cannot be done now: somebody has moved the classification on."))
    return found


def _settle(
    made: Classification,
    run: Publication,
    policy: Policy,
    known: rules.Known,
    loan: Loan,
    level_code: str,
    state: str,
    now: datetime,
    *,
    is_new: bool = False,
) -> None:
    """Bring a classification to a state, with what is known and demanded at this moment."""
    asked = rules.demand(policy, known, level_code, run.as_of)
    made.state, made.level_code, made.moved_at = state, level_code, now
    made.customer_id, made.institution_id, made.manager_id = (
        loan.customer_id,
        loan.institution_id,
        loan.manager_id,
    )
    made.scheme_id, made.policy_version, made.as_of = known.scheme_id, run.policy_version, run.as_of
    made.five_level = policy.scheme(known.scheme_id).level(level_code).five_level
    made.standing, made.machine, made.floor = known.standing, known.machine, known.floor
    made.is_upgrade, made.is_loss, made.rule_id = asked.is_upgrade, asked.is_loss, asked.rule_id
    made.determination_level, made.approval_level = asked.determination, asked.approval
    made.save(force_insert=is_new)


def _note(
    made: Classification, action: str, who: str, reason: str, now: datetime, before: dict[str, str] | None
) -> None:
    made.steps.create(
        action=action,
        level_code=made.level_code,
        five_level=made.five_level,
        by=who,
        at=now,
        reason=reason.strip(),
    )
    record(
        actor=who,
        action=f"class_{action}",
        object_kind="loan",
        object_id=made.loan_id,
        before=before,
        after={
            "classification": made.number,
            "state": made.state,
            "level_code": made.level_code,
            "machine": made.machine,
            "floor": made.floor,
        },
        reason=reason.strip(),
        policy_version=made.policy_version,
    )


def _taken(number: str, action: str) -> tuple[Classification, Move, Loan]:
    made = Classification.objects.select_for_update().get(pk=number)
    found = _require(made.state, action)
    loan = Loan.objects.filter(pk=made.loan_id).first()
    if loan is None:
        raise Refused("gone", _("The loan has left the book; there is nothing left to classify."))
    return made, found, loan


def _different(actor: Scope, *others: str | None) -> None:
    if actor.staff_id in others:
        raise Refused(
            "same_person",
            _("Who rated or determined a class does not decide on it again: another person must."),
        )


def _high_enough(policy: Policy, actor: Scope, loan: Loan, needed: int) -> None:
    if level_at(policy, actor.staff_id, loan.institution_id) < needed:
        raise Refused(
            "level_too_low",
            _("This decision is for level %(level)s or higher: %(roles)s.")
            % {"level": needed, "roles": ", ".join(roles_from(policy, needed))},
        )


def roles_from(policy: Policy, level: int) -> list[str]:
    """Give the names of the roles whose level is high enough."""
    return [
        words.word("role", role) for role, held in rules.authority_levels(policy).items() if held >= level
    ]


@transaction.atomic
def determine(*, actor: Scope, number: str, level_code: str, reason: str = "") -> Classification:
    """Determine the class, which may be another than the rated one.

    Raises Refused as `rate` does, and `wrong_state`, `same_person`, `level_too_low`, `gone`.
    """
    run, policy = _run()
    made, found, loan = _taken(number, "determine")
    _different(actor, made.rated_by)
    known = known_of(loan)
    _object(policy, known, level_code, reason)
    _high_enough(policy, actor, loan, rules.demand(policy, known, level_code, run.as_of).determination)
    before, now = {"state": made.state, "level_code": made.level_code}, clock.civil()
    made.determined_by = actor.staff_id
    _settle(made, run, policy, known, loan, level_code, found.to, now)
    _note(made, "determine", actor.staff_id, reason, now, before)
    return made


@transaction.atomic
def approve(*, actor: Scope, number: str, level_code: str, reason: str = "") -> Classification:
    """Approve the class that was determined, after which it is a decision in force.

    Args:
        actor: who approves.
        number: the classification.
        level_code: the class that the person saw; another one than the determined one is refused.
        reason: a note.

    Raises Refused `changed` where another class was determined meanwhile, `machine_moved` where a run since
    then makes the class impossible, and as `determine` does.
    """
    run, policy = _run()
    made, found, loan = _taken(number, "approve")
    if level_code != made.level_code:
        raise Refused("changed", _("Another class was determined meanwhile; look at it again."))
    _different(actor, made.rated_by, made.determined_by)
    known = known_of(loan)
    if rules.objections(policy, known, level_code):
        raise Refused("machine_moved", _("A run since then makes this class impossible; send it back."))
    asked = rules.demand(policy, known, level_code, run.as_of)
    if level_at(policy, str(made.determined_by), loan.institution_id) < asked.determination:
        raise Refused(
            "machine_moved", _("A run since then asks for a higher level of determination; send it back.")
        )
    _high_enough(policy, actor, loan, asked.approval)
    before, now = {"state": made.state, "level_code": made.level_code}, clock.civil()
    made.approved_by = actor.staff_id
    _settle(made, run, policy, known, loan, level_code, found.to, now)
    _note(made, "approve", actor.staff_id, reason, now, before)
    return made


@transaction.atomic
def send_back(*, actor: Scope, number: str, reason: str) -> Classification:
    """Send a rated or determined class back to be rated again.

    Raises Refused `wrong_state`, `reason_missing`, `same_person`, `level_too_low`, `gone`.
    """
    _, policy = _run()
    made, found, loan = _taken(number, "return")
    _reason(reason)
    needed = made.determination_level if made.state == "rated" else made.approval_level
    _different(actor, made.rated_by, made.determined_by)
    _high_enough(policy, actor, loan, needed)
    return _closed(made, found, "return", actor, reason)


@transaction.atomic
def withdraw(*, actor: Scope, number: str, reason: str) -> Classification:
    """Withdraw a rating before it is determined; the loan can be rated again.

    Raises Refused `wrong_state`, `reason_missing`, `not_yours`.
    """
    made = Classification.objects.select_for_update().get(pk=number)
    found = _require(made.state, "withdraw")
    _reason(reason)
    if actor.staff_id != made.rated_by:
        raise Refused("not_yours", _("A rating is withdrawn by who gave it."))
    return _closed(made, found, "withdraw", actor, reason)


def _reason(reason: str) -> None:
    if not reason.strip():
        raise Refused("reason_missing", _("Say why."))


def _closed(made: Classification, found: Move, action: str, actor: Scope, reason: str) -> Classification:
    before, now = {"state": made.state, "level_code": made.level_code}, clock.civil()
    made.state, made.moved_at = found.to, now
    made.save()
    _note(made, action, actor.staff_id, reason, now, before)
    return made

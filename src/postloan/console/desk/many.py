"""Several initial ratings in one go, each as the machine proposes and each a rating of its own.

What wants a person's thought is left to the page of the loan: a class that is not measurable, one that is
better than the one that stands, and every loss (domain B3, U6). Determination and approval are those of
single ratings, by other people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from postloan.console import words
from postloan.console.desk import rules, services
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Loan
from postloan.console.publishing.selectors import current
from postloan.console.refusals import Refused
from postloan.policy.in_force import Policy

AT_ONCE = 200
"""Most loans that are rated in one go."""

ALONE = {
    "unmeasured": _("the machine could not measure it"),
    "better": _("better than the class that stands: rate it alone, with a reason"),
    "loss": _("a loss: rate it alone, with a reason"),
    "impossible": _("the floor or the steps of an upgrade do not allow it"),
    "changed": _("a run since then proposes another class"),
}
"""Why a loan is rated on its own page."""


def alone(policy: Policy, known: rules.Known, as_of: date) -> str:
    """Give why a loan is not rated with others, empty where it may be."""
    if known.machine is None:
        return "unmeasured"
    if rules.objections(policy, known, known.machine):
        return "impossible"
    asked = rules.demand(policy, known, known.machine, as_of)
    return "loss" if asked.is_loss else "better" if asked.is_upgrade else ""


def known_of(loan: Loan, kind: str | None) -> rules.Known:
    """Give what is known of a loan whose customer's kind is at hand."""
    return rules.Known(
        str(loan.scheme_id), loan.class_final, loan.class_machine, loan.class_floor, kind, loan.amount_band
    )


def rate_many(*, actor: Scope, proposals: Sequence[tuple[Loan, str]]) -> tuple[list[str], dict[str, str]]:
    """Rate loans as the machine proposes; each is a transaction and an audit event of its own.

    Args:
        actor: the customer manager.
        proposals: loans, each with the class that the person saw proposed.

    Returns:
        The numbers of the loans that were rated, and in words why the others were not, by number.
    """
    run = current()
    if run is None:
        return [], {}
    policy = words.policy_of(run.policy_version, run.as_of)
    rated: list[str] = []
    left: dict[str, str] = {}
    for loan, shown in proposals[:AT_ONCE]:
        known = services.known_of(loan)
        why = "changed" if known.machine != shown else alone(policy, known, run.as_of)
        if why:
            left[loan.pk] = str(ALONE[why])
            continue
        try:
            services.rate(actor=actor, loan=loan, level_code=shown)
        except Refused as refused:
            left[loan.pk] = refused.message
        else:
            rated.append(loan.pk)
    return rated, left

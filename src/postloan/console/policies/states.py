"""How a draft of policy becomes law of the bank: one table of state, action and role (measures.md, D3).

Draft, consultation of the branches, legal check, joint signature of risk and credit departments, promulgation
for a day to come, acknowledgement by every customer manager, lock, review after six months. A draft can be
withdrawn until it is promulgated, and changing it sends it back to its beginning.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from postloan.errors import PostloanError

DRAFT = "draft"
CONSULTATION = "consultation"
LEGAL_CHECK = "legal_check"
JOINT_SIGNATURE = "joint_signature"
RISK_SIGNED = "risk_signed"
CREDIT_SIGNED = "credit_signed"
SIGNED = "signed"
EFFECTIVE = "effective"
LOCKED = "locked"
WITHDRAWN = "withdrawn"

STATES = (
    DRAFT,
    CONSULTATION,
    LEGAL_CHECK,
    JOINT_SIGNATURE,
    RISK_SIGNED,
    CREDIT_SIGNED,
    SIGNED,
    EFFECTIVE,
    LOCKED,
    WITHDRAWN,
)
OPEN = (DRAFT, CONSULTATION, LEGAL_CHECK, JOINT_SIGNATURE, RISK_SIGNED, CREDIT_SIGNED, SIGNED)
"""States of a draft that is not yet promulgated."""

PROMULGATED = (EFFECTIVE, LOCKED)

AUTHOR = frozenset({"policy_author"})
LAW = frozenset({"legal", "compliance"})
RISK = frozenset({"risk_department"})
CREDIT = frozenset({"credit_department"})
APPROVER = frozenset({"policy_approver"})
SYSTEM = frozenset({"system"})
CHECKERS = LAW | RISK | CREDIT | APPROVER
BRANCH = frozenset({"branch_head"})
MANAGERS = frozenset({"customer_manager"})

ANYWHERE = BRANCH | MANAGERS | SYSTEM
"""Roles that count wherever they are held; all others must be held at the head office."""

CHECKS = frozenset({"approve_law", "sign_risk", "sign_credit", "promulgate", "review"})
"""Actions by which one person checks another: never by anybody who has made a part of the draft."""

APPROVALS = frozenset({"approve_law", "sign_risk", "sign_credit"})
"""Actions that leave an approval, bound to the content that was approved; each by another person."""


@dataclass(frozen=True)
class Step:
    """One cell of the table: where the action leads, and who may take it."""

    to: str
    roles: frozenset[str]


def _same(
    states: Collection[str], action: str, to: str | None, roles: frozenset[str]
) -> dict[tuple[str, str], Step]:
    return {(state, action): Step(to or state, roles) for state in states}


TABLE: dict[tuple[str, str], Step] = {
    # What the author does.
    **_same(OPEN, "change", DRAFT, AUTHOR),
    **_same(OPEN, "withdraw", WITHDRAWN, AUTHOR),
    **_same(OPEN, "set_questions", None, AUTHOR),
    **_same(OPEN, "ask_impact", None, AUTHOR | CHECKERS),
    **_same(OPEN, "cancel_impact", None, AUTHOR | CHECKERS),
    (DRAFT, "submit"): Step(CONSULTATION, AUTHOR),
    (CONSULTATION, "end_consultation"): Step(LEGAL_CHECK, AUTHOR),
    # What others say to it.
    (CONSULTATION, "comment"): Step(CONSULTATION, BRANCH | CHECKERS | frozenset({"audit"})),
    (LEGAL_CHECK, "approve_law"): Step(JOINT_SIGNATURE, LAW),
    (JOINT_SIGNATURE, "sign_risk"): Step(RISK_SIGNED, RISK),
    (JOINT_SIGNATURE, "sign_credit"): Step(CREDIT_SIGNED, CREDIT),
    (CREDIT_SIGNED, "sign_risk"): Step(SIGNED, RISK),
    (RISK_SIGNED, "sign_credit"): Step(SIGNED, CREDIT),
    **_same((LEGAL_CHECK, JOINT_SIGNATURE, RISK_SIGNED, CREDIT_SIGNED, SIGNED), "return", DRAFT, CHECKERS),
    (SIGNED, "promulgate"): Step(EFFECTIVE, APPROVER),
    # What follows once it is law.
    **_same(PROMULGATED, "acknowledge", None, MANAGERS),
    (EFFECTIVE, "lock"): Step(LOCKED, APPROVER | RISK | SYSTEM),
    (LOCKED, "review"): Step(LOCKED, RISK),
}
"""Every step there is; whatever is not here cannot be done."""

ACTIONS = tuple(dict.fromkeys(action for _, action in TABLE))

SEEN: dict[str, frozenset[str]] = {
    "policy_author": frozenset(STATES),
    "policy_approver": frozenset(STATES),
    "risk_department": frozenset(STATES),
    "credit_department": frozenset(STATES),
    "legal": frozenset(STATES),
    "compliance": frozenset(STATES),
    "audit": frozenset(STATES),
    "branch_head": frozenset(STATES) - {DRAFT, WITHDRAWN},
    "customer_manager": frozenset(PROMULGATED),
}
"""In which states a draft is shown to whom."""


def step(state: str, action: str, roles: Collection[str]) -> Step:
    """Give the step that somebody with these roles takes by an action.

    Raises PostloanError `not_in_this_state` where the state has no such action, `not_your_step` where none
    of the roles may take it.
    """
    found = TABLE.get((state, action))
    if found is None:
        raise PostloanError("not_in_this_state", f"`{action}` cannot be done in the state `{state}`.")
    if found.roles.isdisjoint(roles):
        raise PostloanError("not_your_step", f"`{action}` is for: {', '.join(sorted(found.roles))}.")
    return found


def possible(state: str, roles: Collection[str]) -> list[str]:
    """Give the actions that somebody with these roles has in a state, in the order of the table."""
    return [
        action for (at, action), found in TABLE.items() if at == state and not found.roles.isdisjoint(roles)
    ]

"""The way of a classification: states, actions, and who may take them. The page of the desk shows this table.

Three different people: who rates does not determine, and neither of the two approves (domain B5, F5).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_noop as _

NOTHING = "unrated"
OPEN = ("rated", "determined", "returned")
CLOSED = ("settled", "withdrawn")
STATES: dict[str, str] = {
    NOTHING: _("to be rated"),
    "rated": _("to be determined"),
    "determined": _("to be approved"),
    "returned": _("sent back"),
    "settled": _("in force"),
    "withdrawn": _("withdrawn"),
}
ACTIONS: dict[str, str] = {
    "rate": _("Give the initial rating"),
    "determine": _("Determine"),
    "approve": _("Approve"),
    "return": _("Send back"),
    "withdraw": _("Withdraw"),
}
WHO: dict[str, str] = {
    "manager": _("the customer manager of the loan"),
    "determiner": _("a person whose level may determine the class, other than who rated it"),
    "approver": _("a person whose level may approve the class, other than who rated or determined it"),
    "rater": _("who gave the initial rating"),
}


@dataclass(frozen=True)
class Move:
    """An action in a state, who may take it and where it leads."""

    state: str
    action: str
    who: str
    to: str


MOVES: tuple[Move, ...] = (
    Move(NOTHING, "rate", "manager", "rated"),
    Move("returned", "rate", "manager", "rated"),
    Move("rated", "determine", "determiner", "determined"),
    Move("rated", "return", "determiner", "returned"),
    Move("rated", "withdraw", "rater", "withdrawn"),
    Move("determined", "approve", "approver", "settled"),
    Move("determined", "return", "approver", "returned"),
    Move("returned", "withdraw", "rater", "withdrawn"),
)
"""Every move there is; whatever is not here cannot be done."""


def move(state: str, action: str) -> Move | None:
    """Give the move of an action in a state, None where there is none."""
    return next((one for one in MOVES if (one.state, one.action) == (state, action)), None)

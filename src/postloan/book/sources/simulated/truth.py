"""The truth of a simulated bank: who goes bad, when, why, and from when it could have been seen."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.draws import Ints
from postloan.book.sources.simulated.ids import Ids, one_of
from postloan.book.sources.simulated.life import Life
from postloan.book.sources.simulated.loans import NEVER
from postloan.engine.columns import Cells
from postloan.engine.schema import Field, TableSchema

OUTCOMES = TableSchema(
    "outcomes",
    (
        Field("customer_id", "string"),
        Field("loan_id", "string"),
        Field("bad_on", "date"),
        Field("dpd30_on", "date"),
        Field("cause", "string"),
        Field("visible_from", "date"),
    ),
    key=("customer_id", "loan_id"),
    doc="Loans that go bad: more than 90 days past due for the first time, or written off before.",
)
AHEAD = 366
"""Days after the book's last day of which the truth is told: twelve months."""

_PASSING = ("one_off_dip", "other_bank", "big_purchase")


def outcomes(life: Life, until: int) -> dict[str, Cells]:
    """Give the loans of a branch that go bad up to a year after day `until`, as columns of OUTCOMES."""
    log, branch = life.loans.log, life.branch
    world = branch.world
    kept = (log["closed_on"] >= world.opening_day) & (log["bad"] <= until + AHEAD) & (log["day"] <= until)
    loans = np.flatnonzero(kept & (log["bad"] < NEVER))
    credit, bad = log["credit"][loans], log["bad"][loans]
    owner = branch.owner[credit]
    month = np.searchsorted(world.calendar.start(np.arange(world.months + 1)), bad, side="right") - 1
    ids = Ids(branch)
    names = world.constants.cause_names
    late30 = np.where(log["late30"][loans] < NEVER, log["late30"][loans], bad - 61)
    return {
        "customer_id": ids.customer(owner),
        "loan_id": ids.loan(credit, log["sequence"][loans]),
        "bad_on": bad,
        "dpd30_on": late30,
        "cause": one_of(names, _causes(life, owner, month)),
        "visible_from": _visible(life, owner, month, late30 - 29),
    }


def _window(month: Ints, back: int) -> Ints:
    """Give the months of the span before each month, as rows."""
    return np.maximum(month[None, :] - np.arange(back)[:, None], 0)


def _causes(life: Life, owner: Ints, month: Ints) -> Ints:
    """Give each case's cause: the customer's own, else what came from others, the county or thin margins."""
    stress, branch = life.stress, life.branch
    names = branch.world.constants.cause_names
    last = _window(month, 9)
    own = (stress.path[last, owner].max(axis=0, initial=0) > 0.2) & (stress.cause[month, owner] >= 0)
    own &= ~np.isin(stress.cause[month, owner], [names.index(name) for name in _PASSING])
    called = life.called[_window(month, 12), owner].sum(axis=0) > branch.income[owner] // 2
    buyer = branch.buyer[owner]
    seller = (buyer >= 0) & (stress.path[last, np.maximum(buyer, 0)].max(axis=0, initial=0) > 0.4)
    fallen = stress.price[last, owner].min(axis=0, initial=2) < 0.85
    dry = stress.drought[last, owner].max(axis=0, initial=0) > 0.25
    emergent = [names.index(n) for n in ("guarantor_fall", "lost_buyer", "drought", "price_collapse")]
    found = np.select([called, seller, dry, fallen], emergent, names.index("overindebted"))
    return np.where(own, stress.cause[month, owner], found)


def _visible(life: Life, owner: Ints, month: Ints, latest: Ints) -> Ints:
    """Give the end of the first month of the year before in which something stood in the books."""
    back = 15
    span = _window(month, back)[::-1]
    signs = (
        (life.distress[span, owner] > 0.15)
        | (life.debt[span, owner] > 0)
        | (life.applied[span, owner] > 0)
        | (life.behind[span, owner] > 0)
        | (life.late_by_owner[span, owner] > 0)
    )
    some = signs.any(axis=0)
    first = np.take_along_axis(span, signs.argmax(axis=0)[None, :], axis=0)[0] if len(owner) else month
    day = np.where(some, life.branch.world.calendar.end(first), latest)
    return np.minimum(day, latest)

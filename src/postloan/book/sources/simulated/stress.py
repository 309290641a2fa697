"""What befalls the customers of a branch: causes of trouble, their onsets and paths; most pass by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postloan.book.sources.simulated.constants import FARMER, KINDS
from postloan.book.sources.simulated.draws import Floats, Ints, pick
from postloan.book.sources.simulated.people import Branch


@dataclass(frozen=True)
class Stress:
    """The troubles of a branch.

    Args:
        cause: the cause of each customer, a place among the causes; -1 for none.
        onset: its first month.
        recovers: whether it passes by itself.
        path: by month and customer, how far it has come, 0 to 1.
        factor: by month and customer, what county, township, prices and weather leave of usual income.
        price, drought: the parts of that factor.
        begins: disasters by month, kind and township.
    """

    cause: Ints
    onset: Ints
    recovers: Ints
    path: Floats
    factor: Floats
    price: Floats
    drought: Floats
    begins: Ints

    def of_cause(self, branch: Branch, name: str, default: float = 0.0) -> Floats:
        """Give a number of each customer's cause, 0 for those without one."""
        causes = branch.world.constants.causes.values()
        table = np.array([*(one.get(name, default) for one in causes), default], np.float64)
        return table[self.cause]


def stress_of(branch: Branch) -> Stress:
    """Draw what befalls each customer; the first cause to come is theirs."""
    cause, onset = _first(branch)
    causes = list(branch.world.constants.causes.values())
    low, high = (np.array([*(one["months"][at] for one in causes), 1])[cause] for at in (0, 1))
    size = branch.customers
    ramp = low + (high - low) * branch.draws.uniform("ramp", size)
    passes = np.array([*(one["recovers"] for one in causes), 1.0])[cause]
    recovers = branch.draws.uniform("recovers", size) < passes
    force = np.where(recovers, 0.4, 0.75) + 0.25 * branch.draws.uniform("force", size)
    length = 2 + 3 * branch.draws.uniform("length", size)  # months at full force before it passes
    since = branch.world.month_numbers[:, None] - onset[None, :] + 1
    rise = np.clip(since / ramp, 0, 1)
    fall = np.where(recovers, np.clip((since - ramp - length) / 3, 0, 1), 0)
    path = np.where((cause >= 0) & (since > 0), force * rise * (1 - fall), 0.0)
    return Stress(cause, onset, recovers, path, *_county(branch))


def _first(branch: Branch) -> tuple[Ints, Ints]:
    """Give each customer's cause and its first month."""
    causes = list(branch.world.constants.causes.values())
    odds = np.array([[one["onsets"].get(kind, 0) for kind in KINDS] for one in causes])  # cause, kind
    yearly = odds.sum(axis=0)[branch.kind]
    careless = np.exp(0.6 * branch.draws.normal("proneness", branch.customers) - 0.18)
    monthly = 1 - np.exp(-yearly * careless / 12)
    falls = branch.draws.uniform("onset", branch.world.months, branch.customers) < monthly
    which = branch.draws.uniform("cause", branch.customers)
    cause = np.empty(branch.customers, np.int64)
    for kind in range(len(KINDS)):
        mine = branch.kind == kind
        cause[mine] = pick(which[mine], odds[:, kind])
    some = falls.any(axis=0)
    return np.where(some, cause, -1), np.where(some, falls.argmax(axis=0), branch.world.months + 99)


def _county(branch: Branch) -> tuple[Floats, Floats, Floats, Ints]:
    """Give the factor of income that all of a township or industry share, and its parts."""
    world = branch.world
    price = world.prices[:, branch.industry]
    begins, lost = world.disasters(branch.number)
    hit = branch.draws.uniform("hit", branch.customers)  # how exposed one's fields are
    farms = branch.kind == FARMER
    drought = np.where(farms, lost[:, branch.town] * (0.4 + 0.6 * hit), 0.0)
    local = world.township_economy(branch.number)[:, branch.town]
    passing = np.where(branch.kind == KINDS.index("individual"), 0.3, 1.0)
    factor = local**passing * price**passing * (1 - drought)
    return factor, price, drought, begins.astype(np.int64)

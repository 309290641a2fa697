"""What befalls the customers of a branch: causes of trouble, their onsets and paths; most pass by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from postloan.book.sources.simulated.constants import FARMER, KINDS
from postloan.book.sources.simulated.draws import Flags, Floats, Ints, pick
from postloan.book.sources.simulated.people import Branch

_REST = 3
"""Months after a trouble has passed before the next can come; J."""


@dataclass(frozen=True)
class Stress:
    """The troubles of a branch, all by month and customer.

    Args:
        cause: the last cause to have come, a place among the causes; -1 for none yet.
        onset: its first month; beyond the world for none.
        recovers: whether it passes by itself.
        path: how far it has come, 0 to 1.
        factor: what county, township, prices and weather leave of usual income.
        price, drought: the parts of that factor.
        begins: disasters by month, kind and township.
    """

    cause: Ints
    onset: Ints
    recovers: Flags
    path: Floats
    factor: Floats
    price: Floats
    drought: Floats
    begins: Ints

    def of_cause(self, branch: Branch, name: str, default: float = 0.0) -> Floats:
        """Give a number of the cause of each month and customer, 0 for those without one."""
        causes = branch.world.constants.causes.values()
        table = np.array([*(one.get(name, default) for one in causes), default], np.float64)
        return table[self.cause]

    def started(self, cause: int) -> tuple[Ints, Ints]:
        """Give month and customer of each onset of a cause."""
        months = np.arange(len(self.cause))[:, None]
        month, customer = np.nonzero((self.cause == cause) & (self.onset == months))
        return month, customer


def stress_of(branch: Branch) -> Stress:
    """Draw what befalls each customer: one trouble at a time, and the next once the last has passed."""
    causes = list(branch.world.constants.causes.values())
    low, high = (np.array([one["months"][at] for one in causes], np.float64) for at in (0, 1))
    passes = np.array([one["recovers"] for one in causes])
    size, months, draw = branch.customers, branch.world.months, branch.draws.uniform
    falls, which = _onsets(branch, causes)
    ramps, forces, lengths, recoveries = (
        draw(name, months, size) for name in ("ramp", "force", "length", "recovers")
    )
    cause, onset = np.full((months, size), -1), np.full((months, size), months + 99)
    recovers, path = np.zeros((months, size), bool), np.zeros((months, size))
    free = np.zeros(size)  # the month from which a new trouble can come
    now = {name: np.zeros(size) for name in ("ramp", "force", "length")}
    for month in range(months):
        if month:
            cause[month], onset[month], recovers[month] = (one[month - 1] for one in (cause, onset, recovers))
        new = np.flatnonzero(falls[month] & (free <= month))
        mine = which[month, new]
        cause[month, new], onset[month, new] = mine, month
        heals = recoveries[month, new] < passes[mine]
        recovers[month, new] = heals
        now["ramp"][new] = low[mine] + (high - low)[mine] * ramps[month, new]
        # What passes is shallower than what stays: a dip, not the end of a trade.
        now["force"][new] = np.where(heals, 0.35, 0.75) + 0.25 * forces[month, new]
        now["length"][new] = 2 + 3 * lengths[month, new]
        free[new] = np.where(heals, month + (now["ramp"] + now["length"])[new] + 3 + _REST, np.inf)
        path[month] = _path(month - onset[month] + 1, now, recovers[month])
    return Stress(cause, onset, recovers, path, *_county(branch))


def _path(since: Ints, now: dict[str, Floats], recovers: Flags) -> Floats:
    """Give how far a trouble has come in its month `since` (from 1): it rises, stays, and may pass."""
    begun = since > 0
    rise = np.clip(since / np.maximum(now["ramp"], 1), 0, 1)
    fall = np.where(recovers, np.clip((since - now["ramp"] - now["length"]) / 3, 0, 1), 0)
    return np.where(begun, now["force"] * rise * (1 - fall), 0.0)


def _onsets(branch: Branch, causes: Sequence[Mapping[str, Any]]) -> tuple[Flags, Ints]:
    """Give in which months a trouble would come to each customer, and which."""
    odds = np.array([[one["onsets"].get(kind, 0) for kind in KINDS] for one in causes])  # cause, kind
    yearly = odds.sum(axis=0)[branch.kind]
    careless = np.exp(0.6 * branch.draws.normal("proneness", branch.customers) - 0.18)
    steady = np.where(branch.sureties, 0.4, 1.0)
    monthly = 1 - np.exp(-yearly * careless * steady / 12)
    shape = (branch.world.months, branch.customers)
    falls = branch.draws.uniform("onset", *shape) < monthly
    drawn = branch.draws.uniform("cause", *shape)
    which = np.zeros(shape, np.int64)
    for kind in range(len(KINDS)):
        mine = branch.kind == kind
        which[:, mine] = pick(drawn[:, mine], odds[:, kind])
    return falls, which


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

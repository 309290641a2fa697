"""The world of a simulated bank: its arguments, its months, its prices, and the weather of each township."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from postloan.book.sources.simulated.calendar import Months
from postloan.book.sources.simulated.constants import Constants, constants
from postloan.book.sources.simulated.draws import Draws, Flags, Floats, Ints

DISASTERS = ("drought", "flood", "epidemic")


@dataclass(frozen=True)
class World:
    """What a bank is made from; the same arguments give the same bank.

    Args:
        loans: loans that the bank holds at once, about; each contract has one loan after the other.
        seed: the number that all draws follow from.
        first: first day of the first month lived.
        months: months lived, with those before the book begins and those after its last day.
        variant: which set of constants.
    """

    loans: int
    seed: int
    first: date
    months: int
    variant: str | None = None

    @staticmethod
    def of(loans: int, seed: int, as_of: date, months: int, variant: str | None = None) -> World:
        """Give the world whose book has so many full months before the month of `as_of`."""
        economy = constants(variant).economy
        back = as_of.year * 12 + as_of.month - 1 - months - economy["burn_in"]
        first = date(back // 12, back % 12 + 1, 1)
        return World(loans, seed, first, 0, variant).until(as_of)

    def until(self, as_of: date) -> World:
        """Give the same world, lived long enough for the truth after a day."""
        months = self.calendar.index(as_of) + 1 + self.constants.economy["outlook"]
        return World(self.loans, self.seed, self.first, months, self.variant)

    @cached_property
    def constants(self) -> Constants:
        """Give its figures."""
        return constants(self.variant)

    @cached_property
    def calendar(self) -> Months:
        """Give its months."""
        return Months(self.first)

    @property
    def opening(self) -> int:
        """Give the number of the first month of which the book has entries and reports."""
        return int(self.constants.economy["burn_in"])

    @cached_property
    def opening_day(self) -> int:
        """Give the number of the first day of the book's first month."""
        return int(self.calendar.start(self.opening))

    @property
    def branches(self) -> int:
        """Give the number of branches, each a block of credits."""
        return -(-self.loans // int(self.constants.economy["block"]))

    def credits_of(self, branch: int) -> int:
        """Give the number of credits of a branch."""
        block = int(self.constants.economy["block"])
        return self._credits(min(block, self.loans - branch * block))

    def _credits(self, loans: int) -> int:
        return max(1, round(loans * self.constants.economy["credits_per_loan"]))

    @property
    def credits_of_a_full_branch(self) -> int:
        """Give the number of credits of each branch but the last."""
        return self._credits(int(self.constants.economy["block"]))

    def draws(self, branch: int) -> Draws:
        """Give the draws of a branch; -1 is the county."""
        return Draws(self.seed, self.variant, branch)

    @cached_property
    def month_numbers(self) -> Ints:
        """Give 0, 1, … for each month lived."""
        return np.arange(self.months)

    @cached_property
    def prices(self) -> Floats:
        """Give the price of each industry's item by month: returns to its trend of 1, with shocks."""
        kinds = list(self.constants.economy["industries"].values())
        noise = self.draws(-1).normal("price", self.months, len(kinds))
        shock = self.draws(-1).uniform("price shock", self.months, len(kinds))
        spread = np.array([kind["price_spread"] for kind in kinds])
        drift = np.array([kind["price_drift"] for kind in kinds])
        level, path = np.zeros(len(kinds)), np.empty((self.months, len(kinds)))
        for month in range(self.months):
            # A collapse in four years, as of pigs (a quarter or a third off), and upswings in between; J.
            fall = np.where(shock[month] < 0.02, -4 * spread, np.where(shock[month] > 0.985, 4 * spread, 0))
            level = level * 0.94 + noise[month] * spread + fall
            path[month] = level + drift * month / 12
        return np.exp(path)

    def township_economy(self, branch: int) -> Floats:
        """Give the factor of local income by month and township of a branch."""
        town = self.constants.economy["town"]
        noise = self.draws(branch).normal("town", self.months, self.constants.economy["townships"])
        path, level = np.empty_like(noise), np.zeros(noise.shape[1])
        for month in range(self.months):
            level = level * (1 - town["return"]) + noise[month] * town["spread"]
            path[month] = level
        return np.exp(path)

    def disasters(self, branch: int) -> tuple[Flags, Floats]:
        """Give where disasters begin (month, kind, township) and what share of farm income they take."""
        economy = self.constants.economy
        shape = (self.months, len(DISASTERS), economy["townships"])
        odds = np.array([economy["disasters"][name] for name in DISASTERS]) / 12
        season = np.ones((12, len(DISASTERS)))
        season[:, 0] = [0, 0, 1, 1.5, 2.5, 2.5, 2, 1.5, 1, 0, 0, 0]  # droughts of the growing months
        season[:, 1] = [0, 0, 0, 0, 0.5, 2, 4, 4, 1.5, 0, 0, 0]  # floods of the rains
        odds = odds * season[self.calendar.of_year(self.month_numbers)]
        begins = self.draws(branch).uniform("disaster", *shape) < odds[:, :, None]
        low, high = economy["disaster_loss"]
        size = low + (high - low) * self.draws(branch).uniform("disaster size", *shape)
        loss = np.where(begins, size, 0.0)
        lost = np.zeros((self.months, shape[2]))
        for lag in range(7):  # what is lost would have been sold in the half year that follows
            lost[lag:] = np.maximum(lost[lag:], loss.max(axis=1)[: self.months - lag] * (1 - lag / 10))
        return begins, lost

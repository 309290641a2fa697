"""What is unpaid in a branch: how old the oldest of it is, and what guarantors are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from postloan.book.sources.simulated.draws import Floats, Ints
from postloan.book.sources.simulated.life import Life
from postloan.book.sources.simulated.loans import NEVER, LoanBook
from postloan.book.sources.simulated.people import Branch
from postloan.book.sources.simulated.world import World


class Arrears:
    """The part of a branch's state that is about arrears, in cents and months."""

    branch: Branch
    world: World
    life: Life
    loans: LoanBook
    rules: Mapping[str, Any]
    arrears: Ints
    oldest: Ints
    queue: Ints
    wealth: Ints
    shock: Floats

    def _age(self, month: int, early: Ints, on_day: Ints, late: Ints) -> None:
        """Move the oldest unpaid due on, and note who is 30 and more than 90 days late from when."""
        branch, loans, calendar = self.branch, self.loans, self.world.calendar
        paid, before = early + on_day + late, self.oldest.copy()
        due = self.life.due[month]
        self.queue[month] = self.queue[month - 1] + due if month else due
        base = self.queue[month] - self.arrears - due  # what had been met when the month began
        met = base + paid
        self.arrears = self.arrears + due - paid
        start = np.where((before == NEVER) & (self.arrears > 0), month, before)
        every = np.arange(branch.credits)
        for _ in range(month + 1):
            behind = (start < month) & (self.queue[np.minimum(start, month), every] <= met)
            if not behind.any():
                break
            start = np.where(behind, start + 1, start)
        self.oldest = np.where(self.arrears > 0, start, NEVER)
        day = branch.due_day[branch.owner]
        first_paid = np.where(
            early > 0, calendar.day(month, branch.income_day[branch.owner]), calendar.end(month) + 1
        )
        for since, until in ((before, first_paid), (self.oldest, calendar.end(month) + 1)):
            some = since != NEVER
            dated = np.where(some, calendar.day(np.where(some, since, 0), day), NEVER)
            loans.mark(dated, np.broadcast_to(until, dated.shape), some)
        loans.clear(self.oldest == NEVER)
        self.life.arrears[month], self.life.since[month] = self.arrears, self.oldest

    def _call_guarantors(self, month: int) -> None:
        """Let guarantors pay part of what is long overdue; it may be more than they can bear."""
        rules, branch = self.rules["guarantors"], self.branch
        self.shock *= 0.93
        days = self.world.calendar.end(month) - self._since_day()
        credit, guarantor = branch.guarantors
        calls = (days[credit] > rules["called_after"]) & (days[credit] <= rules["called_after"] + 62)
        calls &= self.arrears[credit] > 0
        if not calls.any():
            return
        credit, guarantor = credit[calls], guarantor[calls]
        asked = (self.arrears[credit] * rules["share"] / 3).astype(np.int64)
        able = np.minimum(asked, (self.wealth[guarantor] * rules["reach"]).astype(np.int64)) // 100 * 100
        size = branch.customers
        given = np.bincount(guarantor, able, size).astype(np.int64)
        self.wealth = np.maximum(self.wealth - given, 0)
        weight = np.bincount(guarantor, asked, size) / (branch.income * 4)
        self.shock = np.minimum(
            self.shock + weight * (1 - np.minimum(self.wealth / (branch.income + 1), 1)), 0.9
        )
        self.life.called[month] = np.bincount(guarantor, asked, size).astype(np.int64)
        paid = np.minimum(np.bincount(credit, able, branch.credits).astype(np.int64), self.arrears)
        self.life.guarantor_paid[month] = paid
        self.arrears -= paid
        self.life.arrears[month] = self.arrears
        nil = self.arrears == 0
        self.oldest[nil] = NEVER
        self.life.since[month] = self.oldest

    def _since_day(self) -> Ints:
        some = self.oldest != NEVER
        day = self.branch.due_day[self.branch.owner]
        return np.where(some, self.world.calendar.day(np.where(some, self.oldest, 0), day), NEVER)

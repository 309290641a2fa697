"""What is unpaid in a branch: how old the oldest of it is, and what guarantors are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from postloan.book.sources.simulated.draws import Flags, Floats, Ints
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
        """Take dues and payments of a month in their order, and note who is 30 and more than 90 days late."""
        branch, due, calendar = self.branch, self.life.due[month], self.world.calendar
        owner = branch.owner
        due_day = branch.due_day[owner]
        self.queue[month] = self.queue[month - 1] if month else 0
        self._settle(month, early, calendar.day(month, branch.income_day[owner]))
        self.queue[month] += due
        self.arrears = self.arrears + due
        self.oldest = np.where((self.oldest == NEVER) & (self.arrears > 0), month, self.oldest)
        self._settle(month, on_day, calendar.day(month, due_day))
        self._settle(month, late, calendar.day(month, due_day + self.life.late_day[month]))
        self._settle(month, self._from_guarantors(month), calendar.end(month))
        self._note_late(calendar.end(month) + 1)
        self.loans.clear(self.oldest == NEVER)
        self.life.arrears[month], self.life.since[month] = self.arrears, self.oldest

    def _settle(self, month: int, paid: Ints, day: Ints) -> None:
        """Take payments of one day: note who was late until then, and move the oldest unpaid due on."""
        self._note_late(day)
        self.arrears = self.arrears - paid
        met, start = self.queue[month] - self.arrears, self.oldest
        every = np.arange(self.branch.credits)
        for _ in range(month + 1):
            behind = (start < month) & (self.queue[np.minimum(start, month), every] <= met)
            if not behind.any():
                break
            start = np.where(behind, start + 1, start)
        self.oldest = np.where(self.arrears > 0, start, NEVER)

    def _note_late(self, until: Ints, only: Flags | None = None) -> None:
        """Note loans (of some credits) whose oldest due stood unpaid up to a day."""
        since, some = self._since_day(), self.oldest != NEVER
        self.loans.mark(since, np.broadcast_to(until, since.shape), some if only is None else some & only)

    def _from_guarantors(self, month: int) -> Ints:
        """Give what guarantors pay of what is long overdue; it may be more than they can bear."""
        rules, branch = self.rules["guarantors"], self.branch
        self.shock *= 0.93
        days = self.world.calendar.end(month) - self._since_day()
        credit, guarantor = branch.guarantors
        calls = (days[credit] > rules["called_after"]) & (days[credit] <= rules["called_after"] + 62)
        calls &= self.arrears[credit] > 0
        if not calls.any():
            return np.zeros(branch.credits, np.int64)
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
        return paid

    def _since_day(self) -> Ints:
        some = self.oldest != NEVER
        day = self.branch.due_day[self.branch.owner]
        return np.where(some, self.world.calendar.day(np.where(some, self.oldest, 0), day), NEVER)

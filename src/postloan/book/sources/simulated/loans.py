"""The loans of a branch: what their schedules ask, when each begins and ends, and when it goes bad."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from postloan.book.sources.simulated.constants import BILL, BULLET, CARD, INSTALMENT, NONE, SEASONAL, WHOLE
from postloan.book.sources.simulated.draws import Flags, Ints
from postloan.book.sources.simulated.people import MODES, Branch

NEVER = int(np.iinfo(np.int32).max)
"""A day or month that does not come."""

DIRECT, BRIDGED, REPAID, EVERGREEN, EXTENDED = 1, 2, 3, 4, 5
"""What becomes of principal that falls due at once: lent anew directly or after payment; paid; hidden."""

EXTENSION = 6
"""Months by which a maturity is put off."""

REASONS = ("repaid", "refinanced", "written_off")


def margin_percent(branch: Branch) -> Ints:
    """Give the margin of what stands off the sheet, in per cent: all of it where cash secures it."""
    return np.where(branch.mode == MODES.index("cash_equivalent"), 100, 30)


def schedule(amount: Ints, rate: Ints, term: Ints, method: Ints, step: Ints) -> tuple[Ints, Ints]:
    """Give principal and interest of instalment `step` (1 to term), in cents; 0 outside the schedule.

    `amount` in cents, `rate` in basis points a year. Interest is on what the schedule leaves open.
    """
    within, last = (step >= 1) & (step <= term), step == term
    equal = amount // np.maximum(term, 1)
    open_ = np.where(method == INSTALMENT, amount - equal * (step - 1), amount)
    months = np.where((method == SEASONAL) | (method == WHOLE), np.where(last, term, 0), 1)
    principal = np.where(last, open_, np.where(method == INSTALMENT, equal, 0))
    asks = within & (method != CARD) & (method != NONE)
    return np.where(asks, principal, 0), np.where(asks, open_ * rate * months // 120_000, 0)


class LoanBook:
    """Every loan that a branch ever made, in the order in which they were made.

    State by credit: `current` (its loan, -1 for none), `is_open`, `began` (month), `amount` (what the
    schedule repays, in cents), `term`, `extensions`, `bad_on` (days). Log by loan after `finish`: `credit`,
    `sequence`, `month`, `day`, `granted`, `months`, `renewal`, `former`, `closed_on`, `reason`, `bad`,
    `late30`; and each time that a loan became 30 days late, `late_loan` and `late_day`.
    """

    def __init__(self, branch: Branch) -> None:
        size = branch.credits
        self._branch, self._count = branch, 0
        self._log: list[tuple[Ints, ...]] = []
        self._ends: list[tuple[Ints, Ints, Ints]] = []
        self._bad: list[tuple[Ints, Ints, Ints]] = []
        self._late: list[tuple[Ints, Ints]] = []
        self.extended: list[tuple[Ints, Ints]] = []
        self.current = np.full(size, -1)
        self.is_open = np.zeros(size, bool)
        self.began = np.zeros(size, np.int64)
        self.term = branch.term.copy()
        self.granted_now = branch.amount.copy()
        self.extensions = np.zeros(size, np.int64)
        self.bad_on = np.full(size, NEVER)
        self.late30_on = np.full(size, NEVER)
        self._sequence = np.zeros(size, np.int64)
        self._share = np.where(branch.method == BILL, 100 - margin_percent(branch), 100)

    @property
    def amount(self) -> Ints:
        """Give what the schedule repays: of bills what the margin leaves."""
        return self.granted_now * self._share // 100

    def begin(self, places: Ints) -> None:
        """Take over the loans that were paid out before the world began."""
        branch = self._branch
        day = branch.world.calendar.day(branch.started[places], self._day(places))
        self._add(places, branch.started[places], day, np.zeros(len(places), np.int64))

    def open(self, places: Ints, month: int) -> None:
        """Pay out new loans in a month."""
        self.term[places] = self._branch.term[places]
        day = self._branch.world.calendar.day(month, self._day(places))
        self._add(places, np.full(len(places), month), day, np.zeros(len(places), np.int64))

    def roll(self, how: Ints, month: int, capital: Ints, drawn: Ints) -> None:
        """Renew, repay or extend the loans that mature, as `how` says; `capital` joins what is lent anew."""
        branch, calendar = self._branch, self._branch.world.calendar
        due = calendar.day(month, branch.due_day[branch.owner])
        more = np.flatnonzero(how == EXTENDED)
        self.term[more] += EXTENSION
        self.extensions[more] += 1
        self.extended.append((self.current[more], due[more] - 5))
        ends = np.flatnonzero((how > 0) & (how != EXTENDED))
        hidden = (how == DIRECT) | (how == EVERGREEN)
        former = self.current.copy()
        self.close(ends, due[ends], np.where(hidden, 1, 0)[ends])
        again = np.flatnonzero((how == DIRECT) | (how == BRIDGED) | (how == EVERGREEN))
        self.granted_now[again] += -(-capital[again] // 100_000) * 100_000
        self.term[again] = branch.term[again]
        wait = np.where(how == BRIDGED, 1 + (drawn * 3).astype(np.int64), 0)
        self._add(again, np.full(len(again), month), (due + wait)[again], how[again], former[again])

    def _day(self, places: Ints) -> Ints:
        """Give the day of the month on which loans are paid out: before the due day."""
        return 4 + self._branch.due_day[self._branch.owner[places]] * (places % 7) // 10

    def _add(self, places: Ints, month: Ints, day: Ints, renewal: Ints, former: Ints | None = None) -> None:
        if not len(places):
            return
        self._sequence[places] += 1
        self.current[places] = self._count + np.arange(len(places))
        self._count += len(places)
        self.is_open[places], self.began[places], self.extensions[places] = True, month, 0
        self.bad_on[places] = self.late30_on[places] = NEVER
        before = np.full(len(places), -1) if former is None else former
        terms, sums = self.term[places].copy(), self.granted_now[places].copy()
        row = (places, self._sequence[places].copy(), month, day, sums, terms, renewal, before)
        self._log.append(row)

    def close(self, places: Ints, day: Ints, reason: Ints | int) -> None:
        """End loans on days; `reason` is a place in REASONS."""
        self._ends.append((self.current[places], day, np.broadcast_to(np.asarray(reason), day.shape)))
        self._note(places)
        self.is_open[places] = False

    def _note(self, places: Ints) -> None:
        self._bad.append((self.current[places], self.bad_on[places].copy(), self.late30_on[places].copy()))

    def mark(self, since: Ints, until: Ints, some: Flags) -> None:
        """Note loans whose oldest unpaid due is of day `since` and was unpaid before day `until`."""
        some = some & self.is_open
        late = some & (since + 30 < until) & (self.late30_on == NEVER)
        self.late30_on = np.where(late, since + 30, self.late30_on)
        if late.any():
            self._late.append((self.current[late], since[late] + 30))
        bad = some & (since + 91 < until) & (self.bad_on == NEVER)
        self.bad_on = np.where(bad, since + 91, self.bad_on)

    def clear(self, nil: Flags) -> None:
        """Forget the first day 30 days late of loans that paid all before they went bad."""
        self.late30_on = np.where(nil & (self.bad_on == NEVER), NEVER, self.late30_on)

    def finish(self) -> LoanBook:
        """Put the log together, once all months are lived."""
        names = ("credit", "sequence", "month", "day", "granted", "months", "renewal", "former")
        columns: dict[str, Ints] = {
            name: np.concatenate([row[at] for row in self._log]) for at, name in enumerate(names)
        }
        self._note(np.flatnonzero(self.is_open))
        columns["closed_on"] = self._filled(self._ends, 1)
        columns["reason"] = self._filled(self._ends, 2, nothing=-1)
        columns["bad"], columns["late30"] = self._filled(self._bad, 1), self._filled(self._bad, 2)
        columns["extended_on"] = self._filled(self.extended, 1)
        self.log = columns
        none = np.zeros(0, np.int64)
        self.late_loan, self.late_day = (
            np.concatenate([none, *(told[at] for told in self._late)]).astype(np.int64) for at in (0, 1)
        )
        return self

    def _filled(self, told: Sequence[tuple[Ints, ...]], at: int, nothing: int = NEVER) -> Ints:
        column = np.full(self._count, nothing)
        for row in told:
            column[row[0]] = row[at]
        return column

    def __len__(self) -> int:
        return self._count


__all__ = [
    "BRIDGED",
    "BULLET",
    "DIRECT",
    "EVERGREEN",
    "EXTENDED",
    "EXTENSION",
    "NEVER",
    "REASONS",
    "REPAID",
    "LoanBook",
    "margin_percent",
    "schedule",
]

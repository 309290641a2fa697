"""How the loans of a branch stand: balances at month ends, what is off the sheet, changes of terms."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import CARD
from postloan.book.sources.simulated.draws import Ints
from postloan.book.sources.simulated.ids import constant
from postloan.book.sources.simulated.ledger import NULL, Ledger
from postloan.book.sources.simulated.loans import EVERGREEN, EXTENSION, NEVER, margin_percent


class Standing:
    """Makes the tables that say how loans stand."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.life, self.branch, self.writer = ledger, ledger.life, ledger.branch, ledger.writer
        self.world = ledger.world

    def write(self) -> None:
        """Write balances, margins, advances and changes of terms."""
        self._positions()
        self._off_sheet()
        self._restructurings()

    def _positions(self) -> None:
        """Write month ends: of cards everywhere, of all loans where the outlet's system delivers them.

        The statements of cards reach back a year before the book.
        """
        life, branch, opening = self.life, self.branch, self.world.opening
        month = np.arange(max(self.ledger.start, opening - 12, 0), self.ledger.last + 1)
        outlets = self.world.constants.economy["positions_from"]
        delivers = (branch.outlet[branch.owner] < outlets) & branch.on_sheet
        card = branch.method == CARD
        for at in month:
            loan = life.standing[at]
            rows = np.flatnonzero((loan >= 0) & ((delivers & (at >= opening)) | card))
            rows = rows[self.ledger.kept[loan[rows]]]
            self._position_rows(int(at), rows, loan[rows])

    def _position_rows(self, month: int, credit: Ints, loan: Ints) -> None:
        life, branch, end = self.life, self.branch, int(self.world.calendar.end(month))
        arrears, since = life.arrears[month, credit], life.since[month, credit]
        some = arrears > 0
        days = np.where(some, end - self.ledger.due_day(np.where(some, since, 0), credit), 0)
        balance = np.maximum(life.open[month, credit], arrears)
        is_card = branch.method[credit] == CARD
        limit = self.ledger.log["granted"][loan]
        interest = np.minimum(arrears, balance * branch.rate[credit] // 120_000)
        self.writer.add(
            "position",
            np.full(len(credit), end),
            loan_id=self.ledger.loan_id(loan),
            on_date=np.full(len(credit), end),
            balance=balance,
            limit_amount=np.where(is_card, limit, NULL),
            drawing_power=np.where(is_card, limit, NULL),
            accrued_interest=balance * branch.rate[credit] * 9 // 3_600_000,
            overdue_principal=arrears - interest,
            overdue_interest=interest,
            days_past_due=days,
        )

    def _off_sheet(self) -> None:
        log, branch = self.ledger.log, self.branch
        bills = np.flatnonzero(~branch.on_sheet[log["credit"]] & self.ledger.kept)
        credit = log["credit"][bills]
        draw = branch.draws.uniform("margin short", branch.credits)[credit]
        asked = log["granted"][bills] * margin_percent(branch)[credit] // 100
        self.writer.add(
            "margin",
            log["day"][bills],
            loan_id=self.ledger.loan_id(bills),
            on_date=log["day"][bills],
            required=asked,
            deposited=np.where(draw < 0.04, asked * 8 // 10, asked),
        )
        month, credit = np.nonzero(self.life.advanced)
        loan = self.life.loan[month, credit]
        fits = (loan >= 0) & self.ledger.kept[loan]
        month, credit, loan = month[fits], credit[fits], loan[fits]
        day = self.ledger.due_day(month, credit)
        amount = self.life.advanced[month, credit]
        closed = np.where(log["reason"][loan] == 0, log["closed_on"][loan], NEVER)
        self.writer.add("advance", day, loan_id=self.ledger.loan_id(loan), advanced_on=day, amount=amount)
        paid = np.flatnonzero((closed < NEVER) & (closed > day))
        self.writer.add(
            "advance",
            closed[paid],
            loan_id=self.ledger.loan_id(loan[paid]),
            advanced_on=day[paid],
            amount=amount[paid],
            repaid_on=closed[paid],
        )

    def _restructurings(self) -> None:
        log = self.ledger.log
        loans = np.flatnonzero((log["extended_on"] < NEVER) & self.ledger.kept)
        day, credit = log["extended_on"][loans], log["credit"][loans]
        hidden = np.flatnonzero((log["renewal"] == EVERGREEN) & self.ledger.kept)
        term = log["month"][loans] + log["months"][loans]
        self.writer.add(
            "restructuring",
            day,
            loan_id=self.ledger.loan_id(loans),
            changed_on=day,
            kind=constant("extension", len(loans)),
            difficulty_proven=np.ones(len(loans), bool),
            first_due_after_on=self.ledger.due_day(term + EXTENSION, credit),
            observation_ends_on=day + 366,
            is_repeat=np.zeros(len(loans), bool),
        )
        credit = log["credit"][hidden]
        self.writer.add(
            "restructuring",
            log["day"][hidden] + 5,
            loan_id=self.ledger.loan_id(hidden),
            changed_on=log["day"][hidden],
            kind=constant("refinancing", len(hidden)),
            difficulty_proven=np.zeros(len(hidden), bool),  # it is not admitted
            first_due_after_on=self.ledger.due_day(log["month"][hidden] + 1, credit),
            is_repeat=np.zeros(len(hidden), bool),
        )

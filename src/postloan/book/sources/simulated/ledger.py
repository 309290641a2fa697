"""The loan ledger of a branch: contracts, loans, schedules and payments."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from postloan.book.sources.simulated.constants import (
    BILL,
    BULLET,
    CARD,
    INSTALMENT,
    METHODS,
    NONE,
    SEASONAL,
    WHOLE,
)
from postloan.book.sources.simulated.draws import Flags, Ints
from postloan.book.sources.simulated.ids import Ids, constant, marked, one_of, where
from postloan.book.sources.simulated.life import Life
from postloan.book.sources.simulated.loans import (
    BRIDGED,
    DIRECT,
    EVERGREEN,
    EXTENDED,
    EXTENSION,
    NEVER,
    REASONS,
    schedule,
)
from postloan.book.sources.simulated.people import MODES
from postloan.book.sources.simulated.writing import ALWAYS, BookWriter
from postloan.engine.columns import NOTHING, Numbered

NULL = NOTHING
_REPAYMENT = ("instalment", "interest_then_principal", "seasonal", "bullet", "revolving", "bullet", "bullet")
_PURPOSES = ("周转", "购买农资", "装修消费", "购房", "购置设备", "贸易结算")


@dataclass(frozen=True)
class Paid:
    """Payments as columns: `loan` (place in the log), `credit`, `month`, `day` (number), `cents`, `slot`."""

    loan: Ints
    credit: Ints
    month: Ints
    day: Ints
    cents: Ints
    slot: Ints


def day_null(days: Ints) -> Ints:
    """Give days with those that never come as null."""
    return np.where(days >= NEVER, NULL, days)


class Ledger:
    """Makes the rows of the loan ledger from what was lived."""

    def __init__(self, life: Life, writer: BookWriter) -> None:
        self.life, self.branch, self.writer = life, life.branch, writer
        self.world, self.ids, self.log = life.branch.world, Ids(life.branch), life.loans.log
        self.kept = self.log["closed_on"] >= self.world.opening_day
        self.product_type = [one["type"] for one in self.world.constants.products]
        last = self.world.calendar.index_of(writer.until)
        self.last = min(last, self.world.months - 1)
        self.start = 0 if writer.after is None else max(0, self.world.calendar.index_of(writer.after) - 2)

    def loan_id(self, loans: Ints) -> Numbered:
        """Give loan numbers of places in the log; -1 gives null."""
        some = loans >= 0
        credit = np.where(some, self.log["credit"][loans], -1)
        return self.ids.loan(credit, np.where(some, self.log["sequence"][loans], -1))

    def write(self) -> None:
        """Write every table of the ledger."""
        self._contracts()
        self._loans()
        self._dues()
        self._payments()

    def _contracts(self) -> None:
        branch, ids = self.branch, self.ids
        credit = np.arange(branch.credits)
        first = np.full(branch.credits, NEVER)
        np.minimum.at(first, self.log["credit"], self.log["day"])
        kept = first < NEVER
        credit, first = credit[kept], first[kept]
        product = branch.product[credit]
        lump = np.isin(branch.method[credit], (BULLET, SEASONAL, CARD))
        last = np.zeros(branch.credits, np.int64)
        np.maximum.at(last, self.log["credit"], self.log["granted"])
        draw = branch.draws.uniform("contract", branch.credits)[credit]
        corporate = branch.kind[branch.owner[credit]] == 3
        card = branch.method[credit] == CARD
        revolves = card | ((branch.method[credit] == BULLET) & (draw * 13 % 1 < 0.2))
        self.writer.add(
            "contract",
            first - 3,
            contract_id=ids.contract(credit),
            customer_id=ids.customer(branch.owner[credit]),
            institution_id=ids.outlet(branch.outlet[branch.owner[credit]]),
            manager_id=ids.staff(branch.manager[credit]),
            contract_type=one_of(self.product_type, product),
            is_max_amount=lump & (branch.mode[credit] == MODES.index("mortgage")),
            is_revolving=revolves,
            is_entrusted=corporate & (draw > 0.985),
            is_syndicated=corporate & (draw < 0.02),
            bank_share=np.where(corporate & (draw < 0.02), 0.4, 1.0),
            signed_on=first - 3,
            expires_on=first + np.where(lump, 3650, branch.term[credit] * 31 + 400),
            limit_amount=np.where(revolves & ~card, branch.amount[credit] * 3 // 2, branch.amount[credit]),
            guarantee_mode=one_of(MODES, branch.mode[credit]),
            purpose=one_of(_PURPOSES, product % len(_PURPOSES)),
            payment_mode=one_of(("entrusted", "self"), (branch.amount[credit] < 100_000_000).astype(int)),
            self_payment_limit=np.where(branch.amount[credit] < 100_000_000, 50_000_000, 30_000_000),
            approved_by=ids.staff(branch.outlet[branch.owner[credit]] + branch.managers),
        )

    def _loans(self) -> None:
        """Write each loan at its payment, at an extension, and at its end; each later row is a version."""
        log, kept = self.log, self.kept
        ended, extended = log["closed_on"], log["extended_on"]
        for loans, known, is_extended, is_closed in (
            (np.flatnonzero(kept), log["day"], False, False),
            (np.flatnonzero(kept & (extended < NEVER)), extended, True, False),
            (np.flatnonzero(kept & (ended < NEVER)), ended, extended < NEVER, True),
        ):
            more = np.broadcast_to(np.asarray(is_extended), log["day"].shape)[loans]
            self._loan_rows(loans, known[loans], more, is_closed=is_closed)

    def _loan_rows(self, loans: Ints, known: Ints, extended: Flags, *, is_closed: bool) -> None:
        log, branch = self.log, self.branch
        credit, how = log["credit"][loans], log["renewal"][loans]
        method = branch.method[credit]
        names = [one.get("exposure", "loan") for one in self.world.constants.products]
        draw = branch.draws.uniform("cancel", branch.credits)[credit]
        renewal = np.select([extended, (how == DIRECT) | (how == EVERGREEN), how == BRIDGED], [3, 2, 1], 0)
        self.writer.add(
            "loan",
            known,
            loan_id=self.loan_id(loans),
            contract_id=self.ids.contract(credit),
            customer_id=self.ids.customer(branch.owner[credit]),
            exposure_kind=one_of(names, branch.product[credit]),
            amount=log["granted"][loans],
            currency=constant("CNY", len(loans)),
            rate=np.where(branch.rate[credit] > 0, branch.rate[credit] / 10_000, np.nan),
            disbursed_on=log["day"][loans],
            matures_on=self._matures(loans, extended),
            repayment_method=one_of(_REPAYMENT, method),
            closed_on=log["closed_on"][loans] if is_closed else np.full(len(loans), NULL),
            close_reason=one_of(REASONS, log["reason"][loans] if is_closed else np.full(len(loans), -1)),
            refinances_loan_id=self.loan_id(log["former"][loans]),
            renewal_kind=one_of(("none", "new_for_old", "no_principal_renewal", "extension"), renewal),
            renewal_qualified=np.where(how == DIRECT, 1, np.where(how == EVERGREEN, 0, NULL)),
            extension_count=extended.astype(np.int64),
            unconditional_cancel=np.where(method == NONE, (draw < 0.4).astype(np.int64), NULL),
        )

    def _matures(self, loans: Ints, extended: Flags | None = None) -> Ints:
        log, branch = self.log, self.branch
        credit = log["credit"][loans]
        more = EXTENSION * extended if extended is not None else 0
        day = self.due_day(log["month"][loans] + log["months"][loans] + more, credit)
        return np.where(branch.method[credit] == CARD, NULL, day)

    def due_day(self, month: Ints, credit: Ints) -> Ints:
        """Give the day on which a credit's due of a month falls."""
        return self.world.calendar.day(month, self.branch.due_day[self.branch.owner[credit]])

    def _dues(self) -> None:
        """Write the schedules as agreed at payment, and those of extensions as versions."""
        log, branch = self.log, self.branch
        asks = np.isin(branch.method[log["credit"]], (INSTALMENT, BULLET, SEASONAL, WHOLE)) & self.kept
        asks &= (log["day"] <= self.writer.until) & (
            True if self.writer.after is None else log["day"] > self.writer.after
        )
        loans = np.flatnonzero(asks)
        self._due_rows(
            loans, np.ones(len(loans), np.int64), log["months"][loans], log["months"][loans], log["day"]
        )
        more = np.flatnonzero((log["extended_on"] < NEVER) & self.kept)
        term = log["months"][more]
        self._due_rows(more, term, term + EXTENSION, term + EXTENSION, log["extended_on"])
        self._technical()

    def _due_rows(self, loans: Ints, first: Ints, last: Ints, term: Ints, known: Ints) -> None:
        log, branch = self.log, self.branch
        count = last - first + 1
        place = np.repeat(np.arange(len(loans)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + first[place]
        loan = loans[place]
        credit = log["credit"][loan]
        amount, rate = log["granted"][loan], branch.rate[credit]
        principal, interest = schedule(amount, rate, term[place], branch.method[credit], step)
        asked = principal + interest > 0
        asked |= step == first[place]  # the put-off maturity of an extension asks nothing any more
        asked &= (branch.method[credit] != SEASONAL) & (branch.method[credit] != WHOLE) | asked
        only = np.isin(branch.method[credit], (SEASONAL, WHOLE)) & (step < term[place]) & (first[place] == 1)
        rows = np.flatnonzero(asked & ~only)
        self.writer.add(
            "due",
            known[loan][rows],
            loan_id=self.loan_id(loan[rows]),
            due_on=self.due_day(log["month"][loan] + step, credit)[rows],
            principal=principal[rows],
            interest=interest[rows],
            fees=np.zeros(len(rows), np.int64),
        )

    def _technical(self) -> None:
        """Write the proof that some delays were the bank's: the debit was not sent."""
        life, branch = self.life, self.branch
        span = slice(max(self.start, self.world.opening), self.last + 1)
        luck = branch.draws.uniform("technical", self.world.months, branch.credits)[span]
        scheduled = np.isin(branch.method, (INSTALMENT, BULLET))
        is_late = (life.late[span] > 0) & (life.late[span] == life.due[span]) & scheduled
        month, credit = np.nonzero(is_late & (luck < 0.06))
        month = month + span.start
        loan = life.loan[month, credit]
        log = self.log
        step = month - log["month"][loan]
        fits = (step >= 1) & (step <= log["months"][loan]) & self.kept[loan]
        month, credit, loan, step = month[fits], credit[fits], loan[fits], step[fits]
        principal, interest = schedule(
            log["granted"][loan], branch.rate[credit], log["months"][loan], branch.method[credit], step
        )
        day = self.due_day(month, credit)
        self.writer.add(
            "due",
            day + 3,
            loan_id=self.loan_id(loan),
            due_on=day,
            principal=principal,
            interest=interest,
            fees=np.zeros(len(loan), np.int64),
            cause_unpaid=constant("technical", len(loan)),
            proof_ref=marked("OPS", (self.world.calendar.start(month), 5), (credit, 5)),
        )

    # payments

    def paid(self) -> Paid:
        """Give what was paid in the months that matter, on and off the schedule."""
        life, branch, calendar = self.life, self.branch, self.world.calendar
        span = slice(self.start, self.last + 1)
        owner = branch.owner
        parts = []
        for slot, (name, day) in enumerate(
            (
                ("early", np.broadcast_to(branch.income_day[owner], life.early[span].shape)),
                ("rolled", np.broadcast_to(branch.due_day[owner], life.early[span].shape)),
                ("on_day", np.broadcast_to(branch.due_day[owner], life.early[span].shape)),
                ("late", branch.due_day[owner] + life.late_day[span]),
                (
                    "guarantor_paid",
                    np.broadcast_to(
                        calendar.length(np.arange(self.start, self.last + 1))[:, None], life.early[span].shape
                    ),
                ),
            ),
            start=1,
        ):
            cents = life.by[name][span]
            if name == "rolled":
                cents = cents + life.rolled_interest[span]
            month, credit = np.nonzero(cents)
            parts.append(
                (
                    life.loan[span][month, credit],
                    credit,
                    month + span.start,
                    calendar.day(month + span.start, day[month, credit]),
                    cents[month, credit],
                    np.full(len(month), slot),
                )
            )
        loan, credit, month, day_number, sums, slots = (
            np.concatenate([p[at] for p in parts]) for at in range(6)
        )
        order = np.lexsort((slots, day_number, credit))
        columns = (loan, credit, month, day_number, sums, slots)
        return Paid(*(column[order] for column in columns))

    def _payments(self) -> None:
        """Write payments: of what was lived, and in one go of the months before it."""
        self._former_payments()
        paid, branch = self.paid(), self.branch
        on_sheet = np.isin(branch.method[paid.credit], (BILL, NONE)) & (paid.slot == 3)
        fits = self.kept[paid.loan] & (paid.loan >= 0) & ~on_sheet
        rows = np.flatnonzero(fits)
        luck = self._luck("payment", paid)[rows]
        late = self.world.constants.economy["late_feeds"]
        lag = np.where(luck < late["payment"], 1 + (luck * 1e5).astype(np.int64) % 3, 0)
        loan, credit, day = paid.loan[rows], paid.credit[rows], paid.day[rows]
        by_guarantor = paid.slot[rows] == 5
        owner = branch.owner[credit]
        numbers = (self.branch.first_credit + credit, 7), (day, 5), (paid.slot[rows], 1)
        columns = {
            "loan_id": self.loan_id(loan),
            "payer_account_id": self.ids.account(np.where(by_guarantor, -1, owner)),
            "payer_customer_id": self.ids.customer(np.where(by_guarantor, self._guarantor()[credit], owner)),
        }
        self.writer.add(
            "payment",
            day + lag,
            payment_id=marked("P", *numbers),
            paid_on=day,
            amount=paid.cents[rows],
            **columns,
        )
        twice = np.flatnonzero((luck > 1 - late["reversal"]) & ~by_guarantor)
        picked = {name: cells.take(twice) for name, cells in columns.items()}
        again = [(numbers[0][0][twice], 7), (day[twice], 5)]
        slot = paid.slot[rows][twice]
        for number, sign, wait in ((6, 1, 0), (7, -1, 1)):
            self.writer.add(
                "payment",
                day[twice] + wait,
                payment_id=marked("P", *again, (slot + 10 * number, 2)),
                paid_on=day[twice] + wait,
                amount=sign * paid.cents[rows][twice],
                reverses_id=marked("P", *again, (np.where(sign < 0, slot + 60, -1), 2)),
                **picked,
            )

    def _luck(self, purpose: str, paid: Paid) -> Ints:
        """Give a draw for each payment that depends on its month and credit alone."""
        table = self.branch.draws.uniform(purpose, self.last + 1, self.branch.credits)
        return np.asarray((table[paid.month, paid.credit] * (1 + paid.slot)) % 1)

    def _guarantor(self) -> Ints:
        """Give the first guarantor of each credit, -1 for none."""
        credit, guarantor = self.branch.guarantors
        first = np.full(self.branch.credits, -1)
        first[credit[::-1]] = guarantor[::-1]
        return first

    def _former_payments(self) -> None:
        """Write that all dues before the world began were paid on their day."""
        log, branch = self.log, self.branch
        method = branch.method[log["credit"]]
        loans = np.flatnonzero((log["month"] <= 0) & (log["sequence"] == 1) & self.kept)
        loans = loans[np.isin(method[loans], (INSTALMENT, BULLET))]
        count = np.maximum(-log["month"][loans] - 1, 0)
        if self.writer.after is not None or not count.sum():
            return
        place = np.repeat(np.arange(len(loans)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + 1
        loan = loans[place]
        credit = log["credit"][loan]
        principal, interest = schedule(
            log["granted"][loan], branch.rate[credit], log["months"][loan], branch.method[credit], step
        )
        day = self.due_day(log["month"][loan] + step, credit)
        self.writer.add(
            "payment",
            day,
            payment_id=marked("P", (branch.first_credit + credit, 7), (day, 5), (np.full(len(day), 2), 1)),
            loan_id=self.loan_id(loan),
            paid_on=day,
            amount=principal + interest,
            payer_account_id=self.ids.account(branch.owner[credit]),
            payer_customer_id=self.ids.customer(branch.owner[credit]),
        )


__all__ = ["ALWAYS", "EXTENDED", "METHODS", "NULL", "Ledger", "Paid", "day_null", "where"]

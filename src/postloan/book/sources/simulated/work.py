"""What the bank's people do in a branch: who they are, what they handle, where they go and what they say."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import CARD, SMALL
from postloan.book.sources.simulated.draws import Floats, Ints
from postloan.book.sources.simulated.ids import constant, marked, one_of, where
from postloan.book.sources.simulated.ledger import NULL, Ledger
from postloan.book.sources.simulated.loans import NEVER
from postloan.book.sources.simulated.parties import Parties
from postloan.book.sources.simulated.writing import ALWAYS
from postloan.engine.columns import Chosen

_LEVELS = ("L0", "L1", "L2", "L3", "L4", "L5")
_FIVE = ("normal", "special_mention", "substandard", "doubtful", "loss")
_CODES = ("01", "02", "03", "04", "05", "06", "07", "08", "09", "10")
_OF_FIVE = np.array([0, 0, 0, 1, 1, 2, 2, 3, 3, 4])
# Beside the managers, a branch has these (role, name's word); the outlets' heads come first.
_OTHERS = (
    "branch_head",
    "credit_department",
    "risk_department",
    "audit",
    "asset_preservation",
    "legal",
    "finance",
)


class Work:
    """Makes the tables of staff and of their work."""

    def __init__(self, ledger: Ledger, parties: Parties) -> None:
        self.ledger, self.life, self.branch, self.writer = ledger, ledger.life, ledger.branch, ledger.writer
        self.world, self.ids, self.draws, self.parties = (
            ledger.world,
            ledger.ids,
            ledger.branch.draws,
            parties,
        )
        self.start, self.last, self.log = max(ledger.start, self.world.opening), ledger.last, ledger.log
        self.months = np.arange(self.start, self.last + 1)

    def write(self) -> None:
        """Write every table of staff and work."""
        self._staff()
        self._assignments()
        self._visits()
        self._contacts()
        self._classes()
        self._impairments()
        self._verdicts()
        self._tasks()

    def luck(self, purpose: str) -> Floats:
        """Give draws by month (from the first written) and credit."""
        return self.draws.uniform(purpose, self.last + 1, self.branch.credits)[self.start :]

    # people

    def _staff(self) -> None:
        branch, ids, outlets = self.branch, self.ids, self.world.constants.economy["outlets"]
        manager = np.arange(branch.managers)
        hired = self.world.opening_day - 800 - self.draws.whole("hired", 0, 5000, branch.managers)
        quality = branch.quality
        level = np.clip((quality * 6).astype(np.int64), 0, 5)
        own = self.draws.whole("own number", 0, branch.customers - 1, branch.managers)
        has = self.draws.uniform("has account", branch.managers) < 0.3
        self.writer.add(
            "staff",
            ALWAYS,
            staff_id=ids.staff(manager),
            name=ids.staff_name(manager),
            institution_id=ids.outlet(manager % outlets),
            role=constant("customer_manager", len(manager)),
            level=one_of(_LEVELS, level),
            customer_id=ids.customer(np.where(has, own, -1)),
            hired_on=hired,
            exam_passed_on=np.where(quality > 0.45, hired + 400, NULL),
        )
        other = branch.managers + np.arange(outlets + len(_OTHERS))
        role = np.maximum(np.arange(len(other)) - outlets + 1, 0)
        self.writer.add(
            "staff",
            ALWAYS,
            staff_id=ids.staff(other),
            name=ids.staff_name(other, "staff"),
            institution_id=_at_branch(ids.branch, role, np.arange(len(other)) % outlets),
            role=one_of(("branch_head", *_OTHERS), role),
            hired_on=np.full(len(other), self.world.opening_day - 3000),
        )
        self.writer.add(
            "staff_role",
            ALWAYS,
            staff_id=ids.staff(np.append(other[outlets + 1 : outlets + 3], other[outlets + 1])),
            role=one_of(("compliance", "trade_finance", "human_resources"), np.arange(3)),
            institution_id=constant(ids.branch, 3),
        )
        tied = self.draws.whole("tied", 0, branch.customers - 1, branch.managers)
        kind = self.draws.whole("tie", 0, 4, branch.managers)
        told = self.draws.uniform("declared", branch.managers) < 0.4
        rows = np.flatnonzero(told)
        self.writer.add(
            "staff_tie",
            self.world.opening_day - 100,
            staff_id=ids.staff(manager[rows]),
            customer_id=ids.customer(tied[rows]),
            kind=one_of(("spouse", "relative", "friend", "former_employer", "business"), kind[rows]),
            declared_on=np.full(len(rows), self.world.opening_day - 100),
        )

    def _assignments(self) -> None:
        """Write who handles each contract, and the handovers of two managers in a hundred a month."""
        branch = self.branch
        first = np.full(branch.credits, NEVER)
        np.minimum.at(first, self.log["credit"], self.log["day"])
        credit = np.flatnonzero(first < NEVER)
        moved = self.draws.uniform("moved", branch.credits)[credit] < 0.04
        # No earlier than the book: before it nobody looks.
        day = (
            np.maximum(first[credit], self.world.opening_day)
            + self.draws.whole("moves", 60, 700, branch.credits)[credit]
        )
        outlets = self.world.constants.economy["outlets"]
        heir = (branch.manager[credit] + outlets) % branch.managers
        moved &= heir != branch.manager[credit]
        signed = self.draws.uniform("signed", branch.credits)[credit] < 0.85
        common = {
            "contract_id": self.ids.contract(credit),
            "staff_id": self.ids.staff(branch.manager[credit]),
        }
        self.writer.add("assignment", first[credit] - 3, since=first[credit] - 3, **common)
        rows = np.flatnonzero(moved)
        self.writer.add(
            "assignment",
            day[rows],
            contract_id=self.ids.contract(credit[rows]),
            staff_id=self.ids.staff(branch.manager[credit[rows]]),
            since=first[credit[rows]] - 3,
            until=day[rows] - 1,
        )
        self.writer.add(
            "assignment",
            day[rows],
            contract_id=self.ids.contract(credit[rows]),
            staff_id=self.ids.staff(heir[rows]),
            since=day[rows],
            handover_signed_on=np.where(signed, day, NULL)[rows],
            inherited=np.ones(len(rows), bool),
        )

    # where they go

    def _visits(self) -> None:
        """Write inspections: some late, some copied; what is seen depends on who looks."""
        branch, life = self.branch, self.life
        span = slice(self.start, self.last + 1)
        standing = life.standing[span]
        every = np.where(branch.kind[branch.owner] >= SMALL, 3, 6)
        due = (self.months[:, None] + np.arange(branch.credits) * 5) % every == 0
        troubled = life.since[span] < self.months[:, None]
        luck, more, third = self.luck("visit"), self.luck("visit more"), self.luck("visit third")
        goes = (standing >= 0) & (branch.method != CARD) & ((due & (luck < 0.93)) | (troubled & (luck < 0.5)))
        month, credit = np.nonzero(goes)
        loan = standing[month, credit]
        owner, manager = branch.owner[credit], branch.manager[credit]
        luck, more, third = (column[month, credit] for column in (luck, more, third))
        day = self.world.calendar.day(month + self.start, 1 + (more * 27).astype(np.int64))
        fits = self.ledger.kept[loan] & (day > self.log["day"][loan])
        month, credit, loan, owner, manager, luck, more, third, day = (
            column[fits] for column in (month, credit, loan, owner, manager, luck, more, third, day)
        )
        stress = life.distress[month + self.start, owner]
        lazy = branch.cuts_corners[manager] & (third < 0.55)
        sees = (stress * branch.quality[manager] > 0.3 + 0.4 * luck) & ~lazy
        fraud = life.stress.cause[month + self.start, owner] == list(self.world.constants.causes).index(
            "fraud"
        )
        hides = fraud & (life.stress.path[month + self.start, owner] > 0.4) & ~lazy
        result = np.select([hides & (luck < 0.5), hides, sees, luck < 0.012], [3, 2, 1, 3], 0)
        first = day - self.log["day"][loan] < 45
        kind = np.select([first, troubled[month, credit], third > 0.9], [0, 3, 9], 2)
        latitude, longitude = self.parties.location
        drift = 0.002 * (more - 0.5)
        firm = branch.kind[owner] >= SMALL
        number = branch.first_credit + credit
        workers = np.maximum(
            np.rint(branch.income[owner] / 60_000_000 * 8 * (1 - 0.7 * stress * ~lazy)) + 2, 0
        )
        photo = np.where(
            lazy, (manager + 1) * 100 + (third * 5).astype(np.int64), number * 1000 + month + self.start
        )
        self.writer.add(
            "visit",
            day + 1,
            visit_id=marked("T", (number, 7), (day, 5)),
            customer_id=self.ids.customer(owner),
            loan_id=self.ledger.loan_id(loan),
            kind=one_of([f"IN{n}" for n in range(1, 11)], kind),
            visited_on=day,
            staff_id=self.ids.staff(manager),
            second_staff_id=self.ids.staff(np.where(kind == 9, branch.outlet[owner] + branch.managers, -1)),
            latitude=np.where(lazy | (luck > 0.97), np.nan, latitude[owner] + drift),
            longitude=np.where(lazy | (luck > 0.97), np.nan, longitude[owner] + drift),
            result=one_of(("ok", "finding", "absent", "refused"), result),
            workers_seen=np.where(firm, workers.astype(np.int64), NULL),
            stock_ratio=np.where(
                firm, np.round(np.clip(1 - 0.6 * stress * ~lazy + 0.1 * (luck - 0.5), 0, 2), 3), np.nan
            ),
            photo_hash=marked("im", (photo * 2_654_435_761 % 10**10, 10)),
            report_hash=marked("re", (photo * 40_503 % 10**10, 10)),
            report_similarity=np.round(np.where(lazy, 0.9 + 0.1 * more, 0.3 + 0.5 * more), 3),
        )

    def _contacts(self) -> None:
        """Write calls to those who are late and some others; who is in deep trouble is hard to reach."""
        branch, life = self.branch, self.life
        span = slice(self.start, self.last + 1)
        late = life.by_owner((life.arrears[span] > 0).astype(np.int64)) > 0
        draw = self.draws.uniform("call", self.last + 1, branch.customers)[self.start :]
        again = self.draws.uniform("call again", self.last + 1, branch.customers)[self.start :]
        stress = life.distress[span]
        has = life.owed[span] > 0
        for step in range(3):
            calls = has & ((late & (draw < 0.9 - 0.2 * step)) | ((draw < 0.05) & (step == 0)))
            month, customer = np.nonzero(calls)
            day = self.world.calendar.day(month + self.start, 24 + step)
            luck = (again[month, customer] * (step + 3)) % 1
            gone = late[month, customer] & (stress[month, customer] > 0.45)
            self.writer.add(
                "contact",
                day,
                customer_id=self.ids.customer(customer),
                contacted_on=day,
                kind=one_of(("call", "sms", "letter"), np.where(luck < 0.1, 1, 0)),
                reached=luck > np.where(gone, 0.55, 0.08),
                staff_id=self.ids.staff(branch.manager[customer]),
            )

    # what they say

    def _quarters(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Give month, credit, loan, day and days late of all that stands at the ends of quarters."""
        life = self.life
        ends = (self.world.calendar.of_year(self.months) % 3 == 2)[:, None]
        standing = life.standing[self.start : self.last + 1]
        month, credit = np.nonzero((standing >= 0) & ends)
        loan = standing[month, credit]
        fits = self.ledger.kept[loan]
        month, credit, loan = month[fits] + self.start, credit[fits], loan[fits]
        day = self.world.calendar.end(month)
        since = life.since[month, credit]
        some = since < NEVER
        days = np.where(some, day - self.ledger.due_day(np.where(some, since, 0), credit), 0)
        return month, credit, loan, day, days

    def _classes(self) -> None:
        """Write a class each quarter, after the Measures of 2023 by days late; some managers are kind."""
        month, credit, loan, day, days = self._quarters()
        branch = self.branch
        stress = self.life.distress[month, branch.owner[credit]]
        quality = branch.quality[branch.manager[credit]]
        luck = self.draws.uniform("class", self.last + 1, branch.credits)[month, credit]
        level = np.select(
            [days > 360, days > 270, days > 180, days > 90, days > 60, days > 0], [9, 8, 7, 5, 4, 3], 0
        )
        seen = (stress * quality > 0.35 + 0.3 * luck) & (days == 0)
        level = np.where(seen, 3, np.maximum(level, (luck * 2.2).astype(np.int64) * (level == 0)))
        kind = branch.cuts_corners[branch.manager[credit]] & (level >= 3) & (luck < 0.4)
        level = np.where(kind, level - 1, level)
        self.writer.add(
            "class_decision",
            day + 6,
            loan_id=self.ledger.loan_id(loan),
            decided_on=day + 5,
            kind=constant("determination", len(loan)),
            scheme_id=constant("cn10a", len(loan)),
            level_code=one_of(_CODES, level),
            five_level=one_of(_FIVE, _OF_FIVE[level]),
            decided_by=self.ids.staff(branch.managers + branch.outlet[branch.owner[credit]]),
            reason=one_of(("按期检查", "逾期", "现金流下降"), np.select([days > 0, seen], [1, 2], 0)),
            approved_by=self.ids.staff(np.where(level >= 5, branch.managers + 5, -1)),
        )

    def _impairments(self) -> None:
        """Write stages and expected losses each quarter, after IFRS 9: 30 and 90 days late."""
        month, credit, loan, day, days = self._quarters()
        open_ = self.life.open[month, credit]
        stage = np.select([days > 90, days > 30], [3, 2], 1)
        loss = open_ * np.array([0, 8, 60, 450])[stage] // 1000
        self.writer.add(
            "impairment",
            day + 8,
            loan_id=self.ledger.loan_id(loan),
            on_date=day,
            stage=stage,
            ecl=loss,
            book_value=open_ - loss,
        )

    def _verdicts(self) -> None:
        """Write what people found behind a warning: late payers are looked at, and some others."""
        loans, day = self.life.loans.late_loan, self.life.loans.late_day
        fits = self.ledger.kept[loans]
        loans, day = loans[fits], day[fits]
        credit = self.log["credit"][loans]
        owner = self.branch.owner[credit]
        went_bad = self.log["bad"][loans] < day + 62
        luck = self.draws.uniform("verdict", self.branch.credits)[credit]
        skilled = luck < self.branch.quality[self.branch.manager[credit]]
        right = np.where(went_bad, np.where(skilled, 0, 3), np.where(skilled, 1, 0))
        starts = self.world.calendar.start(self.world.month_numbers)
        causes = self.life.stress.cause[np.searchsorted(starts, day, side="right") - 1, owner]
        decided = day + 63 + (luck * 10).astype(np.int64)  # with hindsight, when the case is closed
        self.writer.add(
            "verdict",
            decided,
            subject_kind=constant("loan", len(loans)),
            subject_id=self.ledger.loan_id(loans),
            code=constant("REP03", len(loans)),
            decided_on=decided,
            result=one_of(("real", "false_alarm", "too_late", "open"), right),
            cause=one_of(self.world.constants.cause_names, causes),
            amount_secured=np.where(right == 0, self.log["granted"][loans] // 10, 0),
            staff_id=self.ids.staff(self.branch.manager[credit]),
        )
        done = np.flatnonzero(luck < 0.7)
        number = marked("U", (self.branch.first_credit + credit[done], 7), (day[done], 5))
        self.writer.add(
            "measure_done",
            day[done] + 12,
            measure_id=number,
            measure_code=constant("M21", len(done)),
            loan_id=self.ledger.loan_id(loans[done]),
            done_on=day[done] + 10,
            result=one_of(("promise", "paid", "refused"), (luck[done] * 100).astype(np.int64) % 3),
            evidence_ref=marked("D", (self.branch.first_credit + credit[done], 7), (day[done], 5)),
        )

    def _tasks(self) -> None:
        """Write the tasks of people: one for each loan 30 days late, closed late or empty by some."""
        loans, day = self.life.loans.late_loan, self.life.loans.late_day
        fits = self.ledger.kept[loans]
        loans, day = loans[fits], day[fits]
        credit = self.log["credit"][loans]
        manager = self.branch.manager[credit]
        luck = self.draws.uniform("task", self.branch.credits)[credit]
        needs = 3 + (luck * 20 * (1.3 - self.branch.quality[manager])).astype(np.int64)
        empty = self.branch.cuts_corners[manager] & (luck < 0.6)
        number = marked("W", (self.branch.first_credit + credit, 7), (day, 5))
        for known, closed in ((day, np.full(len(day), NULL)), (day + needs, day + needs)):
            self.writer.add(
                "task",
                known,
                task_id=number,
                kind=constant("alert_check", len(loans)),
                subject_kind=constant("customer", len(loans)),
                subject_id=self.ids.customer(self.branch.owner[credit]),
                owner_id=self.ids.staff(manager),
                opened_on=day,
                due_on=day + 7,
                closed_on=closed,
                has_evidence=~empty & (closed > 0),
            )


def _at_branch(branch: str, role: Ints, outlet: Ints) -> Chosen:
    """Give the outlet of heads of outlets, and the branch of all others."""
    names = [branch, *(f"{branch}-{place}" for place in range(1, 10))]
    return one_of(names, np.where(role > 0, 0, outlet + 1))


__all__ = ["Work", "where"]

"""Accounts of a branch and every entry on them; balances chain to the cent from what was lived."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.booking import CLASS, FRIEND, KIND, MEMO, Booking, Lines, calendar_month
from postloan.book.sources.simulated.constants import (
    BILL,
    CARD,
    CORPORATE,
    FARMER,
    INDIVIDUAL,
    NONE,
    SMALL,
    WHOLE,
)
from postloan.book.sources.simulated.draws import Floats, Ints
from postloan.book.sources.simulated.ids import constant, one_of
from postloan.book.sources.simulated.ledger import NULL, Ledger
from postloan.book.sources.simulated.loans import BRIDGED, NEVER, REPAID


class Accounts:
    """Makes accounts and entries from what was lived."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.life, self.branch, self.writer = ledger, ledger.life, ledger.branch, ledger.writer
        self.world, self.ids = ledger.world, ledger.ids
        self.start = max(ledger.start, self.world.opening)
        self.last = ledger.last
        self._length = self.world.calendar.length(np.arange(self.start, self.last + 1))
        self._lines: list[Lines] = []
        # Of those who borrow nothing here, most have their account elsewhere.
        every = np.arange(self.branch.customers)
        self._banks_here = (every < self.branch.borrowers) | (every % 3 == 0)

    def write(self) -> None:
        """Write accounts and entries."""
        self._accounts()
        self._incomes()
        self._spending()
        self._loans_paid()
        self._loans_given()
        self._moves()
        Booking(self.ledger, self.start).write(self._lines)

    def _accounts(self) -> None:
        branch, ids, size = self.branch, self.ids, self.branch.customers
        customer = np.flatnonzero(self._banks_here)
        opened = self.world.opening_day - 400 - branch.draws.whole("opened", 0, 3000, size)
        main = np.where(branch.kind >= SMALL, 0, 1)
        common = {
            "customer_id": ids.customer(customer),
            "institution_id": ids.outlet(branch.outlet[customer]),
        }
        self.writer.add(
            "account",
            opened[customer],
            account_id=ids.account(customer),
            kind=one_of(("current", "savings"), main[customer]),
            opened_on=opened[customer],
            **common,
        )
        self._freeze(opened, main)
        bills = np.unique(branch.owner[branch.method == BILL])
        self.writer.add(
            "account",
            opened[bills],
            account_id=ids.account(bills, 2),
            kind=constant("margin", len(bills)),
            opened_on=opened[bills],
            customer_id=ids.customer(bills),
            institution_id=ids.outlet(branch.outlet[bills]),
        )

    def _freeze(self, opened: Ints, main: Ints) -> None:
        """Freeze accounts of some who went bad, when we sue, and of all against whom others enforce."""
        log, branch, life = self.life.loans.log, self.branch, self.life
        bad = np.full(branch.customers, NEVER)
        np.minimum.at(bad, branch.owner[log["credit"]], log["bad"])
        luck = branch.draws.uniform("frozen", branch.customers)
        first = np.where((bad < NEVER) & (luck < 0.3), bad + 20 + (luck * 200).astype(np.int64), NEVER)
        month, customer = np.nonzero(life.enforced)
        np.minimum.at(first, customer, self.world.calendar.day(month, 2))
        rows = np.flatnonzero((first < NEVER) & self._banks_here)
        day = first[rows]
        for known, until in ((day, day + 365),):
            self.writer.add(
                "account",
                known,
                account_id=self.ids.account(rows),
                customer_id=self.ids.customer(rows),
                institution_id=self.ids.outlet(branch.outlet[rows]),
                kind=one_of(("current", "savings"), main[rows]),
                opened_on=opened[rows],
                frozen_on=known,
                frozen_until=until,
            )

    # lines

    def _span(self, name: str) -> Ints:
        return self.life.by[name][self.start : self.last + 1]

    def _luck(self, purpose: str) -> Floats:
        return self.branch.draws.uniform(purpose, self.last + 1, self.branch.customers)[self.start :]

    def _add(
        self,
        month: Ints,
        customer: Ints,
        in_month: Ints,
        order: int,
        cents: Ints,
        kind: Ints | str,
        memo: Ints | str = "",
        party: Ints | None = None,
        party_class: Ints | str | None = None,
    ) -> None:
        """Add lines; `month` counts from the first that is written, `in_month` is the day."""
        is_failure = isinstance(kind, str) and kind == "returned_debit"
        told = np.ones(len(cents), bool) if is_failure else cents != 0
        rows = np.flatnonzero(told & self._banks_here[customer])
        size = np.shape(cents)

        def full(value: object, names: dict[str, int]) -> Ints:
            found = names[value] if isinstance(value, str) else value
            return np.broadcast_to(np.asarray(-1 if found is None else found), size)[rows]

        self._lines.append(
            Lines(
                customer[rows],
                self.world.calendar.day(month + self.start, np.broadcast_to(in_month, size))[rows],
                np.full(size, order)[rows],
                cents[rows],
                full(kind, KIND),
                full(memo, MEMO),
                full(party, {}),
                full(party_class, CLASS),
            )
        )

    def _grid(self) -> tuple[Ints, Ints]:
        months, customers = self._span("first").shape
        month, customer = np.divmod(np.arange(months * customers), customers)
        return month, customer

    def _incomes(self) -> None:
        """Split the month's income into receipts: wages of persons, sales of farmers and firms."""
        branch = self.branch
        month, customer = self._grid()
        first, second = self._span("first").ravel(), self._span("second").ravel()
        kind = branch.kind[customer]
        money = self.world.constants.economy["money"]
        receipts = np.array([one["receipts"] for one in money.values()])[kind]
        wages = (kind == INDIVIDUAL) & (
            branch.industry[customer] == self.world.constants.industries.index("wages")
        )
        word = np.where(wages, KIND["salary"], KIND["transfer"])
        memo = np.select([wages, kind == FARMER], [MEMO["工资"], MEMO["农产品款"]], MEMO["货款"])
        left = first.copy()
        for step in range(int(receipts.max())):
            luck = self._luck(f"receipt {step}").ravel()
            last = step == receipts - 1
            part = np.where(last, left, (first * (0.5 + luck) / receipts).astype(np.int64) // 100 * 100)
            part = np.where(step < receipts, np.minimum(part, left), 0)
            left = left - part
            day = np.where(
                last, branch.income_day[customer], 1 + (luck * 7919 % 1 * branch.income_day[customer])
            )
            buyer = np.where(step == 0, branch.buyer[customer], -1)
            self._add(month, customer, day.astype(np.int64), 1, part, word, memo, party=buyer)
        day = branch.due_day[customer] + 1
        self._add(month, customer, day, 1, second, "transfer", "货款")

    def _spending(self) -> None:
        """Split what is spent: goods, wages, tax and power; living; what a cause of trouble leads to."""
        branch, life = self.branch, self.life
        month, customer = self._grid()
        spent, rest = self._span("spent_first").ravel(), self._span("spent_second").ravel()
        firm = branch.kind[customer] >= SMALL
        luck, other = self._luck("spent").ravel(), self._luck("spent more").ravel()
        between = branch.income_day[customer] + 1 + (luck * 2).astype(np.int64)
        late, last = self._late_day()[month, customer] + 1, self._length[month]
        end = np.minimum(late + (other * (last + 1 - late)).astype(np.int64).clip(0), last)
        supplier = np.where(firm, branch.buyer[branch.buyer[customer]], -1)
        penalty = np.where(self._overdue()[month, customer], np.minimum(spent, 5_00 + spent // 500), 0)
        self._add(month, customer, between, 3, -penalty, "penalty_interest", "罚息")
        wages = np.where(firm, (spent - penalty) * 3 // 10, 0)
        self._add(month, customer, between, 4, -wages, "payroll_out", "代发工资")
        goods = spent - penalty - wages
        kind = np.where(firm | (luck < 0.6), KIND["transfer"], KIND["cash"])
        memo = np.where(firm, MEMO["采购款"], MEMO["生活支出"])
        self._add(month, customer, between, 5, -goods, kind, memo, party=supplier)
        tax, power = (np.where(firm, rest * share // 100, 0) for share in (9, 6))
        self._add(month, customer, end, 3, -tax, "tax", "税款")
        self._add(month, customer, end, 4, -power, "utility", "电费")
        rest = rest - tax - power
        names = list(self.world.constants.causes)
        path = life.stress.path[self.start : self.last + 1].ravel() > 0.2
        cause = np.where(path, life.stress.cause[self.start : self.last + 1].ravel(), -1)
        open_habit = luck < 0.6  # the rest goes through cash and friends' wallets
        special = np.select(
            [
                (cause == names.index("gambling")) & open_habit,
                cause == names.index("illness"),
                cause == names.index("over_expansion"),
                (cause == names.index("diverted_funds")) & open_habit,
            ],
            [MEMO["充值"], MEMO["医院"], MEMO["设备款"], MEMO["贷款使用"]],
            -1,
        )
        group = np.select(
            [special == MEMO["充值"], special == MEMO["贷款使用"]],
            [CLASS["gambling"], np.where(other < 0.5, CLASS["developer"], CLASS["wealth"])],
            -1,
        )
        part = np.where(special >= 0, rest // 2, 0)
        for times in range(2):
            half = part // 2 if times == 0 else part - part // 2
            self._add(month, customer, end, 5 + times, -half, "transfer", special, party_class=group)
        cash = np.where(luck > np.where(firm, 0.95, 0.55), KIND["cash"], KIND["transfer"])
        memo = np.where(firm, MEMO["采购款"], MEMO["生活支出"])
        self._add(month, customer, end, 8, part - rest, cash, memo)

    def _late_day(self) -> Ints:
        """Give the last day of a customer's payments in each month: the due day, or later where paid late."""
        branch = self.branch
        late = self._span("late") > 0
        day = branch.due_day[branch.owner] + np.where(late, self._span("late_day"), 0)
        found = np.broadcast_to(branch.due_day, self._span("first").shape).copy()
        month, credit = np.nonzero(late)
        np.maximum.at(found, (month, branch.owner[credit]), day[month, credit])
        return found

    def _overdue(self) -> Ints:
        """Tell in which months a customer pays arrears of earlier ones."""
        branch = self.branch
        found = np.zeros(self._span("first").shape, bool)
        month, credit = np.nonzero(self._span("early"))
        found[month, branch.owner[credit]] = True
        return found

    def _loans_paid(self) -> None:
        """Add what leaves the account for loans, and debits that failed."""
        paid, branch, life = self.ledger.paid(), self.branch, self.life
        rows = np.flatnonzero((paid.month >= self.start) & (paid.slot != 5))
        credit, month, cents = paid.credit[rows], paid.month[rows], paid.cents[rows]
        how = life.how[month, credit]
        rolled = paid.slot[rows] == 2
        by_bank = rolled & (how != BRIDGED) & (how != REPAID)
        cents = np.where(by_bank, life.rolled_interest[month, credit], cents)
        bill = np.isin(branch.method[credit], (BILL, WHOLE))
        kind = np.where(bill, KIND["transfer"], KIND["loan_repayment"])
        memo = np.where(bill, MEMO["承兑票款"], MEMO["还款"])
        in_month = paid.day[rows] - self.world.calendar.start(month) + 1
        order = {1: 2, 2: 10, 3: 11, 4: 12}
        for slot, place in order.items():
            mine = np.flatnonzero(paid.slot[rows] == slot)
            self._add(
                month[mine] - self.start,
                branch.owner[credit[mine]],
                in_month[mine],
                place,
                -cents[mine],
                kind[mine],
                memo[mine],
            )
        failed = (self._span("due") > 0) & (self._span("on_day") == 0) & (branch.method != BILL)
        month, credit = np.nonzero(failed & (branch.method != CARD) & (self._span("how") == 0))
        luck = branch.draws.uniform("failed", self.last + 1, branch.credits)[self.start :][month, credit]
        month, credit = month[luck < 0.7], credit[luck < 0.7]
        owner = branch.owner[credit]
        nothing = np.zeros(len(month), np.int64)
        self._add(month, owner, branch.due_day[owner], 9, nothing, "returned_debit", "扣款失败")

    def _loans_given(self) -> None:
        """Add loans paid out and where the money goes, bridges, and what is brought to repay in full."""
        log, branch, life, calendar = self.life.loans.log, self.branch, self.life, self.world.calendar
        month = calendar_month(log["day"], calendar.start(np.arange(self.world.months + 1)))
        on_sheet = branch.on_sheet[log["credit"]] & (branch.method[log["credit"]] != CARD)
        lent = on_sheet & np.isin(log["renewal"], (0, BRIDGED)) & (month >= self.start) & (month <= self.last)
        loans = np.flatnonzero(lent)
        credit, month = log["credit"][loans], month[loans]
        owner, cents = branch.owner[credit], log["granted"][loans]
        in_month = log["day"][loans] - calendar.start(month) + 1
        self._add(month - self.start, owner, in_month, 20, cents, "transfer", "放款")
        bridged = (log["renewal"][loans] == BRIDGED) & (life.own_money[month, credit] == 0)
        back = np.flatnonzero(bridged)
        when = np.minimum(in_month + 1, 28)
        self._add(
            month[back] - self.start, owner[back], when[back], 21, -cents[back], "transfer", "归还借款",
            party_class=self._bridge_lender(credit, np.zeros(len(credit), bool))[back],
        )  # fmt: skip
        use = np.flatnonzero(~bridged)
        names = list(self.world.constants.causes)
        ahead = np.minimum(month + 3, self.world.months - 1)  # the plan is there before the money is
        diverted = life.stress.cause[ahead, owner] == names.index("diverted_funds")
        diverted &= life.stress.onset[ahead, owner] >= month - 3
        luck = branch.draws.uniform("use", branch.credits)[credit]
        group = np.where(
            diverted & (luck < 0.7), np.where(luck < 0.4, CLASS["developer"], CLASS["wealth"]), -1
        )
        home = np.array([one == "mortgage" for one in self.ledger.product_type])[branch.product[credit]]
        group = np.where(home, CLASS["developer"], group)
        for times in range(2):
            part = cents // 2 // 100 * 100 if times == 0 else cents - cents // 2 // 100 * 100
            day = np.minimum(in_month + times * 2, 28)
            self._add(
                month[use] - self.start, owner[use], day[use], 22 + times, -part[use], "transfer", "贷款使用",
                party_class=group[use],
            )  # fmt: skip
        how, rolled = self._span("how"), self._span("rolled")
        month, credit = np.nonzero((how == BRIDGED) | (how == REPAID))
        owner = branch.owner[credit]
        own = (how[month, credit] == REPAID) | (self._span("own_money")[month, credit] > 0)
        self._add(
            month,
            owner,
            branch.due_day[owner] - 1,
            6,
            rolled[month, credit],
            "transfer",
            np.where(own, MEMO["他行转入"], MEMO["借款"]),
            party=np.where(own, owner, -1),
            party_class=self._bridge_lender(credit, own),
        )

    def _bridge_lender(self, credit: Ints, own: Ints) -> Ints:
        """Give who lends for some days between two loans: a professional, or a friend or relative."""
        luck = self.branch.draws.uniform("bridge lender", self.branch.credits)[credit]
        return np.where(own, -1, np.where(luck < 0.3, CLASS["lender"], FRIEND))

    def _moves(self) -> None:
        """Add money from and to other banks, and what others lend."""
        branch = self.branch
        month, customer = self._grid()
        drawn, lent, swept = (self._span(name).ravel() for name in ("drawn", "borrowed", "swept"))
        self._add(
            month, customer, branch.due_day[customer] - 1, 5, drawn, "transfer", "他行转入", party=customer
        )
        before, after = (self._span(name).ravel() for name in ("paid_elsewhere", "paid_elsewhere_late"))
        self._add(month, customer, branch.due_day[customer], 8, -before, "transfer", "他行还款")
        luck = self._luck("lent by").ravel()
        online = np.where(luck < 0.4, CLASS["lender"], FRIEND)
        last = self._late_day()[month, customer]
        self._add(month, customer, last, 13, -after, "transfer", "他行还款")
        self._add(month, customer, last, 2, lent, "transfer", "借款", party_class=online)
        wealth = np.where(luck > 0.8, CLASS["wealth"], -1)
        self._add(
            month, customer, self._length[month], 30, -swept, "transfer", "转出理财", party_class=wealth,
            party=np.where(wealth < 0, customer, -1),
        )  # fmt: skip


__all__ = ["CORPORATE", "NONE", "NULL", "Accounts"]

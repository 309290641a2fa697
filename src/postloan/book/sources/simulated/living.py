"""Lives a branch month by month: income, dues, what is paid of them and when, renewals, arrears, write-offs.

In each month, in this order: the first income is there; arrears are paid as far as it goes; part of the usual
spending; on the due day the dues, from the account, then from what is held elsewhere; the rest of the income;
who could not pay tries again late in the month, some with money lent by others; the rest of the spending;
what is left beyond a usual balance goes elsewhere. No balance ever falls below zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from postloan.book.sources.simulated.constants import (
    BILL,
    BULLET,
    CARD,
    FARMER,
    INSTALMENT,
    NONE,
    SEASONAL,
    SMALL,
    WHOLE,
)
from postloan.book.sources.simulated.draws import Flags, Floats, Ints, yuan
from postloan.book.sources.simulated.elsewhere import Elsewhere
from postloan.book.sources.simulated.life import BY_CREDIT, BY_CUSTOMER, Life
from postloan.book.sources.simulated.loans import (
    BRIDGED,
    DIRECT,
    EVERGREEN,
    EXTENDED,
    NEVER,
    REPAID,
    LoanBook,
    schedule,
)
from postloan.book.sources.simulated.people import MODES, Branch
from postloan.book.sources.simulated.stress import Stress


def live(branch: Branch, stress: Stress) -> Life:
    """Live all months of a world."""
    living = _Living(branch, stress)
    for month in range(branch.world.months):
        living.month(month)
    living.loans.finish()
    return living.life


class _Living(Elsewhere):
    """The state of a branch between two months."""

    def __init__(self, branch: Branch, stress: Stress) -> None:
        self.branch, self.stress, self.world = branch, stress, branch.world
        self.rules: dict[str, Any] = dict(branch.world.constants.economy)
        customers, size, months = branch.customers, branch.credits, branch.world.months
        self.balance = yuan(branch.income * (0.3 + branch.draws.uniform("balance", customers)))
        owed = branch.by_owner(np.where(np.isin(branch.method, (BULLET, SEASONAL)), branch.amount, 0))
        self.wealth = branch.wealth + (owed * branch.draws.uniform("funds", customers) * 0.25).astype(
            np.int64
        )
        self.usual_wealth = self.wealth.copy()
        self.debt = np.zeros(customers, np.int64)  # lent by others
        self.shock = np.zeros(customers)  # distress that comes of others
        self.arrears = np.zeros(size, np.int64)
        self.asked = np.zeros(size, np.int64)  # ever due since the arrears were last nil
        self.met = np.zeros(size, np.int64)
        self.oldest = np.full(size, NEVER)  # month of the oldest due that is unpaid
        self.reopen = np.where(branch.started > 0, branch.started, NEVER)
        loans = LoanBook(branch)
        loans.begin(np.flatnonzero(branch.started <= 0))
        self.loans = loans
        self._pay_by_bill(np.flatnonzero(branch.started <= 0))
        self.life = Life(branch, stress, loans)
        for name in BY_CUSTOMER:
            kind = np.float64 if name in ("distress", "pinch") else np.int64
            self.life.by[name] = np.zeros((months, customers), kind)
        for name in BY_CREDIT:
            self.life.by[name] = np.zeros((months, size), np.int64)
        self.queue = np.zeros((months + 1, size), np.int64)  # dues asked up to each month
        self.luck: dict[str, Floats] = {}
        for name in ("forget", "borrow", "late", "cure", "suit", "rescue"):
            self.luck[name] = branch.draws.uniform(name, months, customers)
        for name in ("renew", "approve", "evergreen", "bridge", "extend", "guarantor fell"):
            self.luck[name] = branch.draws.uniform(name, months, size)
        self.noise = branch.draws.normal("income", months, customers)
        causes = ("income", "cost", "blow", "rerouted", "bureau")
        self.force = {name: stress.of_cause(branch, name) for name in causes}
        self._begin_elsewhere()

    def month(self, month: int) -> None:
        """Live one month."""
        self._open(month)
        first, second, costs = self._income(month)
        due = self._dues(month)
        self._mature(month, due)
        paid = self._pay(month, first, second, costs, due)
        self._age(month, *paid)
        self._close(month)

    # loans that begin and end

    def _open(self, month: int) -> None:
        """Pay out the loans whose time has come."""
        starts = np.flatnonzero(self.reopen == month)
        if len(starts):
            healthy = self.distress(month)[self.branch.owner[starts]] < 0.5
            self.reopen[starts[~healthy]] = month + 6
            starts = starts[healthy]
            self.reopen[starts] = NEVER
            self.loans.open(starts, month)
            self._pay_by_bill(starts)

    def _pay_by_bill(self, places: Ints) -> None:
        """Keep elsewhere what a bill pays in place of the firm, or a discounted one will bring."""
        bills = np.zeros(self.branch.credits, np.int64)
        self_paying = np.isin(self.branch.method, (BILL, WHOLE))
        bills[places] = np.where(self_paying, self.loans.amount, 0)[places]
        self.wealth += self.branch.by_owner(bills)

    def distress(self, month: int) -> Floats:
        """Give how far each customer is in trouble, 0 to 1, whatever the reason."""
        county = np.clip(1 - self.stress.factor[month], 0, 1)
        return np.clip(self._path(month) + self.shock + county * 0.5 + 0.5 * self.fallen, 0, 1)

    # money

    def _income(self, month: int) -> tuple[Ints, Ints, Ints]:
        """Give income before the due day and after it, and what it costs, in cents."""
        branch, path = self.branch, self._path(month)
        force = {name: of[month] for name, of in self.force.items()}
        spread = np.array([self.rules["money"][name]["noise"] for name in self.rules["kinds"]])[branch.kind]
        season = branch.seasons[self.world.calendar.of_year(month)]
        usual = branch.income * season
        # The main buyer's own trouble is the seller's loss.
        buyer = np.where(branch.buyer >= 0, path[branch.buyer] * (force["income"][branch.buyer] > 0.3), 0)
        level = self.stress.factor[month] * (1 - force["income"] * path) * (1 - branch.buyer_share * buyer)
        level *= np.exp(spread * self.noise[month] - spread * spread / 2) * self._left_of_income()
        earned = usual * level * (1 - self.shock * 0.3)
        here = yuan(earned * (1 - force["rerouted"] * (path > 0.2)))
        self.wealth += ((earned - here) * (1 - branch.variable)).clip(0).astype(np.int64)
        self._borrow_elsewhere(month, usual)
        later = yuan(np.where(branch.kind >= 2, here * 0.3, 0))
        # Farmers spend more when there is money and work; a closed firm spends little.
        fixed = branch.fixed * np.where(branch.kind == FARMER, 0.6 + 0.4 * season, 1.0)
        fixed = fixed * (1 + force["cost"] * path) * np.where(self.fallen & (branch.kind >= SMALL), 0.2, 1.0)
        fixed = fixed + force["cost"] * path * branch.income * (1 - branch.variable)
        costs = (here * branch.variable + fixed).astype(np.int64) + self._interest_elsewhere()
        blow = force["blow"] * branch.income * (self.stress.onset[month] == month)
        lost = np.where(self.stress.recovers[month], 0.4, 1.0) * blow
        self.wealth -= np.minimum(self.wealth, lost.astype(np.int64))
        life = self.life
        life.first[month], life.second[month] = here - later, later
        life.distress[month] = self.distress(month)
        return here - later, later, costs

    def _interest_elsewhere(self) -> Ints:
        return (self.debt * self.rules["paying"]["borrow_rate"]).astype(np.int64)

    def _dues(self, month: int) -> Ints:
        """Give what the schedules ask of each credit in this month."""
        loans, branch = self.loans, self.branch
        principal, interest = schedule(
            loans.amount, branch.rate, loans.term, branch.method, month - loans.began
        )
        live = loans.is_open & (month > loans.began)
        due = np.where(live, principal + interest, 0)
        card = (branch.method == CARD) & live
        due = np.where(card, self._card_due(month), due)
        self.principal_now = np.where(live & ~card, principal, 0)
        return due

    def _card_due(self, month: int) -> Ints:
        """Give a tenth of what a card owes: its use grows with trouble."""
        base = 0.25 + 0.4 * self.branch.draws.uniform("card use", self.branch.credits)
        use = np.clip(base + 0.5 * self._path(month)[self.branch.owner], 0, 1.02)
        return yuan(self.loans.amount * use * 0.1)

    def _mature(self, month: int, due: Ints) -> None:
        """Decide what becomes of principal that falls due at once; take it out of `due` where it rolls."""
        branch, loans = self.branch, self.loans
        last = loans.is_open & (month - loans.began == loans.term)
        lump = last & np.isin(branch.method, (BULLET, SEASONAL)) & (loans.term > 0)
        if not lump.any():
            return
        owner, rules = branch.owner, self.rules["renewing"]
        luck = {name: drawn[month] for name, drawn in self.luck.items()}
        seasonal = branch.method == SEASONAL
        trouble = self.life.distress[month][owner]
        quality = branch.quality[branch.manager]
        seen = trouble * (rules["sees_stress"] + 0.5 * quality) > 0.45 + 0.4 * luck["approve"]
        # Before it renews, the bank pulls the report and asks for the guarantors.
        seen |= (self.behind_for[owner] > 0) & (luck["approve"] < rules["declines_behind"])
        declines = np.where(branch.mode == MODES.index("joint_group"), *rules["declines_guarantor"][::-1])
        seen |= self._guarantor_fell() & (luck["guarantor fell"] < declines)
        clean = (self.arrears == 0) & ~seen
        lasts = (self.wealth + self.balance)[owner] > self.principal_now * 1.05
        out = lump & clean & lasts & (luck["renew"] < rules["wants_out"])
        renews = lump & clean & ~out
        # Whom the bank trusts need not repay first, though some do who have the money; most of those whom it
        # doubts must, and who has no money of his own for it borrows it for some days.
        trusted = np.select(
            [trouble > 0.15, lasts], [rules["direct_doubted"], rules["direct_with_money"]], rules["direct"]
        )
        direct = renews & (luck["bridge"] < trusted)
        # Lenders of bridges look at whom they lend to as well; without one the loan stays unpaid.
        lent = luck["extend"] > trouble * 0.7
        renews &= direct | lasts | lent
        life = self.life
        fee = np.where(renews & ~direct & ~lasts, self.principal_now * rules["bridge_fee"], 0)
        self.wealth = np.maximum(self.wealth - branch.by_owner(fee), 0)
        life.own_money[month] = renews & ~direct & lasts
        hides = lump & ~clean & branch.cuts_corners[branch.manager] & (luck["evergreen"] < rules["evergreen"])
        extended = lump & ~clean & ~hides & (luck["extend"] < rules["extension"]) & (loans.extensions == 0)
        extended &= self.arrears == 0
        how = np.select(
            [out, direct, renews, hides, extended], [REPAID, DIRECT, BRIDGED, EVERGREEN, EXTENDED], 0
        )
        rolls = how > 0
        interest = np.where(rolls & ((how != EXTENDED) | seasonal), due - self.principal_now, 0)
        due -= np.where(rolls, self.principal_now, 0) + interest
        life.how[month], life.rolled_interest[month] = (
            how,
            np.where(np.isin(how, (EVERGREEN, EXTENDED)), 0, interest),
        )
        capital = np.where(how == EVERGREEN, self.arrears + interest, 0)
        life.rolled[month] = np.where(rolls & (how != EXTENDED), self.principal_now, 0) + capital
        life.loan[month] = loans.current
        met = rolls & (how == EVERGREEN)
        self._note_late(self.world.calendar.day(month, branch.due_day[owner]), met)
        self.arrears[met], self.oldest[met] = 0, NEVER
        self.wealth -= self.branch.by_owner(np.where(how == REPAID, self.principal_now, 0))
        self.wealth = np.maximum(self.wealth, 0)
        loans.roll(how, month, capital, luck["extend"])
        self.reopen = np.where(
            how == REPAID, month + 1 + (luck["approve"] * 2 * rules["pause"]).astype(np.int64), self.reopen
        )

    def _guarantor_fell(self) -> Flags:
        """Tell of which credits a guarantor is bad with others, bad here, or broken."""
        branch = self.branch
        credit, guarantor = branch.guarantors
        bad = branch.by_owner((self.loans.bad_on < NEVER) & self.loans.is_open & (self.arrears > 0)) > 0
        fell = (bad | (self.behind_for >= 3) | self.fallen)[guarantor]
        return np.bincount(credit, fell, branch.credits) > 0

    def _pay(self, month: int, first: Ints, second: Ints, costs: Ints, due: Ints) -> tuple[Ints, Ints, Ints]:
        """Pay what can be paid; give what each credit was paid on income day, due day and late, in cents."""
        branch, life, rules = self.branch, self.life, self.rules["paying"]
        owner, total = branch.owner, branch.by_owner
        life.loan[month] = np.where(life.how[month] > 0, life.loan[month], self.loans.current)
        gone = self._gone(month) & ~self._rescue(month)
        asked_elsewhere = self._ask_elsewhere()
        self.paid_now = np.zeros(branch.customers, np.int64)
        self.balance += first
        owed = total(self.arrears)
        free = np.maximum(self.balance - (costs * rules["reserve"]).astype(np.int64), 0) * ~gone
        early = self._share(self.arrears, owed, np.minimum(owed, free))
        self.balance -= total(early)
        spent = np.minimum((costs * 0.6).astype(np.int64), self.balance)
        self.balance -= spent
        interest = np.minimum(total(life.rolled_interest[month]), self.balance)  # rolled ones are paid first
        short = total(life.rolled_interest[month]) - interest
        self.balance -= interest
        life.drawn[month] += short
        self.wealth = np.maximum(self.wealth - short, 0)
        drawn_before = life.drawn[month].copy()
        others_first = ~branch.pays_here_first & ~gone
        elsewhere = self._pay_elsewhere(others_first, asked_elsewhere)
        on_day, late = self._pay_dues(month, self.arrears - early + due, second, gone)
        life.paid_elsewhere[month] = elsewhere
        life.paid_elsewhere_late[month] = self._pay_elsewhere(branch.pays_here_first & ~gone, asked_elsewhere)
        self._fall_behind(month, asked_elsewhere)
        rest = np.minimum(costs - (costs * 0.6).astype(np.int64), self.balance)
        self.balance -= rest
        for_living = self._strain(month, costs, spent + rest)
        life.spent_first[month], life.spent_second[month] = spent, rest + for_living
        life.swept[month] = self._sweep(costs)
        life.drawn[month] += drawn_before + for_living
        life.early[month], life.on_day[month], life.late[month], life.due[month] = early, on_day, late, due
        most = self.world.calendar.length(month) - 1  # the last of spending follows it
        wait = (self.luck["late"][month][owner] * (most - branch.due_day[owner])).astype(np.int64)
        life.late_day[month] = 1 + wait
        life.balance[month], life.wealth[month], life.debt[month] = self.balance, self.wealth, self.debt
        return early, on_day, late

    def _pay_dues(self, month: int, open_: Ints, second: Ints, gone: Flags) -> tuple[Ints, Ints]:
        """Pay what is open on the due day, or late in the month; give both by credit, in cents."""
        branch, life, rules, total = self.branch, self.life, self.rules["paying"], self.branch.by_owner
        owner, asked = branch.owner, total(open_)
        reach = np.minimum(np.maximum(asked - self.balance, 0), self.wealth) * ~gone
        holiday = np.isin(self.world.calendar.of_year(month), (1, 9))
        forgets = self.luck["forget"][month] < rules["forgetful_holiday" if holiday else "forgetful"]
        able = (self.balance + reach >= asked) & (asked > 0) & ~gone
        prompt = able & ~forgets
        on_day = np.where(prompt[owner], open_, 0)
        self.balance += np.where(prompt, reach, 0) - total(on_day) + second
        left = np.where(prompt, 0, asked)
        most = (branch.income * (1 - branch.variable) * rules["borrow_months"]).astype(np.int64) - self.debt
        lends = (self.luck["borrow"][month] < rules["borrow"]) & ~gone
        lent = np.where(lends, np.clip(left - self.balance - reach, 0, np.maximum(most, 0)), 0)
        ready = self.balance + reach + lent
        whole = (left > 0) & (ready >= left) & ~gone
        partial = (left > 0) & ~whole & ~gone & (self.luck["late"][month] < rules["partial"])
        paid = np.where(whole, left, np.where(partial, (ready * 0.8).astype(np.int64) // 100 * 100, 0))
        late = self._share(np.where(prompt[owner], 0, open_), left, paid)
        used = total(late) > 0
        drawn, lent = np.where(prompt | used, reach, 0), np.where(used, lent, 0)
        self.balance += np.where(prompt, 0, drawn) + lent - total(late)
        self.wealth -= drawn
        self.debt += lent
        life.drawn[month], life.borrowed[month], life.due_asked[month] = drawn, lent, asked
        return on_day, late

    def _gone(self, month: int) -> Flags:
        """Tell who has stopped paying for good: frauds at full force, and most who went bad long ago."""
        names = list(self.world.constants.causes)
        fraud = (self.stress.cause[month] == names.index("fraud")) & (self._path(month) > 0.4)
        bad = self.loans.bad_on < self.world.calendar.start(month) - 60
        lost = self.branch.by_owner(((self.arrears > 0) & bad & self.loans.is_open).astype(np.int64)) > 0
        gives_up = self.fallen & (self.luck["cure"][month] > self.rules["elsewhere"]["still_pays"])
        return fraud | gives_up | (lost & (self.luck["cure"][month] > 0.06))

    def _share(self, owed: Ints, whole: Ints, paid: Ints) -> Ints:
        """Share what a customer pays among the credits in proportion; all of it where all is paid."""
        owner = self.branch.owner
        part = np.divide(paid[owner], whole[owner], out=np.zeros(len(owner)), where=whole[owner] > 0)
        shared = np.where(part >= 1, owed, (owed * part).astype(np.int64) // 100 * 100)
        return np.where(shared < 100, 0, shared)

    def _sweep(self, costs: Ints) -> Ints:
        """Move what is above a usual balance elsewhere: first to those who lent, then to savings."""
        keep = (costs * self.rules["paying"]["keep"]).astype(np.int64)
        over = np.maximum(self.balance - keep, 0) * (self.balance > keep * 5 // 4)
        back = np.minimum(over, self.debt)
        self.debt -= back
        self.wealth += self._settle_bills(over - back)
        self.balance -= over
        bills = np.isin(self.branch.method, (BILL, WHOLE)) & self.loans.is_open
        months = np.array(self.rules["paying"]["cushion"])[self.branch.kind]  # until the next harvest
        kept = self.usual_wealth + (self.branch.income * months).astype(np.int64)
        kept = kept + self.branch.by_owner(np.where(bills, self.loans.amount, 0))
        idle = np.maximum(self.wealth - kept, 0) * self.rules["paying"]["spends_idle"]
        self.wealth -= idle.astype(np.int64)  # a house, a car, a wedding
        return over

    # the end of a month

    def _close(self, month: int) -> None:
        """Close what is repaid or written off; pay what the bank stands for off the sheet."""
        branch, loans, calendar = self.branch, self.loans, self.world.calendar
        last = loans.is_open & (month - loans.began >= loans.term) & (branch.method != CARD)
        bill = last & (branch.method == BILL) & (month - loans.began == loans.term)
        self.life.advanced[month] = np.where(bill, self.arrears, 0)
        done = last & (self.arrears == 0) & (self.life.how[month] == 0)
        paid_late = (self.life.late[month] > 0) * self.life.late_day[month]
        early = (self.life.early[month] > 0) & (self.life.on_day[month] + self.life.late[month] == 0)
        day = np.where(early, branch.income_day[branch.owner], branch.due_day[branch.owner] + paid_late)
        guaranteed = self.life.guarantor_paid[month] > 0
        day = np.where(guaranteed, calendar.length(month), day)
        loans.close(np.flatnonzero(done), calendar.day(month, day)[done], 0)
        again = np.isin(branch.method, (INSTALMENT, WHOLE, NONE, BILL)) & done
        self.reopen = np.where(
            again, month + 1 + (self.luck["approve"][month] * 4).astype(np.int64), self.reopen
        )
        low, high = self.rules["write_off"]
        wait = low + (high - low) * branch.draws.uniform("write off", branch.credits)
        off = (
            loans.is_open
            & (loans.bad_on + wait.astype(np.int64) < calendar.start(month))
            & (self.arrears > 0)
        )
        loans.close(np.flatnonzero(off), np.full(int(off.sum()), int(calendar.end(month))), 2)
        self.arrears[off], self.oldest[off] = 0, NEVER
        self.life.arrears[month, off] = 0
        self.life.standing[month] = np.where(loans.is_open, loans.current, -1)
        self.life.open[month] = self._outstanding(month)

    def _outstanding(self, month: int) -> Ints:
        """Give the principal that each credit owes at the month's end."""
        branch, loans = self.branch, self.loans
        step = np.clip(month - loans.began, 0, loans.term)
        equal = loans.amount // np.maximum(loans.term, 1)
        planned = np.where(branch.method == INSTALMENT, loans.amount - equal * step, loans.amount)
        planned = np.where(branch.method == CARD, self._card_due(month) * 10, planned)
        over = (month - loans.began >= loans.term) & (branch.method != CARD)
        return np.where(
            loans.is_open,
            np.where(over, 0, planned) + np.where(over | (branch.method == INSTALMENT), self.arrears, 0),
            0,
        )

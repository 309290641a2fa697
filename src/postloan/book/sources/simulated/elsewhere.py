"""A customer's money beyond the bank: debts to other lenders, unpaid bills, the end of a trade, rescue.

A customer has one purse. What is short in it shows here and elsewhere: some pay this bank first and fall
behind with others, some the other way round, and who has nothing left fails everywhere. The bureau, the
courts, the tax office and the meters report from this state, none of them from draws of its own.
"""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.arrears import Arrears
from postloan.book.sources.simulated.draws import Flags, Floats, Ints
from postloan.book.sources.simulated.loans import NEVER
from postloan.book.sources.simulated.stress import Stress


class Elsewhere(Arrears):
    """The part of a branch's state that lies beyond the bank, in cents and months, by customer."""

    stress: Stress
    balance: Ints
    luck: dict[str, Floats]
    force: dict[str, Floats]
    paid_now: Ints

    def _begin_elsewhere(self) -> None:
        branch, size = self.branch, self.branch.customers
        self.other_debt = branch.debt_elsewhere.copy()
        self.behind = np.zeros(size, np.int64)  # unpaid of what other lenders asked
        self.behind_for = np.zeros(size, np.int64)  # months since that was last nil
        self.unmet = np.zeros(size, np.int64)  # bills of living or trade that stay unpaid
        self.fallen = np.zeros(size, bool)  # has given up the trade, or the household is broken
        self.sued_in = np.full(size, NEVER)  # month in which another lender went to court
        self.relief = np.ones(size)  # what remains of a trouble after family or a sale helped out

    # trouble

    def _path(self, month: int) -> Floats:
        """Give how far each customer's own trouble has come, less what was helped."""
        return self.stress.path[month] * self.relief

    def _left_of_income(self) -> Floats:
        """Give what a broken household or a closed firm still earns, as a share."""
        left = np.array(self.rules["elsewhere"]["left_when_fallen"])[self.branch.kind]
        return np.where(self.fallen, left, 1.0)

    # other lenders

    def _ask_elsewhere(self) -> Ints:
        """Give what other lenders ask in a month: interest, and principal of those who are behind.

        Whoever pays is lent anew what was repaid, as with cards and yearly loans; who is behind is not.
        """
        rules = self.rules["elsewhere"]
        principal = np.where(self.behind > 0, self.other_debt * rules["principal"], 0)
        return (self.other_debt * rules["interest"] + principal).astype(np.int64)

    def _pay_elsewhere(self, some: Flags, asked: Ints) -> Ints:
        """Pay other lenders from what is held elsewhere and then from the account; give the latter part."""
        owed = np.where(some, asked + self.behind, 0)
        from_wealth = np.minimum(owed, self.wealth)
        from_account = np.minimum(owed - from_wealth, self.balance)
        self.wealth -= from_wealth
        self.balance -= from_account
        paid = from_wealth + from_account
        self.paid_now = np.where(some, paid, self.paid_now)
        return from_account

    def _fall_behind(self, month: int, asked: Ints) -> None:
        """Count what other lenders were not paid; the long unpaid go to court, and the court takes money."""
        rules = self.rules["elsewhere"]
        self.behind = np.maximum(self.behind + asked - self.paid_now, 0)
        late = self.behind > 0
        self.behind_for = np.where(late, self.behind_for + (self.paid_now < asked), 0)
        principal = np.minimum(self.behind, (self.other_debt * rules["principal"]).astype(np.int64))
        self.other_debt = np.maximum(self.other_debt - np.where(late, 0, principal), 0)
        sued = (self.behind_for >= rules["sued_after"]) & (self.luck["suit"][month] < rules["sued"])
        sued &= self.sued_in == NEVER
        self.sued_in[sued] = month
        taken = self._enforced(month) & late
        self.wealth[taken] = 0
        self.sued_in[(self.behind == 0) & (self.sued_in < month - 12)] = NEVER
        life = self.life
        life.sued[month], life.enforced[month] = sued, self.sued_in == month - rules["enforced_after"]
        life.enforced[month] &= late
        life.other_debt[month], life.behind[month] = self.other_debt, self.behind
        life.behind_for[month] = self.behind_for

    def _enforced(self, month: int) -> Flags:
        return self.sued_in <= month - self.rules["elsewhere"]["enforced_after"]

    def _borrow_elsewhere(self, month: int, usual: Ints) -> None:
        """Let those in trouble borrow from other lenders first, as far as those lend.

        A trouble is at first paid for with credit: that is why debts grow before anyone is late. Lenders
        stop at so many months of income, and with whoever is behind.
        """
        rules, branch, path = self.rules["elsewhere"], self.branch, self._path(month)
        gap = path * (self.force["income"][month] + self.force["cost"][month]) * (1 - branch.variable)
        wants = (usual * gap * self.force["bureau"][month] * rules["on_credit"]).astype(np.int64)
        most = (branch.income * np.array(rules["lent_at_most"])[branch.kind]).astype(np.int64)
        room = np.maximum(most + branch.debt_elsewhere - self.other_debt, 0)
        lent = np.where((self.behind_for == 0) & ~self.fallen, np.minimum(wants, room), 0)
        lent = np.where(lent < 50_000, 0, lent)
        self.other_debt += lent
        self.wealth += lent
        self.life.applied[month] = lent

    # bills, the end, and rescue

    def _strain(self, month: int, costs: Ints, met: Ints) -> Ints:
        """Draw on savings for what must be paid, and count what stays unpaid; give what was drawn.

        A part of the fixed spending can wait. Whoever leaves bills of several months unpaid (wages, rent, the
        shop's credit book) gives up: the firm closes, the household no longer pays its debts.
        """
        rules, branch = self.rules["elsewhere"], self.branch
        must = costs - (branch.fixed * rules["can_wait"]).astype(np.int64)
        short = np.maximum(must - met, 0)
        drawn = np.minimum(short, self.wealth)
        self.wealth -= drawn
        self.unmet = (self.unmet * 0.97).astype(np.int64) + short - drawn
        patience = np.array(rules["patience"])[branch.kind] * (
            0.5 + branch.draws.uniform("patience", branch.customers)
        )
        most = np.maximum(patience * branch.fixed, 1)
        falls = (self.unmet > most) & ~self.fallen
        self.fallen |= falls
        self._pull_down(falls)
        self.life.pinch[month] = np.clip(self.unmet / most, 0, 1)
        return drawn

    def _pull_down(self, falls: Flags) -> None:
        """Let those tied by a guarantee lose what they had lent in private to one who breaks."""
        branch = self.branch
        if not falls.any():
            return
        credit, guarantor = branch.guarantors
        borrower = branch.owner[credit]
        lent = (
            branch.draws.uniform("lent to tied", branch.credits)[credit]
            * self.rules["elsewhere"]["lent_to_tied"]
        )
        lost = np.zeros(branch.customers)
        for one, other in ((borrower, guarantor), (guarantor, borrower)):
            lost += np.bincount(other, falls[one] * lent * branch.income[one], branch.customers)
        lost = np.minimum(lost, branch.income * self.rules["elsewhere"]["lent_to_tied"] * 2)
        gone = np.minimum(self.wealth, lost.astype(np.int64))
        self.wealth -= gone
        self.unmet += lost.astype(np.int64) - gone  # what was lent on came from others, who want it back

    def _settle_bills(self, over: Ints) -> Ints:
        """Pay unpaid bills and what was borrowed in trouble out of what is left over; give the rest."""
        bills = np.minimum(over, self.unmet)
        self.unmet -= bills
        back = np.minimum(over - bills, np.maximum(self.other_debt - self.branch.debt_elsewhere, 0))
        back = np.where(self.behind > 0, 0, back)
        self.other_debt -= back
        return over - bills - back

    def _rescue(self, month: int) -> Flags:
        """Let family or a sale of house or herd clear the arrears of a few who went bad; tell of whom."""
        rules, calendar = self.rules["elsewhere"], self.world.calendar
        bad = (self.loans.bad_on < calendar.start(month)) & self.loans.is_open & (self.arrears > 0)
        lost = self.branch.by_owner(bad.astype(np.int64)) > 0
        passed = self.stress.path[month] < 0.1
        odds = np.where(passed, rules["recovers"], rules["rescued"])
        saved = lost & (self.luck["rescue"][month] < odds)
        owed = self.branch.by_owner(self.arrears) + self.behind
        self.wealth += np.where(saved, owed + self.branch.income, 0)
        self.unmet[saved] = 0
        self.fallen[saved] = False
        self.relief[saved] *= 0.3
        self.life.rescued[month] = saved
        return saved

"""What was lived in a branch, month by month."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from postloan.book.sources.simulated.draws import Ints
from postloan.book.sources.simulated.loans import LoanBook
from postloan.book.sources.simulated.people import Branch
from postloan.book.sources.simulated.stress import Stress

BY_CUSTOMER = [
    "first",
    "second",
    "spent_first",
    "spent_second",
    "drawn",
    "borrowed",
    "swept",
    "due_asked",
    "called",
    "wealth",
    "balance",
    "debt",
    "distress",
    "pinch",
    "other_debt",
    "behind",
    "behind_for",
    "applied",
    "paid_elsewhere",
    "paid_elsewhere_late",
    "sued",
    "enforced",
    "rescued",
]
"""Matrices of months and customers: income before and after the due day, what was spent, drawn from
elsewhere, lent by others, moved elsewhere, asked by the bank or as guarantor, held and owed; and trouble.

Beyond the bank: how many bills stay unpaid (0 to 1), debt to other lenders, what of it is unpaid and for how
many months, newly borrowed there, paid to them from the account (before our dues, or after); whether another
lender sued, a court took money, or family helped out."""

BY_CREDIT = [
    "early",
    "on_day",
    "late",
    "rolled",
    "rolled_interest",
    "how",
    "loan",
    "arrears",
    "since",
    "due",
    "late_day",
    "advanced",
    "guarantor_paid",
    "standing",
    "open",
    "own_money",
]
"""Matrices of months and credits: paid on income day, on due day, late (how many days), by guarantors or in
renewals (and how); the loan; arrears and since which month; what was due, advanced, stands
open; repaid with own money."""


@dataclass
class Life:
    """What was lived, by month and customer or credit, in cents; `loans` are all loans ever made."""

    branch: Branch
    stress: Stress
    loans: LoanBook
    by: dict[str, Ints] = field(default_factory=dict)

    def by_owner(self, by_credit: Ints) -> Ints:
        """Sum a matrix of months and credits by customer."""
        branch = self.branch
        found = np.zeros((len(by_credit), branch.customers), np.int64)
        found[:, : branch.borrowers] = by_credit[:, : branch.borrowers]  # the first credit of each
        more = by_credit[:, branch.borrowers :]
        np.add.at(found.T, branch.owner[branch.borrowers :], more.T)
        return found

    @cached_property
    def owed(self) -> Ints:
        """Give what each customer owes the bank on its sheet at each month's end, in cents."""
        return self.by_owner(np.where(self.branch.on_sheet, self.by["open"], 0))

    @cached_property
    def late_by_owner(self) -> Ints:
        """Give what each customer paid late in each month, in cents."""
        return self.by_owner(self.by["late"])

    def __getattr__(self, name: str) -> Ints:
        try:
            return self.__dict__["by"][name]
        except KeyError as error:
            raise AttributeError(name) from error

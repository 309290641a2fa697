"""Numbers and names of a branch's things, as text columns: people are numbered, not invented."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from postloan.book.sources.simulated.draws import Ints
from postloan.book.sources.simulated.people import Branch
from postloan.engine.columns import Chosen, Numbered

WORDS = {
    "customer": ("Customer ", "客户 "),
    "manager": ("Manager ", "客户经理 "),
    "head": ("Rural commercial bank", "农商银行"),
    "branch": ("Branch ", "支行 "),
    "outlet": ("Outlet ", "网点 "),
    "province": ("Province", "省"),
    "county": ("County ", "县 "),
    "town": ("Township ", "乡镇 "),
    "staff": ("Employee ", "员工 "),
}

HEAD_OFFICE, PROVINCE = "B0000", "R0000"


def word(branch: Branch, name: str) -> str:
    """Give a word in the language of the bank."""
    return WORDS[name][branch.world.constants.economy["names"] == "zh"]


def constant(text: str, size: int) -> Chosen:
    """Give the same text in every row."""
    return Chosen((text,), np.zeros(size, np.int64))


def where(text: str, rows: Ints) -> Chosen:
    """Give the text in some rows and nothing in the others."""
    return Chosen((text,), np.where(rows, 0, -1))


def one_of(texts: Sequence[str], places: Ints) -> Chosen:
    """Give texts of a list by their places."""
    return Chosen(tuple(texts), np.asarray(places))


class Ids:
    """The identifiers of one branch; a place below 0 gives null."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        economy = branch.world.constants.economy
        self._managers = branch.number * (
            2 * round(branch.world.credits_of_a_full_branch / economy["credits_per_manager"]) + 20
        )

    def customer(self, places: Ints) -> Numbered:
        """Give customer numbers."""
        return Numbered(("C", (self._shifted(places, self._branch.first_customer), 7)))

    def name(self, places: Ints) -> Numbered:
        """Give names of customers."""
        number = self._shifted(places, self._branch.first_customer)
        return Numbered((word(self._branch, "customer"), (number, 6)))

    def contract(self, places: Ints) -> Numbered:
        """Give contract numbers."""
        return Numbered(("K", (self._shifted(places, self._branch.first_credit), 7)))

    def loan(self, places: Ints, sequence: Ints) -> Numbered:
        """Give loan numbers: the credit and which of its loans."""
        return Numbered(("L", (self._shifted(places, self._branch.first_credit), 7), "-", (sequence, 2)))

    def account(self, places: Ints, which: Ints | int = 1) -> Numbered:
        """Give account numbers; 1 is the main account, 2 that of margins, 9 one at another bank."""
        held = self._shifted(places, self._branch.first_customer)
        return Numbered(("A", (held, 7), "-", (np.broadcast_to(np.asarray(which), held.shape), 1)))

    def staff(self, managers: Ints) -> Numbered:
        """Give numbers of managers; those of other duties follow them."""
        return Numbered(("S", (self._shifted(managers, self._managers + 101), 5)))

    def staff_name(self, managers: Ints, what: str = "manager") -> Numbered:
        """Give names of managers and others."""
        number = self._shifted(managers, self._managers + 101)
        return Numbered((word(self._branch, what), (number, 3)))

    def outlet(self, places: Ints) -> Numbered:
        """Give institution numbers of outlets."""
        number = np.broadcast_to(np.asarray(self._branch.number + 1), np.shape(places))
        return Numbered(("B", (number, 4), "-", (np.asarray(places) + 1, 1)))

    def town(self, places: Ints) -> Numbered:
        """Give region numbers of townships."""
        number = np.broadcast_to(np.asarray(self._branch.number + 1), np.shape(places))
        return Numbered(("R", (number, 4), "-", (np.asarray(places) + 1, 2)))

    @property
    def branch(self) -> str:
        """Give the institution number of the branch."""
        return f"B{self._branch.number + 1:04d}"

    @property
    def county(self) -> str:
        """Give the region number of the county."""
        return f"R{self._branch.number + 1:04d}"

    @staticmethod
    def _shifted(places: Ints, first: int) -> Ints:
        held = np.asarray(places)
        return np.where(held >= 0, held + first, -1)


def marked(prefix: str, *parts: tuple[Ints, int]) -> Numbered:
    """Give identifiers of a prefix and numbers, parted by hyphens."""
    told: list[str | tuple[Ints, int]] = [prefix]
    for place, part in enumerate(parts):
        told += ["-", part] if place else [part]
    return Numbered(tuple(told))

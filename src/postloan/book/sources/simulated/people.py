"""The customers of a branch and their credits, as they stand before anything happens to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from postloan.book.sources.simulated.constants import (
    BULLET,
    CARD,
    CORPORATE,
    FARMER,
    INDIVIDUAL,
    INSTALMENT,
    KINDS,
    METHODS,
    SEASONAL,
)
from postloan.book.sources.simulated.draws import Draws, Flags, Floats, Ints, pick, yuan
from postloan.book.sources.simulated.world import World

MODES = ("credit", "guarantor", "joint_group", "mortgage", "pledge", "cash_equivalent", "insurance")
FIRST_CUSTOMER = 1


@dataclass(frozen=True)
class Branch:
    """One block of the bank, as columns: customers (kind, town, …) and credits (owner, product, …)."""

    world: World
    number: int

    @cached_property
    def draws(self) -> Draws:
        """Give the draws of the branch."""
        return self.world.draws(self.number)

    @property
    def credits(self) -> int:
        """Give the number of credits."""
        return self.world.credits_of(self.number)

    @cached_property
    def customers(self) -> int:
        """Give the number of customers."""
        return max(1, round(self.credits * self.world.constants.economy["customers_per_credit"]))

    @cached_property
    def borrowers(self) -> int:
        """Give the number of customers who borrow; they come first."""
        return max(1, round(self.credits * self.world.constants.economy["borrowers_per_credit"]))

    @cached_property
    def first_credit(self) -> int:
        """Give the number of its first credit in the bank."""
        return self.number * self.world.credits_of_a_full_branch + 1

    @cached_property
    def first_customer(self) -> int:
        """Give the number of its first customer in the bank."""
        share = self.world.constants.economy["customers_per_credit"]
        return self.number * round(self.world.credits_of_a_full_branch * share) + FIRST_CUSTOMER

    # customers

    @cached_property
    def kind(self) -> Ints:
        """Give each customer's kind, a place in KINDS."""
        shares = self.world.constants.economy["kinds"]
        return self.draws.choice("kind", [shares[name] for name in KINDS], self.customers)

    @cached_property
    def town(self) -> Ints:
        """Give each customer's township."""
        return self.draws.whole("town of", 0, self.world.constants.economy["townships"] - 1, self.customers)

    @cached_property
    def industry(self) -> Ints:
        """Give each customer's industry."""
        drawn = self.draws.uniform("industry", self.customers)
        found = np.zeros(self.customers, np.int64)
        kinds = list(self.world.constants.economy["industries"].values())
        for place, name in enumerate(KINDS):
            mine = self.kind == place
            found[mine] = pick(drawn[mine], [one["kinds"].get(name, 0) for one in kinds])
        return found

    @cached_property
    def outlet(self) -> Ints:
        """Give each customer's outlet: two neighbouring townships share one."""
        economy = self.world.constants.economy
        return self.town * economy["outlets"] // economy["townships"]

    # credits

    @cached_property
    def owner(self) -> Ints:
        """Give the customer of each credit; beyond the first of each, any may have a further one."""
        more = self.draws.whole("owner", 0, self.borrowers - 1, self.credits)
        own = np.arange(self.credits)
        return np.where(own < self.borrowers, own, more)

    @cached_property
    def product(self) -> Ints:
        """Give the product of each credit, a place in the list of products."""
        drawn = self.draws.uniform("product", self.credits)
        first = np.arange(self.credits) < self.borrowers
        found = np.zeros(self.credits, np.int64)
        for place, name in enumerate(KINDS):
            for column, mask in (("first", first), ("more", ~first)):
                mine = (self.kind[self.owner] == place) & mask
                weights = [one[column] * (one["kind"] == name) for one in self.world.constants.products]
                found[mine] = pick(drawn[mine], weights)
        return found

    def of_product(self, name: str) -> Ints:
        """Give a number of each credit's product."""
        return np.array([one[name] for one in self.world.constants.products])[self.product]

    @cached_property
    def method(self) -> Ints:
        """Give how each credit is repaid, a place in METHODS."""
        return np.array([METHODS.index(one["method"]) for one in self.world.constants.products])[self.product]

    @cached_property
    def on_sheet(self) -> Ints:
        """Tell which credits are loans."""
        return np.array(["exposure" not in one for one in self.world.constants.products])[self.product]

    @cached_property
    def amount(self) -> Ints:
        """Give the first amount of each credit in cents, in round thousands."""
        spread = self.of_product("spread") * self.draws.normal("amount", self.credits)
        return np.maximum(yuan(self.of_product("median") * 100 * np.exp(spread), 1000), 500_000)

    @cached_property
    def rate(self) -> Ints:
        """Give the yearly rate in basis points."""
        base = self.of_product("rate")
        return np.where(base > 0, base + 10 * self.draws.whole("rate", -8, 8, self.credits), 0)

    @cached_property
    def term(self) -> Ints:
        """Give the months of each loan; long ones differ."""
        base = self.of_product("term")
        part = 0.5 + self.draws.uniform("term", self.credits) / 2
        return np.where((base > 12) & (self.method != CARD), np.rint(base * part / 6) * 6, base).astype(
            np.int64
        )

    @cached_property
    def started(self) -> Ints:
        """Give the month in which each credit's first loan was paid out; below 0 before the world began."""
        share = self.world.constants.economy["new_credits"]
        is_new = self.draws.uniform("is new", self.credits) < share
        age = self.draws.uniform("age", self.credits) * np.minimum(self.term, 84)
        later = 1 + (self.draws.uniform("later", self.credits) * 48).astype(np.int64)
        back = np.where(
            self.method == CARD, self.draws.whole("card age", 6, 60, self.credits), age.astype(np.int64)
        )
        return np.where(is_new, later, -back)

    @cached_property
    def mode(self) -> Ints:
        """Give the main security, a place in MODES."""
        drawn, found = self.draws.uniform("mode", self.credits), np.zeros(self.credits, np.int64)
        for place, product in enumerate(self.world.constants.products):
            mine = self.product == place
            names = list(product["modes"])
            places = np.array([MODES.index(name) for name in names])
            found[mine] = places[pick(drawn[mine], list(product["modes"].values()))]
        return found

    @cached_property
    def due_day(self) -> Ints:
        """Give the day of the month on which dues fall: 21 for most, as interest is settled on the 20th."""
        drawn = self.draws.whole("due day", 16, 23, self.customers)
        return np.where(self.kind == INDIVIDUAL, drawn, 21)

    @cached_property
    def income_day(self) -> Ints:
        """Give the day by which the month's first income is there."""
        return self.draws.whole("income day", 5, 14, self.customers)

    @cached_property
    def starting_due(self) -> Ints:
        """Give what each credit asks in a month, in cents, before its principal comes due."""
        interest = self.amount * self.rate // 120_000
        principal = np.where(self.method == INSTALMENT, self.amount // self.term, 0)
        card = np.where(self.method == CARD, self.amount * 45 // 1000, 0)
        pays = (self.method == INSTALMENT) | (self.method == BULLET)
        return np.where(pays, interest + principal, card)

    def by_owner(self, amounts: Ints) -> Ints:
        """Sum amounts of credits by customer."""
        return np.bincount(self.owner, amounts, self.customers).astype(np.int64)

    @cached_property
    def income(self) -> Ints:
        """Give the usual monthly income in cents: enough for dues and debts of the usual weight."""
        money = self.world.constants.economy["money"]
        ratio = np.exp(0.35 * self.draws.normal("debt to income", self.customers))
        weight = np.array([money[name]["debt_to_income"] for name in KINDS])[self.kind] * ratio
        service = np.array([money[name]["service"] for name in KINDS])[self.kind] * np.sqrt(ratio)
        debt = self.by_owner(np.where(self.method == CARD, self.amount // 3, self.amount))
        asked = self.by_owner(self.starting_due)
        seasonal = self.by_owner(np.where(self.method == SEASONAL, self.amount, 0)) // 6
        needed = np.maximum(debt / weight / 12, (asked + seasonal) / np.minimum(service, 0.6))
        least = np.where(self.kind == FARMER, 220_000, np.where(self.kind == INDIVIDUAL, 420_000, 2_000_000))
        return yuan(np.maximum(needed, least))

    @cached_property
    def lenders(self) -> Floats:
        """Give how much each customer deals with other lenders, 0 to 1; below 0.4 not at all."""
        return self.draws.uniform("lenders", self.customers)

    @cached_property
    def debt_elsewhere(self) -> Ints:
        """Give what each owes other lenders in usual times, in cents: up to three months of income."""
        return yuan(self.income * np.where(self.lenders > 0.4, self.lenders * 3, 0))

    @cached_property
    def pays_here_first(self) -> Flags:
        """Tell who pays this bank before others: more of those with a house or a neighbour at stake here."""
        secured = np.isin(self.mode, [MODES.index(n) for n in ("mortgage", "guarantor", "joint_group")])
        tied = self.by_owner(secured.astype(np.int64)) > 0
        share = self.world.constants.economy["elsewhere"]["pays_here_first"]
        return self.draws.uniform("pays first", self.customers) < np.where(tied, share[1], share[0])

    @cached_property
    def variable(self) -> Floats:
        """Give the share of income that goes out with it: goods, wages, feed."""
        money = self.world.constants.economy["money"]
        return np.array([money[name]["variable"] for name in KINDS])[self.kind]

    @cached_property
    def fixed(self) -> Ints:
        """Give what is spent in a month whatever comes in, in cents, so that the usual margin is left."""
        money = self.world.constants.economy["money"]
        mean, spread = (np.array([money[name]["margin"][at] for name in KINDS])[self.kind] for at in (0, 1))
        margin = mean + spread * self.draws.normal("margin", self.customers)
        margin = np.maximum(margin, -0.02)  # who spends more than comes in gets no loan
        interest = self.debt_elsewhere * self.world.constants.economy["elsewhere"]["interest"]
        share = 1 - self.variable - margin - (self.by_owner(self.starting_due) + interest) / self.income
        return (np.maximum(share, 0.03) * self.income).astype(np.int64)

    @cached_property
    def wealth(self) -> Ints:
        """Give what is held elsewhere, in cents: some months of income and part of what falls due at once."""
        money = self.world.constants.economy["money"]
        median, spread = (np.array([money[name]["wealth"][at] for name in KINDS])[self.kind] for at in (0, 1))
        months = median * np.exp(spread * self.draws.normal("wealth", self.customers))
        return (months * self.income).astype(np.int64)

    @cached_property
    def seasons(self) -> Floats:
        """Give the share of usual income by calendar month and customer, 1 on average."""
        kinds = self.world.constants.economy["industries"].values()
        table = np.array([one["seasons"] for one in kinds], np.float64)
        return (table / table.mean(axis=1, keepdims=True))[self.industry].T

    # ties

    @cached_property
    def firms(self) -> Ints:
        """Give the places of the firms among the customers."""
        return np.flatnonzero(self.kind >= CORPORATE - 1)

    @cached_property
    def buyer(self) -> Ints:
        """Give each firm's main buyer among the firms, -1 for none."""
        found = np.full(self.customers, -1)
        if len(self.firms) > 2:
            other = self.firms[self.draws.whole("buyer", 0, len(self.firms) - 1, self.customers)]
            has = (self.draws.uniform("has buyer", self.customers) < 0.55) & (self.kind >= CORPORATE - 1)
            found = np.where(has & (other != np.arange(self.customers)), other, -1)
        return found

    @cached_property
    def buyer_share(self) -> Floats:
        """Give the share of sales that goes to the main buyer."""
        share = 0.15 + 0.45 * self.draws.uniform("buyer share", self.customers)
        return np.where(self.buyer >= 0, share, 0.0)

    @cached_property
    def guarantors(self) -> tuple[Ints, Ints]:
        """Give pairs of credit and guarantor: groups of four where groups are joint, else people near by.

        Most guarantors are relatives or officials who borrow nothing themselves, and banks let one stand for
        one or two only. Firms that guarantee one another, as was common about 2010, have become few.
        """
        joint = np.flatnonzero(self.mode == MODES.index("joint_group"))
        pairs = [(joint, self._of_group(self.owner[joint], step)) for step in (1, 2, 3)]
        some = np.flatnonzero(self.mode == MODES.index("guarantor"))
        luck = self.draws.uniform("guarantor", self.credits)[some]
        mutual = (luck < 0.15) & (self.kind[self.owner[some]] >= CORPORATE - 1)
        asked = np.concatenate([some, some[luck * 7 % 1 < 0.3]])  # some need two
        found = self._bystander(self.owner[asked])
        found[: len(some)] = np.where(mutual, self._of_group(self.owner[some], 1), found[: len(some)])
        pairs.append((asked, found))
        credit, guarantor = (np.concatenate([pair[at] for pair in pairs]) for at in (0, 1))
        kept = (guarantor >= 0) & (guarantor != self.owner[credit])
        pairs_once = np.unique(np.stack([credit[kept], guarantor[kept]]), axis=1)
        return pairs_once[0], pairs_once[1]

    @cached_property
    def sureties(self) -> Flags:
        """Tell who stands for others and borrows nothing: chosen for a steady income, such as a teacher's."""
        found = np.zeros(self.customers, bool)
        found[self.guarantors[1]] = True
        found[: self.borrowers] = False
        return found

    @cached_property
    def ranked(self) -> tuple[Ints, Ints]:
        """Give customers in order of kind and township, and each one's place in that order."""
        order = np.lexsort((np.arange(self.customers), self.town, self.kind))
        place = np.empty_like(order)
        place[order] = np.arange(self.customers)
        return order, place

    def _of_group(self, customer: Ints, step: int) -> Ints:
        """Give another of the same group of four neighbours of one kind; -1 where the group is mixed."""
        order, place = self.ranked
        at = place[customer]
        found = order[np.minimum(at // 4 * 4 + (at + step) % 4, self.customers - 1)]
        return np.where(self.kind[found] == self.kind[customer], found, -1)

    def _bystander(self, customer: Ints) -> Ints:
        """Give somebody who borrows nothing, of the same township if there is one; -1 where all borrow.

        They take turns, so that one stands for as few as possible.
        """
        others = np.arange(self.borrowers, self.customers)
        if not len(others):
            return np.full(len(customer), -1)
        others = others[np.argsort(self.town[others], kind="stable")]
        edges = np.searchsorted(self.town[others], np.arange(self.world.constants.economy["townships"] + 1))
        town = self.town[customer]
        order = np.argsort(town, kind="stable")
        turn = np.empty_like(order)
        turn[order] = np.arange(len(order)) - np.searchsorted(town[order], town[order])
        size = edges[town + 1] - edges[town]
        near = edges[town] + turn % np.maximum(size, 1)
        far = customer % len(others)
        return others[np.where(size > 0, near, far)]

    # the bank's people

    @cached_property
    def managers(self) -> int:
        """Give the number of customer managers, the same at each outlet."""
        economy = self.world.constants.economy
        wanted = self.credits / economy["credits_per_manager"] / economy["outlets"]
        return int(max(1, round(wanted))) * int(economy["outlets"])

    @cached_property
    def manager(self) -> Ints:
        """Give the manager of each credit, one of its customer's outlet."""
        outlets = self.world.constants.economy["outlets"]
        seat = self.draws.whole("manager", 0, self.managers // outlets - 1, self.customers)
        return (self.outlet + outlets * seat)[self.owner]

    @cached_property
    def quality(self) -> Floats:
        """Give how well each manager sees, 0 to 1."""
        low, high = self.world.constants.economy["managers"]["quality"]
        return low + (high - low) * self.draws.uniform("quality", self.managers)

    @cached_property
    def cuts_corners(self) -> Ints:
        """Tell which managers report what they did not see, and renew to hide arrears."""
        share = self.world.constants.economy["managers"]["corner_cutters"]
        return self.draws.uniform("cuts corners", self.managers) < share

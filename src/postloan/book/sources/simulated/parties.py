"""The customers of a branch and what is known of them outside the accounts: ties, ratings, the bureau."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import CARD, CORPORATE, FARMER, INDIVIDUAL, KINDS, SMALL
from postloan.book.sources.simulated.draws import Floats, Ints
from postloan.book.sources.simulated.ids import constant, marked, one_of
from postloan.book.sources.simulated.ledger import NULL, Ledger
from postloan.book.sources.simulated.writing import ALWAYS

_CENTRE = (34.2, 113.6)  # degrees north and east; a plain with room for many counties
_GRADES = ("AAA", "AA", "A", "BBB", "BB", "B", "CCC")
_VILLAGE = ("excellent", "good", "fair", "poor")


def places(branch_number: int, town: Ints, spread: Floats, other: Floats) -> tuple[Floats, Floats]:
    """Give latitude and longitude near a township's middle, up to some 5 km from it."""
    latitude = _CENTRE[0] + 0.4 * (branch_number % 20) + 0.12 * (town // 4) + 0.09 * (spread - 0.5)
    longitude = _CENTRE[1] + 0.5 * (branch_number // 20 % 20) + 0.12 * (town % 4) + 0.1 * (other - 0.5)
    return latitude, longitude


class Parties:
    """Makes the tables of customers from what was lived."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.life, self.branch, self.writer = ledger, ledger.life, ledger.branch, ledger.writer
        self.world, self.ids, self.draws = ledger.world, ledger.ids, ledger.branch.draws
        self.all = np.arange(self.branch.customers)
        self.start, self.last = max(ledger.start - 1, self.world.opening - 1), ledger.last
        self.months = np.arange(self.start, self.last + 1)
        self.see = {
            name: self.life.stress.of_cause(self.branch, name)[self.start : self.last + 1]
            for name in ("meters", "people")
        }

    def write(self) -> None:
        """Write every table of customers."""
        self._customers()
        self._relations()
        self._ratings()
        self._bureau()

    def _draw(self, purpose: str) -> Floats:
        return self.draws.uniform(purpose, self.branch.customers)

    def luck(self, purpose: str) -> Floats:
        """Give draws by month (from the first written) and customer."""
        return self.draws.uniform(purpose, self.last + 1, self.branch.customers)[self.start :]

    @property
    def location(self) -> tuple[Floats, Floats]:
        """Give where each customer lives or works."""
        return places(self.branch.number, self.branch.town, self._draw("north"), self._draw("east"))

    @property
    def household(self) -> Ints:
        """Give each person's household: some share one with the next of the same township and kind."""
        order, _ = self.branch.ranked
        pairs = self._draw("household")[order] < 0.3
        first = np.arange(len(order))
        joined = np.where(np.roll(pairs, 1) & (first > 0) & ~pairs, first - 1, first)
        found = np.empty_like(order)
        found[order] = order[joined]
        same = (self.branch.kind[found] == self.branch.kind) & (self.branch.kind < SMALL)
        return np.where(same, found, self.all)

    def _customers(self) -> None:
        branch, ids = self.branch, self.ids
        latitude, longitude = self.location
        firm, person = branch.kind >= SMALL, branch.kind < SMALL
        number = self.all + branch.first_customer
        shared = self._draw("shared phone") < 0.004  # an agent's or a village office's telephone
        phone = np.where(shared, branch.town * 7 + branch.number * 1000, 100_000 + number)
        address = np.where(self._draw("shared address") < 0.004, branch.town * 11, 100_000 + number)
        since = self.world.opening_day - 500 - (self._draw("since") * 4000).astype(np.int64)
        born = -(365 * 5 + (self._draw("born") ** 0.8 * 365 * 38)).astype(np.int64) + 365 * 28
        group = np.where((branch.kind == CORPORATE) & (self._draw("group") < 0.35), branch.town, -1)
        consent = self.world.opening_day + 300 + (self._draw("consent") * 2000).astype(np.int64)
        months = [
            ";".join(str(m + 1) for m in range(12) if season[m] >= 9) for season in self._season_table()
        ]
        self.writer.add(
            "customer",
            ALWAYS,
            customer_id=ids.customer(self.all),
            name=ids.name(self.all),
            kind=one_of(KINDS, branch.kind),
            is_small_micro=firm & (branch.income < 150_000_000),
            region_id=ids.town(branch.town),
            industry_id=one_of(self.world.constants.industries, branch.industry),
            group_id=marked("G", (np.where(group >= 0, branch.number + 1, -1), 4), (group, 2)),
            household_id=marked("H", (np.where(person, self.household + branch.first_customer, -1), 7)),
            since=since,
            born_on=np.where(person, born - 365 * 30, NULL),
            registered_on=np.where(firm, since - 300, NULL),
            id_hash=marked("id", (number * 2_654_435_761 % 10**10, 10)),
            phone_hash=marked("ph", (phone * 2_654_435_761 % 10**10, 10)),
            address_hash=marked("ad", (address * 2_654_435_761 % 10**10, 10)),
            latitude=latitude,
            longitude=longitude,
            tax_registered=firm,
            bureau_consent_until=consent,
            income_months=one_of([*months], np.where(branch.kind == FARMER, branch.industry, -1)),
        )

    def _season_table(self) -> list[list[int]]:
        return [one["seasons"] for one in self.world.constants.economy["industries"].values()]

    def _relations(self) -> None:
        """Write who is tied to whom: families, firms and their owners, buyers and sellers, shared phones."""
        branch, every = self.branch, self.all
        firm = branch.kind >= SMALL
        person = np.flatnonzero(branch.kind < SMALL)
        parts: list[tuple[Ints, Ints, str, Floats | float]] = []
        home = self.household
        pair = np.flatnonzero(home != every)
        kinds = self._draw("family kind")[pair]
        parts.append((pair, home[pair], "same_household", 1.0))
        parts.append((pair[kinds < 0.7], home[pair][kinds < 0.7], "spouse", 1.0))
        parts.append((pair[kinds >= 0.7], home[pair][kinds >= 0.7], "parent_child", 1.0))
        both = pair[kinds < 0.2]
        parts.append((both, home[both], "co_borrower", 1.0))
        near = branch.ranked[0]
        kin = np.flatnonzero(self._draw("sibling")[near[:-1]] < 0.03)
        parts.append((near[:-1][kin], near[1:][kin], "sibling", 1.0))
        if len(person):
            boss = person[(self._draw("boss") * len(person)).astype(np.int64)]
            run = np.flatnonzero(firm & (self._draw("runs") < 0.5))
            share = 0.4 + 0.6 * self._draw("share")
            parts.append((boss[run], run, "legal_representative", 1.0))
            parts.append((boss[run], run, "controller", 1.0))
            parts.append((boss[run], run, "shareholder", share[run]))
        sells = np.flatnonzero(branch.buyer >= 0)
        parts.append((sells, branch.buyer[sells], "supplier", branch.buyer_share[sells]))
        parts.append((branch.buyer[sells], sells, "buyer", branch.buyer_share[sells]))
        if len(branch.firms):
            works = np.flatnonzero((branch.kind == INDIVIDUAL) & (self._draw("works for") < 0.25))
            at = branch.firms[(self._draw("employer")[works] * len(branch.firms)).astype(np.int64)]
            parts.append((at, works, "employer", 1.0))
            member = np.flatnonzero((branch.kind == FARMER) & (self._draw("cooperative") < 0.15))
            at = branch.firms[branch.town[member] % len(branch.firms)]
            parts.append((member, at, "cooperative_member", 1.0))
        hidden = np.flatnonzero(self._draw("hidden") < 0.006)
        parts.append((hidden[:-1], hidden[1:], "same_phone", 1.0))
        parts.append((hidden[:-2:2], hidden[1:-1:2], "same_device", 1.0))
        parts.append((hidden[1:-1:2], hidden[2::2], "same_address", 1.0))
        names = sorted({part[2] for part in parts})
        source, target, kind, amount = (
            np.concatenate([np.broadcast_to(np.asarray(value(part)), part[0].shape) for part in parts])
            for value in (
                lambda part: part[0],
                lambda part: part[1],
                lambda part: names.index(part[2]),
                lambda part: part[3],
            )
        )
        apart = source != target
        told = np.unique(np.stack([source, target, kind])[:, apart], axis=1, return_index=True)[1]
        source, target, kind, amount = (column[apart][told] for column in (source, target, kind, amount))
        since = self.world.opening_day - 200 - (source * 37 + target) % 3000
        self.writer.add(
            "relation",
            since,
            from_customer_id=self.ids.customer(source),
            to_customer_id=self.ids.customer(target),
            kind=one_of(names, kind),
            share=np.where(
                np.isin(kind, [names.index(n) for n in ("shareholder", "supplier", "buyer") if n in names]),
                amount,
                np.nan,
            ),
            since=since,
        )

    def _ratings(self) -> None:
        """Write the bank's rating once a year, a village's of farmers, and those of others for companies."""
        branch = self.branch
        luck, seen = self.luck("rating"), self.life.distress[self.start : self.last + 1]
        yearly = (self.months[:, None] + self.all) % 12 == 0
        standing = np.clip(2 + (branch.fixed / branch.income - 0.3) * 3, 1, 4)
        for kind, mine, names in (
            ("internal", np.ones(branch.customers, bool), _GRADES),
            ("village", branch.kind == FARMER, _VILLAGE),
            ("external", branch.kind == CORPORATE, _GRADES),
            ("bureau_score", branch.kind == INDIVIDUAL, _GRADES),
        ):
            month, customer = np.nonzero(yearly & mine)
            rank = standing[customer] * len(names) / 7 + luck[month, customer] * 1.5
            rank = np.clip(rank + 3 * (seen * self.see["people"])[month, customer], 1, len(names))
            place = rank.astype(np.int64)
            day = self.world.calendar.day(month + self.start, 1 + customer % 27)
            self._rating_rows("customer", customer, kind, names, place, day)
            if kind == "internal":
                credit, guarantor = branch.guarantors
                is_one = np.isin(customer, guarantor)
                self._rating_rows("guarantor", customer[is_one], kind, names, place[is_one], day[is_one])
                del credit

    def _rating_rows(
        self, subject: str, customer: Ints, kind: str, names: tuple[str, ...], place: Ints, day: Ints
    ) -> None:
        agency = {"external": "agency 01", "village": "village committee", "bureau_score": "bureau"}
        self.writer.add(
            "rating",
            day + 2,
            subject_kind=constant(subject, len(customer)),
            subject_id=self.ids.customer(customer),
            kind=constant(kind, len(customer)),
            grade=one_of(names, place - 1),
            rank=place,
            agency=constant(agency.get(kind, "bank"), len(customer)),
            rated_on=day,
        )

    # the bureau

    def _bureau(self) -> None:
        """Write bureau reports, four a year of borrowers and two of others, as of the month before."""
        branch, life = self.branch, self.life
        every = np.where(self.all < branch.borrowers, 3, 6)
        month, customer = np.nonzero((self.months[:, None] + self.all * 7) % every == 0)
        at = month + self.start
        day = self.world.calendar.day(at, 3 + customer % 24)
        luck, other = self.luck("bureau")[month, customer], self.luck("bureau more")[month, customer]
        at = np.maximum(at - 1, 0)  # lenders report at month ends
        base, income = branch.lenders[customer], branch.income[customer]
        elsewhere, behind = life.other_debt[at, customer], life.behind[at, customer]
        months_behind = life.behind_for[at, customer]
        informal = (life.debt[at, customer] * 0.4).astype(np.int64)  # the part of online lenders
        debt = life.owed[at, customer] + elsewhere + informal
        lent = [(life.applied[np.maximum(at - back, 0), customer] > 0).astype(np.int64) for back in range(12)]
        borrowed = [life.borrowed[np.maximum(at - back, 0), customer] > 0 for back in range(3)]
        short = np.sum(borrowed, axis=0)
        recent, year = np.sum(lent[:3], axis=0), np.sum(lent, axis=0)
        lenders = 1 + np.rint(base * 3 * (base > 0.4)).astype(np.int64) + (year + 2) // 3 + (informal > 0)
        innocent = (other < 0.006) & (behind == 0)  # a card's yearly fee
        overdue = np.where(innocent, 30_000, behind)
        long_ = months_behind >= 3
        # Who looks for credit is asked about by several, and is refused by some.
        seeks = (lent[0] > 0) | borrowed[0] | ((months_behind > 0) & (luck < 0.5))
        queries = (other**4 * 3).astype(np.int64) + seeks * (1 + (3 * luck).astype(np.int64))
        more = recent + short + (other**3 * 4).astype(np.int64)
        card = np.zeros(branch.customers, np.int64)
        np.add.at(card, branch.owner, np.where(branch.method == CARD, branch.amount, 0))
        limit = card[customer] + (income * 2 * (base > 0.4)).astype(np.int64)
        grown = (elsewhere - branch.debt_elsewhere[customer]) / np.maximum(limit, 1)
        used = (limit * np.clip(0.2 + 0.4 * luck + 0.6 * grown, 0, 1)).astype(np.int64)
        level = np.select([long_, behind > 0], [2, 1], 0)
        self.writer.add(
            "bureau",
            day + 1,
            customer_id=self.ids.customer(customer),
            pulled_on=day,
            lenders=lenders,
            debt=debt,
            overdue_debt=overdue,
            overdue_debt_90=np.where(long_, overdue * (months_behind - 2) // np.maximum(months_behind, 1), 0),
            worst_class=one_of(("normal", "special_mention", "substandard"), level),
            worst_days_past_due=np.select(
                [behind > 0, innocent], [np.maximum(months_behind - 1, 0) * 30 + 10 + customer % 15, 8], 0
            ),
            queries_1m=queries,
            queries_3m=queries + more,
            new_online_lenders_90d=np.where(branch.kind[customer] < SMALL, recent, 0) + short,
            card_limit=limit,
            card_used=used,
            limit_total=debt * 5 // 4 + limit,
            guaranteed_amount=self.guaranteed[customer],
            monthly_payment=debt // 100 + branch.by_owner(branch.starting_due)[customer],
            score=(
                700
                - 25 * np.minimum(recent + short, 4)
                - 60 * (level > 0)
                - 60 * (level > 1)
                + 60 * (luck - 0.5)
            ).astype(np.int64),
            includes_this_bank=np.ones(len(customer), bool),
        )

    @property
    def guaranteed(self) -> Ints:
        """Give what each customer guarantees, in cents."""
        credit, guarantor = self.branch.guarantors
        given = np.bincount(guarantor, self.branch.amount[credit], self.branch.customers)
        return given.astype(np.int64)

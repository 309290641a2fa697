"""Events of a branch: what befalls customers, firms, goods and townships, and what people hear of it."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import CORPORATE, FARMER, INDIVIDUAL, SMALL
from postloan.book.sources.simulated.draws import Flags, Floats, Ints
from postloan.book.sources.simulated.ids import constant, marked, one_of, where
from postloan.book.sources.simulated.loans import NEVER
from postloan.book.sources.simulated.parties import Parties
from postloan.book.sources.simulated.world import DISASTERS
from postloan.engine.columns import Numbered

# What a cause may lead to: kind of event, share of cases, months after the onset (from, to). J
_OF_CAUSE: dict[str, tuple[tuple[str, float, int, int], ...]] = {
    "lost_buyer": (
        ("negative_news", 0.15, 1, 5),
        ("workers_cut", 0.25, 2, 7),
        ("deferral_requested", 0.2, 3, 8),
    ),
    "lost_job": (("moved_away", 0.15, 1, 4), ("deferral_requested", 0.15, 1, 5)),
    "illness": (("illness", 0.6, 0, 3), ("asset_sold", 0.15, 2, 8), ("deferral_requested", 0.2, 1, 6)),
    "gambling": (("bad_habit", 0.2, 3, 10), ("divorced", 0.15, 3, 12), ("asset_sold", 0.2, 3, 10)),
    "over_expansion": (
        ("subsidiary_opened", 0.5, 0, 4),
        ("covenant_breached", 0.2, 4, 12),
        ("wage_case", 0.1, 6, 14),
    ),
    "diverted_funds": (("use_changed_without_consent", 0.2, 2, 6), ("voucher_missing", 0.4, 1, 3)),
    "fraud": (("document_forged", 0.12, 1, 5), ("moved_away", 0.5, 2, 5), ("voucher_duplicate", 0.2, 1, 3)),
    "one_off_dip": (("offtaker_late", 0.15, 0, 2), ("negative_news", 0.05, 0, 3)),
    "other_bank": (("address_changed", 0.1, 0, 4),),
    "big_purchase": (("scope_changed", 0.05, 0, 4),),
}
# What happens to anyone: kind, odds a year, whom. J
_ANYONE: tuple[tuple[str, float, tuple[int, ...]], ...] = (
    ("illness", 0.006, (FARMER, INDIVIDUAL)),
    ("died", 0.0015, (FARMER, INDIVIDUAL)),
    ("accident", 0.002, (FARMER, INDIVIDUAL)),
    ("divorced", 0.004, (FARMER, INDIVIDUAL)),
    ("household_split", 0.006, (FARMER,)),
    ("moved_away", 0.006, (FARMER, INDIVIDUAL)),
    ("village_grade_lowered", 0.006, (FARMER,)),
    ("cooperative_left", 0.004, (FARMER,)),
    ("land_rent_unpaid", 0.004, (FARMER,)),
    ("irrigation_fault", 0.01, (FARMER,)),
    ("legal_rep_changed", 0.012, (SMALL, CORPORATE)),
    ("controller_changed", 0.008, (SMALL, CORPORATE)),
    ("address_changed", 0.02, (SMALL, CORPORATE)),
    ("scope_changed", 0.02, (SMALL, CORPORATE)),
    ("status_abnormal", 0.008, (SMALL, CORPORATE)),
    ("penalty", 0.012, (SMALL, CORPORATE)),
    ("tax_inspection", 0.02, (SMALL, CORPORATE)),
    ("negative_news", 0.02, (SMALL, CORPORATE)),
    ("key_person_left", 0.02, (CORPORATE,)),
    ("auditor_changed", 0.03, (CORPORATE,)),
    ("permit_expired", 0.006, (SMALL, CORPORATE)),
)
# What a court that enforces enters in its lists: kind, share, days after.
_AFTERWARDS = (("enforced_party", 1.0, 0), ("spending_limited", 0.6, 30), ("dishonest_debtor", 0.4, 90))


class Happenings:
    """Makes the table of events."""

    def __init__(self, parties: Parties) -> None:
        self.parties, self.life, self.branch = parties, parties.life, parties.branch
        self.writer, self.world, self.ids, self.draws = (
            parties.writer,
            parties.world,
            parties.ids,
            parties.draws,
        )

    def write(self) -> None:
        """Write events of every kind of subject."""
        self._of_causes()
        self._of_anyone()
        self._afterwards()
        self._subsidies()
        self._disasters()
        self._of_goods()

    def _customers(
        self, kind: str, customer: Ints, day: Ints, salt: int, wait: Ints | int, proved: Flags | bool = False
    ) -> None:
        """Write events of customers, known some days after."""
        keep = day >= self.world.opening_day
        customer, day, wait = customer[keep], day[keep], np.broadcast_to(wait, day.shape)[keep]
        told = np.broadcast_to(np.asarray(proved), keep.shape)[keep]
        self._rows(
            "customer",
            self.ids.customer(customer),
            kind,
            day,
            customer + self.branch.first_customer,
            salt,
            wait,
            told,
        )

    def _rows(
        self,
        subject: str,
        ids: Numbered,
        kind: str,
        day: Ints,
        number: Ints,
        salt: int,
        wait: Ints | int,
        told: Flags | bool = False,
        value: Floats | None = None,
    ) -> None:
        size = len(day)
        source = np.broadcast_to(np.asarray(told), (size,)).astype(np.int64)
        columns = {} if value is None else {"value": value}
        self.writer.add(
            "event",
            day + wait,
            event_id=marked("V", (number, 7), (day, 5), (np.full(size, salt), 3)),
            subject_kind=constant(subject, size),
            subject_id=ids,
            kind=constant(kind, size),
            occurred_on=day,
            source=one_of(("village", "registry"), source),
            severity=one_of(("medium", "high"), (number % 5 == 0).astype(np.int64)),
            verified_by=where("risk department", (number % 3 > 0).astype(bool)),
            proof_ref=marked("D", (np.where(number % 3 > 0, number, -1), 7), (day, 5)),
            **columns,
        )

    def _of_causes(self) -> None:
        stress, calendar = self.life.stress, self.world.calendar
        for at, cause in enumerate(self.world.constants.causes):
            onset, mine = stress.started(at)
            for salt, (kind, share, low, high) in enumerate(_OF_CAUSE.get(cause, ())):
                luck = self.draws.uniform(f"{cause} {kind}", self.world.months, self.branch.customers)[
                    onset, mine
                ]
                odds = share * np.where(stress.recovers[onset, mine], 0.5, 1.0)
                some = luck < odds
                part = luck[some] / np.maximum(odds[some], 1e-9)
                month = onset[some] + low + (part * (high - low + 1)).astype(np.int64)
                day = calendar.day(month, 1 + (part * 9973 % 1 * 27).astype(np.int64))
                wait = 3 + (part * 25).astype(np.int64)
                self._customers(kind, mine[some], day, 100 + at * 10 + salt, wait)

    def _of_anyone(self) -> None:
        for salt, (kind, yearly, whom) in enumerate(_ANYONE):
            last, start = self.parties.last, max(self.parties.start - 1, 0)
            luck = self.draws.uniform(f"event {kind}", last + 1, self.branch.customers)[start:]
            month, customer = np.nonzero((luck < yearly / 12) & np.isin(self.branch.kind, whom))
            part = luck[month, customer] * 12 / yearly
            day = self.world.calendar.day(month + start, 1 + (part * 27).astype(np.int64))
            registry = whom[0] >= SMALL
            self._customers(
                kind, customer, day, 300 + salt, 2 + (part * 1000 % 20).astype(np.int64), registry
            )

    def _afterwards(self) -> None:
        """Write what courts enter against those they enforce against, and sales that helped."""
        branch, life, calendar = self.branch, self.life, self.world.calendar
        log = life.loans.log
        bad = log["bad"] < NEVER
        first = np.full(branch.customers, NEVER)
        np.minimum.at(first, branch.owner[log["credit"][bad]], log["bad"][bad])
        sued_here = np.flatnonzero(
            (first < NEVER) & (self.draws.uniform("enforced", branch.customers) < 0.35)
        )
        month, by_others = np.nonzero(life.enforced)
        customer = np.concatenate([sued_here, by_others])
        day = np.concatenate([first[sued_here] + 240, calendar.day(month, 3 + by_others % 24)])
        order = np.lexsort((day, customer))
        customer, day = customer[order], day[order]
        once = np.diff(customer, prepend=-1) != 0
        customer, day = customer[once], day[once]
        for salt, (kind, share, wait) in enumerate(_AFTERWARDS):
            some = self.draws.uniform(kind, branch.customers)[customer] < share
            self._customers(kind, customer[some], day[some] + wait, 400 + salt, 7, proved=True)
        month, customer = np.nonzero(life.rescued)
        luck = self.draws.uniform("sold", branch.customers)[customer]
        month, customer, luck = (column[luck < 0.5] for column in (month, customer, luck))
        day = calendar.day(month, 1 + (luck * 20).astype(np.int64))
        self._customers("asset_sold", customer, day, 410, 5)

    def _subsidies(self) -> None:
        """Write the yearly subsidy of those who grow crops, in August or late."""
        branch, months = self.branch, self.parties.months
        grows = (branch.kind == FARMER) & (branch.industry != self.world.constants.industries.index("pigs"))
        paid = (self.world.calendar.of_year(months) == 7)[:, None] & grows
        month, customer = np.nonzero(paid)
        luck = self.parties.luck("subsidy")[month, customer]
        day = self.world.calendar.day(month + self.parties.start, 5) + np.where(
            luck < 0.1, luck * 1500, luck * 30
        ).astype(np.int64)
        value = np.round(branch.income[customer] / 100 * 0.4)
        number = customer + branch.first_customer
        self._rows(
            "customer", self.ids.customer(customer), "subsidy_received", day, number, 500, 1, value=value
        )

    def _disasters(self) -> None:
        """Write disasters of townships: the warning, then what is certified; epidemics among animals."""
        branch, calendar = self.branch, self.world.calendar
        month, which, town = np.nonzero(self.life.stress.begins)
        number = (branch.number + 1) * 100 + town
        day = calendar.day(month, 6 + town * 2)
        keep = day >= self.world.opening_day
        month, which, town, number, day = (column[keep] for column in (month, which, town, number, day))
        for kind, mine, wait, salt in (
            ("disaster_red", (which < 2) & (number % 2 == 0), 0, 1),
            ("disaster_orange", (which < 2) & (number % 2 == 1), 0, 2),
            ("disaster_certified", which < 2, 25, 3),
            ("disease_outbreak", which == DISASTERS.index("epidemic"), 2, 4),
            ("epidemic", (which == DISASTERS.index("epidemic")) & (number % 3 == 0), 5, 5),
        ):
            rows = np.flatnonzero(mine)
            self._rows(
                "region",
                self.ids.town(town[rows]),
                kind,
                day[rows] + wait,
                number[rows],
                600 + salt + 10 * (salt > 0),
                1,
                told=True,
            )
        hit = np.flatnonzero(self.branch.kind == FARMER)
        lost = self.life.stress.drought[:, hit]
        begins = (lost > 0.3) & (np.vstack([np.zeros((1, len(hit))), lost[:-1]]) <= 0.3)
        month, place = np.nonzero(begins)
        customer = hit[place]
        luck = self.draws.uniform("claim", branch.customers)[customer]
        some = luck < 0.5
        day = calendar.day(month[some], 10 + (luck[some] * 30).astype(np.int64))
        claim = np.round(branch.income[customer[some]] / 100 * 3 * lost[month[some], place[some]])
        keep = day >= self.world.opening_day
        customer, day, claim = customer[some][keep], day[keep], claim[keep]
        self._rows(
            "customer",
            self.ids.customer(customer),
            "insurance_claim",
            day,
            customer + branch.first_customer,
            700,
            3,
            value=claim,
        )

    def _of_goods(self) -> None:
        """Write what happens to collateral and contracts, and one account or outlet now and then."""
        branch, calendar = self.branch, self.world.calendar
        first = self.parties.ledger.log
        last, start = self.parties.last, self.parties.start
        known = np.full(branch.credits, np.iinfo(np.int32).max)
        np.minimum.at(known, first["credit"], first["day"])
        secured = np.isin(branch.mode, (3, 4, 5))
        luck = self.draws.uniform("goods", last + 1, branch.credits)[start:]
        kinds = ("damaged", "second_charge", "title_disputed", "occupied", "demolished", "leased_before")
        for salt, kind in enumerate(kinds):
            mine = (luck >= salt * 0.00018) & (luck < (salt + 1) * 0.00018) & secured
            month, credit = np.nonzero(mine)
            day = calendar.day(month + start, 1 + credit % 27)
            fits = known[credit] < day
            credit, day = credit[fits], day[fits]
            number = branch.first_credit + credit
            self._rows("collateral", marked("Z", (number, 7)), kind, day, number, 800 + salt, 4)
        month, credit = np.nonzero((luck > 0.9998) & branch.on_sheet)
        day = calendar.day(month + start, 3 + credit % 20)
        fits = known[credit] < day
        number = branch.first_credit + credit[fits]
        self._rows(
            "contract",
            self.ids.contract(credit[fits]),
            "terms_changed_without_consent",
            day[fits],
            number,
            850,
            5,
        )

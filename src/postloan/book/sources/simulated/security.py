"""What secures the credits of a branch, and the courts: guarantees, collateral, proceedings and notices."""

from __future__ import annotations

import numpy as np

from postloan.book.sources.simulated.constants import CARD, CORPORATE, FARMER
from postloan.book.sources.simulated.draws import Flags, Floats, Ints, yuan
from postloan.book.sources.simulated.ids import constant, marked, one_of
from postloan.book.sources.simulated.ledger import NULL, Ledger
from postloan.book.sources.simulated.loans import NEVER
from postloan.book.sources.simulated.parties import places
from postloan.book.sources.simulated.people import MODES

COLLATERALS = [
    "house",
    "shop",
    "land",
    "land_use_right",
    "machinery",
    "vehicle",
    "stock",
    "receivable",
    "deposit",
    "bond",
    "bill",
    "forest",
    "livestock",
    "other",
]
_LTV = {"house": 0.7, "shop": 0.6, "land": 0.5, "land_use_right": 0.5, "machinery": 0.4, "livestock": 0.4}
# By contract type: what is mortgaged or pledged, with weights.
_PLEDGED = {
    "farmer_business": {"land_use_right": 5, "livestock": 2, "forest": 1, "house": 2},
    "mortgage": {"house": 1},
    "personal_business": {"house": 4, "shop": 2, "vehicle": 1},
    "working_capital": {"shop": 4, "house": 4, "machinery": 1, "stock": 1, "land": 2},
    "fixed_asset": {"machinery": 5, "land": 2, "vehicle": 1},
    "project": {"land": 3, "machinery": 2},
    "real_estate_development": {"land": 1},
    "discount": {"receivable": 1, "bill": 1},
    "trade_finance": {"deposit": 3, "bond": 1},
}
_MOVES = {"house": 0.02, "shop": 0.03, "land": 0.02, "machinery": -0.10, "livestock": -0.02, "stock": -0.03}


class Security:
    """Makes the tables of security and of the courts."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger, self.life, self.branch, self.writer = ledger, ledger.life, ledger.branch, ledger.writer
        self.world, self.ids, self.draws = ledger.world, ledger.ids, ledger.branch.draws
        self.log = ledger.log
        self.first = np.full(self.branch.credits, NEVER)  # the first loan of each credit
        np.minimum.at(self.first, self.log["credit"], self.log["day"])
        self.bad = np.full(self.branch.credits, NEVER)
        np.minimum.at(self.bad, self.log["credit"], self.log["bad"])

    def write(self) -> None:
        """Write every table of security and courts."""
        self._guarantees()
        self._collateral()
        self._proceedings()
        self._notices()

    def _draw(self, purpose: str) -> Floats:
        return self.draws.uniform(purpose, self.branch.credits)

    def _guarantees(self) -> None:
        branch = self.branch
        credit, guarantor = branch.guarantors
        there = self.first[credit] < NEVER
        credit, guarantor = credit[there], guarantor[there]
        known = self.first[credit] - 3
        joint = branch.mode[credit] == MODES.index("joint_group")
        kind = np.select([joint, branch.kind[guarantor] == CORPORATE], [2, 3], 0)
        unclear = self._draw("period unclear")[credit] < 0.04
        term = branch.term[credit] * 31
        lump = branch.term[credit] <= 12  # renewed under one contract: the guarantee covers three years
        end = self.first[credit] + np.where(lump, 10 * 366, term) + 3 * 366
        self.writer.add(
            "guarantee",
            known,
            guarantee_id=marked(
                "G", (branch.first_credit + credit, 7), (branch.first_customer + guarantor, 7)
            ),
            contract_id=self.ids.contract(credit),
            guarantor_customer_id=self.ids.customer(guarantor),
            amount=branch.amount[credit],
            kind=one_of(("joint", "general", "joint_group", "company"), kind),
            period_text_unclear=unclear,
            period_ends_on=np.where(unclear, NULL, end),
        )

    def _collateral(self) -> None:
        """Write collateral as it is given, valued anew, insured anew, and seized."""
        branch = self.branch
        held = np.isin(branch.mode, [MODES.index(n) for n in ("mortgage", "pledge", "cash_equivalent")])
        credit = np.flatnonzero(held & (self.first < NEVER))
        kind = self._kinds()[credit]
        ltv = np.array([_LTV.get(name, 0.8) for name in COLLATERALS])[kind]
        luck = self._draw("valuation")[credit]
        value = yuan(branch.amount[credit] / (ltv * (0.45 + 0.4 * luck)), 100)
        value = np.where(self._draw("outlier")[credit] < 0.01, value * 3 // 2, value)
        first = self.first[credit]
        paper = np.isin(kind, [COLLATERALS.index(n) for n in ("deposit", "bond", "bill", "receivable")])
        swings = np.where(paper, 0.0, 0.06)  # in a year, beside the drift of its kind
        insured = first + 365
        self._collateral_rows(credit, kind, value, value, first - 10, first - 3, NULL, insured)
        valued = first - 10
        walk = np.zeros(len(credit))
        for year in range(1, 14):
            # Planned for the month before the year is over; a few are forgotten for some months.
            due = self._draw(f"valued {year}")[credit]
            forgotten = self._draw(f"is valued {year}")[credit] < 0.10
            day = valued + 335 + (due * 25 + forgotten * (30 + 120 * due)).astype(np.int64)
            drift = np.array([_MOVES.get(name, 0.0) for name in COLLATERALS])[kind]
            walk = walk + swings * self.draws.normal(f"worth {year}", branch.credits)[credit]
            fall = np.where((self._draw("slump")[credit] < 0.03) & (swings > 0), 0.7, 1.0)
            now = yuan(value * np.exp(drift * year + walk) * fall, 100)
            valued = day
            seized = (self.bad[credit] < day - 40) & (luck < 0.35)
            seized_on = np.where(seized, np.minimum(self.bad[credit] + 40, day), NULL)
            rows = np.flatnonzero(day >= self.world.opening_day - 400)
            self._collateral_rows(
                *(part[rows] for part in (credit, kind, value, now, day, day + 4, seized_on, insured))
            )
            # The policy is renewed before it ends, now and then weeks late; who has no money lets it lapse.
            renewed = self._draw(f"insured {year}")[credit]
            paid = insured + np.where(renewed < 0.1, 20 + renewed * 400, -12).astype(np.int64)
            insured = insured + 365
            paid = np.maximum(paid, day + 5)
            rows = np.flatnonzero(self._pays_insurance(credit, paid) & (paid >= self.world.opening_day - 400))
            self._collateral_rows(
                *(part[rows] for part in (credit, kind, value, now, day, paid, seized_on, insured))
            )
        shared = np.flatnonzero(credit >= branch.borrowers)  # further credits of one owner
        other = branch.owner[credit[shared]]
        there = self.first[other] < NEVER
        self.writer.add(
            "collateral_link",
            np.maximum(first[shared], self.first[other])[there],
            collateral_id=marked("Z", (branch.first_credit + credit[shared][there], 7)),
            contract_id=self.ids.contract(other[there]),
            amount=value[shared][there] // 4,
        )

    def _pays_insurance(self, credit: Ints, day: Ints) -> Flags:
        """Tell who renews an insurance on a day: all but one in a hundred, and few who leave bills unpaid."""
        months = self.world.calendar.start(self.world.month_numbers)
        month = np.clip(np.searchsorted(months, day, side="right") - 1, 0, self.world.months - 1)
        pinch = self.life.pinch[month, self.branch.owner[credit]]
        luck = self._draw("insurance")[credit] * (1 + day % 7) % 1
        return luck > np.where((pinch > 0.3) & (day >= months[0]), 0.6, 0.01)

    def _kinds(self) -> Ints:
        """Give what kind of thing secures each credit."""
        found, luck = np.full(self.branch.credits, COLLATERALS.index("other")), self._draw("collateral kind")
        for place, product in enumerate(self.world.constants.products):
            weights = _PLEDGED.get(product["type"], {"other": 1})
            edges = np.cumsum(list(weights.values())) / sum(weights.values())
            names = np.array([COLLATERALS.index(name) for name in weights])
            mine = self.branch.product == place
            found[mine] = names[np.searchsorted(edges, luck[mine], side="right").clip(0, len(names) - 1)]
        return found

    def _collateral_rows(
        self,
        credit: Ints,
        kind: Ints,
        first_value: Ints,
        value: Ints,
        valued: Ints,
        known: Ints,
        seized: Ints | int,
        insured_until: Ints,
    ) -> None:
        branch, size = self.branch, len(credit)
        owner = branch.owner[credit]
        third = self._draw("third party")[credit] < 0.08
        belongs = np.where(third, (owner + 1) % branch.customers, owner)
        # Houses need no insurance any more, as the regulator had banks drop it.
        insured = np.isin(
            kind, [COLLATERALS.index(n) for n in ("machinery", "stock", "livestock", "vehicle")]
        )
        right = kind == COLLATERALS.index("land_use_right")
        prior = np.where(self._draw("prior")[credit] < 0.06, value // 5, 0)
        latitude, longitude = places(
            branch.number,
            branch.town[owner],
            self._draw("north of it")[credit],
            self._draw("east of it")[credit],
        )
        first = self.first[credit]
        registered = first + np.where(self._draw("registry")[credit] < 0.02, 25, 2)
        cover = value * np.where(self._draw("cover")[credit] < 0.05, 5, 9) // 10
        self.writer.add(
            "collateral",
            known,
            collateral_id=marked("Z", (branch.first_credit + credit, 7)),
            contract_id=self.ids.contract(credit),
            kind=one_of(COLLATERALS, kind),
            value=value,
            valued_on=valued,
            first_value=first_value,
            prior_claims=prior,
            max_ltv=np.array([_LTV.get(name, 0.9) for name in COLLATERALS])[kind],
            registered_on=registered,
            registered_until=registered + 3650 + branch.term[credit] * 31,
            insurance_required=insured,
            insured_amount=np.where(insured, cover, NULL),
            insured_until=np.where(insured, insured_until, NULL),
            right_ends_on=np.where(
                right, first + 2000 + (self._draw("right")[credit] * 6000).astype(np.int64), NULL
            ),
            seized_on=np.broadcast_to(np.asarray(seized), size),
            owner_customer_id=self.ids.customer(belongs),
            latitude=latitude,
            longitude=longitude,
        )

    # courts

    def _proceedings(self) -> None:
        """Write suits of the bank against those gone bad, by stages; and suits of others."""
        log, branch = self.log, self.branch
        kept = self.ledger.kept & (log["bad"] < NEVER) & (branch.method[log["credit"]] != CARD)
        luck = self._draw("sued")[log["credit"]]
        loans = np.flatnonzero(kept & (luck < 0.65))
        luck = luck[loans] / 0.65
        filed = log["bad"][loans] + 30 + (luck * 150).astype(np.int64)
        open_ = log["closed_on"][loans] > filed
        loans, luck, filed = loans[open_], luck[open_], filed[open_]
        credit = log["credit"][loans]
        number = marked("X", (branch.first_credit + credit, 7), (log["sequence"][loans], 2))
        ended = log["closed_on"][loans]
        stages = (
            ("preservation", 0),
            ("sued", 15),
            ("judged", 120),
            ("enforcement", 200),
            ("terminated", 420),
        )
        for stage, after in stages:
            day = filed + after + (luck * after // 2).astype(np.int64)
            some = np.flatnonzero((day < ended) & ((stage != "preservation") | (luck < 0.4)))
            judged = np.asarray(stages.index((stage, after)) >= 2)
            effective = filed + 135 + (luck * 60).astype(np.int64)
            self.writer.add(
                "proceeding",
                day[some] + 1,
                proceeding_id=number.take(some),
                customer_id=self.ids.customer(branch.owner[credit[some]]),
                loan_id=self.ledger.loan_id(loans[some]),
                our_role=constant("creditor", len(some)),
                role=constant("defendant", len(some)),
                kind=constant("enforcement" if stage in ("enforcement", "terminated") else "loan", len(some)),
                stage=constant(stage, len(some)),
                filed_on=filed[some],
                stage_on=day[some],
                effective_on=np.where(judged, effective, NULL)[some],
                performance_due_on=np.where(judged, effective + 15, NULL)[some],
                amount=log["granted"][loans[some]],
            )
        self._suits_of_others()

    def _suits_of_others(self) -> None:
        """Write suits by others: of lenders who were long unpaid, of unpaid suppliers, and ordinary disputes.

        A dispute is about a delivery, a boundary or a wage, with the customer on either side, and is settled
        before it is enforced; whoever could not pay a lender for months is enforced against.
        """
        branch, life = self.branch, self.life
        start, last = max(self.ledger.start - 8, self.world.opening - 9, 0), self.ledger.last
        lender = life.sued[start : last + 1] > 0
        pinch = life.pinch[start : last + 1]
        odds = np.where(branch.kind >= CORPORATE - 1, 0.002, 0.0003) + 0.04 * np.clip(pinch - 0.3, 0, 1)
        luck = self.draws.uniform("suit", last + 1, branch.customers)[start:]
        month, customer = np.nonzero((luck < odds) | lender)
        lender, pinch = lender[month, customer], pinch[month, customer]
        share = np.where(lender, luck[month, customer], luck[month, customer] / odds[month, customer])
        unpaid = lender | (pinch > 0.3)
        day = self.world.calendar.day(month + start, 1 + (share * 27).astype(np.int64))
        kind = np.select(
            [lender, unpaid], [0, 1 + (share * 2).astype(np.int64)], (share * 6).astype(np.int64)
        )
        role = np.where(unpaid, 0, (share * 40).astype(np.int64) % 4)
        owed = np.where(lender, life.other_debt[month + start, customer], 0)
        amount = np.where(owed > 0, owed, yuan(branch.income[customer] * (0.2 + 3 * share * share)))
        number = marked("Y", (branch.first_customer + customer, 7), (month + start, 3))
        enforced = (
            life.enforced[
                np.minimum(
                    month + start + self.world.constants.economy["elsewhere"]["enforced_after"],
                    self.world.months - 1,
                ),
                customer,
            ]
            > 0
        )
        goes_on = np.where(lender, enforced, unpaid & (share < 0.4))
        for stage, wait in (("sued", 0), ("judged", 130), ("enforcement", 210)):
            some = np.flatnonzero((stage == "sued") | goes_on | ((stage == "judged") & (share < 0.5)))
            self.writer.add(
                "proceeding",
                day[some] + wait + 6,  # the register is read with a delay
                proceeding_id=number.take(some),
                customer_id=self.ids.customer(customer[some]),
                our_role=constant("none", len(some)),
                role=one_of(("defendant", "plaintiff", "guarantor", "third_party"), role[some]),
                kind=one_of(
                    ("loan", "private_lending", "labour", "title", "administrative", "criminal"), kind[some]
                ),
                stage=constant(stage, len(some)),
                filed_on=day[some],
                stage_on=day[some] + wait,
                amount=amount[some],
            )

    def _notices(self) -> None:
        """Write demands served on those 30 days late, claims on guarantors, and acknowledgements."""
        log, branch = self.log, self.branch
        credits_, guarantors = branch.guarantors
        first = np.full(branch.credits, -1)
        first[credits_[::-1]] = guarantors[::-1]
        episodes, since = self.life.loans.late_loan, self.life.loans.late_day
        mine = self.ledger.kept[episodes] & (branch.method[log["credit"][episodes]] != CARD)
        episodes, since = episodes[mine], since[mine]
        for kind, wait, share in (
            ("demand", 8, 0.8),
            ("acknowledgement", 40, 0.35),
            ("claim_on_guarantor", 70, 0.6),
        ):
            luck = self._draw(kind)[log["credit"][episodes]]
            served = since + wait + (luck * 20).astype(np.int64)
            some = (luck < share) & (served < log["closed_on"][episodes])
            if kind == "claim_on_guarantor":
                some &= first[log["credit"][episodes]] >= 0
            loans, day, luck = episodes[some], served[some], luck[some]
            credit = log["credit"][loans]
            to = np.where(kind == "claim_on_guarantor", first[credit], branch.owner[credit])
            method = (luck * 30).astype(np.int64) % 3
            self.writer.add(
                "notice",
                day + 1,
                notice_id=marked(
                    "N", (branch.first_credit + credit, 7), (day, 5), (np.full(len(loans), wait), 2)
                ),
                loan_id=self.ledger.loan_id(loans),
                to_customer_id=self.ids.customer(to),
                kind=constant(kind, len(loans)),
                served_on=day,
                method=one_of(("signed", "ems", "notary"), method),
                receipt=one_of(("signed", "delivered", "returned"), (luck * 100).astype(np.int64) % 10 // 8),
                document_ref=marked("D", (branch.first_credit + credit, 7), (day, 5)),
            )


__all__ = ["COLLATERALS", "FARMER", "Security"]

"""Guarantees and their givers: standing, burden, periods, claims and consent; expected values by hand."""

from __future__ import annotations

from datetime import date

from postloan.engine import Field
from postloan.results import Prior

DAY = "2024-02-29"
LOAN = {"disbursed_on": "2023-06-05", "matures_on": "2024-12-10"}


def borrower(name, **rest):
    return {**LOAN, "loan_id": f"L{name}", "contract_id": f"K{name}", "customer_id": name, **rest}


def guarantee(giver, taker, amount="100.00", **rest):
    key = {"guarantee_id": f"{giver}>{taker}", "contract_id": f"K{taker}"}
    return {**key, "guarantor_customer_id": giver, "amount": amount, "kind": "joint", **rest}


def customers(*names):
    return [{"customer_id": name} for name in names]


def position(name, days):
    return {"loan_id": f"L{name}", "on_date": DAY, "balance": "1000.00", "days_past_due": days}


def statement(name, value, end="2023-12-31"):
    return {"customer_id": name, "period_end": end, "item": "equity", "value": value}


def test_how_the_guarantor_stands(facts_of, engine):
    givers = ("late", "bureau", "debt", "better", "silent", "worse", "decided", "later", "said", "closed")
    prior = Prior(
        "r",
        date(2024, 2, 28),
        date(2023, 1, 1),
        {
            "loan_state": engine.from_rows(
                [
                    {
                        "loan_id": loan,
                        "scheme_id": "cn10a",
                        "five_level": five,
                        "class_final": level,
                        "class_previous": level,
                    }
                    for loan, five, level in (
                        ("Lworse", "doubtful", "08"),
                        ("Ldecided", "special_mention", "04"),
                        ("Llater", "normal", "01"),
                    )
                ],
                [
                    Field(name, "string")
                    for name in ("loan_id", "scheme_id", "five_level", "class_final", "class_previous")
                ],
                "state",
            )
        },
    )
    decision = {"scheme_id": "cn10a", "kind": "approval"}
    report = {"worst_days_past_due": 0, "overdue_debt": "0.00", "worst_class": "normal"}
    rows = facts_of(
        "guarantor",
        DAY,
        prior,
        loan=[
            *(borrower(name) for name in ("B", "late", "better", "worse", "decided", "later", "said")),
            borrower("closed", closed_on="2024-01-31"),
        ],
        customer=customers("bureau", "debt", "silent"),
        guarantee=[*(guarantee(name, "B") for name in givers), guarantee("late", "closed")],
        position=[position("late", 31), position("better", 0), position("worse", 0), position("B", 9)],
        bureau=[
            {"customer_id": "bureau", "pulled_on": "2023-01-01", **report, "worst_days_past_due": 300},
            {"customer_id": "bureau", "pulled_on": "2024-01-01", **report, "worst_class": "special_mention"},
            {"customer_id": "debt", "pulled_on": "2024-01-01", "overdue_debt": "0.01"},
            {"customer_id": "better", "pulled_on": "2024-01-01", **report, "worst_days_past_due": 7},
            {"customer_id": "late", "pulled_on": "2024-03-01", **report, "worst_days_past_due": 99},
        ],
        class_decision=[
            # What was decided before the last run stands in its class; since then only what is worse counts,
            # of one day the approval, and never a first rating.
            {"loan_id": "Lworse", "decided_on": DAY, **decision, "level_code": "04"},
            {"loan_id": "Lworse", "decided_on": "2024-02-28", **decision, "level_code": "01"},
            {"loan_id": "Ldecided", "decided_on": DAY, **decision, "level_code": "06"},
            {"loan_id": "Ldecided", "decided_on": DAY, **decision, "kind": "initial", "level_code": "10"},
            {"loan_id": "Llater", "decided_on": "2024-03-01", **decision, "level_code": "10"},
            {"loan_id": "Lsaid", "decided_on": DAY, **decision, "level_code": "??", "five_level": "loss"},
        ],
    )
    assert set(rows) == {f"{name}>B" for name in givers}  # none of a contract without an open loan
    days = {name: rows[f"{name}>B"]["worst_dpd_days"] for name in givers}
    unknown = dict.fromkeys(("silent", "decided", "later", "said", "closed"))
    assert days == {"late": 31, "bureau": 0, "debt": 1, "better": 7, "worse": 0, **unknown}
    classes = {name: rows[f"{name}>B"]["worst_class"] for name in givers}
    assert classes == {
        **dict.fromkeys(("late", "debt", "silent", "closed")),
        "better": "normal",
        "bureau": "special_mention",
        "worse": "doubtful",
        "decided": "substandard",
        "later": "normal",
        "said": "loss",
    }
    first = rows["late>B"]
    assert (first["customer_id"], first["guarantor_id"], first["kind"]) == ("B", "late", "joint")
    assert first["life_event_count"] is None  # a book without events
    assert (first["claim_unpaid_days"], first["unconsented_change_count"]) == (None, None)


def test_what_the_guarantor_bears(facts_of):
    indicator = {"period": "2023-12-31"}
    rows = facts_of(
        "guarantor",
        DAY,
        loan=[
            *(borrower(name) for name in ("A", "B", "C", "D")),
            borrower("usd", currency="USD"),
            borrower("E"),
            {**borrower("E"), "loan_id": "LE2"},
        ],
        fx=[{"currency": "USD", "on_date": "2024-02-01", "rate": "7.0"}],
        contract=[
            *({"contract_id": f"K{name}", "customer_id": name} for name in ("A", "B", "C", "D", "usd")),
            {"contract_id": "KE", "customer_id": "E", "is_entrusted": True},
        ],
        customer=customers("many", "stated", "report", "poor", "nothing", "old"),
        guarantee=[
            *(guarantee("many", name) for name in ("A", "B", "C", "D", "E")),
            guarantee("many", "A", guarantee_id="again"),
            guarantee("stated", "usd"),
            guarantee("report", "A", kind=None),
            guarantee("poor", "A"),
            guarantee("nothing", "A"),
            guarantee("old", "A"),
        ],
        customer_indicator=[
            {"customer_id": "many", "indicator": "net_worth", "value": "200.00", **indicator},
            {"customer_id": "stated", "indicator": "net_worth", "value": "350.00", **indicator},
            {"customer_id": "report", "indicator": "guaranteed_amount", "value": "150.00", **indicator},
            {"customer_id": "many", "indicator": "net_worth", "value": "1.00", "period": "2024-03-31"},
        ],
        statement=[
            statement("many", "9.00"),
            statement("report", "200.00"),
            statement("poor", "-5.00"),
            statement("old", "50.00", "2023-06-30"),
            statement("old", "80.00"),
            statement("old", "1.00", "2024-03-31"),
        ],
        bureau=[{"customer_id": "report", "pulled_on": "2024-02-01", "guaranteed_amount": "400.00"}],
    )
    found = {
        name: (
            str(row["guaranteed_amt"]),
            row["guaranteed_vs_net_worth"] and str(row["guaranteed_vs_net_worth"]),
            row["borrower_count"],
        )
        for name, row in rows.items()
        if name in ("many>B", "again", "stated>usd", "report>A", "poor>A", "nothing>A", "old>A", "many>E")
    }
    many = ("500.00", "2.500000", 4)  # five guarantees for four borrowers, the entrusted left out
    assert found == {
        "many>B": many,
        "again": many,
        "stated>usd": ("700.00", "2.000000", 1),
        "report>A": ("400.00", "2.000000", 1),
        "poor>A": ("100.00", "10000.000000", 1),
        "nothing>A": ("100.00", None, 1),
        "old>A": ("100.00", "1.250000", 1),
    }
    assert rows["report>A"]["kind"] == "general"


def test_periods_and_what_keeps_a_guarantor_bound(facts_of):
    def notice(name, kind, on, to=None):
        key = {"notice_id": f"{name}{kind}{on}", "loan_id": f"L{name}", "receipt": "EMS"}
        return key | {"kind": kind, "served_on": on} | ({"to_customer_id": to} if to else {})

    matured = {"matures_on": "2023-08-31"}  # so that the period ends on 29 February
    names = (
        "agreed",
        "early",
        "unproven",
        "before",
        "extended",
        "called",
        "law",
        "unclear",
        "open",
        "claimed",
        "late",
        "other",
        "general",
        "sued",
        "filed",
        "two",
    )
    loans = [borrower(name, **matured) for name in names if name != "open"]
    rows = facts_of(
        "guarantor",
        DAY,
        loan=[
            *loans,
            borrower("open", matures_on=None),
            {**borrower("two", matures_on="2023-07-31"), "loan_id": "L2"},
        ],
        customer=customers("G", "X"),
        guarantee=[
            guarantee("G", "agreed", period_ends_on="2024-03-15"),
            guarantee("G", "early", period_ends_on="2023-08-31"),
            *(guarantee("G", name) for name in ("unproven", "before", "extended", "called")),
            guarantee("G", "law"),
            guarantee("G", "unclear", period_ends_on="2025-01-01", period_text_unclear=True),
            guarantee("G", "open"),
            guarantee("G", "claimed"),
            guarantee("G", "late", period_ends_on="2024-02-27"),
            guarantee("G", "other"),
            *(guarantee("G", name, kind="general") for name in ("general", "sued", "filed")),
            guarantee("G", "two"),
        ],
        notice=[
            notice("claimed", "claim_on_guarantor", DAY, "G"),
            {**notice("unproven", "claim_on_guarantor", DAY, "G"), "receipt": None},
            notice("before", "claim_on_guarantor", "2023-08-30", "G"),
            notice("called", "acceleration", "2023-07-03"),
            notice("late", "claim_on_guarantor", "2024-02-28", "G"),
            notice("other", "claim_on_guarantor", "2024-02-01", "X"),
            notice("other", "demand", "2024-02-01", "G"),
            notice("general", "claim_on_guarantor", "2024-02-01", "G"),
            notice("sued", "suit", "2024-02-01"),
            notice("agreed", "claim_on_guarantor", "2024-03-01", "G"),
        ],
        proceeding=[
            {
                "customer_id": name,
                "our_role": role,
                "stage": "sued",
                "filed_on": "2024-02-01",
                "proceeding_id": name,
            }
            for name, role in (("filed", "creditor"), ("law", "creditor"), ("general", "none"))
        ],
        restructuring=[{"loan_id": "Lextended", "changed_on": "2023-08-01", "kind": "extension"}],
        position=[
            position("claimed", 182),
            position("other", 0),
            position("general", 182),
            position("late", 9),
        ],
    )
    told = {
        name: (row["period_ends_on"], row["days_to_period_end_days"], row["has_period_claim"])
        for name, row in ((key.removeprefix("G>"), row) for key, row in rows.items())
    }
    end = date(2024, 2, 29)
    assert told == {
        "agreed": (date(2024, 3, 15), 15, False),
        "early": (end, 0, False),  # agreed to end when the debt is due, which is as if nothing was agreed
        "unproven": (end, 0, False),
        "before": (end, 0, False),  # a claim before the debt was due
        "extended": (None, None, False),  # the day before the extension counts, and is not known
        "called": (date(2024, 1, 3), -57, False),  # six months after 3 July
        "law": (end, 0, False),  # a suit against the borrower alone does not keep a joint guarantor
        "unclear": (end, 0, False),
        "open": (None, None, False),
        "claimed": (end, 0, True),
        "late": (date(2024, 2, 27), -2, False),
        "other": (end, 0, False),
        "general": (end, 0, False),
        "sued": (end, 0, True),
        "filed": (end, 0, True),
        "two": (date(2024, 1, 31), -29, False),
    }
    unpaid = {key: row["claim_unpaid_days"] for key, row in rows.items() if row["claim_unpaid_days"]}
    assert unpaid == {"G>before": 183, "G>late": 1, "G>general": 28}
    assert rows["G>law"]["claim_count_chg_12m"] == 5  # those of the last year to him, of all his contracts


def test_claims_events_and_changes(facts_of):
    def claim(on, to):
        return {
            "loan_id": "LB",
            "kind": "claim_on_guarantor",
            "served_on": on,
            "to_customer_id": to,
            "notice_id": on,
        }

    def event(kind, on, subject="G", of="customer"):
        return {
            "event_id": f"{kind}{on}{subject}",
            "subject_kind": of,
            "subject_id": subject,
            "kind": kind,
            "occurred_on": on,
        }

    def change(name, on, kind="extension"):
        return {"loan_id": f"L{name}", "changed_on": on, "kind": kind}

    book = {
        "loan": [borrower(name) for name in ("B", "C", "D", "E")],
        "customer": customers("G", "H"),
        "guarantee": [
            guarantee("G", "B", consent_to_change_on="2023-12-01"),
            guarantee("H", "B"),
            guarantee("G", "C", consent_to_change_on="2023-11-30"),
            guarantee("G", "D"),
            guarantee("G", "E"),
        ],
    }
    rows = facts_of(
        "guarantor",
        DAY,
        **book,
        # The last 365 days begin on 2 March 2023, those before on 2 March 2022.
        notice=[
            claim(on, "G")
            for on in (
                "2022-03-01",
                "2022-03-02",
                "2023-03-01",
                "2023-03-02",
                "2023-09-01",
                DAY,
                "2024-03-01",
            )
        ],
        event=[
            event("died", "2020-01-01", "H"),
            event("divorced", "2023-03-02"),
            event("moved_away", "2023-03-01"),
            event("moved_away", DAY),
            event("illness", DAY),
            event("divorced", "2024-03-01"),
            event("terms_changed_without_consent", "2024-01-05", "KD", "contract"),
            event("terms_changed_without_consent", "2024-01-09", "LD", "loan"),
            event("terms_changed_without_consent", "2024-01-05", "KC", "contract"),
        ],
        restructuring=[
            change("B", "2023-12-31"),
            change("C", "2023-12-31"),
            change("D", "2024-01-05", "schedule"),
            change("E", "2024-01-05", "rate_cut"),
            change("E", "2024-01-06", "principal_relief"),
            change("E", "2024-03-01"),
        ],
    )
    assert (rows["G>B"]["life_event_count"], rows["H>B"]["life_event_count"]) == (2, 1)
    assert (rows["G>B"]["claim_count_chg_12m"], rows["H>B"]["claim_count_chg_12m"]) == (1, 0)
    changes = {name: row["unconsented_change_count"] for name, row in rows.items()}
    # Thirty days before 31 December is 1 December; two sources of one day are one change.
    assert changes == {"G>B": 0, "H>B": 1, "G>C": 2, "G>D": 2, "G>E": 0}
    alone = facts_of("guarantor", DAY, **book, restructuring=[change("B", "2023-12-31")])
    assert [alone[name]["unconsented_change_count"] for name in ("G>B", "H>B", "G>E")] == [0, 1, 0]
    assert alone["G>B"]["life_event_count"] is None

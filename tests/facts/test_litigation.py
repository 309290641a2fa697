"""Suits against customers, and the clocks of the law on the bank's loans; worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

DAY = "2024-06-28"


def loan(name, customer=None, **more):
    customer = customer or f"C-{name}"
    return {"loan_id": name, "customer_id": customer, "contract_id": f"K-{name}", "amount": "1000.00", **more}


class Court:
    """Numbers the cases that are brought before it."""

    def __init__(self):
        self.cases = []

    def case(self, customer, kind="loan", filed="2024-03-01", **more):
        told = {"our_role": "none", "role": "defendant", "stage": "sued", **more}
        number = f"P{len(self.cases)}"
        row = {"proceeding_id": number, "customer_id": customer, "kind": kind, "filed_on": filed}
        self.cases.append({**row, **told})


def test_cases_against_a_customer(facts_of):
    court = Court()
    court.case("debts", amount="30.00")
    court.case("debts", "private_lending", "2023-06-29", amount="70.50", role=None)
    court.case("debts", None, amount="9.50")
    court.case("debts", "labour", amount="500.00")
    court.case("debts", amount="500.00", our_role="creditor")
    court.case("debts", amount="500.00", role="plaintiff")
    court.case("debts", amount="500.00", role="guarantor")
    court.case("debts", amount="500.00", closed_on="2024-06-28")
    court.case("debts", amount="500.00", stage="terminated")
    court.case("debts", amount="500.00", filed="2024-06-29")
    court.case("silent")
    court.case("partly")
    court.case("partly", amount="40.00", closed_on="2024-06-29")
    court.case("enforced", "enforcement", stage="none")
    court.case("enforced", stage="enforcement")
    court.case("enforced", "enforcement", our_role="creditor")
    court.case("petition", "liquidation", stage="none")
    court.case("accepted", "reorganisation", stage="judged", our_role="creditor")
    court.case("accepted", "loan", stage="bankruptcy")
    court.case("accepted", "liquidation", stage="terminated")
    court.case("accepted", "liquidation", role="plaintiff")
    court.case("criminal", "criminal")
    court.case("criminal", "criminal", role="third_party")
    court.case("lenders", "private_lending", "2023-06-29", stage="terminated")
    court.case("lenders", "private_lending", "2023-06-28")
    court.case("lenders", "private_lending", "2024-06-28", closed_on="2024-06-28")
    court.case("lenders", "private_lending", "2024-06-01", role="plaintiff")
    court.case("workers", "labour", "2024-03-31")
    court.case("workers", "labour", "2024-03-30")
    court.case("workers", "labour", "2024-04-30", closed_on="2024-05-01")
    names = dict.fromkeys(row["customer_id"] for row in court.cases)

    def detained(day, **more):
        told = {"subject_kind": "customer", "subject_id": "criminal", "kind": "controller_detained"}
        return {"event_id": f"{day}", "occurred_on": day, **told, **more}

    rows = facts_of(
        "customer",
        DAY,
        loan=[loan(f"L-{name}", name, amount="250.00") for name in names],
        customer=[{"customer_id": "nobody"}],
        proceeding=court.cases,
        event=[
            detained("2023-06-30", verified_by="S"),
            detained("2023-06-29", verified_by="S"),
            detained("2024-06-01"),
        ],
    )

    def told(fact):
        return {name: row[fact] for name, row in rows.items() if row[fact] != 0}

    assert told("debt_suit_amt") == {
        "debts": Decimal("110.00"),
        "silent": None,
        "partly": Decimal("40.00"),
        "enforced": None,
        "accepted": None,
        "lenders": None,
    }
    assert rows["debts"]["debt_suit_vs_exposure"] == Decimal("0.44")
    assert rows["workers"]["debt_suit_vs_exposure"] == 0
    assert rows["nobody"]["debt_suit_vs_exposure"] is None
    assert told("enforcement_case_count") == {"enforced": 2}
    assert told("bankruptcy_case_count") == {"petition": 1, "accepted": 2}
    assert told("bankruptcy_accepted_count") == {"accepted": 2}
    assert told("criminal_case_count") == {"criminal": 1}
    assert told("private_lending_suit_count_12m") == {"debts": 1, "lenders": 2}
    assert told("labour_case_count_90d") == {"workers": 2}
    assert told("controller_detained_verified_count_365d") == {"criminal": 1}


def test_the_clocks_of_enforcement_and_of_claims(facts_of):
    court = Court()
    ours = {"our_role": "creditor", "stage": "judged"}
    court.case("C-due", performance_due_on="2022-08-31", effective_on="2022-08-01", **ours)
    court.case("C-due", performance_due_on="2023-08-31", closed_on="2023-09-30", **ours)
    court.case("C-effective", effective_on="2022-06-27", loan_id="effective", **ours)
    court.case("C-dateless", **ours)
    court.case("C-begun", performance_due_on="2022-08-31", **ours)
    court.case("C-begun", "enforcement", our_role="creditor", stage="none")
    court.case("C-sued", our_role="creditor")
    court.case("C-theirs", performance_due_on="2022-08-31", stage="judged")
    # The second loan of the same customer is not in this judgment.
    court.case("C-two", performance_due_on="2022-08-31", loan_id="two1", **ours)
    insolvent = {"kind": "liquidation", "stage": "bankruptcy"}
    court.case("C-soon", claim_deadline_on="2024-07-08", **insolvent)
    court.case("C-soon", claim_deadline_on="2024-09-01", our_role="creditor", **insolvent)
    court.case("C-missed", claim_deadline_on="2024-06-27", **insolvent)
    court.case("C-filed", claim_deadline_on="2024-06-27", our_role="creditor", **insolvent)
    court.case("C-today", claim_deadline_on="2024-06-28", our_role="creditor", **insolvent)
    court.case("C-open", **insolvent)
    court.case("C-over", claim_deadline_on="2024-07-08", closed_on="2024-06-01", **insolvent)
    court.case("C-creditor", claim_deadline_on="2024-07-08", role="plaintiff", **insolvent)
    judged = ("due", "effective", "dateless", "begun", "sued", "theirs")
    bankrupt = ("soon", "missed", "filed", "today", "open", "over", "creditor")
    rows = facts_of(
        "loan",
        DAY,
        loan=[
            *(loan(name) for name in (*judged, *bankrupt)),
            *(loan(name, "C-two") for name in ("two1", "two2")),
        ],
        proceeding=court.cases,
    )
    facts = ("judgment_count", "enforcement_left_days")
    assert {name: [rows[name][one] for one in facts] for name in (*judged, "two1", "two2")} == {
        "due": [2, 66],  # to Saturday 31 August 2024, so to Monday 2 September
        "effective": [1, -1],  # Thursday 27 June 2024
        "dateless": [1, None],
        "begun": [0, None],
        "sued": [0, None],
        "theirs": [0, None],
        "two1": [1, 66],
        "two2": [0, None],
    }
    facts = ("claim_case_count", "claim_deadline_left_days")
    assert {name: [rows[name][one] for one in facts] for name in (*bankrupt, "due")} == {
        "soon": [2, 10],
        "missed": [1, -1],
        "filed": [0, None],
        "today": [1, 0],
        "open": [1, None],
        "over": [0, None],
        "creditor": [0, None],
        "due": [0, None],
    }


def test_without_their_feeds_nothing_is_known(facts_of):
    row = facts_of("loan", DAY, loan=[loan("L", disbursed_on="2019-01-05", matures_on="2021-06-30")])["L"]
    assert row["has_limitation_clock"] is True
    assert row["limitation_due_on"] == date(2021, 6, 30)
    names = (
        "limitation_interrupted_on",
        "is_limitation_stopped",
        "limitation_ends_on",
        "limitation_left_days",
        "judgment_count",
        "enforcement_left_days",
        "claim_case_count",
        "claim_deadline_left_days",
    )
    assert [row[name] for name in names] == [None] * 8

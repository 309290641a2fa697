"""Lawful but odd accounts, customers, collateral and books without feeds; expected values by hand."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from postloan.engine import Field
from postloan.facts import FACTS
from postloan.results import Prior

DAY = "2024-02-29"
MORNING, EVENING = (datetime.fromisoformat(f"2024-02-20T{hour}:00:00") for hour in ("09", "17"))
LOAN = {"disbursed_on": "2023-06-05", "matures_on": "2024-12-10"}


def account(name, **rest):
    return {"account_id": name, "customer_id": name, **rest}


def entry(owner, key, on, amount, after=None, **rest):
    return {
        "entry_id": f"{owner}/{key}",
        "account_id": owner,
        "booked_on": on,
        "amount": amount,
        "balance_after": after,
        **rest,
    }


def test_odd_entries(facts_of):
    names = ("reversed", "gaps", "blind", "one day", "debits", "silent", "months", "old")
    rows = facts_of(
        "customer",
        DAY,
        account=[account(name) for name in names],
        entry=[
            entry("reversed", 1, "2024-02-10", "1000.00", "1000.00"),
            entry("reversed", 2, "2024-02-11", "-1000.00", "0.00", reverses_id="reversed/1"),
            entry("reversed", 3, "2024-02-12", "7.00", "7.00"),
            entry("gaps", 1, "2024-01-01", "500.00", "500.00"),
            entry("gaps", 2, "2024-02-20", "100.00"),
            entry("blind", 1, "2024-02-20", "100.00"),
            entry("one day", "b", "2024-02-20", "100.00", "100.00", booked_at=MORNING),
            entry("one day", "a", "2024-02-20", "-150.00", "-50.00", booked_at=EVENING),
            entry("debits", 1, "2024-01-30", "-10.00", "5.00"),
            entry("months", 1, "2022-12-01", "0.01", "0.01"),
            entry("months", 2, "2023-02-28", "9.99", "10.00"),
            entry("months", 3, "2023-11-30", "1.00", "11.00"),
            entry("months", 4, "2023-12-01", "2.00", "13.00"),
            entry("months", 5, "2024-02-29", "3.00", "16.00"),
            entry("old", 1, "2020-01-01", "5.00", "5.00"),
        ],
    )
    assert str(rows["reversed"]["credits_30d_amt"]) == "7.00"
    assert str(rows["reversed"]["debits_3m_amt"]) == "0.00"
    assert str(rows["gaps"]["account_balance_amt"]) == "500.00"  # the last balance stated
    assert str(rows["gaps"]["balance_avg_30d_amt"]) == "500.00"
    assert str(rows["gaps"]["credits_30d_amt"]) == "100.00"
    assert rows["blind"]["account_balance_amt"] is None
    assert rows["blind"]["has_overdraft_60d"] is None
    assert str(rows["blind"]["credits_30d_amt"]) == "100.00"
    assert str(rows["one day"]["account_balance_amt"]) == "-50.00"  # the hour decides, not the number
    assert rows["one day"]["overdraft_month_count_6m"] == 1
    assert rows["debits"]["days_since_credit_days"] == 30  # none since the first entry
    assert rows["debits"]["credits_3m_yoy"] is None  # nothing a year ago
    assert rows["silent"]["credits_30d_amt"] is None
    assert rows["silent"]["is_account_frozen"] is False
    assert str(rows["months"]["credits_3m_amt"]) == "5.00"  # December to 29 February
    assert rows["months"]["credits_3m_yoy"] == Decimal("0.500000")  # December to 28 February, 10.00
    assert str(rows["old"]["account_balance_amt"]) == "5.00"
    assert rows["old"]["days_since_credit_days"] == 1520


def test_funds_are_ready_only_where_they_can_be_used(facts_of):
    states = {
        "open": ({}, "2.000000"),
        "frozen": ({"frozen_on": DAY}, "0.000000"),
        "frozen before": ({"frozen_on": "2024-01-01", "frozen_until": "2024-02-28"}, "2.000000"),
        "closed": ({"closed_on": DAY}, "0.000000"),
        "below zero": ({}, "0.000000"),
    }
    rows = facts_of(
        "loan",
        DAY,
        loan=[{**LOAN, "loan_id": name, "customer_id": name} for name in (*states, "no account")],
        due=[
            {"loan_id": name, "due_on": "2024-03-07", "principal": "1000.00"}
            for name in (*states, "no account")
        ],
        account=[account(name, **state) for name, (state, _) in states.items()],
        entry=[
            entry(name, 1, "2024-02-01", "2000.00", "-2000.00" if name == "below zero" else "2000.00")
            for name in states
        ],
    )
    found = {name: str(rows[name]["funds_ready_share"]) for name in states}
    assert found == {name: share for name, (_, share) in states.items()}
    assert rows["no account"]["funds_ready_share"] is None


def test_customers_over_their_loans(facts_of):
    card = {"customer_id": "card", "is_revolving": True, "limit_amount": "1000.00"}
    drawn = {**LOAN, "contract_id": "K", "customer_id": "card"}
    rows = facts_of(
        "customer",
        DAY,
        fx=[
            {"currency": "USD", "on_date": "2024-02-01", "rate": "7.2"},
            {"currency": "USD", "on_date": "2024-02-29", "rate": "7.1"},
            {"currency": "USD", "on_date": "2024-03-01", "rate": "9"},
        ],
        contract=[
            {"contract_id": "K", **card},
            {"contract_id": "E", "customer_id": "entrusted", "is_entrusted": True},
        ],
        loan=[
            {**LOAN, "loan_id": "cny", "customer_id": "both", "amount": "1000.00"},
            {**LOAN, "loan_id": "usd", "customer_id": "both", "amount": "100.00", "currency": "USD"},
            {**drawn, "loan_id": "one", "amount": "300.00"},
            {**drawn, "loan_id": "two", "amount": "200.00"},
            {**drawn, "loan_id": "rest", "amount": "500.00", "exposure_kind": "undrawn_commitment"},
            {**LOAN, "loan_id": "E", "contract_id": "E", "customer_id": "entrusted"},
            {**LOAN, "loan_id": "A1", "amount": "100000.00"},
            {**LOAN, "loan_id": "A2", "amount": "100000.01"},
            {**LOAN, "loan_id": "A4", "amount": "10000000.00"},
            {**LOAN, "loan_id": "A5", "amount": "10000000.01"},
        ],
        due=[
            {"loan_id": "cny", "due_on": "2024-02-10", "principal": "1000.00"},
            {"loan_id": "usd", "due_on": "2024-02-10", "principal": "100.00"},
        ],
    )
    both = rows["both"]
    assert str(both["overdue_amt"]) == "1710.00"
    assert str(both["total_exposure_amt"]) == "1710.00"
    assert rows["card"]["utilisation_share"] == Decimal("0.500000")  # one limit, drawn twice
    assert str(rows["card"]["total_exposure_amt"]) == "1000.00"  # the undrawn part too
    assert (rows["entrusted"]["has_open_loan"], rows["entrusted"]["open_loan_count"]) == (False, 0)
    assert rows["entrusted"]["amount_band"] == "A1"
    bands = {name: rows[f"C-{name}"]["amount_band"] for name in ("A1", "A2", "A4", "A5")}
    assert bands == {name: name for name in bands}


def test_a_store_that_kept_little(facts_of, engine):
    fields = [Field(name, "string") for name in ("subject_kind", "subject_id", "colour")]
    red = {"subject_kind": "customer", "subject_id": "C-L", "colour": "red"}
    day = date(2024, 2, 28)
    for first, expected in ((date(2023, 1, 1), False), (date(2023, 12, 1), None)):
        prior = Prior("r", day, first, {"warning": engine.from_rows([red], fields, "warning")})
        rows = facts_of(
            "customer", DAY, prior, loan=[{**LOAN, "loan_id": "L"}], customer=[{"customer_id": "quiet"}]
        )
        assert (rows["C-L"]["last_red_on"], rows["C-L"]["has_prior_orange_6m"]) == (day, True)
        assert rows["quiet"]["has_prior_yellow_12m"] is expected


def test_collateral_of_several_contracts(facts_of):
    owners = {"K1": "X", "K2": "Y", "K3": "Z", "gone": "X", "bare": "X", "vague": "X"}
    amounts = {"K1": "300.00", "K2": "100.00"}
    house = {"kind": "house"}
    book = {
        "loan": [
            {
                **LOAN,
                "loan_id": f"L{name}",
                "contract_id": name,
                "customer_id": owner,
                "amount": amounts.get(name, "100.00"),
                **({"closed_on": "2024-01-31"} if name == "gone" else {}),
            }
            for name, owner in owners.items()
        ],
        "collateral": [
            {**house, "collateral_id": "shared", "contract_id": "K2", "value": "200.00"},
            {**house, "collateral_id": "worthless", "contract_id": "K3", "value": "5.00", "prior_claims": 9},
            {**house, "collateral_id": "over", "contract_id": "gone", "value": "50.00"},
            {**house, "collateral_id": "unknown", "contract_id": "vague"},
        ],
        "collateral_link": [
            {"collateral_id": "shared", "contract_id": "K1"},
            {"collateral_id": "shared", "contract_id": "K2"},
            {"collateral_id": "shared", "contract_id": "gone"},
        ],
    }
    rows = facts_of("collateral", DAY, **book)
    assert set(rows) == {"shared", "worthless", "unknown"}  # what secures closed loans alone is left out
    shared = rows["shared"]
    assert (str(shared["secured_amt"]), shared["ltv"]) == ("400.00", Decimal("2.000000"))
    assert shared["customer_id"] == "Y"
    assert (str(rows["worthless"]["value_amt"]), rows["worthless"]["ltv"]) == ("0.00", None)
    assert (rows["unknown"]["value_amt"], rows["unknown"]["ltv"]) == (None, None)
    loans = facts_of("loan", DAY, **book)
    covers = {name: row["cover_share"] for name, row in loans.items()}
    half, nothing = Decimal("0.500000"), Decimal("0.000000")
    assert covers == {"LK1": half, "LK2": half, "LK3": nothing, "Lbare": nothing, "Lvague": None}


@pytest.mark.parametrize("subject", ["loan", "customer"])
def test_without_its_feed_a_fact_is_null(facts_of, subject):
    (row,) = facts_of(subject, DAY, loan=[{**LOAN, "loan_id": "L"}]).values()
    present = {"institution", "customer", "contract", "loan"}
    for one in FACTS.values():
        measurable = all(set(need.split("|")) & present for need in one.needs)
        if one.subject == subject and not measurable:
            assert row[one.column] is None, one.name

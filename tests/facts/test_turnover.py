"""What counts as turnover, as a payout and as secured: not what only moves, renews or lies beyond a link."""

from __future__ import annotations

from decimal import Decimal

import pytest

DAY = "2024-02-29"
LOAN = {"disbursed_on": "2023-12-04", "matures_on": "2024-12-10"}
BEFORE, NOW = "2023-01-10", "2023-12-04"


def money(key, on, amount, **rest):
    return {
        "entry_id": str(key),
        "account_id": "a",
        "booked_on": on,
        "amount": amount,
        "kind": "transfer",
        **rest,
    }


@pytest.mark.parametrize(
    ("more", "ratio"),
    [
        ({}, "0.800000"),  # 80.00 after 100.00
        ({"amount": "500.00"}, "0.800000"),  # the payout of the loan on its day
        ({"amount": "500.01"}, "5.800100"),  # a cent more is no payout
        ({"amount": "500.00", "booked_on": "2023-12-05"}, "5.800000"),  # nor is the same sum on another day
        ({"amount": "20.00", "counterparty_id": "c"}, "0.800000"),  # his own, from another bank
        ({"amount": "20.00", "counterparty_account": "a2"}, "0.800000"),  # his own here
        ({"amount": "20.00", "counterparty_name": "Customer 1"}, "0.800000"),
        ({"amount": "20.00", "counterparty_class": "lender"}, "0.800000"),
        ({"amount": "20.00", "counterparty_class": "wealth"}, "0.800000"),
        ({"amount": "20.00", "counterparty_class": "related"}, "1.000000"),  # group trade is trade
        ({"amount": "20.00", "counterparty_id": "other", "counterparty_name": "Customer 2"}, "1.000000"),
    ],
)
def test_turnover_is_what_others_pay(facts_of, more, ratio):
    entries = [money(1, BEFORE, "100.00"), money(2, NOW, "80.00")]
    if more:
        entries.append({**money(3, NOW, "0.00"), **more})
    rows = facts_of(
        "customer",
        DAY,
        customer=[{"customer_id": "c", "name": "Customer 1"}, {"customer_id": "other", "name": "Customer 2"}],
        account=[{"account_id": name, "customer_id": "c"} for name in ("a", "a2")],
        loan=[{**LOAN, "loan_id": "L", "customer_id": "c", "amount": "500.00"}],
        entry=entries,
    )
    assert rows["c"]["credits_3m_yoy"] == Decimal(ratio)
    credits_all = Decimal("80.00") + Decimal(more.get("amount", "0"))
    assert Decimal(str(rows["c"]["credits_3m_amt"])) == credits_all  # all of them stay credits


def test_a_renewal_without_payment_has_no_payout_to_follow(facts_of):
    kinds = ("none", "new_for_old", "no_principal_renewal", "extension", None)
    rows = facts_of(
        "loan",
        DAY,
        loan=[{**LOAN, "loan_id": str(kind), "customer_id": "c", "renewal_kind": kind} for kind in kinds],
        account=[{"account_id": "a", "customer_id": "c"}],
        entry=[money(1, "2023-12-05", "-500.00", counterparty_name="B", counterparty_class="developer")],
    )
    followed = {name: row["is_payout_traced"] for name, row in rows.items()}
    assert followed == {
        "none": True, "new_for_old": True, "no_principal_renewal": False, "extension": False, "None": True,
    }  # fmt: skip
    assert rows["no_principal_renewal"]["into_markets_share"] is None
    assert rows["none"]["into_markets_share"] > 0


@pytest.mark.parametrize(
    ("limit", "ltv"),
    [
        ("10.00", "0.600000"),  # 50.00 of its own contract and 10.00 of the other
        ("30.00", "0.800000"),
        ("30.01", "0.800000"),  # no more than is owed
        (None, "0.800000"),  # a link that names no sum secures all
    ],
)
def test_a_security_bears_of_a_linked_contract_what_the_link_says(facts_of, limit, ltv):
    rows = facts_of(
        "collateral",
        DAY,
        loan=[
            {**LOAN, "loan_id": "L1", "contract_id": "K1", "customer_id": "c", "amount": "50.00"},
            {**LOAN, "loan_id": "L2", "contract_id": "K2", "customer_id": "c", "amount": "30.00"},
        ],
        position=[
            {"loan_id": "L1", "on_date": DAY, "balance": "50.00"},
            {"loan_id": "L2", "on_date": DAY, "balance": "30.00"},
        ],
        collateral=[{"collateral_id": "Z", "contract_id": "K1", "kind": "house", "value": "100.00"}],
        collateral_link=[{"collateral_id": "Z", "contract_id": "K2", "amount": limit}],
    )
    assert rows["Z"]["ltv"] == Decimal(ltv)

"""How a loan was paid: days late, slopes, partial payments, month ends, limits."""

from __future__ import annotations

from decimal import Decimal

LOAN = {"loan_id": "L", "disbursed_on": "2023-06-05", "matures_on": "2024-12-10"}
MONTHS = ("2023-10", "2023-11", "2023-12", "2024-01", "2024-02", "2024-03")


def schedule(loan: str = "L") -> list[dict[str, str]]:
    return [{"loan_id": loan, "due_on": f"{month}-10", "principal": "100.00"} for month in MONTHS]


def payments(*days: int, amount: str = "100.00", loan: str = "L") -> list[dict[str, str]]:
    return [
        {"payment_id": f"P{loan}{n}", "loan_id": loan, "paid_on": f"{month}-{10 + day}", "amount": amount}
        for n, (month, day) in enumerate(zip(MONTHS, days, strict=False))
    ]


def test_days_late_and_their_slope(facts_of):
    row = facts_of("loan", "2024-03-31", loan=[LOAN], due=schedule(), payment=payments(0, 2, 4, 6, 8, 10))[
        "L"
    ]
    assert row["late_last_days"] == 10
    assert row["late_slope_days"] == Decimal("2.000000")
    assert row["late_1to7_count_6m"] == 3  # 2, 4 and 6 days; 8 and 10 are more


def test_a_slope_needs_six_instalments(facts_of):
    row = facts_of("loan", "2024-02-28", loan=[LOAN], due=schedule(), payment=payments(0, 2, 4, 6, 8))["L"]
    assert row["late_slope_days"] is None


def test_an_instalment_not_met_is_late_until_the_day(facts_of):
    row = facts_of("loan", "2024-03-31", loan=[LOAN], due=schedule(), payment=payments(0, 0, 0, 0, 0))["L"]
    assert row["late_last_days"] == 21


def test_partial_payments_of_the_last_four(facts_of):
    cases = {"97.99": 4, "98.00": 0, "0.01": 4, "100.00": 0}
    rows = facts_of(
        "loan",
        "2024-03-31",
        loan=[{**LOAN, "loan_id": amount} for amount in cases],
        due=[due for amount in cases for due in schedule(amount)],
        payment=[one for amount in cases for one in payments(0, 0, 0, 0, 0, 0, amount=amount, loan=amount)],
    )
    assert {name: row["partial_due_count_last4"] for name, row in rows.items()} == cases


def test_month_ends_past_due_with_the_day_included(facts_of):
    ends = ("2023-09-30", "2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31")
    rows = [
        {"loan_id": "L", "on_date": day, "balance": "500.00", "days_past_due": days}
        for day, days in zip(ends, (9, 1, 0, 2, 0, 0, 5), strict=True)
    ]
    assert facts_of("loan", "2024-03-31", loan=[LOAN], position=rows)["L"]["month_end_overdue_count_6m"] == 3
    assert facts_of("loan", "2024-03-30", loan=[LOAN], position=rows)["L"]["month_end_overdue_count_6m"] == 3


CARD = {
    "contract_id": "K",
    "customer_id": "C",
    "contract_type": "card",
    "is_revolving": True,
    "limit_amount": "1000.00",
}
DRAWN = {**LOAN, "contract_id": "K", "customer_id": "C", "repayment_method": "revolving", "amount": "1000.00"}


def card(*balances: tuple[str, str]) -> list[dict[str, object]]:
    return [
        {"loan_id": "L", "on_date": day, "balance": balance, "days_past_due": 0, "limit_amount": "1000.00"}
        for day, balance in balances
    ]


def test_days_at_the_limit(facts_of):
    cases = {"949.99": 0, "950.00": 60, "1000.00": 60}  # 1 February to 31 March 2024 are 60 days
    used = {name: name for name in cases} | {"paid out once": "1000.00"}
    rows = [
        {"loan_id": name, "on_date": day, "balance": balance, "days_past_due": 0, "limit_amount": "1000.00"}
        for name, most in used.items()
        for day, balance in (("2024-01-31", "100.00"), ("2024-02-01", most), ("2024-03-01", most))
    ]
    drawn = [{**DRAWN, "loan_id": name} for name in cases]
    drawn.append({**DRAWN, "loan_id": "paid out once", "contract_id": "term"})
    contracts = [CARD, {**CARD, "contract_id": "term", "is_revolving": False}]
    found = facts_of("loan", "2024-03-31", loan=drawn, contract=contracts, position=rows)
    assert {name: row["full_limit_days_90d"] for name, row in found.items()} == {**cases, "paid out once": 0}


def test_over_the_limit_since(facts_of):
    rows = card(("2024-03-01", "900.00"), ("2024-03-11", "1000.01"), ("2024-03-31", "1200.00"))
    row = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=rows)["L"]
    assert (row["overlimit_days"], row["overlimit_amt"]) == (21, Decimal("200.00"))
    below = facts_of("loan", "2024-03-10", loan=[DRAWN], contract=[CARD], position=rows)["L"]
    assert (below["overlimit_days"], below["overlimit_amt"]) == (0, Decimal("0.00"))


def test_share_paid_of_what_was_owed_at_the_month_end_before(facts_of):
    rows = card(("2024-02-29", "800.00"), ("2024-03-31", "700.00"))
    paid = [{"payment_id": "P", "loan_id": "L", "paid_on": "2024-03-15", "amount": "200.00"}]
    with_money = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=rows, payment=paid)[
        "L"
    ]
    early = [{**paid[0], "paid_on": "2024-02-29"}]
    without = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=rows, payment=early)["L"]
    no_feed = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=rows)["L"]
    shares = [row["payment_share_1m"] for row in (with_money, without, no_feed)]
    assert shares == [Decimal("0.250000"), Decimal("0.000000"), None]


def test_an_old_record_still_says_what_is_owed_where_there_is_no_schedule(facts_of):
    record = card(("2024-02-01", "300.00"))
    row = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=record)["L"]
    assert (row["balance_amt"], row["dpd_days"]) == (
        Decimal("300.00"),
        None,
    )  # the days are too old, the balance not
    row = facts_of("loan", "2024-03-31", loan=[DRAWN], contract=[CARD], position=record, due=schedule())["L"]
    assert row["balance_amt"] == Decimal("1000.00")

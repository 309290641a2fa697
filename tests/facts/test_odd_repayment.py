"""Lawful but odd schedules, payments and records; expected values by hand."""

from __future__ import annotations

from decimal import Decimal

LOAN = {"disbursed_on": "2024-01-05", "matures_on": "2024-12-10"}
DAY = "2024-03-20"


def due(loan, on="2024-02-10", principal="1000.00", **rest):
    return {"loan_id": loan, "due_on": on, "principal": principal, **rest}


def paid(key, loan, amount, on="2024-02-10", **rest):
    return {"payment_id": key, "loan_id": loan, "paid_on": on, "amount": amount, **rest}


def test_odd_schedules_and_payments(facts_of):
    cases = {  # days past due and balance on 20 March; the first instalment was due 39 days before
        "reversed": (39, "100000.00"),
        "reversal reversed": (0, "99000.00"),
        "split without interest": (0, "99000.00"),
        "interest never due": (0, "99000.00"),
        "nothing due": (0, "100000.00"),
        "tiny": (0, "100000.00"),
        "paid nothing": (39, "100000.00"),
        "due today": (0, "100000.00"),
        "due later": (0, "100000.00"),
        "paid before it was due": (0, "99000.00"),
        "repaid early in full": (0, "0.00"),
        "vast": (39, "100000.00"),
        "of two on one day": (0, "99000.00"),
    }
    rows = facts_of(
        "loan",
        DAY,
        loan=[{**LOAN, "loan_id": name} for name in cases],
        due=[
            due("reversed"),
            due("reversal reversed"),
            due("split without interest", interest="50.00"),
            due("interest never due"),
            due("nothing due", principal="0.00"),
            due("nothing due", on="2024-03-10", principal="0.00"),
            due("tiny", principal="0.80"),
            due("paid nothing"),
            due("due today", on=DAY),
            due("due later", on="2024-03-21"),
            due("paid before it was due"),
            due("repaid early in full", on="2024-03-10"),
            due("repaid early in full", on="2024-12-10", principal="99000.00"),
            due("vast", principal="9000000000000000.00"),
            due("of two on one day"),
        ],
        payment=[
            paid("a1", "reversed", "1000.00"),
            paid("a2", "reversed", "-1000.00", reverses_id="a1"),
            paid("b1", "reversal reversed", "1000.00"),
            paid("b2", "reversal reversed", "-1000.00", reverses_id="b1"),
            paid("b3", "reversal reversed", "1000.00", reverses_id="b2"),
            paid("c1", "split without interest", "1050.00", principal="1000.00"),
            paid("d1", "interest never due", "1060.00", principal="1000.00", interest="60.00"),
            paid("e1", "paid nothing", "0.00"),
            paid("f1", "paid before it was due", "1000.00", on="2024-01-20"),
            paid("g1", "repaid early in full", "100000.00", on="2024-02-01"),
            paid("h1", "of two on one day", "400.00"),
            paid("h2", "of two on one day", "600.00"),
        ],
    )
    found = {name: (row["dpd_days"], str(row["balance_amt"])) for name, row in rows.items()}
    assert found == cases
    assert rows["nothing due"]["late_last_days"] == 0
    assert rows["of two on one day"]["late_last_days"] == 0
    assert rows["due today"]["late_last_days"] is None  # it can still be paid today
    for name, count in (("due today", 1), ("due later", 0)):
        row = rows[name]
        assert (row["due_count"], row["is_first_due_unpaid"], row["is_technical_overdue"]) == (
            count,
            False,
            False,
        )


def test_lateness_is_unknown_without_payments(facts_of):
    row = facts_of("loan", DAY, loan=[{**LOAN, "loan_id": "L"}], due=[due("L")])["L"]
    names = ("late_last_days", "late_1to7_count_6m", "late_slope_days", "partial_due_count_last4")
    assert {row[name] for name in names} == {None}


def test_a_new_schedule_replaces_the_old_from_the_day_it_is_known(facts_of):
    rows = [
        due("L", on="2024-02-10"),
        due("L", on="2024-02-10", principal="0.00", known_on="2024-03-01"),
        due("L", on="2024-06-10", known_on="2024-03-01"),
    ]
    before = facts_of("loan", "2024-02-29", loan=[{**LOAN, "loan_id": "L"}], due=rows)["L"]
    after = facts_of("loan", "2024-03-01", loan=[{**LOAN, "loan_id": "L"}], due=rows)["L"]
    assert (before["dpd_days"], before["next_due_on"]) == (19, None)
    assert (after["dpd_days"], str(after["next_due_on"])) == (0, "2024-06-10")


CARD = {"customer_id": "C", "contract_type": "card", "is_revolving": True}


def record(loan, on, balance="900.00", days=0, **rest):
    return {"loan_id": loan, "on_date": on, "balance": balance, "days_past_due": days, **rest}


def test_odd_records(facts_of):
    names = ("balance only", "35 days", "36 days", "no limit", "limit of nothing", "overpaid", "in the gap")
    limits = {"no limit": None, "limit of nothing": "0.00"}
    rows = facts_of(
        "loan",
        "2024-03-31",
        loan=[{**LOAN, "loan_id": name, "contract_id": name, "customer_id": "C"} for name in names],
        contract=[
            {**CARD, "contract_id": name, "limit_amount": limits.get(name, "1000.00")} for name in names
        ],
        due=[due("in the gap", on="2024-03-19")],
        position=[
            record("balance only", "2024-03-28", days=12),
            record("balance only", "2024-03-31", balance="800.00", days=None),
            record("35 days", "2024-02-25", balance="1200.00"),
            record("36 days", "2024-02-24", balance="1200.00"),
            record("no limit", "2024-03-31"),
            record("limit of nothing", "2024-03-31"),
            record("overpaid", "2024-03-31", balance="-5.00"),
            record("in the gap", "2024-03-31", days=10),
        ],
    )
    days = {name: (row["dpd_days"], row["dpd_source"]) for name, row in rows.items()}
    assert days["balance only"] == (15, "carried")
    assert str(rows["balance only"]["balance_amt"]) == "800.00"
    assert days["35 days"] == (0, "carried")
    assert days["36 days"] == (None, None)
    over = {name: (row["overlimit_amt"], row["overlimit_days"]) for name, row in rows.items()}
    assert over["35 days"] == (Decimal("200.00"), 36)
    assert over["36 days"] == (None, None)  # no record of now: 0 days would say that all is well
    assert over["no limit"] == (None, None)
    assert over["limit of nothing"] == (Decimal("900.00"), 1)
    assert rows["35 days"]["utilisation_chg_1m"] == Decimal("0.000000")
    assert rows["no limit"]["full_limit_days_90d"] is None
    assert rows["limit of nothing"]["utilisation_share"] is None
    assert rows["overpaid"]["utilisation_share"] == Decimal("-0.005000")
    assert str(rows["overpaid"]["reporting_balance_amt"]) == "0.00"
    # The schedule says 12 days, the record 10: within the gap the record stands, for its parts too.
    assert days["in the gap"] == (10, "position")
    assert rows["in the gap"]["dpd_principal_days"] == 10


def test_which_loans_are_open_and_what_was_advanced(facts_of):
    bill = {**LOAN, "exposure_kind": "acceptance"}
    rows = facts_of(
        "loan",
        DAY,
        loan=[
            {**LOAN, "loan_id": "closed today", "closed_on": DAY},
            {**LOAN, "loan_id": "closes tomorrow", "closed_on": "2024-03-21"},
            {**LOAN, "loan_id": "paid out today", "disbursed_on": DAY},
            {**LOAN, "loan_id": "paid out tomorrow", "disbursed_on": "2024-03-21"},
            {**bill, "loan_id": "bill"},
            {**bill, "loan_id": "quiet bill"},
            {**LOAN, "loan_id": "known early", "contract_id": "later"},
        ],
        contract=[{"contract_id": "later", "customer_id": "C-known early", "known_on": "2024-04-01"}],
        advance=[
            {"loan_id": "bill", "advanced_on": "2024-01-10", "amount": "70.00", "repaid_on": "2024-02-19"},
            {"loan_id": "bill", "advanced_on": "2024-03-01", "amount": "50.00", "repaid_on": "2024-03-04"},
            {"loan_id": "bill", "advanced_on": "2024-03-10", "amount": "30.00"},
            {"loan_id": "bill", "advanced_on": "2024-03-15", "amount": "20.00", "repaid_on": "2024-03-21"},
        ],
    )
    assert set(rows) == {"closes tomorrow", "paid out today", "bill", "quiet bill", "known early"}
    assert rows["known early"]["institution_id"] is None
    assert rows["known early"]["is_entrusted"] is False
    found = [rows["bill"][f"advance_{what}"] for what in ("amt", "days", "repaid_within_days")]
    assert found == [Decimal("50.00"), 10, 40]  # of those repaid of late one stood 3 days, the other 40
    quiet = [rows["quiet bill"][f"advance_{what}"] for what in ("amt", "days", "repaid_within_days")]
    assert quiet == [Decimal("0.00"), 0, None]

"""The Czech bank on 31 March 1994: what was known by then, and what a watchful bank would have seen."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

pytestmark = pytest.mark.real_data

GOOD = "A"


def test_the_import_holds_the_known_figures(berka):
    assert berka.imported.rows["loan"] == 682
    assert berka.imported.rows["account"] == 4_500
    assert berka.imported.rows["entry"] == 49_102
    assert not berka.imported.quarantined


def test_the_run_sees_the_loans_and_accounts_known_by_then(berka):
    assert len(berka.rows("loan_state")) == 38
    assert sum(row["months_of_history_count"] is not None for row in berka.rows("facts_customer")) == 1_229


def test_loan_5314_is_the_bad_one(berka):
    (loan,) = (row for row in berka.rows("loan_state") if row["loan_id"] == "5314")
    assert (loan["days_past_due"], loan["dpd_source"]) == (231, "schedule")
    assert (loan["class_matrix"], loan["class_floor"], loan["class_final"]) == ("07", "06", "07")
    assert loan["five_level"] == "substandard"
    assert loan["overdue_amount"] == 8 * Decimal("8033.00") - Decimal("0.20")  # 8 of 9 instalments, to a coin
    (warning,) = (row for row in berka.rows("warning") if row["subject_id"] == loan["customer_id"])
    assert warning["colour"] in ("red", "orange")


def test_loan_7097_overdraws_its_account(berka):
    (loan,) = (row for row in berka.rows("loan_state") if row["loan_id"] == "7097")
    (signal,) = (
        row
        for row in berka.rows("signal")
        if row["customer_id"] == loan["customer_id"] and row["code"] == "ACC06"
    )
    assert '"customer.has_overdraft_60d":true' in signal["evidence"]
    assert '"customer.penalty_interest_60d_amt":39.20' in signal["evidence"]
    assert any(row["subject_id"] == loan["customer_id"] for row in berka.rows("warning"))


def test_no_loan_that_ended_well_is_red(berka, real_data):
    source = berka.rows("loan_state")
    loans = berka.engine.rows(berka.engine.raw(real_data / "berka" / "loan.parquet"))
    good = {str(row["loan_id"]) for row in loans if row["status"] == GOOD and int(row["date"]) < 940301}
    assert len(good) == 24
    owners = {row["customer_id"] for row in source if row["loan_id"] in good}
    red = {row["subject_id"] for row in berka.rows("warning") if row["colour"] == "red"}
    assert not owners & red


def test_punctual_payers_of_rounded_instalments_are_not_late(berka):
    (loan,) = (row for row in berka.rows("loan_state") if row["loan_id"] == "7235")
    assert loan["days_past_due"] == 0


def test_measures_fall_due_for_the_bad_loan(berka):
    due = {row["measure_code"]: row for row in berka.rows("measure_due") if row["customer_id"] == "2166"}
    assert {"M05", "M23", "M24", "M25"} <= set(due)
    assert all(row["due_on"] >= date(1994, 3, 31) for row in due.values() if row["nature"] == "duty")

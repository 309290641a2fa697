"""Days past due as the contract defines them, by component, tolerance and source; expected values by hand."""

from __future__ import annotations

import pytest

LOAN = {"loan_id": "L", "disbursed_on": "2024-01-05", "matures_on": "2024-12-10"}


def dues(*months: int, principal: str = "1000.00", interest: str = "0.00") -> list[dict[str, str]]:
    return [
        {"loan_id": "L", "due_on": f"2024-{month:02}-10", "principal": principal, "interest": interest}
        for month in months
    ]


def paid(on: str, amount: str, **split: str) -> dict[str, str]:
    return {
        "payment_id": f"{on}/{amount}/{len(split)}",
        "loan_id": "L",
        "paid_on": on,
        "amount": amount,
        **split,
    }


@pytest.mark.parametrize(
    ("day", "days"),
    [
        ("2024-02-09", 0),  # nothing due yet
        ("2024-02-10", 0),  # due today
        ("2024-02-11", 1),  # the day after
        ("2024-03-10", 29),
        ("2024-03-11", 30),  # the oldest instalment counts, not the newer
    ],
)
def test_unpaid_from_the_day_after(facts_of, day, days):
    row = facts_of("loan", day, loan=[LOAN], due=dues(2, 3, 4))["L"]
    assert (row["dpd_days"], row["dpd_source"]) == (days, "schedule")


def test_a_payment_meets_the_oldest_instalment_first(facts_of):
    row = facts_of(
        "loan", "2024-04-20", loan=[LOAN], due=dues(2, 3, 4), payment=[paid("2024-04-15", "1000.00")]
    )["L"]
    assert str(row["oldest_unpaid_on"]) == "2024-03-10"
    assert row["dpd_days"] == 41
    assert str(row["overdue_amt"]) == "2000.00"
    assert str(row["balance_amt"]) == "99000.00"


@pytest.mark.parametrize(
    ("instalment", "amount", "met"),
    [
        ("1000.00", "999.01", True),  # 0.99 missing, 1.00 allowed
        ("1000.00", "999.00", True),  # exactly 1.00 missing
        ("1000.00", "998.99", False),  # a cent more
        ("5000.00", "4995.01", True),  # 0.1 % of 5,000 is 5.00
        ("5000.00", "4995.00", True),
        ("5000.00", "4994.99", False),
    ],
)
def test_tolerance_is_the_larger_of_one_and_a_thousandth(facts_of, instalment, amount, met):
    due = dues(2, principal=instalment)
    row = facts_of("loan", "2024-02-20", loan=[LOAN], due=due, payment=[paid("2024-02-10", amount)])["L"]
    assert row["dpd_days"] == (0 if met else 10)


def test_each_component_has_its_own_days(facts_of):
    split = [
        paid("2024-02-10", "1000.00", principal="1000.00"),
        paid("2024-03-10", "50.00", interest="50.00"),
    ]
    row = facts_of("loan", "2024-03-20", loan=[LOAN], due=dues(2, 3, interest="50.00"), payment=split)["L"]
    assert row["dpd_principal_days"] == 10  # March's principal
    assert row["dpd_interest_days"] == 10  # February's interest was met in March, March's was not
    assert row["dpd_days"] == 10


def test_interest_alone_can_be_late(facts_of):
    split = [
        paid("2024-02-10", "1000.00", principal="1000.00"),
        paid("2024-03-10", "1000.00", principal="1000.00"),
    ]
    row = facts_of("loan", "2024-03-20", loan=[LOAN], due=dues(2, 3, interest="50.00"), payment=split)["L"]
    assert (row["dpd_principal_days"], row["dpd_interest_days"], row["dpd_days"]) == (0, 39, 39)


def test_unsplit_money_meets_interest_before_principal_within_an_instalment(facts_of):
    row = facts_of(
        "loan",
        "2024-02-20",
        loan=[LOAN],
        due=dues(2, interest="50.00"),
        payment=[paid("2024-02-10", "60.00")],
    )["L"]
    assert (row["dpd_interest_days"], row["dpd_principal_days"]) == (0, 10)
    assert str(row["overdue_amt"]) == "990.00"
    assert str(row["balance_amt"]) == "99990.00"


def test_an_instalment_paid_in_full_stays_met_when_later_ones_are_not(facts_of):
    rows = dues(2, 3, 4, interest="50.00")
    row = facts_of("loan", "2024-04-20", loan=[LOAN], due=rows, payment=[paid("2024-02-10", "1050.00")])["L"]
    assert row["dpd_principal_days"] == row["dpd_interest_days"] == 41  # since 10 March, not 10 February


def test_a_reversal_takes_the_payment_back(facts_of):
    rows = [
        paid("2024-02-10", "1000.00"),
        {**paid("2024-02-12", "-1000.00"), "reverses_id": "2024-02-10/1000.00/0"},
    ]
    assert facts_of("loan", "2024-02-20", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 10


def test_a_payment_booked_later_is_not_known_before(facts_of):
    rows = [{**paid("2024-02-10", "1000.00"), "known_on": "2024-02-15"}]
    assert facts_of("loan", "2024-02-14", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 4
    assert facts_of("loan", "2024-02-15", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 0


def position(on: str, days: int | None, balance: str = "900.00") -> dict[str, object]:
    return {"loan_id": "L", "on_date": on, "balance": balance, "days_past_due": days}


@pytest.mark.parametrize(
    ("on", "supplied", "days", "source"),
    [
        ("2024-03-31", 12, 12, "position"),
        ("2024-03-30", 12, 13, "carried"),  # a day older
        ("2024-03-30", 0, 0, "carried"),  # nothing to carry on
        ("2024-02-25", 12, 47, "carried"),  # 35 days old
        ("2024-02-24", 12, None, None),  # 36 days old: not measurable
    ],
)
def test_supplied_days_are_carried_for_35_days(facts_of, on, supplied, days, source):
    row = facts_of("loan", "2024-03-31", loan=[LOAN], position=[position(on, supplied)])["L"]
    assert (row["dpd_days"], row["dpd_source"]) == (days, source)


def test_a_payment_since_stops_the_carrying(facts_of):
    row = facts_of(
        "loan",
        "2024-03-31",
        loan=[LOAN],
        position=[position("2024-03-20", 12)],
        payment=[paid("2024-03-25", "10.00")],
    )["L"]
    assert (row["dpd_days"], row["dpd_source"]) == (12, "carried")


@pytest.mark.parametrize(
    ("supplied", "days", "source"),
    [
        (46, 46, "position"),  # 50 by the schedule: 4 more than supplied is worse_of_both, see below
        (47, 47, "position"),
        (48, 48, "position"),
        (60, 60, "position"),  # the record is the bank's own
    ],
)
def test_the_record_stands_within_the_gap(facts_of, supplied, days, source):
    if supplied == 46:
        days, source = 50, "worse_of_both"
    row = facts_of(
        "loan", "2024-03-31", loan=[LOAN], due=dues(2), position=[position("2024-03-31", supplied)]
    )["L"]
    assert row["dpd_schedule_days"] == 50
    assert (row["dpd_days"], row["dpd_source"]) == (days, source)


def test_neither_schedule_nor_record_is_not_measurable(facts_of):
    row = facts_of("loan", "2024-03-31", loan=[LOAN])["L"]
    assert row["dpd_days"] is None
    assert row["dpd_source"] is None


def test_an_acceptance_before_maturity_owes_nothing_yet(facts_of):
    bill = {**LOAN, "exposure_kind": "acceptance", "matures_on": "2024-06-30"}
    assert facts_of("loan", "2024-06-30", loan=[bill])["L"]["dpd_days"] == 0
    assert facts_of("loan", "2024-07-01", loan=[bill])["L"]["dpd_days"] is None


def test_a_proved_technical_cause_is_seen_only_if_it_covers_all(facts_of):
    first, second = dues(2, 3)
    proved = {"cause_unpaid": "technical", "proof_ref": "IT-7"}
    one = facts_of("loan", "2024-03-12", loan=[LOAN], due=[first, {**second, **proved}])["L"]
    all_of_them = facts_of(
        "loan", "2024-03-12", loan=[LOAN], due=[{**first, **proved}, {**second, **proved}]
    )["L"]
    no_proof = facts_of("loan", "2024-02-12", loan=[LOAN], due=[{**first, "cause_unpaid": "technical"}])["L"]
    assert [row["is_technical_overdue"] for row in (one, all_of_them, no_proof)] == [False, True, False]

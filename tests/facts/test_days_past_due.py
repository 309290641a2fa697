"""Days past due as the contract defines them, by component, tolerance and source; expected values by hand."""

from __future__ import annotations

import pytest

LOAN = {"loan_id": "L", "disbursed_on": "2024-01-05", "matures_on": "2024-12-10"}


def dues(
    *months: int, principal: str = "1000.00", interest: str = "0.00", loan: str = "L"
) -> list[dict[str, str]]:
    return [
        {"loan_id": loan, "due_on": f"2024-{month:02}-10", "principal": principal, "interest": interest}
        for month in months
    ]


def paid(on: str, amount: str, *, loan: str = "L", **split: str) -> dict[str, str]:
    key = f"{loan}/{on}/{amount}/{len(split)}"
    return {"payment_id": key, "loan_id": loan, "paid_on": on, "amount": amount, **split}


def loans(cases: dict[str, object]) -> list[dict[str, str]]:
    """Give one loan a case, so that a whole truth table is computed at once."""
    return [{**LOAN, "loan_id": name} for name in cases]


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


def test_tolerance_is_the_larger_of_one_and_a_thousandth(facts_of):
    cases = {  # instalment, paid, days past due ten days later
        "0.99 missing of 1,000": ("1000.00", "999.01", 0),
        "1.00 missing of 1,000": ("1000.00", "999.00", 0),
        "1.01 missing of 1,000": ("1000.00", "998.99", 10),
        "4.99 missing of 5,000": ("5000.00", "4995.01", 0),
        "5.00 missing of 5,000": ("5000.00", "4995.00", 0),
        "5.01 missing of 5,000": ("5000.00", "4994.99", 10),
    }
    rows = facts_of(
        "loan",
        "2024-02-20",
        loan=loans(cases),
        due=[due for name, (amount, _, _) in cases.items() for due in dues(2, principal=amount, loan=name)],
        payment=[paid("2024-02-10", amount, loan=name) for name, (_, amount, _) in cases.items()],
    )
    assert {name: row["dpd_days"] for name, row in rows.items()} == {
        name: days for name, (_, _, days) in cases.items()
    }


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
        {**paid("2024-02-12", "-1000.00"), "reverses_id": "L/2024-02-10/1000.00/0"},
    ]
    assert facts_of("loan", "2024-02-20", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 10


def test_a_payment_booked_later_is_not_known_before(facts_of):
    rows = [{**paid("2024-02-10", "1000.00"), "known_on": "2024-02-15"}]
    assert facts_of("loan", "2024-02-14", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 4
    assert facts_of("loan", "2024-02-15", loan=[LOAN], due=dues(2), payment=rows)["L"]["dpd_days"] == 0


def position(on: str, days: int | None, loan: str = "L") -> dict[str, object]:
    return {"loan_id": loan, "on_date": on, "balance": "900.00", "days_past_due": days}


def test_supplied_days_are_carried_for_35_days(facts_of):
    cases = {  # date of the record, days in it, days and source on 31 March
        "of the day": ("2024-03-31", 12, 12, "position"),
        "a day old": ("2024-03-30", 12, 13, "carried"),
        "a day old, not late": ("2024-03-30", 0, 0, "carried"),
        "35 days old": ("2024-02-25", 12, 47, "carried"),
        "36 days old": ("2024-02-24", 12, None, None),
        "paid since": ("2024-03-20", 12, 12, "carried"),
    }
    rows = facts_of(
        "loan",
        "2024-03-31",
        loan=loans(cases),
        position=[position(on, days, name) for name, (on, days, _, _) in cases.items()],
        payment=[paid("2024-03-25", "10.00", loan="paid since")],
    )
    found = {name: (row["dpd_days"], row["dpd_source"]) for name, row in rows.items()}
    assert found == {name: case[2:] for name, case in cases.items()}


def test_the_record_stands_within_the_gap(facts_of):
    cases = {  # days supplied, days and source; the schedule says 50
        "four less": (46, 50, "worse_of_both"),
        "three less": (47, 47, "position"),
        "two less": (48, 48, "position"),
        "more": (60, 60, "position"),
    }
    rows = facts_of(
        "loan",
        "2024-03-31",
        loan=loans(cases),
        due=[due for name in cases for due in dues(2, loan=name)],
        position=[position("2024-03-31", days, name) for name, (days, _, _) in cases.items()],
    )
    assert {row["dpd_schedule_days"] for row in rows.values()} == {50}
    found = {name: (row["dpd_days"], row["dpd_source"]) for name, row in rows.items()}
    assert found == {name: case[1:] for name, case in cases.items()}


def test_neither_schedule_nor_record_is_not_measurable(facts_of):
    row = facts_of("loan", "2024-03-31", loan=[LOAN])["L"]
    assert row["dpd_days"] is None
    assert row["dpd_source"] is None


def test_an_acceptance_before_maturity_owes_nothing_yet(facts_of):
    bill = {**LOAN, "exposure_kind": "acceptance", "matures_on": "2024-06-30"}
    assert facts_of("loan", "2024-06-30", loan=[bill])["L"]["dpd_days"] == 0
    assert facts_of("loan", "2024-07-01", loan=[bill])["L"]["dpd_days"] is None


def test_a_proved_technical_cause_is_seen_only_if_it_covers_all(facts_of):
    proved = {"cause_unpaid": "technical", "proof_ref": "IT-7"}
    cases = {
        "one of two": ([{}, proved], False),
        "both": ([proved, proved], True),
        "no proof": ([{"cause_unpaid": "technical"}, proved], False),
    }
    due = [
        {**one, **cause}
        for name, (causes, _) in cases.items()
        for one, cause in zip(dues(2, 3, loan=name), causes, strict=True)
    ]
    rows = facts_of("loan", "2024-03-12", loan=loans(cases), due=due)
    found = {name: row["is_technical_overdue"] for name, row in rows.items()}
    assert found == {name: expected for name, (_, expected) in cases.items()}


def test_an_advance_is_past_due_from_its_day_for_the_customer(facts_of):
    bill = {**LOAN, "customer_id": "C", "exposure_kind": "acceptance", "matures_on": "2024-06-30"}
    unknown = {**LOAN, "loan_id": "M", "customer_id": "D"}
    advance = {"loan_id": "L", "advanced_on": "2024-03-21", "amount": "500.00"}
    rows = facts_of("customer", "2024-03-31", loan=[bill, unknown], advance=[advance])
    assert rows["C"]["worst_dpd_days"] == 10
    assert rows["D"]["worst_dpd_days"] is None  # neither schedule nor record: no advance does not make it 0

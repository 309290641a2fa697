"""The pack of India on one small book; what is expected is worked out beside the rows it follows from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from postloan.engine import open_engine
from tests.books import tiny_book
from tests.packs.made_runs import DAY, Runs, ago, paid, unpaid

LATER, CLEARED = date(2024, 7, 2), date(2024, 7, 4)

LADDER = {0: "STD", 1: "SMA0", 30: "SMA0", 31: "SMA1", 60: "SMA1", 61: "SMA2", 90: "SMA2", 91: "SUB"}
"""Class by days past due: SMA-0 up to 30, SMA-1 up to 60, SMA-2 up to 90 days, then non-performing."""

# Non-performing since the 91st day. On 28 June 2024 the day before is 27 June, so since 27 June 2023 twelve
# months have passed, since 28 June 2023 eleven. 27 June 2023 is the 91st day after 28 March 2023.
AGES = {
    "2023-03-29": "SUB",  # since 28 June 2023: eleven months
    "2023-03-28": "D1",  # since 27 June 2023: twelve months
    "2022-03-29": "D1",  # since 28 June 2022: 23 months
    "2022-03-28": "D2",  # since 27 June 2022: 24 months
    "2020-03-29": "D2",  # since 28 June 2020: 47 months
    "2020-03-28": "D3",  # since 27 June 2020: 48 months
}

RICE, APPLE = "A0111", "A0151"

# Seasons of rice: June to November, December to May; of apples: April to March.
CROPS = {
    "rice in time": (RICE, "2024-06-29", "STD", 0),
    "rice, first whole season": (RICE, "2023-06-02", "STD", 1),  # December 2023 to May 2024
    "rice, two whole seasons": (RICE, "2023-06-01", "SUB", 2),  # from the day itself on
    "apples, no whole season": (APPLE, "2023-04-02", "STD", 0),
    "apples, one whole season": (APPLE, "2023-04-01", "SUB", 1),  # April 2023 to March 2024
    "trade not known": (None, "2024-03-29", "SUB", None),  # by days: 91
}


def _customer(name: str, **more: Any) -> dict[str, Any]:
    return {"customer_id": f"C-{name}", "kind": "small_business"} | more


def _book() -> dict[str, list[dict[str, Any]]]:
    loans: list[dict[str, Any]] = []
    dues: list[dict[str, Any]] = []
    customers: list[dict[str, Any]] = []
    contracts: list[dict[str, Any]] = []

    def lend(name: str, *due_on: str, kind: str = "working_capital", **more: Any) -> None:
        loans.append(
            {"loan_id": name, "amount": "50000.00", "currency": "INR", "disbursed_on": "2019-01-03"} | more
        )
        owner = loans[-1].setdefault("customer_id", f"C-{name}")
        contracts.append(
            {
                "contract_id": f"K-{name}",
                "customer_id": owner,
                "contract_type": kind,
                "guarantee_mode": "credit",
            }
        )
        dues.extend(unpaid(name, day) for day in due_on)

    for days in LADDER:
        lend(f"{days} days", ago(days))
    for due_on in AGES:
        lend(due_on, due_on)
    for name, (industry, due_on, _, _) in CROPS.items():
        lend(name, due_on, kind="farmer_business")
        customers.append(_customer(name, kind="farmer", industry_id=industry))
    lend("bad of two", ago(91), customer_id="C-two")
    lend("good of two", ago(-30), customer_id="C-two")
    for days in (30, 31, 61, 91):
        lend(f"beyond for {days} days", ago(-30))
        contracts[-1] |= {"is_revolving": True, "limit_amount": "40000.00"}
    lend("upgraded", ago(91), ago(6))
    lend("large", ago(5), amount="50000000.00")
    lend("fraud", ago(-30))
    lend("restructured", ago(-30))
    lend("restructured a year ago", ago(-30))
    return {
        "loan": loans,
        "due": dues,
        "customer": customers,
        "contract": contracts,
        "payment": [paid("upgraded", "2024-07-01"), paid("upgraded", "2024-07-03")],
        "position": [
            {"loan_id": f"beyond for {days} days", "on_date": ago(back), "balance": "45000.00"}
            for days in (30, 31, 61, 91)
            # Records every 30 days at most, the first so that the day is the last of so many.
            for back in sorted({days - 1, *range(0, days - 1, 30)})
        ],
        "event": [
            {
                "event_id": "E1",
                "subject_kind": "customer",
                "subject_id": "C-fraud",
                "kind": "fraud_confirmed",
                "occurred_on": "2024-06-27",
            }
        ],
        "restructuring": [
            # The first due date after is a year before the day and a day later: eleven months; and a year.
            {
                "loan_id": "restructured",
                "changed_on": "2023-05-01",
                "kind": "schedule",
                "difficulty_proven": True,
                "first_due_after_on": "2023-06-28",
            },
            {
                "loan_id": "restructured a year ago",
                "changed_on": "2023-05-01",
                "kind": "schedule",
                "difficulty_proven": True,
                "first_due_after_on": "2023-06-27",
            },
        ],
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("in_rbi")
    book = tiny_book(folder / "book", **_book())
    with open_engine(threads=1, scratch=folder / "reader") as engine:
        made = Runs(engine, book, folder / "store", "in_rbi")
        for day in (DAY, LATER, CLEARED):
            made.run(day)
        yield made


def test_the_ladder_goes_by_days_at_the_end_of_the_day(runs: Runs) -> None:
    found = runs.classes(DAY)
    assert {days: found[f"{days} days"] for days in LADDER} == LADDER


def test_doubtful_goes_by_months_as_a_non_performing_asset(runs: Runs) -> None:
    found = runs.classes(DAY)
    assert {day: found[day] for day in AGES} == AGES


def test_crop_loans_go_by_whole_seasons_and_are_no_special_mention(runs: Runs) -> None:
    classes, counts = runs.classes(DAY), runs.facts(DAY, "crop_seasons_overdue_count")
    expected = {name: (level, seasons) for name, (_, _, level, seasons) in CROPS.items()}
    assert {name: (classes[name], counts[name][0]) for name in CROPS} == expected


def test_every_facility_of_a_borrower_is_non_performing_with_the_worst(runs: Runs) -> None:
    rows = {row["loan_id"]: row for row in runs.rows(DAY, "loan_state")}
    good = rows["good of two"]
    assert (good["class_matrix"], good["class_final"]) == ("STD", "SUB")
    assert json.loads(good["floor_rule_ids"]) == ["NPAB"]


def test_a_running_account_goes_by_days_beyond_its_limit(runs: Runs) -> None:
    found = runs.classes(DAY)
    expected = {30: "STD", 31: "SMA1", 61: "SMA2", 91: "SUB"}
    assert {days: found[f"beyond for {days} days"] for days in expected} == expected


def test_only_all_arrears_paid_bring_an_upgrade(runs: Runs) -> None:
    # 91 days past due; then the old instalment is paid and one of 22 June is 10 days old; then that is paid.
    assert [runs.classes(day)["upgraded"] for day in (DAY, LATER, CLEARED)] == ["SUB", "SUB", "STD"]
    (later,) = [row for row in runs.rows(LATER, "loan_state") if row["loan_id"] == "upgraded"]
    assert (later["days_past_due"], json.loads(later["floor_rule_ids"])) == (10, ["NPA6", "NPAB"])


def test_restructured_is_sub_standard_for_a_year_of_performance(runs: Runs) -> None:
    found = runs.classes(DAY)
    assert (found["restructured"], found["restructured a year ago"]) == ("SUB", "STD")


def test_a_fraud_is_reported_in_seven_days_and_forbids_restructuring(runs: Runs) -> None:
    due = runs.due(DAY, "C-fraud") | runs.due(DAY, "fraud")
    assert due["M53"] == date(2024, 7, 5)
    assert "M30" not in due
    # Elsewhere red offers it: an option, without a deadline.
    assert runs.due(DAY, "91 days")["M30"] is None


def test_defaults_of_five_crore_are_reported_each_week_and_reviewed_in_thirty_days(runs: Runs) -> None:
    # Past due since 23 June 2024: review by 23 July, resolution plan by 19 January 2025 (210 days).
    due = runs.due(DAY, "C-large")
    assert {code: due.get(code) for code in ("IN01", "IN02", "IN03")} == {
        "IN01": date(2024, 7, 5),
        "IN02": date(2024, 7, 23),
        "IN03": date(2025, 1, 19),
    }
    assert not {"IN01", "IN02", "IN03"} & runs.due(DAY, "C-30 days").keys()


def test_saturdays_are_worked_but_for_the_second_and_fourth(runs: Runs) -> None:
    # From Friday 28 June 2024: Saturday 29 June is the fifth and worked, so 29 June and 1 to 4 July are five.
    assert runs.due(DAY, "C-91 days")["M07"] == date(2024, 7, 4)

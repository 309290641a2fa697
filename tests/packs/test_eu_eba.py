"""The pack of the Union on one small book; what is expected is worked out beside the rows it follows from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from postloan.engine import open_engine
from tests.books import tiny_book
from tests.packs.made_runs import DAY, Runs, ago, paid, unpaid

AFTER, NEARLY, CURED = date(2024, 7, 2), date(2024, 9, 27), date(2024, 9, 28)

# Loans of 10,000: arrears count above 100 and above 1 %, which is 100 as well, for retail; above 500 and
# above 1 % of all that the obligor owes for others. Something due 91 days ago is past due for 91 days.
MATERIAL = {
    "at both limits": ([(91, "100.00")], "P2", 0),
    "a cent above": ([(91, "100.01")], "N1", 91),
    "a cent above, a day less": ([(90, "100.01")], "P2", 90),
    # 50 since long ago; 110 together from the day after the second due date, 28 days ago, on.
    "material of late": ([(149, "50.00"), (28, "60.00")], "P2", 28),
    "not past due": ([(0, "1000.00")], "P1", 0),
    "30 days": ([(30, "1000.00")], "P1", 30),
    "31 days": ([(31, "1000.00")], "P2", 31),
}


def _book() -> dict[str, list[dict[str, Any]]]:
    loans: list[dict[str, Any]] = []
    dues: list[dict[str, Any]] = []
    customers: dict[str, dict[str, Any]] = {}
    contracts: list[dict[str, Any]] = []

    def lend(name: str, *arrears: tuple[int, str], kind: str = "individual", **more: Any) -> None:
        loan = {"loan_id": name, "amount": "10000.00", "currency": "EUR", "disbursed_on": "2019-01-03"} | more
        owner = loan.setdefault("customer_id", f"C-{name}")
        loans.append(loan)
        customers[owner] = {"customer_id": owner, "kind": kind}
        contracts.append(
            {
                "contract_id": f"K-{name}",
                "customer_id": owner,
                "contract_type": "personal_consumption",
                "guarantee_mode": "credit",
            }
        )
        # Whatever else is agreed falls due later.
        dues.extend(unpaid(name, ago(days), amount) for days, amount in (*arrears, (-400, "1.00")))

    for name, (arrears, _, _) in MATERIAL.items():
        lend(name, *arrears)
    # 300 each: together 600, above 500 and above 1 % of 30,000; and the third claim on that obligor.
    for name in ("first of the firm", "second of the firm"):
        lend(name, (91, "300.00"), kind="corporate", customer_id="C-firm")
    lend("third of the firm", kind="corporate", customer_id="C-firm")
    lend("alone", (91, "500.00"), kind="corporate")  # not above 500
    # Retail goes by facility: the other loan of the person performs, up to a fifth of all in arrears.
    for name, amount in (("two", "2000.00"), ("pulled", "2000.02")):
        lend(f"bad of {name}", (91, "1000.00"), customer_id=f"C-{name}", amount=amount)
        lend(f"good of {name}", customer_id=f"C-{name}", amount="8000.00")
    lend("bad, 90 days", (90, "1000.00"), customer_id="C-nearly")
    lend("good, 90 days", customer_id="C-nearly")
    # A small business is retail up to a million.
    lend("small", (91, "150.00"), kind="small_business")
    lend("no longer small", (91, "150.00"), kind="small_business", amount="1000000.01")
    lend("forborne 23 months", disbursed_on="2020-01-03")
    lend("forborne 24 months", disbursed_on="2020-01-03")
    lend("cured", (91, "1000.00"))
    lend("cured and forborne", (91, "1000.00"))
    lend("covenant", kind="corporate")
    lend("paused", (200, "200.00"), (50, "200.00"))
    lend("partly paid", (95, "150.00"))
    lend("by record")
    lend("by record, at the limit")
    lend("stage 3")
    lend("impaired", kind="corporate", customer_id="C-impaired")
    lend("beside the impaired", kind="corporate", customer_id="C-impaired")
    return {
        "loan": loans,
        "due": dues,
        "customer": list(customers.values()),
        "contract": contracts,
        "payment": [
            paid("cured", "2024-06-30"),
            paid("cured and forborne", "2024-06-30"),
            paid("paused", ago(100), "200.00"),
            paid("partly paid", ago(80), "60.00"),
        ],
        "position": [
            {
                "loan_id": name,
                "on_date": ago(0),
                "balance": "10000.00",
                "overdue_principal": overdue,
                "days_past_due": 95,
            }
            for name, overdue in (("by record", "100.01"), ("by record, at the limit", "100.00"))
        ],
        "impairment": [
            {"loan_id": name, "on_date": ago(3), "stage": 3, "ecl": "10.00", "book_value": "10000.00"}
            for name in ("stage 3", "impaired")
        ],
        "restructuring": [
            # The day before is 27 June 2024: 24 months from 27 June 2022 on, 23 from the next day.
            {"loan_id": name, "changed_on": on, "kind": "schedule", "difficulty_proven": True}
            for name, on in (
                ("forborne 23 months", "2022-06-28"),
                ("forborne 24 months", "2022-06-27"),
                ("cured and forborne", "2024-01-15"),
            )
        ],
        "event": [
            {
                "event_id": "E1",
                "subject_kind": "customer",
                "subject_id": "C-covenant",
                "kind": "covenant_breached",
                "occurred_on": "2024-06-20",
            }
        ],
    }


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("eu_eba")
    book = tiny_book(folder / "book", **_book())
    with open_engine(threads=1, scratch=folder / "reader") as engine:
        made = Runs(engine, book, folder / "store", "eu_eba")
        for day in (DAY, AFTER, NEARLY, CURED):
            made.run(day)
        yield made


def test_default_counts_days_of_material_arrears(runs: Runs) -> None:
    classes, days = runs.classes(DAY), runs.facts(DAY, "material_dpd_days")
    expected = {name: (level, count) for name, (_, level, count) in MATERIAL.items()}
    assert {name: (classes[name], days[name][0]) for name in MATERIAL} == expected


def test_days_begin_anew_after_a_pause_and_follow_the_bank_s_record_where_it_stands(runs: Runs) -> None:
    found, classes = runs.facts(DAY, "material_dpd_days", "days_since_material_days"), runs.classes(DAY)
    # Paid in full 100 days ago, and again past due since a due date 50 days ago.
    assert found["paused"] == (50, 0)
    # 150 became 90 by a payment 80 days ago, so the day before was the last above 100.
    assert found["partly paid"] == (0, 81)
    assert (found["by record"], classes["by record"]) == ((95, 0), "N1")
    assert (found["by record, at the limit"][0], classes["by record, at the limit"]) == (0, "P2")


def test_default_is_that_of_the_obligor_but_for_retail(runs: Runs) -> None:
    found = runs.classes(DAY)
    firm = ("first of the firm", "second of the firm", "third of the firm")
    assert [found[name] for name in firm] == ["N1", "N1", "N1"]
    # The other loan of the person performs; the red warning of the person has it watched like stage 2.
    assert (found["bad of two"], found["good of two"]) == ("N1", "P2")
    assert (found["bad of pulled"], found["good of pulled"]) == ("N1", "N1")
    assert (found["bad, 90 days"], found["good, 90 days"]) == ("P2", "P2")
    rows = {row["loan_id"]: row for row in runs.rows(DAY, "loan_state")}
    assert json.loads(rows["good of pulled"]["floor_rule_ids"]) == ["NPP"]
    # What is past due counts by obligor too, so the third claim has all three floors; one beside a claim that
    # is impaired has the obligor's alone, and is watched for the red warning.
    assert json.loads(rows["third of the firm"]["floor_rule_ids"]) == ["NP1", "NPO", "NPP"]
    beside = rows["beside the impaired"]
    assert (beside["class_matrix"], beside["class_final"]) == ("P2", "N1")
    assert json.loads(beside["floor_rule_ids"]) == ["NPO"]


def test_limits_are_those_of_the_kind_of_borrower(runs: Runs) -> None:
    # 150 is above 100 and 1 % of 10,000; of a million and a cent 150 is above neither 500 nor 1 %.
    found, retail = runs.classes(DAY), runs.facts(DAY, "is_retail_exposure")
    names = ("small", "no longer small", "alone")
    assert [(found[name], retail[name][0]) for name in names] == [("N1", True), ("P2", False), ("P2", False)]


def test_a_cure_takes_three_months_after_the_arrears_end(runs: Runs) -> None:
    # Paid on 30 June, so 29 June is the last day of arrears: 90 days before 27 September, 91 before the 28th.
    days = (DAY, AFTER, NEARLY, CURED)
    assert [runs.classes(day)["cured"] for day in days] == ["N1", "N1", "N1", "P1"]
    assert [runs.facts(day, "days_since_material_days")["cured"][0] for day in days] == [0, 3, 90, 91]


def test_forborne_in_default_stays_a_year_and_forborne_performing_two(runs: Runs) -> None:
    found = runs.classes(DAY)
    assert (found["forborne 23 months"], found["forborne 24 months"]) == ("PF", "P1")
    assert runs.classes(CURED)["cured and forborne"] == "N1"


def test_credit_impaired_is_in_default(runs: Runs) -> None:
    (row,) = [row for row in runs.rows(DAY, "loan_state") if row["loan_id"] == "stage 3"]
    assert (row["class_final"], row["five_level"]) == ("N1", "substandard")
    assert json.loads(row["floor_rule_ids"]) == ["NP2"]


def test_a_trigger_leads_to_a_closer_look_the_watch_list_and_a_decision_on_the_covenant(runs: Runs) -> None:
    # Orange since Friday 28 June 2024: ten working days end on 12 July, fifteen on 19 July.
    due = runs.due(DAY, "C-covenant")
    expected = {"M07": date(2024, 7, 12), "M34": date(2024, 7, 12), "EU03": date(2024, 7, 19)}
    assert {code: due.get(code) for code in expected} == expected


def test_unlikeliness_to_pay_is_assessed_before_the_ninetieth_day(runs: Runs) -> None:
    # 90 days past due since 30 March 2024: the eightieth day has passed, so it is due today.
    due = runs.due(DAY, "C-a cent above, a day less")
    assert due["EU01"] == DAY

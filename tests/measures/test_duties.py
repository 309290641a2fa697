"""Duties, options and blocks of one day, worked out by hand; all loans stand in one book, decided once.

The day is Friday 28 June 2024: one working day later is 1 July, three 3 July, five 5 July, ten 12 July.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from postloan.engine import Engine
from postloan.measures import rules
from tests.classification.made import DAY, policy_on
from tests.measures.made import by_code, measures, prior_of

Row = Mapping[str, Any]
OLD = date(2022, 1, 4)
NEXT, THREE, FIVE, TEN = date(2024, 7, 1), date(2024, 7, 3), date(2024, 7, 5), date(2024, 7, 12)

LOANS: list[dict[str, Any]] = [
    # D2e
    {"id": "R017", "amount_band": "A3", "level": "04", "days_to_maturity_days": 20},
    {
        "id": "R031",
        "on_off": "off_ba",
        "matures_on": FIVE,
        "days_to_maturity_days": 7,
        "bill_funded_share": Decimal("0.5"),
    },
    {
        "id": "R044",
        "contract_type": "farmer_micro",
        "amount_band": "A1",
        "suit_status": "judged",
        "level": "08",
        "judgment_due_on": date(2024, 6, 10),
    },
    {"id": "R052", "contract_type": "farmer_micro", "amount_band": "A2", "level": "02"},
    {"id": "R060", "dpd_days": 10, "level": "04"},
    # M41 and what a class asks for
    *(
        {"id": f"{band}-{days}", "amount_band": band, "dpd_days": days, "level": "04"}
        for band, edge in (("A3", 90), ("A4", 60))
        for days in (edge - 1, edge, edge + 1)
    ),
    {"id": "SM2", "level": "05", "dpd_days": 70},
    {"id": "SUB", "level": "06", "dpd_days": 100, "amount_band": "A5"},
    {"id": "LOSS-179", "level": "10", "suit_status": "terminated"},
    {"id": "LOSS-180", "level": "10", "suit_status": "terminated"},
    # maturity, security, contract type, suit
    {"id": "due30", "days_to_maturity_days": 30, "matures_on": DAY + timedelta(days=30)},
    {"id": "due5", "days_to_maturity_days": 5, "matures_on": DAY + timedelta(days=5)},
    {"id": "secured"},
    {"id": "sued", "suit_status": "sued", "level": "04", "amount_band": "A4"},
    {"id": "consumer", "contract_type": "personal_consumption", "level": "03", "amount_band": "A5"},
    {"id": "bankrupt", "suit_status": "bankruptcy", "dpd_days": 40, "claim_deadline_left_days": 40},
    # a customer whose second loan became non-performing after the first was evaluated, and one that is done
    {"id": "old", "customer_id": "Ctwice", "level": "06", "non_performing_since_on": date(2024, 5, 6)},
    {"id": "twice", "level": "06", "non_performing_since_on": date(2024, 6, 20)},
    {"id": "done", "level": "06", "non_performing_since_on": date(2024, 6, 3)},
    # off the balance sheet
    {
        "id": "advance",
        "on_off": "off_lg",
        "advance_days": 3,
        "advance_amt": 1,
        "guarantee_claimed_count_365d": 1,
    },
    {"id": "advance-today", "on_off": "off_ba", "advance_days": 0, "advance_amt": 1},
    {"id": "no-advance", "on_off": "off_ba", "advance_days": 0, "advance_amt": 0},
    {"id": "credit", "on_off": "off_lc", "lc_discrepancy_open_days": 2},
    # approvers
    *({"id": f"use-{band}", "amount_band": band} for band in ("A3", "A4", None)),
]
COLOURS = {"R017": "orange", "R031": "orange", "R052": "orange", "R060": "red"}


def _signal(code: str, customer: str) -> dict[str, Any]:
    row = {"as_of": DAY, "subject_kind": "customer", "subject_id": customer, "customer_id": customer}
    return {**row, "code": code, "state": "fired", "severity": "orange", "opened_on": DAY}


def _done(code: str, loan: str, days: int) -> dict[str, Any]:
    on = DAY - timedelta(days=days)
    return {"measure_id": f"{code} {loan}", "measure_code": code, "loan_id": loan, "done_on": on}


@pytest.fixture(scope="module")
def due(engine: Engine) -> dict[str, dict[str, Row]]:
    """Give the measures about each loan or its customer, by loan and code."""
    rows = measures(
        engine,
        LOANS,
        warnings=[{"customer_id": f"C{key}", "colour": colour} for key, colour in COLOURS.items()],
        customers=[
            {"id": "CR044", "kind": "farmer"},
            {"id": "CR017", "is_small_micro": True},
            {"id": "CR060", "kind": "individual"},
        ],
        signals=[
            _signal("OBS01", "CR031"),
            _signal("AGR01", "CR052"),
            _signal("AGR07", "CR052"),
            _signal("FRD13", "CR060"),
            *(_signal("FRD01", f"Cuse-{band}") for band in ("A3", "A4", None)),
        ],
        collaterals=[
            {
                "id": "house",
                "contract_id": "Ksecured",
                "days_since_valued_days": 350,
                "is_insurance_required": True,
                "insurance_lapsed_days": -40,
                "registration_left_days": 70,
                "unregistered_days": 0,
                "ltv_excess": Decimal("0.05"),
            },
            {
                "id": "shed",
                "contract_id": "Ksecured",
                "days_since_valued_days": 10,
                "insurance_lapsed_days": 9,
            },
        ],
        book={
            "verdict": [
                {
                    "subject_kind": "customer",
                    "subject_id": "CR060",
                    "code": "FRD13",
                    "decided_on": DAY,
                    "result": "real",
                }
            ],
            "measure_done": [
                _done("M50", "LOSS-179", 179),
                _done("M50", "LOSS-180", 180),
                *(_done(code, "old", 18) for code in ("M05", "M52")),
                _done("M52", "done", 25),
            ],
        },
    )
    found: dict[str, dict[str, Row]] = {loan["id"]: {} for loan in LOANS}
    for row in rows:
        loan = row["loan_id"] or row["customer_id"][1:]
        assert row["measure_code"] not in found[loan], row["measure_id"]
        found[loan][row["measure_code"]] = row
    return found


def _days(rows: Mapping[str, Row], *codes: str) -> dict[str, date | None]:
    return {code: rows[code]["due_on"] for code in codes}


def _blocked(row: Row) -> set[tuple[str, str, bool]]:
    return {(one["measure"], one["rule_id"], one["asked"]) for one in json.loads(row["because"])["blocked"]}


def test_r_017_orange_on_working_capital(due: Any) -> None:
    rows = due["R017"]
    assert _days(rows, "M07", "M34", "M16", "M10", "M13", "M14") == {
        "M07": FIVE, "M34": THREE, "M16": NEXT, "M10": TEN, "M13": TEN, "M14": None
    }  # fmt: skip
    assert {rows[code]["choice_group"] for code in ("M13", "M14")} == {"M13_or_M14"}
    assert rows["M34"]["nature"] == "duty"  # an option at class 04, a must under orange
    # A small business near maturity might renew without repayment, but for the warning.
    assert "M29" not in rows
    assert ("M29", "D2b.orange.inspect", False) in _blocked(rows["M07"])  # class 04 asks for none
    assert json.loads(rows["M10"]["rule_ids"]) == ["R-017.value"]


def test_r_031_a_bill_close_to_maturity(due: Any) -> None:
    rows = due["R031"]
    assert _days(rows, "M54", "M16", "M15") == {"M54": DAY, "M16": DAY, "M15": NEXT}
    assert json.loads(rows["M16"]["because"])["facts"]["warned"] == ["signal.OBS01"]


def test_r_044_a_small_farmer_after_judgment(due: Any) -> None:
    rows = due["R044"]
    assert _days(rows, "M43", "M44") == {"M43": date(2024, 7, 10), "M44": date(2024, 7, 28)}
    assert json.loads(rows["M44"]["blocks"]) == ["M28", "M30"]
    assert not {"M28", "M30", "M05"} & rows.keys()  # no inspection beside the suit's tasks
    # The suit's own cycle of 90 days asks too; the strictest counts.
    assert json.loads(rows["M44"]["rule_ids"]) == ["M44.suit", "R-044.follow"]


def test_r_052_disaster_before_anything_is_due(due: Any) -> None:
    rows = due["R052"]
    assert {code: rows[code]["nature"] for code in ("M31", "M32")} == {"M31": "option", "M32": "option"}
    assert _days(rows, "M31", "M32", "M07") == {"M31": None, "M32": None, "M07": FIVE}
    assert json.loads(rows["M31"]["rule_ids"]) == ["M31.claim", "M31.disaster"]


def test_r_060_fraud_confirmed(due: Any) -> None:
    rows = due["R060"]
    assert _days(rows, "M16", "M18", "M53", "M21") == {"M16": DAY, "M18": DAY, "M53": FIVE, "M21": None}
    assert not {"M27", "M28", "M29", "M30"} & rows.keys()
    told = _blocked(rows["M16"])
    # A plan (10 days past due) and restructuring (class 04, red) are asked for, and lose.
    assert {("M27", "R-060.freeze", True), ("M28", "R-060.freeze", False)} <= told
    assert {("M30", "R-060.freeze", True), ("M30", "M18.fraud", True)} <= told
    assert rows["M26"]["nature"] == "guard"
    assert rows["M26"]["due_on"] is None


def test_suing_before_at_and_after_its_day(due: Any) -> None:
    listed = {key for key, rows in due.items() if "M41" in rows and key[:2] in ("A3", "A4")}
    assert listed == {"A3-90", "A3-91", "A4-60", "A4-61"}
    assert {due[key]["M41"]["due_on"] for key in listed} == {DAY}  # due on the day on which it opens
    assert due["SM2"]["M41"]["due_on"] == DAY + timedelta(days=20)  # the clock is set at class 05
    assert due["SM2"]["M41"]["approver_role"] == "asset_preservation"
    assert due["SUB"]["M41"]["approver_role"] == "risk_committee"


def test_what_a_class_asks_for(due: Any) -> None:
    assert due["A3-89"]["M34"]["nature"] == "option"
    assert _days(due["SM2"], "M34") == {"M34": THREE}
    assert _days(due["SUB"], "M52", "M38", "M05", "M49") == {
        "M52": date(2024, 7, 28), "M38": FIVE, "M05": TEN, "M49": None
    }  # fmt: skip
    assert "M50" not in due["LOSS-179"]
    assert due["LOSS-180"]["M50"]["nature"] == "option"
    assert due["LOSS-179"]["M45"]["due_on"] == DAY + timedelta(days=180)


def test_a_customer_is_evaluated_once_for_each_entry(due: Any) -> None:
    """Loans that become non-performing together are one case; a later one is another (D2d, M52)."""
    assert _days(due["twice"], "M52", "M05") == {"M52": date(2024, 7, 20), "M05": date(2024, 7, 4)}
    assert due["twice"]["M52"]["loan_id"] is None
    assert "M52" not in due["old"]
    assert "M52" not in due["done"]  # on the day of the entry
    assert due["done"]["M05"]["due_on"] == DAY  # the plan was due on 18 June


def test_who_approves_follows_what_is_found(due: Any) -> None:
    """D1: M08 the branch head if the funds are not ready at T-7, M02 the credit department under fraud."""
    assert due["due30"]["M08"]["approver_role"] is None
    assert due["due5"]["M08"]["approver_role"] == "branch_head"
    assert due["use-A3"]["M02"]["approver_role"] == "credit_department"


def test_maturity_and_security(due: Any) -> None:
    assert due["due30"]["M08"]["due_on"] == DAY
    assert due["due5"]["M08"]["due_on"] == DAY
    assert json.loads(due["due5"]["M08"]["rule_ids"]) == ["M08.funds", "M08.last", "M08.unready"]
    rows = due["secured"]
    # Valued on 14 July 2023; insured up to 7 August; registered up to 6 September.
    assert _days(rows, "M10", "M11", "M12", "M13") == {
        "M10": date(2024, 7, 13), "M11": date(2024, 7, 8), "M12": date(2024, 7, 8), "M13": TEN
    }  # fmt: skip


def test_suit_and_contract_type_take_inspections_away(due: Any) -> None:
    assert due["sued"].keys() & {"M04", "M06", "M44"} == {"M44"}
    assert due["sued"]["M44"]["due_on"] == date(2024, 9, 26)  # 90 days
    assert due["consumer"].keys() & {"M03", "M06"} == {"M06"}
    rows = due["bankrupt"]
    assert rows["M46"]["due_on"] == DAY + timedelta(days=20)  # sooner than 10 days before the deadline
    assert "M20" not in rows
    assert ("M20", "M46.deadline", True) in _blocked(rows["M46"])


def test_off_the_balance_sheet(due: Any) -> None:
    assert _days(due["advance"], "M55", "M56") == {"M55": DAY, "M56": FIVE}
    assert json.loads(due["advance"]["M55"]["because"])["base_on"] == "2024-06-25"
    assert _days(due["advance-today"], "M55") == {"M55": DAY}  # collected on the day of the advance itself
    assert "M55" not in due["no-advance"]
    assert due["credit"]["M57"]["due_on"] == FIVE


def test_the_approver_follows_the_amount(due: Any) -> None:
    found = {band: due[f"use-{band}"]["M21"]["approver_role"] for band in ("A3", "A4", None)}
    assert found == {"A3": "branch_head", "A4": "risk_committee", None: "risk_committee"}
    assert due["use-A3"]["M21"]["choice_group"] == "M21_or_M30"


def test_a_changed_class_waits_for_its_provision(engine: Engine) -> None:
    loans = [{"id": key, "level": "04", "previous": previous} for key, previous in (("a", "03"), ("b", "04"))]
    first = measures(engine, loans, customers=())
    (row,) = [row for row in first if row["measure_code"] == "M51"]
    assert (row["loan_id"], row["due_on"]) == ("a", date(2024, 6, 30))
    quiet = [{**loan, "previous": "04"} for loan in loans]
    day = DAY + timedelta(days=1)
    done = [{"measure_id": "x", "measure_code": "M22", "loan_id": "b", "done_on": day}]
    book = {"measure_done": done}
    second = measures(engine, quiet, on=day, first=DAY, prior=prior_of(engine, first, DAY, DAY), book=book)
    (again,) = [row for row in second if row["measure_code"] == "M51"]
    assert (again["measure_id"], again["due_on"]) == (row["measure_id"], row["due_on"])
    book["measure_done"].append(
        {"measure_id": row["measure_id"], "measure_code": "M51", "loan_id": "a", "done_on": day}
    )
    last = measures(engine, quiet, on=day, first=DAY, prior=prior_of(engine, second, DAY, DAY), book=book)
    assert "M51" not in {row["measure_code"] for row in last}
    assert by_code([row for row in last if row["customer_id"] == "Ca"])["M34"]["nature"] == "option"


def test_every_measure_of_the_catalogue_is_asked_for_by_a_table() -> None:
    policy = policy_on(DAY)
    assert rules.read(policy, DAY).asked() == {f"M{n:02}" for n in range(1, 59)} == set(policy.measures)

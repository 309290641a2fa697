"""The sample rows of the catalogue (D2e) through a whole run, from rows of a book to what is due.

The day is Friday 28 June 2024, the first run of the store: one working day later is 1 July, three 3 July,
five 5 July, ten 12 July.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from postloan.cli.duty_lines import DutyLines
from postloan.cli.packs import Names
from postloan.cli.words import Words
from postloan.engine import open_engine
from postloan.policy import pack
from postloan.run.daily import run_day
from postloan.run.duties import blocked_of, measures_of
from postloan.run.reading import Results, last_run, results_of
from tests.books import tiny_book

DAY = date(2024, 6, 28)
NEXT, THREE, FIVE, TEN = date(2024, 7, 1), date(2024, 7, 3), date(2024, 7, 5), date(2024, 7, 12)


def _contract(loan: str, **more: str) -> dict[str, Any]:
    row = {"contract_id": f"K-{loan}", "customer_id": f"C-{loan}", "limit_amount": "1000000.00"}
    return {**row, "expires_on": "2026-01-02", **more}


BOOK: dict[str, list[dict[str, Any]]] = {
    "customer": [
        {"customer_id": "C-R017", "kind": "corporate"},
        {"customer_id": "C-R031", "kind": "corporate"},
        {"customer_id": "C-R044", "kind": "farmer"},
        {"customer_id": "C-R052", "kind": "farmer"},
        {"customer_id": "C-R060", "kind": "individual"},
    ],
    "contract": [
        _contract("R017", contract_type="working_capital", guarantee_mode="mortgage"),
        _contract("R031", contract_type="trade_finance", guarantee_mode="guarantor"),
        _contract("R044", contract_type="farmer_micro"),
        _contract("R052", contract_type="farmer_micro"),
        _contract("R060", contract_type="personal_business", guarantee_mode="mortgage"),
    ],
    "loan": [
        {"loan_id": "R017", "amount": "1000000.00"},
        {
            "loan_id": "R031",
            "amount": "1000000.00",
            "exposure_kind": "acceptance",
            "matures_on": "2024-07-05",
        },
        {"loan_id": "R044", "amount": "50000.00"},
        {"loan_id": "R052", "amount": "300000.00"},
        {"loan_id": "R060", "amount": "200000.00"},
    ],
    "due": [
        {"loan_id": "R017", "due_on": "2024-05-19", "principal": "10000.00"},  # 40 days
        {"loan_id": "R044", "due_on": "2023-09-02", "principal": "50000.00"},  # 300 days
        {"loan_id": "R052", "due_on": "2024-12-01", "principal": "10000.00"},
        {"loan_id": "R060", "due_on": "2024-06-18", "principal": "10000.00"},  # 10 days
    ],
    "margin": [
        {"loan_id": "R031", "on_date": "2024-01-05", "required": "500000.00", "deposited": "500000.00"}
    ],
    "account": [{"account_id": "A1", "customer_id": "C-R031"}],
    "entry": [
        {
            "entry_id": "E1",
            "account_id": "A1",
            "booked_on": "2024-06-03",
            "amount": "100.00",
            "balance_after": "100.00",
        }
    ],
    "proceeding": [
        {
            "proceeding_id": "P1",
            "customer_id": "C-R044",
            "our_role": "creditor",
            "role": "defendant",
            "kind": "loan",
            "stage": "judged",
            "filed_on": "2023-11-01",
            "stage_on": "2024-05-20",
            "effective_on": "2024-06-10",
        }
    ],
    "event": [
        {
            "event_id": "V1",
            "subject_kind": "customer",
            "subject_id": "C-R052",
            "kind": "insurance_claim",
            "occurred_on": "2024-06-20",
            "value": "90000",
        },
        {
            "event_id": "V2",
            "subject_kind": "customer",
            "subject_id": "C-R060",
            "kind": "fraud_confirmed",
            "occurred_on": "2024-06-20",
        },
    ],
}


def _pack(folder: Path) -> Path:
    """Give the shipped pack with AGR07 switched on."""
    entry = dict(pack.load("cn_rural").versions["signal"]["AGR07"][-1].raw)
    entry |= {"enabled": True, "overrides": "switched on"}
    (folder / "signals").mkdir(parents=True)
    (folder / "pack.yaml").write_text("{id: agr, extends: cn_rural, currency: CNY}", encoding="utf-8")
    text = yaml.safe_dump(entry, allow_unicode=True, sort_keys=False)
    (folder / "signals" / "agriculture.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    folder = tmp_path_factory.mktemp("d2e")
    run_day(tiny_book(folder / "book", **BOOK), DAY, folder / "store", _pack(folder / "agr"), threads=1)
    with open_engine(threads=1, scratch=folder / "reader") as engine:
        yield results_of(engine, folder / "store", last_run(engine, folder / "store"))


def _of(found: Results, loan: str) -> dict[str, Mapping[str, Any]]:
    rows = found.rows("measure_due", "customer_id", [f"C-{loan}"])
    assert len({row["measure_code"] for row in rows}) == len(rows)
    return {row["measure_code"]: row for row in rows}


def _due(rows: Mapping[str, Mapping[str, Any]], *codes: str) -> dict[str, date | None]:
    return {code: rows[code]["due_on"] for code in codes}


def test_r_017_orange_on_working_capital(found: Results) -> None:
    rows = _of(found, "R017")
    assert _due(rows, "M07", "M34", "M16", "M10", "M13", "M14") == {
        "M07": FIVE, "M34": THREE, "M16": NEXT, "M10": TEN, "M13": TEN, "M14": None
    }  # fmt: skip
    # 40 days past due since 19 May; sued 90 days after it.
    assert _due(rows, "M41") == {"M41": date(2024, 8, 17)}


def test_r_031_a_bill_a_week_before_maturity_half_funded(found: Results) -> None:
    assert _due(_of(found, "R031"), "M54", "M16", "M15") == {"M54": DAY, "M16": DAY, "M15": NEXT}


def test_r_044_a_small_farmer_after_judgment(found: Results) -> None:
    rows = _of(found, "R044")
    # The judgment took effect on 10 June; 30 days after it, and 30 days after the day.
    assert _due(rows, "M43", "M44") == {"M43": date(2024, 7, 10), "M44": date(2024, 7, 28)}
    assert not {"M28", "M30"} & rows.keys()
    policy = pack.load("cn_rural").as_of(DAY)
    told = measures_of(found, policy, "loan", "R044", "C-R044", "zh")
    asked = {row["measure_code"]: [one["rule_id"] for one in row["asked_by"]] for row in told}
    assert asked["M44"] == ["M44.suit", "R-044.follow"]
    blocked = {one["measure"]: one for one in blocked_of(told, policy, "loan", "R044", "zh")}
    assert blocked.keys() == {"M28", "M29", "M30"}
    assert [one["rule_id"] for one in blocked["M30"]["blocked_by"]] == ["D2b.suit.guarantor", "R-044.follow"]
    assert blocked["M30"]["blocked_by"][1]["label"] == "按合同类型与金额采取的措施"


def test_r_052_an_insured_loss_before_anything_is_due(found: Results) -> None:
    rows = _of(found, "R052")
    assert {code: rows[code]["nature"] for code in ("M31", "M32")} == {"M31": "option", "M32": "option"}
    assert _due(rows, "M31", "M32", "M07") == {"M31": None, "M32": None, "M07": FIVE}


def test_r_060_fraud_confirmed(found: Results) -> None:
    rows = _of(found, "R060")
    assert _due(rows, "M16", "M18", "M53", "M21") == {"M16": DAY, "M18": DAY, "M53": FIVE, "M21": None}
    assert not {"M27", "M28", "M29", "M30"} & rows.keys()
    assert json.loads(rows["M16"]["blocks"]) == ["M27", "M28", "M29", "M30"]
    told = measures_of(found, None, "customer", "C-R060", "C-R060", "en")
    blocked = {one["measure"]: one["asked"] for one in blocked_of(told, None, "customer", "C-R060", "en")}
    # A plan and, at class 04, restructuring were asked for; the others were not.
    assert blocked == {"M27": True, "M28": False, "M29": False, "M30": True}


NINE = [f"N{number}" for number in range(1, 10)]


@pytest.fixture(scope="module")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Results]]:
    """One customer with nine loans of one contract, each 31 to 39 days past due, on two days running."""
    folder = tmp_path_factory.mktemp("nine")
    due = [
        {"loan_id": loan, "due_on": DAY - timedelta(days=30 + number), "principal": "1000.00"}
        for number, loan in enumerate(NINE, start=1)
    ]
    book = tiny_book(
        folder / "book",
        customer=[{"customer_id": "C-NINE", "kind": "corporate"}],
        contract=[
            _contract("NINE", contract_type="working_capital", guarantee_mode="guarantor"),
        ],
        loan=[{"loan_id": loan, "customer_id": "C-NINE", "contract_id": "K-NINE"} for loan in NINE],
        due=due,
    )
    for day in (DAY, NEXT):
        run_day(book, day, folder / "store", threads=1)
    with open_engine(threads=1, scratch=folder / "reader") as engine:
        store = folder / "store"
        yield store, results_of(engine, store, last_run(engine, store))


def test_a_customer_with_nine_loans_has_one_list(nine: tuple[Path, Results]) -> None:
    rows = nine[1].rows("measure_due", "customer_id", ["C-NINE"])
    listed = sorted((row["measure_code"], row["loan_id"] or "") for row in rows)
    assert len(set(listed)) == len(listed)
    ids = [row["measure_id"] for row in rows]
    assert len(set(ids)) == len(ids)
    whole = {row["measure_code"]: row for row in rows if row["level"] == "customer"}
    assert {"M07", "M25", "M34"} <= whole.keys()
    assert all(row["loan_id"] is None for row in whole.values())
    # The joint visit is due 60 days after the first instalment missed, that of N9 on 20 May.
    assert whole["M25"]["due_on"] == date(2024, 7, 19)
    assert sorted(row["loan_id"] for row in rows if row["measure_code"] == "M24") == NINE
    # Three days later each has the id of the day on which it opened.
    assert {row["opened_on"] for row in rows if row["measure_code"] in ("M07", "M24", "M25", "M34")} == {DAY}
    assert f"M07:customer:C-NINE:{DAY}" in ids


def test_the_screen_puts_measures_of_several_loans_together(nine: tuple[Path, Results]) -> None:
    policy = pack.load("cn_rural").as_of(DAY)
    told = measures_of(nine[1], policy, "customer", "C-NINE", "C-NINE", "en")
    screen = DutyLines(Words("en"), Names(policy, "en"), 100, of_customer=True)
    rows = screen.together(told)
    (letter,) = [row for row in rows if row["measure_code"] == "M24"]
    assert sorted(letter["loans"]) == NINE
    assert "9 loans" in next(iter(screen.measure(letter)))
    # Each is sued on a day of its own, so each names its loan.
    sued = [next(iter(screen.measure(row))) for row in rows if row["measure_code"] == "M41"]
    assert sorted(line.partition("loan ")[2][:2] for line in sued) == NINE
    stopped = list(screen.blocked(blocked_of(told, policy, "customer", "C-NINE", "en")))
    assert stopped[0].split("M29", 1)[1].strip() == "Renewal without repayment of principal · 9 loans"
    assert stopped[1].strip().startswith("by D2b.orange.inspect")

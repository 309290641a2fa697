"""The book behind the browser's small bank, so that charts, source rows and timelines are full.

Every customer, loan and contract of `tests.console.bank` stands in the book; customer CA1-1 has everything
that a page can show: two loans and an acceptance, instalments and payments, accounts with two years of
inflows, collateral, guarantors in a circle, proceedings, notices, visits, events and decisions. Instalments
of LA1-1 are unpaid since 27 March, 95 days before the day; LA1-1b is 58 days past due, since 3 May.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.book.opening import open_book
from postloan.book.stamp import write_stamp
from postloan.engine import Field, open_engine
from tests.books import tiny_book
from tests.console import bank

Row = dict[str, Any]

OWN, EPISODE = "CA1-1", "customer:CA1-1:2026-06-01"
SIGNAL = "loan:LA1-1:REP05"
REGIONS = {"R1": "甲镇", "R2": "乙镇"}
INDUSTRIES = {"I1": "谷物种植", "I2": "生猪饲养", "I3": "农产品批发"}
MORE = (
    ("CA1-3", "orange", 4_200_000, 44),
    ("CA1-4", "orange", 9_800_000, 31),
    ("CA1-5", "yellow", 2_500_000, 12),
    ("CA1-6", "yellow", 6_400_000, 0),
    ("CA1-7", "blue", 1_800_000, 3),
    ("CA1-8", None, 3_300_000, 0),
    ("CA2-3", "yellow", 5_100_000, 9),
    ("CB1-3", "blue", 7_700_000, 1),
)
"""Further customers: number, colour, balance of the one loan in cents, days past due."""

HISTORY = (0, 2, 0, 4, 3, 9, 6, 11, 4, 34, 65, 95)
"""Days past due of LA1-1 at the twelve month ends up to the day."""


def customers() -> tuple[str, ...]:
    """Give the numbers of all customers of the bank."""
    plain = (f"C{outlet}-{number}" for outlet in bank.OUTLETS for number in (1, 2))
    return (*plain, *(name for name, *_ in MORE))


def place(customer: str) -> str:
    """Give the outlet of a customer."""
    return customer[1:3]


def region(customer: str) -> str:
    """Give the region of a customer."""
    return "R1" if place(customer) in ("A1", "B1") else "R2"


def industry(customer: str) -> str:
    """Give the industry of a customer."""
    return f"I{int(customer[-1]) % 3 + 1}"


def write(folder: Path) -> Path:
    """Write the book into a folder, past the gate, and give the folder; copies open at once."""
    _tables(folder)
    with open_engine(threads=1, memory="512MiB") as engine:
        passed = open_book(engine, folder, engine.scratch / "book")
    assert not passed.quarantined
    assert {path.parent for paths in passed.paths.values() for path in paths} == {folder}, (
        "all is clean as it is"
    )
    write_stamp(folder, passed, None)
    return folder


def _tables(folder: Path) -> None:
    names = customers()
    tables: dict[str, list[Row]] = dict(
        institution=list(_institutions()),
        staff=list(_staff()),
        region=[{"region_id": key, "name": name, "kind": "township"} for key, name in REGIONS.items()],
        industry=[{"industry_id": key, "name": name} for key, name in INDUSTRIES.items()],
        customer=[
            {
                "customer_id": one,
                "name": f"客户 {one}",
                "kind": "farmer",
                "region_id": region(one),
                "industry_id": industry(one),
                "since": "2019-04-01",
            }
            for one in names
        ],
        contract=[*(_contract(one) for one in names), *_own_contracts()],
        loan=[*(_loan(one) for one in names), *_own_loans()],
        due=[*_dues("LA1-1", 27, "4500.00"), *_dues("LA1-1b", 3, "2600.00")],
        payment=[*_payments("LA1-1", 27, "4500.00", 11), *_payments("LA1-1b", 3, "2600.00", 13)],
        account=[
            {"account_id": f"K-{OWN}", "customer_id": OWN, "kind": "current", "opened_on": "2019-04-01"},
            {"account_id": f"M-{OWN}", "customer_id": OWN, "kind": "margin", "opened_on": "2026-01-08"},
        ],
        entry=list(_entries()),
        guarantee=[
            _guarantee("KA1-1", "CA1-2", "80000.00"),
            _guarantee("KA1-1", "CB1-2", "70000.00"),
            _guarantee("KB1-1", OWN, "60000.00"),
            _guarantee("KA2-1", "CA1-2", "90000.00"),
            _guarantee("KA1-3", "CB1-2", "40000.00"),
        ],
        **_of_own(),
    )
    for name in ("payment", "entry", "guarantee", "notice", "event", "visit"):
        for number, row in enumerate(tables[name]):
            row[f"{name}_id"] = f"{name}-{number:03}"
    tiny_book(folder, **tables)


def _institutions() -> Iterator[Row]:
    yield {"institution_id": "H", "name": "总行", "kind": "head_office"}
    for branch in "AB":
        yield {"institution_id": branch, "name": f"支行 {branch}", "parent_id": "H", "kind": "branch"}
    for outlet in bank.OUTLETS:
        yield {
            "institution_id": outlet,
            "name": f"网点 {outlet}",
            "parent_id": outlet[0],
            "kind": "outlet",
            "region_id": "R1" if outlet in ("A1", "B1") else "R2",
        }


def _staff() -> Iterator[Row]:
    held = [(f"H-{role}", "H", role) for role in bank.AT_HEAD_OFFICE]
    held += [(f"BH{branch}", branch, "branch_head") for branch in "AB"]
    held += [(f"RD{branch}", branch, "risk_department") for branch in "AB"]
    held += [(f"M{outlet}", outlet, "customer_manager") for outlet in bank.OUTLETS]
    for staff_id, place, role in held:
        yield {"staff_id": staff_id, "name": f"员工 {staff_id}", "institution_id": place, "role": role}


def _contract(customer: str) -> Row:
    return {
        "contract_id": f"K{customer[1:]}",
        "customer_id": customer,
        "institution_id": place(customer),
        "manager_id": f"M{place(customer)}",
        "signed_on": "2025-02-20",
        "expires_on": "2027-03-01",
        "limit_amount": "150000.00",
        "guarantee_mode": "guarantor",
        "purpose": "收购粮食",
    }


def _own_contracts() -> list[Row]:
    shared = {**_contract(OWN), "limit_amount": "260000.00", "guarantee_mode": "mortgage"}
    return [
        {**shared, "contract_id": "KA1-1b", "contract_type": "working_capital", "purpose": "购买饲料"},
        {**shared, "contract_id": "KA1-1c", "contract_type": "trade_finance", "purpose": "采购农机"},
    ]


def _loan(customer: str) -> Row:
    return {
        "loan_id": f"L{customer[1:]}",
        "contract_id": f"K{customer[1:]}",
        "customer_id": customer,
        "amount": "150000.00",
        "rate": "0.0585",
        "disbursed_on": "2025-03-01",
        "matures_on": "2027-03-01",
    }


def _own_loans() -> list[Row]:
    return [
        {**_loan(OWN), "loan_id": "LA1-1b", "contract_id": "KA1-1b", "amount": "80000.00"},
        {
            **_loan(OWN),
            "loan_id": "LA1-1c",
            "contract_id": "KA1-1c",
            "exposure_kind": "acceptance",
            "amount": "50000.00",
            "disbursed_on": "2026-01-09",
            "matures_on": "2026-07-09",
        },
    ]


def _months(day: int, count: int) -> list[date]:
    """Give that day of so many months, the first in April 2025."""
    return [date(2025 + (3 + one) // 12, (3 + one) % 12 + 1, day) for one in range(count)]


def _dues(loan: str, day: int, principal: str) -> list[Row]:
    rows = {"loan_id": loan, "principal": principal, "interest": "640.00", "known_on": "2025-03-01"}
    return [{**rows, "due_on": one} for one in _months(day, 24)]


def _payments(loan: str, day: int, principal: str, paid: int) -> list[Row]:
    amount = str(Decimal(principal) + 640)
    return [
        {"loan_id": loan, "paid_on": one + timedelta(days=(number * 5) % 12), "amount": amount}
        for number, one in enumerate(_months(day, paid))
    ]


def _entries() -> Iterator[Row]:
    """Give two years of inflows that halve over the last three months."""
    buyer = {"counterparty_name": "客户 CB1-2", "account_id": f"K-{OWN}"}
    for number in range(24):
        day = date(2024 + (6 + number) // 12, (6 + number) % 12 + 1, 12)
        amount = 52_000 - number * 300 if number < 21 else 21_000
        yield {**buyer, "booked_on": day, "amount": f"{amount}.00", "memo": "粮款"}
        yield {
            **buyer,
            "booked_on": day + timedelta(days=9),
            "amount": f"-{amount - 2_000}.00",
            "kind": "cash",
        }


def _guarantee(contract: str, guarantor: str, amount: str) -> Row:
    return {
        "contract_id": contract,
        "guarantor_customer_id": guarantor,
        "amount": amount,
        "kind": "joint",
        "period_ends_on": "2027-09-01",
    }


def _of_own() -> dict[str, list[Row]]:
    """Give what else is known of CA1-1."""
    return {
        "collateral": [
            {
                "collateral_id": "Z-A1-1",
                "contract_id": "KA1-1b",
                "kind": "house",
                "value": "310000.00",
                "valued_on": "2025-02-10",
                "first_value": "330000.00",
                "prior_claims": "40000.00",
                "registered_on": "2025-02-25",
                "registered_until": "2030-02-25",
                "insurance_required": True,
                "insured_until": "2026-08-31",
                "insured_amount": "300000.00",
            }
        ],
        "proceeding": [
            {
                "proceeding_id": "P-1",
                "customer_id": OWN,
                "loan_id": "LA1-1",
                "our_role": "creditor",
                "kind": "loan",
                "stage": "preservation",
                "filed_on": "2026-06-22",
                "amount": "123456.78",
            },
            {
                "proceeding_id": "P-2",
                "customer_id": OWN,
                "our_role": "none",
                "role": "defendant",
                "kind": "private_lending",
                "stage": "sued",
                "filed_on": "2026-05-18",
                "amount": "90000.00",
            },
        ],
        "notice": [
            {
                "loan_id": "LA1-1",
                "to_customer_id": OWN,
                "kind": "demand",
                "served_on": "2026-05-06",
                "method": "signed",
                "receipt": "CS-2026-0506",
            }
        ],
        "event": [
            _event("illness", "2026-04-18", "village"),
            _event("bad_habit", "2026-05-25", "village"),
            _event("stop_order", "2026-06-11", "registry"),
        ],
        "visit": [
            _visit("IN3", "2026-02-14", "ok"),
            _visit("IN4", "2026-05-06", "finding"),
            _visit("IN4", "2026-06-16", "absent"),
        ],
        "contact": [
            {"customer_id": OWN, "contacted_on": day, "kind": kind, "reached": reached, "staff_id": "MA1"}
            for day, kind, reached in (("2026-04-29", "call", True), ("2026-06-05", "call", False))
        ],
        "class_decision": [
            {
                "loan_id": "LA1-1",
                "decided_on": day,
                "kind": "approval",
                "scheme_id": "cn10a",
                "level_code": level,
                "five_level": five,
                "decided_by": "RDA",
            }
            for day, level, five in (
                ("2025-03-31", "02", "normal"),
                ("2025-12-31", "03", "normal"),
                ("2026-03-31", "04", "special_mention"),
            )
        ],
        "restructuring": [{"loan_id": "LA1-1b", "changed_on": "2026-01-15", "kind": "schedule"}],
    }


def _event(kind: str, day: str, source: str) -> Row:
    return {
        "subject_kind": "customer",
        "subject_id": OWN,
        "kind": kind,
        "occurred_on": day,
        "source": source,
    }


def _visit(kind: str, day: str, result: str) -> Row:
    return {"customer_id": OWN, "kind": kind, "visited_on": day, "staff_id": "MA1", "result": result}


def month_ends() -> list[date]:
    """Give the twelve month ends up to the day."""
    firsts = [date(2025 + (7 + one) // 12, (7 + one) % 12 + 1, 1) for one in range(12)]
    return [first - timedelta(days=1) for first in firsts]


def history(runs: Path) -> Path:
    """Write the fact behind REP05 of twelve month ends into the folder `runs` of a store; give the folder."""
    fields = (Field("id", "string"), Field("as_of", "date"), Field("dpd_days", "integer"))
    with open_engine(threads=1, memory="256MiB") as engine:
        for day, value in zip(month_ends(), HISTORY, strict=True):
            rows = engine.from_rows([{"id": "LA1-1", "as_of": day, "dpd_days": value}], fields, "facts_loan")
            engine.write(rows, runs / day.isoformat() / "facts_loan.parquet")
    return runs

"""Writes what a run leaves, without a run: the result of a day in a store, from a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Field, open_engine
from postloan.results import (
    CLASS_BASIS,
    CLOCK,
    LOAN_STATE,
    MEASURE_DUE,
    RUN,
    SIGNAL,
    SIGNAL_COVERAGE,
    WARNING,
)
from tests.books import tiny_book

Row = Mapping[str, Any]

FACTS_CUSTOMER = (
    Field("id", "string"),
    Field("institution_id", "string"),
    Field("manager_id", "string"),
    Field("total_exposure_amt", "money"),
    Field("overdue_amt", "money"),
    Field("worst_dpd_days", "integer"),
    Field("open_loan_count", "integer"),
)
FACTS_LOAN = (
    Field("id", "string"),
    Field("customer_id", "string"),
    Field("contract_id", "string"),
    Field("contract_type", "string"),
    Field("guarantee_mode", "string"),
    Field("repayment_method", "string"),
    Field("disbursed_on", "date"),
    Field("matures_on", "date"),
    Field("amount_amt", "money"),
)


def a_book(folder: Path) -> Path:
    """Make the book behind the results: one branch with two people, and customers C1 to C9."""
    loans = [{"loan_id": f"L{n}", "customer_id": f"C{n}", "amount": "1000.00"} for n in range(1, 10)]
    return tiny_book(
        folder,
        loan=loans,
        customer=[{"customer_id": f"C{n}", "name": f"客户 {n:06d}", "kind": "farmer"} for n in range(1, 10)],
        staff=[
            {"staff_id": "S1", "name": "客户经理 001", "institution_id": "B1", "role": "customer_manager"},
            {"staff_id": "S2", "name": "员工 002", "institution_id": "B1", "role": "branch_head"},
        ],
        staff_role=[{"staff_id": "S2", "role": "risk_department", "institution_id": "B1"}],
    )


def a_result(
    store: Path,
    day: date,
    *,
    classes: Mapping[str, str],
    colours: Mapping[str, str],
    balance: str = "900.00",
    number: int = 1,
) -> str:
    """Write the result of a day and give its run's id.

    Args:
        store: the store's folder.
        day: the business date.
        classes: the class of each open loan, by its number (`L1`).
        colours: the colour of each warned customer, by number (`C1`).
        balance: what every loan still owes.
        number: which run of the day it is.
    """
    run_id = f"{day}-{number}"
    folder = store / "runs" / day.isoformat()
    state = [_state(loan, level, balance) for loan, level in classes.items()]
    basis = [
        {"loan_id": loan, "class_decided": level, "provision_after": "9.00"}
        for loan, level in classes.items()
    ]
    facts = [_facts(loan, balance) for loan in classes]
    contracts = [_credit(loan) for loan in classes]
    alerts = [_alert(customer, colour, day) for customer, colour in colours.items()]
    fired = [_signal(customer, colour, day) for customer, colour in colours.items()]
    run = {"run_id": run_id, "as_of": day, "policy_version": "cn_rural-0123456789ab", "state": "done"}
    run |= {"result_hash": f"{number:064d}", "started": datetime(2026, 1, 1), "ended": datetime(2026, 1, 1)}  # noqa: DTZ001
    with open_engine(threads=1) as engine:
        for schema, rows in (
            (LOAN_STATE, state),
            (CLASS_BASIS, basis),
            (WARNING, alerts),
            (SIGNAL, fired),
            (SIGNAL_COVERAGE, [_coverage(len(classes), len(colours))]),
            (MEASURE_DUE, []),
            (CLOCK, []),
            (RUN, [run]),
        ):
            _write(engine, folder / f"{schema.name}.parquet", rows, schema.fields)
        _write(engine, folder / "facts_customer.parquet", facts, FACTS_CUSTOMER)
        _write(engine, folder / "facts_loan.parquet", contracts, FACTS_LOAN)
    return run_id


def _write(engine: Engine, path: Path, rows: Iterable[Row], fields: Iterable[Field]) -> None:
    columns = tuple(fields)
    full = [{field.name: _value(row.get(field.name), field) for field in columns} for row in rows]
    engine.write(engine.from_rows(full, columns, path.stem), path)


def _value(value: Any, field: Field) -> Any:
    return Decimal(value) if value is not None and field.kind in ("money", "decimal") else value


def _state(loan: str, level: str, balance: str) -> Row:
    return {
        "loan_id": loan,
        "customer_id": f"C{loan[1:]}",
        "institution_id": "B1",
        "manager_id": "S1",
        "exposure_kind": "loan",
        "currency": "CNY",
        "balance": balance,
        "overdue_amount": "0.00",
        "days_past_due": 0,
        "class_machine": level,
        "class_final": level,
        "scheme_id": "cn10a",
        "floor_rule_ids": "[]",
        "missing": "[]",
    }


def _facts(loan: str, balance: str) -> Row:
    told = {"id": f"C{loan[1:]}", "institution_id": "B1", "manager_id": "S1", "open_loan_count": 1}
    return told | {"total_exposure_amt": balance, "overdue_amt": "0.00", "worst_dpd_days": 0}


def _credit(loan: str) -> Row:
    return {"id": loan, "customer_id": f"C{loan[1:]}", "contract_id": f"K-{loan}", "amount_amt": "1000.00"}


def _alert(customer: str, colour: str, day: date) -> Row:
    return {
        "subject_kind": "customer",
        "subject_id": customer,
        "customer_id": customer,
        "colour": colour,
        "episode_id": f"customer:{customer}:{day}",
        "opened_on": day,
        "colour_since": day,
        "score": 100,
        "reasons": "[]",
        "new_kinds": "[]",
        "owner_role": "customer_manager",
        "owner_id": "S1",
    }


def _signal(customer: str, colour: str, day: date) -> Row:
    told = {"subject_kind": "customer", "subject_id": customer, "code": "ACC02", "customer_id": customer}
    return told | {"state": "fired", "severity": colour, "value": "0.4", "opened_on": day, "evidence": "{}"}


def _coverage(subjects: int, fired: int) -> Row:
    told = {"code": "ACC02", "subjects": subjects, "fired": fired, "suppressed": 0, "not_measurable": 0}
    return told | {"clear": subjects - fired, "missing": "[]"}

"""Small facts and results made by hand, for the stages that read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from postloan.engine import Engine, Field, Table
from postloan.facts import FACTS
from postloan.results import SIGNAL, WARNING, Prior

SUBJECTS = ("loan", "customer", "collateral", "guarantor", "region", "industry", "institution", "staff")

_IDENTITY = ("customer_id", "region_id")


def facts(
    engine: Engine, more: Iterable[Field] = (), **rows: Iterable[Mapping[str, Any]]
) -> dict[str, Table]:
    """Give `facts_<subject>` tables; a row names only the facts that it has, all others are null.

    `more` are further columns of facts_customer, such as dates of notices.
    """
    tables = {}
    for subject in SUBJECTS:
        columns = {"id": Field("id", "string"), **{name: Field(name, "string") for name in _IDENTITY}}
        columns |= {
            one.column: Field(one.column, one.kind) for one in FACTS.values() if one.subject == subject
        }
        if subject == "customer":
            columns |= {field.name: field for field in more}
        given = [dict(row) for row in rows.get(subject, ())]
        unknown = {name for row in given for name in row} - set(columns)
        assert not unknown, f"no facts of a {subject}: {sorted(unknown)}"
        tables[f"facts_{subject}"] = engine.from_rows(given, list(columns.values()), f"facts_{subject}")
    return tables


def signal_row(customer: str, code: str, severity: str, **others: Any) -> dict[str, Any]:
    """Give one row of `signal`: of the customer itself unless another subject is named."""
    row = {
        "subject_kind": "customer",
        "subject_id": customer,
        "customer_id": customer,
        "code": code,
        "state": "fired",
        "severity": severity,
        "value": "1",
        "threshold_fixed": "1",
        "threshold_applied": "1",
        "evidence": "{}",
    }
    return row | others


def signal_table(engine: Engine, rows: Iterable[Mapping[str, Any]]) -> Table:
    """Give rows as table `signal`."""
    return engine.from_rows(list(rows), SIGNAL.fields, "signal_made")


def prior(
    engine: Engine,
    day: date,
    signals: Iterable[Mapping[str, Any]] = (),
    warnings: Iterable[Mapping[str, Any]] = (),
    customers: Table | None = None,
) -> Prior:
    """Give an earlier run's results."""
    tables = {
        "signal": signal_table(engine, signals),
        "warning": engine.from_rows(list(warnings), WARNING.fields, "warning_made"),
    }
    if customers is not None:
        tables["facts_customer"] = customers
    return Prior("earlier", day, day, tables)

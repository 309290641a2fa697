"""Small facts, warnings and books made by hand, for the stages after facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

from postloan.book.schema import TABLES
from postloan.classification import classify
from postloan.engine import Engine, Field, Table
from postloan.facts import FACTS
from postloan.policy import pack
from postloan.policy.pack import Policy
from postloan.results import LOAN_STATE, WARNING, Prior

DAY = date(2024, 6, 28)

LOAN = {
    "currency": "CNY",
    "institution_id": "O1",
    "manager_id": "M1",
    "exposure_kind": "loan",
    "on_off": "on",
    "contract_type": "working_capital",
    "guarantee_mode": "mortgage",
    "is_entrusted": False,
    "is_revolving": False,
    "suit_status": "none",
    "disbursed_on": date(2022, 1, 4),
    "amount_band": "A3",
    "dpd_days": 0,
    "dpd_source": "schedule",
    "is_technical_overdue": False,
}
CUSTOMER = {"kind": "corporate", "institution_id": "O1", "manager_id": "M1", "has_open_loan": True}


@cache
def policy_on(day: date) -> Policy:
    return pack.load("cn_rural").as_of(day)


class MadeBook:
    """A book of a few rows; a table that is not given is absent and empty."""

    def __init__(
        self, engine: Engine, tables: Mapping[str, Sequence[Mapping[str, Any]]] | None = None
    ) -> None:
        self.engine = engine
        self.tables = dict(tables or {})

    def has(self, table: str) -> bool:
        return table in self.tables

    def table(self, name: str) -> Table:
        return self.engine.from_rows(self.tables.get(name, []), TABLES[name].fields, name, cents=True)


def facts_of(
    engine: Engine,
    loans: Sequence[Mapping[str, Any]],
    customers: Sequence[Mapping[str, Any]] = (),
    collaterals: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Table]:
    """Give `facts_loan` and `facts_customer`; a customer that is not given has the defaults."""
    loans = [{**LOAN, "customer_id": f"C{row['id']}", "contract_id": f"K{row['id']}", **row} for row in loans]
    given = {row["id"] for row in customers}
    known = [*customers, *({"id": owner} for owner in sorted({row["customer_id"] for row in loans} - given))]
    return {
        "facts_loan": _facts(engine, "loan", loans),
        "facts_customer": _facts(engine, "customer", [{**CUSTOMER, **row} for row in known]),
        "facts_collateral": _facts(engine, "collateral", collaterals),
        "facts_region": _facts(engine, "region", []),
    }


def _facts(engine: Engine, subject: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    fields = {"id": Field("id", "string"), "region_id": Field("region_id", "string")}
    fields |= {
        item.column: Field(item.column, item.kind) for item in FACTS.values() if item.subject == subject
    }
    unknown = {name for row in rows for name in row} - set(fields)
    assert not unknown, f"no facts of {subject}: {unknown}"
    return engine.from_rows(rows, list(fields.values()), f"facts_{subject}")


def warnings_of(engine: Engine, rows: Sequence[Mapping[str, Any]] = ()) -> Table:
    full = []
    for row in rows:
        since = row.get("colour_since", DAY)
        ids = {"subject_kind": "customer", "subject_id": row["customer_id"]}
        full.append({"as_of": DAY, **ids, "opened_on": since, "colour_since": since, **row})
    return engine.from_rows(full, WARNING.fields, "warning")


def prior_of(engine: Engine, states: Sequence[Mapping[str, Any]], as_of: date) -> Prior:
    return Prior(
        "r0", as_of, as_of, {"loan_state": engine.from_rows(states, LOAN_STATE.fields, "prior", cents=True)}
    )


def classes(
    engine: Engine,
    loans: Sequence[Mapping[str, Any]],
    *,
    customers: Sequence[Mapping[str, Any]] = (),
    warnings: Sequence[Mapping[str, Any]] = (),
    book: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    prior: Prior | None = None,
    policy: Policy | None = None,
) -> dict[str, dict[str, Any]]:
    """Classify and give `loan_state` by loan."""
    facts = facts_of(engine, loans, customers)
    made = MadeBook(engine, book)
    tables = classify(
        engine, facts, warnings_of(engine, warnings), policy or policy_on(DAY), prior, made, DAY
    )
    return {row["loan_id"]: row for row in engine.rows(tables["loan_state"])}


def one(engine: Engine, loan: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Classify one loan `L` of customer `CL`."""
    return classes(engine, [{"id": "L", **loan}], **more)["L"]


def decision(code: str, kind: str = "determination", day: int = 1, **more: Any) -> dict[str, Any]:
    """Give a row of `class_decision` of June 2024."""
    base = {"loan_id": "L", "decided_on": date(2024, 6, day), "kind": kind, "scheme_id": "cn10a"}
    return {**base, "level_code": code, **more}

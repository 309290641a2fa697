"""Measures of a few loans made by hand: classes and colours are given, not computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from postloan.engine import Engine
from postloan.measures import decide
from postloan.policy.pack import Policy
from postloan.results import LOAN_STATE, MEASURE_DUE, SIGNAL, Prior
from tests.classification.made import DAY, LOAN, MadeBook, facts_of, policy_on, warnings_of

Rows = Sequence[Mapping[str, Any]]
INSTITUTIONS = [
    {"institution_id": "O1", "name": "Outlet", "parent_id": "B1", "kind": "outlet"},
    {"institution_id": "B1", "name": "Branch", "parent_id": "H", "kind": "branch"},
    {"institution_id": "H", "name": "Head office", "kind": "head_office"},
]


def measures(
    engine: Engine,
    loans: Rows,
    *,
    on: date = DAY,
    first: date | None = None,
    customers: Rows = (),
    warnings: Rows = (),
    signals: Rows = (),
    collaterals: Rows = (),
    book: Mapping[str, Rows] | None = None,
    prior: Prior | None = None,
    policy: Policy | None = None,
) -> list[dict[str, Any]]:
    """Decide the measures of loans, each with `level` (its class, 03 by default); sorted by id.

    `previous` is its class in the last run, none by default.
    """
    full = [{**LOAN, "customer_id": f"C{row['id']}", "level": "03", **row} for row in loans]
    own = [{k: x for k, x in row.items() if k not in ("level", "previous")} for row in full]
    facts = facts_of(engine, own, customers, collaterals)
    states = [
        {
            "loan_id": row["id"],
            "scheme_id": "cn10a",
            "class_previous": row.get("previous"),
            "class_final": row["level"],
            "days_past_due": row["dpd_days"],
        }
        for row in full
    ]
    owners = sorted({row["customer_id"] for row in full})
    tables = {
        "institution": INSTITUTIONS,
        "customer": [{"customer_id": owner, "since": date(2010, 1, 4)} for owner in owners],
        "loan": [{"loan_id": row["id"], "customer_id": row["customer_id"]} for row in full],
        **(book or {}),
    }
    result = decide(
        engine,
        facts,
        engine.from_rows(states, LOAN_STATE.fields, "loan_state"),
        warnings_of(engine, warnings),
        policy or policy_on(on),
        prior,
        MadeBook(engine, tables),
        on,
        first or on,
        engine.from_rows(signals, SIGNAL.fields, "signal"),
    )["measure_due"]
    return engine.rows(result.order_by("measure_id"))


def prior_of(engine: Engine, rows: Rows, as_of: date, first: date) -> Prior:
    """Give a run's measures as the last run of the next."""
    table = engine.from_rows(rows, MEASURE_DUE.fields, "prior_measures")
    return Prior("r", as_of, first, {"measure_due": table})


def by_code(rows: Rows) -> dict[str, Mapping[str, Any]]:
    """Give rows by code; each code must stand once."""
    found = {row["measure_code"]: row for row in rows}
    assert len(found) == len(rows), [row["measure_id"] for row in rows]
    return found

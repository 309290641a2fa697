"""One day's result on one screen: how much, how bad, who to look at first."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.results import FIVE_LEVELS, LOAN_STATE, MEASURE_DUE, SEVERITIES, WARNING


def overview(engine: Engine, folder: Path, *, top: int = 5) -> dict[str, Any]:
    """Sum a result folder up.

    Gives loans (every exposure), off_balance (those of them that are off the balance sheet), customers,
    balance and overdue amount by currency, overdue_loans, warnings by colour,
    classes (level_code, five_level, loans) best first, measures by owner_role, and the `top` customers
    by score with their reasons.
    """
    loans = engine.read(folder / "loan_state.parquet", LOAN_STATE)
    warning = engine.read(folder / "warning.parquet", WARNING)
    return {
        **_loans(engine, loans),
        "warnings": _colours(engine, warning),
        "classes": _classes(engine, loans),
        "measures": _measures(engine, engine.read(folder / "measure_due.parquet", MEASURE_DUE)),
        "first": first_customers(engine, warning, top),
    }


def _loans(engine: Engine, loans: Table) -> dict[str, Any]:
    owing = loans.overdue_amount > 0
    sums = loans.group_by(["currency"]).aggregate(
        loans=loans.count(),
        off_balance=v.count_if((loans.on_off != "on").fill_null(False)),
        overdue_loans=v.count_if(owing | (loans.days_past_due > 0).fill_null(False)),
        balance=v.money(v.total(loans.balance)),
        overdue=v.money(v.total(loans.overdue_amount)),
    )
    rows = sorted(engine.rows(sums), key=lambda row: -row["loans"])
    owners = loans.select("customer_id").distinct()
    (customers,) = engine.rows(owners.aggregate(n=owners.count()))
    return {
        "loans": sum(row["loans"] for row in rows),
        "off_balance": sum(row["off_balance"] for row in rows),
        "customers": int(customers["n"]),
        "overdue_loans": sum(row["overdue_loans"] for row in rows),
        "amounts": [
            {"currency": row["currency"], "balance": row["balance"], "overdue": row["overdue"]}
            for row in rows
        ],
    }


def _colours(engine: Engine, warning: Table) -> dict[str, int]:
    counted = warning.group_by(["colour"]).aggregate(n=warning.count())
    return dict.fromkeys(SEVERITIES, 0) | {row["colour"]: int(row["n"]) for row in engine.rows(counted)}


def _classes(engine: Engine, loans: Table) -> list[dict[str, Any]]:
    counted = loans.group_by(["class_final", "five_level"]).aggregate(loans=loans.count())
    rows = engine.rows(counted)
    rows.sort(key=lambda row: (_place(row["five_level"]), row["class_final"] or "", row["five_level"] or ""))
    return [
        {"level_code": row["class_final"], "five_level": row["five_level"], "loans": row["loans"]}
        for row in rows
    ]


def _place(five_level: str | None) -> int:
    """Give the place of a five-level class, best first; what has none comes last."""
    return FIVE_LEVELS.index(five_level) if five_level in FIVE_LEVELS else len(FIVE_LEVELS)


def _measures(engine: Engine, measures: Table) -> list[dict[str, Any]]:
    duties = measures.group_by(["owner_role"]).aggregate(
        measures=measures.count(),
        duties=v.count_if(measures.nature == "duty"),
        first_due_on=measures.due_on.min(),
    )
    return sorted(engine.rows(duties), key=lambda row: (-row["measures"], str(row["owner_role"])))


def first_customers(engine: Engine, warning: Table, top: int) -> list[dict[str, Any]]:
    """Give the customers with the highest scores, ties by number; reasons are read from their JSON."""
    ranked = _ranked(warning)
    rows = engine.rows(ranked.filter(ranked.place <= top))
    rows.sort(key=lambda row: row["place"])
    return [
        {
            "customer_id": row["subject_id"],
            "colour": row["colour"],
            "score": row["score"],
            "opened_on": row["opened_on"],
            "reasons": json.loads(row["reasons"] or "[]"),
        }
        for row in rows
    ]


def _ranked(warning: Table) -> Table:
    rows = warning.filter(warning.subject_kind == "customer")
    order: Sequence[tuple[Any, str]] = [(rows.score, "desc"), (rows.subject_id, "asc")]
    return rows.mutate(place=v.row_number(order=order))

"""Makes a store by hand: runs with the rows that a test gives, and nothing computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Field, TableSchema
from postloan.results import CLOCK, LOAN_STATE, MEASURE_DUE, SIGNAL, SIGNAL_COVERAGE, WARNING
from postloan.run.ledger import Ledger, RunRow, write_row
from postloan.run.store import Store

Rows = Sequence[Mapping[str, Any]]

DEFAULTS: dict[str, Mapping[str, Any]] = {
    "warning": {"subject_kind": "customer", "score": 0, "reasons": "[]", "new_kinds": "[]"},
    "signal": {"subject_kind": "customer", "state": "fired", "severity": "orange"},
    "loan_state": {"exposure_kind": "loan", "currency": "CNY", "on_off": "on"},
}


FACTS = (
    TableSchema(
        "facts_customer",
        (
            Field("as_of", "date"),
            Field("id", "string"),
            Field("kind", "string"),
            Field("has_open_loan", "boolean"),
            Field("late_1to7_count_6m", "integer"),
        ),
        ("id",),
    ),
    TableSchema(
        "facts_loan",
        (Field("as_of", "date"), Field("id", "string"), Field("contract_type", "string")),
        ("id",),
    ),
)
"""Facts that are read after a run; a run that a test gives none of forgot them."""


def made_run(
    engine: Engine, store: Path, day: str, *, policy_version: str = "cn_rural-000000000000", **tables: Rows
) -> RunRow:
    """Put one run into a store; a warning needs customer_id, colour and opened_on alone."""
    made, as_of = Store(store).made(), date.fromisoformat(day)
    ledger = Ledger(made, engine)
    row = RunRow(
        run_id=ledger.new_id(as_of),
        as_of=as_of,
        mode="full",
        input_hash="in",
        prior_run_id=None,
        policy_version=policy_version,
        engine="duckdb",
        version="0",
        started=datetime.fromisoformat("2026-01-01T01:00:00"),
        ended=datetime.fromisoformat("2026-01-01T02:00:00"),
        state="done",
        result_hash="out",
    )
    for schema in (WARNING, SIGNAL, SIGNAL_COVERAGE, LOAN_STATE, MEASURE_DUE, CLOCK):
        full = [_full(schema, as_of, given) for given in tables.get(schema.name, ())]
        engine.write(
            engine.from_rows(full, schema.fields, schema.name), made.result(as_of) / f"{schema.name}.parquet"
        )
    for schema in FACTS:
        if schema.name in tables:
            full = [_full(schema, as_of, given) for given in tables[schema.name]]
            rows = engine.from_rows(full, schema.fields, schema.name)
            engine.write(rows, made.result(as_of) / f"{schema.name}.parquet")
    write_row(engine, row, made.result(as_of) / "run.parquet")
    return ledger.put(row)


def _full(schema: TableSchema, as_of: date, given: Mapping[str, Any]) -> dict[str, Any]:
    row = {**DEFAULTS.get(schema.name, {}), "as_of": as_of, **given}
    if schema is WARNING:
        row.setdefault("subject_id", row["customer_id"])
        row.setdefault("episode_id", f"customer:{row['customer_id']}:{row['opened_on']}")
        row.setdefault("colour_since", row["opened_on"])
    if schema is SIGNAL:
        row.setdefault("subject_id", row["customer_id"])
    dates = {field.name for field in schema.fields if field.kind == "date"}
    return {
        name: date.fromisoformat(value) if name in dates and isinstance(value, str) else value
        for name, value in row.items()
    }

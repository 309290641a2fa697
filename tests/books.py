"""Makes a tiny book of the contract from Python dictionaries, for tests that say what they need and no more.

    book = tiny_book(folder, loan=[{"loan_id": "L1", "amount": "1000.00"}], due=[...])
    book = small_bank(folder, date(2024, 6, 28), loans=80)

The required tables are filled with a bank of one branch, the customers and contracts that the loans name, and
plain values for what a row leaves out. Amounts and rates are text or Decimal, dates `date` or ISO text.

A small bank is a simulated one, for tests that need something of everything and care for no figure of it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.book.schema import TABLES
from postloan.book.sources.simulated.making import simulate
from postloan.book.sources.simulated.world import World
from postloan.engine import Field, TableSchema, open_engine

Row = Mapping[str, Any]

DEFAULTS: dict[str, Row] = {
    "institution": {"institution_id": "B1", "name": "Branch One", "kind": "branch"},
    "customer": {"name": "Somebody", "kind": "farmer"},
    "contract": {
        "institution_id": "B1",
        "contract_type": "farmer_business",
        "signed_on": "2023-01-02",
        "expires_on": "2026-01-02",
        "limit_amount": "100000.00",
        "guarantee_mode": "credit",
    },
    "loan": {
        "exposure_kind": "loan",
        "amount": "100000.00",
        "currency": "CNY",
        "disbursed_on": "2023-01-03",
        "matures_on": "2026-01-03",
        "repayment_method": "instalment",
    },
    "due": {"principal": "0.00", "interest": "0.00"},
    "account": {"kind": "current"},
    "entry": {"kind": "transfer"},
}
"""What a row holds where the test does not say."""


FEW = (
    "institution",
    "region",
    "industry",
    "staff",
    "customer",
    "contract",
    "loan",
    "due",
    "payment",
    "position",
    "account",
    "entry",
    "collateral",
    "guarantee",
    "margin",
    "advance",
    "visit",
)
"""Tables of a small bank unless more are asked for: each table more is facts more, which a run pays for."""


def tiny_book(folder: Path, **tables: Iterable[Row]) -> Path:
    """Write a book with those rows, one Parquet file a table in the contract's types; give its folder.

    A loan without customer or contract gets `C-<loan_id>` and `K-<loan_id>`; customers and contracts that
    are named but not given are added.
    """
    given = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    given.setdefault("institution", [{}])
    _complete(given)
    folder.mkdir(parents=True, exist_ok=True)
    with open_engine(threads=1) as engine:
        for name, rows in given.items():
            schema = TABLES[name]
            full = [_typed({**DEFAULTS.get(name, {}), **row}, schema) for row in rows]
            used = {column for row in full for column in row}
            fields = [one for one in schema.fields if one.name in used or one.required]
            engine.write(engine.from_rows(full, fields, name), folder / f"{name}.parquet")
    return folder


def small_bank(folder: Path, as_of: date, *, loans: int, tables: Iterable[str] = FEW) -> Path:
    """Write the simulated bank of seed 1 with four months of entries, those tables only; give its folder.

    The mark of a clean book goes too, so that a run takes it through the gate.
    """
    whole = folder.with_name(f"{folder.name}.whole")
    simulate(whole, World.of(loans, 1, as_of, 4), as_of)
    folder.mkdir(parents=True)
    for name in tables:
        if (whole / f"{name}.parquet").exists():
            (whole / f"{name}.parquet").rename(folder / f"{name}.parquet")
    return folder


def shuffled(book: Path, folder: Path, seed: int) -> Path:
    """Copy a book with the rows of every file in another order; give the copy's folder."""
    draw = random.Random(seed)
    folder.mkdir(parents=True)
    with open_engine(threads=1) as engine:
        for path in sorted(book.glob("*.parquet")):
            schema = TABLES[path.stem]
            present = set(engine.raw(path).columns)
            fields = tuple(one for one in schema.fields if one.name in present)
            table = engine.read(path, TableSchema(path.stem, fields, schema.key), cents=False)
            rows = engine.rows(table)
            draw.shuffle(rows)
            engine.write(engine.from_rows(rows, fields, path.stem), folder / path.name)
    return folder


def _complete(given: dict[str, list[dict[str, Any]]]) -> None:
    loans, contracts = given.setdefault("loan", []), given.setdefault("contract", [])
    customers = given.setdefault("customer", [])
    for loan in loans:
        loan.setdefault("customer_id", f"C-{loan['loan_id']}")
        loan.setdefault("contract_id", f"K-{loan['loan_id']}")
    known = {row["contract_id"] for row in contracts}
    for loan in loans:
        if loan["contract_id"] not in known:
            known.add(loan["contract_id"])
            contracts.append({"contract_id": loan["contract_id"], "customer_id": loan["customer_id"]})
    named = [row["customer_id"] for rows in (loans, contracts, given.get("account", [])) for row in rows]
    have = {row["customer_id"] for row in customers}
    customers += [{"customer_id": name} for name in dict.fromkeys(named) if name not in have]


def _typed(row: Row, schema: TableSchema) -> dict[str, Any]:
    return {name: _value(value, schema.field(name)) for name, value in row.items()}


def _value(value: Any, field: Field) -> Any:
    if value is None:
        return None
    if field.kind == "date" and isinstance(value, str):
        return date.fromisoformat(value)
    if field.kind in ("money", "decimal"):
        return Decimal(str(value))
    return value

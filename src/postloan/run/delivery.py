"""The rows that an event brings: read from JSON lines, CSV or Parquet, and whom they touch."""

from __future__ import annotations

import csv
import difflib
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.book.mapping import Mapping as Names
from postloan.book.schema import TABLES
from postloan.book.snapshot import Book
from postloan.book.sources import folder as folders
from postloan.engine import Engine, Table
from postloan.errors import BookError

JSON_ENDINGS = (".jsonl", ".ndjson", ".json")

_TOUCHES = {
    "loan_id": "loan",
    "contract_id": "contract",
    "account_id": "account",
    "collateral_id": "collateral",
}
"""Columns that name something of a customer's, and the table in which it stands."""

_CUSTOMERS = (
    "customer_id",
    "from_customer_id",
    "to_customer_id",
    "guarantor_customer_id",
    "owner_customer_id",
)
"""Columns that name a customer."""


def deliver(file: Path, target: Path) -> Path:
    """Bring a file into the shape of a source, one file a table in a folder, and give the folder.

    Raises BookError `missing_file`, `unknown_table`, or `bad_event` naming the line.
    """
    if not file.is_file():
        raise BookError(
            "missing_file",
            f"there is no file {file}",
            where=str(file),
            mend="give the file with the rows to add",
        )
    target.mkdir(parents=True)
    if file.suffix.lower() in JSON_ENDINGS:
        for name, rows in _lines(file).items():
            _write_csv(target / f"{name}.csv", rows)
        return target
    if file.suffix.lower() not in folders.ENDINGS:
        raise BookError(
            "unknown_format",
            f"{file.name} is neither JSON lines nor CSV nor Parquet",
            where=str(file),
            mend=f"give a file that ends in {', '.join((*JSON_ENDINGS, *folders.ENDINGS))}",
        )
    table = Names().table(file.stem)
    if table is None:
        raise _unknown_table(file.stem, str(file), "name the file by its table, such as payment.csv")
    (target / f"{table}{file.suffix.lower()}").symlink_to(file.resolve())
    return target


def _unknown_table(name: str, where: str, mend: str) -> BookError:
    close = difflib.get_close_matches(name, list(TABLES), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    return BookError(
        "unknown_table",
        f"there is no table {name}",
        where=where,
        mend=f"{hint}{mend}; `postloan describe` lists the tables",
    )


def _lines(file: Path) -> dict[str, list[dict[str, Any]]]:
    """Read JSON lines by table; numbers stay exact."""
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BookError(
            "wrong_encoding",
            f"{file.name} is not UTF-8",
            where=f"{file}, byte {error.start}",
            mend="save it as UTF-8",
        ) from error
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            row = _row(line, f"{file}, line {number}")
            found.setdefault(str(row.pop("table")), []).append(row)
    if not found:
        raise BookError(
            "bad_event", f"{file.name} holds no rows", where=str(file), mend="write one JSON object a line"
        )
    return found


def _row(line: str, where: str) -> dict[str, Any]:
    try:
        row = json.loads(line, parse_float=Decimal, parse_constant=str)
    except ValueError as error:
        raise BookError(
            "bad_event", f"the line is no JSON: {error}", where=where, mend="write one JSON object a line"
        ) from error
    if not isinstance(row, dict) or not isinstance(row.get("table"), str):
        raise BookError(
            "bad_event",
            "the line does not say which table its row belongs to",
            where=where,
            mend='write it like {"table": "payment", "loan_id": "5314", "paid_on": "2026-11-20", …}',
        )
    if row["table"] not in TABLES:
        raise _unknown_table(row["table"], where, "give a table of the book")
    nested = [name for name, value in row.items() if isinstance(value, dict | list)]
    if nested:
        raise BookError(
            "bad_event",
            f"{', '.join(nested)} holds a list or an object",
            where=where,
            mend="write it as text",
        )
    return row


def _write_csv(path: Path, rows: list[dict[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows({name: _text(value) for name, value in row.items()} for row in rows)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def touched_customers(engine: Engine, source: Path, book: Book) -> set[str]:
    """Give the customers whom delivered rows name, directly or by loan, contract, account or collateral."""
    found: set[str] = set()
    for delivered in folders.read(engine, source, complete=False).tables.values():
        rows = delivered.rows
        for column in (*_CUSTOMERS, *_TOUCHES):
            if column in rows.columns:
                found |= _owners(engine, book, column, _values(engine, rows, column))
        if {"subject_kind", "subject_id"} <= set(rows.columns):
            for kind in ("customer", "loan", "contract", "account", "collateral"):
                named = rows.filter(rows.subject_kind == kind)
                found |= _owners(engine, book, f"{kind}_id", _values(engine, named, "subject_id"))
    return found


def _values(engine: Engine, rows: Table, column: str) -> list[str]:
    named = rows.filter(rows[column].notnull()).select(named=rows[column]).distinct()
    return sorted(str(row["named"]) for row in engine.rows(named))


def _owners(engine: Engine, book: Book, column: str, values: list[str]) -> set[str]:
    """Give the customers of the things named; those of a collateral are the customers of its contract."""
    if not values or column in _CUSTOMERS:
        return set(values)
    table = book.table(_TOUCHES[column])
    named = table.filter(table[column].isin(tuple(values)))
    if column == "collateral_id":
        return _owners(engine, book, "contract_id", _values(engine, named, "contract_id"))
    return set(_values(engine, named, "customer_id"))

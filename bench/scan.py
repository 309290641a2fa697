"""The scan limit: how long DuckDB needs to sum the columns that the facts are computed from."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from postloan.book.schema import TABLES
from postloan.facts import FACTS


@dataclass(frozen=True)
class ScanLimit:
    """Seconds and rows of one scan over the columns that a run reads."""

    seconds: float
    rows: int


def columns_read() -> dict[str, set[str]]:
    """Give the columns of the book by table that the facts name as their sources, with keys."""
    read: dict[str, set[str]] = {}
    for one in FACTS.values():
        for source in one.sources:
            table, _, column = source.partition(".")
            if table in TABLES:
                read.setdefault(table, set(TABLES[table].key)).add(column)
    return read


def scan_limit(book: Path, *, threads: int) -> ScanLimit:
    """Sum every column that a run reads, once to warm the cache and once on the clock.

    Numbers are summed, texts by their length; of dates and flags the largest is taken.
    """
    statements = [_statement(book, table, columns) for table, columns in sorted(columns_read().items())]
    with duckdb.connect(config={"threads": threads}) as connection:
        known = [statement for statement in statements if statement]
        for statement in known:
            connection.sql(statement).fetchall()
        started = time.perf_counter()
        rows = sum(int(connection.sql(statement).fetchall()[0][0]) for statement in known)
        return ScanLimit(time.perf_counter() - started, rows)


def _statement(book: Path, table: str, columns: set[str]) -> str | None:
    files = sorted(str(path) for path in [*book.glob(f"{table}.parquet"), *book.glob(f"{table}/*.parquet")])
    if not files:
        return None
    with duckdb.connect() as connection:
        described = connection.sql(f"DESCRIBE SELECT * FROM read_parquet({files!r})").fetchall()
    sums = [_summed(name, kind) for name, kind, *_ in described if name in columns]
    return f"SELECT count(*), {', '.join(sums)} FROM read_parquet({files!r})"


def _summed(name: str, kind: str) -> str:
    if kind == "VARCHAR":
        return f'sum(strlen("{name}"))'
    if kind in ("DATE", "TIMESTAMP", "BOOLEAN"):
        return f'max("{name}")'
    return f'sum("{name}")'

"""SHA-256 over tables as canonical CSV: the result hash and the input hash of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postloan.engine.session import Engine
from postloan.engine.types import Table


@dataclass(frozen=True)
class Digest:
    """The hash of one table: its SHA-256 in hex and how many rows it covers."""

    sha256: str
    rows: int


def canonical_csv(engine: Engine, table: Table, order_by: Sequence[str]) -> Any:
    """Yield the table's rows as CSV in blocks of bytes, in byte order of those columns and then of all.

    UTF-8, LF, a header line, empty for null, quotes only where a text holds a quote, comma or line end
    or is empty; decimals with all their places, dates ISO, booleans `true` and `false`.
    """
    yield (",".join(table.columns) + "\n").encode()
    names = [*order_by, *(name for name in table.columns if name not in order_by)]
    order = ", ".join(f'"{name}" ASC NULLS LAST' for name in names)
    line = " || ',' || ".join(_cell(name) for name in table.columns)
    statement = f"SELECT {line} || chr(10) AS line FROM ({engine.backend.compile(table)}) ORDER BY {order}"
    for batch in engine.backend.con.execute(statement).to_arrow_reader(100_000):
        for chunk in batch.column(0).cast("large_binary").to_pylist():
            yield chunk


def _cell(name: str) -> str:
    text = f'CAST("{name}" AS VARCHAR)'
    quoted = f"""'"' || replace({text}, '"', '""') || '"'"""
    needs = f"""{text} = '' OR regexp_matches({text}, '[",\\n\\r]')"""
    return f"coalesce(CASE WHEN {needs} THEN {quoted} ELSE {text} END, '')"


def table_digest(engine: Engine, table: Table, order_by: Sequence[str]) -> Digest:
    """Hash one table over its canonical CSV; the engine must be DuckDB."""
    if engine.kind != "duckdb":
        raise ValueError("tables are hashed on DuckDB, whichever engine computed them")
    digest, rows = hashlib.sha256(), -1
    for block in canonical_csv(engine, table, order_by):
        digest.update(block)
        rows += 1
    return Digest(digest.hexdigest(), rows)


def combined(parts: Sequence[tuple[str, str]]) -> str:
    """Give one SHA-256 over named hashes or values, in the order given, one `name=value` line each."""
    lines = "".join(f"{name}={value}\n" for name, value in parts)
    return hashlib.sha256(lines.encode()).hexdigest()

"""SHA-256 over tables as canonical CSV: the result hash and the input hash of the contract."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence

from postloan.engine.session import Engine
from postloan.engine.types import Table


def canonical_csv(engine: Engine, table: Table, order_by: Sequence[str]) -> Iterator[bytes | memoryview]:
    """Yield the table's rows as CSV in blocks of bytes, in byte order of those columns and then of all.

    UTF-8, LF, a header line, empty for null, quotes only where a text holds a quote, comma or line end
    or is empty; decimals with all their places, dates ISO, booleans `true` and `false`.
    """
    yield (",".join(table.columns) + "\n").encode()
    names = [*order_by, *(name for name in table.columns if name not in order_by)]
    order = ", ".join(f'"{name}" ASC NULLS LAST' for name in names)
    line = " || ',' || ".join(_cell(name) for name in table.columns)
    statement = f"SELECT {line} || chr(10) AS line FROM ({engine.backend.compile(table)}) ORDER BY {order}"
    for batch in engine.backend.con.sql(statement).to_arrow_reader(100_000):
        lines = batch.column(0).cast("large_string")
        start, end = struct.unpack_from("<q", lines.buffers()[1], lines.offset * 8), len(lines)
        last = struct.unpack_from("<q", lines.buffers()[1], (lines.offset + end) * 8)
        # The text buffer of an Arrow column is its values one after another: the CSV itself.
        yield memoryview(lines.buffers()[2])[start[0] : last[0]] if end else b""


def _cell(name: str) -> str:
    text = f'CAST("{name}" AS VARCHAR)'
    quoted = f"""'"' || replace({text}, '"', '""') || '"'"""
    needs = f"""{text} = '' OR regexp_matches({text}, '[",\\n\\r]')"""
    return f"coalesce(CASE WHEN {needs} THEN {quoted} ELSE {text} END, '')"


def digest(engine: Engine, tables: Sequence[tuple[Table, Sequence[str]]], head: str = "") -> str:
    """Give the SHA-256 in hex over the canonical CSV of the tables, one after another, after `head`.

    Each table comes with the columns that its rows are sorted by. The engine must be DuckDB.
    """
    if engine.kind != "duckdb":
        raise ValueError("tables are hashed on DuckDB, whichever engine computed them")
    total = hashlib.sha256(head.encode())
    for table, order_by in tables:
        for block in canonical_csv(engine, table, order_by):
            total.update(block)
    return total.hexdigest()

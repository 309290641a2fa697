"""What differs between two Parquet files of one shape: new or changed rows, and keys that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from postloan.engine.session import Engine

_BATCH = 20_000

Row = tuple[Any, ...]


def changed(
    engine: Engine,
    new: Path,
    old: Path | None,
    key: str,
    columns: Sequence[str],
    *,
    as_text: Collection[str] = (),
) -> Iterator[list[Row]]:
    """Give the rows of `new` that `old` lacks or has otherwise, in batches, in the order of `columns`.

    Args:
        engine: a DuckDB session.
        new: a Parquet file with one row a key.
        old: one of the same shape, or None, for which all rows are new.
        key: the column that identifies a row.
        columns: what is given and compared; must hold the key.
        as_text: columns that are given as text, for a database that knows no dates.
    """
    given = ", ".join(
        f'CAST(n."{name}" AS VARCHAR)' if name in as_text else f'n."{name}"' for name in columns
    )
    if old is None:
        yield from _batches(engine, f"SELECT {given} FROM read_parquet({_quoted(new)}) AS n")
        return
    # One comparison a column is faster than one of whole rows: most differ, if at all, in the first few.
    differs = " OR ".join(f'n."{name}" IS DISTINCT FROM o."{name}"' for name in columns if name != key)
    yield from _batches(
        engine,
        f"SELECT {given} FROM read_parquet({_quoted(new)}) AS n "
        f'LEFT JOIN read_parquet({_quoted(old)}) AS o ON n."{key}" = o."{key}" '
        f'WHERE o."{key}" IS NULL OR {differs}',
    )


def gone(engine: Engine, new: Path, old: Path | None, key: str) -> Iterator[list[Row]]:
    """Give the keys of `old` that `new` no longer has, in batches of one-tuples."""
    if old is None:
        return
    yield from _batches(
        engine,
        f'SELECT o."{key}" FROM read_parquet({_quoted(old)}) AS o '
        f'ANTI JOIN read_parquet({_quoted(new)}) AS n ON n."{key}" = o."{key}"',
    )


def moved(engine: Engine, new: Path, old: Path, key: str, column: str) -> Iterator[list[Row]]:
    """Give key, earlier and present value where `column` differs, rows that one file lacks included."""
    was, now = f'o."{column}"', f'n."{column}"'
    yield from _batches(
        engine,
        f'SELECT coalesce(n."{key}", o."{key}"), {was}, {now} FROM read_parquet({_quoted(new)}) AS n '
        f'FULL JOIN read_parquet({_quoted(old)}) AS o ON n."{key}" = o."{key}" '
        f"WHERE {was} IS DISTINCT FROM {now}",
    )


def _batches(engine: Engine, statement: str) -> Iterator[list[Row]]:
    assert engine.kind == "duckdb", "what was published is compared on the machine of the console"
    cursor = engine.backend.con.cursor()
    try:
        cursor.execute(statement)
        while rows := cursor.fetchmany(_BATCH):
            yield rows
    finally:
        cursor.close()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"

"""What differs between two Parquet files of one shape: new or changed rows, and keys that are gone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from postloan.engine.session import Engine

_BATCH = 20_000

Row = tuple[Any, ...]


def digest(engine: Engine, path: Path, key: str) -> Path:
    """Write the key and a hash of each row of a file beside it; give the file of hashes.

    With it a comparison reads two narrow columns, and of what differs alone the whole rows. A hash of 64 bits
    misses a changed row once in 2^64 changes.
    """
    beside = _beside(path)
    _run(engine, f"COPY ({_hashed(engine, path, key)}) TO {_quoted(beside)} (FORMAT PARQUET)")
    return beside


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
        old: an earlier one, or None, for which all rows are new; one of another shape differs in every row.
        key: the column that identifies a row.
        columns: what is given; must hold the key.
        as_text: columns that are given as text, for a database that knows no dates.
    """
    yield from _batches(engine, _changed(engine, new, old, key, columns, as_text))


def changed_file(
    engine: Engine, new: Path, old: Path | None, key: str, columns: Sequence[str], target: Path
) -> int:
    r"""Write what `changed` gives as a CSV file without a head, and give the number of rows.

    Values are in quotes, what is not known is `\N` without: a database that reads files takes it as it is.
    """
    rows = _changed(engine, new, old, key, columns, ())
    form = r"(FORMAT CSV, HEADER false, NULLSTR '\N', FORCE_QUOTE *)"
    ((count,),) = next(_batches(engine, f"COPY ({rows}) TO {_quoted(target)} {form}"))
    return int(count)


def _changed(
    engine: Engine, new: Path, old: Path | None, key: str, columns: Sequence[str], as_text: Collection[str]
) -> str:
    given = ", ".join(
        f'CAST(n."{name}" AS VARCHAR)' if name in as_text else f'n."{name}"' for name in columns
    )
    if old is None:
        return f"SELECT {given} FROM read_parquet({_quoted(new)}) AS n"
    # In the order of the key, in which the database finds rows side by side.
    return (
        f'WITH fresh AS (SELECT n."{key}" FROM {_hashes(engine, new, key)} AS n '
        f'ANTI JOIN {_hashes(engine, old, key)} AS o ON n."{key}" = o."{key}" AND n.row_hash = o.row_hash) '
        f"SELECT {given} FROM read_parquet({_quoted(new)}) AS n "
        f'SEMI JOIN fresh ON n."{key}" = fresh."{key}" ORDER BY n."{key}"'
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


def _hashes(engine: Engine, path: Path, key: str) -> str:
    """Give what to read keys and hashes from: the file beside, else the rows themselves."""
    beside = _beside(path)
    if beside.is_file():
        return f"read_parquet({_quoted(beside)})"
    return f"({_hashed(engine, path, key)})"


def _hashed(engine: Engine, path: Path, key: str) -> str:
    """Give the statement for keys and hashes of rows; a list is hashed as text too.

    DuckDB hashes an empty list as it hashes one that is not known.
    """
    source = f"read_parquet({_quoted(path)})"
    columns = [row for rows in _batches(engine, f"DESCRIBE SELECT * FROM {source}") for row in rows]
    nested = [f'CAST(n."{name}" AS VARCHAR)' for name, kind, *_ in columns if "[" in kind]
    return f'SELECT "{key}", hash({", ".join(["n", *nested])}) AS row_hash FROM {source} AS n'


def _beside(path: Path) -> Path:
    return path.with_suffix(".hashes.parquet")


def _run(engine: Engine, statement: str) -> None:
    for _ in _batches(engine, statement):
        pass


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

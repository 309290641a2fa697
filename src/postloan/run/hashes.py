"""The result hash and the input hash of the contract; always taken on DuckDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from postloan.engine import Engine, Table
from postloan.engine.hashing import digest
from postloan.results import HASHED, Prior


def result_hash(engine: Engine, folder: Path) -> str:
    """Give the SHA-256 over the hashed tables of a result folder, in the contract's order, sorted by key."""
    tables = [
        (engine.read(folder / f"{schema.name}.parquet", schema, cents=False), schema.key) for schema in HASHED
    ]
    return digest(engine, tables)


def input_hash(
    engine: Engine, book: Mapping[str, tuple[Table, Sequence[str]]], prior: Prior | None, as_of: date
) -> str:
    """Give the SHA-256 over the rows that a run reads.

    Args:
        engine: a DuckDB session.
        book: the book's tables as of the day, each with its key.
        prior: the results that flow back.
        as_of: the day.

    Each table goes in under its name, so that a row counts where it stands; the order of files does not.
    What flows back goes in by the hashes of the run that it came from: its results are under the result
    hash, and its facts follow from its own inputs, policy and version.
    """
    head = f"as_of={as_of.isoformat()}\n"
    if prior is not None:
        head += f"prior={prior.as_of.isoformat()} first={prior.first_run_on.isoformat()}\n"
    parts = [f"book.{name}={digest(engine, [table])}" for name, table in sorted(book.items())]
    if prior is not None:
        parts.append(f"prior={prior.fingerprint} {' '.join(sorted(prior.tables))}")
    return digest(engine, [], head + "\n".join(parts))

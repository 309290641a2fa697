"""Writes the tables that a source made as raw Parquet in the contract's columns, ready for the gate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from postloan.book.schema import TABLES
from postloan.engine import Engine, Table
from postloan.errors import BookError


def source_file(path: Path, pattern: str) -> Path:
    """Give the first file in a folder that fits the pattern; raises BookError `missing_file`."""
    found = sorted(path.glob(pattern))
    if not found:
        raise BookError(
            "missing_file",
            f"no file {pattern} was found",
            where=str(path),
            mend="give the folder that holds the source's Parquet files",
        )
    return found[0]


def write_tables(tables: Mapping[str, Table], target: Path, engine: Engine) -> list[str]:
    """Write each table to `target/<name>.parquet`, columns in the contract's order, rows by key.

    Columns that the contract does not know are an error of the source, so they raise KeyError.
    """
    target.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        schema = TABLES[name]
        unknown = set(table.columns) - set(schema.columns)
        if unknown:
            raise KeyError(f"{name} has no column {', '.join(sorted(unknown))}")
        ordered = table.select(*[column for column in schema.columns if column in table.columns])
        key = [column for column in schema.key if column in ordered.columns]
        engine.write(ordered, target / f"{name}.parquet", order_by=key)
    return list(tables)

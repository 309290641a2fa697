"""What a source hands to the quality gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from postloan.book.findings import Finding
from postloan.engine import Table


@dataclass(frozen=True)
class SourceTable:
    """The rows of one table as a source has them.

    Args:
        name: the table's name in the contract.
        rows: columns by the contract's names with the source's types, `source_file` and `source_row`.
        files: the files by the name that people see.
        in_place: whether the rows come from Parquet files that could stay where they are.
        formats: date formats to try before the usual ones.
        malformed: file, row number and text of rows that could not be cut into columns.
    """

    name: str
    rows: Table
    files: Mapping[str, Path]
    in_place: bool = False
    formats: tuple[str, ...] = ()
    malformed: tuple[tuple[str, int, str], ...] = ()


@dataclass(frozen=True)
class ControlTotal:
    """How many rows a source says that a table has, and the sum of one of its columns.

    Args:
        table: the table.
        column: the column summed; empty where only rows are counted.
        count: rows expected, or None.
        total: the sum expected, or None.
        where: the file and line that says so.
    """

    table: str
    column: str
    count: int | None
    total: Decimal | None
    where: str


@dataclass(frozen=True)
class SourceBook:
    """All tables of a source, its control totals, and what was noted while reading them."""

    tables: Mapping[str, SourceTable]
    controls: tuple[ControlTotal, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

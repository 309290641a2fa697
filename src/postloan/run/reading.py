"""Reads what a run left: the result of a day, with money as the files hold it, and the pack behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.engine import Column, Engine, Table
from postloan.errors import RunError
from postloan.run.ledger import Ledger, RunRow
from postloan.run.store import Store
from postloan.run.tables import read_table

DEFAULT_PACK = "cn_rural"

_NAMED = 12
"""The most days that an error names one by one."""


def pack_of(version: str | None) -> str:
    """Give the pack's name out of a policy version `<name>-<hash>`; the first shipped pack without one."""
    return version.rpartition("-")[0] if version and "-" in version else DEFAULT_PACK


@dataclass(frozen=True)
class Results:
    """The result in one folder: of a day that stands, or one that was replaced."""

    engine: Engine
    folder: Path

    def has(self, name: str) -> bool:
        """Tell whether the table was kept."""
        return (self.folder / f"{name}.parquet").exists()

    def table(self, name: str) -> Table:
        """Give a table with money as DECIMAL(18,2)."""
        return read_table(self.engine, self.folder / f"{name}.parquet")

    def rows(self, name: str, column: str, values: Sequence[str]) -> list[dict[str, Any]]:
        """Give the rows with one of the values in a column of text; none where the table was not kept."""
        if not self.has(name) or not values:
            return []
        table = self.table(name)
        return self.engine.rows(table.filter(is_one_of(table[column], values)))


def is_one_of(column: Column, values: Sequence[str]) -> Column:
    """Tell whether a text is one of a few."""
    return column.isin(tuple(values))


def last_run(engine: Engine, store: Path, as_of: date | None = None) -> RunRow:
    """Give the row of the store's last good run, or of that day's.

    Raises RunError `no_run_yet` where the store has none, `unknown_day` where the day has no result.
    """
    found = Store(store)
    rows = Ledger(found, engine).rows() if found.ledger.is_dir() else []
    good = [row for row in rows if row.state == "done"]
    if not good:
        raise RunError(
            "no_run_yet",
            "the store has no result yet",
            where=str(store),
            mend=f"run a day first: postloan run BOOK --as-of DATE --store {store}",
        )
    if as_of is None:
        return good[-1]
    of_day = [row for row in good if row.as_of == as_of]
    if not of_day:
        near = min(good, key=lambda row: abs((row.as_of - as_of).days))
        raise RunError(
            "unknown_day",
            f"the store has no result of {as_of.isoformat()}",
            where=str(store),
            mend=f"the nearest is {near.as_of.isoformat()}; there {_listed([row.as_of for row in good])}",
        )
    return of_day[-1]


def _listed(days: Sequence[date]) -> str:
    """Name a few days, or the first and the last of many."""
    told = [day.isoformat() for day in dict.fromkeys(days)]
    if len(told) == 1:
        return f"is {told[0]} alone"
    if len(told) <= _NAMED:
        return f"are {', '.join(told)}"
    return f"are {len(told)}, from {told[0]} to {told[-1]}"


def results_of(engine: Engine, store: Path, row: RunRow) -> Results:
    """Give the result of a run: in its place, or where it was moved when another replaced it."""
    found = Store(store)
    moved = found.superseded(row.run_id)
    return Results(engine, moved if moved.is_dir() else found.result(row.as_of))

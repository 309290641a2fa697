"""Takes rows of the tables as they are made, and writes those that became known within a span of days."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from postloan.book.schema import TABLES
from postloan.book.sources.simulated.draws import Ints
from postloan.engine.columns import Cells, TableFile, take

ALWAYS = -(10**9)
"""Known from the first day."""


class BookWriter:
    """Writes a book or what joins it: rows known after `after` (None: all before too) up to `until`."""

    def __init__(self, target: Path, until: int, after: int | None = None) -> None:
        self.until, self.after = until, after
        self._target = target
        self._files: dict[str, TableFile] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()

    def add(self, table: str, known: Ints | int, **columns: Cells) -> None:
        """Add rows of a table; `known` is the day on which each became known (days since 1970-01-01)."""
        size = len(next(iter(columns.values())))
        day = np.broadcast_to(np.asarray(known, np.int64), (size,))
        kept = day <= self.until
        if self.after is not None:
            kept = kept & (day > self.after)
        rows = np.flatnonzero(kept)
        batch = columns if len(rows) == size else {name: take(cells, rows) for name, cells in columns.items()}
        day = day[rows]
        dated: Cells = np.where(day <= ALWAYS, np.iinfo(np.int64).min, day)
        if table not in self._files:
            if not len(rows):
                return
            names = [name for name in TABLES[table].columns if name != "deleted"]
            self._files[table] = TableFile(self._target / f"{table}.parquet", TABLES[table], names)
        self._files[table].write({**batch, "known_on": dated})

    @property
    def rows(self) -> dict[str, int]:
        """Give the rows written by table."""
        return {name: file.rows for name, file in sorted(self._files.items())}

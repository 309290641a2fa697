"""Takes rows of the tables as they are made, and writes those that became known within a span of days."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from postloan.book.schema import TABLES
from postloan.book.sources.simulated.draws import Ints
from postloan.engine.columns import NOTHING, Cells, TableFile, take

ALWAYS = -(10**9)
"""Known from the first day."""


_WAITING = 12
"""Batches that may wait to be written; more would only take memory."""


class BookWriter:
    """Writes a book or what joins it: rows known after `after` (None: all before too) up to `until`.

    Batches are written by a thread of their own, in their order, while the next are being made.
    """

    def __init__(self, target: Path, until: int, after: int | None = None) -> None:
        self.until, self.after = until, after
        self._target = target
        self._files: dict[str, TableFile] = {}
        self._pool = ThreadPoolExecutor(1)
        self._waiting: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        for file in self._files.values():
            file.close()
        while self._waiting and error is None:
            self._waiting.popleft().result()

    def add(self, table: str, known: Ints | int, **columns: Cells) -> None:
        """Add rows of a table; `known` is the day on which each became known (days since 1970-01-01)."""
        self._waiting.append(self._pool.submit(self._write, table, known, columns))
        if len(self._waiting) > _WAITING:
            self._waiting.popleft().result()

    def _write(self, table: str, known: Ints | int, columns: Mapping[str, Cells]) -> None:
        size = len(next(iter(columns.values())))
        day = np.broadcast_to(np.asarray(known, np.int64), (size,))
        kept = day <= self.until
        if self.after is not None:
            kept = kept & (day > self.after)
        rows = np.flatnonzero(kept)
        if not len(rows):
            return
        batch = columns if len(rows) == size else {name: take(cells, rows) for name, cells in columns.items()}
        day = day[rows]
        dated: Cells = np.where(day <= ALWAYS, NOTHING, day)
        if table not in self._files:
            names = [name for name in TABLES[table].columns if name != "deleted"]
            self._files[table] = TableFile(self._target / f"{table}.parquet", TABLES[table], names)
        self._files[table].write({**batch, "known_on": dated})

    @property
    def rows(self) -> dict[str, int]:
        """Give the rows written by table, once all are."""
        return {name: file.rows for name, file in sorted(self._files.items())}

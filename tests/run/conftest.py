"""A book, a pack and a store of a test's own, with stand-ins for the stages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.engine import Engine, open_engine
from postloan.run import attempt
from postloan.run.daily import RunResult, catch_up, run_day
from postloan.run.ledger import Ledger, RunRow
from postloan.run.store import Store
from tests.run import stand_ins


@dataclass
class House:
    """Where a test runs."""

    book: Path
    pack: Path
    store: Store
    engine: Engine

    def run(self, day: str, **options: Any) -> RunResult:
        """Run one day."""
        options = {"threads": 1} | options
        return run_day(self.book, date.fromisoformat(day), self.store.folder, self.pack, **options)

    def catch_up(self, start: str, end: str) -> list[RunResult]:
        """Run every business day of a span."""
        first, last = date.fromisoformat(start), date.fromisoformat(end)
        return catch_up(self.book, last, self.store.folder, self.pack, from_date=first, threads=1)

    def ledger(self) -> list[RunRow]:
        """Give the ledger as somebody else would read it."""
        return Ledger(self.store, self.engine).rows()

    def states(self) -> dict[str, str]:
        """Give the state of each run."""
        return {row.run_id: row.state for row in self.ledger()}

    def rows(self, path: Path) -> list[dict[str, Any]]:
        """Give the rows of a Parquet file."""
        return self.engine.rows(self.engine.raw(path))

    def result(self, day: str, table: str) -> list[dict[str, Any]]:
        """Give the rows of a result table."""
        return self.rows(self.store.result(date.fromisoformat(day)) / f"{table}.parquet")


@pytest.fixture
def house(tmp_path, monkeypatch):
    """A house with two loans, in which stand-ins do the stages' work."""
    stand_ins.use(monkeypatch)
    with open_engine(threads=1, scratch=tmp_path / "reader") as engine:
        book, pack = stand_ins.make_book(tmp_path / "book"), stand_ins.make_pack(tmp_path / "pack")
        yield House(book, pack, Store(tmp_path / "store"), engine)


@pytest.fixture
def guarded_house(house, monkeypatch):
    """The same house with the real quality gate."""
    monkeypatch.setattr(attempt, "admit", stand_ins.REAL_GATE)
    return house

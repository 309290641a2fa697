"""Runs of the two real books, each computed once for all tests that look at them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from postloan.book.importing import ImportSummary, import_book
from postloan.book.sources import taiwan
from postloan.engine import Engine, open_engine
from postloan.run.daily import RunResult, run_day

BERKA_DAY = date(1994, 3, 31)
MONTH_ENDS = tuple(
    date(2005, month, day) for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))
)


@dataclass(frozen=True)
class Ran:
    """A book with the result of a run of it."""

    imported: ImportSummary
    store: Path
    result: RunResult
    engine: Engine

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Give all rows of a result table."""
        day = self.result.run.as_of.isoformat()
        return self.engine.rows(self.engine.raw(self.store / "runs" / day / f"{table}.parquet"))


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with open_engine(threads=2) as opened:
        yield opened


@pytest.fixture(scope="session")
def berka(real_data: Path, tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Ran:
    folder = tmp_path_factory.mktemp("berka")
    summary = import_book("berka", real_data / "berka", folder / "book")
    result = run_day(folder / "book", BERKA_DAY, folder / "store")
    return Ran(summary, folder / "store", result, engine)


@pytest.fixture(scope="session")
def taiwan_book(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> ImportSummary:
    folder = tmp_path_factory.mktemp("taiwan")
    return import_book("taiwan", real_data / "taiwan_credit", folder / "book")


@pytest.fixture(scope="session")
def september(taiwan_book: ImportSummary, tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Ran:
    """The last month end in a store of its own."""
    store = tmp_path_factory.mktemp("september")
    return Ran(taiwan_book, store, run_day(taiwan_book.book, MONTH_ENDS[-1], store), engine)


@pytest.fixture(scope="session")
def outcomes(real_data: Path, tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    path = tmp_path_factory.mktemp("outcomes") / "outcomes.parquet"
    taiwan.outcomes(real_data / "taiwan_credit", path, engine)
    return path

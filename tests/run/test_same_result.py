"""The whole run on a simulated bank: the same inputs give the same result hash, however it is run."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from postloan.book.schema import TABLES
from postloan.run.daily import RunResult, catch_up, run_day
from tests.books import FEW, shuffled, small_bank

BEFORE, DAY = date(2024, 2, 29), date(2024, 3, 1)


@dataclass(frozen=True)
class Plain:
    """A book, a store in which two days of it were run in one go by one thread, and what the second gave."""

    book: Path
    store: Path
    done: RunResult

    def assert_same_again(self, store: Path, book: Path, **how: object) -> None:
        """Run the second day after the same first one, and see that it gives the same."""
        shutil.copytree(self.store, store)
        again = run_day(book, DAY, store, **how)
        assert (again.run.run_id, again.run.prior_run_id) == ("2024-03-01-2", "2024-02-29-1")
        assert again.run.engine == how.get("engine", "duckdb")
        assert again.run.input_hash == self.done.run.input_hash
        assert again.run.result_hash == self.done.run.result_hash
        assert again.counts == self.done.counts


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(FEW, id="few tables"),
        pytest.param(tuple(TABLES), id="every table", marks=pytest.mark.slow),
    ],
)
def plain(request, tmp_path_factory) -> Plain:
    folder = tmp_path_factory.mktemp("same")
    book = small_bank(folder / "book", DAY, loans=80, tables=request.param)
    done = catch_up(book, DAY, folder / "store", from_date=BEFORE, threads=1)
    assert [result.run.as_of for result in done] == [BEFORE, DAY]
    return Plain(book, folder / "store", done[-1])


def test_shuffled_rows_two_threads_and_a_single_day(plain, tmp_path):
    plain.assert_same_again(tmp_path / "store", shuffled(plain.book, tmp_path / "book", seed=7), threads=2)


@pytest.mark.spark
def test_spark(plain, tmp_path):
    plain.assert_same_again(tmp_path / "store", plain.book, engine="spark", threads=2)


def test_the_book_shows_something_of_every_stage(plain):
    assert plain.done.counts["loans"] > 50
    for what in ("signals", "warnings", "classes", "measures"):
        assert sum(plain.done.counts[what].values()) > 0, what

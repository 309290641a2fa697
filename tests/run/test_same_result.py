"""The whole run on a generated book: the same inputs give the same result hash, however it is run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from postloan.book.sources import demo
from postloan.engine import open_engine
from postloan.run.daily import RunResult, catch_up, run_day
from tests.books import shuffled

BEFORE, DAY = date(2024, 2, 29), date(2024, 3, 1)


@pytest.fixture(scope="module")
def book(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "book"
    with open_engine(threads=1) as engine:
        demo.generate(folder, engine, DAY, loans=80)
    return folder


@pytest.fixture(scope="module")
def plain(book, tmp_path_factory) -> RunResult:
    store = tmp_path_factory.mktemp("plain")
    return catch_up(book, DAY, store, from_date=BEFORE, threads=1)[-1]


def test_shuffled_rows_two_threads_and_single_days(book, plain, tmp_path):
    other = shuffled(book, tmp_path / "book", seed=7)
    run_day(other, BEFORE, tmp_path / "store", threads=2)
    again = run_day(other, DAY, tmp_path / "store", threads=2)
    assert again.run.input_hash == plain.run.input_hash
    assert again.run.result_hash == plain.run.result_hash
    assert again.counts == plain.counts


@pytest.mark.spark
def test_spark(book, plain, tmp_path):
    run_day(book, BEFORE, tmp_path, threads=2)
    again = run_day(book, DAY, tmp_path, engine="spark", threads=2)
    assert (again.run.engine, again.run.prior_run_id) == ("spark", "2024-02-29-1")
    assert again.run.input_hash == plain.run.input_hash
    assert again.run.result_hash == plain.run.result_hash


def test_the_book_shows_something_of_every_stage(plain):
    assert plain.counts["loans"] > 50
    for what in ("signals", "warnings", "classes", "measures"):
        assert sum(plain.counts[what].values()) > 0, what

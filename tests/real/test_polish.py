"""Polish firms by their statements: who goes bankrupt in the year after, as signals on statements see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from postloan.book.importing import import_book
from postloan.book.sources import polish
from postloan.engine import open_engine
from postloan.run.daily import run_day
from postloan.run.evaluate import evaluate

pytestmark = pytest.mark.real_data

WATCH = Path(__file__).parents[2] / "docs" / "examples" / "statement_watch"
SPEAK = {"FIN02", "FIN04", "FIN06", "FIN07", "FIN17"}


@pytest.fixture(scope="module")
def store(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("polish")
    import_book("polish", real_data / "polish_bankruptcy", folder / "book")
    run_day(folder / "book", polish.PERIOD_END, folder / "store", WATCH)
    return folder / "store"


def test_each_signal_holds_twice_the_share_of_all(store, real_data, engine, tmp_path):
    polish.outcomes(real_data / "polish_bankruptcy", tmp_path / "outcomes.parquet", engine)
    with open_engine(threads=2) as opened:
        judged = evaluate(opened, store, tmp_path / "outcomes.parquet", horizon_days=365, min_colour="blue")
    assert judged["outcomes"] == 410
    precision = {row["code"]: float(row["precision"]) for row in judged["by_signal"]}
    assert set(precision) == SPEAK
    assert min(precision.values()) >= 2 * 410 / 5_910
    colours = {row["colour"]: float(row["precision"] or 0) for row in judged["by_colour"]}
    assert colours["red"] > colours["orange"] > colours["yellow"] > 410 / 5_910
    assert float(judged["total"]["capture_count"]) >= 0.8


def test_what_the_ratios_do_not_hold_is_not_measured(store, engine):
    coverage = engine.rows(
        engine.raw(store / "runs" / polish.PERIOD_END.isoformat() / "signal_coverage.parquet")
    )
    statement = {row["code"]: row for row in coverage if row["code"].startswith("FIN")}
    assert len(statement) == 21
    assert {code for code, row in statement.items() if row["not_measurable"] < row["subjects"]} == SPEAK
    assert statement["FIN02"]["subjects"] - statement["FIN02"]["not_measurable"] == 5_801

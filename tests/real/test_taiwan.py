"""The Taiwan bank's cards: who goes bad in October, as seen on 30 September 2005."""

from __future__ import annotations

import pytest

from postloan.engine import open_engine
from postloan.run.evaluate import evaluate
from tests.real.conftest import MONTH_ENDS

pytestmark = pytest.mark.real_data


def test_the_import_holds_the_known_figures(taiwan_book, outcomes, engine):
    assert taiwan_book.rows["customer"] == 30_000
    assert taiwan_book.rows["position"] == 180_000
    assert not taiwan_book.quarantined
    assert len(engine.rows(engine.raw(outcomes))) == 6_636


def test_the_score_finds_more_than_months_overdue(september, outcomes):
    with open_engine(threads=2) as engine:
        judged = evaluate(engine, september.store, outcomes)
    precision = {row["top"]: float(row["precision"]) for row in judged["ranking"]}
    assert precision[1000] >= 0.72  # months overdue alone: 0.69


def test_red_and_orange_hold_no_fewer_defaults_than_as_many_by_months_overdue(september, real_data, engine):
    source = engine.rows(engine.raw(real_data / "taiwan_credit" / "taiwan_credit.parquet"))
    bad = {str(row["ID"]) for row in source if row["default.payment.next.month"] == 1}
    flagged = {row["subject_id"] for row in september.rows("warning") if row["colour"] in ("red", "orange")}
    by_months = sorted(source, key=lambda row: (-row["PAY_0"], -row["PAY_2"], str(row["ID"])))
    others = {str(row["ID"]) for row in by_months[: len(flagged)]}
    assert len(flagged & bad) >= len(others & bad)


def test_past_due_by_the_banks_record(september):
    days = [row["days_past_due"] for row in september.rows("loan_state")]
    assert (len(days), sum(day >= 60 for day in days), max(days)) == (30_000, 3_130, 240)


@pytest.mark.slow
def test_six_month_ends_follow_one_another(taiwan_book, tmp_path):
    from postloan.run.daily import run_day

    results = [run_day(taiwan_book.book, day, tmp_path / "store") for day in MONTH_ENDS]
    assert [result.run.state for result in results] == ["done"] * 6
    assert results[-1].run.prior_run_id == results[-2].run.run_id

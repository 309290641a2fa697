"""What must be shown on the two real books, through the command line alone."""

from __future__ import annotations

import csv

import pytest

from postloan.engine import open_engine

pytestmark = pytest.mark.real_data


def test_the_story_of_the_czech_loan_in_arrears_fits_one_screen(call, real_data, tmp_path):
    book, store = tmp_path / "book", tmp_path / "store"
    assert call("import", "berka", real_data / "berka", book).code == 0
    assert call("run", book, "--as-of", "1994-03-31", "--store", store).code == 0
    story = call("explain", store, "--loan", "5314", "--book", book)
    assert story.code == 0, story.err
    assert len(story.out.splitlines()) <= 45
    for words in (
        "231 days past due",
        "oldest unpaid 1993-08-12",
        "substandard  final Sub2",
        "REP05",
        "MX07",
    ):
        assert words in story.out, words
    told = call("explain", store, "--loan", "7097", "--json").json
    assert "ACC06" in {one["code"] for one in told["signals"]}
    assert told["warning"]["colour"]


def test_the_scores_of_the_taiwan_bank_beat_months_overdue(call, real_data, tmp_path):
    book, store, outcomes = tmp_path / "book", tmp_path / "store", tmp_path / "outcomes.csv"
    assert call("import", "taiwan", real_data / "taiwan_credit", book).code == 0
    assert call("run", book, "--as-of", "2005-09-30", "--store", store).code == 0
    overdue = _outcomes(real_data, outcomes)
    told = call("evaluate", store, "--outcomes", outcomes, "--json").json
    first = {row["top"]: row["precision"] for row in told["ranking"]}
    assert first[1000] >= 0.72  # months overdue alone: 0.69
    # Red and orange hold no fewer who default than as many customers ordered by months overdue.
    total = told["total"]
    assert total["right"] >= sum(overdue[: total["alerts"]])


def _outcomes(real_data, path):
    """Write who defaulted in October; give whether they did, in order of months overdue."""
    with open_engine(threads=1) as engine:
        source = next((real_data / "taiwan_credit").glob("*.parquet"))
        rows = engine.rows(engine.raw(source).select("ID", "PAY_0", "PAY_2", "default.payment.next.month"))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_id", "bad_on"])
        writer.writerows([row["ID"], "2005-10-31"] for row in rows if int(row["default.payment.next.month"]))
    rows.sort(key=lambda row: (-int(row["PAY_0"]), -int(row["PAY_2"]), int(row["ID"])))
    return [int(row["default.payment.next.month"]) for row in rows]

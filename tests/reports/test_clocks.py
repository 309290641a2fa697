"""Clocks by kind and days left: every edge of every band, and what cannot be measured said aloud."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal

import pytest

from postloan.policy.pack import load
from postloan.reports.clocks import clocks
from tests.reports.conftest import AFTER, LAST, Made, run_day

LEFT = (-1, 0, 7, 8, 30, 31, 90, 91, 180, 181)


def _clock(clock_id, days_left, state="running", kind="debt_limitation", **others):
    return {
        "clock_id": clock_id,
        "kind": kind,
        "loan_id": "L1",
        "days_left": days_left,
        "state": state,
        **others,
    }


CLOCKS = [
    *(_clock(f"r{number}", left) for number, left in enumerate(LEFT)),
    _clock("e", None, "expired"),
    _clock("n", None, "not_measurable", evidence=json.dumps({"missing": ["notice", "due"]})),
    _clock("m", None, "running"),
    _clock("s", 20, "suspended", "guarantee_period"),
    _clock("g", 7, "running", "guarantee_period", loan_id="L2", customer_id="C-L2", ends_on="2026-03-06"),
]


@pytest.fixture(scope="module")
def house(engine, made, tmp_path_factory):
    store = tmp_path_factory.mktemp("clocks") / "store"
    run_day(engine, store, LAST, made.pack, loan_state=AFTER, clock=CLOCKS)
    return Made(engine, store, made.pack, made.folder)


def test_each_edge_falls_into_its_band(house):
    told = clocks(house.day(), 10, "en")
    by_kind = told.grids[0]
    assert [column.key for column in by_kind.columns] == [
        "kind",
        *("expired", "0_7", "8_30", "31_90", "91_180", "more", "suspended", "not_measurable", "total"),
    ]
    assert [list(row) for row in by_kind.rows] == [
        ["debt_limitation", 2, 2, 2, 2, 2, 1, 0, 2, 13],
        ["guarantee_period", 0, 1, 0, 0, 0, 0, 1, 0, 2],
        ["total", 2, 3, 2, 2, 2, 1, 1, 2, 15],
    ]
    assert list(told.answer) == [
        "Clocks that run: 10, of which 5 end within 30 days; expired: 2.",
        "Not measurable for lack of evidence: 2 of 15. Nobody can say how long they run.",
    ]


def test_the_first_to_end_come_first_with_their_loan(house):
    told = clocks(house.day(), 3, "zh")
    (urgent,) = [grid for grid in told.grids if grid.key == "urgent"]
    rows = urgent.records()
    assert [(row["loan_id"], row["days_left"]) for row in rows] == [("L1", 0), ("L2", 7), ("L1", 7)]
    assert rows[1]["balance"] == Decimal("220.00")
    assert rows[1]["ends_on"].isoformat() == "2026-03-06"


def test_what_was_done_in_time_is_not_told_as_unmeasured(engine, made, tmp_path):
    rows = [_clock("d", None, "satisfied"), _clock("n", None, "not_measurable"), _clock("r", 7)]
    run_day(engine, tmp_path / "store", LAST, made.pack, loan_state=AFTER, clock=rows)
    told = clocks(Made(engine, tmp_path / "store", made.pack, made.folder).day(), 10, "en")
    (total,) = [row for row in told.grids[0].records() if row["kind"] == "total"]
    assert (total["0_7"], total["satisfied"], total["not_measurable"], total["total"]) == (1, 1, 1, 3)
    assert list(told.answer) == [
        "Clocks that run: 1, of which 1 end within 30 days; expired: 0.",
        "Not measurable for lack of evidence: 1 of 3. Nobody can say how long they run.",
    ]
    (urgent,) = [grid for grid in told.grids if grid.key == "urgent"]
    assert [row["loan_id"] for row in urgent.records()] == ["L1"]


def test_the_loans_that_cannot_be_counted_are_named_with_what_is_missing(house):
    told = clocks(house.day(), 1, "zh")
    named = [
        {"kind": "debt_limitation", "loan_id": "L1", "customer_id": None, "missing": missing}
        for missing in (None, "notice, due")  # one that runs without a day says nothing of why
    ]
    data, pages = told.as_dict(), {grid.key: grid for grid in told.pages}
    assert data["unmeasured"] == named
    assert data["missing"] == [
        {"kind": "debt_limitation", "missing": None, "clocks": 1},
        {"kind": "debt_limitation", "missing": "notice, due", "clocks": 1},
    ]
    assert pages["unmeasured"].records() == named[:1]
    assert list(pages["unmeasured"].says) == [
        "另有 1 项：--out clocks.xlsx 或 --format csv 列出全部，--top 可多列。"
    ]
    rows = told.tidy.records()
    assert sum(row["clocks"] for row in rows) == 15
    assert [{key: row[key] for key in named[0]} for row in rows if row["band"] == "not_measurable"] == named
    assert {row["loan_id"] for row in rows if row["band"] != "not_measurable"} == {None}
    assert data["answer"] == list(told.answer)


WITH_CLOCKS = """\
- {kind: bureau_consent, name: {en: Consent, zh: 授权}, consequence: {en: No report, zh: 不得查询},
   reference: a law, status: K, effective_from: 2020-01-01}
"""


def test_no_clock_is_said(made, tmp_path):
    shutil.copytree(made.folder, tmp_path / "small")
    (tmp_path / "small" / "clocks.yaml").write_text(WITH_CLOCKS, encoding="utf-8")
    told = clocks(Made(made.engine, made.store, load(tmp_path / "small"), made.folder).day(), 10, "en")
    assert told.answer[0] == "No legal period runs: the run of 2026-02-27 wrote no clock."
    assert told.pages == []


def test_a_pack_without_clocks_is_not_a_book_without_periods(made):
    told = clocks(made.day(), 10, "en")
    assert (list(told.answer), told.pages) == (
        [
            "The pack holds no legal clocks, so none is counted: legal periods may be running out unseen.",
        ],
        [],
    )
    assert told.as_dict() == {
        "report": "clocks",
        "date": made.day().as_of,
        "policy_version": made.day().row.policy_version,
        "kinds_in_pack": 0,
        "answer": list(told.answer),
        "bands": [],
    }

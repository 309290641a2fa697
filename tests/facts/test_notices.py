"""The last notice of each signal, carried from run to run."""

from __future__ import annotations

from datetime import date

import pytest

from postloan.engine import Field, open_engine
from postloan.facts.notices import last_fired
from tests import stages

YESTERDAY = date(2024, 6, 27)
CODES = ("REP03", "REP04")
FIELDS = [
    Field("id", "string"),
    Field("last_fired_on_REP03", "date"),
    Field("last_fired_rank_REP03", "integer"),
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("notices")) as opened:
        yield opened


def rows(engine, prior):
    return {row.pop("id"): row for row in engine.rows(last_fired(engine, prior, CODES))}


def test_a_first_run_knows_of_none(engine):
    assert rows(engine, None) == {}


def test_the_last_run_told_it_or_had_it_from_before(engine):
    signals = [
        stages.signal_row("C1", "REP03", "yellow", subject_kind="loan", subject_id="L1"),
        stages.signal_row("C1", "REP03", "orange", subject_kind="loan", subject_id="L2"),
        stages.signal_row("C2", "REP03", "yellow", state="suppressed"),
    ]
    kept = [
        {"id": "C1", "last_fired_on_REP03": date(2024, 5, 1), "last_fired_rank_REP03": 4},
        {"id": "C2", "last_fired_on_REP03": date(2024, 6, 20), "last_fired_rank_REP03": 2},
        {"id": "C3", "last_fired_on_REP03": None, "last_fired_rank_REP03": None},
    ]
    customers = engine.from_rows(kept, FIELDS, "kept")
    nothing = {"last_fired_on_REP04": None, "last_fired_rank_REP04": None}
    assert rows(engine, stages.prior(engine, YESTERDAY, signals, customers=customers)) == {
        "C1": {"last_fired_on_REP03": YESTERDAY, "last_fired_rank_REP03": 2, **nothing},
        "C2": {"last_fired_on_REP03": date(2024, 6, 20), "last_fired_rank_REP03": 2, **nothing},
        "C3": {"last_fired_on_REP03": None, "last_fired_rank_REP03": None, **nothing},
    }


def test_signals_alone_are_enough(engine):
    signals = [stages.signal_row("C1", "REP04", "orange")]
    found = rows(engine, stages.prior(engine, YESTERDAY, signals))
    assert found["C1"]["last_fired_on_REP04"] == YESTERDAY
    assert found["C1"]["last_fired_rank_REP04"] == 2

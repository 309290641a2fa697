"""What `status` reads of a store, and of what is no store yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from postloan.engine import open_engine
from postloan.policy.calendar import Calendar, CalendarYear
from postloan.run.ledger import Ledger
from postloan.run.status import last_policy, status
from postloan.run.store import Store
from tests.run.made_store import made_run

HOLIDAY = date(2026, 1, 7)
CALENDAR = Calendar({2026: CalendarYear(2026, frozenset({HOLIDAY}), frozenset())})


@pytest.fixture
def engine(tmp_path):
    with open_engine(threads=1, scratch=tmp_path / "scratch") as engine:
        yield engine


def test_a_store_that_is_not_there_has_no_runs(engine, tmp_path):
    told = status(engine, tmp_path / "nowhere", CALENDAR)
    assert (told.runs, told.gaps, told.failed) == ((), (), ())
    assert last_policy(engine, tmp_path / "nowhere") is None
    assert not (tmp_path / "nowhere").exists()


def test_runs_are_told_with_loans_and_colours(engine, tmp_path):
    store = tmp_path / "store"
    warnings = [
        {"customer_id": "C1", "colour": "red", "opened_on": "2026-01-05"},
        {"customer_id": "C2", "colour": "blue", "opened_on": "2026-01-05"},
    ]
    made_run(engine, store, "2026-01-05", warning=warnings, loan_state=[{"loan_id": "L1"}, {"loan_id": "L2"}])
    (row,) = status(engine, store, CALENDAR).runs
    assert (row["run_id"], row["state"], row["loans"]) == ("2026-01-05-1", "done", 2)
    assert row["warnings"] == {"red": 1, "orange": 0, "yellow": 0, "blue": 1}
    assert row["seconds"] == 3600
    assert last_policy(engine, store) == "cn_rural-000000000000"


def test_gaps_are_business_days_between_the_first_and_the_last_result(engine, tmp_path):
    # Monday 5 January and Monday 12: Tuesday, Thursday and Friday are missing, Wednesday is a holiday.
    for day in ("2026-01-05", "2026-01-12"):
        made_run(engine, tmp_path / "store", day)
    told = status(engine, tmp_path / "store", CALENDAR)
    assert told.gaps == (date(2026, 1, 6), date(2026, 1, 8), date(2026, 1, 9))
    assert not told.provisional
    assert status(engine, tmp_path / "store", Calendar({})).provisional


def test_a_failed_run_is_told_until_its_day_has_a_result(engine, tmp_path):
    store = Store(tmp_path / "store")
    good = made_run(engine, store.folder, "2026-01-05")
    ledger = Ledger(store, engine)
    for day in (5, 6):
        run_id = f"2026-01-0{day}-9"
        ledger.put(
            replace(good, run_id=run_id, as_of=date(2026, 1, day), state="failed", reason="disk_full: x")
        )
    told = status(engine, store.folder, CALENDAR)
    assert [row["run_id"] for row in told.failed] == ["2026-01-06-9"]
    assert told.failed[0]["reason"] == "disk_full: x"

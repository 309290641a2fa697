"""A day's run: what it writes, what it tells, and what a second one leaves of the first."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from postloan import results
from postloan.errors import PolicyError, RunError
from postloan.run.store import Store
from tests.run import stand_ins

FRIDAY, MONDAY, TUESDAY, WEDNESDAY = "2024-03-01", "2024-03-04", "2024-03-05", "2024-03-06"


def test_a_run_writes_every_result_table_in_the_contract_s_columns(house):
    house.run(FRIDAY)
    for schema in results.HASHED:
        path = house.store.result(date(2024, 3, 1)) / f"{schema.name}.parquet"
        assert tuple(house.engine.raw(path).columns) == schema.columns
    loans = house.result(FRIDAY, "loan_state")
    assert [(row["loan_id"], row["balance"]) for row in loans] == [
        ("L1", Decimal("990.00")),  # the payment of 1 February is known
        ("L2", Decimal("2500.50")),  # that of 5 March is not
    ]


def test_the_run_row_stands_in_the_ledger_and_with_the_result(house):
    done = house.run(FRIDAY)
    (row,) = house.ledger()
    assert row == done.run
    assert [{**one, "stages": done.run.stages} for one in house.result(FRIDAY, "run")] == [row.as_dict()]
    assert (row.run_id, row.as_of, row.state, row.prior_run_id) == (
        "2024-03-01-1",
        date(2024, 3, 1),
        "done",
        None,
    )
    assert [stage["stage"] for stage in json.loads(row.stages)] == [
        "gate",
        "inputs",
        "facts",
        "signals",
        "warnings",
        "classification",
        "clocks",
        "measures",
        "results",
    ]
    assert all(set(stage) == {"stage", "seconds", "rows", "bytes_read"} for stage in row.stage_list())


def test_the_answer_counts_what_was_found(house):
    told = house.run(FRIDAY).as_dict()
    assert told["run_id"] == "2024-03-01-1"
    assert told["counts"] == {
        "loans": 2,
        "customers": 2,
        "signals": {"red": 0, "orange": 0, "yellow": 0, "blue": 0},
        "warnings": {"red": 0, "orange": 0, "yellow": 0, "blue": 0},
        "classes": {"I": 2},
        "measures": {},
    }
    assert told["quarantined"] == 0


def test_a_second_run_of_a_day_gives_the_same_hashes_and_keeps_the_first_result(house):
    first, second = house.run(FRIDAY), house.run(FRIDAY)
    assert second.run.result_hash == first.run.result_hash
    assert second.run.input_hash == first.run.input_hash
    assert house.states() == {"2024-03-01-1": "superseded", "2024-03-01-2": "done"}
    kept = house.rows(house.store.superseded("2024-03-01-1") / "loan_state.parquet")
    assert kept == house.result(FRIDAY, "loan_state")


def test_the_next_day_reads_the_result_before_it(house):
    house.run(FRIDAY)
    second = house.run(MONDAY)
    assert second.run.prior_run_id == "2024-03-01-1"
    assert {row["class_final"] for row in house.result(MONDAY, "loan_state")} == {"II"}


def test_an_earlier_day_reads_no_later_one_and_tells_of_it(house):
    house.run(MONDAY)
    earlier = house.run(FRIDAY)
    assert earlier.run.prior_run_id is None
    assert [finding.code for finding in earlier.findings] == ["later_days_stand"]
    assert house.run(FRIDAY).findings == ()  # nothing changed for the later day


def test_work_is_cleared_away_when_a_run_is_done(house):
    house.run(FRIDAY)
    assert [path.name for path in (house.store.folder / "work").iterdir()] == ["scratch"]
    assert list(house.store.scratch.iterdir()) == []


def test_days_caught_up_one_by_one_equal_days_run_by_hand(house, tmp_path):
    caught = house.catch_up(FRIDAY, WEDNESDAY)
    house.store = Store(tmp_path / "by-hand")
    by_hand = [house.run(day) for day in (FRIDAY, MONDAY, TUESDAY, WEDNESDAY)]
    assert [one.run.as_of for one in caught] == [one.run.as_of for one in by_hand]
    assert [one.run.result_hash for one in caught] == [one.run.result_hash for one in by_hand]
    assert [one.run.input_hash for one in caught] == [one.run.input_hash for one in by_hand]
    assert [one.gap for one in caught] == [(), (), (), ()]
    assert {row["class_final"] for row in house.result(WEDNESDAY, "loan_state")} == {"IIII"}


def test_a_span_without_business_days_is_an_error(house):
    with pytest.raises(RunError) as caught:
        house.catch_up("2024-03-02", "2024-03-03")
    assert caught.value.code == "no_business_day"


def test_a_gap_is_told_and_ends_with_1_unless_allowed(house):
    house.run(FRIDAY)
    late = house.run(WEDNESDAY)
    assert late.gap == (date(2024, 3, 4), date(2024, 3, 5))
    assert (late.exit_code(), late.exit_code(allow_gap=True)) == (1, 0)
    assert "2024-03-04 to 2024-03-05" in late.findings[-1].message
    assert house.states()["2024-03-06-1"] == "done"


def test_a_weekend_is_no_gap(house):
    house.run(FRIDAY)
    assert house.run(MONDAY).gap == ()


def test_a_first_run_has_no_gap_and_any_calendar_day_will_do(house):
    sunday = house.run("2024-03-03")
    assert (sunday.gap, sunday.exit_code()) == ((), 0)


def test_facts_are_kept_for_as_many_days_as_asked(house):
    for day in (FRIDAY, MONDAY, TUESDAY):
        house.run(day, keep_facts=2)
    kept = {path.parent.name for path in house.store.runs.glob("*/facts_*.parquet")}
    assert kept == {MONDAY, TUESDAY}
    assert len(list(house.store.runs.glob("*/loan_state.parquet"))) == 3
    assert [finding.code for finding in house.run(MONDAY).findings] == ["facts_not_kept"]


def test_one_run_at_a_time(house):
    house.run(FRIDAY)
    with house.store.locked(), pytest.raises(RunError) as caught:
        house.run(MONDAY)
    assert caught.value.code == "store_busy"
    assert "process" in caught.value.message
    assert house.run(MONDAY).run.state == "done"


def test_one_bad_row_is_quarantined_while_the_rest_completes(guarded_house, tmp_path):
    guarded_house.book = stand_ins.make_book(
        tmp_path / "bad",
        loan=[
            {"loan_id": "L1"},
            {"loan_id": "L2"},
            {"loan_id": "L3", "disbursed_on": "2024-01-05", "matures_on": "2023-01-05"},
        ],
        payment=[],
    )
    done = guarded_house.run(FRIDAY)
    assert (done.run.state, done.quarantined, done.exit_code()) == ("done", 1, 0)
    assert [row["loan_id"] for row in guarded_house.result(FRIDAY, "loan_state")] == ["L1", "L2"]
    (kept,) = guarded_house.result(FRIDAY, "quarantine/loan")
    assert (kept["loan_id"], kept["quarantine_code"]) == ("L3", "dates_reversed")
    assert any(finding.code == "dates_reversed" for finding in done.findings)


def test_a_control_total_off_by_one_cent_ends_with_1_and_the_run_is_done(guarded_house):
    (guarded_house.book / "control.csv").write_text(
        "table,column,count,sum\nloan,amount,2,3500.51\n", "utf-8"
    )
    done = guarded_house.run(FRIDAY)
    assert (done.run.state, done.controls_hold, done.exit_code()) == ("done", False, 1)


def test_amounts_in_a_currency_without_rates_are_told(guarded_house, tmp_path):
    guarded_house.book = stand_ins.make_book(
        tmp_path / "czk", loan=[{"loan_id": "L1", "currency": "CZK"}], payment=[]
    )
    assert guarded_house.run(FRIDAY).findings[-1].code == "bands_as_plain_numbers"


def test_an_unknown_pack_leaves_no_trace_in_the_ledger(house, tmp_path):
    house.pack = tmp_path / "nowhere"
    with pytest.raises(PolicyError):
        house.run(FRIDAY)
    assert house.ledger() == []


class Listener:
    """Keeps what a run tells."""

    def __init__(self):
        self.told = []

    def day(self, as_of, number, of):
        self.told.append(as_of)

    def stage(self, name, number, of):
        self.told.append((name, number, of))

    def done(self, name, rows, seconds, *, resumed):
        self.told.append((name, rows, resumed))

    def end(self):
        self.told.append("end")


def test_progress_tells_the_day_each_stage_and_the_end(house, capfd):
    listener = Listener()
    house.run(FRIDAY, progress=listener)
    assert listener.told[:3] == [date(2024, 3, 1), ("gate", 1, 9), ("gate", 9, False)]
    assert ("classification", 6, 9) in listener.told
    assert ("classification", 2, False) in listener.told
    assert listener.told[-1] == "end"
    assert capfd.readouterr().out == ""

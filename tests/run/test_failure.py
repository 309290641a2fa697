"""Failures: a typed reason in the ledger, results before untouched, finished stages kept for the next run."""

from __future__ import annotations

import errno
import shutil

import pytest

from postloan.engine import verbs as v
from postloan.errors import BookError, PostloanError, RunError
from postloan.run.publish import publish
from tests.run import stand_ins

DAY, NEXT = "2024-03-01", "2024-03-04"


def failing(error):
    def compute(context):
        raise error

    return compute


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunError("no_rates", "no rate for CZK", where="table fx"), "no_rates"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk_full"),
        (MemoryError(), "out_of_memory"),
        (ZeroDivisionError("a defect"), "internal_error"),
    ],
)
def test_a_run_that_must_stop_leaves_a_typed_reason(house, monkeypatch, error, code):
    before = house.run(DAY)
    stand_ins.use(monkeypatch, classification=failing(error))
    with pytest.raises(PostloanError) as caught:
        house.run(DAY)
    assert caught.value.code == code
    row = house.ledger()[-1]
    assert (row.state, row.result_hash) == ("failed", None)
    assert row.reason.startswith(f"{code}: ")
    assert row.ended is not None
    assert house.states()[before.run.run_id] == "done"
    assert house.result(DAY, "run")[0]["result_hash"] == before.run.result_hash


def test_the_next_run_goes_on_where_the_failed_one_stopped(house, monkeypatch):
    stand_ins.use(monkeypatch, classification=failing(RunError("no_rates", "no rate")))
    with pytest.raises(RunError):
        house.run(DAY)
    stand_ins.use(monkeypatch, facts=failing(AssertionError("the facts were there")))
    done = house.run(DAY)
    assert (done.run.run_id, done.run.state, done.run.reason) == ("2024-03-01-1", "done", None)
    assert len(done.run.stage_list()) == 9


def test_a_run_of_other_inputs_begins_anew(house, monkeypatch, tmp_path):
    stand_ins.use(monkeypatch, classification=failing(RunError("no_rates", "no rate")))
    with pytest.raises(RunError):
        house.run(DAY)
    stand_ins.use(monkeypatch)
    house.book = stand_ins.make_book(tmp_path / "other", loan=[{"loan_id": "L9"}], payment=[])
    assert house.run(DAY).run.run_id == "2024-03-01-2"
    assert [row["loan_id"] for row in house.result(DAY, "loan_state")] == ["L9"]
    first = house.ledger()[0]
    assert (first.state, first.reason.partition(":")[0]) == ("failed", "inputs_changed")


def test_a_run_under_another_policy_begins_anew(house, monkeypatch, tmp_path):
    stand_ins.use(monkeypatch, classification=failing(RunError("no_rates", "no rate")))
    with pytest.raises(RunError):
        house.run(DAY)
    stand_ins.use(monkeypatch)
    house.pack = stand_ins.make_pack(tmp_path / "other", remark="changed")
    assert house.run(DAY).run.run_id == "2024-03-01-2"
    assert house.states() == {"2024-03-01-1": "failed", "2024-03-01-2": "done"}


def test_a_half_written_stage_is_written_anew(house, monkeypatch):
    stand_ins.use(monkeypatch, classification=failing(RunError("no_rates", "no rate")))
    with pytest.raises(RunError):
        house.run(DAY)
    work = house.store.work("2024-03-01-1")
    shutil.move(work / "signals", work / "signals.tmp")
    (work / "signals.tmp" / "signal.parquet").write_bytes(b"PAR1 cut off")
    stand_ins.use(monkeypatch)
    assert house.run(DAY).run.state == "done"


def test_a_book_that_cannot_be_read_is_written_down(guarded_house):
    (guarded_house.book / "loan.parquet").unlink()
    with pytest.raises(BookError) as caught:
        guarded_house.run(DAY)
    assert caught.value.code == "missing_table"
    (row,) = guarded_house.ledger()
    assert (row.state, row.input_hash) == ("failed", None)
    assert row.reason.startswith("missing_table: ")


def test_a_stage_that_gives_another_shape_is_named(house, monkeypatch):
    def compute(context):
        given = stand_ins.stages()[3].compute(context)["loan_state"]
        return {"loan_state": given.mutate(balance=v.literal(1, "integer"), surprise=v.null("string"))}

    stand_ins.use(monkeypatch, classification=compute)
    with pytest.raises(RunError) as caught:
        house.run(DAY)
    assert caught.value.code == "stage_output"
    assert "balance is int64" in caught.value.message
    assert "surprise" in caught.value.message


def test_a_catch_up_stops_at_the_day_that_fails_and_keeps_those_before(house, monkeypatch):
    def compute(context):
        if context.as_of.isoformat() == NEXT:
            raise RunError("no_rates", "no rate")
        return stand_ins.stages()[3].compute(context)

    stand_ins.use(monkeypatch, classification=compute)
    with pytest.raises(RunError):
        house.catch_up(DAY, "2024-03-05")
    assert house.states() == {"2024-03-01-1": "done", "2024-03-04-1": "failed"}


def test_a_kill_between_the_two_renames_is_mended(house):
    first = house.run(DAY)
    moved = house.store.superseded("2024-03-01-1")
    shutil.move(house.store.result(first.run.as_of), moved)
    assert house.run(NEXT).run.prior_run_id == "2024-03-01-1"
    assert not moved.exists()
    assert house.result(DAY, "run")[0]["result_hash"] == first.run.result_hash


def test_a_kill_before_the_ledger_followed_is_mended(house, monkeypatch):
    house.run(DAY)

    def killed_after_the_rename(store, ledger, row, folder):
        monkeypatch.setattr(ledger, "put", failing(KeyboardInterrupt()))
        publish(store, ledger, row, folder)

    monkeypatch.setattr("postloan.run.attempt.publish", killed_after_the_rename)
    with pytest.raises(KeyboardInterrupt):
        house.run(DAY)
    assert house.states() == {"2024-03-01-1": "done", "2024-03-01-2": "running"}
    monkeypatch.undo()
    stand_ins.use(monkeypatch)
    house.run(NEXT)
    assert house.states() == {"2024-03-01-1": "superseded", "2024-03-01-2": "done", "2024-03-04-1": "done"}


def test_an_interrupted_run_is_marked_at_the_next_start(house, monkeypatch):
    stand_ins.use(monkeypatch, signals=failing(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        house.run(DAY)
    assert house.states() == {"2024-03-01-1": "running"}
    stand_ins.use(monkeypatch)
    house.run(NEXT)
    row = house.ledger()[0]
    assert (row.state, row.reason.partition(":")[0]) == ("failed", "interrupted")


def test_a_result_that_is_gone_is_not_passed_over(house):
    house.run(DAY)
    shutil.rmtree(house.store.runs / DAY)
    with pytest.raises(RunError) as caught:
        house.run(NEXT)
    assert caught.value.code == "result_missing"


def test_verify_computes_anew_and_leaves_the_store_alone(house):
    done = house.run(DAY)
    checked = house.run(DAY, verify=True)
    assert (checked.verified, checked.exit_code(), checked.run) == (True, 0, done.run)
    assert len(house.ledger()) == 1
    assert list(house.store.scratch.iterdir()) == []


def test_verify_ends_with_1_where_the_hash_differs(house, monkeypatch):
    house.run(DAY)

    def compute(context):
        given = stand_ins.stages()[3].compute(context)["loan_state"]
        return {"loan_state": given.mutate(class_final=v.literal("changed", "string"))}

    stand_ins.use(monkeypatch, classification=compute)
    checked = house.run(DAY, verify=True)
    assert (checked.verified, checked.exit_code()) == (False, 1)


@pytest.mark.parametrize("what", ["nothing_to_verify", "inputs_changed", "policy_changed"])
def test_verify_says_what_it_cannot_compare(house, tmp_path, what):
    if what != "nothing_to_verify":
        house.run(DAY)
    if what == "inputs_changed":
        house.book = stand_ins.make_book(tmp_path / "other", loan=[{"loan_id": "L9"}], payment=[])
    if what == "policy_changed":
        house.pack = stand_ins.make_pack(tmp_path / "other", remark="changed")
    with pytest.raises(RunError) as caught:
        house.run(DAY, verify=True)
    assert caught.value.code == what

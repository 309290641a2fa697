"""A run killed anywhere leaves a store that can be read, and a plain second run gives the same result.

The store holds two days already, the second of them the day that is run, so that the kill may also fall
between the two renames that put one result in the other's place.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from postloan import results
from postloan.engine import open_engine
from postloan.errors import RunError
from postloan.run.daily import run_day
from postloan.run.hashes import result_hash
from postloan.run.ledger import Ledger, RunRow
from postloan.run.store import Store
from tests.architecture.sources import ROOT
from tests.books import tiny_book

BEFORE, DAY = date(2024, 2, 29), date(2024, 3, 1)
PROGRAM = Path(__file__).with_name("interrupted.py")


@dataclass(frozen=True)
class Template:
    """A book, and a store in which two days were run undisturbed."""

    book: Path
    store: Path
    expected: str

    def copy(self, folder: Path) -> Store:
        """Copy the store for one test."""
        shutil.copytree(self.store, folder)
        return Store(folder)

    def command(self, what: str, place: int | str, store: Store) -> list[str]:
        """Give the command of a run that is stopped somewhere; see `interrupted`."""
        day = [str(self.book), DAY.isoformat(), str(store.folder)]
        return [sys.executable, "-B", str(PROGRAM), what, str(place), *day]


@dataclass(frozen=True)
class Paused:
    """A run that was paused before its signals were put in place, while another tried to begin."""

    process: int
    exit_code: int
    refusal: RunError
    changes: list[list[str]]
    store: Store


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}


@pytest.fixture(scope="session")
def template(tmp_path_factory) -> Template:
    folder = tmp_path_factory.mktemp("killed")
    book = tiny_book(
        folder / "book",
        loan=[{"loan_id": f"L{number}"} for number in range(1, 5)],
        due=[
            {
                "loan_id": f"L{number}",
                "due_on": f"2024-0{month}-15",
                "principal": "500.00",
                "interest": "25.50",
            }
            for number in range(1, 5)
            for month in (1, 2, 3)
        ],
        payment=[
            {"loan_id": "L1", "paid_on": "2024-01-15", "amount": "525.50", "payment_id": "P1"},
            {"loan_id": "L2", "paid_on": "2024-02-20", "amount": "525.50", "payment_id": "P2"},
        ],
    )
    store = folder / "store"
    run_day(book, BEFORE, store, threads=1)
    done = run_day(book, DAY, store, threads=1)
    return Template(book, store, str(done.run.result_hash))


@pytest.fixture(scope="session")
def paused(template, tmp_path_factory) -> Paused:
    """Give a run that nobody kills, with every change of the file system that it makes."""
    store = template.copy(tmp_path_factory.mktemp("paused") / "store")
    command = template.command("pause", "/signals", store)
    with subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True) as first:
        try:
            os.waitpid(first.pid, os.WUNTRACED)
            with pytest.raises(RunError) as caught:
                run_day(template.book, DAY, store.folder, threads=1)
        finally:
            first.send_signal(signal.SIGCONT)
        told, _ = first.communicate()
    changes = [json.loads(line) for line in told.splitlines()]
    return Paused(first.pid, first.returncode, caught.value, changes, store)


@pytest.fixture(scope="session")
def changes(paused) -> list[list[str]]:
    """Give every change of the file system that a run makes."""
    assert paused.exit_code == 0
    return paused.changes


def run_until(template: Template, store: Store, number: int) -> None:
    """Run the day until its n-th change, and see that it was killed there."""
    told = subprocess.run(
        template.command("kill", number, store),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == -signal.SIGKILL, told.stderr


def ledger_of(store: Store) -> list[RunRow]:
    with open_engine(threads=1) as engine:
        return Ledger(store, engine).rows()


def assert_whole(store: Store) -> None:
    """See that every result in place is complete and is the one that its run row says."""
    with open_engine(threads=1) as engine:
        for day in store.days():
            folder = store.result(day)
            row = Ledger(store, engine).row_in(folder)
            assert row is not None
            assert row.state == "done"
            assert {f"{schema.name}.parquet" for schema in results.HASHED} <= {
                p.name for p in folder.iterdir()
            }
            assert result_hash(engine, folder) == row.result_hash


def check_a_kill(template: Template, store: Store, number: int) -> None:
    run_until(template, store, number)
    check_what_is_left(template, store)


def check_what_is_left(template: Template, store: Store) -> None:
    """See that the store can be read, and that a plain second run gives what an undisturbed one gave."""
    left = ledger_of(store)
    assert [row.run_id for row in left][:2] == ["2024-02-29-1", "2024-03-01-1"]
    assert_whole(store)
    done = run_day(template.book, DAY, store.folder, threads=1)
    assert done.run.result_hash == template.expected
    assert_whole(store)
    rows = ledger_of(store)
    standing = {row.as_of: row.run_id for row in rows if row.state == "done"}
    assert standing == {BEFORE: "2024-02-29-1", DAY: done.run.run_id}
    assert {row.state for row in rows} == {"done", "superseded"}
    assert {path.name for path in (store.folder / "superseded").iterdir()} == {
        row.run_id for row in rows if row.state == "superseded"
    }
    assert [path.name for path in (store.folder / "work").iterdir()] == ["scratch"]


def renames_to(changes: list[list[str]], ending: str) -> int:
    """Give the number of the rename whose target ends so."""
    return next(
        number
        for number, (event, _, target) in enumerate(changes, start=1)
        if event == "os.rename" and target.endswith(ending)
    )


# The second of the five is that of `test_finished_stages_are_kept`, about a third of the way.
@pytest.mark.parametrize("point", [0, 2, 3, 4])
def test_five_kills(template, changes, tmp_path, point):
    check_a_kill(template, template.copy(tmp_path / "store"), 1 + point * (len(changes) - 1) // 4)


@pytest.mark.slow
@pytest.mark.parametrize("point", range(50))
def test_fifty_kills(template, changes, tmp_path, point):
    check_a_kill(template, template.copy(tmp_path / "store"), 1 + point * (len(changes) - 1) // 49)


def test_a_kill_between_the_two_renames(template, changes, tmp_path):
    check_a_kill(template, template.copy(tmp_path / "store"), renames_to(changes, f"runs/{DAY.isoformat()}"))


def test_finished_stages_are_kept(template, changes, tmp_path):
    store = template.copy(tmp_path / "store")
    run_until(template, store, renames_to(changes, "/classification"))
    kept = {path: path.stat().st_mtime_ns for path in store.work("2024-03-01-2").glob("*/*.parquet")}
    assert {path.parent.name for path in kept} == {"facts", "signals", "warnings", "classification.tmp"}
    facts = store.work("2024-03-01-2") / "facts" / "facts_loan.parquet"
    check_what_is_left(template, store)
    assert ledger_of(store)[-1].run_id == "2024-03-01-2"
    assert (store.result(DAY) / "facts_loan.parquet").stat().st_mtime_ns == kept[facts]


def test_a_second_run_is_refused_while_one_is_under_way(template, paused):
    assert paused.refusal.code == "store_busy"
    assert f"process {paused.process} " in paused.refusal.message
    assert paused.exit_code == 0
    assert ledger_of(paused.store)[-1].result_hash == template.expected

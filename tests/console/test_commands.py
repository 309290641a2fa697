"""The console's commands, each in a process of its own: publish, feedback, audit verify."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.console.results import a_book, a_result

DAY = date(2026, 6, 30)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "store", a_book(tmp_path / "book")


def _call(*command: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "postloan", *command],
        env=kept | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def _migrate(store: Path) -> None:
    """Make the database as `serve` does, without serving."""
    program = (
        "from pathlib import Path; from postloan.console import serving;"
        f"serving.configure(Path({str(store)!r}), '', '');"
        "from django.core.management import call_command;"
        "call_command('migrate', verbosity=0); call_command('createcachetable', verbosity=0)"
    )
    kept = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    subprocess.run(
        [sys.executable, "-c", program],
        env=kept | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        check=True,
        timeout=120,
    )


def test_a_run_of_the_scheduler_is_shown_and_the_chain_can_be_proven(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, DAY, classes={"L1": "02", "L2": "06"}, colours={"C2": "red"})
    _migrate(store)
    shown = _call("publish", "--store", str(store), "--book", str(book), "--json")
    assert shown.returncode == 0, shown.stderr
    told = json.loads(shown.stdout)
    assert (told["as_of"], told["again"], told["written"]["loan"]) == ("2026-06-30", False, 2)
    again = _call("publish", "--store", str(store), "--book", str(book))
    assert "shown already" in again.stdout

    head = store / "head.json"
    proven = _call("audit", "verify", "--store", str(store), "--export", str(head), "--json")
    assert proven.returncode == 0, proven.stderr
    assert json.loads(proven.stdout)["broken_at"] is None
    assert _call("audit", "verify", "--store", str(store), "--head", str(head)).returncode == 0
    head.write_text('{"head": "0000"}')
    missed = _call("audit", "verify", "--store", str(store), "--head", str(head))
    assert missed.returncode == 1
    assert "head" in missed.stdout


def test_feedback_of_nobody_writes_nothing_and_says_so(places: tuple[Path, Path]) -> None:
    store, book = places
    _migrate(store)
    before = sorted(path.name for path in book.iterdir())
    done = _call("feedback", "--store", str(store), "--book", str(book))
    assert done.returncode == 0, done.stderr
    assert "nobody did anything yet" in done.stdout
    assert sorted(path.name for path in book.iterdir()) == before


def test_a_store_without_a_result_and_a_file_that_is_no_head_are_said_in_words(
    places: tuple[Path, Path],
) -> None:
    store, book = places
    early = _call("feedback", "--store", str(store), "--book", str(book), "--json")
    assert (early.returncode, json.loads(early.stdout)["error"]["code"]) == (2, "no_database")
    _migrate(store)
    none = _call("publish", "--store", str(store), "--book", str(book), "--json")
    assert (none.returncode, json.loads(none.stdout)["error"]["code"]) == (2, "nothing_to_publish")
    wrong = _call(
        "audit", "verify", "--store", str(store), "--head", str(book / "customer.parquet"), "--json"
    )
    assert (wrong.returncode, json.loads(wrong.stdout)["error"]["code"]) == (2, "not_a_head")


def test_the_first_operator_is_made_by_command(places: tuple[Path, Path]) -> None:
    store, book = places
    a_result(store, DAY, classes={"L1": "02"}, colours={})
    _migrate(store)
    assert _call("publish", "--store", str(store), "--book", str(book)).returncode == 0
    made = _call("operator", "S2", "--store", str(store), "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert (told["staff_id"], told["valid_days"], len(told["password"])) == ("S2", 3, 19)
    nobody = _call("operator", "S99", "--store", str(store), "--json")
    assert (nobody.returncode, json.loads(nobody.stdout)["error"]["code"]) == (2, "unknown_staff")

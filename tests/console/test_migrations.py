"""A database of the release comes forward with all that is in it, and its pages open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT
from tests.console import released


@pytest.fixture
def old_database(request: pytest.FixtureRequest) -> str:
    """Give the address of an empty database; the empty text for a file of SQLite in the store."""
    if os.environ.get("POSTLOAN_TEST_DATABASE") != "postgresql":
        return ""
    import psycopg

    url: str = request.getfixturevalue("postgres_url")
    with psycopg.connect(url, autocommit=True) as server:
        server.execute("CREATE DATABASE released")
    return url.rsplit("/", 1)[0] + "/released"


def _brought_forward(folder: Path, database: str) -> dict[str, object]:
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_URL", "POSTLOAN_"))
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.console.released", str(folder / "store"), str(folder / "book")],
        env=kept | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)]), "DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_a_database_of_the_release_comes_forward_with_nothing_lost(tmp_path: Path, old_database: str) -> None:
    found = _brought_forward(tmp_path / "old", old_database)
    assert found["empty"] == [], "each table of the release has rows in released.json: run keep_released"
    assert found["lost"] == []
    assert found["shut"] == []
    assert found["chain"], "the chain of audit events holds and goes on"
    assert found["rows"] == len(json.loads(released.ROWS.read_text(encoding="utf-8")))


def test_what_is_lost_would_be_named() -> None:
    before = {"a": {"1": {"x": "1", "y": "2"}, "2": {"x": "1"}}, "b": {}}
    after = {"a": {"1": {"x": "1", "z": "2"}}}
    assert released.lost(before, after) == ["table b", "a 1 y: 2 became None", "row a 2"]


def test_every_part_with_tables_has_a_step_of_the_release() -> None:
    """A part that is new since the release has no step there; its tables are filled with the next release."""
    parts = {model._meta.app_label for model in released.tables()}
    assert set(released.RELEASED) <= parts

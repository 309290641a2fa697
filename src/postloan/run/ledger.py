"""The ledger: one file a run, replaced as a whole, so that it can be read at any moment."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from postloan.engine import Engine
from postloan.results import RUN
from postloan.run import files
from postloan.run.store import Store

State = Literal["running", "failed", "done", "superseded"]

UNFINISHED: tuple[State, ...] = ("running", "failed")
"""States whose work may be taken up again."""


@dataclass(frozen=True)
class RunRow:
    """One row of table `run`; `stages` is JSON text, a list of {stage, seconds, rows, bytes}."""

    run_id: str
    as_of: date
    mode: str
    input_hash: str | None
    prior_run_id: str | None
    policy_version: str | None
    engine: str
    version: str
    started: datetime
    ended: datetime | None = None
    state: State = "running"
    reason: str | None = None
    stages: str = "[]"
    result_hash: str | None = None

    def as_dict(self) -> dict[str, object]:
        """Give the row by column."""
        return asdict(self)

    def stage_list(self) -> list[dict[str, object]]:
        """Give the finished stages as objects."""
        told: list[dict[str, object]] = json.loads(self.stages)
        return told

    def with_stages(self, stages: Sequence[Mapping[str, object]]) -> RunRow:
        """Give the row with those stages."""
        text = json.dumps(list(stages), sort_keys=True, separators=(",", ":"))
        return replace(self, stages=text)


class Ledger:
    """Reads and writes the rows of a store's runs; the engine must be DuckDB.

    Rows are read once and then kept in step with what is put, since only the holder of the lock writes.
    """

    def __init__(self, store: Store, engine: Engine) -> None:
        self._store = store
        self._engine = engine
        self._rows: dict[str, RunRow] | None = None

    def rows(self) -> list[RunRow]:
        """Give all rows by day and number; a store without runs has none."""
        return sorted(self._known().values(), key=lambda row: (row.as_of, _number(row.run_id)))

    def _known(self) -> dict[str, RunRow]:
        if self._rows is None:
            paths = sorted(self._store.ledger.glob("*.parquet"))
            read = self._engine.rows(self._engine.read(paths, RUN)) if paths else []
            self._rows = {row["run_id"]: RunRow(**row) for row in read}
        return self._rows

    def put(self, row: RunRow) -> RunRow:
        """Write the row in place of the one with its run_id, and give it back."""
        target = self._store.ledger / f"{row.run_id}.parquet"
        half = self._store.ledger / f"{row.run_id}.tmp"
        write_row(self._engine, row, half)
        files.put_file(half, target)
        self._known()[row.run_id] = row
        return row

    def row_in(self, folder: Path) -> RunRow | None:
        """Give the row of the run whose result the folder holds, or None if there is no such folder."""
        path = folder / "run.parquet"
        if not path.exists():
            return None
        (row,) = self._engine.rows(self._engine.read(path, RUN))
        return RunRow(**row)

    def new_id(self, as_of: date) -> str:
        """Give `<as_of>-<n>` with the first number that no run of the day has had."""
        taken = [_number(row.run_id) for row in self.rows() if row.as_of == as_of]
        return f"{as_of.isoformat()}-{max(taken, default=0) + 1}"

    def prior(self, as_of: date) -> RunRow | None:
        """Give the last good run before the day."""
        good = [row for row in self.rows() if row.state == "done" and row.as_of < as_of]
        return good[-1] if good else None

    def first_run_on(self, as_of: date) -> date:
        """Give the day of the store's first good run, or the day itself where that is earlier."""
        good = [row.as_of for row in self.rows() if row.state in ("done", "superseded")]
        return min([as_of, *good])


def write_row(engine: Engine, row: RunRow, path: Path) -> None:
    """Write one row of table `run` as a Parquet file."""
    engine.write(engine.from_rows([row.as_dict()], RUN.fields, "run"), path)


def _number(run_id: str) -> int:
    return int(run_id.rpartition("-")[2])

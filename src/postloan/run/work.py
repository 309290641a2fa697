"""Runs the stages of one run: each into a folder of its own, which appears only when it is whole.

    <work>/<stage>.tmp/    the stage at work
    <work>/<stage>/        the finished stage: one Parquet file a table
    <work>/<stage>.json    its line in the ledger, and what else the run must remember of it

A run that is taken up again begins at the first stage whose folder is missing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from postloan.errors import RunError
from postloan.run import files
from postloan.run.progress import Progress
from postloan.run.stages import Context, Stage
from postloan.run.tables import read_table, write_table

Record = dict[str, Any]
"""What is kept of a step: stage, seconds, rows, bytes_read."""


class Work:
    """The finished stages of one run, in a folder."""

    def __init__(self, folder: Path, progress: Progress, stages_in_all: int) -> None:
        self.folder = folder
        self.records: list[Record] = []
        self._progress = progress
        self._in_all = stages_in_all

    def path(self, stage: str, table: str) -> Path:
        """Give the file of a table that a finished stage wrote."""
        return self.folder / stage / f"{table}.parquet"

    def compute(self, stage: Stage, context: Context, sources: Iterable[Path]) -> None:
        """Run the stage unless it is finished already, and put its tables into the context."""

        def write(folder: Path) -> Record:
            given = stage.compute(context)
            absent = [name for name in stage.writes if name not in given]
            if absent:
                raise RunError("stage_output", f"stage {stage.name} gave no table {', '.join(absent)}")
            rows = [
                write_table(context.engine, name, given[name], folder, stage.name) for name in stage.writes
            ]
            return {"rows": sum(rows)}

        self.step(stage.name, sources, write)
        for name in stage.writes:
            context.tables[name] = read_table(context.engine, self.path(stage.name, name))

    def step(self, name: str, sources: Iterable[Path], write: Callable[[Path], Record]) -> Record:
        """Do one step into its folder unless it is finished, and give its record.

        `write` gets the folder to write into, and gives `rows` and what else is to be remembered.
        """
        self._progress.stage(name, len(self.records) + 1, self._in_all)
        final, half = self.folder / name, self.folder / f"{name}.tmp"
        resumed = final.is_dir()
        if not resumed:
            began = time.perf_counter()
            told = write(files.empty_folder(half))
            self._remember(name, began, sources, told)
            files.put_folder(half, final)
        record: Record = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        self.note(record, resumed=resumed)
        return record

    def note(self, record: Record, *, resumed: bool = False) -> None:
        """Take the record of a finished step into the list, and tell of it."""
        self.records.append(record)
        self._progress.done(str(record["stage"]), record["rows"], record["seconds"], resumed=resumed)

    def _remember(self, name: str, began: float, sources: Iterable[Path], told: Record) -> None:
        seconds = round(time.perf_counter() - began, 3)
        record = {"stage": name, "seconds": seconds, "bytes_read": files.size_of(list(sources)), **told}
        half = self.folder / f"{name}.json.tmp"
        half.write_text(json.dumps(record, sort_keys=True), encoding="utf-8")
        files.put_file(half, self.folder / f"{name}.json")

"""The folder in which runs keep their results, their ledger and their unfinished work.

runs/<as_of>/<table>.parquet    the result of that day
superseded/<run_id>/            results that a later run of the same day replaced
ledger/<run_id>.parquet         one row of table `run` each
work/<run_id>/<stage>/          finished stages of runs that are not done
lock                            held by the one run that may write
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from postloan import clock
from postloan.errors import RunError


@dataclass(frozen=True)
class Store:
    """The layout of one store; paths only, so that making one touches nothing."""

    folder: Path

    @property
    def runs(self) -> Path:
        """Give the folder of the results that stand, one a day."""
        return self.folder / "runs"

    @property
    def ledger(self) -> Path:
        """Give the folder of the ledger."""
        return self.folder / "ledger"

    @property
    def scratch(self) -> Path:
        """Give the folder of the engine's temporary files."""
        return self.folder / "work" / "scratch"

    def result(self, as_of: date) -> Path:
        """Give the folder of that day's result."""
        return self.runs / as_of.isoformat()

    def superseded(self, run_id: str) -> Path:
        """Give the folder to which the result of that run goes when another replaces it."""
        return self.folder / "superseded" / run_id

    def work(self, run_id: str) -> Path:
        """Give the folder of that run's finished stages."""
        return self.folder / "work" / run_id

    def days(self) -> list[date]:
        """Give the days that have a result, in order."""
        if not self.runs.is_dir():
            return []
        return sorted(date.fromisoformat(path.name) for path in self.runs.glob("????-??-??") if path.is_dir())

    def made(self) -> Store:
        """Make the store's folders where they are missing; raises RunError `store_not_writable`."""
        try:
            for folder in (self.runs, self.ledger, self.scratch, self.folder / "superseded"):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(
                "store_not_writable",
                f"the store cannot be written: {error.strerror}",
                where=str(self.folder),
                mend="give a folder that you may write to",
            ) from error
        return self

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the store for one run; raises RunError `store_busy`, which tells who holds it.

        The system frees the lock when its holder ends, however it ends.
        """
        handle = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise self._busy() from error
            holder = {"process": os.getpid(), "since": clock.now().isoformat(" ")}
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def _busy(self) -> RunError:
        holder = self.holder()
        who = f"process {holder['process']} since {holder['since']} UTC" if holder else "another process"
        return RunError(
            "store_busy",
            f"a run is under way in this store: {who}",
            where=str(self.folder),
            mend="wait until it ends; runs of one store follow one another",
        )

    def holder(self) -> dict[str, object] | None:
        """Give `process` and `since` of the lock's holder; None where nobody holds it."""
        try:
            told = json.loads((self.folder / "lock").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return told if isinstance(told, dict) else None

"""Runs a day in a process of its own and stops it at its n-th change of the file system.

    python interrupted.py count 0  BOOK DAY STORE [PACK]    prints the changes, one JSON line each
    python interrupted.py kill  N  BOOK DAY STORE [PACK]    SIGKILL just before the n-th change
    python interrupted.py pause N  BOOK DAY STORE [PACK]    SIGSTOP there, and on with SIGCONT

Changes are seen by an audit hook of the interpreter, so that the program under test knows nothing of it:
files opened for writing or within the store (forcing a file to disk opens it), folders made, renames, links,
removals. What DuckDB writes by itself lies between two of them.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import date
from pathlib import Path

from postloan.run.daily import run_day

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate", "shutil.copyfile"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Counts the changes, and does what is asked at the n-th."""

    def __init__(self, store: Path, at: int, sign: signal.Signals | None) -> None:
        self.store, self.at, self.sign = str(store), at, sign
        self.seen: list[str] = []

    def __call__(self, event: str, details: tuple[object, ...]) -> None:
        """Take one event of the interpreter; see `sys.addaudithook`."""
        if not self._is_change(event, details):
            return
        self.seen.append(json.dumps([event, str(details[0]), str(details[1]) if len(details) > 1 else ""]))
        if self.sign is not None and len(self.seen) == self.at:
            os.kill(os.getpid(), self.sign)

    def _is_change(self, event: str, details: tuple[object, ...]) -> bool:
        if event in CHANGES:
            return True
        if event != "open" or not isinstance(details[0], str | os.PathLike):
            return False
        flags = details[2] if len(details) > 2 and isinstance(details[2], int) else 0
        return bool(flags & WRITING) or os.fspath(details[0]).startswith(self.store)


def main(what: str, number: str, book: str, day: str, store: str, *pack: str) -> None:
    """Run the day under watch."""
    sign = {"count": None, "kill": signal.SIGKILL, "pause": signal.SIGSTOP}[what]
    watch = Watch(Path(store), int(number), sign)
    sys.addaudithook(watch)
    run_day(book, date.fromisoformat(day), store, *pack, threads=1)
    if sign is None:
        print("\n".join(watch.seen))


if __name__ == "__main__":
    main(*sys.argv[1:])

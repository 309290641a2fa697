"""Runs a day in a process of its own and stops it at one of its changes of the file system.

    python interrupted.py kill  N       BOOK DAY STORE [PACK]    SIGKILL just before the n-th change
    python interrupted.py pause ENDING  BOOK DAY STORE [PACK]    SIGSTOP before the rename to a path that ends
                                                                 so; goes on with SIGCONT, and prints all the
                                                                 changes in the end, one JSON line each

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
    """Collects the changes, and sends a signal to its own process before the one that is asked for."""

    def __init__(self, store: Path, what: str, place: str) -> None:
        self.store, self.what, self.place = str(store), what, place
        self.seen: list[str] = []
        self.paused = False

    def __call__(self, event: str, details: tuple[object, ...]) -> None:
        """Take one event of the interpreter; see `sys.addaudithook`."""
        if not self._is_change(event, details):
            return
        target = str(details[1]) if len(details) > 1 else ""
        self.seen.append(json.dumps([event, str(details[0]), target]))
        if self.what == "kill" and len(self.seen) == int(self.place):
            os.kill(os.getpid(), signal.SIGKILL)
        if self.what == "pause" and not self.paused:
            self.paused = event == "os.rename" and target.endswith(self.place)
            if self.paused:
                os.kill(os.getpid(), signal.SIGSTOP)

    def _is_change(self, event: str, details: tuple[object, ...]) -> bool:
        if event in CHANGES:
            return True
        if event != "open" or not isinstance(details[0], str | os.PathLike):
            return False
        flags = details[2] if len(details) > 2 and isinstance(details[2], int) else 0
        return bool(flags & WRITING) or os.fspath(details[0]).startswith(self.store)


def main(what: str, place: str, book: str, day: str, store: str, *pack: str) -> None:
    """Run the day under watch."""
    watch = Watch(Path(store), what, place)
    sys.addaudithook(watch)
    run_day(book, date.fromisoformat(day), store, *pack, threads=1)
    print("\n".join(watch.seen))


if __name__ == "__main__":
    main(*sys.argv[1:])

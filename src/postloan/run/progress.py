"""Tells a person how far a run is; always on standard error, since standard output carries the answer."""

from __future__ import annotations

import os
import sys
from datetime import date
from typing import Protocol

LINES = "POSTLOAN_PROGRESS"
"""Set to `lines`, a program that started the run reads its progress line by line."""


class Progress(Protocol):
    """What a run tells while it goes on."""

    def day(self, as_of: date, number: int, of: int) -> None:
        """Tell that a day begins, the `number`-th of `of`."""

    def stage(self, name: str, number: int, of: int) -> None:
        """Tell that a stage begins, the `number`-th of `of`."""

    def done(self, name: str, rows: int, seconds: float, *, resumed: bool) -> None:
        """Tell that a stage is finished, or was finished already by the run that is taken up again."""

    def end(self) -> None:
        """Tell that nothing more comes."""


class Silent:
    """Says nothing."""

    def day(self, as_of: date, number: int, of: int) -> None:
        """Say nothing."""

    def stage(self, name: str, number: int, of: int) -> None:
        """Say nothing."""

    def done(self, name: str, rows: int, seconds: float, *, resumed: bool) -> None:
        """Say nothing."""

    def end(self) -> None:
        """Say nothing."""


class Spoken:
    """One line a finished stage on standard error, and a spinner on the one at work."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._status = self._console.status("")

    def day(self, as_of: date, number: int, of: int) -> None:
        """Print the day as a heading."""
        which = f" ({number} of {of})" if of > 1 else ""
        self._console.print(f"{as_of.isoformat()}{which}")

    def stage(self, name: str, number: int, of: int) -> None:
        """Show the stage at work."""
        self._status.update(f"{number}/{of} {name}")
        self._status.start()

    def done(self, name: str, rows: int, seconds: float, *, resumed: bool) -> None:
        """Print the stage with its rows and seconds."""
        self._status.stop()
        note = "  kept from the run before" if resumed else ""
        self._console.print(f"  {name:<15}{rows:>12,} rows {seconds:>8.2f} s{note}")

    def end(self) -> None:
        """Take the spinner away."""
        self._status.stop()


class Lines:
    """One line of plain words for each thing told, for a program to read: `stage 3 9 facts`."""

    def day(self, as_of: date, number: int, of: int) -> None:
        """Write `day <number> <of> <date>`."""
        self._say("day", number, of, as_of.isoformat())

    def stage(self, name: str, number: int, of: int) -> None:
        """Write `stage <number> <of> <name>`."""
        self._say("stage", number, of, name)

    def done(self, name: str, rows: int, seconds: float, *, resumed: bool) -> None:
        """Write `done <name> <rows> <seconds>`, and `resumed` where it was finished before."""
        self._say("done", name, rows, f"{seconds:.2f}", *(["resumed"] if resumed else []))

    def end(self) -> None:
        """Say nothing."""

    def _say(self, *words: object) -> None:
        sys.stderr.write(" ".join(map(str, words)) + "\n")
        sys.stderr.flush()


def for_people() -> Progress:
    """Give progress for a person on a terminal, for a program where it asks, else silence."""
    if os.environ.get(LINES) == "lines":
        return Lines()
    return Spoken() if sys.stderr.isatty() else Silent()

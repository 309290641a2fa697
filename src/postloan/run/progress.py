"""Tells a person how far a run is; always on standard error, since standard output carries the answer."""

from __future__ import annotations

from datetime import date
from typing import Protocol


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


def for_people() -> Progress:
    """Give progress for a person if standard error is a terminal, else silence."""
    import sys

    return Spoken() if sys.stderr.isatty() else Silent()

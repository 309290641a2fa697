"""Makes a simulated bank: the book, what joins it the next day, and the truth beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.book.gate import GateResult
from postloan.book.importing import beside, put_in_place
from postloan.book.schema import TABLES
from postloan.book.sources.simulated.accounts import Accounts
from postloan.book.sources.simulated.calendar import number
from postloan.book.sources.simulated.county import write_county
from postloan.book.sources.simulated.happenings import Happenings
from postloan.book.sources.simulated.ledger import Ledger
from postloan.book.sources.simulated.living import live
from postloan.book.sources.simulated.meters import Meters
from postloan.book.sources.simulated.parties import Parties
from postloan.book.sources.simulated.people import Branch
from postloan.book.sources.simulated.security import Security
from postloan.book.sources.simulated.standing import Standing
from postloan.book.sources.simulated.stress import stress_of
from postloan.book.sources.simulated.truth import OUTCOMES, outcomes
from postloan.book.sources.simulated.work import Work
from postloan.book.sources.simulated.world import World
from postloan.book.sources.simulated.writing import BookWriter
from postloan.book.stamp import NAME as STAMP
from postloan.book.stamp import write_stamp
from postloan.engine.columns import TableFile, join_parquet, parquet_to_csv
from postloan.errors import BookError

Progress = Callable[[str], None]

VERSIONED = frozenset(("account", "advance", "assignment", "collateral", "due", "loan", "proceeding", "task"))
"""Tables in which a key stands more than once, as later rows correct or end earlier ones."""


@dataclass(frozen=True)
class Made:
    """What was made: the book's folder, its last day, rows by table and the number of loans that go bad."""

    book: Path
    as_of: date
    rows: Mapping[str, int]
    outcomes: int

    def as_dict(self) -> dict[str, Any]:
        """Give it as the document that `--json` prints."""
        return {
            "book": str(self.book),
            "as_of": self.as_of,
            "rows": dict(self.rows),
            "outcomes": self.outcomes,
        }


def truth_of(book: Path) -> Path:
    """Give the folder beside a book where the truth stands, which no run reads."""
    return book.with_name(f"{book.name}.truth")


def simulate(
    book: Path,
    world: World,
    as_of: date,
    *,
    force: bool = False,
    csv: Path | None = None,
    progress: Progress | None = None,
) -> Made:
    """Write the book of a world as the bank knows it on a day, and its truth beside it.

    With `csv` the same tables go to that folder too, one CSV each, as a bank's core system would send them.
    Raises BookError `book_exists` where the folder holds something and `force` does not allow to replace it.
    """
    for taken in [book, *([csv] if csv else [])]:
        _refuse_taken(taken, force=force)
    with beside(book) as scratch:
        target, truth = scratch / "book", scratch / "truth"
        target.mkdir()
        with BookWriter(target, number(as_of)) as writer:
            bad = _write(world, writer, truth, progress)
        _stamp(target, writer.rows)
        if csv:
            _write_csv(target, csv, progress)
        _describe(truth, world, as_of)
        put_in_place(target, book)
        put_in_place(truth, truth_of(book))
    return Made(book, as_of, writer.rows, bad)


def append_day(
    book: Path,
    next_day: Callable[[date], date],
    *,
    progress: Progress | None = None,
) -> Made:
    """Bring the next business day to a simulated book: all that the bank comes to know until its evening.

    Rows that stand are never touched: corrections, late rows and reversals are rows of the new day. Raises
    BookError `not_simulated` where the truth is missing.
    """
    told = _described(book)
    last = date.fromisoformat(told["as_of"])
    day = next_day(last)
    first = date.fromisoformat(told["first"])
    world = World(told["loans"], told["seed"], first, 0, told["variant"]).until(day)
    with beside(book) as scratch:
        feed, target, truth = scratch / "feed", scratch / "book", scratch / "truth"
        with BookWriter(feed, number(day), number(last)) as writer:
            bad = _write(world, writer, truth, progress)
        target.mkdir()
        rows = {name: _joined(name, book, feed, target) for name in TABLES}
        _stamp(target, {name: count for name, count in rows.items() if count is not None})
        _describe(truth, world, day)
        put_in_place(target, book)
        put_in_place(truth, truth_of(book))
    return Made(book, day, writer.rows, bad)


def _write(world: World, writer: BookWriter, truth: Path, progress: Progress | None) -> int:
    """Write all tables and the outcomes; give the number of outcomes."""
    if progress:
        progress("county")
    write_county(world, writer)
    with TableFile(truth / "outcomes.parquet", OUTCOMES, OUTCOMES.columns) as told:
        for place in range(world.branches):
            if progress:
                progress(f"branch {place + 1} of {world.branches}")
            branch = Branch(world, place)
            life = live(branch, stress_of(branch))
            ledger = Ledger(life, writer)
            parties = Parties(ledger)
            for part in (
                ledger,
                Standing(ledger),
                Accounts(ledger),
                parties,
                Meters(parties),
                Security(ledger),
                Happenings(parties),
                Work(ledger, parties),
            ):
                part.write()
            told.write(outcomes(life, writer.until))
    return told.rows


def _joined(name: str, book: Path, feed: Path, target: Path) -> int | None:
    """Put the day's rows of a table below those that stand; give the rows, None where there are none."""
    parts = [path for path in (book / f"{name}.parquet", feed / f"{name}.parquet") if path.exists()]
    return join_parquet(parts, target / f"{name}.parquet") if parts else None


def _stamp(target: Path, rows: Mapping[str, int]) -> None:
    """Mark the book as clean: it is made so, and tests take books through the gate to see that it is."""
    paths = {name: (target / f"{name}.parquet",) for name in rows}
    write_stamp(target, GateResult(paths, dict(rows), {}, {}, VERSIONED & set(rows)), None)


def _write_csv(source: Path, target: Path, progress: Progress | None) -> None:
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in TABLES:
        if (source / f"{name}.parquet").exists():
            if progress:
                progress(f"{name}.csv")
            parquet_to_csv(source / f"{name}.parquet", target / f"{name}.csv")


def _refuse_taken(path: Path, *, force: bool) -> None:
    """Refuse a folder that holds something; with `force`, one that holds anything but tables."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        return
    known = {f"{name}{ending}" for name in TABLES for ending in (".parquet", ".csv")} | {STAMP, "quarantine"}
    strangers = sorted({entry.name for entry in path.iterdir()} - known) if path.is_dir() else [path.name]
    if strangers:
        raise BookError(
            "not_a_book",
            f"{path} holds what is no table of a book, such as {strangers[0]}, and is left alone",
            where=str(path),
            mend="give another folder",
        )
    if not force:
        raise BookError(
            "book_exists",
            f"{path} is there already and is not empty",
            where=str(path),
            mend="give another folder, or --force to replace it",
        )


def _describe(truth: Path, world: World, as_of: date) -> None:
    told = {
        "loans": world.loans,
        "seed": world.seed,
        "variant": world.variant,
        "first": world.first.isoformat(),
        "as_of": as_of.isoformat(),
    }
    (truth / "world.json").write_text(json.dumps(told, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def _described(book: Path) -> dict[str, Any]:
    path = truth_of(book) / "world.json"
    if not path.is_file():
        raise BookError(
            "not_simulated",
            f"{book} is no simulated book that a day can be appended to",
            where=str(path),
            mend="make one first: postloan simulate BOOK --loans N --seed S --as-of DATE --months M",
        )
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found

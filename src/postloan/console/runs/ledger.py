"""Reads of a store and of a book's quarantine, as files; nothing is written and no lock is taken."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

from postloan.book.checks import REASON
from postloan.book.keys import PLACE
from postloan.book.schema import TABLES
from postloan.engine import open_engine
from postloan.results import RUN, SIGNAL_COVERAGE


@dataclass(frozen=True)
class Stage:
    """A finished stage of a run; `share` is its part of the run's seconds, 0 to 1."""

    name: str
    seconds: float
    rows: int
    share: float


@dataclass(frozen=True)
class Run:
    """A row of the ledger."""

    run_id: str
    as_of: date
    mode: str
    policy_version: str | None
    engine: str
    version: str
    started: datetime
    ended: datetime | None
    state: str
    reason: str | None
    result_hash: str | None
    prior_run_id: str | None
    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> int | None:
        """Give how long it took; None while it runs."""
        return None if self.ended is None else round((self.ended - self.started).total_seconds())


@dataclass(frozen=True)
class Covered:
    """How many subjects of a signal could be measured, and what was missing for the others."""

    code: str
    subjects: int
    fired: int
    suppressed: int
    clear: int
    not_measurable: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """Give the measurable share, 0 to 1; None without subjects."""
        return None if not self.subjects else 1 - self.not_measurable / self.subjects


def runs(store: Path) -> Sequence[Run]:
    """Give every run of a store's ledger, the latest first."""
    return _runs(tuple(_stamped(store / "ledger")))


def _stamped(folder: Path) -> Iterator[tuple[str, int]]:
    for path in sorted(folder.glob("*.parquet")):
        yield str(path), path.stat().st_mtime_ns


@lru_cache(maxsize=4)
def _runs(files: tuple[tuple[str, int], ...]) -> tuple[Run, ...]:
    if not files:
        return ()
    with open_engine(threads=1, memory="512MiB") as engine:
        rows = engine.rows(engine.read([Path(name) for name, _ in files], RUN))
    found = [_run(row) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.as_of, one.started, one.run_id), reverse=True))


def _run(row: dict[str, Any]) -> Run:
    told = json.loads(row["stages"] or "[]")
    whole = sum(float(one["seconds"]) for one in told) or 1.0
    stages = tuple(
        Stage(one["stage"], float(one["seconds"]), int(one["rows"]), float(one["seconds"]) / whole)
        for one in told
    )
    kept = {name: row[name] for name in Run.__dataclass_fields__ if name != "stages"}
    return Run(**kept, stages=stages)


def result_of(store: Path, run: Run) -> Path | None:
    """Give the folder of a run's result, in place or superseded; None where there is none."""
    places = (store / "superseded" / run.run_id, store / "runs" / run.as_of.isoformat())
    chosen = places[0] if run.state == "superseded" else places[1] if run.state == "done" else None
    return chosen if chosen is not None and (chosen / "run.parquet").is_file() else None


def coverage(result: Path) -> Sequence[Covered]:
    """Give the coverage of each signal in a result, the least measurable first."""
    path = result / "signal_coverage.parquet"
    return _coverage(str(path), path.stat().st_mtime_ns) if path.is_file() else ()


@lru_cache(maxsize=8)
def _coverage(path: str, _stamp: int) -> tuple[Covered, ...]:
    with open_engine(threads=1, memory="512MiB") as engine:
        rows = engine.rows(engine.read(Path(path), SIGNAL_COVERAGE))
    found = [
        Covered(
            **{**{name: row[name] for name in Covered.__dataclass_fields__}, "missing": _list(row["missing"])}
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: (-one.not_measurable, one.code)))


def _list(text: str | None) -> tuple[str, ...]:
    return tuple(str(one) for one in json.loads(text or "[]"))


def tables_missing(book: str) -> Sequence[str]:
    """Give the tables of the contract that a book's folder lacks; nothing for a book in a database."""
    folder = Path(book)
    if not book or book.startswith("database:") or not folder.is_dir():
        return ()
    held = {path.name.split(".")[0] for path in folder.iterdir()}
    return tuple(name for name in TABLES if name not in held)


@dataclass(frozen=True)
class Held:
    """Rows of a table that the quality gate set aside, counted by reason."""

    table: str
    rows: int
    codes: tuple[tuple[str, int], ...]


def quarantine_file(book: str, table: str) -> Path | None:
    """Give the file of a table's rows in quarantine; None where none are held."""
    if not book or book.startswith("database:") or table not in TABLES:
        return None
    path = Path(book) / "quarantine" / f"{table}.csv"
    return path if path.is_file() else None


def quarantine(book: str) -> Sequence[Held]:
    """Give the tables of a book with rows in quarantine."""
    found = []
    for table in TABLES:
        path = quarantine_file(book, table)
        if path is not None:
            codes = Counter(row[REASON[0]] for row in _read(path))
            found.append(Held(table, codes.total(), tuple(sorted(codes.items()))))
    return found


@dataclass(frozen=True)
class HeldRow:
    """A row in quarantine: its place in the file, counted from 1, and its values by column."""

    number: int
    values: dict[str, str]

    @property
    def reason(self) -> str:
        """Give the code of what it breaks."""
        return self.values.get(REASON[0]) or ""


MOST_HELD = 20_000
"""Rows of one quarantine file that are shown; the file itself has them all."""


def held_rows(path: Path) -> list[HeldRow]:
    """Give the rows of a quarantine file, in its order, at most `MOST_HELD`."""
    return [HeldRow(number, row) for number, row in enumerate(islice(_read(path), MOST_HELD), 1)]


def _read(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def columns_of(head: bytes) -> list[str]:
    """Give the columns of a CSV file from its first bytes; nothing where it is not UTF-8."""
    first = head.split(b"\n", 1)[0]
    try:
        return next(csv.reader([first.decode("utf-8-sig").strip("\r")]), [])
    except (UnicodeDecodeError, csv.Error):
        return []


NEEDED = (*PLACE, *REASON)
"""Columns by which a file is known to come from the quarantine."""

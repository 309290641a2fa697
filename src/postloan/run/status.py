"""What a store holds: its runs day by day, the business days without one, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.engine import Engine
from postloan.policy.calendar import Calendar
from postloan.results import LOAN_STATE, SEVERITIES, WARNING
from postloan.run.ledger import Ledger, RunRow
from postloan.run.store import Store


@dataclass(frozen=True)
class Status:
    """A store at a glance.

    Args:
        store: its folder.
        runs: every row of the ledger with `seconds`, and for the results that stand `loans` and `warnings`.
        gaps: business days between the first and the last result that have none; None without a calendar.
        provisional: whether a gap lies in a year whose holidays the calendar does not know.
        at_work: process and start of the run that holds the store, None where none does.
    """

    store: Path
    runs: tuple[Mapping[str, Any], ...]
    gaps: tuple[date, ...] | None
    provisional: bool
    at_work: Mapping[str, Any] | None

    @property
    def failed(self) -> tuple[Mapping[str, Any], ...]:
        """Give the failed runs whose day has no result to this moment."""
        good = {row["as_of"] for row in self.runs if row["state"] == "done"}
        return tuple(row for row in self.runs if row["state"] == "failed" and row["as_of"] not in good)

    def as_dict(self) -> dict[str, Any]:
        """Give the document that `status --json` prints."""
        return {
            "store": str(self.store),
            "runs": list(self.runs),
            "gaps": None if self.gaps is None else list(self.gaps),
            "gaps_provisional": self.provisional,
            "at_work": self.at_work,
        }


def status(engine: Engine, folder: Path, calendar: Calendar | None) -> Status:
    """Read a store's ledger and results; a store that is not there has no runs. Nothing is written.

    Args:
        engine: a DuckDB session.
        folder: the store.
        calendar: tells business days; without it gaps are not looked for.
    """
    store = Store(folder)
    rows = Ledger(store, engine).rows() if store.ledger.is_dir() else []
    standing = [row.as_of for row in rows if row.state == "done"]
    loans, colours = _loans(engine, store, standing), _colours(engine, store, standing)
    told = tuple(_told(row, loans, colours) for row in rows)
    gaps: tuple[date, ...] | None = None
    if calendar is not None:
        gaps = _gaps(calendar, standing)
    provisional = calendar is not None and any(calendar.is_provisional(day) for day in gaps or ())
    return Status(folder, told, gaps, provisional, _at_work(store))


def last_policy(engine: Engine, folder: Path) -> str | None:
    """Give the policy version of the store's last good run, or None without one."""
    store = Store(folder)
    rows = Ledger(store, engine).rows() if store.ledger.is_dir() else []
    versions = [row.policy_version for row in rows if row.state == "done"]
    return versions[-1] if versions else None


def _told(
    row: RunRow, loans: Mapping[date, int], colours: Mapping[date, Mapping[str, int]]
) -> dict[str, Any]:
    stages = row.stage_list()
    seconds: float | None = None if row.ended is None else (row.ended - row.started).total_seconds()
    if stages:
        seconds = round(sum(float(str(stage["seconds"])) for stage in stages), 1)
    told = {**row.as_dict(), "stages": stages, "seconds": seconds, "loans": None, "warnings": None}
    if row.state == "done":
        told |= {"loans": loans.get(row.as_of, 0), "warnings": colours.get(row.as_of, {})}
    return told


def _paths(store: Store, days: Sequence[date], table: str) -> list[Path]:
    paths = [store.result(day) / f"{table}.parquet" for day in days]
    return [path for path in paths if path.exists()]


def _loans(engine: Engine, store: Store, days: Sequence[date]) -> dict[date, int]:
    paths = _paths(store, days, "loan_state")
    if not paths:
        return {}
    rows = engine.read(paths, LOAN_STATE)
    counted = rows.group_by(["as_of"]).aggregate(n=rows.count())
    return {row["as_of"]: int(row["n"]) for row in engine.rows(counted)}


def _colours(engine: Engine, store: Store, days: Sequence[date]) -> dict[date, dict[str, int]]:
    found: dict[date, dict[str, int]] = {day: dict.fromkeys(SEVERITIES, 0) for day in days}
    paths = _paths(store, days, "warning")
    if not paths:
        return found
    rows = engine.read(paths, WARNING)
    counted = rows.group_by(["as_of", "colour"]).aggregate(n=rows.count())
    for row in engine.rows(counted):
        found[row["as_of"]][row["colour"]] = int(row["n"])
    return found


def _gaps(calendar: Calendar, days: Sequence[date]) -> tuple[date, ...]:
    if not days:
        return ()
    have = set(days)
    return tuple(day for day in calendar.business_days(min(days), max(days)) if day not in have)


def _at_work(store: Store) -> Mapping[str, Any] | None:
    """Give the lock's holder if that process lives; the file outlasts one that was killed."""
    holder = store.holder()
    if holder is None or not Path(f"/proc/{holder.get('process')}").exists():
        return None
    return holder

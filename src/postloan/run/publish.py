"""Puts a finished result in place of the one before, and repairs what a kill left between two steps.

A result is a folder that names its run in `run.parquet`. It is put in place by one rename; the one that it
replaces moves to `superseded/` just before. The ledger follows; where it lags behind, the folders are right.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from postloan.run import files
from postloan.run.ledger import UNFINISHED, Ledger, RunRow
from postloan.run.store import Store


def publish(store: Store, ledger: Ledger, row: RunRow, folder: Path) -> None:
    """Put the folder with the result of the run in place, and write down what became of which run."""
    target = store.result(row.as_of)
    old = ledger.row_in(target)
    if old is not None:
        files.move(target, store.superseded(old.run_id))
    files.put_folder(folder, target)
    ledger.put(row)
    if old is not None:
        ledger.put(replace(old, state="superseded"))
    files.remove(store.work(row.run_id))


def reconcile(store: Store, ledger: Ledger) -> None:
    """Bring folders and ledger in step after a kill; the caller holds the store's lock."""
    _bring_back(store, ledger)
    for day in store.days():
        _follow(store, ledger, day)
    for row in ledger.rows():
        if row.state == "running":
            ledger.put(replace(row, state="failed", reason="interrupted: the run ended before it was done"))
    _sweep(store, ledger)


def _bring_back(store: Store, ledger: Ledger) -> None:
    """Put a result back that was moved away for one that never came."""
    for row in ledger.rows():
        moved, place = store.superseded(row.run_id), store.result(row.as_of)
        if row.state == "done" and moved.is_dir() and not place.exists():
            files.move(moved, place)


def _follow(store: Store, ledger: Ledger, day: date) -> None:
    """Write into the ledger that the result which stands is done and all others of its day are replaced."""
    standing = ledger.row_in(store.result(day))
    if standing is None:
        return
    known = {row.run_id: row for row in ledger.rows() if row.as_of == day}
    if standing.run_id not in known or known[standing.run_id].state != "done":
        ledger.put(standing)
    for row in known.values():
        if row.state == "done" and row.run_id != standing.run_id:
            ledger.put(replace(row, state="superseded"))


def _sweep(store: Store, ledger: Ledger) -> None:
    """Remove half-written files and the work of runs that nothing can take up again."""
    for half in store.ledger.glob("*.tmp"):
        half.unlink()
    kept = {row.run_id for row in ledger.rows() if row.state in UNFINISHED}
    for folder in (store.folder / "work").iterdir():
        if folder.name not in kept and folder != store.scratch:
            files.remove(folder)
    for half in (store.folder / "work").glob("*/*.tmp"):
        files.remove(half)

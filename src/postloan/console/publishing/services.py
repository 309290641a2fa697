"""Publishes a finished run: prepares its tables, then writes what changed in one transaction."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from postloan import clock
from postloan.book.opening import open_book
from postloan.book.snapshot import Book
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people import feed
from postloan.console.publishing import models as m
from postloan.console.publishing.merge import merge
from postloan.console.publishing.tables import PUBLISHED, Source, prepare
from postloan.console.words import policy_of
from postloan.console.work.jobs import after_publication
from postloan.engine import Engine, changes, open_engine
from postloan.errors import PostloanError
from postloan.results import RUN


@dataclass(frozen=True)
class Done:
    """What a publication did.

    Args:
        publication: the run that is shown now.
        written: rows that were new or changed, by table.
        removed: rows that went, by table.
        again: whether it had been published before, so that nothing was done.
    """

    publication: m.Publication
    written: dict[str, int]
    removed: dict[str, int]
    again: bool = False


def latest_day(store: Path) -> date | None:
    """Give the last day with a result in the store, None where there is none."""
    days = [path.name for path in (store / "runs").glob("????-??-??") if (path / "run.parquet").is_file()]
    return date.fromisoformat(max(days)) if days else None


def publish(store: Path, book: Path | str, as_of: date | None = None) -> Done:
    """Bring the result of a day, by default the last one, into the database.

    The tables are prepared beside the store first; then rows that are new, changed or gone since the last
    publication are written in one transaction. Whoever reads meanwhile sees the earlier run as a whole, and
    a publication that is stopped at any point leaves the earlier one in place.

    Raises PostloanError `nothing_to_publish` where the store has no result of that day.
    """
    day = as_of or latest_day(store)
    result = store / "runs" / (day.isoformat() if day else "")
    if day is None or not (result / "run.parquet").is_file():
        raise PostloanError(
            "nothing_to_publish",
            f"the store has no result{f' of {day}' if day else ''}",
            where=str(store),
            mend="make one: postloan run BOOK --as-of DATE --store STORE",
        )
    with open_engine(threads=2, memory="2GiB") as engine:
        (run,) = engine.rows(engine.read(result / "run.parquet", RUN))
        last = m.Publication.objects.first()
        prepared = store / "console" / "published"
        if last is not None:
            _finish(prepared, last.run_id)
        if last is not None and (last.run_id, last.result_hash) == (run["run_id"], run["result_hash"]):
            after_publication(last)  # does what a stop between the two left undone
            return Done(last, {}, {}, again=True)
        known = Book(open_book(engine, book, engine.scratch / "book").paths, engine, day)
        with _fresh(prepared / f".{run['run_id']}") as folder:
            policy = policy_of(run["policy_version"], run["as_of"])
            prepare(Source(engine, result, known, policy), folder)
            done = _write(engine, folder, prepared, last, run, known)
            target = prepared / run["run_id"]
            shutil.rmtree(target, ignore_errors=True)
            folder.replace(target)
    _weigh()
    for stale in prepared.iterdir():
        if stale.name != run["run_id"]:
            shutil.rmtree(stale)
    after_publication(done.publication)
    return done


def _finish(prepared: Path, run_id: str) -> None:
    """Put what was published in its place, where a stop right after it left it beside: history needs it."""
    beside, target = prepared / f".{run_id}", prepared / run_id
    if beside.is_dir() and not target.is_dir():
        beside.replace(target)


def _weigh() -> None:
    """Have SQLite sample its indexes, by which it chooses among them; PostgreSQL does so by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit = 1000")
            cursor.execute("ANALYZE")


@contextmanager
def _fresh(folder: Path) -> Iterator[Path]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@transaction.atomic
def _write(
    engine: Engine, new: Path, prepared: Path, last: m.Publication | None, run: dict[str, Any], book: Book
) -> Done:
    old = prepared / last.run_id if last else None
    if old is not None and not old.is_dir():
        old = None  # without what was published last there is nothing to compare with: all is written anew
    written, removed = {}, {}
    for model in PUBLISHED:
        name = str(model._meta.model_name)
        before = old / f"{name}.parquet" if old else None
        if before is not None and not before.is_file():
            before = None  # a table that the last publication did not know yet
        written[name], removed[name] = merge(engine, model, new / f"{name}.parquet", before)
    if old is not None:
        _history(engine, new, old, run["as_of"])
    feed.take(engine, book)
    publication = m.Publication(
        run_id=run["run_id"],
        as_of=run["as_of"],
        policy_version=run["policy_version"],
        result_hash=run["result_hash"],
        published_at=clock.civil(),
        counts={"written": written, "removed": removed},
    )
    publication.save(force_insert=not m.Publication.objects.filter(pk=run["run_id"]).exists())
    record(
        actor=SYSTEM,
        action="publish",
        object_kind="run",
        object_id=str(run["run_id"]),
        after={"written": written, "removed": removed},
        policy_version=str(run["policy_version"]),
    )
    return Done(publication, written, removed)


def _history(engine: Engine, new: Path, old: Path, as_of: date) -> None:
    for rows in changes.moved(engine, new / "loan.parquet", old / "loan.parquet", "loan_id", "class_final"):
        m.ClassChange.objects.bulk_create(
            m.ClassChange(loan_id=key, as_of=as_of, before=before, after=after) for key, before, after in rows
        )
    pair = new / "customer.parquet", old / "customer.parquet"
    for rows in changes.moved(engine, *pair, "customer_id", "colour"):
        m.ColourChange.objects.bulk_create(
            m.ColourChange(customer_id=key, as_of=as_of, before=before, after=after)
            for key, before, after in rows
        )

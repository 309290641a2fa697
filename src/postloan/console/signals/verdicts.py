"""What people decided about signals, counted from the book in the background once a publication.

Opening a book goes through its gate, which may take minutes; no page waits for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django_tasks import task

from postloan.book.opening import open_book
from postloan.book.snapshot import Book
from postloan.console.publishing.models import Publication
from postloan.engine import open_engine
from postloan.errors import PostloanError

_KEPT_SECONDS = 7 * 24 * 3600
_ASKED_SECONDS = 600
"""After so long without an answer it is asked for again: the worker may have been stopped."""


@dataclass(frozen=True)
class Verdicts:
    """What there is of verdicts.

    Args:
        counts: how many by code of signal and result.
        real: subjects with a verdict `real`, by code.
        state: `counted`, `counting`, `no_book`, or `failed`.
        error: why the book could not be read.
    """

    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    real: Mapping[str, list[str]] = field(default_factory=dict)
    state: str = "counted"
    error: str = ""


def verdicts(run: Publication | None) -> Verdicts:
    """Give the verdicts of the book as known on the day of a run; has them counted where they are not yet."""
    if run is None or not settings.BOOK:
        return Verdicts(state="no_book")
    found: dict[str, Any] | None = cache.get(_key(run.run_id))
    if found is None:
        if cache.add(f"{_key(run.run_id)}:asked", True, _ASKED_SECONDS):
            count.enqueue(run.run_id, run.as_of.isoformat())
        return Verdicts(state="counting")
    return Verdicts(**found)


def _key(run_id: str) -> str:
    return f"signals:verdicts:1:{run_id}"  # the number is that of the form in which they are kept


@task()
def count(run_id: str, as_of: str) -> None:
    """Count the verdicts as known on a day and keep them; where the book cannot be read, keep why."""
    try:
        found = _counted(date.fromisoformat(as_of))
    except PostloanError as error:
        _keep(run_id, Verdicts(state="failed", error=error.message), _ASKED_SECONDS)
    else:
        _keep(run_id, found, _KEPT_SECONDS)


def _keep(run_id: str, found: Verdicts, seconds: int) -> None:
    cache.set(_key(run_id), asdict(found), seconds)


def _counted(day: date) -> Verdicts:
    with open_engine(threads=1, memory="1GiB") as engine:
        book = Book(open_book(engine, settings.BOOK, engine.scratch / "book").paths, engine, day)
        told = book.table("verdict")
        counted = told.group_by(code=told.code, result=told.result).aggregate(number=told.count())
        subjects = told.filter(told.result == "real").select("code", "subject_id").distinct()
        counts: dict[str, dict[str, int]] = {}
        real: dict[str, list[str]] = {}
        for row in engine.rows(counted):
            counts.setdefault(row["code"], {})[row["result"]] = int(row["number"])
        for row in engine.rows(subjects):
            real.setdefault(row["code"], []).append(row["subject_id"])
    return Verdicts(counts, real)

"""The daily run: a day from the book to its results, or every business day since one, in order."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from postloan.book.findings import Finding
from postloan.engine import Engine, open_engine
from postloan.engine.session import EngineKind
from postloan.errors import RunError
from postloan.policy import pack as packs
from postloan.run import files, kept
from postloan.run.attempt import Attempt
from postloan.run.flowback import gap
from postloan.run.ledger import Ledger, RunRow
from postloan.run.progress import Progress, Silent
from postloan.run.publish import reconcile
from postloan.run.store import Store


@dataclass(frozen=True)
class _Settings:
    engine: EngineKind
    threads: int | None
    memory: str
    progress: Progress
    keep_facts: int | None


@dataclass(frozen=True)
class RunResult:
    """What a run came to.

    Args:
        run: its row in the ledger.
        counts: loans, customers, signals by severity, warnings by colour, classes by level, measures by code.
        findings: what somebody should look at.
        quarantined: rows that the gate kept out.
        controls_hold: whether every control total of the source was met.
        gap: business days since the last good run that have no result.
        verified: whether a second computation gave the stored hash; None where it was not asked for.
    """

    run: RunRow
    counts: dict[str, Any]
    findings: tuple[Finding, ...]
    quarantined: int
    controls_hold: bool = True
    gap: tuple[date, ...] = ()
    verified: bool | None = None

    def exit_code(self, *, allow_gap: bool = False) -> int:
        """Give 0, or 1 for a failed control total, a gap that is not allowed, or a hash that differs."""
        wrong = not self.controls_hold or (self.gap and not allow_gap) or self.verified is False
        return 1 if wrong else 0

    def as_dict(self) -> dict[str, Any]:
        """Give the object that `run --json` prints: the run row, counts, findings, quarantined, gap."""
        told: dict[str, Any] = {
            **self.run.as_dict(),
            "stages": self.run.stage_list(),
            "counts": self.counts,
            "quarantined": self.quarantined,
            "findings": [finding.as_dict() for finding in self.findings],
            "gap": list(self.gap),
        }
        return told if self.verified is None else {**told, "verified": self.verified}


def run_day(
    book: str | Path,
    as_of: date,
    store: str | Path,
    policy: str | Path = "cn_rural",
    *,
    engine: EngineKind = "duckdb",
    threads: int | None = None,
    memory: str = "4GiB",
    progress: Progress | None = None,
    keep_facts: int | None = None,
    verify: bool = False,
) -> RunResult:
    """Run one day; any calendar day will do.

    Args:
        book: the book's folder, or `database:URL`.
        as_of: the day.
        store: the store's folder; made if it is not there.
        policy: a shipped pack's name, or a pack's folder.
        engine: `duckdb` or `spark`; like the next three it changes no result.
        threads: how many threads to use; all cores when None.
        memory: the most memory to use, such as `4GiB`.
        progress: whom to tell how far the run is.
        keep_facts: for how many days with a result `facts_*` are kept, at least two; all when None.
        verify: compute the day that stands in the store once more and compare; the store is left as it is.

    Raises PostloanError with the typed reason that the ledger keeps; results before stand untouched.
    """
    settings = _Settings(engine, threads, memory, progress or Silent(), keep_facts)
    with _opened(Path(store), settings) as runs:
        settings.progress.day(as_of, 1, 1)
        pack = packs.load(policy)
        missed: list[date] = []
        last = runs.ledger.prior(as_of)
        if last is not None and not verify:
            missed = gap(runs.ledger, as_of, pack.calendar.business_days(last.as_of, as_of))
        return _one(runs, str(book), as_of, pack, missed, verify=verify)


def catch_up(
    book: str | Path,
    as_of: date,
    store: str | Path,
    policy: str | Path = "cn_rural",
    *,
    from_date: date,
    engine: EngineKind = "duckdb",
    threads: int | None = None,
    memory: str = "4GiB",
    progress: Progress | None = None,
    keep_facts: int | None = None,
) -> list[RunResult]:
    """Run every business day of the pack's calendar from `from_date` to `as_of`, in order.

    The other arguments are those of `run_day`. The store stays locked throughout. A day that fails stops
    the rest; the days before it stand. Raises RunError `no_business_day` where the span has none.
    """
    settings = _Settings(engine, threads, memory, progress or Silent(), keep_facts)
    with _opened(Path(store), settings) as runs:
        pack = packs.load(policy)
        days = pack.calendar.business_days(from_date, as_of)
        if not days:
            raise RunError(
                "no_business_day",
                "there is no business day to run",
                where=f"{from_date.isoformat()} to {as_of.isoformat()}",
                mend="give an earlier --from, or run the day without --from",
            )
        results = []
        for number, day in enumerate(days, start=1):
            settings.progress.day(day, number, len(days))
            results.append(_one(runs, str(book), day, pack, [], verify=False))
            runs.books.forget()
            runs.stages.forget()
        return results


@dataclass(frozen=True)
class _Opened:
    store: Store
    ledger: Ledger
    books: Engine
    stages: Engine
    settings: _Settings


@contextmanager
def _opened(folder: Path, settings: _Settings) -> Iterator[_Opened]:
    """Lock and mend the store; open DuckDB for book and ledger, and the chosen engine for the stages."""
    store = Store(folder).made()
    with store.locked(), _rare_collection():
        files.empty_folder(store.scratch)
        options: dict[str, Any] = {
            "threads": settings.threads,
            "memory": settings.memory,
            "scratch": store.scratch,
        }
        with open_engine("duckdb", **options) as books:
            ledger = Ledger(store, books)
            reconcile(store, ledger)
            try:
                if settings.engine == "duckdb":
                    yield _Opened(store, ledger, books, books, settings)
                else:
                    with open_engine(settings.engine, **options) as stages:
                        yield _Opened(store, ledger, books, stages, settings)
            finally:
                settings.progress.end()


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Let Python look for garbage less often: expressions are millions of objects that live on."""
    before = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _one(
    runs: _Opened, book: str, as_of: date, pack: packs.Pack, missed: list[date], *, verify: bool
) -> RunResult:
    attempt = Attempt(
        runs.store, runs.ledger, runs.books, runs.stages, runs.settings.progress, pack.as_of(as_of), as_of
    )
    row = attempt.verify(book) if verify else attempt.run(book)
    if runs.settings.keep_facts is not None and not verify:
        _forget_facts(runs.store, as_of, runs.settings.keep_facts)
    return RunResult(
        run=row,
        counts=attempt.counts,
        findings=(*attempt.findings, *_gap_finding(missed)),
        quarantined=attempt.quarantined,
        controls_hold=attempt.controls_hold,
        gap=tuple(missed),
        verified=attempt.verified,
    )


def _gap_finding(missed: list[date]) -> list[Finding]:
    if not missed:
        return []
    first, last = missed[0].isoformat(), missed[-1].isoformat()
    return [
        Finding(
            "gap",
            "",
            "",
            len(missed),
            f"{len(missed)} business days since the last run have no result: {first} to {last}",
            f"run them with --from {first}, or accept it with --allow-gap",
        )
    ]


def _forget_facts(store: Store, as_of: date, keep: int) -> None:
    """Remove the facts of all but the last `keep` days, and what was kept of the book beside them.

    Two days always stay, so that a day can be run again.
    """
    days = [day for day in store.days() if day <= as_of]
    for day in days[: -max(keep, 2)]:
        files.remove(store.result(day) / kept.FOLDER)
        for path in store.result(day).glob("facts_*.parquet"):
            path.unlink()

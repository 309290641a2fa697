"""The past days that a draft is held against: what the store keeps of each, read and never written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from postloan import facts
from postloan.book.snapshot import Book
from postloan.classification.inputs import names_read
from postloan.engine import Engine, Table
from postloan.errors import PolicyError, RunError
from postloan.facts import FACTS
from postloan.facts.registry import SUBJECTS
from postloan.policy.pack import Policy
from postloan.results import Prior
from postloan.run import kept
from postloan.run.flowback import load_prior
from postloan.run.inputs import Inputs
from postloan.run.ledger import Ledger, RunRow
from postloan.run.reading import last_run, results_of
from postloan.run.store import Store
from postloan.run.tables import read_table
from postloan.signals import plan

_BOOK = "give the book with --book BOOK: facts are then computed from it for both packs"


@dataclass(frozen=True)
class PastDay:
    """One day with a result.

    Args:
        row: the run whose result stands.
        folder: its result.
        prior: the result that the run read, None where it read none.
        book: the book as known on the day, or what the result kept of it.
        first_run_on: the day of the store's first run.
        facts: tables `facts_<subject>` of the day; empty where they are computed from the book.
    """

    row: RunRow
    folder: Path
    prior: Prior | None
    book: Book
    first_run_on: date
    facts: dict[str, Table]

    @property
    def as_of(self) -> date:
        """Give the day."""
        return self.row.as_of


def open_day(engine: Engine, store: Path, as_of: date | None, inputs: Inputs | None) -> PastDay:
    """Give a past day; the last one with a result when None, its facts and book as stored without `inputs`.

    Raises RunError `no_run_yet`, `unknown_day`, `result_missing` where the result that the run read is gone,
    `facts_not_kept` or `book_not_kept` where the store does not hold enough and the book is needed.
    """
    row = last_run(engine, store, as_of)
    found, ledger = Store(store), Ledger(Store(store), engine)
    folder = results_of(engine, store, row).folder
    before = {one.run_id: one for one in ledger.rows()}.get(row.prior_run_id or "")
    prior_folder = results_of(engine, store, before).folder if before else None
    first = ledger.first_run_on(row.as_of)
    prior = load_prior(engine, found, before, first, prior_folder)
    if inputs is not None:
        return PastDay(row, folder, prior, inputs.book(engine, row.as_of), first, {})
    return PastDay(row, folder, prior, _book(engine, folder, row), first, _facts(engine, folder, row))


def _book(engine: Engine, folder: Path, row: RunRow) -> Book:
    book = kept.kept_book(engine, folder, row.as_of)
    if book is None:
        raise RunError(
            "book_not_kept",
            f"the result of {row.as_of.isoformat()} is an earlier version's and keeps nothing of the book",
            where=str(folder),
            mend=f"{_BOOK}, or run the day again",
        )
    return book


def _facts(engine: Engine, folder: Path, row: RunRow) -> dict[str, Table]:
    paths = {f"facts_{subject}": folder / f"facts_{subject}.parquet" for subject in SUBJECTS}
    gone = [name for name, path in paths.items() if not path.exists()]
    if gone:
        raise RunError(
            "facts_not_kept",
            f"{', '.join(gone)} of {row.as_of.isoformat()} are no longer kept",
            where=str(folder),
            mend=f"choose a later --as-of, or {_BOOK}",
        )
    return {name: read_table(engine, path) for name, path in paths.items()}


def require_facts(day: PastDay, policies: Sequence[Policy]) -> None:
    """Refuse what the stored facts of a day cannot answer.

    Raises RunError `facts_not_kept` naming facts that a pack reads and the result lacks, and PolicyError
    `unknown_name` for a name that is no fact at all.
    """
    if not day.facts:
        return
    wanted: set[str] = set()
    for policy in policies:
        wanted |= names_read(policy.table(name) for name in policy.tables) & FACTS.keys()
        for signal in policy.signals:
            wanted |= plan.make(signal, FACTS, day.book.feeds).names
    gone = sorted(name for name in wanted if not _is_kept(day, name))
    if gone:
        raise RunError(
            "facts_not_kept",
            f"the result of {day.as_of.isoformat()} lacks {', '.join(gone)}, which the pack reads",
            where=str(day.folder),
            mend=_BOOK,
        )


def _is_kept(day: PastDay, name: str) -> bool:
    subject, _, what = name.partition(".")
    return what in day.facts[f"facts_{subject}"].columns


def require_same_facts(day: PastDay, against: Policy, draft: Policy) -> None:
    """Refuse a draft that changes what stored facts were computed with.

    Raises PolicyError `facts_would_change` naming parameters, clocks or calendar; with the book facts are
    computed anew.
    """
    if not day.facts:
        return
    changed = [name for name in facts.PARAMETERS if _value(against, name) != _value(draft, name)]
    if against.currency != draft.currency:
        changed.append("currency")
    if against.clocks != draft.clocks:
        changed.append("clocks")
    if against.clocks and against.calendar != draft.calendar:  # by which last days move
        changed.append("calendar")
    if changed:
        raise PolicyError(
            "facts_would_change",
            f"The draft changes {', '.join(changed)}, with which facts are computed: "
            f"the stored facts of {day.as_of.isoformat()} do not hold for it.",
            where=f"{draft.id}, {', '.join(changed)}",
            mend=_BOOK[0].upper() + _BOOK[1:] + ".",
        )


def _value(policy: Policy, name: str) -> object:
    try:
        found: object = policy.parameter(name)
    except PolicyError as error:
        return error.code
    return found

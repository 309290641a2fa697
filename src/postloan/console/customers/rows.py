"""Rows of the book for one customer, as known on the day of the run that is shown.

One session a process serves all requests. A table is made ready when it is first asked for; later questions
take milliseconds. What a run classified and warned about is in the database; here are the rows behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import Any

from django.conf import settings

from postloan import clock
from postloan.book.opening import open_book
from postloan.book.schema import TABLES
from postloan.book.snapshot import Book
from postloan.console.publishing.models import Publication
from postloan.engine import Engine, Table, open_engine
from postloan.engine.looking import Bound, Lookups
from postloan.errors import PostloanError

Row = dict[str, Any]

_BY = {
    "account": "customer_id",
    "loan": "customer_id",
    "contract": "customer_id",
    "collateral": "contract_id",
    "collateral_link": "contract_id",
    "guarantee": "contract_id",
    "proceeding": "customer_id",
    "class_decision": "loan_id",
    "event": "subject_id",
    "visit": "customer_id",
    "contact": "customer_id",
    "notice": "loan_id",
    "restructuring": "loan_id",
}
"""Tables that are small, or whose versions would be looked through anew with each question: they are put in
order once by the column that is asked."""

EDGES = "guarantee_edge"
_BACK = "guarantee_edge_back"


class NoRowsError(PostloanError):
    """The rows of the book are not at hand: no run is shown, or the console does not know the book."""


class BookRows:
    """The book as known on a day, for questions about a few subjects.

    Args:
        engine: a DuckDB session of its own.
        book: the book.
        results: the folder `runs` of the store, for facts of earlier days.
    """

    def __init__(self, engine: Engine, book: Book, results: Path) -> None:
        self.as_of = book.as_of
        self._engine, self._book, self._results = engine, book, results
        self._lookups = Lookups(engine)
        self._lock = self._lookups.lock  # one connection: what makes a table ready waits for questions

    def close(self) -> None:
        """End the session, once a question that is being answered has its answer."""
        with self._lock:
            self._engine.close()

    def has(self, table: str) -> bool:
        """Tell whether the book has the table."""
        return self._book.has(table)

    def rows(
        self,
        table: str,
        column: str,
        values: Sequence[str],
        *,
        bounds: Sequence[Bound] = (),
        order: Sequence[str] = (),
        limit: int = 1000,
        below: Sequence[tuple[str, Any]] = (),
    ) -> list[Row]:
        """Give the rows of a table whose column holds one of the values; see `Lookups.rows`."""
        self.ready(table)
        return self._lookups.rows(table, column, values, bounds=bounds, order=order, limit=limit, below=below)

    def flows(self, customer_id: str, since: date) -> list[Row]:
        """Give `month`, `came_in` and `went_out` (cents) of the customer's accounts by month."""
        self.ready("entry")
        accounts = [row["account_id"] for row in self.rows("account", "customer_id", [customer_id])]
        bounds = [("booked_on", ">=", since)]
        return self._lookups.sums("entry", "account_id", accounts, "amount", "booked_on", bounds)

    def edges(self, customers: Sequence[str]) -> list[Row]:
        """Give the guarantees to and by these customers, with guarantor, borrower and amount in cents."""
        self.ready(EDGES)
        found = self._lookups.rows(EDGES, "customer_id", customers)
        found += self._lookups.rows(_BACK, "guarantor_customer_id", customers)
        return list({row["guarantee_id"]: row for row in found}.values())

    def history(self, subject: str, subject_id: str, column: str) -> list[Row]:
        """Give `as_of` and `value` of a fact on the last day of each month that has a result, a year back."""
        files = [folder / f"facts_{subject}.parquet" for folder in _monthly(self._results, self.as_of)]
        return self._lookups.over_days([path for path in files if path.is_file()], "id", subject_id, column)

    def facts(self, subject: str, subject_id: str) -> Row | None:
        """Give the facts of a subject on the day; None where the store does not keep them."""
        file = self._results / self.as_of.isoformat() / f"facts_{subject}.parquet"
        return self._lookups.row_of(file, "id", subject_id) if file.is_file() else None

    def classes(self, loans: Sequence[str]) -> list[Row]:
        """Give `as_of`, `loan_id` and `value`, the class that stood, of the last day of each month."""
        files = [folder / "loan_state.parquet" for folder in _monthly(self._results, self.as_of)]
        return self._lookups.of_days(
            [path for path in files if path.is_file()], "loan_id", loans, "class_final"
        )

    def ready(self, name: str) -> None:
        """Make a table ready; later calls cost nothing."""
        with self._lock:
            if self._lookups.has(name):
                return
            if name == EDGES:
                edges = self._edges()
                self._lookups.prepare(EDGES, self._sorted(edges, EDGES, "customer_id"))
                self._lookups.prepare(_BACK, self._sorted(edges, _BACK, "guarantor_customer_id"))
                return
            table = self._book.table(name)
            by = _BY.get(name)
            self._lookups.prepare(name, self._sorted(table, name, by) if by else table)

    def _sorted(self, table: Table, name: str, by: str) -> Table:
        path = self._engine.scratch / f"sorted-{name}.parquet"
        self._engine.write(table, path, order_by=[by])
        return self._engine.raw(path)

    def _edges(self) -> Table:
        guarantee, contract = self._book.table("guarantee"), self._book.table("contract")
        borrower = contract.select(contract.contract_id.name("of_contract"), contract.customer_id)
        rows = guarantee.select("guarantee_id", "contract_id", "guarantor_customer_id", "amount", "kind")
        rows = rows.left_join(borrower, rows.contract_id == borrower.of_contract).drop("of_contract")
        return rows.filter(rows.customer_id.notnull() & (rows.customer_id != rows.guarantor_customer_id))


def _monthly(results: Path, as_of: date) -> list[Path]:
    """Give the folders of results of the last day of each of twelve months up to the day."""
    first = date(as_of.year - 1, as_of.month, 1).isoformat()
    last: dict[str, Path] = {}
    for folder in sorted(results.glob("????-??-??")):
        if first <= folder.name <= as_of.isoformat():
            last[folder.name[:7]] = folder
    return list(last.values())


_LOCK = RLock()
_open: dict[tuple[str, str, str], BookRows] = {}
_failed: dict[tuple[str, str, str], tuple[datetime, PostloanError]] = {}
_REST = timedelta(minutes=1)
"""How long a book that could not be read is left alone."""
_KEPT = 2
"""Sessions kept: the present one, and the one before for requests that began with it."""


def book_rows(run: Publication | None) -> BookRows:
    """Give the book behind the run that is shown; the first call a process and run opens it.

    Raises NoRowsError `no_run` or `no_book`, or BookError where the book cannot be read.
    """
    if run is None:
        raise NoRowsError("no_run", "no run is shown yet")
    if not settings.BOOK:
        raise NoRowsError("no_book", "the console does not know where the book is")
    key = (str(settings.BOOK), str(settings.STORE), run.run_id)
    with _LOCK:
        if key not in _open:
            _refuse_again(key)
            try:
                found = _opened(run)
            except PostloanError as error:
                _failed[key] = (clock.civil(), error)
                raise
            while len(_open) >= _KEPT:
                oldest = next(iter(_open))
                _open.pop(oldest).close()
            _open[key] = found
        return _open[key]


def _refuse_again(key: tuple[str, str, str]) -> None:
    """Raise what stood against the book a moment ago, rather than look through it again for each page."""
    at, error = _failed.get(key, (None, None))
    if at is not None and error is not None and clock.civil() - at < _REST:
        raise error


_USUAL = (
    *("contract", "loan", "account", "collateral", "guarantee", EDGES, "class_decision", "event"),
    *("proceeding", "notice", "restructuring", "visit", "contact", "payment", "entry", "due"),
)
"""What pages of customers and warnings ask."""


def warm(run: Publication | None) -> None:
    """Make ready what every page of a customer asks, so that its first reader does not wait.

    Raises as `book_rows` does.
    """
    rows = book_rows(run)
    for name in _USUAL:
        if name == EDGES or rows.has(name):
            rows.ready(name)


def forget() -> None:
    """End every session; the next question opens the book again."""
    with _LOCK:
        while _open:
            _open.popitem()[1].close()
        _failed.clear()


def _opened(run: Publication) -> BookRows:
    if ":" not in str(settings.BOOK) and not Path(settings.BOOK).is_dir():
        raise NoRowsError("no_book_there", "there is no book at its place", where=str(settings.BOOK))
    engine = open_engine(threads=2, memory="1GiB")
    try:
        passed = open_book(engine, settings.BOOK, engine.scratch / "book")
        book = Book(passed.paths, engine, run.as_of, versioned=passed.versioned)
        return BookRows(engine, book, Path(settings.STORE) / "runs")
    except BaseException:
        engine.close()
        raise


def label(table: str, column: str, *, chinese: bool) -> str:
    """Give the name of a column of the book for people."""
    field = TABLES[table].field(column)
    return field.zh if chinese and field.zh else column.removesuffix("_id").replace("_", " ")


def table_label(table: str, *, chinese: bool) -> str:
    """Give the name of a table of the book for people."""
    return TABLES[table].zh if chinese else table.replace("_", " ")


def money_columns(table: str) -> frozenset[str]:
    """Give the columns of a table that hold integer cents."""
    return frozenset(field.name for field in TABLES[table].fields if field.kind == "money")


def own_ids(rows: BookRows, customer_id: str) -> Mapping[str, list[str]]:
    """Give the numbers of a customer's own loans, contracts, accounts and collateral."""
    contracts = [row["contract_id"] for row in rows.rows("contract", "customer_id", [customer_id])]
    collateral = rows.rows("collateral", "contract_id", contracts)
    return {
        "customer": [customer_id],
        "contract": contracts,
        "loan": [row["loan_id"] for row in rows.rows("loan", "customer_id", [customer_id])],
        "account": [row["account_id"] for row in rows.rows("account", "customer_id", [customer_id])],
        "collateral": [row["collateral_id"] for row in collateral],
    }

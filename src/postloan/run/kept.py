"""What of the book a result keeps, so that classes and measures of a past day can be decided again.

Facts stand in the result anyway; beside them classification and measures read a few tables of the book. Those
are kept as they were known on the day, in `<result>/book/`, each with the columns that the stages read; and
`feeds.parquet` names every table that the book had. Nothing of it is under the result hash: it is an input.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.book.schema import TABLES
from postloan.book.snapshot import Book
from postloan.engine import Engine, Field, Table
from postloan.engine import verbs as v
from postloan.errors import RunError

FOLDER = "book"
"""The folder's name within a result."""

KEPT: dict[str, tuple[str, ...]] = {
    "class_decision": (),
    "customer": ("customer_id", "since"),
    "institution": ("institution_id", "name", "parent_id", "kind"),
    "loan": ("loan_id", "customer_id"),
    "measure_done": (),
    "rating": (),
    "restructuring": (),
    "staff": (),
    "staff_role": (),
    "statement": (),
    "verdict": (),
    "visit": (),
}
"""Tables of the book that stages after the facts read, with the columns that are kept; none means all."""

_FEED = Field("feed", "string")


def keep(engine: Engine, book: Book, folder: Path) -> None:
    """Write the tables of `KEPT` that the book has, as known on its day; the engine is the book's."""
    for name, columns in KEPT.items():
        if book.has(name):
            engine.write(_as_in_files(book.table(name), name, columns), folder / f"{name}.parquet")
    feeds = engine.from_rows([{"feed": name} for name in sorted(book.feeds)], [_FEED], "feeds")
    engine.write(feeds, folder / "feeds.parquet")


def _as_in_files(rows: Table, name: str, columns: tuple[str, ...]) -> Table:
    kept = [field for field in TABLES[name].fields if not columns or field.name in columns]
    amounts = {field.name for field in kept if field.kind == "money"}
    return rows.select(
        **{
            field.name: v.money(rows[field.name]) if field.name in amounts else rows[field.name]
            for field in kept
        }
    )


class KeptBook(Book):
    """The book as far as a result kept it: it has every feed, and gives the tables of `KEPT`."""

    def table(self, name: str) -> Table:
        """Give a kept table; raises RunError `not_kept` for one that stages after the facts do not read."""
        if self.has(name) and name not in KEPT:
            raise RunError(
                "not_kept",
                f"the result keeps no table {name} of the book",
                where=self.as_of.isoformat(),
                mend="give the book with --book",
            )
        return super().table(name)


def kept_book(engine: Engine, result: Path, as_of: date) -> KeptBook | None:
    """Give what a result kept of the book; None for a result that kept nothing."""
    folder = result / FOLDER
    if not (folder / "feeds.parquet").exists():
        return None
    feeds = [str(row["feed"]) for row in engine.rows(engine.raw(folder / "feeds.parquet"))]
    paths = {name: (folder / f"{name}.parquet",) for name in feeds}
    return KeptBook(paths, engine, as_of, versioned=frozenset())

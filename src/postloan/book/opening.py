"""Opens a book for `check` or a run: a folder or database, through the gate, clean Parquet left in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from postloan.book import gate
from postloan.book.gate import GateResult
from postloan.book.mapping import read_mapping
from postloan.book.sources import database, folder
from postloan.book.stamp import read_stamp
from postloan.engine import Engine


def open_book(
    engine: Engine,
    book: str | Path,
    target: Path,
    *,
    event_kinds: Sequence[str] | None = None,
    as_of: date | None = None,
    mapping: Path | None = None,
    again: bool = False,
    progress: Callable[[str], None] | None = None,
) -> GateResult:
    """Give the clean files of a book, writing under `target` only what is not clean as it stands.

    `book` is a folder, `database:URL`, or `database:URL#FOLDER` with further rows in a folder. A folder that
    an import wrote and nobody has touched since is not judged again unless `again` asks for it, as `postloan
    check` does. With `as_of`, rows whose natural date lies after it are quarantined; a run leaves it out. The
    engine must be DuckDB. Raises BookError where a required table or column is missing or a file cannot be
    read.
    """
    names = read_mapping(mapping)
    if str(book).startswith("database:"):
        copied = target / "source"
        copied.mkdir(parents=True, exist_ok=True)
        address, folder_beside = database.beside(str(book))
        database.extract(address, copied, names, progress)
        if folder_beside is not None:
            database.add_beside(folder_beside, copied)
        path = copied
    else:
        path = Path(book)
        passed = None if again or as_of else read_stamp(path, event_kinds)
        if passed is not None:
            return passed
    source = folder.read(engine, path, names)
    return gate.check(
        engine, source, target, as_of=as_of, event_kinds=event_kinds, in_place=True, progress=progress
    )

"""Brings a source into a book: read, judge, write beside, and put in place by one rename."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from postloan.book import gate
from postloan.book.checks import REASON
from postloan.book.controls import ControlResult
from postloan.book.findings import Finding
from postloan.book.mapping import Mapping as Names
from postloan.book.mapping import read_mapping
from postloan.book.schema import TABLES
from postloan.book.sources import database, folder
from postloan.book.sources.base import SourceBook
from postloan.book.stamp import write_stamp
from postloan.engine import Engine, open_engine, raw
from postloan.engine import verbs as v
from postloan.errors import BookError

CONVERTERS = ("berka", "polish", "sba", "taiwan")
"""Sources whose module turns a folder into tables of the contract, by `convert(path, target, engine)`."""

SOURCES = ("folder", "database", *CONVERTERS)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ImportSummary:
    """What an import came to.

    Args:
        book: the book's folder.
        rows: clean rows by table.
        quarantined: rows by table and reason.
        controls: control totals as stated and found.
        findings: what somebody should look at.
    """

    book: Path
    rows: Mapping[str, int]
    quarantined: Mapping[str, Mapping[str, int]]
    controls: tuple[ControlResult, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_code(self) -> int:
        """Give 1 where a control total failed, else 0; quarantined rows alone are no failure."""
        return 0 if all(control.holds for control in self.controls) else 1

    def as_dict(self) -> dict[str, object]:
        """Give the summary as the document that `--json` prints."""
        return {
            "book": str(self.book),
            "rows": dict(self.rows),
            "quarantined": {name: dict(codes) for name, codes in self.quarantined.items()},
            "controls": [control.as_dict() for control in self.controls],
            "findings": [finding.as_dict() for finding in self.findings],
        }


def import_book(
    source: str,
    path: str | Path,
    book: Path,
    mapping: Path | None = None,
    *,
    resume_quarantine: bool = False,
    event_kinds: Sequence[str] | None = None,
    progress: Progress | None = None,
    threads: int = 2,
    memory: str = "4GiB",
) -> ImportSummary:
    """Import a source into a book, replacing what the book held.

    `source` is one of SOURCES; `path` a folder, or for `database` its URL. With `resume_quarantine` the book
    stays and the mended quarantine files join it: those in `path` if it holds any, else in the book's
    own `quarantine` folder; a `.csv` beside a `.parquet` is taken if it is newer.

    Raises BookError; whatever goes wrong, the book stays as it was.
    """
    _recover(book)
    names = read_mapping(mapping)
    with _engine_beside(book, threads, memory) as engine, raw.guarded(str(book)):
        target = engine.scratch / "book"
        if resume_quarantine:
            found = _with_mended(engine, Path(path), book, names)
        else:
            found = _read(engine, source, path, names, progress)
        result = gate.check(engine, found, target, event_kinds=event_kinds, progress=progress)
        _write_csv_beside(engine, result.quarantine)
        write_stamp(target, result, event_kinds)
        put_in_place(target, book)
    return ImportSummary(book, result.rows, result.quarantined, result.controls, result.findings)


def append_rows(
    book: Path,
    files: Path,
    mapping: Path | None = None,
    *,
    event_kinds: Sequence[str] | None = None,
    progress: Progress | None = None,
    threads: int = 2,
    memory: str = "4GiB",
) -> ImportSummary:
    """Add the rows of a file or folder, named as a source's, to a book; all goes through the gate again.

    A row with the key of one that is there needs a later `known_on` (a version), else it is a duplicate.
    Raises BookError, `row_would_be_lost` where rows that stand would go to quarantine; whatever goes wrong,
    the book stays as it was.
    """
    _recover(book)
    names = read_mapping(mapping)
    with _engine_beside(book, threads, memory) as engine, raw.guarded(str(book)):
        delivered = files
        if files.is_file():
            delivered = engine.scratch / "delivered"
            delivered.mkdir()
            (delivered / files.name).symlink_to(files.resolve())
        standing = folder.read(engine, book)
        found = _joined(standing, folder.read(engine, delivered, names, complete=False))
        result = gate.check(
            engine, found, engine.scratch / "book", event_kinds=event_kinds, progress=progress
        )
        _refuse_loss(engine, standing, result)
        _keep_quarantine(engine, book)
        _write_csv_beside(engine, result.quarantine)
        write_stamp(engine.scratch / "book", result, event_kinds)
        put_in_place(engine.scratch / "book", book)
    return ImportSummary(book, result.rows, result.quarantined, result.controls, result.findings)


def _refuse_loss(engine: Engine, standing: SourceBook, result: gate.GateResult) -> None:
    """Refuse rows that would push rows of the book into quarantine, as another row of the same key does."""
    for name, table in standing.tables.items():
        (before,) = engine.rows(table.rows.aggregate(n=table.rows.count()))
        if result.rows.get(name, 0) < int(before["n"]):
            reasons = result.quarantined.get(name, {})
            found = next((one for one in result.findings if one.table == name and one.code in reasons), None)
            raise BookError(
                "row_would_be_lost",
                f"rows that stand in {name} would be lost" + (f": {found.message}" if found else ""),
                where=name,
                mend="give a correction a later known_on; if the book itself is at fault, import it again",
            )


@contextlib.contextmanager
def beside(book: Path) -> Iterator[Path]:
    """Give a folder beside the book for what is being made, so that putting in place is a rename."""
    try:
        book.absolute().parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix=f".{book.name}-", dir=book.absolute().parent))
    except OSError as error:
        raise BookError(
            "no_place",
            f"nothing can be written beside {book}: {error.strerror}",
            where=str(book),
            mend="free space or choose another folder",
        ) from error
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _engine_beside(book: Path, threads: int, memory: str) -> Iterator[Engine]:
    with (
        beside(book) as scratch,
        open_engine("duckdb", threads=threads, memory=memory, scratch=scratch) as engine,
    ):
        yield engine


def _read(
    engine: Engine, source: str, path: str | Path, names: Names, progress: Progress | None
) -> SourceBook:
    if source not in SOURCES:
        raise BookError(
            "unknown_source", f"there is no source {source}", where=source, mend=f"use {', '.join(SOURCES)}"
        )
    if source == "folder":
        return folder.read(engine, Path(path), names)
    converted = engine.scratch / "converted"
    converted.mkdir(exist_ok=True)
    if source == "database":
        database.extract(str(path), converted, names, progress)
        return folder.read(engine, converted, names)
    module = importlib.import_module(f"postloan.book.sources.{source}")
    module.convert(Path(path), converted, engine)
    return folder.read(engine, converted)


def _with_mended(engine: Engine, path: Path, book: Path, names: Names) -> SourceBook:
    held = path if _is_quarantine(path) else book / "quarantine"
    if not _is_quarantine(held):
        raise BookError(
            "nothing_quarantined",
            f"{held} holds no quarantined rows",
            where=str(held),
            mend="give the folder with the mended files, one <table>.csv or <table>.parquet each",
        )
    chosen = engine.scratch / "mended"
    chosen.mkdir()
    for file in _newest(held):
        (chosen / file.name).symlink_to(file.resolve())
    mended = folder.read_quarantine(engine, chosen, names)
    return _joined(folder.read(engine, book), mended)


def _newest(held: Path) -> list[Path]:
    newest: dict[str, Path] = {}
    for file in sorted(held.iterdir()):
        if file.suffix not in (".csv", ".parquet") or file.stem not in TABLES:
            continue
        other = newest.get(file.stem)
        if other is None or file.stat().st_mtime_ns >= other.stat().st_mtime_ns:
            newest[file.stem] = file
    return list(newest.values())


def _is_quarantine(path: Path) -> bool:
    """Tell whether a folder holds files that the gate wrote, which carry the reason."""
    if not path.is_dir():
        return False
    files = _newest(path)
    return bool(files) and all(REASON[0] in folder.columns_of(file) for file in files)


def _joined(book: SourceBook, more: SourceBook) -> SourceBook:
    """Put further rows below those of a book, table by table; a row's place stays unlike any other."""
    tables = dict(book.tables)
    for name, extra in more.tables.items():
        if name not in tables:
            tables[name] = extra
            continue
        base = tables[name]
        stored = base.rows.mutate(source_file=v.concat("book/", base.rows[raw.SOURCE_FILE]))
        tables[name] = replace(
            base,
            rows=raw.unite([stored, extra.rows]),
            files={**base.files, **extra.files},
            in_place=False,
            formats=extra.formats,
            malformed=extra.malformed,
        )
    return SourceBook(tables, more.controls, (*book.findings, *more.findings))


def _keep_quarantine(engine: Engine, book: Path) -> None:
    """Carry the rows that were in quarantine before along with those that came now."""
    target = engine.scratch / "book" / "quarantine"
    for file in _newest(book / "quarantine") if (book / "quarantine").is_dir() else []:
        before = file.with_suffix(".parquet")
        path = target / before.name
        if path.exists() and before.is_file():
            both = engine.materialise(raw.unite([engine.raw(before), engine.raw(path)]), file.stem)
            engine.write(both, path)
        else:
            target.mkdir(exist_ok=True)
            shutil.copy(file, target / file.name)


def _write_csv_beside(engine: Engine, quarantine: Mapping[str, Path]) -> None:
    """Write each quarantine file as CSV too, which a spreadsheet opens, edits and saves."""
    for path in quarantine.values():
        raw.write_csv(engine, engine.raw(path), path.with_suffix(".csv"))


def _old(book: Path) -> Path:
    return book.with_name(f".{book.name}.old")


def put_in_place(target: Path, book: Path) -> None:
    """Put a finished folder in a book's place, by renames; what was there before goes."""
    old = _old(book)
    shutil.rmtree(old, ignore_errors=True)
    if book.exists():
        book.replace(old)
    target.replace(book)
    shutil.rmtree(old, ignore_errors=True)


def _recover(book: Path) -> None:
    """Bring the book back where an import was killed between its two renames."""
    if _old(book).exists() and not book.exists():
        _old(book).replace(book)

"""PostgreSQL or SQLite as a source: tables are streamed in batches to Parquet, each column as text.

The address is `postgresql://…` or `sqlite:///path` (also written `database:…`). `#FOLDER` behind it names a
folder of files that are read as further rows of the contract's tables: a source is never written to, so what
people did in the console stands beside it. A table of the database is
read if its name, or the name the mapping gives it, is one of the contract. PostgreSQL is read by COPY, SQLite
by the standard library; both give text, which the gate types, so that no amount is changed on the way.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from postloan.book.mapping import Mapping
from postloan.engine import raw
from postloan.errors import BookError

_BATCH = 50_000

Rows = Iterator[list[tuple[Any, ...]]]


def extract(
    url: str, target: Path, mapping: Mapping | None = None, progress: Callable[[str], None] | None = None
) -> list[str]:
    """Write each known table of the database to `target/<table>.parquet`; give their names.

    Raises BookError: `unknown_database` for another kind of address, `no_database` where it cannot be
    reached, `missing_driver` where psycopg is not installed.
    """
    mapping = mapping or Mapping()
    plain = url.removeprefix("database:")
    if plain.startswith(("postgresql://", "postgres://")):
        return _extract_postgres(plain, target, mapping, progress)
    if plain.startswith("sqlite:///"):
        return _extract_sqlite(Path(plain.removeprefix("sqlite:///")), target, mapping, progress)
    raise BookError(
        "unknown_database",
        f"{_shown(plain)} is not the address of a database that can be read",
        where=_shown(plain),
        mend="write database:postgresql://user@host/name or database:sqlite:///path",
    )


def beside(url: str) -> tuple[str, Path | None]:
    """Give the address without its `#FOLDER`, and that folder; None without one.

    A `#` before the `@` belongs to a password.
    """
    address, mark, folder = url.rpartition("#")
    return (address, Path(folder)) if mark and folder and "@" not in folder else (url, None)


def add_beside(folder: Path, target: Path) -> None:
    """Put the files of a folder beside the tables that `extract` wrote, each in a folder of its table.

    Raises BookError `no_folder_beside` where it is not there.
    """
    if not folder.is_dir():
        raise BookError(
            "no_folder_beside",
            f"there is no folder {folder} beside the database",
            where=str(folder),
            mend="look at the path behind #, or let `postloan feedback` make it",
        )
    for file in sorted(folder.iterdir()):
        if file.is_file() and not file.name.startswith((".", "_")):
            table = target / file.name.split(".")[0]
            table.mkdir(exist_ok=True)
            shutil.copyfile(file, table / file.name)


def _shown(url: str) -> str:
    """Give the address without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", url)


def _extract_sqlite(
    path: Path, target: Path, mapping: Mapping, progress: Callable[[str], None] | None
) -> list[str]:
    if not path.is_file():
        raise BookError(
            "no_database",
            f"there is no SQLite file {path}",
            where=str(path),
            mend="look at the path; sqlite:///relative or sqlite:////absolute",
        )
    try:
        # `uri` with mode=ro: a source is never written to.
        connection = sqlite3.connect(f"file:{path.resolve().as_posix()}?mode=ro", uri=True)
        try:
            cursor = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
            written = []
            for (name,) in sorted(cursor.fetchall()):
                table = mapping.table(name)
                if table is None:
                    continue
                if progress:
                    progress(name)
                rows = connection.execute(f'SELECT * FROM "{_safe(name)}"')  # noqa: S608 - the name is quoted
                columns = [column[0] for column in rows.description]
                raw.write_text(target / f"{table}.parquet", columns, _batches(rows))
                written.append(table)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise BookError(
            "no_database", f"{path} cannot be read: {error}", where=str(path), mend="see that it is SQLite"
        ) from error
    return written


def _batches(rows: sqlite3.Cursor) -> Rows:
    while batch := rows.fetchmany(_BATCH):
        yield [tuple(_sqlite_text(value) for value in row) for row in batch]


def _sqlite_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    return repr(value) if isinstance(value, float) else str(value)


def _safe(name: str) -> str:
    return name.replace('"', '""')


def _extract_postgres(
    url: str, target: Path, mapping: Mapping, progress: Callable[[str], None] | None
) -> list[str]:
    try:
        import psycopg
    except ImportError as error:
        raise BookError(
            "missing_driver",
            "PostgreSQL needs the driver psycopg",
            where=_shown(url),
            mend="pip install 'postloan[database]'",
        ) from error
    written = []
    try:
        with psycopg.connect(url) as connection:
            connection.read_only = True
            named = connection.execute(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = ANY (current_schemas(false)) ORDER BY table_name"
            ).fetchall()
            for (name,) in named:
                table = mapping.table(name)
                if table is None:
                    continue
                if progress:
                    progress(name)
                columns, rows = _copied(connection, name)
                raw.write_text(target / f"{table}.parquet", columns, rows)
                written.append(table)
    except psycopg.Error as error:
        raise BookError(
            "no_database",
            f"{_shown(url)} cannot be read: {str(error).splitlines()[0]}",
            where=_shown(url),
            mend="see that the server runs, and that user, password and database are right",
        ) from error
    return written


def _copied(connection: Any, name: str) -> tuple[list[str], Rows]:
    from psycopg import sql

    query = sql.SQL("SELECT * FROM {}").format(sql.Identifier(name))
    cursor = connection.execute(sql.SQL("{} LIMIT 0").format(query))
    columns = [column.name for column in cursor.description]
    return columns, _copy_batches(connection, sql.SQL("COPY ({}) TO STDOUT").format(query))


def _copy_batches(connection: Any, statement: Any) -> Rows:
    with connection.cursor().copy(statement) as copy:
        batch: list[tuple[Any, ...]] = []
        for row in copy.rows():
            batch.append(row)
            if len(batch) == _BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

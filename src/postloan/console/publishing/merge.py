"""Writes changed rows into the database, by the fastest way that each one has."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection, models

from postloan.console.publishing.tables import model_fields
from postloan.engine import Engine
from postloan.engine import changes as ch

_KEYS_AT_ONCE = 500
_PART = 1 << 20


def merge(engine: Engine, model: type[models.Model], new: Path, old: Path | None) -> tuple[int, int]:
    """Make a table equal to a prepared file; give how many rows were written and how many went.

    Must stand in a transaction. Where nothing was published before, `old` is None and the table is emptied
    first.
    """
    columns = model_fields(model)
    if old is None:
        model._default_manager.all().delete()
    removed = sum(_delete(model, columns[0], keys) for keys in ch.gone(engine, new, old, columns[0]))
    if connection.vendor == "postgresql":
        with TemporaryDirectory(dir=engine.scratch) as folder:
            file = Path(folder) / "changed.csv"
            written = ch.changed_file(engine, new, old, columns[0], columns, file)
            _copy(model, columns, file)
            return written, removed
    # SQLite keeps dates as text; DuckDB writes them faster than Python would.
    rows = ch.changed(engine, new, old, columns[0], columns, as_text=_dates(model))
    return _upsert(model, columns, rows), removed


def _delete(model: type[models.Model], key: str, rows: Sequence[ch.Row]) -> int:
    for start in range(0, len(rows), _KEYS_AT_ONCE):
        keys = [row[0] for row in rows[start : start + _KEYS_AT_ONCE]]
        model._default_manager.filter(**{f"{key}__in": keys}).delete()
    return len(rows)


def _upsert(model: type[models.Model], columns: Sequence[str], batches: Iterable[list[ch.Row]]) -> int:
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(columns)
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({names}) VALUES ({marks}) {_on_conflict(columns)}"  # noqa: S608 - our own names
    count = 0
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size = -262144")  # 256 MiB: every index of a large table is touched
        for rows in batches:
            cursor.executemany(statement, rows)
            count += len(rows)
    return count


def _dates(model: type[models.Model]) -> set[str]:
    fields = model._meta.concrete_fields
    return {str(field.column) for field in fields if isinstance(field, models.DateField)}


def _on_conflict(columns: Sequence[str]) -> str:
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
    return f"ON CONFLICT ({columns[0]}) DO UPDATE SET {sets}"


def _copy(model: type[models.Model], columns: Sequence[str], file: Path) -> None:
    table, names = connection.ops.quote_name(model._meta.db_table), ", ".join(columns)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS incoming")
        cursor.execute(f"CREATE TEMPORARY TABLE incoming AS SELECT {names} FROM {table} WITH NO DATA")  # noqa: S608
        with (
            cursor.copy(rf"COPY incoming ({names}) FROM STDIN (FORMAT CSV, NULL '\N')") as copy,
            file.open("rb") as rows,
        ):
            while part := rows.read(_PART):
                copy.write(part)
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming {_on_conflict(columns)}")  # noqa: S608
        cursor.execute("DROP TABLE incoming")

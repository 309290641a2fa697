"""The book as it was known on a day: versions, deletions, and nothing of what came later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from postloan.book.schema import FOLLOWS, REQUIRED_TABLES, TABLES, natural_dates
from postloan.engine import Column, Engine, Field, Table, TableSchema
from postloan.engine import verbs as v
from postloan.errors import BookError


class Book:
    """A clean book as known on one day; tables are read when they are asked for.

    Args:
        source: the book's folder, or the clean files of each table as the gate gives them.
        engine: the engine of the run, DuckDB or Spark.
        as_of: the business date D.
        versioned: tables that hold versions or deletions, as the gate found; None looks for them.
    """

    def __init__(
        self,
        source: Path | Mapping[str, Sequence[Path]],
        engine: Engine,
        as_of: date,
        *,
        versioned: frozenset[str] | None = None,
    ) -> None:
        self.engine, self.as_of = engine, as_of
        self.paths = _files(source) if isinstance(source, Path) else {k: tuple(p) for k, p in source.items()}
        self._versioned = versioned
        self._tables: dict[str, Table] = {}
        self._present: dict[str, frozenset[str]] = {}
        for name in REQUIRED_TABLES:
            if name not in self.paths:
                raise BookError(
                    "missing_table",
                    f"the book has no table {name}",
                    where=str(source) if isinstance(source, Path) else "",
                    mend=f"add {name}.parquet, or import the book with `postloan import`",
                )

    @property
    def feeds(self) -> frozenset[str]:
        """Give the names of the tables that the book has, with or without rows."""
        return frozenset(self.paths)

    def has(self, table: str) -> bool:
        """Tell whether the book has the table."""
        return table in self.paths

    def has_column(self, table: str, column: str) -> bool:
        """Tell whether the table's files have the column; a null in it is another matter."""
        if table not in self.paths:
            return False
        if table not in self._present:
            self._present[table] = frozenset(self.engine.raw(self.paths[table]).columns)
        return column in self._present[table]

    def table(self, name: str) -> Table:
        """Give the rows of a table as known on D, all columns of the contract, money in integer cents.

        Of the versions of a row it is the one with the greatest `known_on` up to D; `deleted` ends it. Rows
        with a natural date after D are left out; a date after D in any other column is read as null unless
        it is agreed beforehand (rule 4). Optional columns that the files lack are null; a table that the book
        lacks has no rows.
        """
        if name not in self._tables:
            self._tables[name] = self._absent(name) if name not in self.paths else self._as_known(name)
        return self._tables[name]

    def input_tables(self) -> dict[str, Table]:
        """Give every table of the book as known on D, for the input hash."""
        return {name: self.table(name) for name in TABLES if name in self.paths}

    def _absent(self, name: str) -> Table:
        return self.engine.from_rows([], TABLES[name].fields, name, cents=True)

    def _as_known(self, name: str) -> Table:
        schema = TABLES[name]
        rows = self.engine.read(self.paths[name], schema, cents=True)
        rows = self._visible(rows, schema)
        if self._has_versions(name, rows):
            rows = self._current(rows, schema)
        return rows.mutate(**self._hidden(rows, schema)) if self._hidden(rows, schema) else rows

    def _visible(self, rows: Table, schema: TableSchema) -> Table:
        """Leave out what was not known on D; without any date a row holds from the first day."""
        day = v.literal(self.as_of, "date")
        known = _known(rows, schema)
        rows = rows.filter(known.isnull() | (known <= day))
        if schema.natural_date:
            natural = rows[schema.natural_date]
            rows = rows.filter(natural.isnull() | (natural <= day))
        return rows

    def _has_versions(self, name: str, rows: Table) -> bool:
        if self._versioned is not None:
            return name in self._versioned
        keys = rows.group_by(list(TABLES[name].key)).aggregate(row_count=rows.count())
        (found,) = self.engine.rows(keys.aggregate(n=v.count_if(keys.row_count > 1)))
        (gone,) = self.engine.rows(rows.aggregate(n=v.count_if(rows.deleted)))
        return bool(found["n"] or gone["n"])

    def _current(self, rows: Table, schema: TableSchema) -> Table:
        """Keep the newest version of each key, unless it is a deletion."""
        newest = v.row_number(
            partition=[rows[name] for name in schema.key],
            order=[(_known(rows, schema), "desc")],
        )
        numbered = rows.mutate(row_version=newest)
        is_live = numbered.deleted.isnull() | (numbered.deleted == v.literal(value=False, kind="boolean"))
        return numbered.filter((numbered.row_version == v.literal(1, "integer")) & is_live).drop(
            "row_version"
        )

    def _hidden(self, rows: Table, schema: TableSchema) -> dict[str, Column]:
        """Give the columns of what happened after D as null, with those that say nothing without them."""
        day = v.literal(self.as_of, "date")
        dates = {one.name for one in schema.fields if _is_happening(one, schema)}
        hidden = {name: v.when([(rows[name] > day, v.null("date"))], rows[name]) for name in dates}
        for name, leader in FOLLOWS.get(schema.name, {}).items():
            kind = "integer" if schema.field(name).kind == "money" else schema.field(name).kind
            hidden[name] = v.when([(rows[leader] > day, v.null(kind))], rows[name])
        return hidden


def _known(rows: Table, schema: TableSchema) -> Column:
    dates = [rows[name] for name in natural_dates(schema)]
    return v.coalesce(*dates) if len(dates) > 1 else dates[0]


def _is_happening(one: Field, schema: TableSchema) -> bool:
    fixed = one.ahead or one.name in schema.key or one.name in natural_dates(schema)
    return one.kind == "date" and not fixed


def _files(folder: Path) -> dict[str, tuple[Path, ...]]:
    """Find the clean Parquet files of a book's folder."""
    found: dict[str, tuple[Path, ...]] = {}
    for name in TABLES:
        parts = [*folder.glob(f"{name}.parquet"), *folder.glob(f"{name}.*.parquet")]
        parts += (folder / name).glob("*.parquet")
        if parts:
            found[name] = tuple(sorted(parts))
    return found

"""A session on one engine: reads Parquet as typed tables, writes one Parquet file a table, keeps scratch."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import ibis
import ibis.expr.datatypes as dt
import pyarrow as pa
import pyarrow.parquet as pq
import sqlglot.expressions as sge

from postloan.engine import spark
from postloan.engine import verbs as v
from postloan.engine.feel_functions import FEEL_FUNCTIONS, INEXACT
from postloan.engine.functions import FUNCTIONS
from postloan.engine.schema import Field, TableSchema
from postloan.engine.types import FILE_TYPES, Column, Table
from postloan.errors import PostloanError

EngineKind = Literal["duckdb", "spark"]

_CALLS = 10_000
"""How deep the calls may go that write a query out; since Python 3.11 they take no stack of C's."""

_FETCH_LIMIT = 100_000
"""The most rows that may come back to Python at once; results of any size stay in files."""


class Engine:
    """One engine with its scratch folder; use `open_engine` to make one and `with` to end it."""

    def __init__(self, kind: EngineKind, backend: Any, scratch: Path) -> None:
        self.kind = kind
        self.backend = backend
        self.scratch = scratch
        self._names = itertools.count()
        self._views: list[str] = []
        self._held: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the session and remove its scratch files."""
        if self.kind == "spark":
            spark.close(self.backend, self.scratch)
        else:
            self.backend.disconnect()
            shutil.rmtree(self.scratch, ignore_errors=True)

    def forget(self) -> None:
        """Drop every table given so far with its scratch files; none of them may be used any more."""
        for name in self._views:
            if self.kind == "duckdb":
                self.backend.raw_sql(f"DROP VIEW IF EXISTS {name}")
            else:
                self.backend._session.catalog.dropTempView(name)
        for name in self._held:
            self.backend.raw_sql(f"DROP TABLE IF EXISTS {name}")
        self._views.clear()
        self._held.clear()
        for path in self.scratch.glob("*.parquet"):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def _named(self) -> str:
        # Never t0, t1: Ibis names its own parts so.
        self._views.append(f"source_{next(self._names)}")
        return self._views[-1]

    def raw(self, paths: Path | Sequence[Path]) -> Table:
        """Give Parquet files as one table with the types that they hold.

        The files of one table may lack columns that others have, as parts from several sources do; what a
        file lacks is null in its rows.
        """
        files = [paths] if isinstance(paths, Path) else list(paths)
        name = self._named()
        if self.kind == "duckdb":
            told = [str(file) for file in files]
            return self.backend.read_parquet(told, table_name=name, union_by_name=len(told) > 1)
        reader = self.backend._session.read.option("mergeSchema", len(files) > 1)
        shape = spark.declared_shape(_shape(files)) if files and all(one.is_file() for one in files) else None
        if shape is not None:  # else Spark starts a job to look for itself
            reader = reader.schema(shape)
        frame = reader.parquet(*[str(file) for file in files])
        frame.createOrReplaceTempView(name)
        return self.backend.table(name)

    def read(self, paths: Path | Sequence[Path], schema: TableSchema, *, cents: bool = True) -> Table:
        """Give Parquet files as a table of the schema's columns, in its order.

        Columns that the files lack are null; NaN is read as null; money is integer cents, or
        DECIMAL(18,2) with `cents=False`. Raises PostloanError `wrong_type` where a column cannot be
        what the schema says.
        """
        raw = self.raw(paths)
        return raw.select(**{field.name: _typed(raw, field, cents=cents) for field in schema.fields})

    def write(self, table: Table, path: Path, *, order_by: Sequence[str] = ()) -> int:
        """Write the table as one Parquet file sorted by those columns, nulls last; give the number of rows.

        Raises PostloanError `out_of_range` where a value does not fit its type.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        with _refusals():
            if self.kind == "duckdb":
                keys = ", ".join(f'"{name}" ASC NULLS LAST' for name in order_by)
                ordered = f"{self._statement(table)}{f' ORDER BY {keys}' if keys else ''}"
                target = str(path).replace("'", "''")
                self.backend.raw_sql(f"COPY ({ordered}) TO '{target}' (FORMAT PARQUET, COMPRESSION ZSTD)")
            else:
                self._write_spark(table, path, order_by)
        rows: int = pq.read_metadata(path).num_rows
        return rows

    def _statement(self, table: Table) -> str:
        """Give the query with each column cast to its type.

        An engine may compute in another one: DuckDB sums into HUGEINT and takes a small constant for an
        INTEGER. What is written or fetched has the types that the expression says.
        """
        compiler = self.backend.compiler
        columns = []
        for name, kind in table.schema().items():
            quoted = sge.to_identifier(name, quoted=True).sql(compiler.dialect)
            target = compiler.type_mapper.from_ibis(kind).sql(compiler.dialect)
            columns.append(quoted if kind.is_null() else f"CAST({quoted} AS {target}) AS {quoted}")
        with _deep():
            return f"SELECT {', '.join(columns)} FROM ({self.backend.compile(table)}) AS written"

    def _write_spark(self, table: Table, path: Path, order_by: Sequence[str]) -> None:
        frame = self.backend._session.sql(self._statement(table)).repartition(1)
        if order_by:
            frame = frame.sortWithinPartitions(*spark.nulls_last(order_by))
        folder = path.with_name(path.name + ".parts")
        frame.write.mode("overwrite").option("compression", "zstd").parquet(str(folder))
        (part,) = folder.glob("part-*.parquet")
        part.replace(path)
        shutil.rmtree(folder)

    def materialise(self, table: Table, name: str) -> Table:
        """Compute the table once into scratch and give it back as a plain read of what was written."""
        path = self.scratch / f"{name}-{next(self._names)}.parquet"
        if self.kind == "duckdb":
            self.write(table, path)
            return self.raw(path)
        # Scratch need not be one file on Spark, so it is spared the shuffle that makes one.
        with _refusals():
            frame = self.backend._session.sql(self._statement(table))
            frame.write.parquet(str(path))
            stored = self.backend._session.read.schema(frame.schema).parquet(str(path))
        view = self._named()
        stored.createOrReplaceTempView(view)
        return self.backend.table(view)

    def hold(self, table: Table, name: str, *, as_written: bool = False) -> Table:
        """Compute a narrow table once and keep it in memory, on Spark as `materialise` does.

        DuckDB moves what does not fit into its scratch; a wide table is better off in a file. With
        `as_written` it joins in the order of the query, which suits rows with look-ups joined to them: it
        guesses that each makes the rows fewer, and soon takes the rows for the smaller side.
        """
        if self.kind == "spark":
            return self.materialise(table, name)
        held = f"held_{next(self._names)}"
        with _refusals(), self._joins_kept() if as_written else nullcontext():
            self.backend.raw_sql(f"CREATE TABLE {held} AS {self._statement(table)}")
        self._held.append(held)
        return self.backend.table(held)

    @contextmanager
    def _joins_kept(self) -> Iterator[None]:
        self.backend.raw_sql("SET disabled_optimizers='join_order,build_side_probe_side'")
        try:
            yield
        finally:
            self.backend.raw_sql("RESET disabled_optimizers")

    def statement(self, table: Table) -> str:
        """Give the query of a table."""
        return self._statement(table)

    def view(self, statement: str) -> Table:
        """Give a query as a table, which is computed whenever it is read."""
        name = self._named()
        temporary = "TEMPORARY " if self.kind == "spark" else ""
        self.backend.raw_sql(f"CREATE OR REPLACE {temporary}VIEW {name} AS {statement}")
        return self.backend.table(name)

    def small(self, fields: Sequence[Field], columns: Sequence[Sequence[object]]) -> str:
        """Give the name of a small table of the engine's own, made from its columns in Python."""
        types = [(field.name, _arrow_type(field)) for field in fields]
        arrays = [pa.array(column, kind) for column, (_, kind) in zip(columns, types, strict=True)]
        table = pa.Table.from_arrays(arrays, schema=pa.schema(types))
        if self.kind == "spark":
            path = self.scratch / f"small-{next(self._names)}.parquet"
            pq.write_table(table, path)
            found: str = self.raw(path).get_name()
            return found
        held = f"held_{next(self._names)}"
        self.backend.con.register("small", table)
        self.backend.raw_sql(f"CREATE TABLE {held} AS FROM small")
        self.backend.con.unregister("small")
        self._held.append(held)
        return held

    def rows(self, table: Table, *, limit: int = _FETCH_LIMIT) -> list[dict[str, Any]]:
        """Give up to `limit` rows as dictionaries of Python values, for people and small look-ups.

        Raises PostloanError `too_many_rows` where the table holds more.
        """
        found: list[dict[str, Any]] = self._arrow(table.limit(limit + 1)).to_pylist()
        if len(found) > limit:
            raise PostloanError(
                "too_many_rows", f"more than {limit} rows where at most {limit} were expected"
            )
        return found

    def _arrow(self, table: Table) -> pa.Table:
        statement = self._statement(table)
        with _refusals():
            if self.kind == "duckdb":
                return self.backend.con.sql(statement).to_arrow_table()
            # Ibis fetches from Spark through pandas, which turns integers beside nulls into floats.
            with warnings.catch_warnings():  # PySpark leaves its socket to be closed by Python
                warnings.simplefilter("ignore", ResourceWarning)
                return self.backend._session.sql(statement).toArrow()

    def from_rows(
        self, rows: Sequence[Mapping[str, object]], fields: Sequence[Field], name: str, *, cents: bool = False
    ) -> Table:
        """Give a few rows made in Python (a policy's look-up) as a table, through a Parquet file."""
        types = pa.schema([(field.name, _arrow_type(field)) for field in fields])
        table = pa.Table.from_pylist([dict(row) for row in rows], schema=types)
        path = self.scratch / f"{name}-{next(self._names)}.parquet"
        pq.write_table(table, path)
        schema = TableSchema(name, tuple(fields), key=())
        return self.read(path, schema, cents=cents)


@contextmanager
def _deep() -> Iterator[None]:
    """Let a query of many feeds be written out: each step of an expression is several calls in Python."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _CALLS))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn an engine's arithmetic error into a PostloanError that both engines raise alike."""
    try:
        yield
    except Exception as error:
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if not kinds & _ARITHMETIC and INEXACT not in str(error):
            raise
        first = str(error).strip().splitlines()[0]
        raise PostloanError(
            "out_of_range",
            f"a value does not fit its type: {first}",
            mend="look for an amount or a rate that cannot be right; money ends at 9999999999999999.99",
        ) from error


_ARITHMETIC = {"OutOfRangeException", "ConversionException", "ArithmeticException", "NumberFormatException"}
"""What DuckDB and Spark call a value that does not fit; Spark's classes exist only with its package."""


def _shape(files: Sequence[Path]) -> pa.Schema:
    """Give the columns of Parquet files, those of the first before those that only others have."""
    fields: dict[str, pa.Field] = {}
    for file in files:
        for field in pq.read_schema(file):
            fields.setdefault(field.name, field)
    return pa.schema(list(fields.values()))


def _arrow_type(field: Field) -> pa.DataType:
    return dt.dtype(FILE_TYPES[field.kind]).to_pyarrow()


def _typed(raw: Table, field: Field, *, cents: bool) -> Column:
    target = FILE_TYPES["integer" if field.kind == "money" and cents else field.kind]
    if field.name not in raw.columns:
        return ibis.null(target)
    column = raw[field.name]
    source = column.type()
    if source.is_null() or (source.is_unknown() and "NULL" in str(source)):  # how Ibis sees DuckDB's own
        return ibis.null(target)
    if not _fits(source, field):
        raise PostloanError(
            "wrong_type",
            f"column {field.name} holds {source}, but it must hold {field.kind}",
            where=field.name,
            mend=f"write {field.name} as {FILE_TYPES[field.kind]}, or import the book with `postloan import`",
        )
    if field.kind == "money":
        return v.exact(column, "integer" if cents else "money")
    if field.kind == "decimal":
        return v.exact(column, "decimal")
    return column if source == dt.dtype(target) else column.cast(target)


def _fits(source: dt.DataType, field: Field) -> bool:
    match field.kind:
        case "string" | "json" | "integer_list":
            found = source.is_string()
        case "integer":
            found = source.is_integer()
        case "boolean":
            found = source.is_boolean()
        case "date":
            found = source.is_date()
        case "timestamp":
            found = source.is_timestamp() or source.is_date()
        case _:
            found = source.is_numeric() and not source.is_boolean()
    return bool(found)


def open_engine(
    kind: EngineKind = "duckdb",
    *,
    threads: int | None = None,
    memory: str = "4GiB",
    scratch: Path | None = None,
) -> Engine:
    """Open a session.

    Args:
        kind: `duckdb` (embedded) or `spark` (a local session; needs Java 17 and the extra `spark`).
        threads: how many threads to use; all cores when None.
        memory: the most memory to use, such as `4GiB`.
        scratch: a folder for temporary files; made under the system's own when None, removed on close.

    Raises PostloanError `no_spark` where Spark or Java is missing.
    """
    base = Path(tempfile.mkdtemp(prefix="postloan-", dir=_made(scratch)))
    workers = threads or os.cpu_count() or 1
    try:
        backend = (
            _duckdb(workers, memory, base) if kind == "duckdb" else spark.open_backend(workers, memory, base)
        )
    except BaseException:
        shutil.rmtree(base, ignore_errors=True)
        raise
    return Engine(kind, backend, base)


def _made(folder: Path | None) -> Path | None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _duckdb(threads: int, memory: str, scratch: Path) -> Any:
    backend = ibis.duckdb.connect(threads=threads, memory_limit=memory, temp_directory=str(scratch / "spill"))
    # Ibis writes lambdas with a single arrow, which DuckDB 2 refuses unless asked.
    backend.raw_sql("SET lambda_syntax='ENABLE_SINGLE_ARROW'")
    backend.raw_sql("SET enable_progress_bar=false")
    for function in (*FUNCTIONS, *FEEL_FUNCTIONS):
        backend.raw_sql(function.duckdb_sql())
    return backend

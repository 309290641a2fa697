"""Source rows as they come: delimited text and Parquet, each row with its file and number.

All of this runs on DuckDB alone: a book is made clean once, and the stages after that read clean Parquet.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from postloan.engine.session import Engine
from postloan.engine.types import Table
from postloan.errors import BookError

SOURCE_FILE, SOURCE_ROW = "source_file", "source_row"

_BLOCK = 4 << 20
_VIEWS = itertools.count()


@dataclass(frozen=True)
class Delimited:
    """What was found in one delimited file.

    Args:
        columns: the header.
        rows: how many rows could be cut into columns.
        malformed: row number and text of those that could not.
    """

    columns: tuple[str, ...]
    rows: int
    malformed: tuple[tuple[int, str], ...]


def detect_encoding(path: Path, asked: str | None = None) -> str:
    """Find out how a text file is encoded: UTF-8 (with or without BOM), else GB18030.

    Raises BookError `wrong_encoding` naming the byte where neither fits, or where `asked` does not.
    """
    tried = [asked] if asked else ["utf-8-sig", "gb18030"]
    for name in tried:
        place = _first_undecodable(path, name)
        if place is None:
            return name
    raise BookError(
        "wrong_encoding",
        f"{path.name} cannot be read as {' or '.join(tried)}",
        where=f"{path}, byte {place}",
        mend="save the file as UTF-8, or name its encoding in the mapping: encodings: {file: encoding}",
    )


def _first_undecodable(path: Path, encoding: str) -> int | None:
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
    except LookupError as error:
        raise BookError(
            "unknown_encoding",
            f"there is no encoding named {encoding}",
            where=str(path),
            mend="use utf-8 or gb18030",
        ) from error
    done = 0
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return done + error.start
            if not block:
                return None
            done += len(block)


def header(path: Path, encoding: str) -> tuple[tuple[str, ...], str]:
    """Give the column names and the delimiter of a delimited file; no names where the file is empty."""
    with path.open(encoding=encoding, newline="") as file:
        line = file.readline()
    if not line.strip():
        return (), ","
    delimiter = max(",;\t|", key=line.count)
    names: list[str] = []
    for position, cell in enumerate(next(csv.reader([line], delimiter=delimiter)), start=1):
        name = normalise(cell) or f"column_{position}"
        name = f"was_{name}" if name in (SOURCE_FILE, SOURCE_ROW) else name
        names.append(f"{name}_{position}" if name.lower() in {one.lower() for one in names} else name)
    return tuple(names), delimiter


def normalise(text: str) -> str:
    """Give a name in NFKC without blanks around it."""
    return unicodedata.normalize("NFKC", text).strip()


def read_delimited(path: Path, into: Path, *, shown: str, encoding: str, keep: Collection[str]) -> Delimited:
    """Bring a delimited file into Parquet: every column text, with `source_file` and `source_row`.

    Text is normalised to NFKC and trimmed, but for the columns in `keep`, which are trimmed only. The header
    is row 1. Rows with too many or too few columns are left out and returned.
    """
    names, delimiter = header(path, encoding)
    malformed: list[tuple[int, str]] = []

    def note(row: Any) -> str:
        malformed.append((row.number, row.text))
        return "skip"

    options = pa_csv.ReadOptions(
        use_threads=False,
        encoding=encoding.replace("utf-8-sig", "utf8"),
        column_names=list(names),
        skip_rows=1,
        block_size=_BLOCK,
    )
    parse = pa_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=note)
    convert = pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False)
    done = 0
    schema = _text_schema(names)
    with pq.ParquetWriter(into, schema, compression="zstd") as writer:
        for batch in _batches(path, options, parse, convert):
            rows = _row_numbers(done, batch.num_rows, malformed)
            columns = [_text(batch.column(name), keep=name in keep) for name in names]
            files = pa.array([shown] * batch.num_rows, pa.string())
            writer.write_batch(pa.record_batch([*columns, files, rows], schema=schema))
            done += batch.num_rows
    return Delimited(names, done, tuple(malformed))


def _batches(path: Path, options: Any, parse: Any, convert: Any) -> Iterator[Any]:
    try:
        yield from pa_csv.open_csv(path, read_options=options, parse_options=parse, convert_options=convert)
    except pa.ArrowInvalid as error:
        if "Empty CSV file" not in str(error):  # a header without rows
            raise


def _text_schema(names: Sequence[str]) -> pa.Schema:
    texts = [(name, pa.string()) for name in names]
    return pa.schema([*texts, (SOURCE_FILE, pa.string()), (SOURCE_ROW, pa.int64())])


def _text(column: Any, *, keep: bool) -> Any:
    return pc.utf8_trim_whitespace(column if keep else pc.utf8_normalize(column, "NFKC"))


def _row_numbers(done: int, count: int, malformed: Sequence[tuple[int, str]]) -> Any:
    # The n-th good row stands below the header and below the bad rows before it.
    steps = [number - 2 - before for before, (number, _) in enumerate(malformed)]
    parts, start = [], done
    while start < done + count:
        skipped = bisect_right(steps, start)
        end = min([done + count, *steps[skipped : skipped + 1]])
        parts.append(pa.array(range(start + 2 + skipped, end + 2 + skipped), pa.int64()))
        start = end
    return pa.concat_arrays(parts) if parts else pa.array([], pa.int64())


def check_parquet(path: Path) -> tuple[str, ...]:
    """Give the columns of a Parquet file; raises BookError `truncated_file` where its end is missing."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise BookError(
            "truncated_file",
            f"{path.name} is not a whole Parquet file: its end is missing or damaged",
            where=str(path),
            mend="copy or export the file again, and compare its size with the source",
        ) from error


def parquet(engine: Engine, files: Mapping[str, Path]) -> Table:
    """Give Parquet files with the types they hold, `source_file` (the name shown) and `source_row` from 1."""
    tables = []
    for shown, path in files.items():
        taken = [one for one in (SOURCE_FILE, SOURCE_ROW) if one in check_parquet(path)]
        renamed = ", ".join(f"{one} AS was_{one}" for one in taken)
        rename = f"RENAME ({renamed})" if taken else ""
        name = f"raw_{next(_VIEWS)}"
        engine.backend.raw_sql(
            f"CREATE TEMP VIEW {name} AS SELECT * EXCLUDE (file_row_number) {rename}, "
            f"file_row_number + 1 AS {SOURCE_ROW} "
            f"FROM read_parquet('{_quoted(path)}', file_row_number = true)"
        )
        tables.append(engine.backend.table(name).mutate(**{SOURCE_FILE: ibis.literal(shown)}))
    if len(tables) == 1:
        return tables[0]
    return unite(tables)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def unite(tables: Sequence[Table]) -> Table:
    """Put tables below each other; a column that one lacks is null, one of several types is text."""
    names = list(dict.fromkeys(name for table in tables for name in table.columns))
    kinds = {name: {table[name].type() for table in tables if name in table.columns} for name in names}
    united = [
        table.select(
            **{
                name: (
                    ibis.null("string" if len(kinds[name]) > 1 else next(iter(kinds[name])))
                    if name not in table.columns
                    else table[name].cast("string")
                    if len(kinds[name]) > 1
                    else table[name]
                )
                for name in names
            }
        )
        for table in tables
    ]
    return united[0] if len(united) == 1 else ibis.union(*united)


def normalise_parquet(path: Path, into: Path, keep: Collection[str]) -> None:
    """Write a Parquet file again with its text in NFKC and trimmed, but for the columns in `keep`."""
    file = pq.ParquetFile(path)
    with pq.ParquetWriter(into, file.schema_arrow, compression="zstd") as writer:
        for batch in file.iter_batches():
            columns = [
                _text(column, keep=name in keep) if pa.types.is_string(column.type) else column
                for name, column in zip(batch.schema.names, batch.columns, strict=True)
            ]
            writer.write_batch(pa.record_batch(columns, schema=batch.schema))


def write_text(path: Path, columns: Sequence[str], batches: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Write batches of rows of texts (or None) as Parquet."""
    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in batches:
            arrays = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
            writer.write_batch(pa.record_batch(arrays, schema=schema))


def write_csv(engine: Engine, table: Table, path: Path) -> None:
    """Write a small table as CSV in UTF-8 with a BOM, so that spreadsheets read Chinese right."""
    with path.open("wb") as file:
        file.write(codecs.BOM_UTF8)
        pa_csv.write_csv(engine.backend.to_pyarrow(table), file)


def view(engine: Engine, table: Table, name: str) -> Table:
    """Give the table as a named step, so that what is computed in it is computed once."""
    return engine.backend.create_view(f"{name}_{next(_VIEWS)}", table, overwrite=True)


@contextmanager
def guarded(what: str) -> Iterator[None]:
    """Turn an engine's failure while reading `what` into a BookError that says what to look at."""
    try:
        yield
    except duckdb.Error as error:
        first = re.split(r"\n|Candidate", str(error))[0].strip()
        code = (
            "disk_full"
            if re.search(r"No space left|File too large|could not write", first, re.I)
            else "unreadable"
        )
        mend = (
            "free space on the disk and import again; the book stands as it was"
            if code == "disk_full"
            else "export the file again; if that fails too, look at the file named"
        )
        raise BookError(
            code, f"{what} could not be read or written: {first}", where=what, mend=mend
        ) from error
    except pa.ArrowException as error:
        raise BookError(
            "unreadable", f"{what} could not be read: {error}", where=what, mend="export the file again"
        ) from error
    except OSError as error:
        raise BookError(
            "disk_full" if error.errno in (27, 28) else "unreadable",
            f"{what} could not be read or written: {error.strerror or error}",
            where=str(error.filename or what),
            mend="free space on the disk and import again; the book stands as it was",
        ) from error

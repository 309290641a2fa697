"""Source rows as they come: delimited text and Parquet with file and row number, casts that never stop.

All of this runs on DuckDB alone: a book is made clean once, and the stages after that read clean Parquet.
"""

from __future__ import annotations

import codecs
import csv
import itertools
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
from ibis import udf

from postloan.engine.schema import Field
from postloan.engine.session import Engine
from postloan.engine.types import FILE_TYPES, Column, Table
from postloan.errors import BookError

SOURCE_FILE, SOURCE_ROW = "source_file", "source_row"

_BLOCK = 4 << 20
_VIEWS = itertools.count()
_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_IS_NUMBER = f"regexp_full_match(plr_plain(s), '{_NUMBER}')"
_GROUPED = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"
_DATE_FORMATS = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
)
_FORMATS = "[" + ", ".join(f"'{one}'" for one in _DATE_FORMATS) + "]"

_MACROS: dict[str, tuple[str, str, str]] = {
    # Each macro by name, with its parameters, its type and its body.
    "plr_plain": (
        "s",
        "string",
        f"CASE WHEN regexp_full_match(s, '{_GROUPED}') THEN replace(s, ',', '') ELSE s END",
    ),
    "plr_money": (
        "s",
        "decimal(18, 2)",
        f"CASE WHEN {_IS_NUMBER} THEN TRY_CAST(plr_plain(s) AS DECIMAL(18,2)) END",
    ),
    "plr_decimal": (
        "s",
        "decimal(18, 6)",
        f"CASE WHEN {_IS_NUMBER} THEN TRY_CAST(plr_plain(s) AS DECIMAL(18,6)) END",
    ),
    "plr_integer": (
        "s",
        "int64",
        (
            r"CASE WHEN regexp_full_match(plr_plain(s), '[+-]?\d+(\.0+)?') "
            "THEN TRY_CAST(split_part(plr_plain(s), '.', 1) AS BIGINT) END"
        ),
    ),
    "plr_boolean": (
        "s",
        "boolean",
        (
            "CASE WHEN lower(s) IN ('true', 't', 'yes', 'y', '1', '1.0', '是') THEN TRUE "
            "WHEN lower(s) IN ('false', 'f', 'no', 'n', '0', '0.0', '否') THEN FALSE END"
        ),
    ),
    "plr_date": (
        "s",
        "date",
        rf"CASE WHEN regexp_matches(s, '^\d{{4}}') THEN CAST(try_strptime(s, {_FORMATS}) AS DATE) END",
    ),
    "plr_date_as": ("s, f", "date", "CAST(try_strptime(s, f) AS DATE)"),
    "plr_timestamp": (
        "s",
        "timestamp",
        (
            rf"CASE WHEN regexp_matches(s, '^\d{{4}}') "
            rf"THEN coalesce(TRY_CAST(s AS TIMESTAMP), try_strptime(s, {_FORMATS})) END"
        ),
    ),
    "plr_sha256": ("s", "string", "sha256(s)"),
    "plr_cell": (
        "s",
        "string",
        (
            "CASE WHEN s IS NULL THEN '' WHEN regexp_matches(s, '[\",\\n\\r]') "
            "THEN '\"' || replace(s, '\"', '\"\"') || '\"' ELSE s END"
        ),
    ),
    # What NFKC may change outside the CJK ideographs; rows that match are rewritten, the rest stay in place.
    "plr_unnormal": (
        "s",
        "boolean",
        (
            "regexp_matches(s, '^\\s|\\s$|[\\x{00A0}-\\x{00BE}\\x{02B0}-\\x{0385}\\x{2000}-\\x{2FFF}\\x{3000}"
            "\\x{3130}-\\x{33FF}\\x{F900}-\\x{FFFF}\\x{1D400}-\\x{1D7FF}]')"
        ),
    ),
}


def _declare() -> dict[str, Callable[..., Column]]:
    declared = {}
    for name, (parameters, returns, _) in _MACROS.items():
        stub = eval(f"lambda {parameters}: None")  # noqa: S307 - names come from _MACROS alone
        stub.__name__ = name
        count = parameters.count(",") + 1
        declared[name] = udf.scalar.builtin(stub, signature=(("string",) * count, returns))
    return declared


_R = _declare()


def install(engine: Engine) -> None:
    """Define the reading functions on a DuckDB engine; raises BookError on any other."""
    if engine.kind != "duckdb":
        raise BookError(
            "wrong_engine", "sources are read with DuckDB", mend="open a DuckDB engine for the gate"
        )
    for name, (parameters, _, body) in _MACROS.items():
        engine.backend.raw_sql(f"CREATE OR REPLACE TEMP MACRO {name}({parameters}) AS ({body})")


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
    """Give Parquet files with their own types, with `source_file` (the name shown) and `source_row` from 1."""
    tables = []
    for shown, path in files.items():
        taken = [name for name in (SOURCE_FILE, SOURCE_ROW) if name in check_parquet(path)]
        renamed = ", ".join(f"{name} AS was_{name}" for name in taken)
        rename = f"RENAME ({renamed})" if taken else ""
        table = engine.backend.sql(
            f"SELECT * EXCLUDE (file_row_number) {rename}, file_row_number + 1 AS {SOURCE_ROW} "
            f"FROM read_parquet('{_quoted(path)}', file_row_number = true)"
        )
        tables.append(table.mutate(**{SOURCE_FILE: ibis.literal(shown)}))
    if len(tables) == 1:
        return tables[0]
    return unite(tables)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def unite(tables: Sequence[Table]) -> Table:
    """Put tables of different columns below each other; what one lacks is null, what differs in type is text."""
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


def is_exact(column: Column, field: Field) -> bool:
    """Tell whether a source column already has the type that the field has in a clean file."""
    return bool(column.type() == ibis.dtype(FILE_TYPES[field.kind]))


def as_text(column: Column) -> Column:
    """Give any source value as text, a list of integers as 3;7; empty text is null."""
    kind = column.type()
    if kind.is_array():
        return column.map(lambda item: item.cast("string")).join(";")
    return (column if kind.is_string() else column.cast("string")).nullif("")


def unnormal(column: Column) -> Column:
    """Tell whether NFKC and trimming may change a text."""
    return _R["plr_unnormal"](column)


def not_a_number(column: Column) -> Column:
    """Tell whether a value is NaN or infinite, be it a float or a text that says so."""
    if column.type().is_floating():
        return column.isnan() | column.isinf()
    if column.type().is_string():
        return column.lower().isin(
            ["nan", "inf", "-inf", "+inf", "infinity", "-infinity", "#num!", "#div/0!"]
        )
    return ibis.literal(value=False)


def try_cast(column: Column, field: Field, formats: Sequence[str] = ()) -> Column:
    """Give a source column in the field's file type; null where it cannot be read as such.

    `formats` are further date formats in strptime's letters, tried before the usual ones. Amounts with more
    than two places are rounded, halves away from zero.
    """
    source = column.type()
    if is_exact(column, field):
        return column.nullif("") if source.is_string() else column
    if source.is_null():
        return ibis.null(FILE_TYPES[field.kind])
    if source.is_floating():
        column = not_a_number(column).ifelse(ibis.null(source), column)
    if source.is_numeric() and field.kind in ("money", "decimal"):
        return column.try_cast(FILE_TYPES[field.kind])
    if source.is_integer() and field.kind == "integer":
        return column.try_cast("int64")
    if source.is_timestamp() and field.kind in ("date", "timestamp"):
        return column.cast(FILE_TYPES[field.kind])
    if source.is_date() and field.kind == "timestamp":
        return column.cast("timestamp")
    return _parse(as_text(column), field, formats)


def _parse(text: Column, field: Field, formats: Sequence[str]) -> Column:
    match field.kind:
        case "money" | "decimal" | "integer" | "boolean" | "timestamp":
            return _R[f"plr_{field.kind}"](text)
        case "date":
            own = [_R["plr_date_as"](text, ibis.literal(one)) for one in formats]
            return ibis.coalesce(*own, _R["plr_date"](text))
        case "integer_list":
            return text.replace(",", ";").replace(" ", "")
        case _:
            return text


def matches(column: Column, pattern: str) -> Column:
    """Tell whether a text matches a regular expression."""
    return column.re_search(pattern)


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


def nothing(field: Field) -> Column:
    """Give a null column in the field's file type."""
    return ibis.null(FILE_TYPES[field.kind])


def round_places(column: Column, field: Field) -> Column | None:
    """Tell whether an amount in a text has more than two places that count; None where it is no text."""
    if field.kind != "money" or not column.type().is_string():
        return None
    return column.re_search(r"\.\d{2}\d*[1-9]")


def canonical_row(columns: Sequence[Column]) -> Column:
    """Give a row as one line of canonical CSV: empty for null, quotes only where needed."""
    cells: list[Column] = []
    for column in columns:
        text = column if column.type().is_string() else column.cast("string")
        cells.extend([_R["plr_cell"](text), ibis.literal(",")])
    line = cells[0]
    for cell in cells[1:-1]:
        line = line + cell
    return line


def sha256(text: Column) -> Column:
    """Give the SHA-256 of a text's UTF-8 bytes in hexadecimal letters."""
    return _R["plr_sha256"](text)


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
            mend="free space on the disk and try again; nothing was changed",
        ) from error

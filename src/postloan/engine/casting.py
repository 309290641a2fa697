"""Casts that never stop: a value that cannot be read is null, and the gate tells why. DuckDB alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import ibis
from ibis import udf

from postloan.engine.schema import Field
from postloan.engine.session import Engine
from postloan.engine.types import FILE_TYPES, Column
from postloan.errors import BookError

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


def is_exact(column: Column, field: Field) -> bool:
    """Tell whether a source column already has the type that the field has in a clean file."""
    kind = column.type()
    if field.kind == "timestamp":  # DuckDB tells the precision too
        return bool(kind.is_timestamp() and kind.timezone is None)
    return bool(kind == ibis.dtype(FILE_TYPES[field.kind]))


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
        case _:
            return text


def matches(column: Column, pattern: str) -> Column:
    """Tell whether a text matches a regular expression."""
    return column.re_search(pattern)


def total(column: Column) -> Column:
    """Aggregate: the exact sum of a column of amounts, decimals or integers."""
    return column.sum()


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

"""A bank's own names for tables, columns and codes, read from `--mapping FILE`.

tables:    {贷款台账: loan}                          # file name without its ending, or database table
columns:   {loan: {借据号: loan_id}}                 # header: column of the contract
values:    {contract: {guarantee_mode: {信用: credit}}}
constants: {customer: {kind: individual}}            # for columns that the source does not have
encodings: {贷款台账.csv: gb18030}                   # by file name; `*` for all
dates:     {loan: ["%d.%m.%Y"]}                      # by table; `*` for all
empty:     ["?", "9999-12-31"]                       # texts that mean "nothing here"
"""

from __future__ import annotations

from collections.abc import Mapping as MappingType
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from postloan.book.schema import TABLES
from postloan.engine import raw
from postloan.errors import BookError

PARTS = ("tables", "columns", "values", "constants", "encodings", "dates", "empty")
EMPTY = ("", "NULL", "null", "None", "\\N", "N/A", "#N/A")
"""Texts that mean an empty cell in any source."""


@dataclass(frozen=True)
class Mapping:
    """How a source's names and codes turn into the contract's; the parts are those of the file."""

    tables: MappingType[str, str] = field(default_factory=dict)
    columns: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    values: MappingType[str, MappingType[str, MappingType[str, str]]] = field(default_factory=dict)
    constants: MappingType[str, MappingType[str, str]] = field(default_factory=dict)
    encodings: MappingType[str, str] = field(default_factory=dict)
    dates: MappingType[str, tuple[str, ...]] = field(default_factory=dict)
    empty: tuple[str, ...] = EMPTY

    def table(self, name: str) -> str | None:
        """Give the contract's table for a source's table name: mapped, the same, or its Chinese name."""
        plain = raw.normalise(name)
        if plain in self.tables:
            return self.tables[plain]
        if plain.lower() in TABLES:
            return plain.lower()
        return next((schema.name for schema in TABLES.values() if schema.zh == plain), None)

    def column(self, table: str, header: str) -> str | None:
        """Give the contract's column for a header of a table: mapped, the same, or its Chinese name."""
        plain = raw.normalise(header)
        mapped = self.columns.get(table, {}).get(plain)
        if mapped:
            return mapped
        schema = TABLES[table]
        if plain.lower() in schema.columns:
            return plain.lower()
        return next((one.name for one in schema.fields if one.zh == plain), None)

    def encoding(self, file: str) -> str | None:
        """Give the encoding that was set for a file, or None where it is to be found out."""
        return self.encodings.get(file, self.encodings.get("*"))

    def formats(self, table: str) -> tuple[str, ...]:
        """Give the date formats that were set for a table."""
        return (*self.dates.get(table, ()), *self.dates.get("*", ()))


def read_mapping(path: Path | None) -> Mapping:
    """Read a mapping file; without one, names must be those of the contract or its Chinese names.

    Raises BookError `missing_file`, and `bad_mapping` naming the entry that the contract does not know.
    """
    if path is None:
        return Mapping()
    if not path.is_file():
        raise BookError(
            "missing_file",
            f"there is no mapping file {path}",
            where=str(path),
            mend="give the YAML file that names your tables and columns",
        )
    try:
        found = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.BaseLoader)  # noqa: S506 - all text
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise BookError(
            "bad_mapping",
            f"{path.name} cannot be read as YAML: {error}",
            where=str(path),
            mend="write parts such as tables: {your name: loan}, in UTF-8",
        ) from error
    parts = _as_dict(found or {}, path, "the mapping")
    for name in parts:
        if name not in PARTS:
            raise _bad(path, f"there is no part {name}", f"the parts are {', '.join(PARTS)}")
    tables = {raw.normalise(key): value for key, value in _part(parts, "tables", path).items()}
    for value in tables.values():
        _known_table(path, value)
    mapping = Mapping(
        tables=tables,
        columns=_columns(parts, path),
        values=_values(parts, path),
        constants=_part(parts, "constants", path),
        encodings=_part(parts, "encodings", path),
        dates={key: _texts(value) for key, value in _part(parts, "dates", path).items()},
        empty=(*EMPTY, *_texts(parts.get("empty", []))),
    )
    for table, columns in mapping.constants.items():
        for column in _as_dict(columns, path, f"constants: {table}"):
            _known_column(path, table, column)
    return mapping


def _columns(parts: MappingType[str, Any], path: Path) -> dict[str, dict[str, str]]:
    result: dict[str, dict[str, str]] = {}
    for table, columns in _part(parts, "columns", path).items():
        for column in _as_dict(columns, path, f"columns: {table}").values():
            _known_column(path, table, column)
        result[table] = {raw.normalise(key): value for key, value in columns.items()}
    return result


def _values(parts: MappingType[str, Any], path: Path) -> dict[str, dict[str, dict[str, str]]]:
    result: dict[str, dict[str, dict[str, str]]] = {}
    for table, columns in _part(parts, "values", path).items():
        for column, codes in _as_dict(columns, path, f"values: {table}").items():
            _known_column(path, table, column)
            plain = _as_dict(codes, path, f"values: {table}.{column}")
            result.setdefault(table, {})[column] = {raw.normalise(key): to for key, to in plain.items()}
    return result


def _part(parts: MappingType[str, Any], name: str, path: Path) -> dict[str, Any]:
    return _as_dict(parts.get(name) or {}, path, name)


def _as_dict(value: Any, path: Path, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(path, f"{what} must be a list of `name: value`", "see the example in the manual")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _known_table(path: Path, table: str) -> None:
    if table not in TABLES:
        raise _bad(path, f"there is no table {table} in the contract", f"the tables are {', '.join(TABLES)}")


def _known_column(path: Path, table: str, column: str) -> None:
    _known_table(path, table)
    if column not in TABLES[table].columns:
        raise _bad(
            path,
            f"there is no column {table}.{column} in the contract",
            f"the columns are {', '.join(TABLES[table].columns)}",
        )


def _bad(path: Path, message: str, mend: str) -> BookError:
    return BookError("bad_mapping", f"{path.name}: {message}", where=str(path), mend=mend)

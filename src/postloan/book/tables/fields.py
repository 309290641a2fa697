"""Short ways to write a column; a name that starts with `*` is bold in the contract, so required."""

from __future__ import annotations

from collections.abc import Sequence

from postloan.engine.schema import Field, Kind, TableSchema

ROW_FIELDS = (
    Field(
        "known_on", "date", doc="day on which the row became known to the bank; makes versions", zh="知晓日期"
    ),
    Field("deleted", "boolean", doc="true ends the row from known_on", zh="已删除"),
)
"""Columns that every table may carry (rule 3)."""


def _field(name: str, kind: Kind, zh: str, doc: str) -> Field:
    return Field(name.lstrip("*"), kind, required=name.startswith("*"), zh=zh, doc=doc)


def text(name: str, zh: str, doc: str = "", *, values: str = "", ref: str | None = None) -> Field:
    """Describe a text column; `values` is the closed list, parted by blanks, `ref` a `table.column`."""
    base = _field(name, "string", zh, doc)
    return Field(
        base.name,
        "string",
        required=base.required,
        values=tuple(values.split()) or None,
        references=ref,
        doc=doc,
        zh=zh,
    )


def made_id(name: str, zh: str) -> Field:
    """Describe an identifier that is made from the row's hash where the source has none (rule 5)."""
    return Field(name, "string", zh=zh, made=True, doc="made from the row where the source has none")


def whole(name: str, zh: str, doc: str = "", *, least: int | None = 0, most: int | None = None) -> Field:
    """Describe an integer column with its range."""
    base = _field(name, "integer", zh, doc)
    return Field(base.name, "integer", base.required, minimum=least, maximum=most, doc=doc, zh=zh)


def number(name: str, zh: str, doc: str = "", *, least: int | None = None, most: int | None = None) -> Field:
    """Describe a DECIMAL(18,6) column with its range."""
    base = _field(name, "decimal", zh, doc)
    return Field(base.name, "decimal", base.required, minimum=least, maximum=most, doc=doc, zh=zh)


def money(name: str, zh: str, doc: str = "", *, least: int | None = 0) -> Field:
    """Describe an amount, DECIMAL(18,2) in files; below `least` (whole units) it is refused."""
    base = _field(name, "money", zh, doc)
    return Field(base.name, "money", base.required, minimum=least, doc=doc, zh=zh)


def day(name: str, zh: str, doc: str = "", *, ahead: bool = False) -> Field:
    """Describe a date; `ahead` marks one that is agreed beforehand and may lie in the future."""
    base = _field(name, "date", zh, doc)
    return Field(base.name, "date", base.required, doc=doc, zh=zh, ahead=ahead)


def flag(name: str, zh: str, doc: str = "") -> Field:
    """Describe a boolean column."""
    return _field(name, "boolean", zh, doc)


def table(
    name: str,
    zh: str,
    fields: Sequence[Field],
    *,
    key: str,
    natural: str | None = None,
    required: bool = False,
    known_by: str | None = None,
    doc: str = "",
) -> TableSchema:
    """Describe a table; `key` holds its columns parted by blanks; `known_on` and `deleted` are added."""
    return TableSchema(
        name,
        (*fields, *ROW_FIELDS),
        tuple(key.split()),
        natural_date=natural,
        required=required,
        doc=doc,
        zh=zh,
        known_by=known_by,
    )

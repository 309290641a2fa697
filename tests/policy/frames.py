"""Frames for policy tests: one row a subject, made from plain dictionaries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from postloan.engine import Engine, Field, Kind, Table

AS_OF = date(2026, 3, 31)

COLUMNS: dict[str, Kind] = {
    "loan.days": "integer",
    "loan.amount": "money",
    "loan.share": "decimal",
    "loan.kind": "string",
    "loan.flag": "boolean",
    "loan.on": "date",
}
"""One fact of each kind of column."""

ENV = {
    "loan.days": "number",
    "loan.amount": "number",
    "loan.share": "number",
    "loan.kind": "string",
    "loan.flag": "boolean",
    "loan.on": "date",
}


def frame(engine: Engine, rows: Sequence[Mapping[str, object]]) -> Table:
    """Give rows, keyed by their position, with every column of COLUMNS; what a row lacks is null."""
    fields = [
        Field("id", "integer"),
        *(Field(name.replace(".", "__"), kind) for name, kind in COLUMNS.items()),
    ]
    data = [
        {"id": position, **{name.replace(".", "__"): row.get(name) for name in COLUMNS}}
        for position, row in enumerate(rows)
    ]
    return engine.from_rows(data, fields, "frame")

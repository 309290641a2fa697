"""The shape of a table: its fields, their kinds, and its key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "string", "integer", "boolean", "date", "timestamp", "money", "decimal", "json", "integer_list"
]

MONEY_TYPE = (18, 2)
"""Precision and scale of money in files; inside a run money is integer cents."""

DECIMAL_TYPE = (18, 6)
"""Precision and scale of rates, shares, ratios, indicators and coordinates."""


@dataclass(frozen=True)
class Field:
    """One column of a table.

    Args:
        name: the column's name.
        kind: what it holds; `money` is DECIMAL(18,2) in files and integer cents in a run.
        required: whether the table cannot be read without it.
        values: the closed list of values, where there is one.
        references: `table.column` that the value must be found in, where there is one.
        minimum: the least value allowed, where there is one.
        maximum: the greatest value allowed, where there is one.
        doc: one line for the documentation, with the unit.
        zh: the column's name in Chinese, accepted as a header.
        ahead: a date agreed beforehand (a maturity, a due date), so it may lie after the day of a run.
        made: an identifier that is made from the row where the source has none.
    """

    name: str
    kind: Kind
    required: bool = False
    values: tuple[str, ...] | None = None
    references: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    doc: str = ""
    zh: str = ""
    ahead: bool = False
    made: bool = False


@dataclass(frozen=True)
class TableSchema:
    """The fields of a table, its key, and the date on which a row becomes known.

    Args:
        name: the table's name and file stem.
        fields: columns in the order of the contract.
        key: columns that identify a row (rows with one key are versions of each other).
        natural_date: the column that `known_on` defaults to; None holds from the first day.
        required: whether a book without the table is refused.
        doc: one line for the documentation.
        zh: the table's name in Chinese, accepted as a file's name.
        known_by: the column that `known_on` defaults to before `natural_date`, where there is one.
    """

    name: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    natural_date: str | None = None
    required: bool = False
    doc: str = ""
    zh: str = ""
    known_by: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the names of the fields in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Give the field of that name; raises KeyError if there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

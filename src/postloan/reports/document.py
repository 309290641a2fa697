"""A document for people: what it answers, and tables of columns that know what they hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["text", "code", "count", "amount", "hours", "rate", "share", "percent", "ratio", "date"]
"""`amount` is money with two places, `share` a fraction and `percent` a small one, `hours` have one place, a
`rate` two, a `ratio` four; a `code` is never broken."""

Value = str | int | Decimal | date | None
NUMBERS = frozenset({"count", "amount", "hours", "rate", "share", "percent", "ratio"})

NOTHING = "–"
"""Stands where a value does not apply, such as the rate of a row without loans."""


@dataclass(frozen=True)
class Column:
    """A column of a grid.

    Args:
        key: its name in JSON and CSV.
        title: its heading, in the reader's language.
        kind: what it holds.
        labels: words for the codes in it; JSON and CSV keep the codes.
    """

    key: str
    title: str
    kind: Kind = "text"
    labels: Mapping[str, str] = field(default_factory=dict)

    def shown(self, value: Value) -> str:
        """Give a value as people read it."""
        if value is None:
            return NOTHING
        if isinstance(value, date):
            return value.isoformat()
        if self.kind == "share":
            return f"{Decimal(value) * 100:.1f}%"
        if self.kind == "percent":
            return f"{Decimal(value) * 100:.2f}%"
        if self.kind in NUMBERS:
            return f"{Decimal(value):,.{_PLACES[self.kind]}f}"
        return self.labels.get(str(value), str(value))


_PLACES = {"count": 0, "amount": 2, "hours": 1, "rate": 2, "ratio": 4}


@dataclass(frozen=True)
class Grid:
    """A table of a document.

    Args:
        key: its name in JSON, and that of its sheet.
        title: what it shows, in the reader's language.
        columns: its columns, those that name a row first.
        rows: a value for each column.
        totals: how many rows at the end sum up the others.
        says: lines above it.
        only: `pages` where Markdown, HTML and the terminal alone hold it, `data` where they do not, `csv`
            where nothing but CSV does.
        chart: draws what the table tells as SVG text (`reports.plots`), for pages of HTML; called only there.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    totals: int = 0
    says: Sequence[str] = ()
    only: Literal["", "pages", "data", "csv"] = ""
    chart: Callable[[], str] | None = None

    def records(self) -> list[dict[str, Value]]:
        """Give the rows as mappings by the keys of the columns."""
        keys = [column.key for column in self.columns]
        return [dict(zip(keys, row, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class Document:
    """What a command shows.

    Args:
        key: its name, for files.
        title: its heading.
        answer: the first lines, which answer the question that it was asked.
        grids: its tables.
        about: what it was made from (dates, policy), as JSON tells it.
        rows: the one table that CSV holds, long and tidy; by default the first grid.
    """

    key: str
    title: str
    answer: Sequence[str]
    grids: Sequence[Grid]
    about: Mapping[str, Value] = field(default_factory=dict)
    rows: Grid | None = None

    @property
    def tidy(self) -> Grid:
        """Give the table that CSV holds."""
        return self.rows or self.grids[0]

    @property
    def pages(self) -> list[Grid]:
        """Give the tables that people read one below the other."""
        return [grid for grid in self.grids if grid.only != "data"]

    @property
    def data(self) -> list[Grid]:
        """Give the tables of JSON, and of the sheets of Excel."""
        own = [grid for grid in self.grids if grid.only != "pages"]
        return [*own, self.rows] if self.rows and self.rows.only != "csv" else own

    def as_dict(self) -> dict[str, object]:
        """Give the document as JSON holds it: the answer in words, all else as codes and exact numbers."""
        told = {grid.key: grid.records() for grid in self.data}
        return {"report": self.key, **self.about, "answer": list(self.answer), **told}

"""How the figures of an evaluation are written, and the rows that its tables are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from postloan.reports.document import NOTHING, Column, Grid, Value
from postloan.reports.words import Words

Told = Mapping[str, Any]

_SHARE = Column("", "", "share")

_INTERVALS = {"interval": "precision", "capture_interval": "capture_count", "seen_interval": "seen_share"}
"""Columns of intervals, with the figure that each is of."""


def both_ways(targets: Iterable[Told]) -> Iterator[Told]:
    """Give each target, and after one of a colour the same held against the alerts that reached it."""
    for row in targets:
        yield row
        if row["colour"]:
            of_reached = {key: row[f"reached_{key}"] for key in ("measured", "low", "high", "met")}
            yield {**row, **of_reached, "figure": f"{row['figure']}_reached"}


def target_name(row: Told, words: Words) -> str:
    """Give the words for what a target is about."""
    return words(f"f_{row['figure']}", words(row["colour"]) if row["colour"] else "")


def grid(key: str, title: str, columns: Sequence[Column], rows: Iterable[Told], **more: Any) -> Grid:
    """Give a table whose rows are mappings by the keys of the columns."""
    return Grid(key, title, columns, [[_cell(row, one.key) for one in columns] for row in rows], **more)


def _cell(row: Told, key: str) -> Value:
    of = _INTERVALS.get(key)
    if of is not None:
        return span_text(row[f"{of}_low"], row[f"{of}_high"])
    value = row[key]
    return Decimal(str(value)) if isinstance(value, float) else value


def bounds() -> Iterator[str]:
    """Give the names of the bounds of all intervals that tables show."""
    for of in _INTERVALS.values():
        yield from (f"{of}_low", f"{of}_high")


def span_text(low: Decimal | None, high: Decimal | None) -> str:
    """Give an interval of a share in per cent."""
    return NOTHING if low is None or high is None else f"{low * 100:.1f}–{high * 100:.1f}%"


def percent(value: Decimal | None) -> str:
    """Give a share in per cent, as tables show it."""
    return _SHARE.shown(value)


def whole_days(value: float | None) -> str:
    """Give days as a whole number."""
    return NOTHING if value is None else f"{value:,.0f}"


def figure_text(name: str, value: Any) -> str:
    """Give what a target is about as tables show it: a share in per cent, whole days, or a number."""
    if value is None:
        return NOTHING
    if name.startswith(("precision", "capture")):
        return percent(Decimal(str(value)))
    return whole_days(value) if name.endswith("_days") else f"{value:,.2f}".removesuffix(".00")

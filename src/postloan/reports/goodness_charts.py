"""The charts of the evaluation of warnings; each stands above the table that tells the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from postloan.reports import plots
from postloan.reports.plots import Series
from postloan.reports.words import Words

Rows = Sequence[Mapping[str, Any]]


def by_colour(title: str, rows: Rows, wanted: Mapping[str, Any], words: Words) -> str:
    """Draw precision with its interval by colour, and what is asked of it."""
    measured = Series(
        words("precision"),
        [row["precision"] for row in rows],
        [row["precision_low"] for row in rows],
        [row["precision_high"] for row in rows],
    )
    asked = Series(words("target"), [wanted.get(row["colour"]) for row in rows])
    labels = [words(row["colour"]) for row in rows]
    return plots.dots(title, labels, [measured, *([asked] if wanted else [])])


def ahead(title: str, curves: Mapping[str, Rows], words: Words) -> str:
    """Draw the share captured over the days before, of the warnings and of each plain rule."""
    days = [words("days_before", row["days"]) for row in next(iter(curves.values()))]
    series = [Series(name, [row["capture_count"] for row in rows]) for name, rows in curves.items()]
    return plots.lines(title, days, series)


def by_week(title: str, rows: Rows, limits: Sequence[Any], words: Words) -> str:
    """Draw the alerts a manager week by week, and the most that is asked for."""
    weeks = [f"{row['week_from']:%m-%d}" for row in rows]
    series = [Series(words("per_manager"), [row["alerts_per_manager"] for row in rows])]
    series += [Series(words("target"), [limit] * len(rows)) for limit in limits]
    return plots.lines(title, weeks, series, kind="ratio")


def lead_used(title: str, rows: Rows) -> str:
    """Draw how much of the days in which it could be seen was used, by cause."""
    return plots.bars(title, [row["cause"] for row in rows], [row["lead_used_share"] for row in rows])

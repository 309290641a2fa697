"""The charts of the book: bars from zero, labelled directly; their tables stand beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from postloan.console import words
from postloan.console.home.selectors import Bar
from postloan.console.templatetags.console import amount, count

ACCENT = "#1f5fbf"
COLOURS = {"red": "#b42318", "orange": "#b54708", "yellow": "#7a5c00", "blue": "#175cd3", "none": "#697386"}
"""Risk colours as on every page; nothing else is drawn in them."""


def amounts(bars: Sequence[Bar], kind: str = "") -> dict[str, Any]:
    """Give a chart of amounts, labelled in the unit of amounts of the page."""
    data = [{"value": bar.amount, "label": {"formatter": str(amount(bar.amount))}} for bar in bars]
    return _bars([_name(bar.code, kind) for bar in bars], data)


def counts(bars: Sequence[Bar], kind: str = "", *, coloured: bool = False) -> dict[str, Any]:
    """Give a chart of counts, each bar in its risk colour where asked."""
    data: list[dict[str, Any]] = [
        {"value": bar.count, "label": {"formatter": str(count(bar.count))}} for bar in bars
    ]
    if coloured:
        for bar, one in zip(bars, data, strict=True):
            one["itemStyle"] = {"color": COLOURS[bar.code]}
    return _bars([_name(bar.code, kind) for bar in bars], data)


def _name(code: str, kind: str) -> str:
    return _("not measurable") if code == "not_measurable" else words.word(kind, code) if kind else code


def _bars(names: list[str], data: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "grid": {"left": 120, "right": 96, "top": 8, "bottom": 24},
        "xAxis": {"type": "value", "min": 0, "axisLabel": {"show": False}},
        "yAxis": {"type": "category", "data": names, "inverse": True},
        "series": [
            {"type": "bar", "data": data, "barMaxWidth": 20, "label": {"show": True, "position": "right"}}
        ],
        "color": [ACCENT],
    }

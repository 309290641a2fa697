"""The cells of lists: what a column holds, how a page shows it by its kind, and what a file gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from postloan.console import words
from postloan.console.templatetags import console as shown

NUMBERS = frozenset({"number", "amount", "share", "decimal"})
"""Kinds that stand on the right, the largest first."""

FORMATS = {
    "number": "#,##0",
    "amount": "#,##0.00",
    "share": "0.0%",
    "decimal": "0.00",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
}
"""How a file shows the kinds that it can reckon with."""


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Args:
        name: its name in addresses.
        label: its head in words.
        value: what it holds of a row, given what was looked up for the rows: text, number, cents for an
            amount, a share of 0 to 1, a day, a moment, the code of a colour, or None where it is not known.
        kind: text, number, amount, share, decimal, day, moment or colour.
        order: the columns of the database by which rows stand in its order, the last unique, none with nulls.
        link: the address that opens the row.
        small: what stands in small letters under the value.
        beside: columns that the small letters tell; a file has them as columns of their own.
        show: how the page shows it where its kind is not enough; the file has the value.
        is_sortable: whether a list in memory may stand by it.
        language: of its head, where that is not the page's: fields of the book are named in English alone.
    """

    name: str
    label: Any
    value: Callable[[Any, Any], Any]
    kind: str = "text"
    order: tuple[str, ...] = ()
    link: Callable[[Any, Any], str] | None = None
    small: Callable[[Any, Any], str] | None = None
    beside: tuple[str, ...] = ()
    show: Callable[[Any, Any], Any] | None = None
    is_sortable: bool = True
    language: str = ""

    @property
    def is_number(self) -> bool:
        """Tell whether it stands on the right."""
        return self.kind in NUMBERS

    @property
    def falls(self) -> bool:
        """Tell whether its own order begins with the largest."""
        return self.order[0].startswith("-") if self.order else self.kind in NUMBERS


def opening(column: Column, label: str) -> str:
    """Give how a cell begins; on a phone, where a list has no heads, it stands beside its label."""
    name = ' class="number"' if column.is_number else ""
    return f'<td data-label="{escape(label)}"{name}>'


def on_page(column: Column, row: Any, told: Any, begins: str) -> SafeString:
    """Give a cell of a table that begins so."""
    text = column.show(row, told) if column.show else by_kind(column.kind, column.value(row, told))
    if column.link is not None and (address := column.link(row, told)):
        text = format_html('<a class="open" href="{}">{}</a>', address, text)
    if column.small is not None and (small := column.small(row, told)):
        text = format_html("<span>{} <small>{}</small></span>", text, small)
    return SafeString(f"{begins}{conditional_escape(text)}</td>")


def by_kind(kind: str, value: Any) -> Any:
    """Show a value as its kind is shown everywhere; in grey words where it is not known."""
    if kind == "colour":
        return shown.colour(value if value != "none" else None)
    if value in (None, ""):
        return shown.missing()
    return _SHOWN.get(kind, str)(value)


_SHOWN: dict[str, Callable[[Any], Any]] = {
    "number": shown.count,
    "amount": shown.amount,
    "share": shown.percent,
    "decimal": lambda value: number_format(value, decimal_pos=2, force_grouping=True),
    "day": shown.day,
    "moment": lambda value: f"{value:%Y-%m-%d %H:%M}",
}


def in_file(column: Column, row: Any, told: Any) -> str | int | float | Decimal | date | datetime | None:
    """Give a cell of a file: amounts in whole units of the currency to the cent, codes in words."""
    value: Any = column.value(row, told)
    if column.kind == "colour":
        return words.word("colour", value or "none")
    if column.kind == "amount" and value is not None:
        return Decimal(value) / 100
    return value if value != "" else None


def direction(column: Column, *, falls: bool) -> str:
    """Say which way round a list stands by a column."""
    if column.kind in NUMBERS:
        return gettext("largest first") if falls else gettext("smallest first")
    if column.kind in ("day", "moment"):
        return gettext("latest first") if falls else gettext("earliest first")
    if column.kind == "colour":
        return gettext("worst first") if falls else gettext("mildest first")
    return gettext("descending") if falls else gettext("ascending")

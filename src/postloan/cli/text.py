"""Text for a terminal: widths that count Chinese as two, amounts, colours with letter and shape."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

import click

from postloan.cli.words import Words
from postloan.terms import COLOUR_MARKS

_TERMINAL = {"red": "red", "orange": "bright_red", "yellow": "yellow", "blue": "blue"}


def width(text: str) -> int:
    """Give the columns that a text takes, without its styling."""
    plain = click.unstyle(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in plain)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """Fill a text up with blanks, on its left if it is to stand on the right."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def cut(text: str, columns: int) -> str:
    """Cut a plain text to so many columns, with a mark where something is left out."""
    if width(text) <= columns:
        return text
    kept = ""
    for letter in text:
        if width(kept + letter) > columns - 1:
            break
        kept += letter
    return kept.rstrip() + "…"


def folded(parts: Sequence[str], columns: int, *, lines: int = 2, separator: str = " · ") -> list[str]:
    """Put parts side by side and go to a new line between two of them, on so many lines at the most."""
    rows: list[str] = []
    for part in filter(None, parts):
        longer = separator.join([rows[-1], part]) if rows else part
        if rows and (width(longer) <= columns or len(rows) == lines):
            rows[-1] = longer
        else:
            rows.append(part)
    return [row if width(row) <= columns else cut(click.unstyle(row), columns) for row in rows]


def counted(count: int, noun: str) -> str:
    """Give a count with its English noun, which takes an s unless there is one of it."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def has_chinese(text: str) -> bool:
    """Tell whether any letter of a text is Chinese."""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def screen_width(limit: int = 100) -> int:
    """Give the columns of the terminal, up to the limit; the limit itself where there is no terminal."""
    return min(limit, shutil.get_terminal_size((limit, 24)).columns)


def amount(value: Decimal | int | None, words: Words) -> str:
    """Give money with thousands separators and two places."""
    return words("unknown") if value is None else f"{value:,.2f}"


def joined(parts: Sequence[str], separator: str = " · ") -> str:
    """Join what is not empty."""
    return separator.join(part for part in parts if part)


def colour(name: str | None, words: Words) -> str:
    """Give a risk colour as letter, shape and word."""
    if name not in COLOUR_MARKS:
        return words("none")
    letter, shape = COLOUR_MARKS[name]
    return click.style(f"{letter} {shape} {words(name)}", fg=_TERMINAL[name], bold=True)


def heading(text: str) -> str:
    """Give a heading."""
    return click.style(text, bold=True)


def faint(text: str) -> str:
    """Give what is said in passing."""
    return click.style(text, dim=True)

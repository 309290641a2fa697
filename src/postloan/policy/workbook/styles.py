"""How cells look, and how a text gets into one without ever becoming a formula."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from postloan.policy.workbook.layout import encode

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HEAD = "head"

_MARGIN, _LINE, _TALLEST = 2, 14, 400
"""Columns of a cell that stay free, points of a line, and the tallest row that Excel shows."""

_FILLS = {
    HEAD: "FFF2CC",
    "condition": "",
    "result": "",
    "note": "",
    "condition head": "BDD7EE",
    "result head": "C6E0B4",
    "note head": "DBDBDB",
    "text": "",
}


def register(book: Workbook) -> None:
    """Give a workbook the styles that `put` names; all hold text, wrapped, from the top."""
    from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side

    line = Side(style="thin", color="BFBFBF")
    for name, fill in _FILLS.items():
        style = NamedStyle(f"postloan {name}", number_format="@")
        style.alignment = Alignment(wrap_text=True, vertical="top")
        style.font = Font(name="Calibri", size=10, bold=bool(fill))
        if name != "text":
            style.border = Border(left=line, right=line, top=line, bottom=line)
        if fill:
            style.fill = PatternFill("solid", fgColor=fill)
        book.add_named_style(style)


def fit(sheet: Worksheet) -> None:
    """Give each row whose text wraps the height of its lines, as not every program finds it by itself."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.dimensions import RowDimension

    class Fitted(RowDimension):
        customHeight = False  # noqa: N815 - the library's name; so that the height still follows an edit

    room = [
        sheet.column_dimensions[get_column_letter(column)].width - _MARGIN
        for column in range(1, sheet.max_column + 1)
    ]
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        lines = (
            max(_lines(str(text), wide) for text, wide in zip(row, room, strict=True) if text)
            if any(row)
            else 1
        )
        if lines > 1:
            level = sheet.row_dimensions[number].outlineLevel
            height = min(lines * _LINE, _TALLEST)
            sheet.row_dimensions[number] = Fitted(sheet, index=number, ht=height, outlineLevel=level)


def _lines(text: str, room: float) -> int:
    return sum(max(1, math.ceil(columns(line) / room)) for line in text.split("\n"))


def columns(text: str) -> int:
    """Give the width of a line; Chinese takes two columns a letter."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def put(sheet: Worksheet, row: int, column: int, text: str, style: str = "text") -> None:
    """Put a text into a cell so that it stays text whatever it begins with."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = encode(text)
        cell.data_type = "s"  # also for what looks like a formula or an error value
    cell.style = f"postloan {style}"
    cell.quotePrefix = True  # so that it stays text when somebody edits it

"""How cells look, and how a text gets into one without ever becoming a formula."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postloan.policy.workbook.layout import encode

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HEAD = "head"

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


def put(sheet: Worksheet, row: int, column: int, text: str, style: str = "text") -> None:
    """Put a text into a cell so that it stays text whatever it begins with."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = encode(text)
        cell.data_type = "s"  # also for what looks like a formula or an error value
    cell.style = f"postloan {style}"
    cell.quotePrefix = True  # so that it stays text when somebody edits it

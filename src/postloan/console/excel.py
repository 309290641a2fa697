"""Lists as Excel files: written row by row, so that their length costs no memory, and safe to open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import IO, Any

from django.http import FileResponse
from django.utils.formats import number_format
from django.utils.translation import gettext
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MOST = 100_000
"""Rows of one file; a longer list is cut, and its last line says so."""

_LONGEST = 32_767  # characters that a cell of Excel holds
_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Head = tuple[str, str | None]
"""The head of a column, and the format of its numbers or dates."""


def excel(name: str, title: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]]) -> FileResponse:
    """Give a list as a file to download.

    Args:
        name: the file's name without its ending.
        title: the sheet's name.
        heads: the columns.
        rows: values; texts, numbers, dates, moments or None.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    _write(file, title, heads, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=_MEDIA)


def _write(file: IO[bytes], title: str, heads: Sequence[Head], rows: Iterable[Sequence[Any]]) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 18
    firsts = [_cell(sheet, head, None) for head, _ in heads]
    for head in firsts:
        head.font = Font(bold=True)
    sheet.append(firsts)
    formats = [form for _, form in heads]
    for row in _at_most(rows):
        sheet.append([_cell(sheet, value, form) for value, form in zip(row, formats, strict=False)])
    book.save(file)


def _at_most(rows: Iterable[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number == MOST:
            most = number_format(MOST, force_grouping=True)
            told = gettext("The list goes on: a file holds at most %(most)s rows. Set filters for the rest.")
            yield [told % {"most": most}]
            return
        yield row


def _cell(sheet: Any, value: Any, form: str | None) -> Any:
    """Give a cell; a text is a text whatever it begins with, so that a name cannot become a formula."""
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        if form is not None and value is not None:
            cell.number_format = form
        return cell
    cell = WriteOnlyCell(sheet, "")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))[:_LONGEST]
    cell.data_type = "s"
    return cell

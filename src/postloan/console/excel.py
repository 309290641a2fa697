"""Lists as Excel files: written row by row, so that their length costs no memory, and safe to open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any

from django.http import FileResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

MOST = 1_048_000
"""Rows that fit on a sheet; a longer list is cut, and its last line says so."""

_MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def excel(
    name: str, title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]], cut: str
) -> FileResponse:
    """Give a list as a file to download.

    Args:
        name: the file's name without its ending.
        title: the sheet's name.
        headers: a header a column.
        rows: values; texts, whole numbers, floats, dates or None.
        cut: what the last line says where the list was longer than a sheet.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    _write(file, title, headers, rows, cut)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=_MEDIA)


def _write(
    file: IO[bytes], title: str, headers: Sequence[str], rows: Iterable[Sequence[Any]], cut: str
) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    for number in range(1, len(headers) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 18
    heads = [_cell(sheet, header) for header in headers]
    for head in heads:
        head.font = Font(bold=True)
    sheet.append(heads)
    for row in _at_most(rows, cut):
        sheet.append([_cell(sheet, value) for value in row])
    book.save(file)


def _at_most(rows: Iterable[Sequence[Any]], cut: str) -> Iterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number == MOST:
            yield [cut]
            return
        yield row


def _cell(sheet: Any, value: Any) -> Any:
    """Give a cell; a text is a text whatever it begins with, so that a name cannot become a formula."""
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet)
        cell.value = value
        cell.number_format = "yyyy-mm-dd"
        return cell
    if value is None or isinstance(value, int | float):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, "")
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    cell.data_type = "s"
    return cell

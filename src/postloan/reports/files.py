"""Documents as files: Markdown, HTML that prints on A4, CSV and Excel."""

from __future__ import annotations

import csv
import html as markup
import io
import re
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from postloan.errors import PostloanError
from postloan.policy.workbook import layout
from postloan.policy.workbook.styles import HEAD, fit, put, register
from postloan.policy.workbook.styles import columns as width_of
from postloan.reports.document import NUMBERS, Column, Document, Grid, Value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def markdown(document: Document, level: int = 1) -> str:
    """Give a document as Markdown; a table without rows is its heading and its lines.

    Args:
        document: what is told.
        level: that of its heading, deeper where it stands within another page.
    """
    lines = [f"{'#' * level} {document.title}", ""]
    for said in document.answer:
        lines += [_plain(said), ""]
    for grid in document.pages:
        lines += [f"{'#' * (level + 1)} {grid.title}", ""]
        for said in grid.says:
            lines += [_plain(said), ""]
        if grid.rows:
            lines += [*_markdown_rows(grid), ""]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_rows(grid: Grid) -> Iterator[str]:
    yield _piped(column.title for column in grid.columns)
    yield _piped("---:" if column.kind in NUMBERS else "---" for column in grid.columns)
    for place, row in enumerate(grid.rows):
        cells = [_plain(cell) for cell in _cells(grid, row)]
        strong = place >= len(grid.rows) - grid.totals
        yield _piped(f"**{cell}**" if strong and cell else cell for cell in cells)


def _piped(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


_MARKS = re.compile(r"[\\|*`<>\[\]$]|(?<!\w)_|_(?!\w)")


def _plain(text: str) -> str:
    """Give a text so that Markdown shows it as it stands."""
    return _MARKS.sub(r"\\\g<0>", " ".join(text.split()))


def html(document: Document, lang: str) -> str:
    """Give a document as one HTML page without anything to fetch, for a browser and for paper."""
    title = markup.escape(document.title)
    code = {"zh": "zh-CN"}.get(lang, lang)
    parts = ["<!doctype html>", f'<html lang="{code}">', '<meta charset="utf-8">']
    parts.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    parts += [f"<title>{title}</title>", f"<style>{_STYLE}</style>", f"<h1>{title}</h1>"]
    parts += [f'<p class="answer">{markup.escape(said)}</p>' for said in document.answer]
    for grid in document.pages:
        parts.append(f"<h2>{markup.escape(grid.title)}</h2>")
        parts += [f"<p>{markup.escape(said)}</p>" for said in grid.says]
        if grid.chart:
            parts.append(grid.chart())
        if grid.rows:
            parts += ["<table>", *_html_rows(grid), "</table>"]
    return "\n".join([*parts, "</html>", ""])


def _html_rows(grid: Grid) -> Iterator[str]:
    kinds = [f' class="{"number" if column.kind in NUMBERS else column.kind}"' for column in grid.columns]
    heads = (
        f'<th scope="col"{kind}>{markup.escape(column.title)}</th>'
        for column, kind in zip(grid.columns, kinds, strict=True)
    )
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    for place, row in enumerate(grid.rows):
        strong = ' class="total"' if place >= len(grid.rows) - grid.totals else ""
        cells = (
            f"<td{kind}>{markup.escape(cell)}</td>"
            for cell, kind in zip(_cells(grid, row), kinds, strict=True)
        )
        yield f"<tr{strong}>{''.join(cells)}</tr>"


_STYLE = """
body { font: 16px/1.5 system-ui, "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif; color: #1f2328;
  max-width: 1200px; margin: 24px auto; padding: 0 16px }
h1 { font-size: 24px } h2 { font-size: 18px; margin-top: 32px }
.answer { font-weight: 600 } .answer + .answer { font-weight: 400; margin-top: -8px }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums }
th, td { border: 1px solid #d0d7de; padding: 4px 8px; text-align: left; vertical-align: top }
th { background: #f6f8fa; position: sticky; top: 0 }
.number { text-align: right } td:first-child { min-width: 7em }
td.number, td.code, td.date { white-space: nowrap }
.total { font-weight: 600 }
.chart { display: block; width: 100%; max-width: 560px; height: auto; margin: 8px 0 16px }
.chart text { font-family: inherit; font-variant-numeric: tabular-nums }
@media screen and (max-width: 640px) { table { display: block; overflow-x: auto } th { position: static }
  th.number { min-width: 5em } th.text { min-width: 8em } }
@media print { @page { size: A4 landscape; margin: 12mm } body { margin: 0; max-width: none; font-size: 12px }
  table { font-size: 10px } th { position: static } thead { display: table-header-group }
  tr, .chart { break-inside: avoid } h2, h2 ~ p { break-after: avoid } .chart { max-width: 120mm } }
""".strip()


def csv_text(document: Document) -> str:
    """Give the tidy table of a document as CSV: codes, ISO dates, exact numbers; nothing for None."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(column.key for column in document.tidy.columns)
    for row in document.tidy.rows:
        writer.writerow("" if value is None else _exact(value) for value in row)
    return target.getvalue()


def _exact(value: Value) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _cells(grid: Grid, row: Sequence[Value]) -> list[str]:
    return [column.shown(value) for column, value in zip(grid.columns, row, strict=True)]


def xlsx(document: Document) -> bytes:
    """Give a document as an .xlsx file: its answer on the first sheet, then a sheet a table.

    Numbers are numbers, so that they can be summed; texts never become formulas. Raises PostloanError
    `xlsx_too_long` where a text is longer than a cell holds.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "Postloan"
    book.remove(book.worksheets[0])
    register(book)
    grids = document.data
    first, *names = layout.sheet_names([document.key, *(grid.key for grid in grids)])
    _cover(book.create_sheet(first), document, grids, names)
    for grid, name in zip(grids, names, strict=True):
        _sheet(book.create_sheet(name), grid)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _cover(sheet: Worksheet, document: Document, grids: list[Grid], names: list[str]) -> None:
    put(sheet, 1, 1, document.title, HEAD)
    row = 2
    for said in document.answer:
        put(sheet, row, 1, said, "text")
        row += 1
    for grid, name in zip(grids, names, strict=True):
        row += 1
        put(sheet, row, 1, f"{name}: {grid.title}", "text")
        for said in grid.says:
            row += 1
            put(sheet, row, 1, said, "note")
    sheet.column_dimensions["A"].width = 100
    fit(sheet)


_FORMATS = {
    "count": "#,##0",
    "amount": "#,##0.00",
    "hours": "#,##0.0",
    "rate": "#,##0.00",
    "share": "0.0%",
    "percent": "0.00%",
    "ratio": "0.0000",
    "date": "yyyy-mm-dd",
}
_DIGITS = 15
"""Excel keeps so many digits of a number; a longer one stands as text."""

_NARROW, _WIDE = 8, 60


def _sheet(sheet: Worksheet, grid: Grid) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    for place, column in enumerate(grid.columns, 1):
        put(sheet, 1, place, column.title, HEAD)
        texts = [column.title, *(column.shown(row[place - 1]) for row in grid.rows)]
        longest = max(width_of(line) for text in texts for line in text.split("\n") or [""])
        sheet.column_dimensions[get_column_letter(place)].width = max(_NARROW, min(longest + 3, _WIDE))
    for number, row in enumerate(grid.rows, 2):
        strong = number - 2 >= len(grid.rows) - grid.totals
        for place, (column, value) in enumerate(zip(grid.columns, row, strict=True), 1):
            _cell(sheet, number, place, column, value, "note head" if strong else "result")
    fit(sheet)
    last = get_column_letter(max(1, len(grid.columns)))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{last}{max(1, len(grid.rows) + 1 - grid.totals)}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _is_native(column: Column, value: Value) -> bool:
    """Tell whether Excel holds a value as a number or a date without losing any of it."""
    if value is None or isinstance(value, str):
        return False
    if isinstance(value, date):
        return column.kind == "date"
    return column.kind in NUMBERS and len(Decimal(value).as_tuple().digits) <= _DIGITS


def _cell(sheet: Worksheet, row: int, place: int, column: Column, value: Value, style: str) -> None:
    if _is_native(column, value):
        cell = sheet.cell(row, place, value)
    else:
        text = column.shown(value)
        if layout.too_long(layout.encode(text)):
            raise PostloanError(
                "xlsx_too_long",
                f"a text is longer than the {layout.MOST_TEXT:,} characters that a cell of Excel holds",
                where=f"{sheet.title}, row {row}, {column.key}",
                mend="take --format html or json",
            )
        put(sheet, row, place, text, style)
        return
    cell.style = f"postloan {style}"
    cell.number_format = _FORMATS[column.kind]

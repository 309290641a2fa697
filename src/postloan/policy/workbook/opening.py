"""Opens a workbook that somebody sent: bounded before anything is unpacked, and read without formulas."""

from __future__ import annotations

import io
import lzma
import re
import warnings
import zipfile
import zlib
from typing import TYPE_CHECKING

from postloan.errors import PolicyError
from postloan.policy.workbook import layout

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_BYTES = 30_000_000
"""The largest size unpacked; 5,000 rules of 10 columns take about 6 million bytes."""

MOST_PARTS = 1_000
MOST_SHEETS = 200
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 50_000, 500, 500_000

_BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(RuntimeError, EOFError, OSError, ValueError),
)
"""What reading a file raises that is no zip archive, is cut off, or has a password."""

_SHEET = re.compile(rb"<(?:\w+:)?sheet\s")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Za-z0-9:$]+)["']""")

_STRICT = b"http://purl.oclc.org/ooxml/"

_MARKS = range(0xE000, 0xF900)
"""Characters of which one that the file does not hold shields its escapes: Unicode's for private use."""


def open_book(data: bytes, where: str) -> tuple[Workbook, str]:
    """Open an .xlsx file.

    Args:
        data: the bytes of the file.
        where: its name, for errors.

    Returns:
        The workbook, and the mark that `layout.unshielded` takes out of its texts.

    Raises:
        PolicyError: `xlsx_unreadable` or `xlsx_too_large`.
    """
    from openpyxl import load_workbook

    shielded, mark = _shielded(data, where)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tells of decoration that is not kept, which tables do not need
        try:
            book = load_workbook(io.BytesIO(shielded), rich_text=False)
        except Exception as error:
            raise _unreadable(where, error) from error
    if len(book.sheetnames) < _listed(shielded):
        raise _unreadable(where, ValueError("a sheet that it lists is not in it"))
    if len(book.worksheets) > MOST_SHEETS:
        raise _too_large(f"{len(book.worksheets)} sheets, {MOST_SHEETS} at the most", where)
    for sheet in book.worksheets:
        rows, columns = sheet.max_row, sheet.max_column
        if rows > MOST_ROWS or columns > MOST_COLUMNS or rows * columns > MOST_CELLS:
            raise _too_large(
                f"the sheet reaches to row {rows:,} and column {columns:,}; "
                f"at the most {MOST_ROWS:,} rows, {MOST_COLUMNS} columns and {MOST_CELLS:,} cells",
                f"{where}, sheet {sheet.title}",
            )
    return book, mark


def _shielded(data: bytes, where: str) -> tuple[bytes, str]:
    """Check the parts of the file and give it again, with the escapes of texts shielded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            parts = _parts(packed, where)
    except _BROKEN as error:
        raise _unreadable(where, error) from error
    whole = b"".join(parts.values())
    mark = next((chr(one) for one in _MARKS if chr(one).encode() not in whole), None)
    if mark is None:
        raise _unreadable(where, ValueError("its texts use every character that is reserved for private use"))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as again:
        for name, part in parts.items():
            again.writestr(name, layout.shielded(part, mark.encode()))
    return target.getvalue(), mark


def _parts(packed: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    entries = packed.infolist()
    size = sum(one.file_size for one in entries)
    if len(entries) > MOST_PARTS:
        raise _too_large(f"{len(entries):,} parts, {MOST_PARTS:,} at the most", where)
    if size > MOST_BYTES:
        raise _too_large(f"{size:,} bytes unpacked, {MOST_BYTES:,} at the most", where)
    parts = {one.filename: packed.read(one) for one in entries if not one.is_dir()}
    if any(name.endswith("workbook.xml") and _STRICT in part for name, part in parts.items()):
        raise _unreadable(
            where, ValueError("it is saved as Strict Open XML, an Excel workbook of another kind")
        )
    for name, part in parts.items():
        if name.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in part or b"<!ENTITY" in part):
            raise PolicyError(
                "xlsx_unreadable",
                "The file declares a document type or entities, which no workbook needs.",
                where=f"{where}, {name}",
                mend="Open it in Excel and save it again as .xlsx.",
            )
        _refuse_merged(name, part, where)
    return parts


def _listed(data: bytes) -> int:
    """Count the sheets that the workbook lists; the reading library leaves out whose part is missing."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        books = [packed.read(name) for name in packed.namelist() if name.endswith("workbook.xml")]
    return max((len(_SHEET.findall(part)) for part in books), default=0)


def _refuse_merged(name: str, part: bytes, where: str) -> None:
    """Refuse merged cells without number, as each would be made one by one."""
    from openpyxl.utils import range_boundaries

    cells = 0
    for found in _MERGED.findall(part):
        try:
            left, top, right, bottom = range_boundaries(found.decode())
        except (ValueError, TypeError):  # told by the reading library
            continue
        cells += ((right or MOST_COLUMNS) - (left or 0) + 1) * ((bottom or MOST_ROWS) - (top or 0) + 1)
    if cells > MOST_CELLS:
        raise _too_large(f"{cells:,} merged cells, {MOST_CELLS:,} at the most", f"{where}, {name}")


def _unreadable(where: str, error: Exception) -> PolicyError:
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return PolicyError(
        "xlsx_unreadable",
        f"The file cannot be read as a workbook: {said}.",
        where=where,
        mend="Save it as an Excel workbook (.xlsx), without a password.",
    )


def _too_large(message: str, where: str) -> PolicyError:
    return PolicyError(
        "xlsx_too_large",
        f"The workbook is larger than any table: {message}.",
        where=where,
        mend="Copy the cells of the tables into a fresh file made by `postloan policy export-xlsx`.",
    )

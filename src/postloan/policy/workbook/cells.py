"""The cells of one sheet as text, with what cannot be taken as text told by its cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from postloan.policy.findings import Finding
from postloan.policy.workbook.layout import decode, unshielded

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

_NOT_IN_DMN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_DIGITS = 15
"""Excel keeps so many digits of a number; a longer one has lost some already."""


class Cells:
    """Reads cells, and gathers what is wrong with them."""

    def __init__(self, sheet: Worksheet, where: str, mark: str) -> None:
        self.sheet, self.mark = sheet, mark
        self.where = f"{where}, sheet {sheet.title}"
        self.problems: list[Finding] = []
        self.converted: list[str] = []
        self.unkept: list[str] = []
        self.texts: dict[tuple[int, int], str] = {}
        self.rows: dict[int, dict[int, Cell | MergedCell]] = {}
        first = sheet.min_column  # looks at every cell
        for number, row in enumerate(sheet.iter_rows(), sheet.min_row):
            for column, cell in enumerate(row, first):
                if cell.value is not None:
                    self.rows.setdefault(number, {})[column] = cell

    def name(self, row: int, column: int) -> str:
        """Give the name of a cell, as D14."""
        from openpyxl.utils import get_column_letter

        return f"{get_column_letter(column)}{row}"

    def wrong(self, code: str, message: str, cell: str = "", mend: str = "") -> None:
        """Note a problem at a cell, or of the whole sheet."""
        place = f", cell {cell}" if cell else ""
        self.problems.append(Finding("error", code, message, self.where + place, mend))

    def text(self, row: int, column: int) -> str:
        """Give the text of a cell; empty where there is none or where it is refused."""
        if (row, column) not in self.texts:
            self.texts[row, column] = self._text(row, column)
        return self.texts[row, column]

    def _text(self, row: int, column: int) -> str:
        cell = self.rows.get(row, {}).get(column)
        if cell is None:
            return ""
        name, value = cell.coordinate, cell.value
        if cell.data_type == "s":
            text = decode(unshielded(str(value), self.mark))
            if _NOT_IN_DMN.search(text):
                self.unkept.append(name)
            return text
        if cell.data_type == "b":
            self.converted.append(name)
            return "true" if value else "false"
        if cell.data_type == "n":
            return self._number(name, value)
        self._refuse(name, cell.data_type, value)
        return ""

    def day(self, row: int, column: int) -> date | None:
        """Give the date of a cell, typed as a date or as text."""
        cell = self.rows.get(row, {}).get(column)
        if cell is not None and isinstance(cell.value, datetime) and cell.value.time() == time():
            return cell.value.date()
        if cell is not None and isinstance(cell.value, datetime):
            mend = f"Write it as {cell.value.date().isoformat()}."
            self.wrong(
                "xlsx_cell", f"`{cell.value}` is no day, as it has a time.", self.name(row, column), mend
            )
            return None
        text = self.text(row, column)
        try:
            return date.fromisoformat(text.strip()) if text else None
        except ValueError:
            mend = "Write it as 2026-01-01."
            self.wrong("xlsx_cell", f"`{text}` is no date.", self.name(row, column), mend)
            return None

    def _number(self, name: str, value: object) -> str:
        """Give a number typed as a number, if all its digits are there."""
        exact = Decimal(repr(value))
        if len(exact.as_tuple().digits) > _DIGITS or not exact.is_finite():
            message = f"The number {value} has more digits than Excel keeps, so it may not be what was typed."
            self.wrong("xlsx_cell", message, name, "Format the cell as text and type the number again.")
            return ""
        self.converted.append(name)
        whole = exact == exact.to_integral_value()
        return f"{exact.to_integral_value() if whole else exact:f}"

    def _refuse(self, name: str, kind: str, value: object) -> None:
        if kind == "d":
            mend = f"Format the cell as text and write it as {_written(value)}."
            self.wrong(
                "xlsx_cell", f"The cell holds a date or time of Excel's ({value}), not text.", name, mend
            )
        elif kind == "f":
            mend = "Format the cell as text and write what the condition is; a leading = is kept as it is."
            self.wrong("xlsx_formula", "The cell holds a formula.", name, mend)
        else:
            mend = "Format the cell as text and write what it should hold."
            self.wrong("xlsx_cell", f"The cell holds `{value}`, an error of Excel's.", name, mend)

    def habits(self, head: int, columns: int) -> None:
        """Refuse what would read otherwise than it looks: merged cells and what is hidden."""
        for merged in self.sheet.merged_cells.ranges:
            message = f"The cells {merged.coord} are merged: all but the first would be empty."
            self.wrong("xlsx_merged", message, merged.coord.partition(":")[0], "Take the merging off.")
        for column in self._hidden_columns(columns):
            cell = self.name(head, column)
            self.wrong("xlsx_hidden", "The column is hidden.", cell, "Show it, or delete it.")
        for row in sorted(self.rows):
            if row > head and self.sheet.row_dimensions[row].hidden:
                mend = "Show it (take filters off), or delete it."
                self.wrong("xlsx_hidden", "The row is hidden.", self.name(row, 1), mend)
        if self.sheet.sheet_state != "visible":
            self.wrong("xlsx_hidden", "The sheet is hidden.", "", "Show it, or delete it.")

    def _hidden_columns(self, columns: int) -> Iterator[int]:
        for dimension in self.sheet.column_dimensions.values():
            if dimension.hidden:
                first = dimension.min or 1
                yield from range(first, min(dimension.max or first, columns) + 1)

    def notes(self) -> list[Finding]:
        """Give what was taken otherwise than it stood, and what is not kept."""
        found = []
        if self.converted:
            message = f"In {len(self.converted)} cells numbers or truth values are taken as text."
            place = f"{self.where}, cell {self.converted[0]}"
            mend = "See that each means what it should; 50 % stands as 0.5."
            found.append(Finding("warning", "xlsx_converted", message, place, mend))
        commented = [cell.coordinate for row in self.rows.values() for cell in row.values() if cell.comment]
        if commented:
            message = f"Comments on cells are not kept: {', '.join(commented[:10])}."
            place = f"{self.where}, cell {commented[0]}"
            found.append(Finding("warning", "xlsx_comment", message, place, "Write them into a column note."))
        return found


def _written(value: object) -> str:
    """Give what FEEL writes for a date or a time of Excel's."""
    if isinstance(value, datetime):
        return f'date("{value.date().isoformat()}")' if value.time() == time() else "a day and a time"
    return f'time("{value.isoformat()}")' if isinstance(value, time) else "text"

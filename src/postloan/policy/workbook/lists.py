"""The values that cells offer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.workbook import layout
from postloan.policy.workbook.styles import put

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_MOST = 500
"""A longer list helps nobody."""


def choices(allowed: str, *, with_any: bool) -> list[str]:
    """Give the values of a closed list as FEEL writes them; none where it is open or cannot be read.

    Args:
        allowed: unary tests, as they stand under `values`.
        with_any: whether `-` is offered too.
    """
    if not allowed:
        return []
    try:
        tests = feel.parse_unary(allowed)
    except PolicyError:  # told on import, by the cell; here there is only nothing to offer
        return []
    literals = [one.value for one in tests.tests if isinstance(one, n.Literal)]
    if tests.negated or len(literals) < len(tests.tests):
        return []
    written = [_written(value) for value in literals if isinstance(value, str)]
    return [*written, *(["-"] if with_any else [])] if 0 < len(written) <= _MOST else []


def _written(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


class Lists:
    """Keeps the values on a hidden sheet, each list once, and lets cells offer them."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.places: dict[tuple[str, ...], int] = {}

    def strict(self, sheet: Worksheet, cells: str, values: Sequence[str]) -> None:
        """Let cells hold one of the values alone, or nothing."""
        self._add(sheet, cells, values, strict=True)

    def loose(self, sheet: Worksheet, cells: str, values: Sequence[str]) -> None:
        """Let cells offer the values but take any other text too."""
        self._add(sheet, cells, values, strict=False)

    def _add(self, sheet: Worksheet, cells: str, values: Sequence[str], *, strict: bool) -> None:
        from openpyxl.utils import get_column_letter
        from openpyxl.worksheet.datavalidation import DataValidation

        if not values:
            return
        column = self.places.setdefault(tuple(values), len(self.places) + 1)
        letter = get_column_letter(column)
        place = f"{layout.LISTS}!${letter}$2:${letter}${len(values) + 1}"
        rule = DataValidation(type="list", formula1=place, allow_blank=True, showErrorMessage=strict)
        if strict:
            rule.errorTitle = "Postloan"
            rule.error = "Choose one of the list. · 请从列表中选择。"
        rule.add(cells)
        sheet.add_data_validation(rule)

    def finish(self) -> None:
        """Write the hidden sheet."""
        sheet = self.book.create_sheet(layout.LISTS)
        sheet.sheet_state = "hidden"
        for values, column in self.places.items():
            put(sheet, 1, column, layout.LISTS)
            for row, value in enumerate(values, 2):
                put(sheet, row, column, value)

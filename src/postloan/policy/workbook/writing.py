"""Decision tables written as a workbook."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from postloan.errors import PolicyError
from postloan.policy import dmn
from postloan.policy.model import AGGREGATIONS, HIT_POLICIES, Input, Output
from postloan.policy.workbook import layout
from postloan.policy.workbook.layout import Source, bilingual, encode, sheet_names
from postloan.policy.workbook.legend import write_legend
from postloan.policy.workbook.lists import Lists, choices
from postloan.policy.workbook.styles import HEAD, columns, fit, put, register

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_NARROW, _WIDE = 14, 44


def write(sources: Sequence[Source], made_from: str = "") -> bytes:
    """Write tables as an .xlsx file, one sheet a table, with a legend at the end.

    Args:
        sources: the tables, in the order of their sheets.
        made_from: the policy that they come from, told in the legend.

    Raises:
        PolicyError: `xlsx_too_long` where a text is longer than a cell holds.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.properties.creator = "Postloan"
    book.remove(book.worksheets[0])
    register(book)
    lists = Lists(book)
    for source, name in zip(sources, sheet_names(one.table.id for one in sources), strict=True):
        _Writer(book.create_sheet(name), source, lists).fill()
    write_legend(book.create_sheet(layout.LEGEND), made_from)
    lists.finish()
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


class _Writer:
    """Writes one table on one sheet."""

    def __init__(self, sheet: Worksheet, source: Source, lists: Lists) -> None:
        self.sheet, self.source, self.lists = sheet, source, lists
        self.table = source.table
        self.uses = (
            ["condition"] * len(self.table.inputs)
            + ["result"] * len(self.table.outputs)
            + ["note"] * self.notes
        )
        self.widths: dict[int, int] = {}

    @cached_property
    def notes(self) -> int:
        """Give how many columns of notes there are; a rule may have more than are named."""
        return max([len(self.table.annotations), *(len(rule.annotations) for rule in self.table.rules)])

    def put(self, row: int, column: int, text: str, style: str, place: str = "") -> None:
        """Put a text into a cell, or say that it is too long for one."""
        if layout.too_long(encode(text)):
            raise PolicyError(
                "xlsx_too_long",
                f"The text is longer than the {layout.MOST_TEXT:,} characters that a cell of Excel holds.",
                where=f"{self.table.where or f'table {self.table.id}'}{place}",
                mend="Shorten it, or keep this table as .dmn.",
            )
        put(self.sheet, row, column, text, style)
        longest = max(map(columns, text.split("\n")))
        self.widths[column] = max(self.widths.get(column, _NARROW), min(longest + 2, _WIDE))

    def fill(self) -> None:
        """Write the whole sheet."""
        self.properties()
        row = 3
        for title, texts in self.rows():
            self.put(row, 1, bilingual(title), HEAD)
            for column, text in enumerate(texts, 2):
                self.put(row, column, text, f"{self.uses[column - 2]} head", f", {title}")
            row += 1
        self.put(row, 1, bilingual(layout.RULE), HEAD)
        for column, use in enumerate(self.uses, 2):
            self.put(row, column, bilingual(use), f"{use} head")
        self.rules(row + 1)
        self.offer(row)
        self.dress(row)

    def properties(self) -> None:
        """Write the two rows that tell of the table as a whole."""
        for column, (name, value) in enumerate(self.of_table(), 1):
            self.put(1, column, bilingual(name), HEAD)
            self.put(2, column, value, "result", f", {name}")

    def of_table(self) -> Iterator[tuple[str, str]]:
        table, starts = self.table, self.source.effective_from
        yield "table", table.id
        yield "name", table.name
        yield "hit policy", HIT_POLICIES[table.hit_policy]
        yield "aggregation", AGGREGATIONS.get(table.aggregation, "")
        yield "effective from", starts.isoformat() if starts else ""
        yield "overrides", table.overrides
        yield "reference", table.reference
        yield "owner", table.owner
        yield "reviewed on", table.reviewed_on.isoformat() if table.reviewed_on else ""
        yield "status", table.status
        for language, label in sorted(table.labels.items()):
            yield f"label: {language}", label
        for variable, kind in table.variables.items():
            yield f"variable: {variable}", kind

    def rows(self) -> Iterator[tuple[str, list[str]]]:
        """Give each property of the columns: its name and its text for every column."""
        table = self.table
        notes = [*table.annotations, *[""] * (self.notes - len(table.annotations))]
        blank = [""] * len(notes)
        inputs, outputs = table.inputs, table.outputs
        yield "expression", [*(one.expression for one in inputs), *(one.name for one in outputs), *notes]
        yield "kind", [one.kind for one in self.clauses()] + blank
        yield "values", [*(one.allowed for one in inputs), *(one.values for one in outputs), *blank]
        required = ["yes" if one.required else "no" for one in inputs]
        yield "required", [*map(bilingual, required), *[""] * len(outputs), *blank]
        yield "default", [*[""] * len(inputs), *(one.default for one in outputs), *blank]
        yield "label", [one.label for one in self.clauses()] + blank
        for language in sorted({key for one in self.clauses() for key in one.labels}):
            yield f"label: {language}", [one.labels.get(language, "") for one in self.clauses()] + blank

    def clauses(self) -> list[Input | Output]:
        return [*self.table.inputs, *self.table.outputs]

    def rules(self, row: int) -> None:
        for rule in self.table.rules:
            self.put(row, 1, rule.id, HEAD, f", rule {rule.id}")
            notes = [*rule.annotations, *[""] * (self.notes - len(rule.annotations))]
            for i, text in enumerate((*rule.tests, *rule.entries, *notes)):
                self.put(row, i + 2, text, self.uses[i], f", rule {rule.id}, column {i + 2}")
            row += 1

    def offer(self, head: int) -> None:
        """Let cells offer what may stand in them."""
        self.lists.strict(self.sheet, self.cell_of("hit policy"), list(HIT_POLICIES.values()))
        self.lists.strict(self.sheet, self.cell_of("aggregation"), list(AGGREGATIONS.values()))
        titles = [title for title, _ in self.rows()]
        kinds = sorted(set(dmn.KINDS.values()))
        for i, column in enumerate(self.clauses()):
            letter = self.letter(i + 2)
            self.lists.strict(self.sheet, f"{letter}{3 + titles.index('kind')}", kinds)
            if isinstance(column, Input):
                answers = [bilingual(word) for word in layout.ANSWERS]
                self.lists.strict(self.sheet, f"{letter}{3 + titles.index('required')}", answers)
            told = column.allowed if isinstance(column, Input) else column.values
            values = choices(told, with_any=isinstance(column, Input))
            last = head + len(self.table.rules) + layout.SPARE
            self.lists.loose(self.sheet, f"{letter}{head + 1}:{letter}{last}", values)

    def cell_of(self, name: str) -> str:
        return f"{self.letter([key for key, _ in self.of_table()].index(name) + 1)}2"

    def letter(self, column: int) -> str:
        from openpyxl.utils import get_column_letter

        return str(get_column_letter(column))

    def dress(self, head: int) -> None:
        """Set widths and frozen panes, and let what only authors need be folded away."""
        from openpyxl.worksheet.properties import PageSetupProperties

        sheet = self.sheet
        for column, width in self.widths.items():
            dimension = sheet.column_dimensions[self.letter(column)]
            dimension.width, dimension.number_format = width, "@"
        sheet.freeze_panes = f"B{head + 1}"
        titles = [title for title, _ in self.rows()]
        for row, title in enumerate(titles, 3):
            if not title.startswith("label"):
                sheet.row_dimensions[row].outlineLevel = 1
        fit(sheet)
        sheet.print_title_rows = f"{head}:{head}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)

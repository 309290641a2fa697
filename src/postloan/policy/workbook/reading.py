"""Decision tables read from a workbook; every mistake is named by sheet and cell, all at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from postloan.policy import dmn
from postloan.policy.findings import Finding
from postloan.policy.model import AGGREGATIONS, HIT_POLICIES, DecisionTable, Input, Output, Rule
from postloan.policy.workbook import layout
from postloan.policy.workbook.cells import Cells
from postloan.policy.workbook.opening import open_book

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


@dataclass(frozen=True)
class Sheet:
    """A table read from a sheet.

    Args:
        name: the sheet's name.
        where: file and sheet, for errors.
        table: the table.
        effective_from: the day from which it holds, if the sheet tells it.
        unkept: cells with characters that no DMN file can hold.
        places: cells by the place that checks of a table name, as `, rule R1, input loan.dpd_days`.
        sound: nothing on the sheet was refused; else the table stands for further checks alone.
    """

    name: str
    where: str
    table: DecisionTable
    effective_from: date | None
    places: Mapping[str, str]
    sound: bool = True
    unkept: tuple[str, ...] = ()


def read(data: bytes, where: str) -> tuple[list[Sheet], list[Finding]]:
    """Read the tables of an .xlsx file.

    Args:
        data: the bytes of the file.
        where: its name, for errors.

    Returns:
        The sheets that have the shape of a table, and what was found: errors by sheet and
        cell, and warnings about what was taken otherwise than it stood.

    Raises:
        PolicyError: `xlsx_unreadable` or `xlsx_too_large`, if the file cannot be read at all.
    """
    book, mark = open_book(data, where)
    sheets, findings = [], []
    taken: dict[str, str] = {}
    for sheet in book.worksheets:
        cells = Cells(sheet, where, mark)
        if _is_ours(cells):
            continue
        read_sheet = _Reader(sheet, cells, taken).sheet()
        findings += [*cells.problems, *cells.notes()]
        if read_sheet is not None:
            sheets.append(replace(read_sheet, sound=not cells.problems, unkept=tuple(cells.unkept)))
    if not taken and not findings:
        message = "No sheet of the file holds a table."
        mend = "Start from a file made by `postloan policy export-xlsx`."
        findings.append(Finding("error", "xlsx_not_a_table", message, where, mend))
    return sheets, findings


def _is_ours(cells: Cells) -> bool:
    """Tell whether a sheet holds no table on purpose: legend, lists, or nothing."""
    return not cells.rows or cells.text(1, 1) in (layout.LEGEND, layout.LISTS)


class _Reader:
    """Reads one sheet; `taken` holds the tables of the sheets before."""

    def __init__(self, sheet: Worksheet, cells: Cells, taken: dict[str, str]) -> None:
        self.xl, self.cells, self.taken = sheet, cells, taken
        self.places: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.properties: dict[str, tuple[int, int]] = {}
        self.titles: dict[str, int] = {}
        self.head = 0

    def sheet(self) -> Sheet | None:
        """Read the sheet; None where it has not even the shape of a table."""
        if layout.plain(self.cells.text(1, 1)) != "table":
            self.cells.wrong(
                "xlsx_not_a_table",
                "The sheet does not begin with the name of a table.",
                "A1",
                "Begin it with `table` as in a file made by `postloan policy export-xlsx`, or delete it.",
            )
            return None
        self.read_properties()
        if not self.read_titles():
            return None
        uses = self.read_uses()
        self.cells.habits(self.head, max([1, *uses]))
        table = self.table(uses)
        day = self.day("effective from")
        self.places["rules"] = self.cells.name(self.head, 1)
        return Sheet(self.xl.title, self.cells.where, table, day, self.places)

    def read_properties(self) -> None:
        cells = self.cells
        for column in sorted({*cells.rows.get(1, {}), *cells.rows.get(2, {})}):
            name = layout.plain(cells.text(1, column))
            head, colon, rest = name.partition(": ")
            if head in ("label", "variable") and colon:
                (self.labels if head == "label" else self.variables)[rest] = cells.text(2, column)
                self.places[f", {name}"] = cells.name(2, column)
            elif name in layout.PROPERTIES and name not in self.properties:
                self.properties[name] = (2, column)
                self.places[f", {name}"] = cells.name(2, column)
            else:
                told = f"`{name}` stands twice." if name in self.properties else f"`{name}` is no property."
                mend = f"Known: {', '.join(layout.PROPERTIES)}."
                cells.wrong("xlsx_heading", told, cells.name(1, column), mend)
        for name in ("table", "hit policy"):
            if name not in self.properties:
                cells.wrong("xlsx_heading", f"The property `{name}` is missing.", "A1", "Add it to row 1.")

    def read_titles(self) -> bool:
        """Find the rows that tell of the columns; false where no row heads the rules."""
        cells, known = self.cells, ", ".join([*layout.ROWS, layout.RULE])
        for row in sorted(cells.rows):
            if row < 3:
                continue
            title = layout.plain(cells.text(row, 1))
            if title == layout.RULE:
                self.head = row
                break
            if title.partition(": ")[0] not in layout.ROWS or title in self.titles:
                told = f"`{title}` stands twice." if title in self.titles else f"`{title}` heads no row."
                cells.wrong("xlsx_heading", told, cells.name(row, 1), f"Known: {known}.")
            self.titles[title] = row
        if not self.head:
            mend = "Put `rule` into column A above the first rule, and what each column is beside it."
            cells.wrong("xlsx_heading", "No row is headed `rule`.", "A3", mend)
        elif "expression" not in self.titles:
            cells.wrong("xlsx_heading", "The row `expression` is missing.", "A3", "Add it above `rule`.")
        return bool(self.head)

    def read_uses(self) -> dict[int, str]:
        """Give what each column is; a column with content and no such word is an error."""
        cells, uses = self.cells, {}
        for column in sorted({column for row, found in cells.rows.items() if row > 2 for column in found}):
            if column == 1:
                continue
            use = layout.plain(cells.text(self.head, column))
            if use in layout.USES:
                uses[column] = use
                continue
            filled = min(row for row, found in cells.rows.items() if row > 2 and column in found)
            place = cells.name(self.head if use else filled, column)
            told = f"`{use}` is no use of a column." if use else "The column has content but no heading."
            heading = cells.name(self.head, column)
            mend = f"Write one of {', '.join(layout.USES)} into {heading}, or clear the column."
            cells.wrong("xlsx_heading", told, place, mend)
        return uses

    def table(self, uses: Mapping[int, str]) -> DecisionTable:
        columns = {use: [c for c, found in uses.items() if found == use] for use in layout.USES}
        identity = self.value("table")
        if identity in self.taken:
            message = f"The table `{identity}` stands on the sheet {self.taken[identity]} too."
            self.cells.wrong("xlsx_twice", message, self.place("table"), "Keep one of them.")
        elif not identity.strip():
            self.cells.wrong("xlsx_heading", "The table has no name.", "A2", "Write its name.")
        self.taken.setdefault(identity, self.xl.title)
        inputs = tuple(self.input(column) for column in columns["condition"])
        outputs = tuple(self.output(column) for column in columns["result"])
        if not outputs:
            place = self.cells.name(self.head, 1)
            self.cells.wrong("xlsx_heading", "No column is a result.", place, "Head one with `result`.")
        annotations = tuple(self.of_column("expression", column) for column in columns["note"])
        return DecisionTable(
            id=identity,
            name=self.value("name") or identity,
            hit_policy=self.hit_policy(),
            inputs=inputs,
            outputs=outputs,
            rules=self.rules(columns, inputs, outputs),
            aggregation=self.aggregation(),
            annotations=annotations,
            variables=self.variables,
            where=self.cells.where,
            labels=self.labels,
            overrides=self.value("overrides"),
            reference=self.value("reference"),
            owner=self.value("owner"),
            reviewed_on=self.day("reviewed on"),
            status=self.value("status"),
        )

    def day(self, name: str) -> date | None:
        return self.cells.day(*self.properties[name]) if name in self.properties else None

    def value(self, name: str) -> str:
        return self.cells.text(*self.properties[name]) if name in self.properties else ""

    def place(self, name: str) -> str:
        return self.cells.name(*self.properties[name])

    def hit_policy(self) -> str:
        if "hit policy" not in self.properties:
            return "U"
        spelt = self.value("hit policy").strip()
        for letter, word in HIT_POLICIES.items():
            if spelt.upper().replace("_", " ") in (letter, word):
                return letter
        mend = f"One of {', '.join(HIT_POLICIES.values())}."
        self.cells.wrong("xlsx_hit_policy", f"`{spelt}` is no hit policy.", self.place("hit policy"), mend)
        return "U"

    def aggregation(self) -> str:
        spelt = self.value("aggregation").strip()
        collects = self.value("hit policy").strip().upper() in ("C", "COLLECT")
        if collects and "aggregation" not in self.properties:
            mend = "Add it to row 1, with nothing below where all rules are listed."
            self.cells.wrong("xlsx_heading", "The property `aggregation` is missing.", "A1", mend)
        for sign, word in AGGREGATIONS.items():
            if spelt.upper() in (sign, word):
                return sign
        if spelt:
            mend = f"One of {', '.join(AGGREGATIONS.values())}, or nothing."
            message = f"`{spelt}` is no aggregation."
            self.cells.wrong("xlsx_aggregation", message, self.place("aggregation"), mend)
        return ""

    def of_column(self, title: str, column: int) -> str:
        return self.cells.text(self.titles[title], column) if title in self.titles else ""

    def column_labels(self, column: int) -> dict[str, str]:
        found = {
            title.removeprefix("label: "): self.of_column(title, column)
            for title in self.titles
            if title.startswith("label: ")
        }
        return {language: label for language, label in found.items() if label}

    def kind(self, column: int) -> str:
        kind = self.of_column("kind", column).strip().lower() or "any"
        known = sorted(set(dmn.KINDS.values()))
        if kind not in known:
            place = self.cells.name(self.titles["kind"], column)
            self.cells.wrong("xlsx_kind", f"`{kind}` is no kind.", place, f"One of {', '.join(known)}.")
        return kind

    def input(self, column: int) -> Input:
        expression = self.of_column("expression", column)
        self.remember(f", input {expression}", "expression", column, "values")
        if not expression.strip() and "expression" in self.titles:
            place = self.cells.name(self.titles["expression"], column)
            self.cells.wrong("xlsx_heading", "The condition tests nothing.", place, "Write a fact's name.")
        return Input(
            expression,
            self.kind(column),
            self.of_column("label", column),
            self.column_labels(column),
            self.of_column("values", column),
            self.required(column),
        )

    def output(self, column: int) -> Output:
        name = self.of_column("expression", column)
        self.remember(f", output {name}", "expression", column, "values")
        self.remember(f", output {name}, default", "default", column)
        if not name.strip() and "expression" in self.titles:
            place = self.cells.name(self.titles["expression"], column)
            self.cells.wrong("xlsx_heading", "The result has no name.", place, "Write a name.")
        return Output(
            name,
            self.kind(column),
            self.of_column("label", column),
            self.column_labels(column),
            self.of_column("values", column),
            self.of_column("default", column),
        )

    def remember(self, place: str, title: str, column: int, values: str = "") -> None:
        """Remember the cell in which something that a check may name stands."""
        self.places[place] = self.cells.name(self.titles.get(title, self.head), column)
        if values in self.titles:
            self.places[f"{place}, allowed values"] = self.cells.name(self.titles[values], column)

    def required(self, column: int) -> bool:
        spelt = self.of_column("required", column)
        answer = layout.plain(spelt)
        if answer not in ("", *layout.ANSWERS, "true", "false"):
            place = self.cells.name(self.titles["required"], column)
            self.cells.wrong("xlsx_cell", f"`{spelt}` is neither yes nor no.", place, "Write yes or no.")
        return answer in ("yes", "true")

    def rules(
        self, columns: Mapping[str, list[int]], inputs: tuple[Input, ...], outputs: tuple[Output, ...]
    ) -> tuple[Rule, ...]:
        cells, rules, seen = self.cells, [], dict[str, str]()
        for row in sorted(row for row in cells.rows if row > self.head):
            tests = tuple(cells.text(row, column) for column in columns["condition"])
            entries = tuple(cells.text(row, column) for column in columns["result"])
            notes = tuple(cells.text(row, column) for column in columns["note"])
            identity, place = cells.text(row, 1), cells.name(row, 1)
            if not identity.strip() and not any(part.strip() for part in (*tests, *entries, *notes)):
                continue
            if not identity.strip():
                cells.wrong("xlsx_rule", "The rule has no number.", place, "Give it one of its own.")
            elif identity in seen:
                message = f"The rule `{identity}` stands in {seen[identity]} too."
                cells.wrong("xlsx_twice", message, place, "Give each rule a number of its own.")
            seen.setdefault(identity, place)
            for item, column in zip(inputs, columns["condition"], strict=True):
                self.places[f", rule {identity}, input {item.expression}"] = cells.name(row, column)
            for result, column in zip(outputs, columns["result"], strict=True):
                self.places[f", rule {identity}, output {result.name}"] = cells.name(row, column)
            self.places[f", rule {identity}"] = place
            rules.append(
                Rule(identity, tuple(test if test.strip() else "-" for test in tests), entries, notes)
            )
        return tuple(rules)

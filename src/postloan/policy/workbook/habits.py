"""What people type into cells that a table would take for something else than they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

from postloan.policy.findings import Finding
from postloan.policy.workbook.reading import Sheet

_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_THOUSANDS = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\w,])")


def habits(sheet: Sheet) -> Iterator[Finding]:
    """Find blanks around names, characters that are not kept, empty results, and commas in numbers."""
    for cell in sheet.unkept:
        message = "The cell holds a control character, which no table keeps."
        yield _found(sheet, "error", "xlsx_cell", message, cell, "Type the text again.")
    table = sheet.table
    names = [(f", output {one.name}", one.name) for one in table.outputs]
    names += [(f", rule {one.id}", one.id) for one in table.rules]
    for place, name in names:
        if name != name.strip():
            message = f"`{name}` begins or ends with a blank, so it is another name than `{name.strip()}`."
            yield _found(sheet, "error", "xlsx_blank", message, sheet.places[place], "Take the blank out.")
    outputs = [one.name for one in table.outputs]
    for name in sorted({name for name in outputs if outputs.count(name) > 1}):
        message, mend = f"Two results are called `{name}`.", "Give each a name of its own."
        yield _found(sheet, "error", "xlsx_twice", message, sheet.places[f", output {name}"], mend)
    if table.aggregation and (table.hit_policy != "C" or len(outputs) != 1):
        message = "An aggregation needs the hit policy COLLECT and exactly one result."
        mend = "Clear the cell, or correct the hit policy."
        yield _found(sheet, "error", "xlsx_aggregation", message, sheet.places[", aggregation"], mend)
    if not table.rules:
        mend = "Write the rules below the row `rule`."
        yield _found(
            sheet, "warning", "xlsx_no_rules", "The table has no rules.", sheet.places["rules"], mend
        )
    for rule in table.rules:
        tests = [
            (f"input {item.expression}", test) for item, test in zip(table.inputs, rule.tests, strict=True)
        ]
        results = [
            (f"output {item.name}", text) for item, text in zip(table.outputs, rule.entries, strict=True)
        ]
        for what, text in (*tests, *results):
            cell = sheet.places[f", rule {rule.id}, {what}"]
            if not text.strip():
                message, mend = (
                    "The result is empty, so the rule answers null.",
                    "Write null if that is meant.",
                )
                yield _found(sheet, "warning", "xlsx_empty", message, cell, mend)
            for found in _THOUSANDS.findall(_TEXT.sub('""', text)):
                message = (
                    f"`{found}` is read as {found.count(',') + 1} numbers, {found.replace(',', ' and ')}."
                )
                mend = f"Write {found.replace(',', '')}, or {found.replace(',', ', ')} if several are meant."
                yield _found(sheet, "error", "xlsx_thousands", message, cell, mend)


def _found(sheet: Sheet, severity: str, code: str, message: str, cell: str, mend: str) -> Finding:
    return Finding(severity, code, message, f"{sheet.where}, cell {cell}", mend)

"""What people do in Excel: taken exactly where that is sure, else refused by sheet and cell, all at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import numbers
from openpyxl.worksheet.worksheet import Worksheet

from postloan.errors import PolicyError
from postloan.policy.findings import Finding
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.workbook import Sheet, Source, problems, read, write

DAY = datetime.fromisoformat("2026-01-31")
ENV = {"loan.dpd_days": "number", "loan.suit_status": "string"}
TABLE = DecisionTable(
    id="colour",
    name="Colour",
    hit_policy="F",
    inputs=(
        Input("loan.dpd_days", "number", "Days", {"zh": "逾期天数"}),
        Input("loan.suit_status", "string", allowed='"none","sued"'),
    ),
    outputs=(Output("colour", "string", values='"red","blue"', default='"blue"'),),
    rules=(
        Rule("R1", ("> 90", "-"), ('"red"',), ("by law",)),
        Rule("R2", ("-", '"sued"'), ('"red"',), ("",)),
    ),
    annotations=("basis",),
)
# Rows: 1, 2 properties; 3 expression, 4 kind, 5 values, 6 required, 7 default, 8 label, 9 label: zh, 10 rule,
# 11 R1, 12 R2. Columns: A rule, B days, C suit, D colour, E basis. Hit policy is C2, date E2.


def edited(change: Callable[[Worksheet], Any]) -> bytes:
    """Give the workbook of TABLE after somebody has worked on it."""
    book = load_workbook(io.BytesIO(write([Source(TABLE, date(2026, 1, 1))])))
    change(book["colour"])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def told(data: bytes) -> tuple[list[Sheet], list[Finding]]:
    sheets, findings = read(data, "draft.xlsx")
    for sheet in sheets:
        findings += problems(sheet, ENV)
    return sheets, findings


def put(cell: str, value: Any, number_format: str | None = None) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[cell] = value
        if number_format:
            sheet[cell].number_format = number_format

    return change


def text(cell: str, value: str) -> Callable[[Worksheet], None]:
    def change(sheet: Worksheet) -> None:
        sheet[cell] = value
        sheet[cell].data_type = "s"

    return change


def hide(sheet: Worksheet) -> None:
    sheet.column_dimensions["C"].hidden = True


def hide_row(sheet: Worksheet) -> None:
    sheet.row_dimensions[12].hidden = True


def hide_sheet(sheet: Worksheet) -> None:
    sheet.sheet_state = "hidden"


@pytest.mark.parametrize(
    ("change", "code", "cell", "word"),
    [
        (put("B11", "=SUM(A1:A2)"), "xlsx_formula", "B11", "formula"),
        (put("B11", DAY), "xlsx_cell", "B11", 'date("2026-01-31")'),
        (put("B11", 12345678.123456789), "xlsx_cell", "B11", "digits"),
        (put("B11", DAY.replace(hour=9)), "xlsx_cell", "B11", "a day and a time"),
        (put("B11", time(9, 30)), "xlsx_cell", "B11", 'time("09:30:00")'),
        (put("E2", DAY.replace(hour=9)), "xlsx_cell", "E2", "2026-01-31"),
        (text("E11", "by_x0001_law"), "xlsx_cell", "E11", "control"),
        (text("F2", "by_x0000_law"), "xlsx_cell", "F2", "control"),
        (text("D3", "colour "), "xlsx_blank", "D3", "blank"),
        (text("A12", "R1 "), "xlsx_blank", "A12", "blank"),
        (text("D2", "SUM"), "xlsx_aggregation", "D2", "COLLECT"),
        (put("B11", "#DIV/0!"), "xlsx_cell", "B11", "#DIV/0!"),
        (lambda sheet: sheet.merge_cells("B11:B12"), "xlsx_merged", "B11", "B11:B12"),
        (hide, "xlsx_hidden", "C10", "column"),
        (hide_row, "xlsx_hidden", "A12", "row"),
        (hide_sheet, "xlsx_hidden", "", "sheet"),
        (text("A12", "R1"), "xlsx_twice", "A12", "A11"),
        (put("A12", None), "xlsx_rule", "A12", "number"),
        (text("C2", "BEST"), "xlsx_hit_policy", "C2", "UNIQUE"),
        (text("D2", "MEAN"), "xlsx_aggregation", "D2", "SUM"),
        (text("E2", "1st of May"), "xlsx_cell", "E2", "2026-01-01"),
        (text("A1", "Tabelle"), "xlsx_not_a_table", "A1", "table"),
        (put("A2", None), "xlsx_heading", "A2", "name"),
        (put("C1", None), "xlsx_heading", "C1", "property"),
        (text("B1", "table"), "xlsx_heading", "B1", "twice"),
        (text("A4", "sort"), "xlsx_heading", "A4", "sort"),
        (text("A4", "values"), "xlsx_heading", "A5", "twice"),
        (text("A10", "rows"), "xlsx_heading", "A3", "rule"),
        (text("A3", "label"), "xlsx_heading", "A3", "expression"),
        (text("B4", "money"), "xlsx_kind", "B4", "number"),
        (text("B6", "perhaps"), "xlsx_cell", "B6", "yes"),
        (put("B3", None), "xlsx_heading", "B3", "fact"),
        (put("D3", None), "xlsx_heading", "D3", "name"),
        (text("C10", "guess"), "xlsx_heading", "C10", "condition"),
        (text("G12", "left over"), "xlsx_heading", "G12", "heading"),
        (text("B12", '"many"'), "ill_typed", "B12", "rule R2, input loan.dpd_days"),
        (text("C12", '"suing"'), "ill_typed", "C12", '"none","sued"'),
        (text("D11", '"green"'), "ill_typed", "D11", '"red","blue"'),
        (text("D11", "90"), "ill_typed", "D11", "rule R1, output colour"),
        (text("B11", "> > 90"), "feel_syntax", "B11", "rule R1"),
        (text("B3", "loan.dpd_dayz"), "unknown_name", "B3", "loan.dpd_dayz"),
        (text("B4", "string"), "ill_typed", "B3", "declared a string"),
        (text("C5", "> 1"), "ill_typed", "C5", "allowed values"),
        (text("D7", "1 + 1"), "ill_typed", "D7", "default"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_sheet_and_cell(
    change: Callable[[Worksheet], Any], code: str, cell: str, word: str
) -> None:
    _, findings = told(edited(change))
    errors = [one for one in findings if one.severity == "error" and one.code == code]
    place = f"draft.xlsx, sheet colour, cell {cell}" if cell else "draft.xlsx, sheet colour"
    at = [one for one in errors if one.where == place or one.where.startswith(f"{place} (")]
    assert len(at) == 1, findings
    assert word in f"{at[0].message} {at[0].where} {at[0].mend}"
    assert at[0].mend or at[0].code in ("ill_typed", "feel_syntax", "unknown_name")


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    def change(sheet: Worksheet) -> None:
        text("B11", '"many"')(sheet)
        put("C11", "=1")(sheet)
        text("D12", "12")(sheet)
        text("C2", "BEST")(sheet)
        text("B12", '"few"')(sheet)

    _, findings = told(edited(change))
    cells = [one.where.partition("cell ")[2].split(" ")[0] for one in findings]
    assert sorted(cells) == ["B11", "B12", "C11", "C2", "D12"]


@pytest.mark.parametrize(
    ("value", "form", "taken"),
    [
        (90, None, "90"),
        (0.1, None, "0.1"),
        (0.5, numbers.FORMAT_PERCENTAGE, "0.5"),
        (91.0, None, "91"),
        (-1, None, "-1"),
        (1e16, None, "10000000000000000"),
    ],
)
def test_numbers_typed_as_numbers_are_taken_exactly_and_told(
    value: float, form: str | None, taken: str
) -> None:
    (sheet,), (finding,) = told(edited(put("B11", value, form)))
    assert sheet.table.rules[0].tests == (taken, "-")
    assert (finding.severity, finding.code) == ("warning", "xlsx_converted")
    assert finding.where == "draft.xlsx, sheet colour, cell B11"


def test_a_truth_value_and_a_date_of_the_header_are_taken() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B6"] = True
        sheet["E2"] = DAY

    (sheet,), findings = told(edited(change))
    assert sheet.table.inputs[0].required
    assert sheet.effective_from == date(2026, 1, 31)
    assert [one.code for one in findings] == ["xlsx_converted"]


def test_harmless_habits_change_nothing() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["A15"] = " "  # below the last rule
        sheet["B40"] = ""
        sheet["B12"] = None  # an empty condition is any value
        sheet["A10"] = "Rule"
        sheet["B10"] = "Condition"
        sheet["C2"] = "first"
        sheet["B6"] = "NO"
        sheet.row_dimensions[4].hidden = True  # folded away
        sheet.insert_rows(12)  # a blank line between rules

    (sheet,), findings = told(edited(change))
    assert findings == []
    assert sheet.table == replace(TABLE, where=sheet.where)


def test_a_comment_is_not_lost_silently() -> None:
    def change(sheet: Worksheet) -> None:
        sheet["B11"].comment = Comment("why 90?", "a reader")

    sheets, (finding,) = told(edited(change))
    assert len(sheets) == 1
    assert (finding.severity, finding.code, "B11" in finding.where) == ("warning", "xlsx_comment", True)


def test_two_sheets_with_one_table_are_refused() -> None:
    _, (finding,) = told(edited(lambda sheet: sheet.parent.copy_worksheet(sheet)))
    assert (finding.code, finding.where) == ("xlsx_twice", "draft.xlsx, sheet colour Copy, cell A2")


def test_a_workbook_without_a_table_says_so() -> None:
    target = io.BytesIO()
    Workbook().save(target)
    assert [one.code for one in read(target.getvalue(), "empty.xlsx")[1]] == ["xlsx_not_a_table"]


def test_a_collect_table_whose_aggregation_was_deleted_is_not_taken_for_a_list() -> None:
    table = replace(TABLE, hit_policy="C", aggregation="+", outputs=(Output("points", "number"),), rules=())
    book = load_workbook(io.BytesIO(write([Source(table)])))
    book["colour"]["D1"] = book["colour"]["D2"] = None
    target = io.BytesIO()
    book.save(target)
    (finding,) = [one for one in told(target.getvalue())[1] if one.severity == "error"]
    assert (finding.code, finding.where) == ("xlsx_heading", "draft.xlsx, sheet colour, cell A1")
    assert "aggregation" in finding.message


def test_words_in_chinese_alone_are_understood() -> None:
    def change(sheet: Worksheet) -> None:
        for cell, word in (
            ("A3", "表达式"),
            ("B6", "是"),
            ("C6", "否"),
            ("A9", "显示名：zh"),
            ("B10", "条件"),
        ):
            text(cell, word)(sheet)

    (sheet,), findings = told(edited(change))
    assert findings == []
    assert sheet.table.inputs[0].labels == {"zh": "逾期天数"}
    assert [one.required for one in sheet.table.inputs] == [True, False]


@pytest.mark.parametrize(
    ("condition", "is_wrong"),
    [
        ("> 1,000", True),  # a thousand, or above 1 or 0?
        ("[1,000..2,000]", True),
        ("30,100", True),
        ("30, 100", False),
        ("30,60", False),
        ("1.5,200", False),  # no thousands follow a point
        ("not(90,120)", True),
    ],
)
def test_a_comma_within_a_number_is_not_taken_for_two_numbers(condition: str, is_wrong: bool) -> None:
    found = [one for one in told(edited(text("B11", condition)))[1] if one.code == "xlsx_thousands"]
    assert [one.where for one in found] == ["draft.xlsx, sheet colour, cell B11"] * len(found)
    assert bool(found) == is_wrong


def test_a_comma_within_a_text_is_no_number() -> None:
    def change(sheet: Worksheet) -> None:
        text("C5", '"1,000","sued"')(sheet)
        text("C11", '"1,000"')(sheet)

    assert told(edited(change))[1] == []


def test_what_may_be_a_slip_is_asked_about() -> None:
    _, (finding,) = told(edited(put("D11", None)))
    assert (finding.severity, finding.code) == ("warning", "xlsx_empty")
    assert finding.where == "draft.xlsx, sheet colour, cell D11"
    _, (finding,) = told(edited(lambda sheet: sheet.delete_rows(11, 2)))
    assert (finding.severity, finding.code, finding.where[-3:]) == ("warning", "xlsx_no_rules", "A10")


def packed(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name.replace("__", "/"), part)
    return target.getvalue()


def far(sheet: Worksheet) -> None:
    sheet["XFD1048576"] = "x"


def repacked(change: Callable[[str, bytes], bytes | None]) -> bytes:
    """Give the workbook of TABLE with its parts changed; a part that becomes None is left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(write([Source(TABLE)]))) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return target.getvalue()


def merged(name: str, part: bytes) -> bytes:
    cells = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return part.replace(b"</sheetData>", cells) if name.endswith("sheet1.xml") else part


def strict(name: str, part: bytes) -> bytes:
    return part.replace(b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/")


def without_a_sheet(name: str, part: bytes) -> bytes | None:
    return None if name.endswith("sheet1.xml") else part


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"PK not a zip", "xlsx_unreadable"),
        (b"", "xlsx_unreadable"),
        (b"\xd0\xcf\x11\xe0 an old .xls", "xlsx_unreadable"),
        (packed(a=b"x"), "xlsx_unreadable"),
        (write([Source(TABLE)])[:-400], "xlsx_unreadable"),
        (packed(a=b"0" * 31_000_000), "xlsx_too_large"),
        (packed(**{f"p{i}": b"" for i in range(1_001)}), "xlsx_too_large"),
        (edited(far), "xlsx_too_large"),
        (repacked(merged), "xlsx_too_large"),
        (repacked(without_a_sheet), "xlsx_unreadable"),
        (repacked(strict), "xlsx_unreadable"),
        (packed(**{"x.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "xlsx_unreadable"),
    ],
    ids=[
        "no zip",
        "empty",
        "old",
        "no book",
        "cut off",
        "bomb",
        "parts",
        "far cell",
        "merged",
        "a sheet lost",
        "strict",
        "entities",
    ],
)
def test_a_file_that_is_none_or_too_large_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(data, "sent.xlsx")
    assert caught.value.code == code
    assert caught.value.where.startswith("sent.xlsx")
    assert caught.value.mend

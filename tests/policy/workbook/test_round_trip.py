"""Tables go to Excel and come back as they were; no cell can become a formula."""

from __future__ import annotations

import io
import zipfile
from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from postloan.errors import PolicyError
from postloan.policy import pack
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.workbook import Source, read, write

PITFALLS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "= 3", "-", "None", "null", "1.0", "1e5", "TRUE", "true", "#N/A",
    'date("2026-01-01")', '"red","blue"', "not(> 90)", "_x000D_", "_x005F_", "x005F_", "_x005F_x000D_",
    "a\nb", "a\r\nb", "\ta", " a ", "<b>&amp;", "逾期 > 90 天", "𠮷", "\u200f", '{"a":1}', "2026-01-01",
    "a" * 3000, "'quoted",
]  # fmt: skip
anything = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
texts = st.one_of(st.sampled_from(PITFALLS), anything)
kinds = st.sampled_from(["number", "string", "boolean", "date", "any"])
labels = st.dictionaries(st.sampled_from(["en", "zh", "de"]), texts, max_size=2)
maybe = st.one_of(st.just(""), texts)


def condition(text: str) -> str:
    """A condition that is blank says nothing: `-`."""
    return text if text.strip() else "-"


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    inputs = draw(
        st.lists(
            st.builds(Input, texts.filter(str.strip), kinds, maybe, labels, maybe, st.booleans()), max_size=3
        )
    )
    outputs = draw(
        st.lists(
            st.builds(Output, texts.filter(str.strip), kinds, maybe, labels, maybe, maybe),
            min_size=1,
            max_size=2,
        )
    )
    notes = draw(st.lists(texts, max_size=2))
    ids = draw(st.lists(texts.filter(str.strip), max_size=4, unique=True))
    rules = tuple(
        Rule(
            identity,
            tuple(condition(draw(texts)) for _ in inputs),
            tuple(draw(maybe) for _ in outputs),
            tuple(draw(maybe) for _ in notes),
        )
        for identity in ids
    )
    return DecisionTable(
        id=draw(texts.filter(str.strip)),
        name=draw(texts),
        hit_policy=draw(st.sampled_from("UAPFROC")),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        rules=rules,
        aggregation=draw(st.sampled_from(["", "+", "<", ">", "#"])),
        annotations=tuple(notes),
        variables=draw(st.dictionaries(texts, kinds, max_size=2)),
        labels=draw(labels),
        overrides=draw(maybe),
        reference=draw(maybe),
        owner=draw(maybe),
        reviewed_on=draw(st.none() | st.dates()),
        status=draw(maybe),
    )


def there_and_back(*sources: Source) -> list[Source]:
    sheets, findings = read(write(sources), "file.xlsx")
    assert findings == []
    return [Source(replace(one.table, where=""), one.effective_from) for one in sheets]


@settings(max_examples=150, deadline=None)
@given(table=tables(), day=st.one_of(st.none(), st.dates()))
def test_nothing_is_lost_there_and_back(table: DecisionTable, day: date | None) -> None:
    assert there_and_back(Source(table, day)) == [Source(table, day)]


@pytest.mark.parametrize(("last", "comes_back"), [(0xE007, True), (0xF8FE, True), (0xF8FF, False)])
def test_characters_for_private_use_come_back_unless_all_are_used(last: int, *, comes_back: bool) -> None:
    table = one_rule("= 3", status="".join(map(chr, range(0xE000, last + 1))))
    if comes_back:
        assert there_and_back(Source(table)) == [Source(table)]
    else:
        with pytest.raises(PolicyError, match="private use"):
            there_and_back(Source(table))


@pytest.mark.parametrize("text", PITFALLS)
def test_a_cell_stays_the_text_it_was(text: str) -> None:
    table = one_rule(condition(text))
    data = write([Source(table)])
    assert there_and_back(Source(table)) == [Source(table)]
    sheet = load_workbook(io.BytesIO(data))["t"]
    kinds_of_cells = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds_of_cells == {"s"}
    filled = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert all(cell.quotePrefix and cell.number_format == "@" for cell in filled)


def one_rule(test: str, entry: str = '"red"', **more: object) -> DecisionTable:
    rules = (Rule("R1", (test,), (entry,)),)
    inputs, outputs = (Input("loan.dpd_days", "number"),), (Output("colour", "string"),)
    return replace(DecisionTable("t", "T", "F", inputs, outputs, rules), **more)


def test_no_part_of_the_file_holds_a_formula() -> None:
    data = write([Source(one_rule("= 3", "=cmd|' /C calc'!A0"))])
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        sheets = [packed.read(name) for name in packed.namelist() if name.startswith("xl/worksheets/")]
    assert sheets
    assert not any(b"<f>" in part or b"<f " in part for part in sheets)


def test_every_field_of_a_table_has_a_place_on_the_sheet() -> None:
    """A field that is added to the model must be added to the sheet, or it would be lost."""
    told = {kind: {one.name for one in fields(kind)} for kind in (DecisionTable, Input, Output, Rule)}
    assert told == {
        DecisionTable: {
            "id", "name", "hit_policy", "inputs", "outputs", "rules", "aggregation", "annotations",
            "variables", "sha256", "where", "labels", "overrides",
            "reference", "owner", "reviewed_on", "status",
        },
        Input: {"expression", "kind", "label", "labels", "allowed", "required"},
        Output: {"name", "kind", "label", "labels", "values", "default"},
        Rule: {"id", "tests", "entries", "annotations"},
    }  # fmt: skip


def test_shipped_tables_come_back() -> None:
    policy = pack.load("cn_rural").as_of(date(2026, 11, 20))
    sources = [
        Source(replace(policy.table(name), sha256="", where=""), date(1900, 1, 1)) for name in policy.tables
    ]
    assert there_and_back(*sources) == sources


def test_notes_that_a_rule_lacks_come_back_empty_and_those_without_a_name_are_kept() -> None:
    short, long = Rule("a", ("-",), ("1",), ("x",)), Rule("b", ("-",), ("2",), ("x", "y", "z"))
    table = one_rule("-", annotations=("n", "m"), rules=(short, long))
    ((back),) = there_and_back(Source(table))
    assert [rule.annotations for rule in back.table.rules] == [("x", "", ""), ("x", "y", "z")]
    assert back.table.annotations == ("n", "m", "")


def test_sheet_names_fit_excel_and_differ() -> None:
    names = ["a" * 40, "a" * 41, "legend", "Lists", "x/y:z?", "X_Y_Z_", "history", "'q'"]
    sources = [Source(replace(one_rule("-"), id=name)) for name in names]
    book = load_workbook(io.BytesIO(write(sources)))
    titles = book.sheetnames[: len(names)]
    assert titles[:3] == ["a" * 31, "a" * 29 + "_2", "legend_2"]
    assert len({title.casefold() for title in book.sheetnames}) == len(book.sheetnames)
    assert all(len(title) <= 31 and not set("[]:*?/\\") & set(title) for title in titles)
    assert [one.table.id for one in there_and_back(*sources)] == names


@pytest.mark.parametrize(("length", "fits"), [(32_767, True), (32_768, False)])
def test_a_text_longer_than_a_cell_is_refused_not_cut(length: int, fits: bool) -> None:
    table = one_rule("-", '"' + "a" * (length - 2) + '"')
    if fits:
        assert there_and_back(Source(table)) == [Source(table)]
        return
    with pytest.raises(PolicyError) as caught:
        write([Source(table)])
    assert caught.value.code == "xlsx_too_long"
    assert "rule R1, column 3" in caught.value.where


def test_the_sheet_helps_who_fills_it_in() -> None:
    inputs = (Input("loan.suit_status", "string", allowed='"none", "sued"'), Input("loan.dpd_days", "number"))
    rules = (Rule("R1", ('"sued"', "> 90"), ('"red"',)),)
    outputs = (Output("colour", "string", values='"red", "blue"'),)
    book = load_workbook(
        io.BytesIO(write([Source(DecisionTable("t", "T", "F", inputs, outputs, rules))], "p-1"))
    )
    sheet, lists = book["t"], book["lists"]
    assert sheet.freeze_panes == "B10"
    offered = {
        str(rule.sqref).partition(":")[0]: [cell.value for (cell,) in lists[rule.formula1.partition("!")[2]]]
        for rule in sheet.data_validations.dataValidation
    }
    assert offered["C2"] == ["UNIQUE", "ANY", "PRIORITY", "FIRST", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
    assert offered["B10"] == ['"none"', '"sued"', "-"]
    assert offered["D10"] == ['"red"', '"blue"']
    assert "C10" not in offered
    assert sheet["B10"].alignment.wrap_text
    legend = [cell.value for row in book["legend"].iter_rows() for cell in row]
    assert {"p-1", "UNIQUE", "English", "中文"} <= set(legend)

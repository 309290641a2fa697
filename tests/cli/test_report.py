"""`report` as people and programs call it: formats, width of the screen, errors that say which days exist."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from postloan.cli.text import width
from postloan.engine import open_engine
from tests.reports.conftest import AFTER, BEFORE, FIRST, LAST, PACK
from tests.reports.test_clocks import CLOCKS
from tests.reports.test_workload import MEASURES
from tests.run.made_store import made_run

KINDS = ("migration", "workload", "clocks", "provisions")


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reported")
    with open_engine(threads=1, scratch=folder / "scratch") as engine:
        made_run(engine, folder / "store", FIRST, loan_state=BEFORE)
        made_run(engine, folder / "store", LAST, loan_state=AFTER, measure_due=MEASURES, clock=CLOCKS)
    return folder / "store"


@pytest.fixture(scope="module")
def policy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy") / "small"
    for name, text in PACK.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_screen_of_eighty_columns_holds_it(call, store, policy, monkeypatch, kind, lang):
    monkeypatch.setenv("COLUMNS", "80")
    more = ["--from", FIRST] if kind == "provisions" else []
    told = call("report", store, kind, "--policy", policy, "--lang", lang, *more)
    assert (told.code, told.err) == (0, "")
    assert max(map(width, told.out.splitlines())) <= 80
    unnamed = ("debt_limitation", "guarantee_period")  # the pack of the test names no clocks
    words = [word for word in told.out.split() if "_" in word and word not in unnamed]
    words = [word for word in words if not word.startswith("cn_rural-")]  # the run's policy, which is told
    assert not words, "codes stand where words should"


def test_the_answer_comes_first(call, store, policy, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    told = call("report", store, "workload", "--policy", policy, "--date", LAST)
    assert told.out.splitlines()[:2] == [
        "Workload, 2026-02-27",
        "Open duties: 5, of which 1 overdue and 2 due within seven days; hours they cost: 4.0.",
    ]


def test_json_holds_codes_and_exact_amounts(call, store, policy):
    told = call("report", store, "migration", "--policy", policy, "--json")
    assert '"closing": 220.00' in told.out
    document = told.json
    assert (document["report"], document["from"], document["date"]) == ("migration", FIRST, LAST)
    assert document["five_loans"][-1]["total"] == 9
    assert sum(row["loans"] for row in document["moves"]) == 9


def test_csv_is_one_tidy_table(call, store, policy):
    told = call("report", store, "provisions", "--policy", policy, "--date", FIRST, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(told.out)))
    assert {row["level"]: row["provision"] for row in rows if row["level"]} == {
        "03": "13.50",
        "04": "9.00",
        "06": "120.00",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_excel_holds_numbers_that_can_be_summed(call, store, policy, tmp_path, kind):
    file = tmp_path / "report.xlsx"
    told = call("report", store, kind, "--policy", policy, "--out", file, "--lang", "zh")
    assert told.out.strip() == str(file)
    book = load_workbook(file)
    assert book.sheetnames[0] == kind
    numbers = [
        cell
        for sheet in book.worksheets[1:]
        for row in sheet.iter_rows(min_row=2)
        for cell in row
        if cell.number_format.startswith("#,##0") and cell.value is not None
    ]
    assert numbers
    assert {cell.data_type for cell in numbers} == {"n"}
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_excel_amounts_are_those_of_the_screen(call, store, policy, tmp_path):
    file = tmp_path / "report.xlsx"
    call("report", store, "migration", "--policy", policy, "--out", file)
    sheet = load_workbook(file)["five_amounts_CNY"]
    heads = [cell.value for cell in sheet[1]]
    last = dict(zip(heads, [cell.value for cell in sheet[sheet.max_row]], strict=True))
    assert (last["from / to"], Decimal(str(last["normal"]))) == ("total", Decimal(1060))


def test_a_book_is_looked_at_without_a_store(call, house, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    told = call("report", house.book, "book", "--date", "2024-06-20", "--months", 6, "--lang", "zh")
    assert (told.code, told.err) == (0, "")
    assert max(map(width, told.out.splitlines())) <= 80
    # L1 owes since 10 March, so at the end of May it is 82 days past due.
    assert "有多少贷款逾期？2024-05 逾期 50.0%，其中逾期 90 天以上 0.0%" in told.out
    assert "中国农村商业银行，2024年末" in told.out
    assert "无法计量：流水不足十二个完整月份。" in told.out


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (["migration", "--months", "3"], "usage", "postloan report --help"),
        (["migration", "--date", "2026-02-01"], "unknown_day", f"there are {FIRST}, {LAST}"),
        (["migration", "--date", FIRST], "no_earlier_day", "run an earlier or a later day"),
        (["migration", "--from", "2026-01-31"], "unknown_day", f"the nearest is {FIRST}"),
        (["migration", "--from", LAST], "days_reversed", "before --date"),
        (["clocks", "--from", FIRST], "usage", "postloan report --help"),
        (["migration", "--by", "role"], "usage", "postloan report --help"),
        (["workload", "--hours-a-day", "25"], "usage", "postloan report --help"),
        (["provisions", "--format", "csv"], "usage", "postloan report --help"),
        (["weather"], "usage", "postloan report --help"),
    ],
)
def test_what_cannot_be_told_is_said_with_what_can(call, store, args, code, says):
    told = call("report", store, *args, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code
    assert says in told.json["error"]["mend"]


@pytest.mark.parametrize("ending", ["xls", "pdf"])
def test_an_ending_that_stands_for_no_format_writes_nothing(call, store, tmp_path, ending):
    file = tmp_path / f"report.{ending}"
    told = call("report", store, "clocks", "--out", file)
    assert (told.code, file.exists()) == (2, False)
    assert f"no format goes by the ending .{ending}" in told.err
    told = call("policy", "rules", "in_rbi", "--out", file)
    assert (told.code, file.exists()) == (2, False)


def test_an_ending_may_be_in_capitals(call, store, policy, tmp_path):
    file = tmp_path / "REPORT.XLSX"
    call("report", store, "provisions", "--policy", policy, "--out", file)
    assert load_workbook(file).sheetnames[0] == "provisions"


def test_a_store_without_a_run_says_so(call, tmp_path):
    told = call("report", tmp_path / "nothing", "workload", "--json")
    assert told.json["error"]["code"] == "no_run_yet"
    assert not (tmp_path / "nothing").exists()


def test_a_text_file_holds_what_the_screen_shows_without_its_styling(call, store, policy, tmp_path):
    file = tmp_path / "work.txt"
    call("report", store, "workload", "--policy", policy, "--lang", "zh", "--out", file)
    text = file.read_text(encoding="utf-8")
    assert text.startswith("贷后工作量 2026-02-27\n未办结事项 5 项")
    assert "\x1b" not in text


def test_a_table_wider_than_the_screen_goes_on_below_with_its_rows_named_again(
    call, store, policy, monkeypatch
):
    monkeypatch.setenv("COLUMNS", "60")
    told = call("report", store, "migration", "--policy", policy)
    assert max(map(width, told.out.splitlines())) <= 60
    matrix = told.out.partition("Five levels, number of loans")[2].partition("Five levels, balance")[0]
    assert matrix.count("\nsubstandard ") == 2
    assert matrix.count("\ntotal ") == 2

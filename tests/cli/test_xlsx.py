"""Tables to Excel and back by the command line: nothing is written while anything is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from postloan.policy import pack

SHIPPED = Path(pack.__file__).parents[1] / "packs" / "cn_rural" / "tables"


@pytest.fixture
def workbook(call, tmp_path):
    """Give a workbook of the shipped colour table."""
    file = tmp_path / "colour.xlsx"
    assert call("policy", "export-xlsx", "cn_rural", file, "--table", "colour").code == 0
    return file


def change(file, **cells):
    book = load_workbook(file)
    for cell, value in cells.items():
        book["colour"][cell] = value
        book["colour"][cell].data_type = "s"
    book.save(file)


@pytest.fixture
def own_pack(tmp_path):
    folder = tmp_path / "our_bank"
    folder.mkdir()
    (folder / "pack.yaml").write_text("id: our_bank\nextends: cn_rural\n", encoding="utf-8")
    return folder


def test_all_tables_come_back_byte_for_byte(call, tmp_path):
    told = call("policy", "export-xlsx", "cn_rural", tmp_path / "all.xlsx", "--json").json
    assert len(told["tables"]) == len(list(SHIPPED.iterdir()))
    assert call("policy", "import-xlsx", tmp_path / "all.xlsx", tmp_path / "out").code == 0
    for path in SHIPPED.glob("*/*"):
        assert (tmp_path / "out" / path.relative_to(SHIPPED)).read_bytes() == path.read_bytes()


def test_every_error_is_told_and_nothing_is_written(call, tmp_path, workbook):
    change(workbook, B11='"many"', C12="> > 1")
    told = call("policy", "import-xlsx", workbook, tmp_path / "out", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "xlsx_refused")
    assert ["cell B11" in told.json["findings"][0]["where"], "cell C12" in told.json["findings"][1]["where"]]
    spoken = call("policy", "import-xlsx", workbook, tmp_path / "out", "--lang", "zh")
    assert (spoken.code, spoken.out) == (2, "")
    assert "工作簿有 2 处错误" in spoken.err
    assert not (tmp_path / "out").exists()


def test_a_table_of_the_pack_below_is_replaced_with_a_reason_only(call, workbook, own_pack):
    into = ("policy", "import-xlsx", workbook, "--into", own_pack, "--effective-from", "2027-01-01", "--json")
    told = call(*into)
    (finding,) = told.json["findings"]
    assert (told.code, finding["code"]) == (2, "override_unexplained")
    assert finding["where"] == "colour.xlsx, sheet colour, cell F2"
    change(workbook, F2="two blue are yellow")
    assert call(*into).json["tables"][0]["state"] == "new"
    written = own_pack / "tables" / "colour" / "2027-01-01.dmn"
    assert written.with_suffix(".md").is_file()
    assert pack.load(own_pack).versions["table"]["colour"][-1].overrides == "two blue are yellow"


def test_a_version_that_stands_is_replaced_on_demand_only(call, tmp_path, workbook):
    again = ("policy", "import-xlsx", workbook, tmp_path / "out", "--json")
    assert call(*again).json["tables"][0]["state"] == "new"
    assert call(*again).json["tables"][0]["state"] == "same"
    change(workbook, B11=">= 2")
    assert call(*again).json["findings"][0]["code"] == "xlsx_stands_already"
    assert call(*again, "--replace", "--dry-run").json == {
        "file": str(workbook),
        "written": False,
        "tables": [
            {
                "table": "colour",
                "sheet": "colour",
                "path": str(tmp_path / "out" / "colour" / "1900-01-01.dmn"),
                "state": "changed",
            }
        ],
        "findings": [],
    }
    assert call(*again, "--replace").json["written"]
    assert call(*again).json["tables"][0]["state"] == "same"


@pytest.mark.parametrize(
    ("cells", "code", "cell"),
    [
        ({"A2": "../../colour"}, "xlsx_table_name", "A2"),
        ({"A2": 300 * "x"}, "xlsx_table_name", "A2"),
        ({"E2": ""}, "xlsx_no_date", "E2"),
    ],
)
def test_a_table_needs_a_name_and_a_day(call, tmp_path, workbook, cells, code, cell):
    change(workbook, **cells)
    (finding,) = call("policy", "import-xlsx", workbook, tmp_path / "out", "--json").json["findings"]
    assert (finding["code"], finding["where"]) == (code, f"colour.xlsx, sheet colour, cell {cell}")
    assert not (tmp_path / "out").exists()


def test_blanks_and_line_ends_of_a_sheet_leave_a_canonical_file(call, tmp_path, workbook, own_pack):
    change(workbook, F2="ours", H11='"red" ', J11="by_x000D_\nlaw")
    assert call("policy", "import-xlsx", workbook, "--into", own_pack).code == 0
    assert "not_canonical" not in call("policy", "check", own_pack).out


def test_what_cannot_be_asked_for_is_said(call, tmp_path, workbook):
    told = call("policy", "export-xlsx", "cn_rural", tmp_path / "a.xlsx", "--table", "colours", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "unknown_table")
    told = call("policy", "export-xlsx", "cn_rural", tmp_path / "none" / "a.xlsx", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "unknown_folder")
    told = call("policy", "export-xlsx", "cn_rural", tmp_path / "a.xlsx", "--as-of", "1899-12-31", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "not_in_force")
    assert call("policy", "import-xlsx", workbook, "--json").json["error"]["code"] == "usage"
    (tmp_path / "colour").write_text("no folder")
    told = call("policy", "import-xlsx", workbook, tmp_path, "--json")
    assert (told.code, told.json["findings"][0]["code"]) == (2, "xlsx_no_folder")
    (tmp_path / "no.xlsx").write_text("no")
    told = call("policy", "import-xlsx", tmp_path / "no.xlsx", tmp_path, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "xlsx_unreadable")

"""`policy verify`: what it finds in packs and lone files, in words, as JSON, and by its exit code."""

from __future__ import annotations

import pytest

from postloan.policy import dmn
from postloan.policy.model import DecisionTable, Input, Output, Rule

RULES = [("> 90", '"red"'), ("> 30", '"orange"')]


def written(folder, policy, rules=RULES, *, expression="days"):
    """Write a table with one column of days to a file."""
    table = DecisionTable(
        "arrears",
        "Arrears",
        policy,
        (Input(expression, "number", required=True, labels={"zh": "天数"}),),
        (Output("colour", "string"),),
        tuple(Rule(f"R{i}", (test,), (entry,)) for i, (test, entry) in enumerate(rules, 1)),
    )
    path = folder / "arrears.dmn"
    path.write_bytes(dmn.write([table]))
    return path


def test_an_overlap_under_unique_is_an_error(call, tmp_path):
    told = call("policy", "verify", written(tmp_path, "U"), "--json")
    assert (told.code, told.json["errors"]) == (1, 1)
    (table,) = told.json["tables"]
    assert (table["table"], table["hit_policy"], table["rules"]) == ("arrears", "U", 2)
    found = {one["code"]: one for one in table["findings"]}
    assert set(found) == {"gap", "overlap"}
    assert found["gap"]["box"] == {"days": "<= 30"}
    overlap = found["overlap"]
    assert (overlap["severity"], overlap["rules"], overlap["example"]) == (
        "error",
        ["R1", "R2"],
        {"days": 91},
    )


def test_a_gap_is_a_warning_and_shows_its_box_and_an_example(call, tmp_path):
    spoken = call("policy", "verify", written(tmp_path, "F"))
    assert spoken.code == 0
    assert "No rule covers days <= 30." in spoken.out
    assert "example: days 29" in spoken.out
    assert "tables 1, errors 0, warnings 1" in spoken.out


def test_it_speaks_chinese(call, tmp_path):
    told = call("policy", "verify", written(tmp_path, "U"), "--lang", "zh")
    assert "错误 重叠: 规则 R1 与 R2 同时成立：天数 days > 90，结论不同。" in told.out
    assert "没有规则覆盖：天数 days <= 30。" in told.out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    ("policy", "rules", "word"),
    [
        ("F", [("> 30", '"red"'), ("> 90", '"blue"')], ("never wins", "永不生效")),
        ("F", [("[9..1]", '"red"'), ("-", '"blue"')], ("can never hold", "无法成立")),
        ("F", [("> 30", '"red"'), ("-", '"red"')], ("answers the same as R2", "R2 结论相同")),
        ("F", [("-", '"red"')], ("decides nothing", "不起作用")),
        ("F", [("> today().year", '"red"'), ("-", '"blue"')], ("not decided", "未定")),
    ],
)
def test_each_kind_has_words(call, tmp_path, lang, policy, rules, word):
    told = call("policy", "verify", written(tmp_path, policy, rules), "--lang", lang)
    assert word[lang == "zh"] in told.out


def test_the_shipped_tables_have_no_error(call):
    told = call("policy", "verify", "cn_rural", "--json")
    assert (told.code, told.json["errors"]) == (0, 0)
    assert len(told.json["tables"]) >= 11


def test_one_table_of_a_pack_on_a_date(call):
    told = call("policy", "verify", "cn_rural", "--table", "colour", "--as-of", "2026-01-01", "--json")
    assert [one["table"] for one in told.json["tables"]] == ["colour"]


def test_a_table_that_cannot_be_used_is_an_error_that_names_the_cell(call, tmp_path):
    told = call("policy", "verify", written(tmp_path, "F", [('"word"', '"red"')]), "--json")
    (found,) = told.json["tables"][0]["findings"]
    assert (told.code, found["code"]) == (1, "ill_typed")
    assert "rule R1, input days" in found["where"]


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nowhere.dmn"], "unknown_file"),
        (["nowhere"], "unknown_pack"),
        (["cn_rural", "--table", "colours"], "unknown_table"),
    ],
)
def test_what_is_not_there_is_named(call, args, code):
    told = call("policy", "verify", *args, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)


def test_a_file_without_a_table_is_refused(call, tmp_path):
    path = tmp_path / "empty.dmn"
    path.write_text('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>')
    told = call("policy", "verify", path, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "dmn_syntax")

"""`policy test` and `policy mutate`: cases of a pack, what they reach, and what they notice."""

from __future__ import annotations

import pytest

from postloan.policy import dmn
from postloan.policy.model import DecisionTable, Input, Output, Rule

CASES = """\
- {case: long past due, table: colours, given: {loan.dpd_days: 91}, expect: [{rule_id: R1, colour: red}]}
- {case: not yet, table: colours, given: {loan.dpd_days: 90}, expect: []}
"""


@pytest.fixture
def pack(tmp_path):
    """Give a bank's pack with one table and two cases that stand at its threshold."""
    rules = (Rule("R1", ("> 90",), ('"red"',)),)
    inputs, outputs = (Input("loan.dpd_days", "number"),), (Output("colour", "string"),)
    table = DecisionTable("colours", "colours", "F", inputs, outputs, rules)
    folder = tmp_path / "our_bank"
    (folder / "tables" / "colours").mkdir(parents=True)
    (folder / "cases").mkdir()
    (folder / "pack.yaml").write_text("id: our_bank\ncurrency: CNY\n", encoding="utf-8")
    (folder / "tables" / "colours" / "2020-01-01.dmn").write_bytes(dmn.write([table]))
    (folder / "cases" / "colours.yaml").write_text(CASES, encoding="utf-8")
    return folder


def test_cases_that_hold_end_with_0_and_show_what_they_reach(call, pack):
    told = call("policy", "test", pack, "--json")
    assert told.code == 0
    assert (told.json["cases"], told.json["failed"], told.json["failures"]) == (2, 0, [])
    assert told.json["tables"][0]["rules"] == {"R1": "hit"}
    spoken = call("policy", "test", pack)
    assert spoken.code == 0
    assert "our_bank: 2 cases, 0 failed; 1 of 1 rules and grades hit" in spoken.out
    assert "our_bank：案例 2 个" in call("policy", "test", pack, "--lang", "zh").out


def test_a_case_that_fails_ends_with_1_and_says_what_decided(call, pack):
    (pack / "cases" / "colours.yaml").write_text(CASES.replace("90}", "91}"), encoding="utf-8")
    told = call("policy", "test", pack, "--json")
    assert told.code == 1
    (failure,) = told.json["failures"]
    assert (failure["code"], failure["where"]) == ("case_failed", "our_bank/cases/colours.yaml, case 2")
    assert (failure["expected"], failure["got"]) == ("no rule", 'R1 with colour "red"')
    assert failure["conditions"] == ["R1: loan.dpd_days is 91, the rule asks > 90"]
    spoken = call("policy", "test", pack)
    assert spoken.code == 1
    assert "why: R1: loan.dpd_days is 91, the rule asks > 90" in spoken.out
    assert spoken.out.index("failed") < spoken.out.index("Coverage")


def test_the_compiled_path_can_be_asked_for(call, pack):
    assert call("policy", "test", pack, "--columns", "--table", "colours", "--json").json["failed"] == 0


def test_a_pack_without_cases_is_told_where_to_write_them(call, pack):
    (pack / "cases" / "colours.yaml").write_text("", encoding="utf-8")
    told = call("policy", "test", pack)
    assert told.code == 0
    assert "write them into our_bank/cases" in told.out
    assert "not hit" in told.out


@pytest.mark.parametrize("command", ["test", "mutate"])
def test_a_table_or_signal_that_is_not_there_could_not_be_tried(call, pack, command):
    told = call("policy", command, pack, "--table", "colour", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "unknown_table")
    assert "colours" in told.json["error"]["mend"]
    told = call("policy", command, pack, "--signal", "REP01", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "unknown_signal")


def test_changes_that_no_case_notices_are_listed_with_a_case_that_would(call, pack):
    told = call("policy", "mutate", pack, "--json")
    assert told.code == 1
    (subject,) = told.json["subjects"]
    places = {(one["kind"], one["after"]) for one in subject["survived"]}
    assert places == {("value", "> 90, null"), ("date", "2019-12-31"), ("date", "2020-01-02")}
    assert told.json["killed"] + told.json["survived"] + told.json["equivalent"] == told.json["mutants"]
    spoken = call("policy", "mutate", pack)
    assert spoken.code == 1
    assert "survived table colours, rule R1, input loan.dpd_days: > 90 became > 90, null" in spoken.out
    assert "add: {case:" in spoken.out
    assert call("policy", "mutate", pack, "--at-least", 50).code == 0
    assert "未被发现" in call("policy", "mutate", pack, "--lang", "zh").out


def test_cases_that_fail_are_mended_before_anything_is_changed(call, pack):
    (pack / "cases" / "colours.yaml").write_text(CASES.replace("90}", "91}"), encoding="utf-8")
    told = call("policy", "mutate", pack, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "cases_fail")
    assert told.json["error"]["where"] == "our_bank/cases/colours.yaml, case 2"


@pytest.mark.parametrize("command", ["test", "mutate"])
def test_help_shows_an_example(call, command):
    told = call("policy", command, "--help")
    assert told.code == 0
    assert f"postloan policy {command}" in told.out

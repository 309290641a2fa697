"""`policy diff`: packs, dates of a pack and lone files, in words, as JSON, and by its exit code."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.policy import dmn
from postloan.policy.model import DecisionTable, Input, Output, Rule

PACK = "id: our_bank\nextends: cn_rural\ncurrency: CNY\nname: {en: Our bank}\n"
SIGNAL = """\
- code: REP05
  name: {en: Early arrears}
  family: repayment
  subject: loan
  fact: loan.dpd_days
  grades: {red: ">= 46"}
  effective_from: 2025-01-01
  overrides: stricter
"""


def written(path, bound, *, colour="red", name="late_days"):
    """Write a table with one column of days to a file."""
    rules = (Rule("late", (f"> {bound}",), (f'"{colour}"',)), Rule("rest", ("-",), ('"blue"',)))
    days = Input("days", "number", required=True)
    table = DecisionTable(name, name, "F", (days,), (Output("colour", "string"),), rules)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dmn.write([table]))
    return path


@pytest.fixture
def pack(tmp_path):
    """Give the folder of a bank's own pack with a stricter signal and a table in two versions."""
    folder = tmp_path / "our_bank"
    (folder / "signals").mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK + "variables: {days: integer}\n", encoding="utf-8")
    (folder / "signals" / "own.yaml").write_text(SIGNAL, encoding="utf-8")
    written(folder / "tables" / "late_days" / "2026-01-01.dmn", 90)
    written(folder / "tables" / "late_days" / "2027-01-01.dmn", 60)
    return folder


def test_two_files_by_rule_and_by_meaning(call, tmp_path):
    old, new = written(tmp_path / "old.dmn", 90), written(tmp_path / "new.dmn", 60)
    told = call("policy", "diff", old, new, "--json")
    (one,) = told.json["differences"]
    assert (told.code, one["kind"], one["key"], one["what"]) == (0, "table", "late_days", "changed")
    (rule,) = one["table"]["by_rule"]["rules"]
    assert (rule["id"], rule["cells"]) == ("late", [{"what": "days", "old": "> 90", "new": "> 60"}])
    meaning = one["table"]["by_meaning"]
    (change,) = meaning["changes"]
    assert (meaning["decided"], change["box"], change["example"]) == (
        True,
        {"days": "(60..90]"},
        {"days": 61},
    )
    assert (change["old"]["rows"], change["new"]["rows"]) == ([{"colour": "blue"}], [{"colour": "red"}])


def test_it_says_what_changed_side_by_side(call, tmp_path):
    told = call("policy", "diff", written(tmp_path / "old.dmn", 90), written(tmp_path / "new.dmn", 60))
    assert "days: > 90 → > 60" in told.out
    assert "days in (60..90]: colour blue → red" in told.out
    assert "example: days 61" in told.out


def test_equal_in_meaning_is_said(call, tmp_path):
    old, new = written(tmp_path / "old.dmn", 90), written(tmp_path / "new.dmn", Decimal("90.0"))
    assert "no input gets another outcome" in call("policy", "diff", old, new).out
    assert "没有任何输入的结论改变" in call("policy", "diff", old, new, "--lang", "zh").out


@pytest.mark.parametrize(("bound", "code"), [(90, 0), (60, 1)])
def test_the_exit_code_tells_a_difference_where_asked(call, tmp_path, bound, code):
    old, new = written(tmp_path / "old.dmn", 90), written(tmp_path / "new.dmn", bound)
    assert call("policy", "diff", old, new, "--exit-code").code == code
    assert call("policy", "diff", old, new).code == 0


def test_packs_entry_by_entry(call, pack):
    told = call("policy", "diff", "cn_rural", pack, "--json")
    found = {(one["kind"], one["key"]): one for one in told.json["differences"]}
    assert set(found) == {("table", "late_days"), ("signal", "REP05"), ("settings", "")}
    signal = found["signal", "REP05"]
    assert (signal["what"], signal["old_from"], signal["new_from"]) == (
        "replaced",
        "1900-01-01",
        "2025-01-01",
    )
    assert [one["box"] for one in signal["meaning"]["changes"]] == [{"loan.dpd_days": "[46..61)"}]
    spoken = call("policy", "diff", "cn_rural", pack)
    assert "loan.dpd_days in [46..61): no colour → colour red" in spoken.out
    assert "无预警 → colour red" in call("policy", "diff", "cn_rural", pack, "--lang", "zh").out


def test_two_dates_of_one_pack(call, pack):
    told = call("policy", "diff", f"{pack}@2026-12-31", f"{pack}@2027-01-01", "--json")
    (one,) = told.json["differences"]
    assert (one["key"], one["what"], one["new_from"]) == ("late_days", "replaced", "2027-01-01")
    assert (
        call("policy", "diff", f"{pack}@2026-06-01", f"{pack}@2026-12-31", "--json").json["differences"] == []
    )


def test_a_draft_against_the_table_in_force(call, pack, tmp_path):
    draft = written(tmp_path / "draft.dmn", 30, name="some_id")
    told = call("policy", "diff", pack, draft, "--table", "late_days", "--json")
    (one,) = told.json["differences"]
    assert one["table"]["by_meaning"]["changes"][0]["box"] == {"days": "(30..60]"}
    dated = call("policy", "diff", f"{pack}@2026-06-01", draft, "--table", "late_days", "--json")
    assert dated.json["differences"][0]["table"]["by_meaning"]["changes"][0]["box"] == {"days": "(30..90]"}


def test_files_with_several_tables(call, tmp_path):
    one = dmn.read(written(tmp_path / "one.dmn", 90).read_bytes())
    two = dmn.read(written(tmp_path / "two.dmn", 90, name="other").read_bytes())
    (tmp_path / "both.dmn").write_bytes(dmn.write([*one, *two]))
    (tmp_path / "more.dmn").write_bytes(
        dmn.write([*one, *dmn.read(written(tmp_path / "x.dmn", 1, name="x").read_bytes())])
    )
    told = call("policy", "diff", tmp_path / "both.dmn", tmp_path / "more.dmn", "--json")
    assert [(entry["key"], entry["what"]) for entry in told.json["differences"]] == [
        ("other", "removed"),
        ("x", "added"),
    ]


def test_a_table_that_cannot_be_used_is_said_to_be_undecided(call, tmp_path):
    old, new = written(tmp_path / "old.dmn", 90), written(tmp_path / "new.dmn", '"word"')
    told = call("policy", "diff", old, new, "--json")
    found = told.json["differences"][0]["table"]["by_meaning"]
    assert (told.code, found["reason"], found["error"]["code"]) == (0, "invalid", "ill_typed")
    assert "a table cannot be used" in call("policy", "diff", old, new).out


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nowhere.dmn", "cn_rural"], "unknown_file"),
        (["cn_rural", "nowhere"], "unknown_pack"),
        (["cn_rural@tomorrow", "cn_rural"], "ill_dated"),
        (["cn_rural", "cn_rural", "--table", "colours"], "unknown_table"),
    ],
)
def test_what_is_not_there_is_named(call, args, code):
    told = call("policy", "diff", *args, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code)

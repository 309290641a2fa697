"""`policy rules`: to a file, to a folder, to the terminal, and what it refuses."""

from __future__ import annotations

import pytest


def test_a_folder_takes_a_page_in_each_language(call, tmp_path):
    told = call("policy", "rules", "cn_rural", "--out", tmp_path)
    assert (told.code, told.err) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cn_rural.en.md", "cn_rural.zh.md"]
    assert (tmp_path / "cn_rural.zh.md").read_text(encoding="utf-8").startswith("# 中国农村银行")


def test_a_file_takes_the_format_of_its_name(call, tmp_path):
    for name, start in (("r.xlsx", b"PK"), ("r.html", b"<!doctype html>"), ("r.json", b"{")):
        told = call("policy", "rules", "cn_rural", "--lang", "zh", "--out", tmp_path / "new" / name, "--json")
        assert told.json == {"files": [str(tmp_path / "new" / name)]}
        assert (tmp_path / "new" / name).read_bytes().startswith(start)
    assert [path.suffix for path in (tmp_path / "new").iterdir() if path.name.startswith(".")] == []


def test_json_holds_every_rule_with_its_codes(call):
    told = call("policy", "rules", "cn_rural", "--json").json
    assert told["counts"][-1]["rules"] == len(told["all"])
    (row,) = [one for one in told["all"] if one["code"] == "guarantee_period"]
    assert row["source"].startswith("Civil Code art. 692 and 693")
    assert (row["status"], row["owner"], row["effective_from"]) == ("V", "legal", "1900-01-01")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["no_such_pack"], "unknown_pack"),
        (["cn_rural", "--json", "--format", "html"], "usage"),
    ],
)
def test_what_cannot_be_done_is_said(call, args, code):
    told = call("policy", "rules", *args, "--json")
    assert told.code == 2
    assert told.json["error"]["code"] == code


def test_a_file_in_the_place_of_a_folder_is_told(call, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")
    told = call("policy", "rules", "cn_rural", "--out", tmp_path / "taken" / "r.md", "--json")
    assert told.json["error"]["code"] == "unknown_folder"

"""What people read on the screen: in Chinese, on a narrow screen, and where something is missing."""

from __future__ import annotations

import errno
import os
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from postloan.book.findings import Finding
from postloan.cli import main
from postloan.cli.books import _say_gate
from postloan.cli.packs import Names
from postloan.cli.policy._words_check import CheckWords
from postloan.cli.policy.check import _say_check
from postloan.cli.story import _Screen
from postloan.cli.summary import _finding, policy_option, say_changes, say_overview
from postloan.cli.text import counted, folded, width
from postloan.cli.words import Words
from postloan.policy.findings import Finding as PackFinding
from tests.cli.conftest import DAY, book


def test_an_import_says_where_rows_wait_and_check_says_it_again(call, tmp_path):
    source, target = book(tmp_path / "source"), tmp_path / "book"
    for name in ("contact", "visit"):
        (source / f"{name}.csv").write_bytes("customer_id,contacted_on,kind,备注\n".encode("gbk"))
    (source / "contact.csv").write_bytes(
        "customer_id,contacted_on,kind,备注\nC-L1,2024-06-02,smoke,无\n".encode("gbk")
    )
    (source / "visit.csv").unlink()
    told = call("import", "folder", source, target).out
    waits = target / "quarantine" / "contact.csv"
    assert f"set aside, each row with its reason: {waits}" in told
    assert f"postloan import folder {target / 'quarantine'} {target} --resume-quarantine" in told
    checked = call("check", target)
    assert checked.code == 0
    assert f"rows set aside by the import still wait in {waits}" in checked.out


def test_what_mends_many_findings_of_a_kind_is_said_once(capsys):
    found = [Finding("encoding_detected", "", f"{n}.csv", 0, f"file {n}", "set it") for n in (1, 2, 3)]
    total = {"table": "loan", "column": "", "holds": True}
    _say_gate(
        "BOOK", {"loan": 1}, {}, [total], [*found, Finding("orphan", "due", "", 1, "an orphan", "deliver it")]
    )
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "BOOK: 1 row in 1 table"
    assert lines[2] == "  control total of loan rows: holds"
    assert sum("mend: set it" in line for line in lines) == 1
    assert lines[-1] == "    mend: deliver it"


def test_a_chinese_story_leaves_out_what_only_authors_of_the_pack_can_read(call, house):
    told = call("explain", house.store, "--loan", "L1", "--book", house.book, "--lang", "zh").out
    for words in ("六维度：金额档 A", "未涉诉", "还款日期 2024-02-10", "分类下限 F05：逾期天数 102 (> 90)"):
        assert words in told, words
    for words in ("past due", "severity", "paid_on", "credit", "缺 position"):
        assert words not in told, words


def test_a_narrow_screen_goes_on_in_the_next_line(call, house, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    for lang in ("en", "zh"):
        lines = call("explain", house.store, "--loan", "L1", "--lang", lang).out.splitlines()
        assert len(lines) <= 45
        assert max(map(width, lines)) <= 60
        overdue = ("overdue 4,200.00", "逾期金额 4,200.00")[lang == "zh"]
        assert any(overdue in line and "…" not in line for line in lines)


def test_a_story_of_a_pack_that_is_not_at_hand_asks_for_it(call, house, tmp_path):
    told = call("explain", house.store, "--loan", "L1", "--json").json
    told |= {"policy_shown": None, "policy_version": "our_bank-1", "states": None}
    lines = list(_Screen(told, Words("en"), Names(None, "en"), (1, 5, 4, 1)).lines())
    assert any("our_bank-1 is not at hand: --policy FOLDER" in line for line in lines)
    assert not any("no longer kept" in line for line in lines)
    assert policy_option("cn_rural") == ""
    (tmp_path / "pack.yaml").write_text("id: our_bank\n", encoding="utf-8")
    assert policy_option(str(tmp_path)) == f" --policy {tmp_path}"


def test_a_day_without_loans_says_so(capsys):
    run = SimpleNamespace(as_of=date(2024, 6, 20))
    result = SimpleNamespace(run=run, quarantined=0, findings=[])
    told = {"loans": 0, "off_balance": 0, "warnings": dict.fromkeys(("red", "orange", "yellow", "blue"), 0)}
    say_overview(result, told, Path("STORE"), Words("en"), Names(None, "en"))
    assert "no loan of the book is open on this day" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("off", "lang", "says"),
    [
        (0, "en", "loans 3, borrowers 2, outstanding 1,000.00 CNY"),
        (1, "en", "exposures 3, of which 1 off the balance sheet, borrowers 2, outstanding 1,000.00 CNY"),
        (1, "zh", "敞口 3 笔（其中表外 1 笔），借款人 2 户，余额 1,000.00 CNY"),
    ],
)
def test_what_is_off_the_balance_sheet_is_no_loan(capsys, off, lang, says):
    result = SimpleNamespace(run=SimpleNamespace(as_of=date(2024, 6, 20)), quarantined=0, findings=[])
    told = {"loans": 3, "off_balance": off, "customers": 2, "overdue_loans": 0, "classes": [], "measures": []}
    told |= {"amounts": [{"currency": "CNY", "balance": Decimal("1000.00"), "overdue": Decimal(0)}]}
    told |= {"first": [], "warnings": dict.fromkeys(("red", "orange", "yellow", "blue"), 0)}
    say_overview(result, told, Path("STORE"), Words(lang), Names(None, lang))
    assert says in capsys.readouterr().out


def test_roles_without_anybody_are_told_in_the_readers_words(capsys):
    found = Finding(
        "owner_not_found",
        "measure_due",
        "",
        1,
        "1 rows of measure_due fall to role legal, which nobody holds",
    )
    assert _finding(found, Words("zh")) == "法律合规岗位无人，待落实贷后措施 1 项"
    assert _finding(found, Words("en")) == "measures that fall to legal, a role which nobody holds: 1"


def test_texts_fold_between_parts_and_counts_take_their_s():
    assert folded(["aa", "bb", "", "cc"], 7) == ["aa · bb", "cc"]
    assert folded(["aa", "bb", "cc", "dd"], 7) == ["aa · bb", "cc · dd"]
    assert folded(["余额余额", "bb", "cc", "dd"], 8) == ["余额余额", "bb · cc…"]
    assert (counted(1, "row"), counted(2_000, "row")) == ("1 row", "2,000 rows")


def test_a_check_shows_what_the_author_can_mend_and_counts_the_rest(capsys):
    known = "See the list of facts; other names must be declared."
    found = [
        PackFinding("warning", "null_unhandled", "one", "cn_rural/tables/score/1.dmn, input a", "add a rule"),
        PackFinding("warning", "null_unhandled", "two", "cn_rural/tables/score/1.dmn, input b", "add a rule"),
        PackFinding(
            "warning", "null_unhandled", "own", "our_bank/tables/colour/1.dmn, input c", "add a rule"
        ),
        PackFinding(
            "error", "unknown_name", "`loan.dpd_dayz` is not known here.", "our_bank/signals/a.yaml", known
        ),
    ]
    chain = ["our_bank", "cn_rural"]
    assert _say_check("our_bank", found, {}, CheckWords("en"), chain, [], as_json=False) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("error unknown_name")
    assert "did you mean loan.dpd_days" in lines[2]
    assert lines[-2] == "2 warnings on cn_rural, which it extends: postloan policy check cn_rural"
    assert lines[-1] == "our_bank: 1 error, 1 warning"


@pytest.mark.parametrize(
    ("number", "code", "mend"),
    [(errno.EROFS, "not_permitted", "read-only"), (errno.ENOSPC, "disk_full", "free some space")],
)
def test_what_the_system_refuses_is_told_in_words(call, house, monkeypatch, number, code, mend):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "STORE/lock")

    monkeypatch.setattr("postloan.run.daily.run_day", refuse)
    told = call("run", house.book, "--as-of", DAY, "--store", house.store, "--json")
    error = told.json["error"]
    assert (told.code, error["code"], error["where"]) == (2, code, "STORE/lock")
    assert mend in error["mend"]


def test_colour_is_left_out_where_nobody_wants_it(house, monkeypatch):
    args = ["explain", str(house.store), "--loan", "L1"]
    assert "\x1b[" in CliRunner().invoke(main, args, color=True).stdout
    monkeypatch.setenv("NO_COLOR", "1")
    plain = CliRunner().invoke(main, args, color=True)
    assert "\x1b[" not in plain.stdout
    assert "R ⬣ red" in plain.stdout
    assert "\x1b[" not in CliRunner().invoke(main, [*args[:3], "L9"], color=True).stderr


def test_an_event_is_told_in_chinese(capsys):
    side = {"colour": "red", "score": 10, "classes": {}, "signals": set(), "measures": set()}
    before = {**side, "classes": {"L1": {"class_final": "05", "scheme_id": "cn10a", "days_past_due": 70}}}
    after = {**side, "classes": {"L1": {"class_final": "03", "scheme_id": "cn10a", "days_past_due": 0}}}
    change = {"customer_id": "C1", "changed": True, "before": before, "after": after}
    told = SimpleNamespace(
        added={"payment": 1}, as_of=date(2024, 6, 20), run_id="2024-06-20-2", findings=[],
        customers=[change], others=3, store="STORE",
    )  # fmt: skip
    say_changes(told, Words("zh"), Names(None, "zh"))
    shown = capsys.readouterr().out
    for words in (
        "新增记录：还款 1 条；2024-06-20 已重新批处理",
        "风险分类 05 → 03，逾期天数 70 → 0",
        "另有 3 户客户",
    ):
        assert words in shown, shown

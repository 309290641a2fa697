"""The commands end to end, on a small book: answers, exit codes, and errors that a person can act on."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date, datetime

import click
import pytest

from postloan.cli import main
from postloan.cli.packs import Names
from postloan.cli.story import say_story
from postloan.cli.words import Words
from postloan.run.daily import RunResult
from postloan.run.ledger import RunRow
from tests.cli.conftest import DAY, book

COMMANDS = sorted(main.commands)


def test_help_comes_at_once():
    command = [sys.executable, "-m", "postloan", "--help"]
    subprocess.run(command, check=True, capture_output=True)
    started = time.perf_counter()
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    took = time.perf_counter() - started
    assert all(name in told for name in COMMANDS)
    assert (
        took < 3
    )  # on an idle machine it takes a tenth of this; the imports are what the house's shape tests


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(call, name):
    command = main.commands[name]
    children = command.commands.items() if isinstance(command, click.Group) else [("", command)]
    for child, _ in children:
        told = call(name, *([child] if child else []), "--help")
        assert told.code == 0
        assert "Example" in told.out
        assert "--json" in told.out


def test_the_version_is_told(call):
    assert call("--version").out.startswith("postloan 0.")


@pytest.mark.parametrize(
    ("args", "code", "mend"),
    [
        (["runx"], "unknown_command", "did you mean run?"),
        (["policy", "mutatex"], "unknown_command", "did you mean mutate?"),
        (["import", "foldr", "a", "b"], "unknown_source", "did you mean folder?"),
        (["describe", "lone"], "unknown_table", "loan"),
        (["check", "nowhere"], "missing_folder", "give"),
        (["run", "nowhere", "--as-of", DAY], "usage", "postloan run --help"),
        (["run", "nowhere", "--as-of", "2024-13-01", "--store", "s"], "usage", "postloan run --help"),
        (["run", "b", "--as-of", DAY, "--store", "s", "--policy", "nopack"], "unknown_pack", "cn_rural"),
        (["run", "b", "--as-of", DAY, "--store", "s", "--memory", "lots"], "usage", "postloan run --help"),
        (["explain", "nowhere", "--loan", "L1"], "no_run_yet", "postloan run"),
        (["explain", "nowhere", "--loan", "L1", "--customer", "C1"], "usage", "explain --help"),
        (["explain", "nowhere"], "usage", "explain --help"),
        (["evaluate", "nowhere", "--outcomes", "nothing.csv"], "no_run_yet", "postloan run"),
        (["event", "nowhere", "book", "file.jsonl"], "no_run_yet", "postloan run"),
    ],
)
def test_an_error_says_what_happened_and_how_to_mend_it(call, tmp_path, monkeypatch, args, code, mend):
    monkeypatch.chdir(tmp_path)
    told = call(*args, "--json")
    error = told.json["error"]
    assert told.code == 2
    assert set(error) == {"code", "message", "where", "mend"}
    assert (error["code"], mend in error["mend"]) == (code, True), error
    spoken = call(*args)
    assert (spoken.code, spoken.out) == (2, "")
    assert error["message"] in spoken.err
    assert "Traceback" not in spoken.err


def test_an_interrupted_command_answers_too(call, monkeypatch):
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main.commands["describe"], "callback", interrupted)
    told = call("describe", "--json")
    assert (told.code, told.json["error"]["code"], told.err.strip()) == (130, "interrupted", "")
    spoken = call("describe")
    assert (spoken.code, spoken.out, "stopped" in spoken.err) == (130, "", True)


def test_debug_shows_the_traceback(call):
    assert "Traceback" in call("check", "nowhere", "--debug").err


def test_a_store_that_is_not_there_is_empty_and_says_what_comes_next(call, tmp_path):
    told = call("status", tmp_path / "nowhere")
    assert (told.code, "postloan run" in told.out) == (0, True)
    assert call("status", tmp_path / "nowhere", "--json").json["runs"] == []


def test_describe_tells_tables_columns_and_facts(call):
    assert "loan_state" in call("describe").out
    columns = call("describe", "due", "--json").json["columns"]
    assert [one["name"] for one in columns if one["key"]] == ["loan_id", "due_on"]
    assert "loan_id" in call("describe", "due").out
    names = {one["name"] for one in call("describe", "facts", "--json").json}
    assert {"loan.dpd_days", "customer.credits_3m_yoy"} <= names


def test_the_signals_of_a_pack_are_listed(call):
    listed = {one["code"]: one for one in call("policy", "signals", "--json").json}
    keys = {"code", "family", "computable", "on", "needs", "status"}
    assert all(keys <= set(one) for one in listed.values())
    assert listed["REP05"]["family"] == "repayment"
    assert "REP05" in call("policy", "signals").out


def test_an_import_is_checked_and_its_bad_rows_are_counted(call, tmp_path):
    source = book(tmp_path / "source")
    (source / "contact.csv").write_text(
        "customer_id,contacted_on,kind\nC-L1,2024-06-01,call\nC-L1,2024-06-02,smoke\n", encoding="utf-8"
    )
    told = call("import", "folder", source, tmp_path / "book", "--json")
    assert told.code == 0
    assert (told.json["rows"]["contact"], told.json["quarantined"]["contact"]) == (1, {"unknown_code": 1})
    assert "smoke" in json.dumps(told.json["findings"])
    checked = call("check", tmp_path / "book", "--json")
    assert (checked.code, checked.json["passed"]) == (0, True)
    checked = call("check", source, "--json")
    assert (checked.code, checked.json["passed"]) == (1, False)
    assert "contact" in call("check", source).out


def test_a_fault_of_a_whole_file_is_a_problem_that_a_check_finds(call, tmp_path):
    source = book(tmp_path / "source")
    (source / "loan.parquet").unlink()
    told = call("check", source, "--json")
    assert (told.code, told.json["passed"]) == (1, False)
    (finding,) = told.json["findings"]
    assert (finding["code"], "loan" in finding["message"], told.json["rows"]) == ("missing_table", True, {})
    spoken = call("check", source)
    assert (spoken.code, "loan" in spoken.out, spoken.err) == (1, True, "")


def test_a_control_total_that_fails_makes_the_import_exit_with_1(call, tmp_path):
    source = book(tmp_path / "source")
    (source / "control.csv").write_text("table,column,count,sum\nloan,amount,2,24000.01\n", encoding="utf-8")
    told = call("import", "folder", source, tmp_path / "book", "--json")
    assert (told.code, told.json["controls"][0]["holds"]) == (1, False)


def test_a_run_ends_with_one_screen_that_tells_where_to_look(house):
    assert house.run.code == 0, house.run.err
    assert house.run.err == ""
    assert f"run of {DAY}" in house.run.out
    assert "R ⬣ red 1" in house.run.out
    assert "REP05" in house.run.out
    assert f"postloan explain {house.store} --customer C-L1" in house.run.out
    assert len(house.run.out.splitlines()) <= 45


def test_a_run_is_verified_and_gives_one_document(call, house):
    told = call("run", house.book, "--as-of", DAY, "--store", house.store, "--verify", "--json")
    assert (told.code, told.json["verified"], told.json["counts"]["loans"]) == (0, True, 2)


def test_contradictions_are_refused(call, house):
    told = call("run", house.book, "--as-of", DAY, "--from", "2024-06-21", "--store", house.store, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "usage")


def _row(day):
    moment = datetime.fromisoformat("2024-06-21T01:00:00")
    return RunRow(f"{day}-1", day, "full", "in", None, "cn_rural-0", "duckdb", "0", moment, moment, "done")


@pytest.fixture
def missed():
    """A run that is done, before which two business days have no result."""
    day = date.fromisoformat(DAY)
    return RunResult(_row(day), {"loans": 2}, (), 0, gap=(date(2024, 6, 18), date(2024, 6, 19)))


@pytest.mark.parametrize(("option", "code"), [((), 1), (("--allow-gap",), 0)])
def test_a_gap_that_is_not_allowed_is_told_and_exits_with_1(call, house, monkeypatch, missed, option, code):
    monkeypatch.setattr("postloan.run.daily.run_day", lambda *_, **__: missed)
    told = call("run", house.book, "--as-of", DAY, "--store", house.store, *option)
    assert told.code == code
    assert ("--from 2024-06-18" in told.err) == bool(code)
    told = call("run", house.book, "--as-of", DAY, "--store", house.store, "--json", *option)
    assert (told.code, told.json["gap"], told.err) == (code, ["2024-06-18", "2024-06-19"], "")


def test_a_control_total_that_fails_makes_the_run_exit_with_1(call, house, monkeypatch, missed):
    wrong = replace(missed, gap=(), controls_hold=False)
    monkeypatch.setattr("postloan.run.daily.run_day", lambda *_, **__: wrong)
    assert call("run", house.book, "--as-of", DAY, "--store", house.store).code == 1


def test_caught_up_days_give_the_last_row_and_all_of_them(call, house, monkeypatch, missed):
    earlier = replace(missed, run=_row(date(2024, 6, 19)), gap=())
    days = [earlier, replace(missed, gap=())]
    asked = {}
    monkeypatch.setattr("postloan.run.daily.catch_up", lambda *_, **options: asked.update(options) or days)
    told = call("run", house.book, "--from", "2024-06-19", "--as-of", DAY, "--store", house.store, "--json")
    assert (told.code, told.json["as_of"]) == (0, DAY)
    assert [one["as_of"] for one in told.json["runs"]] == ["2024-06-19", DAY]
    assert asked["from_date"] == date(2024, 6, 19)


def test_a_defect_is_told_in_words_and_not_as_a_traceback(call, house, monkeypatch):
    def broken(*_, **__):
        raise ValueError("no such thing")

    monkeypatch.setattr("postloan.run.daily.run_day", broken)
    told = call("run", house.book, "--as-of", DAY, "--store", house.store)
    assert (told.code, "ValueError: no such thing" in told.err, "Traceback" in told.err) == (2, True, False)
    told = call("run", house.book, "--as-of", DAY, "--store", house.store, "--json")
    assert told.json["error"]["code"] == "internal_error"


def test_status_tells_the_run(call, house):
    told = call("status", house.store, "--json").json
    assert [(row["as_of"], row["state"], row["loans"]) for row in told["runs"]] == [(DAY, "done", 2)]
    assert DAY in call("status", house.store).out


def test_explain_tells_the_story_of_a_loan_on_one_screen(call, house):
    told = call("explain", house.store, "--loan", "L1", "--book", house.book)
    assert told.code == 0, told.err
    lines = told.out.splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 100
    # Which rule asks for a measure is told whole, on a line of its own where there is no room.
    asked = [line for line in lines if "asked by" in line]
    assert asked
    assert not any(line.endswith("…") for line in asked)
    for words in (
        "102 days past due",  # 10 March to 20 June
        "oldest unpaid 2024-03-10",
        "REP05",
        "threshold 61",
        "red signals 1 (>= 1)",
        "floor F05: days past due 102 (> 90)",
        "MX06",
        "not measurable",
        "paid_on 2024-02-10",
    ):
        assert words in told.out, words


def test_explain_gives_the_whole_story_as_json(call, house):
    told = call("explain", house.store, "--loan", "L1", "--json").json
    (loan,) = told["loans"]
    assert (loan["days_past_due"], loan["class_final"], loan["floor_rule_ids"]) == (102, "06", ["F01", "F05"])
    assert [rule["row"] for rule in loan["rules"]["matrix"]] == ["MX06"]
    assert told["warning"]["rule"]["conditions"][0] == {
        "input": "customer.red_count",
        "label": "red signals",
        "test": ">= 1",
        "value": 1,
    }
    assert sum(int(one["points"]) for one in told["warning"]["points"]) == told["warning"]["score"]
    states = {one["code"]: one for one in told["states"]}
    assert states["REP05"]["state"] == "red"
    assert (states["REP15"]["state"], states["REP15"]["missing"]) == ("not_measurable", ["position"])
    assert told["sources"] is None
    assert {one["measure_code"] for one in told["measures"]} >= {"M24"}


def test_a_loan_in_good_standing_has_a_story_too(call, house):
    told = call("explain", house.store, "--customer", "C-L2")
    assert told.code == 0
    assert "nothing past due" in told.out
    assert "no colour" in told.out


def test_a_long_story_still_fits_the_screen(call, house, capsys):
    told = call("explain", house.store, "--loan", "L1", "--book", house.book, "--json").json
    long = {name: told[name] * 9 for name in ("loans", "signals", "measures")}
    sources = {name: rows * 9 for name, rows in told["sources"].items()}
    say_story({**told, **long, "sources": sources}, Words("en"), Names(None, "en"))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 45
    assert sum("more; --json shows all" in line for line in lines) == 3


def test_explain_speaks_chinese(call, house, monkeypatch):
    assert "逾期 102 天" in call("explain", house.store, "--loan", "L1", "--lang", "zh").out
    monkeypatch.setenv("POSTLOAN_LANG", "zh_CN.UTF-8")
    assert "预警颜色" in call("explain", house.store, "--loan", "L1").out


@pytest.mark.parametrize(
    ("args", "code", "mend"),
    [
        (["--loan", "L3"], "unknown_loan", "did you mean L"),
        (["--loan", "C-L1"], "unknown_loan", "ask with --customer C-L1"),
        (["--customer", "L2"], "unknown_customer", "ask with --loan L2"),
        (["--loan", "L1", "--as-of", "2024-06-19"], "unknown_day", f"the nearest is {DAY}"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(call, house, args, code, mend):
    error = call("explain", house.store, *args, "--json").json["error"]
    assert (error["code"], mend in error["mend"]) == (code, True), error


def test_evaluate_prints_and_gives_the_document(call, house, tmp_path):
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,bad_on\nC-L1,2024-08-01\n", encoding="utf-8")
    told = call("evaluate", house.store, "--outcomes", outcomes, "--json").json
    assert (told["by_colour"][0]["alerts"], told["by_colour"][0]["precision"]) == (1, 1)
    assert (told["ranking"][0]["top"], told["ranking"][0]["precision"]) == (100, 1)
    assert "100.0 %" in call("evaluate", house.store, "--outcomes", outcomes).out

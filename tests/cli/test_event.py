"""An event: rows into the book, the last day once more, and what changed for whom."""

from __future__ import annotations

import json
import shutil

import pytest

from postloan.cli.packs import Names
from postloan.cli.summary import say_changes
from postloan.cli.words import Words
from postloan.run.event import add_event
from postloan.run.store import Store
from tests.cli.conftest import DAY


@pytest.fixture
def place(house, tmp_path):
    """Give a copy of the house that a test may change."""
    shutil.copytree(house.book, tmp_path / "book")
    shutil.copytree(house.store, tmp_path / "store")
    return tmp_path


def lines(path, *rows):
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n", encoding="utf-8")
    return path


PAID = {"table": "payment", "payment_id": "P9", "loan_id": "L1", "paid_on": DAY, "amount": "4200.00"}


@pytest.fixture(scope="module")
def paid(house, tmp_path_factory):
    """Give a store to which a payment came that clears the arrears, and what it changed."""
    folder = tmp_path_factory.mktemp("paid")
    shutil.copytree(house.book, folder / "book")
    shutil.copytree(house.store, folder / "store")
    file = lines(folder / "today.jsonl", PAID)
    return add_event(folder / "store", folder / "book", file, threads=1)


def test_a_payment_clears_what_it_pays(paid):
    answer = paid.as_dict()
    assert (answer["added"], answer["quarantined"], answer["as_of"].isoformat()) == ({"payment": 1}, {}, DAY)
    (one,) = answer["customers"]
    assert (one["customer_id"], one["changed"]) == ("C-L1", True)
    assert (one["before"]["colour"], one["after"]["colour"]) == ("red", None)
    assert one["before"]["classes"]["L1"]["days_past_due"] == 102
    assert one["after"]["classes"]["L1"]["days_past_due"] == 0
    assert "REP05 red" in one["before"]["signals"]
    assert "REP05 red" not in one["after"]["signals"]
    assert answer["others_changed"] == 0


def test_the_result_before_is_kept(call, paid):
    assert (paid.store / "superseded" / paid.replaced_run_id / "warning.parquet").is_file()
    states = [row["state"] for row in call("status", paid.store, "--json").json["runs"]]
    assert states == ["superseded", "done"]


def test_people_read_what_changed(paid, capsys):
    say_changes(paid, Words("en"), Names(None, "en"))
    told = capsys.readouterr().out
    for words in ("customer C-L1", "R ⬣ red → no colour", "days past due 102 → 0", "- REP05 red"):
        assert words in told, told


def test_a_bad_row_goes_to_quarantine_and_nothing_is_run(call, place):
    file = lines(place / "today.jsonl", {**PAID, "loan_id": "L7"})
    answer = call("event", place / "store", place / "book", file, "--json").json
    assert (answer["added"], answer["run_id"]) == ({}, None)
    assert answer["quarantined"] == {"payment": {"orphan": 1}}
    assert "P9" in (place / "book" / "quarantine" / "payment.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("not json\n", "bad_event"),
        ('{"loan_id": "L1"}\n', "bad_event"),
        ('{"table": "paymnt"}\n', "unknown_table"),
        ('{"table": "payment", "loan_id": ["L1"]}\n', "bad_event"),
        ("\n", "bad_event"),
        ('{"table": "payment", "loan_id": "L1", "amount": "1.00"}\n', "missing_column"),
        (
            json.dumps({**PAID, "payment_id": "P-L1-1", "paid_on": "2024-01-10"}),
            "row_would_be_lost",
        ),
    ],
)
def test_what_cannot_be_read_leaves_book_and_store_as_they_were(call, place, text, code):
    (place / "today.jsonl").write_text(text, encoding="utf-8")
    before = sorted((path.name, path.stat().st_size) for path in (place / "book").iterdir())
    told = call("event", place / "store", place / "book", place / "today.jsonl", "--json")
    assert (told.code, told.json["error"]["code"]) == (2, code), told.out
    assert sorted((path.name, path.stat().st_size) for path in (place / "book").iterdir()) == before
    assert len(call("status", place / "store", "--json").json["runs"]) == 1


def test_a_store_at_work_stops_the_event_before_the_book_is_changed(call, place):
    file = lines(place / "today.jsonl", PAID)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in (place / "book").iterdir())
    with Store(place / "store").locked():
        told = call("event", place / "store", place / "book", file, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "store_busy")
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (place / "book").iterdir()) == before


def test_a_book_in_a_database_takes_no_event(call, place):
    file = lines(place / "today.jsonl", PAID)
    told = call("event", place / "store", "database:sqlite:///bank.db", file, "--json")
    assert told.json["error"]["code"] == "book_not_a_folder"


def test_a_file_that_names_no_table_is_told(call, place):
    file = place / "today.csv"
    file.write_text("loan_id\nL1\n", encoding="utf-8")
    error = call("event", place / "store", place / "book", file, "--json").json["error"]
    assert (error["code"], "payment.csv" in error["mend"]) == ("unknown_table", True)


def test_rows_are_not_added_to_a_folder_that_was_never_imported(call, place, tmp_path):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "institution.csv").write_text("institution_id,name,kind\nB1,One,branch\n")
    file = lines(place / "today.jsonl", PAID)
    told = call("event", place / "store", tmp_path / "export", file, "--json")
    assert (told.code, told.json["error"]["code"]) == (2, "book_not_imported")
    assert "postloan import" in told.json["error"]["mend"]

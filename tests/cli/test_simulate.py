"""The command that makes a simulated bank: what it answers, and what it refuses."""

import pytest

MAKE = ["--loans", "5", "--seed", "1", "--as-of", "2026-10-30", "--months", "1"]


@pytest.fixture
def bank(call, tmp_path):
    book = tmp_path / "book"
    assert call("simulate", str(book), *MAKE).code == 0
    return book


def test_it_says_what_was_made_and_appends_the_next_business_day(call, bank):
    made = call("simulate", str(bank), "--append-day", "--json")
    assert made.code == 0
    told = made.json
    assert told["as_of"] == "2026-11-02"  # a Monday, after a Friday
    words = call("simulate", str(bank), "--append-day").out
    assert "2026-11-03 came" in words
    assert "--as-of 2026-11-03" in words


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (MAKE, "book_exists", "--force"),
        (["--loans", "5", "--seed", "1"], "usage", "--as-of, --months are missing"),
        (["--append-day", "--seed", "1"], "usage", "--append-day takes no --seed"),
        ([*MAKE, "--force", "--variant", "west"], "unknown_variant", "east"),
        (["--loans", "0", *MAKE[2:]], "usage", "0 is not in the range"),
    ],
)
def test_it_refuses_what_cannot_be_meant(call, bank, arguments, code, named):
    before = {path.name: path.read_bytes() for path in bank.iterdir()}
    answer = call("simulate", str(bank), *arguments, "--json")
    error = answer.json["error"]
    assert (answer.code, error["code"]) == (2, code)
    assert named in f"{error['message']} {error['mend']}"
    assert {path.name: path.read_bytes() for path in bank.iterdir()} == before


def test_it_leaves_a_folder_alone_that_holds_anything_else(call, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    answer = call("simulate", str(tmp_path), *MAKE, "--force", "--json")
    assert answer.json["error"]["code"] == "not_a_book"
    assert (tmp_path / "letter.txt").read_text() == "dear"


def test_a_day_is_appended_to_simulated_books_only(call, tmp_path):
    answer = call("simulate", str(tmp_path / "none"), "--append-day", "--json")
    assert answer.json["error"]["code"] == "not_simulated"


def test_a_report_says_what_is_unlike_life_where_the_truth_stands_beside_the_book(call, bank):
    assert "unrealistic of this simulated bank" in call("report", str(bank), "book").out
    bank.with_name("book.truth").rename(bank.with_name("elsewhere"))
    assert "unrealistic" not in call("report", str(bank), "book").out

"""What of a book's content somebody should look at before the stages leave it out."""

from __future__ import annotations

from datetime import date

from postloan.book.snapshot import Book
from postloan.cli.summary import _finding
from postloan.cli.words import Words
from postloan.engine import open_engine
from postloan.policy import pack
from postloan.run.inputs import plain_bands, unknown_levels
from tests.books import tiny_book

DAY = date(2024, 6, 20)


def _found(folder, *decisions):
    rows = [{"loan_id": "L1", "kind": "approval", **one} for one in decisions]
    book = tiny_book(folder, loan=[{"loan_id": "L1"}], class_decision=rows)
    with open_engine(threads=1) as engine:
        return unknown_levels(engine, Book(book, engine, DAY), pack.load("cn_rural").as_of(DAY))


def test_decisions_in_levels_that_the_policy_lacks_are_told(tmp_path):
    (finding,) = _found(
        tmp_path / "book",
        {"decided_on": "2024-01-31", "scheme_id": "cn10a", "level_code": "05"},
        {"decided_on": "2024-02-29", "scheme_id": "cn10a", "level_code": "99"},
        {"decided_on": "2024-03-31", "scheme_id": "ours", "level_code": "A"},
    )
    assert (finding.code, finding.table, finding.rows) == ("unknown_level", "class_decision", 2)
    assert finding.message.endswith("no level 99 of cn10a, A of ours")


def test_thresholds_in_another_currency_ask_for_rates(tmp_path):
    """With table fx they are converted, and a book in the pack's own currency needs none."""
    taiwan = {"loan_id": "L1", "currency": "TWD"}
    rate = {"currency": "TWD", "on_date": DAY, "rate": "0.22"}
    books = {
        "none": tiny_book(tmp_path / "none", loan=[taiwan]),
        "rates": tiny_book(tmp_path / "rates", loan=[taiwan], fx=[rate]),
        "own": tiny_book(tmp_path / "own", loan=[{"loan_id": "L1", "currency": "CNY"}]),
    }
    policy = pack.load("cn_rural").as_of(DAY)
    with open_engine(threads=1) as engine:
        found = {name: plain_bands(engine, Book(book, engine, DAY), policy) for name, book in books.items()}
    assert (found["rates"], found["own"]) == ([], [])
    (finding,) = found["none"]
    assert finding.message.startswith("amounts are in TWD, thresholds in CNY, and table fx is missing")
    assert "currency TWD, on_date up to 2024-06-20, rate (how many CNY one TWD is)" in finding.mend
    assert _finding(finding, Words("en")).endswith("add fx rows for TWD")
    assert _finding(finding, Words("zh")) == (
        "金额为 TWD、阈值为 CNY，无 fx 汇率表：按数字直接比较；请补充 TWD 的汇率"
    )


def test_known_levels_and_books_without_decisions_are_silent(tmp_path):
    known = {"decided_on": "2024-01-31", "scheme_id": "cn10a", "level_code": "05"}
    assert _found(tmp_path / "known", known) == []
    book = tiny_book(tmp_path / "none", loan=[{"loan_id": "L1"}])
    with open_engine(threads=1) as engine:
        assert unknown_levels(engine, Book(book, engine, DAY), pack.load("cn_rural").as_of(DAY)) == []

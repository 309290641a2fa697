"""How often signals fire on a book and on a store, and what is marked as too often."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner

from postloan.cli import main
from postloan.errors import RunError
from postloan.run.daily import run_day
from postloan.run.firing import firing
from tests.books import tiny_book

DAY = "2024-03-31"
ON = date(2024, 3, 31)


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Ten loans: two 40 days past due by the bank's record, one of unknown days, seven sound."""
    days = [40, 40, None, 0, 0, 0, 0, 0, 0, 0]
    folder = tmp_path_factory.mktemp("firing") / "book"
    return tiny_book(
        folder,
        loan=[{"loan_id": f"L{i}"} for i in range(10)],
        position=[
            {"loan_id": f"L{i}", "on_date": DAY, "balance": "100.00", "days_past_due": late}
            for i, late in enumerate(days)
        ],
    )


def by_code(told):
    return {one["code"]: one for one in told["signals"]}


def test_a_book_on_a_day(book):
    told = firing("cn_rural", str(book), ON)
    assert (told["source"], told["as_of"], told["limit"]) == ("book", ON, Decimal("0.20"))
    found = by_code(told)
    late = found["REP04"]
    assert (late["subjects"], late["measured"], late["fired"]) == (10, 9, 2)
    assert (late["share"], late["too_often"]) == (Decimal("0.222222"), True)
    assert late["by_severity"] == {"red": 0, "orange": 2, "yellow": 0, "blue": 0}
    assert (late["customers"], late["new_customers"]) == (2, 0)
    assert (found["REP05"]["fired"], found["REP05"]["too_often"]) == (0, False)
    assert (found["ACC10"]["measured"], found["ACC10"]["share"]) == (0, None)
    assert found["ACC10"]["missing"] == ["account"]
    assert told["colours"]["as_it_is"]["orange"] == 2
    assert len(found) == 208


def test_a_store_says_what_its_book_says(book, tmp_path):
    run_day(book, ON, tmp_path / "store")
    stored, fresh = firing("cn_rural", str(tmp_path / "store")), firing("cn_rural", str(book), ON)
    assert stored["source"] == "store"
    assert stored["signals"] == fresh["signals"]
    assert stored["colours"] == fresh["colours"]


def test_a_book_needs_a_day(book):
    with pytest.raises(RunError) as caught:
        firing("cn_rural", str(book))
    assert caught.value.code == "day_needed"


@pytest.mark.parametrize(("lang", "word"), [("en", "fires on 20 % or more"), ("zh", "触发率达 20% 以上")])
def test_it_is_told_to_people(book, lang, word):
    asked = ["policy", "test", "cn_rural", "--firing", str(book), "--as-of", DAY, "--signal", "REP04"]
    result = CliRunner().invoke(main, [*asked, "--lang", lang])
    assert result.exit_code == 0, result.output
    assert "REP04" in result.stdout
    assert "REP05" not in result.stdout
    assert word in result.stdout


def test_it_is_told_to_programs(book):
    asked = ["policy", "test", "cn_rural", "--firing", str(book), "--as-of", DAY, "--json"]
    told = json.loads(CliRunner().invoke(main, asked).stdout)
    assert by_code(told)["REP04"]["share"] == 0.222222

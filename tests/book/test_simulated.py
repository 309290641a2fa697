"""The simulated bank: every table filled, clean, the same every time; its truth is what its ledger says."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from postloan.book.importing import import_book
from postloan.book.schema import TABLES
from postloan.book.sources import folder
from postloan.book.sources.simulated import making
from postloan.book.sources.simulated.loans import schedule
from postloan.book.sources.simulated.making import append_day, simulate, truth_of
from postloan.book.sources.simulated.world import World
from postloan.book.stamp import read_stamp
from postloan.engine import casting, open_engine

AS_OF, LOANS, MONTHS = date(2026, 6, 19), 150, 9


def next_weekday(day):
    day += timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


def made(path, as_of=AS_OF, *, loans=LOANS, seed=5, months=MONTHS, variant=None, **options):
    simulate(path, World.of(loans, seed, as_of, months, variant), as_of, **options)
    return path


def rows(book, table):
    return pq.read_table(book / f"{table}.parquet").to_pylist()


def content(path, until=None):
    """Give a table's rows in an order of their own, those known by a day."""
    table = pq.read_table(path)
    if until is not None:
        known = table["known_on"]
        table = table.filter(pc.or_kleene(pc.is_null(known), pc.less_equal(known, until)))
    return content_of(table)


def content_of(table):
    return sorted(map(repr, table.to_pylist()))


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder_of_it = tmp_path_factory.mktemp("bank")
    return made(folder_of_it / "book", csv=folder_of_it / "csv")


def test_a_bank_of_the_size_of_the_demo_fills_every_table_of_the_contract(tmp_path):
    bank = made(tmp_path / "book", date(2026, 10, 30), loans=5000, seed=1, months=24)
    assert {path.stem for path in bank.glob("*.parquet")} == set(TABLES)
    standing = {row["loan_id"]: row["closed_on"] for row in rows(bank, "loan")}
    assert 4500 <= sum(closed is None for closed in standing.values()) <= 5500


def test_its_csv_comes_back_through_the_gate_as_the_same_book(book, tmp_path):
    found = import_book("folder", book.with_name("csv"), tmp_path / "back", threads=1)
    assert not found.quarantined
    assert [finding.message for finding in found.findings] == []
    for path in book.glob("*.parquet"):
        back = pq.read_table(tmp_path / "back" / path.name)
        assert content_of(pq.read_table(path, columns=back.column_names)) == content_of(back), path.name
    mark = json.loads((tmp_path / "back" / ".gate.json").read_text())
    assert set(mark["versioned"]) <= making.VERSIONED


def test_its_mark_is_that_of_a_clean_book(book, tmp_path):
    assert read_stamp(book, None) is not None
    with open_engine(threads=1, scratch=tmp_path) as engine:
        for name, table in folder.read(engine, book).tables.items():
            kinds = {field.name: casting.is_exact(table.rows[field.name], field) for field in present(table)}
            assert all(kinds.values()), (name, kinds)


def present(table):
    return [field for field in TABLES[table.name].fields if field.name in table.rows.columns]


def test_balances_chain_to_the_cent_and_never_fall_below_zero(book):
    held = {}
    lines = [row for row in rows(book, "entry") if row["sequence"] < 90]  # without second bookings
    for row in sorted(lines, key=lambda row: (row["account_id"], row["booked_on"], row["sequence"])):
        before = held.get(row["account_id"], row["balance_after"] - row["amount"])
        assert before + row["amount"] == row["balance_after"] >= 0
        held[row["account_id"]] = row["balance_after"]
    assert held


def test_a_second_booking_is_taken_back(book):
    for table, number, column in (("entry", "entry_id", "amount"), ("payment", "payment_id", "amount")):
        told = {row[number]: row for row in rows(book, table)}
        back = [row for row in told.values() if row["reverses_id"]]
        assert all(told[row["reverses_id"]][column] == -row[column] for row in back)


def test_what_a_schedule_repays_is_the_amount():
    from numpy import array

    step = array([1, 2, 3, 4])
    principal, interest = schedule(array(100_000), array(600), array(3), array(0), step)
    assert principal.tolist() == [33_333, 33_333, 33_334, 0]
    assert interest.tolist() == [500, 333, 166, 0]  # 0.5 % a month of 1000.00, 666.67, 333.34
    principal, interest = schedule(array(100_000), array(600), array(3), array(1), step)
    assert (principal.tolist(), interest.tolist()) == ([0, 0, 100_000, 0], [500, 500, 500, 0])


def bad_by_the_ledger(book, until):
    """Give the first day more than 90 days past due of each loan with a schedule, from dues and payments."""
    dues, paid = {}, {}
    for row in sorted(rows(book, "due"), key=lambda row: row["known_on"]):
        dues.setdefault(row["loan_id"], {})[row["due_on"]] = row["principal"] + row["interest"]
    for row in rows(book, "payment"):
        paid.setdefault(row["loan_id"], []).append((row["paid_on"], row["amount"]))
    ends = {row["loan_id"]: row["closed_on"] for row in rows(book, "loan") if row["closed_on"]}
    found = {}
    for loan, asked in dues.items():
        total = Decimal(0)
        for due_on in sorted(asked):
            total += asked[due_on]
            bad_on = due_on + timedelta(days=91)
            met = sum(amount for day, amount in paid.get(loan, []) if day <= bad_on)
            if bad_on <= until and met < total - 1 and ends.get(loan, until) >= bad_on:
                found[loan] = bad_on
                break
    return found


def test_the_truth_is_what_the_ledger_says(book):
    told = pq.read_table(truth_of(book) / "outcomes.parquet").to_pylist()
    assert {row["cause"] for row in told} - {None}
    scheduled = {row["loan_id"] for row in rows(book, "due")}
    by_truth = {row["loan_id"]: row["bad_on"] for row in told if row["bad_on"] <= AS_OF}
    by_truth = {loan: day for loan, day in by_truth.items() if loan in scheduled}
    assert by_truth == bad_by_the_ledger(book, AS_OF)
    assert all(row["visible_from"] <= row["dpd30_on"] < row["bad_on"] for row in told)
    assert max(row["bad_on"] for row in told) > AS_OF  # the world goes on
    assert len({(row["customer_id"], row["loan_id"]) for row in told}) == len(told)


def test_appended_days_give_what_a_later_day_gives(book, tmp_path):
    other, later = made(tmp_path / "book"), AS_OF
    for _ in range(3):  # over the day on which interest is due
        later = append_day(other, next_weekday).as_of
    assert later == date(2026, 6, 24)
    whole = made(tmp_path / "whole", later)
    for path in whole.glob("*.parquet"):
        assert content(other / path.name) == content(path), path.name
    assert content(truth_of(other) / "outcomes.parquet") == content(truth_of(whole) / "outcomes.parquet")
    assert json.loads((truth_of(other) / "world.json").read_text())["as_of"] == "2026-06-24"


def test_a_later_day_leaves_the_past_as_it_was(book, tmp_path):
    later = made(tmp_path / "later", date(2026, 9, 30), months=MONTHS + 3)
    for path in book.glob("*.parquet"):
        assert content(path) == content(later / path.name, AS_OF), path.name


def test_the_same_arguments_give_the_same_bank_and_others_another(tmp_path):
    first = content(made(tmp_path / "a", loans=60, months=2) / "entry.parquet")
    assert content(made(tmp_path / "b", loans=60, months=2) / "entry.parquet") == first
    assert content(made(tmp_path / "c", loans=60, months=2, seed=6) / "entry.parquet") != first
    east = made(tmp_path / "d", loans=60, months=2, variant="east")
    assert content(east / "entry.parquet") != first
    assert rows(east, "customer")[0]["name"] == "Customer 000001"


@pytest.mark.parametrize("loans", [1, 7])
def test_a_bank_of_any_size_is_made(tmp_path, loans):
    book = made(tmp_path / "book", loans=loans, months=1)
    assert {path.stem for path in book.glob("*.parquet")} >= {"customer", "contract", "loan", "institution"}

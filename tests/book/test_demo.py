"""The generated book: the same every time, whole by the contract, and with something of everything in it."""

from datetime import date

import pytest

from postloan.book.schema import TABLES
from postloan.book.sources import demo
from postloan.engine import open_engine
from postloan.engine import verbs as v

AS_OF = date(2026, 9, 30)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine("duckdb", threads=1, scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


def generated(engine, target, **options):
    names = demo.generate(target, engine, AS_OF, **options)
    return {name: engine.raw(target / f"{name}.parquet") for name in names}


@pytest.fixture(scope="module")
def book(engine, tmp_path_factory):
    return generated(engine, tmp_path_factory.mktemp("demo"))


def count(engine, table):
    return engine.rows(table.aggregate(n=table.count()))[0]["n"]


def values(engine, table, column):
    return {row[column] for row in engine.rows(table.select(column).distinct())}


def test_it_has_500_loans_of_400_customers(engine, book):
    assert count(engine, book["loan"]) == 500
    assert count(engine, book["contract"]) == 500
    assert count(engine, book["customer"]) == 400
    assert count(engine, book["account"]) == 400


def test_keys_are_unique_and_required_columns_filled(engine, book):
    for name, table in book.items():
        schema = TABLES[name]
        assert count(engine, table.select(*schema.key).distinct()) == count(engine, table), name
        for field in schema.fields:
            if field.required:
                assert count(engine, table.filter(table[field.name].isnull())) == 0, (name, field.name)
            if field.values and field.name in table.columns:
                assert values(engine, table, field.name) <= {*field.values, None}, (name, field.name)


def test_references_are_met(engine, book):
    for name, table in book.items():
        for field in TABLES[name].fields:
            if not field.references or field.name not in table.columns:
                continue
            other, column = field.references.split(".")
            known = values(engine, book[other], column)
            assert values(engine, table, field.name) - {None} <= known, (name, field.name)


def test_principal_of_the_schedule_is_the_amount(engine, book):
    due = book["due"]
    sums = due.group_by("loan_id").aggregate(cents=v.total(v.cents(due.principal)))
    joined = sums.inner_join(book["loan"], "loan_id")
    assert count(engine, joined) == count(engine, sums)
    assert count(engine, joined.filter(joined.cents != v.cents(joined.amount))) == 0


def test_balances_chain_to_the_cent(engine, book):
    entry = book["entry"]
    order = [(entry.booked_on, "asc"), (entry.sequence, "asc")]
    balance = v.cents(entry.balance_after)
    before = v.coalesce(v.lag(balance, partition=[entry.account_id], order=order), v.literal(0, "integer"))
    gaps = entry.mutate(gap=before + v.cents(entry.amount) - balance)
    assert count(engine, gaps.filter(gaps.gap != v.literal(0, "integer"))) == 0


def test_nothing_is_dated_after_the_day(engine, book):
    day = v.literal(AS_OF, "date")
    for name, column in (("entry", "booked_on"), ("payment", "paid_on"), ("loan", "disbursed_on")):
        assert count(engine, book[name].filter(book[name][column] > day)) == 0, name


def test_it_shows_something_of_everything(engine, book):
    assert len(values(engine, book["contract"], "contract_type")) == 8
    assert values(engine, book["contract"], "guarantee_mode") == {
        "credit",
        "mortgage",
        "guarantor",
        "joint_group",
    }
    assert values(engine, book["customer"], "kind") == {"farmer", "individual", "small_business"}
    assert values(engine, book["institution"], "kind") == {"head_office", "branch", "outlet"}
    assert values(engine, book["loan"], "exposure_kind") == {"loan", "acceptance"}
    assert count(engine, book["advance"]) > 0
    assert "penalty_interest" in values(engine, book["entry"], "kind")
    assert {0, 30} <= values(engine, book["position"], "days_past_due")
    fallen = book["collateral"].filter(book["collateral"].value < book["collateral"].first_value)
    assert count(engine, fallen) > 0
    last_paid = book["payment"].group_by("loan_id").aggregate(last=book["payment"].paid_on.max())
    stopped = last_paid.filter(last_paid.last < v.literal(date(2026, 6, 1), "date"))
    assert count(engine, stopped) > 0


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(engine, tmp_path):
    def rows(folder, seed):
        table = generated(engine, tmp_path / folder, loans=60, seed=seed)["entry"]
        return engine.rows(table.order_by("entry_id"))

    first = rows("first", 1)
    assert rows("again", 1) == first
    assert rows("other", 2) != first


@pytest.mark.parametrize("loans", [1, 1001])
def test_any_size_is_made(engine, tmp_path, loans):
    book = generated(engine, tmp_path, loans=loans)
    assert count(engine, book["loan"]) == loans

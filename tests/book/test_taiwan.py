"""The Taiwan bank: counts of data/README.md and the conventions that the importer states."""

from datetime import date
from decimal import Decimal

import pytest

from postloan.book.sources import taiwan
from postloan.engine import Field, open_engine
from postloan.engine import verbs as v
from postloan.errors import BookError

MONTH_ENDS = [date(2005, month, day) for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine("duckdb", threads=1, scratch=tmp_path_factory.mktemp("scratch")) as opened:
        yield opened


def count(engine, table):
    return engine.rows(table.aggregate(n=table.count()))[0]["n"]


def one_customer(statuses, bills, paid, *, defaulted=0):
    """Give a source row; the lists run from April to September."""
    row = {"ID": 7, "LIMIT_BAL": "20000.00", "default.payment.next.month": defaulted}
    for name, values in (("BILL_AMT", bills), ("PAY_AMT", paid)):
        row |= {f"{name}{6 - n}": Decimal(value) for n, value in enumerate(values)}
    status = ["PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0"]
    return row | {"LIMIT_BAL": Decimal(20000)} | dict(zip(status, statuses, strict=True))


@pytest.fixture
def small(engine, tmp_path):
    row = one_customer([-2, -1, 0, 1, 2, 8], [0, 100, 200, 300, 400, -50], [0, 0, 10, 0, 20, 30], defaulted=1)
    kinds = {name: "money" if name.startswith(("BILL", "PAY_AMT", "LIMIT")) else "integer" for name in row}
    table = engine.from_rows([row], [Field(name, kind) for name, kind in kinds.items()], "taiwan")
    engine.write(table, tmp_path / "source" / "taiwan_credit.parquet")
    taiwan.convert(tmp_path / "source", tmp_path / "book", engine)
    return tmp_path


def test_each_month_end_takes_its_own_status_and_statement(engine, small):
    rows = sorted(
        engine.rows(engine.raw(small / "book" / "position.parquet")), key=lambda row: row["on_date"]
    )
    assert [row["on_date"] for row in rows] == MONTH_ENDS
    assert [row["days_past_due"] for row in rows] == [0, 0, 0, 30, 60, 240]
    assert [row["balance"] for row in rows] == [Decimal(n) for n in (0, 100, 200, 300, 400, -50)]
    assert {row["limit_amount"] for row in rows} == {Decimal(20000)}


def test_a_payment_of_nothing_makes_no_row(engine, small):
    rows = engine.rows(engine.raw(small / "book" / "payment.parquet"))
    assert sorted((row["paid_on"], row["amount"]) for row in rows) == [
        (date(2005, 6, 30), Decimal(10)),
        (date(2005, 8, 31), Decimal(20)),
        (date(2005, 9, 30), Decimal(30)),
    ]


def test_the_outcome_is_dated_on_the_last_day_of_october(engine, small):
    assert taiwan.outcomes(small / "source", small / "outcomes.parquet", engine) == 1
    (row,) = engine.rows(engine.raw(small / "outcomes.parquet"))
    assert (row["customer_id"], row["bad_on"], row["visible_from"]) == ("7", date(2005, 10, 31), None)


def test_a_folder_without_the_file_is_named(engine, tmp_path):
    with pytest.raises(BookError, match="taiwan_credit"):
        taiwan.convert(tmp_path, tmp_path / "out", engine)


@pytest.fixture(scope="module")
def book(real_data, engine, tmp_path_factory):
    target = tmp_path_factory.mktemp("taiwan")
    names = taiwan.convert(real_data / "taiwan_credit", target, engine)
    return {name: engine.raw(target / f"{name}.parquet") for name in names}


@pytest.mark.real_data
def test_every_customer_has_one_card_and_six_month_ends(engine, book):
    for table in ("customer", "contract", "loan"):
        assert count(engine, book[table]) == 30_000
    position = book["position"]
    by_day = position.group_by("on_date").aggregate(n=position.count())
    assert {row["on_date"]: row["n"] for row in engine.rows(by_day)} == dict.fromkeys(MONTH_ENDS, 30_000)
    assert count(engine, book["payment"].filter(book["payment"].amount <= v.literal("0.00", "money"))) == 0


@pytest.mark.real_data
def test_3130_customers_are_two_months_overdue_or_more_in_september(engine, book):
    position = book["position"]
    last = position.filter(position.on_date == v.literal(date(2005, 9, 30), "date"))
    assert count(engine, last.filter(last.days_past_due >= v.literal(60, "integer"))) == 3130


@pytest.mark.real_data
def test_6636_customers_default(engine, real_data, tmp_path):
    assert taiwan.outcomes(real_data / "taiwan_credit", tmp_path / "outcomes.parquet", engine) == 6636


@pytest.mark.real_data
def test_a_month_of_payments_belongs_to_the_statement_before(engine, book):
    """What was paid in September equals August's statement far more often than any other."""
    position, payment = book["position"], book["payment"]
    paid = payment.filter(payment.paid_on == v.literal(date(2005, 9, 30), "date"))
    both = paid.inner_join(position, "loan_id")
    equal = both.filter(both.amount == both.balance)
    counts = {
        row["on_date"]: row["n"] for row in engine.rows(equal.group_by("on_date").aggregate(n=equal.count()))
    }
    assert counts[date(2005, 8, 31)] > 5 * max(n for day, n in counts.items() if day != date(2005, 8, 31))

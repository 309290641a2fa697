from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from postloan.book.importing import import_book
from postloan.book.snapshot import Book
from postloan.engine import Engine
from postloan.errors import BookError

Known = Callable[..., list[dict[str, object]]]


@pytest.fixture
def known(source: Path, engine: Engine, tmp_path: Path) -> Known:
    """Import the source and give a table's rows as known on a day, sorted by its first column."""

    def read(table: str, as_of: date) -> list[dict[str, object]]:
        summary = import_book("folder", source, tmp_path / "book")
        assert summary.quarantined == {}
        found = Book(tmp_path / "book", engine, as_of).table(table)
        return engine.rows(found.order_by(found.columns[0]))

    return read


def test_a_row_with_a_natural_date_is_seen_from_that_day_on(known: Known) -> None:
    seen = [
        sorted(str(row["loan_id"]) for row in known("payment", day))
        for day in (date(2024, 2, 14), date(2024, 2, 15), date(2024, 2, 19), date(2024, 2, 20))
    ]
    assert seen == [[], ["L1"], ["L1"], ["L1", "L2"]]


def test_known_on_puts_off_when_a_row_is_seen(source: Path, known: Known) -> None:
    (source / "payment.csv").write_text(
        "payment_id,loan_id,paid_on,amount,known_on\nP1,L1,2024-02-15,105.00,2024-02-17\n"
    )
    assert known("payment", date(2024, 2, 16)) == []
    (row,) = known("payment", date(2024, 2, 17))
    assert (row["amount"], row["paid_on"]) == (10500, date(2024, 2, 15))


def test_a_table_without_natural_date_holds_from_the_first_day(known: Known) -> None:
    assert len(known("due", date(1990, 1, 1))) == 2
    assert len(known("customer", date(1990, 1, 1))) == 2


def test_of_versions_the_newest_known_counts_and_a_deletion_ends_the_row(source: Path, known: Known) -> None:
    (source / "due.csv").write_text(
        "loan_id,due_on,principal,interest,known_on,deleted\n"
        "L1,2024-02-15,100.00,5.00,,\n"
        "L1,2024-02-15,80.00,4.00,2024-02-01,false\n"
        "L1,2024-02-15,80.00,4.00,2024-03-01,true\n"
    )
    for day, cents in [
        (date(2024, 1, 31), [10000]),
        (date(2024, 2, 1), [8000]),
        (date(2024, 2, 29), [8000]),
        (date(2024, 3, 1), []),
    ]:
        assert [row["principal"] for row in known("due", day)] == cents


def test_a_deletion_finds_a_row_without_an_identifier(source: Path, known: Known) -> None:
    (source / "payment.csv").write_text(
        "loan_id,paid_on,amount,known_on,deleted\n"
        "L1,2024-02-15,105.00,,\nL1,2024-02-15,105.00,2024-02-20,true\nL2,2024-02-15,1.00,,\n"
    )
    assert len(known("payment", date(2024, 2, 19))) == 2
    assert [row["loan_id"] for row in known("payment", date(2024, 2, 20))] == ["L2"]


def test_what_happened_after_the_day_is_not_known(source: Path, known: Known) -> None:
    header = (source / "loan.csv").read_text().splitlines()[0]
    (source / "loan.csv").write_text(
        f"{header},closed_on,close_reason\n"
        "L1,K1,C1,loan,1000.00,CNY,2024-01-15,2025-01-15,2024-06-30,written_off\n"
        "L2,K2,C2,loan,2500.50,CNY,2024-01-16,2025-01-16,,\n"
    )
    before, _ = known("loan", date(2024, 6, 29))
    assert (before["closed_on"], before["close_reason"]) == (None, None)
    assert before["matures_on"] == date(2025, 1, 15)
    on_the_day, _ = known("loan", date(2024, 6, 30))
    assert (on_the_day["closed_on"], on_the_day["close_reason"]) == (date(2024, 6, 30), "written_off")
    early, _ = known("loan", date(2024, 1, 14))
    assert early["disbursed_on"] is None


def test_a_statement_is_known_from_the_day_it_was_received(source: Path, known: Known) -> None:
    (source / "statement.csv").write_text(
        "customer_id,period_end,item,value,received_on\nC1,2023-12-31,revenue,1.00,2024-04-30\n"
        "C2,2023-12-31,revenue,1.00,\n"
    )
    assert [row["customer_id"] for row in known("statement", date(2024, 4, 29))] == ["C2"]
    assert len(known("statement", date(2024, 4, 30))) == 2


def test_money_is_cents_and_missing_optional_columns_are_null(known: Known) -> None:
    first, second = known("loan", date(2024, 3, 1))
    assert (first["amount"], second["amount"]) == (100000, 250050)
    assert first["rate"] is None
    assert first["deleted"] is None


def test_what_the_book_has(source: Path, engine: Engine, tmp_path: Path) -> None:
    import_book("folder", source, tmp_path / "book")
    book = Book(tmp_path / "book", engine, date(2024, 3, 1))
    assert book.feeds == {"institution", "customer", "contract", "loan", "due", "payment"}
    assert (book.has("payment"), book.has("entry")) == (True, False)
    assert (book.has_column("loan", "amount"), book.has_column("entry", "amount")) == (True, False)
    assert not book.has_column("loan", "rate")
    assert engine.rows(book.table("entry")) == []
    assert set(book.input_tables()) == set(book.feeds)


def test_a_book_without_a_required_table_is_refused(source: Path, engine: Engine, tmp_path: Path) -> None:
    import_book("folder", source, tmp_path / "book")
    (tmp_path / "book" / "loan.parquet").unlink()
    with pytest.raises(BookError, match="no table loan"):
        Book(tmp_path / "book", engine, date(2024, 3, 1))


def test_no_row_is_seen_before_it_is_known(source: Path, known: Known) -> None:
    days = [date(2024, 1, 1) + timedelta(days=step) for step in range(0, 120, 40)]
    counts = [len(known("payment", day)) for day in days]
    assert counts == sorted(counts)

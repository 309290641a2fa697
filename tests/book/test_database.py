from __future__ import annotations

import sqlite3
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.book.importing import import_book
from postloan.errors import BookError

CREATE = (
    "CREATE TABLE institution (institution_id TEXT, name TEXT, kind TEXT)",
    "CREATE TABLE customer (customer_id TEXT, name TEXT, kind TEXT, is_small_micro BOOLEAN)",
    """CREATE TABLE contract (contract_id TEXT, customer_id TEXT, institution_id TEXT, contract_type TEXT,
    signed_on DATE, guarantee_mode TEXT)""",
    """CREATE TABLE loan (loan_id TEXT, contract_id TEXT, customer_id TEXT, exposure_kind TEXT,
    amount NUMERIC(18,2), currency TEXT, disbursed_on DATE)""",
    "CREATE TABLE holiday (day DATE)",
)
INSERT = (
    "INSERT INTO institution VALUES ('B1', '总行', 'head_office')",
    "INSERT INTO customer VALUES ('C1', 'Anna\tB.', 'farmer', true), ('C2', NULL, 'farmer', false)",
    "INSERT INTO contract VALUES ('K1', 'C1', 'B1', 'card', '2024-01-10', 'credit')",
    "INSERT INTO loan VALUES ('L1', 'K1', 'C1', 'loan', 12345678901234.56, 'CNY', '2024-01-15')",
)


def check(url: str, book: Path, rows, amount: str) -> None:
    summary = import_book("database", url, book)
    assert summary.rows == {"institution": 1, "customer": 1, "contract": 1, "loan": 1}
    assert summary.quarantined == {"customer": {"missing_value": 1}}
    (loan,) = rows(book / "loan.parquet")
    assert (loan["amount"], loan["disbursed_on"]) == (Decimal(amount), date(2024, 1, 15))
    (customer,) = rows(book / "customer.parquet")
    assert (customer["name"], customer["is_small_micro"]) == ("Anna\tB.", True)


def test_sqlite(tmp_path: Path, rows) -> None:
    connection = sqlite3.connect(tmp_path / "core.db")
    for statement in (*CREATE, *INSERT):
        connection.execute(statement)
    connection.commit()
    connection.close()
    before = (tmp_path / "core.db").read_bytes()
    check(f"sqlite:///{tmp_path}/core.db", tmp_path / "book", rows, "12345678901234.56")
    assert (tmp_path / "core.db").read_bytes() == before


@pytest.mark.postgres
def test_postgres(postgres_url: str, tmp_path: Path, rows) -> None:
    import psycopg

    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA core")
        connection.execute("SET search_path = core")
        for statement in (*CREATE, *INSERT):
            connection.execute(statement)
    try:
        url = f"database:{postgres_url}?options=-csearch_path%3Dcore"
        check(url, tmp_path / "book", rows, "12345678901234.56")
    finally:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA core CASCADE")


@pytest.mark.postgres
def test_a_server_that_cannot_be_reached_does_not_show_the_password(
    postgres_url: str, tmp_path: Path
) -> None:
    url = "postgresql://clerk:secret@127.0.0.1:1/bank"
    with pytest.raises(BookError, match="cannot be read") as error:
        import_book("database", url, tmp_path / "book")
    assert "secret" not in str(error.value)
    assert error.value.code == "no_database"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://clerk:secret@host/bank", "unknown_database"),
        ("sqlite:///nowhere/core.db", "no_database"),
    ],
)
def test_an_address_that_cannot_be_read(tmp_path: Path, url: str, code: str) -> None:
    with pytest.raises(BookError) as error:
        import_book("database", url, tmp_path / "book")
    assert error.value.code == code
    assert "secret" not in str(error.value)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "core.db").write_text("this is not a database, but it is long enough to be looked at" * 50)
    with pytest.raises(BookError, match="cannot be read"):
        import_book("database", f"sqlite:///{tmp_path}/core.db", tmp_path / "book")

"""What a result keeps of the book: enough for classes and measures, and no more."""

from __future__ import annotations

from datetime import date

import pytest

from postloan.errors import RunError
from postloan.run.kept import FOLDER, KEPT, kept_book

DAY = date(2024, 3, 1)


def test_a_result_keeps_the_feeds_and_the_columns_that_stages_read(house):
    house.run("2024-03-01")
    book = kept_book(house.engine, house.store.result(DAY), DAY)
    assert book.feeds == {"contract", "customer", "institution", "loan", "payment"}
    loans = house.engine.rows(house.engine.raw(house.store.result(DAY) / FOLDER / "loan.parquet"))
    assert sorted(loans, key=lambda row: row["loan_id"]) == [
        {"loan_id": "L1", "customer_id": "C-L1"},
        {"loan_id": "L2", "customer_id": "C-L2"},
    ]
    assert house.engine.rows(book.table("visit")) == []  # a table that the book lacks has no rows


def test_a_table_that_is_not_kept_is_refused(house):
    house.run("2024-03-01")
    book = kept_book(house.engine, house.store.result(DAY), DAY)
    assert "payment" not in KEPT
    with pytest.raises(RunError) as caught:
        book.table("payment")
    assert (caught.value.code, "--book" in caught.value.mend) == ("not_kept", True)


def test_it_goes_when_the_facts_go(house):
    for day in ("2024-03-01", "2024-03-04", "2024-03-05"):
        house.run(day, keep_facts=2)
    kept = {path.parent.name for path in house.store.runs.glob(f"*/{FOLDER}")}
    assert kept == {"2024-03-04", "2024-03-05"}
    assert kept_book(house.engine, house.store.result(DAY), DAY) is None

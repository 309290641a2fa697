"""The last rows of the book that a story rests on: instalments, payments and entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from postloan.book.opening import open_book
from postloan.book.schema import TABLES
from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.run.reading import is_one_of

LAST = 3
"""How many rows of each table are told."""


def last_rows(
    engine: Engine, book: str, as_of: date, loans: Sequence[str], customer: str
) -> dict[str, list[dict[str, Any]]]:
    """Give the last dues up to the day and payments of the loans, and the customer's last entries.

    Newest first, money as DECIMAL(18,2), columns that hold nothing left out. `book` is a folder or
    `database:URL`; raises BookError where it cannot be read.
    """
    passed = open_book(engine, book, engine.scratch / "sources")
    known = Book(passed.paths, engine, as_of, versioned=passed.versioned)
    due, payment = known.table("due"), known.table("payment")
    due = due.filter(is_one_of(due.loan_id, loans or [""]) & (due.due_on <= v.literal(as_of, "date")))
    payment = payment.filter(is_one_of(payment.loan_id, loans or [""]))
    account, entry = known.table("account"), known.table("entry")
    own = account.filter(is_one_of(account.customer_id, [customer]))
    entry = entry.semi_join(own, entry.account_id == own.account_id)
    return {
        "due": _last(engine, due, "due", ("due_on", "loan_id")),
        "payment": _last(engine, payment, "payment", ("paid_on", "payment_id")),
        "entry": _last(engine, entry, "entry", ("booked_on", "sequence", "entry_id")),
    }


def _last(engine: Engine, table: Table, name: str, order: Sequence[str]) -> list[dict[str, Any]]:
    place = v.row_number(order=[(table[column], "desc") for column in order])
    ranked = table.mutate(place=place)
    amounts = {one.name: v.money(ranked[one.name]) for one in TABLES[name].fields if one.kind == "money"}
    rows = engine.rows(ranked.filter(ranked.place <= LAST).mutate(**amounts))
    rows.sort(key=lambda row: row["place"])
    return [
        {key: value for key, value in row.items() if value is not None and key != "place"} for row in rows
    ]

"""What people did: measures done and visits made, as known on the day."""

from __future__ import annotations

from datetime import date

from postloan.book.snapshot import Book
from postloan.engine import Table
from postloan.engine import verbs as v


def done_by(book: Book, as_of: date) -> Table:
    """Give measures done up to the day: measure_id, measure_code, loan_id, customer_id, done_on."""
    rows = book.table("measure_done")
    rows = rows.filter(rows.done_on <= v.literal(as_of, "date"))
    owners = book.table("loan").select(_loan="loan_id", customer_id="customer_id")
    rows = rows.inner_join(owners, rows.loan_id == owners["_loan"])
    return rows.select("measure_id", "measure_code", "loan_id", "customer_id", "done_on")


def visits_by(book: Book, as_of: date) -> Table:
    """Give visits that took place up to the day: customer_id, loan_id, kind, visited_on."""
    rows = book.table("visit")
    happened = rows.result.isnull() | rows.result.isin(("ok", "finding", "closed"))
    rows = rows.filter(happened & (rows.visited_on <= v.literal(as_of, "date")))
    return rows.select("customer_id", "loan_id", "kind", "visited_on")

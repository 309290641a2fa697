"""Since when a change of class waits for its provision (M51)."""

from __future__ import annotations

from datetime import date

from postloan.book.snapshot import Book
from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.measures.done import done_by
from postloan.results import Prior

PROVISION = "M51"


def with_class_change(loans: Table, prior: Prior | None, book: Book, as_of: date) -> Table:
    """Add class_changed_on and `loan.is_class_changed`; takes the column changed_today.

    A change waits from its day until M51 is done. Where the book does not say what was done, nobody can
    tell, and it waits until the end of its month, when provisions are booked.
    """
    day = v.literal(as_of, "date")
    today = v.when([(loans.changed_today, day)], v.null("date"))
    if prior is None or "measure_due" not in prior.tables:
        return _told(loans.mutate(class_changed_on=today))
    before = prior.tables["measure_due"]
    before = before.filter(before.measure_code == PROVISION)
    if book.has("measure_done"):
        done = done_by(book, as_of)
        before = before.anti_join(done, before.measure_id == done.measure_id)
    else:
        before = before.filter(before.due_on >= day)
    before = before.select(_open="loan_id", _since="opened_on")
    loans = loans.left_join(before, loans.subject_id == before["_open"])
    return _told(loans.mutate(class_changed_on=v.coalesce(loans["_since"], today)).drop("_open", "_since"))


def _told(loans: Table) -> Table:
    return loans.mutate(loan__is_class_changed=loans.class_changed_on.notnull()).drop("changed_today")

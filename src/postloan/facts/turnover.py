"""What of the money that comes in is turnover, and what only moves or finances (families ACC, peers).

A payout of our own loan, money from one's own other account, what lenders lend and what investments pay
back say nothing of sales or wages: a year with a payout before one without would look like a fall.
"""

from __future__ import annotations

from postloan.engine import Table
from postloan.facts.context import Context

FINANCING = ("broker", "crypto", "gambling", "lender", "wealth")
"""Classes of parties whose money is no turnover."""

SOURCES = (
    "entry.counterparty_id entry.counterparty_account entry.counterparty_name entry.counterparty_class "
    "customer.name loan.customer_id loan.disbursed_on loan.amount"
)


def with_financing(context: Context, rows: Table) -> Table:
    """Add is_financing to entries that have customer_id, booked_on, amount and the counterparty's columns.

    A payout is told by its customer, its day and its amount, as entries have no kind for it.
    """
    book = context.book
    paid = book.table("loan")
    paid = paid.select(_paid_to="customer_id", _paid_on="disbursed_on", _paid="amount").distinct()
    rows = rows.left_join(
        paid,
        [
            rows.customer_id == paid["_paid_to"],
            rows.booked_on == paid["_paid_on"],
            rows.amount == paid["_paid"],
        ],
    )
    own = book.table("account").select(_own="account_id", _own_of="customer_id")
    rows = rows.left_join(own, [rows.counterparty_account == own["_own"], rows.customer_id == own["_own_of"]])
    names = book.table("customer").select(_named="customer_id", _name="name")
    rows = rows.left_join(names, rows.customer_id == names["_named"])
    himself = (rows.counterparty_id == rows.customer_id).fill_null(False) | rows["_own"].notnull()
    himself = himself | (rows.counterparty_name == rows["_name"]).fill_null(False)
    lent = rows.counterparty_class.isin(FINANCING).fill_null(False)
    rows = rows.mutate(is_financing=himself | lent | rows["_paid"].notnull())
    return rows.drop("_paid_to", "_paid_on", "_paid", "_own", "_own_of", "_named", "_name")

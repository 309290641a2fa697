"""What the book tells that moves a period or stands in its way: notices, payments, suits and obstacles."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import standing
from postloan.facts.periods import Ground
from postloan.policy.clock_entries import Clock

NOTICES = ("demand", "acknowledgement", "acceleration", "suit", "claim_on_guarantor")
"""Kinds of notice that can move a period."""


def obstacles(ground: Ground, clock: Clock) -> Table | None:
    """Give what stops a clock of each open loan, by events with proof: id, began_on, ended_on.

    An obstacle ends with the first event of the pack's `ends` about the same subject after it.
    """
    if clock.suspended is None or not ground.book.has("event"):
        return None
    events = ground.book.table("event")
    events = events.filter(events.subject_kind.isin(("loan", "customer")))
    begun = events.filter(events.kind.isin(clock.suspended.begins) & events.proof_ref.notnull())
    begun = begun.select("subject_kind", "subject_id", "occurred_on")
    over = events.filter(events.kind.isin(clock.suspended.ends))
    over = over.group_by(_kind=over.subject_kind, _subject=over.subject_id, _over=over.occurred_on).aggregate(
        _n=over.count()
    )
    pairs = begun.left_join(
        over,
        [
            begun.subject_kind == over["_kind"],
            begun.subject_id == over["_subject"],
            begun.occurred_on <= over["_over"],
        ],
    )
    spans = pairs.group_by("subject_kind", "subject_id", began_on=pairs.occurred_on).aggregate(
        ended_on=pairs["_over"].min()
    )
    loans = ground.loans.select("id", "customer_id")
    own = spans.filter(spans.subject_kind == "loan")
    own = own.inner_join(loans, own.subject_id == loans["id"]).select("id", "began_on", "ended_on")
    whole = spans.filter(spans.subject_kind == "customer")
    whole = whole.inner_join(loans, whole.subject_id == loans.customer_id)
    return own.union(whole.select("id", "began_on", "ended_on"))


def notices(ground: Ground, clock: Clock) -> Table:
    """Give the proven notices about open loans: id, to (who is not named is the debtor), on, until, kind."""
    loans = ground.loans.select(_loan="id", _debtor="customer_id")
    rows = ground.book.table("notice")
    rows = rows.filter(rows.kind.isin(NOTICES) & ground.proven(rows, clock))
    rows = rows.inner_join(loans, rows.loan_id == loans["_loan"])
    # A claim that names nobody is one on every guarantor.
    rows = rows.filter(rows.kind != "claim_on_guarantor")
    to = v.coalesce(rows.to_customer_id, rows["_debtor"])
    return rows.select(id="_loan", to=to, on="served_on", until="served_on", kind="kind")


def payments(ground: Ground) -> Table:
    """Give what was paid on each open loan, as notices are: `to` is who paid, whose consent it shows."""
    loans = ground.loans.select(_loan="id", _debtor="customer_id")
    rows = standing(ground.book.table("payment"), "payment_id")
    rows = rows.filter(rows.amount > 0).inner_join(loans, rows.loan_id == loans["_loan"])
    by = v.coalesce(rows.payer_customer_id, rows["_debtor"])
    return rows.select(id="_loan", to=by, on="paid_on", until="paid_on", kind=v.literal("payment", "string"))


def from_debtor(ground: Ground, rows: Table) -> Table:
    """Keep of notices and payments those of the debtor himself; another's move nothing for him."""
    loans = ground.loans.select(_loan="id", _debtor="customer_id")
    rows = rows.inner_join(loans, [rows["id"] == loans["_loan"], rows["to"] == loans["_debtor"]])
    return rows.select("id", "on", "until", "kind")


def suits(ground: Ground) -> Table:
    """Give the bank's own proceedings once for each open loan that they are about.

    Columns: id (the loan), proceeding_id, kind, stage, filed_on, stage_on, effective_on, performance_due_on,
    closed_on, against (whom the bank sued), is_debtor (whether that is the borrower, not a guarantor), and
    over_on, the day on which it ended, null while it is open. A proceeding without a loan is about each of
    the customer's.
    """
    rows = ground.book.table("proceeding")
    rows = rows.filter(rows.our_role == "creditor").select("loan_id", "customer_id", *_CASE)
    loans = ground.loans.select("id", _owner="customer_id")
    own = rows.filter(rows.loan_id.notnull())
    own = own.inner_join(loans, own.loan_id == loans["id"])
    whole = rows.filter(rows.loan_id.isnull())
    whole = whole.inner_join(loans, whole.customer_id == loans["_owner"])
    both = own.union(whole)
    against = both.customer_id
    given_up = v.when(
        [(both.stage == "terminated", v.coalesce(both.stage_on, both.filed_on))], v.null("date")
    )
    return both.select(
        "id",
        *_CASE,
        against=against,
        is_debtor=against == both["_owner"],
        over_on=v.coalesce(both.closed_on, given_up),
    )


def filings(ground: Ground, cases: Table) -> Table:
    """Give proceedings as causes: id, on, until (the end, or the day where it is open) and kind."""
    until = v.greatest(v.coalesce(cases.over_on, ground.day), cases.filed_on)
    return cases.select("id", on="filed_on", until=until, kind=v.literal("suit", "string"))


_CASE = (
    "proceeding_id",
    "kind",
    "stage",
    "filed_on",
    "stage_on",
    "effective_on",
    "performance_due_on",
    "closed_on",
)

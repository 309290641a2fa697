"""What moved a clock, or would have: notices, payments and proceedings as items of JSON."""

from __future__ import annotations

from datetime import date

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import moving
from postloan.facts.context import standing
from postloan.facts.periods import Ground
from postloan.policy.clock_entries import Clock

_EPOCH = date(1970, 1, 1)


NO_PROOF, OTHER_PERSON, OTHER_ACT = "no_proof", "other_person", "other_act"
TOO_EARLY, TOO_LATE = "too_early", "too_late"
"""Why something did not move a clock: `why` of an item of not_counted."""


def item(source: Column, kind: Column, on: Column, proof: Column, why: Column | None = None) -> Column:
    """Give one item: its number in the book, what it is, its day, where its proof is, and why it failed."""
    values = {"id": source, "kind": kind, "on": v.text(on), "proof": proof}
    if why is not None:
        values["why"] = why
    return v.json_object({name: v.json_text(value) for name, value in values.items()})


def listed(items: Column, on: Column) -> Column:
    """Aggregate: items as a JSON list by their days."""
    return v.json_list(items, rank=v.days_between(on, v.literal(_EPOCH, "date")))


def documents(ground: Ground, clock: Clock) -> Table:
    """Give every notice, payment and proceeding about the open loans.

    Columns: loan_id, source, kind, on, until, to (null: to the debtor or not said; of a suit whom it is
    against), debtor, proof, is_proven.
    """
    loans = ground.loans.select(_loan="id", debtor="customer_id")
    nothing, yes = v.null("string"), v.literal(True, "boolean")
    told = ground.book.table("notice")
    told = told.inner_join(loans, told.loan_id == loans["_loan"])
    told = told.select(
        "loan_id",
        "kind",
        "debtor",
        source="notice_id",
        on="served_on",
        until="served_on",
        to="to_customer_id",
        proof=v.coalesce(told.document_ref, told.receipt),
        is_proven=ground.proven(told, clock),
    )
    paid = standing(ground.book.table("payment"), "payment_id")
    paid = paid.filter(paid.amount > 0).inner_join(loans, paid.loan_id == loans["_loan"])
    paid = paid.select(
        "loan_id",
        "debtor",
        kind=v.literal("payment", "string"),
        source="payment_id",
        on="paid_on",
        until="paid_on",
        to="payer_customer_id",
        proof=nothing,
        is_proven=yes,
    )
    cases = moving.suits(ground)
    cases = cases.inner_join(loans, cases["id"] == loans["_loan"])
    filed = cases.select(
        "debtor",
        loan_id="id",
        kind=v.literal("suit", "string"),
        source="proceeding_id",
        on="filed_on",
        until=v.greatest(v.coalesce(cases.over_on, ground.day), cases.filed_on),
        to="against",
        proof=nothing,
        is_proven=yes,
    )
    names = ("loan_id", "source", "kind", "on", "until", "to", "debtor", "proof", "is_proven")
    return told.select(*names).union(paid.select(*names)).union(filed.select(*names))


def of_debt(clock: Clock, rows: Table, papers: Table, moments: Table) -> Table:
    """Give what moved the time of each debt and what did not, as `split` does.

    Of payments in time only the last cause is named.

    Args:
        clock: the clock, which says what moves it.
        rows: id, loan_id, start_on, interrupted_on, and person, whose debt it is.
        papers: the documents.
        moments: the days on which causes moved the time: id, on.
    """
    rows = rows.select("id", "start_on", "interrupted_on", "person", _of="loan_id")
    pairs = rows.inner_join(papers, rows["_of"] == papers.loan_id)
    pairs = pairs.filter(pairs.kind.isin(clock.restarts) & (pairs.until >= pairs.start_on))
    pairs = pairs.mutate(_when=v.greatest(pairs.on, pairs.start_on))
    moments = moments.select(_moved="id", _moved_on="on")
    pairs = pairs.left_join(
        moments, [pairs["id"] == moments["_moved"], pairs["_when"] == moments["_moved_on"]]
    )
    theirs = v.coalesce(pairs.to, pairs.debtor) != pairs.person
    in_time = pairs["_moved"].notnull()
    last = (pairs.kind != "payment") | (pairs.on == pairs.interrupted_on).fill_null(False)
    named = pairs.mutate(
        _why=why((~pairs.is_proven, NO_PROOF), (theirs, OTHER_PERSON), (~in_time, TOO_LATE)),
        _shown=in_time & last,
    )
    return split(named.mutate(_key=named["id"]))


def why(*reasons: tuple[Column, str]) -> Column:
    """Give the first reason that holds for which something did not move a clock; null where none does."""
    return v.when([(holds, v.literal(name, "string")) for holds, name in reasons], v.null("string"))


def split(named: Table) -> Table:
    """Give lists by key: _papers_of, moved_by, not_counted.

    Args:
        named: _key, source, kind, on, proof, _why (null: it moved the clock), and _shown, whether what moved
            it is named.
    """
    nothing, failed = v.null("string"), named["_why"].notnull()
    moved = item(named.source, named.kind, named.on, named.proof)
    other = item(named.source, named.kind, named.on, named.proof, named["_why"])
    return named.group_by(_papers_of=named["_key"]).aggregate(
        moved_by=listed(v.when([(~failed & named["_shown"], moved)], nothing), named.on),
        not_counted=listed(v.when([(failed, other)], nothing), named.on),
    )


def with_papers(rows: Table, papers: Table, key: str = "id") -> Table:
    """Add moved_by and not_counted to rows by their key."""
    return rows.left_join(papers, rows[key] == papers["_papers_of"]).drop("_papers_of")

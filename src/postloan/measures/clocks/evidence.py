"""What moved a clock, or would have: notices, payments and proceedings as items of JSON."""

from __future__ import annotations

from datetime import date

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import periods
from postloan.facts.context import standing
from postloan.facts.periods import Ground
from postloan.policy.clock_entries import Clock

_EPOCH = date(1970, 1, 1)


def item(source: Column, kind: Column, on: Column, proof: Column) -> Column:
    """Give one item: its number in the book, what it is, its day, and where its proof is."""
    return v.json_object(
        {
            "id": v.json_text(source),
            "kind": v.json_text(kind),
            "on": v.json_text(v.text(on)),
            "proof": v.json_text(proof),
        }
    )


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
    cases = periods.suits(ground)
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


def of_debt(clock: Clock, rows: Table, papers: Table) -> Table:
    """Give what moved the time of each loan's debt and what did not: _papers_of, moved_by, not_counted.

    Of payments only the last that counted is named, and one by somebody else than the debtor.

    Args:
        clock: the clock, which says what moves it.
        rows: id, loan_id, start_on and interrupted_on.
        papers: the documents.
    """
    rows = rows.select("id", "start_on", "interrupted_on", _of="loan_id")
    pairs = rows.inner_join(papers, rows["_of"] == papers.loan_id)
    theirs = pairs.to.notnull() & (pairs.to != pairs.debtor)
    pairs = pairs.filter(pairs.kind.isin(clock.restarts) & (pairs.until >= pairs.start_on))
    is_payment = pairs.kind == "payment"
    in_time = (pairs.on <= pairs.interrupted_on).fill_null(False)
    counts = pairs.is_proven & ~theirs.fill_null(False) & in_time
    counts = counts & (~is_payment | (pairs.on == pairs.interrupted_on))
    fails = ~(pairs.is_proven & in_time) | theirs.fill_null(False)
    fails = fails & (~is_payment | theirs.fill_null(False))
    named = pairs.mutate(
        _item=item(pairs.source, pairs.kind, pairs.on, pairs.proof), _moved=counts, _failed=fails
    )
    return split(named.select("on", "_item", "_moved", "_failed", _key="id"))


def split(named: Table) -> Table:
    """Give lists by key: _papers_of, moved_by, not_counted, of rows _key, on, _item, _moved and _failed."""
    nothing = v.null("string")
    return named.group_by(_papers_of=named["_key"]).aggregate(
        moved_by=listed(v.when([(named["_moved"], named["_item"])], nothing), named.on),
        not_counted=listed(v.when([(named["_failed"], named["_item"])], nothing), named.on),
    )


def with_papers(rows: Table, papers: Table, key: str = "id") -> Table:
    """Add moved_by and not_counted to rows by their key."""
    return rows.left_join(papers, rows[key] == papers["_papers_of"]).drop("_papers_of")

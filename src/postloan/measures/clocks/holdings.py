"""Clocks of what the bank holds: assets taken over, registrations, consents, and records at the bureau."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.periods import Ground
from postloan.measures.clocks import evidence
from postloan.measures.clocks.debts import secured_loans
from postloan.measures.clocks.shape import day_after, shaped

TAKEN, REGISTERED = "taken_over_asset", "security_registration"
CONSENT, RECORD = "bureau_consent", "negative_record"

TAKEN_OVER, DISPOSED = "asset_taken_over", "asset_disposed"
"""Kinds of event about a security: the bank took it in payment, and sold it again."""


def taken_over(ground: Ground, customers: Table) -> Table:
    """Give the time to dispose of each security that the bank took in payment, satisfied by its sale.

    Args:
        ground: the book and the policy.
        customers: facts_customer: whose security it may have been, with an open loan or without.
    """
    clock = ground.clocks[TAKEN]
    events = ground.book.table("event")
    events = events.filter(events.subject_kind == "collateral")
    taken = events.filter(events.kind == TAKEN_OVER)
    taken = taken.group_by(_asset="subject_id").aggregate(taken_on=taken.occurred_on.max())
    sold = events.filter(events.kind == DISPOSED)
    sold = sold.select(_sold="subject_id", _on="occurred_on", _id="event_id", _proof="proof_ref")
    pairs = taken.left_join(sold, [taken["_asset"] == sold["_sold"], taken.taken_on <= sold["_on"]])
    item = evidence.item(pairs["_id"], v.literal(DISPOSED, "string"), pairs["_on"], pairs["_proof"])
    pairs = pairs.mutate(_item=v.when([(pairs["_id"].notnull(), item)], v.null("string")))
    rows = pairs.group_by("_asset", "taken_on").aggregate(
        is_satisfied=pairs["_id"].notnull().max(), moved_by=evidence.listed(pairs["_item"], pairs["_on"])
    )
    assets = ground.book.table("collateral").select(_of="collateral_id", _under="contract_id")
    contracts = ground.book.table("contract").select("customer_id", _contract="contract_id")
    loans = ground.loans.group_by(_loan_under=ground.loans.contract_id).aggregate(
        loan_id=ground.loans["id"].min()
    )
    rows = rows.left_join(assets, rows["_asset"] == assets["_of"])
    rows = rows.inner_join(contracts, rows["_under"] == contracts["_contract"])
    rows = rows.semi_join(customers, rows.customer_id == customers["id"])
    rows = rows.left_join(loans, rows["_under"] == loans["_loan_under"])
    rows = ground.ends(rows, "taken_on", "ends_on", clock)
    return shaped(rows, TAKEN, part=rows["_asset"], starts_on=day_after(rows.taken_on))


def registrations(ground: Ground) -> Table:
    """Give the registration of each security that has a last day, for each open loan that it secures."""
    clock = ground.clocks[REGISTERED]
    rows = secured_loans(ground, clock.applies_to)
    rows = rows.filter(rows.registered_until.notnull())
    return shaped(
        rows,
        REGISTERED,
        part=v.concat(rows.collateral_id, ":", rows["_loan"]),
        loan_id=rows["_loan"],
        customer_id=rows["_borrower"],
        starts_on=rows.registered_on,
        ends_on=rows.registered_until,
    )


def consents(ground: Ground) -> Table:
    """Give the consent to draw reports of each borrower whose last day is known."""
    clock = ground.clocks[CONSENT]
    rows = ground.book.table("customer")
    rows = rows.filter(rows.bureau_consent_until.notnull())
    rows = rows.filter(rows.kind.isin(clock.applies_to)) if clock.applies_to else rows
    rows = rows.semi_join(ground.loans, rows.customer_id == ground.loans.customer_id)
    return shaped(rows, CONSENT, part=rows.customer_id, ends_on=rows.bureau_consent_until)


def records(ground: Ground, loans: Table) -> Table:
    """Give how long the bureau keeps the record of each loan's past arrears.

    It runs from when the last were made good; while something is past due it has not begun.

    Args:
        ground: the book and the policy.
        loans: facts_loan.
    """
    clock = ground.clocks[RECORD]
    rows = loans.filter(loans.arrears_ended_on.notnull() & (loans.dpd_days == 0))
    rows = rows.select("customer_id", "arrears_ended_on", loan_id="id")
    people = ground.book.table("customer").select(_person="customer_id", _what="kind")
    people = people.filter(people["_what"].isin(clock.applies_to)) if clock.applies_to else people
    rows = rows.semi_join(people, rows.customer_id == people["_person"])
    rows = ground.ends(rows, "arrears_ended_on", "ends_on", clock)
    rows = rows.filter(rows.ends_on >= ground.day)
    return shaped(rows, RECORD, part=rows.loan_id, starts_on=day_after(rows.arrears_ended_on))

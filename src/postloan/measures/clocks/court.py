"""Clocks of single proceedings: preservation, payment orders, claims in a bankruptcy and what it may undo."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import moving
from postloan.facts.context import standing
from postloan.facts.periods import Ground, later
from postloan.measures.clocks import evidence
from postloan.measures.clocks.debts import secured_loans
from postloan.measures.clocks.shape import any_missing, day_after, shaped

PRESERVATION, ORDER, CLAIM = "preservation", "payment_order", "bankruptcy_claim"
UNDONE_SECURITY, UNDONE_PAYMENT = "clawback_security", "clawback_payment"

SERVED, OBJECTED = "payment_order_served", "payment_order_objected"
"""Kinds of event about a loan: the order reached the debtor, and he objected."""

_INSOLVENCY = ("reorganisation", "liquidation")
_ACCEPTED = ("bankruptcy", "judged", "enforcement")
_SUED = ("sued", "judged", "enforcement", "bankruptcy")


def preservation(ground: Ground) -> Table:
    """Give the time to sue after each preservation of the bank's, satisfied by a suit for the same loan."""
    clock = ground.clocks[PRESERVATION]
    cases = moving.suits(ground)
    sued = cases.filter(cases.stage.isin(_SUED))
    sued = sued.group_by(_sued="id").aggregate(
        moved_by=evidence.listed(
            evidence.item(sued.proceeding_id, sued.stage, sued.filed_on, v.null("string")), sued.filed_on
        )
    )
    rows = cases.filter((cases.stage == "preservation") & cases.over_on.isnull())
    rows = rows.left_join(sued, rows["id"] == sued["_sued"])
    owners = ground.loans.select("customer_id", _loan="id")
    rows = rows.inner_join(owners, rows["id"] == owners["_loan"])
    rows = rows.mutate(_event=v.coalesce(rows.stage_on, rows.filed_on))
    rows = ground.ends(rows, "_event", "ends_on", clock)
    return shaped(
        rows,
        PRESERVATION,
        part=v.concat(rows.proceeding_id, ":", rows["id"]),
        loan_id=rows["id"],
        starts_on=day_after(rows["_event"]),
        is_satisfied=rows["_sued"].notnull(),
    )


def payment_order(ground: Ground) -> Table:
    """Give the debtor's time after each payment order that reached him.

    His objection in time ends the order; without one the time is satisfied once it is over.
    """
    clock = ground.clocks[ORDER]
    events = ground.book.table("event")
    events = events.filter(events.subject_kind == "loan")
    loans = ground.loans.select("customer_id", _loan="id")
    served = events.filter(events.kind == SERVED)
    served = served.inner_join(loans, served.subject_id == loans["_loan"])
    served = ground.ends(served, "occurred_on", "ends_on", clock)
    refused = events.filter(events.kind == OBJECTED)
    refused = refused.select(_refused="subject_id", _on="occurred_on", _id="event_id", _proof="proof_ref")
    pairs = served.left_join(
        refused,
        [
            served.subject_id == refused["_refused"],
            served.occurred_on <= refused["_on"],
            served.ends_on >= refused["_on"],
        ],
    )
    kind = v.when([(pairs["_id"].notnull(), v.literal(OBJECTED, "string"))], v.null("string"))
    item = evidence.item(pairs["_id"], kind, pairs["_on"], pairs["_proof"])
    pairs = pairs.mutate(_item=v.when([(pairs["_id"].notnull(), item)], v.null("string")))
    rows = pairs.group_by(
        "event_id", "customer_id", "occurred_on", "ends_on", loan_id=pairs["_loan"]
    ).aggregate(is_lost=pairs["_id"].notnull().max(), moved_by=evidence.listed(pairs["_item"], pairs["_on"]))
    over = (rows.ends_on < ground.day) & ~rows.is_lost
    return shaped(rows, ORDER, part=rows.event_id, starts_on=day_after(rows.occurred_on), is_satisfied=over)


def bankruptcies(ground: Ground) -> Table:
    """Give the open insolvencies of those who owe an open loan, as the debtor.

    Columns: proceeding_id, customer_id, our_role, filed_on, claim_deadline_on, and accepted_on, null while
    the court has not accepted it.
    """
    rows = ground.book.table("proceeding")
    kinds = rows.kind.isin(_INSOLVENCY).fill_null(False) | (rows.stage == "bankruptcy")
    debtor = rows.role.isnull() | (rows.role == "defendant")
    rows = rows.filter(kinds & debtor & rows.closed_on.isnull() & (rows.stage != "terminated"))
    rows = rows.semi_join(ground.loans, rows.customer_id == ground.loans.customer_id)
    accepted = v.when(
        [(rows.stage.isin(_ACCEPTED), v.coalesce(rows.stage_on, rows.filed_on))], v.null("date")
    )
    return rows.select(
        "proceeding_id", "customer_id", "our_role", "filed_on", "claim_deadline_on", accepted_on=accepted
    )


def bankruptcy_claim(ground: Ground) -> Table:
    """Give the court's period for the bank's claim in each insolvency.

    It is satisfied once it is over and the bank takes part. Without the court's date it cannot be counted;
    the law's least period tells before when it cannot end.
    """
    clock = ground.clocks[CLAIM]
    rows = bankruptcies(ground)
    begun = v.coalesce(rows.accepted_on, rows.filed_on)
    over = (rows.claim_deadline_on < ground.day).fill_null(False)
    missing = any_missing((rows.claim_deadline_on.isnull(), "proceeding.claim_deadline_on"))
    earliest = later(begun, clock.after) if clock.after else v.null("date")
    return shaped(
        rows,
        CLAIM,
        part=rows.proceeding_id,
        starts_on=day_after(begun),
        ends_on=rows.claim_deadline_on,
        is_satisfied=over & (rows.our_role == "creditor"),
        missing=missing,
        not_before=v.when([(missing.notnull(), earliest)], v.null("date")),
    )


def undone_security(ground: Ground, loans: Table) -> Table:
    """Give the look-back on security that was registered for a debt already there.

    It is lost where the court accepts the debtor's bankruptcy within the time; once that has passed it is no
    clock any more.

    Args:
        ground: the book and the policy.
        loans: facts_loan.
    """
    clock = ground.clocks[UNDONE_SECURITY]
    paid = loans.select(_paid="id", _paid_on="disbursed_on")
    links = secured_loans(ground)
    rows = links.inner_join(paid, links["_loan"] == paid["_paid"])
    old = later(rows["_paid_on"], clock.after) if clock.after else rows["_paid_on"]
    rows = _debtors(ground, rows.filter(rows.registered_on > old), "_borrower", clock.applies_to)
    rows = ground.ends(rows, "registered_on", "ends_on", clock)
    accepted = bankruptcies(ground)
    accepted = accepted.filter(accepted.accepted_on.notnull())
    accepted = accepted.select(_broke="customer_id", _case="proceeding_id", _on="accepted_on")
    pairs = rows.left_join(
        accepted,
        [
            rows["_borrower"] == accepted["_broke"],
            rows.registered_on <= accepted["_on"],
            rows.ends_on >= accepted["_on"],
        ],
    )
    item = evidence.item(pairs["_case"], v.literal("bankruptcy", "string"), pairs["_on"], v.null("string"))
    pairs = pairs.mutate(_item=v.when([(pairs["_case"].notnull(), item)], v.null("string")))
    found = pairs.group_by(
        "collateral_id", "registered_on", "ends_on", loan_id=pairs["_loan"], customer_id=pairs["_borrower"]
    ).aggregate(
        is_lost=pairs["_case"].notnull().max(), moved_by=evidence.listed(pairs["_item"], pairs["_on"])
    )
    found = found.filter(found.is_lost | (found.ends_on >= ground.day))
    return shaped(
        found,
        UNDONE_SECURITY,
        part=v.concat(found.collateral_id, ":", found.loan_id),
        starts_on=day_after(found.registered_on),
    )


def undone_payments(ground: Ground) -> Table:
    """Give, for each accepted bankruptcy, the time before it whose payments to the bank may be reclaimed.

    One without payments in that time is no clock; where there are some it has come to what it threatens.
    """
    clock = ground.clocks[UNDONE_PAYMENT]
    rows = bankruptcies(ground)
    rows = _debtors(ground, rows.filter(rows.accepted_on.notnull()), "customer_id", clock.applies_to)
    span = clock.within
    assert span is not None
    rows = rows.mutate(starts_on=later(rows.accepted_on, span, back=True))
    paid = standing(ground.book.table("payment"), "payment_id")
    loans = ground.loans.select(_loan="id", _payer="customer_id")
    paid = paid.filter(paid.amount > 0).inner_join(loans, paid.loan_id == loans["_loan"])
    paid = paid.select("_payer", "payment_id", "paid_on")
    pairs = rows.inner_join(
        paid,
        [
            rows.customer_id == paid["_payer"],
            rows.starts_on <= paid.paid_on,
            rows.accepted_on > paid.paid_on,
        ],
    )
    item = evidence.item(pairs.payment_id, v.literal("payment", "string"), pairs.paid_on, v.null("string"))
    pairs = pairs.mutate(_item=item)
    found = pairs.group_by("proceeding_id", "customer_id", "starts_on", ends_on=pairs.accepted_on).aggregate(
        moved_by=evidence.listed(pairs["_item"], pairs.paid_on)
    )
    return shaped(found, UNDONE_PAYMENT, part=found.proceeding_id, is_lost=v.literal(True, "boolean"))


def _debtors(ground: Ground, rows: Table, key: str, kinds: tuple[str, ...]) -> Table:
    """Keep rows of customers of those kinds; all where none is named."""
    if not kinds:
        return rows
    people = ground.book.table("customer")
    people = people.filter(_of_kinds(people.kind, kinds))
    return rows.semi_join(people, rows[key] == people.customer_id)


def _of_kinds(kind: Column, kinds: tuple[str, ...]) -> Column:
    return kind.isin(kinds)

"""The schedule met by the payments: each instalment with what of it is still missing.

Payments with a split meet their own component, the oldest instalment first. Payments without one meet the
oldest instalment first and in it fees, then interest, then principal (Civil Code 560 and 561).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, standing, zero

PARTS = ("fees", "interest", "principal")
"""Components in the order in which an unsplit payment meets them."""


def instalments(context: Context) -> Table:
    """Give every instalment due by the day, with what is missing of it.

    Columns: loan_id, due_on, due (cents), due_<part>, missing_<part>, missing (cents), is_met, cause_unpaid,
    proof_ref, due_so_far (cents due up to and with this instalment), tolerance (cents), unsplit_other (cents
    of unsplit money that went to its fees and interest).
    """
    due = context.book.table("due")
    due = due.filter(due.due_on <= context.day).semi_join(
        context.made["loans"], due.loan_id == context.made["loans"].id
    )
    due = due.mutate(
        fees=due.fees.fill_null(0), principal=due.principal.fill_null(0), interest=due.interest.fill_null(0)
    )
    paid = paid_by_part(context)
    rows = due.left_join(paid, due.loan_id == paid["_paid_loan"])
    rows = rows.mutate(**{f"paid_{part}": rows[f"paid_{part}"].fill_null(0) for part in (*PARTS, "unsplit")})
    rows = _after_split(rows)
    rows = _after_unsplit(rows)
    whole = rows.fees + rows.interest + rows.principal
    missing = rows.missing_fees + rows.missing_interest + rows.missing_principal
    tolerance = _tolerance(context, whole)
    rows = rows.mutate(due=whole, missing=missing, tolerance=tolerance, is_met=missing <= tolerance)
    order = [(rows.due_on, "asc")]
    rows = rows.mutate(due_so_far=v.running_sum(rows.due, partition=[rows.loan_id], order=order))
    other = rows.left_fees + rows.left_interest - rows.missing_fees - rows.missing_interest
    rows = rows.mutate(unsplit_other=other).rename(**{f"due_{part}": part for part in PARTS})
    kept = ["loan_id", "due_on", "due", *(f"due_{p}" for p in PARTS), *(f"missing_{p}" for p in PARTS)]
    return context.keep(
        "instalments",
        rows.select(
            *kept,
            "missing",
            "is_met",
            "cause_unpaid",
            "proof_ref",
            "due_so_far",
            "tolerance",
            "unsplit_other",
        ),
    )


def payments(context: Context) -> Table:
    """Give the payments on open loans by the day, reversals and what they reverse taken out.

    Columns: loan_id, paid_on, payment_id, amount, the parts (cents, 0 where absent).
    """
    table = context.book.table("payment")
    table = standing(table.filter(table.paid_on <= context.day), "payment_id")
    loans = context.made["loans"]
    table = table.semi_join(loans, table.loan_id == loans.id)
    return table.select(
        "loan_id",
        "paid_on",
        "payment_id",
        "amount",
        **{part: table[part].fill_null(0) for part in PARTS},
    )


def numbered(context: Context) -> Table:
    """Give the payments with `number`, from 1 in each loan as they came, and `so_far`, paid up to each."""
    paid = context.made["payments"]
    order = [(paid.paid_on, "asc"), (paid.payment_id, "asc")]
    return paid.mutate(
        number=v.row_number(partition=[paid.loan_id], order=order),
        so_far=v.running_sum(paid.amount, partition=[paid.loan_id], order=order),
    )


def met(context: Context, rows: Table) -> Table:
    """Give the payment that met each instalment which fell due before the day.

    One that falls due on the day says nothing yet and is left out. One within the tolerance as a whole, such
    as an instalment of nothing, needs no payment.

    Columns: loan_id, due_on, is_nothing, met_on and met_by (see `numbered`), null where it is not met.
    """
    rows = rows.filter(rows.due_on < context.day)
    paid = numbered(context)
    # Instalments and payments stand on one scale of money: an instalment is met by the first payment
    # whose running total reaches what was due up to it, less the tolerance.
    marks = rows.select(
        "loan_id",
        level=rows.due_so_far - rows.tolerance,
        kind=zero(),
        due_on="due_on",
        paid_on=v.null("date"),
        number=v.null("integer"),
        is_nothing=rows.due <= rows.tolerance,
    )
    steps = paid.select(
        "loan_id",
        level="so_far",
        kind=v.literal(1, "integer"),
        due_on=v.null("date"),
        paid_on="paid_on",
        number="number",
        is_nothing=v.literal(False, "boolean"),
    )
    both = marks.union(steps)
    order = [(both.level, "asc"), (both.kind, "asc"), (both.due_on, "asc"), (both.paid_on, "asc")]
    both = both.mutate(
        met_on=v.least_from_here(both.paid_on, partition=[both.loan_id], order=order),
        met_by=v.least_from_here(both.number, partition=[both.loan_id], order=order),
    )
    return both.filter(both.kind == 0).select("loan_id", "due_on", "is_nothing", "met_on", "met_by")


def paid_by_part(context: Context) -> Table:
    """Give what was paid on each loan: columns _paid_loan, paid_<part> and paid_unsplit (cents)."""
    table = context.made["payments"]
    # What a split leaves of its amount is paid all the same, so it goes where unsplit money goes. The parts
    # of a payment without a split are 0.
    rest = table.amount - table.fees - table.interest - table.principal
    sums = {f"paid_{part}": v.total(table[part]) for part in PARTS}
    return table.group_by(_paid_loan=table.loan_id).aggregate(**sums, paid_unsplit=v.total(rest))


def _after_split(rows: Table) -> Table:
    order = [(rows.due_on, "asc")]
    sums = {f"so_far_{p}": v.running_sum(rows[p], partition=[rows.loan_id], order=order) for p in PARTS}
    rows = rows.mutate(**sums)
    return rows.mutate(
        **{f"left_{p}": _clip(rows[f"so_far_{p}"] - rows[f"paid_{p}"], rows[p]) for p in PARTS}
    )


def _after_unsplit(rows: Table) -> Table:
    """Let the unsplit money run over what the split money left: by instalment, and in it by part."""
    in_row = rows.left_fees + rows.left_interest + rows.left_principal
    rows = rows.mutate(_in_row=in_row)
    order = [(rows.due_on, "asc")]
    rows = rows.mutate(_through=v.running_sum(rows["_in_row"], partition=[rows.loan_id], order=order))
    before = rows["_through"] - rows["_in_row"]
    missing = {}
    for part in PARTS:
        before = before + rows[f"left_{part}"]
        missing[f"missing_{part}"] = _clip(before - rows.paid_unsplit, rows[f"left_{part}"])
    return rows.mutate(**missing)


def _clip(amount: Column, most: Column) -> Column:
    """Hold an amount between 0 and `most`."""
    return v.least(v.greatest(amount, zero()), most)


def _tolerance(context: Context, whole: Column) -> Column:
    """Give the larger of the fixed amount and the share of the instalment, in cents (contract, P)."""
    tolerance: Mapping[str, Decimal] = context.policy.parameter("arrears_tolerance")
    fixed, millionths = int(tolerance["amount"] * 100), int(tolerance["share"] * 1_000_000)
    million = v.literal(1_000_000, "integer")
    # The millions and the rest apart, so that no amount of the book leaves int64.
    rest = v.integer_divide(v.modulo(whole, million) * millionths, million)
    share = v.integer_divide(whole, million) * millionths + rest
    return v.greatest(v.literal(fixed, "integer"), share)

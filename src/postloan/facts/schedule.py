"""The schedule met by the payments: each instalment with what of it is still missing.

Payments with a split meet their own component, the oldest instalment first. Payments without one meet the
oldest instalment first and in it fees, then interest, then principal (Civil Code 560 and 561).
"""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, zero

PARTS = ("fees", "interest", "principal")
"""Components in the order in which an unsplit payment meets them."""


def instalments(context: Context) -> Table:
    """Give every instalment due by the day, with what is missing of it.

    Columns: loan_id, due_on, due (cents), due_<part>, missing_<part>, missing (cents), is_met, cause_unpaid,
    proof_ref, due_so_far (cents due up to and with this instalment), tolerance (cents).
    """
    due = context.book.table("due")
    due = due.filter(due.due_on <= context.day).semi_join(
        context.made["loans"], due.loan_id == context.made["loans"].id
    )
    due = due.mutate(
        fees=due.fees.fill_null(0), principal=due.principal.fill_null(0), interest=due.interest.fill_null(0)
    )
    paid = _paid(context)
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
    rows = rows.rename(**{f"due_{part}": part for part in PARTS})
    kept = ["loan_id", "due_on", "due", *(f"due_{p}" for p in PARTS), *(f"missing_{p}" for p in PARTS)]
    return context.keep(
        "instalments",
        rows.select(*kept, "missing", "is_met", "cause_unpaid", "proof_ref", "due_so_far", "tolerance"),
    )


def payments(context: Context) -> Table:
    """Give the payments on open loans by the day, reversals and what they reverse taken out.

    Columns: loan_id, paid_on, amount, the parts (cents, 0 where absent), is_split.
    """
    table = context.book.table("payment")
    table = table.filter(table.paid_on <= context.day)
    reversed_ids = table.filter(table.reverses_id.notnull()).select(_reversed="reverses_id").distinct()
    table = table.filter(table.reverses_id.isnull())
    table = table.anti_join(reversed_ids, table.payment_id == reversed_ids["_reversed"])
    loans = context.made["loans"]
    table = table.semi_join(loans, table.loan_id == loans.id)
    is_split = table.principal.notnull() | table.interest.notnull() | table.fees.notnull()
    return table.select(
        "loan_id",
        "paid_on",
        "payment_id",
        "amount",
        **{part: table[part].fill_null(0) for part in PARTS},
        is_split=is_split,
    )


def _paid(context: Context) -> Table:
    table = context.keep("payments", payments(context))
    sums = {f"paid_{part}": v.total_if(table[part], table.is_split) for part in PARTS}
    # What a split leaves of its amount is paid all the same, so it goes where unsplit money goes.
    rest = table.is_split.ifelse(table.amount - table.fees - table.interest - table.principal, table.amount)
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
    fixed = int(context.number("arrears_tolerance_amt") * 100)
    thousandths = int(context.number("arrears_tolerance_share") * 1_000_000)
    share = v.integer_divide(whole * thousandths, v.literal(1_000_000, "integer"))
    return v.greatest(v.literal(fixed, "integer"), share)

"""Exposures as they stood on an earlier day, by the bank's records of the time."""

from __future__ import annotations

from datetime import date, timedelta

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, standing


def months_before(day: date, months: int) -> date:
    """Give the same day that many months before, or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 - months
    first = date(index // 12, index % 12 + 1, 1)
    following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def exposures(context: Context, then: date) -> Table:
    """Give the exposures of the bank's own risk open on a day.

    Columns: loan_id, customer_id, currency, region_id, industry_id.
    """
    loan, at = context.book.table("loan"), v.literal(then, "date")
    loan = loan.filter((loan.disbursed_on <= at) & (loan.closed_on.isnull() | (loan.closed_on > at)))
    contract = context.book.table("contract")
    entrusted = contract.filter(contract.is_entrusted.fill_null(False))
    loan = loan.anti_join(entrusted, loan.contract_id == entrusted.contract_id)
    customer = context.book.table("customer")
    customer = customer.select(_customer="customer_id", region_id="region_id", industry_id="industry_id")
    rows = loan.left_join(customer, loan.customer_id == customer["_customer"])
    return rows.select("loan_id", "customer_id", "currency", "region_id", "industry_id")


def late(context: Context, then: date) -> Table:
    """Give the exposures open on a day with the days that they were past due by the bank's records.

    As for the business date, a record stands for position_max_age days, and days above 0 go on where nothing
    was paid since.

    Columns: those of `exposures`, days; null where no record stood.
    """
    at = v.literal(then, "date")
    table = context.book.table("position")
    days = v.greatest(table.days_past_due, table.days_past_due_principal, table.days_past_due_interest)
    last = _last(context, table.mutate(days=days).filter(days.notnull()), then)
    paid = context.book.table("payment")
    paid = standing(paid.filter(paid.paid_on <= at), "payment_id")
    paid = paid.filter(paid.amount > 0).group_by(_paid=paid.loan_id).aggregate(_paid_on=paid.paid_on.max())
    last = last.left_join(paid, last.loan_id == paid["_paid"])
    untouched = last["_paid_on"].isnull() | (last["_paid_on"] <= last.on_date)
    moved = ((last.days > 0) & untouched).ifelse(last.days + v.days_between(at, last.on_date), last.days)
    last = last.select(_loan="loan_id", days=moved)
    rows = exposures(context, then)
    return rows.left_join(last, rows.loan_id == last["_loan"]).drop("_loan")


def balances(context: Context, then: date) -> Table:
    """Give the exposures open on a day with their balance by the bank's records, in cents of today's rates.

    Columns: those of `exposures`, balance; null where no record stood.
    """
    last = _last(context, context.book.table("position"), then)
    last = last.select(_loan="loan_id", _balance=v.greatest(last.balance, v.literal(0, "integer")))
    rate = context.made["rates"].select(_priced="_currency", _price="_rate")
    rows = exposures(context, then)
    rows = rows.left_join(last, rows.loan_id == last["_loan"])
    rows = rows.left_join(rate, rows.currency == rate["_priced"])
    return rows.mutate(balance=v.convert(rows["_balance"], rows["_price"])).drop(
        "_loan", "_balance", "_priced", "_price"
    )


def _last(context: Context, records: Table, then: date) -> Table:
    oldest = then - timedelta(days=context.whole("position_max_age"))
    known = records.filter(
        (records.on_date <= v.literal(then, "date")) & (records.on_date >= v.literal(oldest, "date"))
    )
    ranked = known.mutate(_rank=v.row_number(partition=[known.loan_id], order=[(known.on_date, "desc")]))
    return ranked.filter(ranked["_rank"] == 1).drop("_rank")

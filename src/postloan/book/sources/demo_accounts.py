"""Accounts of the generated book and sixteen months of entries on them."""

from __future__ import annotations

from datetime import date, timedelta

from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v

_EMPTIED_DAYS, _CHARGED_DAYS = 45, 20
_PENALTY = -3_500
_SLOTS = 200
"""Places in the order of a day that each of a customer's loans has for its instalments."""


def _int(value: int) -> Column:
    return v.literal(value, "integer")


def _text(value: str) -> Column:
    return v.literal(value, "string")


def _opening_day(as_of: date, months: int) -> date:
    return as_of - timedelta(days=31 * months)


def accounts(customers: Table, as_of: date, months: int) -> Table:
    """Give one current account a customer, open from before the first entry."""
    return customers.select(
        account_id=customers.account_id,
        customer_id=customers.customer_id,
        institution_id=customers.institution_id,
        kind=_text("current"),
        opened_on=v.literal(_opening_day(as_of, months), "date"),
    )


def entries(customers: Table, paid: Table, engine: Engine, as_of: date, months: int) -> Table:
    """Give income, spending and repayments; where payments stop, the account is emptied.

    Income a month is twice what the loans ask; farmers have four times that in September to November and half
    of it otherwise. Who misses three instalments or more has no income in the last three months, takes out
    more than the account holds 45 days before `as_of` and is charged penalty interest 25 days later.
    """
    held = customers.mutate(
        income=customers.monthly * _int(2) + _int(300_000),
        opening=customers.monthly * _int(3) + _int(5_000_000),
    )
    emptied = held.filter(held.missed >= _int(3))
    monthly = held.cross_join(_months(engine, as_of, months))
    rows = _opening(held, _opening_day(as_of, months)).union(
        _incomes(monthly),
        _spending(monthly),
        _emptying(emptied, as_of - timedelta(days=_EMPTIED_DAYS)),
        _penalties(emptied, as_of - timedelta(days=_CHARGED_DAYS)),
        _repayments(paid),
    )
    rows = rows.filter(rows.booked_on <= v.literal(as_of, "date"))
    order = [(rows.booked_on, "asc"), (rows.sequence, "asc")]
    balance = v.running_sum(rows.cents, partition=[rows.account_id], order=order)
    booked = rows.mutate(balance=balance)
    return booked.select(
        entry_id=v.concat(
            booked.account_id,
            "-",
            v.text(v.days_between(booked.booked_on, v.literal(date(2000, 1, 1), "date"))),
            "-",
            v.text(booked.sequence),
        ),
        account_id=booked.account_id,
        booked_on=booked.booked_on,
        sequence=booked.sequence,
        amount=v.money(booked.cents),
        kind=booked.kind,
        balance_after=v.money(booked.balance),
    )


def _months(engine: Engine, as_of: date, months: int) -> Table:
    """Give the first days of the months up to `as_of`, `back` months before it."""
    rows, day = [], as_of.replace(day=1)
    for back in range(months):
        rows.append({"back": back, "first": day})
        day = (day - timedelta(days=1)).replace(day=1)
    return engine.from_rows(rows, [Field("back", "integer"), Field("first", "date")], "starts")


def _entry(table: Table, day: Column, sequence: Column, cents: Column, kind: Column) -> Table:
    return table.select(account_id=table.account_id, booked_on=day, sequence=sequence, cents=cents, kind=kind)


def _opening(held: Table, day: date) -> Table:
    return _entry(held, v.literal(day, "date"), _int(0), held.opening, _text("transfer"))


def _incomes(monthly: Table) -> Table:
    kept = monthly.filter((monthly.missed < _int(3)) | (monthly.back >= _int(3)))
    farmer = kept.customer_kind == _text("farmer")
    harvest = v.month(kept.first).between(9, 11)
    earned = v.when(
        [(farmer & harvest, kept.income * _int(4)), (farmer, v.integer_divide(kept.income, _int(2)))],
        kept.income,
    )
    kind = (kept.customer_kind == _text("individual")).ifelse(_text("salary"), _text("transfer"))
    return _entry(kept, v.add_days(kept.first, 9), _int(1), earned, kind)


def _spending(monthly: Table) -> Table:
    spent = _int(0) - v.integer_divide(monthly.income * _int(2), _int(5))
    return _entry(monthly, v.add_days(monthly.first, 19), _int(2), spent, _text("cash"))


def _emptying(emptied: Table, day: date) -> Table:
    """Take out the opening balance and more months of income than can have been saved."""
    months = (emptied.customer_kind == _text("farmer")).ifelse(_int(20), _int(8))
    cents = _int(0) - emptied.opening - emptied.income * months
    return _entry(emptied, v.literal(day, "date"), _int(3), cents, _text("cash"))


def _penalties(emptied: Table, day: date) -> Table:
    return _entry(emptied, v.literal(day, "date"), _int(4), _int(_PENALTY), _text("penalty_interest"))


def _repayments(paid: Table) -> Table:
    met = paid.filter(paid.met)
    sequence = (met.rank + _int(1)) * _int(_SLOTS) + met.step
    return _entry(met, met.paid_on, sequence, _int(0) - met.paid, _text("loan_repayment"))

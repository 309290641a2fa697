"""Balances of accounts: what stood on which days, and when an account was below zero (families ACC)."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, zero


def stock(context: Context, runs: Table) -> Table:
    """Give what balances come to, one row a customer: column id, amounts in cents.

    `runs` has each entry with the days for which the balance after it stood.
    """
    below = runs.balance_after < 0
    last_below = v.least(v.greatest(v.add_days(runs.until, -1), runs.booked_on), context.day)
    sixty = v.literal(context.as_of - timedelta(days=59), "date")
    in_sixty = last_below >= sixty
    months = {f"_month_{n}": below & _touches(runs, context.months(1, back=n)) for n in range(6)}
    sums = runs.group_by(id=runs.customer_id).aggregate(
        account_balance=v.total_if(runs.balance_after, runs.is_last),
        available_balance=v.total_if(
            runs.balance_after, runs.is_last & (runs.balance_after > 0) & ~runs.is_tied
        ),
        _balances=v.count_if(runs.balance_after.notnull()),
        **{
            f"_days_{n}": v.total_if(runs.balance_after * _days_in(runs, context, n), _stands(runs))
            for n in (30, 180)
        },
        _credit_days_90=v.total_if(
            runs.balance_after * _days_in(runs, context, 90), _stands(runs) & (runs.balance_after > 0)
        ),
        has_overdraft_60d=(below & in_sixty).max(),
        min_balance_60d=v.min_if(runs.balance_after, in_sixty),
        _below_on=v.max_if(last_below, below),
        **{name: flag.max() for name, flag in months.items()},
    )
    known = sums["_balances"] > 0
    count = zero()
    for name in months:
        count = count + sums[name].ifelse(v.literal(1, "integer"), zero())
    sums = sums.mutate(
        balance_avg_30d=v.integer_divide(sums["_days_30"], v.literal(30, "integer")),
        balance_avg_180d=v.integer_divide(sums["_days_180"], v.literal(180, "integer")),
        balance_30d_vs_180d=v.ratio(sums["_days_30"] * 6, sums["_days_180"]),
        credit_days_90d=sums["_credit_days_90"],
        overdraft_month_count_6m=count,
        days_since_overdraft_days=v.days_between(context.day, sums["_below_on"]),
    )
    kept = (
        "account_balance",
        "available_balance",
        "balance_avg_30d",
        "balance_avg_180d",
        "balance_30d_vs_180d",
        "credit_days_90d",
        "has_overdraft_60d",
        "min_balance_60d",
        "overdraft_month_count_6m",
        "days_since_overdraft_days",
    )
    # Without any balance in the entries nothing can be said of balances; zero would say "clear".
    return sums.select("id", **{name: _only_if(known, sums[name]) for name in kept})


def _only_if(known: Column, column: Column) -> Column:
    return v.when([(known, column)], column.nullif(column))


def _stands(runs: Table) -> Column:
    return runs.balance_after.notnull()


def _touches(runs: Table, window: tuple[object, object]) -> Column:
    start, end = v.literal(window[0], "date"), v.literal(window[1], "date")
    return (runs.booked_on < end) & (v.greatest(runs.until, v.add_days(runs.booked_on, 1)) > start)


def _days_in(runs: Table, context: Context, days: int) -> Column:
    start = v.literal(context.as_of - timedelta(days=days - 1), "date")
    return v.greatest(v.days_between(runs.until, v.greatest(runs.booked_on, start)), zero())

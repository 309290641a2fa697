"""What the bank's records say: days past due, balances, limits and how far they are used."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, nulls, within, zero
from postloan.facts.registry import fact

_LIMIT = "position.on_date position.balance position.limit_amount contract.limit_amount"

FACTS = (
    fact(
        "loan.accrued_interest_amt",
        "Interest accrued, by the bank's record.",
        zh="本行记录的应计利息。",
        needs="position",
        sources="position.on_date position.accrued_interest",
    ),
    fact(
        "loan.limit_amt",
        "The limit: by the bank's record, else by contract.",
        zh="授信额度：按本行记录，没有的按合同。",
        sources=_LIMIT,
    ),
    fact(
        "loan.utilisation_share",
        "Balance over limit of a revolving loan.",
        zh="循环贷款余额与额度之比。",
        sources=_LIMIT,
    ),
    fact(
        "loan.utilisation_chg_1m",
        "Change of utilisation since 30 days before.",
        zh="额度使用率较30天前的变动。",
        kind="decimal",
        unit="share points",
        needs="position",
        sources=_LIMIT,
    ),
    fact(
        "loan.full_limit_days_90d",
        "Of the last 90 days, those with utilisation of 95 % or more of a revolving limit; each record "
        "stands until the next, 35 days at most. What is paid out once has been used in full by nature: 0.",
        zh="最近90天中循环额度使用率达95%及以上的天数；每条记录沿用至下一条，最长35天；一次性发放的贷款为0。",
        kind="integer",
        unit="days",
        needs="position",
        sources=_LIMIT,
    ),
    fact(
        "loan.overlimit_amt",
        "Balance beyond the lower of limit and drawing power.",
        zh="余额超出额度与可提款额两者较低者的金额。",
        needs="position",
        sources=_LIMIT + " position.drawing_power",
    ),
    fact(
        "loan.overlimit_days",
        "Days in a row, by the records, with a balance beyond the limit.",
        zh="按记录余额连续超出上述限额的天数。",
        needs="position",
        keeps="calendar",
        sources=_LIMIT + " position.drawing_power",
    ),
    fact(
        "loan.month_end_overdue_count_6m",
        "At how many of the last six month ends, the day included, the bank's record says past due.",
        zh="最近六个月末（当日为月末的含当日）中本行记录为逾期的次数。",
        needs="position",
        sources="position.on_date position.days_past_due position.days_past_due_principal "
        "position.days_past_due_interest",
    ),
    fact(
        "loan.payment_share_1m",
        "Of a revolving loan, what was paid since the month end before over the balance then; null "
        "where none was owed.",
        zh="循环贷款自上月末以来的还款与上月末余额之比；上月末无余额为空。",
        kind="decimal",
        unit="fraction",
        needs="position payment",
        sources="position.on_date position.balance payment.paid_on payment.amount",
    ),
)

_WINDOW_DAYS = 220
"""Days of records that the facts here look back on: six month ends and a record's longest age."""


_COLUMNS: dict[str, Kind] = {
    "record_age": "integer",
    "dpd_position_days": "integer",
    "position_principal_days": "integer",
    "position_interest_days": "integer",
    "record_balance": "integer",
    "last_balance": "integer",
    "record_limit": "integer",
    "accrued_interest": "integer",
    "overdue_record": "integer",
    "overlimit": "integer",
    "full_limit_days_90d": "integer",
    "utilisation_chg_1m": "decimal",
    "overlimit_days": "integer",
    "month_end_overdue_count_6m": "integer",
    "owed_before": "integer",
    "paid_since": "integer",
    "payment_share_1m": "decimal",
}


def compute(context: Context) -> Table:
    """Give the facts of the bank's records, one row a loan: column id, amounts in cents."""
    loans = context.made["loans"].select("id")
    if not context.book.has("position"):
        return context.give("positions", nulls(loans, _COLUMNS))
    rows = context.keep("records", _records(context))
    parts = {
        "latest": _latest(context, rows),
        "days": _latest_days(context, rows),
        "usage": _usage(context, rows),
        "shares": _payment_share(context, rows),
    }
    return context.keep("positions", by_id(parts, loans))


def _records(context: Context) -> Table:
    table = context.book.table("position")
    first = v.literal(context.as_of - timedelta(days=_WINDOW_DAYS), "date")
    loans = context.made["loans"].select(_loan="id", _limit="contract_limit", _revolving="is_revolving")
    rows = table.filter((table.on_date <= context.day) & (table.on_date >= first))
    rows = rows.inner_join(loans, rows.loan_id == loans["_loan"])
    limit = v.coalesce(rows.limit_amount, rows["_limit"])
    order = [(rows.on_date, "asc")]
    following = v.lead(rows.on_date, partition=[rows.loan_id], order=order)
    # A record still stands at the greatest age, so it ends the day after.
    longest = v.add_days(rows.on_date, context.whole("position_max_age") + 1)
    tomorrow = v.literal(context.as_of + timedelta(days=1), "date")
    return rows.select(
        "loan_id",
        "on_date",
        "balance",
        "accrued_interest",
        "overdue_principal",
        "overdue_interest",
        principal_days=rows.days_past_due_principal,
        interest_days=rows.days_past_due_interest,
        days=v.greatest(rows.days_past_due, rows.days_past_due_principal, rows.days_past_due_interest),
        limit=limit,
        ceiling=v.least(limit, rows.drawing_power),
        is_revolving=rows["_revolving"],
        until=v.least(following, longest, tomorrow),
    )


def _latest(context: Context, rows: Table) -> Table:
    ranked = rows.mutate(_rank=v.row_number(partition=[rows.loan_id], order=[(rows.on_date, "desc")]))
    last = ranked.filter(ranked["_rank"] == 1)
    fresh = v.days_between(context.day, last.on_date) <= context.whole("position_max_age")
    over = last.balance - last.ceiling
    return last.select(
        id=last.loan_id,
        record_balance=fresh.ifelse(last.balance, v.null("integer")),
        last_balance=last.balance,
        record_limit=last["limit"],
        accrued_interest=fresh.ifelse(last.accrued_interest, v.null("integer")),
        overdue_record=fresh.ifelse(
            _sum_known(last.overdue_principal, last.overdue_interest), v.null("integer")
        ),
        overlimit=(fresh & over.notnull()).ifelse(v.greatest(over, zero()), v.null("integer")),
    )


def _latest_days(context: Context, rows: Table) -> Table:
    """Give the days past due of the last record that says any, carried forward to the day.

    A record without days, which only states a balance, does not hide those of an earlier one.
    """
    said = rows.filter(rows.days.notnull())
    ranked = said.mutate(_rank=v.row_number(partition=[said.loan_id], order=[(said.on_date, "desc")]))
    last = ranked.filter(ranked["_rank"] == 1)
    paid = context.made["payments"]
    paid = paid.filter(paid.amount > 0).group_by(_paid=paid.loan_id).aggregate(_last_paid=paid.paid_on.max())
    last = last.left_join(paid, last.loan_id == paid["_paid"])
    age = v.days_between(context.day, last.on_date)
    fresh = age <= context.whole("position_max_age")
    untouched = last["_last_paid"].isnull() | (last["_last_paid"] <= last.on_date)

    def carried(days: Column) -> Column:
        moved = ((days > 0) & untouched).ifelse(days + age, days)
        return fresh.ifelse(moved, v.null("integer"))

    return last.select(
        id=last.loan_id,
        record_age=age,
        dpd_position_days=carried(last.days),
        position_principal_days=carried(last.principal_days),
        position_interest_days=carried(last.interest_days),
    )


def _sum_known(first: Column, second: Column) -> Column:
    """Add two amounts of which one may be missing; null where both are."""
    known = v.coalesce(first, zero()) + v.coalesce(second, zero())
    return (first.isnull() & second.isnull()).ifelse(v.null("integer"), known)


def _usage(context: Context, rows: Table) -> Table:
    start = v.literal(context.as_of - timedelta(days=89), "date")
    overlap = v.greatest(v.days_between(rows.until, v.greatest(rows.on_date, start)), zero())
    # At least 95 %: what is left is a twentieth at most; so written no amount of the book leaves int64.
    is_full = rows["limit"] - rows.balance <= v.integer_divide(rows["limit"], v.literal(20, "integer"))
    before = context.as_of - timedelta(days=30)
    then = (rows.on_date <= v.literal(before, "date")) & (rows.until > v.literal(before, "date"))
    now = rows.until > context.day
    over = rows.balance > rows.ceiling
    is_month_end = v.day_of_month(v.add_days(rows.on_date, 1)) == 1
    month_end = is_month_end & within(rows.on_date, context.months(6)) & rows.days.notnull()
    sums = rows.group_by(id=rows.loan_id).aggregate(
        full_limit_days_90d=v.total_if(overlap, (rows["limit"] > 0) & is_full & rows.is_revolving),
        _usage_now=v.max_if(v.ratio(rows.balance, rows["limit"]), now & rows.is_revolving),
        _usage_then=v.max_if(v.ratio(rows.balance, rows["limit"]), then & rows.is_revolving),
        _over_until=v.max_if(rows.until, over),
        _not_over_until=v.max_if(rows.until, ~over),
        _first=rows.on_date.min(),
        _ceilings=v.count_if(now & rows.ceiling.notnull()),
        _limits=v.count_if((overlap > 0) & rows["limit"].notnull()),
        _month_ends=v.count_if(month_end),
        _late_ends=v.count_if(month_end & (rows.days > 0)),
    )
    is_over_now = sums["_over_until"] > context.day
    since = v.coalesce(sums["_not_over_until"], sums["_first"])
    days = is_over_now.ifelse(v.days_between(context.day, since) + 1, zero())
    nothing = v.null("integer")
    return sums.mutate(
        utilisation_chg_1m=v.difference(sums["_usage_now"], sums["_usage_then"]),
        full_limit_days_90d=(sums["_limits"] > 0).ifelse(sums.full_limit_days_90d, nothing),
        overlimit_days=(sums["_ceilings"] > 0).ifelse(days.fill_null(0), nothing),
        month_end_overdue_count_6m=(sums["_month_ends"] > 0).ifelse(sums["_late_ends"], nothing),
    ).select(
        "id", "utilisation_chg_1m", "full_limit_days_90d", "overlimit_days", "month_end_overdue_count_6m"
    )


def _payment_share(context: Context, rows: Table) -> Table:
    """Relate what was paid since the month end before the day's to the balance of that month end."""
    previous_end = (context.as_of.replace(day=1)) - timedelta(days=1)
    at_end = v.literal(previous_end, "date")
    owed = rows.filter((rows.on_date == at_end) & (rows.balance > 0) & rows.is_revolving)
    owed = owed.select(id=owed.loan_id, owed_before=owed.balance)
    paid = context.made["payments"]
    paid = (
        paid.filter(paid.paid_on > at_end).group_by(_paid=paid.loan_id).aggregate(_sum=v.total(paid.amount))
    )
    joined = owed.left_join(paid, owed["id"] == paid["_paid"])
    given = joined["_sum"].fill_null(0)
    if not context.book.has("payment"):
        given = v.null("integer")
    return joined.select(
        "id", "owed_before", paid_since=given, payment_share_1m=v.ratio(given, joined.owed_before)
    )

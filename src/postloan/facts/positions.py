"""What the bank's records say: days past due, balances, limits and how far they are used."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, zero
from postloan.facts.registry import fact

_LIMIT = "position.on_date position.balance position.limit_amount contract.limit_amount"

FACTS = (
    fact(
        "loan.accrued_interest_amt",
        "Interest accrued, by the bank's record.",
        needs="position",
        sources="position.on_date position.accrued_interest",
    ),
    fact("loan.limit_amt", "The limit: by the bank's record, else by contract.", sources=_LIMIT),
    fact("loan.utilisation_share", "Balance over limit of a revolving loan.", sources=_LIMIT),
    fact(
        "loan.utilisation_chg_1m",
        "Change of utilisation since 30 days before.",
        kind="decimal",
        unit="share points",
        needs="position",
        sources=_LIMIT,
    ),
    fact(
        "loan.full_limit_days_90d",
        "Of the last 90 days, those with utilisation of 95 % or more; each record stands until the "
        "next, 35 days at most.",
        kind="integer",
        unit="days",
        needs="position",
        sources=_LIMIT,
    ),
    fact(
        "loan.overlimit_amt",
        "Balance beyond the lower of limit and drawing power.",
        needs="position",
        sources=_LIMIT + " position.drawing_power",
    ),
    fact(
        "loan.overlimit_days",
        "Days in a row, by the records, with a balance beyond the limit.",
        needs="position",
        keeps="calendar",
        sources=_LIMIT + " position.drawing_power",
    ),
    fact(
        "loan.month_end_overdue_count_6m",
        "At how many of the last six month ends, the day included, the bank's record says past due.",
        needs="position",
        sources="position.on_date position.days_past_due position.days_past_due_principal "
        "position.days_past_due_interest",
    ),
    fact(
        "loan.payment_share_1m",
        "Of a revolving loan, what was paid since the month end before over the balance then; null "
        "where none was owed.",
        kind="decimal",
        unit="fraction",
        needs="position payment",
        sources="position.on_date position.balance payment.paid_on payment.amount",
    ),
)

_WINDOW_DAYS = 220
"""Days of records that the facts here look back on: six month ends and a record's longest age."""

_FULL = (95, 100)


def compute(context: Context) -> Table:
    """Give the facts of the bank's records, one row a loan: column id, amounts in cents."""
    rows = context.keep("records", _records(context))
    latest = context.keep("latest_record", _latest(context, rows))
    usage = context.keep("usage", _usage(context, rows))
    month_ends = context.keep("month_ends", _month_ends(context, rows))
    shares = context.keep("payment_shares", _payment_share(context, rows))
    result = context.made["loans"].select("id")
    for part in (latest, usage, month_ends, shares):
        right = part.rename(_right="id")
        result = result.left_join(right, result["id"] == right["_right"]).drop("_right")
    return context.keep("positions", result)


def _records(context: Context) -> Table:
    table = context.book.table("position")
    first = v.literal(context.as_of - timedelta(days=_WINDOW_DAYS), "date")
    loans = context.made["loans"].select(_loan="id", _limit="contract_limit", _revolving="is_revolving")
    rows = table.filter((table.on_date <= context.day) & (table.on_date >= first))
    rows = rows.inner_join(loans, rows.loan_id == loans["_loan"])
    limit = v.coalesce(rows.limit_amount, rows["_limit"])
    order = [(rows.on_date, "asc")]
    following = v.lead(rows.on_date, partition=[rows.loan_id], order=order)
    longest = v.add_days(rows.on_date, context.whole("position_max_age_days"))
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
    paid = context.made["payments"]
    paid = paid.filter(paid.amount > 0).group_by(_paid=paid.loan_id).aggregate(_last_paid=paid.paid_on.max())
    last = last.left_join(paid, last.loan_id == paid["_paid"])
    age = v.days_between(context.day, last.on_date)
    fresh = age <= context.whole("position_max_age_days")
    untouched = last["_last_paid"].isnull() | (last["_last_paid"] <= last.on_date)

    def carried(days: Column) -> Column:
        moved = ((days > 0) & untouched).ifelse(days + age, days)
        return fresh.ifelse(moved, v.null("integer"))

    over = last.balance - last.ceiling
    return last.select(
        id=last.loan_id,
        record_age=age,
        dpd_position_days=carried(last.days),
        position_principal_days=carried(last.principal_days),
        position_interest_days=carried(last.interest_days),
        record_balance=fresh.ifelse(last.balance, v.null("integer")),
        record_limit=last["limit"],
        accrued_interest=fresh.ifelse(last.accrued_interest, v.null("integer")),
        overdue_record=fresh.ifelse(
            _sum_known(last.overdue_principal, last.overdue_interest), v.null("integer")
        ),
        overlimit=(fresh & over.notnull()).ifelse(v.greatest(over, zero()), v.null("integer")),
    )


def _sum_known(first: Column, second: Column) -> Column:
    """Add two amounts of which one may be missing; null where both are."""
    known = v.coalesce(first, zero()) + v.coalesce(second, zero())
    return (first.isnull() & second.isnull()).ifelse(v.null("integer"), known)


def _usage(context: Context, rows: Table) -> Table:
    start = v.literal(context.as_of - timedelta(days=89), "date")
    overlap = v.greatest(v.days_between(rows.until, v.greatest(rows.on_date, start)), zero())
    is_full = rows.balance * _FULL[1] >= rows["limit"] * _FULL[0]
    before = context.as_of - timedelta(days=30)
    then = (rows.on_date <= v.literal(before, "date")) & (rows.until > v.literal(before, "date"))
    now = rows.until > context.day
    over = rows.balance > rows.ceiling
    sums = rows.group_by(id=rows.loan_id).aggregate(
        full_limit_days_90d=v.total_if(overlap, (rows["limit"] > 0) & is_full),
        _usage_now=v.max_if(v.ratio(rows.balance, rows["limit"]), now & rows.is_revolving),
        _usage_then=v.max_if(v.ratio(rows.balance, rows["limit"]), then & rows.is_revolving),
        _over_until=v.max_if(rows.until, over),
        _not_over_until=v.max_if(rows.until, ~over),
        _first=rows.on_date.min(),
        _ceilings=v.count_if(rows.ceiling.notnull()),
    )
    is_over_now = sums["_over_until"] > context.day
    since = v.coalesce(sums["_not_over_until"], sums["_first"])
    days = is_over_now.ifelse(v.days_between(context.day, since) + 1, zero())
    measurable = sums["_ceilings"] > 0
    return sums.mutate(
        utilisation_chg_1m=v.difference(sums["_usage_now"], sums["_usage_then"]),
        full_limit_days_90d=measurable.ifelse(sums.full_limit_days_90d, v.null("integer")),
        overlimit_days=measurable.ifelse(days.fill_null(0), v.null("integer")),
    ).drop("_usage_now", "_usage_then", "_over_until", "_not_over_until", "_first", "_ceilings")


def _month_ends(context: Context, rows: Table) -> Table:
    window = context.months(6)
    ends = rows.filter(
        (v.day_of_month(v.add_days(rows.on_date, 1)) == 1)
        & (rows.on_date >= v.literal(window[0], "date"))
        & (rows.on_date < v.literal(window[1], "date"))
        & rows.days.notnull()
    )
    return ends.group_by(id=ends.loan_id).aggregate(month_end_overdue_count_6m=v.count_if(ends.days > 0))


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

"""Accounts and cash flow (families ACC): balances, turnover, cash, overdrafts, penalty interest."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Kind, Table
from postloan.engine import verbs as v
from postloan.facts import balances, turnover
from postloan.facts.context import Context, by_id, last_days, nulls, standing, within, zero
from postloan.facts.registry import fact

_E = "account entry"

_FLOW = "account.customer_id entry.account_id entry.booked_on entry.amount entry.kind entry.reverses_id"
_STOCK = "account.customer_id entry.account_id entry.booked_on entry.sequence entry.balance_after"

FACTS = (
    fact(
        "customer.days_of_history_days",
        "Days since the first entry.",
        zh="首笔流水以来的天数。",
        needs=_E,
        keeps="calendar",
        sources=_FLOW,
    ),
    fact(
        "customer.months_of_history_count",
        "Whole months of entries up to and with the day.",
        zh="截至当日（含）有流水的完整月数。",
        needs=_E,
        keeps="calendar",
        sources=_FLOW,
    ),
    fact(
        "customer.credits_3m_amt",
        "Credits of the last three full months, interest left out.",
        zh="最近三个完整月的贷方发生额，不含利息。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.debits_3m_amt",
        "Debits of the last three full months, as a positive amount.",
        zh="最近三个完整月的借方发生额，以正数表示。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.credits_3m_yoy",
        "Credits of the last three full months over those of the same months last year; without payouts of "
        "the bank's own loans, money from oneself, from lenders and from investments.",
        zh="最近三个完整月贷方发生额与上年同期之比，不含本行贷款发放、本人账户转入、借入款项及投资赎回。",
        kind="decimal",
        unit="ratio",
        needs=_E,
        keeps="additive",
        sources=f"{_FLOW} {turnover.SOURCES}",
    ),
    fact(
        "customer.credits_30d_amt",
        "Credits of the last 30 days, interest left out.",
        zh="最近30天贷方发生额，不含利息。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.cash_out_30d_amt",
        "Cash taken out in the last 30 days.",
        zh="最近30天取现金额。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.cash_out_share_30d",
        "Cash taken out over credits of the last 30 days.",
        zh="最近30天取现金额与贷方发生额之比。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.account_balance_amt",
        "Balances of all accounts on the day.",
        zh="当日全部账户余额合计。",
        needs=_E,
        sources=_STOCK,
    ),
    fact(
        "customer.balance_avg_30d_amt",
        "Average balance of the last 30 days.",
        zh="最近30天日均余额。",
        needs=_E,
        keeps="additive",
        sources=_STOCK,
    ),
    fact(
        "customer.balance_avg_180d_amt",
        "Average balance of the last 180 days.",
        zh="最近180天日均余额。",
        needs=_E,
        keeps="additive",
        sources=_STOCK,
    ),
    fact(
        "customer.balance_30d_vs_180d",
        "Average balance of 30 days over that of 180 days.",
        zh="30天日均余额与180天日均余额之比。",
        kind="decimal",
        unit="ratio",
        needs=_E,
        keeps="additive",
        sources=_STOCK,
    ),
    fact(
        "customer.balance_avg_90d_vs_debt",
        "Average of the balances above zero in 90 days over the debt.",
        zh="90天内正余额的日均数与欠款之比。",
        kind="decimal",
        unit="ratio",
        needs=_E,
        keeps="additive",
        sources=_STOCK + " position.balance loan.amount payment.amount",
    ),
    fact(
        "customer.overdraft_month_count_6m",
        "Of the last six full months, those with any overdraft.",
        zh="最近六个完整月中发生过透支的月数。",
        needs=_E,
        sources=_STOCK,
    ),
    fact(
        "customer.has_overdraft_60d",
        "Whether an account was below zero in the last 60 days.",
        zh="最近60天内是否有账户余额低于零。",
        needs=_E,
        sources=_STOCK,
    ),
    fact(
        "customer.min_balance_60d_amt",
        "The lowest balance of an account in the last 60 days.",
        zh="最近60天内单个账户的最低余额。",
        needs=_E,
        sources=_STOCK,
    ),
    fact(
        "customer.days_since_overdraft_days",
        "Days since an account was last below zero.",
        zh="账户最近一次余额低于零以来的天数。",
        needs=_E,
        keeps="calendar",
        sources=_STOCK,
    ),
    fact(
        "customer.penalty_interest_60d_amt",
        "Penalty interest charged in the last 60 days.",
        zh="最近60天内收取的罚息。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.days_since_penalty_days",
        "Days since penalty interest was last charged.",
        zh="最近一次收取罚息以来的天数。",
        needs=_E,
        keeps="calendar",
        sources=_FLOW,
    ),
    fact(
        "customer.overdraft_grade_count",
        "Months with an overdraft among the last six; at least 1 where one, or penalty interest, "
        "fell in the last 60 days.",
        zh="最近六个完整月中透支的月数；最近60天内有透支或罚息的至少为1。",
        needs=_E,
        sources=_STOCK + " entry.kind entry.amount",
    ),
    fact(
        "customer.returned_debit_count_30d",
        "Debits returned in the last 30 days.",
        zh="最近30天内退票或扣款失败的笔数。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.returned_debit_count_90d",
        "Debits returned in the last 90 days.",
        zh="最近90天内退票或扣款失败的笔数。",
        needs=_E,
        keeps="additive",
        sources=_FLOW,
    ),
    fact(
        "customer.days_since_credit_days",
        "Days since the last credit that was not interest; since the first entry where none is known.",
        zh="最近一笔非利息入账以来的天数；没有的为首笔流水以来的天数。",
        needs=_E,
        keeps="calendar",
        sources=_FLOW,
    ),
    fact(
        "customer.is_account_frozen",
        "Whether an account is frozen on the day.",
        zh="当日是否有账户被冻结。",
        needs="account",
        sources="account.frozen_on account.frozen_until",
    ),
)

_REACH_DAYS = 550
"""How far back entries are read: eighteen months, for three months a year ago and the balance before them."""


_COLUMNS: dict[str, Kind] = {
    "days_of_history_days": "integer",
    "months_of_history_count": "integer",
    "credits_3m": "integer",
    "debits_3m": "integer",
    "credits_3m_yoy": "decimal",
    "credits_30d": "integer",
    "cash_out_30d": "integer",
    "cash_out_share_30d": "decimal",
    "penalty_interest_60d": "integer",
    "days_since_penalty_days": "integer",
    "returned_debit_count_30d": "integer",
    "returned_debit_count_90d": "integer",
    "days_since_credit_days": "integer",
    "account_balance": "integer",
    "available_balance": "integer",
    "balance_avg_30d": "integer",
    "balance_avg_180d": "integer",
    "balance_30d_vs_180d": "decimal",
    "credit_days_90d": "integer",
    "has_overdraft_60d": "boolean",
    "min_balance_60d": "integer",
    "overdraft_month_count_6m": "integer",
    "days_since_overdraft_days": "integer",
}
"""What entries give, for books without them."""


def compute(context: Context) -> Table:
    """Give the account facts, one row a customer with accounts: column id, amounts in cents.

    Without the table entry all but is_account_frozen are null, without account all.
    """
    if not context.book.has("account"):
        customers = context.book.table("customer").select(id="customer_id")
        unknown: dict[str, Kind] = {"is_account_frozen": "boolean", **_COLUMNS}
        result = context.give("account_facts", nulls(customers, unknown))
    else:
        accounts = _accounts(context)
        owners = accounts.group_by(id=accounts.customer_id).aggregate(
            is_account_frozen=accounts.is_frozen.max()
        )
        if context.book.has("entry"):
            runs = context.keep("account_runs", _runs(context, accounts))
            owners = by_id({"flows": _flows(context, runs), "stock": balances.stock(context, runs)}, owners)
        else:
            owners = nulls(owners, _COLUMNS)
        result = context.keep("account_facts", owners)
    context.give("available_funds", result.select(_funds_of="id", available="available_balance"))
    return result


def _accounts(context: Context) -> Table:
    table = context.book.table("account")
    frozen = (table.frozen_on <= context.day) & (
        table.frozen_until.isnull() | (table.frozen_until >= context.day)
    )
    is_closed = table.closed_on <= context.day
    is_frozen = frozen.fill_null(False) & ~is_closed.fill_null(False)
    # What is deposited as a margin serves the bill that it was deposited for, and no other debt.
    return table.select(
        "account_id",
        "customer_id",
        "closed_on",
        is_frozen=is_frozen,
        is_tied=is_frozen | (table.kind == "margin"),
    )


def _runs(context: Context, accounts: Table) -> Table:
    """Give each entry with the days for which the balance after it stood: booked_on, until (exclusive).

    A balance stands until the next entry that states one, until the account is closed, or to the day.
    """
    entry = context.book.table("entry")
    reach = v.literal(context.as_of - timedelta(days=_REACH_DAYS), "date")
    entry = entry.filter(entry.booked_on <= context.day)
    first = entry.group_by(_first_of=entry.account_id).aggregate(first_on=entry.booked_on.min())
    # The last entry before the reach is kept, for the balance that stood when the reach began.
    order = [
        (entry.booked_on, "asc"),
        (entry.sequence, "asc"),
        (entry.booked_at, "asc"),
        (entry.entry_id, "asc"),
    ]
    # Entries with a balance follow one another; those without only count as flows.
    kinds = [entry.account_id, entry.balance_after.isnull()]
    following = v.lead(entry.booked_on, partition=kinds, order=order)
    tomorrow = v.literal(context.as_of + timedelta(days=1), "date")
    entry = entry.mutate(until=following.fill_null(tomorrow), is_last=following.isnull())
    entry = entry.filter(entry.until >= reach)
    rows = entry.inner_join(accounts.rename(_account="account_id"), entry.account_id == accounts.account_id)
    rows = rows.left_join(first, rows.account_id == first["_first_of"])
    rows = turnover.with_financing(context, rows)
    return rows.select(
        "is_financing",
        "customer_id",
        "entry_id",
        "booked_on",
        "amount",
        "kind",
        "balance_after",
        "first_on",
        "reverses_id",
        "is_tied",
        until=v.least(rows.until, rows.closed_on),
        is_last=rows.is_last & rows.closed_on.isnull(),
    )


def _flows(context: Context, runs: Table) -> Table:
    firsts = runs.group_by(id=runs.customer_id).aggregate(_first_on=runs.first_on.min())
    runs = standing(runs, "entry_id")
    credit = (runs.amount > 0) & (runs.kind != "interest")
    earned = credit & ~runs.is_financing
    debit = runs.amount < 0
    out = zero() - runs.amount
    penalty = runs.kind == "penalty_interest"
    returned = runs.kind == "returned_debit"
    cash_out = debit & (runs.kind == "cash")
    recent, a_year_ago = (
        within(runs.booked_on, context.months(3)),
        within(runs.booked_on, context.months(3, back=12)),
    )
    sums = runs.group_by(id=runs.customer_id).aggregate(
        credits_3m=v.total_if(runs.amount, credit & recent),
        _earned=v.total_if(runs.amount, earned & recent),
        _earned_before=v.total_if(runs.amount, earned & a_year_ago),
        debits_3m=v.total_if(out, debit & recent),
        credits_30d=v.total_if(runs.amount, credit & last_days(runs.booked_on, context, 30)),
        cash_out_30d=v.total_if(out, cash_out & last_days(runs.booked_on, context, 30)),
        penalty_interest_60d=v.total_if(out, penalty & debit & last_days(runs.booked_on, context, 60)),
        _penalty_on=v.max_if(runs.booked_on, penalty),
        _credit_on=v.max_if(runs.booked_on, credit),
        returned_debit_count_30d=v.count_if(returned & last_days(runs.booked_on, context, 30)),
        returned_debit_count_90d=v.count_if(returned & last_days(runs.booked_on, context, 90)),
    )
    sums = by_id({"sums": sums}, firsts)
    tomorrow = v.literal(context.as_of + timedelta(days=1), "date")
    since_first = v.days_between(context.day, sums["_first_on"])
    since_credit = v.days_between(context.day, sums["_credit_on"])
    return sums.mutate(
        days_of_history_days=v.days_between(tomorrow, sums["_first_on"]),
        months_of_history_count=v.months_between(tomorrow, sums["_first_on"]),
        credits_3m_yoy=v.ratio(sums["_earned"], sums["_earned_before"]),
        cash_out_share_30d=v.ratio(sums.cash_out_30d, sums.credits_30d),
        days_since_penalty_days=v.days_between(context.day, sums["_penalty_on"]),
        days_since_credit_days=v.coalesce(since_credit, since_first),
    ).drop("_penalty_on", "_credit_on", "_first_on", "_earned", "_earned_before")

"""What is owed and how late it is: the schedule and the bank's record together (contract, Days past due)."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import schedule
from postloan.facts.context import Context, by_id, zero
from postloan.facts.registry import fact

_DPD = (
    "due.due_on due.principal due.interest due.fees payment.paid_on payment.amount "
    "payment.principal payment.interest payment.fees position.on_date position.days_past_due "
    "position.days_past_due_principal position.days_past_due_interest"
)

FACTS = (
    fact(
        "loan.dpd_days",
        "Days past due on the day: the bank's record, or the schedule where there is none or where "
        "it is more severe "
        "by more than dpd_gap.",
        zh="当日逾期天数：取本行记录；没有记录，或还款计划更重且超出dpd_gap的，取还款计划。",
        keeps="calendar",
        needs="due|position",
        sources=_DPD,
    ),
    fact(
        "loan.dpd_principal_days",
        "The same for principal alone.",
        zh="仅就本金的逾期天数，口径同上。",
        keeps="calendar",
        needs="due|position",
        sources=_DPD,
    ),
    fact(
        "loan.dpd_interest_days",
        "The same for interest alone.",
        zh="仅就利息的逾期天数，口径同上。",
        keeps="calendar",
        needs="due|position",
        sources=_DPD,
    ),
    fact(
        "loan.dpd_position_days",
        "Days past due by the bank's record.",
        zh="本行记录的逾期天数。",
        keeps="calendar",
        needs="position",
        sources="position.on_date position.days_past_due position.days_past_due_principal "
        "position.days_past_due_interest payment.paid_on",
    ),
    fact(
        "loan.dpd_source",
        "position, carried, schedule or worse_of_both.",
        zh="逾期天数来源：position（当日记录）、carried（顺延）、schedule（还款计划）或worse_of_both（两者取重）。",
        kind="string",
        needs="due|position",
        sources=_DPD,
    ),
    fact(
        "loan.overdue_amt",
        "What is past due, in the loan's currency.",
        zh="逾期金额，按贷款币种。",
        needs="due|position",
        sources=_DPD + " position.overdue_principal position.overdue_interest",
    ),
    fact(
        "loan.balance_amt",
        "What is owed, in the loan's currency: the bank's record, else amount less principal paid; "
        "the face amount "
        "off the sheet.",
        zh="欠款余额，按贷款币种：取本行记录，没有的为发放额减已还本金；表外为票面金额。",
        sources="position.on_date position.balance loan.amount payment.amount due.interest due.fees",
    ),
    fact(
        "loan.reporting_balance_amt",
        "The balance, not below zero, in the reporting currency.",
        zh="折报告币种的余额，不低于零。",
        sources="position.on_date position.balance loan.amount payment.amount loan.currency fx.on_date "
        "fx.rate",
    ),
    fact(
        "loan.utilisation_share",
        "Balance over limit of a revolving loan.",
        zh="循环贷款余额与额度之比。",
        sources="position.balance position.limit_amount contract.limit_amount",
    ),
    fact(
        "loan.limit_amt",
        "The limit: by the bank's record, else by contract.",
        zh="授信额度：按本行记录，没有的按合同。",
        sources="position.limit_amount contract.limit_amount",
    ),
    fact(
        "loan.funds_ready_share",
        "Balances above zero of the customer's accounts that are neither frozen nor closed nor hold a "
        "margin, over the next instalment.",
        zh="客户未冻结、未销户、非保证金账户的正余额合计与下一期应还款之比。",
        needs="due entry",
        sources="due.due_on due.principal due.interest due.fees entry.booked_on entry.sequence "
        "entry.balance_after account.kind account.frozen_on account.frozen_until account.closed_on",
    ),
)


def compute(context: Context) -> Table:
    """Give one row a loan with identity, dimensions, arrears, balances and limits: `loans_known`."""
    parts = {name: context.made[name] for name in ("repayment", "positions")}
    rows = by_id(parts, context.made["loans"])
    rows = _nothing_due_yet(rows)
    rows = _days(context, rows)
    rows = _amounts(context, rows)
    funds = context.made["available_funds"]
    rows = rows.left_join(funds, rows.customer_id == funds["_funds_of"]).drop("_funds_of")
    # Accounts are counted in the reporting currency, so the instalment is too.
    ready = v.ratio(rows.available, v.convert(rows.next_due, rows.rate))
    return context.keep("loans_known", rows.mutate(funds_ready_share=ready))


def _nothing_due_yet(rows: Table) -> Table:
    """Give 0 days where nothing was due so far: a schedule ahead, an item off the sheet not matured."""
    waiting = (rows.on_off != "on") & (rows.days_to_maturity_days.fill_null(0) >= 0)
    ahead = rows.due_count.isnull() & rows.next_due_on.notnull()
    nothing = (waiting | ahead).ifelse(zero(), v.null("integer"))
    names = (
        "dpd_schedule_days",
        "schedule_principal_days",
        "schedule_interest_days",
        "overdue_schedule",
        "due_count",
        "late_1to7_count_6m",
    )
    no = (waiting | ahead).ifelse(v.literal(False, "boolean"), v.null("boolean"))
    flags = ("is_technical_overdue", "is_first_due_unpaid")
    counts = {name: v.coalesce(rows[name], nothing) for name in names}
    return rows.mutate(**counts, **{name: v.coalesce(rows[name], no) for name in flags})


def _days(context: Context, rows: Table) -> Table:
    gap = context.whole("dpd_gap")
    record, plan = rows.dpd_position_days, rows.dpd_schedule_days
    worse = record.notnull() & plan.notnull() & (plan > record + gap)
    carried = record.notnull() & (rows.record_age > 0)
    source = v.when(
        [
            (worse, v.literal("worse_of_both", "string")),
            (carried, v.literal("carried", "string")),
            (record.notnull(), v.literal("position", "string")),
            (plan.notnull(), v.literal("schedule", "string")),
        ],
        v.null("string"),
    )

    def chosen(supplied: Column, computed: Column) -> Column:
        return worse.ifelse(v.greatest(supplied, computed), v.coalesce(supplied, computed))

    days = chosen(record, plan)

    def part(supplied: Column, computed: Column) -> Column:
        """Give a component's days; none is later than the loan, whose days may be the record's."""
        found = chosen(supplied, computed)
        return found.isnull().ifelse(found, v.least(found, days))

    return rows.mutate(
        dpd_days=days,
        dpd_source=source,
        dpd_principal_days=part(rows.position_principal_days, rows.schedule_principal_days),
        dpd_interest_days=part(rows.position_interest_days, rows.schedule_interest_days),
    )


def _amounts(context: Context, rows: Table) -> Table:
    paid = schedule.paid_by_part(context).select("_paid_loan", "paid_principal", "paid_unsplit")
    rows = rows.left_join(paid, rows["id"] == paid["_paid_loan"]).drop("_paid_loan")
    # Unsplit money beyond the interest and fees due went to principal, early repayments included.
    beyond = rows.paid_unsplit.fill_null(0) - rows.unsplit_other.fill_null(0)
    principal_paid = rows.paid_principal.fill_null(0) + beyond
    left = v.greatest(rows.amount - v.greatest(principal_paid, zero()), zero())
    own = (rows.on_off == "on").ifelse(left, rows.amount)
    has_schedule = rows.due_count.notnull() | rows.next_due_on.notnull()
    # Without a schedule the last record, however old, is nearer to the truth than what was granted.
    older = has_schedule.ifelse(v.null("integer"), rows.last_balance)
    rows = rows.mutate(
        balance=v.coalesce(rows.record_balance, older, own),
        limit=v.coalesce(rows.record_limit, rows.contract_limit),
        overdue=_overdue(rows),
    ).drop("paid_principal", "paid_unsplit")
    rate = context.made["rates"]
    rows = rows.left_join(rate, rows.currency == rate["_currency"]).drop("_currency")
    owed = v.greatest(rows.balance, zero())
    usage = rows.is_revolving.ifelse(v.ratio(rows.balance, rows["limit"]), v.null("decimal"))
    return rows.mutate(
        reporting_balance=v.convert(owed, rows["_rate"]), utilisation_share=usage, rate=rows["_rate"]
    ).drop("_rate")


def _overdue(rows: Table) -> Column:
    from_schedule = rows.dpd_source.isin(("schedule", "worse_of_both"))
    return from_schedule.ifelse(
        rows.overdue_schedule.fill_null(0), v.coalesce(rows.overdue_record, rows.overdue_schedule)
    )

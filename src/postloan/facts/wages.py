"""Wages of persons (family PER): against last year's, how long they stay away, what is to be paid of them."""

from __future__ import annotations

from postloan.engine import Kind, Table
from postloan.engine import verbs as v
from postloan.facts import cash_flow
from postloan.facts.context import Context, by_id, everyone, last_days, nulls, within, zero
from postloan.facts.registry import fact

_WAGE = "entry.account_id entry.booked_on entry.amount entry.kind entry.reverses_id"
_INDICATOR = "customer_indicator.indicator customer_indicator.period customer_indicator.value"

FACTS = (
    fact(
        "customer.wage_3m_yoy",
        "Wages received here in the last three full months over those of the same months last year; where "
        "none came then, the same of the indicator wage_income.",
        zh="最近三个完整月在本行代发的工资收入与上年同月之比；上年无代发的，取工资收入指标的同比。",
        kind="decimal",
        unit="ratio",
        needs="entry|customer_indicator",
        keeps="additive",
        sources=f"{_WAGE} {_INDICATOR}",
    ),
    fact(
        "customer.days_since_wage_days",
        "Days since wages were last received here, within fifteen months.",
        zh="距最近一次在本行收到工资的天数（十五个月内）。",
        needs="account entry",
        keeps="calendar",
        sources=_WAGE,
    ),
    fact(
        "customer.wage_month_count",
        "Months in a row in which wages were received, up to the month in which they last were, within "
        "fifteen months.",
        zh="截至最近一次收到工资所在月份的连续月数（十五个月内）。",
        needs="account entry",
        sources=_WAGE,
    ),
    fact(
        "customer.payment_to_income_share",
        "Payments of a month over the wages of a month: the payments of the last bureau report, at most "
        "bureau_max_age days old, or what instalment loans here make due in the month after the day, "
        "whichever is more; a third of the wages of the last three full months, by the indicator, else as "
        "received here.",
        zh="月还款额与月工资收入之比：月还款额取最近征信报告与本行分期贷款次月应还额的较大者；月工资为近三个月合计（指标优先，否则代发）的三分之一。",
        needs="bureau|due entry|customer_indicator",
        keeps="calendar",
        sources=f"bureau.pulled_on bureau.monthly_payment due.due_on due.principal due.interest due.fees "
        f"loan.repayment_method fx.rate {_WAGE} {_INDICATOR}",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above; `dealings` is kept by `cash_flow`."""
    base = everyone(context, "customer")
    here, said = _received(context, base), _stated(context, base)
    parts = {"here": here, "said": said, "paid": _payments(context, base)}
    rows = by_id(parts, base)
    received = rows["_here"].nullif(zero())
    income = v.coalesce(rows["_said"], received)
    told = rows.select(
        "id",
        "days_since_wage_days",
        "wage_month_count",
        wage_3m_yoy=v.coalesce(
            v.ratio(rows["_here"], rows["_here_ly"]), v.ratio(rows["_said"], rows["_said_ly"])
        ),
        payment_to_income_share=v.ratio(rows["_payment"] * 3, income),
    )
    context.tell("customer", told)


def _received(context: Context, base: Table) -> Table:
    """Give the wages that entries show; null where none came in within fifteen months."""
    if "dealings" not in context.made:
        unknown: dict[str, Kind] = dict.fromkeys(("_here", "_here_ly", "wage_month_count"), "integer")
        return nulls(base, {**unknown, "days_since_wage_days": "integer"})
    rows = context.made["dealings"]
    wages = rows.filter((rows.kind == "salary") & (rows.amount > 0))
    recent, a_year_ago = context.months(3), context.months(3, back=12)
    sums = wages.group_by(id=wages.customer_id).aggregate(
        _here=v.total_if(wages.amount, within(wages.booked_on, recent)),
        _here_ly=v.total_if(wages.amount, within(wages.booked_on, a_year_ago)),
    )
    accounts = context.book.table("account").select(id="customer_id").distinct()
    rows = by_id({"sums": sums, "months": cash_flow.pay_months(rows, "salary")}, accounts)
    return rows.select(
        "id",
        "_here",
        "_here_ly",
        wage_month_count=rows.months_in_a_row,
        days_since_wage_days=v.days_between(context.day, rows.last_paid_on),
    )


def _stated(context: Context, base: Table) -> Table:
    if "indicators" not in context.made:
        return nulls(base, {"_said": "integer", "_said_ly": "integer"})
    return context.made["indicators"].select("id", _said="wage_income_3m", _said_ly="wage_income_3m_ly")


def _payments(context: Context, base: Table) -> Table:
    """Give what is to be paid in a month, in cents: by the bureau's report or by our own schedules."""
    report = context.book.table("bureau")
    turn = v.row_number(partition=[report.customer_id], order=[(report.pulled_on, "desc")])
    report = report.mutate(_turn=turn)
    newest = (report["_turn"] == 1) & last_days(
        report.pulled_on, context, context.whole("bureau_max_age") + 1
    )
    report = report.filter(newest).select(id="customer_id", _reported="monthly_payment")
    loan = context.book.table("loan").select(_loan="loan_id", _method="repayment_method")
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted).select("customer_id", "rate", _open="id")
    loan = loan.filter(loan["_method"] == "instalment")
    loans = loans.inner_join(loan, loans["_open"] == loan["_loan"])
    due = context.book.table("due")
    due = due.filter((due.due_on > context.day) & (due.due_on <= v.add_months(context.day, 1)))
    rows = due.inner_join(loans, due.loan_id == loans["_open"])
    amount = rows.principal + rows.interest + rows.fees.fill_null(zero())
    ours = rows.group_by(id=rows.customer_id).aggregate(_due=v.total(v.convert(amount, rows.rate)))
    rows = by_id({"report": report, "ours": ours}, base)
    return rows.select("id", _payment=v.greatest(rows["_reported"], rows["_due"]))

"""Days past due and payment behaviour (families REP): what the schedule and the bank's record say."""

from __future__ import annotations

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts import schedule
from postloan.facts.context import Context, by_id, nulls, within, zero
from postloan.facts.registry import fact

_DUE = "due.due_on due.principal due.interest due.fees"
_PAID = (
    "due.due_on due.principal due.interest due.fees payment.paid_on payment.amount "
    "payment.principal payment.interest payment.fees payment.reverses_id"
)

FACTS = (
    fact(
        "loan.dpd_schedule_days",
        "Days past due by the schedule.",
        zh="按还款计划计算的逾期天数。",
        keeps="calendar",
        needs="due",
        sources=_PAID,
    ),
    fact(
        "loan.oldest_unpaid_on",
        "The due date of the oldest instalment not met.",
        zh="最早一期未足额偿还的到期日。",
        needs="due",
        sources=_PAID,
    ),
    fact(
        "loan.is_technical_overdue",
        "Whether every instalment not met has a proved operational or technical cause (F01).",
        zh="所有未足额偿还的各期是否均有证明属于操作性或技术性原因（F01）。",
        needs="due",
        sources=_PAID + " due.cause_unpaid due.proof_ref",
    ),
    fact(
        "loan.due_count",
        "Instalments due by the day.",
        zh="截至当日已到期的期数。",
        needs="due",
        sources="due.due_on",
    ),
    fact(
        "loan.days_since_first_due_days",
        "Days since the first instalment fell due.",
        zh="首期到期以来的天数。",
        keeps="calendar",
        needs="due",
        sources="due.due_on",
    ),
    fact(
        "loan.is_first_due_unpaid",
        "Whether the first instalment is still not met.",
        zh="首期是否仍未足额偿还。",
        needs="due",
        sources=_PAID,
    ),
    fact(
        "loan.late_1to7_count_6m",
        "Instalments of the last six full months met 1 to 7 days late.",
        zh="最近六个完整月内到期、迟还1至7天的期数。",
        needs="due payment",
        sources=_PAID,
    ),
    fact(
        "loan.late_last_days",
        "Days late of the last instalment that fell due before the day, met or not.",
        zh="当日之前最近到期一期的迟还天数，不论是否已还。",
        needs="due payment",
        sources=_PAID,
    ),
    fact(
        "loan.arrears_ended_on",
        "The last day on which an instalment that was late was paid; null where none ever was.",
        zh="最近一次迟还期次还清的日期；从无迟还的为空。",
        needs="due payment",
        sources=_PAID,
    ),
    fact(
        "loan.late_slope_days",
        "Slope of days late over the last six instalments by least squares, days per instalment; "
        "null under six.",
        zh="最近六期迟还天数按最小二乘法的斜率，单位为天/期；不足六期为空。",
        kind="decimal",
        unit="days per instalment",
        needs="due payment",
        sources=_PAID,
    ),
    fact(
        "loan.partial_due_count_last4",
        "Of the last four instalments, those of which more than nothing and less than 98 % was paid "
        "between the due date "
        "before and their own.",
        zh="最近四期中，自上一到期日后至本到期日所还大于零而不足98%的期数。",
        needs="due payment",
        sources=_PAID,
    ),
    fact(
        "loan.next_due_on",
        "The next due date, the day included.",
        zh="下一到期日，含当日。",
        needs="due",
        sources="due.due_on",
    ),
    fact("loan.next_due_amt", "What is due then.", zh="下一到期日应还金额。", needs="due", sources=_DUE),
    fact(
        "loan.days_to_next_due_days",
        "Days to it.",
        zh="距下一到期日的天数。",
        keeps="calendar",
        needs="due",
        sources="due.due_on",
    ),
)


_ARREARS: dict[str, Kind] = {
    "due_count": "integer",
    "overdue_schedule": "integer",
    "oldest_unpaid_on": "date",
    "unsplit_other": "integer",
    "is_first_due_unpaid": "boolean",
    "dpd_schedule_days": "integer",
    "schedule_principal_days": "integer",
    "schedule_interest_days": "integer",
    "days_since_first_due_days": "integer",
    "is_technical_overdue": "boolean",
}
_BEHAVIOUR: dict[str, Kind] = {
    "late_1to7_count_6m": "integer",
    "late_last_days": "integer",
    "arrears_ended_on": "date",
    "late_slope_days": "decimal",
    "partial_due_count_last4": "integer",
}
_UPCOMING: dict[str, Kind] = {
    "next_due_on": "date",
    "next_due": "integer",
    "days_to_next_due_days": "integer",
}


def compute(context: Context) -> Table:
    """Give the facts of the schedule, one row a loan: column id and the columns above.

    Without the table due all are null; how instalments were met is null without the table payment too.
    """
    context.keep("payments", schedule.payments(context))
    loans = context.made["loans"].select("id")
    if not context.book.has("due"):
        return context.give("repayment", nulls(loans, _ARREARS | _BEHAVIOUR | _UPCOMING))
    rows = schedule.instalments(context)
    parts = {"arrears": _arrears(context, rows), "upcoming": _upcoming(context)}
    if not context.book.has("payment"):
        return context.keep("repayment", by_id(parts, nulls(loans, _BEHAVIOUR)))
    parts["behaviour"] = _behaviour(context, _lateness(context, rows))
    parts["partial"] = _partial(context, rows)
    return context.keep("repayment", by_id(parts, loans))


def _arrears(context: Context, rows: Table) -> Table:
    late = ~rows.is_met & (rows.due_on < context.day)
    proved = rows.cause_unpaid.notnull() & rows.proof_ref.notnull()
    first = rows.mutate(_rank=v.row_number(partition=[rows.loan_id], order=[(rows.due_on, "asc")]))
    first = first.mutate(_late=~first.is_met & (first.due_on < context.day))
    sums = rows.group_by(id=rows.loan_id).aggregate(
        due_count=rows.count(),
        _first_on=rows.due_on.min(),
        overdue_schedule=v.total_if(rows.missing, late),
        oldest_unpaid_on=v.min_if(rows.due_on, late),
        _principal_on=v.min_if(rows.due_on, late & (rows.missing_principal > 0)),
        _interest_on=v.min_if(rows.due_on, late & (rows.missing_interest > 0)),
        _late=v.count_if(late),
        _proved=v.count_if(late & proved),
        unsplit_other=v.total(rows.unsplit_other),
    )
    opening = first.filter(first["_rank"] == 1).select(_first="loan_id", is_first_due_unpaid="_late")
    sums = sums.left_join(opening, sums["id"] == opening["_first"]).drop("_first")
    return sums.mutate(
        dpd_schedule_days=_days_late(context, sums.oldest_unpaid_on),
        schedule_principal_days=_days_late(context, sums["_principal_on"]),
        schedule_interest_days=_days_late(context, sums["_interest_on"]),
        days_since_first_due_days=v.days_between(context.day, sums["_first_on"]),
        is_technical_overdue=(sums["_late"] > 0) & (sums["_late"] == sums["_proved"]),
    ).drop("_first_on", "_principal_on", "_interest_on", "_late", "_proved")


def _days_late(context: Context, oldest: Column) -> Column:
    return v.days_between(context.day, oldest).fill_null(0)


def _lateness(context: Context, rows: Table) -> Table:
    """Give when each instalment was met, and its days late: from its due date until then, or to the day.

    One within the tolerance as a whole is never late.
    """
    rows = context.keep("met", schedule.met(context, rows))
    last = rows.is_nothing.ifelse(rows.due_on, v.coalesce(rows.met_on, context.day))
    late = v.greatest(v.days_between(last, rows.due_on), zero())
    return rows.select("loan_id", "due_on", "met_on", late=late)


def _behaviour(context: Context, late: Table) -> Table:
    ranked = late.mutate(rank=v.row_number(partition=[late.loan_id], order=[(late.due_on, "desc")]))
    window = context.months(6)
    in_window = within(ranked.due_on, window)
    # With x = 1 to 6 from the oldest, the slope is the sum of (2x - 7) y over 35; rank 1 is x = 6.
    weight = v.literal(7, "integer") - ranked["rank"] * 2
    return (
        ranked.group_by(id=ranked.loan_id)
        .aggregate(
            late_1to7_count_6m=v.count_if(in_window & ranked.late.between(1, 7)),
            late_last_days=v.max_if(ranked.late, ranked["rank"] == 1),
            arrears_ended_on=v.max_if(ranked.met_on, ranked.late > 0),
            _weighted=v.total_if(weight * ranked.late, ranked["rank"] <= 6),
            _known=v.count_if(ranked["rank"] <= 6),
        )
        .mutate(**_slope())
        .drop("_weighted", "_known")
    )


def _slope() -> dict[str, object]:
    return {
        "late_slope_days": lambda t: (t["_known"] == 6).ifelse(
            v.ratio(t["_weighted"], v.literal(35, "integer")), v.null("decimal")
        )
    }


def _partial(context: Context, rows: Table) -> Table:
    paid = context.made["payments"]
    dues = rows.select(
        "loan_id", on="due_on", kind=v.literal(1, "integer"), due_on="due_on", due="due", amount=zero()
    )
    money = paid.select(
        "loan_id",
        on="paid_on",
        kind=zero(),
        due_on=v.null("date"),
        due=zero(),
        amount="amount",
    )
    both = dues.union(money)
    order = [(both.on, "asc"), (both.kind, "asc"), (both.amount, "asc")]
    both = both.mutate(due_on=v.least_from_here(both.due_on, partition=[both.loan_id], order=order))
    both = both.filter(both.due_on.notnull())
    each = both.group_by("loan_id", "due_on").aggregate(due=v.total(both.due), paid=v.total(both.amount))
    each = each.mutate(rank=v.row_number(partition=[each.loan_id], order=[(each.due_on, "desc")]))
    # More than a fiftieth is missing; so written no amount of the book leaves int64.
    is_short = each.due - each.paid > v.integer_divide(each.due, v.literal(50, "integer"))
    partial = (each.paid > 0) & is_short & (each["rank"] <= 4)
    return each.group_by(id=each.loan_id).aggregate(partial_due_count_last4=v.count_if(partial))


def _upcoming(context: Context) -> Table:
    due = context.book.table("due")
    loans = context.made["loans"]
    due = due.filter(due.due_on >= context.day).semi_join(loans, due.loan_id == loans.id)
    amount = due.principal.fill_null(0) + due.interest.fill_null(0) + due.fees.fill_null(0)
    due = due.select("loan_id", "due_on", amount=amount)
    ranked = due.mutate(_rank=v.row_number(partition=[due.loan_id], order=[(due.due_on, "asc")]))
    following = ranked.filter(ranked["_rank"] == 1)
    return following.select(
        id=following.loan_id,
        next_due_on=following.due_on,
        next_due=following.amount,
        days_to_next_due_days=v.days_between(following.due_on, context.day),
    )

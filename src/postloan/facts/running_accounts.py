"""Running accounts: whether what comes in serves the interest."""

from __future__ import annotations

from postloan.engine import verbs as v
from postloan.facts.context import Context, last_days, zero
from postloan.facts.registry import fact

FACTS = (
    fact(
        "loan.interest_served_share_90d",
        "What was paid on the loan in the last 90 days over the interest that fell due in them; null where "
        "none fell due.",
        zh="最近90天的还款与同期到期利息之比；同期没有到期利息为空。",
        needs="due payment",
        keeps="calendar",
        sources="due.due_on due.interest payment.paid_on payment.amount payment.reverses_id",
    ),
)

_DAYS = 90


def compute(context: Context) -> None:
    """Tell the fact above; without due and payment none."""
    if not (context.book.has("due") and context.book.has("payment")):
        return
    due = context.made["instalments"]
    due = due.filter(last_days(due.due_on, context, _DAYS))
    owed = due.group_by(_loan=due.loan_id).aggregate(_owed=v.total(due.due_interest))
    paid = context.made["payments"]
    paid = paid.filter(last_days(paid.paid_on, context, _DAYS))
    given = paid.group_by(_payer=paid.loan_id).aggregate(_given=v.total(paid.amount))
    rows = context.made["loans_known"].select("id")
    rows = rows.inner_join(owed, rows["id"] == owed["_loan"])
    rows = rows.left_join(given, rows["id"] == given["_payer"])
    served = v.ratio(v.coalesce(rows["_given"], zero()), rows["_owed"])
    context.tell("loan", rows.select("id", interest_served_share_90d=served))

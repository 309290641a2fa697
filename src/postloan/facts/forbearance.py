"""Changes of terms in favour of a borrower in difficulty, and how long the loan has stood since."""

from __future__ import annotations

from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id
from postloan.facts.registry import fact

_FROM = "restructuring.changed_on restructuring.difficulty_proven"

FACTS = (
    fact(
        "loan.forborne_on",
        "The last day on which terms were changed for a borrower in difficulty; a change that says nothing "
        "of difficulty counts as one.",
        zh="最近一次因借款人财务困难而变更条款的日期；未说明是否困难的按有困难计。",
        needs="restructuring",
        sources=_FROM,
    ),
    fact(
        "loan.forborne_count_24m",
        "Such changes within the last 24 months.",
        zh="最近24个月内的此类变更次数。",
        needs="restructuring",
        keeps="calendar",
        sources=_FROM,
    ),
    fact(
        "loan.forborne_months_count",
        "Whole months, counted to the day before, since the first due date after the last such change, or "
        "since the change where none is known; 0 while that date lies ahead, null without one.",
        zh="截至前一日，自最近一次此类变更后首个还款日（未知则自变更日）起的整月数；该日未到为0，没有变更为空。",
        needs="restructuring",
        keeps="calendar",
        sources=_FROM + " restructuring.first_due_after_on",
    ),
    fact(
        "loan.probation_months_count",
        "Whole months, counted to the day before, since the last such change or, where that is later, since "
        "the loan performed again (performing_since_on); null without a change.",
        zh="截至前一日，自最近一次此类变更或其后恢复正常之日（取较晚者）起的整月数；没有变更为空。",
        needs="restructuring",
        keeps="calendar",
        sources=_FROM + " facts_loan.performing_since_on",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above; without the table restructuring none."""
    if not context.book.has("restructuring"):
        return
    rows = context.book.table("restructuring")
    rows = rows.filter((rows.changed_on <= context.day) & rows.difficulty_proven.fill_null(True))
    rows = rows.mutate(_last=v.row_number(partition=[rows.loan_id], order=[(rows.changed_on, "desc")]))
    sums = rows.group_by(id=rows.loan_id).aggregate(
        forborne_on=rows.changed_on.max(),
        _count=v.count_if(v.add_months(rows.changed_on, 24) > context.day),
        _first_due=v.max_if(v.coalesce(rows.first_due_after_on, rows.changed_on), rows["_last"] == 1),
    )
    standing = context.made["standing"].select("id", _performs="performing_since_on")
    loans = by_id({"sums": sums, "standing": standing}, context.made["loans_known"].select("id"))
    yesterday, zero = v.add_days(context.day, -1), v.literal(0, "integer")
    nothing = v.null("integer")
    changed = loans.forborne_on
    begun = v.greatest(changed, loans["_performs"])
    loans = loans.mutate(
        forborne_count_24m=loans["_count"].fill_null(0),
        forborne_months_count=changed.isnull().ifelse(
            nothing, v.greatest(v.months_between(yesterday, loans["_first_due"]), zero)
        ),
        probation_months_count=changed.isnull().ifelse(
            nothing, v.greatest(v.months_between(yesterday, begun), zero)
        ),
    )
    context.tell("loan", loans.select("id", *(one.column for one in FACTS)))

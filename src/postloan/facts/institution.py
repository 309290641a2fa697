"""Outlets (REG08): how many of the loans that one made in the last year are late."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import compare
from postloan.facts.context import Context, everyone
from postloan.facts.registry import fact

_VINTAGE = (
    "contract.institution_id contract.is_entrusted loan.disbursed_on loan.closed_on loan.close_reason "
    "due.due_on payment.amount position.days_past_due institution.kind"
)

FACTS = (
    fact(
        "institution.vintage_loan_count_12m",
        "Exposures paid out within twelve months by the institution, open ones with known days past due and "
        "closed ones.",
        zh="本机构近12个月发放、逾期天数已知或已结清的笔数。",
        keeps="population",
        needs="due|position",
        sources=_VINTAGE,
    ),
    fact(
        "institution.vintage_dpd30_share_12m",
        "Share of those that are more than 30 days past due or were written off.",
        zh="其中逾期超过30天或已核销的占比。",
        keeps="population",
        needs="due|position",
        sources=_VINTAGE,
    ),
    fact(
        "institution.vintage_vs_peers",
        "How far that share, in ten-thousandths, lies above those of the other institutions of the kind that "
        "have area_minimum such exposures: squared, in their standard deviations, so that 4 is two of them; "
        "0 where it does not lie above their mean, null with fewer than area_peers of them.",
        zh="该占比高于同类机构均值的程度，以同类机构标准差计并取平方（4即两个标准差）；不高于均值为0。",
        kind="decimal",
        unit="squared standard deviations",
        keeps="population",
        needs="due|position",
        sources=_VINTAGE,
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row an institution, where it is known how late loans are."""
    if context.book.has("due") or context.book.has("position"):
        context.tell("institution", _vintages(context))


def _vintages(context: Context) -> Table:
    loan = context.book.table("loan")
    # The day twelve months ago is out, so that a loan is in for a year.
    recent = loan.filter(
        (loan.disbursed_on > v.add_months(context.day, -12)) & (loan.disbursed_on <= context.day)
    )
    contract = context.book.table("contract")
    own = contract.filter(~contract.is_entrusted.fill_null(False))
    own = own.select(_contract="contract_id", _at="institution_id")
    rows = recent.inner_join(own, recent.contract_id == own["_contract"])
    known = context.made["loans_known"].select(_known="id", _days="dpd_days")
    rows = rows.left_join(known, rows.loan_id == known["_known"])
    is_closed = rows["_known"].isnull()
    is_bad = is_closed.ifelse((rows.close_reason == "written_off").fill_null(False), rows["_days"] > 30)
    sums = rows.group_by("_at").aggregate(
        vintage_loan_count_12m=v.count_if(is_closed | rows["_days"].notnull()), _bad=v.count_if(is_bad)
    )
    institutions = everyone(context, "institution")
    kind = context.book.table("institution").select(_of="institution_id", _kind="kind")
    rows = institutions.left_join(kind, institutions["id"] == kind["_of"])
    rows = rows.left_join(sums, rows["id"] == sums["_at"])
    count = rows.vintage_loan_count_12m.fill_null(0)
    rows = rows.mutate(vintage_loan_count_12m=count, vintage_dpd30_share_12m=v.ratio(rows["_bad"], count))
    rate = v.convert(v.literal(10_000, "integer"), rows.vintage_dpd30_share_12m)
    enough = count >= context.whole("area_minimum")
    rows = rows.mutate(_rate=enough.ifelse(rate, v.null("integer")))
    distance = compare.squared_distance(rows, "_rate", "_kind", context.whole("area_peers"))
    return rows.select("id", "vintage_loan_count_12m", "vintage_dpd30_share_12m", vintage_vs_peers=distance)

"""The local economy: arrears and indicators by region, and the customer's peers there."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, nulls
from postloan.facts.registry import fact

FACTS = (
    fact(
        "region.loan_count",
        "Open exposures of customers of the region.",
        keeps="population",
        sources="loan.loan_id customer.region_id",
    ),
    fact(
        "region.dpd30_share",
        "Share of those more than 30 days past due.",
        keeps="population",
        needs="due|position",
        sources="customer.region_id due.due_on payment.amount position.days_past_due",
    ),
    fact(
        "region.unemployment_rate",
        "The last unemployment rate known.",
        kind="decimal",
        unit="fraction",
        needs="region_indicator",
        sources="region_indicator.indicator region_indicator.period region_indicator.value",
    ),
    fact(
        "customer.credits_3m_yoy_peer_p10",
        "The 10th percentile of credits_3m_yoy among customers of the region, or of the whole book "
        "under 30 peers.",
        kind="decimal",
        unit="ratio",
        needs="account entry",
        keeps="population",
        sources="entry.amount entry.booked_on entry.kind customer.region_id",
    ),
)


def compute(context: Context) -> Table:
    """Give one row a region of the book: column id."""
    regions = context.book.table("region").select(id="region_id")
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted & loans.region_id.notnull())
    sums = loans.group_by(_region=loans.region_id).aggregate(
        loan_count=loans.count(),
        _known=v.count_if(loans.dpd_days.notnull()),
        _late=v.count_if(loans.dpd_days > 30),
    )
    rows = regions.left_join(sums, regions["id"] == sums["_region"])
    rows = rows.select(
        "id", loan_count=rows.loan_count.fill_null(0), dpd30_share=v.ratio(rows["_late"], rows["_known"])
    )
    if not context.book.has("region_indicator"):
        return context.give("regions", nulls(rows, {"unemployment_rate": "decimal"}))
    last = _unemployment(context)
    rows = rows.left_join(last, rows["id"] == last["_of"]).drop("_of")
    return context.give("regions", rows)


def _unemployment(context: Context) -> Table:
    table = context.book.table("region_indicator")
    rates = table.filter((table.indicator == "unemployment_rate") & (table.period <= context.day))
    ranked = rates.mutate(_rank=v.row_number(partition=[rates.region_id], order=[(rates.period, "desc")]))
    last = ranked.filter(ranked["_rank"] == 1)
    return last.select(_of="region_id", unemployment_rate="value")


def peers(context: Context) -> Table:
    """Give customer.credits_3m_yoy_peer_p10, one row a customer: columns id and the fact."""
    customers = context.made["customers"]
    if not (context.book.has("account") and context.book.has("entry")):
        none = nulls(customers.select("id"), {"credits_3m_yoy_peer_p10": "decimal"})
        return context.give("peers", none)
    known = customers.filter(customers.credits_3m_yoy.notnull())
    least_peers = context.whole("peer_group_minimum")
    by_region = _tenth(known, "region_id").filter(lambda t: t.peers >= least_peers)
    whole = _tenth(known.mutate(everyone=v.literal("all", "string")), "everyone")
    rows = customers.select("id", "region_id", everyone=v.literal("all", "string"))
    rows = rows.left_join(by_region.select(_group="group", near="tenth"), rows.region_id == by_region.group)
    rows = rows.left_join(whole.select(_all="group", far="tenth"), rows.everyone == whole.group)
    return context.give("peers", rows.select("id", credits_3m_yoy_peer_p10=v.coalesce(rows.near, rows.far)))


def _tenth(known: Table, group: str) -> Table:
    """Give the value at rank ceil(n/10) of each group: columns group, peers (count), tenth."""
    order = [(known.credits_3m_yoy, "asc"), (known["id"], "asc")]
    ranked = known.filter(known[group].notnull()).mutate(
        rank=v.row_number(partition=[known[group]], order=order), peers=v.count_over(partition=[known[group]])
    )
    at = v.integer_divide(ranked.peers + 9, v.literal(10, "integer"))
    return ranked.filter(ranked["rank"] == at).select(group=group, peers="peers", tenth="credits_3m_yoy")

"""Circles of guarantees (family GUA): who stands for whom in turn, how large it is, what spreads."""

from __future__ import annotations

from postloan.engine import Column, Table, graph
from postloan.engine import verbs as v
from postloan.facts import standing, ties
from postloan.facts.context import Context, bank_figure, by_id, for_all, zero
from postloan.facts.registry import fact

_G = "guarantee.contract_id guarantee.guarantor_customer_id guarantee.kind contract.customer_id"
_EXPOSURE = "position.balance loan.amount payment.amount fx.rate"

FACTS = (
    fact(
        "customer.mutual_guarantee_count",
        "Customers of other households who guarantee for the customer and for whom the customer guarantees, "
        "joint groups and companies that guarantee by trade left out.",
        zh="与该客户互相担保的其他家庭客户数，联保小组与担保公司除外。",
        needs="guarantee",
        sources=f"{_G} customer.household_id relation.kind",
    ),
    fact(
        "customer.circle_member_count",
        "Members of the circle: all who hang together through guarantees of contracts with an open loan, "
        "companies that guarantee by trade left out; 0 for who is in none.",
        zh="担保圈成员数：经未结清贷款合同的保证相互连接的全部客户，担保公司除外；不在圈内的为0。",
        needs="guarantee",
        sources=_G,
    ),
    fact(
        "customer.circle_strong_member_count",
        "Members of the closed circle: those who stand for each other, directly or through others; 0 for who "
        "is in none.",
        zh="闭合担保圈成员数：直接或间接互为担保的客户；不在其中的为0。",
        needs="guarantee",
        sources=_G,
    ),
    fact(
        "customer.circle_exposure_amt",
        "Total exposure of the members of the circle.",
        zh="担保圈全体成员的敞口合计。",
        needs="guarantee",
        sources=f"{_G} {_EXPOSURE}",
    ),
    fact(
        "customer.circle_exposure_share",
        "Total exposure of the members of the circle over the bank's net capital.",
        zh="担保圈敞口合计与本行资本净额之比。",
        needs="guarantee bank_figure",
        sources=f"{_G} {_EXPOSURE} bank_figure.item bank_figure.value",
    ),
    fact(
        "customer.contagion_hops_count",
        "Steps, contagion_hops at most, from a customer who is non-performing to this one, each from a "
        "borrower to a guarantor who stands for him with contagion_weight of his net worth or more; 0 "
        "without any and for who is non-performing himself; null where an unknown net worth or class leaves "
        "it open.",
        zh="自某不良客户沿担保关系到该客户的步数（不超过参数），每步由借款人到保证金额不低于其净资产一定比例（参数）的保证人；没有或本人已不良的为0；净资产或分类不明而不能断定的为空。",
        needs="guarantee",
        sources=f"{_G} guarantee.amount {standing.OWED} {standing.CLASS} {standing.WORTH}",
    ),
    fact(
        "customer.is_in_joint_group",
        "Whether the customer is tied to others by guarantees within a joint group.",
        zh="是否为联保小组成员。",
        needs="guarantee",
        sources=f"{_G} contract.guarantee_mode",
    ),
    fact(
        "customer.joint_group_dpd_days",
        "The worst days past due among other members of the customer's joint group; 0 for who is in none.",
        zh="联保小组其他成员的最长逾期天数；不在小组的为0。",
        needs="guarantee due|position",
        keeps="calendar",
        sources=f"{_G} contract.guarantee_mode {standing.OWED}",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above."""
    capital = bank_figure(context, "net_capital")
    circle = _circles(context, capital)
    sums = for_all(context, "customer", circle, but=("circle_exposure_share", "joint_group_dpd_days"))
    nobody = sums.circle_member_count == 0
    share = (nobody & capital.notnull()).ifelse(v.literal(0, "decimal"), sums.circle_exposure_share)
    joint = sums.is_in_joint_group.ifelse(sums.joint_group_dpd_days, zero())
    sums = sums.mutate(circle_exposure_share=share, joint_group_dpd_days=joint)
    context.tell("customer", by_id({"contagion": _contagion(context)}, sums))


def burden(amount: Column, net_worth: Column) -> Column:
    """Give an amount over a net worth, both in cents; a net worth not above 0 counts as one cent."""
    return v.ratio(
        amount, net_worth.isnull().ifelse(net_worth, v.greatest(net_worth, v.literal(1, "integer")))
    )


def _circles(context: Context, capital: Column) -> Table:
    """Give what each customer's circle and joint group come to; those in neither may be absent."""
    own = standing.rows(context).select(_of="id", exposure="exposure", dpd="dpd")
    circle, joint = ties.layer(context, "guarantee"), ties.layer(context, "joint")
    circle = circle.left_join(own, circle["id"] == own["_of"])
    sums = circle.group_by(_weak=circle.weak).aggregate(exposure=v.total(circle.exposure))
    joint = joint.left_join(own, joint["id"] == own["_of"])
    worst = ties.worst_of_others(joint, joint.dpd).select(_joint="id", joint_group_dpd_days="worst")
    mutual = _mutual(context)
    rows = standing.rows(context).select("id")
    circle = circle.select("weak", "weak_size", "strong_size", _member="id")
    rows = rows.left_join(circle, rows["id"] == circle["_member"])
    rows = rows.left_join(sums, rows.weak == sums["_weak"])
    rows = rows.left_join(worst, rows["id"] == worst["_joint"])
    rows = rows.left_join(mutual, rows["id"] == mutual["_mutual"])
    closed = rows.strong_size > 1
    return rows.select(
        "id",
        mutual_guarantee_count=rows["_count"],
        circle_member_count=rows.weak_size,
        circle_strong_member_count=closed.ifelse(rows.strong_size, zero()),
        circle_exposure=rows.exposure,
        circle_exposure_share=v.ratio(rows.exposure, capital),
        is_in_joint_group=rows["_joint"].notnull(),
        joint_group_dpd_days=rows.joint_group_dpd_days,
    )


def _mutual(context: Context) -> Table:
    rows = context.made["guarantors"]
    rows = rows.filter(
        (rows.guarantor_id != rows.customer_id) & (rows.kind != "company") & ~rows.is_joint_group
    )
    pairs = rows.select("guarantor_id", "customer_id").distinct()
    back = pairs.select(_from="guarantor_id", _to="customer_id")
    both = pairs.inner_join(
        back, (pairs.guarantor_id == back["_to"]) & (pairs.customer_id == back["_from"])
    ).select(id="guarantor_id", other="customer_id")
    both = ties.with_household(context, both).select(_mine="household", _me="id", id="other")
    both = ties.with_household(context, both)
    strangers = both.filter(both["_mine"] != both.household)
    return strangers.group_by(_mutual=strangers["_me"]).aggregate(_count=strangers.count())


def _contagion(context: Context) -> Table:
    """Follow what spreads, in one layer along what is known, in the other along what cannot be ruled out."""
    rows = standing.rows(context).select("id", "is_npl")
    sure, maybe = v.literal("sure", "string"), v.literal("maybe", "string")
    known = rows.filter(rows.is_npl).select(layer=sure, member="id")
    starts = known.union(rows.filter(rows.is_npl.fill_null(True)).select(layer=maybe, member="id"))
    steps = _steps(context)
    edges = steps.filter(steps.is_sure).select("source", "target", layer=sure)
    edges = edges.union(steps.select("source", "target", layer=maybe))
    edges = context.engine.hold(edges, "contagion_edges")
    most = context.whole("contagion_hops")
    found = graph.hops(context.engine, edges, starts, "contagion", at_most=most)
    hops = found.group_by(_of=found.member).aggregate(
        _sure=v.min_if(found.hops, found.layer == sure), _maybe=v.min_if(found.hops, found.layer == maybe)
    )
    rows = rows.left_join(hops, rows["id"] == hops["_of"])
    # One who may be non-performing himself may still be reached from others: that stays open too.
    is_clear = rows["_maybe"].isnull()
    told = v.when([(rows["_sure"].notnull(), rows["_sure"]), (is_clear, zero())], v.null("integer"))
    return rows.select("id", contagion_hops_count=told)


def _steps(context: Context) -> Table:
    """Give whom a default reaches first: from borrower to guarantor, unless he is known to bear it."""
    rows = context.made["guarantors"]
    rows = rows.filter(rows.guarantor_id != rows.customer_id)
    sums = rows.group_by("guarantor_id", "customer_id").aggregate(_amount=v.total(rows.amount))
    own = standing.rows(context).select(_of="id", net_worth="net_worth")
    sums = sums.left_join(own, sums.guarantor_id == own["_of"])
    weight = burden(sums["_amount"], sums.net_worth)
    heavy = weight >= v.literal(context.limit("contagion_weight"), "decimal")
    sums = sums.mutate(_heavy=heavy).filter(heavy.fill_null(True))
    return sums.select(source="customer_id", target="guarantor_id", is_sure=sums["_heavy"].fill_null(False))

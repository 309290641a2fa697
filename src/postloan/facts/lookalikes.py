"""Contracts that come from one hand, and securities valued far above others of their kind (family FRD)."""

from __future__ import annotations

from functools import reduce

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import compare, ties
from postloan.facts.context import Context, everyone, last_days, zero
from postloan.facts.registry import fact

FACTS = (
    fact(
        "customer.shared_contact_contract_count_60d",
        "Contracts signed in the last 60 days by customers with the customer's telephone number or device, "
        "his own included, whichever is shared by more; 0 for who signed none then, null for who did and "
        "of whom neither is known.",
        zh="最近60天内与客户同电话或同设备者（含本人）签订的合同数，取多者；本人未签合同的为0，电话与设备均不知的为空。",
        keeps="calendar",
        sources="contract.customer_id contract.signed_on customer.phone_hash relation.kind relation.until",
    ),
    fact(
        "collateral.value_vs_comparables",
        "Its value, charges not taken off, over the median of such values of the same kind in the borrower's "
        "region, its own included; null for kinds that are not in comparable_kinds and with fewer than "
        "comparable_least of them.",
        zh="其评估价值（不扣除在先权利）与借款人所在地区同类押品评估价值中位数（含自身）之比；非可比类型或数量不足则为空。",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        keeps="population",
        sources="collateral.value collateral.kind customer.region_id",
    ),
)

_LINES = ("device", "phone")


def compute(context: Context) -> None:
    """Tell the facts above."""
    if ties.can_tell(context):
        context.tell("customer", _contracts(context))
    if context.book.has("collateral"):
        context.tell("collateral", _values(context))


def _contracts(context: Context) -> Table:
    contract, customer = context.book.table("contract"), context.book.table("customer")
    signed = contract.filter(last_days(contract.signed_on, context, 60))
    own = signed.group_by(_signer="customer_id").aggregate(_own=signed.count())
    hashed = customer.filter(customer.phone_hash.notnull())
    parts = [hashed.select(id="customer_id", line=v.literal("hash", "string"), key="phone_hash")]
    tied = ties.rows(context).filter(lambda t: t.layer.isin(_LINES))
    parts.append(tied.select("id", line="layer", key="weak"))
    lines = reduce(lambda a, b: a.union(b), parts)
    shared = lines.inner_join(own, lines["id"] == own["_signer"])
    counts = shared.group_by(_line="line", _key="key").aggregate(_count=v.total(shared["_own"]))
    shared = shared.inner_join(counts, [shared.line == counts["_line"], shared.key == counts["_key"]])
    most = shared.group_by(_of="id").aggregate(_most=shared["_count"].max())
    rows = everyone(context, "customer")
    rows = rows.left_join(own, rows["id"] == own["_signer"])
    rows = rows.left_join(most, rows["id"] == most["_of"])
    # Relations would say who has the same line; without them a number that is not known tells nothing.
    alone = rows["_own"] if context.book.has("relation") else v.null("integer")
    count = rows["_own"].isnull().ifelse(zero(), v.coalesce(rows["_most"], alone))
    return rows.select("id", shared_contact_contract_count_60d=count)


def _values(context: Context) -> Table:
    table = context.book.table("collateral").select(_collateral="collateral_id", gross="value")
    rows = context.made["collaterals"].select("id", "kind", "region_id")
    rows = rows.inner_join(table, rows["id"] == table["_collateral"])
    rows = rows.filter(
        rows.kind.isin(context.policy.parameter("comparable_kinds")) & rows.region_id.notnull()
    )
    usual = compare.quantile(rows, "gross", 50, ("kind", "region_id"))
    usual = usual.filter(usual.peers >= context.whole("comparable_least"))
    usual = usual.rename(_kind="kind", _region="region_id", usual="quantile")
    rows = rows.inner_join(usual, [rows.kind == usual["_kind"], rows.region_id == usual["_region"]])
    return rows.select("id", value_vs_comparables=v.ratio(rows.gross, rows.usual))

"""Collateral against what it secures (family COL): loan to value, cover, age of the valuation."""

from __future__ import annotations

from decimal import Decimal

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, nulls
from postloan.facts.registry import fact

_VALUE = "collateral.value collateral.prior_claims"
_LTV = (
    "collateral.value collateral.prior_claims collateral.contract_id collateral_link.contract_id "
    "collateral_link.amount "
    "position.balance position.accrued_interest"
)

FACTS = (
    fact(
        "collateral.customer_id",
        "The borrower whose contract it secures.",
        zh="所担保合同的借款人。",
        kind="string",
        needs="collateral",
        sources="loan.customer_id",
    ),
    fact(
        "collateral.contract_id",
        "The contract that it was given for.",
        zh="押品所属合同。",
        kind="string",
        needs="collateral",
        sources="collateral.contract_id",
    ),
    fact(
        "collateral.region_id",
        "The borrower's region.",
        zh="借款人所在地区。",
        kind="string",
        needs="collateral",
        sources="customer.region_id",
    ),
    fact(
        "collateral.kind",
        "What it is.",
        zh="押品类型。",
        kind="string",
        needs="collateral",
        sources="collateral.kind",
    ),
    fact(
        "collateral.value_amt",
        "Its value less charges before the bank's.",
        zh="押品价值减先于本行的优先受偿金额。",
        needs="collateral",
        sources=_VALUE,
    ),
    fact(
        "collateral.secured_amt",
        "Balance and interest of the contracts that it secures.",
        zh="所担保各合同的余额与应计利息合计。",
        needs="collateral",
        sources=_LTV,
    ),
    fact(
        "collateral.ltv",
        "What it secures over its value.",
        zh="所担保债权与押品价值之比。",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources=_LTV,
    ),
    fact(
        "collateral.max_ltv",
        "The highest loan to value: agreed for it, else the policy's for its kind.",
        zh="最高抵押率：取约定值，没有的取政策对该类押品的规定。",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources="collateral.max_ltv collateral.kind",
    ),
    fact(
        "collateral.ltv_excess",
        "Loan to value less the highest one.",
        zh="抵押率减最高抵押率。",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources=_LTV + " collateral.max_ltv collateral.kind",
    ),
    fact(
        "collateral.days_since_valued_days",
        "Days since the valuation.",
        zh="最近一次评估以来的天数。",
        needs="collateral",
        keeps="calendar",
        sources="collateral.valued_on",
    ),
    fact(
        "loan.cover_share",
        "Value of the contract's collateral, charges before the bank's taken off, over balance and interest; "
        "a security of several contracts counts for each by its part of what they owe.",
        zh="合同押品价值（扣除先于本行的优先受偿金额）与余额加应计利息之比；担保多个合同的押品按各合同欠款比例分摊。",
        needs="collateral",
        sources=_LTV,
    ),
)


def compute(context: Context) -> Table:
    """Give one row for each collateral that secures an open loan; keeps `cover` (id, cover_share) too.

    Without the table collateral there is no row, and cover_share is null.
    """
    table = context.book.table("collateral")
    if not context.book.has("collateral"):
        loans = context.made["loans_known"].select("id")
        context.give("cover", nulls(loans, {"cover_share": "decimal"}))
        columns: dict[str, Kind] = {
            "region_id": "string",
            "secured": "integer",
            "ltv": "decimal",
            "days_since_valued_days": "integer",
            "ltv_excess": "decimal",
        }
        rows = table.select("contract_id", "kind", "value", "max_ltv", id="collateral_id")
        return context.give("collaterals", nulls(rows, {"customer_id": "string", **columns}))
    owed = context.made["loans_known"].filter(lambda t: (t.on_off == "on") & ~t.is_entrusted)
    amount = v.greatest(owed.balance, v.literal(0, "integer")) + owed.accrued_interest.fill_null(0)
    debts = owed.mutate(_owed=amount)
    debts = debts.group_by(_debt_of=debts.contract_id).aggregate(
        owed=v.total(debts["_owed"]), customer_id=debts.customer_id.min(), region_id=debts.region_id.min()
    )
    links = _links(context, table)
    pairs = links.inner_join(debts, links.contract == debts["_debt_of"])
    part = pairs.most.isnull().ifelse(pairs.owed, v.least(pairs.owed, pairs.most))
    pairs = context.keep("secured_pairs", pairs.mutate(owed=part))
    sums = pairs.group_by(_secures=pairs.collateral).aggregate(
        secured=v.total(pairs.owed),
        # Its own contract's borrower; where that contract owes nothing any more, the first of the others'.
        customer_id=v.coalesce(v.min_if(pairs.customer_id, pairs.is_own), pairs.customer_id.min()),
        region_id=v.coalesce(v.min_if(pairs.region_id, pairs.is_own), pairs.region_id.min()),
    )
    rows = table.inner_join(sums, table.collateral_id == sums["_secures"])
    free = v.greatest(rows["value"] - rows.prior_claims.fill_null(0), v.literal(0, "integer"))
    value = rows["value"].isnull().ifelse(rows["value"], free)
    rows = rows.select(
        "contract_id",
        "customer_id",
        "region_id",
        "kind",
        "secured",
        id="collateral_id",
        value=value,
        ltv=v.ratio(rows.secured, value),
        max_ltv=v.coalesce(rows.max_ltv, _highest(context, rows.kind)),
        days_since_valued_days=v.days_between(context.day, rows.valued_on),
    )
    rows = rows.mutate(ltv_excess=v.difference(rows.ltv, rows.max_ltv))
    rows = context.keep("collaterals", rows)
    context.keep("cover", _cover(context, rows, pairs, debts))
    return rows


def _links(context: Context, table: Table) -> Table:
    """Give what secures which contract: columns collateral, contract, is_own (not by a link alone), most.

    `most` is as much of the contract's debt as a link says that it secures, in cents; null for all of it.
    """
    own = table.select(collateral="collateral_id", contract="contract_id")
    own = own.mutate(is_own=v.literal(True, "boolean"), most=v.null("integer"))
    if not context.book.has("collateral_link"):
        return own
    link = context.book.table("collateral_link")
    link = link.select(collateral="collateral_id", contract="contract_id", most="amount")
    link = link.mutate(is_own=v.literal(False, "boolean"))
    both = own.union(link.select("collateral", "contract", "is_own", "most"))
    whole = v.count_if(both.most.isnull())
    both = both.group_by("collateral", "contract").aggregate(
        is_own=both.is_own.max(), _whole=whole, _most=both.most.max()
    )
    most = (both["_whole"] > 0).ifelse(v.null("integer"), both["_most"])
    return both.mutate(most=most).drop("_whole", "_most")


def _highest(context: Context, kind: Column) -> Column:
    limits = context.policy.parameter("collateral_max_ltv")
    branches = [
        (kind == name, v.literal(Decimal(str(limit)), "decimal")) for name, limit in sorted(limits.items())
    ]
    return v.when(branches, v.null("decimal"))


def _cover(context: Context, rows: Table, pairs: Table, debts: Table) -> Table:
    """Give cover_share of each loan: its contract's collateral over what the contract owes.

    A security of several contracts covers each by its part of what they owe together. Without any security
    the share is 0; where the value of one is unknown it is null.
    """
    value = rows.select(_value_of="id", value="value", secured="secured")
    pairs = pairs.inner_join(value, pairs.collateral == value["_value_of"])
    part = v.convert(pairs["value"], v.ratio(pairs.owed, pairs.secured))
    sums = pairs.group_by(_covers=pairs.contract).aggregate(
        _value=v.total_if(part, part.notnull()), _unknown=v.count_if(pairs["value"].isnull())
    )
    both = debts.left_join(sums, debts["_debt_of"] == sums["_covers"])
    covered = (both["_unknown"] > 0).ifelse(v.null("integer"), both["_value"].fill_null(0))
    shares = both.select(_contract="_debt_of", cover_share=v.ratio(covered, both.owed))
    loans = context.made["loans_known"].select("id", "contract_id")
    joined = loans.inner_join(shares, loans.contract_id == shares["_contract"])
    return joined.select("id", "cover_share")

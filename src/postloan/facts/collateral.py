"""Collateral against what it secures (family COL): loan to value, cover, age of the valuation."""

from __future__ import annotations

from decimal import Decimal

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context
from postloan.facts.registry import fact

_VALUE = "collateral.value collateral.prior_claims"
_LTV = (
    "collateral.value collateral.prior_claims collateral.contract_id collateral_link.contract_id "
    "position.balance position.accrued_interest"
)

FACTS = (
    fact(
        "collateral.customer_id",
        "The borrower whose contract it secures.",
        kind="string",
        needs="collateral",
        sources="loan.customer_id",
    ),
    fact(
        "collateral.contract_id",
        "The contract that it was given for.",
        kind="string",
        needs="collateral",
        sources="collateral.contract_id",
    ),
    fact(
        "collateral.region_id",
        "The borrower's region.",
        kind="string",
        needs="collateral",
        sources="customer.region_id",
    ),
    fact("collateral.kind", "What it is.", kind="string", needs="collateral", sources="collateral.kind"),
    fact(
        "collateral.value_amt",
        "Its value less charges before the bank's.",
        needs="collateral",
        sources=_VALUE,
    ),
    fact(
        "collateral.secured_amt",
        "Balance and interest of the contracts that it secures.",
        needs="collateral",
        sources=_LTV,
    ),
    fact(
        "collateral.ltv",
        "What it secures over its value.",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources=_LTV,
    ),
    fact(
        "collateral.max_ltv",
        "The highest loan to value: agreed for it, else the policy's for its kind.",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources="collateral.max_ltv collateral.kind",
    ),
    fact(
        "collateral.ltv_excess",
        "Loan to value less the highest one.",
        kind="decimal",
        unit="ratio",
        needs="collateral",
        sources=_LTV + " collateral.max_ltv collateral.kind",
    ),
    fact(
        "collateral.days_since_valued_days",
        "Days since the valuation.",
        needs="collateral",
        keeps="calendar",
        sources="collateral.valued_on",
    ),
    fact(
        "loan.cover_share",
        "Value of the contract's collateral, charges before the bank's taken off, over balance and interest.",
        needs="collateral",
        sources=_LTV,
    ),
)


def compute(context: Context) -> Table:
    """Give one row for each collateral that secures an open loan; keeps `cover` (id, cover_share) too."""
    table = context.book.table("collateral")
    owed = context.made["loans_known"].filter(lambda t: (t.on_off == "on") & ~t.is_entrusted)
    amount = v.greatest(owed.balance, v.literal(0, "integer")) + owed.accrued_interest.fill_null(0)
    debts = owed.mutate(_owed=amount)
    debts = debts.group_by(_debt_of=debts.contract_id).aggregate(
        owed=v.total(debts["_owed"]), customer_id=debts.customer_id.min(), region_id=debts.region_id.min()
    )
    debts = context.keep("contract_debts", debts)
    links = _links(context, table)
    pairs = links.inner_join(debts, links.contract == debts["_debt_of"])
    secured = pairs.group_by(_secures=pairs.collateral).aggregate(
        secured=v.total(pairs.owed), customer_id=pairs.customer_id.min(), region_id=pairs.region_id.min()
    )
    rows = table.inner_join(secured, table.collateral_id == secured["_secures"])
    value = v.greatest(rows["value"] - rows.prior_claims.fill_null(0), v.literal(0, "integer"))
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
    context.keep("cover", _cover(context, rows, links, debts))
    return context.keep("collaterals", rows)


def _links(context: Context, table: Table) -> Table:
    own = table.select(collateral="collateral_id", contract="contract_id")
    linked = context.book.table("collateral_link").select(collateral="collateral_id", contract="contract_id")
    return own.union(linked).distinct()


def _highest(context: Context, kind: Column) -> Column:
    limits = context.policy.parameter("collateral_max_ltv")
    branches = [
        (kind == name, v.literal(Decimal(str(limit)), "decimal")) for name, limit in sorted(limits.items())
    ]
    return v.when(branches, v.null("decimal"))


def _cover(context: Context, rows: Table, links: Table, debts: Table) -> Table:
    """Give cover_share of each loan of a secured contract: its collateral's value over what it owes."""
    value = rows.select(_value_of="id", value="value")
    pairs = links.inner_join(value, links.collateral == value["_value_of"])
    sums = pairs.group_by(_covers=pairs.contract).aggregate(_value=v.total(pairs["value"]))
    both = debts.left_join(sums, debts["_debt_of"] == sums["_covers"])
    shares = both.select(_contract="_debt_of", cover_share=v.ratio(both["_value"].fill_null(0), both.owed))
    loans = context.made["loans_known"].select("id", "contract_id")
    joined = loans.inner_join(shares, loans.contract_id == shares["_contract"])
    return joined.select("id", "cover_share")

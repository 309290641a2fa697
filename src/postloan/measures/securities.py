"""What the tables of measures ask of a loan's security: the worst of what its contract's collateral says."""

from __future__ import annotations

from collections.abc import Mapping

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts.registry import Fact, fact

DERIVED: tuple[Fact, ...] = (
    fact(
        "loan.valuation_age_days",
        "Days since the oldest valuation among the contract's collateral; null without one.",
        zh="合同押品中最早一次估值距今的天数；没有则为空。",
        needs="collateral",
    ),
    fact(
        "loan.insurance_lapsed_days",
        "The most days since the insurance of collateral that must be insured ended; below 0 while it holds, "
        "null where none must be insured or no end is known.",
        zh="须投保押品的保险到期距今的最长天数；未到期为负；无须投保或到期日未知为空。",
        needs="collateral",
    ),
    fact(
        "loan.registration_left_days",
        "The fewest days to the end of a registration of the contract's collateral; below 0 once it has "
        "passed, null where none is known.",
        zh="合同押品登记到期的最短剩余天数；已到期为负；未知为空。",
        needs="collateral",
    ),
    fact(
        "loan.unregistered_days",
        "The most days since payout for which collateral of the contract is not registered; 0 once all is, "
        "null without collateral.",
        zh="合同押品放款后未办登记的最长天数；均已登记为0；无押品为空。",
        needs="collateral",
    ),
    fact(
        "loan.ltv_excess",
        "By how much the contract's collateral exceeds its highest loan to value, the worst piece; null "
        "where none is known.",
        zh="合同押品超出最高抵押率的幅度，取最差者；未知为空。",
        kind="decimal",
        needs="collateral",
    ),
)


def with_security(loans: Table, facts: Mapping[str, Table]) -> Table:
    """Add the facts above, null where the contract has no collateral."""
    if "facts_collateral" not in facts:
        return loans.mutate(**{f"loan__{item.column}": v.null(item.kind) for item in DERIVED})
    rows = facts["facts_collateral"]
    insured = rows.is_insurance_required.fill_null(False)
    worst = rows.group_by(_contract=rows.contract_id).aggregate(
        loan__valuation_age_days=rows.days_since_valued_days.max(),
        loan__insurance_lapsed_days=v.max_if(rows.insurance_lapsed_days, insured),
        loan__registration_left_days=rows.registration_left_days.min(),
        loan__unregistered_days=rows.unregistered_days.max(),
        loan__ltv_excess=rows.ltv_excess.max(),
    )
    contracts = facts["facts_loan"].select(_loan="id", _of="contract_id")
    worst = contracts.inner_join(worst, contracts["_of"] == worst["_contract"]).drop("_of", "_contract")
    return loans.left_join(worst, loans.subject_id == worst["_loan"]).drop("_loan")

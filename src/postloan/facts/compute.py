"""All facts of a day, family by family, as one wide table a subject."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from postloan.book.snapshot import Book
from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.facts import (
    account,
    agriculture,
    bureau,
    business,
    cash_flow,
    circular,
    class_signs,
    collateral,
    collateral_state,
    crop_seasons,
    currency,
    customer,
    duties,
    events,
    exposure,
    farm_prices,
    flows,
    forbearance,
    fund_use,
    groups,
    guarantees,
    household,
    indicators,
    industry,
    institution,
    judgments,
    limitation,
    litigation,
    loans,
    lookalikes,
    materiality,
    non_performing,
    off_balance,
    payers,
    peers,
    positions,
    probation,
    region,
    repayment,
    running_accounts,
    seasons,
    staff,
    statement_checks,
    statements,
    transfers,
    visits_evidence,
    wages,
)
from postloan.facts.context import Context, by_id
from postloan.facts.notices import ON, last_fired
from postloan.facts.registry import SUBJECTS, Fact
from postloan.policy.pack import Policy
from postloan.results import Prior

_FIRST = (loans, repayment, positions, exposure, account, customer, collateral)
"""Families that the others build on; `compute` calls them in their order."""

_OTHERS = (
    events,
    indicators,
    payers,
    litigation,
    limitation,
    judgments,
    off_balance,
    cash_flow,
    statements,
    statement_checks,
    business,
    seasons,
    agriculture,
    farm_prices,
    transfers,
    flows,
    circular,
    fund_use,
    visits_evidence,
    guarantees,
    lookalikes,
    groups,
    collateral_state,
    bureau,
    household,
    probation,
    class_signs,
    wages,
    peers,
    region,
    industry,
    institution,
    staff,
    duties,
    materiality,
    crop_seasons,
    non_performing,
    forbearance,
    running_accounts,
)
"""Families that tell facts of their own, each after those that it reads; one without its feeds tells none."""

_FAMILIES = (*_FIRST, *_OTHERS)

FACTS: dict[str, Fact] = {one.name: one for family in _FAMILIES for one in family.FACTS}
"""Every fact by name."""

PARAMETERS = (
    "agricultural_industries",
    "alert_task_kinds",
    "amount_bands",
    "area_indicator_max_age",
    "area_minimum",
    "area_peers",
    "arrears_tolerance",
    "bill_roll_days",
    "bill_roll_months",
    "bridge_gap_days",
    "bridge_inflow_days",
    "bridge_return_days",
    "bureau_max_age",
    "caseload_caps",
    "caseload_weights",
    "circular_flow",
    "collateral_max_ltv",
    "comparable_kinds",
    "comparable_least",
    "connected_controller_share",
    "connected_shareholder_share",
    "consent_lead_days",
    "contagion_hops",
    "contagion_weight",
    "crop_calendar",
    "crop_seasons",
    "customer_indicator_max_age",
    "distress_cut",
    "dpd_gap",
    "drawdown_interest_days",
    "employer_shocks",
    "farm_figure_max_age",
    "farm_price_max_age",
    "field_figure_max_age",
    "fiscal_year_start_month",
    "flow_hub_partners",
    "former_restructuring",
    "fund_use_days",
    "fund_use_least_share",
    "fund_use_steps",
    "fund_use_windows",
    "group_exposure_limit",
    "hog_grain_parity",
    "household_limit",
    "input_items",
    "inspection_task_kinds",
    "light_severities",
    "livestock_count_max_age",
    "livestock_industries",
    "materiality",
    "merger_months",
    "new_loan_days",
    "non_performing_days",
    "observation_months",
    "observation_periods",
    "outbreak_metres",
    "pass_through",
    "peer_group_minimum",
    "pooled_share",
    "position_max_age",
    "price_max_age",
    "private_lending",
    "property_contract_types",
    "related_kinds",
    "repaid_advance_days",
    "retail",
    "right_spare_months",
    "season_before_harvest",
    "season_relief_days",
    "season_relief_months",
    "single_exposure_limit",
    "site_metres",
    "sold_items",
    "split_payment",
    "standard_opinions",
    "statement_max_age",
    "tax_rating_max_age",
    "technical_overdue_days",
    "top_buyers",
    "unreachable",
    "upgrade_months",
    "upgrade_periods",
)
"""Parameters of the pack that facts are computed with: facts of a past day hold for these values alone."""


def compute(engine: Engine, book: Book, policy: Policy, prior: Prior | None, as_of: date) -> dict[str, Table]:
    """Give the tables `facts_<subject>`, one row a subject.

    Columns: as_of, id, one a fact (money as DECIMAL(18,2)), and for customers `last_fired_on_<code>` and
    `last_fired_rank_<code>`, the last notice of each signal.

    Raises RunError `no_rates` where a currency cannot be brought to the reporting currency.
    """
    context = Context(engine, book, policy, prior, as_of)
    loans.compute(context)
    context.made["rates"] = currency.rates(context, policy.currency)
    repayment.compute(context)
    positions.compute(context)
    account.compute(context)
    exposure.compute(context)
    customer.compute(context)
    collateral.compute(context)
    for family in _OTHERS:
        family.compute(context)
    working = {
        "loan": by_id({"cover": context.made["cover"]}, _with_band(context)),
        "customer": context.made["customers"],
        "collateral": context.made["collaterals"],
        "guarantor": context.made["guarantors"],
        "region": book.table("region").select(id="region_id"),
        "industry": book.table("industry").select(id="industry_id"),
        "institution": book.table("institution").select(id="institution_id"),
        "staff": book.table("staff").select(id="staff_id"),
    }
    result = {f"facts_{subject}": _wide(context, subject, working[subject]) for subject in SUBJECTS}
    return _with_notices(context, result)


def _with_band(context: Context) -> Table:
    """Bring the amount band, which is the customer's (contract, dimension A), to each of its loans."""
    rows = context.made["loans_known"]
    bands = context.made["customers"].select(_band_of="id", amount_band="amount_band")
    return rows.left_join(bands, rows.customer_id == bands["_band_of"]).drop("_band_of")


def _wide(context: Context, subject: str, working: Table) -> Table:
    """Choose the subject's facts from a working table and what families told; cents become money."""
    told = context.parts.get(subject, [])
    working = by_id({str(number): table for number, table in enumerate(told)}, working)
    columns = {"as_of": context.day, "id": working["id"]}
    for one in FACTS.values():
        if one.subject == subject:
            source = one.column.removesuffix("_amt") if one.kind == "money" else one.column
            if source not in working.columns:
                columns[one.column] = v.null(one.kind)
            elif one.kind == "money":
                columns[one.column] = v.money(working[source])
            else:
                columns[one.column] = working[source]
    return working.select(**columns)


def _with_notices(context: Context, tables: Mapping[str, Table]) -> dict[str, Table]:
    prior = context.prior.tables.get("facts_customer") if context.prior else None
    carried = set(prior.columns) if prior is not None else set()
    # One that is switched off tells nobody anything; what it told before is carried on.
    codes = [one.code for one in context.policy.signals if one.enabled or f"{ON}{one.code}" in carried]
    notices = last_fired(context.engine, context.prior, codes)
    return {**tables, "facts_customer": by_id({"notices": notices}, tables["facts_customer"])}

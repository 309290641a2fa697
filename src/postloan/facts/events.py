"""Events that were reported: how often, how lately and how grave, by subject and kind.

An event of a loan, contract, collateral or account counts for its customer too, and one of a region for every
region within it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import reduce

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, for_all
from postloan.facts.registry import Fact, fact

COUNTS: Mapping[str, Mapping[str, int]] = {
    "customer": {
        "accident": 365,
        "accounting_policy_changed": 730,
        "address_changed": 365,
        "asset_sold": 180,
        "auditor_changed": 365,
        "audit_qualified": 365,
        "bad_habit": 365,
        "capital_reduced": 365,
        "controller_changed": 365,
        "controller_detained": 365,
        "cooperative_left": 365,
        "covenant_breached": 365,
        "covenant_waiver_asked": 365,
        "deferral_requested": 90,
        "died": 365,
        "dishonest_debtor": 365,
        "disease_outbreak": 90,
        "divorced": 365,
        "document_forged": 365,
        "document_refused": 365,
        "enforced_party": 365,
        "equity_frozen": 365,
        "fraud_confirmed": 365,
        "household_split": 365,
        "illness": 365,
        "insurance_claim": 180,
        "irrigation_fault": 30,
        "key_person_left": 365,
        "land_rent_unpaid": 180,
        "legal_rep_changed": 365,
        "merged": 365,
        "moved_away": 365,
        "offtaker_late": 180,
        "permit_expired": 365,
        "premises_closed": 90,
        "scope_changed": 365,
        "shares_sold": 365,
        "spending_limited": 365,
        "split": 365,
        "status_abnormal": 365,
        "status_revoked": 365,
        "stop_order": 365,
        "subsidiary_opened": 365,
        "subsidy_received": 365,
        "tax_inspection": 365,
        "tariff_shock": 180,
        "terms_changed_without_consent": 365,
        "village_grade_lowered": 365,
        "voucher_duplicate": 365,
        "voucher_missing": 365,
        "wage_case": 90,
    },
    "loan": {
        "deferral_requested": 90,
        "guarantee_claimed": 365,
        "lc_discrepancy": 180,
        "terms_changed_without_consent": 365,
        "voucher_duplicate": 365,
        "voucher_missing": 365,
    },
    "collateral": {
        "damaged": 365,
        "demolished": 365,
        "leased_before": 365,
        "occupied": 365,
        "second_charge": 365,
        "supervisor_left": 180,
        "title_disputed": 365,
    },
    "region": {
        "anchor_employer_stopped": 180,
        "disaster_orange": 30,
        "disaster_red": 30,
        "disease_outbreak": 90,
        "epidemic": 90,
        "fraud_raising_case": 90,
        "irrigation_fault": 30,
        "route_planned": 365,
    },
    "industry": {"policy_restricted": 365, "tariff_shock": 180},
}
"""Days up to the business date within which events of a kind are counted, by subject."""

GREATEST: Mapping[str, Mapping[str, int]] = {
    "customer": {
        "asset_sold": 365,
        "assets_stripped": 365,
        "equity_frozen": 365,
        "insurance_claim": 180,
        "penalty": 365,
        "shares_sold": 365,
        "workers_cut": 90,
    },
    "industry": {"tariff_shock": 180},
}
"""Days within which the greatest value of the events of a kind is looked for, by subject."""

_EVENT = "event.subject_kind event.subject_id event.kind event.occurred_on"

_ZH = {
    "customer": "客户（含其贷款、合同、押品、账户）",
    "loan": "贷款（含其合同）",
    "collateral": "押品",
    "region": "地区（含其上级地区）",
    "industry": "行业",
}


def _declared() -> tuple[Fact, ...]:
    found = []
    for subject, kinds in COUNTS.items():
        for kind, days in kinds.items():
            doc = f"Events `{kind}` of the {subject} in the last {days} days."
            zh = f"最近{days}天内{_ZH[subject]}发生事件“{kind}”的次数。"
            name = f"{subject}.{kind}_count_{days}d"
            found.append(fact(name, doc, zh=zh, needs="event", keeps="calendar", sources=_EVENT))
    for subject, kinds in GREATEST.items():
        for kind, days in kinds.items():
            doc = f"The greatest value of events `{kind}` of a {subject} in {days} days; 0 without one."
            zh = f"最近{days}天内{_ZH[subject]}事件“{kind}”的最大数值；没有则为0。"
            name = f"{subject}.{kind}_value_{days}d"
            sources = f"{_EVENT} event.value"
            unit = "value of the event"
            found.append(
                fact(
                    name,
                    doc,
                    zh=zh,
                    kind="decimal",
                    unit=unit,
                    needs="event",
                    keeps="calendar",
                    sources=sources,
                )
            )
    return tuple(found)


FACTS = _declared()


def compute(context: Context) -> None:
    """Keep `events` (see `known`), and tell how often and how grave by subject and kind."""
    if not context.book.has("event"):
        return
    rows = context.keep("events", known(context))
    for subject in COUNTS:
        columns: dict[str, Column] = {
            f"{kind}_count_{days}d": v.count_if(_recent(context, rows, kind, days))
            for kind, days in COUNTS[subject].items()
        }
        for kind, days in GREATEST.get(subject, {}).items():
            recent = _recent(context, rows, kind, days)
            columns[f"{kind}_value_{days}d"] = v.max_if(rows.value, recent)
            columns[f"_{kind}"] = v.count_if(recent)
        own = rows.filter(rows.subject_kind == subject)
        sums = own.group_by(id=own.subject_id).aggregate(**columns)
        none = v.literal(0, "decimal")
        values = {kind: f"{kind}_value_{days}d" for kind, days in GREATEST.get(subject, {}).items()}
        sums = for_all(context, subject, sums, but=values.values())
        # Where nothing happened the value is 0; of an event that came without one it is not known.
        nothing = {name: (sums[f"_{kind}"] == 0).ifelse(none, sums[name]) for kind, name in values.items()}
        context.tell(subject, sums.mutate(**nothing).drop(*(f"_{kind}" for kind in values)))


def _recent(context: Context, rows: Table, kind: str, days: int) -> Column:
    first = v.literal(context.as_of - timedelta(days=days - 1), "date")
    return (rows.kind == kind) & (rows.occurred_on >= first)


def known(context: Context) -> Table:
    """Give each event once for each subject that it counts for.

    Columns: subject_kind, subject_id, kind, occurred_on, value, source, severity, verified_by, event_id.
    Subjects are customer, loan, collateral, region, industry and institution, as the module says.
    """
    rows = context.book.table("event")
    kept = ("kind", "occurred_on", "value", "source", "severity", "verified_by", "event_id")
    parts = [rows.select("subject_kind", "subject_id", *kept)]
    for kind, target, owners in _owners(context):
        own = rows.filter(rows.subject_kind == kind)
        joined = own.inner_join(owners, own.subject_id == owners["_subject"])
        told = joined.select(
            *kept, subject_kind=v.literal(target, "string"), subject_id=joined["_counts_for"]
        )
        parts.append(told.select("subject_kind", "subject_id", *kept))
    return reduce(lambda a, b: a.union(b), parts).distinct()


def _owners(context: Context) -> list[tuple[str, str, Table]]:
    """Give for whom else events count: kinds of the one and the other, and columns _subject, _counts_for."""
    book = context.book
    loan, contract = book.table("loan"), book.table("contract")
    contracts = contract.select(_subject="contract_id", _counts_for="customer_id")
    found = [
        ("loan", "customer", loan.select(_subject="loan_id", _counts_for="customer_id")),
        ("contract", "customer", contracts),
        ("contract", "loan", loan.select(_subject="contract_id", _counts_for="loan_id")),
        ("region", "region", within(context)),
    ]
    if book.has("account"):
        account = book.table("account")
        found.append(
            ("account", "customer", account.select(_subject="account_id", _counts_for="customer_id"))
        )
    if book.has("collateral"):
        pledged = book.table("collateral").select("collateral_id", "contract_id")
        owners = pledged.inner_join(contracts, pledged.contract_id == contracts["_subject"])
        owners = owners.select(_subject=owners.collateral_id, _counts_for=owners["_counts_for"])
        found.append(("collateral", "customer", owners))
    return found


_DEPTH = 5
"""Levels of regions, province to village."""


def within(context: Context) -> Table:
    """Give each region with every region around it: columns _counts_for, and _subject for the one around."""
    table = context.book.table("region").select("region_id", "parent_id")
    step = table.filter(table.parent_id.notnull())
    found = [step.select(_counts_for="region_id", _subject="parent_id")]
    for level in range(_DEPTH - 2):
        up = table.select(**{f"_above_{level}": "region_id", f"_parent_{level}": "parent_id"})
        last = found[-1]
        joined = last.inner_join(up, last["_subject"] == up[f"_above_{level}"])
        joined = joined.filter(joined[f"_parent_{level}"].notnull())
        found.append(joined.select("_counts_for", _subject=joined[f"_parent_{level}"]))
    return reduce(lambda a, b: a.union(b), found).distinct()

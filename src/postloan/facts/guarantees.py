"""Guarantees one by one (family GUA): how the guarantor stands, what he bears, until when he is bound."""

from __future__ import annotations

from datetime import timedelta

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import circles, guarantee_periods, standing
from postloan.facts.context import Context, by_id, last_days, zero
from postloan.facts.limitation import ground_of
from postloan.facts.registry import fact

_G = "guarantee.contract_id guarantee.guarantor_customer_id"
_AMOUNT = f"{_G} guarantee.amount fx.rate"
_PERIOD = f"{_G} guarantee.period_ends_on guarantee.period_text_unclear loan.matures_on"
_CLAIM = (
    "notice.loan_id notice.kind notice.served_on notice.to_customer_id notice.receipt notice.document_ref"
)

FACTS = (
    fact(
        "guarantor.customer_id",
        "The borrower whose contract the guarantee stands for.",
        zh="被担保的借款人。",
        kind="string",
        needs="guarantee",
        sources="guarantee.contract_id contract.customer_id",
    ),
    fact(
        "guarantor.guarantor_id",
        "The customer who gave the guarantee.",
        zh="提供保证的客户。",
        kind="string",
        needs="guarantee",
        sources="guarantee.guarantor_customer_id",
    ),
    fact(
        "guarantor.region_id",
        "The borrower's region.",
        zh="借款人所在地区。",
        kind="string",
        needs="guarantee",
        sources="customer.region_id",
    ),
    fact(
        "guarantor.kind",
        "Joint, general, joint_group or company; general where the guarantee does not say.",
        zh="保证方式：连带、一般、联保或担保公司；未约定的按一般保证。",
        kind="string",
        needs="guarantee",
        sources="guarantee.kind",
    ),
    fact(
        "guarantor.worst_dpd_days",
        "The guarantor's worst days past due, here or by the last bureau report; at least 1 where the report "
        "states an overdue amount; null where he neither owes us nor was reported on.",
        zh="保证人在本行及最近一次征信报告中的最长逾期天数；报告有逾期金额的至少为1；在本行无贷款且无报告的为空。",
        needs="guarantee due|position|bureau",
        keeps="calendar",
        sources=f"{_G} {standing.OWED} {standing.BUREAU}",
    ),
    fact(
        "guarantor.worst_class",
        "The guarantor's worst five-level class: of his open loans by the last run or a decision since, or "
        "by the last bureau report; null where there is none.",
        zh="保证人最差的五级分类：其未结清贷款按上次运行或其后的认定，或最近一次征信报告；均无的为空。",
        kind="string",
        needs="guarantee prior|class_decision|bureau",
        sources=f"{_G} {standing.CLASS} bureau.worst_class",
    ),
    fact(
        "guarantor.guaranteed_amt",
        "What the guarantor stands for in all: guarantees of contracts with an open loan here, or the amount "
        "that the last bureau report or the last indicator states, whichever is the largest.",
        zh="保证人担保总额：本行未结清贷款合同的保证金额、最近征信报告或指标所列金额，取最大者。",
        needs="guarantee",
        sources=f"{_AMOUNT} bureau.guaranteed_amount customer_indicator.value",
    ),
    fact(
        "guarantor.guaranteed_vs_net_worth",
        "What the guarantor stands for over his net worth, the last indicator or else the equity of the last "
        "statement; a net worth not above 0 counts as 0.01.",
        zh="担保总额与净资产（最近指标，否则最近报表所有者权益）之比；净资产不大于0的按0.01计。",
        kind="decimal",
        unit="ratio",
        needs="guarantee customer_indicator|statement",
        sources=f"{_AMOUNT} bureau.guaranteed_amount {standing.WORTH}",
    ),
    fact(
        "guarantor.borrower_count",
        "Borrowers with an open loan here for whom the guarantor stands.",
        zh="保证人在本行担保的、有未结清贷款的借款人数。",
        needs="guarantee",
        sources=_G,
    ),
    fact(
        "guarantor.life_event_count",
        "Events of the guarantor: deaths at any time, divorces and moves away in the last 365 days.",
        zh="保证人的事件数：死亡（不限时间），最近365天内的离婚和外迁失联。",
        needs="guarantee event",
        keeps="calendar",
        sources=f"{_G} event.subject_kind event.subject_id event.kind event.occurred_on",
    ),
    fact(
        "guarantor.period_ends_on",
        "The last day of the guarantee period of the first open loan for which the guarantor is not kept "
        "bound yet: as agreed, else (also where the text is unclear, or ends before the debt is due) the "
        "pack's period after maturity or acceleration; null after an extension to which he did not agree.",
        zh="尚未依法主张的未结清贷款中最早的保证期间届满日：有约定的按约定，未约定、约定不明或不晚于主债务到期的，"
        "为到期（或加速到期）后政策包规定的期间；未经保证人同意展期的为空。",
        needs="guarantee",
        sources=f"{_PERIOD} {_CLAIM} restructuring.changed_on restructuring.kind",
    ),
    fact(
        "guarantor.days_to_period_end_days",
        "Days from the day to the end of the guarantee period; below 0 once it has ended.",
        zh="距保证期间届满的天数；已届满的为负。",
        needs="guarantee",
        keeps="calendar",
        sources=_PERIOD,
    ),
    fact(
        "guarantor.has_period_claim",
        "Whether the bank did within the period what keeps the guarantor bound: a suit against the borrower "
        "for a general guarantee, else a claim on the guarantor or a suit that was served on him.",
        zh="保证期间内是否已依法主张：一般保证为起诉债务人，其他为向保证人主张或起诉并送达。",
        needs="guarantee",
        sources=f"{_PERIOD} guarantee.kind {_CLAIM} proceeding.our_role proceeding.customer_id "
        "proceeding.loan_id proceeding.filed_on",
    ),
    fact(
        "guarantor.claim_unpaid_days",
        "Days since the first claim on the guarantor for a loan that is open and past due; 0 without one.",
        zh="向保证人主张而贷款仍逾期未还的，自首次主张起的天数；没有的为0。",
        needs="guarantee notice",
        keeps="calendar",
        sources=f"{_G} {_CLAIM} {standing.OWED}",
    ),
    fact(
        "guarantor.claim_count_chg_12m",
        "Claims on the guarantor served in the last 365 days, less those of the 365 days before.",
        zh="最近365天内向保证人主张的次数减去此前365天的次数。",
        needs="guarantee notice",
        keeps="calendar",
        sources=f"{_G} {_CLAIM}",
    ),
    fact(
        "guarantor.unconsented_change_count",
        "Changes of terms of the contract's open loans, rate cuts and relief left out, and events "
        "terms_changed_without_consent, to which the guarantor gave no consent from consent_lead_days on.",
        zh="合同未结清贷款的条款变更（降息、减免除外）及“未经同意变更”事件中，保证人未在变更前若干天（参数）起书面同意的次数。",
        needs="guarantee restructuring|event",
        sources=f"{_G} guarantee.consent_to_change_on restructuring.changed_on restructuring.kind "
        "event.kind event.occurred_on",
    ),
    *circles.FACTS,
)

_LIFE = ("died", "divorced", "moved_away")


def compute(context: Context) -> None:
    """Keep `guarantors`, and tell the facts above.

    `guarantors` has one row for each guarantee of a contract with an open loan, the amount in cents of the
    reporting currency.
    """
    rows = context.keep("guarantors", _guarantees(context))
    if not context.book.has("guarantee"):
        return
    parts = {"strength": _strength(context, rows), "period": _periods(context)}
    if context.book.has("event"):
        parts["life"] = _life(context, rows)
    if context.book.has("notice"):
        parts["claims"] = _claims(context, rows)
    if context.book.has("event") or context.book.has("restructuring"):
        parts["changes"] = _changes(context, rows)
    context.tell("guarantor", by_id(parts, rows.select("id")))
    circles.compute(context)


def _guarantees(context: Context) -> Table:
    loans = context.made["loans_known"].filter(lambda t: ~t.is_entrusted)
    borrowers = loans.group_by(_contract=loans.contract_id).aggregate(
        customer_id=loans.customer_id.min(),
        region_id=loans.region_id.min(),
        matures_on=loans.matures_on.min(),
        _mode=loans.guarantee_mode.min(),
        _rate=loans.rate.max(),
    )
    table = context.book.table("guarantee")
    rows = table.inner_join(borrowers, table.contract_id == borrowers["_contract"])
    kind = v.coalesce(rows.kind, v.literal("general", "string"))
    return rows.select(
        "customer_id",
        "region_id",
        "contract_id",
        "matures_on",
        "period_text_unclear",
        "consent_to_change_on",
        id=rows.guarantee_id,
        guarantor_id=rows.guarantor_customer_id,
        agreed_until=rows.period_ends_on,
        amount=v.convert(rows.amount, rows["_rate"]),
        kind=kind,
        is_joint_group=(kind == "joint_group") | (rows["_mode"] == "joint_group").fill_null(False),
    )


def _strength(context: Context, rows: Table) -> Table:
    """Give how the guarantor stands and how much he bears, for each guarantee."""
    pairs = rows.select("guarantor_id", "customer_id").distinct()
    borrowers = pairs.group_by(_many="guarantor_id").aggregate(borrower_count=pairs.count())
    sums = rows.group_by(_sum="guarantor_id").aggregate(_here=v.total(rows.amount))
    rows = rows.select("id", "guarantor_id")
    rows = rows.inner_join(borrowers, rows.guarantor_id == borrowers["_many"])
    rows = rows.inner_join(sums, rows.guarantor_id == sums["_sum"])
    own = standing.rows(context).rename(_of="id")
    rows = rows.left_join(own, rows.guarantor_id == own["_of"])
    guaranteed = v.greatest(rows["_here"], rows.guaranteed)
    return rows.select(
        "id",
        "borrower_count",
        worst_dpd_days=v.greatest(rows.own_dpd, rows.bureau_dpd),
        worst_class=standing.level_name(v.greatest(rows.class_rank, rows.bureau_class)),
        guaranteed=guaranteed,
        guaranteed_vs_net_worth=circles.burden(guaranteed, rows.net_worth),
    )


def _life(context: Context, rows: Table) -> Table:
    events = context.book.table("event")
    events = events.filter((events.subject_kind == "customer") & events.kind.isin(_LIFE))
    recent = (events.kind == "died") | last_days(events.occurred_on, context, 365)
    sums = events.group_by(_of=events.subject_id).aggregate(_count=v.count_if(recent))
    rows = rows.left_join(sums, rows.guarantor_id == sums["_of"])
    return rows.select("id", life_event_count=rows["_count"].fill_null(zero()))


def _periods(context: Context) -> Table:
    """Give the end of each guarantee period, that of the first loan whose guarantor is not kept bound yet."""
    ground = ground_of(context)
    rows = guarantee_periods.bound(ground)
    kept = rows.kept_on.notnull()
    order = [(kept.ifelse(1, 0), "asc"), (rows.ends_on, "asc"), (rows.loan_id, "asc")]
    rows = rows.mutate(_kept=kept, _turn=v.row_number(partition=[rows.guarantee_id], order=order))
    rows = rows.filter(rows["_turn"] == 1)
    return rows.select(
        id="guarantee_id",
        period_ends_on="ends_on",
        days_to_period_end_days=v.days_between(rows.ends_on, context.day),
        has_period_claim="_kept",
    )


def _claims(context: Context, rows: Table) -> Table:
    """Give how long a claim on the guarantor is unpaid, and whether claims on him become more."""
    notices = context.book.table("notice")
    notices = notices.filter(notices.kind == "claim_on_guarantor")
    loans = context.made["loans_known"].filter(lambda t: t.dpd_days.isnull() | (t.dpd_days > 0))
    loans = loans.select(_loan="id", _contract="contract_id")
    unpaid = notices.inner_join(loans, notices.loan_id == loans["_loan"])
    pairs = rows.inner_join(unpaid, rows.contract_id == unpaid["_contract"])
    pairs = pairs.filter(pairs.to_customer_id.isnull() | (pairs.to_customer_id == pairs.guarantor_id))
    first = pairs.group_by(_of=pairs["id"]).aggregate(_first=pairs.served_on.min())
    recent = last_days(notices.served_on, context, 365)
    since = v.literal(context.as_of - timedelta(days=2 * 365 - 1), "date")
    counts = notices.group_by(_to=notices.to_customer_id).aggregate(
        _recent=v.count_if(recent), _before=v.count_if(~recent & (notices.served_on >= since))
    )
    rows = rows.select("id", "guarantor_id").left_join(first, rows["id"] == first["_of"])
    rows = rows.left_join(counts, rows.guarantor_id == counts["_to"])
    return rows.select(
        "id",
        claim_unpaid_days=v.days_between(context.day, rows["_first"]).fill_null(zero()),
        claim_count_chg_12m=(rows["_recent"] - rows["_before"]).fill_null(zero()),
    )


def _changes(context: Context, rows: Table) -> Table:
    """Count changes of the terms that the guarantor did not consent to, each day of a contract once."""
    found = guarantee_periods.changes(ground_of(context))
    found = found.filter(~found.is_agreed_to).select("guarantee_id", "on").distinct()
    sums = found.group_by(_of=found.guarantee_id).aggregate(_count=found.count())
    rows = rows.select("id").left_join(sums, rows["id"] == sums["_of"])
    return rows.select("id", unconsented_change_count=rows["_count"].fill_null(zero()))

"""The loan itself: who owes it, where it is kept, and its six dimensions."""

from __future__ import annotations

from postloan.engine import Column, Kind, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, nulls, zero
from postloan.facts.registry import fact

FACTS = (
    fact("loan.customer_id", "The borrower.", zh="借款人。", kind="string", sources="loan.customer_id"),
    fact(
        "loan.contract_id",
        "The contract under which it was granted.",
        zh="贷款所属合同。",
        kind="string",
        sources="loan.contract_id",
    ),
    fact(
        "loan.institution_id",
        "The institution that keeps the contract.",
        zh="合同经办机构。",
        kind="string",
        sources="contract.institution_id",
    ),
    fact(
        "loan.manager_id",
        "The customer manager: by assignment on the day, else by contract.",
        zh="客户经理：按当日有效的分管记录，没有的按合同。",
        kind="string",
        sources="assignment.staff_id assignment.since assignment.until contract.manager_id",
    ),
    fact(
        "loan.region_id",
        "The borrower's region.",
        zh="借款人所在地区。",
        kind="string",
        sources="customer.region_id",
    ),
    fact(
        "loan.industry_id",
        "The borrower's industry.",
        zh="借款人所属行业。",
        kind="string",
        sources="customer.industry_id",
    ),
    fact("loan.currency", "The loan's currency.", zh="贷款币种。", kind="string", sources="loan.currency"),
    fact(
        "loan.exposure_kind",
        "Loan, acceptance, letter of credit, guarantee letter or commitment.",
        zh="敞口种类：贷款、承兑汇票、信用证、保函或未提用承诺。",
        kind="string",
        sources="loan.exposure_kind",
    ),
    fact(
        "loan.on_off",
        "Dimension O: on, off_ba, off_lc, off_lg or off_uc.",
        zh="维度O：on（表内）、off_ba、off_lc、off_lg或off_uc（表外）。",
        kind="string",
        sources="loan.exposure_kind",
    ),
    fact(
        "loan.amount_band",
        "Dimension A: the band of the customer's total exposure.",
        zh="维度A：客户总敞口所在的金额档。",
        kind="string",
        unit="band",
        sources="position.balance loan.amount payment.amount fx.rate",
    ),
    fact(
        "loan.contract_type",
        "Dimension C: the contract's type.",
        zh="维度C：合同类型。",
        kind="string",
        sources="contract.contract_type",
    ),
    fact(
        "loan.guarantee_mode",
        "The contract's main security.",
        zh="合同的主要担保方式。",
        kind="string",
        sources="contract.guarantee_mode",
    ),
    fact(
        "loan.repayment_method",
        "How it is repaid.",
        zh="还款方式。",
        kind="string",
        sources="loan.repayment_method",
    ),
    fact(
        "loan.is_revolving",
        "Whether the contract is revolving.",
        zh="合同是否循环授信。",
        kind="boolean",
        sources="contract.is_revolving",
    ),
    fact(
        "loan.is_entrusted",
        "Whether it is entrusted and so carries no risk of the bank's.",
        zh="是否委托贷款，即本行不承担风险。",
        kind="boolean",
        sources="contract.is_entrusted",
    ),
    fact(
        "loan.disbursed_on",
        "The day of payout, off the sheet of issue.",
        zh="放款日；表外业务为签发日。",
        sources="loan.disbursed_on",
    ),
    fact("loan.matures_on", "The last agreed day.", zh="约定到期日。", sources="loan.matures_on"),
    fact(
        "loan.days_since_disbursed_days",
        "Days from payout to the day.",
        zh="放款日至当日的天数。",
        keeps="calendar",
        sources="loan.disbursed_on",
    ),
    fact(
        "loan.days_to_maturity_days",
        "Days from the day to maturity; below 0 once matured.",
        zh="当日至到期日的天数；已到期为负。",
        keeps="calendar",
        sources="loan.matures_on",
    ),
    fact("loan.extension_count", "Extensions so far.", zh="已展期次数。", sources="loan.extension_count"),
    fact(
        "loan.amount_amt",
        "The amount granted, in the loan's currency.",
        zh="发放金额，按贷款币种。",
        sources="loan.amount",
    ),
    fact(
        "loan.suit_status",
        "Dimension S: the most advanced stage of open proceedings in which the bank is creditor, of "
        "the loan or of "
        "all the customer's loans; none without such a row.",
        zh="维度S：本行为债权人的未结案件所达最高阶段，取该笔贷款的案件，或未注明贷款而适用于客户全部贷款的案件；没有的为none。",
        kind="string",
        sources="proceeding.our_role proceeding.stage proceeding.filed_on proceeding.closed_on",
    ),
    fact(
        "loan.advance_amt",
        "What the bank advanced for it and has not got back.",
        zh="本行为其垫付且未收回的金额。",
        needs="advance",
        sources="advance.amount advance.repaid_on",
    ),
    fact(
        "loan.advance_days",
        "Days since the oldest advance not repaid; 0 without one.",
        zh="最早一笔未归还垫款以来的天数；没有的为0。",
        needs="advance",
        sources="advance.advanced_on advance.repaid_on",
    ),
    fact(
        "loan.advance_repaid_within_days",
        "The most days that an advance stood which was repaid within the last repaid_advance_days; null "
        "without one.",
        zh="最近若干天内（参数）归还的垫款中最长的占用天数；没有的为空。",
        needs="advance",
        keeps="calendar",
        sources="advance.advanced_on advance.repaid_on",
    ),
    fact(
        "loan.stage",
        "Impairment stage, 1 to 3.",
        zh="减值阶段，1至3。",
        kind="integer",
        unit="stage",
        needs="impairment",
        sources="impairment.stage impairment.on_date",
    ),
    fact(
        "loan.ecl_share",
        "Expected credit loss over book value.",
        zh="预期信用损失与账面价值之比。",
        needs="impairment",
        sources="impairment.ecl impairment.book_value impairment.on_date",
    ),
    fact(
        "loan.last_visit_on",
        "The last visit to the customer or for the loan that took place.",
        zh="最近一次实际进行的、对客户或该笔贷款的走访日期。",
        needs="visit",
        sources="visit.visited_on visit.result",
    ),
    fact(
        "loan.prior_class",
        "The final class of the last run.",
        zh="上次运行的最终分类。",
        kind="string",
        needs="prior",
        sources="loan_state.class_final",
    ),
)

STAGES = ("none", "preservation", "sued", "judged", "enforcement", "terminated", "bankruptcy")
"""Stages of a suit, the most advanced last (contract.md, dimension S)."""

_ON_OFF = {
    "loan": "on",
    "acceptance": "off_ba",
    "letter_of_credit": "off_lc",
    "guarantee_letter": "off_lg",
    "undrawn_commitment": "off_uc",
}


def compute(context: Context) -> Table:
    """Give one row for each exposure paid out by the day and not closed on it, with the facts above."""
    loan = context.book.table("loan")
    is_open = loan.closed_on.isnull() | (loan.closed_on > context.day)
    loan = loan.filter((loan.disbursed_on <= context.day) & is_open)
    contract = context.book.table("contract")
    contract = contract.select(
        _contract="contract_id",
        institution_id="institution_id",
        contract_type="contract_type",
        guarantee_mode="guarantee_mode",
        is_revolving="is_revolving",
        is_entrusted="is_entrusted",
        _manager="manager_id",
        _limit="limit_amount",
    )
    customer = context.book.table("customer")
    customer = customer.select(_customer="customer_id", region_id="region_id", industry_id="industry_id")
    # A contract or customer that is only known later leaves the loan as it is: none may drop out.
    base = loan.left_join(contract, loan.contract_id == contract["_contract"])
    base = base.left_join(customer, base.customer_id == customer["_customer"])
    if context.book.has("assignment"):
        assigned = _assigned(context)
        base = base.left_join(assigned, base.contract_id == assigned["_assigned"])
    else:
        base = base.mutate(_assigned_manager=v.null("string"))
    base = base.select(
        id=base.loan_id,
        customer_id=base.customer_id,
        contract_id=base.contract_id,
        institution_id=base.institution_id,
        manager_id=v.coalesce(base["_assigned_manager"], base["_manager"]),
        region_id=base.region_id,
        industry_id=base.industry_id,
        currency=base.currency,
        exposure_kind=base.exposure_kind,
        on_off=v.when(
            [(base.exposure_kind == kind, v.literal(code, "string")) for kind, code in _ON_OFF.items()],
            v.null("string"),
        ),
        contract_type=base.contract_type,
        guarantee_mode=base.guarantee_mode,
        repayment_method=base.repayment_method,
        is_revolving=base.is_revolving.fill_null(False),
        is_entrusted=base.is_entrusted.fill_null(False),
        disbursed_on=base.disbursed_on,
        matures_on=base.matures_on,
        days_since_disbursed_days=v.days_between(context.day, base.disbursed_on),
        days_to_maturity_days=v.days_between(base.matures_on, context.day),
        extension_count=base.extension_count,
        amount=base.amount,
        contract_limit=base["_limit"],
    )
    base = _with_feeds(context, context.keep("loans_base", base))
    if context.book.has("advance"):
        base = base.mutate(advance=base.advance.fill_null(0), advance_days=base.advance_days.fill_null(0))
    base = base.mutate(suit_status=base.suit_status.fill_null("none"))
    return context.keep("loans", base)


_FEEDS: dict[str, dict[str, Kind]] = {
    "proceeding": {"suit_status": "string"},
    "advance": {"advance": "integer", "advance_days": "integer", "advance_repaid_within_days": "integer"},
    "impairment": {"stage": "integer", "ecl_share": "decimal"},
    "visit": {"last_visit_on": "date"},
}
"""What each feed of the loan gives, for books without it."""


def _with_feeds(context: Context, base: Table) -> Table:
    makers = {"proceeding": _suits, "advance": _advances, "impairment": _impairments, "visit": _visits}
    parts = {name: make(context, base) for name, make in makers.items() if context.book.has(name)}
    absent: dict[str, Kind] = {}
    for name, columns in _FEEDS.items():
        absent |= {} if name in parts else columns
    if context.prior is None or "loan_state" not in context.prior.tables:
        absent["prior_class"] = "string"
    else:
        state = context.prior.tables["loan_state"]
        parts["prior"] = state.select(id=state.loan_id, prior_class=state.class_final)
    return nulls(by_id(parts, base), absent)


def _assigned(context: Context) -> Table:
    table = context.book.table("assignment")
    current = table.filter(
        (table.since <= context.day) & (table.until.isnull() | (table.until > context.day))
    )
    order = [(current.since, "desc"), (current.staff_id, "asc")]
    ranked = current.mutate(_rank=v.row_number(partition=[current.contract_id], order=order))
    return ranked.filter(ranked["_rank"] == 1).select(_assigned="contract_id", _assigned_manager="staff_id")


def _suits(context: Context, base: Table) -> Table:
    table = context.book.table("proceeding")
    is_open = table.closed_on.isnull() | (table.closed_on > context.day)
    ours = table.filter((table.our_role == "creditor") & is_open & (table.filed_on <= context.day))
    ours = ours.mutate(_stage=_position_of(ours.stage))
    own = ours.filter(ours.loan_id.notnull())
    own = own.group_by(_loan=own.loan_id).aggregate(_own=own["_stage"].max())
    whole = ours.filter(ours.loan_id.isnull())
    whole = whole.group_by(_owner=whole.customer_id).aggregate(_whole=whole["_stage"].max())
    loans = base.select("id", "customer_id").left_join(own, base["id"] == own["_loan"])
    loans = loans.left_join(whole, loans.customer_id == whole["_owner"])
    rank = v.greatest(loans["_own"], loans["_whole"])
    names = [(rank == position, v.literal(stage, "string")) for position, stage in enumerate(STAGES)]
    return loans.select("id", suit_status=v.when(names, v.null("string")))


def _position_of(stage: Column) -> Column:
    return v.when(
        [(stage == name, v.literal(position, "integer")) for position, name in enumerate(STAGES)], zero()
    )


def _advances(context: Context, base: Table) -> Table:
    table = context.book.table("advance")
    due = table.repaid_on.isnull() | (table.repaid_on > context.day)
    table = table.mutate(_due=due)
    due, stood = table["_due"], v.days_between(table.repaid_on, table.advanced_on)
    lately = v.days_between(context.day, table.repaid_on) <= context.whole("repaid_advance_days")
    sums = table.group_by(id=table.loan_id).aggregate(
        advance=v.total_if(table.amount, due),
        advance_days=v.max_if(v.days_between(context.day, table.advanced_on), due),
        advance_repaid_within_days=v.max_if(stood, ~due & lately),
    )
    return sums.semi_join(base, sums["id"] == base["id"])


def _impairments(context: Context, base: Table) -> Table:
    table = context.book.table("impairment")
    latest = table.mutate(_rank=v.row_number(partition=[table.loan_id], order=[(table.on_date, "desc")]))
    latest = latest.filter(latest["_rank"] == 1)
    latest = latest.semi_join(base, latest.loan_id == base["id"])
    return latest.select(
        id=latest.loan_id, stage=latest.stage, ecl_share=v.ratio(latest.ecl, latest.book_value)
    )


def _visits(context: Context, base: Table) -> Table:
    table = context.book.table("visit")
    made = table.filter(table.result.isnull() | table.result.isin(("ok", "finding", "closed")))
    own = made.group_by(_loan=made.loan_id).aggregate(_own=made.visited_on.max())
    whole = made.group_by(_visited=made.customer_id).aggregate(
        _whole=v.max_if(made.visited_on, made.loan_id.isnull())
    )
    loans = base.select("id", "customer_id").left_join(own, base["id"] == own["_loan"])
    loans = loans.left_join(whole, loans.customer_id == whole["_visited"])
    return loans.select("id", last_visit_on=v.greatest(loans["_own"], loans["_whole"]))

"""Suits, enforcement and bankruptcies (family LIT).

A proceeding counts against a customer where he is the defendant or his part is not stated, and the bank is
not the creditor in it. Clocks are of the loan; a proceeding without a loan is about each of the customer's.
"""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, for_all, last_days, zero
from postloan.facts.registry import fact

_CASE = "proceeding.customer_id proceeding.our_role proceeding.role proceeding.kind proceeding.stage"
_OPEN = f"{_CASE} proceeding.closed_on"
FACTS = (
    fact(
        "customer.debt_suit_amt",
        "What the customer is sued for in open cases of loans, private lending or no stated kind; null where "
        "there are such and none says its amount.",
        zh="客户作为被告的未结借贷类（含未注明类型）案件标的合计；有案件但均无标的的为空。",
        needs="proceeding",
        sources=f"{_OPEN} proceeding.amount",
    ),
    fact(
        "customer.debt_suit_vs_exposure",
        "The same over the customer's total exposure.",
        zh="上述标的合计与客户总敞口之比。",
        kind="decimal",
        unit="ratio",
        needs="proceeding",
        sources=f"{_OPEN} proceeding.amount loan.amount position.balance payment.amount fx.rate",
    ),
    fact(
        "customer.enforcement_case_count",
        "Open cases in which others enforce against the customer.",
        zh="他人对客户申请强制执行的未结案件数。",
        needs="proceeding",
        sources=_OPEN,
    ),
    fact(
        "customer.bankruptcy_case_count",
        "Open cases of the customer's reorganisation or liquidation, whoever filed them.",
        zh="客户重整或清算的未结案件数（不论由谁申请）。",
        needs="proceeding",
        sources=_OPEN,
    ),
    fact(
        "customer.bankruptcy_accepted_count",
        "Those of them that the court has accepted: at the stage of bankruptcy, judgment or enforcement.",
        zh="其中法院已受理（处于破产、判决或执行阶段）的案件数。",
        needs="proceeding",
        sources=_OPEN,
    ),
    fact(
        "customer.criminal_case_count",
        "Open criminal cases against the customer.",
        zh="客户为被告的未结刑事案件数。",
        needs="proceeding",
        sources=_OPEN,
    ),
    fact(
        "customer.private_lending_suit_count_12m",
        "Cases of private lending filed against the customer in the last twelve months, open or not.",
        zh="最近十二个月内客户作为被告的民间借贷案件数（含已结）。",
        needs="proceeding",
        keeps="calendar",
        sources=f"{_CASE} proceeding.filed_on",
    ),
    fact(
        "customer.labour_case_count_90d",
        "Labour cases filed against the customer in the last 90 days, open or not.",
        zh="最近90天内客户作为被告的劳动争议案件数（含已结）。",
        needs="proceeding",
        keeps="calendar",
        sources=f"{_CASE} proceeding.filed_on",
    ),
    fact(
        "customer.controller_detained_verified_count_365d",
        "Events of the last 365 days that the controller was detained, and that somebody has verified.",
        zh="最近365天内实际控制人被羁押且经核实的事件数。",
        needs="event",
        keeps="calendar",
        sources="event.subject_kind event.subject_id event.kind event.occurred_on event.verified_by",
    ),
    fact(
        "loan.claim_case_count",
        "Open cases of the borrower's bankruptcy in which the bank has not filed its claim or still has time "
        "to.",
        zh="借款人破产案件中本行尚未申报债权或申报期未过的件数。",
        needs="proceeding",
        keeps="calendar",
        sources=f"{_OPEN} proceeding.claim_deadline_on",
    ),
    fact(
        "loan.claim_deadline_left_days",
        "Days to the first deadline for the bank's claim in them; below 0 where it passed without a claim.",
        zh="距最早的债权申报截止日的天数；逾期未申报为负。",
        needs="proceeding",
        keeps="calendar",
        sources=f"{_OPEN} proceeding.claim_deadline_on",
    ),
)

_INSOLVENCY = ("reorganisation", "liquidation")
_ACCEPTED = ("bankruptcy", "judged", "enforcement")


def compute(context: Context) -> None:
    """Tell the facts above."""
    if context.book.has("proceeding"):
        context.tell("customer", _cases(context))
        context.tell("loan", _claims(context))
    if context.book.has("event"):
        context.tell("customer", _detained(context))


def _as_debtor(rows: Table) -> Column:
    return rows.role.isnull() | (rows.role == "defendant")


def _is_open(rows: Table) -> Column:
    return rows.closed_on.isnull() & (rows.stage != "terminated")


def _is_insolvency(rows: Table) -> Column:
    return rows.kind.isin(_INSOLVENCY).fill_null(False) | (rows.stage == "bankruptcy")


def _cases(context: Context) -> Table:
    rows = context.book.table("proceeding")
    rows = rows.filter(_as_debtor(rows))
    theirs, is_open = rows.our_role != "creditor", _is_open(rows)
    debt = theirs & is_open & (rows.kind.isnull() | rows.kind.isin(("loan", "private_lending")))
    enforced = (rows.kind == "enforcement").fill_null(False) | (rows.stage == "enforcement")
    insolvent = is_open & _is_insolvency(rows)
    a_year_ago = v.add_months(context.day, -12)
    lending = theirs & (rows.kind == "private_lending") & (rows.filed_on > a_year_ago)
    sums = rows.group_by(id=rows.customer_id).aggregate(
        debt_suit=v.total_if(rows.amount, debt & rows.amount.notnull()),
        _suits=v.count_if(debt),
        _amounts=v.count_if(debt & rows.amount.notnull()),
        enforcement_case_count=v.count_if(theirs & is_open & enforced),
        bankruptcy_case_count=v.count_if(insolvent),
        bankruptcy_accepted_count=v.count_if(insolvent & rows.stage.isin(_ACCEPTED)),
        criminal_case_count=v.count_if(theirs & is_open & (rows.kind == "criminal")),
        private_lending_suit_count_12m=v.count_if(lending),
        labour_case_count_90d=v.count_if(
            theirs & (rows.kind == "labour") & last_days(rows.filed_on, context, 90)
        ),
    )
    told = for_all(context, "customer", sums)
    unsaid = (told["_suits"] > 0) & (told["_amounts"] == 0)
    told = told.mutate(debt_suit=unsaid.ifelse(v.null("integer"), told.debt_suit)).drop("_suits", "_amounts")
    exposure = context.made["customers"].select(_of="id", _exposure="total_exposure")
    told = told.left_join(exposure, told["id"] == exposure["_of"])
    return told.mutate(debt_suit_vs_exposure=v.ratio(told.debt_suit, told["_exposure"])).drop(
        "_of", "_exposure"
    )


def _detained(context: Context) -> Table:
    rows = context.made["events"]
    told = (rows.subject_kind == "customer") & (rows.kind == "controller_detained")
    rows = rows.filter(told & rows.verified_by.notnull() & last_days(rows.occurred_on, context, 365))
    sums = rows.group_by(id=rows.subject_id).aggregate(controller_detained_verified_count_365d=rows.count())
    return for_all(context, "customer", sums)


def _claims(context: Context) -> Table:
    """Give the deadlines of the court for the bank's claims; a passed one where the bank has no part yet."""
    rows = context.book.table("proceeding")
    rows = rows.filter(_as_debtor(rows) & _is_open(rows) & _is_insolvency(rows))
    deadline = rows.claim_deadline_on
    matters = deadline.isnull() | (deadline >= context.day) | (rows.our_role != "creditor")
    rows = rows.filter(matters)
    sums = rows.group_by(_of=rows.customer_id).aggregate(
        claim_case_count=rows.count(), _first=rows.claim_deadline_on.min()
    )
    loans = context.made["loans_known"].select("id", "customer_id")
    rows = loans.left_join(sums, loans.customer_id == sums["_of"])
    return rows.select(
        "id",
        claim_case_count=rows.claim_case_count.fill_null(zero()),
        claim_deadline_left_days=v.days_between(rows["_first"], context.day),
    )

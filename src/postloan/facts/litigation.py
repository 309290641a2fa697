"""Suits, enforcement and the clocks of the law (family LIT).

A proceeding counts against a customer where he is the defendant or his part is not stated, and the bank is
not the creditor in it. Clocks are of the loan; a proceeding without a loan is about each of the customer's.
"""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, by_id, for_all, last_days, zero
from postloan.facts.registry import fact

_CASE = "proceeding.customer_id proceeding.our_role proceeding.role proceeding.kind proceeding.stage"
_OPEN = f"{_CASE} proceeding.closed_on"
_DUE = (
    "due.due_on due.principal due.interest payment.paid_on payment.amount position.days_past_due "
    "position.balance loan.matures_on advance.advanced_on advance.repaid_on"
)

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
        "loan.has_limitation_clock",
        "Whether something is due and unpaid, so that the time to sue runs; null where that is not known.",
        zh="是否有已到期未清偿的债权，因而诉讼时效已起算；不可知的为空。",
        needs="due|position",
        keeps="calendar",
        sources=_DUE,
    ),
    fact(
        "loan.limitation_ends_on",
        "The last day to sue: limitation_years after the later of the oldest unpaid due date (or maturity) "
        "and the last demand, acknowledgement, acceleration, suit or payment.",
        zh="诉讼时效届满日：最早未还到期日（或贷款到期日）与最近一次催收、承认、加速到期、起诉或还款两者较晚之日起若干年（参数）。",
        needs="notice",
        sources=f"{_DUE} notice.kind notice.served_on notice.to_customer_id proceeding.our_role "
        "proceeding.filed_on proceeding.stage_on proceeding.closed_on",
    ),
    fact(
        "loan.limitation_left_days",
        "Days to it; below 0 once it has passed.",
        zh="距诉讼时效届满的天数；已届满为负。",
        needs="notice",
        keeps="calendar",
        sources=f"{_DUE} notice.kind notice.served_on notice.to_customer_id proceeding.our_role "
        "proceeding.filed_on proceeding.stage_on proceeding.closed_on",
    ),
    fact(
        "loan.judgment_count",
        "Judgments for the bank that it has not begun to enforce; 0 once any enforcement has begun.",
        zh="本行胜诉尚未申请执行的判决数；已申请执行的为0。",
        needs="proceeding",
        sources=f"{_CASE} proceeding.loan_id",
    ),
    fact(
        "loan.enforcement_left_days",
        "Days to the first end of the time to apply for their enforcement: enforcement_application_years "
        "after the last day to perform, else after the judgment took effect; below 0 once it has passed.",
        zh="距最早的申请执行期限届满的天数：履行期限届满日（未载明的为生效日）起若干年（参数）；已届满为负。",
        needs="proceeding",
        keeps="calendar",
        sources=f"{_CASE} proceeding.loan_id proceeding.performance_due_on proceeding.effective_on",
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
_STATE = ("kind", "stage", "filed_on", "stage_on", "effective_on", "performance_due_on", "closed_on")
_RESTARTS = ("demand", "acknowledgement", "acceleration", "suit")


def compute(context: Context) -> None:
    """Tell the facts above."""
    if context.book.has("proceeding"):
        context.tell("customer", _cases(context))
        context.tell("loan", _judgments(context))
        context.tell("loan", _claims(context))
    if context.book.has("event"):
        context.tell("customer", _detained(context))
    context.tell("loan", _limitation(context))


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


def _ours(context: Context) -> Table:
    """Give the bank's own proceedings once for each loan that they are about: its number as `id`."""
    rows = context.book.table("proceeding")
    rows = rows.filter(rows.our_role == "creditor").select("loan_id", "customer_id", *_STATE)
    loans = context.made["loans_known"].select("id", _owner="customer_id")
    own = rows.filter(rows.loan_id.notnull())
    own = own.inner_join(loans, own.loan_id == loans["id"])
    whole = rows.filter(rows.loan_id.isnull())
    whole = whole.inner_join(loans, whole.customer_id == loans["_owner"])
    return own.union(whole)


def _limitation(context: Context) -> Table:
    """Let the time to sue run from what is longest unpaid, or from what last interrupted it."""
    loans = context.made["loans_known"]
    is_on, day = loans.on_off == "on", context.day
    days, advanced = loans.dpd_days, loans.advance_days
    late_since = v.when([(days > 0, v.add_days(day, zero() - days))], v.null("date"))
    matured = (loans.matures_on < day) & (loans.balance > 0)
    matured_on = v.when([(matured, loans.matures_on)], v.null("date"))
    advanced_on = v.when([(advanced > 0, v.add_days(day, zero() - advanced))], v.null("date"))
    # Off the sheet nothing is owed until the bank has paid.
    since = is_on.ifelse(v.least(loans.oldest_unpaid_on, late_since, matured_on), advanced_on)
    known = is_on.ifelse(days.notnull(), advanced.notnull())
    yes, no = v.literal(True, "boolean"), v.literal(False, "boolean")
    rows = loans.select(
        "id",
        "customer_id",
        _since=since,
        has_limitation_clock=v.when([(since.notnull(), yes), (known, no)], v.null("boolean")),
    )
    if not context.book.has("notice"):
        return rows.select("id", "has_limitation_clock")
    rows = by_id(_interruptions(context), rows)
    years = context.whole("limitation_years")
    start = v.greatest(rows["_since"], rows["_told"], rows["_paid"], rows["_sued"])
    ends = v.when([(rows.has_limitation_clock, v.add_months(start, 12 * years))], v.null("date"))
    return rows.select(
        "id",
        "has_limitation_clock",
        limitation_ends_on=ends,
        limitation_left_days=v.days_between(ends, day),
    )


def _interruptions(context: Context) -> dict[str, Table]:
    """Give the last notice to the borrower, payment and suit of each loan: columns _told, _paid, _sued."""
    loans = context.made["loans_known"].select(_loan="id", _debtor="customer_id")
    notices = context.book.table("notice")
    notices = notices.filter(notices.kind.isin(_RESTARTS))
    notices = notices.inner_join(loans, notices.loan_id == loans["_loan"])
    to_him = notices.to_customer_id.isnull() | (notices.to_customer_id == notices["_debtor"])
    paid, suits = context.made["payments"], _ours(context)
    last = v.greatest(suits.filed_on, suits.stage_on, suits.closed_on)
    return {
        "notices": notices.group_by(id=notices.loan_id).aggregate(_told=v.max_if(notices.served_on, to_him)),
        "payments": paid.group_by(id=paid.loan_id).aggregate(_paid=v.max_if(paid.paid_on, paid.amount > 0)),
        "suits": suits.group_by("id").aggregate(_sued=last.max()),
    }


def _judgments(context: Context) -> Table:
    rows = _ours(context)
    begun = (rows.kind == "enforcement").fill_null(False) | rows.stage.isin(("enforcement", "bankruptcy"))
    judged = (rows.stage == "judged") & ~begun
    due = v.coalesce(rows.performance_due_on, rows.effective_on)
    ends = v.add_months(due, 12 * context.whole("enforcement_application_years"))
    sums = rows.group_by("id").aggregate(
        _judged=v.count_if(judged), _begun=v.count_if(begun), _ends=v.min_if(ends, judged)
    )
    open_to_us = sums["_begun"] == 0
    sums = sums.select(
        "id",
        judgment_count=open_to_us.ifelse(sums["_judged"], zero()),
        enforcement_left_days=open_to_us.ifelse(
            v.days_between(sums["_ends"], context.day), v.null("integer")
        ),
    )
    return for_all(context, "loan", sums, but=("enforcement_left_days",))


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

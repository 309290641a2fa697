"""The limitation of what a loan owes: from when it runs, what made it run anew, and when it ends."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import moving, periods
from postloan.facts.context import Context, by_id, zero
from postloan.facts.periods import Ground
from postloan.facts.registry import fact
from postloan.policy.clock_entries import Clock

_DUE = (
    "due.due_on due.principal due.interest payment.paid_on payment.amount position.days_past_due "
    "position.balance loan.matures_on advance.advanced_on advance.repaid_on notice.kind notice.served_on"
)
_CAUSES = (
    f"{_DUE} notice.to_customer_id notice.receipt notice.document_ref payment.payer_customer_id "
    "proceeding.our_role proceeding.stage proceeding.filed_on proceeding.stage_on proceeding.closed_on "
    "event.kind event.occurred_on event.proof_ref"
)

FACTS = (
    fact(
        "loan.has_limitation_clock",
        "Whether the time to sue runs: something is unpaid and the last instalment was due, or the loan was "
        "called in (where the pack counts from the oldest unpaid instalment: something is due and unpaid); "
        "null where that is not known.",
        zh="诉讼时效是否已起算：有未清偿债权且最后一期已到期或已宣布提前到期（政策包按最早未还期次起算的，为有到期未还款项）；不可知的为空。",
        needs="due|position",
        keeps="calendar",
        sources=_DUE,
    ),
    fact(
        "loan.limitation_due_on",
        "The day on which the whole debt fell due, from which the time to sue runs.",
        zh="全部债权到期日，即诉讼时效起算的基准日。",
        needs="due|position",
        sources=_DUE,
    ),
    fact(
        "loan.limitation_interrupted_on",
        "The last proven demand, acknowledgement, acceleration, suit or payment of the debtor that came in "
        "time and made the time to sue run anew; null without one.",
        zh="最近一次有证据且在时效期间内的催收、承认、加速到期、起诉或债务人还款（时效重新计算）；没有的为空。",
        needs="notice",
        sources=_CAUSES,
    ),
    fact(
        "loan.is_limitation_stopped",
        "Whether the time to sue stands still: a suit of the bank is open, or an obstacle of the last months "
        "lasts.",
        zh="诉讼时效是否停止：本行诉讼未结，或时效最后阶段的障碍仍存续。",
        needs="notice",
        keeps="calendar",
        sources=_CAUSES,
    ),
    fact(
        "loan.limitation_ends_on",
        "The last day to sue: the pack's period from when the whole debt fell due or the time ran anew; "
        "while it stands still, the day on which it would end otherwise.",
        zh="诉讼时效届满日：自全部债权到期或时效重新起算之日起政策包规定的期间；停止期间为若不停止时的届满日。",
        needs="notice",
        keeps="calendar",
        sources=_CAUSES,
    ),
    fact(
        "loan.limitation_left_days",
        "Days to it; below 0 once it has passed.",
        zh="距诉讼时效届满的天数；已届满为负。",
        needs="notice",
        keeps="calendar",
        sources=_CAUSES,
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above; without a clock of limitation in the pack, none."""
    clock = context.policy.clocks.get("debt_limitation")
    if clock is None:
        return
    ground = ground_of(context)
    rows = context.engine.materialise(_starts(context, ground, clock), "limitation_starts")
    if not context.book.has("notice"):
        context.tell("loan", rows.select("id", "has_limitation_clock", "limitation_due_on"))
        return
    running = rows.filter(rows.limitation_due_on.notnull()).select("id", start_on="limitation_due_on")
    found = periods.run(ground, clock, running, causes(ground, clock), moving.obstacles(ground, clock))
    cases = moving.suits(ground)
    open_cases = cases.filter(cases.is_debtor & cases.over_on.isnull())
    open_cases = open_cases.group_by(_case="id").aggregate(_filed=open_cases.filed_on.min())
    found = found.left_join(open_cases, found["id"] == open_cases["_case"])
    found = found.select(
        "id",
        limitation_interrupted_on="interrupted_on",
        _ends="ends_on",
        # A suit filed once the time was over stops nothing; one filed in time does, also where the pack
        # does not let the time run anew from it.
        is_limitation_stopped=found.is_stopped | _in_time(found, context),
    )
    rows = by_id({"run": found}, rows)
    if not ground.proof_is_kept(clock):
        rows = _unless_unproven(context, rows)
    ends = rows["_ends"]
    context.tell(
        "loan",
        rows.select(
            "id",
            "has_limitation_clock",
            "limitation_due_on",
            "limitation_interrupted_on",
            "is_limitation_stopped",
            limitation_ends_on=ends,
            limitation_left_days=v.days_between(ends, context.day),
        ),
    )


def ground_of(context: Context) -> Ground:
    """Give what clocks are computed from, of the open loans that are the bank's own risk."""
    loans = context.made["loans_known"]
    loans = loans.filter(~loans.is_entrusted).select("id", "customer_id", "contract_id", "matures_on")
    return Ground(context.engine, context.book, context.policy, context.as_of, loans)


def causes(ground: Ground, clock: Clock) -> Table:
    """Give what may move the limitation of each open loan, as `periods.run` reads it.

    A suit against a guarantor alone does not move the time of the debt itself.
    """
    told = moving.from_debtor(ground, moving.notices(ground, clock).union(moving.payments(ground)))
    cases = moving.suits(ground)
    return told.union(moving.filings(ground, cases.filter(cases.is_debtor)))


def _in_time(found: Table, context: Context) -> Column:
    """Tell whether a suit of the bank is open that reached the court before the time was over."""
    return found["_case"].notnull() & (
        (found.ends_on >= context.day) | (found["_filed"] <= found.ends_on).fill_null(False)
    )


def _unless_unproven(context: Context, rows: Table) -> Table:
    """Leave out the end of each loan that has notices where the book has no column for what proves them."""
    told = context.book.table("notice").select(_told="loan_id").distinct()
    rows = rows.left_join(told, rows["id"] == told["_told"])
    return rows.mutate(_ends=rows["_told"].notnull().ifelse(v.null("date"), rows["_ends"]))


def _starts(context: Context, ground: Ground, clock: Clock) -> Table:
    """Give whether the time to sue runs, and the day on which the whole debt fell due if it does."""
    loans = context.made["loans_known"]
    called, last = called_in(ground, clock), _last_due(context)
    loans = loans.left_join(called, loans["id"] == called["_called_loan"])
    loans = loans.left_join(last, loans["id"] == last["_last_loan"])
    is_on, day = loans.on_off == "on", context.day
    days, advanced = loans.dpd_days, loans.advance_days
    late_since = v.when([(days > 0, v.add_days(day, zero() - days))], v.null("date"))
    matured = (loans.matures_on < day) & (loans.balance > 0)
    matured_on = v.when([(matured, loans.matures_on)], v.null("date"))
    owed_since = v.least(loans.oldest_unpaid_on, late_since, matured_on)
    known = days.notnull()
    since = owed_since
    if clock.counts_from == "last_instalment":
        called_on = v.when([(loans.balance > 0, loans["_called_on"])], v.null("date"))
        final = v.greatest(loans.matures_on, loans["_last_on"])
        whole = v.least(final, called_on)
        over = (whole < day) | (whole.isnull() & owed_since.notnull())
        owed = owed_since.notnull() | (called_on < day)
        since = v.when([(over & owed, v.coalesce(whole, owed_since))], v.null("date"))
        if context.book.has("due") or context.book.has("position"):
            known = known | (whole >= day).fill_null(False)
    advanced_on = v.when([(advanced > 0, v.add_days(day, zero() - advanced))], v.null("date"))
    # Off the sheet nothing is owed until the bank has paid.
    since = is_on.ifelse(since, advanced_on)
    known = is_on.ifelse(known, advanced.notnull())
    yes, no = v.literal(True, "boolean"), v.literal(False, "boolean")
    has = v.when([(since.notnull(), yes), (known, no)], v.null("boolean"))
    return loans.select("id", has_limitation_clock=has, limitation_due_on=since)


def called_in(ground: Ground, clock: Clock) -> Table:
    """Give when each loan was first called in by a proven notice: _called_loan, _called_on."""
    rows = moving.from_debtor(ground, moving.notices(ground, clock))
    rows = rows.filter(rows.kind == "acceleration")
    return rows.group_by(_called_loan=rows["id"]).aggregate(_called_on=rows.on.min())


def _last_due(context: Context) -> Table:
    due = context.book.table("due")
    return due.group_by(_last_loan=due.loan_id).aggregate(_last_on=due.due_on.max())

"""Judgments for the bank, and the time in which each must be enforced."""

from __future__ import annotations

from postloan.engine import Table
from postloan.engine import verbs as v
from postloan.facts import periods
from postloan.facts.context import Context, for_all, zero
from postloan.facts.limitation import ground_of
from postloan.facts.periods import Ground
from postloan.facts.registry import fact

_CASE = "proceeding.customer_id proceeding.our_role proceeding.loan_id proceeding.kind proceeding.stage"
_TIME = (
    f"{_CASE} proceeding.performance_due_on proceeding.effective_on notice.kind notice.served_on "
    "notice.receipt notice.document_ref payment.paid_on payment.amount payment.payer_customer_id"
)

FACTS = (
    fact(
        "loan.judgment_count",
        "Judgments for the bank that it has not begun to enforce; 0 once any enforcement has begun.",
        zh="本行胜诉尚未申请执行的判决数；已申请执行的为0。",
        needs="proceeding",
        sources=_CASE,
    ),
    fact(
        "loan.judgment_due_on",
        "The first day from which the time to apply for their enforcement runs: the last day to perform, "
        "else that on which the judgment took effect.",
        zh="申请执行期限最早的起算日：履行期限届满日，未载明的为判决生效日。",
        needs="proceeding",
        sources=_TIME,
    ),
    fact(
        "loan.enforcement_left_days",
        "Days to the first end of the time to apply for their enforcement, which runs from the last day to "
        "perform, else from when the judgment took effect, and anew from what the pack says; below 0 once it "
        "has passed.",
        zh="距最早的申请执行期限届满的天数：自履行期限届满日（未载明的为生效日）起算，按政策包规定的事由重新计算；已届满为负。",
        needs="proceeding",
        keeps="calendar",
        sources=_TIME,
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above."""
    if not context.book.has("proceeding"):
        return
    rows = application(ground_of(context))
    sums = rows.group_by(id=rows.loan_id).aggregate(
        _judged=rows.count(),
        _begun=rows.is_begun.max(),
        judgment_due_on=v.min_if(rows.start_on, ~rows.is_begun),
        _ends=v.min_if(rows.ends_on, ~rows.is_begun),
    )
    sums = sums.select(
        "id",
        "judgment_due_on",
        judgment_count=sums["_begun"].ifelse(zero(), sums["_judged"]),
        enforcement_left_days=v.days_between(sums["_ends"], context.day),
    )
    context.tell("loan", for_all(context, "loan", sums, but=("judgment_due_on", "enforcement_left_days")))


def application(ground: Ground) -> Table:
    """Give the time to apply for enforcement of each judgment, once for each open loan that it is about.

    Columns: loan_id, proceeding_id, start_on, interrupted_on, ends_on, is_stopped, and is_begun, whether any
    enforcement for the loan has begun. Dates are null where the book does not say from when it runs, or the
    pack has no such clock.
    """
    cases = periods.suits(ground)
    begun = (cases.kind == "enforcement").fill_null(False) | cases.stage.isin(("enforcement", "bankruptcy"))
    cases = cases.mutate(_begun=begun)
    judged = cases.filter((cases.stage == "judged") & ~cases["_begun"])
    judged = judged.select(
        "proceeding_id",
        loan_id="id",
        _key=v.concat(judged.proceeding_id, "|", judged["id"]),
        _due=v.coalesce(judged.performance_due_on, judged.effective_on),
    )
    judged = ground.engine.materialise(judged, "judgments")
    enforced = cases.filter(cases["_begun"]).select(_enforced="id").distinct()
    rows = judged.left_join(enforced, judged.loan_id == enforced["_enforced"])
    rows = rows.select("proceeding_id", "loan_id", "_key", is_begun=rows["_enforced"].notnull())
    clock = ground.clocks.get("enforcement_application")
    if clock is None:
        nothing = v.null("date")
        no = v.literal(False, "boolean")
        return rows.mutate(start_on=nothing, interrupted_on=nothing, ends_on=nothing, is_stopped=no).drop(
            "_key"
        )
    starts = judged.filter(judged["_due"].notnull()).select(id="_key", start_on="_due")
    found = periods.run(
        ground,
        clock,
        starts,
        _of_judgment(judged, periods.notices(ground, clock).union(periods.payments(ground))),
        _stops(judged, periods.obstacles(ground, clock)),
    )
    rows = rows.left_join(found, rows["_key"] == found["id"])
    return rows.mutate(is_stopped=rows.is_stopped.fill_null(False)).drop("_key", "id")


def _of_judgment(judged: Table, causes: Table) -> Table:
    pairs = judged.select("_key", "loan_id").inner_join(causes, judged.loan_id == causes["id"])
    return pairs.select("on", "until", "kind", id="_key")


def _stops(judged: Table, stops: Table | None) -> Table | None:
    if stops is None:
        return None
    pairs = judged.select("_key", "loan_id").inner_join(stops, judged.loan_id == stops["id"])
    return pairs.select("began_on", "ended_on", id="_key")

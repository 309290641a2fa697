"""Judgments for the bank, and the time in which each must be enforced."""

from __future__ import annotations

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts import moving, periods
from postloan.facts.context import Context, for_all
from postloan.facts.limitation import ground_of
from postloan.facts.periods import Ground
from postloan.facts.registry import fact
from postloan.policy.clock_entries import Clock

_CASE = "proceeding.customer_id proceeding.our_role proceeding.loan_id proceeding.kind proceeding.stage"
_TIME = (
    f"{_CASE} proceeding.performance_due_on proceeding.effective_on notice.kind notice.served_on "
    "notice.receipt notice.document_ref notice.to_customer_id payment.paid_on payment.amount "
    "payment.payer_customer_id"
)

FACTS = (
    fact(
        "loan.judgment_count",
        "Judgments for the bank whose enforcement has not begun against whom they bind.",
        zh="本行胜诉、对被执行人尚未申请执行的判决数。",
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
        judgment_count=v.count_if(~rows.is_begun),
        judgment_due_on=v.min_if(rows.start_on, ~rows.is_begun),
        _ends=v.min_if(rows.ends_on, ~rows.is_begun),
    )
    sums = sums.select(
        "id",
        "judgment_due_on",
        "judgment_count",
        enforcement_left_days=v.days_between(sums["_ends"], context.day),
    )
    context.tell("loan", for_all(context, "loan", sums, but=("judgment_due_on", "enforcement_left_days")))


def application(ground: Ground) -> Table:
    """Give the time to apply for enforcement of each judgment, once for each open loan that it is about.

    Columns: loan_id, proceeding_id, against (whom it binds), start_on, interrupted_on, ends_on, is_stopped,
    and is_begun, whether enforcement for the loan against the same person has begun. Dates are null where the
    book does not say from when it runs, or the pack has no such clock.
    """
    judged = _judged(ground)
    cases = moving.suits(ground)
    enforced = cases.filter(_is_enforced(cases)).select(_enforced="id", _whom="against").distinct()
    rows = judged.left_join(
        enforced, [judged.loan_id == enforced["_enforced"], judged.against == enforced["_whom"]]
    )
    rows = rows.select("proceeding_id", "loan_id", "against", "_key", is_begun=rows["_enforced"].notnull())
    clock = ground.clocks.get("enforcement_application")
    if clock is None:
        nothing = v.null("date")
        no = v.literal(False, "boolean")
        return rows.mutate(start_on=nothing, interrupted_on=nothing, ends_on=nothing, is_stopped=no).drop(
            "_key"
        )
    found = periods.run(ground, clock, *_course(ground, clock, judged))
    rows = rows.left_join(found, rows["_key"] == found["id"])
    return rows.mutate(is_stopped=rows.is_stopped.fill_null(False)).drop("_key", "id")


def moments(ground: Ground, clock: Clock) -> Table:
    """Give the days on which causes moved the time to apply: id (proceeding:loan), on."""
    return periods.moments(ground, clock, *_course(ground, clock, _judged(ground)))


def _is_enforced(cases: Table) -> Column:
    kind = (cases.kind == "enforcement").fill_null(False)
    return kind | cases.stage.isin(("enforcement", "bankruptcy"))


def _judged(ground: Ground) -> Table:
    """Give the judgments not enforced in their own case: _key, proceeding_id, loan_id, against, _due."""
    cases = moving.suits(ground)
    judged = cases.filter((cases.stage == "judged") & ~_is_enforced(cases))
    judged = judged.select(
        "proceeding_id",
        "against",
        loan_id="id",
        _key=v.concat(judged.proceeding_id, ":", judged["id"]),
        _due=v.coalesce(judged.performance_due_on, judged.effective_on),
    )
    return ground.engine.materialise(judged, "judgments")


def _course(ground: Ground, clock: Clock, judged: Table) -> tuple[Table, Table, Table | None]:
    """Give starts, causes and stops of the times; of notices and payments those of the person bound."""
    starts = judged.filter(judged["_due"].notnull()).select(id="_key", start_on="_due")
    told = moving.notices(ground, clock).union(moving.payments(ground))
    pairs = judged.select("_key", "loan_id", "against")
    causes = pairs.inner_join(told, [pairs.loan_id == told["id"], pairs.against == told["to"]])
    causes = causes.select("on", "until", "kind", id="_key")
    stops = moving.obstacles(ground, clock)
    if stops is None:
        return starts, causes, None
    pairs = pairs.inner_join(stops, pairs.loan_id == stops["id"])
    return starts, causes, pairs.select("began_on", "ended_on", id="_key")

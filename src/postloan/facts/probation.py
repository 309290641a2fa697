"""How a loan went since its class fell or its terms changed: observation (B4) and normal payment (B3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from postloan.engine import Column, Field, Table
from postloan.engine import verbs as v
from postloan.facts import falls
from postloan.facts.context import Context, by_id, zero
from postloan.facts.registry import fact

_CHANGE = "restructuring.loan_id restructuring.changed_on restructuring.difficulty_proven"
_PAID = "due.due_on due.principal due.interest payment.paid_on payment.amount"
_WATCH = f"{_CHANGE} restructuring.first_due_after_on restructuring.observation_ends_on {_PAID}"
_CLASS = (
    "loan_state.five_level loan_state.class_previous loan_state.class_final class_decision.decided_on "
    "class_decision.level_code"
)

FACTS = (
    fact(
        "loan.restructuring_state",
        "Of the last change of terms in favour of a debtor in difficulty: none, observed while its "
        "observation "
        "runs or cannot be told to have ended, passed afterwards.",
        zh="最近一次因财务困难而作的合同调整：无为none，观察期内或不能确认已满为observed，已满为passed。",
        kind="string",
        needs="restructuring",
        keeps="calendar",
        sources=_WATCH,
    ),
    fact(
        "loan.restructured_on",
        "The day of that change.",
        zh="该次合同调整日期。",
        needs="restructuring",
        sources=_CHANGE,
    ),
    fact(
        "loan.observation_starts_on",
        "The first repayment date after the change, or after what restarted the observation: the last "
        "instalment not paid in time, or a fall to non-performing.",
        zh="观察期起算日：调整后首个还款日；发生未按时还款或降为不良的，为其后首个还款日。",
        needs="restructuring",
        keeps="calendar",
        sources=f"{_WATCH} {_CLASS}",
    ),
    fact(
        "loan.observation_ends_on",
        "The last day of the observation: observation_months after its start or the end of "
        "observation_periods full repayment periods, whichever is later, and not before the bank's own day; "
        "null where the schedule does not reach so far.",
        zh="观察期届满日：起算后规定月数与规定还款期数（参数）孰晚，且不早于本行登记日期；还款计划不足的为空。",
        needs="restructuring due|restructuring",
        keeps="calendar",
        sources=f"{_WATCH} {_CLASS}",
    ),
    fact(
        "loan.observation_missed_count",
        "Instalments since that change that were not paid in time, those with a proven technical cause left "
        "out; null where payments are not known.",
        zh="该次调整后未按时偿还的期数（有证明的技术性原因除外）；还款情况不明的为空。",
        needs="restructuring",
        keeps="calendar",
        sources=f"{_WATCH} due.cause_unpaid due.proof_ref",
    ),
    fact(
        "loan.is_restructured_again",
        "Whether that change came within the observation of the one before, or is recorded as a repeat.",
        zh="该次调整是否发生在前次观察期内或登记为再次重组。",
        needs="restructuring",
        sources=f"{_WATCH} restructuring.is_repeat",
    ),
    fact(
        "loan.is_under_former_rule",
        "Whether the former rule on restructured loans still holds for that change (former_restructuring).",
        zh="该次调整是否仍适用原重组贷款规定（参数former_restructuring）。",
        needs="restructuring",
        keeps="calendar",
        sources=_CHANGE,
    ),
    fact(
        "loan.has_season_relief",
        "Whether a repayment date was re-set before it was due after a certified disaster, and no other "
        "change of terms came since.",
        zh="是否因经认定的灾害在到期前调整了还款日，且其后无其他调整。",
        needs="event",
        keeps="calendar",
        sources=f"event.subject_kind event.subject_id event.kind event.occurred_on {_CHANGE}",
    ),
    fact(
        "loan.last_worsened_on",
        "The last day on which its class became worse, by the runs or by decisions of people.",
        zh="最近一次分类变差的日期（按运行结果或人工认定）。",
        needs="prior|class_decision",
        sources=_CLASS,
    ),
    fact(
        "loan.last_downgraded_on",
        "The last day on which it became non-performing, by the runs or by decisions of people.",
        zh="最近一次降为不良的日期（按运行结果或人工认定）。",
        needs="prior|class_decision",
        sources=_CLASS,
    ),
    fact(
        "loan.arrears_cleared_on",
        "The day on which the last instalment that was paid late was met; by the bank's records the last one "
        "past due; null while something is past due, and where nothing ever was.",
        zh="最近一笔逾期期次结清的日期（无还款计划的按本行台账最后逾期日）；尚有逾期或从未逾期的为空。",
        needs="due|position",
        keeps="calendar",
        sources=f"{_PAID} position.on_date position.days_past_due",
    ),
    fact(
        "loan.paid_normally_since_on",
        "The later of the days on which arrears were cleared and on which it became non-performing.",
        zh="正常还款起算日：逾期结清日与降为不良日孰晚。",
        needs="due|position|prior|class_decision",
        keeps="calendar",
        sources=f"{_PAID} {_CLASS}",
    ),
    fact(
        "loan.upgrade_from_on",
        "The first day on which it was paid normally for long enough: upgrade_months since then or the "
        "end of "
        "upgrade_periods full repayment periods, whichever is later; null where the schedule is not known "
        "that far.",
        zh="可上调的最早日期：自正常还款起算日满规定月数与规定还款期数（参数）孰晚；还款计划不明的为空。",
        needs="due",
        keeps="calendar",
        sources=f"{_PAID} {_CLASS}",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above."""
    loans = context.made["loans"].select("id")
    fell = context.keep("fell", falls.fell(context, loans))
    context.tell("loan", fell)
    context.tell("loan", _normal_payment(context, fell))
    relief = context.keep("season_relief", _relief(context))
    if context.book.has("event"):
        rows = loans.left_join(relief, loans["id"] == relief["_relieved"])
        kept = rows["_redated_on"].notnull()
        context.tell("loan", rows.select("id", has_season_relief=kept))
    if context.book.has("restructuring"):
        context.tell("loan", _observations(context, loans, fell, relief))


def _late(context: Context) -> Table:
    """Give the instalments of the past that were not paid in time: loan_id, due_on, met_on."""
    met = context.made["met"]
    cause = context.made["instalments"].select("cause_unpaid", "proof_ref", _loan="loan_id", _due="due_on")
    rows = met.left_join(cause, [met.loan_id == cause["_loan"], met.due_on == cause["_due"]])
    proved = rows.cause_unpaid.notnull() & rows.proof_ref.notnull()
    last = v.coalesce(rows.met_on, context.day)
    technical = proved & (v.days_between(last, rows.due_on) <= context.whole("technical_overdue_days"))
    late = ~rows.is_nothing & (rows.met_on.isnull() | (rows.met_on > rows.due_on)) & ~technical
    return rows.filter(late).select("loan_id", "due_on", "met_on")


def _normal_payment(context: Context, fell: Table) -> Table:
    """Give since when a loan is paid normally, and from when that is long enough."""
    loans = context.made["loans_known"].select("id", "dpd_days")
    parts: dict[str, Table] = {"fell": fell}
    if "met" in context.made:
        late = _late(context)
        parts["late"] = late.group_by(id=late.loan_id).aggregate(
            _open=v.count_if(late.met_on.isnull()), _met_on=late.met_on.max()
        )
    records = context.book.table("position")
    days = v.greatest(records.days_past_due, records.days_past_due_principal, records.days_past_due_interest)
    records = records.filter((days > 0) & (records.on_date <= context.day))
    parts["records"] = records.group_by(id=records.loan_id).aggregate(_late_on=records.on_date.max())
    rows = by_id(parts, loans)
    if "met" not in context.made:
        rows = rows.mutate(_open=zero(), _met_on=v.null("date"))
    past_due = (rows.dpd_days.fill_null(0) > 0) | (rows["_open"].fill_null(0) > 0)
    cleared = past_due.ifelse(v.null("date"), v.greatest(rows["_met_on"], rows["_late_on"]))
    since = past_due.ifelse(v.null("date"), v.greatest(cleared, rows.last_downgraded_on))
    rows = rows.select("id", arrears_cleared_on=cleared, paid_normally_since_on=since)
    rows = context.keep("normal_since", rows)
    if not context.book.has("due"):
        return rows.mutate(upgrade_from_on=v.null("date"))
    starts = rows.filter(rows.paid_normally_since_on.notnull())
    starts = starts.select("id", start="paid_normally_since_on")
    ends = _periods_end(context, starts, context.whole("upgrade_periods"))
    rows = rows.left_join(ends, rows["id"] == ends["_of"])
    months = v.add_months(rows.paid_normally_since_on, context.whole("upgrade_months"))
    long_enough = rows["_end"].isnull().ifelse(v.null("date"), v.greatest(months, rows["_end"]))
    return rows.select("id", "arrears_cleared_on", "paid_normally_since_on", upgrade_from_on=long_enough)


def _periods_end(context: Context, starts: Table, periods: int) -> Table:
    """Give the day on which so many full repayment periods since a day end: _of, _end (null if too few).

    A full period runs from one repayment date to the next; the first begins on the first date from the start.
    """
    due = context.book.table("due").select("loan_id", "due_on")
    pairs = starts.inner_join(due, starts["id"] == due.loan_id)
    pairs = pairs.filter(pairs.due_on >= pairs.start)
    order = [(pairs.due_on, "asc")]
    pairs = pairs.mutate(_number=v.row_number(partition=[pairs["id"]], order=order))
    last = pairs["_number"] == periods + 1
    return pairs.group_by(_of=pairs["id"]).aggregate(_end=v.max_if(pairs.due_on, last))


def _relief(context: Context) -> Table:
    """Give loans whose repayment date was re-set before it was due after a certified disaster.

    Columns: _relieved, _redated_on.
    """
    nobody = [Field("_relieved", "string"), Field("_redated_on", "date")]
    if "events" not in context.made:
        return context.engine.from_rows([], nobody, "no_relief")
    events = context.made["events"]
    redated = events.filter((events.kind == "redated_before_due") & (events.subject_kind == "loan"))
    redated = redated.group_by(_loan=redated.subject_id).aggregate(_redated_on=redated.occurred_on.max())
    loans = context.made["loans"].select("id", "customer_id", "region_id")
    redated = redated.inner_join(loans, redated["_loan"] == loans["id"])
    certified = events.filter(events.kind == "disaster_certified").select("subject_id", "occurred_on")
    since = -context.whole("season_relief_months")
    found = []
    for key in ("id", "customer_id", "region_id"):
        pairs = redated.inner_join(certified, redated[key] == certified.subject_id)
        after = pairs.occurred_on <= pairs["_redated_on"]
        near = pairs.occurred_on >= v.add_months(pairs["_redated_on"], since)
        found.append(pairs.filter(after & near).select("_loan", "_redated_on"))
    rows = found[0].union(found[1]).union(found[2]).distinct()
    if context.book.has("restructuring"):
        # A change of terms after the re-setting is a new matter; the re-setting itself is entered some days
        # on.
        later = context.book.table("restructuring").select("loan_id", "changed_on")
        grace = context.whole("season_relief_days")
        pairs = rows.inner_join(later, rows["_loan"] == later.loan_id)
        newer = pairs.filter(pairs.changed_on > v.add_days(pairs["_redated_on"], grace)).select("loan_id")
        rows = rows.anti_join(newer, rows["_loan"] == newer.loan_id)
    return rows.select("_redated_on", _relieved="_loan")


def _changes(context: Context, relief: Table) -> Table:
    """Give changes of terms that count: id, changed_on, next_on, first_due, stated, is_repeat."""
    rows = context.book.table("restructuring")
    loans = context.made["loans"]
    rows = rows.filter((rows.changed_on <= context.day) & rows.difficulty_proven.fill_null(True))
    rows = rows.semi_join(loans, rows.loan_id == loans["id"])
    grace = context.whole("season_relief_days")
    rows = rows.left_join(relief, rows.loan_id == relief["_relieved"])
    relieved = rows.changed_on >= v.add_days(rows["_redated_on"], -grace)
    rows = rows.filter(~relieved.fill_null(False))
    order = [(rows.changed_on, "asc")]
    rows = rows.mutate(_next=v.lead(rows.changed_on, partition=[rows.loan_id], order=order))
    return rows.select(
        id=rows.loan_id,
        changed_on=rows.changed_on,
        next_on=rows["_next"],
        first_due=rows.first_due_after_on,
        stated=rows.observation_ends_on,
        is_repeat=rows.is_repeat.fill_null(False),
    )


def _observations(context: Context, loans: Table, fell: Table, relief: Table) -> Table:
    """Judge the observation of each change, and give what stands of the last one of each loan."""
    rows = context.keep("changes", _changes(context, relief))
    rows = context.keep("observed", _watched(context, rows, fell))
    order = [(rows.changed_on, "asc")]
    before = v.lag(rows.ends_on, partition=[rows["id"]], order=order)
    first = v.lag(rows.changed_on, partition=[rows["id"]], order=order).isnull()
    rows = rows.mutate(_before=before, _first=first)
    again = ~rows["_first"] & (rows["_before"].isnull() | (rows.changed_on <= rows["_before"]))
    rows = rows.filter(rows.next_on.isnull())
    open_ended = rows.ends_on.isnull() | rows.missed.isnull()
    runs = open_ended | (rows.ends_on >= context.day)
    state = runs.ifelse(v.literal("observed", "string"), v.literal("passed", "string"))
    last = rows.select(
        _of="id",
        _state=state,
        restructured_on="changed_on",
        observation_starts_on="starts_on",
        observation_ends_on="ends_on",
        observation_missed_count="missed",
        is_restructured_again=again | rows.is_repeat,
        is_under_former_rule=_former(context, rows.changed_on),
    )
    found = loans.left_join(last, loans["id"] == last["_of"])
    no = v.literal(False, "boolean")
    return found.mutate(
        restructuring_state=v.coalesce(found["_state"], v.literal("none", "string")),
        is_restructured_again=v.coalesce(found.is_restructured_again, no),
        is_under_former_rule=v.coalesce(found.is_under_former_rule, no),
    ).drop("_of", "_state")


def _watched(context: Context, rows: Table, fell: Table) -> Table:
    """Add `missed` (instalments not paid in time), `starts_on` and `ends_on` to changes of terms."""
    rows = _missed(context, rows)
    down = fell.select("last_downgraded_on", _fell="id")
    rows = rows.left_join(down, rows["id"] == down["_fell"]).drop("_fell")
    fallen = (rows.last_downgraded_on > rows.changed_on).fill_null(False)
    fallen = fallen & (rows.next_on.isnull() | (rows.last_downgraded_on < rows.next_on))
    anchor = v.greatest(rows.last_missed, fallen.ifelse(rows.last_downgraded_on, v.null("date")))
    rows = rows.mutate(_anchor=anchor, _from=v.coalesce(anchor, rows.changed_on))
    due = context.book.table("due").select("loan_id", "due_on")
    ahead = rows.select("id", "changed_on", "_from").inner_join(due, rows["id"] == due.loan_id)
    ahead = ahead.filter(ahead.due_on > ahead["_from"])
    first = ahead.group_by(_i="id", _c="changed_on").aggregate(_first=ahead.due_on.min())
    rows = rows.left_join(first, [rows["id"] == first["_i"], rows.changed_on == first["_c"]]).drop("_i", "_c")
    starts = rows["_anchor"].isnull().ifelse(v.coalesce(rows.first_due, rows["_first"]), rows["_first"])
    rows = rows.mutate(starts_on=starts)
    starting = rows.select("id", "changed_on", "starts_on")
    pairs = starting.inner_join(due, starting["id"] == due.loan_id)
    pairs = pairs.filter(pairs.due_on >= pairs.starts_on)
    turn = v.row_number(partition=[pairs["id"], pairs.changed_on], order=[(pairs.due_on, "asc")])
    pairs = pairs.mutate(_number=turn)
    last = pairs["_number"] == context.whole("observation_periods") + 1
    ends = pairs.group_by(_i="id", _c="changed_on").aggregate(_periods=v.max_if(pairs.due_on, last))
    rows = rows.left_join(ends, [rows["id"] == ends["_i"], rows.changed_on == ends["_c"]])
    months = v.add_months(rows.starts_on, context.whole("observation_months"))
    by_rule = rows["_periods"].isnull().ifelse(v.null("date"), v.greatest(months, rows["_periods"]))
    if not context.book.has("due"):
        by_rule = rows.stated.isnull().ifelse(v.null("date"), v.greatest(months, rows.stated))
    ends_on = by_rule.isnull().ifelse(by_rule, v.greatest(by_rule, rows.stated))
    return rows.mutate(ends_on=_former_end(context, rows, ends_on)).drop(
        "_i", "_c", "_periods", "_first", "_from", "_anchor", "last_downgraded_on", "first_due", "stated"
    )


def _missed(context: Context, rows: Table) -> Table:
    """Add `missed` and `last_missed`, of the instalments between a change and the next one."""
    if "met" not in context.made:
        return rows.mutate(missed=v.null("integer"), last_missed=v.null("date"))
    late = _late(context).select("loan_id", "due_on")
    pairs = rows.select("id", "changed_on", "next_on").inner_join(late, rows["id"] == late.loan_id)
    within = (pairs.due_on > pairs.changed_on) & (pairs.next_on.isnull() | (pairs.due_on < pairs.next_on))
    pairs = pairs.filter(within)
    sums = pairs.group_by(_i="id", _c="changed_on").aggregate(
        missed=pairs.count(), last_missed=pairs.due_on.max()
    )
    rows = rows.left_join(sums, [rows["id"] == sums["_i"], rows.changed_on == sums["_c"]]).drop("_i", "_c")
    return rows.mutate(missed=rows.missed.fill_null(0))


def _rule(context: Context) -> Mapping[str, Any]:
    found: Mapping[str, Any] = context.policy.parameter("former_restructuring")
    return found


def _former(context: Context, changed_on: Column) -> Column:
    """Tell whether the former rule still holds on the day for a change of that day."""
    rule = _rule(context)
    until: date = rule["held_until"]
    if not rule["in_use"] or context.as_of > until:
        return v.literal(False, "boolean") & changed_on.notnull()
    return changed_on < v.literal(rule["changed_before"], "date")


def _former_end(context: Context, rows: Table, ends_on: Column) -> Column:
    """Give the observation's end under the former rule where it holds: so many months, no periods."""
    months = v.add_months(rows.starts_on, int(_rule(context)["observation_months"]))
    return _former(context, rows.changed_on).ifelse(v.greatest(months, rows.stated), ends_on)

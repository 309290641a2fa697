"""What staff left undone (family OPS): inspections, alerts, and reports that say what others said."""

from __future__ import annotations

from collections.abc import Sequence

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.facts.context import Context, everyone, for_all, last_days, zero
from postloan.facts.registry import fact

_TASK = "task.kind task.owner_id task.due_on task.closed_on"
_VISIT = "visit.staff_id visit.visited_on"

FACTS = (
    fact(
        "staff.inspection_overdue_days",
        "Days past its due date of the person's oldest open inspection task; 0 where none is.",
        zh="其未完成检查任务中最长的超期天数；没有则为0。",
        needs="task",
        keeps="calendar",
        sources=_TASK,
    ),
    fact(
        "staff.alert_overdue_days",
        "Days past its due date of the person's oldest alert that is open or was closed late within 30 days; "
        "0 where none is.",
        zh="其未处置或近30天内超期处置的预警任务中最长的超期天数；没有则为0。",
        needs="task",
        keeps="calendar",
        sources=_TASK,
    ),
    fact(
        "staff.empty_closing_count_30d",
        "Alerts that the person closed in the last 30 days without evidence and without a contact with, or "
        "visit to, the customer since they were opened; null where it is not said whether there is evidence.",
        zh="近30天内无证据且期间未联系或走访客户即关闭的预警任务数；有无证据未知则为空。",
        needs="task",
        keeps="calendar",
        sources=_TASK + " task.subject_kind task.subject_id task.opened_on task.has_evidence "
        "contact.contacted_on contact.reached visit.visited_on",
    ),
    fact(
        "staff.report_similarity_90d",
        "The greatest likeness of a report of the last 90 days to the one before; 0 without a visit, null "
        "where no visit says it.",
        zh="近90天走访报告与前次报告的最大相似度；没有走访为0，均未记录则为空。",
        kind="decimal",
        unit="fraction",
        needs="visit",
        keeps="calendar",
        sources=_VISIT + " visit.report_similarity",
    ),
    fact(
        "staff.same_report_count_90d",
        "Visits of the last 90 days whose report is word for word one of before; 0 without a visit, null "
        "where no visit says what its report was.",
        zh="近90天走访中报告与以往某份完全相同的次数；没有走访为0，均未记录则为空。",
        needs="visit",
        keeps="calendar",
        sources=_VISIT + " visit.report_hash",
    ),
)


def compute(context: Context) -> None:
    """Tell the facts above, one row a person."""
    if not context.book.has("staff"):
        return
    if context.book.has("task"):
        context.tell("staff", _overdue(context))
        context.tell("staff", _empty_closings(context))
    if context.book.has("visit"):
        context.tell("staff", _reports(context))


def _of_kind(table: Table, kinds: Sequence[str]) -> Column:
    return table.kind.isin(tuple(kinds))


def _overdue(context: Context) -> Table:
    task = context.book.table("task")
    is_inspection = _of_kind(task, context.policy.parameter("inspection_task_kinds"))
    is_alert = _of_kind(task, context.policy.parameter("alert_task_kinds"))
    late = v.days_between(v.coalesce(task.closed_on, context.day), task.due_on)
    is_open = task.closed_on.isnull()
    lately = last_days(task.closed_on, context, 30).fill_null(False)
    sums = task.group_by(id=task.owner_id).aggregate(
        inspection_overdue_days=v.max_if(late, is_inspection & is_open & (late > 0)),
        alert_overdue_days=v.max_if(late, is_alert & (is_open | lately) & (late > 0)),
    )
    return for_all(context, "staff", sums)


def _empty_closings(context: Context) -> Table:
    task = context.book.table("task")
    closed = task.filter(
        _of_kind(task, context.policy.parameter("alert_task_kinds"))
        & last_days(task.closed_on, context, 30)
        & ~task.has_evidence.fill_null(False)
    )
    closed = closed.select(
        "task_id", "owner_id", "subject_kind", "subject_id", "opened_on", "closed_on", "has_evidence"
    )
    seen = _contacted(context, closed)
    bare = closed.anti_join(seen, closed.task_id == seen["_seen"])
    sums = bare.group_by(id=bare.owner_id).aggregate(
        _empty=v.count_if(~bare.has_evidence), _unknown=v.count_if(bare.has_evidence.isnull())
    )
    unsaid = (sums["_empty"] == 0) & (sums["_unknown"] > 0)
    found = sums.select("id", _count="_empty", _unsaid=unsaid)
    rows = for_all(context, "staff", found)
    count = rows["_unsaid"].ifelse(v.null("integer"), rows["_count"])
    return rows.select("id", empty_closing_count_30d=count)


def _contacted(context: Context, tasks: Table) -> Table:
    """Give the tasks while which somebody spoke with the customer or was there: column _seen."""
    loan, contract = context.book.table("loan"), context.book.table("contract")
    loans = loan.select(_loan="loan_id", _debtor="customer_id")
    contracts = contract.select(_contract="contract_id", _party="customer_id")
    rows = tasks.left_join(loans, tasks.subject_id == loans["_loan"])
    rows = rows.left_join(contracts, rows.subject_id == contracts["_contract"])
    owner = v.when(
        [
            (rows.subject_kind == "customer", rows.subject_id),
            (rows.subject_kind == "loan", rows["_debtor"]),
            (rows.subject_kind == "contract", rows["_party"]),
        ],
        v.null("string"),
    )
    rows = rows.mutate(_of=owner)
    contact, visit = context.book.table("contact"), context.book.table("visit")
    spoke = contact.filter(contact.reached.fill_null(True))
    spoke = spoke.select(_with="customer_id", _on="contacted_on")
    meetings = spoke.union(visit.select(_with="customer_id", _on="visited_on"))
    found = rows.inner_join(
        meetings,
        [
            rows["_of"] == meetings["_with"],
            meetings["_on"] >= rows.opened_on,
            meetings["_on"] <= rows.closed_on,
        ],
    )
    return found.select(_seen="task_id").distinct()


def _reports(context: Context) -> Table:
    visit = context.book.table("visit")
    order = [(visit.visited_on, "asc"), (visit.visit_id, "asc")]
    # Reports without a hash are told apart by the visit.
    text = v.coalesce(visit.report_hash, visit.visit_id)
    groups = [visit.report_hash.isnull(), text]
    rows = visit.mutate(_turn=v.row_number(partition=groups, order=order))
    recent = rows.filter(last_days(rows.visited_on, context, 90))
    told = recent.report_hash.notnull()
    sums = recent.group_by(_of=recent.staff_id).aggregate(
        _visits=recent.count(),
        _alike=recent.report_similarity.max(),
        _told=v.count_if(told),
        _same=v.count_if(told & (recent["_turn"] > 1)),
    )
    people = everyone(context, "staff")
    rows = people.left_join(sums, people["id"] == sums["_of"])
    none = rows["_visits"].isnull()
    same = (rows["_told"] > 0).ifelse(rows["_same"], v.null("integer"))
    return rows.select(
        "id",
        report_similarity_90d=none.ifelse(v.literal(0, "decimal"), rows["_alike"]),
        same_report_count_90d=none.ifelse(zero(), same),
    )

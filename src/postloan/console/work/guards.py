"""The conditions of the table of states, by name, and the role of a person towards a piece of work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.work import states
from postloan.console.work.models import Case, Evidence, Task, TimelineEntry
from postloan.console.work.rules import CAUSES, LABELS, WorkRules

Piece = Case | Task


class Refused(Exception):  # noqa: N818 - it is an answer and not a defect
    """A move that the table does not allow; `code` is a guard's name, or says what else stands against it.

    Beside the guards: `not_in_this_state`, `not_your_part`, `taken`, `another_is_open`, and what is wrong
    with a piece of evidence.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Attempt:
    """Somebody wants to do something to a piece of work.

    Args:
        work: the case or task as it stands.
        action: what is wanted.
        by: who wants it; None for the system.
        now: when.
        rules: the pack's rules of work.
        given: what was filled in with it.
    """

    work: Piece
    action: str
    by: Scope | None
    now: datetime
    rules: WorkRules
    given: Mapping[str, Any] = field(default_factory=dict)

    def told(self, name: str) -> bool:
        """Tell whether a text was filled in."""
        return bool(str(self.given.get(name) or "").strip())

    def within(self, name: str, days: int) -> bool:
        """Tell whether a day was given that lies after today and at most so many days ahead."""
        day = self.given.get(name)
        today = self.now.date()
        return isinstance(day, date) and today < day <= today + timedelta(days=days)


def _is_free(attempt: Attempt) -> bool:
    return attempt.work.state == states.NEW


def _can_do_it(attempt: Attempt) -> bool:
    staff = attempt.given.get("staff")
    if not isinstance(staff, Staff) or staff.pk == attempt.work.owner_id:
        return False
    if staff.left_on is not None and staff.left_on <= attempt.now.date():
        return False
    return attempt.work.owner_role in scope_of(staff).roles


def is_doer(by: Scope, work: Piece) -> bool:
    """Tell whether a person did any of the work, as its owner or for its owner; a person, not a role.

    Whoever filed evidence of a case's task did a part of the case, which is closed on that evidence too.
    """
    if by.staff_id in {work.owner_id, work.submitted_by, *work.doers}:
        return True
    return bool(evidence_of(work).filter(added_by=by.staff_id).exists())


def _not_the_doer(attempt: Attempt) -> bool:
    return attempt.by is not None and not is_doer(attempt.by, attempt.work)


def _snooze_is_short(attempt: Attempt) -> bool:
    ends = attempt.given.get("until")
    is_short = attempt.within("until", attempt.rules.snooze_days)
    return is_short and isinstance(ends, date) and ends <= attempt.work.due_at.date()


def _time_is_up(attempt: Attempt) -> bool:
    limit = {0: attempt.work.half_at, 1: attempt.work.due_at}.get(attempt.work.escalation_level)
    return limit is not None and limit <= attempt.now


def _label_is_told(attempt: Attempt) -> bool:
    label, amount = attempt.given.get("label"), attempt.given.get("amount_secured")
    amount_fits = amount is None if label == "false_alarm" else isinstance(amount, int) and amount >= 0
    return label in LABELS and attempt.given.get("cause") in CAUSES and amount_fits


def evidence_of(work: Piece) -> Any:
    """Give the evidence of a case, that of its tasks included, or of a task."""
    if isinstance(work, Task):
        return Evidence.objects.filter(task=work)
    return Evidence.objects.filter(case=work) | Evidence.objects.filter(task__case=work)


def _evidence_is_there(attempt: Attempt) -> bool:
    assert isinstance(attempt.work, Case)
    kinds = attempt.rules.close_needs[attempt.work.colour]
    return bool(evidence_of(attempt.work).filter(kind__in=kinds).exists())


def missing_needs(task: Task, rules: WorkRules) -> list[str]:
    """Give the needs of a task that nothing of a fitting kind proves yet, in the pack's order."""
    held = set(Evidence.objects.filter(task=task).values_list("proves", "kind"))
    return [need for need in task.needs if not any((need, kind) in held for kind in rules.proofs(need))]


def _evidence_is_complete(attempt: Attempt) -> bool:
    assert isinstance(attempt.work, Task)
    return not missing_needs(attempt.work, attempt.rules)


def _effect_is_due(attempt: Attempt) -> bool:
    check = attempt.given.get("check")
    return (
        check is not None
        and check.case_id == attempt.work.pk
        and check.done_at is None
        and check.due_on <= attempt.now.date()
        and attempt.given.get("result") in ("better", "same", "worse")
    )


UNDO = timedelta(minutes=10)
"""How long a step can be taken back by who took it."""


def last_line(work: Piece) -> TimelineEntry | None:
    """Give the last thing that happened to a piece of work itself, not to the tasks of a case."""
    own = {"task": work} if isinstance(work, Task) else {"case": work, "task": None}
    return TimelineEntry.objects.filter(**own).order_by("-at", "-id").first()


def _just_did(action: str) -> Callable[[Attempt], bool]:
    def held(attempt: Attempt) -> bool:
        last = last_line(attempt.work)
        return (
            attempt.by is not None
            and last is not None
            and (last.action, last.actor) == (action, attempt.by.staff_id)
            and last.at >= attempt.now - UNDO
            and "undo" in last.details
        )

    return held


def _is_put_off(attempt: Attempt) -> bool:
    until = attempt.work.snoozed_until
    return until is not None and until > attempt.now.date()


GUARDS: Mapping[str, Callable[[Attempt], bool]] = {
    "not_taken": _is_free,
    "can_do_it": _can_do_it,
    "reason_given": lambda attempt: attempt.told("reason"),
    "text_given": lambda attempt: attempt.told("text"),
    "finding_is_told": lambda attempt: attempt.told("finding"),
    "wait_has_an_end": lambda attempt: attempt.within("until", attempt.rules.plan_days),
    "plan_is_told": lambda attempt: attempt.told("plan") and attempt.within("until", attempt.rules.plan_days),
    "not_the_doer": _not_the_doer,
    "snooze_is_short": _snooze_is_short,
    "time_is_up": _time_is_up,
    "label_is_told": _label_is_told,
    "evidence_is_there": _evidence_is_there,
    "evidence_is_complete": _evidence_is_complete,
    "effect_is_due": _effect_is_due,
    "somebody_decides": lambda attempt: bool(attempt.work.decider_role),
    "owner_decides": lambda attempt: not attempt.work.decider_role,
    "is_put_off": _is_put_off,
    "just_taken": _just_did("claim"),
    "just_given": _just_did("assign"),
    "no_longer_asked": lambda attempt: isinstance(attempt.work, Task) and not attempt.work.is_asked,
}
"""What each guard asks; those of the watch list stand with its services."""


def roles_towards(by: Scope | None, work: Piece, rules: WorkRules) -> frozenset[str]:
    """Give the roles in which a person stands towards a piece of work; none for somebody who only reads."""
    if by is None:
        return frozenset({states.SYSTEM})
    place = work.institution_id or ""
    found = set()
    if work.owner_id in by.acting_for:
        found.add(states.OWNER)
    if _holds(by, (work.owner_role,), place):
        found.add(states.COLLEAGUE)
    if _holds(by, rules.above(work.owner_role), place):
        found.add(states.HEAD)
    if work.decider_role and _holds(by, (work.decider_role, *rules.above(work.decider_role)), place):
        found.add(states.DECIDER)
    return frozenset(found)


def _holds(by: Scope, roles: tuple[str, ...], place: str) -> bool:
    return by.has(roles) and by.has_at(roles, place)


def table_of(work: Piece) -> tuple[states.Move, ...]:
    """Give the table of states of a case or of a task."""
    return states.CASE if isinstance(work, Case) else states.TASK


def allowed(attempt: Attempt) -> states.Move:
    """Give the row of the table by which the attempt goes; raises Refused where there is none."""
    row = states.find(table_of(attempt.work), attempt.work.state, attempt.action)
    if row is None:
        raise Refused("not_in_this_state")
    if roles_towards(attempt.by, attempt.work, attempt.rules).isdisjoint(row.roles):
        raise Refused("not_your_part")
    for name in row.guards:
        if not GUARDS[name](attempt):
            raise Refused(name)
    return row

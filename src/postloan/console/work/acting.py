"""From a form to a service: what each action takes from what was posted, and through which gates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404

from postloan.console.people.rights import Scope
from postloan.console.work import visits
from postloan.console.work.gate import access_colleague
from postloan.console.work.guards import Piece, Refused
from postloan.console.work.models import Case, Task, VisitDraft, WatchEntry
from postloan.console.work.services import assigning, moving, undoing, watching
from postloan.console.work.services.proving import Told

Post = Mapping[str, Any]


def text(post: Post, name: str) -> str:
    """Give a text as it was posted, without blanks around it; no text of a form is longer than 5000."""
    return str(post.get(name) or "").strip().replace("\x00", "")[:5000]


def day(post: Post, name: str) -> date | None:
    """Give a day, None where there is none or it is no day."""
    try:
        return date.fromisoformat(text(post, name))
    except ValueError:
        return None


def moment(post: Post, name: str) -> datetime | None:
    """Give a moment of the bank's own clock, None where there is none or it is no moment."""
    try:
        found = datetime.fromisoformat(text(post, name))
    except ValueError:
        return None
    return found.replace(tzinfo=None, microsecond=0)


def number(post: Post, name: str) -> Decimal | None:
    """Give a number, None where there is none or it is no finite number of a sensible size."""
    try:
        found = Decimal(text(post, name))
    except InvalidOperation:
        return None
    return found.quantize(Decimal("0.000001")) if found.is_finite() and abs(found) < 10**12 else None


def cents(post: Post, name: str) -> int | None:
    """Give an amount of whole units and cents as cents, None where there is none or it is no amount."""
    found = number(post, name)
    if found is None or found < 0:
        return None
    whole = found.scaleb(2)
    return int(whole) if whole == whole.to_integral_value() else None


def _case(work: Piece) -> Case:
    if not isinstance(work, Case):
        raise Refused("not_in_this_state")
    return work


def _task(work: Piece) -> Task:
    if not isinstance(work, Task):
        raise Refused("not_in_this_state")
    return work


def _close(by: Scope, work: Piece, post: Post, now: datetime) -> Piece:
    if isinstance(work, Task):
        return moving.task_close(by=by, task=work, now=now)
    label = text(post, "label")
    return moving.case_close(
        by=by,
        case=work,
        label=label,
        cause=text(post, "cause"),
        amount_secured=None if label == "false_alarm" else cents(post, "amount_secured"),
        now=now,
    )


def _assign(by: Scope, work: Piece, post: Post, now: datetime) -> Piece:
    staff = access_colleague(by, text(post, "staff"))
    return assigning.work_assign(by=by, work=work, staff=staff, reason=text(post, "reason"), now=now)


Act = Callable[[Scope, Piece, Post, datetime], Piece]

ACTS: Mapping[str, Act] = {
    "claim": lambda by, work, _post, now: moving.work_claim(by=by, work=work, now=now),
    "assign": _assign,
    "start": lambda by, work, _post, now: moving.task_start(by=by, task=_task(work), now=now),
    "plan": lambda by, work, post, now: moving.case_plan(
        by=by, case=_case(work), plan=text(post, "plan"), until=day(post, "until"), now=now
    ),
    "wait": lambda by, work, post, now: moving.work_wait(
        by=by, work=work, reason=text(post, "reason"), until=day(post, "until"), now=now
    ),
    "resume": lambda by, work, _post, now: moving.work_resume(by=by, work=work, now=now),
    "submit": lambda by, work, post, now: moving.work_submit(
        by=by, work=work, finding=text(post, "finding"), now=now
    ),
    "finish": lambda by, work, post, now: moving.task_finish(
        by=by, task=_task(work), finding=text(post, "finding"), now=now
    ),
    "withdraw": lambda by, work, _post, now: moving.work_withdraw(by=by, work=work, now=now),
    "send_back": lambda by, work, post, now: moving.work_send_back(
        by=by, work=work, reason=text(post, "reason"), now=now
    ),
    "close": _close,
    "reopen": lambda by, work, post, now: moving.work_reopen(
        by=by, work=work, reason=text(post, "reason"), now=now
    ),
    "drop": lambda by, work, post, now: moving.task_drop(
        by=by, task=_task(work), reason=text(post, "reason"), now=now
    ),
    "snooze": lambda by, work, post, now: moving.work_snooze(
        by=by, work=work, reason=text(post, "reason"), until=day(post, "until"), now=now
    ),
    "wake": lambda by, work, _post, now: undoing.work_wake(by=by, work=work, now=now),
    "release": lambda by, work, _post, now: undoing.work_release(by=by, work=work, now=now),
    "unassign": lambda by, work, _post, now: undoing.work_unassign(by=by, work=work, now=now),
    "note": lambda by, work, post, now: moving.work_note(by=by, work=work, text=text(post, "text"), now=now),
}
"""What a form may ask for; evidence and effect checks have forms of their own."""

WatchAct = Callable[[Scope, WatchEntry, Post, datetime], WatchEntry]

WATCH_ACTS: Mapping[str, WatchAct] = {
    "confirm_entry": lambda by, entry, _post, now: watching.watch_confirm_entry(by=by, entry=entry, now=now),
    "reject_entry": lambda by, entry, post, now: watching.watch_reject_entry(
        by=by, entry=entry, reason=text(post, "reason"), now=now
    ),
    "propose_exit": lambda by, entry, post, now: watching.watch_propose_exit(
        by=by, entry=entry, reason=text(post, "reason"), now=now
    ),
    "confirm_exit": lambda by, entry, _post, now: watching.watch_confirm_exit(by=by, entry=entry, now=now),
    "keep": lambda by, entry, post, now: watching.watch_keep(
        by=by, entry=entry, reason=text(post, "reason"), now=now
    ),
}


def from_draft(told: Told, draft: VisitDraft, steps: tuple[visits.Step, ...]) -> Told:
    """Give a visit with the words and the checklist of what was set down step by step."""
    answers = visits.answers_of(steps, draft.fields)
    return replace(told, text=visits.text_of(draft.fields), answers=answers, draft=draft)


def act(by: Scope, work: Piece, action: str, post: Post, now: datetime) -> Piece:
    """Do what a form asks for; raises Http404 for an action that is none, Refused where it may not be."""
    if action not in ACTS:
        raise Http404
    return ACTS[action](by, work, post, now)


def told(by: Scope, kind: str, post: Post) -> Told:
    """Read the form of a piece of evidence; whoever went along passes the gate of colleagues."""
    second = text(post, "second_staff_id")
    return Told(
        kind=kind,
        happened_at=moment(post, "happened_at"),
        proves=text(post, "proves"),
        text=text(post, "text"),
        latitude=number(post, "latitude"),
        longitude=number(post, "longitude"),
        reached={"1": True, "0": False}.get(text(post, "reached")),
        contact_kind=text(post, "contact_kind"),
        visit_result=text(post, "visit_result"),
        second_staff_id=access_colleague(by, second).pk if second else None,
        notice_kind=text(post, "notice_kind"),
        method=text(post, "method"),
        receipt=text(post, "receipt")[:200],
        loan_id=text(post, "loan"),
    )

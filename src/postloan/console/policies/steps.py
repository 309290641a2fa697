"""Steps of a draft towards law: each takes one cell of the table of states, and leaves an audit event.

The maker of a draft never checks it, whatever roles the person holds; no person approves twice; an approval
holds for the content that was approved and for no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

from postloan import clock
from postloan.console.audit.services import SYSTEM, record
from postloan.console.people.rights import Scope
from postloan.console.policies import folders, reading, selectors, states
from postloan.console.policies.changing import OBJECT, locked, version_of, void_approvals
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Acknowledgement, Approval, Comment, Draft
from postloan.console.policies.services import refuse_past
from postloan.errors import PostloanError

REVIEW_AFTER_MONTHS = 6
"""Months after which a version is looked at again: outcomes against those before (measures.md, D3)."""


@transaction.atomic
def submit(*, scope: Scope, draft_id: str, comments_until: date) -> Draft:
    """Put a draft to the branches.

    Raises PostloanError where it changes nothing, rests on a pack that is in force no more, is to hold from a
    day that has begun, or gives the branches no day to speak.
    """
    draft = _taken(scope, draft_id, "submit")
    if not reading.own(selectors.of_draft(draft)):
        raise PostloanError("empty_draft", "The draft changes nothing.", mend="Change something first.")
    _require_base(draft)
    refuse_past(draft.effective_from)
    today = clock.civil().date()
    if not today < comments_until < draft.effective_from:
        raise PostloanError(
            "wrong_deadline",
            f"The branches must have until a day between {today} and {draft.effective_from}.",
            mend="Choose a day after today and before the draft is to hold.",
        )
    draft.comments_until = comments_until
    return _went(scope.staff_id, draft, "submit", after={"comments_until": comments_until})


@transaction.atomic
def comment(*, scope: Scope, draft_id: str, text: str) -> Comment:
    """Say something to a draft in the consultation, for one's institution."""
    draft = _taken(scope, draft_id, "comment")
    if not text.strip():
        raise PostloanError("empty_comment", "The comment is empty.")
    said = Comment.objects.create(
        draft=draft,
        at=clock.civil(),
        by_id=scope.staff_id,
        institution_id=_place(scope),
        text=text.strip(),
        content=draft.content,
    )
    _went(scope.staff_id, draft, "comment", after={"text": said.text})
    return said


def _place(scope: Scope) -> str:
    """Give the institution for which a person speaks: of a branch head, theirs."""
    heads = sorted(place for role, place in scope.held if role in states.BRANCH)
    return heads[0] if heads else sorted(place for _, place in scope.held)[0]


@transaction.atomic
def end_consultation(*, scope: Scope, draft_id: str) -> Draft:
    """Take a draft to the legal check, once every branch has spoken or the deadline is over."""
    draft = _taken(scope, draft_id, "end_consultation")
    over = draft.comments_until is not None and draft.comments_until < clock.civil().date()
    silent = selectors.silent_branches(draft)
    if silent and not over:
        raise PostloanError(
            "consultation_open",
            f"Until {draft.comments_until} these may speak: {', '.join(one.name for one in silent)}.",
            mend="Wait for them or for that day to pass.",
        )
    return _went(scope.staff_id, draft, "end_consultation", after={"silent": [one.pk for one in silent]})


@transaction.atomic
def approve(*, scope: Scope, draft_id: str, action: str, content: str, note: str = "") -> Draft:
    """Approve a draft: `approve_law`, `sign_risk` or `sign_credit`.

    Args:
        scope: who approves.
        draft_id: the draft.
        action: one of `states.APPROVALS`.
        content: the hash of what the person has seen; another one is not what they approve.
        note: what they add.

    Raises PostloanError `own_work` for a maker, `approved_already` for a person who has approved it,
    `other_content`, `no_impact` where a signature comes before the impact report on this content.
    """
    if action not in states.APPROVALS:
        raise PostloanError("not_in_this_state", f"`{action}` is no approval.")
    draft = _taken(scope, draft_id, action)
    _require_same(draft, content)
    if draft.approvals.filter(void_at__isnull=True, by_id=scope.staff_id).exists():
        raise PostloanError(
            "approved_already",
            "You have approved this draft; every approval is another person's.",
            mend="Let a colleague of the other department look at it.",
        )
    if action != "approve_law" and not selectors.has_impact(draft):
        raise PostloanError(
            "no_impact",
            "There is no impact report on this content.",
            mend="Have it computed, and look at it before you sign.",
        )
    Approval.objects.create(
        draft=draft, action=action, by_id=scope.staff_id, at=clock.civil(), note=note, content=draft.content
    )
    return _went(scope.staff_id, draft, action, after={"content": draft.content}, reason=note)


@transaction.atomic
def give_back(*, scope: Scope, draft_id: str, reason: str) -> Draft:
    """Return a draft to its author with a reason; every approval is void."""
    draft = _taken(scope, draft_id, "return")
    _require_reason(reason)
    void = void_approvals(draft)
    return _went(scope.staff_id, draft, "return", after={"approvals_void": void}, reason=reason)


@transaction.atomic
def withdraw(*, scope: Scope, draft_id: str, reason: str) -> Draft:
    """Give a draft up; nothing can be done with it any more."""
    draft = _taken(scope, draft_id, "withdraw")
    _require_reason(reason)
    void = void_approvals(draft)
    return _went(scope.staff_id, draft, "withdraw", after={"approvals_void": void}, reason=reason)


@transaction.atomic
def promulgate(*, scope: Scope, draft_id: str, content: str) -> Draft:
    """Make a signed draft the bank's law from its day on, and the pack that the next drafts extend.

    Raises PostloanError where anything that was required is not there for the very content, its base is in
    force no more, its day has begun, or it has no question for those who must know it.
    """
    draft = _taken(scope, draft_id, "promulgate")
    _require_same(draft, content)
    _require_base(draft)
    refuse_past(draft.effective_from)
    missing = states.APPROVALS - set(selectors.approvals(draft).values_list("action", flat=True))
    if missing or not selectors.has_impact(draft):
        what = ", ".join(sorted(missing)) or "the impact report"
        raise PostloanError("not_approved", f"Missing for this content: {what}.")
    if not draft.questions.exists():
        raise PostloanError(
            "no_questions",
            "There is no question for customer managers to answer.",
            mend="Let the author add one or more.",
        )
    draft.promulgated_at = clock.civil()
    done = _went(
        scope.staff_id,
        draft,
        "promulgate",
        after={"content": draft.content, "effective_from": draft.effective_from},
    )
    _point(reading.home() / draft.pk)
    return done


def _point(folder: Path) -> None:
    """Let `in_force` beside the drafts name the pack promulgated last, for the command that runs each day."""
    fresh = folder.with_name(".in_force.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(folder.name, target_is_directory=True)
    fresh.replace(folder.with_name("in_force"))


@transaction.atomic
def acknowledge(*, scope: Scope, draft_id: str, answers: Sequence[int]) -> Draft:
    """Take note of a promulgated draft, by answering its questions; the last manager's answer locks it.

    Raises PostloanError `wrong_answers` with how many are wrong, `acknowledged_already`.
    """
    draft = _taken(scope, draft_id, "acknowledge")
    if not selectors.managers().filter(pk=scope.staff_id).exists():
        raise PostloanError("not_your_step", "A deputy cannot acknowledge for somebody else.")
    if draft.acknowledgements.filter(by_id=scope.staff_id).exists():
        raise PostloanError("acknowledged_already", "You have acknowledged this version.")
    right = list(draft.questions.values_list("right", flat=True))
    wrong = sum(one != other for one, other in zip(right, answers, strict=False)) + abs(
        len(right) - len(answers)
    )
    if wrong:
        raise PostloanError(
            "wrong_answers",
            f"{wrong} of {len(right)} answers are not right.",
            mend="Read what changes once more, and answer again.",
        )
    Acknowledgement.objects.create(draft=draft, by_id=scope.staff_id, at=clock.civil(), content=draft.content)
    _went(scope.staff_id, draft, "acknowledge", after={"content": draft.content})
    if draft.state == states.EFFECTIVE and not selectors.outstanding(draft).exists():
        _lock(SYSTEM, draft)
    return draft


@transaction.atomic
def lock(*, scope: Scope, draft_id: str) -> Draft:
    """Lock a version that every customer manager has acknowledged, where the last of them has left."""
    draft = _taken(scope, draft_id, "lock")
    waiting = selectors.outstanding(draft).count()
    if waiting:
        raise PostloanError("not_acknowledged", f"{waiting} customer managers have not acknowledged yet.")
    return _lock(scope.staff_id, draft)


def _lock(actor: str, draft: Draft) -> Draft:
    draft.locked_at = clock.civil()
    draft.review_due_on = _months_after(draft.effective_from, REVIEW_AFTER_MONTHS)
    draft.state = states.LOCKED
    return _went(actor, draft, "lock", after={"review_due_on": draft.review_due_on})


def _months_after(day: date, months: int) -> date:
    """Give the same day of a later month, or that month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(day.year + years, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has a 28th")


@transaction.atomic
def review(*, scope: Scope, draft_id: str, text: str) -> Draft:
    """Write down what came of a version, six months after; by somebody who did not make it.

    Raises PostloanError `too_early` before the day, `reviewed_already`.
    """
    draft = _taken(scope, draft_id, "review")
    _require_reason(text)
    if draft.reviewed_at is not None:
        raise PostloanError("reviewed_already", "This version has been reviewed.")
    if draft.review_due_on is None or clock.civil().date() < draft.review_due_on:
        raise PostloanError("too_early", f"The review is due on {draft.review_due_on}.")
    draft.reviewed_at, draft.reviewed_by_id, draft.review = clock.civil(), scope.staff_id, text.strip()
    return _went(scope.staff_id, draft, "review", reason=text)


def _taken(scope: Scope, draft_id: str, action: str) -> Draft:
    """Give a locked draft in the state to which a person's action leads.

    Raises PostloanError `not_in_this_state`, `not_your_step`, `own_work`.
    """
    draft = locked(draft_id)
    to = states.step(draft.state, action, roles_of(scope)).to
    if action in states.CHECKS and scope.staff_id in selectors.makers(draft):
        raise PostloanError(
            "own_work",
            "You have made a part of this draft, and cannot check it.",
            mend="Somebody else must.",
        )
    draft.state = to
    return draft


def _require_same(draft: Draft, seen: str) -> None:
    """Raise PostloanError `other_content` where seen, kept and stored content are not one."""
    if not draft.content == seen == folders.content_hash(reading.home() / draft.pk):
        raise PostloanError(
            "other_content",
            "The draft is another than the one you have seen.",
            mend="Open it again, and look at what changed.",
        )


def _require_base(draft: Draft) -> None:
    if not selectors.is_base_in_force(draft):
        raise PostloanError(
            "base_moved",
            f"The draft extends {draft.base}, which is no longer the policy in force.",
            mend="Let it extend the policy in force, and see what differs.",
        )


def _require_reason(text: str) -> None:
    if not text.strip():
        raise PostloanError("no_reason", "Say why.")


def _went(
    actor: str,
    draft: Draft,
    action: str,
    *,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Draft:
    """Save a step and record it."""
    before = Draft.objects.values_list("state", flat=True).get(pk=draft.pk)
    draft.save()
    record(
        actor=actor,
        action=f"policy_{action}",
        object_kind=OBJECT,
        object_id=draft.pk,
        before={"state": before},
        after={"state": draft.state, **(after or {})},
        reason=reason,
        policy_version=version_of(draft),
    )
    return draft

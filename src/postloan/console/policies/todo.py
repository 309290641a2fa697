"""What drafts and promulgated versions ask of a person: to acknowledge, to comment, to check, to review."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q
from django.urls import reverse

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Institution
from postloan.console.people.rights import Scope
from postloan.console.policies import selectors, states
from postloan.console.policies.changing import OBJECT
from postloan.console.policies.gate import roles_of
from postloan.console.policies.models import Draft

_LOOKED_AT = 50
"""Drafts on their way, the oldest first, beyond which nobody is told more on one page."""


@dataclass(frozen=True)
class Asked:
    """One thing that a draft asks of a person.

    Args:
        what: `acknowledge`, `acknowledge_branch` (people of one's own have not), `comment`, `continue`,
            `end_consultation`, `approve_law`, `impact_first`, `sign_risk`, `sign_credit`, `promulgate`,
            `lock`, `review`, or `review_waits` (it is due, and another person's to write).
        draft: the draft or version.
        url: where it is done.
        count: how many people, for `acknowledge_branch`; else 1.
        until: by which day, where there is one.
        is_urgent: whether it is the person's own to do now.
    """

    what: str
    draft: Draft
    url: str
    count: int = 1
    until: date | None = None
    is_urgent: bool = True


def asked_of(scope: Scope) -> list[Asked]:
    """Give what drafts ask of a person, what is to be acknowledged first."""
    roles = roles_of(scope)
    found = list(_acknowledgements(scope, roles))
    if not roles.isdisjoint(states.AUTHOR | states.CHECKERS | states.BRANCH):
        for draft in Draft.objects.filter(state__in=states.OPEN).order_by("made_at")[:_LOOKED_AT]:
            found += _of_open(scope, roles, draft)
    if not roles.isdisjoint(states.AUTHOR | states.RISK | states.APPROVER):
        found += _of_promulgated(scope, roles)
    return found


def _page(draft: Draft) -> str:
    return reverse("draft", args=[draft.pk])


def _acknowledgements(scope: Scope, roles: frozenset[str]) -> Iterator[Asked]:
    if not roles.isdisjoint(states.MANAGERS):
        for draft in selectors.to_acknowledge(scope.staff_id):
            url = reverse("draft_acknowledge", args=[draft.pk])
            yield Asked("acknowledge", draft, url, until=draft.effective_from)
    if not roles.isdisjoint(states.BRANCH):
        for draft in Draft.objects.filter(state=states.EFFECTIVE).order_by("promulgated_at")[:_LOOKED_AT]:
            own = selectors.outstanding(draft).filter(institution_id__in=below(scope, states.BRANCH))
            waiting = own.count()
            if waiting:
                yield Asked("acknowledge_branch", draft, _page(draft), waiting, draft.effective_from)


def below(scope: Scope, roles: Iterable[str]) -> list[str]:
    """Give the institutions at and below which a person holds one of some roles."""
    wanted = set(roles)
    paths = Institution.objects.filter(pk__in=[place for role, place in scope.held if role in wanted])
    under = Q(pk__in=[])
    for path in paths.values_list("path", flat=True):
        under |= Q(path__startswith=path)
    return list(Institution.objects.filter(under).values_list("pk", flat=True))


def _of_open(scope: Scope, roles: frozenset[str], draft: Draft) -> Iterator[Asked]:
    """Give what a draft on its way asks: the steps that lead it on, of whoever may take them."""
    if draft.state == states.CONSULTATION:
        yield from _of_consultation(scope, roles, draft)
        return
    may = [one for one in states.possible(draft.state, roles) if one in (*states.CHECKS, "submit")]
    makers = selectors.makers(draft) if may else frozenset[str]()
    for action in may:
        if action == "submit":
            if draft.author_id == scope.staff_id:
                yield Asked("continue", draft, _page(draft), is_urgent=False)
        elif scope.staff_id not in makers and not _has_approved(scope, draft):
            needs_impact = action in ("sign_risk", "sign_credit") and not selectors.has_impact(draft)
            yield Asked("impact_first" if needs_impact else action, draft, _page(draft))


def _has_approved(scope: Scope, draft: Draft) -> bool:
    # Promulgation is no approval, but whoever approved a part of it may still do it.
    if draft.state == states.SIGNED:
        return False
    return draft.approvals.filter(void_at__isnull=True, by_id=scope.staff_id).exists()


def _of_consultation(scope: Scope, roles: frozenset[str], draft: Draft) -> Iterator[Asked]:
    silent = selectors.silent_branches(draft)
    over = draft.comments_until is not None and draft.comments_until < clock.civil().date()
    if not roles.isdisjoint(states.BRANCH):
        own = set(below(scope, states.BRANCH))
        if any(one.pk in own for one in silent):
            yield Asked("comment", draft, _page(draft), until=draft.comments_until)
    if not roles.isdisjoint(states.AUTHOR) and (over or not silent):
        yield Asked("end_consultation", draft, _page(draft))


def _of_promulgated(scope: Scope, roles: frozenset[str]) -> Iterator[Asked]:
    today = clock.civil().date()
    due = Draft.objects.filter(
        state=states.LOCKED, reviewed_at__isnull=True, review_due_on__lte=today
    ).order_by("review_due_on")
    for draft in due[:_LOOKED_AT]:
        makers = selectors.makers(draft)
        if not roles.isdisjoint(states.RISK) and scope.staff_id not in makers:
            yield Asked("review", draft, _page(draft), until=draft.review_due_on)
        elif scope.staff_id in makers or not roles.isdisjoint(states.AUTHOR):
            yield Asked("review_waits", draft, _page(draft), until=draft.review_due_on, is_urgent=False)
    if not roles.isdisjoint(states.APPROVER | states.RISK):
        for draft in Draft.objects.filter(state=states.EFFECTIVE).order_by("promulgated_at")[:_LOOKED_AT]:
            if not selectors.outstanding(draft).exists():
                yield Asked("lock", draft, _page(draft))


@dataclass(frozen=True)
class News:
    """What others did to a draft since yesterday: the last step, when, and how many there were."""

    draft: Draft
    action: str
    at: datetime
    count: int


def news_of(scope: Scope) -> list[News]:
    """Give the drafts that a person sees and that others took further since yesterday, newest first."""
    now = clock.civil()
    since = datetime.combine(now.date() - timedelta(days=1), time.min)
    told = AuditEvent.objects.filter(object_kind=OBJECT, at__gte=since).exclude(actor=scope.staff_id)
    found: dict[str, list[AuditEvent]] = {}
    for event in told.order_by("-seq")[:500]:
        found.setdefault(event.object_id, []).append(event)
    drafts = selectors.drafts(scope).in_bulk(list(found))
    return [
        News(drafts[key], events[0].action, events[0].at, len(events))
        for key, events in found.items()
        if key in drafts
    ]

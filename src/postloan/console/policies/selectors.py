"""Reads of policies: the pack in force, drafts, who still has to acknowledge."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Q, QuerySet

from postloan import clock
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.people.rights import Scope
from postloan.console.policies import states
from postloan.console.policies.gate import states_seen
from postloan.console.policies.models import Approval, Draft, Impact
from postloan.console.policies.reading import Named, home
from postloan.console.publishing.selectors import current
from postloan.policy.in_force import Pack


def in_force() -> Named:
    """Give the pack by which the bank acts: the draft promulgated last, else the one that it began with."""
    last = Draft.objects.filter(state__in=states.PROMULGATED).order_by("-promulgated_at").first()
    if last is not None:
        return of_draft(last)
    return Named.at(_first())


def _first() -> str:
    if settings.POLICY:
        return str(settings.POLICY)
    run = current()
    return run.policy_version.rpartition("-")[0] if run else "cn_rural"


def of_draft(draft: Draft) -> Named:
    """Name the pack of a draft; another content, of its own files or of its base, is another pack."""
    whole = hashlib.sha256(f"{draft.content} {draft.base_content}".encode()).hexdigest()
    return Named(str(home() / draft.pk), whole)


def base_of(draft: Draft) -> Named:
    """Name the pack that a draft extends."""
    kept = home() / draft.base
    return Named(str(kept if (kept / "pack.yaml").is_file() else draft.base), draft.base_content)


def is_base_in_force(draft: Draft) -> bool:
    """Tell whether the pack that a draft extends is still the one in force."""
    now, base = in_force(), base_of(draft)
    return now.content == base.content if now.content else now == base


def shown_on() -> date:
    """Give the day of which policies are shown: today, or that of the run where it lies later."""
    run, today = current(), clock.civil().date()
    return max(run.as_of, today) if run else today


def drafts(scope: Scope) -> QuerySet[Draft]:
    """Give the drafts that a person sees, the newest first."""
    return Draft.objects.filter(state__in=states_seen(scope)).select_related("author")


def makers(draft: Draft) -> frozenset[str]:
    """Give everybody who has made a part of a draft: its author, and those who changed it."""
    return frozenset({draft.author_id, *draft.changes.values_list("by_id", flat=True)})


def approvals(draft: Draft) -> QuerySet[Approval]:
    """Give the approvals that hold: not void, and of the content as it stands."""
    return draft.approvals.filter(void_at__isnull=True, content=draft.content).select_related("by")


def impact_of(draft: Draft) -> Impact | None:
    """Give the last impact report asked for on the content as it stands, or one that is at work on any."""
    wanted = Q(content=draft.content) | Q(state__in=("waiting", "running"))
    return draft.impacts.filter(wanted).select_related("ended_by").first()


def has_impact(draft: Draft) -> bool:
    """Tell whether there is an impact report on the content as it stands."""
    return draft.impacts.filter(content=draft.content, state="done").exists()


def managers() -> QuerySet[Staff]:
    """Give every customer manager of today, who must acknowledge what is promulgated."""
    today = clock.civil().date()
    held = StaffRole.objects.filter(
        Q(since__isnull=True) | Q(since__lte=today),
        Q(until__isnull=True) | Q(until__gt=today),
        role="customer_manager",
    )
    here = Q(left_on__isnull=True) | Q(left_on__gt=today)
    return Staff.objects.filter(here, is_active=True, pk__in=held.values("staff_id"))


def outstanding(draft: Draft) -> QuerySet[Staff]:
    """Give the customer managers who have not acknowledged."""
    return managers().exclude(pk__in=draft.acknowledgements.values("by_id")).select_related("institution")


def to_acknowledge(staff_id: str) -> list[Draft]:
    """Give what a customer manager still has to acknowledge, the oldest first."""
    if not managers().filter(pk=staff_id).exists():
        return []
    waiting = Draft.objects.filter(state__in=states.PROMULGATED).exclude(acknowledgements__by_id=staff_id)
    return list(waiting.order_by("promulgated_at"))


def silent_branches(draft: Draft) -> list[Institution]:
    """Give the branches with a head who have said nothing yet to the content under consultation."""
    heads = StaffRole.objects.filter(role="branch_head").values_list("institution__path", flat=True)
    spoken = draft.comments.filter(content=draft.content).values_list("institution_id", flat=True)
    said = Institution.objects.filter(pk__in=set(spoken)).values_list("path", flat=True)
    return [
        branch
        for branch in Institution.objects.filter(kind="branch")
        if any(path.startswith(branch.path) for path in heads)
        and not any(path.startswith(branch.path) for path in said)
    ]


@dataclass(frozen=True)
class Part:
    """A pack of the chain with how many of its entries are in force."""

    id: str
    entries: int
    is_top: bool


def chain(pack: Pack, day: date) -> list[Part]:
    """Give the packs that a pack is laid over, the topmost first."""
    held = [one.pack for kinds in pack.as_of(day).in_force.values() for one in kinds.values()]
    return [Part(name, held.count(name), name == pack.id) for name in reversed(pack.chain)]

"""The gate of drafts: who may open which, and with which roles a person acts on policy."""

from __future__ import annotations

from django.http import Http404

from postloan.console.people.models import Institution
from postloan.console.people.rights import Scope
from postloan.console.policies.models import Draft
from postloan.console.policies.states import ANYWHERE, SEEN, TABLE


def roles_of(scope: Scope) -> frozenset[str]:
    """Give the roles with which a person acts on policy: of the head office, or held anywhere."""
    tops = set(Institution.objects.filter(parent__isnull=True).values_list("pk", flat=True))
    return frozenset(role for role, place in scope.held if role in ANYWHERE or place in tops)


def states_seen(scope: Scope) -> frozenset[str]:
    """Give the states in which a person sees drafts."""
    return frozenset().union(*(SEEN[role] for role in roles_of(scope) if role in SEEN))


def access_draft(scope: Scope, draft_id: str, for_: str = "read") -> Draft:
    """Give a draft to somebody who may see it; raises Http404 alike for one that is absent or not theirs.

    Args:
        scope: who asks.
        draft_id: which.
        for_: `read`, or the action that is to be taken; whether its state allows it is told by the service.
    """
    draft = Draft.objects.filter(pk=draft_id).first()
    if draft is None or draft.state not in states_seen(scope):
        raise Http404
    if for_ != "read" and roles_of(scope).isdisjoint(_takers(for_)):
        raise Http404
    return draft


def _takers(action: str) -> frozenset[str]:
    return frozenset().union(*(found.roles for (_, taken), found in TABLE.items() if taken == action))

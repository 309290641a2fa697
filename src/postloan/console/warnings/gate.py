"""The gate of warnings and of saved filters: who may open which."""

from __future__ import annotations

from typing import Literal

from django.http import Http404

from postloan.console.people.rights import BOOK_ROLES, Scope
from postloan.console.publishing.models import Warning as Alert
from postloan.console.warnings.models import SavedFilter


def access_warning(scope: Scope, episode_id: str, for_: Literal["read"] = "read") -> Alert:  # noqa: ARG001
    """Give a warning to someone who may see it; raises Http404 alike for one that is absent or not theirs."""
    known = "\x00" not in episode_id  # which PostgreSQL does not take for a text
    alert = Alert.objects.filter(pk=episode_id).first() if known else None
    if alert is None or not scope.has(BOOK_ROLES):
        raise Http404
    if alert.subject_kind in ("region", "industry"):  # these concern every institution
        return alert
    if not scope.covers(alert.institution_id, alert.manager_id):
        raise Http404
    return alert


def access_filter(scope: Scope, filter_id: int) -> SavedFilter:
    """Give a saved filter to the person whose it is; raises Http404 alike for one absent or not theirs."""
    kept = SavedFilter.objects.filter(pk=filter_id, staff_id=scope.staff_id).first()
    if kept is None:
        raise Http404
    return kept

"""The gate of warnings: who may open which."""

from __future__ import annotations

from typing import Literal

from django.http import Http404

from postloan.console.people.rights import BOOK_ROLES, Scope
from postloan.console.publishing.models import Warning as Alert


def access_warning(scope: Scope, episode_id: str, for_: Literal["read"] = "read") -> Alert:  # noqa: ARG001
    """Give a warning to someone who may see it; raises Http404 alike for one that is absent or not theirs."""
    alert = Alert.objects.filter(pk=episode_id).first()
    if alert is None or not scope.has(BOOK_ROLES):
        raise Http404
    if alert.subject_kind in ("region", "industry"):  # these concern every institution
        return alert
    if not scope.covers(alert.institution_id, alert.manager_id):
        raise Http404
    return alert

"""The columns of the list of events."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from postloan.console.audit import words
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import SYSTEM
from postloan.console.cells import Column
from postloan.console.lists import Listing, Names
from postloan.console.people.models import Staff
from postloan.console.words import word


def tell(events: Sequence[AuditEvent]) -> Names:
    """Look up the names of who acted."""
    return Names(Staff, (one.actor for one in events))


def _actor(event: AuditEvent, told: Names) -> str:
    return word("role", SYSTEM) if event.actor == SYSTEM else told.get(event.actor) or event.actor


def _written(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True) if values is not None else ""


def _short(values: Any) -> str:
    told = values.items() if isinstance(values, dict) else ()
    return ", ".join(f"{key}: {Truncator(value).chars(80)}" for key, value in told)


def _change(event: AuditEvent, _told: Any) -> Any:
    before, after = _short(event.before), _short(event.after)
    if not (before or after):
        return format_html('<span class="missing">{}</span>', gettext("nothing recorded"))
    return format_html('<span class="wrap">{}{}</span>', f"{before} → " if before else "", after)


def _reason(event: AuditEvent, _told: Any) -> Any:
    return event.reason or format_html('<span class="missing">{}</span>', gettext("none"))


EVENTS = Listing(
    name="audit",
    title=_("Audit"),
    columns=(
        Column("number", _("Number"), lambda event, _told: event.seq, "number", order=("-seq",)),
        Column(
            "at",
            _("At"),
            lambda event, _told: event.at,
            "moment",
            show=lambda event, _told: format_html(
                '<time datetime="{}">{}</time>', event.at.isoformat(), f"{event.at:%Y-%m-%d %H:%M:%S}"
            ),
        ),
        Column(
            "by",
            _("Done by"),
            _actor,
            beside=("staff",),
            small=lambda event, _told: "" if event.actor == SYSTEM else event.actor,
        ),
        Column("staff", _("Staff number"), lambda event, _told: event.actor),
        Column("what", _("What"), lambda event, _told: words.action(event.action)),
        Column(
            "object",
            _("Object"),
            lambda event, _told: f"{words.kind(event.object_kind)} {event.object_id}",
            link=lambda event, _told: reverse("audit_object", args=[event.object_kind, event.object_id]),
        ),
        Column(
            "change",
            _("Before and after"),
            lambda event, _told: " → ".join(filter(None, (_written(event.before), _written(event.after)))),
            show=_change,
        ),
        Column("reason", _("Reason"), lambda event, _told: event.reason, show=_reason),
        Column("policy", _("Policy"), lambda event, _told: event.policy_version),
        Column("hash", _("Hash"), lambda event, _told: event.hash),
    ),
    usual=("number", "at", "by", "what", "object", "change", "reason"),
    leads="object",
    first="number",
    filters=("person", "action", "kind", "id", "from", "to"),
)
"""Events, the latest first."""

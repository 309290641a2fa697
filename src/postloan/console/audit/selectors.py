"""Reads of the audit: search, the history of one object, and rows for a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet

from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import OVERSEERS, Scope

ORDER = ("-seq",)
EXPORTED = 100_000
"""The most events in one file."""

COLUMNS = (
    "seq",
    "at",
    "actor",
    "action",
    "object_kind",
    "object_id",
    "before",
    "after",
    "reason",
    "policy_version",
    "previous_hash",
    "hash",
)


_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")
"""How a text begins that a spreadsheet takes for a formula."""


def events(scope: Scope, asked: Mapping[str, str]) -> QuerySet[AuditEvent]:
    """Give the events that a person sees, narrowed by `kind`, `id`, `person`, `action`, `from` and `to`.

    Operators of the whole bank, and who oversees it, see every event; who oversees a part of it sees what
    its own people did. A filter that is not understood narrows nothing.
    """
    found = AuditEvent.objects.all()
    if not (scope.sees_all or scope.has_for_bank({"operator"})):
        own = Staff.objects.filter(institution_id__in=scope.institutions)
        found = found.filter(actor__in=own.values("pk")) if scope.has(OVERSEERS) else found.none()
    for key, column in (
        ("kind", "object_kind"),
        ("id", "object_id"),
        ("person", "actor"),
        ("action", "action"),
    ):
        if asked.get(key, "").strip():
            found = found.filter(**{column: asked[key].strip()})
    first, last = day(asked.get("from", "")), day(asked.get("to", ""))
    if first is not None:
        found = found.filter(at__gte=datetime.combine(first, time.min))
    if last is not None and last < date.max:
        found = found.filter(at__lt=datetime.combine(last + timedelta(days=1), time.min))
    return found


def day(text: str) -> date | None:
    """Read a day as YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def choices() -> tuple[list[str], list[str]]:
    """Give the actions and kinds of objects that occur, looked up every ten minutes."""
    found: tuple[list[str], list[str]] | None = cache.get("audit-choices")
    if found is None:
        actions, kinds = (
            sorted(AuditEvent.objects.order_by().values_list(name, flat=True).distinct())
            for name in ("action", "object_kind")
        )
        found = actions, kinds
        cache.set("audit-choices", found, 600)
    return found


def lines(found: Iterable[AuditEvent]) -> Iterator[list[str]]:
    """Give events as rows of a file under `COLUMNS`; nothing in them starts a formula of a spreadsheet."""
    for event in found:
        yield [_told(getattr(event, name)) for name in COLUMNS]


def _told(value: Any) -> str:
    if value is None:
        return ""
    text = (
        json.dumps(value, ensure_ascii=False, sort_keys=True)
        if isinstance(value, dict | list)
        else str(value)
    )
    return f"'{text}" if text.startswith(_FORMULA) else text

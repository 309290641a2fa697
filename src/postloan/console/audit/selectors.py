"""Reads of the audit: search, the history of one object, and rows for a file."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Q, QuerySet

from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import OVERSEERS, Scope

ORDER = ("-seq",)
_PARTS = 300
"""People whose events are asked for one by one; databases take a few hundred questions in one."""

_VALUES = 20_000

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
    if not _sees_every_event(scope):
        found = found.filter(actor__in=_people(scope).values("pk")) if scope.has(OVERSEERS) else found.none()
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


def parts(scope: Scope) -> list[Q] | None:
    """Give the conditions one of which each of `events` fits, for `listing.page`: one a person.

    The newest events of a few people among millions are found from an index of each.
    """
    if _sees_every_event(scope):
        return None
    people = list(_people(scope).values_list("pk", flat=True)[: _PARTS + 1]) if scope.has(OVERSEERS) else []
    # Each question names the institutions again, and a database takes some ten thousand values at once.
    few = len(people) <= _PARTS and len(people) * len(scope.institutions) <= _VALUES
    return [Q(actor=one) for one in people] if few else None


def _sees_every_event(scope: Scope) -> bool:
    return scope.sees_all or scope.has_for_bank({"operator"})


def _people(scope: Scope) -> QuerySet[Staff]:
    return Staff.objects.filter(institution_id__in=scope.institutions).order_by("pk")


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

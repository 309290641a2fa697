"""Adds events to the chain, and finds the first that does not hold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from postloan import clock
from postloan.console.audit.models import AuditEvent, AuditHead

SYSTEM = "system"
_COVERED = (
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
)


@transaction.atomic
def record(
    *,
    actor: str,
    action: str,
    object_kind: str,
    object_id: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
    policy_version: str = "",
) -> AuditEvent:
    """Add an event in the transaction of what it tells of.

    Args:
        actor: a staff number, or `system`.
        action: what was done, in snake_case.
        object_kind: what it was done to.
        object_id: which one.
        before: what changed, as it was; JSON values only.
        after: what changed, as it is now.
        reason: why, in the person's words.
        policy_version: the pack that was in force, where a rule had a part in it.
    """
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update().get(pk=1)
    event = AuditEvent(
        seq=head.seq + 1,
        at=clock.civil(),
        actor=actor,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        before=_plain(before),
        after=_plain(after),
        reason=reason,
        policy_version=policy_version,
        previous_hash=head.hash,
    )
    event.hash = digest(event)
    event.save(force_insert=True)
    head.seq, head.hash = event.seq, event.hash
    head.save()
    return event


def _plain(values: Mapping[str, Any] | None) -> Any:
    return None if values is None else json.loads(json.dumps(values, default=str, ensure_ascii=False))


def digest(event: AuditEvent) -> str:
    """Give the SHA-256 over an event's canonical JSON, the hash before it included."""
    told = {name: getattr(event, name) for name in _COVERED}
    told["at"] = event.at.isoformat()
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Verdict:
    """What a look through the chain found.

    Args:
        events: how many hold.
        broken_at: the number of the first event that does not hold, None where all do.
        why: what is wrong with it: `changed`, `missing`, `relinked`, or `head` where the end is another.
        head: the hash of the last event that holds.
    """

    events: int
    broken_at: int | None
    why: str
    head: str


def verify(expected_head: str | None = None) -> Verdict:
    """Walk the chain from its first event.

    Args:
        expected_head: the head as it was exported, which must occur in the chain.
    """
    previous, count, met = "", 0, expected_head is None
    for event in _events():
        if event.seq != count + 1:
            return Verdict(count, count + 1, "missing", previous)
        if event.previous_hash != previous:
            return Verdict(count, event.seq, "relinked", previous)
        if digest(event) != event.hash:
            return Verdict(count, event.seq, "changed", previous)
        previous, count = event.hash, event.seq
        met = met or previous == expected_head
    head = AuditHead.objects.filter(pk=1).first()
    if (head.seq if head else 0, head.hash if head else "") != (count, previous) or not met:
        return Verdict(count, count + 1, "head", previous)
    return Verdict(count, None, "", previous)


def _events() -> Iterator[AuditEvent]:
    yield from AuditEvent.objects.order_by("seq").iterator(chunk_size=2000)

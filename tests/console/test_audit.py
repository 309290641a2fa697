"""The audit chain: what is added holds, and every later change is found."""

from __future__ import annotations

import random

import pytest
from django.db import connection

from postloan.console.audit.models import AuditEvent, AuditHead
from postloan.console.audit.services import record, verify

pytestmark = pytest.mark.django_db

MANY = 10_000


def _add(count: int) -> None:
    for number in range(count):
        record(
            actor=f"S{number % 7}",
            action="note",
            object_kind="customer",
            object_id=str(number),
            after={"text": f"观察 {number}"},
        )


def test_an_empty_chain_and_a_whole_one_hold() -> None:
    assert verify().broken_at is None
    _add(5)
    found = verify()
    assert (found.events, found.broken_at) == (5, None)
    assert verify(found.head).broken_at is None
    _add(1)
    assert verify(found.head).broken_at is None, "a head exported earlier still lies in the chain"


def test_events_cannot_be_changed_or_deleted_through_the_model() -> None:
    _add(1)
    event = AuditEvent.objects.get()
    with pytest.raises(ValueError, match="only added"):
        event.save()
    with pytest.raises(ValueError, match="only added"):
        event.delete()


@pytest.mark.parametrize(
    "column", ["actor", "action", "object_kind", "object_id", "reason", "policy_version"]
)
def test_a_changed_column_is_found(column: str) -> None:
    _add(5)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_auditevent SET {column} = 'other' WHERE seq = 3")
    assert (verify().broken_at, verify().why) == (3, "changed")


def test_a_missing_event_is_found_in_the_middle_and_at_the_end() -> None:
    _add(5)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE seq = 5")
    assert (verify().broken_at, verify().why) == (5, "head")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent WHERE seq = 2")
    assert (verify().broken_at, verify().why) == (2, "missing")


def test_a_chain_written_anew_is_found_by_the_exported_head() -> None:
    _add(3)
    head = verify().head
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_auditevent")
    AuditHead.objects.update(seq=0, hash="")
    _add(2)
    record(actor="S2", action="note", object_kind="customer", object_id="other")
    assert verify().broken_at is None
    assert verify(head).why == "head"


@pytest.mark.slow
def test_tampering_with_any_of_ten_thousand_events_is_found() -> None:
    _add(MANY)
    for seq in random.Random(1).sample(range(1, MANY + 1), 12):
        AuditEvent.objects.filter(pk=seq).update(reason="changed afterwards")
        assert verify().broken_at == seq
        AuditEvent.objects.filter(pk=seq).update(reason="")
    assert verify().broken_at is None

"""Writes on customers: notes, and the record of who had sensitive rows shown and why."""

from __future__ import annotations

from django.db import transaction

from postloan import clock
from postloan.console.audit.services import record
from postloan.console.customers.models import CustomerNote
from postloan.console.people.rights import Scope
from postloan.console.publishing.models import Customer


@transaction.atomic
def write_note(*, scope: Scope, customer: Customer, text: str, is_sensitive: bool) -> CustomerNote:
    """Keep a note on a customer.

    Args:
        scope: who writes.
        customer: on whom, let through by the gate.
        text: the note, not empty.
        is_sensitive: whether it tells of the household or of what was heard in the village.
    """
    note = CustomerNote.objects.create(
        customer_id=customer.pk,
        text=text,
        author_id=scope.staff_id,
        written_at=clock.civil(),
        is_sensitive=is_sensitive,
    )
    record(
        actor=scope.staff_id,
        action="write_note",
        object_kind="customer",
        object_id=customer.pk,
        after={"note": note.pk, "is_sensitive": is_sensitive, "length": len(text)},
    )
    return note


@transaction.atomic
def show_sensitive(*, scope: Scope, customer: Customer, reason: str) -> None:
    """Record that someone has the sensitive rows of a customer shown, and why."""
    record(
        actor=scope.staff_id,
        action="show_sensitive",
        object_kind="customer",
        object_id=customer.pk,
        reason=reason,
    )

"""Writes of a person's own lists: saved filters."""

from __future__ import annotations

from django.db import transaction

from postloan.console.audit.services import record
from postloan.console.people.rights import Scope
from postloan.console.warnings.models import SavedFilter

MOST_FILTERS = 50
"""Filters that a person keeps at most."""


class TooManyFiltersError(Exception):
    """A person keeps as many filters as there is room for."""


@transaction.atomic
def save_filter(*, scope: Scope, name: str, query: str) -> SavedFilter:
    """Keep a filter by name; one of the same name is replaced. Raises TooManyFiltersError."""
    own = SavedFilter.objects.filter(staff_id=scope.staff_id)
    before = own.filter(name=name).first()
    if before is None and own.count() >= MOST_FILTERS:
        raise TooManyFiltersError
    kept, _ = SavedFilter.objects.update_or_create(
        staff_id=scope.staff_id, name=name, defaults={"query": query}
    )
    record(
        actor=scope.staff_id,
        action="save_filter",
        object_kind="saved_filter",
        object_id=str(kept.pk),
        before={"query": before.query} if before else None,
        after={"name": name, "query": query},
    )
    return kept


@transaction.atomic
def delete_filter(*, scope: Scope, kept: SavedFilter) -> None:
    """Drop a filter that the gate let through."""
    record(
        actor=scope.staff_id,
        action="delete_filter",
        object_kind="saved_filter",
        object_id=str(kept.pk),
        before={"name": kept.name, "query": kept.query},
    )
    kept.delete()

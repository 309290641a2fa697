"""Counts the whole book once after a publication, so that nobody waits for it on the first page."""

from __future__ import annotations

from django_tasks import task

from postloan.console.home.selectors import book
from postloan.console.people.models import Institution
from postloan.console.people.rights import Scope
from postloan.console.publishing.selectors import current
from postloan.console.words import policy_of


@task()
def count_book() -> None:
    """Count the book of those who see the whole bank, as last published."""
    run = current()
    if run is None:
        return
    places = frozenset(Institution.objects.values_list("pk", flat=True))
    everything = Scope("", frozenset(), frozenset(), places, sees_all=True)
    book(everything, policy_of(run.policy_version, run.as_of), run)

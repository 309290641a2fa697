"""Reads of the files that people filed with work, gathered by customer."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from postloan.console.people.rights import Scope
from postloan.console.work.gate import seen
from postloan.console.work.models import Evidence

FILES_ORDER = ("-happened_at", "-id")
"""The order of a customer's files: the newest first."""


def files_of(scope: Scope, customer_id: str) -> QuerySet[Evidence]:
    """Give the evidence with a file about a customer, as far as a person may open the work that it proves.

    The gate is that of each file's own work, since work keeps the place and the manager that it had when it
    was opened.
    """
    of_task = Q(task__isnull=False) & seen(scope, "task__")
    of_case = Q(task__isnull=True) & seen(scope, "case__")
    found = Evidence.objects.filter(of_task | of_case, customer_id=customer_id).exclude(sha256="")
    return found.select_related("task", "case")

"""The gate of jobs and tables in quarantine: they belong to the whole bank, and to those who run it."""

from __future__ import annotations

from django.http import Http404

from postloan.book.schema import TABLES
from postloan.console.people.rights import RUN_READERS, Scope
from postloan.console.runs.models import Job

OPERATORS = frozenset({"operator"})


def access_job(scope: Scope, job_id: str) -> Job:
    """Give a job to someone who may see it; raises Http404 alike for one that is absent or not theirs."""
    job = Job.objects.filter(pk=job_id).first()
    if job is None or not scope.has(RUN_READERS):
        raise Http404
    return job


def access_table(scope: Scope, table: str) -> str:
    """Give the name of a table of the book to an operator; raises Http404 for any other name."""
    if table not in TABLES or not scope.has_for_bank(OPERATORS):
        raise Http404
    return table

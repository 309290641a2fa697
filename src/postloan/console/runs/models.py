"""Work that the console starts: a run of a day, or a second import of mended rows."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from postloan.console.runs.states import ACTIVE, KINDS, STATES


class Job(models.Model):
    """A command that somebody started here, with how far it is and how it ended."""

    job_id = models.CharField(primary_key=True, max_length=40)
    kind = models.CharField(max_length=10, choices=[(code, code) for code in KINDS])
    as_of = models.DateField(null=True)
    table = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=[(code, code) for code in STATES])
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=40, blank=True)
    number = models.IntegerField(default=0)
    of = models.IntegerField(default=0)
    log = models.JSONField(default=list)
    exit_code = models.IntegerField(null=True)
    run_id = models.CharField(max_length=40, blank=True)
    problem = models.TextField(blank=True)
    # 1 while it waits or works, else null: a store takes one writer at a time, and so does a book.
    slot = models.IntegerField(null=True, unique=True)

    class Meta:
        ordering: ClassVar = ["-asked_at", "-job_id"]

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id}"

    @property
    def is_active(self) -> bool:
        """Tell whether it waits or works."""
        return self.state in ACTIVE

    def get_state_label(self) -> str:
        """Give the words of the state, in English; pages translate them."""
        return STATES[self.state]

    def get_kind_label(self) -> str:
        """Give the words of the kind, in English; pages translate them."""
        return KINDS[self.kind]

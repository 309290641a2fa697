"""Events that are only ever added, and the head of their chain."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class AuditEvent(models.Model):
    """One thing that somebody, or the system, did; `hash` covers it and the hash before it."""

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64, db_index=True)
    action = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=200)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    policy_version = models.CharField(max_length=100, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["object_kind", "object_id", "seq"], name="audit_of_object"),
            models.Index(fields=["action", "seq", "at"], name="audit_by_action"),
            models.Index(fields=["actor", "action", "seq"], name="audit_by_actor"),
            models.Index(fields=["at", "seq"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.object_kind} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the event; raises ValueError for one that is there already."""
        if not kwargs.get("force_insert"):
            raise ValueError("audit events are only added, never changed")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: events are never deleted; raises ValueError."""
        raise ValueError("audit events are only added, never deleted")


class AuditHead(models.Model):
    """The last event's number and hash: one row, locked by whoever adds the next."""

    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return f"{self.seq} {self.hash}"

"""Notes that people keep on customers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from postloan.console.people.models import Staff


class CustomerNote(models.Model):
    """A note on a customer; it is never changed, a later one corrects it."""

    customer_id = models.CharField(max_length=64)
    text = models.TextField(max_length=4000)
    author = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    is_sensitive = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["customer_id", "-written_at", "id"], name="note_of_customer")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.author_id}"

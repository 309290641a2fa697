"""What people keep for their lists: filters by name, with the columns and the order that they chose."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from postloan.console.people.models import Staff


class SavedFilter(models.Model):
    """A filter of the list of warnings that a person keeps by name; its query makes a link for others."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "name"], name="one_filter_of_a_name")
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.name}"

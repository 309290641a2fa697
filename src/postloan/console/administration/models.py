"""Passwords that were given by administration and must be changed with the first sign-in."""

from __future__ import annotations

from django.db import models

from postloan.console.people.models import Staff


class OneTimePassword(models.Model):
    """That a person's present password was given by somebody else; gone once they have chosen their own."""

    staff = models.OneToOneField(Staff, primary_key=True, on_delete=models.CASCADE, related_name="one_time")
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.staff_id

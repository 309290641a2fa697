"""Classifications by people: one matter a loan at a time, with every step that was taken."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from postloan.console.desk.states import ACTIONS, OPEN, STATES


class Classification(models.Model):
    """A class on its way from rating to approval; `level_code` is what is asked for now.

    The number is the loan's with an ordinal. Institution and manager are those at the last step, so that a
    loan that has left the book leaves its decisions readable.
    """

    number = models.CharField(primary_key=True, max_length=80)
    loan_id = models.CharField(max_length=64)
    customer_id = models.CharField(max_length=64)
    institution_id = models.CharField(max_length=64, null=True)
    manager_id = models.CharField(max_length=64, null=True)
    state = models.CharField(max_length=12, choices=[(code, code) for code in STATES])
    scheme_id = models.CharField(max_length=20)
    level_code = models.CharField(max_length=10)
    five_level = models.CharField(max_length=20)
    standing = models.CharField(max_length=10, null=True)
    machine = models.CharField(max_length=10, null=True)
    floor = models.CharField(max_length=10, null=True)
    is_upgrade = models.BooleanField()
    is_loss = models.BooleanField()
    determination_level = models.IntegerField()
    approval_level = models.IntegerField()
    rule_id = models.CharField(max_length=60, null=True)
    rated_by = models.CharField(max_length=64)
    determined_by = models.CharField(max_length=64, null=True)
    approved_by = models.CharField(max_length=64, null=True)
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    policy_version = models.CharField(max_length=100)
    as_of = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["loan_id"], condition=models.Q(state__in=OPEN), name="one_open_classification"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "moved_at", "number"], name="classification_by_state"),
            models.Index(
                fields=["institution_id", "state", "moved_at", "number"], name="classification_of_place"
            ),
            models.Index(
                fields=["manager_id", "state", "moved_at", "number"], name="classification_of_manager"
            ),
            models.Index(fields=["loan_id", "number"], name="classification_of_loan"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_state_label(self) -> str:
        """Give the words of the state, in English; pages translate them."""
        return STATES[self.state]


class Step(models.Model):
    """One step of a classification: who did what, to which class, and why."""

    classification = models.ForeignKey(Classification, on_delete=models.PROTECT, related_name="steps")
    action = models.CharField(max_length=12)
    level_code = models.CharField(max_length=10)
    five_level = models.CharField(max_length=20)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()
    reason = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.classification_id} {self.action} {self.by}"

    def get_action_label(self) -> str:
        """Give the words of the action, in English; pages translate them."""
        return ACTIONS[self.action]

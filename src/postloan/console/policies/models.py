"""Drafts of policy with what was changed in them, said to them, approved, and acknowledged."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from postloan.console.people.models import Staff
from postloan.console.policies.states import DRAFT, STATES


class Draft(models.Model):
    """A pack that is to take the place of the one in force; its files stand under its id in the store."""

    draft_id = models.CharField(primary_key=True, max_length=64)
    title = models.CharField(max_length=200)
    reason = models.TextField()
    reference = models.CharField(max_length=200)
    base = models.CharField(max_length=500)
    base_content = models.CharField(max_length=64, blank=True)
    effective_from = models.DateField()
    state = models.CharField(max_length=20, choices=[(one, one) for one in STATES], default=DRAFT)
    content = models.CharField(max_length=64)
    findings = models.JSONField(default=list)
    author = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    comments_until = models.DateField(null=True, blank=True)
    promulgated_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(null=True, blank=True)
    review_due_on = models.DateField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar = ["-made_at", "-draft_id"]
        indexes: ClassVar = [models.Index(fields=["state", "-promulgated_at"], name="draft_by_state")]

    def __str__(self) -> str:
        return self.draft_id


class Change(models.Model):
    """One change to a draft: who made it, of what, why, and the content that came of it."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=200)
    what = models.JSONField()
    reason = models.TextField()
    content = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.kind} {self.key}"


class Comment(models.Model):
    """What a branch, or somebody of the head office, says in the consultation on a content."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    institution_id = models.CharField(max_length=64)
    text = models.TextField()
    content = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.by_id}"


class Approval(models.Model):
    """That somebody approved a content; void from the moment on which the draft was changed or returned."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="approvals")
    action = models.CharField(max_length=20)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    content = models.CharField(max_length=64)
    void_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft", "action"], condition=Q(void_at__isnull=True), name="one_approval_a_kind"
            ),
            models.UniqueConstraint(
                fields=["draft", "by"], condition=Q(void_at__isnull=True), name="one_approval_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.action} {self.by_id}"


class Impact(models.Model):
    """What a content would change on the book: waiting, running, then done, failed or cancelled.

    While it is at work, `seen_at` moves on every few seconds; where it does not, its worker was stopped.
    `progress` is the stage at work, the `number`-th `of` so many; both are 0 before the first.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="impacts")
    content = models.CharField(max_length=64)
    state = models.CharField(max_length=10, default="waiting")
    asked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    progress = models.CharField(max_length=200, blank=True)
    number = models.PositiveSmallIntegerField(default=0)
    of = models.PositiveSmallIntegerField(default=0)
    ended_by = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    told = models.JSONField(null=True)
    error = models.JSONField(null=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["draft"], condition=Q(state__in=["waiting", "running"]), name="one_impact_at_work"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.state}"


class Question(models.Model):
    """A question that a customer manager answers to show that the change was understood."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="questions")
    text = models.CharField(max_length=500)
    answers = models.JSONField()
    right = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.text


class Acknowledgement(models.Model):
    """That a customer manager has read a promulgated content and answered its questions."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="acknowledgements")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    content = models.CharField(max_length=64)

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "by"], name="one_acknowledgement_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.by_id}"

"""Passwords given by administration, what waits for a second person, and roles that need a second factor."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from postloan.console.people.models import ROLE_CHOICES, Institution, Staff

WAITING, CONFIRMED, REFUSED, WITHDRAWN = "waiting", "confirmed", "refused", "withdrawn"
ROLE, DEPUTY, FACTOR, RESTORE = "role", "deputy", "second_factor", "restore"


class OneTimePassword(models.Model):
    """That a person's present password was given by somebody else; gone once they have chosen their own."""

    staff = models.OneToOneField(Staff, primary_key=True, on_delete=models.CASCADE, related_name="one_time")
    given_by = models.CharField(max_length=64)
    given_at = models.DateTimeField()
    valid_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.staff_id


class Proposal(models.Model):
    """What one administrator asked for and another must confirm before it holds.

    `kind` is `role` (a role of `staff` at `institution`, `since` a day up to, without, `until`), `deputy`
    (`deputy` acts for `staff` from `since` to `until`, both included) or `second_factor` (what guards the
    account of `staff` beside the password is taken away, so that a lost telephone shuts nobody out) or
    `restore` (an account that has ended, and whose roles of the book would hold again, is opened).
    """

    kind = models.CharField(max_length=15, choices=[(one, one) for one in (ROLE, DEPUTY, FACTOR, RESTORE)])
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="proposals")
    role = models.CharField(max_length=30, blank=True)
    institution = models.ForeignKey(Institution, null=True, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(Staff, null=True, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    reason = models.TextField(blank=True)
    proposed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        default=WAITING,
        choices=[(one, one) for one in (WAITING, CONFIRMED, REFUSED, WITHDRAWN)],
    )
    decided_by = models.CharField(max_length=64, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["staff", "id"], name="proposal_of_staff"),
            models.Index(fields=["id"], name="proposal_waiting", condition=Q(state=WAITING)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state=WAITING, decided_by="") | (~Q(state=WAITING) & ~Q(decided_by="")),
                name="decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=CONFIRMED, decided_by=F("proposed_by")), name="confirmed_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state=CONFIRMED, decided_by=F("staff"), kind=ROLE),
                name="no_role_confirmed_by_its_holder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.staff_id} {self.state}"


class GuardedRole(models.Model):
    """That whoever has the rights of this role needs a second factor beside the password."""

    role = models.CharField(primary_key=True, max_length=30, choices=ROLE_CHOICES)
    demanded_by = models.CharField(max_length=64)
    demanded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.role

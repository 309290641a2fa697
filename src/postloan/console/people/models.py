"""Institutions as a tree, staff, the roles they hold where, and who deputises for whom."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from postloan.terms import ROLES

ROLE_CHOICES = [(code, en) for code, (en, _zh) in ROLES.items() if code != "system"]


class Institution(models.Model):
    """A head office, branch or outlet; `path` holds its ancestors and itself as /a/b/c/."""

    institution_id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    kind = models.CharField(max_length=20)
    path = models.CharField(max_length=1000, db_index=True)

    class Meta:
        ordering: ClassVar = ["path"]

    def __str__(self) -> str:
        return self.name


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff, and finds them by their number."""

    def create_user(self, staff_id: str, password: str | None = None, **fields: Any) -> Staff:
        """Make a member of staff; without a password nobody can sign in as them yet."""
        staff = self.model(staff_id=staff_id, **fields)
        staff.set_password(password)
        staff.full_clean(exclude=["password"])
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    """A member of staff, who signs in by number; one who has left cannot."""

    staff_id = models.CharField(_("staff number"), primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="staff")
    level = models.CharField(max_length=10, blank=True)
    hired_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=10, blank=True)

    USERNAME_FIELD = "staff_id"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[StaffManager] = StaffManager()

    class Meta:
        ordering: ClassVar = ["staff_id"]

    def __str__(self) -> str:
        return self.name


class StaffRole(models.Model):
    """A role that a person holds at an institution and all below it, from one day to another."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=30, choices=ROLE_CHOICES)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    since = models.DateField(null=True, blank=True)
    until = models.DateField(null=True, blank=True)
    from_book = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["staff", "role", "institution", "since"], name="one_role_once"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.role} {self.institution_id}"


class Leave(models.Model):
    """Days on which a deputy acts for somebody, the first and the last day included."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="leaves")
    deputy = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="deputises")
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="leave_ends_after"
            ),
            models.CheckConstraint(condition=~models.Q(staff=models.F("deputy")), name="deputy_is_another"),
        ]

    def __str__(self) -> str:
        return f"{self.deputy_id} for {self.staff_id}"

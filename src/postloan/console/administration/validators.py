"""A new password must be new."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from postloan.console.people.models import Staff


class AnotherPassword:
    """Refuses the password that a person has now."""

    def validate(self, password: str, user: Staff | None = None) -> None:
        """Raise ValidationError for the present password."""
        if user is not None and user.pk and user.has_usable_password() and user.check_password(password):
            raise ValidationError(_("This is the password that you have; choose another one."), code="same")

    def get_help_text(self) -> str:
        """Say what is asked."""
        return _("It must be another one than the present password.")

"""Tells Django of the part `people`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The part `people` of the console."""

    name = "postloan.console.people"
    label = "people"

    def ready(self) -> None:
        """Hear when somebody leaves, and when a second factor was wrong."""
        from allauth.mfa.signals import authentication_failed
        from django.contrib.auth.signals import user_logged_out

        user_logged_out.connect(_left, dispatch_uid="signed-out")
        authentication_failed.connect(_wrong_factor, dispatch_uid="wrong-factor")


def _left(request: Any, user: Any, **_more: Any) -> None:
    from postloan.console.people.models import Staff
    from postloan.console.people.services import signed_out

    if isinstance(user, Staff):
        signed_out(staff=user, why=getattr(request, "session_ended", ""))


def _wrong_factor(request: Any, user: Any, authenticator: Any, **_more: Any) -> None:
    from postloan.console.people.services import refused

    refused(request=request, staff_id=user.pk, by=str(authenticator.type), why="wrong")

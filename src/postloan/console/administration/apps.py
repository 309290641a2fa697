"""Tells Django of the part `administration`."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """The part `administration` of the console."""

    name = "postloan.console.administration"
    label = "administration"

    def ready(self) -> None:
        """Hear when a person has chosen a password."""
        from allauth.account.signals import password_changed, password_set

        for signal in (password_changed, password_set):
            signal.connect(_chosen, dispatch_uid=f"own-password-{id(signal)}")


def _chosen(user: Any, **_more: Any) -> None:
    from postloan.console.administration.services import password_chosen

    password_chosen(staff=user)

"""Tells Django of the part `administration`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """The part `administration` of the console."""

    name = "postloan.console.administration"
    label = "administration"

    def ready(self) -> None:
        """Hear when a person has chosen a password, or changed what else guards the account."""
        from allauth.account.signals import password_changed, password_set
        from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset

        for signal in (password_changed, password_set):
            signal.connect(_chosen, dispatch_uid=f"own-password-{id(signal)}")
        for what, told in (
            ("add", authenticator_added),
            ("remove", authenticator_removed),
            ("reset", authenticator_reset),
        ):
            told.connect(_FACTORS[what], dispatch_uid=f"second-factor-{what}")


def _chosen(user: Any, **_more: Any) -> None:
    from postloan.console.administration.services import password_chosen

    password_chosen(staff=user)


def _heard(what: str) -> Callable[..., None]:
    def heard(user: Any, authenticator: Any, **_more: Any) -> None:
        from postloan.console.administration.services import second_factor_changed

        second_factor_changed(staff=user, what=what, kind=str(authenticator.type))

    return heard


_FACTORS = {what: _heard(what) for what in ("add", "remove", "reset")}
"""Kept here, since Django holds who hears a signal by a weak reference."""

"""Keeps people from everything until their own password, and the second factor of their role, are set."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.administration.models import GuardedRole, OneTimePassword
from postloan.console.people.middleware import end_session
from postloan.console.people.rights import scope

_OPEN = frozenset({"account_change_password", "account_logout", "alive", "choose_language"})
"""`alive` too, or a form that is about to be sent would be told that there is no server."""
_WITHOUT_FACTOR = _OPEN | {"account_reauthenticate"}


class OwnPassword:
    """Sends people with a one-time password to change it, and signs them out once it is too old."""

    def __init__(self, following: Callable[[HttpRequest], HttpResponse]) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the decision to `process_view`."""
        return self.following(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Look at who asks before a view is called."""
        match = request.resolver_match
        if not request.user.is_authenticated or (match is not None and match.view_name in _OPEN):
            return None
        given = OneTimePassword.objects.filter(staff_id=request.user.pk).first()
        if given is None:
            return None
        if given.valid_until < clock.civil():
            end_session(request, "password_too_old")
            messages.error(request, _("The password given to you is too old; ask for another one."))
            return redirect("account_login")
        return redirect("account_change_password")


class SecondFactor:
    """Sends people whose roles demand a second factor, and who have none, to set one up."""

    def __init__(self, following: Callable[[HttpRequest], HttpResponse]) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the decision to `process_view`."""
        return self.following(request)

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Look at who asks before a view is called."""
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if not request.user.is_authenticated or name in _WITHOUT_FACTOR or name.startswith("mfa_"):
            return None
        guarded = frozenset(GuardedRole.objects.values_list("role", flat=True))
        if not guarded or not scope(request).has(guarded) or has_factor(request.user.pk):
            return None
        messages.warning(request, _("Your role demands a second factor: set one up before you go on."))
        return redirect("mfa_index")


def has_factor(staff_id: str) -> bool:
    """Tell whether somebody has a one-time code or a passkey; recovery codes alone are none."""
    kinds = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
    return bool(Authenticator.objects.filter(user_id=staff_id, type__in=kinds).exists())

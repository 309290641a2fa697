"""Keeps who signed in with a password that was given to them from everything but choosing their own."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from postloan import clock
from postloan.console.administration.models import OneTimePassword

_OPEN = frozenset({"account_change_password", "account_logout", "choose_language"})


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
            logout(request)
            messages.error(request, _("The password given to you is too old; ask for another one."))
            return redirect("account_login")
        return redirect("account_change_password")

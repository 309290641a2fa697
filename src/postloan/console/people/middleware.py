"""Ends sessions that are too old, too quiet or of people who have left; lets nobody in by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from postloan import clock
from postloan.console.people.models import Staff

Next = Callable[[HttpRequest], HttpResponse]

_STARTED, _SEEN = "started_at", "seen_at"
_OPEN_MODULES = ("allauth.", "django.views.i18n", "django.views.static", "django.contrib.staticfiles")
_SHUT = ("account_signup", "account_email", "account_confirm_email", "account_reset_password")
"""How the names of shut pages begin: accounts and passwords come from administration, not by mail."""


class DeviceRights:
    """Says which parts of a device the pages may ask for: place and microphone, by our own pages alone."""

    ALLOWED = "geolocation=(self), microphone=(self), camera=(), display-capture=(), payment=(), usb=()"

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the header to each answer."""
        answer = self.following(request)
        answer.headers.setdefault("Permissions-Policy", self.ALLOWED)
        return answer


_OF_PASSWORDS = ("account_set_password", "account_change_password")
"""Where a person whom the bank's directory vouches for would give themselves a second way in."""


class SessionLimits:
    """Signs people out after too long, after too long without a click, and when they have left the bank."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Look at the session before the request is answered."""
        if request.user.is_authenticated:
            assert isinstance(request.user, Staff)
            now = int(clock.civil().timestamp())
            started = request.session.setdefault(_STARTED, now)
            seen = request.session.get(_SEEN, now)
            left = request.user.left_on
            gone = left is not None and left <= clock.civil().date()
            if gone or not request.user.is_active:  # a directory's backend does not look
                end_session(request, "left")
            elif now - started > settings.SESSION_ABSOLUTE_HOURS * 3600:
                end_session(request, "too_long")
            elif now - seen > settings.SESSION_IDLE_MINUTES * 60:
                end_session(request, "idle")
            elif now - seen >= 60 or _SEEN not in request.session:  # spare the database a write a click
                request.session[_SEEN] = now
        return self.following(request)


def end_session(request: HttpRequest, why: str) -> None:
    """Sign somebody out without their asking; `why` (idle, too_long, left, …) goes into the audit."""
    request.session_ended = why  # type: ignore[attr-defined]
    logout(request)


class SignedIn:
    """Sends those without a session to sign in, and refuses views that say nothing of who may see them."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Leave the decision to `process_view`."""
        return self.following(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Look at a view before it is called."""
        match = request.resolver_match
        if match is not None and match.view_name.startswith(_SHUT):
            raise Http404
        if _has_nul(request):
            raise Http404
        if match is not None and match.view_name in _OF_PASSWORDS and _has_no_password(request):
            return render(request, "account/password_elsewhere.html", status=403)
        if view.__module__.startswith(_OPEN_MODULES) or getattr(view, "is_open", False):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not hasattr(view, "allowed_roles"):
            raise Http404
        return None


def _has_nul(request: HttpRequest) -> bool:
    """Tell whether a NUL was sent, which PostgreSQL takes in no text and no person types."""
    sent = (text for held in (request.GET, request.POST) for _name, all_ in held.lists() for text in all_)
    return "\x00" in request.path or any("\x00" in str(text) for text in sent)


def _has_no_password(request: HttpRequest) -> bool:
    return isinstance(request.user, Staff) and not request.user.has_usable_password()

"""How people sign in: by staff number, never by signing themselves up, not after they have left."""

from __future__ import annotations

from typing import Any, NoReturn

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from postloan import clock
from postloan.console.people import services
from postloan.console.people.middleware import end_session
from postloan.console.people.models import Staff


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The bank's rules for accounts."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Accounts are made by administration."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep in the audit that a number is locked out."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            services.locked(request=request, staff_id=str(credentials.get("username", "")))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Keep in the audit that a password was wrong."""
        number = str(credentials.get("username", ""))
        services.refused(request=request, staff_id=number, by=services.PASSWORD, why="wrong")

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse those who have left."""
        if not user.is_active or _has_left(user):
            services.refused(request=request, staff_id=user.pk, by=services.PASSWORD, why="left")
            response: HttpResponse = self.respond_user_inactive(request, user)
            return response
        found: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return found

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Keep in the audit that somebody signed in, and how."""
        methods = get_authentication_records(request, user)
        services.signed_in(staff=user, request=request, methods=methods)
        found: HttpResponse = super().post_login(request, user, **kwargs)
        return found

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Take a fresh sign-in as proof of who sits there, where somebody has no password and no factor.

        Such a person comes by the directory, and could set up no first factor otherwise; once the sign-in is
        no longer fresh, they sign in again.
        """
        request = context.request
        if get_reauthentication_flows(request.user):
            return bool(super().is_reauthentication_required(app=app, **kwargs))
        methods = get_authentication_records(request, request.user)
        if methods and clock.civil().timestamp() - methods[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        end_session(request, "not_fresh")
        messages.info(request, gettext("Sign in again, and set up the second factor right after."))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by the bank's own directory: for staff that administration knows, and nobody else."""

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: Any) -> bool:
        """Accounts are made by administration."""
        return False

    def populate_user(self, _request: HttpRequest, sociallogin: Any, _data: Any) -> Any:
        """Take nothing over: a staff number is an account's key, and would pass for one that is linked."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the member of staff whom the directory names; send everybody else back to sign-in."""
        if sociallogin.state.get("process", "login") != "login":
            self._refuse(request, "", "not_a_sign_in")
        told = sociallogin.account.extra_data
        number = _claim(told, settings.OIDC_CLAIM)
        if not _is_one_person(told):
            self._refuse(request, number, "two_people")
        staff = Staff.objects.filter(pk=number).first() if number else None
        if staff is None:
            self._refuse(request, number, "unknown_staff")
        if not staff.is_active or _has_left(staff):
            self._refuse(request, number, "left")
        if not sociallogin.is_existing:
            if services.bound(staff):
                # The directory gave this person's number to another: subjects are never given anew.
                self._refuse(request, number, "another_person")
            sociallogin.connect(request, staff)
        elif sociallogin.user.pk != staff.pk:
            # The directory gave the number to another of its people, or this one another number.
            self._refuse(request, number, "another_number")

    def on_authentication_error(
        self, request: HttpRequest, _provider: Any, error: Any = None, **_more: Any
    ) -> None:
        """Send whoever the directory did not vouch for back to sign-in, in words."""
        self._refuse(request, "", str(error or "error"))

    def _refuse(self, request: HttpRequest, number: str, why: str) -> NoReturn:
        services.refused(request=request, staff_id=number, by=services.DIRECTORY, why=why)
        messages.error(request, _words(why))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))


def _has_left(staff: Staff) -> bool:
    return staff.left_on is not None and staff.left_on <= clock.civil().date()


def _claim(told: dict[str, Any], name: str) -> str:
    """Give a claim, from the signed token where it is there, else from what the directory answered later."""
    for part in ("id_token", "userinfo"):
        value = (told.get(part) or {}).get(name)
        if value:
            return str(value)
    return ""


def _is_one_person(told: dict[str, Any]) -> bool:
    """Tell whether token and answer are about the same person (OpenID Connect Core 1.0, 5.3.2)."""
    return len({part["sub"] for part in told.values() if isinstance(part, dict) and "sub" in part}) == 1


def _words(why: str) -> str:
    if why == "unknown_staff":
        return gettext("The directory knows you, but nobody here has that staff number.")
    if why == "another_person":
        return gettext("Another person of the directory is bound to this staff number. Ask administration.")
    if why == "left":
        return gettext("This account has ended. If that is a mistake, ask administration.")
    if why == "cancelled":
        return gettext("The sign-in by the bank's account was cancelled.")
    return gettext("The bank's account could not be used to sign in. Try again, or ask the operator.")

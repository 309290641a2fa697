"""How people sign in: by staff number, never by signing themselves up, not after they have left."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from postloan import clock
from postloan.console.audit.services import record
from postloan.console.people.models import Staff


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """The bank's rules for accounts."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Accounts are made by administration."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Refuse those who have left."""
        if user.left_on is not None and user.left_on <= clock.civil().date():
            response: HttpResponse = self.respond_user_inactive(request, user)
            return response
        found: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return found

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        """Keep in the audit that somebody signed in."""
        record(actor=user.pk, action="sign_in", object_kind="staff", object_id=user.pk)
        found: HttpResponse = super().post_login(request, user, **kwargs)
        return found


class DirectoryAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by the bank's own directory: for staff that administration knows, and nobody else."""

    def is_open_for_signup(self, _request: HttpRequest, _sociallogin: Any) -> bool:
        """Accounts are made by administration."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the member of staff whom the directory names; send everybody else back to sign-in."""
        if sociallogin.is_existing:
            return
        number = str(sociallogin.account.extra_data.get(settings.OIDC_CLAIM, ""))
        staff = Staff.objects.filter(pk=number, is_active=True).first() if number else None
        if staff is None or (staff.left_on is not None and staff.left_on <= clock.civil().date()):
            messages.error(
                request, gettext("The directory knows you, but nobody here has that staff number.")
            )
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        sociallogin.connect(request, staff)

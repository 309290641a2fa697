"""How people sign in: by staff number, never by signing themselves up, not after they have left."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from postloan import clock
from postloan.console.audit.services import record


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

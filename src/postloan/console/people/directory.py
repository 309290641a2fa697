"""The way to the bank's own page of sign-in, where the bank's directory may not answer."""

from __future__ import annotations

import logging

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from requests import RequestException

_log = logging.getLogger(__name__)


def begin(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the directory's page of sign-in; say so in words where it does not answer."""
    try:
        answer: HttpResponse = views.login(request, provider_id)
    except RequestException as error:
        _log.warning("the directory does not answer: %s", error)
        try:
            get_adapter().on_authentication_error(request, None, error="no_answer")
        except ImmediateHttpResponse as back:
            return back.response  # type: ignore[no-any-return]
        raise
    return answer


begin.is_open = True  # type: ignore[attr-defined]

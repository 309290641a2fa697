"""A person's own settings: the language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

LANGUAGES = dict(settings.LANGUAGES)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie and go back to the page; open to everybody, before sign-in too."""
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, {request.get_host()}, request.is_secure()):
        following = "/"
    response = HttpResponseRedirect(following)
    chosen = request.POST.get("language", "")
    if chosen in LANGUAGES:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 86400,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


choose_language.is_open = True  # type: ignore[attr-defined]

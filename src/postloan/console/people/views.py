"""A person's own settings and session: the language, and whether one is still signed in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from postloan.console.people.rights import EVERYBODY, allow

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


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """Tell a page that is about to send a form who is signed in, empty for nobody, and a token to send with.

    Open to everybody, since that nobody is signed in is an answer too; it tells one only about oneself.
    """
    return JsonResponse({"person": str(request.user.pk or ""), "token": get_token(request)})


alive.is_open = True  # type: ignore[attr-defined]


@allow(EVERYBODY)
@require_safe
def signed_in(request: HttpRequest) -> HttpResponse:
    """Say that one is signed in again, to somebody whose form waits on another page."""
    return render(request, "people/signed_in.html")

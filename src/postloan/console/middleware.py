"""Looks at what is sent before a page sees it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Next = Callable[[HttpRequest], HttpResponse]


class PlainText:
    """Refuses text with a NUL in it: no person types one, and PostgreSQL cannot keep it."""

    def __init__(self, following: Next) -> None:
        self.following = following

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 400 where a value of the address or the form holds a NUL."""
        sent = [request.GET] + ([request.POST] if request.method == "POST" else [])
        if "\x00" in request.path or any(
            "\x00" in part for form in sent for name, values in form.lists() for part in (name, *values)
        ):
            return render(request, "refused.html", status=400)
        return self.following(request)

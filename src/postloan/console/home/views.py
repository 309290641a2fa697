"""The first page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from postloan.console.people.rights import EVERYBODY, allow


@allow(EVERYBODY)
def index(request: HttpRequest) -> HttpResponse:
    """Show what is to be done today."""
    return render(request, "home/index.html")

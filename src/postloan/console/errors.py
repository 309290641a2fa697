"""Pages for what is not there, for you or at all, and for defects."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

_log = logging.getLogger("django.request")


def absent(request: HttpRequest, exception: Any = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that there is nothing here; the same whether it does not exist or is not yours."""
    return render(request, "absent.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Say that something went wrong, with a number under which the operator finds it."""
    number = uuid.uuid4().hex[:8]
    _log.error("error %s at %s", number, request.path)
    return render(request, "broken.html", {"number": number}, status=500)

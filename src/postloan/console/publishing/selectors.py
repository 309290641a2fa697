"""Reads of what was published."""

from __future__ import annotations

from postloan.console.publishing.models import Publication


def current() -> Publication | None:
    """Give the run that is shown, None before the first publication."""
    return Publication.objects.first()

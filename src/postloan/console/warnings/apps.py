"""Tells Django of the part `warnings`."""

from __future__ import annotations

from django.apps import AppConfig


class WarningsConfig(AppConfig):
    """The part `warnings` of the console."""

    name = "postloan.console.warnings"
    label = "warnings"

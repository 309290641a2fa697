"""Tells Django of the part `help`."""

from __future__ import annotations

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """The part `help` of the console."""

    name = "postloan.console.help"
    label = "help"

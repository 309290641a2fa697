"""Tells Django of the part `signals`."""

from __future__ import annotations

from django.apps import AppConfig


class SignalsConfig(AppConfig):
    """The part `signals` of the console."""

    name = "postloan.console.signals"
    label = "signals"

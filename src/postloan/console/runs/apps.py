"""Tells Django of the part `runs`."""

from __future__ import annotations

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """The part `runs` of the console."""

    name = "postloan.console.runs"
    label = "runs"

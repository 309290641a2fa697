"""Tells Django of the part `work`."""

from __future__ import annotations

from django.apps import AppConfig


class WorkConfig(AppConfig):
    """The part `work` of the console."""

    name = "postloan.console.work"
    label = "work"

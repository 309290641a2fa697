"""Tells Django of the part `desk`."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The part `desk` of the console."""

    name = "postloan.console.desk"
    label = "desk"

"""Tells Django of the part `home`."""

from __future__ import annotations

from django.apps import AppConfig


class HomeConfig(AppConfig):
    """The part `home` of the console."""

    name = "postloan.console.home"
    label = "home"

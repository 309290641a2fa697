"""Tells Django of the part `administration`."""

from __future__ import annotations

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """The part `administration` of the console."""

    name = "postloan.console.administration"
    label = "administration"

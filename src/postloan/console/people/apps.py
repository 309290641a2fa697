"""Tells Django of the part `people`."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The part `people` of the console."""

    name = "postloan.console.people"
    label = "people"

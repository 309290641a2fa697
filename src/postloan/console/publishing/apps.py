"""Tells Django of the part `publishing`."""

from __future__ import annotations

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The part `publishing` of the console."""

    name = "postloan.console.publishing"
    label = "publishing"

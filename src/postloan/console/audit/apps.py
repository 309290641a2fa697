"""Tells Django of the part `audit`."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The part `audit` of the console."""

    name = "postloan.console.audit"
    label = "audit"

"""Tells Django of the part `policies`."""

from __future__ import annotations

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The part `policies` of the console."""

    name = "postloan.console.policies"
    label = "policies"

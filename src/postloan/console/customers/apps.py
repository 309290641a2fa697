"""Tells Django of the part `customers`."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """The part `customers` of the console."""

    name = "postloan.console.customers"
    label = "customers"

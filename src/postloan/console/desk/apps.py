"""Tells Django of the part `desk`."""

from __future__ import annotations

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The part `desk` of the console."""

    name = "postloan.console.desk"
    label = "desk"

    def ready(self) -> None:
        """Have the decisions in force brought back into the book."""
        from postloan.console.desk.feedback import rows
        from postloan.console.work.feedback import register

        register("class_decision", rows)

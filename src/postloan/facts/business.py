"""Registration, tax, utilities and staff of a business (family BIZ)."""

from __future__ import annotations

from postloan.facts.context import Context
from postloan.facts.registry import Fact

FACTS: tuple[Fact, ...] = ()


def compute(context: Context) -> None:
    """Tell the facts above."""

"""Who pays and with whose money (families REP): third parties, bridges, interest out of new loans, renewals."""

from __future__ import annotations

from postloan.facts.context import Context
from postloan.facts.registry import Fact

FACTS: tuple[Fact, ...] = ()


def compute(context: Context) -> None:
    """Tell the facts above."""

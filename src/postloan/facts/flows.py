"""Money between customers (families ACC and GRP): pass-through, circles within three hops, splitting, related flows."""

from __future__ import annotations

from postloan.facts.context import Context
from postloan.facts.registry import Fact

FACTS: tuple[Fact, ...] = ()


def compute(context: Context) -> None:
    """Tell the facts above."""

"""The threshold that a unary test holds a value against."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from postloan.policy.feel import nodes as n


def bound(tests: n.UnaryTests | n.Node, better: str = "low") -> Decimal | date | None:
    """Give the tested bound: of `< 0.70` the 0.70; of a range its end nearer to the better side.

    Args:
        tests: a parsed cell, or one test of it.
        better: `low` if smaller values are better, `high` if larger ones are.

    Returns:
        The bound of the first test that has a constant one; None for lists of words or `-`.
    """
    for test in tests.tests if isinstance(tests, n.UnaryTests) else (tests,):
        found: n.Node | None = None
        if isinstance(test, n.Comparison):
            found = test.bound
        elif isinstance(test, n.Range):
            found = test.low if better == "low" else test.high
        elif isinstance(test, n.Literal):
            found = test
        if isinstance(found, n.Literal) and isinstance(found.value, Decimal | date):
            return found.value
    return None

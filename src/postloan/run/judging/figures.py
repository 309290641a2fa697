"""Shares, medians and intervals of what was counted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from statistics import NormalDist

CONFIDENCE = Decimal("0.95")
"""How often an interval made this way holds the true share."""

_Z = NormalDist().inv_cdf((1 + float(CONFIDENCE)) / 2)
_SIXTH = Decimal("0.000001")


def share(part: int, whole: int) -> Decimal | None:
    """Give part over whole with six places; None where the whole is 0."""
    return (Decimal(part) / Decimal(whole)).quantize(_SIXTH) if whole else None


def interval(part: int, whole: int) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Give the bounds of Wilson's score interval of a share, six places each; two None where the whole is 0.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); of
    the simple intervals the one that holds at small numbers and at shares near 0 and 1 (Brown, Cai and
    DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001).
    """
    if not whole:
        return None, None
    square = _Z * _Z
    middle = part + square / 2
    half = _Z * math.sqrt(part * (whole - part) / whole + square / 4)
    # At the ends the formula is 0 or 1, which floats miss by a hair.
    low = 0.0 if part == 0 else (middle - half) / (whole + square)
    high = 1.0 if part == whole else (middle + half) / (whole + square)
    return Decimal(low).quantize(_SIXTH), Decimal(high).quantize(_SIXTH)


def money(cents: int) -> Decimal:
    """Give integer cents as an amount with two places."""
    return Decimal(cents).scaleb(-2)


def median_of(counted: Mapping[int, int]) -> float | None:
    """Give the median of values with their counts; between two values, their middle."""
    total = sum(counted.values())
    if not total:
        return None
    middle, seen, found = ((total - 1) // 2, total // 2), 0, []
    for value in sorted(counted):
        found += [value for place in middle if seen <= place < seen + counted[value]]
        seen += counted[value]
    return (found[0] + found[1]) / 2

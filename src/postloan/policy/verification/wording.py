"""Boxes as people write them: a unary test for each input that is restricted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from postloan.policy.feel.builtins import text
from postloan.policy.verification.domains import Domain, bits, runs
from postloan.policy.verification.space import Box, Space


def literal(value: object) -> str:
    """Give a value as FEEL writes it in a cell."""
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if value is None:
        return "null"
    if isinstance(value, Decimal | bool):
        return str(text(value))
    return f'{"date" if isinstance(value, date) else "duration"}("{text(value)}")'


def tests(space: Space, box: Box) -> dict[str, str]:
    """Give the unary test of each input that a box restricts."""
    return {
        dimension.text: test(dimension.domain, pieces)
        for dimension, pieces in zip(space.dimensions, box, strict=True)
        if dimension.attained & ~pieces
    }


def test(domain: Domain, pieces: int) -> str:
    """Give the unary test that some pieces meet and no other live piece does."""
    null = 1 << domain.null
    live = domain.attained
    if pieces & live == live:
        return "-"
    if pieces & live == live & ~null:
        return "not(null)"
    if not domain.ordered and _holds_other(domain, pieces):
        left_out = [literal(domain.samples[piece]) for piece in bits(live & ~pieces)]
        return f"not({', '.join(left_out)})"
    # Texts compared by equality alone are listed: between two that are named lie others.
    if domain.finite or not domain.ordered:
        return ", ".join(literal(domain.samples[piece]) for piece in bits(pieces))
    parts = [_run(domain, first, last) for first, last in _spans(domain, pieces & ~null)]
    return ", ".join([*parts, "null"] if pieces & null else parts)


PHRASES = {
    "null": "is empty",
    "some": "is not empty",
    "none_of": "not in",
    "one_of": "in",
    "any": "any input",
}
"""The words between a name and its test; the command line has them in other languages."""


def spoken(columns: Mapping[str, str], phrases: Mapping[str, str] = PHRASES, separator: str = ", ") -> str:
    """Give a box in words: `loan.dpd_days > 90, customer.colour = "red"`."""
    parts = [f"{name} {_phrase(test, phrases)}" for name, test in columns.items()]
    return separator.join(parts) or phrases["any"]


def _phrase(test: str, phrases: Mapping[str, str]) -> str:
    if test in ("null", "not(null)"):
        return phrases["null" if test == "null" else "some"]
    if test.startswith("not("):
        return f"{phrases['none_of']} {test[3:]}"
    if ", " in test:
        return f"{phrases['one_of']} ({test})"
    if test.startswith(("[", "(")):
        return f"{phrases['one_of']} {test}"
    return test if test.startswith(("<", ">", "?")) else f"= {test}"


def _holds_other(domain: Domain, pieces: int) -> bool:
    """Tell whether the texts that no cell names are among the pieces."""
    other = 1 << (domain.null - 1)
    return bool(pieces & domain.attained & other)


def _spans(domain: Domain, pieces: int) -> list[tuple[int, int]]:
    """Give first and last piece of each stretch, across pieces that hold no value."""
    values = (1 << domain.null) - 1
    stretches = runs(pieces | (values & ~domain.attained))
    found = (pieces & ((1 << (last + 1)) - (1 << first)) for first, last in stretches)
    return [((part & -part).bit_length() - 1, part.bit_length() - 1) for part in found if part]


def _run(domain: Domain, first: int, last: int) -> str:
    """Give the test of a stretch of pieces; a piece between two constants leaves them out."""
    if first == last and first % 2:
        return literal(domain.points[first // 2])
    low = literal(domain.points[first // 2 - (first % 2 == 0)]) if first > 0 else ""
    high = literal(domain.points[last // 2]) if last < domain.null - 1 else ""
    if not low and not high:
        return "not(null)"
    if not low:
        return f"{'<=' if last % 2 else '<'} {high}"
    if not high:
        return f"{'>=' if first % 2 else '>'} {low}"
    return f"{'[' if first % 2 else '('}{low}..{high}{']' if last % 2 else ')'}"

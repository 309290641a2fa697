"""Where the rules of a decision table come from: what the table says of itself, and what a row adds.

Two annotation columns are read by name: `reference`, the row's own article or a remark on it, and `status`.
An empty cell, or a table without the column, leaves the row with what the table says.
"""

from __future__ import annotations

from typing import NamedTuple

from postloan.policy.model import DecisionTable, Rule

STATUSES = ("V", "V*", "K", "P")
"""Seen in a public source; seen in a weak one; known, to be confirmed by its text; a proposed default."""

REFERENCE, STATUS = "reference", "status"
"""The annotation columns that are read."""


class Source(NamedTuple):
    """Where a rule of a table comes from.

    Args:
        reference: of the table: document and article.
        remark: what the row adds: its own article, or what it means.
        status: the row's own, else the table's; empty where neither says.
        is_own: whether the status is the row's own.
    """

    reference: str
    remark: str
    status: str
    is_own: bool


def of_rule(table: DecisionTable, rule: Rule) -> Source:
    """Give where a rule of a table comes from."""
    notes = dict(zip(map(str.casefold, table.annotations), rule.annotations, strict=False))
    own = notes.get(STATUS, "").strip()
    return Source(table.reference, notes.get(REFERENCE, "").strip(), own or table.status, bool(own))

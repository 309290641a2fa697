"""Where the rules of a decision table come from: what the table says of itself, and what a row adds.

Two annotation columns are read by name: `reference`, the row's own article or a remark on it, and `status`.
Where there is no `status`, a mark in brackets in the reference counts, as in `(K)` or `(V*, R4)`; of several
the least sure. A row that says nothing of its own has what the table says.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from postloan.policy.model import DecisionTable, Rule

STATUSES = ("V", "V*", "K", "P")
"""Seen in a public source; seen in a weak one; known, to be confirmed by its text; a proposed default."""

_LEAST_SURE = ("K", "V*", "P", "V")

_MARK = re.compile(r"(?<=[(;, ])(?:V\*|[VKP])(?=[),;:])")

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
    remark = notes.get(REFERENCE, "").strip()
    own = notes.get(STATUS, "").strip() or _marked(remark)
    return Source(table.reference, remark, own or table.status, bool(own))


def _marked(remark: str) -> str:
    """Give the least sure status that stands in brackets in a remark; empty without one."""
    marks = {
        found[0]
        for found in _MARK.finditer(remark)
        if remark.count("(", 0, found.start()) > remark.count(")", 0, found.start())
    }
    return next((status for status in _LEAST_SURE if status in marks), "")

"""Decisions in force as rows of the book's table `class_decision`, for the next run to read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postloan.console.desk.models import Classification

_KINDS = {"rate": "initial", "determine": "determination", "approve": "approval"}


def rows() -> Iterator[dict[str, Any]]:
    """Give the steps of every settled classification, three a decision.

    Columns: loan_id, decided_on, kind, scheme_id, level_code, five_level, decided_by, reason, approved_by,
    known_on. The row of the approval names who determined in `decided_by` and the approver in
    `approved_by`; the other two name one person each. All are known from the day of the approval: until
    then nothing was decided. Of steps that were taken again after sending back the last one counts.
    """
    settled = Classification.objects.filter(state="settled").prefetch_related("steps")
    for made in settled.order_by("loan_id", "number").iterator(chunk_size=2000):
        last = {step.action: step for step in made.steps.all() if step.action in _KINDS}
        for action, kind in _KINDS.items():
            step = last[action]
            yield {
                "loan_id": made.loan_id,
                "decided_on": step.at.date(),
                "kind": kind,
                "scheme_id": made.scheme_id,
                "level_code": step.level_code,
                "five_level": step.five_level,
                "decided_by": made.determined_by if kind == "approval" else step.by,
                "reason": step.reason or None,
                "approved_by": made.approved_by if kind == "approval" else None,
                "known_on": made.moved_at.date(),
            }

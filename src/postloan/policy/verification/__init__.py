"""Verification of decision tables: gaps, overlaps, and rules and columns that do nothing; exact and bounded.

Every input is cut into pieces at the constants of its cells, so that a table is a set of boxes in a finite
space, and what holds for one value of a piece holds for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import islice

from postloan.policy.checked import CheckedTable
from postloan.policy.findings import TableFinding
from postloan.policy.verification.checks import Checks
from postloan.policy.verification.space import Part, build

__all__ = ["TableFinding", "verify"]

_MORE = {
    "gap": "gaps",
    "overlap": "overlaps",
    "shadowed": "rules that never win",
    "unreachable": "rules that can never hold",
    "redundant": "redundant rules",
    "non_discriminating": "inputs that decide nothing",
}


def verify(checked: CheckedTable, limit: int = 100, never_null: Collection[str] = ()) -> list[TableFinding]:
    """Find where a table leaves gaps, contradicts itself, or holds what does nothing.

    Numbers count as dense: between 30 and 31 lies 30.5, unless the input's allowed values say otherwise.
    Null is a value of every input that is neither required nor never null. Gaps are looked for under U, A, P
    and F without a default; overlaps under U (every one), A (those that answer differently) and P (those of
    one priority that answer differently).

    Args:
        checked: the validated table.
        limit: findings of a kind to give; a finding `truncated` says that there are more.
        never_null: facts that are never missing.

    Returns:
        Findings of the codes gap, overlap, shadowed, unreachable, redundant, non_discriminating,
        not_decided and truncated; an overlap of U or A is an error, all else a warning.
    """
    space = build([Part(checked, checked.ranks)], never_null)
    checks = Checks(checked, space, limit)
    found: list[TableFinding] = []
    for kind in _MORE:
        found += _up_to(limit, kind, getattr(checks, _CHECKS[kind])(), checks)
    return [*found, *checks.undecided()]


_CHECKS = {
    "gap": "gaps",
    "overlap": "overlaps",
    "shadowed": "shadowed",
    "unreachable": "unreachable",
    "redundant": "redundant",
    "non_discriminating": "non_discriminating",
}


def _up_to(limit: int, kind: str, found: Iterator[TableFinding], checks: Checks) -> list[TableFinding]:
    """Take findings of a kind up to the limit, and say so if there are more."""
    taken = list(islice(found, limit + 1))
    if len(taken) <= limit:
        return taken
    cut = checks.finding(
        "truncated",
        f"There are more than {limit} {_MORE[kind]}; the first {limit} are listed.",
        "Mend these and check again.",
        reason=kind,
    )
    return [*taken[:limit], cut]

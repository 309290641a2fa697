"""The rules of two tables laid over each other: what both have is one rule."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher

from postloan.policy.checked import CheckedTable
from postloan.policy.verification import outcomes


def laid_over(
    old: CheckedTable, new: CheckedTable, names: Sequence[str]
) -> tuple[tuple[list[int], list[int]], int]:
    """Give each rule a bit, in the order in which rules win; what both tables have gets one bit."""
    orders = (_by_rank(old), _by_rank(new))
    keys = [
        [_key(table, rule, names) for rule in order] for table, order in zip((old, new), orders, strict=True)
    ]
    ordered = bool({old.table.hit_policy, new.table.hit_policy} & set("FPRO"))
    merged = _merged(*keys) if ordered else _bag(*keys)
    places: tuple[list[int], list[int]] = ([0] * len(keys[0]), [0] * len(keys[1]))
    for place, pair in enumerate(merged):
        for side, at in enumerate(pair):
            if at is not None:
                places[side][orders[side][at]] = place
    return places, len(merged)


Merged = list[tuple[int | None, int | None]]
"""Positions in two lists side by side; None where one of them has nothing."""


def _merged(old: Sequence[Hashable], new: Sequence[Hashable]) -> Merged:
    """Lay two lists over each other so that the order of each is kept."""
    merged: Merged = []
    for tag, first, last, start, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            merged += zip(range(first, last), range(start, stop), strict=True)
        else:
            merged += [(at, None) for at in range(first, last)]
            merged += [(None, at) for at in range(start, stop)]
    return merged


def _bag(old: Sequence[Hashable], new: Sequence[Hashable]) -> Merged:
    """Pair what is in both, wherever it stands, as often as it is in both."""
    where: dict[Hashable, list[int]] = {}
    for at, key in enumerate(new):
        where.setdefault(key, []).append(at)
    merged: Merged = [(at, where[key].pop(0) if where.get(key) else None) for at, key in enumerate(old)]
    return [*merged, *((None, at) for left in where.values() for at in left)]


def _by_rank(checked: CheckedTable) -> list[int]:
    return sorted(range(len(checked.ranks)), key=lambda rule: checked.ranks[rule])


def _key(checked: CheckedTable, rule: int, names: Sequence[str]) -> Hashable:
    """Give what a rule says, whatever its id and the order of columns."""
    cells = frozenset((item.node, item.cells[rule]) for item in checked.inputs if not item.cells[rule].is_any)
    given = {item.name: outcomes.answer(item.cells[rule]) for item in checked.outputs}
    return cells, tuple(given[name] for name in names)

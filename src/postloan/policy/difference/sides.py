"""The outcome of one of two tables on a box of inputs, by the rules that may and must hold there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.verification import outcomes
from postloan.policy.verification.domains import bits

NONE: Hashable = "none"
CONFLICT: Hashable = "conflict"
MISSING: Hashable = "not_measurable"
OPEN = object()
"""The outcome is not the same all over the box."""


class Side:
    """One of the two tables: its outcome on a box."""

    def __init__(
        self,
        checked: CheckedTable,
        places: Sequence[int],
        missing: Mapping[n.Node, int],
        names: Sequence[str],
    ) -> None:
        self.told = outcomes.answers(checked, places, names)
        self.rules = sum(1 << place for place in self.told.outputs)
        self.missing = sum(1 << place for place in missing.values())
        self.counting = sum(1 << rule for rule, given in self.told.outputs.items() if given[0] is not None)
        self.computed = any(
            isinstance(part, n.Node) for given in self.told.outputs.values() for part in given
        )
        self.order = dict(zip(places, checked.ranks, strict=True))
        self.fallback: Hashable = NONE if self.told.defaults is None else ("answer", (self.told.defaults,))
        policies: dict[str, Callable[[int, int], Any]] = {
            "F": self._first,
            "P": self._first,
            "U": self._unique,
            "A": self._any,
        }
        self._outcome = (
            self._best if self.told.sign in ("<", ">") else policies.get(self.told.policy, self._all)
        )

    def outcome(self, may: int, must: int) -> Any:
        """Give the outcome on a box; `OPEN` where it is not one."""
        if self.missing:
            if must & self.missing:
                return MISSING
            if may & self.missing:
                return OPEN
        return self._outcome(may & self.rules, must & self.rules)

    def _answer(self, rule: int) -> Any:
        return "answer", (self.told.outputs[rule],)

    def _first(self, may: int, must: int) -> Any:
        window = may & ((must & -must) * 2 - 1) if must else may
        if not window:
            return self.fallback
        first = (window & -window).bit_length() - 1
        if window & ~self.told.alike(first) or not (must or self.fallback == self._answer(first)):
            return OPEN
        return self._answer(first)

    def _unique(self, may: int, must: int) -> Any:
        if must & (must - 1):
            return CONFLICT
        if not may:
            return self.fallback
        return self._answer(must.bit_length() - 1) if may == must else OPEN

    def _any(self, may: int, must: int) -> Any:
        if not may:
            return self.fallback
        if not self.told.all_alike(must):
            return CONFLICT
        return self._answer(must.bit_length() - 1) if must and self.told.all_alike(may) else OPEN

    def _best(self, may: int, must: int) -> Any:
        may, must = may & self.counting, must & self.counting
        if not may:
            return self.fallback
        if not must:
            return OPEN
        least = self.told.sign == "<"
        pick = min if least else max
        best = pick(self.told.outputs[rule][0] for rule in bits(must))
        for rule in bits(may & ~must):
            value = self.told.outputs[rule][0]
            if value != best and pick(value, best) == value:
                return OPEN
        return "answer", ((best,),)

    def _all(self, may: int, must: int) -> Any:
        if may != must:
            return OPEN
        hits = sorted(bits(may), key=lambda rule: self.order[rule])
        rows = tuple(self.told.outputs[rule] for rule in hits)
        match self.told.sign:
            case "#":
                count = len(rows) or (self.told.defaults[0] if self.told.defaults else None) or 0
                return "answer", ((count,),)
            case "+":
                values = [row[0] for row in rows if row[0] is not None]
                return ("answer", ((sum(values),),)) if values else self.fallback
        if not rows:
            return NONE
        return "answer", listed(Counter(rows)) if self.told.policy == "C" else rows


def listed(bag: Counter[Any]) -> tuple[Any, ...]:
    """Give answers whose order says nothing in one and the same order."""
    return tuple(sorted(bag.elements(), key=repr))

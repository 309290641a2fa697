"""Difference of two tables by meaning: the inputs that get another outcome, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.verification import outcomes, wording
from postloan.policy.verification.domains import bits
from postloan.policy.verification.search import GOOD, SPLIT, Budget, Judge, Label, Search
from postloan.policy.verification.space import Box, Part, Space, build

WORK = 4_000_000
"""Work allowed, in sets compared: a few seconds at most."""


@dataclass(frozen=True)
class Outcome:
    """What a table answers.

    Args:
        state: `answer`; `none` (no rule holds and there is no default); `conflict`; `not_measurable`
            (a required input is null); `part` (what this version adds to answers that both give).
        rows: the answers: one of a table that gives one, as many as rules hold of one that collects.
    """

    state: str
    rows: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class OutcomeChange:
    """Inputs that get another outcome: a test by input, an example, and the outcomes before and after."""

    box: Mapping[str, str]
    example: Mapping[str, object]
    old: Outcome
    new: Outcome


@dataclass(frozen=True)
class Meaning:
    """All changes of outcome.

    Args:
        changes: boxes of inputs with another outcome; empty and `decided`: no input gets another one.
        decided: the search went to its end.
        cut_off: there are more changes than asked for.
        reason: why it was not decided: `wide`, `opaque`, `entangled`, `outputs`, `computed` or `invalid`.
        outputs: the outputs compared, those that both tables have.
        error: code, message, where and mend of what makes a table unusable, where the reason is `invalid`.
    """

    changes: tuple[OutcomeChange, ...] = ()
    decided: bool = True
    cut_off: bool = False
    reason: str = ""
    outputs: tuple[str, ...] = field(default=())
    error: Mapping[str, str] | None = None


def compare(old: CheckedTable, new: CheckedTable, limit: int = 100) -> Meaning:
    """Find the inputs that get another outcome.

    Args:
        old: the validated table before.
        new: the validated table after.
        limit: boxes to give at most.
    """
    shared = tuple(item.name for item in old.outputs if item.name in {other.name for other in new.outputs})
    if not shared:
        return Meaning(decided=False, reason="outputs")
    pair = _Pair(old, new, shared)
    judge = pair.judge()
    if judge is None:
        return Meaning(decided=False, reason="computed", outputs=shared)
    found = Search(pair.space, judge, focus=pair.focus, limit=limit, budget=Budget(WORK)).run()
    if found.boxes and not pair.space.faithful:
        return Meaning(decided=False, reason="entangled", outputs=shared)
    reason = "" if found.decided else "opaque" if found.undecided else "wide"
    changes = tuple(pair.change(box, label) for box, label in found.boxes)
    return Meaning(changes, found.decided, found.cut_off, reason, shared)


_NONE: Hashable = "none"
_CONFLICT: Hashable = "conflict"
_MISSING: Hashable = "not_measurable"
_OPEN = object()
"""The outcome is not the same all over the box."""


class _Pair:
    """Two tables in one space; rules that both have, in the same order, share a bit."""

    def __init__(self, old: CheckedTable, new: CheckedTable, names: tuple[str, ...]) -> None:
        self.names = names
        self.texts = {
            item.cells[row]: rule.entries[column]
            for table in (old, new)
            for row, rule in enumerate(table.table.rules)
            for column, item in enumerate(table.outputs)
        }
        places, count = _places(old, new, names)
        missing: list[dict[n.Node, int]] = [{}, {}]
        required = [{item.node for item in table.inputs if item.required} for table in (old, new)]
        for i in (0, 1):
            for node in [item.node for item in (old, new)[i].inputs]:
                if node in required[i] - required[1 - i]:
                    missing[i][node] = missing[i].get(node, count)
                    count += missing[i][node] == count
        parts = [Part(table, places[i], missing[i]) for i, table in enumerate((old, new))]
        self.space: Space = build(parts)
        self.sides = [_Side(table, places[i], missing[i], names) for i, table in enumerate((old, new))]
        shared = self.sides[0].rules & self.sides[1].rules
        self.focus = (self.sides[0].rules | self.sides[1].rules) & ~shared
        self.focus |= self.sides[0].missing | self.sides[1].missing
        self.alike = all(
            getattr(self.sides[0].told, name) == getattr(self.sides[1].told, name)
            for name in ("policy", "sign", "defaults")
        )

    def judge(self) -> Judge | None:
        """Give the judge of boxes in which the outcomes differ; None where sums cannot be told."""
        before, after = self.sides
        if any(side.told.sign in ("+", "<", ">") and side.computed for side in self.sides):
            return None
        partly = self._partly()
        focus, alike = self.focus, self.alike

        def judge(may: int, must: int) -> Label:
            if alike and not may & focus:
                return GOOD
            if partly is not None and not may & (before.missing | after.missing):
                return partly(may, must)
            one, other = before.outcome(may, must), after.outcome(may, must)
            if one is _OPEN or other is _OPEN:
                return SPLIT
            return GOOD if one == other else (one, other)

        return judge

    def _partly(self) -> Judge | None:
        """Give a judge by the rules that differ alone, for tables in which the others add the same."""
        before, after = self.sides
        told = before.told
        if not self.alike or told.policy != "C" or told.sign in ("<", ">") or told.defaults is not None:
            return None
        only = (before.rules & self.focus, after.rules & self.focus)
        if told.sign == "+":
            return self._sums(only)

        def judge(may: int, must: int) -> Label:
            if may & self.focus & ~must:
                return SPLIT
            bags = [
                Counter(side.told.outputs[rule] for rule in bits(may & own))
                for side, own in zip(self.sides, only, strict=True)
            ]
            lost, won = bags[0] - bags[1], bags[1] - bags[0]
            if (sum(lost.values()) == sum(won.values())) if told.sign == "#" else (lost == won):
                return GOOD
            return ("part", _listed(lost)), ("part", _listed(won))

        return judge

    def _sums(self, only: tuple[int, int]) -> Judge:
        counting = [side.counting for side in self.sides]
        common = self.space.rules & ~self.focus & counting[0]

        def judge(may: int, must: int) -> Label:
            if may & self.focus & ~must:
                return SPLIT
            hits = [may & own & each for own, each in zip(only, counting, strict=True)]
            sums = [
                sum(side.told.outputs[rule][0] for rule in bits(hit))
                for side, hit in zip(self.sides, hits, strict=True)
            ]
            if sums[0] != sums[1]:
                return tuple(
                    ("part", ((total,),) if hit else ()) for total, hit in zip(sums, hits, strict=True)
                )
            if bool(hits[0]) == bool(hits[1]) or must & common:
                return GOOD
            if may & common:
                return SPLIT
            return tuple(
                ("answer", ((total,),)) if hit else _NONE for total, hit in zip(sums, hits, strict=True)
            )

        return judge

    def change(self, box: Box, label: Label) -> OutcomeChange:
        """Put a box with its two outcomes into words and values."""
        assert isinstance(label, tuple)
        one, other = label
        return OutcomeChange(
            wording.tests(self.space, box), self.space.example(box), self._told(one), self._told(other)
        )

    def _told(self, outcome: Any) -> Outcome:
        if isinstance(outcome, str):
            return Outcome(outcome)
        state, rows = outcome
        return Outcome(
            state,
            tuple({name: self._shown(v) for name, v in zip(self.names, row, strict=True)} for row in rows),
        )

    def _shown(self, value: Any) -> object:
        """Give an output as a value: truth as such, an expression as it is written."""
        if isinstance(value, n.Node):
            return self.texts[value]
        return value == ("yes",) if isinstance(value, tuple) else value


class _Side:
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
        self.fallback: Hashable = _NONE if self.told.defaults is None else ("answer", (self.told.defaults,))
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
        """Give the outcome on a box; `_OPEN` where it is not one."""
        if self.missing:
            if must & self.missing:
                return _MISSING
            if may & self.missing:
                return _OPEN
        return self._outcome(may & self.rules, must & self.rules)

    def _answer(self, rule: int) -> Any:
        return "answer", (self.told.outputs[rule],)

    def _first(self, may: int, must: int) -> Any:
        window = may & ((must & -must) * 2 - 1) if must else may
        if not window:
            return self.fallback
        first = (window & -window).bit_length() - 1
        if window & ~self.told.alike(first) or not (must or self.fallback == self._answer(first)):
            return _OPEN
        return self._answer(first)

    def _unique(self, may: int, must: int) -> Any:
        if must & (must - 1):
            return _CONFLICT
        if not may:
            return self.fallback
        return self._answer(must.bit_length() - 1) if may == must else _OPEN

    def _any(self, may: int, must: int) -> Any:
        if not may:
            return self.fallback
        if not self.told.all_alike(must):
            return _CONFLICT
        return self._answer(must.bit_length() - 1) if must and self.told.all_alike(may) else _OPEN

    def _best(self, may: int, must: int) -> Any:
        may, must = may & self.counting, must & self.counting
        if not may:
            return self.fallback
        if not must:
            return _OPEN
        least = self.told.sign == "<"
        pick = min if least else max
        best = pick(self.told.outputs[rule][0] for rule in bits(must))
        for rule in bits(may & ~must):
            value = self.told.outputs[rule][0]
            if value != best and pick(value, best) == value:
                return _OPEN
        return "answer", ((best,),)

    def _all(self, may: int, must: int) -> Any:
        if may != must:
            return _OPEN
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
            return _NONE
        return "answer", _listed(Counter(rows)) if self.told.policy == "C" else rows


def _places(
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


def _listed(bag: Counter[Any]) -> tuple[Any, ...]:
    return tuple(sorted(bag.elements(), key=repr))

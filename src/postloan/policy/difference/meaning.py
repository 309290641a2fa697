"""Difference of two tables by meaning: the inputs that get another outcome, exactly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from postloan.policy.checked import CheckedTable
from postloan.policy.difference import telling
from postloan.policy.difference.pairing import laid_over
from postloan.policy.difference.sides import NONE, OPEN, Side, listed
from postloan.policy.feel import nodes as n
from postloan.policy.verification import wording
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
        reason: why it was not decided: `wide`, `opaque`, `entangled`, `alike` (computed outputs that no
            input tried tells apart), `outputs`, `computed` or `invalid`.
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
    budget = Budget(WORK)
    found = Search(
        pair.space, judge, box=pair.space.attained, focus=pair.focus, limit=limit, budget=budget
    ).run()
    if found.boxes and not pair.space.faithful:
        return Meaning(decided=False, reason="entangled", outputs=shared)
    reason = "" if found.decided else "opaque" if found.undecided else "wide"
    told = [pair.change(box, label) for box, label in found.boxes]
    changes = tuple(change for change in told if change is not None)
    if not reason and len(changes) < len(told):
        reason = "alike"
    if not reason and any(_differs(pair.space, judge, box, budget.part()) for _, box in pair.space.unseen()):
        reason = "entangled"
    return Meaning(changes, not reason, found.cut_off, reason, shared)


def _differs(space: Space, judge: Judge, box: Box, budget: Budget) -> bool:
    """Tell whether something in a box may get another outcome."""
    found = Search(space, judge, box=box, limit=0, budget=budget).run()
    return found.cut_off or not found.decided


class _Pair:
    """Two tables in one space; rules that both have, in the same order, share a bit."""

    def __init__(self, old: CheckedTable, new: CheckedTable, names: tuple[str, ...]) -> None:
        self.names = names
        self.kinds: dict[str, str] = {}
        for table in (old, new):
            self.kinds |= table.table.variables
            self.kinds |= {item.text: item.kind for item in table.inputs}
        self.ordered = bool({old.table.hit_policy, new.table.hit_policy} & set("RO"))
        self.texts = {
            item.cells[row]: rule.entries[column]
            for table in (old, new)
            for row, rule in enumerate(table.table.rules)
            for column, item in enumerate(table.outputs)
        }
        places, count = laid_over(old, new, names)
        missing: list[dict[n.Node, int]] = [{}, {}]
        required = [{item.node for item in table.inputs if item.required} for table in (old, new)]
        for i in (0, 1):
            for node in [item.node for item in (old, new)[i].inputs]:
                if node in required[i] - required[1 - i]:
                    missing[i][node] = missing[i].get(node, count)
                    count += missing[i][node] == count
        parts = [Part(table, places[i], missing[i]) for i, table in enumerate((old, new))]
        self.space: Space = build(parts)
        self.sides = [Side(table, places[i], missing[i], names) for i, table in enumerate((old, new))]
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
            if one is OPEN or other is OPEN:
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
            return ("part", listed(lost)), ("part", listed(won))

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
                ("answer", ((total,),)) if hit else NONE for total, hit in zip(sums, hits, strict=True)
            )

        return judge

    def change(self, box: Box, label: Label) -> OutcomeChange | None:
        """Put a box with its two outcomes into words and values; None if no example tells them apart."""
        assert isinstance(label, tuple)
        one, other = label
        example = telling.example(self.space, box, (one, other), self.kinds, ordered=self.ordered)
        if example is None:
            return None
        return OutcomeChange(wording.tests(self.space, box), example, self._told(one), self._told(other))

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

"""Search of a space for the boxes that a judge objects to: exact, with a bounded amount of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from postloan.policy.verification.domains import bits
from postloan.policy.verification.space import Box, Space

Label = object
"""What a judge says of a box that it objects to; equal labels are one kind of objection."""

GOOD, SPLIT = "good", "split"
"""Verdicts: nothing to object to anywhere in the box; and look closer."""

Judge = Callable[[int, int], Label]
"""Judges a box by the rules that may be met in it and the rules that are met all over it."""

_CONTIGUOUS = 64
"""Open pieces up to which all are tried to make a box larger; of more, those beside it alone."""

_PARTS = 16

_STEP = 3
"""Work of one step, in sets compared."""


class Budget:
    """The work that is left, in sets compared; the same for the same table on every machine."""

    def __init__(self, work: int) -> None:
        self.work = self.left = work

    @property
    def is_spent(self) -> bool:
        """Tell whether more was asked for than there was."""
        return self.left < 0

    def spend(self, work: int) -> None:
        """Take off some work; raises OverBudgetError where none is left."""
        self.left -= work
        if self.is_spent:
            raise OverBudgetError

    def part(self) -> Budget:
        """Set aside a part for one of many searches, so that none takes all."""
        return Budget(min(max(self.left, 0), self.work // _PARTS))

    def take(self, part: Budget) -> None:
        """Take off what a part used."""
        self.left -= part.work - max(part.left, 0)


class OverBudgetError(Exception):
    """The work allowed is done."""


class _EnoughError(Exception):
    """As many boxes as were asked for are found."""


@dataclass
class Found:
    """What a search found.

    Args:
        boxes: boxes with their labels, each as large as it can be; together they are all there is,
            unless the search was cut off.
        cut_off: more boxes were asked for than the limit.
        decided: the whole space was searched, and nothing hung on a cell that cannot be told.
        undecided: rules that the search hung on.
    """

    boxes: list[tuple[Box, Label]] = field(default_factory=list)
    cut_off: bool = False
    decided: bool = True
    undecided: int = 0


class Search:
    """One search of a box for what a judge objects to."""

    def __init__(
        self,
        space: Space,
        judge: Judge,
        *,
        box: Box | None = None,
        rules: int | None = None,
        focus: int = 0,
        limit: int = 100,
        budget: Budget | None = None,
    ) -> None:
        self.space = space
        self.judge = judge
        self.box = space.whole if box is None else box
        self.rules = space.rules if rules is None else rules
        self.focus = focus
        self.limit = limit
        self.budget = budget or Budget(10_000_000)
        self.found = Found()
        self.path = list(self.box)
        self.good: set[tuple[int, int]] = set()
        self.sure: dict[int, int] = {}
        self.meets = [
            dimension.every(pieces) for dimension, pieces in zip(space.dimensions, self.box, strict=True)
        ]

    def run(self) -> Found:
        """Search the box."""
        todo = (1 << len(self.box)) - 1
        rules = self.rules & self.space.touching(self.box)
        try:
            if all(self.box):
                self._walk(todo, rules)
        except OverBudgetError:
            self.found.decided = False
        except _EnoughError:
            self.found.cut_off = True
        if self.found.undecided:
            self.found.decided = False
        self.found.boxes.sort(key=lambda item: [pieces & -pieces for pieces in item[0]])
        return self.found

    def _certain(self, todo: int) -> int:
        """Give the rules that the dimensions still to do cannot turn away."""
        if todo not in self.sure:
            met = ~self.space.opaque
            for i in bits(todo):
                met &= self.meets[i]
            self.sure[todo] = met
        return self.sure[todo]

    def _walk(self, todo: int, rules: int) -> bool:
        self.budget.spend(_STEP)
        verdict = self.judge(rules, rules & self._certain(todo))
        if verdict == GOOD:
            return True
        if verdict != SPLIT:
            self._record(verdict)
            return False
        if (todo, rules) in self.good:
            return True
        if self.found.boxes and self._is_known():
            return False
        at = self._choose(todo, rules)
        if at < 0:
            self.found.undecided |= rules & self.space.opaque
            return False
        whole, rest, good = self.path[at], todo & ~(1 << at), True
        for pieces, met in self._groups(at, rules):
            self.path[at] = pieces
            good &= self._walk(rest, met)
        self.path[at] = whole
        if good:
            self.good.add((todo, rules))
        return good

    def _choose(self, todo: int, rules: int) -> int:
        """Give the dimension that turns most rules away; -1 if none does."""
        best, most = -1, (0, 0)
        for i in bits(todo):
            turned = rules & ~self.meets[i]
            score = ((turned & self.focus).bit_count(), turned.bit_count())
            if score > most:
                best, most = i, score
        return best

    def _groups(self, at: int, rules: int) -> list[tuple[int, int]]:
        """Cut a dimension's pieces into groups on which the same rules are met."""
        dimension, pieces = self.space.dimensions[at], self.path[at]
        turned = rules & ~self.meets[at]
        count, size = turned.bit_count(), pieces.bit_count()
        if count * count < size:
            self.budget.spend(1 + count * count)
            groups = [(pieces, rules & ~turned)]
            for rule in bits(turned):
                cell, bit, halves = dimension.cells[rule], 1 << rule, []
                for group, met in groups:
                    inside = group & cell
                    if inside:
                        halves.append((inside, met | bit))
                    if inside != group:
                        halves.append((group ^ inside, met))
                groups = halves
            return groups
        self.budget.spend(size)
        masks, unit = dimension.masks, dimension.unit
        by_rules: dict[int, int] = {}
        for piece in bits(pieces):
            met = masks[piece] & rules
            by_rules[met] = by_rules.get(met, 0) | unit[piece]
        return [(group, met) for met, group in by_rules.items()]

    def _is_known(self) -> bool:
        """Tell whether the box at hand lies wholly in one that was found."""
        self.budget.spend(len(self.found.boxes))
        return any(_inside(self.path, known) for known, _ in self.found.boxes)

    def _record(self, label: Label) -> None:
        if any(known_label == label and _inside(self.path, known) for known, known_label in self.found.boxes):
            return
        if len(self.found.boxes) >= self.limit:
            raise _EnoughError
        self.found.boxes.append((self._enlarged(label), label))

    def _enlarged(self, label: Label) -> Box:
        """Grow the box at hand, dimension by dimension, as long as the verdict stays the same."""
        box = list(self.path)
        dimensions = self.space.dimensions
        for at, dimension in enumerate(dimensions):
            may, must = self.rules, self.rules & ~self.space.opaque
            for other, pieces in enumerate(box):
                if other != at:
                    may &= dimensions[other].either(pieces)
                    must &= dimensions[other].every(pieces)
            open_ = self.box[at] & ~box[at]
            candidates = bits(open_) if open_.bit_count() <= _CONTIGUOUS else _beside(box[at], open_)
            for piece in candidates:
                self.budget.spend(1)
                mask = dimension.masks[piece]
                if self.judge(may & mask, must & mask) == label:
                    box[at] |= dimension.unit[piece]
        return tuple(box)


def _inside(box: list[int], known: Box) -> bool:
    return all(not pieces & ~other for pieces, other in zip(box, known, strict=True))


def _beside(pieces: int, open_: int) -> list[int]:
    """Give the open pieces next to a set of pieces, nearest first on each side."""
    first, last = (pieces & -pieces).bit_length() - 1, pieces.bit_length() - 1
    below = [piece for piece in bits(open_) if piece < first][::-1][:_CONTIGUOUS]
    above = [piece for piece in bits(open_) if piece > last][:_CONTIGUOUS]
    between = [piece for piece in bits(open_) if first < piece < last][:_CONTIGUOUS]
    return [*between, *below, *above]

"""The space of all inputs of one or two tables, and the rules as boxes in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from postloan.policy import feel
from postloan.policy.checked import CheckedInput, CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.verification import trials
from postloan.policy.verification.domains import Domain, bits, runs

Box = tuple[int, ...]
"""A set of pieces for each dimension."""


class Dimension:
    """One input: the pieces that each rule meets, and the rules that are met on each piece.

    A rule whose cell cannot be told from the pieces counts as met on all of them; `Space.opaque` has it.
    """

    def __init__(
        self, node: n.Node, text: str, domain: Domain, cells: Mapping[int, int], every_rule: int
    ) -> None:
        self.node = node
        self.text = text
        self.domain = domain
        self.live = domain.live
        self.attained = domain.attained
        self.unit = [1 << i for i in range(domain.size)]
        self.cells = {rule: cells.get(rule, self.live) for rule in bits(every_rule)}
        self.masks = self._masks(every_rule)
        self._any: list[list[int]] = []
        self._all: list[list[int]] = []
        self._either: dict[int, int] = {}
        self._every: dict[int, int] = {}

    def _masks(self, every_rule: int) -> list[int]:
        """Sweep over the pieces: which rules are met on each."""
        starts, ends = [0] * (self.domain.size + 1), [0] * (self.domain.size + 1)
        for rule in bits(every_rule):
            for first, last in runs(self._joined(self.cells[rule])):
                starts[first] |= 1 << rule
                ends[last + 1] |= 1 << rule
        masks, met = [], 0
        for piece in range(self.domain.size):
            met = (met & ~ends[piece]) | starts[piece]
            masks.append(met)
        return masks

    def _joined(self, pieces: int) -> int:
        """Join pieces across one that holds no value and so changes nothing: runs are fewer."""
        return pieces | ~self.live & pieces << 1 & pieces >> 1

    def either(self, pieces: int) -> int:
        """Give the rules that are met on at least one of some pieces."""
        if pieces not in self._either:
            found = 0
            for first, last in runs(self._joined(pieces)):
                found |= self._either_of_run(first, last)
            self._either[pieces] = found
        return self._either[pieces]

    def every(self, pieces: int) -> int:
        """Give the rules that are met on all of some pieces."""
        if pieces not in self._every:
            found = -1
            for first, last in runs(self._joined(pieces)):
                found &= self._every_of_run(first, last)
            self._every[pieces] = found
        return self._every[pieces]

    def _tables(self) -> None:
        """Keep, for each power of two, the union and the meet of that many pieces in a row."""
        self._any, self._all = [self.masks], [self.masks]
        width = 1
        while 2 * width <= self.domain.size:
            any_, all_ = self._any[-1], self._all[-1]
            places = range(self.domain.size - 2 * width + 1)
            self._any.append([any_[i] | any_[i + width] for i in places])
            self._all.append([all_[i] & all_[i + width] for i in places])
            width *= 2

    def _either_of_run(self, first: int, last: int) -> int:
        if not self._any:
            self._tables()
        level = (last - first + 1).bit_length() - 1
        row = self._any[level]
        return row[first] | row[last + 1 - (1 << level)]

    def _every_of_run(self, first: int, last: int) -> int:
        if not self._all:
            self._tables()
        level = (last - first + 1).bit_length() - 1
        row = self._all[level]
        return row[first] & row[last + 1 - (1 << level)]


@dataclass(frozen=True)
class Space:
    """All dimensions, with what is known only in part.

    Args:
        dimensions: one for each different input expression.
        rules: the bits of all rules.
        opaque: bits of rules with a cell that cannot be told from the pieces.
        entangled: input expressions that read one fact in different ways, so that not every
            combination of their pieces can occur.
        doubtful: input expressions whose allowed values cannot be told.
    """

    dimensions: tuple[Dimension, ...]
    rules: int
    opaque: int
    entangled: tuple[str, ...]
    doubtful: tuple[str, ...]

    @property
    def whole(self) -> Box:
        """Give the box of all inputs."""
        return tuple(dimension.live for dimension in self.dimensions)

    @property
    def attained(self) -> Box:
        """Give the box of the inputs that are known to occur: all, but for what computed inputs come to."""
        return tuple(dimension.attained for dimension in self.dimensions)

    def unseen(self) -> Iterator[tuple[str, Box]]:
        """Give the boxes of what computed inputs may never come to, each by the input's expression."""
        for at, dimension in enumerate(self.dimensions):
            left = dimension.live & ~dimension.attained
            if left:
                yield dimension.text, (*self.whole[:at], left, *self.whole[at + 1 :])

    @property
    def faithful(self) -> bool:
        """Tell whether each combination of pieces is an input that can occur."""
        return not self.entangled and not self.doubtful

    def box_of(self, rule: int) -> Box:
        """Give the box of a rule, at its largest if it is opaque."""
        return tuple(dimension.cells[rule] for dimension in self.dimensions)

    def touching(self, box: Box) -> int:
        """Give the rules that may be met somewhere in a box."""
        found = self.rules
        for dimension, pieces in zip(self.dimensions, box, strict=True):
            found &= dimension.either(pieces)
        return found

    def containing(self, box: Box) -> int:
        """Give the rules that are met everywhere in a box."""
        found = self.rules & ~self.opaque
        for dimension, pieces in zip(self.dimensions, box, strict=True):
            found &= dimension.every(pieces)
        return found

    def example(self, box: Box) -> dict[str, object]:
        """Give one input of a box: a value for each expression, null only where nothing else will do."""
        found: dict[str, object] = {}
        for dimension, pieces in zip(self.dimensions, box, strict=True):
            found[dimension.text] = dimension.domain.sample(pieces)
        return found


@dataclass(frozen=True)
class Part:
    """A table in a space, with the bit of each of its rules.

    Args:
        checked: the table.
        places: the bit of each rule, in the table's order.
        missing: bits, by expression, of inputs whose null makes the table's answer not measurable.
    """

    checked: CheckedTable
    places: Sequence[int]
    missing: Mapping[n.Node, int] = field(default_factory=dict)


def build(parts: Sequence[Part], never_null: Collection[str] = ()) -> Space:
    """Cut the inputs of tables into pieces.

    Null is no value of an input that all tables require. Allowed values count if all tables have the same.

    Args:
        parts: the tables, with the bits of their rules; rules that are the same may share a bit.
        never_null: facts that are never missing.
    """
    every_rule = sum({1 << place for part in parts for place in (*part.places, *part.missing.values())})
    columns = _columns(parts)
    dimensions, opaque, doubtful = [], 0, []
    for node, inputs in columns.items():
        text = inputs[0][1].text
        domain = Domain(
            next((item.kind for _, item, _ in inputs if item.kind not in ("any", "null")), "any"),
            [cell for _, item, _ in inputs for cell in item.cells],
            _allowed(inputs, len(parts)),
            nullable=_nullable(inputs, len(parts), never_null),
        )
        if not domain.exact:
            doubtful.append(text)
        cells: dict[int, int] = {}
        for part, item, _ in inputs:
            for place, cell in zip(part.places, item.cells, strict=True):
                met = domain.met(cell)
                if met is None:
                    opaque |= 1 << place
                    met = domain.live
                cells[place] = cells.get(place, domain.live) & met
        for part in parts:
            if node in part.missing:
                cells[part.missing[node]] = domain.live & (1 << domain.null)
        if not isinstance(node, n.Name):
            declared = {name: kind for part, _, _ in inputs for name, kind in _declared(part).items()}
            domain.attain(trials.reached(node, declared, domain.samples, never_null))
        dimensions.append(Dimension(node, text, domain, cells, every_rule))
    return Space(tuple(dimensions), every_rule, opaque, _entangled(columns), tuple(doubtful))


def _declared(part: Part) -> dict[str, str]:
    plain = {item.text: item.kind for item in part.checked.inputs if isinstance(item.node, n.Name)}
    return {**part.checked.table.variables, **plain}


Column = list[tuple[Part, CheckedInput, tuple[n.UnaryTests, ...]]]


def _columns(parts: Sequence[Part]) -> dict[n.Node, Column]:
    """Put together the inputs that are one expression."""
    columns: dict[n.Node, Column] = {}
    for part in parts:
        for written, item in zip(part.checked.table.inputs, part.checked.inputs, strict=True):
            allowed = (feel.parse_unary(written.allowed),) if written.allowed else ()
            columns.setdefault(item.node, []).append((part, item, allowed))
    return columns


def _allowed(column: Column, parts: int) -> list[n.UnaryTests]:
    """Give what restricts an input: of one table all there is, of two what they agree on."""
    each: dict[int, set[n.UnaryTests]] = {}
    for part, _, allowed in column:
        each.setdefault(id(part), set()).update(allowed)
    if len(each) < parts or len({frozenset(one) for one in each.values()}) > 1:
        return []
    return list(dict.fromkeys(tests for _, _, allowed in column for tests in allowed))


def _nullable(column: Column, parts: int, never_null: Collection[str]) -> bool:
    text = column[0][1].text
    if text in never_null:
        return False
    required = {id(part) for part, item, _ in column if item.required}
    return len(required) < parts


def _entangled(columns: Mapping[n.Node, Column]) -> tuple[str, ...]:
    """Give the expressions that share a fact with another expression."""
    seen: dict[str, list[str]] = {}
    for node, column in columns.items():
        for name in feel.names(node):
            seen.setdefault(name, []).append(column[0][1].text)
    return tuple(dict.fromkeys(_double(seen)))


def _double(seen: Mapping[str, list[str]]) -> Iterator[str]:
    for texts in seen.values():
        if len(texts) > 1:
            yield from texts

"""The rules that each row meets, as words of bits.

Each input gives a row the mask of the rules whose cell it meets, and the masks are joined by AND. With few
rules a mask is read off its column at once. With many, columns are first turned into the numbers of their
classes, the numbers of several columns into one, and the masks stand in a look-up that is joined by it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce

from postloan.engine import Column, Engine, Field, Kind, Table
from postloan.engine.lookups import Rows
from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiler import compile_expression, compile_unary
from postloan.policy.partition import Classes, classes, is_plain

BITS = 62
"""Bits of an int64 that a word uses; the sign stays clear."""

_FULL = 2**BITS - 1
_STEPS_AT_ONCE = 24
"""Steps up to which one expression finds a value's class; beyond, it first finds the stretch of them."""
_STRETCH = 16
_NAMES_AT_ONCE = 3
_CELLS_AT_ONCE = 16_384
"""Cells of a look-up up to which the masks of several inputs, or of each value of one, are written out."""


@dataclass
class Words:
    """The words of one table over one frame.

    Args:
        places: for each rule the places of its bits, counted from 0 through all words.
        keep: columns of the frame that are carried along.
        are_joined: the table joins look-ups, so it is to be held `as_written`.
    """

    checked: CheckedTable
    engine: Engine
    frame: Table
    as_of: date
    places: Sequence[Sequence[int]]
    keep: Sequence[str]
    count: int = 1
    are_joined: bool = False

    @property
    def names(self) -> list[str]:
        """Give the columns that hold the words, lowest places first."""
        return [f"word_{i}" for i in range(self.count)]

    def table(self) -> Table:
        """Give the kept columns, `input_missing` where an input is required, and the words."""
        last = max((place for places in self.places for place in places), default=0)
        self.count = last // BITS + 1
        base, found, conditions = self.tested()
        rows = Rows(self.engine, base)
        parts: list[list[str]] = [[] for _ in range(self.count)]
        for name, restricted in conditions.items():
            for w, bits in enumerate(_split(restricted, self.count)):
                if bits:
                    parts[w].append(rows.told(name, {True: _FULL}, _FULL ^ bits, _FULL ^ bits))
        if not found:
            for w, bits in enumerate(_split(self.all_bits(), self.count)):
                parts[w].append(str(bits))
        direct = {name: item for name, item in found.items() if self.is_direct(item)}
        for name, item in direct.items():
            parts[0].append(_read(rows, name, item, item.masks, item.nothing))
        self.look_up(rows, {name: item for name, item in found.items() if name not in direct}, parts)
        self.are_joined = rows.are_joined
        kept = [name for name in base.columns if name in {*self.keep, "input_missing"}]
        words = {name: " & ".join(part) for name, part in zip(self.names, parts, strict=True)}
        return rows.table({name: rows.column(name) for name in kept} | words)

    def tested(self) -> tuple[Table, dict[str, Classes], dict[str, int]]:
        """Give the frame's kept and tested columns, the classes of these, and what conditions restrict."""
        columns: dict[str, Column] = {name: self.frame[name] for name in self.keep}
        found, every = dict[str, Classes](), self.all_bits()
        conditions: dict[str, int] = {}
        for i, item in enumerate(self.checked.inputs):
            where = f"{self.checked.where}, input {item.text}"
            column = compile_expression(item.node, self.frame, self.as_of, where)
            plain, other = self.cells(i, column)
            for cell, mask in other.items():
                rule = next(r for r, own in enumerate(item.cells) if own == cell)
                place = f"{self.checked.where}, rule {self.checked.table.rules[rule].id}, input {item.text}"
                name = f"holds_{len(conditions)}"
                columns[name] = compile_unary(cell, column, self.frame, self.as_of, where=place)
                conditions[name] = mask
            always = every ^ reduce(int.__or__, plain.values(), 0)
            if plain or item.required:
                columns[f"tested_{i}"] = column
                kind = str(column.type())
                found[f"tested_{i}"] = classes(item, kind, plain, always, self.as_of)
        gone = [
            columns[f"tested_{i}"].isnull() for i, item in enumerate(self.checked.inputs) if item.required
        ]
        if gone:
            columns["input_missing"] = reduce(lambda a, b: a | b, gone)
        return self.frame.select(**columns), found, conditions

    def all_bits(self) -> int:
        """Give the mask of every rule."""
        return reduce(int.__or__, map(_mask, self.places), 0)

    def cells(self, i: int, column: Column) -> tuple[dict[n.UnaryTests, int], dict[n.UnaryTests, int]]:
        """Give the different cells of an input with their rules: those of constants, and the others."""
        item = self.checked.inputs[i]
        kind = str(column.type())
        fits = _KINDS.get(item.kind, ()) and kind.lstrip("!").startswith(_KINDS[item.kind])
        masks: dict[n.UnaryTests, int] = {}
        for cell, places in zip(item.cells, self.places, strict=True):
            if not cell.is_any:
                masks[cell] = masks.get(cell, 0) | _mask(places)
        plain = {c: mask for c, mask in masks.items() if fits and is_plain(c, kind, self.as_of)}
        return plain, {c: mask for c, mask in masks.items() if c not in plain}

    def is_direct(self, item: Classes) -> bool:
        """Tell whether the masks of an input are read off its column at once."""
        return self.count == 1 and (not item.ordered or len(item.values) <= _STEPS_AT_ONCE)

    def look_up(self, rows: Rows, numbered: Mapping[str, Classes], parts: list[list[str]]) -> None:
        """Join the masks of the inputs whose classes are numbered; add their words to `parts`."""
        numbers, slots = dict[str, str](), dict[str, list[int]]()
        for name, item in numbered.items():
            numbers[name], slots[name] = self.number(rows, name, item)
        for group in self.groups(slots):
            read, masks, stride = list[str](), [(1 << BITS * self.count) - 1], 1
            for name in group:
                read.append(f"{numbers[name]} * {stride}")
                masks = [one & mask for one in slots[name] for mask in masks]
                stride *= len(slots[name])
            fields = [Field("at", "integer"), *(Field(name, "integer") for name in self.names)]
            columns = [[mask >> BITS * w & _FULL for mask in masks] for w in range(self.count)]
            found = rows.look_up(fields, [range(len(masks)), *columns], " + ".join(read))
            for w, word in enumerate(found[1:]):
                parts[w].append(word)

    def number(self, rows: Rows, name: str, item: Classes) -> tuple[str, list[int]]:
        """Give how to read the number of each row's class, and the masks by number."""
        kind, last = _field_kind(rows.types[name]), len(item.masks)
        span = _span(item)
        if span is not None and span * self.count <= _CELLS_AT_ONCE:
            slots = [item.nothing, item.masks[0]]
            for mask, low, high in zip(item.masks[1:], item.values, item.values[1:], strict=False):
                slots += [mask] * _distance(low, high)
            return rows.counted(name, item.values[0], item.values[-1]), [*slots, item.masks[-1]]
        if not item.ordered or len(item.values) <= _STEPS_AT_ONCE or kind is None:
            return _read(rows, name, item, range(last), last), [*item.masks, item.nothing]
        wide = _STRETCH if len(item.values) <= _STRETCH**2 else 2 * _STRETCH
        bounds, slots = list[list[object]](), list[int]()
        for start in range(0, last, wide):
            inner = [*item.values[start : start + wide - 1]]
            bounds.append([*inner, *[item.values[-1]] * (wide - 1 - len(inner))])
            own = item.masks[start : start + wide]
            slots += [*own, *[item.masks[-1]] * (wide - len(own))]
        unknown = len(bounds)
        first = rows.steps(name, item.values[wide - 1 :: wide], range(unknown), unknown)
        bounds.append([item.values[0]] * (wide - 1))
        fields = [Field(f"bound_{j}", kind) for j in range(wide - 1)]
        return rows.stretched(name, bounds, fields, first), [*slots, *[item.nothing] * wide]

    def groups(self, slots: Mapping[str, Sequence[int]]) -> Iterator[list[str]]:
        """Give inputs together as long as their masks, multiplied out, stay few."""
        group: list[str] = []
        for name in sorted(slots, key=lambda one: len(slots[one])):
            size = math.prod(len(slots[one]) for one in [*group, name])
            if group and size * self.count > _CELLS_AT_ONCE:
                yield group
                group = []
            group.append(name)
        if group:
            yield group


_KINDS = {"number": ("int", "decimal"), "string": ("string",), "boolean": ("boolean",), "date": ("date",)}


def _read(rows: Rows, name: str, item: Classes, values: Sequence[int], nothing: int) -> str:
    """Read the value of a row's class: `values` in the order of the classes' masks."""
    if item.ordered:
        return rows.steps(name, item.values, values, nothing)
    *known, others = values
    told = dict(zip(item.values, known, strict=True))
    if len(told) <= _NAMES_AT_ONCE:
        return rows.told(name, told, others, nothing)
    return rows.given(name, told, others, nothing)


def _span(item: Classes) -> int | None:
    """Give how many whole values or days the classes stretch over; None where they cannot be counted."""
    if not item.ordered or not item.values or not isinstance(item.values[0], int | date):
        return None
    return _distance(item.values[0], item.values[-1])


def _distance(low: int | date, high: int | date) -> int:
    if isinstance(low, date) and isinstance(high, date):
        return (high - low).days
    assert isinstance(low, int)
    assert isinstance(high, int)
    return high - low


def _mask(places: Sequence[int]) -> int:
    return reduce(int.__or__, (1 << place for place in places), 0)


def _split(mask: int, count: int) -> list[int]:
    return [mask >> BITS * w & _FULL for w in range(count)]


def _field_kind(kind: object) -> Kind | None:
    kinds: dict[str, Kind] = {"date": "date", "int64": "integer"}
    kinds |= {"decimal(18, 2)": "money", "decimal(18, 6)": "decimal"}
    return kinds.get(str(kind).lstrip("!"))

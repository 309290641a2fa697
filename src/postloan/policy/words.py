"""The rules that each row meets, as words of bits.

Each input gives a row the mask of the rules whose cell it meets, and the masks are joined by AND. With few
rules a mask is read off its column at once. With many, columns are first turned into the numbers of their
classes, the numbers of several columns into one, and the masks stand in a table that is joined by it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Any

from postloan.engine import Column, Engine, Field, Kind, Table
from postloan.engine import verbs as v
from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiler import compile_expression, compile_unary
from postloan.policy.partition import Classes, classes, is_plain

BITS = 62
"""Bits of an int64 that a word uses; the sign stays clear."""

_FULL = 2**BITS - 1

Read = Callable[[Table], Column]
"""Gives a column of a table that is made from the frame by further joins."""

_STEPS_AT_ONCE = 32
"""Steps up to which one expression finds a value's class; beyond, it first finds the stretch of them."""
_STRETCH = 16
_NAMES_AT_ONCE = 3
_CELLS_AT_ONCE = 16_384
"""Cells up to which the masks of several inputs are multiplied out."""


@dataclass
class Words:
    """The words of one table over one frame.

    Args:
        places: for each rule the places of its bits, counted from 0 through all words.
        keep: columns of the frame that are carried along.
    """

    checked: CheckedTable
    engine: Engine
    frame: Table
    as_of: date
    places: Sequence[Sequence[int]]
    keep: Sequence[str]
    count: int = 1

    @property
    def names(self) -> list[str]:
        """Give the columns that hold the words, lowest places first."""
        return [f"word_{i}" for i in range(self.count)]

    def table(self) -> Table:
        """Give the kept columns, `input_missing` where an input is required, and the words."""
        last = max((place for places in self.places for place in places), default=0)
        self.count = last // BITS + 1
        base, found, conditions = self.tested()
        ready = base.view()  # what is tested is computed once, however often it is compared
        parts: list[list[Read]] = [[] for _ in range(self.count)]
        for name, restricted in conditions.items():
            for w, bits in enumerate(_split(restricted, self.count)):
                if bits:
                    parts[w].append(_condition(name, bits))
        direct, numbered = dict[str, Classes](), dict[str, Classes]()
        for name, item in found.items():
            (direct if self.is_direct(item) else numbered)[name] = item
        for name, item in direct.items():
            ready, read = self.looked_up(ready, name, item, item.masks, item.nothing)
            parts[0].append(read)
        ready = self.joined(ready, numbered, parts)
        if not found:
            for w, every in enumerate(_split(self.all_bits(), self.count)):
                parts[w].append(_every(every))
        words = {
            name: reduce(v.bit_and, [read(ready) for read in part])
            for name, part in zip(self.names, parts, strict=True)
        }
        kept = [*self.keep, *(["input_missing"] if self.required() else [])]
        return ready.select(*kept, **words).view()

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
        gone = [columns[f"tested_{i}"].isnull() for i in self.required()]
        if gone:
            columns["input_missing"] = reduce(lambda a, b: a | b, gone)
        return self.frame.select(**columns), found, conditions

    def required(self) -> list[int]:
        """Give the inputs that must not be null."""
        return [i for i, item in enumerate(self.checked.inputs) if item.required]

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

    def looked_up(
        self, ready: Table, name: str, item: Classes, values: Sequence[int], nothing: int
    ) -> tuple[Table, Read]:
        """Give how to read the value of each row's class: `values` in the order of the classes' masks."""
        if item.ordered:
            return ready, lambda rows: v.steps(rows[name], item.values, values, nothing)
        *told, others = values
        if len(told) <= _NAMES_AT_ONCE:
            return ready, lambda rows: _told(rows[name], item.values, values, nothing)
        is_, gives = Field(f"{name}_is", "string"), Field(f"{name}_gives", "integer")
        rows = [{is_.name: value, gives.name: known} for value, known in zip(item.values, told, strict=True)]
        right = self.engine.from_rows(rows, [is_, gives], f"names_{name}")
        ready = ready.left_join(right, ready[name] == right[is_.name])
        return ready, lambda rows: _given(rows[name], rows[gives.name], others, nothing)

    def joined(self, ready: Table, numbered: Mapping[str, Classes], parts: list[list[Read]]) -> Table:
        """Join the masks of the inputs whose classes are numbered; add their words to `parts`."""
        if not numbered:
            return ready
        numbers, slots = dict[str, Read](), dict[str, list[int]]()
        for name, item in numbered.items():
            ready, numbers[name], slots[name] = self.number(ready, name, item)
        rows, columns = list[dict[str, Any]](), dict[str, Column]()
        for group in self.groups(slots):
            read = {name: numbers[name](ready) for name in group}
            columns[f"group_{len(columns)}"] = self.group(read, slots, rows)
        ready = ready.mutate(**columns)
        fields = [Field("at", "integer"), *(Field(name, "integer") for name in self.names)]
        masks = self.engine.from_rows(rows, fields, "masks")
        for name in columns:
            own = masks.rename({f"{name}_{one.name}": one.name for one in fields})
            ready = ready.left_join(own, ready[name] == own[f"{name}_at"])
        for w, word in enumerate(self.names):
            parts[w] += [_column(f"{name}_{word}") for name in columns]
        return ready

    def number(self, ready: Table, name: str, item: Classes) -> tuple[Table, Read, list[int]]:
        """Give how to read the number of each row's class, and the masks by number."""
        kind = _field_kind(ready[name])
        if not item.ordered or len(item.values) <= _STEPS_AT_ONCE or kind is None:
            last = len(item.masks)
            ready, read = self.looked_up(ready, name, item, range(last), last)
            return ready, read, [*item.masks, item.nothing]
        wide = _STRETCH if len(item.values) <= _STRETCH**2 else 2 * _STRETCH
        bounds = [Field(f"{name}_{j}", kind) for j in range(wide - 1)]
        at = Field(f"{name}_at", "integer")
        rows, slots = [], list[int]()
        for start in range(0, len(item.masks), wide):
            inner = item.values[start : start + wide - 1]
            padded = [*inner, *[item.values[-1]] * (wide - 1 - len(inner))]
            rows.append({at.name: start // wide} | {f.name: b for f, b in zip(bounds, padded, strict=True)})
            own = item.masks[start : start + wide]
            slots += [*own, *[item.masks[-1]] * (wide - len(own))]
        last = len(rows)
        rows.append({at.name: last} | {f.name: item.values[0] for f in bounds})
        slots += [item.nothing] * wide
        stretches = self.engine.from_rows(rows, [at, *bounds], f"steps_{name}")
        first = v.steps(ready[name], item.values[wide - 1 :: wide], range(last), last)
        ready = ready.mutate(**{f"{name}_in": first})
        ready = ready.left_join(stretches, ready[f"{name}_in"] == stretches[at.name])
        return ready, lambda rows: _within(rows, name, [one.name for one in bounds]), slots

    def groups(self, slots: Mapping[str, Sequence[int]]) -> Iterator[list[str]]:
        """Give inputs together as long as their masks, multiplied out, stay few."""
        group: list[str] = []
        for name in sorted(slots, key=lambda one: len(slots[one])):
            size = math.prod(len(slots[one]) for one in [*group, name])
            if group and size * self.count > _CELLS_AT_ONCE:
                yield group
                group = []
            group.append(name)
        yield group

    def group(
        self, numbers: Mapping[str, Column], slots: Mapping[str, Sequence[int]], rows: list[dict[str, Any]]
    ) -> Column:
        """Add the rows of a group's masks; give the number of the row that holds for each row."""
        number, masks, stride = v.literal(len(rows), "integer"), [(1 << BITS * self.count) - 1], 1
        for name, own in numbers.items():
            number = number + own * v.literal(stride, "integer")
            masks = [one & mask for one in slots[name] for mask in masks]
            stride *= len(slots[name])
        for mask in masks:
            rows.append({"at": len(rows)} | dict(zip(self.names, _split(mask, self.count), strict=True)))
        return number


def _condition(name: str, bits: int) -> Read:
    full, least = v.literal(_FULL, "integer"), v.literal(_FULL ^ bits, "integer")
    return lambda rows: rows[name].ifelse(full, least)


def _every(bits: int) -> Read:
    return lambda _: v.literal(bits, "integer")


def _column(name: str) -> Read:
    return lambda rows: rows[name]


def _told(column: Column, named: Sequence[Any], values: Sequence[int], nothing: int) -> Column:
    *told, others = values
    kind: Kind = "boolean" if named and isinstance(named[0], bool) else "string"
    cases = [(column.isnull(), nothing)] if nothing != others else []
    cases += [(column == v.literal(one, kind), known) for one, known in zip(named, told, strict=True)]
    return v.when([(is_, v.literal(known, "integer")) for is_, known in cases], v.literal(others, "integer"))


def _given(column: Column, given: Column, others: int, nothing: int) -> Column:
    known = v.coalesce(given, v.literal(others, "integer"))
    if nothing == others:
        return known
    return v.when([(column.isnull(), v.literal(nothing, "integer"))], known)


def _within(rows: Table, name: str, bounds: Sequence[str]) -> Column:
    first = rows[f"{name}_at"] * v.literal(len(bounds) + 1, "integer")
    return first + v.place(rows[name], [rows[bound] for bound in bounds])


_KINDS = {"number": ("int", "decimal"), "string": ("string",), "boolean": ("boolean",), "date": ("date",)}


def _mask(places: Sequence[int]) -> int:
    return reduce(int.__or__, (1 << place for place in places), 0)


def _split(mask: int, count: int) -> list[int]:
    return [mask >> BITS * w & _FULL for w in range(count)]


def _field_kind(column: Column) -> Kind | None:
    kinds: dict[str, Kind] = {"date": "date", "int64": "integer"}
    kinds |= {"decimal(18, 2)": "money", "decimal(18, 6)": "decimal"}
    return kinds.get(str(column.type()).lstrip("!"))

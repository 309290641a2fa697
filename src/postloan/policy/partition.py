"""An input's values in classes: within one class every cell holds, or fails, alike.

A mask is an integer with a bit for each rule; a class carries the mask of the rules whose cell it meets.
What a value means to 1,000 cells is so known from one look-up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.policy.checked import CheckedInput
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import Interval, interpret, interpret_unary

Span = tuple[int | None, int | None]
"""Whole places from the first up to but without the second; None is without end."""

_LARGEST = 2**63 - 1


@dataclass(frozen=True)
class Classes:
    """Classes of a column that has an order, or of one whose values are only told apart.

    Args:
        values: with `ordered` the first value of each class but the lowest, ascending; else the values
            that any cell names.
        masks: one a class. Ordered: the lowest class first, so one more than `values`. Else: those of
            `values`, then that of every other value.
        nothing: the mask of null.
        ordered: which of both.
    """

    values: tuple[Any, ...]
    masks: tuple[int, ...]
    nothing: int
    ordered: bool


@dataclass(frozen=True)
class Scale:
    """How the values of a column are numbered: `places` decimals, or days for dates."""

    places: int
    low: int
    high: int
    is_date: bool = False

    def of(self, value: Any) -> tuple[int, int]:
        """Give the first place that is not below a value, and the first above it."""
        if self.is_date:
            return value.toordinal(), value.toordinal() + 1
        scaled = value.scaleb(self.places)
        return math.ceil(scaled), math.floor(scaled) + 1

    def value(self, place: int) -> Any:
        """Give the value of a place."""
        if self.is_date:
            return date.fromordinal(place)
        return place if self.places == 0 else Decimal(place).scaleb(-self.places)


def scale_of(kind: str) -> Scale | None:
    """Give the scale of a column by its type as Ibis spells it; None where it has no order here."""
    spelt = kind.lstrip("!")
    if spelt == "date":
        return Scale(0, date.min.toordinal(), date.max.toordinal(), is_date=True)
    if re.fullmatch(r"int\d+", spelt):
        return Scale(0, -_LARGEST - 1, _LARGEST)
    match = re.fullmatch(r"decimal\((\d+), (\d+)\)", spelt)
    if match is None:
        return None
    most = 10 ** int(match[1]) - 1
    return Scale(int(match[2]), -most, most)


class NotPlainError(Exception):
    """A cell that is no test of constants; it is compiled as an expression instead."""


def classes(
    item: CheckedInput, kind: str, bits: Mapping[n.UnaryTests, int], always: int, as_of: date
) -> Classes:
    """Work out the classes of an input.

    Args:
        item: the input.
        kind: the type of its column.
        bits: the mask of the rules that have each cell; every cell is plain, see `is_plain`.
        always: the mask of the rules that the input does not restrict.
        as_of: the business date.
    """
    scale = scale_of(kind)
    nothing = 0 if item.required else always
    for cell, mask in bits.items():
        if not item.required and interpret_unary(cell, None, {}, as_of):
            nothing |= mask
    if scale is not None:
        return _ordered(scale, bits, always, nothing, as_of)
    return _named(bits, always, nothing, as_of)


def is_plain(cell: n.UnaryTests, kind: str, as_of: date) -> bool:
    """Tell whether a cell tests a column of that type against constants alone."""
    try:
        scale = scale_of(kind)
        if scale is None:
            _names(cell, kind.lstrip("!"), as_of)
        else:
            _spans(cell, scale, as_of)
    except NotPlainError:
        return False
    return True


def _ordered(
    scale: Scale, bits: Mapping[n.UnaryTests, int], always: int, nothing: int, as_of: date
) -> Classes:
    lowest, turns = always, dict[int, int]()
    for cell, mask in bits.items():
        for low, high in _spans(cell, scale, as_of):
            if low is None or low <= scale.low:
                lowest ^= mask
            elif low <= scale.high:
                turns[low] = turns.get(low, 0) ^ mask
            if high is not None and high <= scale.low:
                lowest ^= mask
            elif high is not None and high <= scale.high:
                turns[high] = turns.get(high, 0) ^ mask
    starts, masks = [], [lowest]
    for place in sorted(place for place, mask in turns.items() if mask):
        starts.append(scale.value(place))
        masks.append(masks[-1] ^ turns[place])
    return Classes(tuple(starts), tuple(masks), nothing, ordered=True)


def _named(bits: Mapping[n.UnaryTests, int], always: int, nothing: int, as_of: date) -> Classes:
    others, found = always, dict[Any, int]()
    for cell, mask in bits.items():
        named, negated = _names(cell, "", as_of)
        others ^= mask if negated else 0
        for value in named:
            found[value] = found.get(value, 0) ^ mask
    told = {value: others ^ turned for value, turned in found.items() if turned}
    return Classes(tuple(told), (*told.values(), others), nothing, ordered=False)


def _constant(node: n.Node, as_of: date) -> Any:
    if isinstance(node, n.Literal):
        return node.value
    if n.has_question(node) or n.names(node):
        raise NotPlainError
    found = interpret(node, {}, as_of)
    if found is None:  # left to the compiler, which refuses it
        raise NotPlainError
    return found


def _spans(cell: n.UnaryTests, scale: Scale, as_of: date) -> list[Span]:
    """Give the places that meet a cell as spans that ascend and leave room between each other."""
    spans = [span for test in cell.tests for span in _test_spans(test, scale, as_of)]
    joined = list(_joined(spans))
    return list(_between(joined)) if cell.negated else joined


def _test_spans(test: n.Node, scale: Scale, as_of: date) -> Iterator[Span]:
    if isinstance(test, n.Comparison):
        yield from _comparison(test.operator, scale.of(_of_kind(_constant(test.bound, as_of), scale)))
    elif isinstance(test, n.Range):
        low, high = _constant(test.low, as_of), _constant(test.high, as_of)
        yield from _target_spans(Interval(low, high, test.low_closed, test.high_closed), scale)
    elif isinstance(test, n.ListOf):
        for part in test.items:
            yield from _test_spans(part, scale, as_of)
    else:
        yield from _target_spans(_constant(test, as_of), scale)


def _target_spans(target: Any, scale: Scale) -> Iterator[Span]:
    if isinstance(target, Interval):
        low = scale.of(_of_kind(target.low, scale))[0 if target.low_closed else 1]
        high = scale.of(_of_kind(target.high, scale))[1 if target.high_closed else 0]
        yield low, high
    elif isinstance(target, list):
        for part in target:
            yield from _target_spans(part, scale)
    elif target is not None:
        yield scale.of(_of_kind(target, scale))


def _of_kind(value: Any, scale: Scale) -> Any:
    if type(value) is not (date if scale.is_date else Decimal):  # a moment is a date to isinstance
        raise NotPlainError
    return value


def _comparison(sign: str, edges: tuple[int, int]) -> Iterable[Span]:
    first, after = edges
    spans: dict[str, list[Span]] = {
        "<": [(None, first)],
        "<=": [(None, after)],
        ">": [(after, None)],
        ">=": [(first, None)],
        "=": [(first, after)],
        "!=": [(None, first), (after, None)],
    }
    return spans[sign]


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    """Join spans that overlap or touch; a value between two places makes an empty one, which is left out."""
    kept = [span for span in spans if None in span or span[0] < span[1]]  # type: ignore[operator]
    kept.sort(key=lambda span: -math.inf if span[0] is None else span[0])
    current: Span | None = None
    for low, high in kept:
        if current is None:
            current = (low, high)
        elif current[1] is None or low is None or low <= current[1]:
            ends = None if current[1] is None or high is None else max(current[1], high)
            current = (current[0], ends)
        else:
            yield current
            current = (low, high)
    if current is not None:
        yield current


def _between(spans: Sequence[Span]) -> Iterator[Span]:
    """Give what spans leave out."""
    start: int | None = None
    for low, high in spans:
        if low is not None:
            yield start, low
        if high is None:
            return
        start = high
    yield start, None


def _names(cell: n.UnaryTests, kind: str, as_of: date) -> tuple[set[Any], bool]:
    """Give the values that a cell names, and whether it means all others instead."""
    parts = [_test_names(test, kind, as_of) for test in cell.tests]
    outside = [named for named, negated in parts if negated]
    inside = set().union(*(named for named, negated in parts if not negated))
    if outside:  # everything but what all of them leave out
        return set.intersection(*outside) - inside, not cell.negated
    return inside, cell.negated


def _test_names(test: n.Node, kind: str, as_of: date) -> tuple[set[Any], bool]:
    if isinstance(test, n.Comparison):
        if test.operator not in ("=", "!="):
            raise NotPlainError
        return set(_target_names(_constant(test.bound, as_of), kind)), test.operator == "!="
    if isinstance(test, n.Range):
        raise NotPlainError
    if isinstance(test, n.ListOf):
        parts = [_test_names(part, kind, as_of) for part in test.items]
        if any(negated for _, negated in parts):
            raise NotPlainError
        return set().union(*(named for named, _ in parts)), False
    return set(_target_names(_constant(test, as_of), kind)), False


_FAMILIES = {"string": str, "boolean": bool}


def _target_names(target: Any, kind: str) -> Iterator[Any]:
    if isinstance(target, list):
        for part in target:
            yield from _target_names(part, kind)
    elif target is not None:
        if kind and not isinstance(target, _FAMILIES.get(kind, type(None))):
            raise NotPlainError
        yield target

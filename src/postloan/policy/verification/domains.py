"""What one input can be, cut into pieces on each of which every cell is wholly met or wholly not."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, localcontext
from itertools import islice
from typing import Any

from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import Interval
from postloan.policy.verification.cells import (
    ANY_DAY,
    OpaqueError,
    constant,
    cuts,
    reads_value_only,
    whole_only,
)

_TYPES: dict[str, type] = {
    "number": Decimal,
    "string": str,
    "boolean": bool,
    "date": date,
    "days": timedelta,
}

_LOOKED_AT = 64
"""Pieces among which a plain value is looked for."""

Sets = tuple[int, int]
"""Pieces on which a test is true, and pieces on which it is false; it is null on the rest."""


def bits(pieces: int) -> Iterator[int]:
    """Give the positions of the bits that are set, lowest first."""
    digits = bin(pieces)[:1:-1]
    at = digits.find("1")
    while at >= 0:
        yield at
        at = digits.find("1", at + 1)


def runs(pieces: int) -> Iterator[tuple[int, int]]:
    """Give first and last position of each run of bits that are set."""
    while pieces:
        start = (pieces & -pieces).bit_length() - 1
        length = (~(pieces >> start) & ((pieces >> start) + 1)).bit_length() - 1
        yield start, start + length - 1
        pieces &= ~(((1 << length) - 1) << start)


class Domain:
    """The pieces of one input.

    With the constants c1 < … < cn in the cells, piece 0 lies below c1, piece 1 is c1, piece 2 lies between
    c1 and c2, and so on up to piece 2n above cn; the last piece is null. `live` are those that hold a value:
    there is no day between two days in a row, and texts that are not named are one piece, the last. Numbers
    are dense, unless the allowed values hold `floor(?) = ?`.
    """

    def __init__(
        self, kind: str, cells: Iterable[n.UnaryTests], allowed: Sequence[n.UnaryTests], *, nullable: bool
    ) -> None:
        self.exact = True
        self.ordered = False
        rests = [(tests, whole_only(tests)) for tests in allowed]
        self.whole = any(rest is not None for _, rest in rests)
        allowed = [tests if rest is None else rest for tests, rest in rests]
        found = self._constants([*cells, *allowed])
        if kind not in _TYPES:
            kind = next((name for name, cls in _TYPES.items() if found and type(found[0]) is cls), "string")
        self.kind = kind
        wanted = _TYPES[kind]
        fitting = {value for value in found if type(value) is wanted}
        self.exact &= len(fitting) == len(set(found))
        self.points: list[Any] = [False, True] if kind == "boolean" else sorted(fitting)
        self.ordered |= kind != "string"
        self.null = 2 * len(self.points) + 1
        self.size = self.null + 1
        self.values = (1 << self.null) - 1
        self.samples = [self._sample(piece) for piece in range(self.null)]
        self.samples.append(None)
        self.live = sum(1 << i for i in range(self.null) if self.samples[i] is not None)
        self._restrict(allowed)
        if nullable:
            self.live |= 1 << self.null
        self.attained = self.live
        self._known: dict[n.UnaryTests, int | None] = {}

    def piece(self, value: Any) -> int:
        """Give the place of the piece that holds a value; -1 if none does."""
        if value is None:
            return self.null
        if type(value) is not _TYPES[self.kind]:
            return -1
        at = bisect_left(self.points, value)
        if at < len(self.points) and self.points[at] == value:
            return 2 * at + 1
        return 2 * at if self.ordered else self.null - 1

    def may_be(self, value: Any) -> bool:
        """Tell whether a value of a piece that is live is a value of the input."""
        return value is None or self._if_whole(value) is not None

    def attain(self, values: Iterable[Any]) -> None:
        """Keep as examples the values that an expression was seen to come to; the rest may never occur."""
        self.attained = 0
        for value in values:
            place = self.piece(value)
            if place >= 0 and self.live & ~self.attained & 1 << place and self.may_be(value):
                self.samples[place] = value
                self.attained |= 1 << place
            elif value is None:
                self.attained |= self.live & 1 << self.null
            if self.attained == self.live:
                return

    def _constants(self, cells: Iterable[n.UnaryTests]) -> list[Any]:
        found: list[Any] = []
        for cell in cells:
            try:
                for value, ordered in cuts(cell):
                    self.ordered |= ordered
                    if value is not None:
                        found.append(value)
            except OpaqueError:
                continue
        return found

    def _sample(self, piece: int) -> Any:
        """Give a value of a piece; None where it holds none."""
        at, is_point = divmod(piece, 2)
        if is_point:
            return self._if_whole(self.points[at])
        low = self.points[at - 1] if at else None
        high = self.points[at] if at < len(self.points) else None
        match self.kind:
            case "number":
                return self._if_whole(_number(low, high))
            case "date":
                return _day(low, high)
            case "days":
                return _days(low, high)
            case "string" if self.ordered:
                return _text(low, high)
            case "string" if high is None:
                return _other(self.points)
        return None

    def _if_whole(self, value: Any) -> Any:
        """Give a value back, unless it is a fraction where only whole numbers are allowed."""
        fraction = self.whole and isinstance(value, Decimal) and value != value.to_integral_value()
        return None if fraction else value

    def _restrict(self, allowed: Sequence[n.UnaryTests]) -> None:
        self._known = {}
        for tests in allowed:
            met = self.met(tests)
            if met is None:
                self.exact = False
            else:
                self.live &= met

    @property
    def finite(self) -> bool:
        """Tell whether each piece is one value."""
        return all(piece % 2 for piece in bits(self.live))

    def sample(self, pieces: int) -> Any:
        """Give a value of some pieces, a plain one if there is one: not null, whole, not below zero."""
        known = pieces & ~(1 << self.null)
        if self.kind != "number" or not known:
            return self.samples[next(bits(known or pieces))]
        samples = [self.samples[piece] for piece in islice(bits(known), _LOOKED_AT)]
        whole = [value for value in samples if value == value.to_integral_value()]
        return next((value for value in whole if value >= 0), (whole or samples)[0])

    def met(self, cell: n.UnaryTests) -> int | None:
        """Give the pieces that meet a cell; None if it cannot be told from the pieces."""
        if cell not in self._known:
            self._known[cell] = self._met(cell)
        return self._known[cell]

    def _met(self, cell: n.UnaryTests) -> int | None:
        if cell.is_any:
            return self.live
        try:
            for _ in cuts(cell):
                pass
        except OpaqueError:
            if not (self.finite and reads_value_only(cell)):
                return None
            return self._by_sample(cell)
        if any(n.has_question(test) for test in cell.tests):
            return self._by_sample(cell)
        true, false = 0, self.values | 1 << self.null
        for test in cell.tests:
            t, f = self._test(test)
            true, false = true | t, false & f
        return (false if cell.negated else true) & self.live

    def _by_sample(self, cell: n.UnaryTests) -> int:
        met = 0
        for piece in bits(self.live):
            if feel.interpret_unary(cell, self.samples[piece], {}, ANY_DAY):
                met |= 1 << piece
        return met

    def _test(self, test: n.Node) -> Sets:
        if isinstance(test, n.Comparison):
            return self._compare(test.operator, constant(test.bound))
        return self._matches(constant(test))

    def _matches(self, target: object) -> Sets:
        if isinstance(target, Interval):
            above = self._compare(">=" if target.low_closed else ">", target.low)
            below = self._compare("<=" if target.high_closed else "<", target.high)
            return above[0] & below[0], above[1] | below[1]
        if isinstance(target, list):
            sets = [self._matches(item) for item in target]
            true, false = 0, self.values | 1 << self.null
            for t, f in sets:
                true, false = true | t, false & f
            return true, false
        return self._compare("=", target)

    def _compare(self, sign: str, bound: Any) -> Sets:
        """Give where `value sign bound` is true and false, as FEEL has it: null equals null alone."""
        null, every = 1 << self.null, self.values | 1 << self.null
        if sign in ("=", "!="):
            true = null if bound is None else self._at(bound)
            sets = (true, every & ~true) if true else (0, null)
            return sets if sign == "=" else (sets[1], sets[0])
        if bound is None:
            return 0, 0
        at = self._at(bound)
        if not at:
            return 0, 0
        below = at - 1
        true = {"<": below, "<=": below | at, ">": self.values & ~(below | at), ">=": self.values & ~below}[
            sign
        ]
        return true, self.values & ~true

    def _at(self, value: Any) -> int:
        if type(value) is not _TYPES[self.kind]:
            return 0
        return 1 << (2 * bisect_left(self.points, value) + 1)


def _number(low: Decimal | None, high: Decimal | None) -> Decimal:
    """Give a number strictly between, a whole one if there is one."""
    if low is None:
        if high is None:
            return Decimal(0)
        whole = high.to_integral_value(ROUND_FLOOR)
        return whole if whole < high else whole - 1
    whole = low.to_integral_value(ROUND_CEILING)
    whole = whole if whole > low else whole + 1
    if high is None or whole < high:
        return whole
    with localcontext() as context:
        context.prec = 100
        return ((low + high) / 2).normalize()


def _day(low: date | None, high: date | None) -> date | None:
    if low is None:
        if high is None:
            return ANY_DAY
        return high - timedelta(days=1) if high > date.min else None
    after = low + timedelta(days=1) if low < date.max else None
    return after if after and (high is None or after < high) else None


def _days(low: timedelta | None, high: timedelta | None) -> timedelta | None:
    if low is None:
        return timedelta(0) if high is None else high - timedelta(days=1)
    return low + timedelta(days=1) if high is None else low + (high - low) / 2


def _text(low: str | None, high: str | None) -> str | None:
    """Give a text strictly between in the order of characters, None if there is none."""
    if low is None:
        return "" if high != "" else None
    for more in ("a", "0", " ", "\x00"):
        if high is None or low + more < high:
            return low + more
    return None


def _other(named: Sequence[str]) -> str:
    """Give a text that no cell names."""
    word = "other"
    while word in named:
        word += "_"
    return word

"""FEEL's values at work on one row: what is equal, what comes first, what a text or a kind of a value is."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.literals import quote, write_duration, write_moment, write_number, write_time

CONTEXT = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
"""FEEL's arithmetic: decimal128."""

MAX_TEXT = 100_000
"""Characters of one text that an expression may build."""

MAX_ITEMS = 100_000
"""Items of one list that an expression may build."""


@dataclass(frozen=True)
class Interval:
    """A range with its ends evaluated."""

    low: object
    high: object
    low_closed: bool
    high_closed: bool


@dataclass(frozen=True, eq=False)
class Closure:
    """A function with the values that it sees where it was made."""

    function: n.Function
    values: Mapping[str, object]


COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

_KINDS: list[tuple[type, k.Kind]] = [
    (bool, "boolean"),
    (Decimal, "number"),
    (str, "string"),
    (n.Moment, "datetime"),
    (date, "date"),
    (time, "time"),
    (timedelta, "days"),
    (n.Months, "months"),
    (Closure, k.FUNCTION),
]


def normalise(value: object) -> object:
    """Give a row's value as FEEL knows it: numbers as Decimal, a moment as its date, lists within too.

    Raises:
        TypeError: for a float, which is not exact.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        raise TypeError("a float is not exact: give a Decimal")
    if isinstance(value, list | tuple):
        return [normalise(item) for item in value]
    if isinstance(value, dict):
        return {name: normalise(item) for name, item in value.items()}
    return value.date() if isinstance(value, datetime) else value


def has_places(value: Decimal, most: int) -> bool:
    """Tell whether a number has no more decimal places than that; zeros that say nothing do not count."""
    exponent = value.normalize(CONTEXT).as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= most


def family(value: object) -> str:
    """Give the kind of a value, of lists, contexts and ranges no more than that they are such."""
    if isinstance(value, list):
        return "list"
    if isinstance(value, Mapping):
        return "context"
    if isinstance(value, Interval):
        return "range"
    return next((kind for cls, kind in _KINDS if isinstance(value, cls)), "null")


def kind_of(value: object, where: str = "") -> k.Kind:
    """Give the kind of a value; raises PolicyError for a list that mixes kinds."""
    if isinstance(value, list):
        inner: k.Kind = "null"
        for item in value:
            kind = kind_of(item, where)
            if not k.same(inner, kind):
                raise PolicyError("ill_typed", f"The list mixes {inner} and {kind}.", where=where)
            inner = k.joined(inner, kind)
        return k.list_of("any" if inner == "null" else inner)
    if isinstance(value, Mapping):
        return k.context_of({str(name): kind_of(item, where) for name, item in value.items()})
    if isinstance(value, Interval):
        return k.range_of(k.joined(kind_of(value.low), kind_of(value.high)))
    return family(value)


def equal(left: object, right: object) -> bool | None:
    """Compare in FEEL: null equals null alone; values of different kinds give null."""
    if left is None or right is None:
        return left is right
    if family(left) != family(right):
        return None
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        return conjunction([equal(a, b) for a, b in zip(left, right, strict=True)])
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        if set(left) != set(right):
            return False
        return conjunction([equal(left[name], right[name]) for name in left])
    zones = _zones(left, right)
    if zones is not None and zones[0] != zones[1]:
        return None
    if left != right and _in_one_second(left, right):
        raise PolicyError(
            "feel_refused", "Times that differ by a part of a second alone are not compared: it is left open."
        )
    return bool(left == right)


def _in_one_second(left: object, right: object) -> bool:
    """Tell whether two times are one to the second, which is as far as some take equality to go."""
    pair = [one.value if isinstance(one, n.Moment) else one for one in (left, right)]
    cut = [one.replace(microsecond=0) for one in pair if isinstance(one, datetime | time)]
    return len(cut) == 2 and cut[0] == cut[1]


def _zones(left: object, right: object) -> tuple[bool, bool] | None:
    """Tell of two times whether each has a zone; those with and those without cannot be compared."""
    if isinstance(left, n.Moment) and isinstance(right, n.Moment):
        left, right = left.value, right.value
    if isinstance(left, datetime | time) and isinstance(right, datetime | time):
        return left.utcoffset() is not None, right.utcoffset() is not None
    return None


def ordered(sign: str, left: object, right: object) -> bool | None:
    """Compare two values that have an order; null where they have none, or no common one."""
    if left is None or right is None or family(left) != family(right):
        return None
    zones = _zones(left, right)
    if zones is not None and zones[0] != zones[1]:
        return None
    if isinstance(left, n.Months) and isinstance(right, n.Months):
        return COMPARE[sign](left.count, right.count)
    if isinstance(left, n.Moment) and isinstance(right, n.Moment):
        return COMPARE[sign](left.value, right.value)
    if isinstance(left, Decimal | str | date | time | timedelta):
        return COMPARE[sign](left, right)
    return None


def conjunction(results: list[bool | None]) -> bool | None:
    """Give the three-valued `and` of truth values."""
    return False if False in results else None if None in results else True


def disjunction(results: list[bool | None]) -> bool | None:
    """Give the three-valued `or` of truth values."""
    return True if True in results else None if None in results else False


def negation(value: bool | None) -> bool | None:
    """Give the three-valued `not`."""
    return None if value is None else not value


def truth(value: object) -> bool | None:
    """Give a truth value, null for everything else."""
    return value if isinstance(value, bool) else None


def within(interval: Interval, value: object) -> bool | None:
    """Tell whether a value lies in a range."""
    above = ordered(">=" if interval.low_closed else ">", value, interval.low)
    below = ordered("<=" if interval.high_closed else "<", value, interval.high)
    return conjunction([above, below])


def bounded(value: object) -> object:
    """Give the value back; raises PolicyError for a text or list too long to be meant."""
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise PolicyError(
            "feel_too_large", f"The expression makes a text of more than {MAX_TEXT:,} characters."
        )
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise PolicyError("feel_too_large", f"The expression makes a list of more than {MAX_ITEMS:,} items.")
    return value


def text(value: object) -> str | None:
    """Give a value as FEEL's `string()` writes it; null as null."""
    return value if isinstance(value, str) or value is None else written(value)


def written(value: object) -> str:
    """Write a value as FEEL would read it; texts in quotes."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return write_number(value)
        case str():
            return quote(value)
        case n.Moment():
            return write_moment(value)
        case time():
            return write_time(value)
        case date():
            return value.isoformat()
        case timedelta() | n.Months():
            return write_duration(value)
        case list():
            return "[" + ", ".join(written(item) for item in value) + "]"
        case Interval(low, high, low_closed, high_closed):
            ends = ("[" if low_closed else "("), ("]" if high_closed else ")")
            return f"{ends[0]}{written(low)}..{written(high)}{ends[1]}"
        case Mapping():
            return "{" + ", ".join(f"{_key(name)}: {written(item)}" for name, item in value.items()) + "}"
    return "function"


def _key(name: object) -> str:
    from postloan.policy.feel.lexer import is_plain

    return str(name) if is_plain(str(name)) and "." not in str(name) else quote(str(name))

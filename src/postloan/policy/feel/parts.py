"""Entries of contexts, parts of dates and durations, items of lists and ranges."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.values import CONTEXT, Interval, normalise, ordered

Values = Mapping[str, object]

MAX_SPAN = 10_000
"""Numbers or days of one range that is gone through."""


def look_up(name: str, values: Values) -> object:
    """Give the value of a variable, or of a property of one."""
    if name in values:
        return normalise(values[name])
    base, _, last = name.rpartition(".")
    return property_of(look_up(base, values), last) if base else None


def property_of(base: object, name: str) -> object:
    """Give an entry of a context, or a part of a date, time, duration or range; of a list, of each item."""
    if isinstance(base, Mapping):
        return normalise(base.get(name))
    if isinstance(base, list):
        return [property_of(item, name) for item in base]
    if isinstance(base, Interval):
        found = {
            "start": base.low,
            "end": base.high,
            "start included": base.low_closed,
            "end included": base.high_closed,
        }
        return found.get(name)
    if isinstance(base, n.Months):
        years, months = divmod(abs(base.count), 12)
        sign = -1 if base.count < 0 else 1
        return {"years": Decimal(sign * years), "months": Decimal(sign * months)}.get(name)
    if isinstance(base, timedelta):
        return _part_of_span(base, name)
    return _part_of_time(base.value if isinstance(base, n.Moment) else base, name)


def _part_of_span(span: timedelta, name: str) -> object:
    sign = -1 if span < timedelta(0) else 1
    size = abs(span)
    parts = {
        "days": Decimal(size.days),
        "hours": Decimal(size.seconds // 3600),
        "minutes": Decimal(size.seconds // 60 % 60),
        "seconds": Decimal(size.seconds % 60) + Decimal(size.microseconds).scaleb(-6),
    }
    return Decimal(sign) * parts[name] if name in parts else None


def _part_of_time(value: object, name: str) -> object:
    if isinstance(value, date) and name in ("year", "month", "day"):
        return Decimal(getattr(value, name))
    if isinstance(value, date) and name == "weekday":
        return Decimal(value.isoweekday())
    if isinstance(value, time | datetime):
        if name in ("hour", "minute"):
            return Decimal(getattr(value, name))
        if name == "second":
            return Decimal(value.second) + Decimal(value.microsecond).scaleb(-6)
        if name == "time offset":
            return value.utcoffset()
        if name == "timezone" and value.utcoffset() is not None:
            raise PolicyError("feel_refused", "`.timezone` of an offset is refused: ask for `.time offset`.")
    return None


def at_position(items: list[Any], position: Decimal) -> object:
    """Give the item at a position, -1 the last; null where there is none."""
    if position != position.to_integral_value() or abs(position) > len(items) or position == 0:
        return None
    return items[int(position) - 1 if position > 0 else int(position)]


def items_of(source: object, *, downwards: bool = False) -> list[Any] | None:
    """Give what a loop goes through; None where the source is null.

    Raises:
        PolicyError: for a range in brackets whose end lies before its start; `1..-1` may go downwards.
    """
    if isinstance(source, Interval):
        if not downwards and ordered(">", source.low, source.high):
            raise PolicyError("feel_refused", "A range whose end lies before its start has nothing in it.")
        return _span(source)
    if source is None or isinstance(source, list):
        return source
    return [source]


def _span(interval: Interval) -> list[Any] | None:
    low, high = interval.low, interval.high
    if isinstance(low, Decimal) and isinstance(high, Decimal):
        if low != low.to_integral_value() or high != high.to_integral_value():
            raise PolicyError("feel_refused", "A `for` goes through ranges of whole numbers alone.")
        if abs(CONTEXT.subtract(high, low)) > MAX_SPAN:
            raise PolicyError("feel_too_large", f"A `for` over more than {MAX_SPAN:,} numbers is refused.")
        start, end = int(low), int(high)
        step = 1 if end >= start else -1
        found: list[Any] = [Decimal(i) for i in range(start, end + step, step)]
    elif type(low) is date and type(high) is date:
        days = (high - low).days
        if abs(days) > MAX_SPAN:
            raise PolicyError("feel_too_large", f"A `for` over more than {MAX_SPAN:,} days is refused.")
        sign = 1 if days >= 0 else -1
        found = [low + timedelta(days=i) for i in range(0, days + sign, sign)]
    else:
        return None
    if not interval.low_closed:
        found = [item for item in found if item != low]
    return found if interval.high_closed else [item for item in found if item != high]

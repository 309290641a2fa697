"""The built-in functions of FEEL that need no row and no business date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n

CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""FEEL's arithmetic: decimal128."""


def text(value: object) -> str | None:
    """Give a value as FEEL's `string()` writes it: numbers without trailing noise, null as null."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{'-' if value.days < 0 else ''}P{abs(value.days)}D"
    if isinstance(value, n.Months):
        years, months = divmod(abs(value.count), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if value.count < 0 else ''}P{parts}"
    if isinstance(value, list):
        return "[" + ", ".join(text(item) or "null" for item in value) + "]"
    return str(value)


def _number(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


def _rounded(value: Decimal, places: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-int(places)), ROUND_HALF_EVEN)


def _modulo(a: Decimal, b: Decimal) -> Decimal | None:
    """FEEL's modulo takes the sign of the divisor."""
    return None if b == 0 else a - b * (a / b).to_integral_value(ROUND_FLOOR)


def _date(value: str) -> date | None:
    try:
        return date.fromisoformat(value) if len(value) == 10 else None
    except ValueError:
        return None


_PLAIN: dict[str, Callable[..., object]] = {
    "contains": lambda a, b: b in a,
    "starts with": lambda a, b: a.startswith(b),
    "ends with": lambda a, b: a.endswith(b),
    "upper case": str.upper,
    "lower case": str.lower,
    "string length": lambda a: Decimal(len(a)),
    "string": text,
    "number": _number,
    "date": _date,
    "abs": abs,
    "floor": lambda a: a.to_integral_value(ROUND_FLOOR),
    "ceiling": lambda a: a.to_integral_value(ROUND_CEILING),
    "decimal": _rounded,
    "modulo": _modulo,
}
"""Functions that are null as soon as an argument is null."""

_LISTS: dict[str, Callable[[list[Any]], object]] = {
    "min": lambda items: min(items, default=None),
    "max": lambda items: max(items, default=None),
    "sum": lambda items: sum(items[1:], items[0]) if items else None,
    "mean": lambda items: CONTEXT.divide(sum(items, Decimal(0)), Decimal(len(items))) if items else None,
}
"""Functions over a list or over their arguments; null as soon as an item is null."""


def call_builtin(function: str, arguments: list[Any]) -> object:
    """Call a built-in; null where an argument is null or of a kind it does not take.

    Raises:
        PolicyError: `feel_refused` if the function is not provided.
    """
    if function in _LISTS or function == "count":
        items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments
        if function == "count":
            return Decimal(len(items))
        return None if any(item is None for item in items) else _LISTS[function](items)
    if function == "flatten":
        return _flatten(arguments[0])
    if function not in _PLAIN:
        raise PolicyError("feel_refused", f"The function `{function}` is not provided.")
    if any(argument is None for argument in arguments):
        return None
    try:
        return _PLAIN[function](*arguments)
    except (TypeError, AttributeError):
        return None


def _flatten(value: object) -> list[Any]:
    if not isinstance(value, list):
        return [value]
    return [leaf for item in value for leaf in _flatten(item)]


_SPACED = (
    "date and time,years and months duration,string length,upper case,lower case,starts with,ends with,"
    "list contains,day of week,day of year,month of year,week of year,insert before,index of,"
    "distinct values,round half up,round half down,round up,round down,substring before,substring after,"
    "string join,get value,get entries,context put,context merge,list replace,is defined,met by,"
    "finished by,overlaps before,overlaps after,started by"
).split(",")


def is_builtin(name: str) -> bool:
    """Tell whether a name is a built-in function's."""
    return name in _SPACED

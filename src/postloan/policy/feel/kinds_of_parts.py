"""Kinds of what stands behind a dot, and of what arithmetic makes."""

from __future__ import annotations

from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel.kinds import Kind, same

PROPERTIES = {"year": "number", "month": "number", "day": "number", "weekday": "number"}
"""What a date can be asked for after a dot."""

_CLOCK = {
    "hour": "number",
    "minute": "number",
    "second": "number",
    "time offset": "days",
    "timezone": "string",
}

PARTS: dict[Kind, dict[str, Kind]] = {
    "date": PROPERTIES,
    "time": _CLOCK,
    "datetime": {**PROPERTIES, **_CLOCK},
    "days": {"days": "number", "hours": "number", "minutes": "number", "seconds": "number"},
    "months": {"years": "number", "months": "number"},
}
"""What values of each kind can be asked for after a dot."""

SPACED_PARTS = ("time offset", "start included", "end included")
"""Parts whose names hold a space."""


def part_of(kind: Kind, name: str, where: str) -> Kind:
    """Give the kind of an entry or part; raises PolicyError if there is none of that name."""
    if kind in ("any", "null", k.CONTEXT):
        return "any"
    if k.is_list(kind):
        return k.list_of(part_of(k.item_of(kind), name, where))
    parts = PARTS.get(kind, {})
    if k.is_range(kind):
        inner = k.item_of(kind)
        parts = {"start": inner, "end": inner, "start included": "boolean", "end included": "boolean"}
    found = {**parts, **(k.members_of(kind) or {})}
    if name in found:
        return found[name]
    asked = (
        f"It has: {', '.join(found)}." if found else "Only contexts, dates, times and durations have parts."
    )
    raise PolicyError("ill_typed", f"`.{name}` cannot be asked of a {kind}.", where=where, mend=asked)


_SUMS: list[tuple[str, Kind, Kind, Kind]] = [
    ("+", "number", "number", "number"),
    ("+", "string", "string", "string"),
    *(("+", kind, span, kind) for kind in ("date", "datetime") for span in ("days", "months")),
    *(("+", span, kind, kind) for kind in ("date", "datetime") for span in ("days", "months")),
    ("+", "time", "days", "time"),
    ("+", "days", "time", "time"),
    ("+", "days", "days", "days"),
    ("+", "months", "months", "months"),
    ("-", "number", "number", "number"),
    *(("-", a, b, "days") for a in ("date", "datetime") for b in ("date", "datetime")),
    ("-", "time", "time", "days"),
    *(("-", kind, span, kind) for kind in ("date", "datetime") for span in ("days", "months")),
    ("-", "time", "days", "time"),
    ("-", "days", "days", "days"),
    ("-", "months", "months", "months"),
]

_PRODUCTS: list[tuple[str, Kind, Kind, Kind]] = [
    *((sign, "number", "number", "number") for sign in ("*", "/", "**")),
    *(("*", span, "number", span) for span in ("days", "months")),
    *(("*", "number", span, span) for span in ("days", "months")),
    *(("/", span, "number", span) for span in ("days", "months")),
    *(("/", span, span, "number") for span in ("days", "months")),
]


def arithmetic(operator: str, left: Kind, right: Kind, where: str) -> Kind:
    """Give the kind of a sum, difference, product, quotient or power; raises PolicyError if there is none."""
    results = {
        result
        for sign, a, b, result in (*_SUMS, *_PRODUCTS)
        if sign == operator and same(left, a) and same(right, b)
    }
    if not results:
        raise PolicyError("ill_typed", f"`{operator}` cannot join a {left} and a {right}.", where=where)
    return results.pop() if len(results) == 1 else "any"

"""Whether a value is of a kind: for `instance of`, and for what a model is given."""

from __future__ import annotations

from collections.abc import Mapping

from postloan.policy.feel import kinds as k
from postloan.policy.feel.values import Interval, family


def conforms(value: object, kind: k.Kind) -> bool:
    """Tell whether a value is an instance of a kind; null is one of `null` alone."""
    if value is None:
        return kind == "null"
    if kind == "any":
        return True
    if isinstance(value, list):
        return k.is_list(kind) and all(item is None or conforms(item, k.item_of(kind)) for item in value)
    if isinstance(value, Interval):
        ends = (value.low, value.high)
        return k.is_range(kind) and all(end is None or conforms(end, k.item_of(kind)) for end in ends)
    if isinstance(value, Mapping):
        members = k.members_of(kind)
        if members is None:
            return k.is_context(kind)
        return all(
            name in value and (value[name] is None or conforms(value[name], inner))
            for name, inner in members.items()
        )
    return family(value) == kind or (kind == "duration" and family(value) in ("days", "months"))

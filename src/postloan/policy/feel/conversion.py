"""What a declared type makes of a value (DMN 1.5, 10.3.2.9.4): the value, its one item, or a list of it.

What fits in none of these ways the standard makes null; here it is refused, so that nothing is silently null.
"""

from __future__ import annotations

from collections.abc import Mapping

from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel.types_of_values import conforms
from postloan.policy.feel.values import Closure, Interval, written


def converted(value: object, kind: k.Kind, where: str = "") -> object:
    """Give a value as what is declared of it.

    Raises:
        PolicyError: `ill_typed` for a value that is none of the kind, such as a context that lacks an entry.
    """
    if value is None or kind in ("any", "null") or conforms(value, kind):
        return value
    if k.is_list(kind) and not isinstance(value, list) and conforms(value, k.item_of(kind)):
        return [value]
    if isinstance(value, list) and len(value) == 1 and not k.is_list(kind):
        return converted(value[0], kind, where)
    shown = "A range" if isinstance(value, Interval) else "A function"
    text = shown if isinstance(value, Interval | Closure) else written(value)[:80]
    raise PolicyError("ill_typed", f"{text} is no {kind}, as which it is declared.", where=where)


def fitted(found: k.Kind, declared: k.Kind) -> k.Kind | None:
    """Give the kind of a value where a kind is declared for it; None if no such value can be one of it."""
    if declared in ("any", "null") or found == k.FUNCTION == declared:
        return found
    if fits(found, declared):
        return k.joined(found, declared)
    if k.is_list(declared) and not k.is_list(found) and fits(found, k.item_of(declared)):
        return k.list_of(k.joined(found, k.item_of(declared)))
    if k.is_list(found) and not k.is_list(declared) and fits(k.item_of(found), declared):
        return k.joined(k.item_of(found), declared)
    return None


def fits(found: k.Kind, declared: k.Kind) -> bool:
    """Tell whether a kind can be a declared one as it stands: of a context, with all entries of that."""
    if not k.same(found, declared) or found in ("any", "null"):
        return found in ("any", "null")
    if k.is_list(found) and k.is_list(declared):
        return fits(k.item_of(found), k.item_of(declared))
    ours, theirs = k.members_of(found), k.members_of(declared)
    if ours is None or theirs is None:
        return True
    return all(name in ours and fits(ours[name], kind) for name, kind in theirs.items())


def lacking(found: k.Kind, declared: k.Kind) -> str:
    """Name the entries that a declared context has and the found one lacks, for messages."""
    ours: Mapping[str, k.Kind] | None = k.members_of(found)
    missing = [name for name in k.members_of(declared) or {} if ours is not None and name not in ours]
    return f"It lacks {', '.join(missing)}." if missing else ""

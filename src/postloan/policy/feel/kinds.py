"""Kinds of values: number, string, boolean, date, time, datetime, days, months, null, any, and built ones.

A kind is a text, so that it can stand in packs, messages and environments: `list<number>`,
`range<date>`, `context<name: string, "net salary": number>`, `function`. Kinds of contexts and functions
carry what a text alone does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from postloan.policy.feel.lexer import is_plain

if TYPE_CHECKING:
    from postloan.policy.feel import nodes as n

Kind = str
"""A kind by its text."""

CONTEXT = "context"
"""A context whose entries are not known."""

FUNCTION = "function"
"""A function whose parameters are not known."""

ORDERED = ("number", "string", "date", "time", "datetime", "days", "months")
"""Kinds whose values have an order."""

SCALARS = (*ORDERED, "boolean", "duration")
"""Kinds of single values."""


class ContextKind(str):  # noqa: SLOT000 - it carries more than its text
    """The kind of a context, with the kinds of its entries."""

    members: Mapping[str, Kind]

    def __new__(cls, members: Mapping[str, Kind]) -> ContextKind:
        """Make the kind from its entries."""
        shown = ", ".join(f"{_name(name)}: {kind}" for name, kind in members.items())
        made = super().__new__(cls, f"context<{shown}>")
        made.members = dict(members)
        return made


class FunctionKind(str):  # noqa: SLOT000 - it carries more than its text
    """The kind of a function that is known: what it does, and the kinds of what it sees.

    `named_only` marks one whose parameters have no order that the standard makes plain.
    """

    function: n.Function
    env: Mapping[str, Kind]
    named_only: bool = False

    def __new__(cls, function: n.Function, env: Mapping[str, Kind]) -> FunctionKind:
        """Make the kind from a definition and its surroundings."""
        made = super().__new__(cls, FUNCTION)
        made.function, made.env = function, env
        return made


class ListKind(str):  # noqa: SLOT000 - it carries more than its text
    """The kind of a list, with the kind of its items."""

    item: Kind

    def __new__(cls, item: Kind) -> ListKind:
        """Make the kind from that of its items."""
        made = super().__new__(cls, f"list<{item}>")
        made.item = item
        return made


def _name(name: str) -> str:
    return name if is_plain(name) and "." not in name else json.dumps(name, ensure_ascii=False)


def list_of(item: Kind) -> Kind:
    """Give the kind of a list of such items."""
    return ListKind(item)


def range_of(inner: Kind) -> Kind:
    """Give the kind of a range between such ends."""
    return f"range<{inner}>"


def context_of(members: Mapping[str, Kind]) -> Kind:
    """Give the kind of a context with such entries."""
    return ContextKind(members)


def is_list(kind: Kind) -> bool:
    """Tell whether a kind is a list."""
    return kind.startswith("list<")


def is_range(kind: Kind) -> bool:
    """Tell whether a kind is a range."""
    return kind.startswith("range<")


def is_context(kind: Kind) -> bool:
    """Tell whether a kind is a context."""
    return kind == CONTEXT or kind.startswith("context<")


def item_of(kind: Kind) -> Kind:
    """Give the kind of a list's items or of a range's ends; `any` for everything else."""
    if isinstance(kind, ListKind):
        return kind.item
    if is_list(kind):
        return kind[5:-1]
    return kind[6:-1] if is_range(kind) else "any"


def members_of(kind: Kind) -> Mapping[str, Kind] | None:
    """Give the kinds of a context's entries; None where they are not known."""
    if isinstance(kind, ContextKind):
        return kind.members
    if not kind.startswith("context<"):
        return None
    parts = (_split(part) for part in _parts(kind[8:-1]))
    return dict(parts)


def _parts(text: str) -> Iterator[str]:
    """Cut at the commas that stand outside brackets and quotes."""
    depth, quoted, start = 0, False, 0
    for i, character in enumerate(text):
        if character == '"' and (i == 0 or text[i - 1] != "\\"):
            quoted = not quoted
        if not quoted:
            depth += (character == "<") - (character == ">" and text[i - 1] != "-")
            if character == "," and depth == 0:
                yield text[start:i].strip()
                start = i + 1
    if text[start:].strip():
        yield text[start:].strip()


def _split(part: str) -> tuple[str, Kind]:
    if part.startswith('"'):
        name, end = json.JSONDecoder().raw_decode(part)
        return name, part[end:].lstrip(": ")
    name, _, kind = part.partition(":")
    return name, kind.strip()


def inner_names(kind: Kind) -> Iterator[str]:
    """Give the names of all entries within a kind, however deep."""
    if is_list(kind):
        yield from inner_names(item_of(kind))
    for name, inner in (members_of(kind) or {}).items():
        yield name
        yield from inner_names(inner)


def same(a: Kind, b: Kind) -> bool:
    """Tell whether two kinds can stand for each other; null and any go with everything."""
    if a == b or {"null", "any"} & {a, b}:
        return True
    if (is_list(a) and is_list(b)) or (is_range(a) and is_range(b)):
        return same(item_of(a), item_of(b))
    if is_context(a) and is_context(b):
        ours, theirs = members_of(a), members_of(b)
        return (
            ours is None
            or theirs is None
            or all(same(kind, theirs[name]) for name, kind in ours.items() if name in theirs)
        )
    return "duration" in (a, b) and {a, b} & {"days", "months"} != set()


def joined(a: Kind, b: Kind) -> Kind:
    """Give the kind that covers two kinds that can stand for each other."""
    for unsure in ("null", "any"):
        if unsure in (a, b):
            return b if a == unsure else a
    if a == b:
        return a
    if is_list(a) and is_list(b):
        return list_of(joined(item_of(a), item_of(b)))
    ours, theirs = members_of(a), members_of(b)
    if ours is None or theirs is None:
        return b if ours is None and theirs is not None else a
    both = {**theirs, **ours}
    return context_of(
        {name: joined(ours.get(name, kind), theirs.get(name, kind)) for name, kind in both.items()}
    )

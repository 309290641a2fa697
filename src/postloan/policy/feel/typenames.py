"""Types as FEEL writes them, after `instance of` and behind parameters, to kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from postloan.policy.feel import kinds as k

if TYPE_CHECKING:
    from postloan.policy.feel.grammar import Grammar

NAMES = {
    "date and time": "datetime",
    "days and time duration": "days",
    "years and months duration": "months",
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "Any": "any",
    "any": "any",
    "Null": "null",
    "list": "list<any>",
    "context": k.CONTEXT,
    "function": k.FUNCTION,
}
"""Kinds by the names of the standard's types."""


def read_type(source: Grammar) -> str:
    """Read a type where the parser stands.

    Raises:
        PolicyError: `feel_syntax` for what is no type that the standard names.
    """
    for words in ("date and time", "days and time duration", "years and months duration"):
        if [
            token.text for token in source.tokens[source.at : source.at + len(words.split())]
        ] == words.split():
            source.at += len(words.split())
            return NAMES[words]
    name = source.token.text
    if name in ("list", "range", "context", "function") and _opens(source):
        source.at += 2
        return _READERS[name](source)
    if source.token.kind != "word" or name not in NAMES:
        raise source.error(f"a type is expected: {', '.join(sorted(NAMES, key=str.lower))}, range<…>")
    source.at += 1
    return NAMES[name]


def _opens(source: Grammar) -> bool:
    return source.tokens[source.at + 1].text == "<"


def _list(source: Grammar) -> str:
    inner = read_type(source)
    source.want(">")
    return k.list_of(inner)


def _range(source: Grammar) -> str:
    inner = read_type(source)
    source.want(">")
    return k.range_of(inner)


def _context(source: Grammar) -> str:
    members = {}
    while not source.take(">"):
        name = source.new_name(":")
        source.want(":")
        members[name] = read_type(source)
        if not source.sees(">"):
            source.want(",")
    return k.context_of(members)


def _function(source: Grammar) -> str:
    while not source.take(">"):
        read_type(source)
        if not source.sees(">"):
            source.want(",")
    source.want("->")
    read_type(source)
    return k.FUNCTION


_READERS = {"list": _list, "range": _range, "context": _context, "function": _function}

"""Text of FEEL to syntax tree."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.kinds import inner_names
from postloan.policy.feel.kinds_of_parts import SPACED_PARTS
from postloan.policy.feel.lexer import is_plain
from postloan.policy.feel.literals import parse_temporal
from postloan.policy.feel.primary import Reader

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_TREE", "parse_expression", "parse_temporal", "parse_unary"]

_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')

MAX_LENGTH = 10_000
"""Characters of one cell or guard; longer text is a table in disguise."""

MAX_DEPTH = 40
"""Brackets open at once; deeper nesting would exhaust the interpreter's stack."""

MAX_TREE = 150
"""Operations on top of each other, as in a long sum; more would exhaust the interpreter's stack."""


def parse_expression(
    text: str, known: Collection[str] = (), where: str = "", members: Collection[str] = ()
) -> n.Node:
    """Parse a FEEL expression.

    Args:
        text: the expression.
        known: variables by name; of a mapping to kinds, the names of contexts' entries too. Only names
            that hold spaces or signs, such as `Monthly Salary`, need to be known here.
        where: the place that an error names.
        members: further names of entries, which are read behind a dot and in a filter.

    Raises:
        PolicyError: `feel_syntax`, with the place in the text and what was expected; `feel_too_large`;
            `feel_refused` for a literal that is none.
    """
    return _parse(text, "expression", known, where, members)


def parse_unary(text: str, known: Collection[str] = (), where: str = "") -> n.UnaryTests:
    """Parse the unary tests of a cell; `-` and an empty cell are met by every value.

    Raises:
        PolicyError: as `parse_expression`.
    """
    if text.strip() in ("", "-"):
        return n.UnaryTests(())
    node = _parse(text, "cell", known, where)
    assert isinstance(node, n.UnaryTests)
    return node


def _parse(text: str, rule: str, known: Collection[str], where: str, members: Collection[str] = ()) -> n.Node:
    try:
        _refuse_oversized(text)
        return _parse_cached(text, rule, _odd(known), _odd(members).union(SPACED_PARTS))
    except PolicyError as error:
        raise PolicyError(error.code, error.message, where=where, mend=error.mend) from error
    except RecursionError as error:
        raise PolicyError("feel_too_large", "The expression is nested too deep.", where=where) from error


@lru_cache(maxsize=16_384)
def _parse_cached(text: str, rule: str, odd: frozenset[str], members: frozenset[str]) -> n.Node:
    from postloan.policy.feel.builtins import is_builtin

    reader = Reader(text, odd, members, is_builtin)
    node = reader.whole(reader.cell if rule == "cell" else reader.expression)
    if n.depth(node) > MAX_TREE:
        raise _too_large()
    return node


def _odd(known: Collection[str]) -> frozenset[str]:
    """Give the names that hold more than one word, which are read only where they are known."""
    found = _not_plain(frozenset(known))
    if isinstance(known, Mapping):
        built = [kind for kind in known.values() if "<" in kind]
        if built:
            found = found.union(name for kind in built for name in inner_names(kind) if not is_plain(name))
    return found


@lru_cache(maxsize=256)
def _not_plain(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name for name in names if not is_plain(name))


def _refuse_oversized(text: str) -> None:
    depth = deepest = 0
    for character in _TEXT.sub("", text):
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if len(text) > MAX_LENGTH or deepest > MAX_DEPTH:
        raise _too_large()


def _too_large() -> PolicyError:
    return PolicyError(
        "feel_too_large",
        f"The expression is longer than {MAX_LENGTH} characters, nested deeper than {MAX_DEPTH} brackets, "
        f"or joins more than {MAX_TREE} parts one after the other.",
        mend="Split it into a decision table or a fact.",
    )

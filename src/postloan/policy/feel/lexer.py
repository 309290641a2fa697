"""Text of FEEL to tokens; a name of several words is several tokens here, and one to the parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from postloan.errors import PolicyError

_WORD = r"(?:[^\W\d]|[\U00010000-\U000EFFFF])[\w\U00010000-\U000EFFFF]*"

_TOKEN = re.compile(
    rf"""
    (?P<space>(?:\s|\ufeff|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)+)
  | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<at>@"[^"]*")
  | (?P<quoted>`[^`]+`)
  | (?P<word>{_WORD})
  | (?P<sign>\*\*|\.\.|->|<=|>=|!=|[-+*/=<>()\[\]{{}},.:?'])
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Token:
    """A piece of an expression; `spaced` tells whether white space stands before it."""

    kind: str
    text: str
    start: int
    spaced: bool


def tokens(text: str) -> list[Token]:
    """Cut a text into tokens, the last of kind `end`.

    Raises:
        PolicyError: `feel_syntax`, at a character that FEEL does not know.
    """
    found: list[Token] = []
    position, spaced = 0, True
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise PolicyError(
                "feel_syntax",
                f"`{shown(text)}` cannot be read at character {position + 1}: `{text[position]}` stands "
                "for nothing in FEEL.",
                mend="Texts stand in straight double quotes; signs and brackets are the half-width ones.",
            )
        kind = match.lastgroup or ""
        if kind == "space":
            spaced = True
        else:
            found.append(Token(kind, match.group(), position, spaced))
            spaced = False
        position = match.end()
    return [*found, Token("end", "", len(text), True)]


def shown(text: str) -> str:
    """Give a text as an error names it: on one line, and not longer than a line."""
    line = " ".join(text.split())
    return line if len(line) <= 80 else f"{line[:77]}…"


Pattern = tuple[tuple[str, bool], ...]
"""A name as its tokens, each with whether a space stands before it."""


@lru_cache(maxsize=4096)
def pattern(name: str) -> Pattern:
    """Give the tokens of a name; empty if it is none that FEEL can read."""
    try:
        found = tokens(name.strip())[:-1]
    except PolicyError:
        return ()
    if not found or any(token.kind in ("string", "at", "quoted") for token in found):
        return ()
    return tuple((token.text, token.spaced and i > 0) for i, token in enumerate(found))


def is_plain(name: str) -> bool:
    """Tell whether a name is one word, or words joined by dots, and so needs no declaration."""
    return all(re.fullmatch(_WORD, part) for part in name.split("."))

"""Patterns of `matches`, `replace` and `split`: the common part of XPath's, in time that cannot run away.

A pattern becomes a small program whose possible states are followed all at once, character by character, so
the time grows with the length of the pattern times that of the text, whatever the pattern. What needs more
than that (a back-reference) is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from postloan.errors import PolicyError
from postloan.policy.feel.pattern_parser import Program, parse

MAX_WORK = 300_000
"""Steps that one call may take: states followed, summed over the characters of the text."""


@dataclass(frozen=True)
class Match:
    """A place where a pattern was found; `groups` holds start and end of each bracket, -1 if unused."""

    start: int
    end: int
    groups: tuple[int, ...]


@lru_cache(maxsize=512)
def compiled(pattern: str, flags: str) -> Pattern:
    """Give a pattern ready to search.

    Raises:
        PolicyError: `feel_refused` for a pattern that is none, or not supported.
    """
    for flag in flags:
        if flag not in "smix":
            raise PolicyError("feel_refused", f"`{flag}` is no flag of a pattern: s, m, i and x are.")
    return Pattern(parse(pattern, flags), pattern)


class Pattern:
    """A pattern ready to search."""

    def __init__(self, program: Program, text: str) -> None:
        """Take a program and the pattern that it was made of."""
        self.program = program
        self.text = text

    def search(self, text: str, start: int = 0, spent: int = 0) -> Match | None:
        """Find the first place at or behind a start, the longest as far as the pattern is greedy.

        Raises:
            PolicyError: `feel_too_large` where it would take too long; `spent` steps count as taken.
        """
        states: list[tuple[int, tuple[int, ...]]] = []
        found: Match | None = None
        empty = (-1,) * self.program.slots
        for place in range(start, len(text) + 1):
            if found is None:
                self.follow(states, {step for step, _ in states}, 0, (place, *empty), text, place)
            following: list[tuple[int, tuple[int, ...]]] = []
            seen: set[int] = set()
            spent += len(states) + 1
            if spent > MAX_WORK:
                raise PolicyError(
                    "feel_too_large", f"The pattern `{self.text[:80]}` takes too long on so long a text."
                )
            for step, slots in states:
                kind, argument = self.program.steps[step]
                if kind == "match":
                    found = Match(slots[0], place, slots[1:])
                    break
                if place < len(text) and argument(text[place]):
                    self.follow(following, seen, step + 1, slots, text, place + 1)
            states = following
            if not states and found is not None:
                break
        return found

    def follow(
        self,
        states: list[tuple[int, tuple[int, ...]]],
        seen: set[int],
        step: int,
        slots: tuple[int, ...],
        text: str,
        place: int,
    ) -> None:
        """Add a state and all that it leads to without reading, the preferred first."""
        waiting = [(step, slots)]
        while waiting:
            step, slots = waiting.pop()
            if step in seen:
                continue
            seen.add(step)
            kind, argument = self.program.steps[step]
            if kind == "jump":
                waiting.append((argument, slots))
            elif kind == "split":
                waiting += [(argument[1], slots), (argument[0], slots)]
            elif kind == "save":
                waiting.append((step + 1, (*slots[: argument + 1], place, *slots[argument + 2 :])))
            elif kind == "edge":
                if _at_edge(argument, text, place):
                    waiting.append((step + 1, slots))
            else:
                states.append((step, slots))

    def each(self, text: str) -> Iterator[Match]:
        """Give every match from left to right; raises PolicyError for a pattern that matches nothing."""
        if self.search("") is not None:
            raise PolicyError(
                "feel_refused",
                f"The pattern `{self.text[:80]}` matches an empty text: there is nothing to cut or replace.",
                mend="Write + in place of *.",
            )
        place = spent = 0
        while (found := self.search(text, place, spent)) is not None:
            yield found
            place = found.end
            spent += len(text) - place  # what the search may have looked ahead

    def replace(self, text: str, replacement: str, longest: int) -> str:
        r"""Put a text in place of every match; `$1` is what the first bracket matched, `\$` a dollar."""
        parts: list[str] = []
        place = size = 0
        for found in self.each(text):
            parts += [text[place : found.start], _filled(replacement, text, found)]
            place = found.end
            size += len(parts[-1])
            if size > longest:
                raise PolicyError(
                    "feel_too_large", f"`replace` makes a text of more than {longest:,} characters."
                )
        return "".join([*parts, text[place:]])

    def split(self, text: str) -> list[str]:
        """Cut a text at every match."""
        parts: list[str] = []
        place = 0
        for found in self.each(text):
            parts.append(text[place : found.start])
            place = found.end
        return [*parts, text[place:]]


def _at_edge(kind: str, text: str, place: int) -> bool:
    if kind == "start":
        return place == 0
    if kind == "end":
        return place == len(text)
    if kind == "line start":
        return place == 0 or text[place - 1] == "\n"
    return place == len(text) or text[place] == "\n"


def _filled(replacement: str, text: str, found: Match) -> str:
    """Fill `$0` to `$9` of a replacement; raises PolicyError where `$` or a backslash stands alone."""
    result, i = "", 0
    while i < len(replacement):
        sign, following = replacement[i], replacement[i + 1 : i + 2]
        if sign == "$" and following.isascii() and following.isdigit():
            spans = (found.start, found.end, *found.groups)
            at = 2 * int(following)
            result += text[spans[at] : spans[at + 1]] if at < len(spans) and spans[at] >= 0 else ""
            i += 2
        elif sign == "\\" and following in ("$", "\\") and following:
            result += following
            i += 2
        elif sign in "$\\":
            raise PolicyError(
                "feel_refused",
                f"`{sign}` in a replacement stands before a digit, or is written \\{sign}.",
            )
        else:
            result += sign
            i += 1
    return result

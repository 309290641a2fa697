"""Patterns as XPath writes them, to programs: steps that read one character, branch, or note a place."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from postloan.errors import PolicyError

MAX_STEPS = 2_000
"""Steps of one program; repetitions are written out."""

MAX_NESTING = 30
"""Brackets open at once."""

Test = Callable[[str], bool]

Piece = list[tuple[str, Any]]
"""Steps whose jumps are counted from themselves."""

_SINGLES = {"n": "\n", "r": "\r", "t": "\t"}
_META = "\\|.?*+(){}[]^$-"


@dataclass(frozen=True)
class Program:
    """The steps of a pattern: `char`, `jump`, `split`, `save`, `edge`, `match`; and its places to note."""

    steps: tuple[tuple[str, Any], ...]
    slots: int


def parse(pattern: str, flags: str) -> Program:
    """Make the program of a pattern; raises PolicyError `feel_refused` naming what it cannot read."""
    parser = _Parser(pattern, flags)
    piece = parser.branches()
    if parser.at < len(parser.text):
        raise parser.error("a bracket closes that was not opened")
    steps = [*piece, ("match", None)]
    return Program(tuple(_absolute(i, step) for i, step in enumerate(steps)), 2 * parser.groups)


def _absolute(place: int, step: tuple[str, Any]) -> tuple[str, Any]:
    kind, argument = step
    if kind == "jump":
        return kind, place + argument
    return (kind, (place + argument[0], place + argument[1])) if kind == "split" else step


@dataclass
class _Parser:
    text: str
    flags: str
    at: int = 0
    groups: int = 0
    level: int = field(default=0)

    def error(self, what: str) -> PolicyError:
        return PolicyError(
            "feel_refused",
            f"The pattern `{self.text[:80]}` is refused at character {self.at + 1}: {what}.",
            mend="Patterns are those of XPath without back-references; write \\\\ for one backslash.",
        )

    def see(self) -> str:
        while "x" in self.flags and self.text[self.at : self.at + 1].isspace():
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        found = self.see() == sign
        self.at += found
        return found

    def branches(self) -> Piece:
        piece = self.sequence()
        while self.take("|"):
            other = self.sequence()
            piece = [("split", (1, len(piece) + 2)), *piece, ("jump", len(other) + 1), *other]
        return self.limited(piece)

    def limited(self, piece: Piece) -> Piece:
        if len(piece) > MAX_STEPS:
            raise self.error("it is too large")
        return piece

    def sequence(self) -> Piece:
        piece: Piece = []
        while self.see() not in ("", "|", ")"):
            piece = self.limited([*piece, *self.repeated(self.atom())])
        return piece

    def repeated(self, piece: Piece) -> Piece:
        sign = self.see()
        if sign not in ("*", "+", "?", "{") or not sign:
            return piece
        self.at += 1
        low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign) or self.counts()
        greedy = not self.take("?")
        if self.see() in ("*", "+", "{") and self.see():
            raise self.error("a repetition of a repetition stands in brackets")
        if len(piece) * max(low, high or 0) > MAX_STEPS:
            raise self.error("it is too large")
        if high is None:
            endless = [_split(1, len(piece) + 2, greedy), *piece, ("jump", -len(piece) - 1)]
            return piece * low + endless
        tail: Piece = []
        for _ in range(high - low):
            tail = [_split(1, len(piece) + len(tail) + 1, greedy), *piece, *tail]
        return piece * low + tail

    def counts(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.at)
        low, comma, high = self.text[self.at : end].partition(",") if end >= 0 else ("", "", "")
        fits = all(part.isascii() and part.isdigit() and len(part) < 5 for part in (low, high) if part)
        if not low or not fits or (high and int(high) < int(low)):
            raise self.error("{…} holds one number, or two with a comma")
        self.at = end + 1
        return int(low), (int(high) if high else None) if comma else int(low)

    def atom(self) -> Piece:
        sign = self.see()
        self.at += 1
        match sign:
            case "(":
                return self.group()
            case "[":
                return [("char", self.folded(self.charset()))]
            case ".":
                if "s" in self.flags:
                    return [("char", lambda _: True)]
                return [("char", lambda one: one not in "\n\r")]
            case "^" | "$":
                edge = "start" if sign == "^" else "end"
                return [("edge", f"line {edge}" if "m" in self.flags else edge)]
            case "\\":
                return [("char", self.folded(self.escape()))]
            case "*" | "+" | "?" | "{" | "}" | "]":
                self.at -= 1
                raise self.error(f"`{sign}` has nothing to stand behind; write \\{sign} for the sign itself")
        return [("char", self.folded(_one(sign)))]

    def group(self) -> Piece:
        self.level += 1
        if self.level > MAX_NESTING:
            raise self.error("its brackets are nested too deep")
        noted = self.text[self.at : self.at + 2] != "?:"
        if noted:
            self.groups += 1
            slot = 2 * (self.groups - 1)
            if self.see() == "?":
                raise self.error("`(?` is followed by a colon or nothing")
        else:
            self.at += 2
        piece = self.branches()
        if not self.take(")"):
            raise self.error("a bracket is not closed")
        self.level -= 1
        return [("save", slot), *piece, ("save", slot + 1)] if noted else piece

    def folded(self, test: Test) -> Test:
        if "i" not in self.flags:
            return test
        return lambda one: any(test(form) for form in (one, one.lower(), one.upper()) if len(form) == 1)

    def escape(self) -> Test:
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if sign in _SINGLES:
            return _one(_SINGLES[sign])
        if sign and sign in _META:
            return _one(sign)
        if sign in ("p", "P"):
            return self.category(sign == "P")
        if sign.lower() in _CLASSES and sign:
            test = _CLASSES[sign.lower()]
            return test if sign.islower() else (lambda one: not test(one))
        self.at -= 1
        raise self.error("a back-reference is refused" if sign.isdigit() else f"`\\{sign}` means nothing")

    def category(self, negated: bool) -> Test:
        end = self.text.find("}", self.at)
        name = self.text[self.at + 1 : end] if self.text[self.at : self.at + 1] == "{" else ""
        if not name or len(name) > 2 or name[0] not in "LMNPZSC":
            raise self.error("\\p{…} names a category of characters, such as L, Lu or P")
        self.at = end + 1
        return lambda one: unicodedata.category(one).startswith(name) != negated

    def charset(self) -> Test:
        negated = self.text[self.at : self.at + 1] == "^"
        self.at += negated
        tests: list[Test] = []
        without: Test | None = None
        while True:
            sign = self.text[self.at : self.at + 1]
            self.at += 1
            if not sign:
                raise self.error("`[` is not closed")
            if sign == "]" and tests:
                break
            if sign == "-" and self.text[self.at : self.at + 1] == "[":
                self.at += 1
                self.level += 1
                if self.level > MAX_NESTING:
                    raise self.error("its brackets are nested too deep")
                without = self.charset()
                self.level -= 1
                continue
            tests.append(self.range_or_one(sign))
        return lambda one: (
            any(test(one) for test in tests) != negated and not (without is not None and without(one))
        )

    def range_or_one(self, sign: str) -> Test:
        if sign == "[":
            raise self.error("`[` within `[…]` is written \\[")
        low: str | None = sign
        test = _one(sign)
        if sign == "\\":
            escaped = self.text[self.at : self.at + 1]
            test = self.escape()
            low = _SINGLES.get(escaped, escaped) if escaped in _SINGLES or escaped in _META else None
        following = self.text[self.at : self.at + 2]
        if low is None or len(following) < 2 or following[0] != "-" or following[1] in "][":
            return test
        self.at += 2
        high = following[1]
        if high == "\\":
            high = self.text[self.at : self.at + 1]
            self.at += 1
            high = _SINGLES.get(high, high)
        if high < low:
            raise self.error(f"the range {low}-{high} runs backwards")
        return lambda one: low <= one <= high


def _split(first: int, second: int, greedy: bool) -> tuple[str, tuple[int, int]]:
    return "split", (first, second) if greedy else (second, first)


def _one(sign: str) -> Test:
    return lambda one: one == sign


_CLASSES: dict[str, Test] = {
    "d": lambda one: one.isdecimal(),
    "s": lambda one: one in " \t\n\r",
    "w": lambda one: unicodedata.category(one)[0] not in "PZC",
    "i": lambda one: one.isalpha() or one in "_:",
    "c": lambda one: one.isalnum() or one in "_:.-",
}

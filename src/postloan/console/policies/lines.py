"""Where in a text that somebody typed a problem lies: the line that it names, or that holds what it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_LINE = re.compile(r"\bline (\d+)")
_QUOTED = re.compile(r"`([^`]{1,80})`")


@dataclass(frozen=True)
class Line:
    """One line of a text with the problems that lie there."""

    number: int
    text: str
    problems: Sequence[Mapping[str, Any]]


def laid_out(text: str, problems: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[Line]:
    """Lay a text out line by line, each problem at its line.

    Args:
        text: what was typed.
        problems: where each lies as the check says it, its message in English, and how a page shows it.

    Returns:
        Every line from 1; problems whose line is not known stand at none.
    """
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    held: dict[int, list[Mapping[str, Any]]] = {}
    for where, message, told in problems:
        number = line_of(lines, where, message)
        if number is not None:
            held.setdefault(number, []).append(told)
    return [Line(number, line, held.get(number, ())) for number, line in enumerate(lines, 1)]


def line_of(lines: Sequence[str], where: str, message: str) -> int | None:
    """Give the number of the line that a problem is about, from 1; None where none can be told.

    Args:
        lines: the text.
        where: the place that the check names, such as `value, line 3, column 5` or `…, scheme a, level 05`.
        message: the check's message, which quotes the field or value that is wrong.
    """
    named = _LINE.findall(where)
    if named and 1 <= int(named[-1]) <= len(lines):
        return int(named[-1])
    last = where.rpartition(", ")[2]
    part = last.rpartition(" ")[2] if " " in last else last
    start = _holding(lines, part) if last.startswith(("level ", "entry ")) else None
    for quoted in _QUOTED.findall(message):
        found = _key(lines, quoted, start or 1) or _holding(lines, quoted)
        if found:
            return start if start and found < start else found
    return start or _key(lines, part, 1)


def _key(lines: Sequence[str], key: str, start: int) -> int | None:
    pattern = re.compile(rf"(^|[\s{{,-]){re.escape(key)}\s*:")
    return next((at for at, line in enumerate(lines, 1) if at >= start and pattern.search(line)), None)


def _holding(lines: Sequence[str], text: str) -> int | None:
    pattern = re.compile(rf"(?<![\w.]){re.escape(text)}(?![\w.])")
    return next((at for at, line in enumerate(lines, 1) if text and pattern.search(line)), None)

"""Measures on the screen of a story: when, what, who, which row asks for it, and what is blocked."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from postloan.cli.packs import Names
from postloan.cli.text import cut, folded, pad, width
from postloan.cli.words import Words

_WORDS = {
    "option": ("an option", "可选"),
    "guard": ("always", "始终"),
    "hard_stop": ("lost after {0}", "{0} 后丧失权利"),
    "one_of": ("one of {0}", "{0} 择一"),
    "asked_by": ("asked by {0}", "依据 {0}"),
    "blocked": ("Blocked", "已禁止"),
    "blocked_by": ("by {0}", "依据 {0}"),
    "wanted": ("though a row asks for it", "虽有规则要求"),
    "of_loan": ("loan {0}", "贷款 {0}"),
    "of_loans": ("{0} loans", "{0} 笔贷款"),
}
_ALIKE = ("measure_code", "nature", "due_on", "hard_stop_on", "owner_role", "owner_id", "choice_group")
_INDENT = 18
"""Columns before the words of a blocked measure, with the margin of the screen."""

_BLOCKED = 3
"""How many blocked measures stand on the screen; the rest is counted."""


class DutyLines:
    """The lines about measures, in one language."""

    def __init__(self, words: Words, names: Names, width: int, *, of_customer: bool = False) -> None:
        self._words, self._names, self._width = words, names, width
        self._of_customer = of_customer

    def _say(self, key: str, *values: object) -> str:
        return _WORDS[key][self._words.lang == "zh"].format(*values)

    def together(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Put measures of several loans that say the same into one, with `loans`, in the order given."""
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            rules = [one["rule_id"] for one in row["asked_by"] or ()]
            key = repr(([row[name] for name in _ALIKE], row["level"], row["blocks"], rules))
            found.setdefault(key, {**row, "loans": []})["loans"].append(row["loan_id"])
        return list(found.values())

    def _loans(self, loans: Sequence[str | None]) -> str:
        """Name the loan of a measure, or count them; nothing for one of the customer."""
        known = sorted(loan for loan in loans if loan)
        if len(known) < 2:
            return self._say("of_loan", known[0]) if known else ""
        return self._say("of_loans", len(known))

    def measure(self, row: Mapping[str, Any]) -> Iterator[str]:
        """Give a measure in as many lines as it takes; one of `together` names its loans."""
        words = self._words
        name = self._named(row["measure_code"])
        nature = row["nature"]
        due = words("due_on", row["due_on"]) if row["due_on"] else words("no_deadline")
        due = due if nature == "duty" else self._say(nature)
        owner = words("named", words(row["owner_role"]), row["owner_id"] or words("nobody"))
        parts = [
            self._loans(row.get("loans") or ()),
            self._say("hard_stop", row["hard_stop_on"]) if row["hard_stop_on"] else "",
            owner,
            self._say("one_of", row["choice_group"].replace("_or_", ", ")) if row["choice_group"] else "",
            words("blocks", ", ".join(row["blocks"])) if row["blocks"] else "",
            self._say("asked_by", self._rows(row["asked_by"])) if row["asked_by"] else "",
        ]
        room = 40 if self._width > 90 else max(16, self._width - 42)
        yield from self._wrapped(f"{pad(due, 15)} {pad(cut(name, room), room)}", filter(None, parts))

    def _wrapped(self, head: str, parts: Iterable[str]) -> Iterator[str]:
        """Put parts behind the head, and what has no room there under it."""
        columns, indent = self._width - 2, " " * 16
        line, gap = head, " "
        for part in parts:
            if width(line + gap + part) <= columns:
                line, gap = line + gap + part, " · "
                continue
            yield line
            *full, last = textwrap.wrap(part, columns - len(indent))
            yield from (indent + text for text in full)
            line, gap = indent + last, " · "
        yield line

    def blocked(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Give what is blocked, a line each, those first that a row asks for; loans alike share a line."""
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            key = repr((row["measure"], row["asked"], [one["rule_id"] for one in row["blocked_by"]]))
            found.setdefault(key, {**row, "loans": []})["loans"].append(row["loan_id"])
        rows = list(found.values())
        for row in rows[:_BLOCKED]:
            parts = [
                self._named(row["measure"]),
                self._loans(row["loans"]) if len(row["loans"]) > 1 or self._of_customer else "",
                self._say("blocked_by", self._rows(row["blocked_by"], noted=True)),
                self._say("wanted") if row["asked"] else "",
            ]
            first, *more = folded(parts, self._width - _INDENT)
            yield f"{pad(self._say('blocked'), 15)} {first}"
            yield from (f"{' ' * 15} {line}" for line in more)
        if len(rows) > _BLOCKED:
            yield f"{' ' * 15} {self._words('and_more', len(rows) - _BLOCKED)}"

    def _named(self, code: str) -> str:
        return f"{code} {self._names.measure(code)}".strip()

    def _rows(self, rows: Sequence[Mapping[str, Any]], *, noted: bool = False) -> str:
        """Name rows of tables; the first with what it says where `noted`, in Chinese the table's name."""
        ids = ", ".join(row["rule_id"] for row in rows)
        first = rows[0]
        note = first["label"] if self._words.lang == "zh" else first["reference"]
        return f"{ids} ({note})" if noted and note else ids

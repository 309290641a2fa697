"""Measures on the screen of a story: when, what, who, which row asks for it, and what is blocked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postloan.cli.packs import Names
from postloan.cli.text import cut, joined, pad
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
}
_BLOCKED = 3
"""How many blocked measures stand on the screen; the rest is counted."""


class DutyLines:
    """The lines about measures, in one language."""

    def __init__(self, words: Words, names: Names, width: int) -> None:
        self._words, self._names, self._width = words, names, width

    def _say(self, key: str, *values: object) -> str:
        return _WORDS[key][self._words.lang == "zh"].format(*values)

    def measure(self, row: Mapping[str, Any]) -> str:
        """Give a measure in one line."""
        words = self._words
        name = self._named(row["measure_code"])
        nature = row["nature"]
        due = words("due_on", row["due_on"]) if row["due_on"] else words("no_deadline")
        due = due if nature == "duty" else self._say(nature)
        owner = words("named", words(row["owner_role"]), row["owner_id"] or words("nobody"))
        parts = [
            self._say("hard_stop", row["hard_stop_on"]) if row["hard_stop_on"] else "",
            owner,
            self._say("one_of", row["choice_group"].replace("_or_", ", ")) if row["choice_group"] else "",
            words("blocks", ", ".join(row["blocks"])) if row["blocks"] else "",
            self._say("asked_by", self._rows(row["asked_by"])) if row["asked_by"] else "",
        ]
        room = 40 if self._width > 90 else max(16, self._width - 42)
        return f"{pad(due, 15)} {pad(cut(name, room), room)} {joined(parts)}"

    def blocked(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
        """Give what is blocked, a line each, those first that a row asks for."""
        for row in rows[:_BLOCKED]:
            parts = [
                self._named(row["measure"]),
                self._say("blocked_by", self._rows(row["blocked_by"], noted=True)),
                self._say("wanted") if row["asked"] else "",
            ]
            yield f"{pad(self._say('blocked'), 15)} {joined(parts)}"
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

"""The pack behind a result: names of signals, levels and measures in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from postloan.errors import PolicyError

if TYPE_CHECKING:
    from postloan.policy.entries import Scheme
    from postloan.policy.pack import Policy


def policy_of(name: str | None, version: str | None, day: date) -> Policy | None:
    """Give the policy in force on the day: of the pack asked for, else of the one the version names.

    A pack that was asked for must be there; of one that only the version names, None says that it is not.
    """
    from postloan.policy import pack
    from postloan.run.reading import pack_of

    if name is not None:
        return pack.load(name).as_of(day)
    try:
        return pack.load(pack_of(version)).as_of(day)
    except PolicyError:
        return None


class Names:
    """Names from a policy, falling back to codes where there is no policy or no such entry."""

    def __init__(self, policy: Policy | None, lang: str) -> None:
        self._policy = policy
        self._lang = lang

    @cached_property
    def _signals(self) -> dict[str, Mapping[str, str]]:
        return {one.code: one.name for one in self._policy.signals} if self._policy else {}

    @cached_property
    def _measures(self) -> dict[str, Mapping[str, str]]:
        return {code: one.name for code, one in self._policy.measures.items()} if self._policy else {}

    @cached_property
    def _schemes(self) -> dict[str, Scheme]:
        return {scheme.id: scheme for scheme in self._policy.schemes} if self._policy else {}

    @property
    def base_scheme(self) -> str | None:
        """Give the id of the scheme by which the pack classifies, or None where there is no pack."""
        return self._policy.base_scheme.id if self._policy else None

    def signal(self, code: str) -> str:
        """Give a signal's name, or nothing."""
        return self._in_language(self._signals.get(code, {}))

    def measure(self, code: str) -> str:
        """Give a measure's name, or nothing."""
        return self._in_language(self._measures.get(code, {}))

    @cached_property
    def _inputs(self) -> dict[str, Mapping[str, str]]:
        tables = [self._policy.table(name) for name in self._policy.tables] if self._policy else []
        return {one.expression: one.labels for table in tables for one in table.inputs}

    def input(self, name: str) -> str:
        """Give the words for a fact or a table in a language but English, else its name."""
        from postloan.book.schema import TABLES

        if self._lang == "zh" and name in TABLES:
            return TABLES[name].zh
        return self._inputs.get(name, {}).get(self._lang) or name

    def level(self, scheme: str | None, code: str | None) -> str:
        """Give a level's name in its scheme, else its code, else nothing."""
        found = self._schemes.get(scheme or "")
        for level in found.levels if found else ():
            if level.level_code == code:
                return level.name_zh if self._lang == "zh" and level.name_zh else level.name_en
        return code or ""

    def _in_language(self, names: Mapping[str, str]) -> str:
        return names.get(self._lang) or names.get("en") or ""

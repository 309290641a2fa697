"""The words of reports in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from postloan.terms import CLASSES, ROLES, Term

LANGUAGES = ("en", "zh")


class Words:
    """Speaks one language."""

    def __init__(self, lang: str, words: Mapping[str, Term]) -> None:
        self.lang = lang
        self._place = LANGUAGES.index(lang)
        self._words = words

    def __call__(self, key: str, *values: object) -> str:
        """Give the words for a key, filled in; a key without words is a code and is given as it stands."""
        found = self._words.get(key) or ROLES.get(key) or CLASSES.get(key)
        text = found[self._place] if found else key
        return text.format(*values) if values else text

    def labels(self, *keys: str) -> dict[str, str]:
        """Give the words for each of some codes."""
        return {key: self(key) for key in keys}

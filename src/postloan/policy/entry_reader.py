"""Takes the fields of one entry of a pack, and refuses what is missing, ill-typed or unknown."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.findings import near

ALWAYS = date(1900, 1, 1)
"""The first day of shipped packs, so that past books can be run."""

_WORDS: dict[type, str] = {
    int: "a number",
    Decimal: "a number",
    str: "a text",
    bool: "true or false",
    date: "a date",
    list: "a list",
    Mapping: "a mapping",
}
_MENDS: dict[type, str] = {
    str: 'Put texts that look like a number or a date in quotes, as "01".',
    date: "Write it as 2026-01-31, without quotes.",
    bool: "Write true or false.",
    int: "Write it in plain digits, without quotes.",
    Decimal: "Write it in plain digits with a point, without quotes.",
}
_KEY = re.compile(r"[\w.-]{1,64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")


class Reader:
    """Takes the fields of one raw entry, refusing what is missing, ill-typed or unknown."""

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, Mapping):
            message = f"An entry must be a mapping, not {reprlib.repr(raw)}."
            raise PolicyError("pack_entry", message, where=where, mend="Write it as `- name: …`.")
        self.raw = dict(raw)
        self.where = where
        self.taken: set[str] = set()

    def take(self, key: str, kind: type | tuple[type, ...], default: Any = ...) -> Any:
        """Give the field; without a default it is required."""
        self.taken.add(key)
        value = self.raw.get(key)
        if value is None:
            if default is ...:
                raise self.error(f"`{key}` is missing.", f"Add `{key}: …`.")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and bool not in _as_tuple(kind)):
            wanted = " or ".join(dict.fromkeys(_WORDS[cls] for cls in _as_tuple(kind)))
            told = f"`{key}` is {reprlib.repr(value)}, but must be {wanted}."
            raise self.error(told, _MENDS.get(_as_tuple(kind)[0], ""))
        return value

    def key(self, key: str) -> str:
        """Give the field, a name that files, results and command lines can carry."""
        value = str(self.take(key, str))
        if not _KEY.fullmatch(value):
            mend = "Use letters, digits, _, - and . only, at most 64 of them."
            raise self.error(f"`{key}` is {reprlib.repr(value)}, which cannot name an entry.", mend)
        return value

    def count(self, key: str, default: Any = ...) -> Any:
        """Give the field, a whole number that is not negative."""
        value = self.take(key, int, default)
        if value is not None and value < 0:
            raise self.error(f"`{key}` is {value}, but must not be negative.", "Write 0 or more.")
        return value

    def share(self, key: str) -> Decimal:
        """Give the field, a number from 0 to 1."""
        value = Decimal(self.take(key, (Decimal, int)))
        if not 0 <= value <= 1:
            raise self.error(f"`{key}` is {value}, but must lie from 0 to 1.", "Write 10 % as 0.10.")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: Any = ...) -> str:
        """Give the field, which must be one of the allowed words."""
        value = self.take(key, str, default)
        if value not in (*allowed, default):
            raise self.error(f"`{key}` is `{value}`.", f"Write one of {', '.join(allowed)}.")
        return str(value)

    def names(self, key: str, default: Any = ...) -> dict[str, str]:
        """Give a text by language; a plain text counts as English."""
        value = self.take(key, (Mapping, str), default)
        if isinstance(value, str):
            return {"en": value}
        odd = [str(language) for language in value if not _LANGUAGE.fullmatch(str(language))]
        if odd:
            raise self.error(f"`{key}` names the language `{odd[0]}`.", "Write it as {en: Late, zh: 逾期}.")
        return {str(language): str(text) for language, text in value.items()}

    def texts(self, key: str) -> tuple[str, ...]:
        """Give a list of texts; one plain text counts as a list of one."""
        value = self.take(key, (list, str), [])
        return (value,) if isinstance(value, str) else tuple(str(item) for item in value)

    def error(self, message: str, mend: str = "") -> PolicyError:
        """Give the error about this entry."""
        return PolicyError("pack_entry", message, where=self.where, mend=mend)

    def provenance(self) -> dict[str, Any]:
        """Give the fields that every entry has, and refuse fields that nobody took."""
        found = {
            "effective_from": self.take("effective_from", date, ALWAYS),
            "effective_until": self.take("effective_until", date, None),
            "legal_from": self.take("legal_from", date, None),
            "reference": self.take("reference", str, ""),
            "owner": self.take("owner", str, ""),
            "reviewed_on": self.take("reviewed_on", date, None),
            "status": self.take("status", str, ""),
            "overrides": self.take("overrides", str, "").strip(),
            "where": self.where,
        }
        until = found["effective_until"]
        if until and until < found["effective_from"]:
            message = f"It ends on {until} before it begins on {found['effective_from']}."
            raise self.error(message, "Correct `effective_from` or `effective_until`.")
        self.finish()
        return found

    def finish(self) -> None:
        """Refuse fields that nobody took."""
        unknown = sorted(str(key) for key in set(self.raw) - self.taken)
        if unknown:
            raise self.error(f"Unknown fields: {', '.join(unknown)}.", near(unknown[0], sorted(self.taken)))


def _as_tuple(kind: type | tuple[type, ...]) -> tuple[type, ...]:
    return kind if isinstance(kind, tuple) else (kind,)

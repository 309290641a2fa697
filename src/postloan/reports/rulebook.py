"""The document of a pack's rules: counts, what lawyers must confirm first, then every rule by chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from postloan.policy.in_force import Pack
from postloan.policy.provenance import STATUSES
from postloan.reports.document import Column, Document, Grid, Kind, Value
from postloan.reports.rule_words import WORDS
from postloan.reports.rules import CHAPTERS, RuleEntry, rules
from postloan.reports.words import Words
from postloan.signals.page_words import FAMILIES
from postloan.terms import ROLES

UNCONFIRMED = ("K", "V*")
"""Statuses that a lawyer must confirm, the less sure one first."""

_NO_STATUS = "not_stated"
_FIRST_DAY = date(1900, 1, 1)

_KINDS: dict[str, Kind] = {
    "code": "code",
    "status": "code",
    "effective_from": "code",
    "effective_until": "date",
    "legal_from": "date",
    "reviewed_on": "date",
}
_PAGE = (
    "code",
    "says",
    "source",
    "status",
    "effective_from",
    "effective_until",
    "legal_from",
    "owner",
    "reviewed_on",
)
_ALL = ("chapter", "group", *_PAGE, "inherited", "pack", "where")
_OPTIONAL = frozenset({"group", "effective_from", "effective_until", "legal_from", "owner", "reviewed_on"})
"""Columns that a page leaves out where no rule of the table has them."""


def rulebook(pack: Pack, lang: str) -> Document:
    """Give the document of every rule that a pack holds, in one language, from the pack alone."""
    words = Words(lang, WORDS)
    found = rules(pack)
    unsure = [one for status in UNCONFIRMED for one in found if one.status == status]
    bare = [one for one in found if not one.source or not one.status]
    version = pack.as_of(date.max).version
    sourceless = sum(not one.source for one in found)
    name = pack.settings.get("name") or pack.id
    title = name.get(lang) or name.get("en") or pack.id if isinstance(name, dict) else str(name)
    legend = [words(f"legend_{status}") for status in (*STATUSES, "none", "inherited")]
    return Document(
        "rules",
        words("title", f"{title} ({pack.id})" if lang == "en" else f"{title}（{pack.id}）"),
        [words("answer", f"{len(found):,}", len(unsure), sourceless), words("made", version, pack.id)],
        [
            _counts(found, words, legend),
            _listed("to_confirm", unsure, words, [words("how_K"), words("how_V*")], "none_to_confirm"),
            _listed("unsourced", bare, words, [words("unsourced_how")], "none_unsourced"),
            *_sources(pack, found, words),
            *_chapters(found, words),
        ],
        about={"pack": pack.id, "policy_version": version},
        rows=_grid("all", words("all"), found, _ALL, words, raw=True),
    )


def _counts(found: Sequence[RuleEntry], words: Words, legend: list[str]) -> Grid:
    statuses = [*STATUSES, _NO_STATUS, *sorted({one.status for one in found} - {*STATUSES, ""})]
    columns = [
        Column("chapter", words("chapter"), labels=words.labels(*CHAPTERS, "total")),
        Column("rules", words("rules"), "count"),
        *(Column(status, words(status), "count") for status in statuses),
        Column("no_source", words("no_source"), "count"),
    ]

    def counted(name: str, own: Sequence[RuleEntry]) -> list[Value]:
        each = [sum((one.status or _NO_STATUS) == status for one in own) for status in statuses]
        return [name, len(own), *each, sum(not one.source for one in own)]

    names = list(dict.fromkeys(one.chapter for one in found))
    rows = [counted(name, [one for one in found if one.chapter == name]) for name in names]
    return Grid("counts", words("counts"), columns, [*rows, counted("total", found)], 1, legend)


def _listed(key: str, own: Sequence[RuleEntry], words: Words, how: list[str], nothing: str) -> Grid:
    """Give the rules that want attention, with what to do about them; without any, the line that says so."""
    names = ("status", "chapter", "group", "code", "says", "source", "effective_from", "owner", "where")
    if not own:
        return Grid(key, words(key), [], [], says=[words(nothing)])
    titles = {"says": words("check"), "source": words("against")} if key == "to_confirm" else {}
    return _grid(key, words(key), own, names, words, says=how, titles=titles)


def _sources(pack: Pack, found: Sequence[RuleEntry], words: Words) -> Iterator[Grid]:
    """Give what the references stand for that rules name, from the pack's register of sources."""
    register = [one for one in pack.undated.get("sources") or () if isinstance(one, dict)]
    if not register:
        return
    named: list[set[int]] = []
    rows: list[list[Value]] = []
    for one in register:
        spelt = "|".join(re.escape(str(name)) for name in (one.get("id", ""), *(one.get("also") or ())))
        ways = re.compile(rf"(?<!\w)(?:{spelt})(?!\w)")
        named.append({place for place, rule in enumerate(found) if ways.search(rule.source)})
        name = one.get("name") or {}
        text = name.get(words.lang) or name.get("en", "") if isinstance(name, dict) else str(name)
        if named[-1]:
            rows.append([str(one["id"]), text, len(named[-1])])
    columns = [
        Column("source", words("source"), "code"),
        Column("document", words("document")),
        Column("rules", words("rules"), "count"),
    ]
    says = [words("sources_how", len(found) - len(set().union(*named)))]
    yield Grid("sources", words("sources"), columns, rows, says=says)


def _chapters(found: Sequence[RuleEntry], words: Words) -> Iterator[Grid]:
    for (chapter, group), several in groupby(found, key=lambda one: (one.chapter, one.group)):
        own = list(several)
        title = " · ".join(filter(None, (words(chapter), _group(own[0], words))))
        names = [name for name in _PAGE if name not in _OPTIONAL or any(getattr(one, name) for one in own)]
        grid = _grid(f"{chapter}_{group}", title, own, names, words)
        yield Grid(grid.key, grid.title, grid.columns, grid.rows, only="pages")


def _group(one: RuleEntry, words: Words) -> str:
    if one.chapter == "signal" and one.group in FAMILIES:
        return FAMILIES[one.group][("en", "zh").index(words.lang)]
    name = one.group_names.get(words.lang) or one.group_names.get("en")
    if not name or name == one.group:
        return one.group
    return f"{name}（{one.group}）" if words.lang == "zh" else f"{name} ({one.group})"


def _grid(
    key: str,
    title: str,
    own: Sequence[RuleEntry],
    names: Sequence[str],
    words: Words,
    *,
    says: Sequence[str] = (),
    titles: dict[str, str] | None = None,
    raw: bool = False,
) -> Grid:
    """Give some rules as a table: as people read them, or `raw` with codes and dates as they are."""
    columns = [
        Column(name, (titles or {}).get(name) or words(name), _KINDS.get(name, "text"), _labels(name, words))
        for name in names
    ]
    rows = [
        [_raw(one, name) if raw and name != "says" else _value(one, name, words) for name in names]
        for one in own
    ]
    return Grid(key, title, columns, rows, says=says)


def _raw(one: RuleEntry, name: str) -> Value:
    if name == "inherited":
        return "yes" if one.inherited else "no"
    value: Value = getattr(one, name)
    return value


def _labels(name: str, words: Words) -> dict[str, str]:
    if name == "chapter":
        return words.labels(*CHAPTERS)
    if name == "inherited":
        return words.labels("yes", "no")
    if name in ("status", "source", "owner"):
        return {"": words("not_stated"), **words.labels(*ROLES)}
    return {}


def _value(one: RuleEntry, name: str, words: Words) -> Value:
    value: Value
    match name:
        case "says":
            value = one.says.get(words.lang) or one.says["en"]
        case "status":
            value = words(f"({one.status})") if one.inherited and one.status else one.status
        case "owner":
            value = words(one.owner) if one.owner else ""
        case "group":
            value = _group(one, words)
        case "effective_from":
            value = words("always") if one.effective_from == _FIRST_DAY else _iso(one.effective_from)
        case _:
            value = getattr(one, name)
    return value


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None

"""Every rule of a pack with its source and status: what a bank's legal department reads through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from postloan.policy import provenance
from postloan.policy.entries import Measure, Parameter, Scheme, Signal
from postloan.policy.in_force import Dated, Pack
from postloan.policy.model import DecisionTable
from postloan.reports import rule_texts as texts

CHAPTERS = (
    "table",
    "scheme",
    "measure",
    "clock",
    "signal",
    "parameter",
    "calendar",
    "event",
    "indicator",
    "checklist",
    "setting",
)
"""Chapters in the order of their weight for a lawyer: what decides first, what merely lists last."""

_DAY = timedelta(days=1)
_DOCUMENTS = {"clocks": "clock", "events": "event", "indicators": "indicator"}
_KEYS = ("code", "kind", "indicator", "id", "name")


@dataclass(frozen=True, kw_only=True)
class RuleEntry:
    """One rule as a lawyer needs it.

    Args:
        chapter: one of `CHAPTERS`.
        group: what it stands in: a family of signals, a table, a scheme; empty for none.
        group_names: the group's name by language.
        code: its code, unique within chapter, group and dates.
        says: what it says, by language.
        source: document and article, as the pack has it; empty where the pack names none.
        status: V, V*, K or P as the pack has it; empty where it says none.
        inherited: whether the status is that of the table or scheme in which it stands.
        effective_from: the first day on which it holds; None for what has no dates.
        effective_until: the last day on which it holds, None while nothing ends it.
        legal_from: since when it is law, where the pack says so.
        owner: the role that answers for it.
        reviewed_on: the day of its last review.
        pack: the pack of the chain that holds it.
        where: its file.
    """

    chapter: str
    code: str
    says: Mapping[str, str]
    pack: str
    where: str
    group: str = ""
    group_names: Mapping[str, str]
    source: str = ""
    status: str = ""
    inherited: bool = False
    effective_from: date | None = None
    effective_until: date | None = None
    legal_from: date | None = None
    owner: str = ""
    reviewed_on: date | None = None


def rules(pack: Pack) -> list[RuleEntry]:
    """Give every rule that a pack and those that it extends ever hold, by chapter and group.

    A version ends on the day before another takes its place; one that is in force on no day is left out.
    """
    found: list[RuleEntry] = []
    for kind, keys in pack.versions.items():
        for _, versions in sorted(keys.items()):
            for dated, first, last in _spans(pack, versions):
                found += _entries(kind, dated, first, last)
    found += _undated(pack)
    found += _calendars(pack)
    found += _settings(pack)
    order = {name: place for place, name in enumerate(CHAPTERS)}
    families = {name: place for place, name in enumerate(pack.settings.get("precedence") or ())}
    found.sort(key=lambda one: (order.get(one.chapter, len(order)), families.get(one.group, 0), one.group))
    return found


def _spans(pack: Pack, versions: tuple[Dated, ...]) -> Iterator[tuple[Dated, date, date | None]]:
    """Give the stretches of days on which each version is in force; one that nothing ends has no last day."""
    turns = {one.effective_from for one in versions}
    turns |= {one.effective_until + _DAY for one in versions if one.effective_until not in (None, date.max)}
    open_at: tuple[Dated, date] | None = None
    for day in sorted(turns):
        holds = pack.in_force(versions, day)
        if open_at is not None and holds is not open_at[0]:
            yield (*open_at, day - _DAY)
            open_at = None
        if holds is not None and open_at is None:
            open_at = (holds, day)
    if open_at is not None:
        yield (*open_at, None)


def _entries(kind: str, dated: Dated, first: date, last: date | None) -> Iterator[RuleEntry]:
    value = dated.value
    common = _common(kind, dated, first, last)
    if isinstance(value, DecisionTable):
        names = {"en": value.name, **value.labels}
        for rule in value.rules:
            source = provenance.of_rule(value, rule)
            told = {
                "source": "; ".join(filter(None, (source.reference, source.remark))),
                "status": source.status,
                "inherited": not source.is_own and bool(source.status),
            }
            yield RuleEntry(
                **common | told,
                group=dated.key,
                group_names=names,
                code=rule.id,
                says=texts.of_rule(value, rule),
            )
    elif isinstance(value, Scheme):
        in_scheme = common | {"group": value.id, "group_names": value.name}
        yield RuleEntry(**in_scheme, code=value.id, says=texts.of_scheme(value))
        for level in value.levels:
            code = f"{value.id} {level.level_code}"
            yield RuleEntry(**in_scheme | {"inherited": True}, code=code, says=texts.of_level(level))
    else:
        yield RuleEntry(**common, **_of(value, dated))


def _common(kind: str, dated: Dated, first: date, last: date | None) -> dict[str, Any]:
    """Give what an entry says of itself, from the value that was read of it, else as it was written."""

    def said(name: str) -> Any:
        if hasattr(dated.value, name):
            return getattr(dated.value, name)
        return dated.raw.get(name) if isinstance(dated.raw, Mapping) else None

    return {
        "chapter": kind,
        "source": said("reference") or "",
        "status": said("status") or "",
        "effective_from": first,
        "effective_until": last,
        "legal_from": said("legal_from"),
        "owner": said("owner") or "",
        "reviewed_on": said("reviewed_on"),
        "pack": dated.pack,
        "where": dated.where,
    }


def _of(value: Any, dated: Dated) -> dict[str, Any]:
    """Give the code, the group and the words of an entry that is one rule."""
    match value:
        case Signal():
            says, group = texts.of_signal(value), value.family
        case Measure():
            says, group = texts.of_measure(value), ""
        case Parameter():
            says, group = texts.of_parameter(value), ""
        case _:
            raw = dated.raw if isinstance(dated.raw, Mapping) else {"value": dated.raw}
            says, group = texts.of_raw(raw), ""
    return {"code": dated.key, "says": says, "group": group, "group_names": {}}


def _undated(pack: Pack) -> Iterator[RuleEntry]:
    """Give the entries of documents without dates: lists of clocks, events, indicators, checklists."""
    for name, document in sorted(pack.undated.items()):
        if name == "sources":  # tells what references name, and decides nothing
            continue
        chapter = _DOCUMENTS.get(name, "checklist")
        listed, shared = texts.items(document)
        for place, item in enumerate(listed, 1):
            raw = {**shared, **item}
            key = next((str(raw[key]) for key in _KEYS if raw.get(key)), str(place))
            yield RuleEntry(
                chapter=chapter,
                group=name if chapter == "checklist" else "",
                group_names={},
                code=key,
                says=texts.of_raw(raw),
                source=str(raw.get("reference") or raw.get("source") or ""),
                status=str(raw.get("status") or ""),
                effective_from=_day(raw.get("effective_from")),
                effective_until=_day(raw.get("effective_until")),
                legal_from=_day(raw.get("legal_from")),
                owner=str(raw.get("owner") or ""),
                reviewed_on=_day(raw.get("reviewed_on")),
                pack=pack.id,
                where=f"{pack.id}/{name}.yaml",
            )


def _day(value: object) -> date | None:
    return value if isinstance(value, date) else None


def _calendars(pack: Pack) -> Iterator[RuleEntry]:
    for year, known in sorted(pack.calendar.years.items()):
        path = f"calendar/{year}.yaml"
        holders = [name for name, folder in pack.folders.items() if (folder / path).is_file()]
        holder = holders[-1] if holders else pack.id
        yield RuleEntry(
            chapter="calendar",
            group_names={},
            code=str(year),
            says=texts.of_year(known),
            source=known.source,
            status=known.status,
            effective_from=date(year, 1, 1),
            effective_until=date(year, 12, 31),
            pack=holder,
            where=f"{holder}/{path}",
        )


def _settings(pack: Pack) -> Iterator[RuleEntry]:
    """Give what pack.yaml decides; it names no source, and is listed so."""
    for code, says in texts.of_settings(pack.settings):
        where = f"{pack.id}/pack.yaml"
        yield RuleEntry(chapter="setting", group_names={}, code=code, says=says, pack=pack.id, where=where)

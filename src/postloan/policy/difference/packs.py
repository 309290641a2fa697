"""Difference of two packs, or of what is in force of them: entry by entry, by text and by meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.checked import validate
from postloan.policy.difference import meaning, rules
from postloan.policy.difference.meaning import Meaning
from postloan.policy.difference.rules import Change, TableChange
from postloan.policy.entries import Signal
from postloan.policy.in_force import Dated, Pack, Policy
from postloan.policy.model import DecisionTable, Input, Output, Rule

Env = Mapping[str, str]

_KEYS = ("level_code", "code", "id", "name", "kind")
"""What tells the items of a list apart."""


@dataclass(frozen=True)
class TableDifference:
    """Two versions of a table, by rule and by meaning."""

    by_rule: TableChange
    by_meaning: Meaning


@dataclass(frozen=True)
class EntryChange:
    """One entry of a pack that differs.

    Args:
        kind: parameter, signal, scheme, measure, table; settings, calendar, or the name of a document.
        key: its name or code; empty for settings and documents.
        what: `added`, `removed`, `changed`, or `replaced`: a version with another date takes its place.
        old_from: the day from which the older version holds; None where there is none or no date.
        new_from: the same of the newer version.
        fields: fields that changed, as text; a nested one by its path, such as `grades.red`.
        table: of a table, the difference by rule and by meaning.
        meaning: of a signal, the values of its fact that get another colour.
    """

    kind: str
    key: str
    what: str
    old_from: date | None = None
    new_from: date | None = None
    fields: tuple[Change, ...] = ()
    table: TableDifference | None = None
    meaning: Meaning | None = None


def compare_tables(old: DecisionTable, new: DecisionTable, old_env: Env, new_env: Env) -> TableDifference:
    """Compare two tables by rule and by meaning.

    Args:
        old: the table before.
        new: the table after.
        old_env: FEEL kinds of the names that the older table may use.
        new_env: the same of the newer one.
    """
    try:
        found = meaning.compare(validate(old, old_env), validate(new, new_env))
    except PolicyError as error:
        found = Meaning(decided=False, reason="invalid", error=error.as_dict())
    return TableDifference(rules.compare(old, new), found)


def compare_packs(old: Pack | Policy, new: Pack | Policy, old_env: Env, new_env: Env) -> list[EntryChange]:
    """Compare two packs, every version of everything; or, given as policies, what is in force on a date.

    Returns:
        Entries that differ, by kind and key; a new version of something is compared with the version that
        it takes the place of.
    """
    found: list[EntryChange] = []
    for kind in ("table", "signal", "parameter", "scheme", "measure", "clock"):
        one, other = _versions(old, kind), _versions(new, kind)
        for key in sorted({*one, *other}):
            for before, after in _paired(one.get(key, {}), other.get(key, {})):
                found += _entry(before, after, old_env, new_env)
    found += _documents(_pack(old), _pack(new))
    return found


def _pack(source: Pack | Policy) -> Pack:
    return source.pack if isinstance(source, Policy) else source


def _versions(source: Pack | Policy, kind: str) -> dict[str, dict[date, Dated]]:
    """Give the versions of each thing by the day from which they hold; of one day the topmost pack's."""
    if isinstance(source, Policy):
        return {key: {one.effective_from: one} for key, one in source.in_force.get(kind, {}).items()}
    found: dict[str, dict[date, Dated]] = {}
    for key, versions in source.versions.get(kind, {}).items():
        for one in versions:
            found.setdefault(key, {})[one.effective_from] = one
    return found


def _paired(
    old: Mapping[date, Dated], new: Mapping[date, Dated]
) -> Iterator[tuple[Dated | None, Dated | None]]:
    """Pair versions by their first day; one with a day of its own goes with the last one before it."""
    gone = [day for day in sorted(old) if day not in new]
    replaced = set()
    for day in sorted(new):
        base = day if day in old else max((one for one in old if one < day), default=None)
        if base is None and gone:
            base = gone[0]
        replaced.add(base)
        yield (None if base is None else old[base]), new[day]
    for day in gone:
        if day not in replaced:
            yield old[day], None


def _entry(before: Dated | None, after: Dated | None, old_env: Env, new_env: Env) -> list[EntryChange]:
    """Compare two versions of one thing; nothing if they are the same."""
    known = after or before
    assert known is not None
    days = (before.effective_from if before else None, after.effective_from if after else None)
    if before is None or after is None:
        what = "added" if before is None else "removed"
        return [EntryChange(known.kind, known.key, what, *days)]
    what = "changed" if days[0] == days[1] else "replaced"
    if known.kind == "table":
        table = compare_tables(before.value, after.value, old_env, new_env)
        changed = table.by_rule or days[0] != days[1]
        return [EntryChange(known.kind, known.key, what, *days, table=table)] if changed else []
    fields = _fields(before.raw, after.raw)
    if not fields:
        return []
    told = None
    if isinstance(before.value, Signal) and isinstance(after.value, Signal):
        told = _colours(before.value, after.value, old_env, new_env)
    return [EntryChange(known.kind, known.key, what, *days, fields=fields, meaning=told)]


def _fields(old: Any, new: Any) -> tuple[Change, ...]:
    """Compare two raw entries, field by field."""
    one, other = dict(_flat(old)), dict(_flat(new))
    return tuple(
        Change(path, one.get(path, ""), other.get(path, ""))
        for path in dict.fromkeys((*one, *other))
        if one.get(path) != other.get(path)
    )


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Give what a document holds, by path; items of a list by what tells them apart."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        keys = [key for key in _KEYS if len({str(item[key]) for item in value if key in item}) == len(value)]
        for at, item in enumerate(value, 1):
            yield from _flat(item, f"{path}[{item.get(keys[0]) if keys else at}]")
    elif isinstance(value, list):
        yield path, ", ".join(map(_text, value))
    else:
        yield path, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _colours(old: Signal, new: Signal, old_env: Env, new_env: Env) -> Meaning:
    """Tell which values of the fact change colour; not decided where the signals test different facts."""
    try:
        return meaning.compare(
            validate(_as_table(old, old_env), old_env), validate(_as_table(new, new_env), new_env)
        )
    except PolicyError as error:
        return Meaning(decided=False, reason="invalid", error=error.as_dict())


def _as_table(signal: Signal, env: Env) -> DecisionTable:
    """Give a signal's grades as a table: the worst that the fact meets is its colour."""
    grades = tuple(Rule(grade.colour, (grade.text,), (f'"{grade.colour}"',)) for grade in signal.grades)
    fact = Input(signal.fact, env.get(signal.fact, "any"), required=True)
    outputs = (Output("colour", "string"),)
    return DecisionTable(signal.code, signal.code, "F", (fact,), outputs, grades, where=signal.where)


def _documents(old: Pack, new: Pack) -> list[EntryChange]:
    """Compare what bears no date: settings, calendars, and the other documents."""
    pairs: list[tuple[str, Any, Any]] = [("settings", old.settings, new.settings)]
    years = [
        {
            str(year): {
                "holidays": [day.isoformat() for day in sorted(days.holidays)],
                "extra_workdays": [day.isoformat() for day in sorted(days.extra_workdays)],
            }
            for year, days in sorted(pack.calendar.years.items())
        }
        for pack in (old, new)
    ]
    pairs.append(("calendar", years[0], years[1]))
    names = sorted({*old.undated, *new.undated})
    pairs += [(name, old.undated.get(name, {}), new.undated.get(name, {})) for name in names]
    return [
        EntryChange(kind, "", "changed", fields=found)
        for kind, one, other in pairs
        if (found := _fields(one, other))
    ]

"""`policy diff`: what differs between two packs, two dates of a pack, or two DMN files."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import click

from postloan.cli.base import leave, print_json, shared, unknown
from postloan.cli.policy._sources import Source, dated, feel_env, open_source, wanted
from postloan.cli.running import LANG
from postloan.cli.words import language
from postloan.policy.difference_words import DiffWords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postloan.policy.difference import Change, EntryChange, Meaning, RuleChange, TableDifference
    from postloan.policy.in_force import Pack, Policy
    from postloan.policy.model import DecisionTable


@click.command(
    epilog="""\b
Examples:
  postloan policy diff cn_rural packs/our_bank
  postloan policy diff packs/our_bank@2026-12-31 packs/our_bank@2027-01-01
  postloan policy diff old.dmn new.dmn --exit-code
  postloan policy diff cn_rural draft.dmn --table floors"""
)
@click.argument("old")
@click.argument("new")
@click.option("--table", help="Only the table of this name.")
@click.option("--exit-code", "tell", is_flag=True, help="Exit 1 where they differ.")
@LANG
@shared
def diff(old: str, new: str, *, table: str | None, tell: bool, lang: str | None, as_json: bool) -> None:
    """Compare OLD with NEW by rule and by meaning: packs, a pack on a date (PACK@DATE), or DMN files.

    By meaning: which inputs get another outcome, each with an example; which values change colour.
    """
    changes = _changes(old, new, table)
    if as_json:
        print_json({"old": old, "new": new, "differences": [asdict(one) for one in changes]})
    else:
        _say(old, new, changes, DiffWords(language(lang)))
    leave(1 if tell and changes else 0)


def _changes(old: str, new: str, table: str | None) -> list[EntryChange]:
    from postloan.policy.difference import compare_packs

    (one, first), (other, second) = _opened(old), _opened(new)
    if one.pack is None or other.pack is None:
        return _of_tables(one, first, other, second, table)
    envs = [feel_env(source.pack, ())[0] for source in (one, other)]
    if table is not None:
        known = sorted({*one.pack.versions.get("table", {}), *other.pack.versions.get("table", {})})
        if table not in known:
            raise unknown("table", table, known, where=f"{old}, {new}")
    found = compare_packs(_on(one.pack, first), _on(other.pack, second), envs[0], envs[1])
    return [entry for entry in found if table is None or (entry.kind, entry.key) == ("table", table)]


def _opened(name: str) -> tuple[Source, date | None]:
    base, day = dated(name)
    return open_source(base), day


def _on(pack: Pack, day: date | None) -> Pack | Policy:
    return pack if day is None else pack.as_of(day)


def _of_tables(
    one: Source, first: date | None, other: Source, second: date | None, table: str | None
) -> list[EntryChange]:
    """Compare tables of which at least one stands in a file: those of one name, or the only ones."""
    from postloan.policy.difference import EntryChange, compare_tables

    before, after = _by_name(one, first, table), _by_name(other, second, table)
    names = sorted({*before} & {*after}) if one.pack or other.pack else sorted({*before, *after})
    if len(before) == len(after) == 1:
        names, after = sorted(before), {next(iter(before)): next(iter(after.values()))}
    if not names:
        raise unknown("table", ", ".join(before if one.pack is None else after), sorted({*before, *after}))
    found = []
    for name in names:
        if name not in before or name not in after:
            found.append(EntryChange("table", name, "added" if name in after else "removed"))
            continue
        pair = before[name], after[name]
        envs = [feel_env(source.pack, [table])[0] for source, table in zip((one, other), pair, strict=True)]
        told = compare_tables(*pair, envs[0], envs[1])
        if told.by_rule:
            found.append(EntryChange("table", name, "changed", table=told))
    return found


def _by_name(source: Source, day: date | None, table: str | None) -> dict[str, DecisionTable]:
    """Give the tables of a file, or those of a pack in force on a date, by default the last ones."""
    if source.pack is None:
        alone = len(source.tables) == 1
        return {one.id: one for one in wanted(source, None if alone else table, None)}
    return {one.id: one for one in wanted(source, table, day or date.max)}


def _say(old: str, new: str, changes: Sequence[EntryChange], words: DiffWords) -> None:
    from postloan.cli.text import heading

    for entry in changes:
        title = f"{words(entry.kind)} {entry.key}".rstrip()
        click.echo(heading(f"{title}: {words(entry.what)}{_days(entry, words)}"))
        _say_changes(entry.fields)
        if entry.table is not None:
            _say_table(entry.table, words)
        if entry.meaning is not None:
            _say_meaning(entry.meaning, words, none="clear")
    click.echo(words("total", old, new, len(changes)) if changes else words("equal"))


def _days(entry: EntryChange, words: DiffWords) -> str:
    from postloan.policy.entry_reader import ALWAYS

    day = entry.new_from or entry.old_from
    if day is None or day == ALWAYS == entry.old_from:
        return ""
    if entry.what == "replaced":
        return f" ({words('from_to', day, entry.old_from)})"
    return f" ({words('from', day)})"


def _say_changes(changes: Sequence[Change], indent: str = "  ") -> None:
    for change in changes:
        click.echo(f"{indent}{change.what}: {change.old or '∅'} → {change.new or '∅'}")


def _say_table(told: TableDifference, words: DiffWords) -> None:
    _say_changes(told.by_rule.head)
    for rule in told.by_rule.rules:
        _say_rule(rule, words)
    _say_meaning(told.by_meaning, words)
    shared = told.by_meaning.outputs
    if shared and any(change.what == "output" for change in told.by_rule.head):
        click.echo(f"    {words('compared', words('listed').join(shared))}")


def _say_rule(rule: RuleChange, words: DiffWords) -> None:
    title = words("rule", rule.id, words(rule.what))
    if rule.old_place and rule.new_place and rule.old_place != rule.new_place:
        title += f" ({words('place', rule.old_place, rule.new_place)})"
    if rule.what in ("added", "removed"):
        shown = [f"{cell.what} {cell.new or cell.old}" for cell in rule.cells]
        click.echo(f"  {title}: {words('listed').join(shown)}")
        return
    click.echo(f"  {title}")
    _say_changes(rule.cells, "    ")


def _say_meaning(found: Meaning, words: DiffWords, none: str = "none") -> None:
    from postloan.cli.text import faint

    click.echo(f"  {words('by_meaning')}:")
    for change in found.changes:
        click.echo(f"    {words.box(change.box)}: {words.outcomes(change.old, change.new, none)}")
        click.echo(faint(f"      {words('example')}: {_row(change.example, words)}"))
    if found.cut_off:
        click.echo(f"    {words('cut_off', len(found.changes))}")
    if not found.decided:
        click.echo(f"    {words(found.reason, found.error['message'] if found.error else '')}")
    elif not found.changes:
        click.echo(f"    {words('same')}")


def _row(values: Mapping[str, object], words: DiffWords) -> str:
    return " · ".join(f"{name} {words.value(value)}" for name, value in values.items())

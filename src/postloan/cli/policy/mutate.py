"""`policy mutate`: whether the cases of a pack notice small changes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, leave, print_json, shared
from postloan.cli.policy._shared import PACK, kinds, versions
from postloan.cli.policy._words_cases import CaseWords
from postloan.cli.policy.test import chosen, known
from postloan.cli.running import LANG
from postloan.cli.words import language

if TYPE_CHECKING:
    from postloan.policy.mutation import Found, MutationReport, SubjectResult, Tell

_SHOWN = 20


@click.command(
    epilog="""\b
Examples:
  postloan policy mutate cn_rural
  postloan policy mutate packs/our_bank --table floors --at-least 100"""
)
@PACK
@click.option("--table", "tables", multiple=True, help="Change only this table; may be given again.")
@click.option("--signal", "signals", multiple=True, help="Change only this signal; may be given again.")
@click.option("--as-of", type=Day(), help="The date of cases that name none; by default the pack's last.")
@click.option(
    "--at-least",
    type=click.FloatRange(0, 100),
    default=95,
    show_default=True,
    help="The share of changes, in percent, that the cases must notice.",
)
@LANG
@shared
def mutate(
    pack: str,
    *,
    tables: tuple[str, ...],
    signals: tuple[str, ...],
    as_of: date | None,
    at_least: float,
    lang: str | None,
    as_json: bool,
) -> None:
    """Change PACK a little at a time and tell which changes none of its cases notices.

    Each threshold moves by one unit, each operator, edge, value, negation, conclusion and date is changed,
    each rule removed. A change that decides nothing otherwise is listed apart. Exit 1 below the level.
    """
    from postloan.policy import mutation
    from postloan.policy import pack as packs

    loaded = packs.load(pack)
    known("table", tables, loaded.versions.get("table", {}))
    known("signal", signals, loaded.versions.get("signal", {}))
    words = CaseWords(language(lang))
    with _bar(words) as tell:
        report = mutation.run(loaded, kinds(), as_of, tell=tell, **chosen(tables, signals))
    level = Decimal(str(at_least))
    if as_json:
        print_json(_document(report, level))
    else:
        _say(report, level, words)
    leave(0 if report.percent >= level else 1)


@contextmanager
def _bar(words: CaseWords) -> Iterator[Tell | None]:
    """Show how far it is where standard error is a terminal."""
    import sys

    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words("trying"))

        def tell(name: str, number: int, of: int) -> None:
            progress.update(task, description=name, completed=number - 1, total=of)

        yield tell


def _document(report: MutationReport, level: Decimal) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "pack": report.pack,
        "at_least": level,
        "percent": report.percent,
        "mutants": report.mutants,
        "killed": report.killed,
        "survived": report.survived,
        "equivalent": report.equivalent,
        "subjects": [asdict(one) for one in report.subjects],
    }


def _say(report: MutationReport, level: Decimal, words: CaseWords) -> None:
    """Print what survived with a case that would notice, then a line for each table and signal."""
    for one in report.subjects:
        for found in one.survived[:_SHOWN]:
            mark = click.style(words("survived"), fg="red", bold=True)
            click.echo(f"{mark} {found.place}: {words('changed', found.before, found.after)}")
            click.echo(f"  {words('where')}: {found.where}\n  {words('add')}: {found.add}")
        _say_more(one.survived, words)
    _say_equivalent(report, words)
    _say_subjects(report.subjects, words)
    counts = (report.mutants, report.killed, report.survived, report.equivalent)
    click.echo(words("total", report.pack, *counts, report.percent, level.normalize()))


def _say_more(listed: list[Found], words: CaseWords) -> None:
    if len(listed) > _SHOWN:
        click.echo(f"  {words('more', len(listed) - _SHOWN)}")


def _say_equivalent(report: MutationReport, words: CaseWords) -> None:
    from postloan.cli.text import faint, heading

    listed = [found for one in report.subjects for found in one.equivalent]
    if not listed:
        return
    click.echo(heading(words("equivalents")))
    for found in listed[:_SHOWN]:
        click.echo(faint(f"  {found.place}: {words('changed', found.before, found.after)}"))
    _say_more(listed, words)


def _say_subjects(subjects: list[SubjectResult], words: CaseWords) -> None:
    from postloan.cli.text import pad

    if not subjects:
        return
    labels = versions([(one.name, one.effective_from) for one in subjects])
    width = max(map(len, labels)) + 2
    heads = ("mutants", "killed", "survived", "equivalent")
    click.echo(pad("", width) + "".join(pad(words(head), 12, right=True) for head in heads))
    for one, label in zip(subjects, labels, strict=True):
        counts = (one.mutants, one.killed, len(one.survived), len(one.equivalent))
        click.echo(pad(label, width) + "".join(pad(str(count), 12, right=True) for count in counts))

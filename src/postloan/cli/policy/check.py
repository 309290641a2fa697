"""`policy check`: what in a pack a run would stumble over."""

from __future__ import annotations

import difflib
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import click

from postloan.cli.base import Day, leave, print_json, shared
from postloan.cli.policy._shared import PACK, kinds
from postloan.cli.running import LANG
from postloan.cli.words import language
from postloan.errors import PolicyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from postloan.cli.policy._words_check import CheckWords
    from postloan.policy.findings import Finding
    from postloan.policy.model import DecisionTable
    from postloan.policy.pack import Pack

_AHEAD = timedelta(days=400)
"""Every date so far ahead must resolve."""


@click.command(
    epilog="""\b
Examples:
  postloan policy check packs/our_bank
  postloan policy check packs/our_bank --write
  postloan policy check cn_rural --from 2004-01-01 --to 2026-12-31 --json"""
)
@PACK
@click.option("--from", "from_date", type=Day(), help="First date that must resolve; by default today.")
@click.option("--to", "to_date", type=Day(), help="Last date; by default 400 days later.")
@click.option(
    "--write",
    is_flag=True,
    help="First write the pack's own tables in canonical form, with the Markdown beside each.",
)
@LANG
@shared
def check(
    pack: str, *, from_date: date | None, to_date: date | None, write: bool, lang: str | None, as_json: bool
) -> None:
    """Check a shipped PACK or a pack's folder ahead of the run that would stumble over it.

    Settings and files, names and types, gaps and contradictions of tables, scenario cases, and that on every
    date to come everything is in force. Exit 1 where there is an error, also one for which the pack cannot
    be loaded; warnings are listed.

    With --write, what a modelling tool keeps beside its tables (diagrams, descriptions) is left out of the
    new file; the file as it was stays in the history of your version control.
    """
    from postloan import clock
    from postloan.book.schema import TABLES
    from postloan.book.tables.bank import ROLES
    from postloan.cli.policy._words_check import CheckWords
    from postloan.policy import pack as packs
    from postloan.policy import pack_form
    from postloan.policy.checking import check_pack
    from postloan.policy.findings import Finding

    words = CheckWords(language(lang))
    start = from_date or (to_date - _AHEAD if to_date else clock.now().date())
    end = to_date or start + _AHEAD
    if end < start:
        raise click.UsageError(f"--to {end} lies before --from {start}")
    written: list[Path] = []
    try:
        loaded = packs.load(pack)
        if write:
            written = pack_form.rewrite(loaded)
            loaded = packs.load(pack)
    except PolicyError as error:
        if error.code == "unknown_pack" and not error.where:
            raise
        wrong = _say_check(
            pack, [Finding("error", **error.as_dict())], {}, words, [pack], written, as_json=as_json
        )
    else:
        findings = check_pack(loaded, kinds(), (start, end), feeds=TABLES, roles=ROLES.split())
        wrong = _say_check(
            loaded.id, findings, _tables(loaded), words, loaded.chain, written, as_json=as_json
        )
    leave(1 if wrong else 0)


def _tables(pack: Pack) -> dict[str, DecisionTable]:
    return {one.where: one.value for versions in pack.versions.get("table", {}).values() for one in versions}


def _say_check(
    name: str,
    findings: Sequence[Finding],
    tables: Mapping[str, DecisionTable],
    words: CheckWords,
    chain: Sequence[str],
    written: Sequence[Path],
    *,
    as_json: bool,
) -> int:
    """Print the findings of a check and give how many are errors."""
    from dataclasses import asdict

    wrong = sum(finding.severity == "error" for finding in findings)
    if as_json:
        files = [str(path) for path in written]
        print_json(
            {"pack": name, "errors": wrong, "findings": [asdict(one) for one in findings], "written": files}
        )
        return wrong
    for path in written:
        click.echo(words.written(path))
    bases = {base for base in chain if base != name}
    own = [one for one in findings if one.severity == "error" or one.where.partition("/")[0] not in bases]
    for finding in sorted(own, key=lambda one: one.severity != "error"):
        mark = click.style(words(finding.severity), bold=finding.severity == "error")
        message, mend = words.told(finding, tables)
        click.echo(f"{mark} {finding.code}: {message}\n  {words('where')}: {finding.where}")
        mend = _near(finding, words) or mend
        if mend:
            click.echo(f"  {words('mend')}: {mend}")
    below = Counter(one.where.partition("/")[0] for one in findings if one not in own)
    for base, count in below.items():
        click.echo(words.below(base, count))
    click.echo(words.sum(name, wrong, len(findings) - wrong - sum(below.values())))
    return wrong


def _near(finding: Finding, words: CheckWords) -> str:
    """Give the facts whose names come near one that is not known."""
    if finding.code != "unknown_name" or finding.message.count("`") < 2:
        return ""
    close = difflib.get_close_matches(finding.message.split("`")[1], kinds(), n=3)
    return words.near(close) if close else ""

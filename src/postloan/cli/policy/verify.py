"""`policy verify`: gaps, overlaps, and rules and columns that do nothing, with examples."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, leave, print_json, shared
from postloan.cli.policy._sources import feel_env, open_source, wanted
from postloan.cli.running import LANG
from postloan.cli.words import language
from postloan.errors import PolicyError
from postloan.policy.finding_words import VerifyWords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from postloan.policy.findings import TableFinding
    from postloan.policy.model import DecisionTable

    Verified = tuple[DecisionTable, Sequence[TableFinding]]

_LIMIT = 100


@click.command(
    epilog="""\b
Examples:
  postloan policy verify cn_rural
  postloan policy verify packs/our_bank --table floors --as-of 2026-11-20
  postloan policy verify draft.dmn --json"""
)
@click.argument("pack", default="cn_rural")
@click.option("--table", help="Only the table of this name.")
@click.option("--as-of", type=Day(), help="Only the versions in force on this date; by default all.")
@click.option(
    "--limit",
    type=click.IntRange(1),
    default=_LIMIT,
    show_default=True,
    help="Findings of a kind to give for each table.",
)
@LANG
@shared
def verify(
    pack: str, *, table: str | None, as_of: date | None, limit: int, lang: str | None, as_json: bool
) -> None:
    """Look in the decision tables of PACK, a pack or a DMN file, for gaps, overlaps and idle rules.

    Each finding comes with an example. Exit 1 where rules contradict each other (U and A), or a table
    cannot be used.
    """
    source = open_source(pack)
    tables = wanted(source, table, as_of)
    env, never_null = feel_env(source.pack, tables)
    words = VerifyWords(language(lang))
    verified: list[Verified] = [(one, _verified(one, env, never_null, limit)) for one in tables]
    wrong = sum(found.severity == "error" for _, findings in verified for found in findings)
    if as_json:
        print_json(_document(source.name, verified, wrong))
    else:
        _say(source.name, verified, words, limit)
    leave(1 if wrong else 0)


def _verified(
    table: DecisionTable, env: Mapping[str, str], never_null: Sequence[str], limit: int
) -> Sequence[TableFinding]:
    """Verify one table; one that cannot be used has that as its finding."""
    from postloan.policy import verification
    from postloan.policy.checked import validate
    from postloan.policy.findings import TableFinding

    try:
        return verification.verify(validate(table, env), limit, never_null)
    except PolicyError as error:
        told = error.as_dict()
        return [TableFinding("error", told["code"], told["message"], told["where"], told["mend"])]


def _document(name: str, verified: Sequence[Verified], wrong: int) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "source": name,
        "errors": wrong,
        "tables": [
            {
                "table": table.id,
                "where": table.where,
                "hit_policy": table.hit_policy + table.aggregation,
                "rules": len(table.rules),
                "findings": [asdict(one) for one in findings],
            }
            for table, findings in verified
        ],
    }


def _say(name: str, verified: Sequence[Verified], words: VerifyWords, limit: int) -> None:
    from postloan.cli.text import faint, heading

    counts: Counter[str] = Counter()
    for table, findings in verified:
        policy = table.hit_policy + table.aggregation
        click.echo(heading(f"{table.id} ({policy}, {words('rules', len(table.rules))})"))
        if not findings:
            click.echo(faint(f"  {words('sound')}"))
        for found in sorted(findings, key=lambda one: one.severity != "error"):
            counts[found.severity] += 1
            _say_finding(found, table, words, limit)
    click.echo(words("total", name, len(verified), counts["error"], counts["warning"]))


def _say_finding(found: TableFinding, table: DecisionTable, words: VerifyWords, limit: int) -> None:
    from postloan.cli.text import faint, folded, screen_width

    message, mend = words.finding(found, table, limit)
    mark = click.style(f"{words(found.severity)} {words.code(found.code)}:", bold=found.severity == "error")
    click.echo(f"  {mark} {message}")
    shown = [f"{words.column(name, table)} {_plain(value, words)}" for name, value in found.example.items()]
    for i, line in enumerate(folded(shown, screen_width() - 14, lines=9)):
        click.echo(f"    {words('example') + ': ' if not i else '         '}{line}")
    if found.severity == "error" and not found.rules:
        click.echo(f"    {words('where')}: {found.where}")
    if mend:
        click.echo(faint(f"    {words('mend')}: {mend}"))


def _plain(value: object, words: VerifyWords) -> str:
    """Give a value of an example as people read it."""
    from postloan.policy.feel.builtins import text

    return words("empty") if value is None else str(text(value))

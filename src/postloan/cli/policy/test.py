"""`policy test`: the scenario cases of a pack, and what they reach."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, engine_options, leave, print_json, shared
from postloan.cli.policy._shared import PACK, kinds, versions
from postloan.cli.policy._words_cases import CaseWords
from postloan.cli.running import LANG
from postloan.cli.words import language

if TYPE_CHECKING:
    from postloan.policy.scenarios import ScenarioReport, SignalCoverage, TableCoverage

_HIT = "hit"


@click.command(
    epilog="""\b
Examples:
  postloan policy test cn_rural
  postloan policy test packs/our_bank --table floors --columns
  postloan policy test packs/our_bank --firing STORE"""
)
@PACK
@click.option("--table", "tables", multiple=True, help="Only the cases of this table; may be given again.")
@click.option("--signal", "signals", multiple=True, help="Only the cases of this signal; may be given again.")
@click.option("--as-of", type=Day(), help="The date of cases that name none; by default the pack's last.")
@click.option("--columns", is_flag=True, help="Run each case on the compiled path too.")
@click.option(
    "--firing",
    metavar="BOOK|STORE",
    help="Run no cases; tell how often each signal, on or off, fires on a book or on a store's last day.",
)
@LANG
@engine_options
@shared
def test(
    pack: str,
    *,
    tables: tuple[str, ...],
    signals: tuple[str, ...],
    as_of: date | None,
    columns: bool,
    firing: str | None,
    lang: str | None,
    threads: int | None,
    memory: str,
    as_json: bool,
) -> None:
    """Run the scenario cases of PACK and show which rules and grades they reach.

    Exit 1 where a case fails or cannot be used; a rule that no case reaches is shown and is no failure.
    """
    if firing is not None:
        from postloan.cli.policy._firing_text import say_firing

        say_firing(pack, firing, as_of, signals, language(lang), threads, memory, as_json=as_json)
        return
    from postloan.policy import pack as packs
    from postloan.policy import scenarios

    loaded = packs.load(pack)
    known("table", tables, loaded.versions.get("table", {}))
    known("signal", signals, loaded.versions.get("signal", {}))
    with ExitStack() as stack:
        path = None
        if columns:
            from postloan.engine import open_engine
            from postloan.policy.scenario_columns import OnColumns
            from postloan.signals.given import states

            path = OnColumns(stack.enter_context(open_engine(threads=1)), states)
        report = scenarios.run(loaded, kinds(), as_of, columns=path, **chosen(tables, signals))
    if as_json:
        print_json(_document(report))
    else:
        _say(report, CaseWords(language(lang)))
    leave(1 if report.failures else 0)


def known(what: str, asked: tuple[str, ...], there_are: object) -> None:
    """Refuse names that the pack has not, telling which come near."""
    from postloan.cli.base import unknown

    names = sorted(map(str, there_are)) if hasattr(there_are, "__iter__") else []
    for name in asked:
        if name not in names:
            raise unknown(what, name, names)


def chosen(tables: tuple[str, ...], signals: tuple[str, ...]) -> dict[str, tuple[str, ...] | None]:
    """Give the tables and signals asked for; None for both where nothing was."""
    return {"tables": tables, "signals": signals} if tables or signals else {"tables": None, "signals": None}


def _document(report: ScenarioReport) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "pack": report.pack,
        "cases": report.cases,
        "failed": len(report.failures),
        "failures": [asdict(one) for one in report.failures],
        "tables": [asdict(one) for one in report.tables],
        "signals": [asdict(one) for one in report.signals],
    }


def _say(report: ScenarioReport, words: CaseWords) -> None:
    """Print failures first, then the coverage, then the counts."""
    from postloan.cli.text import heading

    for one in report.failures:
        mark = click.style(words("failed" if one.code == "case_failed" else "error"), fg="red", bold=True)
        click.echo(f"{mark} {one.message}\n  {words('where')}: {one.where}")
        for line in getattr(one, "conditions", None) or ([one.mend] if one.mend else []):
            click.echo(f"  {words('why')}: {line}")
    if report.failures:
        click.echo()
    if not report.cases and not report.failures:
        click.echo(words("nothing", report.pack))
    click.echo(heading(words("coverage")))
    labels = versions([(one.name, one.effective_from) for one in report.tables])
    lines = [_table_line(one, label, words) for one, label in zip(report.tables, labels, strict=True)]
    _say_coverage(lines, words("table"), words)
    labels = versions([(one.code, one.effective_from) for one in report.signals])
    lines = [_signal_line(one, label, words) for one, label in zip(report.signals, labels, strict=True)]
    _say_coverage(lines, words("signal"), words)
    states = [state for one in report.tables for state in one.rules.values()]
    states += [state for one in report.signals for state in one.grades.values()]
    hit = states.count(_HIT)
    click.echo(words("ran", report.pack, report.cases, len(report.failures), hit, len(states)))


def _table_line(one: TableCoverage, label: str, words: CaseWords) -> tuple[str, int, dict[str, str]]:
    states = dict(one.rules)
    if one.default is not None:
        states[words("default")] = one.default
    return label, one.cases, states


def _signal_line(one: SignalCoverage, label: str, words: CaseWords) -> tuple[str, int, dict[str, str]]:
    from postloan.cli.words import Words

    spoken = Words("zh" if words("table") != "table" else "en")
    return label, one.cases, {spoken(grade): state for grade, state in one.grades.items()}


def _say_coverage(lines: list[tuple[str, int, dict[str, str]]], what: str, words: CaseWords) -> None:
    """Print one line a table or signal: its cases, how much is hit, and what is not."""
    from postloan.cli.text import faint, folded, pad, screen_width

    if not lines:
        return
    width = max(len(what), *(len(name) for name, _, _ in lines)) + 2
    click.echo(f"{pad(what, width)}{pad(words('cases'), 7, right=True)}{pad(words('hit'), 9, right=True)}")
    for name, cases, states in lines:
        count = f"{list(states.values()).count(_HIT)}/{len(states)}"
        click.echo(f"{pad(name, width)}{pad(str(cases), 7, right=True)}{pad(count, 9, right=True)}")
        for state in ("not_hit", "insufficient_data"):
            named = [rule for rule, found in states.items() if found == state]
            for line in folded(named, screen_width() - 24, lines=9) if named else ():
                click.echo(faint(f"    {pad(words(state), 18)} {line}"))

"""`policy tck`: cases of the DMN conformance kit, through columns and through the interpreter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from postloan.cli.base import leave, print_json, shared
from postloan.cli.policy._words_tck import WORDS
from postloan.cli.words import LANGUAGES, language

if TYPE_CHECKING:
    from postloan.policy.conformance import Report


@click.command(
    epilog="\b\nExamples:\n  postloan policy tck dmn-tck/TestCases/compliance-level-2\n"
    "  postloan policy tck dmn-tck/TestCases --json"
)
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of what people read; POSTLOAN_LANG sets it too."
)
@shared
def tck(folder: Path, *, lang: str | None, as_json: bool) -> None:
    """Run the conformance cases in DIR: models (.dmn) with their tests (.xml), folder by folder.

    A case passes where the compiled path and the interpreter both give what it expects. It is refused where
    one of them names a construct that it does not take. Exit 1 if a case failed.
    """
    from rich.console import Console
    from rich.progress import Progress, TextColumn

    from postloan.engine import open_engine
    from postloan.policy.conformance import run

    console = Console(stderr=True)
    bar = Progress(*Progress.get_default_columns(), TextColumn("{task.fields[now]}"), console=console)
    with open_engine("duckdb", threads=1) as engine, bar:
        task = bar.add_task("tck", total=None, now="", visible=console.is_terminal)
        report = run(
            folder, engine, lambda name, done, total: bar.update(task, completed=done, total=total, now=name)
        )
    if as_json:
        print_json(report.as_dict())
    else:
        _say(report, language(lang))
    leave(1 if report.totals()["failed"] else 0)


def _say(report: Report, lang: str) -> None:
    from postloan.cli.text import heading, pad

    words = {key: pair[LANGUAGES.index(lang)] for key, pair in WORDS.items()}
    columns = ("passed", "failed", "refused")
    width = max(len(one.folder) for one in report.folders) + 2
    click.echo(heading(pad(words["folder"], width) + "".join(pad(words[name], 10) for name in columns)))
    for one in report.folders:
        click.echo(pad(one.folder, width) + "".join(pad(str(one.cases[name]), 10) for name in columns))
        for failure in one.failures:
            click.echo(
                f"  {failure['case']}, {failure['node']} ({words[failure['path']]}): "
                f"{words['expected']} {failure['expected']}, {words['got']} {failure['got']}"
            )
    totals = report.totals()
    click.echo(pad(words["all"], width) + "".join(pad(str(totals[name]), 10) for name in columns))
    for path in ("compiled", "interpreted"):
        counts = ", ".join(f"{totals[path][name]} {words[name]}" for name in columns)
        click.echo(f"{words[path]}: {counts}")

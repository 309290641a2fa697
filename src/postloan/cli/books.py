"""Commands on a book: bring a source in, look whether it is sound, and say what a book holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from postloan.cli.base import engine_options, leave, print_json, shared, unknown
from postloan.errors import BookError


@click.command(
    "import",
    epilog="""\b
Examples:
  postloan import folder EXPORT BOOK --mapping mapping.yaml
  postloan import database postgresql://reader@db/core BOOK
  postloan import folder BOOK/quarantine BOOK --resume-quarantine""",
)
@click.argument("source")
@click.argument("path")
@click.argument("book", type=click.Path(path_type=Path))
@click.option(
    "--mapping", type=click.Path(dir_okay=False, path_type=Path), help="The bank's own names (YAML)."
)
@click.option("--resume-quarantine", is_flag=True, help="Keep the book and add its mended rows.")
@engine_options
@shared
def import_(
    source: str,
    path: str,
    book: Path,
    mapping: Path | None,
    *,
    resume_quarantine: bool,
    threads: int | None,
    memory: str,
    as_json: bool,
) -> None:
    """Bring SOURCE at PATH into BOOK.

    SOURCE is folder, database, berka, polish, sba or taiwan. Rows that break the contract go to
    BOOK/quarantine with the reason; the rest goes in. Whatever goes wrong, the book stays as it was.
    """
    from postloan.book.importing import SOURCES, import_book

    if source not in SOURCES:
        raise unknown("source", source, SOURCES)
    with table_progress("import") as progress:
        found = import_book(
            source,
            path,
            book,
            mapping,
            resume_quarantine=resume_quarantine,
            progress=progress,
            threads=threads or 2,
            memory=memory,
        )
    if as_json:
        print_json(found.as_dict())
    else:
        _say_gate(
            str(book), found.rows, found.quarantined, [c.as_dict() for c in found.controls], found.findings
        )
        _say_next(book, passed=not found.exit_code)
    leave(found.exit_code)


def _say_next(book: Path, *, passed: bool) -> None:
    """Say what to do after an import: mend what was set aside, see to a control total, run a day."""
    waiting = _waiting(book)
    if waiting:
        click.echo(f"\nset aside, each row with its reason: {', '.join(waiting)}")
        click.echo("next: mend the source or the mapping and import it again, or mend these files and")
        click.echo(f"      postloan import folder {book / 'quarantine'} {book} --resume-quarantine")
    if not passed:
        click.echo("\na control total does not hold: the book may lack rows, or hold wrong ones")
    click.echo(f"\nnext: postloan run {book} --as-of DATE --store STORE")


def _waiting(book: Path) -> list[str]:
    """Give the files of a book's quarantine that a person can open."""
    return [str(file) for file in sorted((book / "quarantine").glob("*.csv"))]


@click.command(epilog="\b\nExample:\n  postloan check BOOK --json")
@click.argument("book")
@engine_options
@shared
def check(book: str, *, threads: int | None, memory: str, as_json: bool) -> None:
    """Take BOOK through the quality gate and change nothing; exit 1 where there is something to mend."""
    from postloan.book.opening import open_book
    from postloan.engine import open_engine

    with (
        open_engine(threads=threads, memory=memory) as engine,
        table_progress("check") as progress,
    ):
        try:
            found = open_book(engine, book, engine.scratch / "checked", again=True, progress=progress)
        except BookError as error:
            if error.code not in _FAULTS:
                raise
            _say_fault(book, error, as_json=as_json)
            raise click.exceptions.Exit(1) from error
    controls = [control.as_dict() for control in found.controls]
    if as_json:
        print_json(
            {
                "book": book,
                "passed": found.passed,
                "rows": dict(found.rows),
                "quarantined": {name: dict(codes) for name, codes in found.quarantined.items()},
                "controls": controls,
                "findings": [finding.as_dict() for finding in found.findings],
            }
        )
    else:
        _say_gate(book, found.rows, found.quarantined, controls, found.findings)
        waiting = _waiting(Path(book))
        sound = "no row of the book itself needs mending" if waiting else "nothing to mend"
        click.echo(f"\n{sound if found.passed else 'mend these rows, or import the book to set them aside'}")
        if waiting:
            click.echo(f"rows set aside by the import still wait in {', '.join(waiting)}")
    leave(0 if found.passed else 1)


_FAULTS = frozenset(
    ("missing_table", "missing_column", "doubled_column", "truncated_file", "wrong_encoding", "bad_control")
)
"""Faults of a whole file: `check` was there to find them; other errors mean that it could not look."""


def _say_fault(book: str, fault: BookError, *, as_json: bool) -> None:
    """Print a fault at which the gate stops, in the form of its other answers."""
    if as_json:
        found = {"code": fault.code, "table": "", "file": fault.where, "rows": 0}
        told = {"book": book, "passed": False, "rows": {}, "quarantined": {}, "controls": []}
        print_json({**told, "findings": [{**found, "message": fault.message, "mend": fault.mend}]})
        return
    click.echo(click.style(f"{book}: {fault.message}", bold=True))
    click.echo(f"  where: {fault.where}\n  mend: {fault.mend}\n\nmend this; other rows were not looked at")


def _say_gate(
    book: str,
    rows: Mapping[str, int],
    quarantined: Mapping[str, Mapping[str, int]],
    controls: Sequence[Mapping[str, Any]],
    findings: Sequence[Any],
) -> None:
    """Print tables with their rows, and below them what somebody should look at."""
    from postloan.cli.text import counted

    width = max([len(name) for name in rows], default=5)
    size = f"{counted(sum(rows.values()), 'row')} in {counted(len(rows), 'table')}"
    click.echo(click.style(f"{book}: {size}", bold=True))
    for name in rows:
        bad = quarantined.get(name, {})
        told = ", ".join(f"{count:,} {code}" for code, count in bad.items())
        note = click.style(f"  quarantined: {told}", bold=True) if told else ""
        click.echo(f"  {name:<{width}} {rows[name]:>12,}{note}")
    for control in controls:
        state = "holds" if control["holds"] else click.style("does not hold", bold=True)
        click.echo(f"  control total of {control['table']} {control['column'] or 'rows'}: {state}")
    if findings:
        click.echo("\nWhat to look at:")
    for place, finding in enumerate(findings):
        click.echo(f"  {finding.code}: {finding.message}")
        following = findings[place + 1] if place + 1 < len(findings) else None
        same = following is not None and (following.code, following.mend) == (finding.code, finding.mend)
        if finding.mend and not same:  # once for all of a kind
            click.echo(f"    mend: {finding.mend}")


@click.command(
    epilog="\b\nExamples:\n  postloan describe\n  postloan describe loan\n  postloan describe facts --json"
)
@click.argument("table", required=False)
@shared
def describe(table: str | None, *, as_json: bool) -> None:
    """Say what a book and a result hold: all tables, or the columns of TABLE.

    `postloan describe facts` lists what a run computes from the book.
    """
    from postloan.book import document
    from postloan.book.schema import TABLES
    from postloan.results import CLASS_BASIS, HASHED, RUN

    if table == "facts":
        _describe_facts(as_json=as_json)
        return
    known = [*TABLES, *(schema.name for schema in (*HASHED, CLASS_BASIS, RUN))]
    if table is None:
        if as_json:
            print_json([document.describe(name) for name in known])
        else:
            click.echo(f"{document.overview()}\nnext: postloan describe TABLE, or postloan describe facts")
        return
    if table not in known:
        raise unknown("table", table, [*known, "facts"])
    told = document.describe(table)
    if as_json:
        print_json(told)
    else:
        _say_table(told)


def _say_table(told: Mapping[str, Any]) -> None:
    from postloan.cli.text import heading, pad

    click.echo(f"{heading(told['table'])} {told['name_zh']}: {told['about']}")
    click.echo(f"key: {', '.join(told['key'])}   known from: {told['natural_date'] or 'the first day'}\n")
    width = max(len(column["name"]) for column in told["columns"])
    for column in told["columns"]:
        mark = "k" if column["key"] else "*" if column["required"] else " "
        more = f" -> {column['references']}" if column["references"] else ""
        values = f" ({', '.join(column['values'])})" if column["values"] else ""
        head = f"{mark} {column['name']:<{width}}  {column['kind']:<12} {pad(column['name_zh'], 14)} "
        click.echo(f"{head}{column['about']}{more}{values}".rstrip())
    click.echo("\nk key, * required")


def _describe_facts(*, as_json: bool) -> None:
    from postloan.facts import FACTS

    if as_json:
        keys = ("name", "kind", "unit", "needs", "sources", "keeps", "doc")
        print_json([{key: getattr(fact, key) for key in keys} for fact in FACTS.values()])
        return
    width = max(map(len, FACTS))
    for fact in FACTS.values():
        sources = f" [{', '.join(fact.sources)}]" if fact.sources else ""
        click.echo(f"{fact.name:<{width}}  {fact.unit:<18} {fact.doc}{sources}")


@contextmanager
def table_progress(what: str) -> Iterator[Callable[[str], None] | None]:
    """Show on stderr, if a person looks at it, which table is at work."""
    import sys

    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    with Console(stderr=True).status(what) as status:
        yield lambda table: status.update(f"{what}: {table}")


COMMANDS: tuple[click.Command, ...] = (import_, check, describe)

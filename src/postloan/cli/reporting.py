"""`report`: what a store tells about the book as a whole."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from postloan.cli.base import Day, print_json, shared
from postloan.cli.running import LANG
from postloan.cli.words import language

if TYPE_CHECKING:
    from postloan.engine import Engine
    from postloan.reports.document import Document

_KINDS = ("migration", "workload", "clocks", "provisions", "book")
_GROUPS = ("role", "branch", "manager", "week", "measure")
_ONLY = {
    "from_date": ("migration", "provisions"),
    "by": ("workload",),
    "hours_a_day": ("workload",),
    "months": ("book",),
}
"""Options that only some reports have."""


class _Hours(click.ParamType):  # type: ignore[type-arg]  # not generic in every click 8
    """Hours of a day, from 0 to 24."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        """Read the hours; whatever is none is said to be none."""
        try:
            hours = Decimal(str(value))
        except InvalidOperation:
            hours = Decimal("NaN")
        if not (hours.is_finite() and 0 < hours <= 24):
            self.fail(f"{value!r} is no number of hours of a day; write it as 2.5", param, ctx)
        return hours


@click.command(
    epilog="""\b
Examples:
  postloan report STORE migration --from 2026-09-30 --date 2026-10-30
  postloan report STORE workload --by branch --by manager --hours-a-day 3
  postloan report STORE clocks --lang zh
  postloan report STORE provisions --from 2026-09-30 --out provisions.xlsx
  postloan report BOOK book --out book.html"""
)
@click.argument("store")
@click.argument("kind", type=click.Choice(_KINDS))
@click.option("--date", "as_of", type=Day(), help="The day; by default the last with a result.")
@click.option(
    "--from",
    "from_date",
    type=Day(),
    help="The earlier day of a change; migration takes the last before --date by default.",
)
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(_GROUPS),
    help="How work is told; may be given again. By default role, branch and week.",
)
@click.option("--hours-a-day", type=_Hours(), help="Hours that a person has for this work on a working day.")
@click.option(
    "--top",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="How many of the first clocks to end are listed.",
)
@click.option(
    "--months",
    type=click.IntRange(1, 120),
    help="Full months that the report on a book looks back on; 24 by default.",
)
@click.option("--policy", help="The pack for names, effort and factors; by default that of the run.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "xlsx", "md", "html"]),
    help="By default that of the file's name, else text.",
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file to write.")
@LANG
@shared
def report(
    store: str,
    kind: str,
    *,
    out: Path | None,
    form: str | None,
    lang: str | None,
    as_json: bool,
    **told: Any,
) -> None:
    """Tell of STORE as a whole: how classes moved, what work waits, which clocks end, what to provide for.

    book: what a BOOK looks like (its folder or database:URL stands in place of STORE): default rates, roll
    rates, seasons, first digits, guarantees and balances, beside published figures.

    migration: from class to class between two days, with rates. workload: measures by role, branch and week
    with the hours they cost. clocks: legal clocks by days left. provisions: by class with the pack's factors,
    and with --from what changed them.
    """
    from postloan.cli.writing import chosen_format, emit, write
    from postloan.engine import open_engine

    for option, kinds in _ONLY.items():
        if told[option] and kind not in kinds:
            name = {"from_date": "from"}.get(option, option.replace("_", "-"))
            raise click.UsageError(f"--{name} goes with {' and '.join(kinds)} only")
    spoken = language(lang)
    form = chosen_format(form, out, as_json=as_json and out is None, default="text")
    with open_engine(threads=2) as engine:
        months = told.pop("months")
        if kind == "book":
            document = _portrait(engine, store, spoken, told["as_of"], months, told["policy"])
        else:
            document = _document(engine, Path(store), kind, spoken, **told)
        if out is None:
            emit(document, form, spoken)
            return
        write(document, out, form, spoken)
    if as_json:
        print_json({"files": [str(out)]})
    else:
        click.echo(str(out))


def _document(
    engine: Engine,
    store: Path,
    kind: str,
    lang: str,
    *,
    as_of: date | None,
    from_date: date | None,
    by: tuple[str, ...],
    hours_a_day: Decimal | None,
    top: int,
    policy: str | None,
) -> Document:
    from postloan.cli.packs import policy_of
    from postloan.reports import clocks, days, migration, provisions, workload

    def find(row: Any) -> Any:
        return policy_of(policy, row.policy_version, row.as_of)

    day = days.day_of(engine, store, as_of, find)
    if kind == "workload":
        return workload.workload(day, by or ("role", "branch", "week"), hours_a_day, lang)
    if kind == "clocks":
        return clocks.clocks(day, top, lang)
    if kind == "migration":
        return migration.migration(days.day_before(engine, store, day, from_date, find), day, lang)
    first = days.day_before(engine, store, day, from_date, find) if from_date else None
    return provisions.provisions(day, first, lang)


def _portrait(
    engine: Engine, book: str, lang: str, as_of: date | None, months: int | None, policy: str | None
) -> Document:
    """Look at a book as it was known on the day, by default the last on which anything happened in it."""
    from postloan.book.opening import open_book
    from postloan.book.snapshot import Book
    from postloan.cli.books import table_progress
    from postloan.policy import pack
    from postloan.reports.portrait.portrait import MONTHS, portrait
    from postloan.reports.portrait.view import last_day

    with table_progress("report") as progress:
        passed = open_book(engine, book, engine.scratch / "book", progress=progress)
        whole = Book(passed.paths, engine, date.max, versioned=passed.versioned)
        day = as_of or last_day(whole)
        known = Book(passed.paths, engine, day, versioned=passed.versioned)
        law = pack.load(policy or "cn_rural").as_of(day)
        name = Path(book).name if "://" not in book else ""
        return portrait(
            engine,
            known,
            law,
            lang,
            months=months or MONTHS,
            name=name,
            # A simulated book has its truth beside it; that it is there is all that is asked of it.
            is_simulated=bool(name) and Path(book).with_name(f"{name}.truth").is_dir(),
            progress=progress,
        )


COMMANDS: tuple[click.Command, ...] = (report,)

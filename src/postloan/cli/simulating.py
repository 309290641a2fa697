"""The command that makes a simulated bank, and brings it the next business day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from postloan.cli.base import Day, print_json, shared
from postloan.cli.books import table_progress
from postloan.errors import PostloanError

if TYPE_CHECKING:
    from postloan.book.sources.simulated.making import Made


@click.command(
    epilog="""\b
Examples:
  postloan simulate BOOK --loans 5000 --seed 1 --as-of 2026-10-30 --months 24
  postloan simulate BOOK --append-day
  postloan simulate BOOK --loans 5000 --seed 2 --as-of 2026-10-30 --months 24 --variant east --csv EXPORT"""
)
@click.argument("book", type=click.Path(path_type=Path))
@click.option(
    "--loans", type=click.IntRange(1, 5_000_000), help="Credits that the bank holds at once, about."
)
@click.option("--seed", type=click.IntRange(0), help="The number that everything follows from.")
@click.option("--as-of", type=Day(), help="The last day that the bank knows of.")
@click.option("--months", type=click.IntRange(1, 120), help="Full months of entries before that month.")
@click.option("--variant", help="Another bank, with other causes of trouble.")
@click.option(
    "--csv", type=click.Path(path_type=Path), help="Also a folder of CSV, as a core system sends it."
)
@click.option("--append-day", is_flag=True, help="Bring the next business day to a simulated BOOK.")
@click.option("--force", is_flag=True, help="Replace the book that is there.")
@shared
def simulate(
    book: Path,
    loans: int | None,
    seed: int | None,
    as_of: date | None,
    months: int | None,
    variant: str | None,
    csv: Path | None,
    *,
    append_day: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make BOOK: a simulated county bank in which everything is invented and everybody is a number.

    Who goes bad, when and why is written to BOOK.truth, which no run reads. The same arguments give the same
    bank, and a later day the same past.
    """
    given = {"--loans": loans, "--seed": seed, "--as-of": as_of, "--months": months}
    _refuse_mixture(given, variant, csv, append_day=append_day, force=force)
    from postloan.book.sources.simulated import making
    from postloan.book.sources.simulated.world import World

    with table_progress("simulate") as progress:
        if append_day:
            made = making.append_day(book, _next_business_day(), progress=progress)
        else:
            assert loans and seed is not None and as_of and months  # noqa: PT018 - refused above
            world = World.of(loans, seed, as_of, months, variant)
            made = making.simulate(book, world, as_of, force=force, csv=csv, progress=progress)
    _say(made, csv, as_json=as_json, appended=append_day)


def _refuse_mixture(
    given: Mapping[str, object], variant: str | None, csv: Path | None, *, append_day: bool, force: bool
) -> None:
    """Refuse arguments that do not go together; raises PostloanError `usage`."""
    if append_day:
        others = {**given, "--variant": variant, "--csv": csv, "--force": force or None}
        stray = [name for name, value in others.items() if value is not None]
        if stray:
            raise PostloanError(
                "usage",
                f"--append-day takes no {', '.join(stray)}: the bank goes on as it was begun",
                mend="leave them out, or make another bank without --append-day",
            )
        return
    missing = [name for name, value in given.items() if value is None]
    if missing:
        raise PostloanError(
            "usage",
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing",
            where="postloan simulate",
            mend="postloan simulate BOOK --loans 5000 --seed 1 --as-of 2026-10-30 --months 24",
        )


def _next_business_day() -> Callable[[date], date]:
    from postloan.policy import pack

    calendar = pack.load("cn_rural").calendar
    return lambda day: calendar.add_business(day, 1)


def _say(made: Made, csv: Path | None, *, as_json: bool, appended: bool) -> None:
    from postloan.book.sources.simulated.making import truth_of
    from postloan.cli.text import counted

    if as_json:
        print_json(made.as_dict())
        return
    size = f"{counted(sum(made.rows.values()), 'row')} in {counted(len(made.rows), 'table')}"
    what = f"{made.as_of.isoformat()} came: " if appended else ""
    click.echo(click.style(f"{made.book}: {what}{size}", bold=True))
    width = max(map(len, made.rows), default=0)
    for name, rows in made.rows.items():
        click.echo(f"  {name:<{width}} {rows:>12,}")
    if csv:
        click.echo(f"\nthe same as CSV: {csv}")
    click.echo(f"\nthe truth, for evaluate only: {truth_of(made.book) / 'outcomes.parquet'}")
    click.echo(f"next: postloan run {made.book} --as-of {made.as_of} --store STORE")


COMMANDS: tuple[click.Command, ...] = (simulate,)

"""`policy impact`: what a draft would change, over past days of the book, before it is promulgated."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from postloan.cli.base import Day, engine_options, print_json, shared
from postloan.cli.running import LANG, STORE
from postloan.cli.words import language

_COLOURS = ("red", "orange", "yellow", "blue")


@click.command(
    epilog="""\b
Examples:
  postloan policy impact packs/our_draft --store STORE
  postloan policy impact packs/our_draft --store STORE --as-of 2026-06-30 --as-of 2026-09-30 --out lists
  postloan policy impact packs/our_draft --store STORE --outcomes outcomes.csv --lang zh"""
)
@click.argument("draft")
@click.option("--store", type=STORE, required=True, help="The store with the runs.")
@click.option("--against", help="The pack in force; by default that of the run.")
@click.option(
    "--as-of",
    "days",
    type=Day(),
    multiple=True,
    help="A past day with a result; may be given several times. By default the last.",
)
@click.option(
    "--draft-as-of",
    type=Day(),
    help="Take the draft's own entries as they stand on this day; by default the last on which one begins.",
)
@click.option("--book", help="The book: compute facts from it instead of taking those that the store keeps.")
@click.option(
    "--outcomes",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Parquet or CSV of who went bad (customer_id, bad_on), for precision, capture and lead time.",
)
@click.option(
    "--horizon-days",
    type=click.IntRange(1),
    default=90,
    show_default=True,
    help="Within how many days an alert is right.",
)
@click.option(
    "--min-colour",
    type=click.Choice(_COLOURS),
    default="orange",
    show_default=True,
    help="The mildest colour that counts as an alert.",
)
@click.option(
    "--sample",
    type=click.IntRange(0, 100),
    default=5,
    show_default=True,
    help="Customers to show one by one.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for changed_loans.csv, moves.csv and work.csv.",
)
@LANG
@engine_options
@shared
def impact(
    draft: str,
    *,
    store: Path,
    against: str | None,
    days: tuple[date, ...],
    draft_as_of: date | None,
    book: str | None,
    outcomes: Path | None,
    horizon_days: int,
    min_colour: str,
    sample: int,
    out: Path | None,
    lang: str | None,
    threads: int | None,
    memory: str,
    as_json: bool,
) -> None:
    """Run the pack DRAFT over past days of STORE beside the pack in force, and tell what it would change.

    Colours, classes, measures, work and, with outcomes, how good the warnings are. STORE is left as it is.
    """
    from postloan.cli.policy._impact_text import say_impact
    from postloan.cli.policy._words_impact import ImpactWords
    from postloan.policy import pack as packs
    from postloan.run.impact import Request
    from postloan.run.impact import impact as tell
    from postloan.run.progress import for_people

    words = ImpactWords(language(lang))
    asked = Request(
        draft,
        store,
        against=against,
        days=days,
        draft_as_of=draft_as_of,
        book=book,
        outcomes=outcomes,
        horizon_days=horizon_days,
        min_colour=min_colour,
        sample=sample,
        out=out,
        lang=words.lang,
    )
    told = tell(asked, threads=threads, memory=memory, progress=for_people())
    if as_json:
        print_json(told)
    else:
        say_impact(told, words, packs.load(draft))

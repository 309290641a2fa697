"""Commands that look at results: the story of one loan or customer, and how good the warnings were."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from postloan.cli.base import Day, print_json, shared
from postloan.cli.running import LANG, STORE
from postloan.cli.words import Words, language

_COLOURS = ("red", "orange", "yellow", "blue")


@click.command(
    epilog="""\b
Examples:
  postloan explain STORE --customer 1207
  postloan explain STORE --loan 5314 --as-of 1994-03-31 --book BOOK
  postloan explain STORE --loan 5314 --json"""
)
@click.argument("store", type=STORE)
@click.option("--loan", help="A loan's number.")
@click.option("--customer", help="A customer's number.")
@click.option("--as-of", type=Day(), help="The day; by default the last with a result.")
@click.option("--book", help="The book, to show the rows that all this rests on.")
@click.option("--policy", help="The pack for names and conditions; by default that of the run.")
@LANG
@shared
def explain(
    store: Path,
    *,
    loan: str | None,
    customer: str | None,
    as_of: date | None,
    book: str | None,
    policy: str | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Tell why a loan or customer stands where it stands, from rows to measures, on one screen."""
    if (loan is None) == (customer is None):
        raise click.UsageError("give either --loan ID or --customer ID")

    from postloan.cli.packs import Names, policy_of
    from postloan.cli.story import say_story
    from postloan.engine import open_engine
    from postloan.run.explain import explain as tell
    from postloan.run.reading import last_run

    words = Words(language(lang))
    with open_engine(threads=1) as engine:
        row = last_run(engine, store, as_of)
        known = policy_of(policy, row.policy_version, row.as_of)
        told = tell(
            engine,
            store,
            "loan" if customer is None else "customer",
            (loan if customer is None else customer) or "",
            as_of=row.as_of,
            policy=known,
            book=book,
            lang=words.lang,
        )
    if as_json:
        print_json(told)
    else:
        say_story(told, words, Names(known, words.lang))


@click.command(
    epilog="""\b
Examples:
  postloan evaluate STORE --outcomes BOOK.truth/outcomes.parquet --from 2026-01-01 --to 2026-06-30
  postloan evaluate STORE --outcomes outcomes.csv --html evaluation.html --lang zh"""
)
@click.argument("store", type=STORE)
@click.option(
    "--outcomes",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Parquet or CSV: customer_id, bad_on; also loan_id, dpd30_on, amount, cause, visible_from.",
)
@click.option("--from", "from_date", type=Day(), help="First day of the span; by default the first run.")
@click.option(
    "--to",
    "to_date",
    type=Day(),
    help="Last day of the span; by default the last run and the horizon after it.",
)
@click.option(
    "--horizon-days",
    type=click.IntRange(1),
    default=90,
    show_default=True,
    help="Within how many days it is right.",
)
@click.option(
    "--min-colour",
    type=click.Choice(_COLOURS),
    default="orange",
    show_default=True,
    help="The mildest colour that counts as an alert.",
)
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file for the whole report, to read and to print.",
)
@click.option("--policy", help="The pack for targets and names; by default that of the last run.")
@LANG
@shared
def evaluate(
    store: Path,
    *,
    outcomes: Path,
    from_date: date | None,
    to_date: date | None,
    horizon_days: int,
    min_colour: str,
    page: Path | None,
    policy: str | None,
    lang: str | None,
    as_json: bool,
) -> None:
    """Hold the warnings of STORE against what came of it: precision, capture and lead time.

    An alert is the opening of a warning; it is right if the customer went bad within the horizon after it.
    Capture is the share of outcomes that an alert had foretold at least 30 days (1 day) before. Alerts on
    customers who were bad already do not count.
    """
    if from_date and to_date and to_date < from_date:
        raise click.UsageError(f"--to {to_date} lies before --from {from_date}")

    from postloan.cli.packs import policy_of
    from postloan.cli.pages import text
    from postloan.cli.writing import write
    from postloan.engine import open_engine
    from postloan.reports.goodness import goodness
    from postloan.run.evaluate import evaluate as judge
    from postloan.run.judging.targets import PARAMETER
    from postloan.run.reading import last_run

    with open_engine(threads=2) as engine:
        row = last_run(engine, store)
        known = policy_of(policy, row.policy_version, row.as_of)
        told = judge(
            engine,
            store,
            outcomes,
            from_date=from_date,
            to_date=to_date,
            horizon_days=horizon_days,
            min_colour=min_colour,
            asked=known.parameters.get(PARAMETER) if known else None,
        )
    spoken = language(lang)
    if page is not None:
        write(goodness(told, known, spoken), page, "html", spoken)
    if as_json:
        print_json(told)
    else:
        click.echo(text(goodness(told, known, spoken, short=True)), nl=False)
        if page is not None:
            click.echo(f"\n{page}")


COMMANDS: tuple[click.Command, ...] = (explain, evaluate)

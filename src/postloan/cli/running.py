"""Commands that run days, add what happened, and look at the ledger."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from postloan.cli.base import Day, engine_options, leave, print_json, shared
from postloan.cli.words import LANGUAGES, Words, language
from postloan.errors import PostloanError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from postloan.run.daily import RunResult

STORE = click.Path(file_okay=False, path_type=Path)
LANG = click.option(
    "--lang", type=click.Choice(LANGUAGES), help="Language of what people read; POSTLOAN_LANG sets it too."
)


@click.command(
    epilog="""\b
Examples:
  postloan run BOOK --as-of 2026-11-20 --store STORE
  postloan run BOOK --from 2026-11-16 --as-of 2026-11-20 --store STORE
  postloan run BOOK --as-of 2026-11-20 --store STORE --verify --json"""
)
@click.argument("book")
@click.option("--as-of", type=Day(), required=True, help="The business date.")
@click.option("--store", type=STORE, required=True, help="Folder of the results; made if it is not there.")
@click.option("--policy", default="cn_rural", show_default=True, help="A shipped pack's name, or a folder.")
@click.option("--from", "from_date", type=Day(), help="Run every business day from here on, in order.")
@click.option("--full", is_flag=True, help="Compute everything anew; this version always does.")
@click.option("--verify", is_flag=True, help="Compute the day again and compare hashes; change nothing.")
@click.option(
    "--engine",
    type=click.Choice(["duckdb", "spark"]),
    default="duckdb",
    show_default=True,
    help="What computes.",
)
@click.option("--allow-gap", is_flag=True, help="Do not mind business days without a result.")
@LANG
@engine_options
@shared
def run(
    book: str,
    *,
    as_of: date,
    store: Path,
    policy: str,
    from_date: date | None,
    full: bool,
    verify: bool,
    engine: Literal["duckdb", "spark"],
    allow_gap: bool,
    lang: str | None,
    threads: int | None,
    memory: str,
    as_json: bool,
) -> None:
    """Run a day: facts, signals, colours, classes and measures of BOOK into STORE.

    BOOK is a folder, or database:URL, with #FOLDER for rows beside the database. Exit 1 says that a control
    total failed, that business days before lack a result, or that a verified hash differs; 2 says that
    nothing was written.
    """
    from postloan.run.daily import catch_up, run_day
    from postloan.run.progress import for_people

    _refuse_contradictions(as_of, from_date, full=full, verify=verify)
    options: dict[str, Any] = {
        "engine": engine,
        "threads": threads,
        "memory": memory,
        "progress": for_people(),
    }
    if from_date is None:
        results = [run_day(book, as_of, store, policy, verify=verify, **options)]
    else:
        results = catch_up(book, as_of, store, policy, from_date=from_date, **options)
    if as_json:
        _print_runs(results)
    else:
        _say_runs(results, store, policy, Words(language(lang)), asked_from=from_date)
        _say_gap(results[-1], allow_gap=allow_gap)
    leave(max(result.exit_code(allow_gap=allow_gap) for result in results))


def _say_gap(result: RunResult, *, allow_gap: bool) -> None:
    """Say on stderr why a run that is done exits with 1."""
    if result.gap and not allow_gap:
        from postloan.cli.text import counted

        first, count = result.gap[0], len(result.gap)
        click.echo(
            f"{counted(count, 'business day')} before without a result, from {first} on: run from there with "
            f"--from {first}, or accept it with --allow-gap",
            err=True,
        )


def _refuse_contradictions(as_of: date, from_date: date | None, *, full: bool, verify: bool) -> None:
    if verify and (full or from_date):
        raise click.UsageError(
            "--verify looks at one day that stands; it goes with neither --full nor --from"
        )
    if from_date is not None and from_date > as_of:
        raise click.UsageError(f"--from {from_date} lies after --as-of {as_of}")


def _print_runs(results: Sequence[RunResult]) -> None:
    """Print the last day's row; with several days all of them stand under `runs`."""
    told = results[-1].as_dict()
    if len(results) > 1:
        told = {**told, "runs": [result.as_dict() for result in results]}
    print_json(told)


def _say_runs(
    results: Sequence[RunResult], store: Path, policy: str, words: Words, *, asked_from: date | None
) -> None:
    from postloan.cli.packs import Names, policy_of
    from postloan.cli.summary import say_overview
    from postloan.cli.text import counted
    from postloan.engine import open_engine
    from postloan.run.overview import overview
    from postloan.run.store import Store

    last = results[-1]
    if asked_from is not None:
        days = f"{results[0].run.as_of} to {last.run.as_of}"
        click.echo(f"{counted(len(results), 'business day')} run, {days}", err=not sys.stdout.isatty())
    if last.verified is not None:
        same = "the same result hash" if last.verified else "ANOTHER RESULT HASH"
        click.echo(f"{last.run.as_of} computed again: {same} ({last.run.result_hash})")
        return
    with open_engine(threads=1) as engine:
        told = overview(engine, Store(store).result(last.run.as_of))
    names = Names(policy_of(policy, last.run.policy_version, last.run.as_of), words.lang)
    say_overview(last, told, store, words, names, policy)


@click.command(
    epilog="""\b
Example:
  echo '{"table": "payment", "loan_id": "5314", "paid_on": "2026-11-20", "amount": "2500.00"}' > today.jsonl
  postloan event STORE BOOK today.jsonl"""
)
@click.argument("store", type=STORE)
@click.argument("book", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--policy", help="The pack; by default that of the store's last run.")
@LANG
@engine_options
@shared
def event(
    store: Path,
    book: Path,
    file: Path,
    *,
    policy: str | None,
    lang: str | None,
    threads: int | None,
    memory: str,
    as_json: bool,
) -> None:
    """Add the rows of FILE to BOOK, run the store's last day again, and say what changed for whom.

    FILE is JSON lines, each with its "table", or a CSV or Parquet file named by its table (payment.csv).
    The result before is kept under superseded/.
    """
    from postloan.cli.packs import Names, policy_of
    from postloan.cli.summary import say_changes
    from postloan.run.event import add_event
    from postloan.run.progress import for_people

    told = add_event(store, book, file, policy, threads=threads, memory=memory, progress=for_people())
    if as_json:
        print_json(told.as_dict())
    else:
        words = Words(language(lang))
        names = Names(policy_of(policy, told.policy_version, told.as_of), words.lang)
        say_changes(told, words, names)


@click.command(epilog="\b\nExample:\n  postloan status STORE")
@click.argument("store", type=STORE)
@click.option(
    "--policy", help="The pack whose calendar tells business days; by default that of the last run."
)
@shared
def status(store: Path, *, policy: str | None, as_json: bool) -> None:
    """Show the ledger of STORE: runs, missing business days, and what failed and why."""
    from postloan.cli.summary import say_status
    from postloan.engine import open_engine
    from postloan.policy import pack
    from postloan.run.reading import pack_of
    from postloan.run.status import last_policy
    from postloan.run.status import status as read_status

    with open_engine(threads=1) as engine:
        name = policy or pack_of(last_policy(engine, store))
        try:
            calendar = pack.load(name).calendar
        except PostloanError:
            if policy is not None:
                raise
            calendar = None  # the run had a bank's own pack, which is not at hand
        found = read_status(engine, store, calendar)
    if as_json:
        print_json(found.as_dict())
    else:
        say_status(found)


COMMANDS: tuple[click.Command, ...] = (run, event, status)

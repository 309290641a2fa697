"""How well two simulated banks are watched: makes both, runs month ends, and holds them against the truth.

    python -m bench.watching                     # prints the tables of docs/simulated-bank.md
    python -m bench.watching --write             # writes them into that page
    python -m bench.watching --into FOLDER       # keeps books, truths and stores for commands of your own

The first month end of each store is a burn-in: it opens a warning for all that it finds. Everything is told
for the alerts after it, and with them. The second bank has other causes (`--variant east`) and the next seed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click

from postloan.book.sources.simulated import making
from postloan.book.sources.simulated.world import World
from postloan.cli.pages import text
from postloan.engine import open_engine
from postloan.policy import pack
from postloan.reports.files import markdown
from postloan.reports.watching import Watched, watching
from postloan.run.daily import run_day
from postloan.run.evaluate import evaluate
from postloan.run.judging.targets import PARAMETER

PAGE = Path(__file__).parents[1] / "docs" / "simulated-bank.md"
BEGIN, END = "<!-- python -m bench.watching --write -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Bank:
    """A bank to be made: its name, its folder's name, its variant and its seed."""

    name: str
    folder: str
    variant: str | None
    seed: int


def main() -> None:
    """Make and watch both banks; print the tables, or write them into the page."""
    told = _arguments()
    banks = (
        Bank("The plain bank", "plain", None, told.seed),
        Bank("The bank of --variant east", "east", "east", told.seed + 1),
    )
    days = month_ends(told.as_of, told.runs + 1)
    known = pack.load(told.policy).as_of(told.as_of)
    with tempfile.TemporaryDirectory(prefix="postloan-watching-") as made:
        into = (told.into or Path(made)).resolve()
        into.mkdir(parents=True, exist_ok=True)
        found = [_watch(bank, days, into, told, known.parameters.get(PARAMETER)) for bank in banks]
    document = watching(found, "en")
    click.echo(text(document), nl=False)
    if told.write:
        page = PAGE.read_text(encoding="utf-8")
        _, block = markdown(document, level=2).split("\n\n", 1)  # without its heading, which the page has
        PAGE.write_text(filled(page, block), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.watching", description=__doc__.splitlines()[0])
    parser.add_argument("--loans", type=int, default=6_000)
    parser.add_argument("--seed", type=int, default=1, help="of the plain bank; the other has the next")
    parser.add_argument("--runs", type=int, default=6, help="month ends after the first")
    parser.add_argument(
        "--as-of", type=date.fromisoformat, default=date(2026, 6, 30), help="the last of them"
    )
    parser.add_argument("--months", type=int, default=24, help="full months in the books")
    parser.add_argument("--policy", default="cn_rural")
    parser.add_argument("--into", type=Path, help="a folder that keeps books, truths and stores")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/simulated-bank.md")
    return parser.parse_args()


def month_ends(last: date, count: int) -> list[date]:
    """Give so many month ends in order, the last on or before a day."""
    after = last + timedelta(days=1)
    ends = [last] if after.day == 1 else []
    first = last.replace(day=1)
    while len(ends) < count:
        ends.append(first - timedelta(days=1))
        first = ends[-1].replace(day=1)
    return ends[::-1]


def filled(page: str, block: str) -> str:
    """Give the page with the block between its marks; raises ValueError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} needs the lines {BEGIN.strip()} and {END.strip()}")
    return f"{before}{begin}\n{block}\n{end}{after}"


def _watch(bank: Bank, days: list[date], into: Path, told: argparse.Namespace, asked: object) -> Watched:
    """Make a bank, run its days, and judge it twice; what stands in the folder is kept."""
    book, store = into / bank.folder, into / f"{bank.folder}-store"
    made = ran = "done before"
    if not book.exists():
        started = time.perf_counter()
        world = World.of(told.loans, bank.seed, told.as_of, told.months, bank.variant)
        making.simulate(book, world, told.as_of, progress=lambda step: _say(bank, step))
        made = f"{time.perf_counter() - started:.0f} s"
    started = time.perf_counter()
    for day in days:
        if not (store / "runs" / day.isoformat()).is_dir():
            _say(bank, f"run {day}")
            run_day(book, day, store, told.policy)
            ran = f"{time.perf_counter() - started:.0f} s"
    truth = making.truth_of(book) / "outcomes.parquet"
    _say(bank, "evaluate")
    with open_engine(threads=2) as engine:
        flow, stock = (
            evaluate(engine, store, truth, from_date=start, asked=asked)  # type: ignore[arg-type]
            for start in (days[0] + timedelta(days=1), None)
        )
    variant = f" --variant {bank.variant}" if bank.variant else ""
    about = (
        (
            f"postloan simulate BOOK --loans {told.loans} --seed {bank.seed} --as-of {told.as_of} "
            f"--months {told.months}{variant}: {made}."
        ),
        f"Policy {told.policy}; runs on {days[0]}, then {', '.join(map(str, days[1:]))}: {ran}.",
    )
    return Watched(bank.name, about, flow, stock)


def _say(bank: Bank, step: str) -> None:
    print(f"{bank.folder}: {step}", file=sys.stderr)


if __name__ == "__main__":
    main()

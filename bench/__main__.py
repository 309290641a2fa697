"""Time and rows of each stage of a day's run beside the scan limit, on the books at hand and a simulated one.

    python -m bench                       # the real books (POSTLOAN_REAL_DATA) and a simulated one
    python -m bench --loans 1000000       # a simulated bank of that size
    python -m bench --book BOOK --as-of 2024-06-30

The scan limit is what DuckDB needs to read the columns that the facts are computed from and to sum each of
them: no run can be faster, and a good one is a small multiple of it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bench.scan import scan_limit
from postloan.book.importing import import_book
from postloan.book.sources.simulated.making import simulate
from postloan.book.sources.simulated.world import World
from postloan.run.daily import RunResult, run_day

SIMULATED_ON, MONTHS = date(2026, 9, 30), 16


@dataclass(frozen=True)
class Case:
    """A book to measure: its name, its folder and the days to run."""

    name: str
    book: Path
    days: tuple[date, ...]


def main() -> None:
    """Measure the books that the arguments name and print a table for each."""
    told = _arguments()
    with tempfile.TemporaryDirectory(prefix="postloan-bench-") as made:
        for case in _cases(told, Path(made)):
            for day in case.days:
                _measure(case, day, Path(made) / f"store-{case.name}", told)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.splitlines()[0])
    parser.add_argument("--loans", type=int, help="size of the simulated bank")
    parser.add_argument("--book", type=Path, help="a book of your own")
    parser.add_argument("--as-of", type=date.fromisoformat, help="the day to run it on")
    parser.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory", default="8GiB")
    return parser.parse_args()


def _cases(told: argparse.Namespace, made: Path) -> list[Case]:
    if told.book:
        return [Case(told.book.name, told.book, (told.as_of or SIMULATED_ON,))]
    if told.loans:
        return [_simulated(told.loans, made)]
    cases = [_simulated(20_000, made)]
    real = os.environ.get("POSTLOAN_REAL_DATA")
    if not real:
        print("The real books are left out: set POSTLOAN_REAL_DATA to their folder.\n")
        return cases
    cases.append(Case("berka", _imported("berka", Path(real) / "berka", made), (date(1994, 3, 31),)))
    ends = tuple(
        date(2005, month, day) for month, day in ((4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))
    )
    cases.append(Case("taiwan", _imported("taiwan", Path(real) / "taiwan_credit", made), ends))
    return cases


def _simulated(loans: int, made: Path) -> Case:
    book = made / f"simulated-{loans}"
    started = time.perf_counter()
    rows = simulate(book, World.of(loans, 1, SIMULATED_ON, MONTHS), SIMULATED_ON).rows
    seconds = time.perf_counter() - started
    print(f"simulated {loans:,} loans: {sum(rows.values()):,} rows in {seconds:.1f} s\n")
    return Case(book.name, book, (SIMULATED_ON,))


def _imported(source: str, path: Path, made: Path) -> Path:
    book = made / source
    started = time.perf_counter()
    summary = import_book(source, path, book, memory="8GiB")
    rows = sum(summary.rows.values())
    print(f"imported {book.name}: {rows:,} rows in {time.perf_counter() - started:.1f} s\n")
    return book


def _measure(case: Case, day: date, store: Path, told: argparse.Namespace) -> None:
    limit = scan_limit(case.book, threads=told.threads)
    started = time.perf_counter()
    result = run_day(case.book, day, store, engine=told.engine, threads=told.threads, memory=told.memory)
    seconds = time.perf_counter() - started
    _show(case.name, day, result, seconds, limit.seconds, limit.rows)


def _show(name: str, day: date, result: RunResult, seconds: float, limit: float, rows: int) -> None:
    loans, customers = result.counts["loans"], result.counts["customers"]
    print(f"{name}, {day}: {loans:,} loans, {customers:,} customers, engine {result.run.engine}")
    print(f"  {'stage':<16}{'seconds':>9}{'rows':>14}{'x scan':>9}")
    print(f"  {'scan limit':<16}{limit:>9.2f}{rows:>14,}{1:>9.1f}")
    for stage in result.run.stage_list():
        spent, count = float(stage["seconds"]), stage.get("rows")
        shown = f"{count:>14,}" if isinstance(count, int) else f"{'':>14}"
        print(f"  {stage['stage']:<16}{spent:>9.2f}{shown}{spent / limit:>9.1f}")
    print(f"  {'whole run':<16}{seconds:>9.2f}{'':>14}{seconds / limit:>9.1f}")
    print(f"  result {result.run.result_hash}\n")


if __name__ == "__main__":
    main()

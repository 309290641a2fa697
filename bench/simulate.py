"""Time, memory and size of a simulated bank, and whether memory grows with its branches.

    python -m bench.simulate --loans 100000
    python -m bench.simulate --loans 1000000 --into FOLDER    # where there is room for some GB

It makes what `postloan simulate BOOK --loans N --seed 1 --as-of 2026-06-30 --months 24` makes, and
deletes it at the end. Peak memory is that of the whole process and never falls: where it stands still from
branch to branch, nothing grows.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from postloan.book.sources.simulated import making
from postloan.book.sources.simulated.world import World

GIB = 2**30


@dataclass
class Climb:
    """Peak memory in bytes at the beginning of each branch, as the bank's maker tells of them."""

    peaks: list[int] = field(default_factory=list)

    def __call__(self, step: str) -> None:
        """Take note of the peak where a branch begins, and tell how far the making has come."""
        if step.startswith("branch"):
            self.peaks.append(peak())
            print(f"{step}, {self.peaks[-1] / GIB:.2f} GiB", file=sys.stderr)


def main() -> None:
    """Make the bank, print its figures, and delete it."""
    parser = argparse.ArgumentParser(prog="python -m bench.simulate", description=__doc__.splitlines()[0])
    parser.add_argument("--loans", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument(
        "--into", type=Path, help="where there is room; a folder below it is made and deleted"
    )
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="postloan-simulate-", dir=told.into) as made:
        _measure(Path(made) / "book", told)


def _measure(book: Path, told: argparse.Namespace) -> None:
    climb = Climb()
    world = World.of(told.loans, told.seed, told.as_of, told.months, None)
    started, worked = time.perf_counter(), time.process_time()
    done = making.simulate(book, world, told.as_of, progress=climb)
    seconds, worked = time.perf_counter() - started, time.process_time() - worked
    size = sum(path.stat().st_size for path in book.rglob("*") if path.is_file())
    print(f"{told.loans:,} loans, seed {told.seed}, {told.months} months to {told.as_of}")
    print(
        f"  {done.rows['entry']:,} entries, {sum(done.rows.values()):,} rows, {size / 1e9:.2f} GB of Parquet"
    )
    print(f"  {done.outcomes:,} loans go bad")
    print(f"  {seconds:,.0f} s, {worked:,.0f} CPU seconds")
    after = [*climb.peaks[1:], peak()]
    for share in (0.0, 0.1, 0.5, 1.0):
        place = round(share * (len(after) - 1))
        print(f"  {after[place] / GIB:.2f} GiB at most until the end of branch {place + 1} of {len(after)}")


def peak() -> int:
    """Give the most memory that the process held so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()

"""How well Postloan sees: the Taiwan bank's September against what happened in October, beside a plain rule.

    python -m bench.quality      # needs POSTLOAN_REAL_DATA

The plain rule orders customers by months overdue at the month end, then by those of the month before.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from postloan.book.importing import import_book
from postloan.engine import Engine, open_engine
from postloan.run.daily import run_day

SEPTEMBER = date(2005, 9, 30)
TOPS = (300, 1_000, 3_000)


@dataclass(frozen=True)
class Customer:
    """A customer of the bank: what the month ends said, what Postloan said, and what came of it."""

    id: str
    months_overdue: tuple[int, int]
    score: int
    colour: str
    defaulted: bool


def main() -> None:
    """Import, run the month end, and print the comparison."""
    real = os.environ.get("POSTLOAN_REAL_DATA")
    if not real:
        sys.exit("set POSTLOAN_REAL_DATA to the folder of the real data")
    source = Path(real) / "taiwan_credit"
    with tempfile.TemporaryDirectory(prefix="postloan-quality-") as made, open_engine() as engine:
        import_book("taiwan", source, Path(made) / "book")
        run_day(Path(made) / "book", SEPTEMBER, Path(made) / "store")
        customers = _customers(engine, source, Path(made) / "store" / "runs" / SEPTEMBER.isoformat())
    _show(customers)


def _customers(engine: Engine, source: Path, result: Path) -> list[Customer]:
    warned = {row["subject_id"]: row for row in engine.rows(engine.raw(result / "warning.parquet"))}
    rows = engine.rows(engine.raw(source / "taiwan_credit.parquet"))
    return [
        Customer(
            str(row["ID"]),
            (row["PAY_0"], row["PAY_2"]),
            warned.get(str(row["ID"]), {}).get("score", 0),
            warned.get(str(row["ID"]), {}).get("colour", "none"),
            row["default.payment.next.month"] == 1,
        )
        for row in rows
    ]


def _show(customers: Sequence[Customer]) -> None:
    by_score = sorted(customers, key=lambda one: (-one.score, one.id))
    by_months = sorted(customers, key=lambda one: (-one.months_overdue[0], -one.months_overdue[1], one.id))
    print(f"{len(customers):,} customers, {_bad(customers):,} default in October\n")
    print(f"{'first':>10}{'by score':>14}{'by months overdue':>20}")
    for top in TOPS:
        print(f"{top:>10,}{_bad(by_score[:top]) / top:>13.1%}{_bad(by_months[:top]) / top:>20.1%}")
    print(f"\n{'colour':<12}{'customers':>10}{'default':>10}{'share':>9}")
    for colour in ("red", "orange", "yellow", "blue", "none"):
        held = [one for one in customers if one.colour == colour]
        share = f"{_bad(held) / len(held):.1%}" if held else "-"
        print(f"{colour:<12}{len(held):>10,}{_bad(held):>10,}{share:>9}")
    flagged = [one for one in customers if one.colour in ("red", "orange")]
    same = _bad(by_months[: len(flagged)])
    print(
        f"\nred and orange: {len(flagged):,} customers hold {_bad(flagged):,} defaults; "
        f"as many by months overdue hold {same:,}"
    )


def _bad(customers: Sequence[Customer]) -> int:
    return sum(one.defaulted for one in customers)


if __name__ == "__main__":
    main()

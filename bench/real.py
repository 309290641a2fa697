"""How well Postloan sees on two more real books: Polish firms by their statements, and loans of the SBA.

    python -m bench.real                  # needs POSTLOAN_REAL_DATA
    python -m bench.real --into FOLDER    # and keeps books, stores and outcomes for `postloan evaluate`

Beside what the warnings hold it prints what the sources themselves give away, so that nobody takes a leak for
foresight.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from postloan.book.importing import import_book
from postloan.book.sources import polish, sba
from postloan.engine import Engine, open_engine
from postloan.run.daily import run_day
from postloan.run.evaluate import evaluate

WATCH = Path(__file__).parents[1] / "docs" / "examples" / "statement_watch"
BEFORE_THE_RECESSION = date(2007, 12, 31)
THREE_YEARS = 1_096
COLOURS = ("red", "orange", "yellow", "blue")

Row = Mapping[str, Any]


def main() -> None:
    """Import both books, run a day of each, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, help="a folder that keeps books, stores and outcomes")
    told = parser.parse_args()
    real = os.environ.get("POSTLOAN_REAL_DATA")
    if not real:
        sys.exit("set POSTLOAN_REAL_DATA to the folder of the real data")
    with tempfile.TemporaryDirectory(prefix="postloan-real-") as made, open_engine() as engine:
        into = told.into or Path(made)
        into.mkdir(parents=True, exist_ok=True)
        _polish(engine, Path(real) / "polish_bankruptcy", into)
        print()
        _sba(engine, Path(real) / "sba_case", into)


def _polish(engine: Engine, source: Path, into: Path) -> None:
    book, store, truth = (into / f"polish{ending}" for ending in ("", "-store", "-outcomes.parquet"))
    import_book("polish", source, book)
    run_day(book, polish.PERIOD_END, store, WATCH)
    polish.outcomes(source, truth, engine)
    judged = evaluate(engine, store, truth, horizon_days=365, min_colour="blue")
    rows = _rows(engine, source, "*year.parquet")
    bad = sum(row["class"] for row in rows)
    share = f"{bad / len(rows):.1%}"
    print(f"Polish firms, {polish.PERIOD_END}: {len(rows):,}, of which {bad} bankrupt in the year ({share})")
    result = store / "runs" / polish.PERIOD_END.isoformat()
    _show(engine, judged, result)
    print(f"area under the curve, by colour and then signals: {_area(engine, result, truth):.3f}\n")
    print("what the source gives away (share of firms)       bankrupt    others")
    for words, tell in _POLISH_TELLS.items():
        _tell(words, rows, tell, [row["class"] == 1 for row in rows])


_POLISH_TELLS = {
    "sales of the year before are missing (A21)": lambda row: row["Attr21"] is None,
    "A9 is not A36, though both are sales over assets": lambda row: (
        None not in (row["Attr9"], row["Attr36"]) and abs(row["Attr9"] - row["Attr36"]) > 0.0005
    ),
    "A11 leaves financial expenses out, A27 has them": lambda row: (
        row["Attr11"] == row["Attr18"] and row["Attr27"] is not None
    ),
}


def _sba(engine: Engine, source: Path, into: Path) -> None:
    book, store, truth = (into / f"sba{ending}" for ending in ("", "-store", "-outcomes.parquet"))
    import_book("sba", source, book)
    day = BEFORE_THE_RECESSION
    ran = run_day(book, day, store)
    sba.outcomes(source, truth, engine)
    judged = evaluate(engine, store, truth, horizon_days=THREE_YEARS, min_colour="blue")
    rows = _rows(engine, source, "sbacase*.parquet")
    bad = sum(row["Default"] for row in rows)
    print(f"SBA loans: {len(rows):,}, of which {bad} charged off ({bad / len(rows):.1%})")
    print(
        f"{day}: {ran.counts['loans']:,} open, {judged['outcomes']} of them charged off within three years; "
        f"warnings: {judged['total']['alerts']}"
    )
    coverage = engine.rows(engine.raw(store / "runs" / day.isoformat() / "signal_coverage.parquet"))
    switched_on = [row for row in coverage if "switched_off" not in (row["missing"] or "")]
    measured = [row["code"] for row in switched_on if 2 * row["not_measurable"] < row["subjects"]]
    print(f"signals switched on: {len(switched_on)}; measured of most subjects: {', '.join(measured)}\n")
    print("what the source gives away (share of loans)     charged off      paid")
    _tell(
        "the term is whole years",
        rows,
        lambda row: row["Term"] % 12 == 0,
        [row["Default"] == 1 for row in rows],
    )


def _rows(engine: Engine, source: Path, pattern: str) -> Sequence[Row]:
    (file,) = sorted(source.glob(pattern))
    return engine.rows(engine.raw(file))


def _tell(words: str, rows: Sequence[Row], tell: Any, is_bad: Sequence[bool]) -> None:
    shares = []
    for wanted in (True, False):
        own = [row for row, bad in zip(rows, is_bad, strict=True) if bad is wanted]
        shares.append(sum(map(tell, own)) / len(own))
    print(f"{words:<48}{shares[0]:>10.1%}{shares[1]:>10.1%}")


def _show(engine: Engine, judged: Mapping[str, Any], result: Path) -> None:
    coverage = engine.rows(engine.raw(result / "signal_coverage.parquet"))
    measured = {row["code"]: row["subjects"] - row["not_measurable"] for row in coverage}
    print(f"\n{'':<10}{'measured':>10}{'fired':>10}{'bankrupt':>10}{'precision':>11}{'capture':>9}")
    for row in judged["by_signal"]:
        _line(row["code"], f"{measured[row['code']]:,}", row)
    for row in judged["by_colour"]:
        _line(row["colour"], "", row)
    _line("any", "", judged["total"])


def _line(name: str, measured: str, row: Row) -> None:
    precision = f"{float(row['precision']):.1%}" if row["precision"] is not None else "-"
    capture = f"{float(row['capture_count']):.1%}"
    print(f"{name:<10}{measured:>10}{row['alerts']:>10,}{row['right']:>10,}{precision:>11}{capture:>9}")


def _area(engine: Engine, result: Path, truth: Path) -> float:
    """Give the chance that a bankrupt firm stands above another, half where they stand alike."""
    signals: dict[str, int] = {}
    for row in engine.rows(engine.raw(result / "signal.parquet")):
        signals[row["subject_id"]] = signals.get(row["subject_id"], 0) + 1
    colours = {
        row["subject_id"]: len(COLOURS) - COLOURS.index(row["colour"])
        for row in engine.rows(engine.raw(result / "warning.parquet"))
    }
    failed = {row["customer_id"] for row in engine.rows(engine.raw(truth))}
    places: dict[tuple[int, int], list[int]] = {}
    for row in engine.rows(engine.raw(result / "loan_state.parquet")):
        name = row["customer_id"]
        held = places.setdefault((colours.get(name, 0), signals.get(name, 0)), [0, 0])
        held[name in failed] += 1
    below = good = bad = 0.0
    for _, (others, own) in sorted(places.items()):
        below += own * (good + others / 2)
        good, bad = good + others, bad + own
    return below / (good * bad)


if __name__ == "__main__":
    main()

"""What a result holds, in numbers for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from postloan.engine import Engine
from postloan.results import SEVERITIES
from postloan.run.tables import read_table


def counts(engine: Engine, folder: Path) -> dict[str, object]:
    """Count a result folder: loans, customers, signals, warnings, classes and measures.

    Severities and colours are always named, worst first; classes and measures where there are any. A loan
    without a class counts as `not_measurable`.
    """
    return {
        "loans": _rows(engine, folder, "loan_state"),
        "customers": _rows(engine, folder, "facts_customer"),
        "signals": _by(engine, folder, "signal", "severity", SEVERITIES),
        "warnings": _by(engine, folder, "warning", "colour", SEVERITIES),
        "classes": _by(engine, folder, "loan_state", "class_final"),
        "measures": _by(engine, folder, "measure_due", "measure_code"),
    }


def _rows(engine: Engine, folder: Path, table: str) -> int:
    path = folder / f"{table}.parquet"
    if not path.exists():
        return 0
    rows = read_table(engine, path)
    return int(engine.rows(rows.aggregate(n=rows.count()))[0]["n"])


def _by(engine: Engine, folder: Path, table: str, column: str, always: Sequence[str] = ()) -> dict[str, int]:
    rows = read_table(engine, folder / f"{table}.parquet")
    found = engine.rows(rows.group_by([column]).aggregate(n=rows.count()))
    counted = {row[column] or "not_measurable": int(row["n"]) for row in found}
    return dict.fromkeys(always, 0) | dict(sorted(counted.items()))

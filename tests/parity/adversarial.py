"""Parquet files of values that engines are known to treat differently.

Each file holds every pair of the values of one kind, so that a verb of two columns meets them all. The
column `k` numbers the rows.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MONEY, RATE = pa.decimal128(18, 2), pa.decimal128(18, 6)
INT64_MAX, INT64_MIN = 2**63 - 1, -(2**63)

SMALL = [None, 0, 1, -1, 2, -2, 3, -3, 7, -7, 10, 12, 30, 31, 59, 100, 365, 1000, 10**6, -(10**6)]
LARGE = [None, 0, 1, -1, 3, 2**31, -(2**31) - 1, 2**53 + 1, 10**12, 10**18 - 1, INT64_MAX, INT64_MIN]
DAYS = [
    None,
    *map(
        dt.date.fromisoformat,
        (
            *("0001-01-01", "0999-12-31", "1582-10-04", "1582-10-15", "1899-12-31", "1900-01-01"),
            *("1900-02-28", "1900-03-01", "1969-12-31", "1970-01-01", "1994-03-31", "1999-12-31"),
            *("2000-02-28", "2000-02-29", "2000-03-01", "2023-01-29", "2023-01-30", "2023-01-31"),
            *("2023-02-28", "2023-03-01", "2023-03-31", "2023-04-30", "2023-12-31", "2024-01-31"),
            *("2024-02-28", "2024-02-29", "2024-03-01", "2200-02-28", "2200-12-31", "9999-12-31"),
        ),
    ),
]
TIMES = [
    None,
    *map(
        dt.datetime.fromisoformat,
        (
            *(
                "0001-01-01T00:00:00",
                "1582-10-10T12:00:00",
                "1969-12-31T23:59:59.999999",
                "1970-01-01T00:00:00",
            ),
            *("2024-02-29T23:59:59.000001", "2024-03-31T02:30:00", "9999-12-31T23:59:59.999999"),
        ),
    ),
]
TEXTS = [
    None,
    *("", " ", "  ", "\u3000", "a", "A", "b", "ab", "\uff21", "\uff41", "\uff01", "张三", "贷款逾期"),
    *("\ufffd", "\uffee", "\U0001f600", "\U00020000", "\u00e9", "e\u0301", "\u2028", "\u00a0"),
    *('"', 'a"b', "\\", "a\\b", "\\n", "'", "''", "`", "/", ",", "a,b", "{}", "[x]", "null", "NaN"),
    *("\t", "\n", "\r\n", "\b", "\f", "\x00", "\x01", "\x1f", "\x7f", "a\x00b", "\x1e\n\\"),
    *(
        "%",
        "_",
        "a%",
        "a_b",
        ".",
        ".*",
        "^a",
        "$",
        "(",
        "+",
        "?",
        "\\d",
        "0",
        "-1",
        "10",
        "9",
        "1e3",
        "true",
        "${x}",
    ),
]
AMOUNTS = [
    None,
    *map(
        Decimal,
        (
            *("0.00", "-0.00", "0.01", "-0.01", "0.05", "0.99", "1.00", "-1.00", "100.00", "254.97"),
            *("12345678.90", "9999999999999999.99", "-9999999999999999.99"),
        ),
    ),
]
RATES = [
    None,
    *map(
        Decimal,
        (
            *("0.000000", "0.000001", "-0.000001", "0.5", "-0.5", "0.000005", "1.000000", "-1.000000"),
            *("1.234567", "0.333333", "7.24", "1000.000001", "999999.999999"),
        ),
    ),
]
RATE_LIMITS = [
    None,
    Decimal("0"),
    Decimal("999999999999.999999"),
    Decimal("-999999999999.999999"),
    Decimal("0.1"),
]
TRUTH = [None, True, False]


def pairs(first: str, second: str, values: Sequence[Any], kind: pa.DataType) -> pa.Table:
    """Every pair of the values in two columns, numbered in `k`."""
    rows = list(itertools.product(values, values))
    return pa.table(
        {
            "k": pa.array(range(len(rows)), pa.int64()),
            first: pa.array([row[0] for row in rows], kind),
            second: pa.array([row[1] for row in rows], kind),
        }
    )


def _mixed(first: Sequence[Any], a: pa.DataType, second: Sequence[Any], b: pa.DataType) -> pa.Table:
    rows = list(itertools.product(first, second))
    return pa.table(
        {
            "k": pa.array(range(len(rows)), pa.int64()),
            "x": pa.array([row[0] for row in rows], a),
            "n": pa.array([row[1] for row in rows], b),
        }
    )


def _groups() -> pa.Table:
    """Groups: nulls alone, one row, ties, a null key, a blank key, every text; amounts near the limit."""
    rows: list[
        tuple[str | None, int | None, str | None, dt.date | None, bool | None, Decimal | None, int | None]
    ] = []

    def row(
        g: str | None, n: int | None, s: str | None, d: str | None, b: bool | None, m: str | None
    ) -> None:
        day = dt.date.fromisoformat(d) if d else None
        rows.append((g, n, s, day, b, Decimal(m) if m else None, len(rows) % 3))

    for _ in range(3):
        row("nulls", None, None, None, None, None)
    row("one", 7, "x", "2024-02-29", True, "9999999999999999.99")
    for text in ("b", "a", "a", None, "A", "\uff21", "\U0001f600"):
        row("ties", 5, text, "2023-01-31", None, "0.01")
    for number, day in ((1, "1899-12-31"), (None, None), (-3, "2200-12-31"), (2**62, "1900-02-28")):
        row(
            None, number, None if number is None else str(number), day, number is None, "-9999999999999999.99"
        )
    row("", 0, "", "0001-01-01", False, "0.00")
    row("\u3000", -1, "\u3000", "9999-12-31", True, "0.00")
    for position, text in enumerate(TEXTS):
        row("texts", (position * 37) % 11 - 5, text, None, position % 2 == 0, None)
    names = ("g", "n", "s", "d", "b", "m", "r")
    kinds = (pa.string(), pa.int64(), pa.string(), pa.date32(), pa.bool_(), MONEY, pa.int64())
    columns = {
        name: pa.array([one[i] for one in rows], kind)
        for i, (name, kind) in enumerate(zip(names, kinds, strict=True))
    }
    return pa.table({"k": pa.array(range(len(rows)), pa.int64()), **columns})


def tables() -> dict[str, pa.Table]:
    """The files by name; each has an empty twin of the same columns."""
    days_and_counts = [None, 0, 1, -1, 2, 11, 12, -13, 31, 365, -366, 10_000_000, -10_000_000, 2**40]
    ranks = [None, 0, -1, 5, 10**13, INT64_MAX, INT64_MIN]
    found = {
        "small": pairs("i", "j", SMALL, pa.int64()),
        "large": pairs("i", "j", LARGE, pa.int64()),
        "days": pairs("d", "e", DAYS, pa.date32()),
        "days_and_counts": _mixed(DAYS, pa.date32(), days_and_counts, pa.int64()),
        "times": pairs("t", "u", TIMES, pa.timestamp("us")),
        "texts": pairs("s", "t", TEXTS, pa.string()),
        "texts_and_counts": _mixed(TEXTS, pa.string(), ranks, pa.int64()),
        "amounts": pairs("m", "o", AMOUNTS, MONEY),
        "rates": pairs("p", "q", RATES, RATE),
        "rate_limits": pairs("p", "q", RATE_LIMITS, RATE),
        "truth": pairs("a", "b", TRUTH, pa.bool_()),
        "cents_and_rates": _mixed(
            [None, 0, 1, -1, 5, -5, 15, 25497, 10**11, -(10**11)], pa.int64(), RATES, RATE
        ),
        "groups": _groups(),
    }
    return found | {f"{name}_empty": table.slice(0, 0) for name, table in found.items()}


def write(folder: Path) -> dict[str, Path]:
    """Write the files into the folder; give their paths by name."""
    found = {}
    for name, table in tables().items():
        found[name] = folder / f"{name}.parquet"
        pq.write_table(table, found[name])
    return found

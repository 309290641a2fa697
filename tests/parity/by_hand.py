"""Small tables made by hand, and what a verb must give on each of their rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from postloan.engine import Engine, Field, Kind, Table

LEAST, MOST = -(2**63), 2**63 - 1


LIMIT = Decimal("999999999999.999999")


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def table(engine: Engine, kinds: Sequence[Kind], rows: Sequence[Sequence[object]]) -> Table:
    """A table of columns a, b, ... with the rows numbered in `k`."""
    names = "abcdef"[: len(kinds)]
    fields = [Field("k", "integer"), *(Field(n, kind) for n, kind in zip(names, kinds, strict=True))]
    made = [{"k": k, **dict(zip(names, row, strict=True))} for k, row in enumerate(rows)]
    return engine.from_rows(made, fields, "by_hand")


def each(
    engine: Engine, verb: Callable[..., Any], kinds: Sequence[Kind], rows: Sequence[Sequence[object]]
) -> list[Any]:
    """The verb's value on each row."""
    t = table(engine, kinds, rows)
    columns = [t[name] for name in t.columns if name != "k"]
    found = engine.rows(t.select("k", x=verb(*columns)).order_by("k"))
    return [row["x"] for row in found]


def check(
    engine: Engine,
    verb: Callable[..., Any],
    kinds: Sequence[Kind],
    cases: Sequence[tuple[Sequence[object], object]],
) -> None:
    found = each(engine, verb, kinds, [inputs for inputs, _ in cases])
    wrong = [(inputs, value, got) for (inputs, value), got in zip(cases, found, strict=True) if value != got]
    assert not wrong, "(inputs, expected, found)"

"""How good the warnings of both packs were: precision, capture and lead time, by `run.evaluate`.

Each side is judged as a store whose only runs are the days looked at: what stands on the first of them
counts as opened on it, and later days open what the day before among them did not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.run import files
from postloan.run.evaluate import evaluate
from postloan.run.impact.sides import Side
from postloan.run.tables import read_table, write_table

_ALIKE = ("from", "to", "horizon_days", "min_colour", "outcomes", "unknown_customers")
"""What both sides say alike, as it depends on outcomes and loans alone."""


def judge(
    engine: Engine,
    sides: tuple[Side, Side],
    days: Sequence[date],
    outcomes: Path,
    *,
    horizon_days: int,
    min_colour: str,
) -> dict[str, Any]:
    """Give the evaluation under the pack in force (`old`) and under the draft (`new`); see `run.evaluate`.

    Raises BookError where the outcomes cannot be read.
    """
    found = {}
    for name, side in zip(("old", "new"), sides, strict=True):
        _as_opened(engine, side, sorted(days))
        found[name] = evaluate(
            engine, side.store.folder, outcomes, horizon_days=horizon_days, min_colour=min_colour
        )
    return {**{name: found["old"][name] for name in _ALIKE}, **found}


def _as_opened(engine: Engine, side: Side, days: Sequence[date]) -> None:
    """Date each warning from the first of the days on which it stands without a break."""
    before: Table | None = None
    for day in days:
        path = side.store.result(day) / "warning.parquet"
        rows = engine.materialise(_dated(read_table(engine, path), before, day), "opened")
        files.remove(path)  # the file may be one with that of the other side
        write_table(engine, "warning", rows, path.parent, "warnings")
        before = rows.select(_subject="subject_id", _kind="subject_kind", _opened="opened_on")


def _dated(warning: Table, before: Table | None, day: date) -> Table:
    opened = v.literal(day, "date")
    rows = warning
    if before is not None:
        same = [rows.subject_id == before["_subject"], rows.subject_kind == before["_kind"]]
        rows = rows.left_join(before, same)
        opened = v.coalesce(rows["_opened"], opened)
    rows = rows.mutate(opened_on=opened)
    rows = rows.mutate(episode_id=v.concat("customer:", rows.subject_id, ":", v.text(rows.opened_on)))
    return rows.select(*warning.columns)

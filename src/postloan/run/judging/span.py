"""The days that an evaluation looks at, and the tables of a store's runs on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from postloan.engine import Engine, Table, TableSchema, raw
from postloan.run.ledger import Ledger
from postloan.run.store import Store


@dataclass(frozen=True)
class Span:
    """The days looked at: alerts open from `start` to `end`, outcomes lie after `start` up to `end`.

    Args:
        start: its first day.
        end: its last day.
        days: those with a run.
        earlier: the days before it that have one, in order.
        horizon: within how many days after an alert an outcome makes it right.
        is_only_run: whether the store has a single run.
    """

    start: date
    end: date
    days: tuple[date, ...]
    earlier: tuple[date, ...]
    horizon: int
    is_only_run: bool

    @property
    def before(self) -> date | None:
        """Give the last day before the span that has a run; None without one."""
        return self.earlier[-1] if self.earlier else None

    @property
    def weeks(self) -> float:
        """Give the weeks in which the alerts arose, at least one.

        From the day after the run before the span, as what the first run of the span opens came up since
        then; in a store that begins with the span, from its first run.
        """
        if not self.days:
            return 1.0
        start = self.before or self.days[0] - timedelta(days=1)
        return max(1.0, (self.days[-1] - start).days / 7)

    @property
    def since(self) -> date:
        """Give the first day on which an alert can open."""
        return self.days[0] if self.days else self.start


def span_of(engine: Engine, store: Path, start: date | None, end: date | None, horizon: int) -> Span:
    """Give the span asked for; by default from the first run to a horizon after the last."""
    good = [row.as_of for row in Ledger(Store(store), engine).rows() if row.state == "done"]
    start = start or good[0]
    end = end or good[-1] + timedelta(days=horizon)
    days = tuple(day for day in good if start <= day <= end)
    earlier = tuple(day for day in good if day < start)
    return Span(start, end, days, earlier, horizon, len(good) == 1)


@dataclass(frozen=True)
class Runs:
    """Reads a table of several runs as one."""

    engine: Engine
    store: Store

    def paths(self, days: Iterable[date], table: str) -> list[Path]:
        """Give the files of a table that the runs of those days kept."""
        return [path for day in days if (path := self.store.result(day) / f"{table}.parquet").exists()]

    def table(self, days: Iterable[date], schema: TableSchema) -> Table:
        """Give the columns of the schema over all those days, money as cents; no rows where none kept it.

        Runs of another version may keep other columns: those of the schema that they lack are null.
        """
        alike: dict[tuple[str, ...], list[Path]] = {}
        for path in self.paths(days, schema.name):
            alike.setdefault(raw.check_parquet(path), []).append(path)
        tables = [self.engine.read(paths, schema) for paths in alike.values()]
        return united(tables) if tables else self.engine.from_rows([], schema.fields, schema.name, cents=True)


def united(tables: Sequence[Table]) -> Table:
    """Give the rows of all tables, which have the same columns."""
    first, *rest = tables
    for table in rest:
        first = first.union(table)
    return first

"""The days of a store that a report looks at, and the policy behind each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.errors import RunError
from postloan.policy.pack import Policy
from postloan.reports.words import Words
from postloan.run.ledger import RunRow
from postloan.run.reading import Results, last_run, results_of
from postloan.run.store import Store
from postloan.run.tables import SCHEMAS, read_table

_MOST = 1_000_000
"""The most rows that a report holds: groups of a book, not its loans."""

FindPolicy = Callable[[RunRow], Policy | None]
"""Gives the policy in force on a run's day, None where its pack is not at hand."""


@dataclass(frozen=True)
class Day:
    """The result of one day.

    Args:
        engine: a DuckDB session.
        row: the run's row in the ledger.
        results: its tables.
        policy: what was in force, None where the pack is not at hand.
    """

    engine: Engine
    row: RunRow
    results: Results
    policy: Policy | None

    @property
    def as_of(self) -> date:
        """Give the business date."""
        return self.row.as_of

    def table(self, name: str) -> Table:
        """Give a table with money as integer cents; one that the run did not keep has no rows."""
        path = self.results.folder / f"{name}.parquet"
        if not path.exists():
            return self.engine.from_rows([], SCHEMAS[name].fields, name, cents=True)
        return read_table(self.engine, path, cents=True)

    def claims(self) -> Table:
        """Give the loans of the balance sheet, and those of which the run does not tell, as claims."""
        loans = self.table("loan_state")
        return loans.filter((loans.on_off == "on") | loans.on_off.isnull())

    def off_balance(self) -> list[dict[str, Any]]:
        """Give number and balance in cents of the exposures off the balance sheet, by currency."""
        loans = self.table("loan_state")
        off = loans.filter(loans.on_off != "on")
        balance = v.total(off.balance.fill_null(v.literal(0, "integer")))
        summed = off.group_by(["currency"]).aggregate(loans=off.count(), balance=balance)
        return self.rows(summed.order_by("currency"))

    def rows(self, table: Table) -> list[dict[str, Any]]:
        """Give the rows of a table that was summed up."""
        return self.engine.rows(table, limit=_MOST)

    def policy_told(self, words: Words) -> list[str]:
        """Give a line where the policy at hand is not that of the run, or where there is none."""
        if self.policy is None:
            return [words("pack_missing", self.row.policy_version)]
        if self.policy.version != self.row.policy_version:
            return [words("policy_moved", self.policy.version, self.row.policy_version)]
        return []


def day_of(engine: Engine, store: Path, as_of: date | None, find: FindPolicy) -> Day:
    """Give the day asked for, the store's last by default.

    Raises RunError `no_run_yet` or `unknown_day`, which tell the days that there are.
    """
    return _day(engine, store, last_run(engine, store, as_of), find)


def day_before(engine: Engine, store: Path, day: Day, from_date: date | None, find: FindPolicy) -> Day:
    """Give the earlier day asked for; by default the last one before the other.

    Raises RunError `no_earlier_day` where the store has none, `unknown_day` where that day has no result,
    `days_reversed` where it does not lie before the other.
    """
    if from_date is not None and from_date >= day.as_of:
        raise RunError(
            "days_reversed",
            f"{from_date.isoformat()} does not lie before {day.as_of.isoformat()}",
            where=str(store),
            mend="give --from a day before --date",
        )
    if from_date is None:
        earlier = [one for one in Store(store).days() if one < day.as_of]
        if not earlier:
            raise RunError(
                "no_earlier_day",
                f"the store has no result before {day.as_of.isoformat()}, and a change takes two",
                where=str(store),
                mend="run an earlier or a later day into the same store",
            )
        from_date = earlier[-1]
    return _day(engine, store, last_run(engine, store, from_date), find)


def _day(engine: Engine, store: Path, row: RunRow, find: FindPolicy) -> Day:
    return Day(engine, row, results_of(engine, store, row), find(row))


def money(cents: int) -> Decimal:
    """Give integer cents as an amount with two places."""
    return Decimal(cents).scaleb(-2)


def share(part: int, whole: int) -> Decimal | None:
    """Give part over whole with six places, halves away from zero; None where the whole is 0."""
    if not whole:
        return None
    scaled, rest = divmod(abs(part) * 10**6, abs(whole))
    scaled += 2 * rest >= abs(whole)
    sign = -1 if (part < 0) != (whole < 0) else 1
    return Decimal(sign * scaled).scaleb(-6)

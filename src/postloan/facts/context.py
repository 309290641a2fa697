"""What every family of facts is computed from: the book as of a day, the policy in force, the last run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from postloan.book.snapshot import Book
from postloan.engine import Column, Engine, Kind, Table
from postloan.engine import verbs as v
from postloan.policy.pack import Policy
from postloan.results import Prior


@dataclass(frozen=True)
class Context:
    """Everything that a family of facts may look at.

    Args:
        engine: the engine that computes.
        book: the book as of the day.
        policy: the policy in force on the day.
        prior: the last good run before the day, or None.
        as_of: the business date.
        made: tables that earlier families gave, by name.
        parts: tables with a column `id` whose other columns become facts, by subject.
    """

    engine: Engine
    book: Book
    policy: Policy
    prior: Prior | None
    as_of: date
    made: dict[str, Table] = field(default_factory=dict)
    parts: dict[str, list[Table]] = field(default_factory=dict)

    @property
    def day(self) -> Column:
        """Give the business date as a constant column."""
        return v.literal(self.as_of, "date")

    def give(self, name: str, table: Table) -> Table:
        """Remember a table that is cheap to compute under its name, and give it."""
        self.made[name] = table
        return table

    def keep(self, name: str, table: Table) -> Table:
        """Compute a table once, remember it under its name for later families, and give it."""
        self.made[name] = self.engine.materialise(table, name)
        return self.made[name]

    def tell(self, subject: str, table: Table) -> Table:
        """Add columns to the facts of a subject, computed once: `id`, then one a fact, `x_amt` as x in cents.

        A subject without a row there has null; so has every fact that no family tells, for want of its feed.
        """
        number = sum(map(len, self.parts.values()))
        held = self.engine.materialise(table, f"told_{subject}_{number}")
        self.parts.setdefault(subject, []).append(held)
        return held

    def whole(self, name: str) -> int:
        """Give an integer parameter of the policy."""
        return int(str(self.policy.parameter(name)))

    def limit(self, name: str) -> Decimal:
        """Give a parameter of the policy that is a number."""
        return Decimal(str(self.policy.parameter(name)))

    def months(self, count: int, *, back: int = 0) -> tuple[date, date]:
        """Give the first day and the day after the last of `count` full months up to the day.

        A month is full on its own last day. `back` moves the window that many months earlier.
        """
        tomorrow = self.as_of + timedelta(days=1)
        end = _months_later(tomorrow.replace(day=1), -back)
        return _months_later(end, -count), end


def _months_later(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def bank_figure(context: Context, item: str) -> Column:
    """Give the last of the bank's own figures of that name as a constant in cents, null without one."""
    rows = context.book.table("bank_figure")
    rows = rows.filter(rows.item == item)
    rows = rows.mutate(_turn=v.row_number(partition=[rows.item], order=[(rows.period, "desc")]))
    found = context.engine.rows(rows.filter(rows["_turn"] == 1).select("value"))
    return v.literal(found[0]["value"], "integer") if found else v.null("integer")


def within(column: Column, window: tuple[date, date]) -> Column:
    """Tell whether a date lies in the window: from its first day, before its second."""
    return (column >= v.literal(window[0], "date")) & (column < v.literal(window[1], "date"))


def last_days(column: Column, context: Context, days: int) -> Column:
    """Tell whether a date lies in the last `days` days, the business date included."""
    first = context.as_of - timedelta(days=days - 1)
    return (column >= v.literal(first, "date")) & (column <= context.day)


def zero() -> Column:
    """Give the integer 0."""
    return v.literal(0, "integer")


def standing(table: Table, key: str) -> Table:
    """Leave out reversals and the rows that they take back (column reverses_id names the row's `key`).

    A reversal that was itself reversed takes nothing back.
    """
    reversals = table.filter(table.reverses_id.notnull()).select(_reversal=key, _target="reverses_id")
    undone = reversals.select(_undone="_target").distinct()
    live = reversals.anti_join(undone, reversals["_reversal"] == undone["_undone"])
    taken = live.select(_taken="_target").distinct()
    rows = table.filter(table.reverses_id.isnull())
    return rows.anti_join(taken, rows[key] == taken["_taken"])


_ROWS = {
    "loan": "loans_known",
    "customer": "customers",
    "collateral": "collaterals",
    "guarantor": "guarantors",
}
"""Tables of `made` with one row a subject; the other subjects are rows of the book."""


def everyone(context: Context, subject: str) -> Table:
    """Give all subjects of a kind that have facts: column id."""
    if subject in _ROWS:
        return context.made[_ROWS[subject]].select("id")
    return context.book.table(subject).select(id=f"{subject}_id")


def for_all(context: Context, subject: str, sums: Table, *, but: Collection[str] = ()) -> Table:
    """Give every subject a row: numbers are 0 and flags false where `sums` (column id) has none of it.

    For a feed that the book has: nothing reported is nothing happened. Columns named in `but`, and those of
    other kinds, stay null.
    """
    right = sums.rename(_of="id")
    rows = everyone(context, subject)
    rows = rows.left_join(right, rows["id"] == right["_of"])
    return rows.select(
        "id", **{name: _or_nothing(rows[name], name in but) for name in sums.columns if name != "id"}
    )


def _or_nothing(column: Column, stays_null: bool) -> Column:
    kind = column.type()
    if stays_null:
        return column
    if kind.is_boolean():
        return column.fill_null(False)
    if kind.is_integer():
        return column.fill_null(zero())
    return column.fill_null(v.literal(0, "decimal")) if kind.is_decimal() else column


def nulls(table: Table, columns: Mapping[str, Kind]) -> Table:
    """Add columns of nulls, for facts whose feed the book lacks."""
    return table.mutate(**{name: v.null(kind) for name, kind in columns.items()})


def by_id(tables: Mapping[str, Table], base: Table) -> Table:
    """Join tables with a column `id` to the base, one after another.

    Raises ValueError where two of them have a column of one name: one of the two would be lost.
    """
    if not tables:
        return base
    result, names = base, list(base.columns)
    for number, (name, table) in enumerate(tables.items()):
        double = (set(table.columns) & set(names)) - {"id"}
        if double:
            raise ValueError(f"{', '.join(sorted(double))} of {name} is there already")
        key = f"_right_{number}"
        right = table.rename({key: "id"})
        # One chain of joins and one choice of columns: each choice between costs as much as it is wide.
        result = result.left_join(right, [("id", key)])
        names += [column for column in table.columns if column != "id"]
    return result.select(names)

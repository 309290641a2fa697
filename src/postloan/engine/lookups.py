"""Rows with many small look-ups joined to them, written as SQL.

A decision table of hundreds of rules needs a dozen look-ups of many columns, which Ibis takes longer to
build than an engine to compute. What stands here is the part of SQL that means the same on both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlglot.expressions as sge

from postloan.engine.schema import Field
from postloan.engine.session import Engine
from postloan.engine.steps import constant, tree
from postloan.engine.types import Table


class Rows:
    """A table whose columns are read into whole numbers, and look-ups joined by such numbers.

    Methods give parts of SQL, which other methods take; `table` makes a table of them. Where `are_joined`,
    the table is to be held `as_written`.
    """

    def __init__(self, engine: Engine, table: Table) -> None:
        self.engine = engine
        self.types = table.schema()
        self.are_joined = False
        self._from = [f"({engine.statement(table)}) AS r"]

    def column(self, name: str) -> str:
        """Read a column of the table."""
        return f"r.{self._quoted(name)}"

    def _quoted(self, name: str) -> str:
        mark = '"' if self.engine.kind == "duckdb" else "`"
        return f"{mark}{name.replace(mark, 2 * mark)}{mark}"

    def steps(self, name: str, starts: Sequence[Any], values: Sequence[int], nothing: int) -> str:
        """Read a number off a column's value, as `verbs.steps` does."""
        tested = self.column(name)

        def leaf(i: int) -> str:
            if i or values[0] == nothing:
                return str(values[i])
            return f"CASE WHEN {tested} IS NULL THEN {nothing} ELSE {values[0]} END"

        bounds = [constant(start, self.types[name]) for start in starts]
        return _whole(tree(tested, bounds, leaf, 0, len(bounds)))

    def told(self, name: str, values: Mapping[Any, int], others: int, nothing: int) -> str:
        """Read a number off a text or a truth value: its own, that of all others, or that of null."""
        tested = self.column(name)
        cases = [f"WHEN {tested} IS NULL THEN {nothing}"] if nothing != others else []
        cases += [f"WHEN {tested} = {self._text(value)} THEN {number}" for value, number in values.items()]
        return _whole(f"CASE {' '.join(cases)} ELSE {others} END") if cases else _whole(str(others))

    def _text(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).upper()
        found: str = sge.Literal.string(str(value)).sql(self.engine.backend.compiler.dialect)
        return found

    def given(self, name: str, values: Mapping[str, int], others: int, nothing: int) -> str:
        """Read a number off a text as `told` does, from a look-up: for many values."""
        found = self._joined(
            "LEFT",
            [Field("at", "string"), Field("gives", "integer")],
            [list(values), list(values.values())],
            self.column(name),
        )
        known = f"COALESCE({found[1]}, {others})"
        if nothing == others:
            return _whole(known)
        return _whole(f"CASE WHEN {self.column(name)} IS NULL THEN {nothing} ELSE {known} END")

    def counted(self, name: str, first: int | date, last: int | date) -> str:
        """Number whole values or days: null 0, all below `first` 1, `first` 2, and so on up to `last`."""
        tested = self.column(name)
        if isinstance(first, date) and isinstance(last, date):
            distance = f"pl_days_between({tested}, DATE '{first.isoformat()}')"
            placed = f"LEAST(GREATEST({distance}, -1), {(last - first).days}) + 2"
        else:
            placed = f"LEAST(GREATEST({tested}, {first} - 1), {last}) - {first} + 2"
        # LEAST and GREATEST pass over a null, which would stand among the lowest values.
        return f"CASE WHEN {tested} IS NULL THEN 0 ELSE {placed} END"

    def stretched(self, name: str, bounds: Sequence[Sequence[Any]], fields: Sequence[Field], at: str) -> str:
        """Number values within stretches: those of a stretch follow each other, `fields` and 1 many.

        Args:
            name: the column.
            bounds: one list a stretch, of as many ascending values as fields.
            fields: what the bounds are.
            at: reads the stretch of a row.
        """
        numbers = list(range(len(bounds)))
        found = self.look_up(
            [Field("at", "integer"), *fields], [numbers, *map(list, zip(*bounds, strict=True))], at
        )
        within = tree(self.column(name), found[1:], str, 0, len(fields))
        return f"({found[0]} * {len(fields) + 1} + {_whole(within)})"

    def look_up(self, fields: Sequence[Field], columns: Sequence[Sequence[Any]], at: str) -> list[str]:
        """Join a look-up by its first column, whole numbers of which each row has one; give its columns."""
        self.are_joined = True
        # DuckDB finds a row by its number at once in an inner join, and hashes it in any other.
        return self._joined("INNER", fields, columns, at)

    def _joined(
        self, how: str, fields: Sequence[Field], columns: Sequence[Sequence[Any]], at: str
    ) -> list[str]:
        name = self.engine.small(fields, columns)
        alias = f"l{len(self._from)}"
        read = [f"{alias}.{self._quoted(field.name)}" for field in fields]
        self._from.append(f"{how} JOIN {name} AS {alias} ON {read[0]} = {at}")
        return read

    def table(self, columns: Mapping[str, str]) -> Table:
        """Give a table of what was read, by name."""
        chosen = ", ".join(f"{read} AS {self._quoted(name)}" for name, read in columns.items())
        return self.engine.view(f"SELECT {chosen} FROM {' '.join(self._from)}")


def _whole(text: str) -> str:
    return f"CAST({text} AS BIGINT)"

"""Point queries: the rows of a few subjects out of tables that stay in their Parquet files.

One session serves a long-lived process. A query is written out once and asked with other values afterwards,
which takes milliseconds where building it anew takes tens of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import RLock
from typing import Any

from postloan.engine.session import Engine
from postloan.engine.types import Table

Bound = tuple[str, str, Any]
"""A condition: column, one of `=`, `<`, `<=`, `>`, `>=`, and the value; several of them all hold."""

_SIGNS = frozenset({"=", "<", "<=", ">", ">="})


class Lookups:
    """Prepared tables of one DuckDB session, asked from any thread, one at a time.

    Whoever uses the session otherwise holds `lock` meanwhile.
    """

    def __init__(self, engine: Engine) -> None:
        assert engine.kind == "duckdb", "point queries are asked on the machine that serves them"
        self._engine = engine
        self.lock = RLock()
        self._columns: dict[str, tuple[str, ...]] = {}

    def prepare(self, name: str, table: Table, *, held: bool = False) -> None:
        """Make a table ready under a name; `held` computes a narrow one now and keeps it in memory."""
        with self.lock:
            columns = tuple(table.columns)
            statement = self._engine.statement(table)
            kind = "TABLE" if held else "VIEW"
            self._engine.backend.raw_sql(f"CREATE OR REPLACE TEMPORARY {kind} {_view(name)} AS {statement}")
            self._columns[name] = columns

    def has(self, name: str) -> bool:
        """Tell whether a table was made ready."""
        return name in self._columns

    def rows(
        self,
        name: str,
        column: str,
        values: Sequence[str],
        *,
        bounds: Sequence[Bound] = (),
        order: Sequence[str] = (),
        limit: int = 1000,
        below: Sequence[tuple[str, Any]] = (),
    ) -> list[dict[str, Any]]:
        """Give the rows whose column holds one of the values.

        Args:
            name: a table made ready.
            column: the column that is looked up, a text.
            values: what it may hold; none gives no rows.
            bounds: further conditions, all of which hold.
            order: columns, with `-` for descending; nulls last.
            limit: the most rows given.
            below: columns with the values of a row; only rows that stand before it, column by column.
        """
        if not values:
            return []
        known = self._columns[name]
        asked: list[Any] = list(values)
        where = [f"{_column(known, column)} IN ({', '.join('?' * len(values))})"]
        where += [_test(known, bound, asked) for bound in bounds]
        if below:
            columns = ", ".join(_column(known, one) for one, _ in below)
            where.append(f"({columns}) < ({', '.join('?' * len(below))})")
            asked += [value for _, value in below]
        statement = f"SELECT * FROM {_view(name)} WHERE {' AND '.join(where)}"
        if order:
            statement += f" ORDER BY {', '.join(_ordered(known, one) for one in order)}"
        return self._asked(f"{statement} LIMIT {int(limit)}", asked)

    def sums(
        self, name: str, column: str, values: Sequence[str], amount: str, day: str, bounds: Sequence[Bound]
    ) -> list[dict[str, Any]]:
        """Give `month` (its first day), `came_in` and `went_out` of the amounts of those rows by month."""
        if not values:
            return []
        known = self._columns[name]
        asked: list[Any] = list(values)
        money = _column(known, amount)
        where = [f"{_column(known, column)} IN ({', '.join('?' * len(values))})"]
        where += [_test(known, bound, asked) for bound in bounds]
        return self._asked(
            f"SELECT CAST(date_trunc('month', {_column(known, day)}) AS DATE) AS month, "
            f"CAST(sum(CASE WHEN {money} > 0 THEN {money} ELSE 0 END) AS BIGINT) AS came_in, "
            f"CAST(sum(CASE WHEN {money} < 0 THEN -{money} ELSE 0 END) AS BIGINT) AS went_out "
            f"FROM {_view(name)} WHERE {' AND '.join(where)} GROUP BY 1 ORDER BY 1",
            asked,
        )

    def over_days(self, files: Sequence[Path], key: str, subject: str, column: str) -> list[dict[str, Any]]:
        """Give `as_of` and `value` of a column of one subject in files of several days, the first day first.

        Days whose file lacks the column have a null value where another file has it; where none has, no day
        is given.
        """
        if not files:
            return []
        listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in files)
        source = f"read_parquet([{listed}], union_by_name = true)"
        with self.lock:
            found = self._asked(f"SELECT * FROM (DESCRIBE SELECT * FROM {source})", [])
            if column not in {row["column_name"] for row in found}:
                return []
            return self._asked(
                f'SELECT as_of, "{column}" AS value FROM {source} WHERE "{key}" = ? ORDER BY as_of', [subject]
            )

    def row_of(self, file: Path, key: str, subject: str) -> dict[str, Any] | None:
        """Give the row of one subject in a Parquet file; None where it has none."""
        source = "'" + str(file).replace("'", "''") + "'"
        found = self._asked(f'SELECT * FROM read_parquet({source}) WHERE "{key}" = ? LIMIT 1', [subject])
        return found[0] if found else None

    def _asked(self, statement: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        with self.lock:
            cursor = self._engine.backend.con.execute(statement, list(values))
            names = [one[0] for one in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _view(name: str) -> str:
    return f'"lookup_{name}"'


def _column(known: Sequence[str], name: str) -> str:
    if name not in known:
        raise KeyError(name)
    return f'"{name}"'


def _test(known: Sequence[str], bound: Bound, asked: list[Any]) -> str:
    column, sign, value = bound
    if sign not in _SIGNS:
        raise ValueError(sign)
    asked.append(value)
    return f"{_column(known, column)} {sign} ?"


def _ordered(known: Sequence[str], name: str) -> str:
    direction = "DESC" if name.startswith("-") else "ASC"
    return f"{_column(known, name.lstrip('-'))} {direction} NULLS LAST"

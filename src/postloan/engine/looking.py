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

    def moves(
        self, old: Path, new: Path, key: str, column: str, by: Sequence[str], amount: str
    ) -> list[dict[str, Any]]:
        """Count how a column moved between two files of one table, of the keys that both hold.

        Gives `before`, `after`, each of `by` as in the newer file, `number`, and `amount`, its sum in the
        newer file in hundredths.
        """
        named = ", ".join(f'n."{one}"' for one in by)
        return self._asked(
            f'SELECT o."{column}" AS before, n."{column}" AS after, {named}, count(*) AS number, '
            f'CAST(coalesce(sum(n."{amount}"), 0) * 100 AS BIGINT) AS amount '
            f'FROM read_parquet({_file(new)}) n JOIN read_parquet({_file(old)}) o ON o."{key}" = n."{key}" '
            f"GROUP BY ALL",
            [],
        )

    def moved(
        self,
        old: Path,
        new: Path,
        key: str,
        column: str,
        pair: tuple[Sequence[str], Sequence[str]],
        shown: Sequence[str],
        after: str,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Give the keys behind some moves, in their order, those after a key: with `before` and `after`.

        Args:
            old, new: the files.
            key: their key.
            column: what moved.
            pair: values before, and values after, that are asked for.
            shown: columns of the newer file to give as well.
            after: the key after which the rows begin.
            limit: how many rows at most.
        """
        if not pair[0] or not pair[1]:
            return []
        named = ", ".join(f'n."{one}"' for one in shown)
        was, now = (", ".join("?" * len(values)) for values in pair)
        return self._asked(
            f'SELECT n."{key}", o."{column}" AS before, n."{column}" AS after, {named} '
            f'FROM read_parquet({_file(new)}) n JOIN read_parquet({_file(old)}) o ON o."{key}" = n."{key}" '
            f'WHERE o."{column}" IN ({was}) AND n."{column}" IN ({now}) AND n."{key}" > ? '
            f'ORDER BY n."{key}" LIMIT {int(limit)}',
            [*pair[0], *pair[1], after],
        )

    def of_days(
        self, files: Sequence[Path], key: str, subjects: Sequence[str], column: str
    ) -> list[dict[str, Any]]:
        """Give `as_of`, the key and `value` of a column of some subjects in files of several days."""
        if not files or not subjects:
            return []
        listed = ", ".join(map(_file, files))
        marks = ", ".join("?" * len(subjects))
        return self._asked(
            f'SELECT as_of, "{key}", "{column}" AS value FROM read_parquet([{listed}], union_by_name = true) '
            f'WHERE "{key}" IN ({marks}) ORDER BY as_of, "{key}"',
            subjects,
        )

    def row_of(self, file: Path, key: str, subject: str) -> dict[str, Any] | None:
        """Give the row of one subject in a Parquet file; None where it has none."""
        asked = f'SELECT * FROM read_parquet({_file(file)}) WHERE "{key}" = ? LIMIT 1'
        found = self._asked(asked, [subject])
        return found[0] if found else None

    def _asked(self, statement: str, values: Sequence[Any]) -> list[dict[str, Any]]:
        with self.lock:
            cursor = self._engine.backend.con.execute(statement, list(values))
            names = [one[0] for one in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _file(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


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

"""Control totals: what the source says it delivered against what was read, to the cent."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from postloan.book.findings import Finding
from postloan.book.schema import TABLES
from postloan.book.sources.base import ControlTotal, SourceTable
from postloan.engine import Engine, Table, casting
from postloan.errors import BookError

FILES = ("control.csv", "control.yaml", "control.yml")


@dataclass(frozen=True)
class ControlResult:
    """One control total and what was found.

    Args:
        stated: the control total.
        count: rows found.
        total: the sum found, or None where only rows were counted.
    """

    stated: ControlTotal
    count: int
    total: Decimal | None

    @property
    def holds(self) -> bool:
        """Whether rows and sum are as stated, to the cent."""
        counted = self.stated.count is None or self.stated.count == self.count
        return counted and (self.stated.total is None or self.stated.total == self.total)

    def finding(self) -> Finding:
        """Give the finding of a total that does not hold."""
        said, parts = self.stated, []
        if said.count is not None and said.count != self.count:
            parts.append(f"{said.count} rows stated, {self.count} found")
        if said.total is not None and said.total != self.total:
            found = self.total if self.total is not None else Decimal(0)
            parts.append(
                f"sum of {said.column}: {said.total} stated, {found} found, off by {found - said.total}"
            )
        return Finding(
            "control_total_failed",
            said.table,
            said.where,
            self.count,
            f"the control total of {said.table} does not hold: {'; '.join(parts)}",
            "find the rows that were lost, doubled or changed on the way, and deliver the table again",
        )

    def as_dict(self) -> dict[str, object]:
        """Give stated and found for `--json`."""
        said = self.stated
        return {
            "table": said.table,
            "column": said.column,
            "count_stated": said.count,
            "count_found": self.count,
            "sum_stated": None if said.total is None else str(said.total),
            "sum_found": None if self.total is None else str(self.total),
            "holds": self.holds,
        }


def read_controls(folder: Path) -> tuple[ControlTotal, ...]:
    """Read `control.csv` or `control.yaml` (table, column, count, sum) of a source, if it has one.

    Raises BookError `bad_control` naming file and line where a line cannot be understood.
    """
    for name in FILES:
        path = folder / name
        if path.is_file():
            return tuple(_control(line, f"{name}, line {number}") for number, line in _lines(path))
    return ()


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix == ".csv":
        yield from enumerate(csv.DictReader(text.splitlines()), start=2)
        return
    listed = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - every scalar stays text, so no float appears
    yield from enumerate(listed or [], start=1)


def _control(line: Mapping[str, Any], where: str) -> ControlTotal:
    table, column = (str(line.get(name) or "").strip() for name in ("table", "column"))
    count, total = (str(line.get(name) or "").strip().replace(",", "") for name in ("count", "sum"))
    mend = "write table, column, count, sum, such as: loan,amount,682,103261740.00"
    if table not in TABLES or (column and column not in TABLES[table].columns):
        raise BookError(
            "bad_control", f"there is no {table}.{column} in the contract", where=where, mend=mend
        )
    if not count and not total:
        raise BookError(
            "bad_control", f"the line for {table} states neither count nor sum", where=where, mend=mend
        )
    if total and TABLES[table].field(column).kind not in ("money", "decimal", "integer"):
        raise BookError("bad_control", f"{table}.{column} cannot be summed", where=where, mend=mend)
    try:
        return ControlTotal(table, column, int(count) if count else None, _decimal(total), where)
    except (ValueError, InvalidOperation) as error:
        raise BookError(
            "bad_control", f"count {count!r} or sum {total!r} is not a number", where=where, mend=mend
        ) from error


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def compare(
    engine: Engine, judged: Table, source: SourceTable, controls: Sequence[ControlTotal]
) -> list[ControlResult]:
    """Count and sum a table's rows as they came, quarantined ones too, beside each of its control totals."""
    results = []
    for stated in controls:
        if stated.table != source.name:
            continue
        found = {"n": judged.count()}
        if stated.total is not None:
            found["total"] = casting.total(judged[stated.column])
        (row,) = engine.rows(judged.aggregate(**found))
        total = row.get("total")
        results.append(
            ControlResult(
                stated,
                int(row["n"]) + len(source.malformed),
                None if stated.total is None else Decimal(total if total is not None else 0),
            )
        )
    return results

"""Every verb and every allowed method gives the same types and the same values on both engines."""

from __future__ import annotations

import inspect
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.engine import Engine, feel_verbs
from postloan.engine import verbs as v
from postloan.engine.allowed import ALLOWED
from tests.parity import cases_of_columns, cases_of_exact, cases_of_tables  # noqa: F401 - they register their cases
from tests.parity.case import CASES


def _answer(engine: Engine, name: str, files: dict[str, Path], twin: str, folder: Path) -> pa.Table:
    case = CASES[name]
    table = case.build(engine.raw(files[case.file + twin]), engine.raw(files["groups" + twin]))
    path = folder / f"{engine.kind}.parquet"
    engine.write(table, path, order_by=table.columns)
    return pq.read_table(path)


def _types(table: pa.Table) -> list[tuple[str, str]]:
    return [(field.name, str(field.type)) for field in table.schema]


@pytest.mark.spark
@pytest.mark.parametrize("twin", ["", "_empty"])
@pytest.mark.parametrize("name", CASES)
def test_both_engines_write_the_same(
    name: str, twin: str, duckdb: Engine, spark: Engine, files: dict[str, Path], tmp_path: Path
) -> None:
    on_duckdb = _answer(duckdb, name, files, twin, tmp_path)
    on_spark = _answer(spark, name, files, twin, tmp_path)
    assert _types(on_spark) == _types(on_duckdb)
    rows, other = on_duckdb.to_pylist(), on_spark.to_pylist()
    assert len(other) == len(rows)
    differing = [(left, right) for left, right in zip(rows, other, strict=True) if left != right]
    assert not differing, f"{len(differing)} rows differ, the first: {differing[0]}"


def test_every_verb_and_every_allowed_method_has_a_case() -> None:
    verbs = {
        name
        for module in (v, feel_verbs)
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and member.__module__ == module.__name__
    }
    covered = set().union(*(case.names() for case in CASES.values()))
    assert verbs | ALLOWED <= covered, f"no parity case: {sorted((verbs | ALLOWED) - covered)}"

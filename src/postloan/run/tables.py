"""Writes and reads the tables of a run, and holds them to the contract where it fixes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from postloan.engine import Engine, Table, TableSchema
from postloan.engine.types import FILE_TYPES
from postloan.errors import RunError
from postloan.results import CLASS_BASIS, HASHED

SCHEMAS: dict[str, TableSchema] = {schema.name: schema for schema in (*HASHED, CLASS_BASIS)}
"""Result tables that the contract fixes to the column; all others are stored as a stage gives them."""


def write_table(engine: Engine, name: str, table: Table, folder: Path, stage: str) -> int:
    """Write a stage's table sorted by its key; one that the contract fixes must hold just its columns.

    Raises RunError `stage_output`, which is a defect of the stage and names it.
    """
    schema = SCHEMAS.get(name)
    if schema is None:
        return engine.write(
            table, folder / f"{name}.parquet", order_by=["id"] if "id" in table.columns else ()
        )
    wanted = {field.name: FILE_TYPES[field.kind].replace(" ", "") for field in schema.fields}
    found = {column: str(kind).lower().lstrip("!").replace(" ", "") for column, kind in _types(table).items()}
    wrong = [
        f"{column} is {found.get(column, 'absent')}, not {wanted.get(column, 'in the contract')}"
        for column in sorted({*wanted, *found})
        if not found.get(column, "absent").startswith(wanted.get(column, "nothing"))
    ]
    if wrong:
        raise RunError("stage_output", f"stage {stage} gave {name} in another shape: {'; '.join(wrong)}")
    ordered = table.select(*schema.columns)
    return engine.write(ordered, folder / f"{name}.parquet", order_by=schema.key)


def _types(table: Table) -> Mapping[str, object]:
    return dict(table.schema().items())


def read_table(engine: Engine, path: Path, *, cents: bool = False) -> Table:
    """Give a table that a stage wrote, with the types of the contract where it fixes them."""
    schema = SCHEMAS.get(path.stem)
    return engine.read(path, schema, cents=cents) if schema else engine.raw(path)

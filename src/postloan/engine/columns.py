"""Writes tables that were made as numpy columns, batch by batch, to one Parquet file a table.

A batch is a mapping from column to values. Money is integer cents and days are numbers since 1970-01-01; the
Arrow columns are laid over the same memory where the types allow it, so a hundred million rows pass through
a few megabytes. Text is given as what it is made of: a list and places in it, or numbers between fixed words.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from postloan.engine.schema import DECIMAL_TYPE, MONEY_TYPE, Field, TableSchema

Values: TypeAlias = npt.NDArray[Any]

_GROUP = 1 << 18
"""Rows of a row group, at most."""

NOTHING = np.iinfo(np.int64).min
"""Stands for null among numbers, days and cents."""


@dataclass(frozen=True)
class Chosen:
    """Text chosen from a list: `texts[place]`; a place below 0 is null."""

    texts: Sequence[str]
    places: Values

    def __len__(self) -> int:
        return len(self.places)

    def take(self, rows: Values) -> Chosen:
        """Give the same text for some rows."""
        return Chosen(self.texts, self.places[rows])


@dataclass(frozen=True)
class Numbered:
    """Text made of words and numbers of fixed width: `L`, 7 digits, `-`, 2 digits.

    Args:
        parts: words and (numbers, width) in their order; a number longer than the width keeps its digits.
            A number below 0 makes the whole text null.
    """

    parts: tuple[str | tuple[Values, int], ...]

    def __len__(self) -> int:
        return next(len(part[0]) for part in self.parts if not isinstance(part, str))

    def take(self, rows: Values) -> Numbered:
        """Give the same text for some rows."""
        return Numbered(tuple(p if isinstance(p, str) else (p[0][rows], p[1]) for p in self.parts))


Cells: TypeAlias = Values | Chosen | Numbered


def take(cells: Cells, rows: Values) -> Cells:
    """Give the cells of some rows."""
    return cells[rows] if isinstance(cells, np.ndarray) else cells.take(rows)


class TableFile:
    """One Parquet file of a table, written batch by batch; use it with `with`.

    Columns are the schema's, in its order, as far as `columns` names them.
    """

    def __init__(self, path: Path, schema: TableSchema, columns: Sequence[str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self.rows = path, 0
        self._fields = [field for field in schema.fields if field.name in columns]
        unknown = set(columns) - {field.name for field in self._fields}
        if unknown:
            raise KeyError(f"{schema.name} has no column {', '.join(sorted(unknown))}")
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def write(self, batch: Mapping[str, Cells]) -> None:
        """Add rows; a column that the batch lacks is null in them."""
        size = len(next(iter(batch.values())))
        if not size:
            return
        arrays = [_array(field, batch.get(field.name), size) for field in self._fields]
        if self._writer is None:
            self._writer = self._opened([array.type for array in arrays])
        fitted = [_fitted(array, kind) for array, kind in zip(arrays, self._types, strict=True)]
        self._waiting.append(pa.Table.from_arrays(fitted, schema=self._schema))
        self.rows += size
        if sum(table.num_rows for table in self._waiting) >= _GROUP // 2:
            self._flush()

    def _flush(self) -> None:
        """Write what waits: many small row groups would be slow to read."""
        if self._writer is not None and self._waiting:
            table = pa.concat_tables(self._waiting).unify_dictionaries()
            self._writer.write_table(table, row_group_size=_GROUP)
            self._waiting.clear()

    def _opened(self, types: Sequence[pa.DataType]) -> pq.ParquetWriter:
        """Open the file; text chosen from lists is written as places in them, and read as text."""
        self._types = list(types)
        names = [field.name for field in self._fields]
        self._schema = pa.schema(list(zip(names, types, strict=True)))
        return pq.ParquetWriter(
            self.path, self._schema, compression="zstd", compression_level=1, store_schema=False
        )

    def close(self) -> None:
        """End the file; without rows it has its columns only."""
        self._flush()
        (self._writer or self._opened([_type(field) for field in self._fields])).close()


def join_parquet(parts: Sequence[Path], target: Path) -> int:
    """Write files of one shape one after the other into one, row group by row group; give the rows."""
    files = [pq.ParquetFile(part) for part in parts]
    schema = files[0].schema_arrow
    with pq.ParquetWriter(target, schema, compression="zstd", store_schema=False) as writer:
        for file in files:
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))
    return sum(file.metadata.num_rows for file in files)


def parquet_to_csv(source: Path, target: Path) -> None:
    """Write a Parquet file as CSV in UTF-8, batch by batch, so that a large one needs little memory."""
    file = pq.ParquetFile(source)
    with pa_csv.CSVWriter(target, file.schema_arrow) as writer:
        for batch in file.iter_batches(batch_size=1 << 17):
            writer.write_batch(batch)


@functools.cache
def _type(field: Field) -> pa.DataType:
    kinds = {
        "integer": pa.int64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
        "money": pa.decimal128(*MONEY_TYPE),
        "decimal": pa.decimal128(*DECIMAL_TYPE),
    }
    return kinds.get(field.kind, pa.string())


def _array(field: Field, cells: Cells | None, size: int) -> pa.Array:
    kind = _type(field)
    if cells is None:
        return pa.nulls(size, kind)
    if isinstance(cells, Chosen):
        return _chosen(cells)
    if isinstance(cells, Numbered):
        return _numbered(cells)
    if cells.dtype == np.bool_:
        return pa.array(cells)
    if field.kind == "decimal":
        return _decimal(*_millionths(cells), kind)
    if field.kind == "money":
        return _decimal(cells.astype(np.int64), cells == NOTHING, kind)
    absent = cells == NOTHING
    filled = np.where(absent, 0, cells) if absent.any() else cells
    if field.kind == "date":
        return pa.array(filled.astype(np.int32), mask=absent).view(pa.date32())
    if field.kind == "boolean":
        return pa.array(filled.astype(np.bool_), mask=absent)
    if field.kind == "timestamp":
        return pa.array(filled.astype(np.int64) * 1_000_000, mask=absent).view(kind)
    return pa.array(filled.astype(np.int64), mask=absent)


def _millionths(cells: Values) -> tuple[Values, Values]:
    """Give a share, price or degree in whole millionths, and where it is null (NaN)."""
    absent = np.isnan(cells)
    return np.rint(np.where(absent, 0, cells) * 10 ** DECIMAL_TYPE[1]).astype(np.int64), absent


def _decimal(whole: Values, absent: Values, kind: pa.DataType) -> pa.Array:
    """Lay whole numbers of the last place out as 128-bit decimals."""
    words = np.empty((len(whole), 2), np.int64)
    words[:, 0] = np.where(absent, 0, whole) if absent.any() else whole
    words[:, 1] = words[:, 0] >> 63
    mask = pa.array(~absent).buffers()[1] if absent.any() else None
    return pa.Array.from_buffers(kind, len(whole), [mask, pa.py_buffer(words.reshape(-1))])


def _chosen(cells: Chosen) -> pa.Array:
    texts = pa.array(list(cells.texts), pa.string())
    places = pa.array(cells.places.astype(np.int32), mask=cells.places < 0)
    return pa.DictionaryArray.from_arrays(places, texts)


def _fitted(array: pa.Array, kind: pa.DataType) -> pa.Array:
    """Give text in the form that the file has it in: plain, or as places in a list."""
    if array.type == kind:
        return array
    return array.dictionary_encode() if pa.types.is_dictionary(kind) else array.cast(kind)


def _numbered(cells: Numbered) -> pa.Array:
    parts: list[Any] = []
    for part in cells.parts:
        if isinstance(part, str):
            parts.append(pa.scalar(part))
            continue
        numbers, width = part
        absent = numbers < 0
        held = pa.array(numbers.astype(np.int64), mask=absent if absent.any() else None)
        parts.append(pc.utf8_lpad(held.cast(pa.string()), width, "0"))
    return pc.binary_join_element_wise(*parts, "")

"""What either engine reads and writes: types, order and values survive the way through a file."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.engine import Engine, Field, TableSchema
from postloan.engine import verbs as v
from postloan.errors import PostloanError

FIELDS = (
    Field("id", "string"),
    Field("n", "integer"),
    Field("yes", "boolean"),
    Field("on", "date"),
    Field("at", "timestamp"),
    Field("amount", "money"),
    Field("share", "decimal"),
    Field("facts", "json"),
)
SCHEMA = TableSchema("all_kinds", FIELDS, key=("id",))
ROWS = [
    ("b", 2**63 - 1, True, "1899-12-31", "1899-12-31T23:59:59.999999", "0.01", "-0.000001"),
    ("a", -(2**63), False, "0001-01-01", "2024-03-31T01:30:00", "-9999999999999999.99", "0"),
    ("\uff21", 0, None, "9999-12-31", "1970-01-01T00:00:00", "9999999999999999.99", "999999999999.999999"),
    (None, None, None, None, None, None, None),
    ("", 7, True, "2024-02-29", "2200-02-28T00:00:00.000001", "0", "0.5"),
]
IN_ORDER = ["", "a", "b", "\uff21", None]


def _rows() -> list[dict[str, object]]:
    made = []
    for id_, n, yes, on, at, amount, share in ROWS:
        day = on and dt.date.fromisoformat(on)
        time = at and dt.datetime.fromisoformat(at)
        values = (id_, n, yes, day, time, amount and Decimal(amount), share and Decimal(share), '{"a":1}')
        made.append(dict(zip(SCHEMA.columns, values, strict=True)))
    return made


def test_every_kind_survives_a_file(engine: Engine, tmp_path: Path) -> None:
    table = engine.from_rows(_rows(), FIELDS, "all_kinds")
    path = tmp_path / "written.parquet"
    assert engine.write(table, path, order_by=["id"]) == 5
    written = pq.read_table(path)
    assert {field.name: str(field.type) for field in written.schema} == {
        "id": "string",
        "n": "int64",
        "yes": "bool",
        "on": "date32[day]",
        "at": "timestamp[us]",
        "amount": "decimal128(18, 2)",
        "share": "decimal128(18, 6)",
        "facts": "string",
    }
    assert written.column("id").to_pylist() == IN_ORDER
    expected = sorted(_rows(), key=lambda row: IN_ORDER.index(row["id"]))
    assert written.to_pylist() == expected
    assert engine.rows(engine.read(path, SCHEMA, cents=False).order_by("id")) == expected


def test_an_engine_s_wide_integers_do_not_reach_a_file(engine: Engine, tmp_path: Path) -> None:
    t = engine.from_rows(_rows(), FIELDS, "all_kinds")
    sums = t.group_by("yes").aggregate(n=t.count(), total=v.total_if(t.n, t.n < 100), top=t.amount.max())
    engine.write(sums.mutate(one=v.literal(1, "integer")), tmp_path / "sums.parquet", order_by=["yes"])
    kinds = {field.name: str(field.type) for field in pq.read_schema(tmp_path / "sums.parquet")}
    assert kinds == {
        "yes": "bool",
        "n": "int64",
        "total": "int64",
        "top": "decimal128(18, 2)",
        "one": "int64",
    }


def _source(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(
        pa.table({"k": pa.array(range(len(next(iter(columns.values())))), pa.int64()), **columns}), path
    )
    return path


def _read(engine: Engine, path: Path, *fields: Field, cents: bool = False) -> list[dict[str, object]]:
    schema = TableSchema("odd", (Field("k", "integer"), *fields), key=())
    rows = engine.rows(engine.read(path, schema, cents=cents).order_by("k"))
    return [{name: value for name, value in row.items() if name != "k"} for row in rows]


def test_numbers_of_other_types_are_read_alike(engine: Engine, tmp_path: Path) -> None:
    nan = float("nan")
    path = _source(
        tmp_path / "numbers.parquet",
        double=pa.array([nan, None, 0.0, -0.0, 1.005, 2.675, -0.005, 254.9745, 123456789.87], pa.float64()),
        single=pa.array([nan, None, 0.0, 0.5, 0.25, -0.125, 1.5, 100.0, 16777216.0], pa.float32()),
        whole=pa.array([0, None, 1, -1, 7, 2**31 - 1, -(2**31), 12, 31], pa.int32()),
        short=pa.array([0, None, 1, -1, 7, 2**15 - 1, -(2**15), 12, 31], pa.int16()),
        fine=pa.array(
            [None, *map(Decimal, ("0.005", "-0.005", "0.0049", "1.115", "-1.115", "2.5", "0", "99999.999"))],
            pa.decimal128(10, 4),
        ),
    )
    kinds = {"double": "money", "single": "decimal", "whole": "integer", "short": "money", "fine": "money"}
    fields = [Field(name, kind) for name, kind in kinds.items()]
    found = _read(engine, path, *fields)
    # A double lies beside the half that it was written as: 1.005 is 1.00499999999999989...
    assert [row["double"] for row in found] == [
        None,
        None,
        Decimal("0"),
        Decimal("0"),
        Decimal("1.00"),
        Decimal("2.68"),
        Decimal("-0.01"),
        Decimal("254.97"),
        Decimal("123456789.87"),
    ]
    assert [row["single"] for row in found] == [
        None,
        None,
        Decimal(0),
        Decimal("0.5"),
        Decimal("0.25"),
        Decimal("-0.125"),
        Decimal("1.5"),
        Decimal(100),
        Decimal(16777216),
    ]
    assert [row["whole"] for row in found] == [0, None, 1, -1, 7, 2**31 - 1, -(2**31), 12, 31]
    assert [row["short"] for row in found][5:7] == [Decimal(2**15 - 1), Decimal(-(2**15))]
    assert [row["fine"] for row in found] == [
        None,
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("0"),
        Decimal("1.12"),
        Decimal("-1.12"),
        Decimal("2.5"),
        Decimal("0"),
        Decimal("100000"),
    ]
    assert [row["double"] for row in _read(engine, path, fields[0], cents=True)][-1] == 12_345_678_987


def test_columns_that_a_file_lacks_are_null(engine: Engine, tmp_path: Path) -> None:
    path = _source(tmp_path / "few.parquet", nothing=pa.nulls(2), extra=pa.array(["x", "y"]))
    fields = [
        Field("nothing", "money"),
        *(Field(f"no_{kind}", kind) for kind in ("string", "date", "money", "timestamp")),
    ]
    found = _read(engine, path, *fields, cents=True)
    assert found == [dict.fromkeys([field.name for field in fields])] * 2


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("money", pa.array(["1.00"])),
        ("integer", pa.array([1.5])),
        ("integer", pa.array([Decimal("1.5")])),
        ("date", pa.array(["2024-02-29"])),
        ("boolean", pa.array([1])),
        ("string", pa.array([1])),
        ("timestamp", pa.array([1])),
    ],
)
def test_a_wrong_type_is_named(engine: Engine, tmp_path: Path, kind: str, values: pa.Array) -> None:
    path = _source(tmp_path / "wrong.parquet", amount=values)
    with pytest.raises(PostloanError, match="amount") as refused:
        _read(engine, path, Field("amount", kind))
    assert refused.value.code == "wrong_type"
    assert refused.value.where == "amount"


def test_several_files_are_one_table(engine: Engine, tmp_path: Path) -> None:
    first = _source(tmp_path / "1.parquet", s=pa.array(["a", None]))
    second = _source(tmp_path / "2.parquet", s=pa.array(["张三", ""]))
    schema = TableSchema("two", (Field("s", "string"),), key=())
    found = engine.rows(engine.read([first, second], schema).order_by("s"))
    assert [row["s"] for row in found] == ["", "a", "张三", None]

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Field, casting, open_engine, raw
from postloan.errors import BookError


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["good", "short", "long", "quoted"]), max_size=30))
def test_every_good_row_keeps_its_own_number(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    lines = {"good": "{0},x", "short": "{0}", "long": "{0},x,y", "quoted": '{0},"x\ny"'}
    text = "\n".join(["number,text", *(lines[kind].format(at) for at, kind in enumerate(kinds, start=2))])
    (folder / "a.csv").write_text(text + "\n", encoding="utf-8")
    found = raw.read_delimited(
        folder / "a.csv", folder / "a.parquet", shown="a.csv", encoding="utf-8", keep=()
    )
    rows = pq.read_table(folder / "a.parquet").to_pylist()
    assert [row["source_row"] for row in rows] == [int(row["number"]) for row in rows]
    assert [number for number, _ in found.malformed] == [
        at for at, kind in enumerate(kinds, start=2) if kind in ("short", "long")
    ]


@pytest.mark.parametrize(
    ("header", "names", "delimiter"),
    [
        ("a,b", ("a", "b"), ","),
        ("a;b;c", ("a", "b", "c"), ";"),
        ("a\tb", ("a", "b"), "\t"),
        ("a|b", ("a", "b"), "|"),
        ('"a, b",c', ("a, b", "c"), ","),
        (" ａ ,b,,b", ("a", "b", "column_3", "b_4"), ","),
        ("", (), ","),
    ],
)
def test_headers(tmp_path: Path, header: str, names: tuple[str, ...], delimiter: str) -> None:
    (tmp_path / "a.csv").write_text(header, encoding="utf-8")
    assert raw.header(tmp_path / "a.csv", "utf-8-sig") == (names, delimiter)


def test_an_encoding_that_does_not_exist(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n")
    with pytest.raises(BookError, match="no encoding named klingon"):
        raw.detect_encoding(tmp_path / "a.csv", "klingon")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with open_engine("duckdb", threads=1, memory="1GiB", scratch=tmp_path_factory.mktemp("raw")) as opened:
        casting.install(opened)
        yield opened


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("money", "1,234,567.89", Decimal("1234567.89")),
        ("money", "-0.01", Decimal("-0.01")),
        ("money", "1,23", None),
        ("money", "1_000", None),
        ("money", "12 34", None),
        ("money", "1e3", Decimal("1000.00")),
        ("money", "9999999999999999.99", Decimal("9999999999999999.99")),
        ("money", "10000000000000000.00", None),
        ("integer", "12", 12),
        ("integer", "12.0", 12),
        ("integer", "12.7", None),
        ("boolean", "是", True),
        ("boolean", "0", False),
        ("boolean", "maybe", None),
        ("date", "2024-02-29", "2024-02-29"),
        ("date", "2023-02-29", None),
        ("date", "20240305", "2024-03-05"),
        ("date", "2024/3/5", "2024-03-05"),
        ("date", "2024年3月5日", "2024-03-05"),
        ("date", "2024-03-05 00:00:00", "2024-03-05"),
        ("date", "24-03-05", None),
        ("date", "05.03.2024", None),
        ("integer_list", "3;7", "3;7"),
    ],
)
def test_texts_become_values_or_nothing(engine: Engine, kind: str, text: str, expected: object) -> None:
    table = engine.from_rows([{"x": text}], [Field("x", "string")], "cast")
    (row,) = engine.rows(table.select(x=casting.try_cast(table.x, Field("x", kind))))  # type: ignore[arg-type]
    found = str(row["x"]) if kind == "date" and row["x"] is not None else row["x"]
    assert found == expected


def test_a_line_of_canonical_csv_and_its_hash(engine: Engine) -> None:
    table = engine.from_rows(
        [{"a": 'x"y', "b": None, "c": 7}],
        [Field("a", "string"), Field("b", "string"), Field("c", "integer")],
        "line",
    )
    line = casting.canonical_row([table.a, table.b, table.c])
    (row,) = engine.rows(table.select(line=line, hash=casting.sha256(line)))
    assert row["line"] == '"x""y",,7'
    assert row["hash"] == "8f18fc3a838ee55f7fda56e58a951343f19914df40f48a3af23b5af503563cc8"

"""A session: what it writes, keeps and removes, and what it refuses."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.engine import Engine, Field, Table, open_engine
from postloan.engine import verbs as v
from postloan.errors import PostloanError

FIELDS = [Field("id", "string"), Field("n", "integer"), Field("amount", "money")]


def _table(engine: Engine) -> Table:
    rows = [
        ("b", 2, Decimal("0.10")),
        ("a", None, None),
        (None, 1, Decimal("-1.00")),
        ("\uff21", 0, Decimal("0.00")),
        ("a", 1, Decimal("2")),
    ]
    made = [dict(zip(("id", "n", "amount"), row, strict=True)) for row in rows]
    return engine.from_rows(made, FIELDS, "few", cents=False)


def test_rows_from_python_come_back_as_they_went_in(tmp_path: Path) -> None:
    with open_engine(scratch=tmp_path) as engine:
        found = engine.rows(_table(engine).order_by(["id", "n"]))
        assert found[0] == {"id": "a", "n": 1, "amount": Decimal("2.00")}
        assert found[-1] == {"id": None, "n": 1, "amount": Decimal("-1.00")}
        in_cents = engine.from_rows([{"amount": Decimal("2.5")}], [FIELDS[2]], "cents", cents=True)
        assert engine.rows(in_cents) == [{"amount": 250}]
        assert engine.rows(engine.from_rows([], FIELDS, "nothing")) == []


def test_a_table_is_written_sorted_into_one_file(tmp_path: Path) -> None:
    target = tmp_path / "new" / "it's here.parquet"
    with open_engine(scratch=tmp_path / "scratch") as engine:
        assert engine.write(_table(engine), target, order_by=["id", "n"]) == 5
        assert engine.write(_table(engine), target, order_by=["id", "n"]) == 5  # in place of the first
    assert pq.read_table(target).column("id").to_pylist() == ["a", "a", "b", "\uff21", None]
    assert pq.read_table(target).column("n").to_pylist() == [1, None, 2, 0, 1]
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_an_empty_table_is_a_file_with_its_columns(tmp_path: Path) -> None:
    with open_engine(scratch=tmp_path / "scratch") as engine:
        table = _table(engine)
        assert engine.write(table.filter(table.n > 99), tmp_path / "empty.parquet") == 0
    assert pq.read_schema(tmp_path / "empty.parquet").names == ["id", "n", "amount"]


@pytest.mark.parametrize("wide_first", [True, False])
def test_parts_of_one_table_may_lack_columns_that_others_have(tmp_path: Path, wide_first: bool) -> None:
    wide, narrow = tmp_path / "wide.parquet", tmp_path / "narrow.parquet"
    pq.write_table(pa.table({"id": ["a"], "n": [1]}), wide)
    pq.write_table(pa.table({"id": ["b"]}), narrow)
    with open_engine(scratch=tmp_path / "scratch") as engine:
        table = engine.raw([wide, narrow] if wide_first else [narrow, wide])
        assert engine.rows(table.order_by(["id"])) == [{"id": "a", "n": 1}, {"id": "b", "n": None}]


def test_a_materialised_table_is_computed_once(tmp_path: Path) -> None:
    source = tmp_path / "source.parquet"
    pq.write_table(pa.table({"n": pa.array([1, 2], pa.int64())}), source)
    with open_engine(scratch=tmp_path / "scratch") as engine:
        table = engine.raw(source)
        kept = engine.materialise(table.select(twice=table.n * 2), "twice")
        source.unlink()
        assert engine.rows(kept.order_by("twice")) == [{"twice": 2}, {"twice": 4}]
        again = engine.materialise(kept, "twice")  # the same name does not touch the first
        assert engine.rows(again.aggregate(n=again.count())) == [{"n": 2}]
        assert len(engine.rows(kept)) == 2


def test_more_rows_than_expected_are_refused(tmp_path: Path) -> None:
    with open_engine(scratch=tmp_path) as engine:
        table = _table(engine)
        assert len(engine.rows(table, limit=5)) == 5
        with pytest.raises(PostloanError) as refused:
            engine.rows(table, limit=4)
        assert refused.value.code == "too_many_rows"


def test_scratch_is_removed_on_close_and_after_an_error(tmp_path: Path) -> None:
    with open_engine(scratch=tmp_path) as engine:
        engine.materialise(_table(engine), "few")
        assert list(tmp_path.rglob("*.parquet"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ZeroDivisionError), open_engine(scratch=tmp_path):
        _ = 1 // 0
    assert list(tmp_path.iterdir()) == []


def test_two_sessions_do_not_share_scratch(tmp_path: Path) -> None:
    with open_engine(scratch=tmp_path) as first:
        table = _table(first)
        with open_engine(scratch=tmp_path) as second:
            second.materialise(_table(second), "few")
        assert len(first.rows(table)) == 5


def test_the_number_of_threads_does_not_change_a_byte(tmp_path: Path) -> None:
    source = tmp_path / "many.parquet"
    count = 300_000
    columns = {
        "id": pa.array([f"{(n * 7919) % count:07}" for n in range(count)]),
        "g": pa.array([n % 1000 for n in range(count)], pa.int64()),
        "n": pa.array([n * 31 % 977 for n in range(count)], pa.int64()),
    }
    pq.write_table(pa.table(columns), source, row_group_size=20_000)
    written = []
    for threads in (1, 2):
        target = tmp_path / f"{threads}.parquet"
        with open_engine(threads=threads, scratch=tmp_path / "scratch") as engine:
            t = engine.raw(source)
            order = [(t.id, "asc")]
            made = t.select(
                "id", share=v.ratio(t.n, t.g), run=v.running_sum(t.n, partition=[t.g], order=order)
            )
            engine.write(made, target, order_by=["id"])
            sums = t.group_by("g").aggregate(total=v.total(t.n), ids=v.join_text(t.id))
            engine.write(sums, tmp_path / f"sums-{threads}.parquet", order_by=["g"])
        written.append((target.read_bytes(), (tmp_path / f"sums-{threads}.parquet").read_bytes()))
    assert written[0] == written[1]


def test_without_java_spark_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(PostloanError, match="no Java was found") as refused:
        open_engine("spark", scratch=tmp_path / "scratch")
    assert refused.value.code == "no_spark"
    assert "Java 17" in refused.value.mend
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_java_that_does_not_run_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexit 1\n")
    java.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/bin")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(PostloanError, match="did not run") as refused:
        open_engine("spark", scratch=tmp_path / "scratch")
    assert refused.value.code == "no_spark"


def test_forget_drops_tables_and_their_files(tmp_path):
    with open_engine(threads=1, scratch=tmp_path) as opened:
        table = opened.from_rows([{"n": 1}], [Field("n", "integer")], "few")
        kept = opened.materialise(table, "kept")
        assert list(opened.scratch.glob("*.parquet"))
        opened.forget()
        assert not list(opened.scratch.glob("*.parquet"))
        with pytest.raises(Exception, match="source_"):
            opened.rows(kept)
        again = opened.from_rows([{"n": 2}], [Field("n", "integer")], "few")
        assert opened.rows(again) == [{"n": 2}]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_a_column_that_one_of_several_files_lacks_is_null_in_its_rows(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    pq.write_table(pa.table({"id": ["x"], "n": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"n": [2], "deleted": [True], "id": ["y"]}), tmp_path / "b.parquet")
    with open_engine(scratch=tmp_path / "scratch") as engine:
        found = engine.raw([tmp_path / f"{name}.parquet" for name in order])
        assert engine.rows(found.select("id", "n", "deleted").order_by("id")) == [
            {"id": "x", "n": 1, "deleted": None},
            {"id": "y", "n": 2, "deleted": True},
        ]

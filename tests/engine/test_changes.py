"""What differs between two files is found by hashes of rows: nothing that changed may look the same."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import psycopg
import pytest

from postloan.engine import changes, open_engine


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("NULL::VARCHAR[]", "[]::VARCHAR[]"),  # not known, and none
        ("[]::VARCHAR[]", "[NULL]::VARCHAR[]"),
        ("[['a'], ['b']]", "[['a', 'b']]"),
        ("{'x': NULL::VARCHAR[]}", "{'x': []::VARCHAR[]}"),
        ("[NULL]::VARCHAR[]", "['NULL']::VARCHAR[]"),
        ("NULL::VARCHAR", "''"),
        ("NULL::INTEGER", "0"),
        ("1.00::DECIMAL(9, 2)", "1.01::DECIMAL(9, 2)"),
    ],
)
@pytest.mark.parametrize("hashed", [False, True])
def test_a_changed_row_is_found_whatever_changed(
    tmp_path: Path, before: str, after: str, hashed: bool
) -> None:
    with open_engine() as engine:
        run = engine.backend.con.execute
        for name, value in (("old", before), ("new", after)):
            rows = f"SELECT 'K1' AS id, {value} AS told UNION ALL SELECT 'K2', {after}"
            run(f"COPY ({rows}) TO '{tmp_path / name}.parquet' (FORMAT PARQUET)")
            if hashed:
                changes.digest(engine, tmp_path / f"{name}.parquet", "id")
        pair = tmp_path / "new.parquet", tmp_path / "old.parquet"
        (found,) = changes.changed(engine, *pair, "id", ["id"])
        assert found == [("K1",)]


@pytest.mark.postgres
def test_a_database_takes_the_file_of_what_changed_as_it_is(tmp_path: Path, postgres_url: str) -> None:
    rows = [
        ("K1", None, None, None, None),
        ("K2", "", 0, False, date(1900, 1, 1)),
        ("K3", r"\N", -1, True, date(2026, 6, 30)),
        ("K4", 'a "quote", a comma\nand a line', 9_007_199_254_740_993, True, date(9999, 12, 31)),
        ("K5", "客户\t甲\\", 1, None, None),
    ]
    kinds = "id VARCHAR, told VARCHAR, cents BIGINT, held BOOLEAN, day DATE"
    with open_engine() as engine:
        run = engine.backend.con.execute
        run(f"CREATE TABLE made ({kinds})")
        engine.backend.con.executemany("INSERT INTO made VALUES (?, ?, ?, ?, ?)", rows)
        run(f"COPY made TO '{tmp_path}/new.parquet' (FORMAT PARQUET)")
        run(f"COPY (FROM made WHERE id = 'K2') TO '{tmp_path}/old.parquet' (FORMAT PARQUET)")
        pair, columns = (tmp_path / "new.parquet", tmp_path / "old.parquet"), kinds.split()[::2]
        assert changes.changed_file(engine, *pair, "id", columns, tmp_path / "some.csv") == 4
        assert changes.changed_file(engine, pair[0], None, "id", columns, tmp_path / "all.csv") == 5
    with psycopg.connect(postgres_url) as base:
        base.execute(f"CREATE TEMPORARY TABLE taken ({kinds})")
        for name, expected in (("some", [rows[0], *rows[2:]]), ("all", rows)):
            base.execute("TRUNCATE taken")
            with base.cursor().copy(r"COPY taken FROM STDIN (FORMAT CSV, NULL '\N')") as copy:
                copy.write((tmp_path / f"{name}.csv").read_bytes())
            assert base.execute("SELECT * FROM taken ORDER BY id").fetchall() == expected

"""What differs between two files is found by hashes of rows: nothing that changed may look the same."""

from __future__ import annotations

from pathlib import Path

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

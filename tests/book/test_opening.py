from __future__ import annotations

from pathlib import Path

from postloan.book.importing import import_book
from postloan.book.opening import open_book
from postloan.engine import Engine


def test_an_imported_book_is_not_judged_again_until_it_is_touched(
    source: Path, engine: Engine, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    import_book("folder", source, book)
    seen: list[str] = []
    trusted = open_book(engine, book, tmp_path / "work", progress=seen.append)
    assert seen == []
    judged = open_book(engine, book, tmp_path / "work", again=True, progress=seen.append)
    assert seen == ["institution", "customer", "contract", "loan", "due", "payment"]
    assert trusted.paths == judged.paths
    assert trusted.rows == judged.rows
    (book / "payment.parquet").touch()
    assert open_book(engine, book, tmp_path / "work", progress=seen.append).rows == judged.rows
    assert len(seen) == 12


def test_another_list_of_event_kinds_judges_again(source: Path, engine: Engine, tmp_path: Path) -> None:
    book = tmp_path / "book"
    (source / "event.csv").write_text(
        "subject_kind,subject_id,kind,occurred_on\ncustomer,C1,died,2024-01-01\n"
    )
    import_book("folder", source, book)
    assert open_book(engine, book, tmp_path / "work").passed
    result = open_book(engine, book, tmp_path / "work", event_kinds=["flood"])
    assert result.quarantined == {"event": {"unknown_code": 1}}


def test_csv_can_be_run_as_it_is(source: Path, engine: Engine, tmp_path: Path) -> None:
    result = open_book(engine, source, tmp_path / "work")
    assert result.paths["loan"] == (tmp_path / "work" / "loan.parquet",)
    assert result.passed

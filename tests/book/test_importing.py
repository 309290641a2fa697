from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from postloan.book.importing import append_rows, import_book
from postloan.errors import BookError


def test_a_clean_source_becomes_a_clean_book(source: Path, tmp_path: Path, rows) -> None:
    summary = import_book("folder", source, tmp_path / "book")
    assert summary.rows == {
        "institution": 1, "customer": 2, "contract": 2, "loan": 2, "due": 2, "payment": 2,
    }  # fmt: skip
    assert summary.quarantined == {}
    assert summary.exit_code == 0
    loans = rows(tmp_path / "book" / "loan.parquet")
    assert [(row["loan_id"], str(row["amount"])) for row in loans] == [("L1", "1000.00"), ("L2", "2500.50")]


def test_mended_rows_are_imported_again_and_the_rest_stays(source: Path, tmp_path: Path, rows) -> None:
    book = tmp_path / "book"
    with (source / "due.csv").open("a") as file:
        file.write("L1,2024-03-15,oops,0\nL9,2024-03-16,1.00,0\n")
    assert import_book("folder", source, book).quarantined == {"due": {"orphan": 1, "wrong_type": 1}}
    mended = book / "quarantine" / "due.csv"
    mended.write_text(mended.read_text(encoding="utf-8").replace("oops", "77.00"), encoding="utf-8")
    summary = import_book("folder", source, book, resume_quarantine=True)
    assert (summary.rows["due"], summary.rows["loan"]) == (3, 2)
    assert summary.quarantined == {"due": {"orphan": 1}}
    (left,) = rows(book / "quarantine" / "due.parquet")
    assert (left["loan_id"], left["first_place"]) == ("L9", "due.csv row 5")
    again = import_book("folder", source, book, resume_quarantine=True)
    assert again.quarantined == {"due": {"orphan": 1}}
    (left,) = rows(book / "quarantine" / "due.parquet")
    assert left["first_place"] == "due.csv row 5"


def test_mended_parquet_that_is_newer_is_taken(source: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    with (source / "due.csv").open("a") as file:
        file.write("L1,2024-03-15,oops,0\n")
    import_book("folder", source, book)
    path = book / "quarantine" / "due.parquet"
    table = pq.read_table(path)
    place = table.schema.get_field_index("principal")
    pq.write_table(table.set_column(place, "principal", pa.array(["5.00"])), path)
    summary = import_book("folder", source, book, resume_quarantine=True)
    assert (summary.rows["due"], summary.quarantined) == (3, {})
    assert not (book / "quarantine").exists()


def test_a_parent_that_is_mended_brings_its_children_with_it(source: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    text = (source / "customer.csv").read_text().replace("individual", "person")
    (source / "customer.csv").write_text(text)
    assert set(import_book("folder", source, book).quarantined) == {
        "customer", "contract", "loan", "due", "payment",
    }  # fmt: skip
    mended = book / "quarantine" / "customer.csv"
    mended.write_text(mended.read_text(encoding="utf-8").replace("person", "individual"), encoding="utf-8")
    summary = import_book("folder", source, book, resume_quarantine=True)
    assert summary.quarantined == {}
    assert summary.rows["payment"] == 2


def test_nothing_to_resume(source: Path, tmp_path: Path) -> None:
    import_book("folder", source, tmp_path / "book")
    with pytest.raises(BookError, match="holds no quarantined rows"):
        import_book("folder", source, tmp_path / "book", resume_quarantine=True)


def test_an_unknown_source_is_told_the_known_ones(source: Path, tmp_path: Path) -> None:
    with pytest.raises(BookError, match="no source fax") as error:
        import_book("fax", source, tmp_path / "book")
    assert "folder" in error.value.mend


FILL = """
import resource, sys
from pathlib import Path
from postloan.book.importing import import_book
from postloan.errors import BookError
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    import_book("folder", Path(sys.argv[1]), Path(sys.argv[2]))
except BookError as error:
    print(error.code, error.mend)
    sys.exit(error.exit_code)
"""


def test_a_disk_that_fills_up_leaves_the_old_book_whole(source: Path, tmp_path: Path, rows) -> None:
    book = tmp_path / "book"
    import_book("folder", source, book)
    before = {path.name: path.read_bytes() for path in book.iterdir()}
    lines = [f"L1,2024-02-15,{number * 7919 % 100_003}.{number % 100:02d}" for number in range(200_000)]
    (source / "payment.csv").write_text("loan_id,paid_on,amount\n" + "\n".join(lines) + "\n")
    done = subprocess.run(
        [sys.executable, "-c", FILL, source, book], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 2, done.stderr
    assert "disk_full" in done.stdout
    assert "the book stands as it was" in done.stdout
    assert {path.name: path.read_bytes() for path in book.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".book")] == []


def test_an_import_that_was_killed_between_two_renames_is_mended(source: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    import_book("folder", source, book)
    book.rename(tmp_path / ".book.old")
    (source / "loan.csv").write_text("")
    with pytest.raises(BookError):
        import_book("folder", source, book)
    assert (book / "loan.parquet").exists()


def test_rows_are_appended_and_judged_with_the_book(source: Path, tmp_path: Path) -> None:
    book = tmp_path / "book"
    import_book("folder", source, book)
    more = tmp_path / "payment.csv"
    more.write_text("loan_id,paid_on,amount\nL1,2024-03-15,105.00\nL7,2024-03-15,1.00\n")
    summary = append_rows(book, more)
    assert summary.rows["payment"] == 3
    assert summary.quarantined == {"payment": {"orphan": 1}}
    more.write_text("loan_id,paid_on,amount\nL8,2024-03-15,105.00\n")
    append_rows(book, more)
    kept = pq.read_table(book / "quarantine" / "payment.parquet").to_pylist()
    assert sorted(row["loan_id"] for row in kept) == ["L7", "L8"]

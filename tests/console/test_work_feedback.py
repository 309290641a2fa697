"""What people did comes back as tables of the book: through the gate, and as known on each day."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.book.opening import open_book
from postloan.book.snapshot import Book
from postloan.book.sources import database
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.work import feedback
from postloan.console.work.models import Case, Evidence, Task
from postloan.console.work.services import moving
from postloan.console.work.services.proving import Told, evidence_add
from postloan.engine import open_engine
from postloan.errors import PostloanError
from tests.books import tiny_book

T0 = datetime(2026, 7, 6, 9, 0)  # noqa: DTZ001 - a Monday
HERE = {"latitude": Decimal("30.1"), "longitude": Decimal("120.2")}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    places = ("H", "A", "B", "A1", "A2", "B1", "B2")
    people = ("MA1", "MA2", "MB1", "MB2", "RDA", "BHA")
    return tiny_book(
        tmp_path / "book",
        institution=[{"institution_id": place, "name": place, "kind": "branch"} for place in places],
        staff=[
            {"staff_id": name, "name": name, "institution_id": "A1", "role": "customer_manager"}
            for name in people
        ],
        loan=[
            {"loan_id": f"L{place}-1", "customer_id": f"C{place}-1", "contract_id": f"K{place}-1"}
            for place in ("A1", "B1")
        ],
        contract=[
            {"contract_id": f"K{place}-1", "customer_id": f"C{place}-1", "institution_id": place}
            for place in ("A1", "B1")
        ],
    )


def _by(name: str) -> Any:
    return scope_of(Staff.objects.get(pk=name))


def _work() -> None:
    """MA1 does the case and the task of A1 over a week; the case is opened again on the next Monday."""
    Evidence.objects.all().delete()
    case, task = Case.objects.get(pk=9001), Task.objects.get(pk=9001)
    Case.objects.filter(pk=9001).update(opened_at=T0, plan_due_at=T0 + timedelta(days=3))
    Task.objects.filter(pk=9001).update(opened_at=T0)
    for work in (case, task):
        moving.work_claim(by=_by("MA1"), work=work, now=T0)
    moving.case_plan(by=_by("MA1"), case=case, plan="visit", until=date(2026, 7, 20), now=T0)
    day = T0 + timedelta(days=1)
    call = Told("call", day, text="spoke", reached=False, contact_kind="sms")
    visit = Told("visit", day, text="seen", visit_result="finding", second_staff_id="MA2", **HERE)
    evidence_add(by=_by("MA1"), work=case, told=call, now=day)
    evidence_add(by=_by("MA1"), work=case, told=visit, now=day)
    notice = Told("notice", day, "served notice", notice_kind="demand", method="ems", receipt="E1")
    evidence_add(by=_by("MA1"), work=task, told=notice, now=day)
    paper = Told("document", None, "breach evidence")
    evidence_add(by=_by("MA1"), work=task, told=paper, chunks=[b"%PDF-1.7"], now=day)
    for work in (case, task):
        moving.work_submit(by=_by("MA1"), work=work, finding="found", now=day)
    done = T0 + timedelta(days=2)
    moving.case_close(
        by=_by("RDA"), case=case, label="real", cause="illness", amount_secured=1_234_567, now=done
    )
    moving.task_close(by=_by("BHA"), task=task, now=done)
    moving.work_reopen(by=_by("RDA"), work=case, reason="again", now=T0 + timedelta(days=7))


def _known(book: Path | str, day: date, tmp: Path) -> dict[str, list[dict[str, Any]]]:
    with open_engine(threads=1) as engine:
        gate = open_book(engine, book, tmp)
        assert gate.passed, gate.quarantined
        known = Book(gate.paths, engine, day, versioned=gate.versioned)
        return {
            name: engine.rows(known.table(name))
            for name in ("verdict", "visit", "contact", "notice", "measure_done", "task")
        }


def test_the_next_run_reads_what_people_did(a_bank: None, book: Path, tmp_path: Path) -> None:
    _work()
    counts = feedback.feedback_export(book=book)
    assert counts == {"verdict": 2, "visit": 1, "contact": 1, "notice": 1, "measure_done": 1, "task": 7}
    known = _known(book, date(2026, 7, 10), tmp_path / "gate")
    (verdict,) = known["verdict"]
    told = ("subject_kind", "subject_id", "code", "result", "cause", "amount_secured", "staff_id")
    assert tuple(verdict[name] for name in told) == (
        "loan",
        "LA1-1",
        "REP04",
        "real",
        "illness",
        1_234_567,
        "RDA",
    )
    (visit,) = known["visit"]
    assert (visit["kind"], visit["visited_on"], visit["result"]) == ("IN3", date(2026, 7, 7), "finding")
    assert (visit["staff_id"], visit["second_staff_id"]) == ("MA1", "MA2")
    (contact,) = known["contact"]
    assert (contact["customer_id"], contact["kind"], contact["reached"]) == ("CA1-1", "sms", False)
    (notice,) = known["notice"]
    assert (notice["loan_id"], notice["kind"], notice["method"]) == ("LA1-1", "demand", "ems")
    (measure,) = known["measure_done"]
    assert (measure["measure_id"], measure["done_on"]) == ("M21:loan:LA1-1:2026-06-01", date(2026, 7, 7))
    tasks = {one["task_id"]: one for one in known["task"]}
    case = tasks["console-case-9001"]
    assert (case["kind"], case["closed_on"], case["has_evidence"]) == ("warning", date(2026, 7, 8), True)
    assert tasks["console-task-9001"]["closed_on"] == date(2026, 7, 8)
    assert tasks["console-case-9002"]["closed_on"] is None


def test_an_earlier_day_reads_what_was_known_then_and_a_later_one_that_it_was_opened_again(
    a_bank: None, book: Path, tmp_path: Path
) -> None:
    _work()
    feedback.feedback_export(book=book)
    before = _known(book, date(2026, 7, 6), tmp_path / "a")
    assert {name: len(rows) for name, rows in before.items() if rows} == {"task": 4}
    assert all(one["closed_on"] is None for one in before["task"])
    between = _known(book, date(2026, 7, 7), tmp_path / "b")
    assert {name for name, rows in between.items() if rows} == {"visit", "contact", "notice", "task"}
    after = _known(book, date(2026, 7, 13), tmp_path / "c")
    assert [one["result"] for one in after["verdict"]] == ["open"]
    assert len(after["measure_done"]) == 1, "the task was not opened again"
    case = next(one for one in after["task"] if one["task_id"] == "console-case-9001")
    assert case["closed_on"] is None


def test_exporting_again_touches_nothing(a_bank: None, book: Path) -> None:
    _work()
    feedback.feedback_export(book=book)
    first = {path.name: path.stat().st_mtime_ns for path in book.iterdir()}
    assert {name for name in first if ".console." in name} == {
        f"{name}.console.parquet"
        for name in ("verdict", "visit", "contact", "notice", "measure_done", "task")
    }
    feedback.feedback_export(book=book)
    assert {path.name: path.stat().st_mtime_ns for path in book.iterdir()} == first


def test_a_bank_without_work_gets_no_empty_tables_and_a_database_is_refused(a_bank: None, book: Path) -> None:
    Evidence.objects.all().delete()
    assert set(feedback.feedback_export(book=book)) == {"task"}
    with pytest.raises(PostloanError, match="folder"):
        feedback.feedback_export(book=Path("database:postgresql://somewhere"))


def test_another_part_adds_its_table(a_bank: None, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others = {name: maker for name, maker in feedback._MAKERS.items() if name != "class_decision"}
    monkeypatch.setattr(feedback, "_MAKERS", others)
    row = {
        "loan_id": "LA1-1",
        "decided_on": date(2026, 7, 6),
        "kind": "initial",
        "scheme_id": "cn10a",
        "level_code": "05",
        "known_on": date(2026, 7, 6),
    }
    feedback.register("class_decision", lambda: [row])
    assert feedback.feedback_export(book=book)["class_decision"] == 1
    for table in ("verdict", "no_table"):
        with pytest.raises(ValueError, match="exported already"):
            feedback.register(table, list)


def test_what_people_did_stands_beside_the_bank_s_own_rows(a_bank: None, book: Path, tmp_path: Path) -> None:
    own = tiny_book(
        tmp_path / "own",
        customer=[{"customer_id": "CA1-1"}],
        loan=[{"loan_id": "LA1-1", "customer_id": "CA1-1"}],
        contact=[{"customer_id": "CA1-1", "contacted_on": "2026-01-05", "kind": "letter"}],
    )
    (own / "contact.parquet").rename(book / "contact.parquet")  # it has three columns, and the part has six
    _work()
    feedback.feedback_export(book=book)
    known = _known(book, date(2026, 7, 10), tmp_path / "gate")
    found = {(one["kind"], one["contacted_on"], one["reached"]) for one in known["contact"]}
    assert found == {("letter", date(2026, 1, 5), None), ("sms", date(2026, 7, 7), False)}


def _as_database(book: Path, file: Path) -> None:
    """Write the tables of a folder into a SQLite file, all as text."""
    connection = sqlite3.connect(file)
    with open_engine(threads=1) as engine:
        for path in sorted(book.glob("*.parquet")):
            rows = engine.rows(engine.raw(path))
            names = list(rows[0])
            table = path.name.split(".")[0]
            connection.execute(f"CREATE TABLE {table} ({', '.join(names)})")
            told = [[None if one is None else str(one) for one in row.values()] for row in rows]
            connection.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})", told)
    connection.commit()
    connection.close()


def test_beside_a_database_it_is_read_as_if_it_stood_in_the_book(
    a_bank: None, book: Path, tmp_path: Path
) -> None:
    _as_database(book, tmp_path / "core.db")
    beside = f"database:sqlite:///{tmp_path}/core.db#{tmp_path}/beside"
    with open_engine(threads=1) as engine, pytest.raises(PostloanError, match="no folder"):
        open_book(engine, beside, tmp_path / "none")
    _work()
    counts = feedback.feedback_export(book=beside)
    assert counts == {"verdict": 2, "visit": 1, "contact": 1, "notice": 1, "measure_done": 1, "task": 7}
    found = _known(beside, date(2026, 7, 10), tmp_path / "one")
    feedback.feedback_export(book=book)
    assert found == _known(book, date(2026, 7, 10), tmp_path / "two")
    assert len(found["verdict"]) == 1


@pytest.mark.parametrize(
    ("book", "address", "folder"),
    [
        ("database:sqlite:///core.db", "database:sqlite:///core.db", None),
        ("database:sqlite:///core.db#", "database:sqlite:///core.db#", None),
        ("database:sqlite:///core.db#/var/f", "database:sqlite:///core.db", "/var/f"),
        ("database:postgresql://u:p#1@host/core", "database:postgresql://u:p#1@host/core", None),
        ("database:postgresql://u:p#1@host/core#f", "database:postgresql://u:p#1@host/core", "f"),
    ],
)
def test_the_folder_beside_a_database_is_named_by_its_address(
    book: str, address: str, folder: str | None
) -> None:
    assert database.beside(book) == (address, Path(folder) if folder else None)
    assert feedback.takes_feedback(book) == (folder is not None)


def test_a_database_without_a_folder_says_so_and_no_password() -> None:
    with pytest.raises(PostloanError) as refused:
        feedback.feedback_export(book="database:postgresql://reader:secret@host/core")
    assert refused.value.code == "feedback_needs_folder"
    assert "database:URL#FOLDER" in refused.value.mend
    assert "secret" not in f"{refused.value.message}{refused.value.where}{refused.value.mend}"

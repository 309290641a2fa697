"""Runs and data: the ledger, quarantine with mending, and a run from the console to its publication."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Customer, Publication
from postloan.console.refusals import Refused
from postloan.console.runs import ledger, services, tasks
from postloan.console.runs.models import Job

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
TOLD = "source_file,source_row,quarantine_code,quarantine_reason,quarantine_allowed,customer_id,name,kind\n"


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def mended(text: str = TOLD) -> SimpleUploadedFile:
    return SimpleUploadedFile("customer.csv", text.encode())


def test_the_ledger_is_read_as_it_stands(a_bank: None, settings: Any) -> None:
    (run,) = ledger.runs(settings.STORE)
    assert (run.run_id, run.state, run.seconds) == ("2026-06-30-1", "done", 5)
    assert [(stage.name, stage.seconds, stage.share) for stage in run.stages] == [
        ("facts", 3.0, 0.75),
        ("results", 1.0, 0.25),
    ]


def test_quarantine_is_counted_by_reason(settings: Any) -> None:
    (held,) = ledger.quarantine(settings.BOOK)
    assert (held.table, held.rows, held.codes) == ("customer", 2, (("unknown_value", 2),))


@pytest.mark.parametrize("table", ["../secret", "customer.csv", "nothing", ""])
def test_only_tables_of_the_book_are_looked_up(settings: Any, table: str) -> None:
    assert ledger.quarantine_file(settings.BOOK, table) is None


def test_a_run_is_started_once_at_a_time_and_not_for_a_day_to_come(a_bank: None, settings: Any) -> None:
    actor, today = who("H-operator"), clock.civil().date()
    start = services.start_run
    assert refusal(lambda: start(actor=who("H-audit"), as_of=today)) == "not_yours"
    assert refusal(lambda: start(actor=actor, as_of=today + timedelta(days=1))) == "later_day"
    made = start(actor=actor, as_of=today)
    assert made.state == "waiting"
    assert refusal(lambda: start(actor=actor, as_of=today)) == "busy"
    assert refusal(lambda: services.start_import(actor=actor, table="customer", file=mended())) == "busy"
    services.abandon(actor=actor, job_id=made.pk, reason="the worker is gone")
    assert refusal(lambda: services.abandon(actor=actor, job_id=made.pk, reason="again")) == "ended"
    assert start(actor=actor, as_of=today).state == "waiting"
    settings.BOOK = ""
    assert refusal(lambda: start(actor=actor, as_of=today)) == "no_book"


@pytest.mark.parametrize(
    ("table", "file", "why"),
    [
        ("customer", None, "no_file"),
        ("nothing", mended(), "no_file"),
        ("customer", mended("customer_id,name\nC1,x\n"), "not_quarantine"),
        ("customer", SimpleUploadedFile("a.csv", b"\xff\xfe\x00"), "not_quarantine"),
    ],
)
def test_what_is_no_mended_file_is_not_taken(
    a_bank: None, table: str, file: SimpleUploadedFile | None, why: str
) -> None:
    act = lambda: services.start_import(actor=who("H-operator"), table=table, file=file)  # noqa: E731
    assert refusal(act) == why
    assert not Job.objects.filter(kind="import").exists()


def test_mended_rows_keep_what_waits_of_other_tables(a_bank: None, settings: Any) -> None:
    held = Path(settings.BOOK) / "quarantine"
    (held / "loan.csv").write_text(TOLD)
    job = services.start_import(
        actor=who("H-operator"), table="customer", file=mended(TOLD + "a,1,x,y,,C1,n,farmer\n")
    )
    folder = services.mended(job)
    assert sorted(path.name for path in folder.iterdir()) == ["customer.csv", "loan.csv"]
    assert "farmer" in (folder / "customer.csv").read_text()
    told = tasks.command(job)
    assert told[3:] == ["import", "folder", str(folder), settings.BOOK, "--resume-quarantine", "--json"]


def test_every_service_leaves_one_audit_event(a_bank: None) -> None:
    actor = who("H-operator")

    def added(act: Callable[[], object]) -> str:
        before = AuditEvent.objects.count()
        act()
        assert AuditEvent.objects.count() == before + 1
        return AuditEvent.objects.latest("seq").action

    day = clock.civil().date()
    assert added(lambda: services.start_run(actor=actor, as_of=day)) == "start_run"
    job = Job.objects.get(state="waiting")
    assert added(lambda: services.abandon(actor=actor, job_id=job.pk, reason="mistaken")) == "abandon_job"
    assert (
        added(lambda: services.start_import(actor=actor, table="customer", file=mended())) == "import_mended"
    )
    assert added(lambda: services.note_download(actor=actor, table="customer")) == "download_quarantine"


def test_progress_is_read_from_what_the_command_tells(a_bank: None) -> None:
    job = Job.objects.create(
        job_id="j", kind="run", state="running", asked_by="x", asked_at=clock.civil(), slot=1
    )
    last = tasks._follow(
        job, ["day 1 1 2026-06-30\n", "stage 3 9 facts\n", "done facts 8 0.10\n", "disk is full\n"]
    )
    job.refresh_from_db()
    assert (job.stage, job.number, job.of, last) == ("facts", 3, 9, "disk is full")


def test_a_command_that_fails_leaves_its_reason_and_frees_the_place(a_bank: None, settings: Any) -> None:
    job = services.start_run(actor=who("H-operator"), as_of=date(2026, 6, 30))  # the book has no tables
    tasks.perform.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.slot, job.exit_code) == ("failed", None, 2)
    assert "table" in job.problem
    assert AuditEvent.objects.latest("seq").action == "run_failed"
    tasks.perform.func(job.pk)  # handed out twice, it is done once
    assert AuditEvent.objects.latest("seq").action == "run_failed"


def test_the_page_of_a_job_polls_while_it_works_and_no_longer(sign_in: SignIn) -> None:
    client = sign_in("H-operator")
    job = Job.objects.get()
    assert "hx-get" not in client.get(f"/runs/jobs/{job.pk}/progress/").content.decode()
    Job.objects.filter(pk=job.pk).update(state="running", number=3, of=9, stage="facts")
    told = client.get(f"/runs/jobs/{job.pk}/progress/").content.decode()
    assert f'hx-get="/runs/jobs/{job.pk}/progress/"' in told
    assert "3/9 facts" in told


def test_rows_in_quarantine_are_shown_downloaded_and_audited(sign_in: SignIn) -> None:
    client = sign_in("H-operator")
    assert "kind: person" in client.get("/runs/quarantine/customer/").content.decode()
    answer = client.get("/runs/quarantine/customer/download/")
    assert answer["Content-Disposition"] == 'attachment; filename="customer.csv"'
    assert b"".join(answer).startswith(b"\xef\xbb\xbfsource_file")
    event = AuditEvent.objects.latest("seq")
    assert (event.actor, event.action, event.object_id) == ("H-operator", "download_quarantine", "customer")


@pytest.mark.slow
def test_a_run_from_the_console_ends_published(
    a_bank: None, settings: Any, tmp_path: Path, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """A small simulated book: the day is run by the command, its stages are told, the result is shown."""
    book = tmp_path / "small"
    _postloan("simulate", str(book), "--loans", "40", "--seed", "1", "--as-of", "2026-06-30", "--months", "4")
    settings.BOOK, settings.STORE, settings.POLICY = str(book), tmp_path / "runs", "cn_rural"
    actor = who("H-operator")
    with django_capture_on_commit_callbacks() as callbacks:
        job = services.start_run(actor=actor, as_of=date(2026, 6, 30))
    assert len(callbacks) == 1
    tasks.perform.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.exit_code, job.problem) == ("done", 0, "")
    assert job.number == job.of
    assert any(line.startswith("done facts") for line in job.log)
    assert Publication.objects.first().run_id == job.run_id  # type: ignore[union-attr]
    assert not Customer.objects.filter(pk="CA1-1").exists()
    assert Customer.objects.count() > 10
    (run,) = ledger.runs(settings.STORE)
    result = ledger.result_of(settings.STORE, run)
    assert result is not None
    covered = {one.code: one for one in ledger.coverage(result)}
    assert covered["REP04"].subjects > 10


@pytest.mark.slow
def test_a_row_that_is_mended_gets_into_the_book(a_bank: None, settings: Any, tmp_path: Path) -> None:
    """A customer of an unknown kind takes contract and loan along; mended, all three come back."""
    source, book = tmp_path / "source", tmp_path / "small"
    source.mkdir()
    tables = {
        "institution": "institution_id,name,kind\nH,Bank,head_office\n",
        "customer": "customer_id,name,kind\nC1,客户 C1,farmer\nC2,客户 C2,person\n",
        "contract": "contract_id,customer_id,institution_id,contract_type,signed_on,guarantee_mode\n"
        "K1,C1,H,farmer_business,2026-01-05,credit\nK2,C2,H,farmer_business,2026-01-05,credit\n",
        "loan": "loan_id,contract_id,customer_id,exposure_kind,amount,currency,disbursed_on\n"
        "L1,K1,C1,loan,1000.00,CNY,2026-01-05\nL2,K2,C2,loan,1000.00,CNY,2026-01-05\n",
    }
    for name, text in tables.items():
        (source / f"{name}.csv").write_text(text, encoding="utf-8")
    assert _postloan("import", "folder", str(source), str(book))["rows"]["loan"] == 1
    settings.BOOK = str(book)
    assert [(one.table, one.rows) for one in ledger.quarantine(str(book))] == [
        ("customer", 1),
        ("contract", 1),
        ("loan", 1),
    ]
    held = ledger.quarantine_file(str(book), "customer")
    assert held is not None
    text = held.read_text(encoding="utf-8-sig").replace('"person"', '"farmer"')
    file = SimpleUploadedFile("customer.csv", text.encode("utf-8-sig"))
    job = services.start_import(actor=who("H-operator"), table="customer", file=file)
    tasks.perform.func(job.pk)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")
    assert ledger.quarantine(str(book)) == []
    assert _postloan("check", str(book))["rows"]["loan"] == 2


def _postloan(*words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "postloan", *words, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found

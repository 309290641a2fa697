"""What operators and human resources do: mend rows, start a run and watch it, keep people and rights."""

from __future__ import annotations

import shutil
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import expect

from postloan import clock
from postloan.book.snapshot import Book
from postloan.book.stamp import read_stamp
from postloan.console.administration.models import Proposal
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Leave, Staff, StaffRole
from postloan.console.policies.models import Draft
from postloan.console.publishing.models import Publication
from postloan.console.runs import tasks
from postloan.console.runs.models import Job
from postloan.engine import open_engine
from tests.console import bank
from tests.console.browser.conftest import Visit
from tests.console.browser.looking import Arrive, done_by, look, one_way, other_way

pytestmark = pytest.mark.browser


def performed(job_id: str) -> None:
    """Do a job as the background worker does."""
    tasks.perform.call(job_id)


def in_book(customer: str, folder: Path) -> list[dict[str, Any]]:
    """Give the rows of the book for a customer."""
    with open_engine(threads=1, memory="256MiB") as engine:
        passed = read_stamp(folder, None)
        assert passed is not None
        table = Book(passed.paths, engine, bank.DAY, versioned=passed.versioned).table("customer")
        return [row for row in engine.rows(table) if row["customer_id"] == customer]


@other_way
def test_an_operator_mends_rows_of_the_quarantine(
    arrive: Arrive, settings: Any, tmp_path: Path, language: str, width: str
) -> None:
    come = arrive("H-operator", language, width)
    come.go("/")
    look(come)
    come.picture("home_operator")
    come.follow("/runs/quarantine/")
    look(come)
    come.follow("/runs/quarantine/customer/")
    look(come)
    with come.page.expect_download() as got:
        come.page.locator("a[href$='/download/']").click()
    held = Path(got.value.path()).read_text(encoding="utf-8-sig").splitlines()
    mended = tmp_path / "customer.csv"
    mended.write_text("\n".join((held[0], held[1].replace(",person", ",farmer"))), encoding="utf-8")
    come.send("form.card", file=str(mended))
    job = Job.objects.get(kind="import")
    assert job.state == "waiting"
    performed(job.pk)
    come.page.wait_for_function("() => !document.querySelector('#progress').hasAttribute('hx-get')")
    look(come)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")
    (row,) = in_book("C1", Path(settings.BOOK))
    assert row["kind"] == "farmer"
    assert not in_book("C2", Path(settings.BOOK)), "a row that was taken out of the file is dropped"
    assert done_by("H-operator") == ["download_quarantine", "import_mended"]
    assert AuditEvent.objects.filter(action="import_done", object_id=job.pk, actor="system").exists()


@one_way
def test_an_operator_sees_how_far_a_run_is(arrive: Arrive, language: str, width: str) -> None:
    come = arrive("H-operator", language, width)
    come.go("/runs/")
    look(come)
    come.send("form.filters", as_of=bank.DAY.isoformat())
    job = Job.objects.get(state="waiting")
    assert (job.kind, job.as_of, job.asked_by) == ("run", bank.DAY, "H-operator")
    Job.objects.filter(pk=job.pk).update(
        state="running", number=4, of=9, stage="signals", log=["stage 4 9 signals"]
    )
    expect(come.page.locator("progress")).to_have_attribute("value", "4")
    look(come)
    come.picture("job")
    other = arrive("H-operator", language, width)
    other.go("/runs/")
    other.send("form.filters", as_of=bank.DAY.isoformat())
    expect(other.page.locator(".notice.error")).to_be_visible()
    come.send("/abandon/", reason="进程已被终止")
    look(come)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", "进程已被终止")
    assert come.asked
    assert done_by("H-operator") == ["start_run", "abandon_job"]


@pytest.mark.slow
def test_a_run_that_an_operator_starts_is_published(arrive: Arrive, settings: Any) -> None:
    """The smallest real run, as the worker does it, watched from the page."""
    Draft.objects.filter(pk="small_v1").update(state="withdrawn")  # so that the run goes by the shipped pack
    shutil.rmtree(settings.STORE / "runs" / bank.DAY.isoformat())  # of that day there is but one fact, no run
    come = arrive("H-operator", "zh", "desktop")
    before = Publication.objects.count()
    come.go("/runs/")
    come.send("form.filters", as_of=bank.DAY.isoformat())
    job = Job.objects.get(state="waiting")

    def work() -> None:
        try:
            performed(job.pk)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        expect(come.page.locator("progress")).to_be_visible(timeout=120_000)
        expect(come.page.locator("#progress:not([hx-get])")).to_be_visible(timeout=600_000)
    finally:
        worker.join()
    look(come)
    job.refresh_from_db()
    assert (job.state, job.problem) == ("done", "")
    assert Publication.objects.count() == before + 1
    come.follow(f"/runs/{job.run_id}/")
    look(come)
    come.go("/runs/")
    assert AuditEvent.objects.filter(action="publish", object_id=job.run_id).exists()


def confirmed(arrive: Arrive, by: str, proposed_by: Visit, person: str, role: str) -> None:
    """Let another administrator confirm a role that waits for a person, which its proposer cannot."""
    waiting = Proposal.objects.get(staff_id=person, role=role, state="waiting")
    action = f"/proposals/{waiting.pk}/confirm/"
    proposed_by.go("/administration/proposals/")
    expect(proposed_by.page.locator(f"form[action$='/{waiting.pk}/refuse/']")).to_have_count(1)
    expect(proposed_by.page.locator(f"form[action$='{action}']")).to_have_count(0)
    look(proposed_by)
    second = arrive(by, proposed_by.language, proposed_by.width)
    second.go("/administration/")
    second.follow("/administration/proposals/")
    look(second)
    second.send(action)
    look(second)
    assert len(second.asked) == 1


@one_way
def test_an_operator_gives_a_role_names_a_deputy_and_a_leaver_is_out_at_once(
    arrive: Arrive, language: str, width: str
) -> None:
    today = clock.civil().date()
    leaver = arrive("MA2", language, width)
    leaver.go("/customers/")
    deputy = arrive("MB1", language, width)
    assert deputy.go("/customers/CA1-1/").locator("h1").inner_text() != "客户 CA1-1"
    come = arrive("H-operator", language, width)
    come.go("/administration/staff/?search=BHB")
    look(come)
    come.follow("/administration/staff/BHB/")
    look(come)
    come.send("/roles/", role="branch_head", institution_id="A1")
    headed = StaffRole.objects.filter(staff_id="BHB", role="branch_head", institution_id="A1")
    assert not headed.exists(), "nobody gives a role alone"
    come.go("/administration/staff/MA1/")
    come.send(
        "/leave/",
        deputy_id="MB1",
        starts_on=today.isoformat(),
        ends_on=(today + timedelta(days=5)).isoformat(),
    )
    look(come)
    confirmed(arrive, "H-human_resources", come, "BHB", "branch_head")
    assert headed.exists()
    assert Leave.objects.filter(staff_id="MA1", deputy_id="MB1").exists()
    deputy.go("/customers/CA1-1/")
    expect(deputy.page.locator("h1")).to_contain_text("客户 CA1-1")
    come.go("/administration/staff/MA2/")
    come.send("/MA2/end/", reason="离职")
    look(come)
    leaver.page.reload()
    expect(leaver.page.locator("[name=login]")).to_be_visible()
    gone = Staff.objects.get(pk="MA2")
    assert (gone.is_active, gone.left_on) == (False, today)
    assert len(come.asked) == 1
    assert done_by("H-operator") == ["propose_role", "set_leave", "end_staff"]
    assert done_by("H-human_resources") == ["give_role"]


@other_way
def test_human_resources_make_an_account_that_opens_with_a_password_of_its_own(
    arrive: Arrive, language: str, width: str
) -> None:
    come = arrive("H-human_resources", language, width)
    come.go("/")
    look(come)
    come.go("/administration/")
    look(come)
    come.follow("/administration/calendar/")
    look(come)
    come.go("/administration/staff/")
    come.send("/make/", staff_id="MA9", name="员工 MA9", institution_id="A1")
    come.send("/roles/", role="customer_manager", institution_id="A1")
    come.send("/password/")
    look(come)
    secret = come.page.locator(".secret").inner_text()
    confirmed(arrive, "H-operator", come, "MA9", "customer_manager")
    fresh = arrive("MA1", language, width)
    fresh.page.context.clear_cookies()
    fresh.go("/")
    fresh.page.fill("[name=login]", "MA9")
    fresh.page.fill("[name=password]", secret)
    fresh.press("Enter")
    fresh.page.wait_for_selector("[name=password1]")
    look(fresh)
    fresh.page.fill("[name=oldpassword]", secret)
    fresh.page.fill("[name=password1]", bank.PASSWORD)
    fresh.page.fill("[name=password2]", bank.PASSWORD)
    with fresh.page.expect_navigation():
        fresh.press("Enter")
    fresh.go("/customers/")
    look(fresh)
    made = Staff.objects.get(pk="MA9")
    assert made.check_password(bank.PASSWORD)
    assert not made.check_password(secret)
    assert done_by("H-human_resources") == ["make_staff", "propose_role", "reset_password"]
    assert done_by("H-operator") == ["give_role"]
    assert done_by("MA9") == ["change_password"]

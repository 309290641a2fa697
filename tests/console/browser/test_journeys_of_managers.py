"""What customer managers and their heads do all day, from the first page to what the database then holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, expect

from postloan import clock
from postloan.console.people.models import Staff
from postloan.console.work.jobs import raise_all
from postloan.console.work.models import Case, EffectCheck, Evidence, Task
from tests.console import bank
from tests.console.browser import book
from tests.console.browser.conftest import Visit
from tests.console.browser.looking import (
    Arrive,
    assert_chinese,
    done_by,
    everywhere,
    look,
    one_way,
    other_way,
    settle,
)

pytestmark = pytest.mark.browser

SOON = timedelta(days=5)


def day(ahead: timedelta = SOON) -> str:
    """Give a day from today on, as a form takes it."""
    return (clock.civil().date() + ahead).isoformat()


def visits(come: Visit, seen: str) -> int:
    """Set a visit down step by step, each point answered with yes; give how many steps it took."""
    steps = come.page.locator("ol.way li").count()
    expect(come.page.locator("[name=latitude]")).to_have_value("34.210000")
    while not come.page.locator("[name=visit_result]").count():
        for point in come.page.locator("fieldset.point").all():
            point.locator("[value=yes]").check()
        if come.page.locator("[name=seen]").count():
            come.page.fill("[name=seen]", seen)
        with come.page.expect_navigation():
            come.page.locator("button[value=next]").click()
    look(come)
    come.send("form.stack.phone", visit_result="finding")
    return steps


@everywhere
def test_a_customer_manager_takes_the_worst_customer_from_why_to_submitted(
    arrive: Arrive, photo: str, language: str, width: str
) -> None:
    come = arrive("MA1", language, width)
    come.go("/")
    look(come)
    come.picture("home")
    come.go("/warnings/")
    expect(come.page.locator("a.open").first).to_have_text("客户 CA1-1")
    if width == "desktop":
        come.press("j", "Enter")
    else:
        come.page.locator("a.open").first.click()
    expect(come.page.locator("h1")).to_contain_text("客户 CA1-1")
    settle(come.page)
    come.picture("warning")
    come.follow("/customers/CA1-1/")
    settle(come.page)
    come.picture("customer")
    come.picture("customer_circle", "section[aria-labelledby=circle]")
    come.picture("customer_clocks", "section[aria-labelledby=clocks]")
    come.follow("/work/cases/9001/")

    come.send("/do/claim/")
    come.send("/do/plan/", plan="上门走访，核对账户与粮食库存。", until=day())
    come.picture("case")
    look(come)
    come.follow("/evidence/photo/")
    expect(come.page.locator("[name=latitude]")).to_have_value("34.210000")  # the device tells where it is
    come.picture("case_evidence")
    look(come)
    come.send("form.stack", file=photo, text="粮库现场")
    come.follow("/cases/9001/visit/")
    steps = visits(come, "库存不足三成，近月销售改走他户。")
    expect(come.page.locator("section[aria-labelledby=evidence] .proofs > li")).to_have_count(3)
    come.send("/do/submit/", finding="库存不足，已约定两周内还清逾期。")
    look(come)

    case = Case.objects.get(pk=9001)
    assert (case.state, case.submitted_by, case.doers) == ("submitted", "MA1", ["MA1"])
    filed = Evidence.objects.filter(case=case).order_by("pk").values_list("kind", "latitude", "media_type")
    assert list(filed) == [
        ("photo", Decimal("34.210000"), "image/jpeg"),
        ("visit", Decimal("34.210000"), ""),
    ]
    filing = ["evidence_add", *["visit_save"] * steps, "evidence_add"]
    assert done_by("MA1") == ["work_claim", "case_plan", *filing, "work_submit"]


@one_way
def test_a_branch_head_hands_work_over_looks_at_what_was_raised_and_closes(
    arrive: Arrive, language: str, width: str
) -> None:
    Task.objects.filter(measure_code="M24").update(due_at=clock.civil(), half_at=clock.civil())
    assert raise_all() > 0
    blue = Case.objects.get(customer_id="CA1-7")
    Evidence.objects.create(
        case=blue,
        kind="call",
        customer_id="CA1-7",
        happened_at=clock.civil(),
        added_by="MA1",
        added_at=clock.civil(),
        text="已还清",
    )
    Case.objects.filter(pk=blue.pk).update(
        state="submitted", submitted_by="MA1", submitted_at=clock.civil(), doers=["MA1"], finding="已还清"
    )
    come = arrive("BHA", language, width)
    come.go("/")
    look(come)
    come.picture("home_head")
    come.go("/work/")
    expect(come.page.locator("#raised")).to_be_visible()
    come.go("/work/list/?owner=MA1")
    if width == "desktop":
        come.press("j", "x", "j", "x")
    else:
        for place in (0, 1):
            come.page.locator("input[name=works]").nth(place).check()
    marked = [
        int(one.get_attribute("value").rpartition(":")[2])
        for one in come.page.locator("input[name=works]:checked").all()
    ]
    come.send("#give", staff="MA2", reason="休假")
    look(come)
    assert list(Case.objects.filter(owner_id="MA2", pk__in=marked).values_list("state")) == [("new",)] * 2
    come.go(f"/work/cases/{blue.pk}/")
    come.send("/do/close/", label="real", cause="price_fall", amount_secured="1234.56")
    look(come)

    blue.refresh_from_db()
    assert (blue.state, blue.closed_by, blue.label) == ("closed", "BHA", "real")
    assert (blue.cause, blue.amount_secured) == ("price_fall", 123_456)
    assert EffectCheck.objects.filter(case=blue).count() == 3
    come.go("/work/team/")
    come.send("form.card", colleague="MA1", staff="MA2", reason="离职")
    assert not Case.objects.filter(owner_id="MA1", closed_at=None).exclude(state="submitted").exists()
    assert len(come.asked) == 2, "handing over asks before it goes"
    assert done_by("BHA") == ["work_assign_many", "case_close", "work_reassign"]


@other_way
def test_the_credit_department_sends_back_and_closes(arrive: Arrive, language: str, width: str) -> None:
    yellow = Case.objects.get(customer_id="CA1-5")
    come = arrive("MA1", language, width)
    come.go(f"/work/cases/{yellow.pk}/")
    come.send("/do/claim/")
    come.send("/do/plan/", plan="电话核实。", until=day())
    come.follow("/evidence/call/")
    look(come)
    come.send("form.stack", contact_kind="call", reached="1", text="称本周到账。")
    come.send("/do/submit/", finding="本周到账。")
    head = arrive("H-credit_department", language, width)
    head.go("/")
    look(head)
    head.picture("home_department")
    head.follow(f"/work/cases/{yellow.pk}/")
    head.send("/do/send_back/", reason="请附流水。")
    come.page.reload()
    come.send("/do/submit/", finding="流水已到，足额。")
    head.go(f"/work/cases/{yellow.pk}/")
    head.send("/do/close/", label="false_alarm", cause="forgot")
    look(head)

    yellow.refresh_from_db()
    assert (yellow.state, yellow.closed_by, yellow.label) == ("closed", "H-credit_department", "false_alarm")
    assert yellow.amount_secured is None
    assert done_by("H-credit_department") == ["work_send_back", "case_close"]
    assert done_by("MA1")[-2:] == ["work_submit", "work_submit"]


def carry(arrive: Arrive, paper: Callable[[str], str], owner: str, code: str, how: tuple[str, str]) -> Task:
    """Let the owner of a task take it on, prove both things that it asks for, and submit it."""
    task, needs = Task.objects.get(measure_code=code), 2
    role = owner.removeprefix("H-")
    come = arrive(owner, *how)
    come.go("/")
    look(come)
    come.go("/work/")
    come.follow(f"/work/tasks/{task.pk}/")
    come.send("/do/claim/")
    come.send("/do/start/")
    come.picture(f"task_{role}")
    look(come)
    for number in range(needs):
        place = come.page.locator(".needs li", has_text="○").locator("a[href*='/evidence/document/']")
        with come.page.expect_navigation():
            place.first.click()
        come.send("form.stack", file=paper(f"{code}-{number}"), text="原件已核对。")
        expect(come.page.locator(".needs li", has_text="✓")).to_have_count(number + 1)
    come.send("/do/submit/", finding="材料齐备。")
    look(come)
    task.refresh_from_db()
    assert (task.state, task.submitted_by) == ("submitted", owner)
    assert Evidence.objects.filter(task=task).exclude(proves="").count() == needs
    return task


def decide(arrive: Arrive, decider: str, task: Task, how: tuple[str, str]) -> None:
    """Let somebody else close a task."""
    come = arrive(decider, *how)
    come.go("/work/")
    come.follow(f"/work/tasks/{task.pk}/")
    come.send("/do/close/")
    look(come)
    task.refresh_from_db()
    assert (task.state, task.closed_by) == ("closed", decider)
    assert done_by(decider) == ["task_close"]


@one_way
def test_legal_preserves_in_time_and_the_risk_committee_decides(
    arrive: Arrive, paper: Callable[[str], str], language: str, width: str
) -> None:
    come = arrive("H-legal", language, width)
    come.go("/customers/CA1-1/")
    settle(come.page)
    expect(come.page.locator("section[aria-labelledby=clocks] tbody tr")).to_have_count(4)
    task = carry(arrive, paper, "H-legal", "M39", (language, width))
    decide(arrive, "H-risk_committee", task, (language, width))
    assert done_by("H-legal") == ["work_claim", "task_start", "evidence_add", "evidence_add", "work_submit"]


@other_way
def test_asset_preservation_takes_assets_in_payment(
    arrive: Arrive, paper: Callable[[str], str], language: str, width: str
) -> None:
    task = carry(arrive, paper, "H-asset_preservation", "M48", (language, width))
    decide(arrive, "H-risk_committee", task, (language, width))


@one_way
def test_finance_writes_off_and_an_executive_decides(
    arrive: Arrive, paper: Callable[[str], str], language: str, width: str
) -> None:
    task = carry(arrive, paper, "H-finance", "M50", (language, width))
    decide(arrive, "H-executive", task, (language, width))


@other_way
def test_trade_finance_decides_on_the_documents_of_a_credit(
    arrive: Arrive, paper: Callable[[str], str], language: str, width: str
) -> None:
    task = carry(arrive, paper, "MA1", "M57", (language, width))
    decide(arrive, "H-trade_finance", task, (language, width))


@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_people_sign_in_with_their_number_and_out_again(arrive: Arrive, browser: Browser, width: str) -> None:
    staff = Staff.objects.get(pk="MA1")
    staff.set_password(bank.PASSWORD)
    staff.save()
    come = arrive("MA1", "en", width)
    come.page.context.clear_cookies()
    come.go("/warnings/")
    look(come)
    come.page.fill("[name=login]", "MA1")
    come.page.fill("[name=password]", bank.PASSWORD)
    come.press("Enter")
    come.page.wait_for_url("**/warnings/")
    come.page.locator(".person details summary").click()
    come.send("form[action$='/logout/']")
    come.go("/warnings/")
    expect(come.page.locator("[name=login]")).to_be_visible()
    assert not come.complaints


def test_keys_move_through_a_list(arrive: Arrive) -> None:
    come = arrive("BHA", "en", "desktop")
    page = come.go("/warnings/?colour=red")
    come.press("j", "j")
    expect(page.locator("tr.at")).to_contain_text("CA2-1")
    come.press("k")
    expect(page.locator("tr.at")).to_contain_text("CA1-1")
    come.press("x")
    expect(page.locator("tr.at input")).to_be_checked()
    come.press("Enter")
    expect(page.locator("h1")).to_contain_text("CA1-1")
    come.press("Tab", "Enter")  # the first thing that Tab reaches leads past the navigation
    expect(page.locator("main")).to_be_focused()


def test_the_language_is_changed_by_one_click_and_kept(arrive: Arrive) -> None:
    come = arrive("MA1", "en", "desktop")
    come.go("/")
    come.page.get_by_role("button", name="中文").click()
    expect(come.page.locator("html")).to_have_attribute("lang", "zh-hans")
    come.go(f"/warnings/{book.EPISODE}/")
    expect(come.page.locator("html")).to_have_attribute("lang", "zh-hans")
    settle(come.page)
    assert_chinese(come.page)

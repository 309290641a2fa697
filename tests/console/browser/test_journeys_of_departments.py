"""What departments, audit and executives do: classes by several people, hidden rows, the chain, the book."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from django.db.models import Sum
from playwright.sync_api import expect

from postloan.console.audit.models import AuditEvent
from postloan.console.desk.models import Classification, Step
from postloan.console.people.models import Staff, StaffRole
from postloan.console.publishing.models import Loan
from postloan.console.publishing.models import Warning as Alert
from postloan.console.work.models import WatchEntry
from tests.console.browser import book
from tests.console.browser.looking import Arrive, done_by, look, one_way, other_way, settle

pytestmark = pytest.mark.browser


@one_way
def test_three_people_classify_a_loan(arrive: Arrive, language: str, width: str) -> None:
    Step.objects.filter(classification__loan_id="LA1-1").delete()
    Classification.objects.filter(loan_id="LA1-1").delete()
    rater = arrive("MA1", language, width)
    rater.go("/")
    rater.follow("/desk/?tab=rate")
    rater.follow("/desk/loans/LA1-1/")
    look(rater)
    rater.send("/rate/", level_code="06", reason="逾期三期，抵押不足。")
    determiner = arrive("BHA", language, width)
    determiner.go("/desk/")
    determiner.follow("/desk/loans/LA1-1/")
    settle(determiner.page)
    determiner.picture("desk_determine")
    determiner.send("/determine/", level_code="06", reason="同意初分。")
    expect(determiner.page.locator("form[action$='/approve/']")).to_have_count(0)
    approver = arrive("RDA", language, width)
    approver.go("/")
    look(approver)
    approver.picture("home_risk")
    approver.go("/desk/loans/LA1-1/")
    look(approver)
    approver.send("/approve/", reason="同意。")
    look(approver)

    made = Classification.objects.get(loan_id="LA1-1")
    assert (made.state, made.level_code) == ("settled", "06")
    people = list(made.steps.order_by("at", "pk").values_list("action", "by"))
    assert people == [("rate", "MA1"), ("determine", "BHA"), ("approve", "RDA")]
    assert len(approver.asked) == 1
    events = AuditEvent.objects.filter(object_kind="loan", object_id="LA1-1").order_by("seq")
    assert list(events.values_list("action", "actor")) == [
        ("class_rate", "MA1"),
        ("class_determine", "BHA"),
        ("class_approve", "RDA"),
    ]


@other_way
def test_the_risk_department_confirms_who_is_watched(arrive: Arrive, language: str, width: str) -> None:
    come = arrive("RDA", language, width)
    come.go("/work/watch/")
    look(come)
    come.follow("/work/watch/9001/")
    come.send("/do/confirm_entry/")
    look(come)
    entry = WatchEntry.objects.get(pk=9001)
    assert (entry.state, entry.proposed_by, entry.confirmed_by) == ("listed", "MA1", "RDA")
    assert done_by("RDA") == ["watch_confirm_entry"]


@one_way
def test_hidden_rows_are_shown_for_a_reason_that_is_kept(arrive: Arrive, language: str, width: str) -> None:
    come = arrive("H-credit_department", language, width)
    come.go(f"/warnings/{book.EPISODE}/")
    look(come)
    expect(come.page.locator(".notice.masked")).to_be_visible()
    come.go("/customers/CA1-1/")
    settle(come.page)
    expect(come.page.locator("#timeline .masked")).to_have_count(2)
    assert "illness" not in come.page.content()
    come.send("/sensitive/", reason="审批展期前核实家庭情况")
    look(come)
    come.picture("customer_sensitive")
    expect(come.page.locator("main .timeline li")).to_have_count(2)
    (event,) = AuditEvent.objects.filter(actor="H-credit_department")
    assert (event.object_id, event.reason) == ("CA1-1", "审批展期前核实家庭情况")
    head = arrive("RDA", language, width)
    head.go("/customers/CA1-1/")
    settle(head.page)
    expect(head.page.locator("#timeline .masked")).to_have_count(0)
    assert not done_by("RDA"), "who reads them by their role is not asked"


@other_way
def test_audit_searches_the_chain_exports_and_verifies_it(arrive: Arrive, language: str, width: str) -> None:
    manager = arrive("MA1", language, width)
    manager.go("/work/cases/9001/")
    manager.send("/do/claim/")
    come = arrive("H-audit", language, width)
    come.go("/audit/")
    look(come)
    come.send("form.filters", person="MA1")
    expect(come.page.locator("main tbody tr")).to_have_count(1)
    with come.page.expect_download() as got:
        come.page.locator("a[href*='/audit/export/']").click()
    text = Path(got.value.path()).read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    claimed = AuditEvent.objects.get(actor="MA1")
    assert [line["hash"] for line in lines] == [claimed.hash]
    if width == "desktop":
        come.press("j", "Enter")
    else:
        come.page.locator("a.open").first.click()
    expect(come.page.locator("main tbody tr")).to_have_count(1)
    look(come)
    come.go("/audit/verify/")
    come.send("form.card")
    look(come)
    come.picture("audit_verify")
    assert done_by("H-audit") == ["export_audit", "verify_audit"]
    AuditEvent.objects.filter(pk=claimed.pk).update(actor="MA2")
    come.send("form.card")
    expect(come.page.locator("h1")).to_contain_text(str(claimed.seq))
    look(come)


@one_way
def test_an_executive_goes_from_the_book_to_the_rows_in_five_clicks(
    arrive: Arrive, language: str, width: str
) -> None:
    come = arrive("H-executive", language, width)
    come.go("/")
    look(come)
    expect(come.page.locator(".charts svg")).to_have_count(3)
    red = Alert.objects.filter(subject_kind="customer", colour="red").count()
    expect(come.page.locator("tr", has=come.page.locator(".mark.red")).first).to_contain_text(str(red))
    come.follow("/desk/migration/")
    look(come)
    come.follow("from=normal&to=substandard")
    loans = Loan.objects.filter(class_previous="03", five_level="substandard")
    expect(come.page.locator("main tbody tr")).to_have_count(loans.count())
    come.follow("/desk/loans/LA1-1/")
    come.follow("/customers/CA1-1/")
    come.follow(f"/warnings/{book.EPISODE}/")
    look(come)
    expect(come.page.locator("details", has_text="2026-03-27").first).to_be_visible()
    total = Loan.objects.filter(on_off="on").aggregate(all=Sum("balance"))["all"]
    assert total
    assert not done_by("H-executive"), "looking leaves nothing behind"


@other_way
def test_the_valuer_and_the_approver_find_what_is_theirs_and_no_more(
    arrive: Arrive, language: str, width: str
) -> None:
    for person in ("H-valuer", "H-policy_approver", "H-compliance"):
        come = arrive(person, language, width)
        come.go("/")
        look(come)
        held = set(
            StaffRole.objects.filter(staff=Staff.objects.get(pk=person)).values_list("role", flat=True)
        )
        sees = bool(held & {"compliance"})
        answer = come.page.goto(f"{come.address}/customers/CA1-1/")
        assert answer is not None
        assert (answer.status == 200) is sees
        assert not done_by(person)

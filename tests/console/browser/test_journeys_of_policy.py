"""A threshold becomes law of the bank: from the author's draft to the review, each step by another person."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import expect

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.policies import reading, steps
from postloan.console.policies.models import Draft, Impact
from postloan.console.policies.selectors import in_force, of_draft
from tests.console.browser.conftest import Visit
from tests.console.browser.looking import Arrive, done_by, look, one_way

pytestmark = pytest.mark.browser

TOLD = {
    "as_of": ["2026-06-30"],
    "nothing": False,
    "total": {
        "changed_customers": 2,
        "customers": 16,
        "changed_classes": 1,
        "worse_classes": 0,
        "better_classes": 1,
        "gained_measures": 0,
        "lost_measures": 3,
        "work": {"old_hours": 6.5, "new_hours": 5.0},
    },
}
"""What the command `policy impact` tells, as far as the page shows it."""


def entry(number: str, kind: str, key: str) -> Any:
    """Give what a draft, as it is kept, says of something."""
    return reading.opened(of_draft(Draft.objects.get(pk=number))).versions[kind][key][-1].value


def author_begins(come: Visit) -> str:
    """Let the author begin a draft, change a parameter and ask two branches; give the draft's number."""
    today = clock.civil().date()
    come.go("/policies/")
    look(come)
    come.follow("/drafts/new/")
    come.send(
        "form.card",
        title="逾期容差调整",
        reference="风险委员会决议 2026/7",
        effective_from=(today + timedelta(days=40)).isoformat(),
        reason="小额尾差不应触发预警。",
    )
    draft = Draft.objects.get(title="逾期容差调整")
    come.follow("/entries/?kind=parameter")
    look(come)
    come.follow("/entries/parameter/arrears_tolerance/")
    look(come)
    come.send("form.card", **{"value.amount": "5.00"}, reason="小额尾差")
    assert entry(draft.pk, "parameter", "arrears_tolerance").value == {
        "amount": Decimal("5.00"),
        "share": Decimal("0.001"),
    }
    come.follow("/questions/")
    look(come)
    come.send("form.card", questions="容差是多少？\n- 1 元\n+ 5 元")
    look(come)
    come.send("form:has(button[value=submit])", comments_until=(today + timedelta(days=9)).isoformat())
    return draft.pk


def impact_is_computed(come: Visit, number: str) -> None:
    """Ask for the impact, and see the page take it up without being asked again."""
    come.send("form:has(button[value=ask_impact])")
    asked = Impact.objects.get(draft_id=number)
    assert asked.state == "waiting"
    expect(come.page.locator("#impact-report [role=status]")).to_be_visible()
    Impact.objects.filter(pk=asked.pk).update(state="done", told=TOLD, ended_at=clock.civil())
    expect(come.page.locator("#impact-report .facts")).to_be_visible(timeout=15_000)
    look(come)
    come.picture("draft_impact", "section[aria-labelledby=impact]")


@one_way
def test_a_threshold_becomes_law_and_is_reviewed(arrive: Arrive, language: str, width: str) -> None:
    how = (language, width)
    author = arrive("H-policy_author", *how)
    number = author_begins(author)
    page = f"/policies/drafts/{number}/"
    for branch in "AB":
        head = arrive(f"BH{branch}", *how)
        head.go(page)
        head.send("form:has(button[value=comment])", text="同意，执行无障碍。")
        look(head)
    author.go(page)
    impact_is_computed(author, number)
    author.send("form:has(button[value=end_consultation])")
    for person, action in (
        ("H-legal", "approve_law"),
        ("H-risk_department", "sign_risk"),
        ("H-credit_department", "sign_credit"),
        ("H-policy_approver", "promulgate"),
    ):
        come = arrive(person, *how)
        come.go(page)
        look(come)
        come.picture(f"draft_{action}")
        come.send(f"form:has(button[value={action}])")
        assert come.asked, f"{action} asks before it binds"
    draft = Draft.objects.get(pk=number)
    assert draft.state == "effective"
    assert in_force().place == str(reading.home() / number)
    approved = set(draft.approvals.values_list("action", "by_id", "content"))
    assert approved == {
        ("approve_law", "H-legal", draft.content),
        ("sign_risk", "H-risk_department", draft.content),
        ("sign_credit", "H-credit_department", draft.content),
    }

    for other in ("MA2", "MB1", "MB2"):
        steps.acknowledge(scope=scope_of(Staff.objects.get(pk=other)), draft_id=number, answers=[1])
    manager = arrive("MA1", *how)
    manager.go("/policies/")
    manager.follow(f"{page}acknowledge/")
    look(manager)
    manager.page.locator("input[type=radio]").nth(0).check()
    manager.send("form.card")
    expect(manager.page.locator(".notice.error")).to_be_visible()
    manager.page.locator("input[type=radio]").nth(1).check()
    manager.send("form.card")
    draft.refresh_from_db()
    assert (draft.state, draft.acknowledgements.count()) == ("locked", 4)

    Draft.objects.filter(pk=number).update(review_due_on=clock.civil().date())
    reviewer = arrive("H-risk_department", *how)
    reviewer.go(page)
    reviewer.send("form:has(button[value=review])", text="半年内误报减少两成，予以保留。")
    look(reviewer)
    draft.refresh_from_db()
    assert draft.reviewed_by_id == "H-risk_department"
    told = AuditEvent.objects.filter(object_id=number).order_by("seq").values_list("action", flat=True)
    assert list(dict.fromkeys(told)) == [
        "begin_draft",
        "change_draft",
        "set_questions",
        "policy_submit",
        "policy_comment",
        "ask_impact",
        "policy_end_consultation",
        "policy_approve_law",
        "policy_sign_risk",
        "policy_sign_credit",
        "policy_promulgate",
        "policy_acknowledge",
        "policy_lock",
        "policy_review",
    ]
    assert not any(one.complaints for one in (author, manager, reviewer))


@pytest.mark.parametrize(("language", "width"), [("zh", "desktop"), ("en", "phone")])
def test_a_draft_goes_back_with_a_reason_and_its_maker_signs_nothing(
    arrive: Arrive, language: str, width: str
) -> None:
    Draft.objects.filter(pk="small_v3").update(state="legal_check")
    come = arrive("H-compliance", language, width)
    come.go("/policies/drafts/small_v3/")
    look(come)
    come.send("form:has(button[value=return])", reason="缺少依据文号。")
    look(come)
    draft = Draft.objects.get(pk="small_v3")
    assert draft.state == "draft"
    author = arrive("H-policy_author", language, width)
    author.go("/policies/drafts/small_v3/")
    look(author)
    expect(author.page.locator("button[value=approve_law], button[value=sign_risk]")).to_have_count(0)
    event = AuditEvent.objects.get(object_id="small_v3", action="policy_return")
    assert (event.actor, event.reason) == ("H-compliance", "缺少依据文号。")
    assert Client().get("/policies/drafts/small_v3/").status_code == 302


@one_way
def test_an_author_changes_a_cell_in_the_editor_of_a_table(arrive: Arrive, language: str, width: str) -> None:
    """By mouse and keys alone; typing into the form's hidden field would test the server, not the editor."""
    before = Draft.objects.get(pk="small_v2").content
    come = arrive("H-policy_author", language, width)
    come.go("/policies/drafts/small_v2/tables/colour/edit/")
    look(come)
    cell = come.page.locator("[data-dmn-edit] td.input-cell").first
    expect(cell).to_have_text("> 30")
    cell.click()
    come.press("Control+a")
    come.page.keyboard.type("> 20")
    expect(cell.locator(".cm-content")).to_have_text("> 20")
    assert not come.complaints
    come.picture("editor")
    come.send("form#keep", reason="提前关注")
    come.page.wait_for_url("**/drafts/small_v2/tables/colour/")
    rule = come.page.locator("table.rules tbody tr").first
    expect(rule.locator("td").first).to_contain_text("> 20")
    look(come)
    draft = Draft.objects.get(pk="small_v2")
    assert draft.content != before
    assert [one.tests for one in entry("small_v2", "table", "colour").rules] == [("> 20",), ("> 60",), ("-",)]
    change = draft.changes.get()
    assert (change.kind, change.key, change.by_id, change.reason) == (
        "table",
        "colour",
        "H-policy_author",
        "提前关注",
    )
    assert done_by("H-policy_author") == ["change_draft"]

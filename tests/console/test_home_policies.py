"""What the first page tells of policies: to acknowledge, to comment, to check, to review; of people."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from postloan import clock
from postloan.console.audit.services import record
from postloan.console.home.staffing import staffing
from postloan.console.people.models import Staff, StaffRole
from postloan.console.people.rights import scope_of
from postloan.console.policies import states, todo
from postloan.console.policies.changing import OBJECT
from postloan.console.policies.models import Acknowledgement, Approval, Draft, Impact
from tests.console import bank

SignIn = Callable[[str], Client]


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def asked(staff_id: str) -> list[tuple[str, str, int]]:
    scope = scope_of(Staff.objects.get(pk=staff_id))
    return [(one.what, one.draft.pk, one.count) for one in todo.asked_of(scope)]


def acknowledge(*staff: str) -> None:
    draft = Draft.objects.get(pk="small_v1")
    for one in staff:
        Acknowledgement.objects.create(draft=draft, by_id=one, at=clock.civil(), content=draft.content)


def at(state: str, **fields: Any) -> Draft:
    Draft.objects.filter(pk="small_v3").update(state=state, **fields)
    return Draft.objects.get(pk="small_v3")


def test_a_manager_acknowledges_until_it_is_done(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    page = text(client.get("/"))
    assert "You have still to acknowledge “草案 small_v1”" in page
    assert "/policies/drafts/small_v1/acknowledge/" in page
    acknowledge("MA1")
    assert asked("MA1") == []
    assert "still to acknowledge" not in text(client.get("/"))


def test_a_head_is_told_how_many_of_the_own_managers_have_not(sign_in: SignIn) -> None:
    assert ("acknowledge_branch", "small_v1", 2) in asked("BHA")
    assert "2 of your customer managers have not acknowledged" in text(sign_in("BHA").get("/"))
    acknowledge("MA1", "MB1", "MB2")
    assert ("acknowledge_branch", "small_v1", 1) in asked("BHA")
    assert asked("BHB") == [("comment", "small_v3", 1)]


def test_a_branch_is_asked_to_speak_until_it_has(a_bank: None) -> None:
    acknowledge("MA1", "MA2", "MB1", "MB2")
    draft = Draft.objects.get(pk="small_v3")
    assert asked("BHA") == [("comment", "small_v3", 1)]
    draft.comments.create(
        at=clock.civil(), by_id="BHA", institution_id="A", text="同意", content=draft.content
    )
    assert asked("BHA") == []
    assert asked("BHB") == [("comment", "small_v3", 1)]


@pytest.mark.parametrize(
    ("state", "who", "what"),
    [
        (states.LEGAL_CHECK, "H-legal", "approve_law"),
        (states.LEGAL_CHECK, "H-compliance", "approve_law"),
        (states.JOINT_SIGNATURE, "H-risk_department", "sign_risk"),
        (states.RISK_SIGNED, "H-credit_department", "sign_credit"),
        (states.SIGNED, "H-policy_approver", "promulgate"),
    ],
)
def test_each_checker_is_told_of_the_own_step_alone(a_bank: None, state: str, who: str, what: str) -> None:
    draft = at(state)
    Impact.objects.create(
        draft=draft, content=draft.content, state="done", asked_by=draft.author, asked_at=clock.civil()
    )
    found = {
        one: [name for name, key, _ in asked(one) if key == "small_v3"]
        for one in (
            "H-legal",
            "H-compliance",
            "H-risk_department",
            "H-credit_department",
            "H-policy_approver",
        )
    }
    assert found[who] == [what]
    assert sum(bool(steps) for steps in found.values()) == (
        2 if state == states.LEGAL_CHECK else 2 if state == states.JOINT_SIGNATURE else 1
    )


def test_without_an_impact_that_comes_first(a_bank: None) -> None:
    at(states.JOINT_SIGNATURE)
    assert ("impact_first", "small_v3", 1) in asked("H-risk_department")


def test_a_maker_and_whoever_has_approved_is_not_asked(a_bank: None) -> None:
    draft = at(states.LEGAL_CHECK)
    StaffRole.objects.create(staff_id="H-legal", role="risk_department", institution_id="H")
    Approval.objects.create(
        draft=draft, action="approve_law", by_id="H-legal", at=clock.civil(), content=draft.content
    )
    at(states.JOINT_SIGNATURE)
    assert [one for one in asked("H-legal") if one[1] == "small_v3"] == []
    StaffRole.objects.create(staff_id="H-policy_author", role="legal", institution_id="H")
    at(states.LEGAL_CHECK)
    assert [one for one in asked("H-policy_author") if one[1] == "small_v3"] == []


@pytest.mark.parametrize(("days", "due"), [(1, False), (0, True), (-1, True)])
def test_a_review_is_told_from_its_day_on(sign_in: SignIn, days: int, due: bool) -> None:
    at(states.LOCKED, review_due_on=clock.civil().date() + timedelta(days))
    risk = [one for one in asked("H-risk_department") if one[1] == "small_v3"]
    assert risk == ([("review", "small_v3", 1)] if due else [])
    author = [one for one in asked("H-policy_author") if one[1] == "small_v3"]
    assert author == ([("review_waits", "small_v3", 1)] if due else [])
    assert ("The review of “草案 small_v3” is due" in text(sign_in("H-risk_department").get("/"))) is due


def test_the_news_are_of_others_and_of_drafts_that_one_sees(a_bank: None) -> None:
    for draft in ("small_v2", "small_v3"):
        record(actor="BHA", action="policy_comment", object_kind=OBJECT, object_id=draft)
    scopes = {one: scope_of(Staff.objects.get(pk=one)) for one in ("H-legal", "BHA", "BHB", "MA1")}
    found = {name: {one.draft.pk for one in todo.news_of(scope)} for name, scope in scopes.items()}
    assert found == {"H-legal": {"small_v2", "small_v3"}, "BHA": set(), "BHB": {"small_v3"}, "MA1": set()}


@pytest.mark.parametrize("who", ["H-human_resources", "H-operator"])
def test_places_without_their_people_are_told(sign_in: SignIn, who: str) -> None:
    page = text(sign_in(who).get("/"))
    assert "Every branch has its head" not in page or "hold no role" not in page
    StaffRole.objects.filter(staff_id__in=("BHA", "MB1")).update(until=clock.civil().date())
    page = text(sign_in(who).get("/"))
    assert "1 branch has no head" in page
    assert "支行 A" in page
    assert "1 outlet has no customer manager" in page
    held = staffing(scope_of(Staff.objects.get(pk=who)))
    assert [one.pk for one in held.headless] == ["A"]
    assert [one.pk for one in held.unmanaged] == ["B1"]


def test_only_an_operator_of_the_whole_bank_is_told_of_the_machine(sign_in: SignIn) -> None:
    bank.person("OPB", "B", "operator")
    assert "Open the ledger" in text(sign_in("H-operator").get("/"))
    page = text(sign_in("OPB").get("/"))
    assert "Mend them" not in page
    assert "Runs and data</h2>" not in page


def test_whoever_has_nothing_to_do_is_told_so(sign_in: SignIn) -> None:
    assert "Nothing waits for you here." in text(sign_in("H-valuer").get("/"))

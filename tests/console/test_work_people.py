"""Who may do what to whose work: four eyes as a property, one winner of fifty, ids of other branches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import Http404
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Leave, Staff, StaffRole
from postloan.console.people.rights import scope_of
from postloan.console.work import acting
from postloan.console.work.guards import Refused
from postloan.console.work.models import Case, Evidence, Task, WatchEntry
from postloan.console.work.services.moving import work_claim
from postloan.console.work.services.proving import Told, evidence_add
from tests.console import bank

SignIn = Callable[[str], Client]

EVERYTHING = ("all-1", "all-2", "MA1", "BHA", "RDA")
"""Two who hold every role that a case may ask for, and three who hold one each."""

DOING = {"claim", "plan", "wait", "resume", "submit", "finish", "withdraw", "start", "add_evidence"}


class FourEyes(RuleBasedStateMachine):
    """People do what comes to their mind; whoever did any of a case's work never closes it."""

    closings = 0

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.did: set[str] = set()
        self.closed_by_doer: list[str] = []
        now = clock.civil()
        Evidence.objects.create(
            case_id=9001, kind="visit", text="seen", happened_at=now, added_by="H-audit", added_at=now
        )

    @rule(
        person=st.sampled_from(EVERYTHING),
        action=st.sampled_from(
            ["claim", "plan", "submit", "close", "close", "withdraw", "send_back", "reopen", "assign", "wait"]
        ),
        other=st.sampled_from(EVERYTHING),
    )
    def anything(self, person: str, action: str, other: str) -> None:
        """Try something."""
        self.act(person, action, other)

    def act(self, person: str, action: str, other: str) -> None:
        """Do it, if it is allowed, and remember who did what."""
        now = clock.civil()
        by = scope_of(Staff.objects.get(pk=person))
        post: dict[str, Any] = {
            "plan": "visit",
            "reason": "because",
            "finding": "found",
            "until": (now + timedelta(days=2)).date().isoformat(),
            "label": "false_alarm",
            "cause": "forgot",
            "staff": other,
        }
        work = Case.objects.get(pk=9001)
        owner = work.owner_id
        try:
            with transaction.atomic():
                acting.act(by, work, action, post, now)
        except (Refused, Http404):
            return
        if action in DOING:
            self.did.add(person)
        if action == "close":
            type(self).closings += 1
            if person in self.did or person == owner:
                self.closed_by_doer.append(person)

    @rule(person=st.sampled_from(EVERYTHING), other=st.sampled_from(EVERYTHING))
    def forward(self, person: str, other: str) -> None:
        """Try what moves the case on, so that cases come to their end."""
        onward = {"new": "claim", "claimed": "plan", "in_progress": "submit", "submitted": "close"}
        case = Case.objects.get(pk=9001)
        if case.state in ("claimed", "in_progress"):
            person = case.owner_id or person
        self.act(person, onward.get(case.state, "reopen"), other)

    @rule(person=st.sampled_from(EVERYTHING))
    def prove(self, person: str) -> None:
        """Add evidence, which is work too."""
        by = scope_of(Staff.objects.get(pk=person))
        try:
            with transaction.atomic():
                evidence_add(
                    by=by,
                    work=Case.objects.get(pk=9001),
                    told=Told("note", None, text="seen"),
                    now=clock.civil(),
                )
        except Refused:
            return
        self.did.add(person)

    @invariant()
    def nobody_closed_their_own(self) -> None:
        """The property."""
        assert not self.closed_by_doer

    def teardown(self) -> None:
        """Put the bank back."""
        transaction.savepoint_rollback(self.point)


def test_whoever_did_any_of_it_never_closes_it(a_bank: None) -> None:
    for name in EVERYTHING[:2]:
        bank.person(name, "A1", "customer_manager")
        for role in ("branch_head", "risk_department", "credit_department", "executive"):
            StaffRole.objects.create(staff_id=name, role=role, institution_id="A")
    run_state_machine_as_test(
        FourEyes,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
    assert FourEyes.closings, "cases were closed, so that the property says something"


def _to_submitted(now: Any) -> Case:
    """Bring the case of A1 to its decider, done by MA1."""
    by = scope_of(Staff.objects.get(pk="MA1"))
    until = (now + timedelta(days=2)).date().isoformat()
    case = Case.objects.get(pk=9001)
    acting.act(by, case, "claim", {}, now)
    case = Case.objects.get(pk=9001)
    acting.act(by, case, "plan", {"plan": "visit", "until": until}, now)
    told = Told("call", now, text="spoke", reached=True)
    evidence_add(by=by, work=case, told=told, now=now)
    with pytest.raises(Refused, match="evidence_is_there"):  # a call does not do for red
        acting.act(by, case, "submit", {"finding": "behind"}, now)
    from decimal import Decimal

    visit = Told(
        "visit", now, text="seen", visit_result="ok", latitude=Decimal("30.1"), longitude=Decimal("120.2")
    )
    evidence_add(by=by, work=case, told=visit, now=now)
    acting.act(by, case, "submit", {"finding": "behind"}, now)
    return Case.objects.get(pk=9001)


def test_a_case_from_beginning_to_end(a_bank: None) -> None:
    now = clock.civil()
    case = _to_submitted(now)
    decider = scope_of(Staff.objects.get(pk="RDA"))
    with pytest.raises(Refused, match="label_is_told"):
        acting.act(decider, case, "close", {"label": "real", "cause": "illness"}, now)
    with pytest.raises(Refused, match="label_is_told"):
        acting.act(
            decider, case, "close", {"label": "real", "cause": "illness", "amount_secured": "1.001"}, now
        )
    post = {"label": "real", "cause": "illness", "amount_secured": "123456.78"}
    acting.act(decider, case, "close", post, now)
    case = Case.objects.get(pk=9001)
    assert (case.state, case.closed_by, case.amount_secured) == ("closed", "RDA", 12_345_678)
    made = {one.days: one.due_on for one in case.effect_checks.exclude(pk=9001)}
    assert made == {days: now.date() + timedelta(days=days) for days in (30, 60, 90)}
    acting.act(decider, case, "reopen", {"reason": "it came back"}, now)
    case = Case.objects.get(pk=9001)
    assert (case.state, case.label, case.owner_id) == ("in_progress", "", "MA1")
    assert not case.effect_checks.filter(done_at=None).exists()


def test_a_deputy_who_did_the_work_does_not_close_it_and_neither_does_the_owner_as_deputy(
    a_bank: None,
) -> None:
    now = clock.civil()
    case = _to_submitted(now)
    Leave.objects.create(
        staff_id="RDA",
        deputy_id="MA1",
        starts_on=now.date() - timedelta(days=1),
        ends_on=now.date() + timedelta(days=1),
    )
    post = {"label": "false_alarm", "cause": "forgot"}
    with pytest.raises(Refused, match="not_the_doer"):
        acting.act(scope_of(Staff.objects.get(pk="MA1")), case, "close", post, now)
    acting.act(scope_of(Staff.objects.get(pk="RDA")), case, "close", post, now)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_people_who_take_a_case_on_at_once_one_wins() -> None:
    bank.build()
    names = [f"taker-{number}" for number in range(50)]
    for name in names:
        bank.person(name, "A1", "customer_manager")
    scopes = [scope_of(Staff.objects.get(pk=name)) for name in names]
    Case.objects.filter(pk=9001).update(owner_id=None)
    case, now = Case.objects.get(pk=9001), clock.civil()
    barrier, won, lost = threading.Barrier(50), [], []

    def take(by: Any) -> None:
        try:
            mine = Case.objects.get(pk=9001)
            barrier.wait(timeout=60)
            work_claim(by=by, work=mine, now=now)
            won.append(by.staff_id)
        except Refused as found:
            lost.append(found.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=[by]) for by in scopes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    case.refresh_from_db()
    assert len(won) == 1
    assert lost == ["taken"] * 49
    assert (case.state, case.owner_id) == ("claimed", won[0])
    assert AuditEvent.objects.filter(action="work_claim").count() == 1


FORMS = (
    ("BHA", "/work/cases/9001/do/assign/", {"reason": "x"}, "staff", "MB1"),
    ("BHA", "/work/reassign/", {"staff": "MA2", "reason": "x"}, "colleague", "MB1"),
    ("BHA", "/work/reassign/", {"colleague": "MA1", "reason": "x"}, "staff", "MB1"),
    ("BHA", "/work/reassign/", {"staff": "MA2", "reason": "x"}, "works", "case:9002"),
    ("BHA", "/work/reassign/", {"staff": "MA2", "reason": "x"}, "works", "task:9002"),
    ("MA1", "/work/cases/9001/evidence/visit/", {"text": "x"}, "second_staff_id", "MB1"),
    ("MA1", "/work/tasks/9001/evidence/visit/", {"text": "x"}, "second_staff_id", "MB1"),
    ("MA1", "/work/options/", {"until": "2099-01-01"}, "measure", "M21:loan:LB1-1:2026-06-01"),
    ("MA1", "/work/ask/CA1-1/", {"title": "x", "until": "2099-01-01"}, "staff", "MB1"),
    (
        "MA1",
        "/work/watch/propose/CA1-2/",
        {"criterion": "arrears", "reason": "x", "plan": "x"},
        "staff",
        "MB1",
    ),
)
ABSENT = {"staff": "nobody", "colleague": "nobody", "second_staff_id": "nobody", "measure": "none"}


@pytest.mark.parametrize(("person", "address", "data", "field", "other"), FORMS)
def test_another_branch_s_id_in_a_field_answers_like_an_absent_one(
    sign_in: SignIn, person: str, address: str, data: dict[str, str], field: str, other: str
) -> None:
    client = sign_in(person)
    absent = ABSENT.get(field, other.replace("9002", "77"))
    before = (
        Case.objects.count(),
        Task.objects.count(),
        WatchEntry.objects.count(),
        AuditEvent.objects.count(),
    )
    answers = [client.post(address, data | {field: value}) for value in (other, absent, f"{absent}\x00", "")]
    assert [one.status_code for one in answers] == [404] * 4 if field != "second_staff_id" else True
    assert answers[0].status_code == answers[1].status_code == 404
    after = (
        Case.objects.count(),
        Task.objects.count(),
        WatchEntry.objects.count(),
        AuditEvent.objects.count(),
    )
    assert before == after


def test_a_head_hands_a_colleague_s_whole_work_over(sign_in: SignIn) -> None:
    client = sign_in("BHA")
    Task.objects.filter(pk=9001).update(state="submitted", finding="x")
    answer = client.post("/work/reassign/", {"colleague": "MA1", "staff": "MA2", "reason": "leave"})
    assert answer.status_code == 302
    assert Case.objects.get(pk=9001).owner_id == "MA2"
    assert Task.objects.get(pk=9001).owner_id == "MA1", "what is submitted stays"
    assert Case.objects.get(pk=9002).owner_id == "MB1"
    event = AuditEvent.objects.get(action="work_reassign")
    assert event.after == {"owner": "MA2", "moved": ["case:9001"], "left": 0}

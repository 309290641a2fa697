"""The pages of the audit: search, history, file, and the check of the chain."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from postloan.console.audit import selectors
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import record
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def events(a_bank: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five events on two days, by people of both branches and the system."""
    told = [
        (1, "MA1", "note", "customer", "CA1-1"),
        (1, "MA1", "class_rate", "loan", "LA1-1"),
        (2, "MB1", "note", "customer", "CB1-1"),
        (2, "system", "publish", "run", "2026-06-30-1"),
        (2, "BHA", "class_determine", "loan", "LA1-1"),
    ]
    for day, actor, action, kind, number in told:
        moment = datetime(2026, 7, day, 23, 59, 59)  # noqa: DTZ001 - the bank's civil time
        monkeypatch.setattr("postloan.clock.civil", lambda moment=moment: moment)
        record(actor=actor, action=action, object_kind=kind, object_id=number, reason="=1+1")
    monkeypatch.undo()


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"person": "MA1"}, [2, 1]),
        ({"action": "note"}, [3, 1]),
        ({"kind": "loan", "id": "LA1-1"}, [5, 2]),
        ({"to": "2026-07-01"}, [2, 1]),
        ({"from": "2026-07-02"}, [5, 4, 3]),
        ({"from": "2026-07-02", "to": "2026-07-02", "person": "BHA"}, [5]),
        ({"from": "yesterday", "to": "9999-12-31"}, [5, 4, 3, 2, 1]),
        ({"person": "nobody"}, []),
    ],
)
def test_events_are_found_by_person_action_object_and_time(
    events: None, asked: dict[str, str], found: list[int]
) -> None:
    held = scope_of(Staff.objects.get(pk="H-audit"))
    rows = selectors.events(held, asked).order_by("-seq")
    assert [one.seq for one in rows] == found


@pytest.mark.parametrize(
    ("staff_id", "found"),
    [("H-operator", {1, 2, 3, 4, 5}), ("H-compliance", {1, 2, 3, 4, 5}), ("RDA", {1, 2, 5}), ("RDB", {3})],
)
def test_a_branch_s_risk_department_sees_what_its_people_did(
    events: None, staff_id: str, found: set[int]
) -> None:
    rows = selectors.events(scope_of(Staff.objects.get(pk=staff_id)), {})
    assert {one.seq for one in rows} == found


def test_the_file_holds_what_was_found_and_starts_no_formula(events: None, sign_in: SignIn) -> None:
    answer = sign_in("H-audit").get("/audit/export/?person=MA1")
    text = b"".join(answer).decode("utf-8-sig")
    head, *rows = list(csv.reader(io.StringIO(text)))
    assert head[:4] == ["seq", "at", "actor", "action"]
    assert [row[0] for row in rows] == ["2", "1"]
    assert {row[head.index("reason")] for row in rows} == {"'=1+1"}
    told = AuditEvent.objects.latest("seq")
    assert (told.action, told.actor, told.after) == (
        "export_audit",
        "H-audit",
        {"filters": {"person": "MA1"}, "rows": 2},
    )


def test_the_page_says_whether_the_chain_holds_and_where_it_breaks(events: None, sign_in: SignIn) -> None:
    client = sign_in("H-audit")
    assert "The chain holds: 5 events" in client.post("/audit/verify/").content.decode()
    assert AuditEvent.objects.latest("seq").action == "verify_audit"
    AuditEvent.objects.filter(pk=3).update(reason="another")
    told = client.post("/audit/verify/").content.decode()
    assert "The chain breaks at event 3" in told
    assert "changed after it was written" in told


def test_an_exported_head_that_is_not_in_the_chain_is_found(events: None, sign_in: SignIn) -> None:
    client = sign_in("H-audit")
    head = AuditEvent.objects.get(pk=2).hash
    assert "The chain holds" in client.post("/audit/verify/", {"head": head}).content.decode()
    assert (
        "does not end where it should" in client.post("/audit/verify/", {"head": "0" * 64}).content.decode()
    )


def test_an_object_s_history_is_one_page(events: None, sign_in: SignIn) -> None:
    told = sign_in("H-audit").get("/audit/objects/loan/LA1-1/").content.decode()
    assert "rated a class" in told
    assert "determined a class" in told
    assert "CB1-1" not in told


def test_search_asks_a_bounded_number_of_times(
    events: None, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("H-audit")
    client.get("/audit/")
    with django_assert_max_num_queries(14):
        assert client.get("/audit/").status_code == 200

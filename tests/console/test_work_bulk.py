"""Marked warnings: their cases are given away by heads and put off by those who carry them, nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.work.models import Case
from tests.console import bank

SignIn = Callable[[str], Client]
OWN, OTHER = "customer:CA1-1:2026-06-01", "customer:CB1-1:2026-06-01"
AGAIN = "customer:CA2-1:2026-06-01"


def _owners() -> dict[str, str | None]:
    return dict(Case.objects.filter(closed_at=None).values_list("episode_id", "owner_id"))


def test_a_head_gives_the_cases_of_marked_warnings_to_somebody(sign_in: SignIn) -> None:
    before = _owners()
    told = {
        "episode": [OWN, AGAIN],
        "action": "assign",
        "to": "MA2",
        "reason": "leave",
        "next": "/warnings/?colour=red",
    }
    answer = sign_in("BHA").post("/work/bulk/", told)
    assert (answer.status_code, answer.url) == (302, "/warnings/?colour=red")
    changed = {one for one, owner in _owners().items() if owner != before[one]}
    assert changed <= {OWN, AGAIN}
    assert OWN in changed
    assert _owners()[OWN] == "MA2"
    assert AuditEvent.objects.filter(action="work_assign_many").exists()


def test_one_warning_of_another_branch_stops_all(sign_in: SignIn) -> None:
    before = _owners()
    told = {"episode": [OWN, OTHER], "action": "assign", "to": "MA2", "reason": "leave"}
    assert sign_in("BHA").post("/work/bulk/", told).status_code == 404
    assert _owners() == before


def test_somebody_of_another_branch_cannot_be_given_work(sign_in: SignIn) -> None:
    before = _owners()
    told = {"episode": [OWN], "action": "assign", "to": "MB1", "reason": "leave"}
    assert sign_in("BHA").post("/work/bulk/", told).status_code == 404
    assert _owners() == before


def test_a_customer_manager_gives_nothing_away(sign_in: SignIn) -> None:
    told = {"episode": [OWN], "action": "assign", "to": "MA2", "reason": "leave"}
    assert sign_in("MA1").post("/work/bulk/", told).status_code == 404


def test_without_a_reason_or_a_case_nothing_is_changed_and_it_is_said(sign_in: SignIn) -> None:
    before, client = _owners(), sign_in("BHA")
    answer = client.post("/work/bulk/", {"episode": [OWN], "action": "assign", "to": "MA2"}, follow=True)
    assert "nothing was changed" in answer.content.decode()
    bank.more(1)
    alone = {"episode": ["customer:CA1-3:2026-06-01"], "action": "assign", "to": "MA2", "reason": "x"}
    answer = client.post("/work/bulk/", alone, follow=True)
    assert "None of the marked warnings has an open case" in answer.content.decode()
    assert _owners() == before


def test_a_day_beyond_what_the_pack_allows_puts_nothing_off(sign_in: SignIn) -> None:
    late = (clock.civil().date() + timedelta(days=400)).isoformat()
    told = {"episode": [OWN], "action": "snooze", "until": late, "reason": "harvest"}
    sign_in("MA1").post("/work/bulk/", told)
    assert not Case.objects.exclude(snoozed_until=None).exists()


def test_a_foreign_address_is_not_gone_back_to(sign_in: SignIn) -> None:
    told = {
        "episode": [OWN],
        "action": "snooze",
        "until": "2026-07-01",
        "reason": "x",
        "next": "https://elsewhere.example/",
    }
    assert sign_in("MA1").post("/work/bulk/", told).url == "/warnings/"

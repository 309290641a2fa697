"""The table of states, exhaustively: every state, action and role, through the services themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import Http404

from postloan import clock
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.work import acting, guards, states, words
from postloan.console.work.core import rules_in_force
from postloan.console.work.guards import Attempt, Refused, allowed, roles_towards
from postloan.console.work.models import Case, EffectCheck, Evidence, Task, TimelineEntry
from postloan.console.work.rules import GUARDS
from postloan.console.work.services.escalating import work_escalate
from postloan.console.work.services.moving import effect_check_record
from postloan.console.work.services.proving import Told, evidence_add
from tests.console import bank
from tools import work_states

PEOPLE = {
    states.OWNER: "MA2",  # a manager of another outlet, to whom the work was given
    states.COLLEAGUE: "colleague",
    states.DECIDER: "H-legal",
    states.HEAD: "BHA",
    states.SYSTEM: None,
    "reader": "H-audit",
}
ACTIONS = {"case": states.actions(states.CASE), "task": states.actions(states.TASK)}


def _by(role: str) -> Scope | None:
    name = PEOPLE[role]
    return scope_of(Staff.objects.get(pk=name)) if name else None


def _work(kind: str, state: str, decider: str) -> Case | Task:
    """Put the case or task of outlet A1 into a state, with every guard that can hold made to hold."""
    model = Case if kind == "case" else Task
    now = clock.civil()
    of_case = {"label": "real" if state == states.CLOSED else ""} if kind == "case" else {}
    model.objects.filter(pk=9001).update(
        **of_case,
        state=state,
        owner_id="MA2",
        decider_role=decider,
        finding="seen" if state in (states.SUBMITTED, states.CLOSED) else "",
        closed_at=now if state == states.CLOSED else None,
        half_at=now - timedelta(hours=1),
        due_at=now + timedelta(days=30),
        escalation_level=0,
    )
    model.objects.filter(pk=9001).update(snoozed_until=(now + timedelta(days=2)).date())
    step = {states.CLAIMED: ("claim", "MA2"), states.NEW: ("assign", "BHA")}.get(state)
    TimelineEntry.objects.filter(**{kind: 9001}).delete()
    if step is not None:  # the step that can be taken back from here
        action, actor = step
        told = {"action": action, "actor": actor, "details": {"undo": {"owner_id": "MA2"}}}
        TimelineEntry.objects.create(**{f"{kind}_id": 9001}, at=now, **told)
    if kind == "case":
        EffectCheck.objects.filter(pk=9001).update(done_at=None)
    else:
        Task.objects.filter(pk=9001).update(needs=[], is_asked=False)
    return model.objects.get(pk=9001)


GIVEN: dict[str, Any] = {
    "reason": "reason",
    "text": "text",
    "plan": "plan",
    "finding": "finding",
    "label": "real",
    "cause": "illness",
    "amount_secured": "12.34",
    "staff": "colleague",
}


def _take(action: str, by: Scope | None, work: Case | Task) -> None:
    """Do the action through its service."""
    now = clock.civil()
    if action == "escalate":
        if by is not None:
            raise Refused("not_your_part")  # no form and no service takes a person for it
        if not work_escalate(now=now):
            raise Refused("not_in_this_state")
    elif by is None:
        raise Refused("not_your_part")
    elif action == "add_evidence":
        evidence_add(by=by, work=work, told=Told("note", None, text="seen"), now=now)
    elif action == "check_effect":
        check = EffectCheck.objects.get(pk=9001)
        effect_check_record(by=by, check=check, result="same", text="text", now=now)
    else:
        until = (now + timedelta(days=3)).date().isoformat()
        try:
            acting.act(by, work, action, GIVEN | {"until": until}, now)
        except Http404 as found:  # a colleague whom one cannot name
            raise Refused("not_your_part") from found


def _refusal(action: str, by: Scope | None, work: Case | Task) -> str:
    """Try an action; give the code of its refusal, or nothing where it was done."""
    try:
        with transaction.atomic():
            _take(action, by, work)
    except Refused as found:
        return found.code
    return ""


def _expected(kind: str, state: str, action: str, role: str, decider: str) -> str | None:
    table = states.TABLES[kind]
    row = states.find(table, state, action)
    holds = role == states.DECIDER and not decider
    if row is None or role not in row.roles or holds:
        return None
    if ("owner_decides" in row.guards and decider) or ("somebody_decides" in row.guards and not decider):
        return None
    return row.following


@pytest.mark.parametrize("decider", ["legal", ""])
@pytest.mark.parametrize("kind", ["case", "task"])
def test_services_move_along_the_table_and_in_no_other_way(a_bank: None, kind: str, decider: str) -> None:
    bank.person("colleague", "A1", "customer_manager")
    Task.objects.update(escalation_level=2)
    Case.objects.update(escalation_level=2)
    for_case = Case.objects.get(pk=9001)
    now = clock.civil()
    Evidence.objects.create(
        case=for_case, kind="visit", text="seen", happened_at=now, added_by="H-audit", added_at=now
    )
    met = 0
    everyone = {role: _by(role) for role in PEOPLE}
    for state, action, role in _combinations(kind):
        with transaction.atomic():
            work = _work(kind, state, decider)
            by = everyone[role]
            expected = _expected(kind, state, action, role, decider)
            refused = _refusal(action, by, work)
            after = type(work).objects.get(pk=9001).state
            met += not refused
            assert (after, bool(refused)) == (expected or state, expected is None), (
                f"{kind} {state} {action} {role}: {refused or 'done'}"
            )
            transaction.set_rollback(True)
    assert met > 15


def _combinations(kind: str) -> Iterator[tuple[str, str, str]]:
    for state in states.STATES:
        for action in ACTIONS[kind]:
            for role in PEOPLE:
                yield state, action, role


def test_the_people_of_these_tests_stand_in_one_role_each(a_bank: None) -> None:
    bank.person("colleague", "A1", "customer_manager")
    work, rules = _work("case", states.NEW, "legal"), rules_in_force()
    found = {role: roles_towards(_by(role), work, rules) for role in PEOPLE}
    assert found == {role: ({role} if role != "reader" else set()) for role in PEOPLE}


def test_what_the_table_must_say_whatever_else_it_says() -> None:
    closing = {
        (kind, row.state, row.action, row.roles)
        for kind in ("case", "task")
        for row in states.TABLES[kind]
        if row.following == states.CLOSED and row.state != states.CLOSED
    }
    assert closing == {
        ("case", "submitted", "close", ("decider",)),
        ("task", "submitted", "close", ("decider",)),
        *(("task", state, "finish", ("owner",)) for state in ("claimed", "in_progress", "waiting")),
        *(("task", state, "drop", ("owner", "decider", "head")) for state in states.OPEN),
    }
    for row in (*states.CASE, *states.TASK):
        if row.action == "close":
            assert "not_the_doer" in row.guards
        if row.action == "finish":
            assert {"owner_decides", "finding_is_told", "evidence_is_complete"} <= set(row.guards)
        if row.state == states.CLOSED and row.following != states.CLOSED:
            assert row.action == "reopen"
    for table in states.TABLES.values():
        pairs = [(row.state, row.action) for row in table]
        assert len(pairs) == len(set(pairs)), "one row a state and action"


def test_every_state_role_action_and_guard_of_the_tables_has_a_word_and_every_guard_is_known() -> None:
    for row in (row for table in states.TABLES.values() for row in table):
        assert {row.state, row.following} <= set(words.STATES)
        assert row.action in words.ACTIONS
        assert set(row.roles) <= set(words.ROLES)
        assert set(row.guards) <= set(words.GUARDS)
        assert set(row.guards) <= set(GUARDS)
        assert set(row.guards) <= set(words.REFUSALS), "a refusal says why"
    of_watch = {"not_the_proposer", "three_months_clean"}
    assert set(guards.GUARDS) | of_watch == set(GUARDS)


def test_every_state_can_be_reached_and_left(a_bank: None) -> None:
    for table in (states.CASE, states.TASK):
        reached = {states.NEW}
        for _ in states.STATES:
            reached |= {row.following for row in table if row.state in reached}
        assert reached == set(states.STATES)


def test_a_guard_refuses_by_its_name(a_bank: None) -> None:
    now, rules = clock.civil(), rules_in_force()
    by = _by(states.OWNER)
    work = _work("case", states.IN_PROGRESS, "legal")
    Evidence.objects.filter(case=work).delete()
    tries = {
        ("wait", "reason_given"): {},
        ("wait", "wait_has_an_end"): {"reason": "x", "until": now.date()},
        ("submit", "finding_is_told"): {"finding": "  "},
        ("submit", "evidence_is_there"): {"finding": "x"},
        ("snooze", "snooze_is_short"): {"reason": "x", "until": now.date() + timedelta(days=15)},
        ("plan", "plan_is_told"): {"plan": "x", "until": now.date() + timedelta(days=181)},
    }
    for (action, guard), given in tries.items():
        with pytest.raises(Refused) as found:
            allowed(Attempt(work, action, by, now, rules, given))
        assert found.value.code == guard
    fine = {"reason": "x", "until": now.date() + timedelta(days=14)}
    assert allowed(Attempt(work, "snooze", by, now, rules, fine)).following == states.IN_PROGRESS


def test_the_documentation_shows_the_tables_as_they_are(a_bank: None) -> None:
    assert work_states.PAGE.read_text(encoding="utf-8") == work_states.text()

"""Drafts of policy: their states, the four eyes, what approvals bind, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.policies import folders, impact, reading, selectors, services, states, steps
from postloan.console.policies.models import Draft, Impact
from postloan.errors import PostloanError
from postloan.policy import dmn
from postloan.policy.model import Rule
from postloan.policy.pack import load
from postloan.policy.workbook import Source
from postloan.policy.workbook import write as write_workbook
from tests.console import bank, small_policy

Refusal = Callable[..., Any]

TODAY = clock.civil().date()
DAY = TODAY + timedelta(days=40)
"""From when drafts here are to hold."""

REASON = "决议 2026/3"

UNKNOWN_FACT = replace(small_policy.COLOUR, rules=(Rule("late", ("> loan.nothing",), ('"orange"',)),))
WRONG_CASE = f"""\
case,table,as_of,loan.dpd_days,expect.rule_id,expect.colour
Early,colour,{DAY},0,late,orange
"""


@pytest.fixture
def policy(a_bank: None, tmp_path: Path, settings: Any) -> Path:
    """Let the bank act by the small pack; it stands beside the store."""
    Draft.objects.all().delete()
    settings.POLICY = str(small_policy.write(tmp_path / "small"))
    return tmp_path / "small"


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def author() -> Scope:
    return who("H-policy_author")


def begun() -> Draft:
    return services.create(
        scope=author(), title="更早预警", reason=REASON, reference=REASON, effective_from=DAY
    )


def changed(value: str = "30") -> Draft:
    """Begin a draft and let it change a parameter."""
    draft = begun()
    return services.set_parameter(
        scope=author(), draft_id=draft.pk, name="position_max_age", value=value, reason=REASON
    )


def with_impact(draft: Draft) -> Draft:
    Impact.objects.create(
        draft=draft,
        content=draft.content,
        state="done",
        asked_by=draft.author,
        asked_at=clock.civil(),
        told={},
    )
    return draft


def at(state: str) -> Draft:
    """Take a draft to a state by the steps that lead there."""
    draft = with_impact(changed())
    name = draft.pk
    ask = [("哪一天起执行？", ["立即", "生效日起"], 1)]
    services.set_questions(scope=author(), draft_id=name, questions=ask)
    way: list[tuple[str, Callable[[], object]]] = [
        (states.DRAFT, lambda: None),
        (states.CONSULTATION, lambda: submit(name)),
        (states.LEGAL_CHECK, lambda: end_consultation(name)),
        (states.JOINT_SIGNATURE, lambda: approve(name, "H-legal", "approve_law")),
        (states.RISK_SIGNED, lambda: approve(name, "H-risk_department", "sign_risk")),
        (states.SIGNED, lambda: approve(name, "H-credit_department", "sign_credit")),
        (states.EFFECTIVE, lambda: promulgate(name)),
        (states.LOCKED, lambda: [acknowledge(name, f"M{outlet}") for outlet in bank.OUTLETS]),
    ]
    if state == states.WITHDRAWN:
        return steps.withdraw(scope=author(), draft_id=name, reason=REASON)
    if state == states.CREDIT_SIGNED:
        way[4] = (states.CREDIT_SIGNED, lambda: approve(name, "H-credit_department", "sign_credit"))
    for reached, go in way:
        go()
        if reached == state:
            break
    return Draft.objects.get(pk=name)


def submit(draft_id: str) -> Draft:
    return steps.submit(scope=author(), draft_id=draft_id, comments_until=TODAY + timedelta(days=10))


def end_consultation(draft_id: str) -> Draft:
    for head in ("BHA", "BHB"):
        steps.comment(scope=who(head), draft_id=draft_id, text="同意")
    return steps.end_consultation(scope=author(), draft_id=draft_id)


def approve(draft_id: str, staff_id: str, action: str) -> Draft:
    seen = Draft.objects.get(pk=draft_id).content
    return steps.approve(scope=who(staff_id), draft_id=draft_id, action=action, content=seen)


def promulgate(draft_id: str) -> Draft:
    seen = Draft.objects.get(pk=draft_id).content
    return steps.promulgate(scope=who("H-policy_approver"), draft_id=draft_id, content=seen)


def acknowledge(draft_id: str, staff_id: str, answers: tuple[int, ...] = (1,)) -> Draft:
    return steps.acknowledge(scope=who(staff_id), draft_id=draft_id, answers=answers)


def refused(code: str, action: Callable[[], object]) -> PostloanError:
    with pytest.raises(PostloanError) as caught, transaction.atomic():
        action()
    assert caught.value.code == code
    return caught.value


def last_event() -> tuple[str, str]:
    event = AuditEvent.objects.latest("seq")
    return event.action, event.actor


# The table of states.

OPEN = "draft consultation legal_check joint_signature risk_signed credit_signed signed"
EXPECTED = {
    "change": dict.fromkeys(OPEN.split(), ("draft", "policy_author")),
    "withdraw": dict.fromkeys(OPEN.split(), ("withdrawn", "policy_author")),
    "set_questions": {state: (state, "policy_author") for state in OPEN.split()},
    "ask_impact": {
        state: (state, "policy_author legal compliance risk_department credit_department policy_approver")
        for state in OPEN.split()
    },
    "cancel_impact": {
        state: (state, "policy_author legal compliance risk_department credit_department policy_approver")
        for state in OPEN.split()
    },
    "submit": {"draft": ("consultation", "policy_author")},
    "comment": {
        "consultation": (
            "consultation",
            "branch_head legal compliance risk_department credit_department policy_approver audit",
        )
    },
    "end_consultation": {"consultation": ("legal_check", "policy_author")},
    "approve_law": {"legal_check": ("joint_signature", "legal compliance")},
    "sign_risk": {
        "joint_signature": ("risk_signed", "risk_department"),
        "credit_signed": ("signed", "risk_department"),
    },
    "sign_credit": {
        "joint_signature": ("credit_signed", "credit_department"),
        "risk_signed": ("signed", "credit_department"),
    },
    "return": dict.fromkeys(
        ("legal_check", "joint_signature", "risk_signed", "credit_signed", "signed"),
        ("draft", "legal compliance risk_department credit_department policy_approver"),
    ),
    "promulgate": {"signed": ("effective", "policy_approver")},
    "acknowledge": {state: (state, "customer_manager") for state in ("effective", "locked")},
    "lock": {"effective": ("locked", "policy_approver risk_department system")},
    "review": {"locked": ("locked", "risk_department")},
}
EVERY_ROLE = (*bank.AT_HEAD_OFFICE, "customer_manager", "branch_head", "system")


@pytest.mark.parametrize("state", states.STATES)
@pytest.mark.parametrize("action", sorted(EXPECTED))
def test_each_state_action_and_role_is_as_the_way_of_promulgation_says(state: str, action: str) -> None:
    to, roles = EXPECTED[action].get(state, ("", ""))
    for role in EVERY_ROLE:
        if role in roles.split():
            assert states.step(state, action, {role}).to == to
            assert action in states.possible(state, {role})
        else:
            with pytest.raises(PostloanError) as caught:
                states.step(state, action, {role})
            assert caught.value.code == ("not_your_step" if to else "not_in_this_state")
            assert action not in states.possible(state, {role})


def test_the_table_has_no_action_and_no_state_beside() -> None:
    assert set(states.ACTIONS) == set(EXPECTED)
    assert {state for state, _ in states.TABLE} | {one.to for one in states.TABLE.values()} == set(
        states.STATES
    )


@pytest.mark.parametrize("state", states.STATES)
def test_each_state_is_reached_by_its_steps(policy: Path, state: str) -> None:
    assert at(state).state == state


# Changes.


def test_a_draft_extends_the_pack_in_force_and_says_why(policy: Path) -> None:
    draft = changed("30")
    pack = load(reading.home() / draft.pk)
    assert pack.chain == ("small", draft.pk)
    entry = pack.as_of(DAY).in_force["parameter"]["position_max_age"]
    assert (entry.value.value, entry.overrides, entry.effective_from) == (30, REASON, DAY)
    assert pack.as_of(DAY - timedelta(days=1)).parameter("position_max_age") == 35
    assert draft.content == folders.content_hash(reading.home() / draft.pk)


def test_a_threshold_and_the_switch_of_a_signal_are_changed(policy: Path) -> None:
    draft = begun()
    services.set_signal(
        scope=author(),
        draft_id=draft.pk,
        code="REP04",
        grades={"red": "> 60", "orange": "[21..60]", "blue": " "},
        enabled=False,
        reason=REASON,
    )
    (signal,) = load(reading.home() / draft.pk).as_of(DAY).signals
    assert {one.colour: one.text for one in signal.grades} == {"red": "> 60", "orange": "[21..60]"}
    assert not signal.enabled


def sheet(table: Any) -> bytes:
    return write_workbook([Source(table, DAY)])


@pytest.mark.parametrize(
    ("file", "make"), [("colour.dmn", lambda table: dmn.write([table])), ("colour.xlsx", sheet)]
)
def test_a_table_comes_from_a_dmn_file_or_a_workbook(policy: Path, file: str, make: Refusal) -> None:
    table = replace(
        small_policy.COLOUR, rules=(Rule("late", ("> 20",), ('"orange"',)), small_policy.COLOUR.rules[2])
    )
    draft = begun()
    services.put_tables(scope=author(), draft_id=draft.pk, file=file, data=make(table), reason=REASON)
    held = load(reading.home() / draft.pk).as_of(DAY).table("colour")
    assert (held.rules[0].tests, held.overrides, held.reference) == (("> 20",), REASON, REASON)


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (
            lambda name: services.set_signal(
                scope=author(),
                draft_id=name,
                code="REP04",
                grades={"orange": '> "many"'},
                enabled=True,
                reason=REASON,
            ),
            "draft_refused",
            "signals/changed.yaml, signal REP04, grade orange",
        ),
        (
            lambda name: services.set_parameter(
                scope=author(), draft_id=name, name="position_max_age", value="a month", reason=REASON
            ),
            "draft_refused",
            "parameters.yaml, parameter position_max_age",
        ),
        (
            lambda name: services.put_tables(
                scope=author(),
                draft_id=name,
                file="colour.dmn",
                data=dmn.write(
                    [replace(small_policy.COLOUR, rules=(Rule("late", ("> loan.nothing",), ('"orange"',)),))]
                ),
                reason=REASON,
            ),
            "draft_refused",
            "rule late",
        ),
        (
            lambda name: services.put_cases(
                scope=author(),
                draft_id=name,
                file="own.csv",
                data=WRONG_CASE.encode(),
                reason=REASON,
            ),
            "draft_refused",
            "cases/own.csv, line 2",
        ),
    ],
)
def test_what_the_check_refuses_is_not_kept_and_told_by_file_and_rule(
    policy: Path, change: Refusal, code: str, where: str
) -> None:
    draft = begun()
    error = refused(code, lambda: change(draft.pk))
    assert where in error.where
    assert error.where.startswith(f"{draft.pk}/")
    draft.refresh_from_db()
    assert draft.content == folders.content_hash(reading.home() / draft.pk)
    assert not draft.changes.exists()


@pytest.mark.parametrize("kind", ["table", "case", "parameter", "pack"])
@pytest.mark.parametrize("key", ["../small", "colour/../../..", "..", ".", "", "nothing"])
def test_nothing_but_a_change_of_the_draft_is_taken_back(policy: Path, kind: str, key: str) -> None:
    draft = changed()
    refused(
        "wrong_change",
        lambda: services.take_back(scope=author(), draft_id=draft.pk, kind=kind, key=key, reason=REASON),
    )
    assert (policy / "pack.yaml").is_file()
    assert folders.content_hash(reading.home() / draft.pk) == draft.content


@pytest.mark.parametrize("name", ["../../small/tables/colour", "..", "a/b", "", ".hidden"])
def test_a_table_cannot_be_named_into_another_folder(policy: Path, name: str) -> None:
    draft = changed()
    data = dmn.write([small_policy.COLOUR]).replace(
        b'<decision id="colour"', f'<decision id="{name}"'.encode()
    )
    assert f'id="{name}"'.encode() in data
    with pytest.raises(PostloanError):
        services.put_tables(scope=author(), draft_id=draft.pk, file="colour.dmn", data=data, reason=REASON)
    assert folders.content_hash(reading.home() / draft.pk) == draft.content
    assert sorted(path.name for path in reading.home().iterdir() if path.name.startswith(".")) == []


def test_of_two_changes_at_once_the_later_is_refused(policy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = changed()
    check = reading.check

    def meanwhile(*told: Any) -> Any:
        monkeypatch.setattr(reading, "check", check)
        services.set_parameter(
            scope=author(), draft_id=draft.pk, name="position_max_age", value="20", reason=REASON
        )
        return check(*told)

    monkeypatch.setattr(reading, "check", meanwhile)
    refused(
        "other_content",
        lambda: services.set_parameter(
            scope=author(), draft_id=draft.pk, name="position_max_age", value="10", reason=REASON
        ),
    )
    assert load(reading.home() / draft.pk).as_of(DAY).parameter("position_max_age") == 20


def test_a_change_is_taken_back(policy: Path) -> None:
    draft = changed()
    services.take_back(
        scope=author(), draft_id=draft.pk, kind="parameter", key="position_max_age", reason=REASON
    )
    assert load(reading.home() / draft.pk).own() == []


def test_another_day_moves_every_entry(policy: Path) -> None:
    draft, later = changed(), DAY + timedelta(days=30)
    services.put_tables(
        scope=author(),
        draft_id=draft.pk,
        file="colour.dmn",
        data=dmn.write([replace(small_policy.COLOUR, rules=small_policy.COLOUR.rules[::2])]),
        reason=REASON,
    )
    moved = services.set_day(scope=author(), draft_id=draft.pk, day=later, reason=REASON)
    assert moved.effective_from == later
    assert {one.effective_from for one in load(reading.home() / draft.pk).own()} == {later}


def test_rules_are_never_retroactive(policy: Path) -> None:
    draft = changed()
    refused(
        "too_late",
        lambda: services.set_day(scope=author(), draft_id=draft.pk, day=TODAY, reason=REASON),
    )
    assert (
        services.set_day(
            scope=author(), draft_id=draft.pk, day=TODAY + timedelta(days=1), reason=REASON
        ).effective_from
        > TODAY
    )


# What approvals bind.


def test_a_change_voids_approvals_and_goes_back_to_the_draft(policy: Path) -> None:
    draft = at(states.SIGNED)
    assert selectors.approvals(draft).count() == 3
    draft = services.set_parameter(
        scope=author(), draft_id=draft.pk, name="position_max_age", value="29", reason=REASON
    )
    assert (draft.state, selectors.approvals(draft).count()) == (states.DRAFT, 0)
    assert draft.approvals.filter(void_at__isnull=False).count() == 3


def test_an_approval_is_of_the_content_that_was_seen(policy: Path) -> None:
    draft = at(states.LEGAL_CHECK)
    refused(
        "other_content",
        lambda: steps.approve(
            scope=who("H-legal"), draft_id=draft.pk, action="approve_law", content="0" * 64
        ),
    )


@pytest.mark.parametrize("state", [states.LEGAL_CHECK, states.SIGNED])
def test_files_that_were_changed_beside_the_console_are_not_approved(policy: Path, state: str) -> None:
    draft = at(state)
    path = reading.home() / draft.pk / "parameters.yaml"
    path.write_text(path.read_text().replace("30", "3"))
    go = (lambda: approve(draft.pk, "H-legal", "approve_law")) if state == states.LEGAL_CHECK else None
    refused("other_content", go or (lambda: promulgate(draft.pk)))


def test_no_signature_before_the_impact_report_on_this_content(policy: Path) -> None:
    draft = at(states.JOINT_SIGNATURE)
    Impact.objects.update(content="0" * 64)
    refused("no_impact", lambda: approve(draft.pk, "H-risk_department", "sign_risk"))
    with_impact(draft)
    assert approve(draft.pk, "H-risk_department", "sign_risk").state == states.RISK_SIGNED


def test_roles_of_a_branch_do_not_sign_for_the_bank(policy: Path) -> None:
    draft = at(states.JOINT_SIGNATURE)
    refused("not_your_step", lambda: approve(draft.pk, "RDA", "sign_risk"))


@pytest.mark.parametrize("role", ["legal", "risk_department", "credit_department", "policy_approver"])
def test_a_maker_never_checks_whatever_else_they_are(policy: Path, role: str) -> None:
    state = {
        "legal": states.LEGAL_CHECK,
        "risk_department": states.JOINT_SIGNATURE,
        "credit_department": states.JOINT_SIGNATURE,
        "policy_approver": states.SIGNED,
    }[role]
    draft = at(state)
    bank.person("both", "H", "policy_author", role)
    draft.changes.update(by="both")
    action = {"legal": "approve_law", "risk_department": "sign_risk", "credit_department": "sign_credit"}
    go = (lambda: approve(draft.pk, "both", action[role])) if role in action else None

    def promulgates() -> Draft:
        return steps.promulgate(scope=who("both"), draft_id=draft.pk, content=draft.content)

    refused("own_work", go or promulgates)


def test_one_person_of_both_departments_signs_once(policy: Path) -> None:
    draft = at(states.JOINT_SIGNATURE)
    bank.person("both", "H", "risk_department", "credit_department")
    approve(draft.pk, "both", "sign_risk")
    refused("approved_already", lambda: approve(draft.pk, "both", "sign_credit"))


def test_two_drafts_of_one_base_do_not_undo_each_other(policy: Path) -> None:
    first, second = at(states.SIGNED), at(states.SIGNED)
    promulgate(first.pk)
    refused("base_moved", lambda: promulgate(second.pk))
    moved = services.rebase(scope=author(), draft_id=second.pk, reason=REASON)
    assert load(reading.home() / second.pk).chain == ("small", first.pk, second.pk)
    assert (moved.state, moved.base) == (states.DRAFT, first.pk)


def test_what_is_promulgated_is_the_pack_in_force_from_its_day(policy: Path) -> None:
    draft = at(states.EFFECTIVE)
    assert selectors.in_force() == selectors.of_draft(draft)
    pack = load(reading.home() / "in_force")
    assert pack.id == draft.pk
    assert [pack.as_of(day).parameter("position_max_age") for day in (DAY - timedelta(1), DAY)] == [35, 30]


# Consultation, acknowledgement, review.


def test_the_consultation_ends_when_all_have_spoken_or_the_deadline_is_over(policy: Path) -> None:
    draft = submit(changed().pk)
    steps.comment(scope=who("BHA"), draft_id=draft.pk, text="同意")
    error = refused("consultation_open", lambda: steps.end_consultation(scope=author(), draft_id=draft.pk))
    assert "支行 B" in error.message
    assert "支行 A" not in error.message
    Draft.objects.update(comments_until=TODAY)
    refused("consultation_open", lambda: steps.end_consultation(scope=author(), draft_id=draft.pk))
    Draft.objects.update(comments_until=TODAY - timedelta(days=1))
    assert steps.end_consultation(scope=author(), draft_id=draft.pk).state == states.LEGAL_CHECK


def test_every_manager_acknowledges_by_right_answers_and_the_last_one_locks(policy: Path) -> None:
    draft = at(states.EFFECTIVE)
    refused("wrong_answers", lambda: acknowledge(draft.pk, "MA1", (0,)))
    refused("wrong_answers", lambda: acknowledge(draft.pk, "MA1", ()))
    for outlet in bank.OUTLETS[:-1]:
        assert acknowledge(draft.pk, f"M{outlet}").state == states.EFFECTIVE
    refused("acknowledged_already", lambda: acknowledge(draft.pk, "MA1"))
    refused("not_acknowledged", lambda: steps.lock(scope=who("H-risk_department"), draft_id=draft.pk))
    last = acknowledge(draft.pk, f"M{bank.OUTLETS[-1]}")
    assert last.state == states.LOCKED
    assert selectors.to_acknowledge("MA1") == []


def test_a_version_is_locked_by_hand_when_the_last_one_has_left(policy: Path) -> None:
    draft = at(states.EFFECTIVE)
    for outlet in bank.OUTLETS[:-1]:
        acknowledge(draft.pk, f"M{outlet}")
    Staff.objects.filter(pk=f"M{bank.OUTLETS[-1]}").update(left_on=TODAY)
    assert steps.lock(scope=who("H-risk_department"), draft_id=draft.pk).state == states.LOCKED
    assert last_event() == ("policy_lock", "H-risk_department")


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 8, 31), date(2027, 2, 28)),
        (date(2027, 8, 31), date(2028, 2, 29)),
        (date(2026, 12, 1), date(2027, 6, 1)),
        (date(2026, 5, 31), date(2026, 11, 30)),
    ],
)
def test_the_review_is_due_six_months_after(day: date, due: date) -> None:
    assert steps._months_after(day, 6) == due


def test_the_review_comes_on_its_day_once_and_not_from_a_maker(policy: Path) -> None:
    draft = at(states.LOCKED)

    def reviewed() -> Draft:
        return steps.review(scope=who("H-risk_department"), draft_id=draft.pk, text="误报减少")

    Draft.objects.update(review_due_on=TODAY + timedelta(days=1))
    refused("too_early", reviewed)
    Draft.objects.update(review_due_on=TODAY)
    assert reviewed().review == "误报减少"
    assert last_event() == ("policy_review", "H-risk_department")
    refused("reviewed_already", reviewed)


# Audit and impact.


def test_every_step_leaves_an_event_with_states_and_version(policy: Path) -> None:
    draft = at(states.LOCKED)
    told = AuditEvent.objects.filter(object_kind="policy_draft", object_id=draft.pk).order_by("seq")
    assert [(one.action, one.actor) for one in told] == [
        ("begin_draft", "H-policy_author"),
        ("change_draft", "H-policy_author"),
        ("set_questions", "H-policy_author"),
        ("policy_submit", "H-policy_author"),
        ("policy_comment", "BHA"),
        ("policy_comment", "BHB"),
        ("policy_end_consultation", "H-policy_author"),
        ("policy_approve_law", "H-legal"),
        ("policy_sign_risk", "H-risk_department"),
        ("policy_sign_credit", "H-credit_department"),
        ("policy_promulgate", "H-policy_approver"),
        *(("policy_acknowledge", f"M{outlet}") for outlet in bank.OUTLETS),
        ("policy_lock", "system"),
    ]
    signed = told.get(action="policy_sign_credit")
    assert (signed.before, signed.after["state"]) == ({"state": "risk_signed"}, "signed")
    assert signed.policy_version == f"{draft.pk}-{draft.content[:12]}"


@pytest.mark.parametrize(
    ("go", "action"),
    [
        (
            lambda draft: steps.give_back(scope=who("H-legal"), draft_id=draft.pk, reason="依据不足"),
            "policy_return",
        ),
        (
            lambda draft: steps.withdraw(scope=author(), draft_id=draft.pk, reason="另行起草"),
            "policy_withdraw",
        ),
        (lambda draft: impact.ask(scope=who("H-legal"), draft_id=draft.pk), "ask_impact"),
        (
            lambda draft: services.set_day(
                scope=author(), draft_id=draft.pk, day=DAY + timedelta(1), reason=REASON
            ),
            "change_draft",
        ),
    ],
)
def test_so_do_the_ways_out(policy: Path, go: Refusal, action: str) -> None:
    draft = at(states.LEGAL_CHECK)
    go(draft)
    assert last_event()[0] == action


def test_one_impact_at_a_time_and_one_that_fails_says_why(policy: Path) -> None:
    draft = changed()
    asked = impact.ask(scope=author(), draft_id=draft.pk)
    refused("impact_at_work", lambda: impact.ask(scope=author(), draft_id=draft.pk))
    services.set_parameter(
        scope=author(), draft_id=draft.pk, name="position_max_age", value="28", reason=REASON
    )
    impact.compute.func(asked.pk)
    asked.refresh_from_db()
    assert asked.error is not None
    assert (asked.state, asked.error["code"]) == ("failed", "other_content")
    assert last_event() == ("impact_failed", "system")
    assert not selectors.has_impact(Draft.objects.get(pk=draft.pk))


@pytest.mark.parametrize(("quiet", "again"), [(50, False), (70, True)])
def test_an_impact_whose_worker_was_stopped_can_be_asked_for_again(
    policy: Path, quiet: int, again: bool
) -> None:
    draft = changed()
    seen = clock.civil() - timedelta(seconds=quiet)
    old = impact.ask(scope=author(), draft_id=draft.pk)
    Impact.objects.filter(pk=old.pk).update(state="running", started_at=seen, seen_at=seen)
    if not again:
        refused("impact_at_work", lambda: impact.ask(scope=author(), draft_id=draft.pk))
        return
    assert impact.ask(scope=author(), draft_id=draft.pk).state == "waiting"
    old.refresh_from_db()
    assert (old.state, old.error) == ("failed", impact.STOPPED)


@pytest.mark.slow
def test_the_impact_comes_from_the_command(policy: Path) -> None:
    draft = changed()
    asked = impact.ask(scope=author(), draft_id=draft.pk)
    impact.compute.func(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "failed"
    assert asked.error is not None
    assert asked.error["code"] not in ("broken", "impact_failed"), (
        "the store is empty, and the command says so"
    )

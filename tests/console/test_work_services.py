"""Every service of work leaves exactly one audit event of its own name; a new one cannot be forgotten."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Customer, Measure, Publication
from postloan.console.work import feedback, services
from postloan.console.work.models import (
    Case,
    Closing,
    EffectCheck,
    Evidence,
    Task,
    TimelineEntry,
    VisitDraft,
    WatchEntry,
)
from postloan.console.work.services import (
    assigning,
    escalating,
    making,
    moving,
    opening,
    proving,
    undoing,
    visiting,
    watching,
)
from tests.books import tiny_book

READS = {"batches", "task_of", "roles_towards", "is_clean", "loan_of", "loans_to_name", "draft_of"}
"""Public functions of the services' modules that write nothing."""


def _services() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {"feedback_export": feedback.feedback_export}
    for one in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"{services.__name__}.{one.name}")
        for name, value in vars(module).items():
            ours = inspect.isfunction(value) and inspect.unwrap(value).__module__ == module.__name__
            if ours and not name.startswith("_") and name not in READS:
                found[name] = value
    return found


def _by(name: str) -> Scope:
    return scope_of(Staff.objects.get(pk=name))


def _case(state: str, **more: Any) -> Case:
    Case.objects.filter(pk=9001).update(state=state, **more)
    return Case.objects.get(pk=9001)


def _task(state: str, **more: Any) -> Task:
    Task.objects.filter(pk=9001).update(state=state, needs=[], **more)
    return Task.objects.get(pk=9001)


def _seen() -> None:
    now = clock.civil()
    Evidence.objects.create(
        case_id=9001, kind="visit", text="seen", happened_at=now, added_by="H-audit", added_at=now
    )


def _closed_case() -> Case:
    now = clock.civil()
    return _case("closed", closed_at=now, closed_by="RDA", label="real")


def _listed() -> WatchEntry:
    day = clock.civil().date() - timedelta(days=200)
    WatchEntry.objects.filter(pk=9001).update(
        state="listed", entered_on=day, customer_id="CA1-2", confirmed_by="H-risk_department"
    )
    return WatchEntry.objects.get(pk=9001)


def _leaving() -> WatchEntry:
    _listed()
    WatchEntry.objects.filter(pk=9001).update(state="leaving", exit_proposed_by="MA1")
    return WatchEntry.objects.get(pk=9001)


def _after(action: str, by: str, undo: dict[str, Any]) -> None:
    TimelineEntry.objects.create(
        case_id=9001, at=clock.civil(), actor=by, action=action, details={"undo": undo}
    )


def _drafted(now: Any) -> None:
    VisitDraft.objects.create(case_id=9001, doer_id="MA1", started_at=now, saved_at=now)


Example = Callable[[Any, Path], Any]
SOON = timedelta(days=3)

EXAMPLES: dict[str, Example] = {
    "work_claim": lambda now, _: moving.work_claim(by=_by("MA1"), work=_case("new"), now=now),
    "case_plan": lambda now, _: moving.case_plan(
        by=_by("MA1"), case=_case("claimed"), plan="visit", until=(now + SOON).date(), now=now
    ),
    "task_start": lambda now, _: moving.task_start(by=_by("MA1"), task=_task("claimed"), now=now),
    "work_wait": lambda now, _: moving.work_wait(
        by=_by("MA1"), work=_case("in_progress"), reason="court", until=(now + SOON).date(), now=now
    ),
    "work_resume": lambda now, _: moving.work_resume(by=_by("MA1"), work=_task("waiting"), now=now),
    "work_submit": lambda now, _: (
        _seen(),
        moving.work_submit(by=_by("MA1"), work=_case("in_progress"), finding="found", now=now),
    ),
    "work_withdraw": lambda now, _: moving.work_withdraw(by=_by("MA1"), work=_case("submitted"), now=now),
    "work_send_back": lambda now, _: moving.work_send_back(
        by=_by("RDA"), work=_case("submitted"), reason="more", now=now
    ),
    "case_close": lambda now, _: (
        _seen(),
        moving.case_close(
            by=_by("RDA"),
            case=_case("submitted"),
            label="real",
            cause="illness",
            amount_secured=0,
            now=now,
        ),
    ),
    "task_close": lambda now, _: moving.task_close(
        by=_by("BHA"), task=_task("submitted", finding="x"), now=now
    ),
    "task_finish": lambda now, _: moving.task_finish(
        by=_by("MA1"), task=_task("claimed", decider_role=""), finding="done", now=now
    ),
    "task_drop": lambda now, _: moving.task_drop(
        by=_by("MA1"), task=_task("new", is_asked=False), reason="paid", now=now
    ),
    "work_reopen": lambda now, _: moving.work_reopen(
        by=_by("RDA"), work=_closed_case(), reason="again", now=now
    ),
    "work_snooze": lambda now, _: moving.work_snooze(
        by=_by("MA1"), work=_case("new"), reason="x", until=(now + timedelta(days=1)).date(), now=now
    ),
    "work_wake": lambda now, _: undoing.work_wake(
        by=_by("MA1"), work=_case("new", snoozed_until=(now + SOON).date()), now=now
    ),
    "work_release": lambda now, _: (
        _after("claim", "MA1", {"owner_id": None}),
        undoing.work_release(by=_by("MA1"), work=_case("claimed"), now=now),
    ),
    "work_unassign": lambda now, _: (
        _after("assign", "BHA", {"owner_id": "MA1"}),
        undoing.work_unassign(by=_by("BHA"), work=_case("new", owner_id="MA2"), now=now),
    ),
    "visit_save": lambda now, _: visiting.visit_save(
        by=_by("MA1"), work=_case("claimed"), step="told", fields={"seen": "x"}, proves="", now=now
    ),
    "visit_discard": lambda now, _: (
        _drafted(now),
        visiting.visit_discard(by=_by("MA1"), work=_case("claimed"), now=now),
    ),
    "work_note": lambda now, _: moving.work_note(by=_by("MA1"), work=_case("new"), text="x", now=now),
    "effect_check_record": lambda now, _: (
        _closed_case(),
        moving.effect_check_record(
            by=_by("MA1"), check=EffectCheck.objects.get(pk=9001), result="same", text="x", now=now
        ),
    ),
    "work_assign": lambda now, _: assigning.work_assign(
        by=_by("BHA"), work=_case("new"), staff=Staff.objects.get(pk="MA2"), reason="x", now=now
    ),
    "work_assign_many": lambda now, _: assigning.work_assign_many(
        by=_by("BHA"),
        works=[_case("new"), _task("new")],
        staff=Staff.objects.get(pk="MA2"),
        reason="x",
        now=now,
    ),
    "work_reassign": lambda now, _: assigning.work_reassign(
        by=_by("BHA"),
        colleague=Staff.objects.get(pk="MA1"),
        staff=Staff.objects.get(pk="MA2"),
        reason="x",
        now=now,
    ),
    "evidence_add": lambda now, _: proving.evidence_add(
        by=_by("MA1"), work=_case("claimed"), told=proving.Told("note", None, text="x"), now=now
    ),
    "work_escalate": lambda now, _: escalating.work_escalate(now=now),
    "case_open_from_publication": lambda now, _: opening.case_open_from_publication(
        run=Publication.objects.get(), now=now
    ),
    "task_take_up": lambda now, _: (
        Task.objects.filter(pk=9001).update(measure_id="another"),
        Measure.objects.filter(loan_id="LA1-1").update(nature="option"),
        making.task_take_up(
            by=_by("MA1"),
            measure=Measure.objects.get(loan_id="LA1-1"),
            until=(now + SOON).date(),
            now=now,
        ),
    ),
    "task_make": lambda now, _: making.task_make(
        by=_by("BHA"),
        customer=Customer.objects.get(pk="CA1-1"),
        staff=Staff.objects.get(pk="MA1"),
        title="look",
        until=now.date(),
        is_checked=True,
        now=now,
    ),
    "watch_propose": lambda now, _: watching.watch_propose(
        by=_by("MA1"),
        customer=Customer.objects.get(pk="CA1-2"),
        staff=Staff.objects.get(pk="MA1"),
        criterion="arrears",
        reason="x",
        plan="y",
        now=now,
    ),
    "watch_confirm_entry": lambda now, _: watching.watch_confirm_entry(
        by=_by("RDA"), entry=WatchEntry.objects.get(pk=9001), now=now
    ),
    "watch_reject_entry": lambda now, _: watching.watch_reject_entry(
        by=_by("RDA"), entry=WatchEntry.objects.get(pk=9001), reason="x", now=now
    ),
    "watch_propose_exit": lambda now, _: watching.watch_propose_exit(
        by=_by("MA1"), entry=_listed(), reason="x", now=now
    ),
    "watch_confirm_exit": lambda now, _: watching.watch_confirm_exit(
        by=_by("RDA"), entry=_leaving(), now=now
    ),
    "watch_keep": lambda now, _: watching.watch_keep(by=_by("RDA"), entry=_leaving(), reason="x", now=now),
    "feedback_export": lambda now, folder: feedback.feedback_export(
        book=tiny_book(folder, loan=[{"loan_id": "LA1-1", "customer_id": "CA1-1"}])
    ),
}


def test_every_service_has_an_example() -> None:
    assert set(_services()) == set(EXAMPLES)
    for name, service in _services().items():
        parameters = inspect.signature(service).parameters.values()
        assert all(one.kind is inspect.Parameter.KEYWORD_ONLY for one in parameters), name


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_a_service_leaves_one_event_of_its_own_name(a_bank: None, tmp_path: Path, name: str) -> None:
    before = set(AuditEvent.objects.values_list("pk", flat=True))
    EXAMPLES[name](clock.civil(), tmp_path / "book")
    (event,) = AuditEvent.objects.exclude(pk__in=before)
    assert event.action == name
    system = name in ("work_escalate", "case_open_from_publication", "feedback_export")
    assert (event.actor == "system") == system


def test_what_is_refused_leaves_nothing(a_bank: None) -> None:
    counts = [
        one.objects.count() for one in (AuditEvent, TimelineEntry, Evidence, Closing, EffectCheck, WatchEntry)
    ]
    for attempt in (
        lambda: moving.work_claim(by=_by("H-audit"), work=_case("new"), now=clock.civil()),
        lambda: moving.task_close(by=_by("MA1"), task=_task("submitted", finding="x"), now=clock.civil()),
        lambda: watching.watch_confirm_entry(
            by=_by("MA1"), entry=WatchEntry.objects.get(pk=9001), now=clock.civil()
        ),
    ):
        with pytest.raises(moving.Refused):
            attempt()
    assert counts == [
        one.objects.count() for one in (AuditEvent, TimelineEntry, Evidence, Closing, EffectCheck, WatchEntry)
    ]


def test_the_watch_list_wants_two_people_and_three_clean_months(a_bank: None) -> None:
    now = clock.civil()
    entry = WatchEntry.objects.get(pk=9001)
    WatchEntry.objects.filter(pk=9001).update(proposed_by="RDA")
    with pytest.raises(moving.Refused, match="not_the_proposer"):
        watching.watch_confirm_entry(by=_by("RDA"), entry=entry, now=now)
    watching.watch_confirm_entry(by=_by("H-risk_department"), entry=entry, now=now)
    WatchEntry.objects.filter(pk=9001).update(customer_id="CA1-2")
    for days, is_clean in ((89, False), (90, True), (91, True)):
        WatchEntry.objects.filter(pk=9001).update(entered_on=now.date() - timedelta(days=days))
        assert watching.is_clean(WatchEntry.objects.get(pk=9001), now.date()) == is_clean
    Customer.objects.filter(pk="CA1-2").update(colour="orange")
    with pytest.raises(moving.Refused, match="three_months_clean"):
        watching.watch_propose_exit(by=_by("MA1"), entry=entry, reason="cured", now=now)
    Customer.objects.filter(pk="CA1-2").update(colour="yellow")
    watching.watch_propose_exit(by=_by("MA1"), entry=entry, reason="cured", now=now)
    watching.watch_confirm_exit(by=_by("RDA"), entry=entry, now=now)
    assert WatchEntry.objects.get(pk=9001).state == "left"

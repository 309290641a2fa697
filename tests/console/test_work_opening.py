"""What a publication opens and notes, what time raises, and what lists cost."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.publishing.models import Measure, Publication
from postloan.console.publishing.models import Warning as Alert
from postloan.console.work import jobs, loads, selectors
from postloan.console.work.models import Case, Task, TimelineEntry
from postloan.console.work.services.escalating import work_escalate
from postloan.console.work.services.opening import case_open_from_publication

NOW = datetime(2026, 7, 1, 6, 0)  # noqa: DTZ001 - a Wednesday, before work begins


def _publish(number: int) -> Publication:
    return Publication.objects.create(
        run_id=f"run-{number}",
        as_of=date(2026, 7, number),
        policy_version="cn_rural-0123456789ab",
        result_hash=f"{number:064}",
        published_at=NOW + timedelta(days=number),
        counts={},
    )


def _open(number: int = 1, now: datetime = NOW) -> dict[str, int]:
    return case_open_from_publication(run=_publish(number), now=now)


def _case(outlet: str) -> Case:
    return Case.objects.get(subject_id=f"C{outlet}-1", closed_at=None)


def test_new_warnings_and_duties_become_work_once(a_bank: None) -> None:
    Measure.objects.filter(loan_id="LB2-1").update(nature="option")
    run = _publish(1)
    counts = case_open_from_publication(run=run, now=NOW)
    # A1 and B1 have their work already; of B2 the measure is an option and no work by itself.
    assert counts == {"cases": 2, "tasks": 1, "colours": 0, "no_longer_asked": 1, "moved": 0} | {
        "no_longer_asked": 0
    }
    case = _case("A2")
    assert (case.state, case.owner_id, case.decider_role) == ("new", "MA2", "risk_department")
    # Red: acknowledged within one day, planned within three working days.
    assert case.due_at == datetime(2026, 7, 2, 17, 30)  # noqa: DTZ001
    assert case.plan_due_at == datetime(2026, 7, 6, 17, 30)  # noqa: DTZ001
    task = Task.objects.get(loan_id="LA2-1")
    assert (task.case_id, task.due_on, task.needs) == (
        case.pk,
        date(2026, 7, 3),
        ["breach evidence", "served notice"],
    )
    again = case_open_from_publication(run=run, now=NOW)
    assert again == counts
    assert AuditEvent.objects.filter(action="case_open_from_publication").count() == 1
    assert _open(2) == {"cases": 0, "tasks": 0, "colours": 0, "no_longer_asked": 0, "moved": 0}


def test_a_publication_closes_nothing_and_notes_where_the_colour_went(a_bank: None) -> None:
    _open(1)
    Alert.objects.filter(customer_id="CA1-1").update(colour="yellow", colour_rank=2)
    Alert.objects.filter(customer_id="CA2-1").delete()
    Measure.objects.filter(loan_id="LA2-1").delete()
    Measure.objects.filter(loan_id="LB2-1").update(due_on=date(2026, 7, 20))
    counts = _open(2, NOW + timedelta(days=1))
    assert counts == {"cases": 0, "tasks": 0, "colours": 2, "no_longer_asked": 1, "moved": 1}
    fallen, gone = _case("A1"), _case("A2")
    assert (fallen.colour, fallen.colour_now) == ("red", "yellow"), "the worst colour stays the case's"
    assert (gone.state, gone.colour_now) == ("new", "")
    told = TimelineEntry.objects.get(case=gone, action="colour")
    assert told.details == {"before": "red", "after": ""}
    assert not Task.objects.get(loan_id="LA2-1").is_asked
    moved = Task.objects.get(loan_id="LB2-1")
    assert (moved.due_on, moved.due_at) == (date(2026, 7, 20), datetime(2026, 7, 20, 17, 30))  # noqa: DTZ001


def test_a_worse_colour_makes_the_clock_stricter(a_bank: None) -> None:
    Alert.objects.filter(customer_id="CA2-1").update(colour="yellow", colour_rank=2)
    _open(1)
    assert (_case("A2").decider_role, _case("A2").due_at.date()) == ("credit_department", date(2026, 7, 6))
    Alert.objects.filter(customer_id="CA2-1").update(colour="red", colour_rank=4)
    _open(2, NOW + timedelta(days=1))
    case = _case("A2")
    assert (case.colour, case.decider_role, case.due_at.date()) == (
        "red",
        "risk_department",
        date(2026, 7, 3),
    )


def test_a_closed_warning_comes_back_only_when_it_is_worse(a_bank: None) -> None:
    Case.objects.filter(pk=9001).update(
        state="closed", closed_at=NOW, label="false_alarm", colour="orange", colour_rank=3
    )
    Alert.objects.filter(customer_id="CA1-1").update(colour="orange", colour_rank=3)
    _open(1)
    assert not Case.objects.filter(subject_id="CA1-1", closed_at=None).exists()
    Alert.objects.filter(customer_id="CA1-1").update(colour="red", colour_rank=4)
    assert _open(2)["cases"] == 1
    assert _case("A1").pk != 9001


@pytest.mark.parametrize(
    ("minutes", "level", "role"),
    [
        (-1, 0, ""),
        (0, 1, "branch_head"),  # at half of the time
        (1, 1, "branch_head"),
    ],
)
def test_time_raises_at_half(a_bank: None, minutes: int, level: int, role: str) -> None:
    _open(1)
    # Red is to be taken on by Thursday 17:30: 900 minutes of work, so half is Wednesday 17:30.
    work_escalate(now=datetime(2026, 7, 1, 17, 30) + timedelta(minutes=minutes))  # noqa: DTZ001
    assert (_case("A2").escalation_level, _case("A2").raised_to) == (level, role)


@pytest.mark.parametrize(("minutes", "level", "role"), [(-1, 1, "branch_head"), (0, 2, "credit_department")])
def test_time_raises_again_when_it_is_over(a_bank: None, minutes: int, level: int, role: str) -> None:
    _open(1)
    for moment in (datetime(2026, 7, 2, 9, 0), datetime(2026, 7, 2, 17, 30) + timedelta(minutes=minutes)):  # noqa: DTZ001
        work_escalate(now=moment)
    assert (_case("A2").escalation_level, _case("A2").raised_to) == (level, role)
    assert work_escalate(now=datetime(2026, 7, 2, 17, 29)) == 0, "nothing is raised twice"  # noqa: DTZ001


def test_what_was_never_looked_at_goes_both_steps_at_once(a_bank: None) -> None:
    _open(1)
    work_escalate(now=NOW + timedelta(days=30))
    assert (_case("A2").escalation_level, _case("A2").raised_to) == (2, "credit_department")
    assert TimelineEntry.objects.filter(case=_case("A2"), task=None, action="escalate").count() == 1


def _scope(name: str) -> Any:
    return scope_of(Staff.objects.get(pk=name))


def test_what_home_asks_for(a_bank: None) -> None:
    _open(1)
    now = datetime(2026, 7, 2, 9, 0)  # noqa: DTZ001
    assert [
        (one.kind_of_work, one.subject_name) for one in selectors.due_today(_scope("MA2"), now).works
    ] == [("case", "客户 CA2-1")]
    assert selectors.slipped(_scope("MA2"), now).count == 0
    assert selectors.slipped(_scope("MA2"), datetime(2026, 7, 2, 17, 31)).count == 1  # noqa: DTZ001
    assert selectors.slipped(_scope("MB1"), now).count == 0
    assert selectors.new_since_yesterday(_scope("BHA"), now).count == 4  # two cases and two tasks of A
    assert selectors.new_since_yesterday(_scope("BHA"), now + timedelta(days=1)).count == 0
    found = loads.load_by_person(_scope("BHA"), now).shown
    counts = {one.staff.pk: (one.cases, one.tasks) for one in found}
    assert counts == {"MA1": (1, 1), "MA2": (1, 1)}
    Case.objects.filter(pk=9001).update(state="submitted", due_at=now)
    assert selectors.due_today(_scope("RDA"), now).count == 1, "what is submitted waits for whoever decides"
    assert selectors.waiting(_scope("MA1"), now).count == 1


@pytest.mark.parametrize("address", ["/work/", "/work/list/", "/work/list/?kind=task", "/work/team/"])
def test_lists_cost_the_same_however_much_work_there_is(
    sign_in: Any, django_assert_max_num_queries: Any, address: str
) -> None:
    template = Task.objects.get(pk=9001)
    for number in range(150):
        template.pk, template.measure_id = 20_000 + number, f"m{number}"
        template.save(force_insert=True)
    client = sign_in("BHA")
    with django_assert_max_num_queries(40):
        assert client.get(address).status_code == 200


def test_a_case_with_much_history_costs_a_bounded_number_of_queries(
    sign_in: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        TimelineEntry.objects.create(
            case_id=9001, task_id=9001 if number % 2 else None, at=NOW, actor="MA1", action="note", text="x"
        )
    client = sign_in("BHA")
    with django_assert_max_num_queries(40):
        assert client.get("/work/cases/9001/").status_code == 200


def test_raising_goes_on_by_itself_in_one_chain_however_often_the_console_starts(a_bank: None) -> None:
    jobs.start_raising()
    jobs.start_raising()
    (first,) = DBTaskResult.objects.all()
    jobs.keep_raising.call()
    following = DBTaskResult.objects.exclude(pk=first.pk).get()
    assert following.run_after - clock.civil() > jobs.EVERY - timedelta(minutes=1)
    jobs.start_raising()
    assert DBTaskResult.objects.count() == 1

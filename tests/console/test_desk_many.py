"""Several initial ratings in one go: as proposed, never better, never a loss, each a rating of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.desk import many, rules, services
from postloan.console.desk.models import Classification
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.publishing.models import Loan
from postloan.console.refusals import Refused
from postloan.policy.pack import load

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
DAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("standing", "machine", "floor", "why"),
    [
        ("06", "06", None, ""),  # as it stands
        ("06", "07", "07", ""),  # worse
        ("06", "05", None, "better"),
        (None, "06", None, ""),  # never classified
        ("06", None, None, "unmeasured"),
        ("09", "10", None, "loss"),
        ("06", "05", "06", "impossible"),  # better than the floor
        ("06", "04", None, "impossible"),  # two steps up
    ],
)
def test_what_is_rated_with_others(
    standing: str | None, machine: str | None, floor: str | None, why: str
) -> None:
    policy = load("cn_rural").as_of(DAY)
    assert many.alone(policy, rules.Known("cn10a", standing, machine, floor, "farmer", "A2"), DAY) == why


def _three(outlet: str = "A1") -> list[Loan]:
    """Give three loans of an outlet's manager that nobody has rated: worse, worse, and a better one."""
    first = Loan.objects.get(pk=f"L{outlet}-1")
    for number, machine in enumerate(("06", "07", "05")):
        first.pk = f"L{outlet}-9{number}"
        first.class_final, first.class_machine, first.class_floor = "06", machine, None
        first.class_decided, first.decided_on = None, None
        first.save(force_insert=True)
    return list(Loan.objects.filter(pk__startswith=f"L{outlet}-9").order_by("pk"))


def test_marked_loans_are_rated_as_proposed_each_on_its_own(sign_in: SignIn) -> None:
    _three()
    client = sign_in("MA1")
    page = client.get("/desk/proposals/").content.decode()
    assert 'value="LA1-90:06"' in page
    assert 'value="LA1-91:07"' in page
    assert 'value="LA1-92' not in page  # better than the class that stands
    marked = ["LA1-90:06", "LA1-91:05", "LA1-91:07", "LA1-92:05"]
    answer = client.post("/desk/proposals/", {"loan": marked}, follow=True)
    assert b"2 loans were rated as proposed" in answer.content
    assert b"LA1-91: a run since then proposes another class" in answer.content
    assert b"LA1-92: better than the class that stands" in answer.content
    made = (
        Classification.objects.filter(loan_id__startswith="LA1-9")
        .order_by("loan_id")
        .values_list("loan_id", "level_code", "state")
    )
    assert list(made) == [("LA1-90", "06", "rated"), ("LA1-91", "07", "rated")]
    events = AuditEvent.objects.filter(action="class_rate", object_id__startswith="LA1-9")
    assert [(one.actor, one.object_id) for one in events.order_by("seq")] == [
        ("MA1", "LA1-90"),
        ("MA1", "LA1-91"),
    ]
    with pytest.raises(Refused) as refused:  # four eyes as ever
        services.determine(
            actor=scope_of(Staff.objects.get(pk="MA1")), number="LA1-90.1", level_code="06", reason=""
        )
    assert refused.value.code == "same_person"


def test_one_loan_of_another_branch_stops_all(sign_in: SignIn) -> None:
    _three()
    client = sign_in("MA1")
    for other in ("LB1-1:06", "nobody:06", "odd"):
        assert client.post("/desk/proposals/", {"loan": ["LA1-90:06", other]}).status_code == 404
    assert not Classification.objects.filter(loan_id__startswith="LA1-9").exists()


def test_nothing_marked_changes_nothing(sign_in: SignIn) -> None:
    assert b"Mark the loans first" in sign_in("MA1").post("/desk/proposals/", follow=True).content


def test_a_loan_that_was_decided_today_is_left_with_its_reason(sign_in: SignIn) -> None:
    _three()
    client = sign_in("MA1")
    client.post("/desk/proposals/", {"loan": ["LA1-90:06"]})
    Classification.objects.filter(loan_id="LA1-90").update(state="settled", moved_at=clock.civil())
    assert b"decided today" in client.post("/desk/proposals/", {"loan": ["LA1-90:06"]}, follow=True).content

"""What does not pass to a deputy: authority over classes, and the acknowledgement of a policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from postloan import clock
from postloan.console.desk import services as desk
from postloan.console.desk.models import Classification
from postloan.console.people.models import Leave, Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.policies import selectors, steps
from postloan.console.policies.models import Acknowledgement, Draft, Question
from postloan.console.refusals import Refused
from postloan.errors import PostloanError
from tests.console import bank

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
NUMBER, DRAFT = "LA1-1.1", "small_v1"


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def act_for(absent: str, deputy: str) -> None:
    today = clock.civil().date()
    Leave.objects.create(
        staff_id=absent, deputy_id=deputy, starts_on=today, ends_on=today + timedelta(days=1)
    )


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def determine(staff_id: str) -> Classification:
    return desk.determine(actor=who(staff_id), number=NUMBER, level_code="06", reason="")


def approve(staff_id: str) -> Classification:
    return desk.approve(actor=who(staff_id), number=NUMBER, level_code="06")


@pytest.mark.parametrize("absent", ["BHA", "RDA", "H-risk_department", "H-risk_committee"])
def test_a_deputy_s_level_is_their_own(a_bank: None, absent: str) -> None:
    """Whoever MA2 acts for, MA2 determines, approves and returns nothing."""
    act_for(absent, "MA2")
    assert who("MA2").has({role for role, _place in who(absent).held}), "the other rights do pass"
    assert refusal(lambda: determine("MA2")) == "level_too_low"
    assert refusal(lambda: desk.send_back(actor=who("MA2"), number=NUMBER, reason="x")) == "level_too_low"
    determine("BHA")
    assert refusal(lambda: approve("MA2")) == "level_too_low"
    assert Classification.objects.get(pk=NUMBER).approved_by is None


def test_a_matter_that_needs_a_higher_level_is_not_lifted_by_acting_for_it(a_bank: None) -> None:
    """A loss goes one level above the branch head, who acts for the risk department and for the committee."""
    desk.determine(actor=who("BHA"), number=NUMBER, level_code="10", reason="nothing left")
    bank.person("BH2", "A", "branch_head")
    act_for("H-risk_committee", "BH2")
    act_for("H-risk_department", "BH2")

    def lose(staff_id: str) -> Classification:
        return desk.approve(actor=who(staff_id), number=NUMBER, level_code="10")

    assert refusal(lambda: lose("BH2")) == "level_too_low"
    assert lose("RDA").approved_by == "RDA"


def test_acting_for_another_opens_no_second_part_of_one_s_own_matter(a_bank: None) -> None:
    """Parts count by person: who determined does not approve, whoever they act for."""
    determine("BHA")
    act_for("RDA", "BHA")
    assert refusal(lambda: approve("BHA")) == "same_person"
    approve("RDA")


@pytest.mark.parametrize("deputy", ["RDA", "MA2"])
def test_a_deputy_acknowledges_no_policy_for_another(sign_in: SignIn, deputy: str) -> None:
    act_for("MA1", deputy)
    right = Question.objects.get(draft_id=DRAFT).right
    client = sign_in(deputy)
    question = Question.objects.get(draft_id=DRAFT)
    client.post(f"/policies/drafts/{DRAFT}/acknowledge/", {f"q{question.pk}": str(right)})
    told = set(Acknowledgement.objects.values_list("by_id", flat=True))
    assert told == ({"MA2"} if deputy == "MA2" else set()), "each in their own name, or not at all"
    waiting = selectors.outstanding(Draft.objects.get(pk=DRAFT))
    assert waiting.filter(pk="MA1").exists(), "MA1 must still acknowledge"
    if deputy == "RDA":
        with pytest.raises(PostloanError) as found:
            steps.acknowledge(scope=who("RDA"), draft_id=DRAFT, answers=[right])
        assert found.value.code == "not_your_step"


def test_a_version_is_not_locked_by_a_deputy(a_bank: None) -> None:
    """The last manager who is away keeps the version open, and acknowledges when they are back."""
    right = Question.objects.get(draft_id=DRAFT).right
    for outlet in ("A2", "B1", "B2"):
        steps.acknowledge(scope=who(f"M{outlet}"), draft_id=DRAFT, answers=[right])
    act_for("MA1", "MA2")
    with pytest.raises(PostloanError) as found:
        steps.acknowledge(scope=who("MA2"), draft_id=DRAFT, answers=[right])
    assert found.value.code == "acknowledged_already"
    assert Draft.objects.get(pk=DRAFT).state == "effective"
    assert steps.acknowledge(scope=who("MA1"), draft_id=DRAFT, answers=[right]).state == "locked"


def test_a_deputy_of_a_deputy_gains_nothing_of_the_first(a_bank: None) -> None:
    act_for("BHA", "MA1")
    act_for("MA1", "MA2")
    assert who("MA2").roles == {"customer_manager"}
    assert not who("MA2").covers("A2", "nobody")


def test_acting_for_somebody_ends_when_they_have_left(a_bank: None) -> None:
    act_for("BHA", "MA1")
    assert "branch_head" in who("MA1").roles
    Staff.objects.filter(pk="BHA").update(left_on=clock.civil().date())
    assert "branch_head" not in who("MA1").roles
    Staff.objects.filter(pk="BHA").update(left_on=None)
    StaffRole.objects.filter(staff_id="BHA").update(until=clock.civil().date())
    assert "branch_head" not in who("MA1").roles

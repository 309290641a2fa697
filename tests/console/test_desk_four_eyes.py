"""Four eyes at the desk: whatever people try in whatever order, three different people decide a class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.desk import services
from postloan.console.desk.models import Classification, Step
from postloan.console.desk.states import OPEN
from postloan.console.people.models import Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Loan
from postloan.console.refusals import Refused
from tests.console import bank

pytestmark = pytest.mark.django_db

# Organisational levels at A1, worked out from the roles that these people hold there or above.
# MA1 is the loan's manager and could take every step alone; BHB heads another branch.
LEVELS = {"MA1": 4, "BHA": 2, "BHA2": 2, "RDA": 3, "BHB": 0}
PEOPLE = st.sampled_from(sorted(LEVELS))
CODES = st.sampled_from(["06", "07", "10"])
# Small farmer, machine and floor 06: who determines and who approves.
NEEDED = {"06": (2, 2), "07": (2, 2), "10": (2, 3)}


class Desk(RuleBasedStateMachine):
    """The desk beside a plain model of it."""

    scopes: ClassVar[dict[str, Scope]]

    def __init__(self) -> None:
        super().__init__()
        Step.objects.all().delete()
        Classification.objects.all().delete()
        self.state, self.level = "unrated", ""
        self.rater, self.determiner = "", ""
        self.events = AuditEvent.objects.count()

    def _try(self, expected: bool, act: Callable[[], object]) -> bool:
        try:
            act()
        except Refused:
            assert not expected
            return False
        assert expected
        self.events += 1
        return True

    @rule(person=PEOPLE, code=CODES)
    def rate(self, person: str, code: str) -> None:
        may = person == "MA1" and self.state in ("unrated", "returned")
        loan = Loan.objects.get(pk="LA1-1")
        if self._try(
            may, lambda: services.rate(actor=self.scopes[person], loan=loan, level_code=code, reason="seen")
        ):
            self.state, self.level, self.rater, self.determiner = "rated", code, person, ""

    def _number(self) -> str:
        return Classification.objects.get(state__in=OPEN).number

    @precondition(lambda self: self.state == "rated")
    @rule(person=PEOPLE, code=CODES)
    def determine(self, person: str, code: str) -> None:
        may = person != self.rater and LEVELS[person] >= NEEDED[code][0]
        number = self._number()
        act = lambda: services.determine(  # noqa: E731
            actor=self.scopes[person], number=number, level_code=code, reason="seen"
        )
        if self._try(may, act):
            self.state, self.level, self.determiner = "determined", code, person

    @precondition(lambda self: self.state == "determined")
    @rule(person=PEOPLE, other=st.sampled_from([None, None, None, "06"]))
    def approve(self, person: str, other: str | None) -> None:
        code, number = other or self.level, self._number()
        may = (
            code == self.level
            and person not in (self.rater, self.determiner)
            and LEVELS[person] >= NEEDED[code][1]
        )
        act = lambda: services.approve(  # noqa: E731
            actor=self.scopes[person], number=number, level_code=code
        )
        if self._try(may, act):
            self.state = "settled"

    @precondition(lambda self: self.state in ("rated", "determined"))
    @rule(person=PEOPLE)
    def send_back(self, person: str) -> None:
        needed, number = NEEDED[self.level][0 if self.state == "rated" else 1], self._number()
        may = person not in (self.rater, self.determiner) and LEVELS[person] >= needed
        if self._try(may, lambda: services.send_back(actor=self.scopes[person], number=number, reason="no")):
            self.state = "returned"

    @precondition(lambda self: self.state == "settled")
    @rule()
    def next_day(self) -> None:
        """A day later the loan may be rated again."""
        Classification.objects.filter(state="settled").update(moved_at=clock.civil() - timedelta(days=1))
        self.state, self.level, self.rater, self.determiner = "unrated", "", "", ""

    @invariant()
    def three_people_decide(self) -> None:
        for made in Classification.objects.filter(state="settled"):
            assert len({made.rated_by, made.determined_by, made.approved_by}) == 3
            assert LEVELS[str(made.determined_by)] >= NEEDED[made.level_code][0]
            assert LEVELS[str(made.approved_by)] >= NEEDED[made.level_code][1]

    @invariant()
    def every_step_is_in_the_audit(self) -> None:
        assert AuditEvent.objects.count() == self.events
        assert Classification.objects.filter(state__in=("rated", "determined", "returned")).count() <= 1


def test_whatever_people_try_three_different_people_decide(a_bank: None) -> None:
    bank.person("BHA2", "A", "branch_head")
    StaffRole.objects.create(staff_id="MA1", role="executive", institution_id="H")  # could do it all alone
    Desk.scopes = {name: scope_of(Staff.objects.get(pk=name)) for name in LEVELS}
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=30,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

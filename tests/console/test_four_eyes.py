"""Four eyes, whoever does what in whatever order: a stateful property of the way of promulgation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from postloan import clock
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import verify
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.policies import folders, reading, services, states, steps
from postloan.console.policies.models import Approval, Draft, Impact
from postloan.errors import PostloanError
from tests.console import bank, small_policy

DAY = clock.civil().date() + timedelta(days=40)
WHY = "决议 2026/3"


PEOPLE = {
    "author": ("policy_author",),
    "author-risk": ("policy_author", "risk_department"),
    "author-credit": ("policy_author", "credit_department"),
    "author-legal": ("policy_author", "legal", "policy_approver"),
    "risk": ("risk_department",),
    "risk-credit": ("risk_department", "credit_department"),
    "credit": ("credit_department", "legal"),
    "legal": ("legal",),
    "approver": ("policy_approver", "risk_department"),
}
"""People of the head office, most of whom could check themselves or sign twice if they were let."""

person = st.sampled_from(sorted(PEOPLE))


class Promulgation(RuleBasedStateMachine):
    """Everybody tries everything on two drafts; what is not allowed is refused and changes nothing."""

    reached: ClassVar[set[str]] = set()
    """What was allowed in any example: without it the property would hold of nothing."""

    @initialize()
    def begin(self) -> None:
        """Begin two drafts by two authors, one of whom could sign."""
        self.made: dict[str, set[str]] = {}
        self.withdrawn: set[str] = set()
        self.value = 34
        for who in ("author-legal", "author-risk"):
            draft = services.create(
                scope=self.scope(who), title=who, reason=WHY, reference=WHY, effective_from=DAY
            )
            self.made[draft.pk] = {who}
        self.names = sorted(self.made)
        for which, who in enumerate(("author-legal", "author-risk")):
            self.change(who, which)
            self.go_on(which, who)

    def scope(self, who: str) -> Any:
        """Give a person's scope."""
        return scope_of(Staff.objects.get(pk=who))

    def tried(self, step: Any, /, **told: Any) -> bool:
        """Take a step as it would be taken; tell whether it was allowed."""
        before = AuditEvent.objects.count()
        try:
            with transaction.atomic():
                step(**told)
        except PostloanError:
            assert AuditEvent.objects.count() == before, "what is refused leaves nothing behind"
            return False
        assert AuditEvent.objects.count() > before, "what is done leaves an event"
        return True

    def name(self, which: int) -> str:
        """Give the first or second draft."""
        return self.names[which]

    @rule(who=st.sampled_from(["author", "author-credit", "risk", "legal"]), which=st.integers(0, 1))
    def change(self, who: str, which: int) -> None:
        """Change a parameter."""
        self.value -= 1  # a value that no draft has had
        told = {"name": "position_max_age", "value": str(self.value), "reason": WHY}
        name = self.name(which)
        if self.tried(services.set_parameter, scope=self.scope(who), draft_id=name, **told):
            self.made[name].add(who)

    @rule(which=st.integers(0, 1), who=person)
    def go_on(self, which: int, who: str) -> None:
        """Do whatever needs no check: submit, end the consultation, ask a question, compute the impact."""
        name, scope = self.name(which), self.scope(who)
        soon = clock.civil().date() + timedelta(days=3)
        self.tried(
            services.set_questions,
            scope=scope,
            draft_id=name,
            questions=[("从哪天起？", ["今天", "生效日"], 1)],
        )
        self.tried(steps.submit, scope=scope, draft_id=name, comments_until=soon)
        Draft.objects.filter(pk=name).update(comments_until=clock.civil().date() - timedelta(days=1))
        self.tried(steps.end_consultation, scope=scope, draft_id=name)
        draft = Draft.objects.get(pk=name)
        Impact.objects.create(
            draft=draft, content=draft.content, state="done", asked_by_id=who, asked_at=clock.civil(), told={}
        )

    @rule(who=person, which=st.integers(0, 1))
    def approve(self, who: str, which: int) -> None:
        """Try every approval of the content as it stands."""
        name = self.name(which)
        for action in sorted(states.APPROVALS):
            seen = Draft.objects.get(pk=name).content
            if self.tried(steps.approve, scope=self.scope(who), draft_id=name, action=action, content=seen):
                assert who not in self.made[name], "a maker approved"
                assert name not in self.withdrawn, "a withdrawn draft was approved"
                self.reached.add(action)
        self.promulgate("approver", which)

    @rule(who=person, which=st.integers(0, 1))
    def promulgate(self, who: str, which: int) -> None:
        """Promulgate the content as it stands."""
        name = self.name(which)
        seen = Draft.objects.get(pk=name).content
        if not self.tried(steps.promulgate, scope=self.scope(who), draft_id=name, content=seen):
            return
        assert who not in self.made[name], "a maker promulgated"
        assert name not in self.withdrawn, "a withdrawn draft was promulgated"
        held = list(Approval.objects.filter(draft_id=name, void_at__isnull=True))
        assert {one.action for one in held} == states.APPROVALS
        assert len({one.by_id for one in held}) == 3, "each approval is another person's"
        assert {one.content for one in held} == {folders.content_hash(reading.home() / name)}
        assert not self.made[name] & {one.by_id for one in held}
        self.reached.add("promulgate")

    @rule(
        who=st.sampled_from(["author-legal", "legal", "approver"]),
        which=st.integers(0, 1),
        back=st.sampled_from([None, None, True, False]),
    )
    def give_up(self, who: str, which: int, back: bool | None) -> None:
        """Return or withdraw a draft, now and then."""
        name = self.name(which)
        if back is None:
            return
        if back:
            self.tried(steps.give_back, scope=self.scope(who), draft_id=name, reason=WHY)
        elif self.tried(steps.withdraw, scope=self.scope(who), draft_id=name, reason=WHY):
            self.withdrawn.add(name)

    @invariant()
    def approvals_are_of_what_stands(self) -> None:
        """Hold that every approval that is not void is of the content in the folder."""
        for draft in Draft.objects.all():
            held = draft.approvals.filter(void_at__isnull=True)
            assert {one.content for one in held} <= {folders.content_hash(reading.home() / draft.pk)}
            if draft.pk in self.withdrawn:
                assert draft.state == states.WITHDRAWN
                assert not held

    def teardown(self) -> None:
        """Hold that the chain of events is whole."""
        assert verify().broken_at is None


@pytest.fixture
def django_settings(settings: Any) -> Any:
    """Give Django's settings under a name that leaves Hypothesis its own."""
    return settings


@pytest.mark.slow
@pytest.mark.django_db
def test_four_eyes_hold_in_any_order(tmp_path: Path, django_settings: Any) -> None:
    bank.build()
    Draft.objects.all().delete()
    for who, roles in PEOPLE.items():
        bank.person(who, "H", *roles)
    django_settings.POLICY = str(small_policy.write(tmp_path / "small"))
    numbers = iter(range(10_000))

    class Undone(Promulgation):
        """Each example in a transaction and a store of its own."""

        def __init__(self) -> None:
            super().__init__()
            django_settings.STORE = tmp_path / f"store{next(numbers)}"
            self.held = transaction.atomic()
            self.held.__enter__()

        def teardown(self) -> None:
            super().teardown()
            transaction.set_rollback(True)
            self.held.__exit__(None, None, None)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Undone,
        settings=how(
            max_examples=20,
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=(Phase.generate,),
        ),
    )
    assert Promulgation.reached == {*states.APPROVALS, "promulgate"}

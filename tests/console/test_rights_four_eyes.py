"""Rights are given by two people: one proposes, another confirms, nobody their own; ending one is at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase
from hypothesis import settings as how
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from postloan import clock
from postloan.console.administration import first, proposals, services
from postloan.console.administration.hands import hands
from postloan.console.administration.models import OneTimePassword, Proposal
from postloan.console.administration.services import give_one_time_password
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import SYSTEM, verify
from postloan.console.people.models import Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.refusals import Refused
from postloan.errors import PostloanError
from tests.console import bank

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
TODAY = clock.civil().date()


def who(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def staff(staff_id: str) -> Staff:
    return Staff.objects.get(pk=staff_id)


def place(institution_id: str) -> Institution:
    return Institution.objects.get(pk=institution_id)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as found:
        act()
    return found.value.code


def proposed(by: str = "OPA", about: str = "MA1", role: str = "branch_head", at: str = "A") -> Proposal:
    return proposals.propose_role(actor=who(by), staff=staff(about), role=role, institution=place(at))


def test_a_role_holds_once_another_has_confirmed_it(sign_in: SignIn) -> None:
    client = sign_in("OPA")
    client.post("/administration/staff/MA1/roles/", {"role": "branch_head", "institution_id": "A"})
    asked = Proposal.objects.get(role="branch_head")
    assert "branch_head" not in who("MA1").roles
    assert "Confirm" not in _card(client, asked), "who proposed it is offered no button"
    client.post(f"/administration/proposals/{asked.pk}/confirm/")
    assert "branch_head" not in who("MA1").roles
    sign_in("H-human_resources").post(f"/administration/proposals/{asked.pk}/confirm/")
    assert ("branch_head", "A") in who("MA1").held
    event = AuditEvent.objects.filter(action="give_role").get()
    assert (event.actor, event.after["proposed_by"]) == ("H-human_resources", "OPA")


def _card(client: Client, asked: Proposal) -> str:
    page = client.get("/administration/staff/MA1/").content.decode()
    return "".join(part for part in page.split('<div class="card stack">') if f"/{asked.pk}/" in part)


def test_nobody_confirms_their_own_nor_a_role_for_themselves(a_bank: None) -> None:
    asked = proposed(by="OPA", about="MA1")
    for_operator = proposed(by="H-operator", about="OPA", role="risk_department", at="A")
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "proposed_by_oneself"
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=for_operator)) == "own_rights"
    assert who("OPA").roles == {"operator"}


def test_who_acts_for_the_proposer_or_for_the_person_does_not_confirm_it(a_bank: None) -> None:
    asked = proposed(by="H-operator", about="MA1")
    Leave.objects.create(staff_id="H-operator", deputy_id="OPA", starts_on=TODAY, ends_on=TODAY)
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "proposed_by_oneself"
    Leave.objects.all().delete()
    Leave.objects.create(staff_id="MA1", deputy_id="OPA", starts_on=TODAY, ends_on=TODAY)
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "own_rights"


def test_who_administers_no_such_place_confirms_nothing_there(sign_in: SignIn) -> None:
    asked = proposed(by="H-operator", about="MA1", role="audit", at="H")
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "not_yours"
    for outsider in ("MA1", "BHA", "H-risk_department"):
        assert refusal(lambda: proposals.confirm(actor=who(outsider), proposal=asked)) == "not_yours"  # noqa: B023
    other = proposed(by="H-operator", about="MB1", role="legal", at="B1")
    assert sign_in("OPA").post(f"/administration/proposals/{other.pk}/confirm/").status_code == 404
    assert sign_in("OPA").post("/administration/proposals/999999/confirm/").status_code == 404


def test_what_was_proposed_is_looked_at_again_when_it_is_confirmed(a_bank: None) -> None:
    asked = proposed()
    StaffRole.objects.create(staff_id="MA1", role="branch_head", institution_id="A")
    assert refusal(lambda: proposals.confirm(actor=who("H-operator"), proposal=asked)) == "held_already"
    late = proposals.propose_role(
        actor=who("OPA"),
        staff=staff("MA2"),
        role="branch_head",
        institution=place("A"),
        until=TODAY + timedelta(days=1),
    )
    Proposal.objects.filter(pk=late.pk).update(until=TODAY)
    assert refusal(lambda: proposals.confirm(actor=who("H-operator"), proposal=late)) == "ends_before"


def test_what_somebody_proposed_who_may_no_longer_do_so_is_not_confirmed(a_bank: None) -> None:
    asked = proposed(by="OPA")
    StaffRole.objects.filter(staff_id="OPA").update(until=TODAY)
    assert refusal(lambda: proposals.confirm(actor=who("H-operator"), proposal=asked)) == "proposer_gone"
    assert "branch_head" not in who("MA1").roles


def test_an_account_that_ends_takes_what_waits_for_it_along(a_bank: None) -> None:
    about, by = proposed(about="MA1"), proposed(by="OPA", about="MA2")
    services.end_staff(actor=who("H-operator"), staff=staff("MA1"), reason="left")
    services.end_staff(actor=who("H-operator"), staff=staff("OPA"), reason="left")
    for asked in (about, by):
        assert refusal(lambda: proposals.confirm(actor=who("H-human_resources"), proposal=asked)) == "decided"  # noqa: B023


def test_a_proposal_is_decided_once(a_bank: None) -> None:
    asked = proposed()
    proposals.refuse(actor=who("H-operator"), proposal=asked, reason="no")
    assert refusal(lambda: proposals.confirm(actor=who("H-operator"), proposal=asked)) == "decided"
    assert "branch_head" not in who("MA1").roles


def test_the_database_itself_keeps_proposer_and_confirmer_apart(a_bank: None) -> None:
    asked = proposed()
    for name in ("OPA", "MA1"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Proposal.objects.filter(pk=asked.pk).update(state="confirmed", decided_by=name)


@pytest.mark.parametrize(
    ("absent", "deputy", "waits"),
    [
        ("MA1", "MA2", False),  # a customer manager for another
        ("MA1", "RDA", True),  # who manages no customers gains those of MA1
        ("BHA", "MA1", True),
        ("MA1", "BHA", True),
        ("RDA", "H-risk_department", False),  # the same role above holds what is below
        ("H-risk_department", "RDA", True),  # and not the other way round
        ("H-operator", "OPA", True),
    ],
)
def test_a_deputy_who_gains_rights_waits_for_a_second_person(
    a_bank: None, absent: str, deputy: str, waits: bool
) -> None:
    made = proposals.propose_deputy(
        actor=who("H-human_resources"),
        staff=staff(absent),
        deputy=staff(deputy),
        starts_on=TODAY,
        ends_on=TODAY,
    )
    assert isinstance(made, Proposal) == waits
    assert (absent in who(deputy).acting_for) != waits
    if waits:
        assert isinstance(made, Proposal)
        other = "H-operator" if absent != "H-operator" else "H-second"
        bank.person("H-second", "H", "operator")
        proposals.confirm(actor=who(other), proposal=made)
        assert absent in who(deputy).acting_for


def test_one_administrator_alone_comes_to_no_rights_by_a_person_of_their_making(a_bank: None) -> None:
    """An account that OPA made and whose password OPA knows becomes neither deputy nor anything else."""
    me = who("OPA")
    puppet = services.make_staff(actor=me, staff_id="puppet", name="员工", institution_id="A")
    services.reset_password(actor=me, staff=puppet)
    for target in ("BHA", "RDA", "MA1"):
        proposals.propose_deputy(actor=me, staff=staff(target), deputy=puppet, starts_on=TODAY, ends_on=TODAY)
    for role in ("operator", "branch_head", "risk_department"):
        proposed(by="OPA", about="puppet", role=role, at="A")
    assert who("puppet").roles == frozenset()
    assert who("puppet").acting_for == {"puppet"}


def test_a_deputy_named_for_nothing_does_not_grow_with_the_person(a_bank: None) -> None:
    """OPA alone makes a deputy of somebody without rights; the rights of that person come later."""
    me = who("OPA")
    for name in ("new", "puppet"):
        services.make_staff(actor=me, staff_id=name, name="员工", institution_id="A")
    last = TODAY + timedelta(days=300)
    asked = proposed(by="OPA", about="new", role="branch_head", at="A")
    made = proposals.propose_deputy(
        actor=me, staff=staff("new"), deputy=staff("puppet"), starts_on=TODAY, ends_on=last
    )
    assert isinstance(made, Proposal), "the book may give roles to whoever has none today"
    proposals.confirm(actor=who("H-operator"), proposal=made)
    leave = Leave.objects.get(deputy_id="puppet")
    assert refusal(lambda: proposals.confirm(actor=who("H-operator"), proposal=asked)) == "deputy_gains"
    assert refusal(lambda: proposed(by="OPA", about="new", role="audit", at="A")) == "deputy_gains"
    assert who("puppet").roles == frozenset()
    services.end_leave(actor=me, leave=leave)
    proposals.confirm(actor=who("H-operator"), proposal=asked)
    assert (who("new").roles, who("puppet").roles) == ({"branch_head"}, frozenset())


@pytest.mark.parametrize(("days", "waits"), [(9, True), (10, True), (11, False)])
def test_a_deputy_s_own_role_counts_where_it_lasts_as_long(a_bank: None, days: int, waits: bool) -> None:
    """The leave's last day is the tenth from today; a role does not hold on the day that it ends."""
    bank.person("second", "A", "branch_head")
    StaffRole.objects.filter(staff_id="second").update(until=TODAY + timedelta(days=days))
    made = proposals.propose_deputy(
        actor=who("OPA"),
        staff=staff("BHA"),
        deputy=staff("second"),
        starts_on=TODAY,
        ends_on=TODAY + timedelta(days=10),
    )
    assert isinstance(made, Proposal) == waits


@pytest.mark.parametrize("confirmed", [False, True])
def test_what_one_could_name_for_a_role_ends_with_the_role(a_bank: None, confirmed: bool) -> None:
    """A head of the branch acts for the other; what two confirmed was looked at for itself and stays."""
    bank.person("second", "A", *(() if confirmed else ("branch_head",)), "audit")
    made = proposals.propose_deputy(
        actor=who("OPA"), staff=staff("BHA"), deputy=staff("second"), starts_on=TODAY, ends_on=TODAY
    )
    if confirmed:
        assert isinstance(made, Proposal)
        proposals.confirm(actor=who("H-operator"), proposal=made)
    services.end_role(actor=who("OPA"), held=StaffRole.objects.get(staff_id="second", role="audit"))
    assert "BHA" in who("second").acting_for, "a role that the term did not need ends no term"
    if not confirmed:
        head = StaffRole.objects.get(staff_id="second", role="branch_head")
        services.end_role(actor=who("OPA"), held=head)
        assert who("second").roles == frozenset()
        assert AuditEvent.objects.filter(action="end_leave", object_id="BHA").count() == 1


def _gave(by: str, about: str) -> None:
    services.reset_password(actor=who(by), staff=staff(about))


def test_nobody_confirms_with_the_account_whose_password_they_gave(sign_in: SignIn, settings: Any) -> None:
    """H-operator proposes, gives H-human_resources a new password, signs in with it and confirms."""
    asked = proposed(by="H-operator", role="risk_department", at="H")
    told = services.reset_password(actor=who("H-operator"), staff=staff("H-human_resources"))
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})
    client.post("/account/login/", {"login": "H-human_resources", "password": told})
    mine = {"oldpassword": told, "password1": "zyx wvu tsr 9", "password2": "zyx wvu tsr 9"}
    client.post("/account/password/change/", mine)
    answer = client.post(f"/administration/proposals/{asked.pk}/confirm/", follow=True)
    assert "a third administrator must confirm it" in answer.content.decode()
    assert who("MA1").roles == {"customer_manager"}
    bank.person("H-third", "H", "operator")
    proposals.confirm(actor=who("H-third"), proposal=asked)
    assert "risk_department" in who("MA1").roles


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ([("H-human_resources", "H-operator")], True),  # the confirmer gave it to the proposer
        ([("H-third", "H-operator"), ("H-third", "H-human_resources")], True),  # one gave it to both
        ([("H-operator", "H-third"), ("H-third", "H-human_resources")], True),  # by the hands of another
        ([("H-operator", "H-third")], False),
        ([("H-third", "H-operator")], False),
    ],
)
def test_two_accounts_in_one_hand_are_one_pair_of_eyes(
    a_bank: None, given: list[tuple[str, str]], refused: bool
) -> None:
    bank.person("H-third", "H", "operator")
    asked = proposed(by="H-operator")
    for by, about in given:
        _gave(by, about)
    act = lambda: proposals.confirm(actor=who("H-human_resources"), proposal=asked)  # noqa: E731
    if refused:
        assert refusal(act) == "same_hands"
    else:
        act()


def test_a_password_that_was_given_long_ago_or_does_not_suffice_is_no_hindrance(
    a_bank: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    earlier = clock.civil() - timedelta(hours=1)
    Authenticator.objects.create(user=staff("H-human_resources"), type="totp", data={}, created_at=earlier)
    _gave("H-operator", "H-human_resources")
    assert hands("H-human_resources") == {"H-human_resources"}, "whose second factor was there before"
    _gave("H-operator", "OPA")
    Authenticator.objects.create(user=staff("OPA"), type="totp", data={})
    assert hands("OPA") == {"OPA", "H-operator"}, "whose second factor H-operator may have set up"
    given = AuditEvent.objects.get(action="reset_password", object_id="OPA").at
    for days, held in ((30, {"OPA", "H-operator"}), (31, {"OPA"})):
        monkeypatch.setattr(clock, "civil", lambda days=days: given + timedelta(days=days))
        assert hands("OPA") == held
    monkeypatch.undo()
    give_one_time_password(staff("OPA"), SYSTEM)
    assert hands("OPA") == {"OPA", "H-operator"}, "who may still come in by the passkey they added"
    Authenticator.objects.filter(user_id="OPA").delete()
    assert hands("OPA") == {"OPA"}, "the machine's command came last"


def test_a_factor_that_the_giver_added_makes_no_second_password_harmless(
    a_bank: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """H-operator gives a password, sets a factor up with it, and gives another one later."""
    now = clock.civil()
    for hours, act in (
        (0, lambda: _gave("H-operator", "OPA")),
        (1, lambda: Authenticator.objects.create(user=staff("OPA"), type="totp", data={})),
        (2, lambda: _gave("H-operator", "OPA")),
    ):
        monkeypatch.setattr(clock, "civil", lambda hours=hours: now + timedelta(hours=hours))
        act()
    Authenticator.objects.filter(user_id="OPA").update(created_at=now + timedelta(hours=1))
    assert hands("OPA") == {"OPA", "H-operator"}


def test_a_lost_second_factor_is_taken_away_by_two(a_bank: None) -> None:
    Authenticator.objects.create(user=staff("BHA"), type="totp", data={})
    Authenticator.objects.create(user=staff("BHA"), type="recovery_codes", data={})
    asked = proposals.propose_factor_removal(actor=who("OPA"), staff=staff("BHA"), reason="lost")
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "proposed_by_oneself"
    assert Authenticator.objects.filter(user_id="BHA").count() == 2
    proposals.confirm(actor=who("H-operator"), proposal=asked)
    assert not Authenticator.objects.filter(user_id="BHA").exists()
    own = lambda: proposals.propose_factor_removal(actor=who("OPA"), staff=staff("OPA"), reason="x")  # noqa: E731
    none = lambda: proposals.propose_factor_removal(actor=who("OPA"), staff=staff("MA1"), reason="x")  # noqa: E731
    assert (refusal(own), refusal(none)) == ("own_rights", "no_factor")


def test_an_account_whose_roles_would_hold_again_is_opened_by_two(a_bank: None) -> None:
    """Whoever ends, opens and takes over an account alone would have its rights."""
    StaffRole.objects.filter(staff_id="RDA").update(from_book=True)
    for one in ("RDA", "MA1"):
        services.end_staff(actor=who("OPA"), staff=staff(one), reason="left")
    at_once = proposals.propose_restore(actor=who("OPA"), staff=staff("MA1"), reason="a mistake")
    assert at_once is None
    assert staff("MA1").is_active, "whose role was given here and has ended with the account"
    assert who("MA1").roles == frozenset()
    asked = proposals.propose_restore(actor=who("OPA"), staff=staff("RDA"), reason="a mistake")
    assert asked is not None
    assert not staff("RDA").is_active
    assert refusal(lambda: services.reset_password(actor=who("OPA"), staff=staff("RDA"))) == "ended"
    assert refusal(lambda: proposals.confirm(actor=who("OPA"), proposal=asked)) == "proposed_by_oneself"
    proposals.confirm(actor=who("H-operator"), proposal=asked)
    assert staff("RDA").is_active
    assert staff("RDA").left_on is None


def test_the_first_two_operators_come_by_command_and_no_third(a_bank: None) -> None:
    StaffRole.objects.filter(role__in=("operator", "human_resources")).delete()
    told = first.make_operator("H-audit")
    assert staff("H-audit").check_password(told)
    assert OneTimePassword.objects.filter(staff_id="H-audit").exists()
    assert ("operator", "H") in who("H-audit").held
    first.make_operator("MA1")
    assert ("operator", "H") in who("MA1").held
    with pytest.raises(PostloanError) as third:
        first.make_operator("MB1")
    assert third.value.code == "enough_operators"
    assert "operator" not in who("MB1").roles
    given = AuditEvent.objects.filter(action__in=("give_role", "reset_password"))
    assert {(one.actor, one.object_id) for one in given} == {("system", "H-audit"), ("system", "MA1")}
    assert told not in str(list(AuditEvent.objects.values()))


def test_the_command_makes_one_again_where_too_few_are_at_work(a_bank: None) -> None:
    Staff.objects.filter(pk="H-human_resources").update(left_on=TODAY)
    assert first.administrators(place("H")) == {"H-operator"}
    first.make_operator("H-audit")
    with pytest.raises(PostloanError) as nobody:
        first.make_operator("H-human_resources")
    assert nobody.value.code == "unknown_staff"


PEOPLE = ("OPA", "H-operator", "H-human_resources", "H-both", "MA1", "BHA")
person = st.sampled_from(PEOPLE)


class Giving(RuleBasedStateMachine):
    """Everybody tries to give everybody rights; what holds was made by two, neither of them the person."""

    given: ClassVar[set[str]] = set()

    @rule(
        by=person,
        about=person,
        role=st.sampled_from(["operator", "audit", "branch_head"]),
        at=st.sampled_from("AH"),
    )
    def propose(self, by: str, about: str, role: str, at: str) -> None:
        """Propose a role."""
        self._tried(lambda: proposed(by=by, about=about, role=role, at=at))

    @rule(by=person, absent=person, deputy=person)
    def propose_deputy(self, by: str, absent: str, deputy: str) -> None:
        """Propose a deputy."""
        self._tried(
            lambda: proposals.propose_deputy(
                actor=who(by), staff=staff(absent), deputy=staff(deputy), starts_on=TODAY, ends_on=TODAY
            )
        )

    @rule(by=person, which=st.integers(0, 5))
    def confirm(self, by: str, which: int) -> None:
        """Confirm one of those that wait."""
        waiting = list(Proposal.objects.filter(state="waiting").order_by("pk"))
        if waiting and self._tried(
            lambda: proposals.confirm(actor=who(by), proposal=waiting[which % len(waiting)])
        ):
            self.given.add(waiting[which % len(waiting)].kind)

    def _tried(self, act: Callable[[], Any]) -> bool:
        before = AuditEvent.objects.count()
        try:
            with transaction.atomic():
                act()
        except Refused:
            assert AuditEvent.objects.count() == before
            return False
        assert AuditEvent.objects.count() == before + 1
        return True

    @invariant()
    def two_people_made_every_right(self) -> None:
        """Hold it of what was confirmed, and that nothing holds which was not."""
        confirmed = Proposal.objects.filter(state="confirmed")
        for one in confirmed:
            assert one.decided_by != one.proposed_by_id
            gainer = one.deputy_id if one.kind == "deputy" else one.staff_id
            assert gainer not in {one.decided_by, one.proposed_by_id}
        made = StaffRole.objects.filter(since__isnull=False).values_list("staff_id", "role", "institution_id")
        told = confirmed.filter(kind="role").values_list("staff_id", "role", "institution_id")
        assert sorted(made) == sorted(told)


@pytest.mark.slow
def test_rights_are_given_by_two_in_any_order(a_bank: None) -> None:
    Leave.objects.all().delete()
    bank.person("H-both", "H", "operator", "branch_head")

    class Undone(Giving):
        """Each example in a transaction of its own."""

        def __init__(self) -> None:
            super().__init__()
            self.held = transaction.atomic()
            self.held.__enter__()

        def teardown(self) -> None:
            assert verify().broken_at is None
            transaction.set_rollback(True)
            self.held.__exit__(None, None, None)

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Undone,
        settings=how(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
            phases=(Phase.generate,),
        ),
    )
    assert Giving.given == {"role", "deputy"}

"""Administration: nobody raises their own rights, a password given must be changed, a leaver is out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from postloan import clock
from postloan.console.administration import proposals, selectors, services
from postloan.console.administration.models import OneTimePassword, Proposal
from postloan.console.audit.models import AuditEvent
from postloan.console.people.models import Institution, Leave, Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.refusals import Refused
from postloan.policy.calendar import Calendar, CalendarYear
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


def test_nobody_raises_their_own_rights(a_bank: None) -> None:
    me = who("OPA")
    give = lambda: proposals.propose_role(actor=me, staff=staff("OPA"), role="audit", institution=place("A"))  # noqa: E731
    act_for = lambda: proposals.propose_deputy(  # noqa: E731
        actor=me, staff=staff("BHA"), deputy=staff("OPA"), starts_on=TODAY, ends_on=TODAY
    )
    assert refusal(give) == "own_rights"
    assert refusal(act_for) == "own_rights"
    assert refusal(lambda: services.reset_password(actor=me, staff=staff("OPA"))) == "own_rights"
    assert refusal(lambda: services.end_staff(actor=me, staff=staff("OPA"), reason="x")) == "own_rights"
    assert (
        refusal(lambda: proposals.propose_restore(actor=me, staff=staff("OPA"), reason="x")) == "own_rights"
    )
    assert who("OPA").roles == {"operator"}


def test_one_s_own_role_may_be_given_up(a_bank: None) -> None:
    services.end_role(actor=who("OPA"), held=StaffRole.objects.get(staff_id="OPA"))
    assert who("OPA").roles == frozenset()


def test_a_branch_is_administered_by_its_own(a_bank: None) -> None:
    me = who("OPA")
    acts: list[Callable[[], object]] = [
        lambda: services.make_staff(actor=me, staff_id="n", name="n", institution_id="B1"),
        lambda: services.reset_password(actor=me, staff=staff("MB1")),
        lambda: services.end_staff(actor=me, staff=staff("MB1"), reason="x"),
        lambda: proposals.propose_role(actor=me, staff=staff("MA1"), role="audit", institution=place("H")),
        lambda: proposals.propose_role(actor=me, staff=staff("MB1"), role="audit", institution=place("A")),
        lambda: proposals.propose_deputy(
            actor=me, staff=staff("MA1"), deputy=staff("MB1"), starts_on=TODAY, ends_on=TODAY
        ),
        lambda: services.end_role(actor=me, held=StaffRole.objects.get(staff_id="MB1")),
    ]
    assert {refusal(act) for act in acts} == {"not_yours"}
    assert {node.institution.pk for node in selectors.tree(me)} == {"A", "A1", "A2"}
    assert set(selectors.staff(me).values_list("pk", flat=True)) == {"BHA", "RDA", "MA1", "MA2", "OPA"}


@pytest.mark.parametrize(
    ("since", "until", "why"),
    [
        (None, None, ""),
        (0, 1, ""),
        (0, 0, "ends_before"),
        (5, 5, "ends_before"),
        (5, 6, ""),
        (-9, -1, "ends_before"),
    ],
)
def test_a_role_runs_from_a_day_to_another(
    a_bank: None, since: int | None, until: int | None, why: str
) -> None:
    days = [None if one is None else TODAY + timedelta(days=one) for one in (since, until)]
    act = lambda: proposals.propose_role(  # noqa: E731
        actor=who("OPA"),
        staff=staff("MA1"),
        role="branch_head",
        institution=place("A"),
        since=days[0],
        until=days[1],
    )
    if why:
        assert refusal(act) == why
        return
    act()
    assert refusal(act) == "proposed_already"
    assert "branch_head" not in who("MA1").roles
    proposals.confirm(actor=who("H-operator"), proposal=Proposal.objects.get(role="branch_head"))
    assert ("branch_head" in who("MA1").roles) == (since in (None, 0))
    assert refusal(act) == "held_already"


def test_what_the_book_says_is_ended_in_the_book(a_bank: None) -> None:
    held = StaffRole.objects.get(staff_id="MA1")
    StaffRole.objects.filter(pk=held.pk).update(from_book=True)
    held.refresh_from_db()
    assert refusal(lambda: services.end_role(actor=who("OPA"), held=held)) == "from_book"


def test_a_password_given_must_be_changed_before_anything_else(a_bank: None, anonymous: Client) -> None:
    told = services.reset_password(actor=who("OPA"), staff=staff("MA1"))
    assert OneTimePassword.objects.get().given_by == "OPA"
    assert told not in str(list(AuditEvent.objects.values()))
    anonymous.post("/account/login/", {"login": "MA1", "password": told})
    for address in ("/", "/warnings/", "/customers/CA1-1/", "/account/2fa/"):
        answer = anonymous.get(address)
        assert (answer.status_code, answer.url) == (302, "/account/password/change/"), address
    change = {"oldpassword": told, "password1": told, "password2": told}
    assert anonymous.post("/account/password/change/", change).status_code == 200, "the same one is refused"
    assert OneTimePassword.objects.exists()
    change |= {"password1": bank.PASSWORD, "password2": bank.PASSWORD}
    assert anonymous.post("/account/password/change/", change).status_code == 302
    assert anonymous.get("/").status_code == 200
    assert AuditEvent.objects.latest("seq").action == "change_password"


@pytest.mark.parametrize(("hours", "address"), [(1, "/account/password/change/"), (-1, "/account/login/")])
def test_a_password_given_is_valid_for_some_days(sign_in: SignIn, hours: int, address: str) -> None:
    client = sign_in("MA1")
    now = clock.civil()
    OneTimePassword.objects.create(
        staff_id="MA1", given_by="OPA", given_at=now, valid_until=now + timedelta(hours=hours)
    )
    answer = client.get("/")
    assert (answer.status_code, answer.url) == (302, address)


def test_the_password_is_shown_once_and_not_kept(sign_in: SignIn) -> None:
    answer = sign_in("OPA").post("/administration/staff/MA1/password/")
    assert "no-store" in answer["Cache-Control"]
    told = answer.content.decode().split('<p class="secret"><code>')[1].split("<")[0]
    assert staff("MA1").check_password(told)


def test_who_is_ended_is_out_at_once_and_stays_out(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert client.get("/").status_code == 200
    Leave.objects.create(staff_id="MA2", deputy_id="MA1", starts_on=TODAY, ends_on=TODAY)
    services.end_staff(actor=who("OPA"), staff=staff("MA1"), reason="left the bank")
    assert client.get("/").status_code == 302
    assert who("MA1").roles == frozenset()
    # The next book still lists them as at work; that opens nothing.
    Staff.objects.filter(pk="MA1").update(left_on=None)
    assert client.get("/").status_code == 302
    proposals.propose_restore(actor=who("OPA"), staff=staff("MA1"), reason="a mistake")
    assert staff("MA1").is_active


def test_every_service_leaves_one_audit_event(a_bank: None) -> None:
    me, other = who("OPA"), who("H-operator")
    the = Proposal.objects.get
    Authenticator.objects.create(user=staff("MA2"), type="totp", data={})

    def act_for_ma1(deputy: str) -> object:
        return proposals.propose_deputy(
            actor=me, staff=staff("MA1"), deputy=staff(deputy), starts_on=TODAY, ends_on=TODAY
        )

    calls: list[tuple[str, str, Callable[[], object]]] = [
        (
            "make_staff",
            "make_staff",
            lambda: services.make_staff(actor=me, staff_id="n", name="n", institution_id="A1"),
        ),
        ("reset_password", "reset_password", lambda: services.reset_password(actor=me, staff=staff("n"))),
        (
            "give_one_time_password",
            "reset_password",
            lambda: services.give_one_time_password(staff("n"), "system"),
        ),
        ("password_chosen", "change_password", lambda: services.password_chosen(staff=staff("n"))),
        (
            "second_factor_changed",
            "add_second_factor",
            lambda: services.second_factor_changed(staff=staff("n"), what="add", kind="totp"),
        ),
        (
            "propose_role",
            "propose_role",
            lambda: proposals.propose_role(actor=me, staff=staff("n"), role="audit", institution=place("A1")),
        ),
        ("confirm", "give_role", lambda: proposals.confirm(actor=other, proposal=the(role="audit"))),
        (
            "end_role",
            "end_role",
            lambda: services.end_role(actor=me, held=StaffRole.objects.get(staff_id="n")),
        ),
        ("propose_deputy", "set_leave", lambda: act_for_ma1("MA2")),
        (
            "end_leave",
            "end_leave",
            lambda: services.end_leave(actor=me, leave=Leave.objects.get(deputy_id="MA2")),
        ),
        ("propose_deputy", "propose_deputy", lambda: act_for_ma1("n")),
        (
            "refuse",
            "withdraw_proposal",
            lambda: proposals.refuse(actor=me, proposal=the(kind="deputy"), reason="x"),
        ),
        (
            "propose_factor_removal",
            "propose_second_factor",
            lambda: proposals.propose_factor_removal(actor=me, staff=staff("MA2"), reason="lost"),
        ),
        (
            "refuse",
            "refuse_proposal",
            lambda: proposals.refuse(actor=other, proposal=the(kind="second_factor"), reason="x"),
        ),
        ("end_staff", "end_staff", lambda: services.end_staff(actor=me, staff=staff("n"), reason="x")),
        (
            "propose_restore",
            "restore_staff",
            lambda: proposals.propose_restore(actor=me, staff=staff("n"), reason="x"),
        ),
        (
            "demand_second_factors",
            "demand_second_factor",
            lambda: services.demand_second_factors(actor=other, roles=["operator"], reason="x"),
        ),
    ]
    for name, action, act in calls:
        before = AuditEvent.objects.count()
        act()
        assert AuditEvent.objects.count() == before + 1, name
        assert AuditEvent.objects.latest("seq").action == action
    public = {
        name
        for module in (services, proposals)
        for name, one in vars(module).items()
        if callable(one) and getattr(one, "__module__", "") == module.__name__ and not name.startswith("_")
    }
    # `gains` and `gained` read; `drop_all_of` is a part of ending an account, whose event tells of it.
    assert public - {"gains", "gained", "drop_all_of"} == {name for name, _action, _act in calls}


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("staff/make/", {"staff_id": "x", "name": "x", "institution_id": "{}"}),
        ("staff/MA1/roles/", {"role": "audit", "institution_id": "{}"}),
    ],
)
def test_another_branch_in_a_field_answers_like_none(
    sign_in: SignIn, path: str, data: dict[str, str]
) -> None:
    client = sign_in("OPA")
    for other in ("B1", "nowhere"):
        told = {key: value.format(other) for key, value in data.items()}
        assert client.post(f"/administration/{path}", told).status_code == 404


@pytest.mark.parametrize("deputy", ["MB1", "nobody"])
def test_another_branch_s_deputy_answers_like_nobody(sign_in: SignIn, deputy: str) -> None:
    told = {"deputy_id": deputy, "starts_on": "2099-01-01", "ends_on": "2099-01-02"}
    assert sign_in("OPA").post("/administration/staff/MA1/leave/", told).status_code == 404


def test_the_sheet_of_a_year_tells_days_apart() -> None:
    known = CalendarYear(2026, frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 4)}))
    (first, weeks), *_rest = selectors.year_sheet(Calendar({2026: known}), 2026)
    assert first == date(2026, 1, 1)
    assert [one and (one.day.day, one.kind) for one in weeks[0]] == [
        None,
        None,
        None,
        (1, "holiday"),
        (2, "business"),
        (3, "weekend"),
        (4, "worked"),
    ]


def test_accounts_are_listed_with_a_bounded_number_of_questions(
    sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in("H-operator")
    client.get("/administration/staff/")
    with django_assert_max_num_queries(14):
        assert client.get("/administration/staff/").status_code == 200

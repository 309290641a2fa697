"""Scopes, deputies and sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import Q
from django.test import Client

from postloan import clock
from postloan.console.people.models import Leave, Staff
from postloan.console.people.rights import scope_of
from postloan.console.publishing.models import Customer
from tests.console import bank

SignIn = Callable[[str], Client]

EVERYONE = {f"C{outlet}-{number}" for outlet in bank.OUTLETS for number in (1, 2)}


def _seen(staff_id: str) -> set[str]:
    held = scope_of(Staff.objects.get(pk=staff_id))
    listed = set(Customer.objects.filter(held.filter()).values_list("pk", flat=True))
    covered = {one.pk for one in Customer.objects.all() if held.covers(one.institution_id, one.manager_id)}
    assert listed == covered, "the filter of lists and the gate of objects are one rule"
    return listed


@pytest.mark.parametrize(
    ("staff_id", "seen"),
    [
        ("MA1", {"CA1-1", "CA1-2"}),
        ("BHA", {"CA1-1", "CA1-2", "CA2-1", "CA2-2"}),
        ("RDB", {"CB1-1", "CB1-2", "CB2-1", "CB2-2"}),
        ("H-audit", EVERYONE),
        ("H-operator", set()),
        ("H-human_resources", set()),
        ("H-policy_author", set()),
    ],
)
def test_everyone_sees_their_part_of_the_tree(a_bank: None, staff_id: str, seen: set[str]) -> None:
    assert _seen(staff_id) == seen


def test_who_sees_the_whole_bank_sees_it_beside_another_condition_too(a_bank: None) -> None:
    held = scope_of(Staff.objects.get(pk="H-audit"))
    assert held.sees_all
    assert (
        set(Customer.objects.filter(held.filter() | Q(pk="CA1-1")).values_list("pk", flat=True)) == EVERYONE
    )


def test_several_roles_add_up(a_bank: None) -> None:
    bank.person("both", "A1", "customer_manager")
    from postloan.console.people.models import StaffRole

    StaffRole.objects.create(staff_id="both", role="branch_head", institution_id="B2")
    Customer.objects.filter(pk="CA2-1").update(manager_id="both")
    assert _seen("both") == {"CA2-1", "CB2-1", "CB2-2"}


@pytest.mark.parametrize(
    ("starts", "ends", "acts"), [(0, 0, True), (-3, 2, True), (1, 2, False), (-3, -1, False)]
)
def test_a_deputy_acts_on_the_days_of_leave_alone(a_bank: None, starts: int, ends: int, acts: bool) -> None:
    today = clock.civil().date()
    Leave.objects.create(
        staff_id="MA1",
        deputy_id="MA2",
        starts_on=today + timedelta(days=starts),
        ends_on=today + timedelta(days=ends),
    )
    own = {"CA2-1", "CA2-2"}
    assert _seen("MA2") == (own | {"CA1-1", "CA1-2"} if acts else own)


def test_one_signs_in_with_number_and_password(a_bank: None, anonymous: Client) -> None:
    staff = Staff.objects.get(pk="MA1")
    staff.set_password(bank.PASSWORD)
    staff.save()
    wrong = anonymous.post("/account/login/", {"login": "MA1", "password": "no"})
    assert wrong.status_code == 200
    right = anonymous.post("/account/login/", {"login": "MA1", "password": bank.PASSWORD})
    assert (right.status_code, right.url) == (302, "/")
    assert anonymous.get("/").status_code == 200


def test_guessing_is_locked_out_after_five_tries(a_bank: None, anonymous: Client) -> None:
    staff = Staff.objects.get(pk="MA1")
    staff.set_password(bank.PASSWORD)
    staff.save()
    for _ in range(5):
        anonymous.post("/account/login/", {"login": "MA1", "password": "no"})
    locked = anonymous.post("/account/login/", {"login": "MA1", "password": bank.PASSWORD})
    assert locked.status_code == 200
    assert "_auth_user_id" not in anonymous.session


def test_one_who_has_left_cannot_sign_in(a_bank: None, anonymous: Client) -> None:
    staff = Staff.objects.get(pk="MA1")
    staff.set_password(bank.PASSWORD)
    staff.left_on = clock.civil().date()
    staff.save()
    anonymous.post("/account/login/", {"login": "MA1", "password": bank.PASSWORD})
    assert "_auth_user_id" not in anonymous.session


@pytest.mark.parametrize(("quiet", "stays"), [(29 * 60, True), (30 * 60 + 2, False)])
def test_a_quiet_session_ends(sign_in: SignIn, quiet: int, stays: bool) -> None:
    client = sign_in("MA1")
    client.get("/")
    session = client.session
    session["seen_at"] = int(clock.civil().timestamp()) - quiet
    session.save()
    assert client.get("/").status_code == (200 if stays else 302)


@pytest.mark.parametrize(("age", "stays"), [(10 * 3600 - 60, True), (10 * 3600 + 2, False)])
def test_a_session_ends_after_a_day_s_work(sign_in: SignIn, age: int, stays: bool) -> None:
    client = sign_in("MA1")
    client.get("/")
    session = client.session
    session["started_at"] = int(clock.civil().timestamp()) - age
    session.save()
    assert client.get("/").status_code == (200 if stays else 302)


def test_nobody_signs_themselves_up(a_bank: None, anonymous: Client) -> None:
    anonymous.post(
        "/account/signup/", {"username": "me", "password1": bank.PASSWORD, "password2": bank.PASSWORD}
    )
    assert not Staff.objects.filter(pk="me").exists()

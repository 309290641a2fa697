"""Lists that are read part by part: the same rows as by one condition, and no more questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q
from django.test import Client

from postloan.console.customers import selectors as customers
from postloan.console.listing import count, first, page
from postloan.console.people.models import Institution, Staff, StaffRole
from postloan.console.people.rights import Scope, scope_of
from postloan.console.publishing.models import Customer
from postloan.console.publishing.selectors import current
from postloan.console.warnings import selectors as warnings
from tests.console import bank

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]
ORDER = ("-exposure", "customer_id")


def the_scope(staff_id: str) -> Scope:
    return scope_of(Staff.objects.get(pk=staff_id))


def both_at_once() -> None:
    """Let the manager of A1 be head of branch B too; one customer of theirs lies there."""
    StaffRole.objects.create(staff_id="MA1", role="branch_head", institution_id="B")
    Customer.objects.filter(pk="CB1-1").update(manager_id="MA1")
    Customer.objects.filter(pk="CB2-2").update(manager_id=None)


@pytest.mark.parametrize(("staff_id", "customers"), [("BHA", 4), ("MA1", 6)])
def test_each_row_that_is_seen_fits_one_part(a_bank: None, staff_id: str, customers: int) -> None:
    both_at_once()
    held = the_scope(staff_id)
    parts = held.parts()
    assert parts is not None
    found = [pk for part in parts for pk in Customer.objects.filter(part).values_list("pk", flat=True)]
    assert sorted(found) == sorted(Customer.objects.filter(held.filter()).values_list("pk", flat=True))
    assert len(found) == customers


@pytest.mark.parametrize("staff_id", ["MA2", "H-audit"])
def test_one_question_serves_a_manager_and_the_whole_bank(a_bank: None, staff_id: str) -> None:
    assert the_scope(staff_id).parts() is None


def test_pages_by_parts_are_those_of_the_list_as_a_whole(a_bank: None) -> None:
    bank.more(9)
    both_at_once()
    Customer.objects.filter(pk="CA1-7").update(exposure=1)
    Customer.objects.filter(pk="CB1-2").update(exposure=10**12)
    held = the_scope("MA1")
    rows = Customer.objects.filter(held.filter())
    met: list[str] = []
    after = ""
    for _ in range(10):
        found = page(rows, ORDER, after, size=4, parts=held.parts())
        met += [one.pk for one in found.rows]
        after = found.next
        if not after:
            break
    assert met == list(rows.order_by(*ORDER).values_list("pk", flat=True))
    assert (met[0], met[-1], found.count) == ("CB1-2", "CA1-7", 15)


def test_without_a_part_there_is_no_row(a_bank: None) -> None:
    rows = Customer.objects.all()
    assert (first(rows, ORDER, 5, []), count(rows, 5, [])) == ([], 0)
    assert first(rows, ORDER, 5, [Q(pk__in=[])]) == []


@pytest.mark.parametrize("few", [0, 5000])
def test_many_and_few_are_found_alike(a_bank: None, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(customers, "_FEW", few)
    monkeypatch.setattr(warnings, "_FEW", few)
    monkeypatch.setattr(warnings, "_NAMED", few)
    held, run = the_scope("BHA"), current()
    bad = {"CA1-1", "CA2-1"}
    assert {one.pk for one in customers.customers(held, {"level": "06"})} == bad
    assert {one.customer_id for one in warnings.alerts(held, {"signal": "REP04"}, run)} == bad
    assert {one.customer_id for one in warnings.alerts(held, {"search": "CA1"}, run)} == {"CA1-1"}
    assert {one.customer_id for one in warnings.alerts(held, {"colour": "red", "sort": "oldest"}, run)} == bad


@pytest.mark.parametrize("address", ["/", "/warnings/", "/customers/", "/work/", "/work/list/", "/desk/"])
def test_more_outlets_ask_no_more_questions(
    sign_in: SignIn, django_assert_max_num_queries: Any, address: str
) -> None:
    client = sign_in("BHA")
    client.get(address)
    Institution.objects.bulk_create(
        Institution(institution_id=f"A{one}", name="网点", parent_id="A", kind="outlet", path=f"/H/A/A{one}/")
        for one in range(10, 40)
    )
    most = {"/": 40, "/work/": 45}.get(address, 20)
    with django_assert_max_num_queries(most):
        assert client.get(address).status_code == 200

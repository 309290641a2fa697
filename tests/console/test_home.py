"""The first page: each role's day, and the book on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from postloan.console.desk.models import Classification
from postloan.console.home import selectors
from postloan.console.home.selectors import Bar
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.publishing.models import Customer, Loan, Publication
from postloan.console.publishing.selectors import current
from postloan.console.words import policy_of
from tests.console import bank_tallies

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


def the_book(staff_id: str) -> selectors.Book:
    run = current()
    assert run is not None
    bank_tallies.work_out()
    return selectors.book(scope_of(Staff.objects.get(pk=staff_id)), policy_of(run.policy_version, run.as_of))


def test_the_book_is_counted_as_by_hand(a_bank: None) -> None:
    Loan.objects.filter(pk="LB1-1").update(days_past_due=None, five_level=None, balance=100)
    Loan.objects.filter(pk="LB1-2").update(currency="USD")
    Customer.objects.filter(pk="CB1-2").update(exposure=None)
    found = the_book("H-executive")
    assert (found.currency, found.others, found.customers) == ("CNY", 1, 7)
    assert (found.exposure, found.overdue) == (7 * 12_345_678, 4_000_000)
    assert found.classes == (
        Bar("normal", 3, 37_037_034),
        Bar("special_mention", 0, 0),
        Bar("substandard", 3, 37_037_034),
        Bar("doubtful", 0, 0),
        Bar("loss", 0, 0),
        Bar("not_measurable", 1, 100),
    )
    assert found.non_performing_share == 0.5  # what has no class is in neither part
    assert [(bar.code, bar.count) for bar in found.colours] == [
        ("red", 4),
        ("orange", 0),
        ("yellow", 0),
        ("blue", 0),
        ("none", 3),
    ]
    arrears = {bar.code: bar.count for bar in found.arrears if bar.count}
    assert arrears == {"0": 3, "91–180": 3, "not_measurable": 1}
    assert found.overdue_loans == 3


@pytest.mark.parametrize(
    ("days", "band"),
    [
        (0, "0"),
        (1, "1–30"),
        (30, "1–30"),
        (31, "31–90"),
        (90, "31–90"),
        (91, "91–180"),
        (360, "271–360"),
        (361, "> 360"),
    ],
)
def test_a_loan_stands_in_one_band_of_arrears(a_bank: None, days: int, band: str) -> None:
    Loan.objects.exclude(pk="LA1-1").delete()
    Loan.objects.update(days_past_due=days)
    assert [bar.code for bar in the_book("H-executive").arrears if bar.count] == [band]


def test_one_sees_the_book_of_one_s_own_part(a_bank: None) -> None:
    assert the_book("BHA").customers == 4
    assert the_book("H-executive").customers == 8


def test_an_empty_book_is_not_measurable(a_bank: None) -> None:
    Loan.objects.all().delete()
    found = the_book("H-executive")
    assert (found.non_performing_share, found.currency, found.overdue_loans) == (None, "", 0)


@pytest.mark.parametrize(
    ("staff_id", "shown", "hidden"),
    [
        ("MA1", ["1 loan waits for a rating"], ["Load and lateness", "The book as of", "Open the ledger"]),
        (
            "BHA",
            ["1 class waits for your determination", "Load and lateness"],
            ["The book as of", "Open the ledger"],
        ),
        ("H-executive", ["The book as of", "Load and lateness"], ["waits for a rating", "Open the ledger"]),
        ("H-operator", ["Open the ledger", "2 rows wait to be mended"], ["Load and lateness", "rating"]),
        ("H-policy_author", ["The book stands as of"], ["Load and lateness", "Open the ledger"]),
        ("H-human_resources", ["The book stands as of"], ["Load and lateness", "Open the ledger"]),
    ],
)
def test_everyone_s_day_is_theirs(
    sign_in: SignIn, staff_id: str, shown: list[str], hidden: list[str]
) -> None:
    told = sign_in(staff_id).get("/").content.decode()
    assert [text for text in shown if text not in told] == []
    assert [text for text in hidden if text in told] == []


def test_what_others_sent_on_needs_one_today(sign_in: SignIn) -> None:
    client = sign_in("RDB")
    before = client.get("/").content.decode()
    Classification.objects.filter(pk="LB1-1.1").update(state="closed")
    after = client.get("/").content.decode()
    assert "1 class waits for your determination" in before
    assert "your determination" not in after


def test_before_the_first_run_the_page_says_so(sign_in: SignIn) -> None:
    Publication.objects.all().delete()
    for staff_id in ("MA1", "H-executive", "H-operator"):
        told = sign_in(staff_id).get("/")
        assert told.status_code == 200
        assert "No run has been published yet." in told.content.decode()


@pytest.mark.parametrize("staff_id", ["MA1", "BHA", "H-executive", "H-operator"])
def test_the_first_page_asks_a_bounded_number_of_times(
    sign_in: SignIn, django_assert_max_num_queries: Any, staff_id: str
) -> None:
    client = sign_in(staff_id)
    client.get("/")
    with django_assert_max_num_queries(40):
        assert client.get("/").status_code == 200


def test_the_book_is_read_from_what_was_counted_with_the_publication(
    a_bank: None, django_assert_max_num_queries: Any
) -> None:
    assert the_book("BHA").customers == 4, "a part of the bank is another book"
    Loan.objects.all().delete()
    run = current()
    assert run is not None
    policy = policy_of(run.policy_version, run.as_of)
    for staff_id, loans in (("H-executive", 8), ("BHA", 4)):
        held = scope_of(Staff.objects.get(pk=staff_id))
        with django_assert_max_num_queries(7):
            assert sum(bar.count for bar in selectors.book(held, policy).classes) == loans

"""Customers: the list, the page, rows of the book behind it, what is masked and from whom, notes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from postloan.console.audit.models import AuditEvent
from postloan.console.customers import rows as book
from postloan.console.customers.models import CustomerNote
from postloan.console.people.models import StaffRole
from postloan.console.publishing.models import Customer, Loan
from tests.books import tiny_book

SignIn = Callable[[str], Client]

ILLNESS, NEWS, SUBSIDY = "grave illness", "negative news", "subsidy received"


def _book(folder: Path) -> Path:
    """Give a book in which CA1-1 has two guarantors, one of branch B, and one stands behind that one."""
    event = {"subject_kind": "customer", "subject_id": "CA1-1"}
    return tiny_book(
        folder,
        customer=[
            {"customer_id": name, "name": f"客户 {name}"} for name in ("CA1-1", "CA1-2", "CB1-1", "CB1-2")
        ],
        contract=[
            {"contract_id": "KA1-1", "customer_id": "CA1-1", "purpose": "养猪"},
            {"contract_id": "KB1-1", "customer_id": "CB1-1"},
        ],
        loan=[
            {
                "loan_id": "LA1-1",
                "contract_id": "KA1-1",
                "customer_id": "CA1-1",
                "disbursed_on": "2025-03-01",
            },
            {
                "loan_id": "LB1-1",
                "contract_id": "KB1-1",
                "customer_id": "CB1-1",
                "disbursed_on": "2025-03-01",
            },
        ],
        collateral=[
            {
                "collateral_id": "Z1",
                "contract_id": "KA1-1",
                "kind": "house",
                "value": "250000.00",
                "valued_on": "2024-05-06",
                "known_on": "2024-05-06",
            },
            # A later version is what the run knew; one after its day is not.
            {
                "collateral_id": "Z1",
                "contract_id": "KA1-1",
                "kind": "house",
                "value": "240000.00",
                "valued_on": "2025-07-08",
                "known_on": "2025-07-08",
            },
            {
                "collateral_id": "Z1",
                "contract_id": "KA1-1",
                "kind": "house",
                "value": "1.00",
                "valued_on": "2026-07-01",
                "known_on": "2026-07-01",
            },
        ],
        guarantee=[
            {
                "guarantee_id": "G1",
                "contract_id": "KA1-1",
                "guarantor_customer_id": "CA1-2",
                "amount": "1000.00",
                "kind": "joint",
            },
            {
                "guarantee_id": "G2",
                "contract_id": "KA1-1",
                "guarantor_customer_id": "CB1-1",
                "amount": "2000.00",
                "kind": "joint",
            },
            {
                "guarantee_id": "G3",
                "contract_id": "KB1-1",
                "guarantor_customer_id": "CB1-2",
                "amount": "3000.00",
                "kind": "joint",
            },
        ],
        event=[
            {"event_id": "E1", "kind": "illness", "occurred_on": "2026-05-01", "source": "registry", **event},
            {
                "event_id": "E2",
                "kind": "subsidy_received",
                "occurred_on": "2026-05-02",
                "source": "village",
                **event,
            },
            {
                "event_id": "E3",
                "kind": "negative_news",
                "occurred_on": "2026-05-03",
                "source": "registry",
                **event,
            },
            {
                "event_id": "E4",
                "kind": "negative_news",
                "occurred_on": "2026-07-03",
                "source": "registry",
                **event,
            },
        ],
        account=[{"account_id": "A1", "customer_id": "CA1-1"}],
        entry=[
            {
                "entry_id": f"N{day:02d}",
                "account_id": "A1",
                "booked_on": f"2026-04-{day:02d}",
                "amount": "12.34",
            }
            for day in range(1, 31)
        ]
        + [{"entry_id": "N99", "account_id": "A1", "booked_on": "2026-04-30", "amount": "-5.00"}],
        payment=[
            {"payment_id": f"P{number:02d}", "loan_id": "LA1-1", "paid_on": "2026-04-15", "amount": "100.00"}
            for number in range(30)
        ],
        due=[{"loan_id": "LA1-1", "due_on": "2026-04-10", "principal": "3000.00", "interest": "0.00"}],
    )


@pytest.fixture(scope="module")
def a_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the book's folder; the session that reads it ends with these tests."""
    yield _book(tmp_path_factory.mktemp("customers") / "book")
    book.forget()


@pytest.fixture
def a_book(a_folder: Path, a_bank: None, settings: Any) -> Path:
    """Let the console know the book."""
    settings.BOOK, settings.STORE = str(a_folder), a_folder.parent / "store"
    return a_folder


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def _names(page: str) -> list[str]:
    return re.findall(r'href="/customers/(C[^/"]+)/"', page)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["CA1-1", "CA1-2", "CA2-1", "CA2-2"]),
        ("search=CA1", ["CA1-1", "CA1-2"]),
        ("search=%E5%AE%A2%E6%88%B7+CA2-2", ["CA2-2"]),  # the name begins so
        ("search=A2-", ["CA2-1", "CA2-2"]),  # nothing begins so: it stands within
        ("search=CB1-1", []),  # of another branch
        ("search=nobody", []),
        ("colour=red", ["CA1-1", "CA2-1"]),
        ("colour=none", ["CA1-2", "CA2-2"]),
        ("level=06", ["CA1-1", "CA2-1"]),
        ("place=A2", ["CA2-1", "CA2-2"]),
        ("place=B1", []),
        ("kind=corporate", []),
        ("kind=nonsense", ["CA1-1", "CA1-2", "CA2-1", "CA2-2"]),
        ("colour=red&place=A1", ["CA1-1"]),
    ],
)
def test_the_list_is_narrowed_by_its_filters(sign_in: SignIn, query: str, found: list[str]) -> None:
    assert _names(_text(sign_in("BHA"), f"/customers/?{query}")) == found


def test_what_is_asked_of_another_branch_reads_like_what_is_absent(sign_in: SignIn) -> None:
    client = sign_in("BHA")
    for name, other, absent in (
        ("search", "CB1-1", "CX1-1"),
        ("place", "B1", "X1"),
    ):
        pages = [_text(client, f"/customers/?{name}={value}").replace(value, "") for value in (other, absent)]
        tokens = [re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page) for page in pages]
        assert tokens[0] == tokens[1], name


def _sheet(client: Client, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200
    workbook = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = list(workbook.worksheets[0].iter_rows())
    assert all(cell.data_type != "f" for line in cells for cell in line), "a text must not become a formula"
    return [tuple(cell.value for cell in line) for line in cells]


def test_the_export_holds_the_same_rows_and_no_formula(sign_in: SignIn) -> None:
    Customer.objects.filter(pk="CA1-1").update(name='=HYPERLINK("http://x","y")')
    lines = _sheet(sign_in("BHA"), "/customers/?colour=red&file=customers")
    assert [line[:2] for line in lines[1:]] == [
        ('=HYPERLINK("http://x","y")', "CA1-1"),
        ("客户 CA2-1", "CA2-1"),
    ]
    assert lines[1][4:7] == (123456.78, 10000, 95)
    event = AuditEvent.objects.get(action="export")
    assert (event.actor, event.after["query"]) == ("BHA", "colour=red")


def test_the_page_tells_what_the_book_knew_on_the_day_of_the_run(sign_in: SignIn, a_book: Path) -> None:
    page = _text(sign_in("MA1"), "/customers/CA1-1/")
    assert "240,000.00" in page
    assert "250,000.00" not in page, "an earlier version"
    assert "2026-07-0" not in page.replace("2026-07-03", "", 1), (
        "known after the run, but for the measure's day"
    )
    for words in ("养猪", "joint and several", "06", "limitation", "Legal clocks"):
        assert words in page


def test_without_a_book_the_page_says_so_and_shows_the_rest(sign_in: SignIn, settings: Any) -> None:
    settings.BOOK = ""
    page = _text(sign_in("MA1"), "/customers/CA1-1/")
    assert "does not know the book" in page
    assert "123,456.78" in page


def test_a_book_that_cannot_be_read_is_said_and_no_defect(
    sign_in: SignIn, settings: Any, tmp_path: Path
) -> None:
    settings.BOOK = str(tmp_path / "nothing")
    assert "The book cannot be read" in _text(sign_in("MA1"), "/customers/CA1-1/")


def test_of_a_circle_only_near_members_of_other_branches_are_named(sign_in: SignIn, a_book: Path) -> None:
    page = _text(sign_in("MA1"), "/customers/CA1-1/")
    assert "Guarantee circle of 4 customers" in page
    assert "客户 CB1-1" in page, "a guarantor of the contract itself"
    assert 'href="/customers/CB1-1/"' not in page, "of another branch, so not opened"
    assert "CB1-2" not in page, "two steps off and of another branch: neither name nor number"
    assert "another customer" in page
    whole = _text(sign_in("H-risk_department"), "/customers/CA1-1/")
    assert "客户 CB1-2" in whole


SEES = {
    "MA1": True,  # the customer's own manager
    "MA2": None,  # not their customer at all
    "BHA": True,
    "RDA": True,
    "BHB": None,
    "H-risk_department": True,
    "H-audit": False,
    "H-executive": False,
    "H-legal": False,
    "H-credit_department": False,
    "H-compliance": False,
}


@pytest.mark.parametrize(("staff_id", "sees"), SEES.items())
def test_sensitive_events_are_masked_by_role(
    sign_in: SignIn, a_book: Path, staff_id: str, sees: bool | None
) -> None:
    CustomerNote.objects.create(
        customer_id="CA1-1", text="家中变故", author_id="MA1", written_at="2026-06-01", is_sensitive=True
    )
    client = sign_in(staff_id)
    for address in ("/customers/CA1-1/", "/customers/CA1-1/timeline/?kind=event"):
        answer = client.get(address)
        assert answer.status_code == (404 if sees is None else 200)
        if sees is None:
            continue
        page = answer.content.decode()
        if "timeline" in address:
            assert NEWS in page, "what is no secret is told to all"
            assert (ILLNESS in page, SUBSIDY in page) == (sees, sees)
            assert page.count('class="masked"') == (0 if sees else 2)
        else:
            assert ILLNESS not in page
            assert ("家中变故" in page) == sees
        assert ("heard in the village" in page.partition("<form method")[0]) <= sees


def test_a_role_elsewhere_does_not_open_what_is_sensitive_here(sign_in: SignIn, a_book: Path) -> None:
    StaffRole.objects.create(staff_id="H-audit", role="branch_head", institution_id="B")
    assert ILLNESS not in _text(sign_in("H-audit"), "/customers/CA1-1/timeline/")


def test_showing_takes_a_reason_and_is_recorded(sign_in: SignIn, a_book: Path) -> None:
    client = sign_in("H-audit")
    assert client.get("/customers/CA1-1/sensitive/").status_code == 405
    for reason in ("", "   ", "abc"):
        answer = client.post("/customers/CA1-1/sensitive/", {"reason": reason})
        assert answer.status_code == 302
    assert not AuditEvent.objects.filter(action="show_sensitive").exists()
    shown = client.post("/customers/CA1-1/sensitive/", {"reason": "complaint 17"}).content.decode()
    assert ILLNESS in shown
    assert SUBSIDY in shown
    assert NEWS not in shown
    event = AuditEvent.objects.get(action="show_sensitive")
    assert (event.actor, event.object_id, event.reason) == ("H-audit", "CA1-1", "complaint 17")
    assert ILLNESS not in _text(client, "/customers/CA1-1/timeline/"), "shown once, not from then on"


def test_the_timeline_pages_by_key_without_gap_or_repetition(sign_in: SignIn, a_book: Path) -> None:
    client, seen = sign_in("MA1"), []
    address = "/customers/CA1-1/timeline/?kind=inflow&kind=payment"
    for _ in range(5):
        page = _text(client, address)
        seen += re.findall(r"<li><time.*?</li>", page)
        following = re.search(r'href="(/customers/CA1-1/timeline/\?[^"]*)"[^>]*rel="next"', page)
        if following is None:
            break
        address = following[1].replace("&amp;", "&")
    assert len(seen) == 60, "30 inflows and 30 payments; what went out is none"
    days = [re.search(r'datetime="([^"]+)"', one)[1] for one in seen]  # type: ignore[index]
    assert days == sorted(days, reverse=True)
    assert sum("payment received" in one for one in seen) == 30


@pytest.mark.parametrize("mark", ["x", "bnVsbA", "WyIyMDI2LTA0LTE1Il0", "WyIyMDI2LTk5LTE1IiwgMSwgIngiXQ"])
def test_a_mark_that_nobody_made_gives_the_first_page(sign_in: SignIn, a_book: Path, mark: str) -> None:
    client = sign_in("MA1")
    assert "2026-05-03" in _text(client, f"/customers/CA1-1/timeline/?after={mark}")
    assert _names(_text(client, f"/customers/?after={mark}")) == ["CA1-1", "CA1-2"]


@pytest.mark.parametrize("address", ["/customers/%00/", "/warnings/%00/", "/warnings/%00/signals/%00/"])
def test_a_number_that_no_database_holds_is_absent(sign_in: SignIn, address: str) -> None:
    assert sign_in("MA1").get(address).status_code == 404


def test_htmx_gets_the_part_alone(sign_in: SignIn, a_book: Path) -> None:
    part = sign_in("MA1").get("/customers/CA1-1/timeline/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert NEWS in part


def test_a_note_is_kept_with_its_event_and_an_empty_one_is_not(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    assert client.post("/customers/CA1-1/notes/", {"text": "  "}).status_code == 200
    assert not CustomerNote.objects.exists()
    assert client.post("/customers/CA1-1/notes/", {"text": "<b>电话约访</b>"}).status_code == 302
    note = CustomerNote.objects.get()
    assert (note.author_id, note.customer_id, note.is_sensitive) == ("MA1", "CA1-1", False)
    event = AuditEvent.objects.get(action="write_note")
    assert (event.object_id, event.after["note"]) == ("CA1-1", note.pk)
    assert "&lt;b&gt;电话约访" in _text(client, "/customers/CA1-1/")


def test_clocks_tell_what_is_left(sign_in: SignIn) -> None:
    # From 2026-06-30 to 2029-04-01 lie 1006 days: 184 of 2026, 365 and 366, and 91 of 2029.
    assert "1,006 days left" in _text(sign_in("MA1"), "/customers/CA1-1/")


def test_a_page_takes_as_many_queries_for_many_rows_as_for_few(
    sign_in: SignIn, a_book: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    loan = Loan.objects.get(pk="LA1-1")
    for number in range(40):
        loan.pk = f"LA1-1-{number}"
        loan.save(force_insert=True)
    client = sign_in("BHA")
    with django_assert_max_num_queries(27):
        client.get("/customers/CA1-1/")
    with django_assert_max_num_queries(16):
        client.get("/customers/?search=CA")

"""Warnings: the list with filters, columns and files; the page that says why; what a role does not read."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from postloan.console.audit.models import AuditEvent
from postloan.console.customers import rows as book
from postloan.console.publishing.models import Coverage, Customer, Signal
from postloan.console.publishing.models import Warning as Alert
from postloan.console.warnings.models import SavedFilter
from postloan.engine import open_engine
from tests.books import tiny_book
from tests.console import bank

SignIn = Callable[[str], Client]

OWN = "/warnings/customer:CA1-1:2026-06-01/"
SECRET = "Grave illness, accident or death"  # PER04 of the pack
OVERDUE = "31 to 60 days past due"  # REP04


def _text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def _listed(page: str) -> list[str]:
    return re.findall(r'href="/warnings/customer:(C[^:"]+):[^"]*"', page)


@pytest.fixture
def varied(a_bank: None) -> None:
    """Make the warnings of branch A differ: CA2-1 is orange, larger, newer, and has a secret signal."""
    second = Alert.objects.get(customer_id="CA2-1")
    second.colour, second.colour_rank, second.exposure = "orange", 3, 50_000_000
    second.opened_on = bank.DAY
    second.reasons = [
        *second.reasons,
        {"code": "PER04", "severity": "orange", "subject": "customer:CA2-1", "value": "1", "threshold": "1"},
    ]
    second.save()
    Signal.objects.create(
        signal_id="customer:CA2-1:PER04",
        subject_kind="customer",
        subject_id="CA2-1",
        code="PER04",
        customer_id="CA2-1",
        state="fired",
        severity="orange",
        value="1",
        threshold_fixed="1",
        threshold_applied="1",
        opened_on=bank.DAY,
        evidence={},
    )
    Coverage.objects.create(
        code="PER04", subjects=8, fired=1, suppressed=0, clear=7, not_measurable=0, missing=[]
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["CA1-1", "CA2-1"]),
        ("colour=red", ["CA1-1"]),
        ("colour=orange&colour=red", ["CA1-1", "CA2-1"]),
        ("colour=orange,blue", ["CA2-1"]),
        ("colour=nonsense", ["CA1-1", "CA2-1"]),
        ("owner=MA2", ["CA2-1"]),
        ("owner=MB1", []),
        ("owner=me", []),
        ("place=A1", ["CA1-1"]),
        ("place=B1", []),
        ("age=new", ["CA2-1"]),
        ("age=28", ["CA1-1"]),
        ("age=29", ["CA1-1"]),  # opened on 1 June: 29 days on 30 June
        ("age=30", []),
        ("age=%C2%B2", ["CA1-1", "CA2-1"]),
        ("least=123456", ["CA1-1", "CA2-1"]),  # 123,456.78
        ("least=123457", ["CA2-1"]),
        ("least=500000", ["CA2-1"]),
        ("least=500001", []),
        ("signal=REP04", ["CA1-1", "CA2-1"]),
        ("signal=PER04", ["CA2-1"]),
        ("signal=ACC02", []),
        ("search=CA2", ["CA2-1"]),
        ("search=CB1", []),
        ("sort=exposure", ["CA2-1", "CA1-1"]),
        ("sort=opened_on", ["CA1-1", "CA2-1"]),
        ("sort=-opened_on", ["CA2-1", "CA1-1"]),
        ("sort=nonsense", ["CA1-1", "CA2-1"]),
    ],
)
def test_the_list_is_narrowed_and_ordered(
    sign_in: SignIn, varied: None, query: str, found: list[str]
) -> None:
    assert _listed(_text(sign_in("BHA"), f"/warnings/?{query}")) == found


@pytest.mark.parametrize(
    ("name", "other", "absent"),
    [("search", "CB1-1", "CX1-1"), ("place", "B1", "X1"), ("owner", "MB1", "MX1")],
)
def test_what_is_asked_of_another_branch_reads_like_what_is_absent(
    sign_in: SignIn, name: str, other: str, absent: str
) -> None:
    client = sign_in("BHA")
    pages = [_text(client, f"/warnings/?{name}={value}").replace(value, "") for value in (other, absent)]
    tokens = [re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", page) for page in pages]
    assert tokens[0] == tokens[1]


def test_chips_read_as_a_sentence_and_each_can_be_taken_away(sign_in: SignIn, varied: None) -> None:
    page = _text(sign_in("BHA"), "/warnings/?colour=red&colour=orange&owner=me&age=29&least=1000")
    chips = re.findall(r'<a href="(\?[^"]*)" title="[^"]*">(.*?) <span', page)
    assert [words for _, words in chips] == [
        "red or orange",
        "owned by me",
        "open for 29 days or more",
        "with an exposure of 1,000 or more",
    ]
    assert chips[1][0] == "?colour=red%2Corange&amp;age=29&amp;least=1000"


def test_the_list_pages_by_key_in_each_order(sign_in: SignIn) -> None:
    first = Alert.objects.get(customer_id="CA1-1")
    for number in range(120):
        first.pk = f"customer:C{number:03d}:x"
        first.customer_id = f"C{number:03d}"
        first.exposure = 1000 * (number % 7)
        first.opened_on = bank.DAY - timedelta(days=number % 5)
        first.save(force_insert=True)
    client = sign_in("MA1")
    for sort in ("", "-colour", "exposure", "-exposure", "opened_on", "-opened_on"):
        seen, address = [], f"/warnings/?sort={sort}"
        while address:
            page = _text(client, address)
            assert "121 warnings" in page
            seen += _listed(page)
            following = re.search(r'href="(\?[^"]*)" rel="next"', page)
            address = "/warnings/" + following[1].replace("&amp;", "&") if following else ""
        assert len(seen) == len(set(seen)) == 121, sort


@pytest.mark.parametrize(
    "mark", ["x", "WyJhIiwgImIiXQ", "WzEsIDIsIDNd", "W251bGwsICJ4Il0", "WyIyMDI2LTk5LTk5IiwgIngiXQ"]
)
@pytest.mark.parametrize("sort", ["", "-exposure", "opened_on"])
def test_a_mark_that_nobody_made_is_no_defect(sign_in: SignIn, mark: str, sort: str) -> None:
    assert sign_in("MA1").get(f"/warnings/?sort={sort}&after={mark}").status_code == 200


def _sheet(client: Client, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200
    cells = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0].iter_rows())
    assert all(cell.data_type != "f" for line in cells for cell in line), "a text must not become a formula"
    return [tuple(cell.value for cell in line) for line in cells]


def test_the_file_has_the_columns_filters_and_order_of_the_page(sign_in: SignIn, varied: None) -> None:
    Alert.objects.filter(customer_id="CA1-1").update(customer_name="=1+1\x07")
    client = sign_in("BHA")
    query = "sort=exposure&least=1&columns=score,exposure&columns=opened_on,nonsense"
    heads = re.findall(r'<th scope="col"[^>]*>(?:<a[^>]*>)?([^<]+)<', _text(client, f"/warnings/?{query}"))
    assert heads == ["Customer", "Exposure (CNY)", "Open since", "Score"]
    lines = _sheet(client, f"/warnings/?{query}&file=warnings")
    assert lines[0] == ("Customer", "Number", "Kind of customer", "Exposure (CNY)", "Open since", "Score")
    assert [line[0] for line in lines[1:]] == ["客户 CA2-1", "=1+1"]
    assert lines[2][1:4] == ("CA1-1", "farmer", 123456.78)
    assert lines[2][4].date() == date(2026, 6, 1)
    assert _sheet(sign_in("MA1"), "/warnings/?file=warnings")[0][0] == "Colour", "the usual columns"
    event = AuditEvent.objects.get(action="export", actor="BHA")
    assert event.after["columns"] == ["customer", "number", "kind", "exposure", "opened_on", "score"]
    assert "least=1" in event.after["query"]


def test_a_filter_is_kept_replaced_and_dropped_by_its_owner(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    told = {"name": "urgent", "query": "colour=red&after=x&nonsense=1&age=30"}
    assert client.post("/warnings/filters/", told).url == "/warnings/?colour=red&age=30"
    client.post("/warnings/filters/", {"name": "urgent", "query": "colour=blue"})
    kept = SavedFilter.objects.get(staff_id="MA1", name="urgent")
    assert kept.query == "colour=blue"
    assert 'href="/warnings/?colour=blue"' in _text(client, "/warnings/")
    assert 'href="/warnings/?colour=blue"' not in _text(sign_in("MA2"), "/warnings/")
    assert sign_in("MA2").post(f"/warnings/filters/{kept.pk}/delete/").status_code == 404
    assert client.get(f"/warnings/filters/{kept.pk}/delete/").status_code == 405
    assert client.post(f"/warnings/filters/{kept.pk}/delete/").status_code == 302
    assert not SavedFilter.objects.filter(pk=kept.pk).exists()
    actions = (
        AuditEvent.objects.filter(object_id=str(kept.pk)).order_by("seq").values_list("action", flat=True)
    )
    assert list(actions) == ["save_filter", "save_filter", "delete_filter"]
    assert client.post("/warnings/filters/", {"name": " ", "query": ""}).status_code == 302
    assert SavedFilter.objects.filter(staff_id="MA1").count() == 1, "the one that was there"


def test_fifty_filters_are_kept_and_no_more(sign_in: SignIn) -> None:
    SavedFilter.objects.bulk_create(SavedFilter(staff_id="MA1", name=str(one), query="") for one in range(48))
    client = sign_in("MA1")
    for name in ("fiftieth", "too many"):
        client.post("/warnings/filters/", {"name": name, "query": ""})
    assert set(
        SavedFilter.objects.filter(name__in=["fiftieth", "too many"]).values_list("name", flat=True)
    ) == {"fiftieth"}
    client.post("/warnings/filters/", {"name": "fiftieth", "query": "colour=red"})
    assert SavedFilter.objects.get(name="fiftieth").query == "colour=red"


def test_marked_warnings_are_sent_where_work_answers(sign_in: SignIn) -> None:
    for person, may_assign in (("BHA", True), ("MA1", False)):
        page = _text(sign_in(person), "/warnings/?sort=opened_on")
        form = re.search(r'<form method="post" action="/work/bulk/".*?</form>', page, re.DOTALL)
        assert form is not None
        for field in (
            'name="next" value="/warnings/?sort=opened_on"',
            'value="snooze"',
            'name="reason"',
            'name="until"',
        ):
            assert field in form[0]
        assert ('value="assign"' in form[0]) == ('name="to"' in form[0]) == may_assign
        assert 'name="episode" value="customer:CA1-1:2026-06-01" form="bulk"' in page


SEES = {
    "MA2": True,
    "BHA": True,
    "H-risk_department": True,
    "H-audit": False,
    "H-executive": False,
    "H-legal": False,
}


@pytest.mark.parametrize(("staff_id", "sees"), SEES.items())
def test_signals_of_sensitive_events_are_masked_by_role(
    sign_in: SignIn, varied: None, staff_id: str, sees: bool
) -> None:
    client = sign_in(staff_id)
    listed = _text(client, "/warnings/")
    rows = re.search(r"<tbody>.*</tbody>", listed, re.DOTALL)
    assert rows is not None
    assert (SECRET in rows[0], "village information, hidden" in rows[0]) == (sees, not sees)
    assert (SECRET in listed) == sees, "the filter does not offer it either"
    assert _listed(_text(client, "/warnings/?signal=PER04")) == (["CA2-1"] if sees else [])
    words = str(_sheet(client, "/warnings/?file=warnings"))
    assert (SECRET in words, "hidden" in words) == (sees, not sees)
    page = _text(client, "/warnings/customer:CA2-1:2026-06-01/")
    assert (SECRET in page, "PER04" in page) == (sees, sees)
    assert ("hidden from your role" in page) == (not sees)
    part = client.get("/warnings/customer:CA2-1:2026-06-01/signals/customer:CA2-1:PER04/")
    assert part.status_code == (200 if sees else 404)


def test_the_page_says_why_in_words(sign_in: SignIn) -> None:
    page = _text(sign_in("MA1"), OWN)
    for words in (
        OVERDUE,
        "The colour was decided by",
        "<strong>red signals</strong> at least 1 (here 1)",
        "from 31 to 60",  # the test of REP04
        "95",
        "A payment not booked through our own fault",  # when it is wrong
        "What would clear it",
        "3 days left",  # 30 June to 3 July
    ):
        assert words in page, words


def test_chinese_speaks_chinese(sign_in: SignIn) -> None:
    client = sign_in("MA1")
    client.cookies["language"] = "zh-hans"
    page = _text(client, OWN)
    assert "<strong>红色信号种数</strong> 不低于 1" in page
    assert "逾期31–60天" in page


def test_peers_are_counted_by_colour(sign_in: SignIn) -> None:
    Customer.objects.update(region_id="R1", region="镇一", industry_id="pigs", industry="养猪")
    Customer.objects.filter(pk="CB2-2").update(industry_id="rice")
    page = _text(sign_in("MA1"), OWN)
    rows = re.findall(r"<tr><td data-label=\"Borrowers\">(.*?)</tr>", page, re.DOTALL)
    figures = [re.findall(r">\s*([\d.]+)(?: %)?\s*<", row) for row in rows]
    # Of eight in the region four are red; of seven in the industry four.
    assert figures[0][:3] == ["8", "4", "50.0"]
    assert figures[1][:3] == ["7", "4", "57.1"]
    assert figures[1][-2:] == ["3", "42.9"]


@pytest.fixture(scope="module")
def a_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a folder with a book, and a store with facts of three days."""
    folder = tmp_path_factory.mktemp("warnings")
    loans = [
        {
            "loan_id": f"L{name}",
            "contract_id": f"K{name}",
            "customer_id": f"C{name}",
            "disbursed_on": "2025-03-01",
        }
        for name in ("A1-1", "A2-1", "B1-1")
    ]
    due = [
        {"loan_id": loan["loan_id"], "due_on": f"2026-0{month}-10", "principal": "100.00", "interest": "0.00"}
        for loan in loans
        for month in (3, 4, 5)
    ]
    # March is met five days late by two payments, April by what was over and one more on the day; May never.
    payment = [
        {"payment_id": "P1", "loan_id": "LA2-1", "paid_on": "2026-03-12", "amount": "60.00"},
        {"payment_id": "P2", "loan_id": "LA2-1", "paid_on": "2026-03-15", "amount": "60.00"},
        {"payment_id": "P3", "loan_id": "LA2-1", "paid_on": "2026-04-10", "amount": "80.00"},
        {"payment_id": "PB", "loan_id": "LB1-1", "paid_on": "2026-04-10", "amount": "77.77"},
    ]
    tiny_book(folder / "book", loan=loans, due=due, payment=payment)
    _facts(
        folder / "store" / "runs", {"2026-04-30": 50, "2026-05-29": 79, "2026-05-30": 80, "2026-06-30": 111}
    )
    yield folder
    book.forget()


def _facts(runs: Path, days: dict[str, int]) -> None:
    from postloan.engine import Field

    with open_engine(threads=1) as engine:
        for day, value in days.items():
            fields = [Field("as_of", "date"), Field("id", "string"), Field("dpd_days", "integer")]
            rows = [{"as_of": date.fromisoformat(day), "id": "LA1-1", "dpd_days": value}]
            engine.write(engine.from_rows(rows, fields, "facts"), runs / day / "facts_loan.parquet")


@pytest.fixture
def a_book(a_folder: Path, a_bank: None, settings: Any) -> None:
    """Let the console know book and store."""
    settings.BOOK, settings.STORE = str(a_folder / "book"), a_folder / "store"


def _twin(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<td data-label="When">([^<]*)</td><td data-label="Value"[^>]*>([^<]*)</td>', page)


def test_a_value_is_drawn_over_the_month_ends_that_have_a_result(sign_in: SignIn, a_book: None) -> None:
    page = _text(sign_in("MA1"), f"{OWN}signals/loan:LA1-1:REP04/")
    assert _twin(page) == [("2026-04-30", "50"), ("2026-05-30", "80"), ("2026-06-30", "111")]
    assert '"yAxis": 90' in page, "the threshold is a line"


def test_without_earlier_results_the_book_tells_how_late_each_instalment_was(
    sign_in: SignIn, a_book: None
) -> None:
    page = _text(sign_in("MA2"), "/warnings/customer:CA2-1:2026-06-01/signals/loan:LA2-1:REP04/")
    # Until 30 June, 51 days after 10 May.
    assert _twin(page) == [("2026-03-10", "5"), ("2026-04-10", "0"), ("2026-05-10", "51")]


def test_source_rows_are_those_of_this_loan_alone(sign_in: SignIn, a_book: None) -> None:
    page = _text(sign_in("MA2"), "/warnings/customer:CA2-1:2026-06-01/signals/loan:LA2-1:REP04/")
    assert page.count("60.00") == 2
    assert "77.77" not in page
    assert "LB1-1" not in page
    part = sign_in("MA2").get(
        "/warnings/customer:CA2-1:2026-06-01/signals/loan:LA2-1:REP04/", headers={"HX-Request": "true"}
    )
    assert b"<html" not in part.content


def test_a_signal_of_another_customer_is_absent_under_this_warning(sign_in: SignIn, a_book: None) -> None:
    assert sign_in("BHA").get(f"{OWN}signals/loan:LA2-1:REP04/").status_code == 404


def test_pages_take_as_many_queries_for_many_rows_as_for_few(
    sign_in: SignIn, a_book: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    alert, signal = Alert.objects.get(customer_id="CA1-1"), Signal.objects.get(customer_id="CA1-1")
    for number in range(40):
        alert.pk, alert.customer_id = f"customer:C{number}:x", f"C{number}"
        alert.save(force_insert=True)
        signal.pk = f"loan:LA1-1-{number}:REP04"
        signal.save(force_insert=True)
    client = sign_in("BHA")
    with django_assert_max_num_queries(25):
        client.get("/warnings/?signal=REP04&search=C&colour=red")
    with django_assert_max_num_queries(22):
        client.get(OWN)
    with django_assert_max_num_queries(16):
        client.get(f"{OWN}signals/loan:LA1-1:REP04/")

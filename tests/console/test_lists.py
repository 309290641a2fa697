"""Lists of every part: columns, order, pages and filters in the address, and the same rows as a file."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from openpyxl import load_workbook

from postloan.console import excel
from postloan.console.administration import columns as administration
from postloan.console.audit import columns as audit
from postloan.console.audit.models import AuditEvent
from postloan.console.audit.services import record
from postloan.console.customers import columns as customers
from postloan.console.desk import columns as desk
from postloan.console.listing import page_in_memory
from postloan.console.lists import Listing
from postloan.console.policies import columns as policies
from postloan.console.publishing.models import Customer, Loan
from postloan.console.runs import columns as runs
from postloan.console.signals import columns as signals
from postloan.console.warnings import columns as warnings
from postloan.console.work import columns as work
from postloan.console.work.loads import Load

SignIn = Callable[[str], Client]

HELD = runs.held_rows(
    "customer",
    ("source_file", "source_row", "quarantine_code", "quarantine_reason", "quarantine_allowed"),
)
MOVED = "/desk/migration/loans/?by=level&scheme=cn10a&from=04&to=06"

LISTS: tuple[tuple[str, Listing, str], ...] = (
    ("/warnings/", warnings.WARNINGS, "BHA"),
    ("/customers/", customers.CUSTOMERS, "BHA"),
    ("/work/list/", work.WORKS, "BHA"),
    ("/work/list/?kind=task", work.WORKS, "BHA"),
    ("/work/", work.MY_WORK, "MA1"),
    ("/work/team/", work.LOADS, "BHA"),
    ("/work/watch/", work.WATCHED, "BHA"),
    ("/desk/?tab=rate", desk.RATE, "MA1"),
    ("/desk/?tab=rated", desk.WAITING, "BHA"),
    (MOVED, desk.MOVED, "BHA"),
    ("/signals/", signals.SIGNALS, "MA1"),
    ("/runs/", runs.RUNS, "H-operator"),
    ("/runs/", runs.JOBS, "H-operator"),
    ("/runs/quarantine/", runs.HELD_TABLES, "H-operator"),
    ("/runs/quarantine/customer/", HELD, "H-operator"),
    ("/audit/", audit.EVENTS, "H-audit"),
    ("/policies/", policies.DRAFTS, "H-policy_author"),
    ("/policies/", policies.PAST, "H-policy_author"),
    ("/policies/", policies.TABLES, "MA1"),
    ("/policies/entries/parameters/", policies.entries("parameters", ""), "MA1"),
    ("/administration/", administration.INSTITUTIONS, "OPA"),
    ("/administration/staff/", administration.STAFF, "OPA"),
    ("/administration/roles/", administration.ROLES, "OPA"),
    ("/administration/deputies/", administration.DEPUTIES, "OPA"),
)
"""Every list of the console with somebody of branch A, or of the head office, who may see it."""

NAMES = [f"{listing.name}-{number}" for number, (_, listing, _) in enumerate(LISTS)]
every_list = pytest.mark.parametrize(("address", "listing", "person"), LISTS, ids=NAMES)


@pytest.fixture
def varied(a_bank: None) -> None:
    """Give loans a class before, so that they moved, and the audit an event to show."""
    Loan.objects.update(class_previous="04", class_decided="04")
    record(actor="H-operator", action="sign_in", object_kind="staff", object_id="H-operator")


def _at(address: str, query: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}{query}"


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def _sheet(client: Client, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    assert answer["Content-Disposition"].endswith('.xlsx"')
    cells = list(load_workbook(io.BytesIO(b"".join(answer.streaming_content))).worksheets[0].iter_rows())
    assert all(cell.data_type != "f" for line in cells for cell in line), "a text must not become a formula"
    return [tuple(cell.value for cell in line) for line in cells]


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", text)).strip()


def _column(page: str, label: str) -> list[str]:
    """Give what stands in a column, without what stands in small letters under it."""
    label = html.escape(label)
    found = re.findall(rf'<td data-label="{re.escape(label)}(?: \([^"]*)?"[^>]*>(.*?)</td>', page, re.DOTALL)
    return [_plain(re.sub(r"<small.*?</small>", "", one)) for one in found]


def _all_columns(listing: Listing) -> str:
    return f"{listing.prefix}columns=" + ",".join(one.name for one in listing.columns)


@every_list
def test_the_file_has_the_rows_and_columns_of_the_page(
    sign_in: SignIn, varied: None, address: str, listing: Listing, person: str
) -> None:
    client = sign_in(person)
    shown = _at(address, _all_columns(listing))
    page = _page(client, shown)
    heads, *lines = _sheet(client, f"{shown}&file={listing.name}")
    assert len(heads) == len(listing.columns)
    assert lines, "the small bank has a row in every list"
    leads = listing.column(listing.leads)
    assert leads is not None
    place = listing.columns.index(leads)
    in_file = [str(line[place]) for line in lines]
    on_page = _column(page, str(leads.label))
    if listing.name != "audit":  # taking the file is an event of its own
        assert [text.split()[-1] for text in on_page] == [text.split()[-1] for text in in_file]
    for column, head in zip(listing.columns, heads, strict=True):
        unit = " (CNY)" if column.kind == "amount" else ""
        assert head == f"{column.label}{unit}"
        assert f'data-label="{html.escape(head)}"' in page
    event = AuditEvent.objects.filter(action="export", object_id=listing.name).get()
    assert event.actor == person
    assert event.after["columns"] == [one.name for one in listing.columns]


@every_list
def test_a_list_stands_by_each_column_that_offers_it(
    sign_in: SignIn, varied: None, address: str, listing: Listing, person: str
) -> None:
    client = sign_in(person)
    leads = listing.column(listing.leads)
    assert leads is not None
    usual = _column(_page(client, address), str(leads.label))
    assert listing.sortable
    for one in listing.sortable:
        there, back = (
            _column(_page(client, _at(address, f"{listing.prefix}sort={sign}{one.name}")), str(leads.label))
            for sign in ("", "-")
        )
        assert sorted(there) == sorted(back) == sorted(usual), one.name
        if one.order and not listing.key:
            assert there == back[::-1], one.name


@every_list
def test_what_a_list_does_not_know_is_left_out(
    sign_in: SignIn, varied: None, address: str, listing: Listing, person: str
) -> None:
    client = sign_in(person)
    wrong = "&".join(
        f"{listing.prefix}{one}" for one in ("sort=-nonsense", "columns=nonsense,", "after=nonsense")
    )
    page = _page(client, _at(address, f"{wrong}&file=nothing"))
    for one in listing.chosen(client.get(address).wsgi_request.GET):
        assert f'data-label="{html.escape(str(one.label))}' in page
    for more in ("sort=", "sort=--exposure", "columns=&columns=%00x", "sort=__class__", "after=%F0%28"):
        assert client.get(_at(address, f"{listing.prefix}{more}")).status_code < 500


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/warnings/", "warnings"),
        ("/customers/", "customers"),
        ("/work/list/", "work"),
        ("/work/list/?kind=task", "work"),
        ("/work/", "my_work"),
        ("/work/team/", "load"),
        ("/work/watch/", "watch_list"),
        ("/desk/?tab=rate", "classes_to_rate"),
        ("/desk/?tab=rated", "classes_on_their_way"),
        (MOVED, "classes_moved"),
        ("/administration/staff/", "staff"),
        ("/administration/roles/", "roles"),
        ("/administration/deputies/", "deputies"),
        ("/administration/", "institutions"),
    ],
)
def test_a_file_has_nothing_of_another_branch(sign_in: SignIn, varied: None, address: str, name: str) -> None:
    person = "OPA" if address.startswith("/administration") else "BHA"
    listing = next(one for _, one, _ in LISTS if one.name == name)
    told = str(_sheet(sign_in(person), _at(address, f"{_all_columns(listing)}&file={name}")))
    assert not re.search(r"\b[CLM]?B[12]?\b|RDB|BHB", told), "branch B and its outlets, people and customers"


def test_the_file_has_the_filters_of_the_page(sign_in: SignIn, varied: None) -> None:
    client = sign_in("BHA")
    for address, name, expected in (
        ("/work/watch/?search=CA1", "watch_list", 1),
        ("/work/watch/?search=CB1", "watch_list", 0),
        ("/work/watch/?why=judgement", "watch_list", 0),
        ("/work/list/?owner=MA1", "work", 1),
        ("/work/list/?owner=MB1", "work", 0),
        ("/work/list/?place=A1", "work", 1),
        ("/work/list/?place=A2", "work", 0),
        ("/desk/?tab=rated&place=A1", "classes_on_their_way", 1),
        ("/desk/?tab=rated&place=B1", "classes_on_their_way", 0),
        ("/desk/?tab=rate&place=A2", "classes_to_rate", 2),
        ("/customers/?kind=farmer&search=CA1-2", "customers", 1),
    ):
        assert len(_sheet(client, f"{address}&file={name}")) == 1 + expected, address
    admin = sign_in("OPA")
    every = _sheet(admin, "/administration/roles/?file=roles")
    managers = _sheet(admin, "/administration/roles/?role=customer_manager&file=roles")
    assert [line[2] for line in managers[1:]] == ["customer manager"] * 2
    assert len(every) > len(managers)
    staff = _sheet(admin, "/administration/staff/?role=branch_head&file=staff")
    assert [line[1] for line in staff[1:]] == ["BHA"]


def test_amounts_days_and_moments_are_what_a_sheet_reckons_with(sign_in: SignIn, varied: None) -> None:
    Customer.objects.filter(pk="CA1-1").update(exposure=900_719_925_474_099)
    first = _sheet(sign_in("BHA"), "/customers/?columns=exposure,since&sort=exposure&file=customers")[1]
    assert Decimal(str(first[3])) == Decimal("9007199254740.99")
    waiting = _sheet(sign_in("BHA"), "/desk/?tab=rated&columns=since&file=classes_on_their_way")
    assert waiting[1][-1] == datetime(2026, 7, 1, 9, 0)  # noqa: DTZ001 - the bank's civil time


def test_a_file_ends_at_its_bound_and_says_so(
    sign_in: SignIn, varied: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "MOST", 3)
    lines = _sheet(sign_in("BHA"), "/customers/?file=customers")
    assert len(lines) == 1 + 3 + 1
    assert lines[-1][0] == "The list goes on: a file holds at most 3 rows. Set filters for the rest."
    monkeypatch.setattr(excel, "MOST", 4)
    assert len(_sheet(sign_in("BHA"), "/customers/?file=customers")) == 1 + 4, "four customers, and no more"


def test_a_list_in_memory_pages_by_key(sign_in: SignIn, settings: Any) -> None:
    path = Path(settings.BOOK) / "quarantine" / "customer.csv"
    head = "source_file,source_row,quarantine_code,quarantine_reason,quarantine_allowed,customer_id\n"
    rows = "".join(f"a.csv,{one},{'bad' if one % 2 else 'worse'},why,,C{one:03d}\n" for one in range(130))
    path.write_text(head + rows, encoding="utf-8-sig")
    client, seen = sign_in("H-operator"), []
    address = "/runs/quarantine/customer/?sort=customer_id"
    while address:
        page = _page(client, address)
        seen += _column(page, "customer_id")
        following = re.search(r'href="([^"]*)" rel="next"', page)
        address = "/runs/quarantine/customer/" + html.unescape(following[1]) if following else ""
    assert seen == [f"C{one:03d}" for one in range(130)]
    bad = _sheet(client, "/runs/quarantine/customer/?reason=bad&file=quarantine_customer")
    assert len(bad) == 1 + 65
    assert "Filters (1)" in _page(client, "/runs/quarantine/customer/?reason=bad")


def test_a_link_carries_columns_order_and_filters_through_the_page(sign_in: SignIn, varied: None) -> None:
    page = _page(sign_in("BHA"), "/warnings/?columns=score&sort=-opened_on&colour=red&least=1")
    assert "Filters (2)" in page
    form = re.search(r'<form class="filters" method="get".*?</form>', page, re.DOTALL)
    assert form is not None
    kept = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form[0])
    assert kept == [("columns", "score"), ("sort", "-opened_on")]
    chosen = re.search(r'<form method="get" class="stack">.*?</form>', page, re.DOTALL)
    assert chosen is not None
    assert re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', chosen[0]) == [
        ("colour", "red"),
        ("least", "1"),
    ]
    assert '<option value="-opened_on" selected>Open since: latest first</option>' in chosen[0]
    assert 'href="?colour=red&amp;sort=-opened_on&amp;columns=customer%2Cscore"' in page, "a chip's way out"


def test_amounts_have_separators_and_a_unit_in_both_languages(sign_in: SignIn, varied: None) -> None:
    Customer.objects.filter(pk="CA1-1").update(exposure=1_234_567_890_00)
    client = sign_in("BHA")
    english = _page(client, "/customers/?search=CA1-1")
    assert "1,234,567,890<" in english
    assert "Exposure (CNY)" in english
    client.cookies["language"] = "zh-hans"
    chinese = _page(client, "/customers/?search=CA1-1")
    assert "123,456.79<" in chinese
    assert "敞口 (万元)" in chinese
    assert _sheet(client, "/customers/?search=CA1-1&file=customers")[0][4] == "敞口 (元)"


def test_managers_are_told_by_name(sign_in: SignIn, varied: None) -> None:
    client = sign_in("BHA")
    assert _column(_page(client, "/customers/?columns=manager&search=CA1-1"), "Manager") == ["员工 MA1"]
    assert "<dd>员工 MA1</dd>" in _page(client, "/customers/CA1-1/")


def test_one_loan_is_not_told_as_many(sign_in: SignIn, varied: None) -> None:
    Loan.objects.exclude(pk="LA1-1").update(class_previous=None)
    assert "1 loan moved to a worse class" in _page(sign_in("MA1"), "/desk/migration/")


def test_chosen_columns_become_a_saved_filter_and_old_orders_get_their_new_names(
    transactional_db: None, a_bank: None
) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate([("warnings", "0001_initial")])
    old = executor.loader.project_state([("warnings", "0001_initial")]).apps
    kept = old.get_model("warnings", "SavedFilter")
    kept.objects.create(staff_id="MA2", name="new", query="colour=red&sort=newest")
    old.get_model("warnings", "ListColumns").objects.create(
        staff_id="MA2", list_name="warnings", columns=["customer", "score"]
    )
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    from postloan.console.warnings.models import SavedFilter

    told = dict(SavedFilter.objects.filter(staff_id="MA2").values_list("name", "query"))
    assert told == {"new": "colour=red&sort=-opened_on", "我的列 / My columns": "columns=customer%2Cscore"}


@pytest.mark.parametrize("place", [49, 50, 51])
def test_work_of_nobody_ends_no_list(place: int) -> None:
    """Fifty rows stand on a page; what nobody has taken on may be its last."""
    rows = [Load(f"S{number:03d}", None, 1, 0, 0, 0) for number in range(1, 60)]
    rows.insert(place - 1, Load(None, None, 1, 0, 0, 0))
    assert work.LOADS.key is not None
    begins = page_in_memory(rows, work.LOADS.key, "", work.LOADS.size)
    goes_on = page_in_memory(rows, work.LOADS.key, begins.next, work.LOADS.size)
    assert [*begins.rows, *goes_on.rows] == rows

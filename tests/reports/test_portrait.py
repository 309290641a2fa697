"""What a book looks like: a book made by hand, and the figures that follow from its rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postloan.book.snapshot import Book
from postloan.engine import Engine, open_engine
from postloan.errors import BookError
from postloan.policy.pack import Policy, load
from postloan.reports.document import Document
from postloan.reports.files import html
from postloan.reports.portrait.flows import Flows, memory, seasons
from postloan.reports.portrait.portrait import portrait
from postloan.reports.portrait.published import published
from postloan.reports.portrait.view import View, last_day
from postloan.reports.portrait.words import WORDS
from postloan.reports.words import Words
from tests.books import tiny_book

DAY = date(2026, 6, 30)

KINDS = {
    "farmer": ("L1", "L2", "L12", "L13"),
    "small_business": ("L3", "L4", "L9", "E1"),
    "individual": ("L5", "L6", "L7", "L8"),
}
"""Loans by kind of customer. L9 has neither schedule nor record, E1 is entrusted."""

LATER = ("L12", "L13")


def _loan(name: str) -> dict[str, Any]:
    ended = {
        "L4": {"closed_on": "2026-03-10", "close_reason": "repaid"},
        "L5": {"closed_on": "2026-05-20", "close_reason": "written_off"},
    }
    return {
        "loan_id": name,
        "disbursed_on": "2026-03-01" if name in LATER else "2025-01-10",
        **ended.get(name, {}),
    }


def _due(loan: str, *days: str) -> list[dict[str, Any]]:
    return [{"loan_id": loan, "due_on": day, "principal": "100.00"} for day in days]


DUES = [
    *_due("L1", *(f"2026-0{month}-15" for month in range(1, 7))),
    *_due("L2", "2026-01-15", "2026-06-15"),
    *(row for loan in ("L3", "L4", "L5", "E1") for row in _due(loan, "2026-01-15")),
    *(row for loan in ("L7", *LATER) for row in _due(loan, "2026-03-31")),
    *_due("L8", "2026-04-01"),
]

PAID = [
    *(("L1", f"2026-0{month}-15") for month in range(1, 7)),
    ("L2", "2026-02-20"),
    ("L2", "2026-06-15"),
    ("L4", "2026-01-15"),
]

POSITIONS = [
    # L6 has no schedule: its records alone tell, and the last is carried for a day.
    ("L6", "2026-04-30", 0),
    ("L6", "2026-05-31", 10),
    ("L6", "2026-06-29", 39),
    # 91 by the schedule: a record stands that says three days less, not one that says four less.
    ("L12", "2026-06-30", 88),
    ("L13", "2026-06-30", 87),
]

MONTHS = [(2024 + (5 + n) // 12, (5 + n) % 12 + 1) for n in range(25)]
"""June 2024 to June 2026."""


def _entries() -> Iterator[dict[str, Any]]:
    for n, (year, month) in enumerate(MONTHS):
        day = f"{year}-{month:02d}-10"
        harvest = "1300.00" if month == 10 else "100.00"
        yield {"entry_id": f"a{n}", "account_id": "A1", "booked_on": day, "amount": harvest}
        swing = "100.00" if n % 2 else "-100.00"
        yield {"entry_id": f"b{n}", "account_id": "A2", "booked_on": day, "amount": swing}
    for n in range(1000):
        yield {"entry_id": f"c{n}", "account_id": "A3", "booked_on": "2026-06-20", "amount": "1.50"}
    yield {"entry_id": "nothing", "account_id": "A3", "booked_on": "2026-06-20", "amount": "0.00"}


GUARANTEES = [("L1", "L2"), ("L1", "L2"), ("L2", "L1"), ("L3", "L4"), ("L3", "L5"), ("L5", "L5")]
"""Whose customer stands for whose loan; the second says the first again, and nobody stands for himself."""


def _book(folder: Path) -> Path:
    names = [loan for loans in KINDS.values() for loan in loans]
    return tiny_book(
        folder,
        customer=[{"customer_id": f"C-{name}", "kind": kind} for kind, own in KINDS.items() for name in own],
        contract=[{"contract_id": "K-E1", "customer_id": "C-E1", "is_entrusted": True}],
        loan=[_loan(name) for name in names],
        due=DUES,
        payment=[
            {"payment_id": f"p{n}", "loan_id": loan, "paid_on": day, "amount": "100.00"}
            for n, (loan, day) in enumerate(PAID)
        ],
        position=[
            {"loan_id": loan, "on_date": day, "balance": "100.00", "days_past_due": days}
            for loan, day, days in POSITIONS
        ],
        account=[
            {"account_id": "A1", "customer_id": "C-L1"},
            {"account_id": "A2", "customer_id": "C-L5"},
            {"account_id": "A3", "customer_id": "C-L5", "opened_on": "2026-06-01"},
        ],
        entry=_entries(),
        guarantee=[
            {
                "guarantee_id": f"g{n}",
                "contract_id": f"K-{loan}",
                "guarantor_customer_id": f"C-{one}",
                "amount": "1.00",
            }
            for n, (one, loan) in enumerate(GUARANTEES)
        ],
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with open_engine(threads=1) as opened:
        yield opened


@pytest.fixture(scope="module")
def law() -> Policy:
    return load("cn_rural").as_of(DAY)


@pytest.fixture(scope="module")
def document(engine: Engine, law: Policy, tmp_path_factory: pytest.TempPathFactory) -> Document:
    book = Book(_book(tmp_path_factory.mktemp("portrait") / "book"), engine, DAY)
    return portrait(engine, book, law, "en", name="<b>a & b</b>")


def rows(document: Document, grid: str) -> list[dict[str, Any]]:
    return next(one for one in document.grids if one.key == grid).records()


def by(document: Document, grid: str, key: str) -> dict[Any, dict[str, Any]]:
    return {row[key]: row for row in rows(document, grid)}


def measured(document: Document) -> dict[str, Any]:
    return {row["figure"]: row["value"] for row in document.tidy.records()}


def test_default_rates_are_those_of_the_loans_a_year_before(document: Document) -> None:
    kinds = by(document, "defaults_by_customer_kind", "segment")
    told = {kind: (row["loans"], row["defaults"], row["rate"]) for kind, row in kinds.items()}
    # L3 and L5 were 91 days past due on 16 April, L7 on the day itself; L8, at 90, is not in default.
    assert told == {
        "farmer": (2, 0, Decimal("0.000000")),
        "small_business": (2, 1, Decimal("0.500000")),
        "individual": (4, 2, Decimal("0.500000")),
    }
    # Wilson for 1 of 2: (0.5 + z²/4 ± z √(0.125 + z²/16)) / (1 + z²/2) with z = 1.959964.
    ends = kinds["small_business"]["low"], kinds["small_business"]["high"]
    assert ends == (Decimal("0.094531"), Decimal("0.905469"))
    assert measured(document)["default_rate_12m"] == Decimal("0.375000")
    assert "left out: 1." in " ".join(document.answer)  # L9; the entrusted loan is no loan of the bank


@pytest.mark.parametrize(
    ("month", "loans", "defaults"),
    [
        ("2026-03", 8, 0),
        ("2026-04", 9, 2),  # without L4, closed in March, with both that were paid out in it
        ("2026-06", 7, 3),  # without L3 and L5
    ],
)
def test_defaults_of_a_month(document: Document, month: str, loans: int, defaults: int) -> None:
    row = by(document, "defaults_by_month", "month")[month]
    assert (row["loans"], row["defaults"]) == (loans, defaults)


def test_a_young_vintage_has_no_rate_yet(document: Document) -> None:
    told = by(document, "defaults_by_vintage", "vintage")
    assert [(name, row["loans"], row["rate"], row["so_far"]) for name, row in told.items()] == [
        ("2025 Q1", 8, None, 3),
        ("2026 Q1", 2, None, 2),
    ]


def test_a_vintage_is_told_at_eighteen_months(engine: Engine, law: Policy, tmp_path: Path) -> None:
    # Due after a year and in default 91 days later. One of the end of September 2024 is eighteen
    # months old before June 2026 begins, one of the end of December only at its end.
    paid_out = {"L1": "2024-09-10", "L2": "2024-09-30", "L3": "2024-12-30"}
    book = tiny_book(
        tmp_path / "book",
        loan=[{"loan_id": name, "disbursed_on": day} for name, day in paid_out.items()],
        due=[*_due("L1", "2025-09-10"), *_due("L2", "2026-09-30"), *_due("L3", "2025-12-30")],
        payment=[],
    )
    document = portrait(engine, Book(book, engine, DAY), law, "en")
    told = by(document, "defaults_by_vintage", "vintage")
    assert {name: (row["loans"], row["defaults"], row["rate"]) for name, row in told.items()} == {
        "2024 Q3": (2, 1, Decimal("0.500000")),
        "2024 Q4": (1, None, None),
    }


@pytest.mark.parametrize("is_simulated", [True, False])
def test_a_simulated_book_says_what_is_unlike_life(
    engine: Engine, law: Policy, tmp_path: Path, *, is_simulated: bool
) -> None:
    book = Book(_book(tmp_path / "book"), engine, DAY)
    document = portrait(engine, book, law, "en", is_simulated=is_simulated)
    found = [grid for grid in document.grids if grid.key == "simulated"]
    assert bool(found) == is_simulated
    page = (Path(__file__).parents[2] / "docs" / "simulated-bank.md").read_text(encoding="utf-8")
    for grid in found:
        assert len(grid.rows) > 5
        assert [row[0] for row in grid.rows if f"- {row[0]}\n" not in page] == []


@pytest.mark.parametrize(
    ("month", "counts"),
    [
        ("2025-12", (7, 0, 0, 0, 0)),  # L6 has no record yet
        ("2026-01", (4, 3, 0, 0, 0)),  # L2, L3 and L5 are 16 days late
        ("2026-04", (3, 4, 0, 0, 2)),  # L8 at 29 days, L7, L12 and L13 at 30; L3 and L5 at 105
        ("2026-05", (2, 1, 1, 3, 1)),  # L6 at 10 days, L8 at 60, three at 61; L5 is written off
        ("2026-06", (2, 0, 1, 2, 3)),  # L6 at 40; L8 at 90, L12 at 88 by the record; L3, L7 and L13
    ],
)
def test_days_past_due_at_month_ends(document: Document, month: str, counts: tuple[int, ...]) -> None:
    row = by(document, "arrears_by_month", "month")[month]
    assert tuple(row[f"days_{one}"] for one in ("0", "1_30", "31_60", "61_90", "over_90")) == counts


def test_roll_rates(document: Document) -> None:
    told = by(document, "roll_matrix", "was")
    # From 1–30 days: L2 was paid, L3, L5, L6 and L8 went on, L7, L12 and L13 fell two buckets.
    assert told["b_1_30"]["loans"] == 8
    assert [told["b_1_30"][one] for one in ("0", "31_60", "61_90")] == [
        Decimal("0.125000"),
        Decimal("0.500000"),
        Decimal("0.375000"),
    ]
    # From 61–90 days: L3, L5, L7 and L13 went beyond 90, L12 stayed.
    assert (told["b_61_90"]["loans"], told["b_61_90"]["over_90"]) == (5, Decimal("0.800000"))
    # Beyond 90 days: L3 twice, and L5, which was written off.
    assert (told["b_over_90"]["loans"], told["b_over_90"]["written_off"]) == (3, Decimal("0.333333"))
    assert told["b_0"]["closed"] > 0  # L4


def test_seasons_are_those_of_accounts_that_were_there_before(document: Document) -> None:
    told = by(document, "seasons", "month")
    # A year of the farmer brings 11 × 100 + 1,300, 200 in an average month.
    assert (told["10"]["farmer"], told["09"]["farmer"]) == (Decimal("6.500000"), Decimal("0.500000"))
    # From July 2024 on, every other month brings 100; the 1,000 entries of the new account are no season.
    assert [told[f"{month:02d}"]["individual"] for month in (6, 7)] == [Decimal(0), Decimal(2)]
    assert measured(document)["swing_farmer"] == Decimal(13)


def test_balances_that_swing_from_month_to_month(document: Document) -> None:
    told = by(document, "memory", "lag")
    # Balances of 24 months alternate about their mean: lag k has 24 - k products of one size.
    assert [told[lag]["individual"] for lag in (1, 2, 12)] == [
        Decimal("-0.958333"),
        Decimal("0.916667"),
        Decimal("0.500000"),
    ]


def test_first_digits(document: Document) -> None:
    told = by(document, "digits", "digit")
    assert [told[digit]["entry"] for digit in (1, 2)] == [Decimal(1), Decimal(0)]
    deviation = rows(document, "digit_deviation")[0]
    # All of 1,050 amounts but nothing begin with 1: (0.69897 + 0.69897) / 9, and n (1 / 0.30103 - 1).
    assert (deviation["rows"], deviation["mad"], deviation["band"]) == (
        1050,
        Decimal("0.155327"),
        "no conformity",
    )
    assert deviation["chi_square"] == pytest.approx(Decimal("2438.02"), abs=Decimal("0.01"))
    assert rows(document, "digit_deviation")[1]["mad"] is None  # eleven loans are too few


@pytest.mark.parametrize(
    ("mad", "band"),
    [
        ("0.005999", "close"),
        ("0.006", "close"),
        ("0.006001", "acceptable"),
        ("0.012", "acceptable"),
        ("0.015", "marginal"),
        ("0.015001", "nonconformity"),
    ],
)
def test_bands_of_the_deviation(mad: str, band: str) -> None:
    assert published().band(Decimal(mad)) == band


def test_the_network_of_guarantees(document: Document) -> None:
    told = by(document, "guarantees", "degree")
    # C-L1 and C-L2 stand for each other, C-L3 for two; four borrowers have one guarantor each.
    assert (told["1"]["guarantors"], told["2"]["guarantors"], told["1"]["borrowers"]) == (2, 1, 4)
    assert "1 circles with 2 customers; the largest network has 3" in document.grids[-3].title
    own = measured(document)
    assert (own["reciprocal_share"], own["mean_guaranteed"]) == (Decimal("0.500000"), Decimal("1.333333"))


def test_published_figures_stand_beside_those_of_the_book(document: Document) -> None:
    own = measured(document)
    for figures in published().figures.values():
        for one in figures:
            assert one.get("beside", "mad_entry") in {*own, "swing_individual"}
            assert {len(one[key]) for key in ("what", "who", "source")} == {2}
            assert ("value" in one) != ("says" in one)
            assert one["status"] in {"V", "V*", "K", "M"}
    (first, *_) = rows(document, "published_defaults")
    # L1 and L2 have repaid 600 and 200 of 100,000 each, L3, L7 and L8 nothing; L6, L12 and L13 owe 100 by
    # the records. Of these 499,500 more than 90 days are L3, L7 and L13, with 200,100.
    assert own["share_over_90_by_balance"] == Decimal("0.400601")
    assert (first["published"], first["this_book"]) == ("2.8%", "40.1%")


def test_the_page_holds_its_charts_and_escapes_names(document: Document) -> None:
    page = html(document, "en")
    assert page.count("<svg") == 9  # the vintages are too young for one
    assert "&lt;b&gt;a &amp; b&lt;/b&gt;" in page
    assert "<b>" not in page
    assert not re.search(r"\{\d?\}|https?://(?!www\.w3\.org)", page)


def test_what_a_book_cannot_tell_is_said(engine: Engine, law: Policy, tmp_path: Path) -> None:
    folder = tiny_book(tmp_path / "bare", loan=[{"loan_id": "L1", "disbursed_on": "2025-01-10"}])
    book = Book(folder, engine, DAY)
    told = portrait(engine, book, law, "zh")
    says = [grid.says[0] for grid in told.grids if not grid.rows and not grid.key.startswith("published")]
    assert len(says) == 5  # loans have amounts, so that digits can be counted
    assert all(said.startswith("无法计量") for said in says)
    assert "<svg" in html(told, "zh")
    assert last_day(book) == date(2025, 1, 10)


def test_accounts_that_are_all_new_tell_no_season(engine: Engine, law: Policy, tmp_path: Path) -> None:
    days = [f"{year}-{month:02d}-10" for year, month in MONTHS]
    folder = tiny_book(
        tmp_path / "new",
        account=[{"account_id": "A1", "customer_id": "C1", "opened_on": "2024-07-01"}],
        entry=[{"entry_id": day, "account_id": "A1", "booked_on": day, "amount": "1.00"} for day in days],
    )
    view = View.of(engine, Book(folder, engine, DAY), law, 24)
    flows = Flows(view)
    for one in (seasons, memory):
        (grid,) = one(view, flows, Words("en", WORDS)).grids
        assert grid.says == ["Not measurable: no account with entries is older than the months told."]


def test_a_book_of_nothing_has_no_last_day(engine: Engine, tmp_path: Path) -> None:
    book = Book(tiny_book(tmp_path / "empty"), engine, DAY)
    with pytest.raises(BookError) as caught:
        last_day(book)
    assert caught.value.code == "empty_book"
    assert "--date" in caught.value.mend


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        (date(2026, 6, 29), (date(2026, 4, 30), date(2026, 5, 31))),
        (date(2026, 6, 30), (date(2026, 5, 31), date(2026, 6, 30))),
        (date(2026, 7, 1), (date(2026, 5, 31), date(2026, 6, 30))),
    ],
)
def test_a_month_is_full_on_its_last_day(
    engine: Engine, law: Policy, tmp_path: Path, day: date, ends: tuple[date, date]
) -> None:
    book = Book(tiny_book(tmp_path / "b"), engine, day)
    assert View.of(engine, book, law, 2).ends == ends

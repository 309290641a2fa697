"""Classes over time: migration between two days of the store, and the classes of one loan."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from postloan.console.customers import selectors as customers
from postloan.console.desk import periods
from postloan.console.people.models import Staff
from postloan.console.people.rights import scope_of
from postloan.console.publishing.models import ClassChange, Loan
from postloan.console.publishing.selectors import current
from postloan.console.words import policy_of
from tests.console import results

SignIn = Callable[[str], Client]
APRIL, MAY_EARLY, MAY, JUNE = (date(2026, *one) for one in ((4, 30), (5, 20), (5, 31), (6, 30)))
PERIOD = "since=2026-04-30&until=2026-06-30"
JULY = date(2026, 7, 31)
"""After the day of the run that is shown."""


@pytest.fixture
def past(a_bank: None, settings: Any) -> Path:
    """Fill the store with results: L1 falls step by step, L2 recovers, L3 stays, L4 is repaid, L5 is new."""
    cache.clear()
    for day, classes in {
        APRIL: {"L1": "02", "L2": "06", "L3": "02", "L4": "02"},
        MAY_EARLY: {"L1": "02", "L2": "06", "L3": "02", "L4": "02"},
        MAY: {"L1": "05", "L2": "06", "L3": "02", "L4": "02"},
        JUNE: {"L1": "06", "L2": "02", "L3": "02", "L5": "02"},
        JULY: {"L1": "10"},
    }.items():
        results.a_result(settings.STORE, day, classes=classes, colours={})
    return Path(settings.STORE)


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def matrix(who: str, before: date, after: date, by: str = "five") -> dict[tuple[str, str], tuple[int, int]]:
    run = current()
    assert run is not None
    policy = policy_of(run.policy_version, run.as_of)
    held = scope_of(Staff.objects.get(pk=who))
    found = periods.migration(held, policy, run, periods.Period(before, after), by, "cn10a")
    cells = [cell for _, row in found.rows for cell in row if cell]
    return {(cell.before, cell.after): (cell.loans, cell.balance) for cell in cells}


def test_the_days_are_the_last_of_each_month_up_to_the_run(past: Path) -> None:
    run = current()
    assert run is not None
    assert periods.days(run) == [JUNE, MAY, APRIL]


def test_moves_are_counted_of_loans_that_stood_on_both_days(past: Path) -> None:
    assert matrix("H-risk_department", APRIL, JUNE) == {
        ("normal", "substandard"): (1, 90_000),
        ("substandard", "normal"): (1, 90_000),
        ("normal", "normal"): (1, 90_000),
    }
    assert matrix("H-risk_department", APRIL, MAY, by="level") == {
        ("02", "05"): (1, 90_000),
        ("06", "06"): (1, 90_000),
        ("02", "02"): (2, 180_000),
    }


@pytest.mark.parametrize(
    ("who", "sees"), [("BHB", True), ("H-executive", True), ("BHA", False), ("MB1", False)]
)
def test_one_sees_the_moves_of_one_s_own_part(past: Path, sign_in: SignIn, who: str, sees: bool) -> None:
    assert bool(matrix(who, APRIL, JUNE)) is sees
    asked = "by=five&from=normal&to=substandard&since=2026-04-30&until=2026-06-30"
    assert (">L1 <" in text(sign_in(who).get(f"/desk/migration/loans/?{asked}"))) is sees


def test_the_page_lets_one_choose_and_leads_to_the_loans(past: Path, sign_in: SignIn) -> None:
    client = sign_in("BHB")
    page = text(client.get("/desk/migration/?by=five&since=2026-04-30&until=2026-06-30"))
    assert "1 loan moved to a worse class, 1 to a better one, 1 stayed" in page
    assert "Rows: the class on 2026-04-30." in page
    assert "&amp;since=2026-04-30&amp;until=2026-06-30" in page
    Loan.objects.filter(pk="LB1-1").update(loan_id="L2")
    loans = text(
        client.get(
            "/desk/migration/loans/?by=level&scheme=cn10a&from=06&to=02&since=2026-04-30&until=2026-06-30"
        )
    )
    assert '/desk/loans/L2/">L2</a>' in loans
    assert "closed since" not in loans
    gone = text(client.get(f"/desk/migration/loans/?by=five&from=normal&to=substandard&{PERIOD}"))
    assert "L1 <small>closed since</small>" in gone


@pytest.mark.parametrize(
    ("since", "until"),
    [("2026-06-30", "2026-04-30"), ("2026-04-30", "2026-07-31"), ("2026-04-30", "2026-04-30"), ("x", "'")],
)
def test_what_is_no_period_shows_the_last_run(past: Path, sign_in: SignIn, since: str, until: str) -> None:
    page = text(sign_in("BHB").get("/desk/migration/", {"since": since, "until": until}))
    assert "That is no period between two days with a result" in page
    assert "Rows: the class before the last run." in page


def test_the_loans_of_a_cell_come_page_by_page(past: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "_ROWS", 1)
    monkeypatch.setattr(periods, "_LOOKED_AT", 1)
    run = current()
    assert run is not None
    held = scope_of(Staff.objects.get(pk="BHB"))
    policy = policy_of(run.policy_version, run.as_of)
    told, after = [], ""
    for _ in range(3):
        rows, after = periods.moved(
            held, policy, periods.Period(APRIL, MAY), "level", "cn10a", ("02", "02"), after
        )
        told += [one.loan_id for one in rows]
        if not after:
            break
    assert told == ["L3", "L4"]


class _Past:
    """Rows of a book that has no decisions, with classes of three months."""

    def has(self, table: str) -> bool:
        return False

    def classes(self, loans: list[str]) -> list[dict[str, Any]]:
        pairs = [(APRIL, "02"), (MAY, "05"), (JUNE, "05")]
        return [{"as_of": day, "loan_id": one, "value": level} for day, level in pairs for one in loans]


def test_the_classes_of_a_loan_are_told_over_all_results_once(a_bank: None) -> None:
    loan = Loan.objects.get(pk="LA1-1")
    ClassChange.objects.create(loan_id="LA1-1", as_of=MAY, before="02", after="05")
    found = customers.classes_of([loan], _Past())  # type: ignore[arg-type]
    assert [(one.day, one.level, one.by) for one in found] == [(MAY, "05", "run"), (APRIL, "02", "run")]


def test_the_desk_shows_the_classes_of_a_loan_over_time(sign_in: SignIn) -> None:
    ClassChange.objects.create(loan_id="LA1-1", as_of=MAY, before="02", after="05")
    page = text(sign_in("MA1").get("/desk/loans/LA1-1/"))
    assert "Classes over time" in page
    assert "the daily run" in page

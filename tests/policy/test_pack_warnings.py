"""What is not wrong in a pack and is listed all the same, as a warning."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from postloan.policy.checking import check_pack
from postloan.policy.pack import load
from tests.policy.bank_pack import (
    FACTS,
    LIMIT,
    SIGNAL,
    errors,
    write,
)


def warnings(folder: Path, day: date = date(2026, 8, 1)) -> set[tuple[str, str]]:
    found = check_pack(load(folder), FACTS, (day, date(2026, 12, 31)))
    return {
        (one.code, one.where) for one in found if one.severity == "warning" and one.where.startswith("bank")
    }


def test_what_replaces_nothing_and_what_nobody_asks_for_is_listed(bank: Path) -> None:
    place = "bank/parameters.yaml, parameter limt"
    write(bank, {"parameters.yaml": LIMIT.replace("limit", "limt")})
    assert ("overrides_nothing", place) in warnings(bank)
    write(bank, {"parameters.yaml": LIMIT.replace("limit", "limt").replace(" overrides: ours,", "")})
    assert ("nobody_asks", place) in warnings(bank)


def test_a_new_signal_may_hold_from_a_later_day_and_a_new_parameter_may_not(bank: Path) -> None:
    write(bank, {"signals/own.yaml": SIGNAL.replace("2020-01-01", "2026-08-02")})
    assert errors(bank) == []
    listed = ("not_yet_in_force", "bank/signals/own.yaml, signal S1")
    assert listed in warnings(bank, date(2026, 8, 1))
    assert listed not in warnings(bank, date(2026, 8, 2))
    late = LIMIT.replace("limit", "own").replace("2020-01-01", "2026-08-02")
    write(bank, {"parameters.yaml": late})
    assert [one.code for one in errors(bank)] == ["not_in_force"]


def test_a_signal_that_ends_leaves_a_gap(bank: Path) -> None:
    write(bank, {"signals/own.yaml": SIGNAL + "  effective_until: 2026-09-30\n"})
    (told,) = errors(bank)
    assert (told.code, told.message) == ("not_in_force", "No signal `S1` is in force on 2026-10-01.")


def test_an_entry_without_a_date_is_listed(bank: Path) -> None:
    write(bank, {"parameters.yaml": LIMIT.replace("effective_from: 2020-01-01, ", "")})
    assert ("provenance_missing", "bank/parameters.yaml, parameter limit") in warnings(bank)


def test_years_missing_between_known_calendars_are_listed(bank: Path) -> None:
    write(bank, {"calendar/2023.yaml": "year: 2023\n"})
    years = {where for code, where in warnings(bank) if code == "calendar_provisional"}
    assert years == {"bank/calendar/2024.yaml", "bank/calendar/2025.yaml"}


def test_a_review_of_a_version_that_holds_no_more_is_not_asked_for(bank: Path) -> None:
    old = LIMIT.replace("2026-01-01", "2020-01-01")
    new = LIMIT.replace("2020-01-01", "2026-09-01")
    write(bank, {"parameters.yaml": old + new})
    due = ("review_due", "bank/parameters.yaml, parameter limit")
    assert due in warnings(bank, date(2026, 8, 31))  # the old version still holds on that day
    assert due not in warnings(bank, date(2026, 9, 1))

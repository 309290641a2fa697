"""The migration matrix, worked out by hand from the two days of conftest."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.reports.days import share
from postloan.reports.migration import migration
from tests.reports.conftest import FIRST, LAST, Made, loan, run_day


@pytest.fixture(scope="module")
def told(made):
    last = made.day()
    return migration(made.before(last), last, "en")


def _grid(told, key):
    (grid,) = [grid for grid in told.grids if grid.key == key]
    return grid


def _rows(told, key):
    return [list(row) for row in _grid(told, key).rows]


def test_the_answer_counts_what_moved(told):
    # In both: L1 to L5 and L7. Worse: L2, L3. Better: L4; of L5 nobody can tell. New: L8, L9. Closed: L6.
    assert told.answer[0] == (
        "Loans on the books on both days: 6, of which 2 moved to a worse class and 1 to a better one; "
        "2 are new, 1 closed."
    )
    assert told.answer[1] == (
        "Not measurable on 2026-02-27: the class of 1, of which nobody can tell whether they moved."
    )
    # By loans 1 of 5, then 1 of 6; by balance 400 of 1,600, then 150 of 1,430.
    assert told.answer[2] == (
        "Non-performing: 20.0% of loans before, 16.7% after; 25.0% of the balance before, 10.5% after (CNY)."
    )


def test_what_is_new_closed_or_unmeasured_has_a_row_or_column_of_its_own(told):
    grid = _grid(told, "five_loans")
    heads = [column.key for column in grid.columns]
    assert heads == [
        "from",
        *("normal", "special_mention", "substandard", "not_measurable", "unclassified", "closed", "total"),
    ]
    assert _rows(told, "five_loans") == [
        ["normal", 1, 1, 0, 0, 0, 1, 3],
        ["special_mention", 0, 0, 1, 0, 0, 0, 1],
        ["substandard", 1, 0, 0, 0, 0, 0, 1],
        ["not_measurable", 1, 0, 0, 0, 0, 0, 1],
        ["unclassified", 0, 0, 0, 0, 1, 0, 1],
        ["new", 1, 0, 0, 1, 0, 0, 2],
        ["total", 4, 1, 1, 1, 1, 1, 9],
    ]
    assert grid.says == ["No loan on either day: doubtful, loss."]


def test_amounts_are_exact(told):
    rows = _rows(told, "five_amounts_CNY")
    assert rows[0] == [
        "normal",
        *map(Decimal, ("90.00", "220.00", "0.00", "0.00", "0.00", "600.00", "910.00")),
    ]
    # 90 + 400 + 500 + 70; 220; 150; the unknown balance of L9 is left out, and told.
    assert rows[-1][1:4] == [Decimal("1060.00"), Decimal("220.00"), Decimal("150.00")]
    assert (
        "Loans whose balance is not known: 1; their amounts are left out."
        in _grid(told, "five_amounts_CNY").says
    )


def test_rates_leave_out_what_was_repaid(told):
    assert _rows(told, "rates_loans") == [
        ["normal", 3, 1, 1, 0, 0, Decimal("0.500000"), Decimal(0)],
        ["special_mention", 1, 0, 1, 0, 0, Decimal(1), Decimal(0)],
        ["substandard", 1, 0, 0, 1, 0, Decimal(0), Decimal(1)],
    ]
    normal, mention, substandard = _rows(told, "rates_amounts_CNY")
    # 900 before; 10 of L1 and 600 of L6 are gone; L2 stands at 220 now: 220 / 290.
    assert normal[1:4] == [Decimal("900.00"), Decimal("610.00"), Decimal("220.00")]
    assert normal[6] == Decimal("0.758621")
    assert mention[1:4] == [Decimal("300.00"), Decimal("150.00"), Decimal("150.00")]
    assert mention[6] == 1
    assert substandard[7] == 1


def test_the_levels_of_the_scheme_have_a_matrix_of_their_own(told):
    grid = _grid(told, "level_loans_cn10a")
    assert [column.key for column in grid.columns] == [
        "from",
        *("02", "03", "04", "05", "06", "not_measurable", "closed", "total"),
    ]
    by_name = {row[0]: row[1:] for row in grid.rows}
    assert by_name["03"] == [0, 1, 0, 1, 0, 0, 1, 3]
    assert by_name["04"] == [0, 0, 0, 0, 1, 0, 0, 1]
    assert by_name["new"] == [1, 0, 0, 0, 0, 1, 0, 2]
    assert grid.columns[1].title == "02 Level 02"
    assert "08 Level 08" in grid.says[0]


def test_the_moves_add_up_to_both_days(told):
    moves = told.tidy.records()
    assert sum(row["loans"] for row in moves) == 9
    assert sum(row["opening"] for row in moves) == Decimal("2150.00")
    assert sum(row["closing"] for row in moves) == Decimal("1480.00")
    worse = [row for row in moves if row["direction"] == "worse"]
    assert {(row["from_level"], row["to_level"]) for row in worse} == {("03", "05"), ("04", "06")}


def test_currencies_are_never_added(engine, made, tmp_path_factory):
    store = tmp_path_factory.mktemp("two") / "store"
    rows = [
        loan("L1", "normal", "03", "1.00"),
        loan("L2", "normal", "03", "2.00", currency="USD"),
        loan("L3", "substandard", "sub", "3.00", scheme_id="other"),
    ]
    run_day(engine, store, FIRST, made.pack, loan_state=rows)
    rows[0] = loan("L1", "normal", "N", "1.00", scheme_id="other")
    run_day(engine, store, LAST, made.pack, loan_state=rows)
    house = Made(engine, store, made.pack, made.folder)
    last = house.day()
    told = migration(house.before(last), last, "zh")
    amounts = {grid.key: grid.rows[-1][-1] for grid in told.grids if grid.key.startswith("five_amounts")}
    assert amounts == {"five_amounts_CNY": Decimal("4.00"), "five_amounts_USD": Decimal("2.00")}
    # L1 changed its scheme within one class: it comes from, and goes to, another one.
    assert [list(row) for row in _grid(told, "level_loans_other").rows] == [
        ["N", 0, 0, 0, 0],
        ["sub", 0, 1, 0, 1],
        ["other_scheme", 1, 0, 0, 1],
        ["total", 1, 1, 0, 2],
    ]


def test_exposures_off_the_balance_sheet_are_no_loans(engine, made, tmp_path):
    store = tmp_path / "store"
    acceptance = loan("A1", "normal", "03", "800.00", on_off="off_ba")
    rows = [loan("L1", "normal", "03", "100.00"), loan("L2", "substandard", "06", "100.00"), acceptance]
    paid = loan("A2", "normal", "03", "200.00", on_off="off_ba")
    run_day(engine, store, FIRST, made.pack, loan_state=[*rows, paid])
    # A2 became an advance: a loan from then on, and new among them.
    advance = loan("A2", "substandard", "06", "200.00", on_off="on")
    run_day(engine, store, LAST, made.pack, loan_state=[*rows, advance])
    house = Made(engine, store, made.pack, made.folder)
    last = house.day()
    told = migration(house.before(last), last, "en")
    assert list(told.answer) == [
        (
            "Loans on the books on both days: 2, of which 0 moved to a worse class and 0 to a better one; "
            "1 are new, 0 closed."
        ),
        "Non-performing: 50.0% of loans before, 66.7% after; 50.0% of the balance before, 75.0% after (CNY).",
        "Off the balance sheet, and left out, as rates are of loans: exposures 1, 800.00 CNY.",
    ]
    assert _rows(told, "five_loans")[-1][-1] == 3


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(1, 3, "0.333333"), (2, 3, "0.666667"), (1, 2_000_000, "0.000001"), (-1, 3, "-0.333333"), (5, 0, None)],
)
def test_a_share_has_six_places_and_no_float(part, whole, expected):
    assert share(part, whole) == (None if expected is None else Decimal(expected))

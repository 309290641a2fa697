"""Work by role, branch, person and week, worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.reports.workload import workload
from tests.reports.conftest import AFTER, LAST, Made, run_day


def _measure(number, code, due_on, owner_id, nature="duty", role="customer_manager", **others):
    return {
        "measure_id": f"m{number}",
        "measure_code": code,
        "level": "loan",
        "loan_id": "L1",
        "customer_id": "C-L1",
        "nature": nature,
        "owner_role": role,
        "owner_id": owner_id,
        "due_on": due_on,
        **others,
    }


# The day is Friday 27 February 2026; its week began on Monday the 23rd.
MEASURES = [
    _measure(1, "M1", "2026-02-26", "S1"),
    _measure(2, "M1", "2026-02-27", "S1", loan_id="L2"),
    # The customer's largest loan is L3 at B2 (150 against 90 of L1 at B1).
    _measure(3, "M2", "2026-03-06", None, role="branch_head", loan_id=None, level="customer"),
    _measure(4, "M2", "2026-03-07", "S1"),
    _measure(5, "M3", "2026-07-01", "S2"),
    _measure(6, "M2", None, None, nature="option"),
    _measure(7, "M1", None, "S1", nature="guard"),
]


EMPTY = ("03-09", "03-16", "03-23", "03-30", "04-06", "04-13")


@pytest.fixture(scope="module")
def house(engine, made, tmp_path_factory):
    store = tmp_path_factory.mktemp("work") / "store"
    run_day(engine, store, LAST, made.pack, loan_state=AFTER, measure_due=MEASURES)
    return Made(engine, store, made.pack, made.folder)


def _told(house, *by, hours=None):
    return workload(house.day(), by or ("role", "branch", "week"), hours, "en")


def _rows(told, key):
    (grid,) = [grid for grid in told.grids if grid.key == key]
    return [list(row) for row in grid.rows]


def test_the_answer_says_how_much_and_what_it_costs(house):
    # 90 + 90 + 30 + 30 minutes; M3 has no effort in the pack.
    assert list(_told(house).answer) == [
        "Open duties: 5, of which 1 overdue and 2 due within seven days; hours they cost: 4.0.",
        "Duties whose cost is not known, as the pack is not at hand or has no effort for them: 1.",
        "Duties without an owner by name, as nobody holds the role: 1.",
        "Measures that are offered besides, and due for nobody: 1.",
        "--hours-a-day HOURS holds this against what people can do.",
    ]


def test_by_role_and_branch(house):
    told = _told(house)
    # duties, overdue, in 7 days, hours, hours overdue, options
    assert _rows(told, "by_role") == [
        ["customer_manager", 4, 1, 1, Decimal("3.50"), Decimal("1.50"), 1],
        ["branch_head", 1, 0, 1, Decimal("0.50"), Decimal("0.00"), 0],
        ["total", 5, 1, 2, Decimal("4.00"), Decimal("1.50"), 1],
    ]
    assert _rows(told, "by_branch") == [
        ["B1", 3, 1, 0, Decimal("2.00"), Decimal("1.50"), 1],
        ["B2", 2, 0, 2, Decimal("2.00"), Decimal("0.00"), 0],
        ["total", 5, 1, 2, Decimal("4.00"), Decimal("1.50"), 1],
    ]


def test_by_week_with_what_is_overdue_first(house):
    told = _told(house, "week")
    (grid,) = told.grids
    shown = [[grid.columns[0].shown(row[0]), *row[1:]] for row in grid.rows]
    assert shown == [
        ["overdue", 1, Decimal("1.50"), 0],
        ["2026-02-23", 1, Decimal("1.50"), 0],
        ["2026-03-02", 2, Decimal("1.00"), 0],
        *([f"2026-{monday}", 0, Decimal("0.00"), 0] for monday in EMPTY),
        ["later", 1, Decimal("0.00"), 0],
        ["no deadline", 0, Decimal("0.00"), 1],
        ["total", 5, Decimal("4.00"), 1],
    ]


def test_capacity_counts_working_days_of_people_with_names(house):
    told = _told(house, "week", "manager", hours=Decimal(3))
    assert told.answer[-1] == (
        "Capacity: 3 hours a working day for each person who has a duty, of whom there are 2."
    )
    # S1 and S2, 3 hours; Friday and the Saturday that is worked, then five days.
    weeks = {row[0]: row[-2:] for row in _rows(told, "by_week")}
    assert weeks["week_0"] == [Decimal(12), Decimal("0.125000")]
    assert weeks["week_1"] == [Decimal(30), Decimal("0.033333")]
    assert weeks["week_-1"] == [None, None]
    # S1 up to 27 March: 3.5 hours of 22 working days.
    people = {row[0]: row[-3:] for row in _rows(told, "by_manager")}
    assert people["S1"] == [Decimal("3.50"), Decimal(66), Decimal("0.053030")]
    assert people["S2"] == [Decimal("0.00"), Decimal(66), Decimal(0)]
    assert people["nobody"] == [Decimal("0.50"), None, None]


def test_what_machines_read_adds_up(house):
    records = _told(house).tidy.records()
    assert sum(row["measures"] for row in records) == 7
    assert sum(row["minutes"] or 0 for row in records if row["nature"] == "duty") == 240
    weeks = {
        week: [row for row in records if row["week"] == week] for week in {row["week"] for row in records}
    }
    assert set(weeks) == {"overdue", "later", "none", "2026-02-23", "2026-03-02"} | {
        f"2026-{monday}" for monday in EMPTY
    }
    (empty,) = weeks["2026-03-09"]
    assert (empty["manager"], empty["measures"], empty["minutes"]) == (None, 0, 0)
    (later,) = weeks["later"]
    assert (later["manager"], later["measure"], later["minutes"], later["unknown"]) == ("S2", "M3", 0, 1)
    assert {type(row["minutes"]) for row in records} == {int}


def test_nothing_to_do_is_said(made):
    told = workload(made.day(), ("role",), None, "zh")
    assert (list(told.answer), told.grids) == (["没有未办结事项。"], [])

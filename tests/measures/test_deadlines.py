"""What is due when: steps, inspections and working days, with dates counted by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from postloan.engine import Engine
from tests.classification.made import DAY
from tests.measures.made import by_code, measures

Rows = list[dict[str, Any]]
DUTY, OPTION = "duty", "option"
RED = {"colour": "red", "colour_since": date(2024, 6, 27)}

DUNNING = {
    0: set(),
    1: {"M22"},
    3: {"M22"},
    4: set(),
    6: set(),
    7: {"M23"},
    14: {"M23"},
    15: {"M23", "M24"},
    30: {"M23", "M24"},
    31: {"M23", "M24", "M25"},
}
"""Duties by days past due."""

COLOURS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    # colour, what the loan is, measures but the inspection on site
    "yellow": ("yellow", {}, {"M06": DUTY}),
    "orange": (
        "orange",
        {"level": "03", "is_revolving": True},
        {
            "M06": DUTY, "M07": DUTY, "M34": DUTY, "M16": DUTY, "M13": DUTY, "M14": OPTION, "M33": OPTION
        },
    ),
    "bill": (
        "red",
        {"on_off": "off_ba", "matures_on": date(2024, 8, 1)},
        {"M06": DUTY, "M13": DUTY, "M54": DUTY},
    ),
    "commitment": ("red", {"on_off": "off_uc"}, {"M06": DUTY, "M58": DUTY}),
    "enforced": ("red", {"suit_status": "enforcement"}, {"M15": DUTY, "M44": DUTY}),  # no inspections besides
    "bankrupt": ("blue", {"suit_status": "bankruptcy"}, {"M46": DUTY}),
}  # fmt: skip

UNRATED = {
    "trust": {"is_entrusted": True, "dpd_days": 50},
    "unclassified": {"level": None, "dpd_days": None},
}


@pytest.fixture(scope="module")
def friday(engine: Engine) -> Rows:
    """Give the measures of a first run on Friday 28 June, for loans of customers of their own."""
    small = {"level": "01", "amount_band": "A1"}
    loans: Rows = [{"id": str(days), "dpd_days": days, **small} for days in DUNNING]
    loans += [
        {"id": mode, "dpd_days": 1, "guarantee_mode": mode}
        for mode in ("guarantor", "joint_group", "mortgage")
    ]
    loans += [{"id": name, **small, **more} for name, (_, more, _) in COLOURS.items()]
    loans += [{"id": "warned", "level": "03"}, {"id": "preserved", "suit_status": "preservation"}]
    loans += [
        {"id": name, "customer_id": "Cboth", "suit_status": status}
        for name, status in (("both a", "none"), ("both b", "enforcement"))
    ]
    loans += [{"id": name, **more} for name, more in UNRATED.items()]
    colours = {name: colour for name, (colour, _, _) in COLOURS.items()}
    colours |= dict.fromkeys(("warned", "preserved", "both"), "red")
    warned = [{**RED, "customer_id": f"C{name}", "colour": colour} for name, colour in colours.items()]
    return measures(
        engine,
        loans,
        warnings=warned,
        customers=[{"id": f"C{name}", "total_exposure_amt": Decimal(1)} for name in UNRATED],
    )


def _owned(rows: Rows, customer: str) -> Rows:
    """Give the rows about a customer and its loans."""
    return [row for row in rows if row["customer_id"] == customer]


def test_dunning_steps_at_every_boundary(friday: Rows) -> None:
    own = {days: _owned(friday, f"C{days}") for days in DUNNING}
    told = {days: {row["measure_code"]: row for row in rows} for days, rows in own.items()}
    duties = {
        days: {row["measure_code"] for row in rows if row["nature"] == DUTY} for days, rows in own.items()
    }
    assert duties == DUNNING
    # a plan may be agreed on from the first day on
    assert {days for days in told if "M27" in told[days]} == {days for days in DUNNING if days}
    assert told[1]["M22"]["due_on"] == date(2024, 6, 30)  # unpaid since 27 June, three days after it
    assert told[3]["M22"]["due_on"] == DAY
    assert told[15]["M23"]["due_on"] == DAY  # the seventh day is past: due on the day it opens
    assert told[15]["M24"]["due_on"] == date(2024, 7, 13)  # unpaid since 13 June, 30 days after it
    assert told[31]["M25"]["due_on"] == date(2024, 7, 27)  # unpaid since 28 May, 60 days after it


def test_guarantors_are_called_on_from_the_first_day(friday: Rows) -> None:
    asked = ("Cguarantor", "Cjoint_group", "Cmortgage")
    found = {
        row["customer_id"]: row
        for customer in asked
        for row in _owned(friday, customer)
        if row["measure_code"] == "M15"
    }
    assert set(found) == {"Cguarantor", "Cjoint_group"}
    row = found["Cguarantor"]
    assert (row["due_on"], row["owner_id"], row["approver_role"]) == (DAY, "M1", "legal")


def test_first_inspection_and_fund_use_checks(engine: Engine) -> None:
    paid = date(2024, 6, 20)
    base = {"disbursed_on": paid, "level": "02", "amount_band": "A1"}
    loans = [
        {"id": "plain", **base},
        {"id": "large", **base, "amount_band": "A5"},
        {"id": "fixed", **base, "contract_type": "fixed_asset"},
        {"id": "watched", **base, "level": "04"},
        {"id": "sued", **base, "suit_status": "sued"},
        {"id": "checked", **base},
        {"id": "bill", **base, "on_off": "off_ba"},
        {"id": "old", **base, "disbursed_on": date(2024, 3, 2)},
    ]
    visit = {"customer_id": "Cchecked", "visited_on": date(2024, 6, 25), "result": "ok"}
    visits = [{**visit, "visit_id": "1", "kind": "IN1"}, {**visit, "visit_id": "2", "kind": "IN2"}]
    rows = measures(engine, loans, first=date(2024, 6, 1), book={"visit": visits})
    codes = ("M01", "M02")
    due = {
        (row["loan_id"], row["measure_code"]): row["due_on"] for row in rows if row["measure_code"] in codes
    }
    first, again = paid + timedelta(days=30), paid + timedelta(days=90)
    assert due == {
        ("plain", "M01"): date(2024, 7, 5),
        ("large", "M01"): date(2024, 6, 30),
        ("fixed", "M01"): date(2024, 6, 30),
        ("sued", "M01"): date(2024, 7, 5),
        **{(name, "M02"): first for name in ("plain", "large", "fixed", "watched")},
        ("checked", "M02"): again,
    }
    merged = next(row for row in rows if row["loan_id"] == "large" and row["measure_code"] == "M01")
    assert json.loads(merged["rule_ids"]) == ["M01.1", "M01.2"]


D2A = {
    ("01", "A1"): (365, 180),
    ("01", "A2"): (365, 90),
    ("01", "A3"): (180, 90),
    ("02", "A1"): (365, 90),
    ("02", "A3"): (180, 60),
    ("02", "A5"): (60, 30),
    ("03", "A1"): (180, 60),
    ("03", "A2"): (120, 60),
    ("03", "A5"): (30, 30),
    ("04", "A3"): (45, 30),
    ("04", "A4"): (30, 15),
    ("05", "A2"): (45, 30),
    ("05", "A5"): (15, 7),
    ("06", "A1"): (30, 15),
    ("07", "A4"): (15, 7),
    ("08", "A1"): (60, 30),
    ("10", "A3"): (30, 15),
}


INTERVALS: dict[str, tuple[dict[str, Any], int]] = {
    # what the loan is, days between inspections on site
    "plain": ({"level": "04", "amount_band": "A3"}, 45),
    "cash": ({"level": "04", "amount_band": "A3", "guarantee_mode": "cash_equivalent"}, 90),
    "credit": ({"level": "04", "amount_band": "A3", "guarantee_mode": "credit"}, 22),  # 22.5 cut
    "small credit": ({"level": "04", "amount_band": "A2", "guarantee_mode": "credit"}, 60),
    "first": ({"level": "04", "amount_band": "A3"}, 30),  # 45 x 0.67 = 30.15
    "both": ({"level": "04", "amount_band": "A3", "guarantee_mode": "credit"}, 15),  # 15.075
    "listed": ({"level": "04", "amount_band": "A1"}, 30),
    "left": ({"level": "04", "amount_band": "A1"}, 90),
    "cash year": ({"level": "01", "amount_band": "A1", "guarantee_mode": "cash_equivalent"}, 365),
}


def _done(loan: str, code: str, on: date) -> dict[str, Any]:
    return {"measure_id": f"{code} {loan}", "measure_code": code, "loan_id": loan, "done_on": on}


def _inspected(loan: str, on: date) -> dict[str, Any]:
    return {"visit_id": loan, "customer_id": f"C{loan}", "kind": "IN3", "result": "ok", "visited_on": on}


@pytest.fixture(scope="module")
def inspected(engine: Engine) -> Rows:
    """Give the measures of loans that were inspected so long ago that the next time is near."""
    loans: Rows = []
    visits, done = [], []
    for (level, band), (on_site, off_site) in D2A.items():
        for name, more in (("in", 30), ("out", 31)):
            key = f"{level}{band}{name}"
            loans.append({"id": key, "level": level, "amount_band": band})
            on, off = (DAY + timedelta(days=more - days) for days in (on_site, off_site))
            visits += [_inspected(key, on)] if on <= DAY else []
            done += [_done(key, "M06", off)] if off <= DAY else []
    loans += [{"id": name, **loan} for name, (loan, _) in INTERVALS.items()]
    visits += [
        _inspected(name, min(DAY + timedelta(days=20 - days), DAY)) for name, (_, days) in INTERVALS.items()
    ]
    done += [_done(name, "M34", date(2024, 1, 5)) for name in ("listed", "left")]
    done.append(_done("left", "M35", date(2024, 5, 6)))
    # a customer's first year ends 365 days after he came: 29 June 2023 is within it, the day before is not
    since = {loan["id"]: date(2023, 6, 28) if loan["id"] in INTERVALS else date(2010, 1, 4) for loan in loans}
    since |= dict.fromkeys(("first", "both"), date(2023, 6, 29))
    customers = [{"customer_id": f"C{name}", "since": day} for name, day in since.items()]
    book = {"customer": customers, "measure_done": done, "visit": visits}
    return measures(engine, loans, first=date(2020, 1, 1), book=book)


def test_inspections_are_listed_thirty_days_before_their_interval_ends(inspected: Rows) -> None:
    found = {(row["customer_id"], row["measure_code"]): row["due_on"] for row in inspected}
    edge = DAY + timedelta(days=30)
    for (level, band), (on_site, off_site) in D2A.items():
        code = "M03" if level <= "03" else "M04" if level <= "05" else "M05"
        for measure, days in ((code, on_site), ("M06", off_site)):
            inside, outside = f"C{level}{band}in", f"C{level}{band}out"
            if (level, measure) == ("03", "M06"):  # once a month besides (D2d)
                assert found[inside, measure] <= edge, (level, band)
            elif days >= 31:
                assert found[inside, measure] == edge, (level, band, measure)
                assert (outside, measure) not in found, (level, band, measure)


def test_modifiers_of_the_interval(inspected: Rows) -> None:
    on_site = {
        row["customer_id"][1:]: row
        for row in inspected
        if row["measure_code"] in ("M03", "M04") and row["customer_id"][1:] in INTERVALS
    }
    late = DAY + timedelta(days=20)
    expected = {
        name: late if days >= 20 else DAY + timedelta(days=days) for name, (_, days) in INTERVALS.items()
    }
    assert {name: row["due_on"] for name, row in on_site.items()} == expected
    assert json.loads(on_site["both"]["rule_ids"]) == ["D2a.04.A3", "D2a.credit", "D2a.first_year"]


def test_a_red_warning_brings_the_inspection_within_five_working_days(friday: Rows) -> None:
    row = by_code(_owned(friday, "Cwarned"))["M03"]
    # Counted from the store's first run, Friday 28 June: 1, 2, 3, 4, 5 July.
    assert row["due_on"] == date(2024, 7, 5)


def test_working_days_across_holidays_and_outside_known_years(engine: Engine) -> None:
    def due(on: date, **since: date) -> dict[str, tuple[date, bool]]:
        loans = [{"id": colour, "disbursed_on": on - timedelta(days=900)} for colour in since]
        warned = [
            {"customer_id": f"C{colour}", "colour": colour, "colour_since": day}
            for colour, day in since.items()
        ]
        rows = measures(engine, loans, on=on, first=min(since.values()), warnings=warned)
        return {
            row["customer_id"][1:]: (row["due_on"], json.loads(row["because"])["calendar_provisional"])
            for row in rows
            if row["measure_code"] == "M07"
        }

    # National Day 2024: off from 1 to 7 October, worked on Sunday 29 September and Saturday 12 October.
    last = date(2024, 9, 30)
    expected = {"red": (date(2024, 10, 10), False), "orange": (date(2024, 10, 10), False)}
    assert due(last, red=last, orange=date(2024, 9, 27)) == expected
    # Spring Festival 2025: off from 28 January to 4 February, worked on Sunday 26 January.
    assert due(date(2025, 1, 24), red=date(2025, 1, 24)) == {"red": (date(2025, 2, 5), False)}
    # The calendar does not know 1994: Friday 1 April, then Monday 4, Tuesday 5.
    assert due(date(1994, 3, 31), red=date(1994, 3, 31)) == {"red": (date(1994, 4, 5), True)}


@pytest.mark.parametrize("name", COLOURS)
def test_colours_and_sides_of_the_balance_sheet(friday: Rows, name: str) -> None:
    rows = _owned(friday, f"C{name}")
    natures = {row["measure_code"]: row["nature"] for row in rows if row["measure_code"] != "M03"}
    assert natures == COLOURS[name][2]


def test_options_have_no_deadline_and_blocks_win(friday: Rows) -> None:
    rows = by_code(_owned(friday, "Cpreserved"))
    assert [(rows[code]["due_on"], rows[code]["choice_group"]) for code in ("M21", "M30")] == [
        (None, "M21_or_M30")
    ] * 2
    assert json.loads(rows["M07"]["blocks"]) == ["M29"]
    # A second loan of the customer under enforcement blocks new terms of that loan alone.
    both = _owned(friday, "Cboth")
    assert [row["loan_id"] for row in both if row["measure_code"] == "M30"] == ["both a"]
    blocks = {row["measure_code"]: json.loads(row["blocks"]) for row in both if row["loan_id"] == "both b"}
    assert blocks == {"M15": ["M28", "M29", "M30"], "M44": ["M28", "M29", "M30"]}


@pytest.mark.parametrize("name", UNRATED)
def test_an_entrusted_loan_and_an_unclassified_one(friday: Rows, name: str) -> None:
    assert _owned(friday, f"C{name}") == []
    assert [row for row in friday if row["loan_id"] == name] == []

"""What is due when: steps, inspections and working days, with dates counted by hand."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.engine import Engine
from tests.classification.made import DAY
from tests.measures.made import by_code, measures


def _of(rows: list[dict[str, Any]], loan: str) -> set[str]:
    """Give the codes about a loan or its customer."""
    return {row["measure_code"] for row in rows if loan in (row["loan_id"], (row["customer_id"] or "")[1:])}


def test_dunning_steps_at_every_boundary(engine: Engine) -> None:
    steps = {
        0: set(),
        1: {"M22"},
        3: {"M22"},
        4: set(),
        6: set(),
        7: {"M23"},
        14: {"M23"},
        15: {"M23", "M24"},
    }
    steps |= {30: {"M23", "M24"}, 31: {"M23", "M24", "M25"}}
    loans = [{"id": str(days), "dpd_days": days, "level": "01", "amount_band": "A1"} for days in steps]
    rows = measures(engine, loans)
    told = [row for row in rows if row["nature"] == "duty"]
    assert {days: _of(told, str(days)) for days in steps} == steps
    plans = {row["loan_id"] for row in rows if row["measure_code"] == "M27"}
    assert plans == {str(days) for days in steps if days}  # a plan may be agreed on from the first day on
    due = {(row["measure_code"], row["loan_id"] or row["customer_id"]): row["due_on"] for row in rows}
    assert due["M22", "C1"] == date(2024, 6, 30)  # unpaid since 27 June, three days after it
    assert due["M22", "C3"] == DAY
    assert due["M23", "15"] == DAY  # the seventh day is past: due on the day it opens
    assert due["M24", "15"] == date(2024, 7, 13)  # unpaid since 13 June, 30 days after it
    assert due["M25", "C31"] == date(2024, 7, 27)  # unpaid since 28 May, 60 days after it


def test_guarantors_are_called_on_from_the_first_day(engine: Engine) -> None:
    modes = ("guarantor", "joint_group", "mortgage")
    loans = [{"id": mode, "dpd_days": 1, "guarantee_mode": mode} for mode in modes]
    found = {row["loan_id"]: row for row in measures(engine, loans) if row["measure_code"] == "M15"}
    assert set(found) == {"guarantor", "joint_group"}
    row = found["guarantor"]
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


def test_inspections_are_listed_thirty_days_before_their_interval_ends(engine: Engine) -> None:
    loans, visits, done = [], [], []
    for (level, band), (on_site, off_site) in D2A.items():
        for name, more in (("in", 30), ("out", 31)):
            key = f"{level}{band}{name}"
            loans.append({"id": key, "level": level, "amount_band": band})
            on = DAY + timedelta(days=more - on_site)
            if on <= DAY:
                row = {"visit_id": key, "customer_id": f"C{key}", "kind": "IN3", "result": "ok"}
                visits.append({**row, "visited_on": on})
            off = DAY + timedelta(days=more - off_site)
            if off <= DAY:
                row = {"measure_id": f"old {key}", "measure_code": "M06", "loan_id": key}
                done.append({**row, "done_on": off})
    rows = measures(
        engine, loans, first=date(2020, 1, 1), on=DAY, book={"visit": visits, "measure_done": done}
    )
    found = {(row["customer_id"], row["measure_code"]): row["due_on"] for row in rows}
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


def test_modifiers_of_the_interval(engine: Engine) -> None:
    cases: dict[str, tuple[dict[str, Any], int]] = {
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
    loans = [{"id": name, **loan} for name, (loan, _) in cases.items()]
    young = ("first", "both")
    customers = [
        {"customer_id": f"C{name}", "since": date(2023, 6, 29) if name in young else date(2023, 6, 28)}
        for name in cases
    ]
    done = [
        {"measure_id": f"{code} {name}", "measure_code": code, "loan_id": name, "done_on": on}
        for name, code, on in (
            ("listed", "M34", date(2024, 1, 5)),
            ("left", "M34", date(2024, 1, 5)),
            ("left", "M35", date(2024, 5, 6)),
        )
    ]
    first = DAY - timedelta(days=400)
    visits = []
    for name, (_, days) in cases.items():
        on = DAY + timedelta(days=20 - days)
        visits.append(
            {"visit_id": name, "customer_id": f"C{name}", "kind": "IN3", "visited_on": min(on, DAY)}
        )
    book = {"customer": customers, "measure_done": done, "visit": visits}
    rows = measures(engine, loans, first=first, book=book)
    on_site = {row["customer_id"][1:]: row for row in rows if row["measure_code"] in ("M03", "M04")}
    late = DAY + timedelta(days=20)
    expected = {name: late if days >= 20 else DAY + timedelta(days=days) for name, (_, days) in cases.items()}
    assert {name: row["due_on"] for name, row in on_site.items()} == expected
    assert json.loads(on_site["both"]["rule_ids"]) == ["D2a.04.A3", "D2a.credit", "D2a.first_year"]


def test_a_red_warning_brings_the_inspection_within_five_working_days(engine: Engine) -> None:
    red = {"customer_id": "CL", "colour": "red", "colour_since": date(2024, 6, 27)}
    row = by_code(measures(engine, [{"id": "L", "level": "03"}], warnings=[red]))["M03"]
    # Counted from the store's first run, Friday 28 June: 1, 2, 3, 4, 5 July.
    assert row["due_on"] == date(2024, 7, 5)


def test_working_days_across_holidays_and_outside_known_years(engine: Engine) -> None:
    def due(colour: str, since: date, code: str) -> tuple[date, bool]:
        loan = {"id": "L", "disbursed_on": since - timedelta(days=900)}
        warning = {"customer_id": "CL", "colour": colour, "colour_since": since}
        row = by_code(measures(engine, [loan], on=since, warnings=[warning]))[code]
        return row["due_on"], json.loads(row["because"])["calendar_provisional"]

    # National Day 2024: off from 1 to 7 October, worked on Sunday 29 September and Saturday 12 October.
    assert due("red", date(2024, 9, 30), "M07") == (date(2024, 10, 10), False)
    assert due("orange", date(2024, 9, 27), "M07") == (date(2024, 10, 10), False)
    # Spring Festival 2025: off from 28 January to 4 February, worked on Sunday 26 January.
    assert due("red", date(2025, 1, 24), "M07") == (date(2025, 2, 5), False)
    # The calendar does not know 1994: Friday 1 April, then Monday 4, Tuesday 5.
    assert due("red", date(1994, 3, 31), "M07") == (date(1994, 4, 5), True)


def test_colours_and_sides_of_the_balance_sheet(engine: Engine) -> None:
    def codes(colour: str, **loan: Any) -> dict[str, str]:
        base = {"id": "L", "level": "01", "amount_band": "A1", **loan}
        warning = {"customer_id": "CL", "colour": colour, "colour_since": date(2024, 6, 27)}
        rows = measures(engine, [base], warnings=[warning])
        return {row["measure_code"]: row["nature"] for row in rows if row["measure_code"] != "M03"}

    duty, option = "duty", "option"
    assert codes("yellow") == {"M06": duty}
    assert codes("orange", level="03", is_revolving=True) == {
        "M06": duty, "M07": duty, "M34": duty, "M16": duty, "M13": duty, "M14": option, "M33": option
    }  # fmt: skip
    bill = {"on_off": "off_ba", "matures_on": date(2024, 8, 1)}
    assert codes("red", **bill) == {"M06": duty, "M13": duty, "M54": duty}
    assert codes("red", on_off="off_uc") == {"M06": duty, "M58": duty}
    assert codes("red", suit_status="enforcement") == {"M15": duty, "M44": duty}  # no inspections besides
    assert codes("blue", suit_status="bankruptcy") == {"M46": duty}


def test_options_have_no_deadline_and_blocks_win(engine: Engine) -> None:
    red = {"customer_id": "CL", "colour": "red", "colour_since": date(2024, 6, 27)}
    rows = by_code(measures(engine, [{"id": "L", "suit_status": "preservation"}], warnings=[red]))
    assert [(rows[code]["due_on"], rows[code]["choice_group"]) for code in ("M21", "M30")] == [
        (None, "M21_or_M30")
    ] * 2
    assert json.loads(rows["M07"]["blocks"]) == ["M29"]
    # A second loan of the customer under enforcement blocks new terms of that loan alone.
    loans = [
        {"id": name, "customer_id": "CL", "suit_status": status}
        for name, status in (("a", "none"), ("b", "enforcement"))
    ]
    both = measures(engine, loans, warnings=[red])
    assert [row["loan_id"] for row in both if row["measure_code"] == "M30"] == ["a"]
    blocks = {row["measure_code"]: json.loads(row["blocks"]) for row in both if row["loan_id"] == "b"}
    assert blocks == {"M15": ["M28", "M29", "M30"], "M44": ["M28", "M29", "M30"]}


def test_an_entrusted_loan_and_an_unclassified_one(engine: Engine) -> None:
    loans = [
        {"id": "trust", "is_entrusted": True, "dpd_days": 50},
        {"id": "L", "level": None, "dpd_days": None},
    ]
    assert measures(engine, loans, customers=[{"id": "CL", "total_exposure_amt": Decimal(1)}]) == []

"""Who owns a measure, and how its id lives from day to day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from postloan.engine import Engine
from postloan.results import MEASURE_DUE
from tests.classification.made import DAY
from tests.measures.made import by_code, measures, prior_of

ORANGE = {"customer_id": "CL", "colour": "orange", "colour_since": date(2024, 6, 24)}
LOAN = {"id": "L", "level": "01", "amount_band": "A1", "disbursed_on": date(2020, 1, 2)}


def _run(engine: Engine, day: date, before: list[dict[str, Any]] | None, **more: Any) -> list[dict[str, Any]]:
    prior = None if before is None else prior_of(engine, before, day - timedelta(days=1), DAY)
    return measures(engine, [LOAN], on=day, first=DAY, prior=prior, **more)


def test_columns_are_the_contract_s(engine: Engine) -> None:
    rows = _run(engine, DAY, None, warnings=[ORANGE])
    assert tuple(rows[0]) == MEASURE_DUE.columns


def test_ids_stay_while_the_rule_holds_and_end_when_it_was_done(engine: Engine) -> None:
    days = [DAY + timedelta(days=n) for n in range(5)]
    first = _run(engine, days[0], None, warnings=[ORANGE])
    assert by_code(first)["M34"]["measure_id"] == "M34:customer:CL:2024-06-28"
    second = _run(engine, days[1], first, warnings=[ORANGE])
    third = _run(engine, days[2], second, warnings=[ORANGE])
    keys = ("measure_id", "opened_on", "due_on")
    assert [[row[key] for key in keys] for row in first] == [[row[key] for key in keys] for row in third]
    done = [
        {
            "measure_id": "M34:customer:CL:2024-06-28",
            "measure_code": "M34",
            "loan_id": "L",
            "done_on": days[2],
        },
    ]
    visit = {"visit_id": "v", "customer_id": "CL", "kind": "IN4", "visited_on": days[2], "result": "finding"}
    book = {"measure_done": done, "visit": [visit]}
    fourth = _run(engine, days[3], third, warnings=[ORANGE], book=book)
    left = {row["measure_code"] for row in third} - {row["measure_code"] for row in fourth}
    assert left == {"M34", "M07"}  # the entry was made, the special inspection took place
    assert left.isdisjoint(
        row["measure_code"] for row in _run(engine, days[4], fourth, warnings=[ORANGE], book=book)
    )
    # A colour that comes again asks again, but not for an entry on a list that the customer is on.
    again = {**ORANGE, "colour_since": days[4]}
    back = by_code(_run(engine, days[4], fourth, warnings=[again], book=book))
    assert back["M07"]["measure_id"] == "M07:customer:CL:2024-07-02"
    assert "M34" not in back


def test_a_measure_that_lapsed_opens_anew(engine: Engine) -> None:
    first = _run(engine, DAY, None, warnings=[ORANGE])
    clear = _run(engine, DAY + timedelta(days=1), first)
    again = _run(engine, DAY + timedelta(days=2), clear, warnings=[ORANGE])
    assert by_code(again)["M34"]["opened_on"] == DAY + timedelta(days=2)


def test_a_deadline_is_not_put_off_when_the_colour_gets_milder(engine: Engine) -> None:
    days = [date(2024, 6, 26), date(2024, 6, 27), DAY]
    asked = {"L": LOAN, "G": {**LOAN, "id": "G", "dpd_days": 20}}

    def due(day: date, colour: str, since: date, before: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
        prior = None if before is None else prior_of(engine, before, day - timedelta(days=1), days[0])
        warned = [{"customer_id": "CL", "colour": colour, "colour_since": since}]
        return measures(engine, list(asked.values()), on=day, first=days[0], warnings=warned, prior=prior)

    first = due(days[0], "red", days[0], None)
    # 26 June is a Wednesday: three working days end on Monday, five working days on Wednesday.
    assert by_code([row for row in first if row["customer_id"] == "CL"])["M07"]["due_on"] == date(2024, 7, 1)
    second = due(days[1], "orange", days[1], first)
    third = due(days[2], "orange", days[1], second)
    for rows in (second, third):
        row = by_code([row for row in rows if row["customer_id"] == "CL"])["M07"]
        assert row["measure_id"] == "M07:customer:CL:2024-06-26"
        assert row["due_on"] == date(2024, 7, 1)
        assert json.loads(row["because"])["deadline_kept"] is True
    fresh = by_code([row for row in due(days[1], "orange", days[1], None) if row["customer_id"] == "CL"])
    assert fresh["M07"]["due_on"] == date(2024, 7, 4)
    # Arrears that were paid in part are younger, and the notice is due when it was.
    asked["G"] = {**asked["G"], "dpd_days": 9}
    milder = due(days[2], "orange", days[1], second)
    notices = [row for rows in (second, milder) for row in rows if row["measure_code"] == "M23"]
    assert [row["measure_id"] for row in notices] == ["M23:loan:G:2024-06-26"] * 2
    assert [row["due_on"] for row in notices] == [days[0]] * 2


def test_a_class_that_falls_makes_nobody_late(engine: Engine) -> None:
    first, day = date(2024, 5, 27), date(2024, 6, 27)

    def off_site(on: date, level: str, before: list[dict[str, Any]] | None) -> dict[str, Any]:
        prior = None if before is None else prior_of(engine, before, on - timedelta(days=1), first)
        row = by_code(measures(engine, [{**LOAN, "level": level}], on=on, first=first, prior=prior))["M06"]
        return dict(row)

    # Of class 03 every 60 days, of class 04 every 30 days, which ended on 26 June.
    told = off_site(day, "03", None)
    assert told["due_on"] == date(2024, 7, 26)
    worse = off_site(DAY, "04", [told])
    assert (worse["measure_id"], worse["due_on"]) == ("M06:customer:CL:2024-06-27", DAY)
    # Once it is overdue, a better class does not put it off.
    after = off_site(DAY + timedelta(days=3), "03", [worse])
    assert (after["measure_id"], after["due_on"]) == ("M06:customer:CL:2024-06-27", DAY)
    assert off_site(DAY, "03", [worse])["due_on"] == date(2024, 7, 26)


def test_the_first_of_a_choice_closes_the_others(engine: Engine) -> None:
    first = _run(engine, DAY, None, warnings=[ORANGE])
    assert {"M13", "M14"} <= {row["measure_code"] for row in first}
    day = DAY + timedelta(days=3)
    guarantor = {"measure_id": "x", "measure_code": "M14", "loan_id": "L", "done_on": day}
    second = _run(engine, day, first, warnings=[ORANGE], book={"measure_done": [guarantor]})
    assert {row["measure_code"] for row in first} - {row["measure_code"] for row in second} == {"M13", "M14"}
    earlier = {**guarantor, "done_on": ORANGE["colour_since"] - timedelta(days=1)}
    third = _run(engine, day, first, warnings=[ORANGE], book={"measure_done": [earlier]})
    assert {"M13", "M14"} <= {row["measure_code"] for row in third}


def test_a_new_loan_leaves_an_open_inspection_its_id(engine: Engine) -> None:
    old = {**LOAN, "customer_id": "CL", "level": "06"}
    before = measures(engine, [old], on=DAY, first=DAY)
    day = DAY + timedelta(days=5)
    new = {**old, "id": "N", "level": "10", "amount_band": "A5", "disbursed_on": day}
    prior = prior_of(engine, before, day - timedelta(days=1), DAY)
    after = measures(engine, [{**old, "level": "01"}, new], on=day, first=DAY, prior=prior)
    row = by_code([row for row in after if row["measure_code"] == "M05"])["M05"]
    assert (row["measure_id"], row["due_on"]) == ("M05:customer:CL:2024-06-28", day + timedelta(days=30))


def test_an_inspection_that_was_made_opens_the_next_one(engine: Engine) -> None:
    loan = {**LOAN, "level": "08", "amount_band": "A3"}  # every 30 days, so always within the lead
    before = measures(engine, [loan], on=DAY, first=DAY)
    row = by_code(before)["M05"]
    assert (row["opened_on"], row["due_on"]) == (DAY, DAY + timedelta(days=30))
    day = DAY + timedelta(days=10)
    visit = {"visit_id": "v", "customer_id": "CL", "kind": "IN3", "visited_on": day - timedelta(days=1)}
    prior = prior_of(engine, before, day - timedelta(days=1), DAY)
    after = measures(engine, [loan], on=day, first=DAY, prior=prior, book={"visit": [visit]})
    row = by_code(after)["M05"]
    assert (row["opened_on"], row["due_on"]) == (day, day + timedelta(days=29))


def test_a_role_is_looked_for_up_the_tree(engine: Engine) -> None:
    staff = [
        {"staff_id": "S3", "name": "c", "institution_id": "H", "role": "risk_department"},
        {"staff_id": "S2", "name": "b", "institution_id": "B1", "role": "legal"},
        {"staff_id": "S1", "name": "a", "institution_id": "B1", "role": "legal", "left_on": date(2024, 1, 1)},
        {"staff_id": "S4", "name": "d", "institution_id": "H", "role": "legal"},
        {"staff_id": "S5", "name": "e", "institution_id": "O2", "role": "asset_preservation"},
    ]
    more = [
        {"staff_id": "S4", "role": "risk_department", "institution_id": "O1", "until": date(2024, 6, 27)},
        {"staff_id": "S2", "role": "branch_head", "institution_id": "O1", "since": DAY},
    ]
    red = {**ORANGE, "colour": "red"}
    loan = {**LOAN, "dpd_days": 40}
    rows = by_code(measures(engine, [loan], warnings=[red], book={"staff": staff, "staff_role": more}))
    owners = {code: rows[code]["owner_id"] for code in ("M07", "M25", "M34", "M38", "M30")}
    assert owners == {"M07": "M1", "M25": "S2", "M34": "S3", "M38": "S2", "M30": None}
    assert rows["M30"]["owner_role"] == "asset_preservation"


def test_nine_loans_of_one_customer_make_one_measure_of_the_customer(engine: Engine) -> None:
    loans = [
        {
            **LOAN,
            "id": f"L{n}",
            "customer_id": "CL",
            "level": f"0{n}",
            "manager_id": f"M{n}",
            "dpd_days": 31 + n,
        }
        for n in range(1, 10)
    ]
    rows = measures(engine, loans, warnings=[ORANGE], customers=[{"id": "CL", "manager_id": "M4"}])
    assert len({row["measure_id"] for row in rows}) == len(rows)
    whole = by_code([row for row in rows if row["level"] == "customer"])
    # M33 for the classes 03 to 05, M38 and M52 for those from 06 on.
    assert set(whole) == {"M05", "M06", "M07", "M13", "M14", "M25", "M33", "M34", "M38", "M52"}
    assert all(row["loan_id"] is None and row["customer_id"] == "CL" for row in whole.values())
    assert whole["M07"]["owner_id"] == "M4"
    letters = [row for row in rows if row["measure_code"] == "M24"]
    assert {row["loan_id"]: row["owner_id"] for row in letters} == {f"L{n}": f"M{n}" for n in range(1, 10)}

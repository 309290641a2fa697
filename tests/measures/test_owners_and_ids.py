"""Who owns a measure, and how its id lives from day to day.

Five days are decided one after the other, for customers who have nothing to do with each other: each test
says what becomes of its own in a `Life` beside it, and looks at no other's measures.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from postloan.engine import Engine
from postloan.results import MEASURE_DUE
from tests.classification.made import DAY
from tests.measures.made import by_code, measures, prior_of

Row = dict[str, Any]
Told = Callable[[str, int], list[Row]]

FIRST = date(2024, 6, 26)
"""A Wednesday; the last of the five days is a Sunday."""

DAYS = [FIRST + timedelta(days=n) for n in range(5)]
ORANGE = {"colour": "orange", "colour_since": date(2024, 6, 24)}
LOAN: Row = {"level": "01", "amount_band": "A1", "disbursed_on": date(2020, 1, 2)}


@dataclass(frozen=True)
class Life:
    """What the bank has of customer `C-<name>` on the days from the first on: one element a day.

    A day without an element is as the last one was; `book` has rows and the day on which they stand there.
    """

    name: str
    loans: Sequence[Iterable[Row]] = ()
    warned: Sequence[Row | None] = (ORANGE,)
    book: Mapping[str, Iterable[tuple[int, Row]]] = field(default_factory=dict)
    facts: Row = field(default_factory=dict)

    @property
    def customer(self) -> str:
        """Give the customer's number."""
        return f"C-{self.name}"

    def loans_on(self, day: int) -> list[Row]:
        """Give the loans of a day; one, named as the customer is, unless they are given."""
        found = self.loans[min(day, len(self.loans) - 1)] if self.loans else [{}]
        return [{"id": self.name, **LOAN, **row, "customer_id": self.customer} for row in found]

    def warned_on(self, day: int) -> list[Row]:
        """Give the warning of a day, if any."""
        found = self.warned[min(day, len(self.warned) - 1)]
        return [] if found is None else [{"customer_id": self.customer, **found}]

    def rows_on(self, table: str, day: int) -> list[Row]:
        """Give its rows of a table of the book."""
        return [row for since, row in self.book.get(table, ()) if since <= day]


def done(name: str, code: str, on: date) -> Row:
    """Give a measure that was done for the customer of a life."""
    return {"measure_id": f"{code} of {name}", "measure_code": code, "loan_id": name, "done_on": on}


def visit(name: str, kind: str, on: date) -> Row:
    """Give a visit to the customer of a life."""
    return {"visit_id": name, "customer_id": f"C-{name}", "kind": kind, "visited_on": on, "result": "finding"}


def _day(engine: Engine, day: int, before: list[Row]) -> list[Row]:
    lives = LIVES.values()
    tables = {name for life in lives for name in life.book}
    found = {name: [row for life in lives for row in life.rows_on(name, day)] for name in tables}
    return measures(
        engine,
        [row for life in lives for row in life.loans_on(day)],
        on=DAYS[day],
        first=FIRST,
        customers=[{"id": life.customer, **life.facts} for life in lives],
        warnings=[row for life in lives for row in life.warned_on(day)],
        book={name: rows for name, rows in found.items() if rows},
        prior=prior_of(engine, before, DAYS[day - 1], FIRST) if day else None,
    )


@pytest.fixture(scope="module")
def told(engine: Engine) -> Told:
    """Give the measures of a life on a day, counted from 0."""
    days: list[list[Row]] = []
    for day in range(len(DAYS)):
        days.append(_day(engine, day, days[-1] if days else []))

    def of(name: str, day: int) -> list[Row]:
        return [row for row in days[day] if row["customer_id"] == LIVES[name].customer]

    return of


def codes(rows: Iterable[Row]) -> set[str]:
    """Give the codes of measures."""
    return {row["measure_code"] for row in rows}


HANDLED = {
    name: Life(
        name,
        warned=[ORANGE] * 4 + [last],
        book={
            # both were done on the third day and stand in the book from the fourth on
            "measure_done": [(3, done(name, "M34", DAYS[2]))],
            "visit": [(3, visit(name, "IN4", DAYS[2]))],
        },
    )
    for name, last in (("stays", ORANGE), ("again", {**ORANGE, "colour_since": DAYS[4]}))
}


def test_columns_are_the_contract_s(told: Told) -> None:
    assert tuple(told("stays", 0)[0]) == MEASURE_DUE.columns


def test_ids_stay_while_the_rule_holds_and_end_when_it_was_done(told: Told) -> None:
    first, _, third, fourth, fifth = (told("stays", day) for day in range(5))
    assert by_code(first)["M34"]["measure_id"] == "M34:customer:C-stays:2024-06-26"
    keys = ("measure_id", "opened_on", "due_on")
    assert [[row[key] for key in keys] for row in first] == [[row[key] for key in keys] for row in third]
    left = codes(third) - codes(fourth)
    assert left == {"M34", "M07"}  # the entry was made, the special inspection took place
    assert left.isdisjoint(codes(fifth))
    # A colour that comes again asks again, but not for an entry on a list that the customer is on.
    assert left.isdisjoint(codes(told("again", 3)))
    back = by_code(told("again", 4))
    assert back["M07"]["measure_id"] == "M07:customer:C-again:2024-06-30"
    assert "M34" not in back


LAPSED = Life("lapsed", warned=[ORANGE, None, ORANGE])


def test_a_measure_that_lapsed_opens_anew(told: Told) -> None:
    assert by_code(told("lapsed", 0))["M34"]["opened_on"] == DAYS[0]
    assert "M34" not in codes(told("lapsed", 1))
    assert by_code(told("lapsed", 2))["M34"]["opened_on"] == DAYS[2]


SINCE_THURSDAY = {"colour": "orange", "colour_since": DAYS[1]}
MILDER = Life("milder", warned=[{"colour": "red", "colour_since": DAYS[0]}, SINCE_THURSDAY])
FRESH = Life("fresh", warned=[None, SINCE_THURSDAY])
LATE = Life("late", loans=[[{"dpd_days": 20}], [{"dpd_days": 20}], [{"dpd_days": 9}]], warned=[None])


def test_a_deadline_is_not_put_off_when_the_colour_gets_milder(told: Told) -> None:
    # 26 June is a Wednesday: three working days end on Monday, five working days on Wednesday.
    assert by_code(told("milder", 0))["M07"]["due_on"] == date(2024, 7, 1)
    for day in (1, 2):
        row = by_code(told("milder", day))["M07"]
        assert row["measure_id"] == "M07:customer:C-milder:2024-06-26"
        assert row["due_on"] == date(2024, 7, 1)
        assert json.loads(row["because"])["deadline_kept"] is True
    assert by_code(told("fresh", 1))["M07"]["due_on"] == date(2024, 7, 4)
    # Arrears that were paid in part are younger, and the notice is due when it was.
    notices = [by_code(told("late", day))["M23"] for day in (1, 2)]
    assert [row["measure_id"] for row in notices] == ["M23:loan:late:2024-06-26"] * 2
    assert [row["due_on"] for row in notices] == [DAYS[0]] * 2


def test_a_class_that_falls_makes_nobody_late(engine: Engine) -> None:
    first, day = date(2024, 5, 27), date(2024, 6, 27)

    def off_site(on: date, levels: dict[str, str], before: list[Row] | None) -> dict[str, Row]:
        loans = [{**LOAN, "id": name, "level": level} for name, level in levels.items()]
        prior = None if before is None else prior_of(engine, before, on - timedelta(days=1), first)
        rows = measures(engine, loans, on=on, first=first, prior=prior)
        return {row["customer_id"]: row for row in rows if row["measure_code"] == "M06"}

    # Of class 03 every 60 days, of class 04 every 30 days, which ended on 26 June.
    told = off_site(day, {"L": "03", "B": "03"}, None)
    assert told["CL"]["due_on"] == date(2024, 7, 26)
    # B's was brought forward to the day that is decided now, and its class is better again.
    forward = {**told["CB"], "due_on": DAY}
    worse = off_site(DAY, {"L": "04", "B": "03"}, [told["CL"], forward])
    assert (worse["CL"]["measure_id"], worse["CL"]["due_on"]) == ("M06:customer:CL:2024-06-27", DAY)
    assert worse["CB"]["due_on"] == date(2024, 7, 26)
    # Once it is overdue, a better class does not put it off.
    after = off_site(DAY + timedelta(days=3), {"L": "03"}, [worse["CL"]])
    assert (after["CL"]["measure_id"], after["CL"]["due_on"]) == ("M06:customer:CL:2024-06-27", DAY)


CHOICE = {
    name: Life(name, book={"measure_done": [(3, done(name, "M14", on))]})
    for name, on in (("chosen", DAYS[3]), ("before", ORANGE["colour_since"] - timedelta(days=1)))
}


def test_the_first_of_a_choice_closes_the_others(told: Told) -> None:
    first = codes(told("chosen", 0))
    assert {"M13", "M14"} <= first
    assert first - codes(told("chosen", 3)) == {"M13", "M14"}
    # What was done before the colour began was not done for it.
    assert {"M13", "M14"} <= codes(told("before", 3))


GROWN = Life(
    "grown",
    loans=[
        *[[{"level": "06"}]] * 4,
        [{}, {"id": "new", "level": "10", "amount_band": "A5", "disbursed_on": DAYS[4]}],
    ],
    warned=[None],
)


def test_a_new_loan_leaves_an_open_inspection_its_id(told: Told) -> None:
    row = by_code([row for row in told("grown", 4) if row["measure_code"] == "M05"])["M05"]
    expected = ("M05:customer:C-grown:2024-06-26", DAYS[4] + timedelta(days=30))
    assert (row["measure_id"], row["due_on"]) == expected


VISITED = Life(
    "visited",
    loans=[[{"level": "08", "amount_band": "A3"}]],  # every 30 days, so always within the lead
    warned=[None],
    book={"visit": [(4, visit("visited", "IN3", DAYS[3]))]},
)


def test_an_inspection_that_was_made_opens_the_next_one(told: Told) -> None:
    row = by_code(told("visited", 0))["M05"]
    assert (row["opened_on"], row["due_on"]) == (DAYS[0], DAYS[0] + timedelta(days=30))
    row = by_code(told("visited", 4))["M05"]
    assert (row["opened_on"], row["due_on"]) == (DAYS[4], DAYS[3] + timedelta(days=30))


STAFF = [
    {"staff_id": "S3", "name": "c", "institution_id": "H", "role": "risk_department"},
    {"staff_id": "S2", "name": "b", "institution_id": "B1", "role": "legal"},
    {"staff_id": "S1", "name": "a", "institution_id": "B1", "role": "legal", "left_on": date(2024, 1, 1)},
    {"staff_id": "S4", "name": "d", "institution_id": "H", "role": "legal"},
    {"staff_id": "S5", "name": "e", "institution_id": "O2", "role": "asset_preservation"},
]
MORE_ROLES = [
    {"staff_id": "S4", "role": "risk_department", "institution_id": "O1", "until": date(2024, 6, 25)},
    {"staff_id": "S2", "role": "branch_head", "institution_id": "O1", "since": FIRST},
]
OWNED = Life(
    "owned",
    loans=[[{"dpd_days": 40}]],
    warned=[{**ORANGE, "colour": "red"}],
    book={"staff": [(0, row) for row in STAFF], "staff_role": [(0, row) for row in MORE_ROLES]},
)


def test_a_role_is_looked_for_up_the_tree(told: Told) -> None:
    rows = by_code(told("owned", 0))
    owners = {code: rows[code]["owner_id"] for code in ("M07", "M25", "M34", "M38", "M30")}
    assert owners == {"M07": "M1", "M25": "S2", "M34": "S3", "M38": "S2", "M30": None}
    assert rows["M30"]["owner_role"] == "asset_preservation"


NINE = Life(
    "nine",
    loans=[
        [{"id": f"L{n}", "level": f"0{n}", "manager_id": f"M{n}", "dpd_days": 31 + n} for n in range(1, 10)]
    ],
    facts={"manager_id": "M4"},
)


def test_nine_loans_of_one_customer_make_one_measure_of_the_customer(told: Told) -> None:
    rows = told("nine", 0)
    assert len({row["measure_id"] for row in rows}) == len(rows)
    whole = by_code([row for row in rows if row["level"] == "customer"])
    # M33 for the classes 03 to 05, M38 and M52 for those from 06 on.
    assert set(whole) == {"M05", "M06", "M07", "M13", "M14", "M25", "M33", "M34", "M38", "M52"}
    assert all(row["loan_id"] is None for row in whole.values())
    assert whole["M07"]["owner_id"] == "M4"
    letters = [row for row in rows if row["measure_code"] == "M24"]
    assert {row["loan_id"]: row["owner_id"] for row in letters} == {f"L{n}": f"M{n}" for n in range(1, 10)}


LIVES = {
    life.name: life
    for life in (
        *(*HANDLED.values(), LAPSED, MILDER, FRESH, LATE),
        *(*CHOICE.values(), GROWN, VISITED, OWNED, NINE),
    )
}

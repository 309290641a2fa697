"""Difference of packs: every kind of entry, with dates, by text and by meaning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.policy import dmn, pack
from postloan.policy.difference import Change, EntryChange, compare_packs
from postloan.policy.model import DecisionTable, Input, Output, Rule
from tests.policy.frames import ENV

START = date(2020, 1, 1)
SIGNAL = """\
- code: X01
  name: {en: Days}
  family: repayment
  subject: loan
  fact: loan.days
  grades: {red: ">= 90", orange: ">= 30"}
  effective_from: 2020-01-01
"""
PARAMETER = "- {name: horizon, value: 90, effective_from: 2020-01-01}\n"


def write(folder: Path, **texts: str) -> pack.Pack:
    folder.mkdir(parents=True)
    files = {
        "pack.yaml": "id: own\ncurrency: CNY\n",
        "signals/own.yaml": SIGNAL,
        "parameters.yaml": PARAMETER,
    } | texts
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return pack.load(folder)


def table(bound: int) -> str:
    rules = (Rule("red", (f"> {bound}",), ('"red"',)), Rule("blue", ("-",), ('"blue"',)))
    days = Input("loan.days", "number", required=True)
    made = DecisionTable("t", "t", "F", (days,), (Output("colour", "string"),), rules)
    return dmn.write([made]).decode()


@pytest.fixture
def changed(tmp_path):
    """Compare a pack with one that has other files."""

    def compared(old: dict[str, str], new: dict[str, str]) -> list[EntryChange]:
        return compare_packs(write(tmp_path / "old", **old), write(tmp_path / "new", **new), ENV, ENV)

    return compared


def test_a_pack_does_not_differ_from_itself(changed) -> None:
    assert changed({}, {}) == []


def test_a_grade_tells_which_values_change_colour(changed) -> None:
    (one,) = changed({}, {"signals/own.yaml": SIGNAL.replace(">= 90", ">= 60")})
    assert (one.kind, one.key, one.what, one.old_from, one.new_from) == (
        "signal",
        "X01",
        "changed",
        START,
        START,
    )
    assert one.fields == (Change("grades.red", ">= 90", ">= 60"),)
    (change,) = one.meaning.changes
    assert (change.box, change.example) == ({"loan.days": "[60..90)"}, {"loan.days": Decimal(60)})
    assert (change.old.rows, change.new.rows) == (({"colour": "orange"},), ({"colour": "red"},))


def test_a_guard_differs_by_text(changed) -> None:
    (one,) = changed({}, {"signals/own.yaml": SIGNAL + "  when: loan.flag\n"})
    assert one.fields == (Change("when", "", "loan.flag"),)
    assert (one.meaning.changes, one.meaning.decided) == ((), True)


def test_a_parameter_by_its_value(changed) -> None:
    (one,) = changed({}, {"parameters.yaml": PARAMETER.replace("90", "120")})
    assert (one.kind, one.key, one.fields) == ("parameter", "horizon", (Change("value", "90", "120"),))


def test_added_and_removed_entries_have_their_dates(changed) -> None:
    other = PARAMETER + "- {name: tolerance, value: 1, effective_from: 2021-01-01}\n"
    found = changed({"parameters.yaml": other}, {"signals/own.yaml": SIGNAL.replace("X01", "X02")})
    assert [(one.kind, one.key, one.what, one.old_from, one.new_from) for one in found] == [
        ("signal", "X01", "removed", START, None),
        ("signal", "X02", "added", None, START),
        ("parameter", "tolerance", "removed", date(2021, 1, 1), None),
    ]


def test_a_new_version_is_compared_with_the_one_whose_place_it_takes(changed) -> None:
    old, new = {"tables/t/2020-01-01.dmn": table(90)}, {"tables/t/2027-01-01.dmn": table(60)}
    (one,) = changed(old, old | new)
    assert (one.what, one.old_from, one.new_from) == ("replaced", START, date(2027, 1, 1))
    assert [rule.cells for rule in one.table.by_rule.rules] == [(Change("loan.days", "> 90", "> 60"),)]
    (change,) = one.table.by_meaning.changes
    assert change.box == {"loan.days": "(60..90]"}


def test_a_version_with_another_day_takes_the_place_of_the_only_one(changed) -> None:
    (one,) = changed({"tables/t/2027-01-01.dmn": table(90)}, {"tables/t/2026-01-01.dmn": table(90)})
    assert (one.what, one.old_from, one.new_from) == ("replaced", date(2027, 1, 1), date(2026, 1, 1))
    assert (one.table.by_meaning.changes, one.table.by_meaning.decided) == ((), True)


def test_what_is_in_force_on_two_dates_of_one_pack(tmp_path) -> None:
    files = {"tables/t/2020-01-01.dmn": table(90), "tables/t/2027-01-01.dmn": table(60)}
    loaded = write(tmp_path / "own", **files)
    before, after = (loaded.as_of(date(year, 6, 1)) for year in (2026, 2027))
    assert [one.key for one in compare_packs(before, after, ENV, ENV)] == ["t"]
    assert compare_packs(before, before, ENV, ENV) == []


def test_settings_and_documents(changed) -> None:
    (one, other) = changed(
        {"indicators.yaml": "- {code: C1, days: 3}\n"},
        {"indicators.yaml": "- {code: C1, days: 5}\n", "pack.yaml": "id: own\ncurrency: EUR\n"},
    )
    assert (one.kind, one.fields) == ("settings", (Change("currency", "CNY", "EUR"),))
    assert (other.kind, other.fields) == ("indicators", (Change("[C1].days", "3", "5"),))


def test_a_clock_that_runs_longer(changed) -> None:
    clock = """- kind: preservation
  name: {en: Time to sue, zh: 起诉期限}
  consequence: {en: Lifted, zh: 解除}
  within: {days: 30}
  last_day: as_is
  reference: Civil Procedure Law
  status: V
"""
    (one,) = changed({"clocks.yaml": clock}, {"clocks.yaml": clock.replace("days: 30", "days: 60")})
    assert (one.kind, one.key, one.what) == ("clock", "preservation", "changed")
    assert one.fields == (Change("within.days", "30", "60"),)


def test_a_table_that_cannot_be_used_is_compared_by_rule_alone(changed) -> None:
    wrong = table(60).replace("loan.days", "loan.nothing")
    (one,) = changed({"tables/t/2020-01-01.dmn": table(90)}, {"tables/t/2020-01-01.dmn": wrong})
    found = one.table.by_meaning
    assert (found.decided, found.reason, found.error["code"]) == (False, "invalid", "unknown_name")
    assert one.table.by_rule

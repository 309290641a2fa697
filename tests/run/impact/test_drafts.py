"""Drafts that change a rule, a measure, a signal or a scheme, each with what it comes to."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.run.impact import Request, impact, proof
from tests.run.impact.drafts import (
    BANDS,
    FRIDAY,
    PACK,
    REP05,
    THURSDAY,
    cut,
    draft_of,
    minutes_of,
    row_of,
    shipped,
    stricter,
    table_of,
)

OF_A_REGION = """
- code: OWN01
  name: {en: Region, zh: 地区}
  family: region
  subject: region
  fact: region.loan_count
  grades: {yellow: ">= 0"}
  effort_minutes: 60
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
"""


def of_thursday(house: Path, draft: str) -> dict:
    return impact(Request(draft, house / "store", days=(THURSDAY,)), threads=1)


@pytest.mark.slow
def test_a_draft_that_begins_later_is_tried_as_it_will_stand(house, tmp_path):
    entry = REP05.replace("FACT", "loan.dpd_days")
    first = entry.replace("46", "50") + "  effective_from: 2030-01-01\n  effective_until: 2030-12-31\n"
    then = entry + "  effective_from: 2031-01-01\n"
    draft = draft_of(tmp_path / "draft", signals__own_dot_yaml=first + then)

    def red(day: date | None) -> tuple[date, int, int]:
        asked = Request(draft, house / "store", days=(THURSDAY,), draft_as_of=day, sample=0)
        found = impact(asked, threads=1)
        reds = [row["new"] for row in found["days"][0]["colours"] if row["colour"] == "red"]
        entries = found["draft_entries"]
        assert cut(entries, "own", "first_begins") == (2, date(2030, 1, 1))
        return found["draft_as_of"], entries["in_force"], *reds

    # in force: C61 alone, from 61 days on; C50 too from 50; C46 too from 46
    assert red(date(2029, 12, 31)) == (date(2029, 12, 31), 0, 1)
    assert red(date(2030, 6, 1)) == (date(2030, 6, 1), 1, 2)
    assert red(None) == (date(2031, 1, 1), 1, 3)


def test_a_rule_of_the_colour_table(house, tmp_path):
    """One yellow becomes orange: C20 alone."""
    draft = table_of(
        tmp_path / "orange",
        "colour",
        '<text>"yellow"</text>\n        </outputEntry>',
        '<text>"orange"</text>\n        </outputEntry>',
    )
    day = impact(Request(draft, house / "store", days=(THURSDAY,), sample=0), threads=1)["days"][0]
    moves = {
        (row["from"], row["to"]): row["customers"] for row in day["colour_moves"] if row["from"] != row["to"]
    }
    assert moves == {("yellow", "orange"): 1}
    assert day["shared"] == ["clock", "signal", "signal_coverage"]
    assert cut(row_of(day["measures"], code="M07"), "gained", "lost") == (1, 0)
    assert cut(row_of(day["measures"], code="M17"), "gained", "lost") == (0, 1)


def test_a_row_of_a_table_of_measures(house, tmp_path):
    """The letter of day 15 goes out from day 45: C20 is spared it, C45 is not."""
    draft = table_of(tmp_path / "letters", "dunning", "<text>&gt;= 15</text>", "<text>&gt;= 45</text>")
    day = impact(Request(draft, house / "store", days=(THURSDAY,)), threads=1)["days"][0]
    assert day["shared"] == ["class_basis", "clock", "loan_state", "signal", "signal_coverage", "warning"]
    assert cut(row_of(day["measures"], code="M24"), "old", "new", "gained", "lost") == (5, 4, 0, 1)
    assert cut(day["work"], "hours", "month_hours") == (-1, -1)
    assert [one["customer_id"] for one in day["sample"]] == ["C20"]
    (lost,) = day["sample"][0]["measures"]["lost"]
    assert [one["rule_id"] for one in lost["rules"]] == ["M24.1"]


def test_the_same_pack_on_both_sides_changes_nothing(house):
    found = impact(Request("cn_rural", house / "store"), threads=1)
    assert (found["nothing_changes"], found["days"][0]["as_of"]) == (True, FRIDAY)
    assert (found["total"]["changed_customers"], found["days"][0]["sample"]) == (0, [])


@pytest.mark.slow
def test_with_the_book_facts_are_computed_anew(house, tmp_path):
    """Bands that end at 1,000 put C46 with 2,500 into A2; nothing of the starter pack hangs on it."""
    draft = draft_of(tmp_path / "draft", parameters_dot_yaml=BANDS)
    found = impact(Request(draft, house / "store", book=str(house / "book"), days=(THURSDAY,)), threads=1)
    day = found["days"][0]
    assert (day["facts"], day["proven"], day["shared"]) == ("book", True, [])
    assert day["changed_customers"] == 0


@pytest.mark.slow
def test_a_sample_of_customers_proves_the_side_in_force(house, tmp_path, monkeypatch):
    """C61 has the highest score and @C50 stands first: two of the six, of whom nothing differs."""
    monkeypatch.setattr(proof, "HALF", 1)
    asked = Request(stricter(tmp_path / "draft"), house / "store", days=(THURSDAY,), sample=0)
    (day,) = impact(asked, threads=1)["days"]
    assert (day["proven"], day["proven_customers"]) == (True, 2)
    colours = {row["colour"]: (row["old"], row["new"]) for row in day["colours"]}
    assert colours["red"] == (1, 3)


@pytest.mark.slow
def test_another_pack_than_that_of_the_run_is_said(house, tmp_path):
    """The stricter pack in force, the shipped one as the draft: what was gained is lost."""
    in_force = stricter(tmp_path / "stricter")
    found = impact(Request("cn_rural", house / "store", against=in_force, days=(THURSDAY,)), threads=1)
    day = found["days"][0]
    assert (day["proven"], [one["code"] for one in day["findings"]]) == (None, ["not_the_runs_policy"])
    moves = {
        (row["from"], row["to"]): row["customers"] for row in day["colour_moves"] if row["from"] != row["to"]
    }
    assert moves == {("red", "orange"): 2}
    assert cut(day, "worse_classes", "better_classes") == (0, 1)


def test_effort_alone_is_a_change_though_every_list_and_the_sum_stay(house, tmp_path):
    """M13 is on three lists (C45, C46, @C50), M07 on four (C61 too): 60 minutes more each, 45 less each."""
    more = shipped("measures.yaml", "M13", effort_minutes=minutes_of("M13") + 60)
    less = shipped("measures.yaml", "M07", effort_minutes=minutes_of("M07") - 45)
    found = of_thursday(house, draft_of(tmp_path / "draft", measures_dot_yaml=more + less))
    assert found["nothing_changes"] is False
    total = found["total"]
    assert cut(total, "moved_measures", "gained_measures", "lost_measures", "revalued_work") == (0, 0, 0, 7)
    assert total["work"]["hours"] == 0
    rows = {code: row_of(total["measures"], code=code) for code in ("M13", "M07")}
    assert {code: row["new_hours"] - row["old_hours"] for code, row in rows.items()} == {"M13": 3, "M07": -3}


ALTERED = {"M13": ("owner_role", "audit"), "M14": ("approver_role", "audit"), "M07": ("nature", "option")}


@pytest.fixture(scope="module")
def altered(house, tmp_path_factory):
    """Three measures of a draft, each with one thing changed."""
    entries = [shipped("measures.yaml", code, **{name: value}) for code, (name, value) in ALTERED.items()]
    folder = tmp_path_factory.mktemp("altered") / "draft"
    return of_thursday(house, draft_of(folder, measures_dot_yaml="".join(entries)))


@pytest.mark.parametrize(("code", "lists"), [("M13", 3), ("M14", 3), ("M07", 4)])
def test_another_owner_approver_or_nature_alters_a_measure(altered, code, lists):
    row = row_of(altered["total"]["measures"], code=code)
    assert cut(row, "gained", "lost", "moved") == (0, 0, lists)
    moved = altered["days"][0]["sample"][0]["measures"]["moved"]
    name, value = ALTERED[code]
    assert row_of(moved, code=code)["changed"][name]["new"] == value


@pytest.mark.slow
def test_signals_that_are_told_again_are_a_change(house, tmp_path):
    """On Friday REP04 is suppressed for three customers after Thursday's notice; without days it is told."""
    entry = shipped("signals/repayment.yaml", "REP04", suppress_days=0)
    draft = draft_of(tmp_path / "draft", signals__own_dot_yaml=entry)
    found = impact(Request(draft, house / "store", days=(FRIDAY,)), threads=1)
    assert found["nothing_changes"] is False
    row = row_of(found["total"]["signals"], code="REP04")
    assert cut(row, "gained", "lost", "regraded", "silenced", "told_again") == (0, 0, 0, 0, 3)
    # each takes 30 minutes to look into
    assert found["total"]["work"]["hours"] == Decimal("1.5")
    (signal,) = found["days"][0]["sample"][0]["signals"]
    assert cut(signal, "code", "is_told") == ("REP04", {"old": False, "new": True})


def test_changes_that_move_no_colour_class_or_hour_are_told(house, tmp_path):
    """On Friday, when all of C20's signals had been told the day before: another role verifies what is
    yellow (C20), M13 is no choice any more and M07 blocks M28 too (each C46, @C50 and C45, who are orange),
    and a signal of the region is nobody's."""
    yellow = '<text>"yellow"</text>\n        </outputEntry>\n        <outputEntry>\n          <text>"'
    draft = table_of(tmp_path / "draft", "colour", f'{yellow}customer_manager"', f'{yellow}risk_department"')
    table_of(tmp_path / "other", "response", '<text>"M29"</text>', '<text>"M29,M28"</text>')
    shutil.copytree(tmp_path / "other" / "tables", tmp_path / "draft" / "tables", dirs_exist_ok=True)
    entry = shipped("measures.yaml", "M13", choice_group="")
    (tmp_path / "draft" / "measures.yaml").write_text(entry, encoding="utf-8")
    (tmp_path / "draft" / "signals").mkdir()
    (tmp_path / "draft" / "signals" / "own.yaml").write_text(OF_A_REGION, encoding="utf-8")
    found = impact(Request(draft, house / "store", days=(FRIDAY,)), threads=1)
    total = found["total"]
    assert cut(total, "changed_owners", "moved_measures", "gained_signals") == (1, 6, 1)
    assert cut(total, "changed_customers", "changed_classes", "changed_scores", "revalued_work") == (
        0,
        0,
        0,
        0,
    )
    assert (found["nothing_changes"], total["work"]["hours"]) == (False, 0)
    sample = {one["customer_id"]: one for one in found["days"][0]["sample"]}
    assert sample["C20"]["owner_role"] == {"old": "customer_manager", "new": "risk_department"}
    altered = {one["code"]: one["changed"] for one in sample["C45"]["measures"]["moved"]}
    assert altered["M07"] == {"blocks": {"old": '["M29"]', "new": '["M28","M29"]'}}
    assert altered["M13"]["choice_group"]["new"] is None


@pytest.mark.slow
def test_classes_of_another_scheme_are_held_against_what_they_stand_for(house, tmp_path):
    """Level for level of `in-sma`: no loan is better or worse than its class of ten was."""
    draft = draft_of(tmp_path / "draft", pack_dot_yaml=PACK + "segments:\n  all: {scheme: in-sma}\n")
    total = of_thursday(house, draft)["total"]
    counts = ("changed_classes", "worse_classes", "better_classes", "other_classes")
    assert cut(total, *counts) == (7, 0, 0, 7)
    moves = {cut(row, "scheme_id", "from", "to_scheme_id", "to") for row in total["class_moves"]}
    assert moves == {
        ("cn10a", "03", "in-sma", "STD"),
        ("cn10a", "04", "in-sma", "SMA0"),
        ("cn10a", "05", "in-sma", "SMA1"),
    }

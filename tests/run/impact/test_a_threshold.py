"""A threshold of 61 days lowered to 46: every count, amount, hour and line of it, by hand."""

from __future__ import annotations

import csv
import hashlib
from decimal import Decimal
from pathlib import Path

import pytest

from postloan.engine import open_engine
from postloan.policy.pack import load
from postloan.run.hashes import result_hash
from postloan.run.impact import Request, impact
from postloan.run.impact.days import open_day
from postloan.run.impact.sides import Both
from postloan.run.progress import Silent
from tests.run.impact.drafts import FRIDAY, THURSDAY, cut, row_of, stricter


def hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


OUTCOMES = "customer_id,bad_on,amount\nC46,2024-07-30,100.00\nC0,2024-08-01,300.00\n"


@pytest.fixture(scope="module")
def lists(tmp_path_factory):
    """Give the folder of the outcomes, the draft and the lists."""
    return tmp_path_factory.mktemp("threshold")


@pytest.fixture(scope="module")
def told(house, lists):
    """The threshold of 61 days lowered to 46, on both days."""
    before = hashes(house / "store")
    (lists / "outcomes.csv").write_text(OUTCOMES, encoding="utf-8")
    found = impact(
        Request(
            stricter(lists / "stricter"),
            house / "store",
            days=(FRIDAY, THURSDAY, THURSDAY),
            outcomes=lists / "outcomes.csv",
            out=lists / "lists",
            sample=3,
        ),
        threads=1,
    )
    assert hashes(house / "store") == before, "an impact writes nothing to the store"
    return found


@pytest.fixture(scope="module")
def thursday(told):
    return told["days"][0]


def test_the_side_in_force_computed_again_is_what_the_run_stored(told):
    assert [(day["as_of"], day["proven"], day["findings"]) for day in told["days"]] == [
        (THURSDAY, True, []),
        (FRIDAY, True, []),
    ]


def test_who_reaches_the_new_threshold_changes_colour(thursday):
    # 46 and 50 days: orange before, red now. 45 days: one short. 61 days: red either way.
    assert cut(thursday, "loans", "customers", "changed_customers") == (7, 6, 2)
    counts = {row["colour"]: (row["old"], row["new"]) for row in thursday["colours"]}
    assert counts == {"red": (1, 3), "orange": (3, 1), "yellow": (1, 1), "blue": (0, 0), "none": (1, 1)}
    gained = row_of(thursday["colours"], colour="red")["gained"]
    assert gained == {
        "customers": 2,
        "loans": 3,
        "balances": [{"currency": "CNY", "amount": Decimal("3400.00")}],
    }


def test_moves_between_colours_have_customers_loans_and_balances(thursday):
    moves = {(row["from"], row["to"]): row for row in thursday["colour_moves"]}
    assert cut(moves["orange", "red"], "customers", "loans", "balances") == (
        2,
        3,
        [{"currency": "CNY", "amount": Decimal("3400.00")}],
    )
    assert cut(moves["none", "none"], "customers", "loans") == (1, 1)


def test_a_red_customers_punctual_loan_falls_to_special_mention(thursday):
    # L46b, not past due: MX03 while its customer is orange, MX05.5 once he is red.
    moved = [row for row in thursday["class_moves"] if row["from"] != row["to"]]
    assert [cut(row, "from", "to", "to_five", "loans") for row in moved] == [
        ("03", "05", "special_mention", 1)
    ]
    assert moved[0]["balances"] == [{"currency": "CNY", "amount": Decimal("500.00")}]
    assert cut(thursday, "worse_classes", "better_classes") == (1, 0)


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("M38", (1, 3, 2, 0, 0)),  # evidence pack, of a red customer
        ("M21", (1, 4, 3, 0, 0)),  # of each loan of a red customer: L46, L46b, L50
        ("M30", (5, 6, 1, 0, 0)),  # of every loan of class 04 to 08, and now of L46b
        ("M13", (3, 1, 0, 2, 0)),  # of an orange customer
        ("M14", (3, 1, 0, 2, 0)),
        ("M07", (4, 4, 0, 0, 2)),  # orange in five working days, red in three
    ],
)
def test_measures_gained_lost_and_moved(thursday, code, counts):
    row = row_of(thursday["measures"], code=code)
    assert cut(row, "old", "new", "gained", "lost", "moved") == counts


def test_signals_gained(thursday):
    row = row_of(thursday["signals"], code="REP05")
    assert cut(row, "old", "new", "gained", "lost", "regraded") == (1, 3, 2, 0, 0)


def test_work_is_by_role_with_options_apart(thursday):
    # Two evidence packs of 240 minutes; three notices of 180 and one restructuring of 480 are options.
    legal = row_of(thursday["work"]["roles"], role="legal")
    assert cut(legal, "hours", "month_hours", "offered_hours") == (8, 8, 9)
    assert row_of(thursday["work"]["roles"], role="asset_preservation")["offered_hours"] == 8


def test_work_is_by_branch(thursday):
    # At B2 one customer: evidence +240, security -240, a signal to look into +60, and an inspection +120:
    # in 60 days while he is orange, and so not yet listed; within 5 working days now that he is red.
    branch = row_of(thursday["branches"], institution_id="B2")
    assert cut(branch, "name", "changed_customers", "red", "orange", "hours") == ("=1+2", 1, 1, -1, 3)
    assert row_of(thursday["work"]["managers"], manager_id="M2")["hours"] == -1


def test_the_sample_shows_the_largest_balance_first_and_why(thursday):
    first, second = thursday["sample"]
    assert (first["customer_id"], first["owed"]) == ("C46", Decimal("2500.00"))
    assert (second["customer_id"], second["owed"]) == ("@C50", Decimal("900.00"))
    assert first["colour"] == {"old": "orange", "new": "red"}
    new, old = first["colour_rules"]["new"], first["colour_rules"]["old"]
    assert (new["rule_id"], old["rule_id"]) == ("red", "orange")
    assert [cut(one, "input", "test", "value") for one in new["conditions"]] == [
        ("customer.red_count", ">= 1", 1)
    ]
    (signal,) = first["signals"]
    assert (signal["code"], signal["value"], signal["threshold"]["new"]) == ("REP05", "46", "46")
    (loan,) = [one for one in first["loans"] if one["class_rules"]]
    assert loan["loan_id"] == "L46b"
    assert [one["rule_id"] for one in loan["class_rules"]["new"]] == ["MX05.5"]
    assert {one["code"] for one in first["measures"]["lost"]} >= {"M13", "M14"}
    evidence = row_of(first["measures"]["gained"], code="M38")
    assert [one["rule_id"] for one in evidence["rules"]] == ["D2b.red.preserve"]


def test_each_day_stands_by_itself_and_all_are_added_up(told):
    # On Friday C45 has 46 days as well.
    assert [day["changed_customers"] for day in told["days"]] == [2, 3]
    assert cut(told["total"], "days", "changed_customers", "loans") == (2, 5, 14)
    assert row_of(told["total"]["colours"], colour="red")["new"] == 3 + 4
    assert told["nothing_changes"] is False


def test_outcomes_judge_both_sides_alike(told):
    # Alerts open on Thursday: C45, C46, @C50, C61. C46 goes bad 40 days later, C0 had no warning.
    found = told["evaluation"]
    assert cut(found, "outcomes", "horizon_days", "min_colour") == (2, 90, "orange")
    assert found["unknown_customers"] == 0
    for side in ("old", "new"):
        assert cut(found[side]["total"], "alerts", "right", "precision") == (4, 1, Decimal("0.250000"))
        assert cut(found[side]["total"], "capture_count", "capture_amount", "lead_median_days") == (
            Decimal("0.500000"),
            Decimal("0.250000"),
            40,
        )
    red = {side: row_of(found[side]["by_colour"], colour="red") for side in ("old", "new")}
    assert cut(red["old"], "alerts", "right", "precision") == (1, 0, 0)
    assert cut(red["new"], "alerts", "right", "precision") == (3, 1, Decimal("0.333333"))


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lists_hold_every_changed_loan(told, house, lists):
    assert [path.name for path in told["files"]] == ["changed_loans.csv", "moves.csv", "work.csv"]
    rows = [row for row in read_csv(lists / "lists" / "changed_loans.csv") if row["as_of"] == "2024-06-20"]
    assert [row["loan_id"] for row in rows] == ["L50", "L46", "L46b"]
    assert cut(rows[2], "old_colour", "new_colour", "old_class", "new_class") == (
        "orange",
        "red",
        "03",
        "05",
    )
    assert rows[2]["measures_gained"].split() == sorted(rows[2]["measures_gained"].split())
    assert {"M21", "M30", "M38"} <= set(rows[2]["measures_gained"].split())
    moves = read_csv(lists / "lists" / "moves.csv")
    (moved,) = [
        row
        for row in moves
        if (row["as_of"], row["kind"], row["from"], row["to"]) == ("2024-06-20", "colour", "orange", "red")
    ]
    assert cut(moved, "customers", "loans", "balance") == ("2", "3", "3400.00")


def test_no_text_of_a_list_is_taken_for_a_formula(told, house, lists):
    assert told["files"]
    rows = read_csv(lists / "lists" / "changed_loans.csv")
    assert cut(rows[0], "customer_id", "institution") == ("'@C50", "'=1+2")
    assert {row["institution"] for row in read_csv(lists / "lists" / "work.csv")} == {"'=1+2", "Upper Street"}


def _computed(store: Path, draft: str, *, whole: bool) -> str:
    with open_engine(threads=1) as engine:
        day = open_day(engine, store, FRIDAY, None)
        both = Both(engine, load("cn_rural"), load(draft), Silent(), whole=whole)
        both.run(day)
        found = both.draft.store.result(FRIDAY)
        return result_hash(engine, found)


@pytest.mark.slow
def test_the_draft_over_whom_it_can_touch_is_the_draft_over_everybody(told, house, lists):
    assert told["draft"] == "our_bank"
    draft = str(lists / "stricter")
    hashes = {_computed(house / "store", draft, whole=whole) for whole in (False, True)}
    assert len(hashes) == 1

"""A draft beside the pack in force, on a book small enough to work every gain and loss out by hand.

Days past due on 20 June: C20 20, C45 45, C46 46 (and a second loan with 0), @C50 50 at the other branch,
C61 61, C0 none. In force: 8 to 30 days yellow, 31 to 60 orange, from 61 red.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from postloan.engine import open_engine
from postloan.errors import PolicyError, RunError
from postloan.policy.pack import load
from postloan.run.daily import run_day
from postloan.run.hashes import result_hash
from postloan.run.impact import Request, impact, proof
from postloan.run.impact.days import open_day
from postloan.run.impact.ranks import Ranks
from postloan.run.impact.sides import Both
from postloan.run.progress import Silent
from tests.books import tiny_book

THURSDAY, FRIDAY = date(2024, 6, 20), date(2024, 6, 21)
SHIPPED = Path(__file__).parents[2] / "src" / "postloan" / "packs" / "cn_rural"

PACK = "id: our_bank\nextends: cn_rural\ncurrency: CNY\nname: {en: Our bank, zh: 本行}\n"
REP05 = """
- code: REP05
  name: {en: Late, zh: 逾期}
  family: repayment
  subject: loan
  fact: FACT
  when: not(loan.is_entrusted)
  grades: {red: ">= 46"}
  suppress_days: 30
  effort_minutes: 60
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  status: P
  overrides: stricter
"""
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
BANDS = """
- name: amount_bands
  value: {A1: 1000, A2: 500000, A3: 3000000, A4: 10000000}
  reference: the bank's rules
  owner: risk_department
  reviewed_on: 2026-11-01
  overrides: smaller loans
"""

LOANS = (
    # loan, customer, branch, manager, balance, days past due on Thursday
    ("L20", "C20", "B1", "M1", "300.00", 20),
    ("L45", "C45", "B1", "M1", "400.00", 45),
    ("L46", "C46", "B1", "M1", "2000.00", 46),
    ("L46b", "C46", "B1", "M1", "500.00", 0),
    ("L50", "@C50", "B2", "M2", "900.00", 50),
    ("L61", "C61", "B2", "M2", "700.00", 61),
    ("L0", "C0", "B2", "M2", "800.00", 0),
)


def _book(folder: Path) -> Path:
    contracts = [
        {
            "contract_id": f"K-{loan}",
            "customer_id": customer,
            "institution_id": branch,
            "manager_id": manager,
            "guarantee_mode": "mortgage",
            "is_revolving": False,
            "is_entrusted": False,
        }
        for loan, customer, branch, manager, _, _ in LOANS
    ]
    positions = [
        {"loan_id": loan, "on_date": day, "balance": balance, "days_past_due": days + later if days else 0}
        for loan, _, _, _, balance, days in LOANS
        for later, day in enumerate((THURSDAY, FRIDAY))
    ]
    branches = [
        {"institution_id": "B1", "name": "Upper Street"},
        {"institution_id": "B2", "name": "=1+2"},
    ]
    return tiny_book(
        folder,
        institution=branches,
        region=[{"region_id": "R1", "name": "Upper Valley", "kind": "county"}],
        contract=contracts,
        loan=[
            {"loan_id": loan, "customer_id": customer, "amount": money}
            for loan, customer, _, _, money, _ in LOANS
        ],
        position=positions,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Give the folder of a book and of a store with both days."""
    folder = tmp_path_factory.mktemp("house")
    book = _book(folder / "book")
    for day in (THURSDAY, FRIDAY):
        run_day(book, day, folder / "store", threads=1)
    return folder


def _draft(folder: Path, **files: str) -> str:
    """Write a draft that extends the shipped pack; `__` in a name stands for a folder."""
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(PACK, encoding="utf-8")
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return str(folder)


def _table(folder: Path, name: str, old: str, new: str) -> str:
    """Write a draft whose table `name` differs from the shipped one in one text, after its rule's start."""
    text = (SHIPPED / "tables" / name / "1900-01-01.dmn").read_text(encoding="utf-8")
    head, mark, rest = text.partition(old)
    assert mark, f"table {name} has changed: {old}"
    text = (head + new + rest).replace(
        f'<decision id="{name}"', f'<decision id="{name}" postloan:overrides="trial"'
    )
    return _draft(folder, **{f"tables__{name}__1900-01-01_dot_dmn": text})


def _stricter(folder: Path, fact: str = "loan.dpd_days") -> str:
    return _draft(folder, signals__own_dot_yaml=REP05.replace("FACT", fact))


def _hashes(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


OUTCOMES = "customer_id,bad_on,amount\nC46,2024-07-30,100.00\nC0,2024-08-01,300.00\n"


@pytest.fixture(scope="module")
def told(house):
    """The threshold of 61 days lowered to 46, on both days."""
    before = _hashes(house / "store")
    (house / "outcomes.csv").write_text(OUTCOMES, encoding="utf-8")
    found = impact(
        Request(
            _stricter(house / "stricter"),
            house / "store",
            days=(FRIDAY, THURSDAY, THURSDAY),
            outcomes=house / "outcomes.csv",
            out=house / "lists",
            sample=3,
        ),
        threads=1,
    )
    assert _hashes(house / "store") == before, "an impact writes nothing to the store"
    return found


@pytest.fixture(scope="module")
def thursday(told):
    return told["days"][0]


def _row(rows, **wanted):
    (found,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return found


def _cut(row, *names):
    return tuple(row[name] for name in names)


def test_the_side_in_force_computed_again_is_what_the_run_stored(told):
    assert [(day["as_of"], day["proven"], day["findings"]) for day in told["days"]] == [
        (THURSDAY, True, []),
        (FRIDAY, True, []),
    ]


def test_who_reaches_the_new_threshold_changes_colour(thursday):
    # 46 and 50 days: orange before, red now. 45 days: one short. 61 days: red either way.
    assert _cut(thursday, "loans", "customers", "changed_customers") == (7, 6, 2)
    counts = {row["colour"]: (row["old"], row["new"]) for row in thursday["colours"]}
    assert counts == {"red": (1, 3), "orange": (3, 1), "yellow": (1, 1), "blue": (0, 0), "none": (1, 1)}
    gained = _row(thursday["colours"], colour="red")["gained"]
    assert gained == {
        "customers": 2,
        "loans": 3,
        "balances": [{"currency": "CNY", "amount": Decimal("3400.00")}],
    }


def test_moves_between_colours_have_customers_loans_and_balances(thursday):
    moves = {(row["from"], row["to"]): row for row in thursday["colour_moves"]}
    assert _cut(moves["orange", "red"], "customers", "loans", "balances") == (
        2,
        3,
        [{"currency": "CNY", "amount": Decimal("3400.00")}],
    )
    assert _cut(moves["none", "none"], "customers", "loans") == (1, 1)


def test_a_red_customers_punctual_loan_falls_to_special_mention(thursday):
    # L46b, not past due: MX03 while its customer is orange, MX05.5 once he is red.
    moved = [row for row in thursday["class_moves"] if row["from"] != row["to"]]
    assert [_cut(row, "from", "to", "to_five", "loans") for row in moved] == [
        ("03", "05", "special_mention", 1)
    ]
    assert moved[0]["balances"] == [{"currency": "CNY", "amount": Decimal("500.00")}]
    assert _cut(thursday, "worse_classes", "better_classes") == (1, 0)


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
    row = _row(thursday["measures"], code=code)
    assert _cut(row, "old", "new", "gained", "lost", "moved") == counts


def test_signals_gained(thursday):
    row = _row(thursday["signals"], code="REP05")
    assert _cut(row, "old", "new", "gained", "lost", "regraded") == (1, 3, 2, 0, 0)


def test_work_is_by_role_with_options_apart(thursday):
    # Two evidence packs of 240 minutes; three notices of 180 and one restructuring of 480 are options.
    legal = _row(thursday["work"]["roles"], role="legal")
    assert _cut(legal, "hours", "month_hours", "offered_hours") == (8, 8, 9)
    assert _row(thursday["work"]["roles"], role="asset_preservation")["offered_hours"] == 8


def test_work_is_by_branch(thursday):
    # At B2 one customer: evidence +240, security -240, a signal to look into +60, and an inspection +120:
    # in 60 days while he is orange, and so not yet listed; within 5 working days now that he is red.
    branch = _row(thursday["branches"], institution_id="B2")
    assert _cut(branch, "name", "changed_customers", "red", "orange", "hours") == ("=1+2", 1, 1, -1, 3)
    assert _row(thursday["work"]["managers"], manager_id="M2")["hours"] == -1


def test_the_sample_shows_the_largest_balance_first_and_why(thursday):
    first, second = thursday["sample"]
    assert (first["customer_id"], first["owed"]) == ("C46", Decimal("2500.00"))
    assert (second["customer_id"], second["owed"]) == ("@C50", Decimal("900.00"))
    assert first["colour"] == {"old": "orange", "new": "red"}
    new, old = first["colour_rules"]["new"], first["colour_rules"]["old"]
    assert (new["rule_id"], old["rule_id"]) == ("red", "orange")
    assert [_cut(one, "input", "test", "value") for one in new["conditions"]] == [
        ("customer.red_count", ">= 1", 1)
    ]
    (signal,) = first["signals"]
    assert (signal["code"], signal["value"], signal["threshold"]["new"]) == ("REP05", "46", "46")
    (loan,) = [one for one in first["loans"] if one["class_rules"]]
    assert loan["loan_id"] == "L46b"
    assert [one["rule_id"] for one in loan["class_rules"]["new"]] == ["MX05.5"]
    assert {one["code"] for one in first["measures"]["lost"]} >= {"M13", "M14"}
    evidence = _row(first["measures"]["gained"], code="M38")
    assert [one["rule_id"] for one in evidence["rules"]] == ["D2b.red.preserve"]


def test_each_day_stands_by_itself_and_all_are_added_up(told):
    # On Friday C45 has 46 days as well.
    assert [day["changed_customers"] for day in told["days"]] == [2, 3]
    assert _cut(told["total"], "days", "changed_customers", "loans") == (2, 5, 14)
    assert _row(told["total"]["colours"], colour="red")["new"] == 3 + 4
    assert told["nothing_changes"] is False


def test_outcomes_judge_both_sides_alike(told):
    # Alerts open on Thursday: C45, C46, @C50, C61. C46 goes bad 40 days later, C0 had no warning.
    found = told["evaluation"]
    assert _cut(found, "outcomes", "horizon_days", "min_colour") == (2, 90, "orange")
    assert found["unknown_customers"] == 0
    for side in ("old", "new"):
        assert _cut(found[side]["total"], "alerts", "right", "precision") == (4, 1, Decimal("0.250000"))
        assert _cut(found[side]["total"], "capture_count", "capture_amount", "lead_median_days") == (
            Decimal("0.500000"),
            Decimal("0.250000"),
            40,
        )
    red = {side: _row(found[side]["by_colour"], colour="red") for side in ("old", "new")}
    assert _cut(red["old"], "alerts", "right", "precision") == (1, 0, 0)
    assert _cut(red["new"], "alerts", "right", "precision") == (3, 1, Decimal("0.333333"))


@pytest.mark.slow
def test_a_draft_that_begins_later_is_tried_as_it_will_stand(house, tmp_path):
    entry = REP05.replace("FACT", "loan.dpd_days")
    first = entry.replace("46", "50") + "  effective_from: 2030-01-01\n  effective_until: 2030-12-31\n"
    then = entry + "  effective_from: 2031-01-01\n"
    draft = _draft(tmp_path / "draft", signals__own_dot_yaml=first + then)

    def red(day: date | None) -> tuple[date, int, int]:
        asked = Request(draft, house / "store", days=(THURSDAY,), draft_as_of=day, sample=0)
        found = impact(asked, threads=1)
        reds = [row["new"] for row in found["days"][0]["colours"] if row["colour"] == "red"]
        entries = found["draft_entries"]
        assert _cut(entries, "own", "first_begins") == (2, date(2030, 1, 1))
        return found["draft_as_of"], entries["in_force"], *reds

    # in force: C61 alone, from 61 days on; C50 too from 50; C46 too from 46
    assert red(date(2029, 12, 31)) == (date(2029, 12, 31), 0, 1)
    assert red(date(2030, 6, 1)) == (date(2030, 6, 1), 1, 2)
    assert red(None) == (date(2031, 1, 1), 1, 3)


def _csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_lists_hold_every_changed_loan(told, house):
    assert [path.name for path in told["files"]] == ["changed_loans.csv", "moves.csv", "work.csv"]
    rows = [row for row in _csv(house / "lists" / "changed_loans.csv") if row["as_of"] == "2024-06-20"]
    assert [row["loan_id"] for row in rows] == ["L50", "L46", "L46b"]
    assert _cut(rows[2], "old_colour", "new_colour", "old_class", "new_class") == (
        "orange",
        "red",
        "03",
        "05",
    )
    assert rows[2]["measures_gained"].split() == sorted(rows[2]["measures_gained"].split())
    assert {"M21", "M30", "M38"} <= set(rows[2]["measures_gained"].split())
    moves = _csv(house / "lists" / "moves.csv")
    (moved,) = [
        row
        for row in moves
        if (row["as_of"], row["kind"], row["from"], row["to"]) == ("2024-06-20", "colour", "orange", "red")
    ]
    assert _cut(moved, "customers", "loans", "balance") == ("2", "3", "3400.00")


def test_no_text_of_a_list_is_taken_for_a_formula(told, house):
    assert told["files"]
    rows = _csv(house / "lists" / "changed_loans.csv")
    assert _cut(rows[0], "customer_id", "institution") == ("'@C50", "'=1+2")
    assert {row["institution"] for row in _csv(house / "lists" / "work.csv")} == {"'=1+2", "Upper Street"}


def _computed(store: Path, draft: str, *, whole: bool) -> str:
    with open_engine(threads=1) as engine:
        day = open_day(engine, store, FRIDAY, None)
        both = Both(engine, load("cn_rural"), load(draft), Silent(), whole=whole)
        both.run(day)
        found = both.draft.store.result(FRIDAY)
        return result_hash(engine, found)


@pytest.mark.slow
def test_the_draft_over_whom_it_can_touch_is_the_draft_over_everybody(told, house):
    assert told["draft"] == "our_bank"
    draft = str(house / "stricter")
    hashes = {_computed(house / "store", draft, whole=whole) for whole in (False, True)}
    assert len(hashes) == 1


def test_a_rule_of_the_colour_table(house):
    """One yellow becomes orange: C20 alone."""
    draft = _table(
        house / "orange",
        "colour",
        '<text>"yellow"</text>\n        </outputEntry>',
        '<text>"orange"</text>\n        </outputEntry>',
    )
    day = impact(Request(draft, house / "store", days=(THURSDAY,)), threads=1)["days"][0]
    moves = {
        (row["from"], row["to"]): row["customers"] for row in day["colour_moves"] if row["from"] != row["to"]
    }
    assert moves == {("yellow", "orange"): 1}
    assert day["shared"] == ["clock", "signal", "signal_coverage"]
    assert _cut(_row(day["measures"], code="M07"), "gained", "lost") == (1, 0)
    assert _cut(_row(day["measures"], code="M17"), "gained", "lost") == (0, 1)


def test_a_row_of_a_table_of_measures(house):
    """The letter of day 15 goes out from day 45: C20 is spared it, C45 is not."""
    draft = _table(house / "letters", "dunning", "<text>&gt;= 15</text>", "<text>&gt;= 45</text>")
    day = impact(Request(draft, house / "store", days=(THURSDAY,)), threads=1)["days"][0]
    assert day["shared"] == ["class_basis", "clock", "loan_state", "signal", "signal_coverage", "warning"]
    assert _cut(_row(day["measures"], code="M24"), "old", "new", "gained", "lost") == (5, 4, 0, 1)
    assert _cut(day["work"], "hours", "month_hours") == (-1, -1)
    assert [one["customer_id"] for one in day["sample"]] == ["C20"]
    (lost,) = day["sample"][0]["measures"]["lost"]
    assert [one["rule_id"] for one in lost["rules"]] == ["M24.1"]


def test_the_same_pack_on_both_sides_changes_nothing(house):
    found = impact(Request("cn_rural", house / "store"), threads=1)
    assert (found["nothing_changes"], found["days"][0]["as_of"]) == (True, FRIDAY)
    assert (found["total"]["changed_customers"], found["days"][0]["sample"]) == (0, [])


def test_a_draft_that_reads_no_fact_is_refused(house, tmp_path):
    with pytest.raises(PolicyError) as caught:
        impact(Request(_stricter(tmp_path / "draft", "loan.moon_phase"), house / "store"), threads=1)
    assert caught.value.code == "unknown_name"
    assert "moon_phase" in caught.value.message


def test_what_facts_were_computed_with_does_not_change_under_stored_facts(house, tmp_path):
    draft = _draft(tmp_path / "draft", parameters_dot_yaml=BANDS)
    with pytest.raises(PolicyError) as caught:
        impact(Request(draft, house / "store"), threads=1)
    assert (caught.value.code, "amount_bands" in caught.value.message) == ("facts_would_change", True)
    assert "--book" in caught.value.mend


@pytest.mark.slow
def test_with_the_book_facts_are_computed_anew(house, tmp_path):
    """Bands that end at 1,000 put C46 with 2,500 into A2; nothing of the starter pack hangs on it."""
    draft = _draft(tmp_path / "draft", parameters_dot_yaml=BANDS)
    found = impact(Request(draft, house / "store", book=str(house / "book"), days=(THURSDAY,)), threads=1)
    day = found["days"][0]
    assert (day["facts"], day["proven"], day["shared"]) == ("book", True, [])
    assert day["changed_customers"] == 0


@pytest.fixture
def copied(house, tmp_path):
    """Give a store of the test's own to spoil."""
    shutil.copytree(house / "store", tmp_path / "store")
    return tmp_path / "store"


def _without(store: Path, column: str) -> None:
    path = store / "runs" / FRIDAY.isoformat() / "facts_loan.parquet"
    with open_engine(threads=1) as engine:
        engine.write(engine.raw(path).drop(column), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def test_a_fact_that_the_result_lacks_is_named(copied):
    _without(copied, "dpd_days")
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "loan.dpd_days" in caught.value.message) == ("facts_not_kept", True)


def test_facts_that_are_no_longer_kept(copied):
    (copied / "runs" / FRIDAY.isoformat() / "facts_customer.parquet").unlink()
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "facts_customer" in caught.value.message) == ("facts_not_kept", True)


def test_a_result_of_an_earlier_version_needs_the_book(copied):
    shutil.rmtree(copied / "runs" / FRIDAY.isoformat() / "book")
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert (caught.value.code, "--book" in caught.value.mend) == ("book_not_kept", True)


def test_a_result_that_cannot_be_computed_again_is_no_ground(copied):
    path = copied / "runs" / FRIDAY.isoformat() / "facts_loan.parquet"
    with open_engine(threads=1) as engine:
        rows = engine.raw(path)
        engine.write(rows.mutate(dpd_days=rows.dpd_days + 100), path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", copied), threads=1)
    assert caught.value.code == "not_reproduced"


@pytest.mark.slow
def test_a_sample_of_customers_proves_the_side_in_force(house, tmp_path, monkeypatch):
    """C61 has the highest score and @C50 stands first: two of the six, of whom nothing differs."""
    monkeypatch.setattr(proof, "HALF", 1)
    asked = Request(_stricter(tmp_path / "draft"), house / "store", days=(THURSDAY,), sample=0)
    (day,) = impact(asked, threads=1)["days"]
    assert (day["proven"], day["proven_customers"]) == (True, 2)
    colours = {row["colour"]: (row["old"], row["new"]) for row in day["colours"]}
    assert colours["red"] == (1, 3)


@pytest.mark.parametrize("day", [date(2024, 6, 19)])
def test_a_day_without_a_result(house, day):
    with pytest.raises(RunError) as caught:
        impact(Request("cn_rural", house / "store", days=(day,)), threads=1)
    assert caught.value.code == "unknown_day"


@pytest.mark.slow
def test_another_pack_than_that_of_the_run_is_said(house, tmp_path):
    """The stricter pack in force, the shipped one as the draft: what was gained is lost."""
    stricter = _stricter(tmp_path / "stricter")
    found = impact(Request("cn_rural", house / "store", against=stricter, days=(THURSDAY,)), threads=1)
    day = found["days"][0]
    assert (day["proven"], [one["code"] for one in day["findings"]]) == (None, ["not_the_runs_policy"])
    moves = {
        (row["from"], row["to"]): row["customers"] for row in day["colour_moves"] if row["from"] != row["to"]
    }
    assert moves == {("red", "orange"): 2}
    assert _cut(day, "worse_classes", "better_classes") == (0, 1)


def _shipped(kind: str, code: str, **changed: object) -> str:
    """Give a shipped entry as YAML with some fields changed; `kind` is a file's path in the pack."""
    document = yaml.safe_load((SHIPPED / kind).read_text(encoding="utf-8"))
    (entry,) = [one for one in document["entries"] if one["code"] == code]
    whole = [{**document["defaults"], **entry, **changed, "overrides": "a trial"}]
    return str(yaml.safe_dump(whole, allow_unicode=True))


def _of_thursday(house: Path, draft: str) -> dict:
    return impact(Request(draft, house / "store", days=(THURSDAY,)), threads=1)


def test_another_effort_is_a_change_though_every_list_stays_as_it_was(house, tmp_path):
    """M13 of 240 minutes is on three lists (C45, C46, @C50); it takes 300 now: 60 more each."""
    entry = _shipped("measures.yaml", "M13", effort_minutes=300)
    found = _of_thursday(house, _draft(tmp_path / "draft", measures_dot_yaml=entry))
    assert _cut(found, "nothing_changes") == (False,)
    assert _cut(found["total"], "moved_measures", "gained_measures", "revalued_work") == (0, 0, 3)
    assert found["total"]["work"]["hours"] == 3


def test_effort_that_moves_between_kinds_is_a_change_though_the_sum_stays(house, tmp_path):
    """M13 is on three lists, M07 on four (C20 too): 60 minutes more each, and 45 less each."""
    more = _shipped("measures.yaml", "M13", effort_minutes=_minutes("M13") + 60)
    less = _shipped("measures.yaml", "M07", effort_minutes=_minutes("M07") - 45)
    found = _of_thursday(house, _draft(tmp_path / "draft", measures_dot_yaml=more + less))
    assert found["nothing_changes"] is False
    assert (found["total"]["revalued_work"], found["total"]["work"]["hours"]) == (7, 0)


def _minutes(code: str) -> int:
    document = yaml.safe_load((SHIPPED / "measures.yaml").read_text(encoding="utf-8"))
    (entry,) = [one for one in document["entries"] if one["code"] == code]
    return int(entry["effort_minutes"])


@pytest.mark.parametrize(
    "changed", [{"approver_role": "audit"}, {"nature": "option"}, {"owner_role": "audit"}]
)
def test_another_owner_approver_or_nature_alters_a_measure(house, tmp_path, changed):
    found = _of_thursday(
        house, _draft(tmp_path / "draft", measures_dot_yaml=_shipped("measures.yaml", "M13", **changed))
    )
    assert _cut(_row(found["total"]["measures"], code="M13"), "gained", "lost", "moved") == (0, 0, 3)
    altered = _row(found["days"][0]["sample"][0]["measures"]["moved"], code="M13")
    (name,) = changed
    assert altered["changed"][name]["new"] == changed[name]


@pytest.mark.slow
def test_signals_that_are_told_again_are_a_change(house, tmp_path):
    """On Friday REP04 is suppressed for three customers after Thursday's notice; without days it is told."""
    entry = _shipped("signals/repayment.yaml", "REP04", suppress_days=0)
    draft = _draft(tmp_path / "draft", signals__own_dot_yaml=entry)
    found = impact(Request(draft, house / "store", days=(FRIDAY,)), threads=1)
    assert found["nothing_changes"] is False
    row = _row(found["total"]["signals"], code="REP04")
    assert _cut(row, "gained", "lost", "regraded", "silenced", "told_again") == (0, 0, 0, 0, 3)
    # each takes 30 minutes to look into
    assert found["total"]["work"]["hours"] == Decimal("1.5")
    (signal,) = found["days"][0]["sample"][0]["signals"]
    assert _cut(signal, "code", "is_told") == ("REP04", {"old": False, "new": True})


def test_changes_that_move_no_colour_class_or_hour_are_told(house, tmp_path):
    """On Friday, when all of C20's signals had been told the day before: another role verifies what is
    yellow (C20), M13 is no choice any more and M07 blocks M28 too (each C46, @C50 and C45, who are orange),
    and a signal of the region is nobody's."""
    yellow = '<text>"yellow"</text>\n        </outputEntry>\n        <outputEntry>\n          <text>"'
    draft = _table(tmp_path / "draft", "colour", f'{yellow}customer_manager"', f'{yellow}risk_department"')
    _table(tmp_path / "other", "response", '<text>"M29"</text>', '<text>"M29,M28"</text>')
    shutil.copytree(tmp_path / "other" / "tables", tmp_path / "draft" / "tables", dirs_exist_ok=True)
    entry = _shipped("measures.yaml", "M13", choice_group="")
    (tmp_path / "draft" / "measures.yaml").write_text(entry, encoding="utf-8")
    (tmp_path / "draft" / "signals").mkdir()
    (tmp_path / "draft" / "signals" / "own.yaml").write_text(OF_A_REGION, encoding="utf-8")
    found = impact(Request(draft, house / "store", days=(FRIDAY,)), threads=1)
    total = found["total"]
    assert _cut(total, "changed_owners", "moved_measures", "gained_signals") == (1, 6, 1)
    assert _cut(total, "changed_customers", "changed_classes", "changed_scores", "revalued_work") == (
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
    draft = _draft(tmp_path / "draft", pack_dot_yaml=PACK + "segments:\n  all: {scheme: in-sma}\n")
    total = _of_thursday(house, draft)["total"]
    counts = ("changed_classes", "worse_classes", "better_classes", "other_classes")
    assert _cut(total, *counts) == (7, 0, 0, 7)
    moves = {_cut(row, "scheme_id", "from", "to_scheme_id", "to") for row in total["class_moves"]}
    assert moves == {
        ("cn10a", "03", "in-sma", "STD"),
        ("cn10a", "04", "in-sma", "SMA0"),
        ("cn10a", "05", "in-sma", "SMA1"),
    }


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        (("in-sma", "SUB"), ("in-sma", "D1"), "worse"),  # though D1 comes first by letters
        (("in-sma", "LOSS"), ("in-sma", "STD"), "better"),
        (("in-sma", "SMA1"), ("in-sma", "SMA2"), "worse"),  # within a scheme its order decides
        (("cn10a", "05"), ("in-sma", "SMA2"), None),  # which stands for 05
        (("cn10a", "10"), ("cn12", "21"), "better"),
        (("cn12", "15"), ("cn10a", "04"), "worse"),
        (("cn10a", "03"), ("cn10a", None), None),  # not measurable any more
        (("cn10a", "03"), (None, None), None),  # entrusted
    ],
)
def test_which_class_is_worse(old, new, change):
    policy = load("cn_rural").as_of(THURSDAY)
    move = {"scheme_id": old[0], "from": old[1], "to_scheme_id": new[0], "to": new[1]}
    ranks = Ranks(policy, policy)
    assert (ranks.is_worse(move), ranks.is_better(move)) == (change == "worse", change == "better")


def test_an_order_within_a_scheme_holds_though_its_levels_say_something_else_besides(tmp_path):
    """SMA1 and SMA2 both stand for 05; SMA2 is the worse, however often both are to be reviewed."""
    text = (SHIPPED / "schemes" / "in-sma.yaml").read_text(encoding="utf-8") + "overrides: a trial\n"
    more_often = text.replace("min_review_freq_days: 90", "min_review_freq_days: 30")
    draft = load(_draft(tmp_path / "draft", **{"schemes__in-sma_dot_yaml": more_often}))
    ranks = Ranks(load("cn_rural").as_of(THURSDAY), draft.as_of(THURSDAY))
    move = {"scheme_id": "in-sma", "from": "SMA1", "to_scheme_id": "in-sma", "to": "SMA2"}
    assert (ranks.is_worse(move), ranks.is_better(move)) == (True, False)

"""What becomes of the machine's class: decisions, schemes, the loan's own row, and what always holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine
from postloan.results import LOAN_STATE
from tests.classification.made import DAY, classes, one, policy_on, prior_of


def test_columns_are_the_contract_s(engine: Engine) -> None:
    loan = {"dpd_days": 3, "balance_amt": Decimal("12.34"), "overdue_amt": Decimal("1.00")}
    seen = {"restructuring_state": "observed", "observation_ends_on": date(2025, 1, 5)}
    row = one(engine, {**loan, **seen})
    assert tuple(row) == LOAN_STATE.columns
    assert (row["balance"], row["overdue_amount"], row["days_past_due"]) == (
        Decimal("12.34"),
        Decimal("1.00"),
        3,
    )
    assert (row["suit_status"], row["amount_band"], row["on_off"]) == ("none", "A3", "on")
    assert row["observation_ends_on"] == date(2025, 1, 5)
    assert (row["scheme_id"], row["policy_version"]) == ("cn10a", policy_on(DAY).version)


def test_an_advance_is_past_due_off_the_balance_sheet(engine: Engine) -> None:
    advance = {"advance_amt": Decimal("500.00"), "advance_days": 20}
    bill = {**advance, "on_off": "off_ba", "exposure_kind": "acceptance", "dpd_days": None}
    loans = [
        {"id": "bill", **bill, "overdue_amt": None},
        {"id": "supplied", **bill, "overdue_amt": Decimal("600.00")},
        {"id": "loan", **advance, "overdue_amt": Decimal("1.00")},
    ]
    found = classes(engine, loans, book={"advance": []})
    overdue = {name: (row["overdue_amount"], row["days_past_due"]) for name, row in found.items()}
    assert overdue == {
        "bill": (Decimal("500.00"), 20),
        "supplied": (Decimal("600.00"), 20),
        "loan": (Decimal("1.00"), 0),
    }


def test_an_entrusted_loan_has_no_class(engine: Engine) -> None:
    row = one(engine, {"dpd_days": 400, "is_entrusted": True})
    names = ("class_machine", "class_final", "class_floor", "class_matrix", "five_level", "scheme_id")
    assert [row[name] for name in names] == [None] * 6
    assert json.loads(row["missing"]) == ["loan.is_entrusted"]


def _decision(code: str, kind: str = "determination", day: int = 1, **more: Any) -> dict[str, Any]:
    base = {"loan_id": "L", "decided_on": date(2024, 6, day), "kind": kind, "scheme_id": "cn10a"}
    return {**base, "level_code": code, **more}


def test_a_worse_decision_counts_and_a_better_one_is_proposed(engine: Engine) -> None:
    # Days past due and decisions: the machine's class, the final one, the five-level class, the proposal.
    cases: dict[str, tuple[int | None, list[dict[str, Any]], tuple[Any, ...]]] = {
        "worse": (10, [_decision("06")], ("04", "06", "substandard", None)),
        "better": (95, [_decision("04", "approval")], ("06", "06", "substandard", "04")),
        "equal": (10, [_decision("04")], ("04", "04", "special_mention", None)),
        # The latest counts, on one day the later step; an initial proposal is not in force.
        "latest": (10, [_decision("05"), _decision("06", day=2)], ("04", "06", "substandard", None)),
        "step": (10, [_decision("06"), _decision("07", "approval")], ("04", "07", "substandard", None)),
        "initial": (10, [_decision("10", "initial")], ("04", "04", "special_mention", None)),
        # One that nobody approved leaves a non-performing loan where it is.
        "up": (10, [_decision("06"), _decision("05", day=2)], ("04", "06", "substandard", "05")),
        # Where nothing can be measured a decision stands, unless it says normal.
        "unmeasured": (None, [_decision("06")], (None, "06", "substandard", None)),
        "normal": (None, [_decision("01")], (None, None, "not_measurable", None)),
    }
    loans = [{"id": name, "dpd_days": days} for name, (days, _, _) in cases.items()]
    rows = [{**row, "loan_id": name} for name, (_, decided, _) in cases.items() for row in decided]
    found = classes(engine, loans, book={"class_decision": rows})
    names = ("class_machine", "class_final", "five_level", "upgrade_proposed")
    got = {name: tuple(found[name][one] for one in names) for name in cases}
    assert got == {name: expected for name, (_, _, expected) in cases.items()}


def test_an_approval_counts_only_with_the_determination_that_it_settles(engine: Engine) -> None:
    by, up = {"decided_by": "BH1"}, {"decided_by": "EX1"}
    cases: dict[str, tuple[list[dict[str, Any]], str]] = {
        "both": (
            [_decision("06", **by), _decision("05", day=2, **by), _decision("05", "approval", 3, **up)],
            "05",
        ),
        # Who determined Sub1 did not determine SM2: one person alone upgrades.
        "alone": ([_decision("06", **by), _decision("05", "approval", 3, **up)], "06"),
        # A determination that was approved before is spent.
        "spent": (
            [
                _decision("05", approved_by="EX1", **by),
                _decision("06", day=2, **by),
                _decision("05", "approval", 3, **up),
            ],
            "06",
        ),
        # The approver may stay behind what was determined; the upgrade still sets out from Sub1 and is held
        # by the arrears.
        "less": (
            [_decision("06", **by), _decision("04", day=2, **by), _decision("05", "approval", 3, **up)],
            "05",
        ),
        "less in arrears": (
            [_decision("06", **by), _decision("04", day=2, **by), _decision("05", "approval", 3, **up)],
            "06",
        ),
    }
    loans = [{"id": name, "dpd_days": 3 if name == "less in arrears" else 0} for name in cases]
    rows = [{**row, "loan_id": name} for name, (decided, _) in cases.items() for row in decided]
    staff = [{"staff_id": "BH1", "role": "branch_head"}, {"staff_id": "EX1", "role": "executive"}]
    found = classes(engine, loans, book={"class_decision": rows, "staff": staff})
    assert {name: found[name]["class_final"] for name in cases} == {
        name: level for name, (_, level) in cases.items()
    }


def test_what_people_and_the_last_run_say_counts_for_a_debtor_s_other_claims(engine: Engine) -> None:
    # Customer, loan, balance, level of the last run, decisions: floors and the machine's class.
    cases: list[tuple[str, str, str, str | None, list[str], list[str], str]] = [
        # Held by the last run: F04 for the other claim, never for the loan itself, and no F09.
        ("held", "h1", "50.00", "06", [], [], "03"),
        ("held", "h2", "50.00", None, [], ["F04"], "05"),
        # Decided: also F09, above a tenth.
        ("decided", "d1", "10.01", None, ["06"], [], "03"),
        ("decided", "d2", "89.99", None, [], ["F04", "F09"], "06"),
        ("tenth", "t1", "10.00", None, ["06"], [], "03"),
        ("tenth", "t2", "90.00", None, [], ["F04"], "05"),
        # An upgrade that nobody approved leaves the claim non-performing.
        ("refused", "r1", "50.00", "06", ["06", "05"], [], "03"),
        ("refused", "r2", "50.00", None, [], ["F04"], "05"),
        ("upgraded", "u1", "50.00", "05", ["06", "05"], [], "03"),
        ("upgraded", "u2", "50.00", "05", [], [], "03"),
        ("proposed", "p1", "50.00", None, ["initial 08"], [], "03"),
        ("proposed", "p2", "50.00", None, [], [], "03"),
        # F21 off the sheet; a loss by decision alone counts as doubtful there.
        ("person", "s1", "50.00", None, ["05"], [], "03"),
        ("person", "s2 off", "50.00", None, [], ["F21"], "04"),
        ("person 2", "l1", "50.00", None, ["10"], [], "03"),
        ("person 2", "l2 off", "50.00", None, [], ["F21"], "08"),
        ("person 2", "l3", "50.00", None, [], [], "03"),
        # A row of the second step is tightened by the circle as any other.
        ("circle", "c1", "10.00", None, ["06"], [], "04"),
        ("circle", "c2", "90.00", None, [], ["F04"], "06"),
    ]
    loans = [
        {
            "id": name,
            "customer_id": customer,
            "reporting_balance_amt": Decimal(owed),
            "balance_amt": Decimal(owed),
        }
        | {"is_retail": customer.startswith("person")}
        | ({"on_off": "off_ba", "exposure_kind": "acceptance"} if name.endswith("off") else {})
        for customer, name, owed, *_ in cases
    ]
    rows = [
        _decision(said[-2:], "initial" if "initial" in said else "determination", day, loan_id=name)
        for _, name, _, _, decided, _, _ in cases
        for day, said in enumerate(decided, 1)
    ]
    then = date(2024, 6, 27)
    ran = [
        {"loan_id": name, "as_of": then, "scheme_id": "cn10a", "class_final": level, "class_machine": "03"}
        for _, name, _, level, *_ in cases
        if level
    ]
    circle = {"id": "circle", "circle_member_count": 3, "circle_npl_count": 1}
    book: dict[str, list[dict[str, Any]]] = {"class_decision": rows, "advance": []}
    prior = prior_of(engine, ran, then)
    found = classes(engine, loans, customers=[circle], book=book, prior=prior)
    got = {
        name: (json.loads(found[name]["floor_rule_ids"]), found[name]["class_machine"])
        for _, name, *_ in cases
    }
    assert got == {name: (floors, level) for _, name, _, _, _, floors, level in cases}
    final = {name: found[name]["class_final"] for name in ("h1", "d1", "r1", "u1", "l1")}
    assert final == {"h1": "06", "d1": "06", "r1": "06", "u1": "05", "l1": "09"}


def test_a_loss_needs_the_authority_of_u6(engine: Engine) -> None:
    staff = [
        {"staff_id": name, "role": role}
        for name, role in (("BH1", "branch_head"), ("RD1", "risk_department"), ("EX1", "executive"))
    ]
    both = {"decided_by": "BH1", "approved_by": "EX1"}
    by_two = [_decision("10", decided_by="BH1"), _decision("10", "approval", 2, decided_by="EX1")]
    # The loan, its decisions, the level of the last run: the final level.
    cases: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str | None, str]] = {
        "nobody": ({}, [_decision("10", decided_by="BH1")], None, "09"),
        "too low": ({}, [_decision("10", decided_by="BH1", approved_by="RD1")], None, "09"),
        "one person": ({}, [_decision("10", decided_by="EX1", approved_by="EX1")], None, "09"),
        "approved": ({}, [_decision("10", **both)], None, "10"),
        "approved later": ({}, by_two, None, "10"),
        # Natural persons below the branch limit need a level less, firms of the largest band the committee.
        "person": (
            {"customer_id": "F", "amount_band": "A2"},
            [_decision("10", decided_by="BH1", approved_by="RD1")],
            None,
            "10",
        ),
        "largest": ({"amount_band": "A5"}, [_decision("10", **both)], None, "09"),
        # The second day it still waits; what was a loss before, or is one by days, needs no new approval.
        "second day": ({}, [_decision("10", decided_by="BH1")], "09", "09"),
        "was a loss": ({}, [_decision("10", decided_by="BH1")], "10", "10"),
        "by days": ({"dpd_days": 361}, [_decision("10", decided_by="BH1")], None, "10"),
        "not measured": ({"dpd_days": None}, [_decision("10", decided_by="BH1")], None, "09"),
        "doubtful": ({}, [_decision("09", decided_by="BH1")], None, "09"),
    }
    loans = [{"id": name, **loan} for name, (loan, *_) in cases.items()]
    rows = [{**row, "loan_id": name} for name, (_, decided, *_) in cases.items() for row in decided]
    then = date(2024, 6, 27)
    ran = [
        {"loan_id": name, "as_of": then, "scheme_id": "cn10a", "class_final": level}
        for name, (_, _, level, _) in cases.items()
        if level
    ]
    book = {"class_decision": rows, "staff": staff}
    people = [{"id": "F", "kind": "farmer"}]
    found = classes(engine, loans, customers=people, book=book, prior=prior_of(engine, ran, then))
    assert {name: found[name]["class_final"] for name in cases} == {
        name: level for name, (*_, level) in cases.items()
    }


def test_six_months_of_payment_are_asked_where_the_schedule_tells_no_periods(engine: Engine) -> None:
    # A bullet loan or one whose schedule is over: two periods cannot be counted, six months can (U2).
    by = {"decided_by": "BH1"}
    up = _decision("05", day=28, approved_by="EX1", **by)
    early = {**up, "decided_on": date(2024, 6, 27)}
    cases: dict[str, tuple[date | None, dict[str, Any], bool, str]] = {
        "before": (date(2023, 12, 29), up, False, "06"),
        "at": (date(2023, 12, 28), up, False, "05"),
        "after": (date(2023, 12, 27), up, False, "05"),
        "decided before": (date(2023, 12, 28), early, False, "06"),
        "unknown": (None, up, False, "05"),
        "retail": (date(2023, 12, 29), up, True, "05"),
    }
    loans = [
        {"id": name, "paid_normally_since_on": since, "is_retail": retail}
        for name, (since, _, retail, _) in cases.items()
    ]
    rows = [
        {**row, "loan_id": name}
        for name, (_, decided, _, _) in cases.items()
        for row in (_decision("06", **by), decided)
    ]
    staff = [{"staff_id": "BH1", "role": "branch_head"}, {"staff_id": "EX1", "role": "executive"}]
    for more in ({}, {"due": []}):
        found = classes(engine, loans, book={"class_decision": rows, "staff": staff, **more})
        assert {name: found[name]["class_final"] for name in cases} == {
            name: level for name, (*_, level) in cases.items()
        }


def test_the_previous_class_is_the_last_run_s_else_the_last_decision_s(engine: Engine) -> None:
    book = {"class_decision": [_decision("05", "initial")]}
    assert one(engine, {}, book=book)["class_previous"] == "05"
    ran = {"loan_id": "L", "as_of": date(2024, 6, 27), "scheme_id": "cn10a", "class_final": "06"}
    prior = prior_of(engine, [ran], date(2024, 6, 27))
    assert one(engine, {}, book=book, prior=prior)["class_previous"] == "06"
    other = prior_of(engine, [{**ran, "loan_id": "other"}], date(2024, 6, 27))
    assert one(engine, {}, book=book, prior=other)["class_previous"] == "05"


def test_a_segment_takes_its_own_scheme(engine: Engine) -> None:
    policy = policy_on(DAY)
    segments = {
        "farmers": {"when": 'customer.kind = "farmer"', "scheme": "cn10b"},
        "cards": {"when": 'loan.contract_type = "card"', "scheme": "in-sma"},
        "all": {"scheme": "cn10a"},
    }
    other = replace(
        policy, pack=replace(policy.pack, settings={**policy.pack.settings, "segments": segments})
    )
    days = (0, 10, 40, 100, 200, 280, 320, 400)
    loans = [{"id": f"b{n}", "dpd_days": n, "customer_id": "F"} for n in days]
    loans += [{"id": f"i{n}", "dpd_days": n, "contract_type": "card"} for n in days]
    loans += [{"id": "a", "dpd_days": 200}]
    found = classes(engine, loans, customers=[{"id": "F", "kind": "farmer"}], policy=other)
    got_b = [found[f"b{n}"]["class_final"] for n in days]
    assert got_b == ["03", "06", "07", "08", "08", "09", "09", "10"]
    got_i = [found[f"i{n}"]["class_final"] for n in days]
    assert got_i == ["STD", "SMA0", "SMA1", "SUB", "SUB", "D1", "D2", "LOSS"]
    assert [found[name]["scheme_id"] for name in ("b0", "i0", "a")] == ["cn10b", "in-sma", "cn10a"]
    assert [found[f"b{n}"]["five_level"] for n in days] == [found[f"i{n}"]["five_level"] for n in days]
    assert found["a"]["class_final"] == "07"


_LOAN = st.fixed_dictionaries(
    {
        "dpd_days": st.integers(0, 400),
        "is_technical_overdue": st.booleans(),
        "stage": st.sampled_from([None, 1, 2, 3]),
        "ecl_share": st.one_of(st.none(), st.decimals(0, 1, places=6)),
        "suit_status": st.sampled_from(["none", "preservation", "sued", "judged", "terminated"]),
        "cover_share": st.one_of(st.none(), st.decimals(0, 3, places=6)),
        "guarantee_mode": st.sampled_from(["credit", "mortgage", "cash_equivalent"]),
        "on_off": st.sampled_from(["on", "off_ba"]),
        "customer_id": st.sampled_from(["C1", "C2", "C3"]),
        "is_retail": st.booleans(),
        "reporting_balance_amt": st.decimals(0, 100000, places=2),
        "restructuring_state": st.sampled_from([None, "none", "observed", "passed"]),
        "is_restructured_again": st.booleans(),
        "is_use_changed": st.sampled_from([None, False, True]),
        "guarantor_npl_count": st.sampled_from([None, 0, 1]),
    }
)
_QUIET = settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@_QUIET
@given(st.lists(_LOAN, min_size=40, max_size=60))
def test_machine_is_never_better_than_floor_or_matrix(engine: Engine, loans: list[dict[str, Any]]) -> None:
    rows = classes(engine, [{"id": str(n), **loan} for n, loan in enumerate(loans)]).values()
    for row in rows:
        assert row["class_machine"] >= (row["class_floor"] or "01")
        assert row["class_machine"] >= row["class_matrix"]
        assert row["class_machine"] in (row["class_floor"], row["class_matrix"])
        assert row["class_final"] == row["class_machine"]


@_QUIET
@given(_LOAN, st.lists(st.integers(0, 400), min_size=30, max_size=40, unique=True))
def test_more_days_past_due_never_give_a_better_class(
    engine: Engine, loan: dict[str, Any], days: list[int]
) -> None:
    own = [{**loan, "id": f"{n:03}", "dpd_days": n, "customer_id": f"C{n}"} for n in sorted(days)]
    found = classes(engine, own)
    got = [found[row["id"]]["class_final"] for row in own]
    assert got == sorted(got)


_WORSE: dict[str, dict[str, Any]] = {
    "more days": {"dpd_days": 400},
    "no proof": {"is_technical_overdue": False},
    "impaired": {"stage": 3},
    "larger loss": {"stage": 3, "ecl_share": Decimal("0.95")},
    "suit": {"suit_status": "sued", "cover_share": Decimal("0.1")},
    "ended": {"suit_status": "terminated"},
    "use": {"is_use_changed": True},
    "observed": {"restructuring_state": "observed"},
    "again": {"restructuring_state": "observed", "is_restructured_again": True},
    "guarantor": {"guarantor_npl_count": 1},
}


@_QUIET
@given(st.lists(_LOAN, min_size=4, max_size=4))
def test_worse_inputs_never_give_a_better_class(engine: Engine, loans: list[dict[str, Any]]) -> None:
    rows, pairs = [], []
    for number, loan in enumerate(loans):
        own = {**loan, "on_off": "on", "suit_status": "none", "customer_id": f"B{number}"}
        rows.append({**own, "id": f"{number}"})
        for name, worse in _WORSE.items():
            rows.append({**own, **worse, "id": f"{number} {name}", "customer_id": f"W{number}{name}"})
            pairs.append((f"{number}", f"{number} {name}"))
    found = classes(engine, rows)
    for base, worse_id in pairs:
        assert found[worse_id]["class_final"] >= found[base]["class_final"], worse_id


@_QUIET
@given(st.lists(_LOAN, min_size=20, max_size=30))
def test_a_firm_s_claims_are_consistent(engine: Engine, loans: list[dict[str, Any]]) -> None:
    rows = [{"id": str(n), **loan} for n, loan in enumerate(loans)]
    found = classes(engine, rows)
    for customer in ("C1", "C2", "C3"):
        own = [row for row in rows if row["customer_id"] == customer]
        # Whether a claim failed by itself: a floor or row of its own, not those of the debtor's other claims.
        failing = [row for row in own if _fails_alone(row)]
        owed, bad = (sum(row["reporting_balance_amt"] for row in part) for part in (own, failing))
        for row in own:
            level = found[row["id"]]["class_machine"]
            if failing and not row["is_retail"]:
                assert level >= "05"
            if owed and bad / owed > Decimal("0.100001") and not row["is_retail"]:
                assert level >= "06" or _is_pledged(row)


def _fails_alone(row: dict[str, Any]) -> bool:
    suit = row["suit_status"] == "terminated" or (
        row["suit_status"] in ("sued", "judged")
        and (row["cover_share"] is not None or row["guarantee_mode"] == "credit")
    )
    again = row["restructuring_state"] == "observed" and row["is_restructured_again"]
    days = row["dpd_days"] if row["on_off"] == "on" else max(row["dpd_days"], 0)
    return bool(days > 90 or row["stage"] == 3 or suit or again)


def _is_pledged(row: dict[str, Any]) -> bool:
    return row["guarantee_mode"] == "cash_equivalent" and (row["cover_share"] or 0) >= 1


@_QUIET
@given(st.lists(_LOAN, min_size=5, max_size=15), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(engine: Engine, loans: list[dict[str, Any]], random: Any) -> None:
    rows = [{"id": str(n), **loan} for n, loan in enumerate(loans)]
    shuffled = random.sample(rows, len(rows))
    assert classes(engine, rows) == classes(engine, shuffled)

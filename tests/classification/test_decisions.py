"""What people decide on a class: what counts, for the loan itself and for its debtor's other claims."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from postloan.engine import Engine
from tests.classification.made import classes, decision, prior_of


def test_a_worse_decision_counts_and_a_better_one_is_proposed(engine: Engine) -> None:
    # Days past due and decisions: the machine's class, the final one, the five-level class, the proposal.
    cases: dict[str, tuple[int | None, list[dict[str, Any]], tuple[Any, ...]]] = {
        "worse": (10, [decision("06")], ("04", "06", "substandard", None)),
        "better": (95, [decision("04", "approval")], ("06", "06", "substandard", "04")),
        "equal": (10, [decision("04")], ("04", "04", "special_mention", None)),
        # The latest counts, on one day the later step; an initial proposal is not in force.
        "latest": (10, [decision("05"), decision("06", day=2)], ("04", "06", "substandard", None)),
        "step": (10, [decision("06"), decision("07", "approval")], ("04", "07", "substandard", None)),
        "initial": (10, [decision("10", "initial")], ("04", "04", "special_mention", None)),
        # One that nobody approved leaves a non-performing loan where it is.
        "up": (10, [decision("06"), decision("05", day=2)], ("04", "06", "substandard", "05")),
        # Where nothing can be measured a decision stands, unless it says normal.
        "unmeasured": (None, [decision("06")], (None, "06", "substandard", None)),
        "normal": (None, [decision("01")], (None, None, "not_measurable", None)),
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
            [decision("06", **by), decision("05", day=2, **by), decision("05", "approval", 3, **up)],
            "05",
        ),
        # Who determined Sub1 did not determine SM2: one person alone upgrades.
        "alone": ([decision("06", **by), decision("05", "approval", 3, **up)], "06"),
        # A determination that was approved before is spent.
        "spent": (
            [
                decision("05", approved_by="EX1", **by),
                decision("06", day=2, **by),
                decision("05", "approval", 3, **up),
            ],
            "06",
        ),
        # The approver may stay behind what was determined; the upgrade still sets out from Sub1 and is held
        # by the arrears.
        "less": (
            [decision("06", **by), decision("04", day=2, **by), decision("05", "approval", 3, **up)],
            "05",
        ),
        "less in arrears": (
            [decision("06", **by), decision("04", day=2, **by), decision("05", "approval", 3, **up)],
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
        decision(said[-2:], "initial" if "initial" in said else "determination", day, loan_id=name)
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
    by_two = [decision("10", decided_by="BH1"), decision("10", "approval", 2, decided_by="EX1")]
    # The loan, its decisions, the level of the last run: the final level.
    cases: dict[str, tuple[dict[str, Any], list[dict[str, Any]], str | None, str]] = {
        "nobody": ({}, [decision("10", decided_by="BH1")], None, "09"),
        "too low": ({}, [decision("10", decided_by="BH1", approved_by="RD1")], None, "09"),
        "one person": ({}, [decision("10", decided_by="EX1", approved_by="EX1")], None, "09"),
        "approved": ({}, [decision("10", **both)], None, "10"),
        "approved later": ({}, by_two, None, "10"),
        # Natural persons below the branch limit need a level less, firms of the largest band the committee.
        "person": (
            {"customer_id": "F", "amount_band": "A2"},
            [decision("10", decided_by="BH1", approved_by="RD1")],
            None,
            "10",
        ),
        "largest": ({"amount_band": "A5"}, [decision("10", **both)], None, "09"),
        # The second day it still waits; what was a loss before, or is one by days, needs no new approval.
        "second day": ({}, [decision("10", decided_by="BH1")], "09", "09"),
        "was a loss": ({}, [decision("10", decided_by="BH1")], "10", "10"),
        "by days": ({"dpd_days": 361}, [decision("10", decided_by="BH1")], None, "10"),
        "not measured": ({"dpd_days": None}, [decision("10", decided_by="BH1")], None, "09"),
        "doubtful": ({}, [decision("09", decided_by="BH1")], None, "09"),
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
    up = decision("05", day=28, approved_by="EX1", **by)
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
        for row in (decision("06", **by), decided)
    ]
    staff = [{"staff_id": "BH1", "role": "branch_head"}, {"staff_id": "EX1", "role": "executive"}]
    for more in ({}, {"due": []}):
        found = classes(engine, loans, book={"class_decision": rows, "staff": staff, **more})
        assert {name: found[name]["class_final"] for name in cases} == {
            name: level for name, (*_, level) in cases.items()
        }

"""What becomes of the class of the machine: schemes, the row of the loan, and what always holds."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine
from postloan.results import LOAN_STATE
from tests.classification.made import DAY, classes, decision, policy_on, prior_of

Row = dict[str, Any]
Rows = list[Row]
Found = dict[str, Row]


@pytest.fixture(scope="module")
def found(engine: Engine) -> Found:
    """Classify loans of customers of their own, in a run with none before it."""
    seen = {"restructuring_state": "observed", "observation_ends_on": date(2025, 1, 5)}
    own = {"dpd_days": 3, "balance_amt": Decimal("12.34"), "overdue_amt": Decimal("1.00")}
    advance = {"advance_amt": Decimal("500.00"), "advance_days": 20}
    bill = {**advance, "on_off": "off_ba", "exposure_kind": "acceptance", "dpd_days": None}
    loans = [
        {"id": "L", **own, **seen},
        {"id": "bill", **bill, "overdue_amt": None},
        {"id": "supplied", **bill, "overdue_amt": Decimal("600.00")},
        {"id": "loan", **advance, "overdue_amt": Decimal("1.00")},
        {"id": "entrusted", "dpd_days": 400, "is_entrusted": True},
        {"id": "decided"},
    ]
    book = {"advance": [], "class_decision": [decision("05", "initial", loan_id="decided")]}
    return classes(engine, loans, book=book)


def test_columns_are_the_contract_s(found: Found) -> None:
    row = found["L"]
    assert tuple(row) == LOAN_STATE.columns
    assert (row["balance"], row["overdue_amount"], row["days_past_due"]) == (
        Decimal("12.34"),
        Decimal("1.00"),
        3,
    )
    assert (row["suit_status"], row["amount_band"], row["on_off"]) == ("none", "A3", "on")
    assert row["observation_ends_on"] == date(2025, 1, 5)
    assert (row["scheme_id"], row["policy_version"]) == ("cn10a", policy_on(DAY).version)


def test_an_advance_is_past_due_off_the_balance_sheet(found: Found) -> None:
    asked = ("bill", "supplied", "loan")
    overdue = {name: (found[name]["overdue_amount"], found[name]["days_past_due"]) for name in asked}
    assert overdue == {
        "bill": (Decimal("500.00"), 20),
        "supplied": (Decimal("600.00"), 20),
        "loan": (Decimal("1.00"), 0),
    }


def test_an_entrusted_loan_has_no_class(found: Found) -> None:
    row = found["entrusted"]
    names = ("class_machine", "class_final", "class_floor", "class_matrix", "five_level", "scheme_id")
    assert [row[name] for name in names] == [None] * 6
    assert json.loads(row["missing"]) == ["loan.is_entrusted"]


def test_the_previous_class_is_the_last_run_s_else_the_last_decision_s(engine: Engine, found: Found) -> None:
    assert found["decided"]["class_previous"] == "05"
    book = {"class_decision": [decision("05", "initial", loan_id=name) for name in ("ran", "new")]}
    ran = {"loan_id": "ran", "as_of": date(2024, 6, 27), "scheme_id": "cn10a", "class_final": "06"}
    prior = prior_of(engine, [ran], date(2024, 6, 27))
    after = classes(engine, [{"id": "ran"}, {"id": "new"}], book=book, prior=prior)
    assert {name: row["class_previous"] for name, row in after.items()} == {"ran": "06", "new": "05"}


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


def _bank(loans: Rows, ladder: Row, days: list[int], bases: Rows, firms: Rows) -> dict[str, Rows]:
    """Give loans by what is asked of them; no customer has loans of two kinds."""
    better = [
        {**loan, "on_off": "on", "suit_status": "none", "id": f"better {n}", "customer_id": f"better {n}"}
        for n, loan in enumerate(bases)
    ]
    return {
        "any": [
            {**loan, "id": f"any {n}", "customer_id": f"any {loan['customer_id']}"}
            for n, loan in enumerate(loans)
        ],
        "ladder": [
            {**ladder, "id": f"days {n:03}", "dpd_days": n, "customer_id": f"days {n}"} for n in sorted(days)
        ],
        "better": better,
        "worse": [
            {**row, **more, "id": f"{row['id']} {name}", "customer_id": f"{row['id']} {name}"}
            for row in better
            for name, more in _WORSE.items()
        ],
        "firms": [{**loan, "id": f"firm {n}"} for n, loan in enumerate(firms)],
    }


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.lists(_LOAN, min_size=40, max_size=60),
    _LOAN,
    st.lists(st.integers(0, 400), min_size=30, max_size=40, unique=True),
    st.lists(_LOAN, min_size=4, max_size=4),
    st.lists(_LOAN, min_size=20, max_size=30),
    st.randoms(use_true_random=False),
)
def test_what_always_holds(
    engine: Engine, loans: Rows, ladder: Row, days: list[int], bases: Rows, firms: Rows, random: Any
) -> None:
    """Five properties over one bank: classifying it costs much, loans in it next to nothing."""
    bank = _bank(loans, ladder, days, bases, firms)
    rows = [row for part in bank.values() for row in part]
    found = classes(engine, rows)
    _machine_is_never_better_than_floor_or_matrix([found[row["id"]] for row in rows])
    _more_days_past_due_never_give_a_better_class([found[row["id"]]["class_final"] for row in bank["ladder"]])
    _worse_inputs_never_give_a_better_class(found, bank["better"])
    _a_firm_s_claims_are_consistent(found, bank["firms"])
    assert classes(engine, random.sample(rows, len(rows))) == found, "the order of rows changed something"


def _machine_is_never_better_than_floor_or_matrix(rows: Rows) -> None:
    for row in rows:
        assert row["class_machine"] >= (row["class_floor"] or "01")
        assert row["class_machine"] >= row["class_matrix"]
        assert row["class_machine"] in (row["class_floor"], row["class_matrix"])
        assert row["class_final"] == row["class_machine"]


def _more_days_past_due_never_give_a_better_class(levels: list[str]) -> None:
    assert levels == sorted(levels)


def _worse_inputs_never_give_a_better_class(found: Found, better: Rows) -> None:
    for base in better:
        for name in _WORSE:
            worse = f"{base['id']} {name}"
            assert found[worse]["class_final"] >= found[base["id"]]["class_final"], worse


def _a_firm_s_claims_are_consistent(found: Found, rows: Rows) -> None:
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

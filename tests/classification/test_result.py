"""What becomes of the class of the machine: schemes, the row of the loan, and what always holds."""

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
from tests.classification.made import DAY, classes, decision, one, policy_on, prior_of


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


def test_the_previous_class_is_the_last_run_s_else_the_last_decision_s(engine: Engine) -> None:
    book = {"class_decision": [decision("05", "initial")]}
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

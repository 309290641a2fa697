"""Colours reached, by opening or by getting worse: each figure worked out by hand.

| customer | 5 January | 2 February | 2 March | 30 March | went bad |
|---|---|---|---|---|---|
| A | yellow | orange | red | red | 3 May: 118, 90 and 62 days after |
| B | yellow | orange | yellow | orange | 4 May: 119 and 91 days after; 35 after it rose again |
| C | red | red | | | never |
| D | yellow | yellow | red | | 2 March, the day on which it became red |
| E | yellow | yellow | red | | 3 March, the day after |
| F | yellow | | orange, a new episode | orange | never |
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from postloan.engine import open_engine
from postloan.run.evaluate import evaluate
from tests.run.made_store import made_run

D1, D2, D3, D4 = "2026-01-05", "2026-02-02", "2026-03-02", "2026-03-30"
STOOD = {
    D1: {"A": "yellow", "B": "yellow", "C": "red", "D": "yellow", "E": "yellow", "F": "yellow"},
    D2: {"A": "orange", "B": "orange", "C": "red", "D": "yellow", "E": "yellow"},
    D3: {"A": "red", "B": "yellow", "D": "red", "E": "red", "F": "orange"},
    D4: {"A": "red", "B": "orange", "F": "orange"},
}
OUTCOMES = """customer_id,bad_on,amount
A,2026-05-03,100.00
B,2026-05-04,200.00
D,2026-03-02,400.00
E,2026-03-03,800.00
"""
ASKED = {"precision": {"red": Decimal("0.5"), "orange": Decimal("0.41")}}


def share(part, whole):
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"))


def of(rows, *names):
    return {row["colour"]: tuple(row[name] for name in names) for row in rows}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("scratch")) as engine:
        yield engine


@pytest.fixture(scope="module")
def house(engine, tmp_path_factory):
    store = tmp_path_factory.mktemp("reached") / "store"
    loans = [{"loan_id": f"L{one}", "customer_id": one, "manager_id": "M1"} for one in "ABCDE"]
    loans.append({"loan_id": "LF", "customer_id": "F", "manager_id": "M2"})
    for day, colours in STOOD.items():
        warnings = [
            {"customer_id": one, "colour": colour, "opened_on": D3 if one == "F" and day >= D3 else D1}
            for one, colour in colours.items()
        ]
        made_run(engine, store, day, warning=warnings, loan_state=loans)
    outcomes = store.parent / "outcomes.csv"
    outcomes.write_text(OUTCOMES, encoding="utf-8")
    return store, outcomes


@pytest.fixture(scope="module")
def told(engine, house):
    return evaluate(engine, *house, asked=ASKED)


def test_a_warning_counts_once_for_each_colour_that_it_reaches(told):
    # Red: A, C, E; D was bad that day. Orange: those, B once, and F anew. Yellow and milder: all, F twice.
    # Right within 90 days: red of A and E; orange of A, on day 90, and E; yellow of D and E.
    assert of(told["by_reached"], "alerts", "right", "precision") == {
        "red": (3, 2, share(2, 3)),
        "orange": (5, 2, share(2, 5)),
        "yellow": (7, 2, share(2, 7)),
        "blue": (7, 2, share(2, 7)),
    }
    # What opened in a colour stays as it is: C red, F's second orange, five yellow of which D and E right.
    assert of(told["by_colour"], "alerts", "right") == {
        "red": (1, 0),
        "orange": (1, 0),
        "yellow": (5, 2),
        "blue": (0, 0),
    }


def test_what_is_captured_and_how_long_before(told):
    # Red 62 days before A and 1 before E; orange 90 before A, 91 before B, 1 before E; yellow before all.
    amounts = of(told["by_reached"], "captured", "capture_amount", "captured_1d", "capture_amount_1d")
    assert amounts["red"] == (1, share(100, 1500), 2, share(900, 1500))
    assert amounts["orange"] == (2, share(300, 1500), 3, share(1100, 1500))
    assert amounts["yellow"] == (4, 1, 4, 1)
    leads = of(told["by_reached"], "lead_median_days", "first_lead_median_days")
    assert (leads["red"], leads["orange"]) == ((31.5, 31.5), (45.5, 90))
    # Three alerts of two managers in 85 days; Wilson's interval of 2 of 3.
    red = told["by_reached"][0]
    assert red["alerts_per_manager_week"] == pytest.approx(3 / 2 / (85 / 7), abs=1e-6)
    assert (red["precision_low"], red["precision_high"]) == (Decimal("0.207660"), Decimal("0.938508"))


def test_what_was_reached_before_the_span_is_not_new_in_it(engine, house):
    late = evaluate(engine, *house, from_date=date.fromisoformat(D3))
    # On 2 March A and E become red, E from yellow; F opens orange. B had been orange in February.
    assert of(late["by_reached"], "alerts") == {"red": (2,), "orange": (2,), "yellow": (1,), "blue": (1,)}


def test_targets_of_precision_are_held_against_both(told):
    rows = [
        (row["colour"], row["measured"], row["met"], row["reached_measured"], row["reached_met"])
        for row in told["targets"]
    ]
    assert rows == [
        ("red", 0, False, share(2, 3), True),
        ("orange", 0, False, share(2, 5), False),
    ]


def test_all_that_stands_in_the_only_run_is_reached_in_it(engine, tmp_path):
    store, outcomes = tmp_path / "store", tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,bad_on\nA,2026-05-03\nB,2026-05-04\n", encoding="utf-8")
    warnings = [{"customer_id": one, "colour": "orange", "opened_on": D1} for one in "AB"]
    made_run(engine, store, D2, warning=warnings)
    shown = of(evaluate(engine, store, outcomes)["by_reached"], "alerts", "right")
    # 90 and 91 days after the run of 2 February.
    assert shown == {"red": (0, 0), "orange": (2, 1), "yellow": (2, 1), "blue": (2, 1)}

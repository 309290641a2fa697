"""Alerts by cause, segment, week and plain rules; every figure follows from `tests.run.judged`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postloan.engine import open_engine
from postloan.run.evaluate import evaluate
from postloan.run.judging.figures import interval
from tests.run.judged import ASKED, D1, D2, D3, made
from tests.run.made_store import made_run

WEEKS = 57 / 7  # from the first run to the last


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    with open_engine(threads=1, scratch=tmp_path_factory.mktemp("scratch")) as engine:
        yield engine


@pytest.fixture(scope="module")
def house(engine, tmp_path_factory):
    return made(engine, tmp_path_factory.mktemp("judged"))


@pytest.fixture(scope="module")
def told(engine, house):
    return evaluate(engine, *house, asked=ASKED)


def of(rows, key, *names):
    """Give the named figures of each row by its key."""
    return {row[key]: tuple(row[name] for name in names) for row in rows}


def share(part, whole):
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.000001"))


# Wilson's interval at 95 %, worked out as (k + z²/2 ± z √(k(n−k)/n + z²/4)) / (n + z²) with z = 1.959964.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 0, None, None),
        (0, 10, "0.000000", "0.277533"),  # z² / (10 + z²)
        (10, 10, "0.722467", "1.000000"),
        (3, 4, "0.300642", "0.954413"),
        (1, 1, "0.206549", "1.000000"),  # 1 / (1 + z²)
        (81, 263, "0.255289", "0.366210"),  # Newcombe 1998 has 0.2553 and 0.3662
    ],
)
def test_intervals_are_wilsons(part, whole, low, high):
    expected = (low and Decimal(low), high and Decimal(high))
    assert interval(part, whole) == expected


@given(st.integers(1, 10**6).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))))
def test_an_interval_holds_its_share_and_narrows_with_more_cases(counted):
    part, whole = counted
    low, high = interval(part, whole)
    assert 0 <= low <= share(part, whole) <= high <= 1
    narrower = interval(10 * part, 10 * whole)
    assert narrower[1] - narrower[0] < high - low


def test_the_answer_and_what_limits_it(told):
    total = told["total"]
    assert (told["outcomes"], told["outcome_customers"], told["unknown_customers"]) == (5, 5, 1)
    assert told["amount"] == Decimal("1250.00")
    assert (total["alerts"], total["right"], total["captured"], total["captured_1d"]) == (4, 3, 2, 3)
    assert (total["precision_low"], total["precision_high"]) == (Decimal("0.300642"), Decimal("0.954413"))
    assert (total["capture_amount"], total["capture_amount_1d"]) == (share(300, 1250), share(800, 1250))
    # The file ends on 1 April; the time of C3, warned on 5 January, on 5 April.
    assert (told["outcomes_until"], told["undecided"], told["too_soon"]) == (date(2026, 4, 1), 1, 0)
    assert told["currencies"] == ["CNY"]


def test_capture_by_days_ahead_and_what_was_possible(told):
    # Alerts came 55, 36 and 18 days before; the outcomes lie 55, 64, 74, 86 and 46 days after the first run.
    shown = of(told["capture_by_lead"], "days", "captured", "possible")
    assert shown == {
        1: (3, 5),
        7: (3, 5),
        14: (3, 5),
        30: (2, 5),
        60: (0, 3),
        90: (0, 0),
        120: (0, 0),
        180: (0, 0),
    }
    assert of(told["capture_by_lead"], "days", "capture_amount")[30] == (share(300, 1250),)


def test_signals_and_what_each_captured_alone(told):
    shown = of(told["by_signal"], "code", "customers", "alerts", "right", "captured", "captured_alone")
    # A and B both stood behind the alert on C1, A alone behind that on C2; D fired on C5, who was yellow.
    assert shown == {"A": (3, 3, 3, 2, 1), "B": (2, 2, 1, 1, 0), "D": (1, 0, 0, 0, 0), "F": (1, 1, 0, 0, 0)}
    assert of(told["never_help"], "code", "reason") == {
        "B": ("nothing_alone",),
        "D": ("no_alert",),
        "F": ("never_right",),
    }


def test_causes_by_what_was_captured(told):
    shown = of(
        told["by_cause"], "cause", "outcomes", "amount", "captured", "captured_1d", "first_alert_median_days"
    )
    assert shown == {
        "drought": (2, Decimal("300.00"), 2, 2, 45.5),
        "fraud": (1, Decimal("400.00"), 0, 0, None),
        "illness": (1, Decimal("500.00"), 0, 1, 18),
        None: (1, Decimal("50.00"), 0, 0, None),
    }
    assert of(told["unseen_causes"], "cause", "outcomes", "captured_1d") == {
        "fraud": (1, 0),
        "illness": (1, 1),
    }


def test_the_lead_that_was_used(told):
    names = ("visible", "seen", "seen_share", "possible_days", "used_days", "lead_used_share")
    # C1 was warned on 5 January, before drought showed on the 20th: 40 days possible, none used. Of C2 it
    # could be seen from the first run on, 64 days; the alert used 36. C4: 18 of 28. C5, yellow, none of 86.
    assert of(told["by_cause"], "cause", *names) == {
        "drought": (2, 1, share(1, 2), 104, 36, share(36, 104)),
        "fraud": (1, 0, share(0, 1), 86, 0, share(0, 86)),
        "illness": (1, 1, share(1, 1), 28, 18, share(18, 28)),
        None: (0, 0, None, 0, 0, None),
    }
    assert of(told["by_cause"], "cause", "possible_median_days", "used_median_days")["drought"] == (52, 36)


def test_segments_are_those_of_the_largest_loan_when_first_seen(told):
    names = ("customers", "outcomes", "amount", "alerts", "right", "captured")
    rows = {
        name: [row for row in told["by_segment"] if row["segment"] == name]
        for name in ("customer_kind", "contract_type", "institution")
    }
    assert of(rows["customer_kind"], "value", *names) == {
        "farmer": (2, 2, Decimal("300.00"), 2, 2, 2),
        "individual": (2, 1, Decimal("500.00"), 2, 1, 0),
        "small_business": (1, 1, Decimal("400.00"), 0, 0, 0),
    }
    assert of(rows["contract_type"], "value", "customers", "alerts") == {
        "card": (1, 1),
        "farmer_micro": (2, 2),
        "mortgage": (1, 1),
        "working_capital": (1, 0),
    }
    # C5 counts for B2, whose loan only later moved to B9.
    assert of(rows["institution"], "value", "name", "customers", "outcomes") == {
        "B1": ("<b>East</b> & Co", 2, 2),
        "B2": ("West", 3, 2),
    }
    # Two alerts on the customers of one manager, M1.
    assert rows["institution"][0]["alerts_per_manager_week"] == pytest.approx(2 / WEEKS, abs=1e-6)
    assert told["total"]["alerts_per_manager_week"] == pytest.approx(4 / 2 / WEEKS, abs=1e-6)


def test_the_load_counts_the_weeks_since_the_run_before(engine, house):
    # After the first run two alerts of two managers, C2's and C4's, in 8 weeks from 5 January to 2 March.
    told = evaluate(engine, *house, from_date=date(2026, 1, 6), asked=ASKED)
    assert told["total"]["alerts"] == 2
    assert told["total"]["alerts_per_manager_week"] == pytest.approx(2 / 2 / 8, abs=1e-6)


def test_weeks_have_the_alerts_that_opened_in_them(told):
    shown = of(told["by_week"], "week_from", "alerts", "alerts_per_manager", "most")
    assert len(shown) == 9
    assert shown[date.fromisoformat(D1)] == (2, 1, 2)
    assert shown[date(2026, 1, 12)] == (0, 0, None)
    assert shown[date.fromisoformat(D2)] == (1, share(1, 2), 1)


def test_plain_rules_alert_when_they_begin_to_hold(told):
    names = ("runs", "alerts", "right", "captured", "captured_1d")
    # Late twice: C2 on 2 February, the first run with facts, C3 on 2 March. Class: C3 on 5 January and, after
    # a better month, on 2 March; C1 on 2 February, 27 days before.
    assert of(told["baselines"], "baseline", *names) == {
        "late_1_to_7_repeated": (2, 2, 1, 1, 1),
        "class_special_mention": (3, 3, 1, 0, 1),
    }
    late = told["baselines"][0]
    assert of(late["capture_by_lead"], "days", "captured")[30] == (1,)


def test_the_share_that_goes_bad_whoever_is_taken(told):
    # Each run is the first of its month: 4 of 5 customers, 4 of 5, and without C1, who was bad, 3 of 4.
    lot = told["by_lot"]
    assert (lot["customers"], lot["right"], lot["precision"]) == (14, 11, share(11, 14))


def test_targets_are_met_from_the_figure_on(told):
    rows = [(row["figure"], row["colour"], row["measured"], row["met"]) for row in told["targets"]]
    assert rows == [
        ("precision", "red", 1, True),
        ("precision", "blue", None, None),
        ("capture_amount", None, share(300, 1250), False),
        ("lead_dpd30_median_days", None, 30, True),
        ("alerts_per_manager_week", None, told["total"]["alerts_per_manager_week"], True),
    ]


def test_a_later_span_knows_what_held_before_it(engine, house):
    late = evaluate(engine, *house, from_date=date.fromisoformat(D3))
    # On 2 March C3 begins to be late twice, C2 was before; C3's class is worse again, C1 is bad.
    assert of(late["baselines"], "baseline", "runs", "alerts") == {
        "late_1_to_7_repeated": (1, 1),
        "class_special_mention": (1, 1),
    }


def test_without_outcomes_alerts_causes_facts_and_managers_all_is_said_to_be_unknown(engine, tmp_path):
    store, outcomes = tmp_path / "store", tmp_path / "outcomes.csv"
    outcomes.write_text("customer_id,bad_on\n", encoding="utf-8")
    made_run(engine, store, D2, loan_state=[{"loan_id": "L1", "customer_id": "C1"}])
    told = evaluate(engine, store, outcomes)
    empty = ("by_signal", "by_cause", "never_help", "unseen_causes", "targets")
    assert [told[name] for name in empty] == [[]] * len(empty)
    assert (told["outcomes"], told["outcomes_until"], told["total"]["precision"]) == (0, None, None)
    assert (told["total"]["capture_count"], told["total"]["alerts_per_manager_week"]) == (None, None)
    # Neither kind nor type of anybody is known, nor an institution.
    assert told["by_segment"] == []
    assert of(told["baselines"], "baseline", "runs", "alerts") == {
        "late_1_to_7_repeated": (0, None),
        "class_special_mention": (0, None),
    }
    assert (told["by_lot"]["customers"], told["by_lot"]["right"]) == (1, 0)
    assert of(told["by_week"], "week_from", "alerts") == {date.fromisoformat(D2): (0,)}

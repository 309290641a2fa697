"""What a signal newly fires in a day beyond its cap is held, counts as blue, and passes the day after."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from postloan import signals
from postloan.policy import pack
from postloan.warnings.counts import kinds
from tests import stages

DAY = date(2024, 6, 28)
BEFORE = DAY - timedelta(days=1)
CAP = {"signal_day_cap": {"share": "0.20", "count": 3}}


@pytest.fixture(scope="module")
def in_force():
    return {signal.code: signal for signal in pack.load("cn_rural").as_of(DAY).signals}


def evaluate(engine, in_force, late, of, *, stood=0, first_run=False, parameters=CAP):
    """Evaluate REP04 over `of` loans, `late` of them 40 days past due, `stood` of these since yesterday."""
    rows = [
        {"id": f"L{i:02d}", "customer_id": f"C{i:02d}", "is_entrusted": False, "dpd_days": 40 * (i < late)}
        for i in range(of)
    ]
    before = [
        stages.signal_row(
            f"C{i:02d}",
            "REP04",
            "orange",
            subject_kind="loan",
            subject_id=f"L{i:02d}",
            opened_on=BEFORE,
            as_of=BEFORE,
        )
        for i in range(stood)
    ]
    prior = None if first_run else stages.prior(engine, BEFORE, before)
    policy = SimpleNamespace(signals=(replace(in_force["REP04"], suppress_days=0),), parameters=parameters)
    facts = stages.facts(engine, loan=rows)
    return signals.evaluate(engine, facts, policy, prior, DAY, {"due", "position"})


def states(engine, found):
    rows = sorted(engine.rows(found["signal"]), key=lambda row: row["subject_id"])
    return [row["state"] for row in rows]


# Of 20 loans a fifth is 4: four new ones are within the cap of a share of 0.20, five are beyond it.
@pytest.mark.parametrize(
    ("late", "state"), [(3, "fired"), (4, "fired"), (5, "suppressed"), (20, "suppressed")]
)
def test_new_firings_are_held_beyond_the_share(engine, in_force, late, state):
    found = evaluate(engine, in_force, late, 20)
    assert states(engine, found) == [state] * late
    (coverage,) = engine.rows(found["signal_coverage"])
    held = late if state == "suppressed" else 0
    assert (coverage["suppressed"], coverage["fired"], coverage["clear"]) == (held, late - held, 20 - late)


# Of 5 loans three are more than a fifth, but no more than the count of the cap.
@pytest.mark.parametrize(("late", "state"), [(3, "fired"), (4, "suppressed")])
def test_a_few_firings_are_never_held(engine, in_force, late, state):
    assert states(engine, evaluate(engine, in_force, late, 5)) == [state] * late


def test_what_stood_the_day_before_is_not_new(engine, in_force):
    found = evaluate(engine, in_force, 10, 20, stood=5)
    assert states(engine, found) == ["fired"] * 5 + ["suppressed"] * 5
    held = [row["suppressed_by"] for row in engine.rows(found["signal"]) if row["state"] == "suppressed"]
    assert set(held) == {"day_cap:2024-06-28"}
    assert states(engine, evaluate(engine, in_force, 10, 20, stood=10)) == ["fired"] * 10


def test_a_first_run_has_nothing_to_hold_against(engine, in_force):
    assert states(engine, evaluate(engine, in_force, 20, 20, first_run=True)) == ["fired"] * 20


def test_a_pack_without_the_parameter_has_no_cap(engine, in_force):
    assert states(engine, evaluate(engine, in_force, 20, 20, parameters={})) == ["fired"] * 20


def test_what_is_held_counts_as_blue(engine, in_force):
    found = evaluate(engine, in_force, 10, 20, stood=5)
    rows = sorted(engine.rows(kinds(found["signal"])), key=lambda row: row["customer_id"])
    assert [row["worst"] for row in rows] == [2] * 5 + [4] * 5

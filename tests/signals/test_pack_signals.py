"""Each signal of the shipped pack at its thresholds, with missing facts and with its guard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from postloan import signals
from postloan.policy import pack
from tests import stages
from tests.signals.cases import CASES, NM

DAY = date(2024, 6, 28)
ALL_FEEDS = {"account", "advance", "collateral", "due", "entry", "payment", "position"}
STARTER = {
    *("REP01", "REP02", "REP03", "REP04", "REP05", "REP06", "REP09", "REP15"),
    *("ACC01", "ACC02", "ACC04", "ACC06", "ACC10", "COL01", "OBS07"),
}
EITHER_FEED = {"REP02", "REP03", "REP04", "REP05", "REP06"}
"""Days past due come from the schedule or from positions, so no single feed is needed."""


@pytest.fixture(scope="module")
def in_force():
    return {signal.code: signal for signal in pack.load("cn_rural").as_of(DAY).signals}


def only(*entries):
    """Give a policy with these signals alone."""
    return SimpleNamespace(signals=entries)


def test_every_signal_of_the_pack_has_its_cases(in_force):
    assert set(CASES) == set(in_force)


def test_on_are_the_starter_pack_and_the_one_added_with_its_reason(in_force):
    on = {code for code, signal in in_force.items() if signal.enabled}
    assert on == STARTER | {"REP16"}


def test_each_says_itself_in_two_languages_and_where_it_is_from(in_force):
    for signal in in_force.values():
        assert set(signal.name) == {"en", "zh"}, signal.code
        assert set(signal.caveat) in (set(), {"en", "zh"}), signal.code
        assert signal.reference, signal.code
        assert signal.owner, signal.code
        assert signal.status in ("V", "V*", "K", "P"), signal.code
        assert signal.reviewed_on, signal.code


@pytest.mark.parametrize("code", sorted(CASES))
def test_states(engine, in_force, code):
    base, cases = CASES[code]
    signal = replace(in_force[code], enabled=True)
    rows = [{"id": f"S{i:02d}", **base, **changes} for i, (changes, _) in enumerate(cases)]
    expected = {f"S{i:02d}": state for i, (_, state) in enumerate(cases)}
    facts = stages.facts(engine, **{signal.subject: rows})
    result = signals.evaluate(engine, facts, only(signal), None, DAY, ALL_FEEDS)
    fired = {row["subject_id"]: row["severity"] for row in engine.rows(result["signal"])}
    assert fired == {name: state for name, state in expected.items() if state not in ("clear", NM)}
    (coverage,) = engine.rows(result["signal_coverage"])
    states = list(expected.values())
    assert (coverage["clear"], coverage["not_measurable"]) == (states.count("clear"), states.count(NM))
    assert (coverage["fired"], coverage["suppressed"]) == (len(fired), 0)
    assert coverage["subjects"] == len(cases)
    lacking = json.loads(coverage["missing"])
    assert bool(lacking) is (NM in states)
    assert all(name.startswith(f"{signal.subject}.") for name in lacking)


@pytest.mark.parametrize("code", sorted(set(CASES) - EITHER_FEED))
def test_without_a_feed_nothing_is_measured(engine, in_force, code):
    signal = replace(in_force[code], enabled=True)
    assert signal.needs
    base, _ = CASES[code]
    facts = stages.facts(engine, **{signal.subject: [{"id": "S1", **base}]})
    for feed in signal.needs:
        result = signals.evaluate(engine, facts, only(signal), None, DAY, ALL_FEEDS - {feed})
        assert engine.rows(result["signal"]) == []
        (coverage,) = engine.rows(result["signal_coverage"])
        assert (coverage["not_measurable"], coverage["clear"]) == (1, 0)
        assert json.loads(coverage["missing"]) == [feed]

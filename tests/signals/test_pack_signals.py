"""Each signal of the shipped pack at its thresholds, with missing facts and with its guard."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest

from postloan import signals
from postloan.policy import pack
from postloan.policy.signal_row import CLEAR, NOT_MEASURABLE
from tests import stages
from tests.signals.cases import of_pack, with_all_feeds, without_a_feed

DAY = date(2024, 6, 28)
ALL_FEEDS = {"account", "advance", "collateral", "due", "entry", "payment", "position"}
CODES = sorted(of_pack())
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
    assert set(CODES) == set(in_force)


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


@pytest.mark.parametrize("code", CODES)
def test_columns_say_what_the_cases_of_the_pack_say(engine, in_force, code):
    cases = with_all_feeds(code)
    signal = replace(in_force[code], enabled=True)
    rows = [{"id": f"S{i:02d}", **given} for i, (given, _) in enumerate(cases)]
    expected = {f"S{i:02d}": state for i, (_, state) in enumerate(cases)}
    facts = stages.facts(engine, **{signal.subject: rows})
    result = signals.evaluate(engine, facts, only(signal), None, DAY, ALL_FEEDS)
    fired = {row["subject_id"]: row["severity"] for row in engine.rows(result["signal"])}
    assert fired == {name: state for name, state in expected.items() if state not in (CLEAR, NOT_MEASURABLE)}
    (coverage,) = engine.rows(result["signal_coverage"])
    states = list(expected.values())
    counted = (coverage["clear"], coverage["not_measurable"])
    assert counted == (states.count(CLEAR), states.count(NOT_MEASURABLE))
    assert (coverage["fired"], coverage["suppressed"]) == (len(fired), 0)
    assert coverage["subjects"] == len(cases)
    lacking = json.loads(coverage["missing"])
    assert bool(lacking) is (NOT_MEASURABLE in states)
    assert all(name.startswith(f"{signal.subject}.") for name in lacking)


@pytest.mark.parametrize("code", sorted(set(CODES) - EITHER_FEED))
def test_without_a_feed_nothing_is_measured(engine, in_force, code):
    signal = replace(in_force[code], enabled=True)
    cases = without_a_feed(code)
    assert {feed for _, feeds in cases for feed in feeds} == set(signal.needs)
    for given, feeds in cases:
        facts = stages.facts(engine, **{signal.subject: [{"id": "S1", **given}]})
        result = signals.evaluate(engine, facts, only(signal), None, DAY, ALL_FEEDS - feeds)
        assert engine.rows(result["signal"]) == []
        (coverage,) = engine.rows(result["signal_coverage"])
        assert (coverage["not_measurable"], coverage["clear"]) == (1, 0)
        assert json.loads(coverage["missing"]) == sorted(feeds)

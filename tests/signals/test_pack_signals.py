"""Each signal of the shipped pack: that all stand there, and that columns say what its cases say."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from postloan.book.schema import TABLES
from postloan.facts import FACTS
from postloan.policy import pack
from postloan.policy.signal_row import CLEAR, NOT_MEASURABLE
from postloan.signals import given
from tests.signals.cases import of_pack, rows

DAY = date(2024, 6, 28)
CODES = sorted(of_pack())
IN_ALL = {
    "REP": 16,
    "ACC": 19,
    "BUR": 12,
    "FIN": 21,
    "COL": 16,
    "GUA": 11,
    "LIT": 14,
    "BIZ": 16,
    "PER": 13,
    "GRP": 8,
    "IND": 7,
    "REG": 9,
    "AGR": 16,
    "FRD": 13,
    "OBS": 9,
    "OPS": 8,
}
"""Signals by family of the catalogue, 208 in all."""
STARTER = {
    *("REP01", "REP02", "REP03", "REP04", "REP05", "REP06", "REP09", "REP10", "REP15"),
    *("ACC01", "ACC02", "ACC03", "ACC04", "ACC06", "ACC08", "ACC10", "ACC12"),
    *("BUR03", "BUR04", "BUR05", "BUR06", "COL01", "COL03", "COL05", "COL06"),
    *("GUA01", "GUA02", "GUA03", "GUA04", "GUA08", "LIT01", "LIT02", "LIT03", "LIT12"),
    *("BIZ01", "BIZ05", "BIZ07", "PER01", "GRP03", "FRD01", "FRD02", "OBS01", "OBS07"),
    *("GUA10", "AGR01", "AGR08"),
}
EITHER_FEED = {"REP02", "REP03", "REP04", "REP05", "REP06"}
"""Days past due come from the schedule or from positions, so no single feed is needed."""


@pytest.fixture(scope="module")
def in_force():
    return {signal.code: signal for signal in pack.load("cn_rural").as_of(DAY).signals}


def computable(in_force):
    return {code for code, signal in in_force.items() if not signal.waits_for}


def test_the_whole_catalogue_stands_in_the_pack(in_force):
    assert Counter(code[:3] for code in in_force) == IN_ALL
    assert set(in_force) == {
        f"{family}{n:02d}" for family, size in IN_ALL.items() for n in range(1, size + 1)
    }


def test_on_is_the_starter_pack(in_force):
    assert len(STARTER) == 46
    assert {code for code, signal in in_force.items() if signal.enabled} == STARTER


def test_at_least_150_are_computed_and_tested_and_the_others_name_what_they_wait_for(in_force):
    assert len(computable(in_force)) >= 150
    assert set(CODES) == computable(in_force)
    for code, signal in in_force.items():
        assert signal.inputs() <= set(FACTS), code
        assert set(signal.needs) <= set(TABLES), code
        assert not set(signal.waits_for) & set(TABLES), code


def test_each_says_itself_in_two_languages_and_where_it_is_from(in_force):
    for signal in in_force.values():
        for told in (signal.name, signal.meaning, signal.action):
            assert set(told) == {"en", "zh"}, signal.code
            assert all(text.strip() for text in told.values()), signal.code
        assert set(signal.caveat) in (set(), {"en", "zh"}), signal.code
        assert signal.reference, signal.code
        assert signal.owner, signal.code
        assert signal.status in ("V", "V*", "K", "P"), signal.code
        assert signal.reviewed_on, signal.code


@pytest.mark.parametrize("code", CODES)
def test_columns_say_what_the_cases_of_the_pack_say(engine, in_force, code):
    by_feeds = {}
    for facts, without, expected in rows(code):
        by_feeds.setdefault(without, []).append((facts, expected))
    for without, cases in by_feeds.items():
        found = given.states(engine, in_force[code], [facts for facts, _ in cases], without, DAY)
        assert found == [expected for _, expected in cases]


@pytest.mark.parametrize("code", CODES)
def test_cases_reach_every_grade_and_what_cannot_be_measured(in_force, code):
    states = {expected for _, _, expected in rows(code)}
    assert states >= {grade.colour for grade in in_force[code].grades} | {CLEAR, NOT_MEASURABLE}
    lacking = {feed for _, without, _ in rows(code) for feed in without}
    assert lacking >= set(in_force[code].needs) or code in EITHER_FEED
    unknown = [facts for facts, without, expected in rows(code) if expected == NOT_MEASURABLE and not without]
    assert unknown, "no case says what happens where a fact is not known"

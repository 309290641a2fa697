"""Time at work: expected moments are counted by hand on the calendar of the first days of July 2026.

1 July 2026 is a Wednesday; the working day has 3.5 hours from 08:30 and 4 from 13:30, 450 minutes.
"""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.utils import translation

from postloan.console.work import words
from postloan.console.work.rules import read_rules
from postloan.console.work.sla import WorkTime, length
from postloan.errors import PolicyError
from postloan.policy.calendar import Calendar, CalendarYear
from postloan.policy.pack import load

SPANS = ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
HOLIDAY = date(2026, 7, 7)  # a Tuesday that this calendar takes off
WORKED_SATURDAY = date(2026, 7, 11)
TIME = WorkTime(
    Calendar({2026: CalendarYear(2026, frozenset({HOLIDAY}), frozenset({WORKED_SATURDAY}))}), SPANS
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-07-{text}")


@pytest.mark.parametrize(
    ("start", "told", "due"),
    [
        ("01 06:00", "1wd", "02 17:30"),
        ("01 16:00", "3wd", "06 17:30"),  # Thursday, Friday, Monday
        ("03 09:00", "1d", "04 17:30"),  # red does not wait for Monday
        ("06 09:00", "1wd", "08 17:30"),  # over the holiday
        ("10 09:00", "1wd", "11 17:30"),  # the Saturday is worked
        ("04 09:00", "1wd", "06 17:30"),  # begun on a Saturday off
    ],
)
def test_due(start: str, told: str, due: str) -> None:
    assert TIME.due(at(start), told) == at(due)


@pytest.mark.parametrize(
    ("start", "due", "half"),
    [
        ("01 06:00", "02 17:30", "01 17:30"),  # two whole days: after the first
        ("01 10:00", "02 17:30", "02 09:15"),  # 360 + 450 minutes, 405 of them are 45 into the second day
        ("04 09:00", "05 09:00", "04 21:00"),  # nothing is worked: half of the time as it is
        ("03 09:00", "02 17:30", "03 09:00"),  # late from the start
    ],
)
def test_half_of_the_working_time(start: str, due: str, half: str) -> None:
    assert TIME.half(at(start), at(due)) == at(half)


@pytest.mark.parametrize("told", ["3", "wd", "3 wd", "-1d", "1h", ""])
def test_a_time_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(PolicyError):
        length(told)


@pytest.mark.parametrize(
    ("now", "said", "tone"),
    [
        ("01 09:00", "1 working day left", "soon"),
        ("02 11:00", "5 working hours left", "soon"),
        ("02 13:30", "4 working hours left", "soon"),
        ("02 17:10", "20 minutes left", "soon"),
        ("02 17:30", "0 minutes left", "soon"),  # at its due moment it is not late
        ("02 17:31", "just late", "late"),
        ("03 09:30", "1 working day late", "late"),
        ("08 09:30", "3 working days late", "late"),  # Friday, Monday, Wednesday
    ],
)
def test_the_clock_in_words(now: str, said: str, tone: str) -> None:
    with translation.override("en"):
        assert words.clock(at("02 17:30"), at(now), TIME) == (said, tone)


def test_the_clock_of_a_day_further_off() -> None:
    with translation.override("en"):
        assert words.clock(at("10 17:30"), at("03 09:00"), TIME) == ("4 working days left", "calm")
        assert words.clock(at("05 17:30"), at("03 18:00"), TIME) == ("due on 2026-07-05, a day off", "soon")


@pytest.mark.django_db
def test_the_clock_speaks_chinese() -> None:
    with translation.override("zh-hans"):
        assert words.clock(at("02 17:30"), at("02 13:30"), TIME)[0] == "剩余 4 个工作小时"


@pytest.mark.parametrize("pack", ["cn_rural", "eu_eba", "in_rbi"])
def test_every_pack_has_rules_of_work(pack: str) -> None:
    rules = read_rules(load(pack).as_of(date(2026, 6, 30)))
    assert {colour: tuple(one.values()) for colour, one in rules.sla.items()} == {
        "red": ("1d", "3wd"),
        "orange": ("1wd", "5wd"),
        "yellow": ("3wd", "10wd"),
        "blue": ("20wd", "20wd"),
    }
    for one in rules.sla.values():
        assert all(length(told) for told in one.values())
    assert rules.raised_to("customer_manager", 1) == "branch_head"
    assert rules.raised_to("customer_manager", 2) == "credit_department"
    assert rules.raised_to("risk_department", 2) == "executive", "the last of the chain stays"
    assert rules.raised_to("nobody", 2) is None
    named = {name for names in rules.needs.values() for name in names}
    assert named <= set(words.NEEDS), "every need of a shipped pack has a word"
    assert set(rules.evidence_kinds) <= set(words.NEEDS), "no kind stands for a need that nobody has"

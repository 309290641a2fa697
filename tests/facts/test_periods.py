"""The arithmetic of periods against an oracle in plain Python that was written from the articles alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.book.snapshot import Book
from postloan.engine import Engine, Field
from postloan.engine import verbs as v
from postloan.facts import periods
from postloan.facts.periods import Ground
from postloan.policy import pack
from postloan.policy.clock_entries import Clock, Span, Suspension
from tests.books import tiny_book

DAY = date(2024, 6, 28)
CHINA = pack.load("cn_rural")


@pytest.fixture(scope="module")
def ground(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    folder: Path = tmp_path_factory.mktemp("book")
    book = Book(tiny_book(folder, loan=[{"loan_id": "L"}]), engine, DAY)
    loans = engine.from_rows([], [Field("id", "string")], "no_loans")
    return Ground(engine, book, CHINA.as_of(DAY), DAY, loans)


@pytest.fixture(scope="module")
def given_ground(ground: Ground) -> Callable[[], Ground]:
    """Give the ground behind a function, so that no failing example is told with the whole pack."""
    return lambda: ground


def clock(within: Span, **more: object) -> Clock:
    words = {"en": "x", "zh": "x"}
    keys = {"kind": "debt_limitation", "name": words, "consequence": words, "last_day": "next_working_day"}
    return Clock(within=within, **{**keys, **more})  # type: ignore[arg-type]


def last_of(year: int, month: int) -> int:
    """Art. 202: the last day of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def ends(event: date, months: int, days: int) -> date:
    """Art. 201 to 203: the day of the event does not count; then day by day to a working day."""
    if months:
        month = event.month + months
        year, month = event.year + (month - 1) // 12, (month - 1) % 12 + 1
        end = date(year, month, min(event.day, last_of(year, month)))
    else:
        end = event
        for _ in range(days):
            end += timedelta(days=1)
    known = CHINA.calendar.years
    while True:
        year_known = known.get(end.year)
        off = end.isoweekday() in (6, 7)
        if year_known is not None:
            off = (off or end in year_known.holidays) and end not in year_known.extra_workdays
        if not off:
            return end
        end += timedelta(days=1)


EVENTS = st.lists(st.dates(date(1994, 1, 1), date(2035, 12, 31)), min_size=1, max_size=60)
SPANS = st.sampled_from(
    [Span(36), Span(6), Span(24), Span(1), Span(240), Span(0, 15), Span(0, 30), Span(0, 1)]
)


@settings(max_examples=15, deadline=None)
@given(EVENTS, SPANS)
def test_a_period_ends_on_the_day_that_the_articles_give(
    given_ground: Callable[[], Ground], events: list[date], span: Span
) -> None:
    ground = given_ground()
    rows = [{"n": number, "event": event} for number, event in enumerate(events)]
    table = ground.engine.from_rows(rows, [Field("n", "integer"), Field("event", "date")], "events")
    found = ground.engine.rows(ground.ends(table, "event", "ends_on", clock(span)).order_by("n"))
    assert [row["ends_on"] for row in found] == [ends(event, span.months, span.days) for event in events]


def test_every_day_off_of_the_known_years_moves_to_the_next_working_day(ground: Ground) -> None:
    days = [date(2003, 12, 20) + timedelta(days=n) for n in range(23 * 366 + 30)]
    rows = [{"day": day} for day in days]
    table = ground.engine.from_rows(rows, [Field("day", "date")], "days")
    found = ground.engine.rows(ground.last_day(table, "day", clock(Span(1))).order_by("day"))
    assert len(found) == len(days)
    assert {row["day"] for row in found} == {CHINA.calendar.add_business(day, 0) for day in days}


def test_some_days_by_hand(ground: Ground) -> None:
    by_hand = {
        (date(2024, 2, 29), Span(12)): date(2025, 2, 28),  # a Friday; no 29 February in 2025
        (date(2023, 2, 28), Span(12)): date(2024, 2, 28),  # the day of that number, not the month's last
        (date(2023, 8, 31), Span(6)): date(2024, 2, 29),  # a Thursday
        (date(2022, 8, 31), Span(6)): date(2023, 2, 28),
        (date(2020, 2, 29), Span(48)): date(2024, 2, 29),
        (date(2023, 10, 31), Span(1)): date(2023, 11, 30),
        (date(2024, 1, 31), Span(1)): date(2024, 2, 29),
        (date(2023, 12, 31), Span(12)): date(2024, 12, 31),
        (date(2021, 10, 1), Span(36)): date(2024, 10, 8),  # National Day, off from 1 to 7 October
        (date(2021, 10, 12), Span(36)): date(2024, 10, 12),  # a Saturday that is worked
        (date(2024, 5, 29), Span(0, 30)): date(2024, 6, 28),
        (date(2024, 5, 30), Span(0, 30)): date(2024, 7, 1),  # Saturday 29 June
        (date(2024, 2, 14), Span(0, 15)): date(2024, 2, 29),
        (date(2026, 12, 31), Span(0, 2)): date(2027, 1, 4),  # a Saturday of a year without a calendar
    }
    for (event, span), expected in by_hand.items():
        table = ground.engine.from_rows([{"event": event}], [Field("event", "date")], "one")
        (row,) = ground.engine.rows(ground.ends(table, "event", "ends_on", clock(span)))
        assert row["ends_on"] == expected == ends(event, span.months, span.days), (event, span)


Cause = tuple[int, int, str]
CAUSES = st.lists(
    st.tuples(
        st.integers(-400, 8000),
        st.sampled_from([0, 0, 0, 30, 900]),
        st.sampled_from(["demand", "acknowledgement", "suit"]),
    ),
    max_size=12,
)
START = date(2004, 3, 31)
RUNS = clock(
    Span(36),
    restarts=("demand", "acknowledgement", "suit"),
    revives=("acknowledgement",),
    at_most=Span(240),
    suspended=Suspension(begins=("a",), ends=("b",), within_last=Span(6), leaves=Span(6)),
)
Obstacle = tuple[int, int | None]
OBSTACLES = st.lists(st.tuples(st.integers(0, 8000), st.sampled_from([None, 0, 1, 40, 200, 500])), max_size=6)


def prolonged(end: date, obstacles: list[Obstacle]) -> tuple[date, bool]:
    """Art. 194: six months from when each obstacle of the last six is gone; and whether one is not gone."""
    spans = [
        (START + timedelta(days=began), None if lasts is None else START + timedelta(days=began + lasts))
        for began, lasts in obstacles
    ]
    before = None
    while before != end:
        before = end
        for began, over in spans:
            if over is not None and began <= end:
                end = max(end, ends(over, 6, 0))
    return end, any(began <= end for began, over in spans if over is None)


def walked(causes: list[Cause], obstacles: list[Obstacle]) -> tuple[date | None, date]:
    """Walk through the causes in order: what comes in time moves the end, and an acknowledgement always does.

    A suit that is open when the debtor acknowledges the debt counts from then on, even if filed late. Nothing
    counts after the longest time, and anything in time while an obstacle stands in the way.
    """
    most = ends(START, 240, 0)
    runs_from, open_until, moved = START, START, None
    dated = [
        (max(START + timedelta(days=offset), START), START + timedelta(days=offset + lasts), kind)
        for offset, lasts, kind in causes
        if offset + lasts >= 0
    ]
    for day in sorted({on for on, _, _ in dated}):
        of_day = [(until, kind) for on, until, kind in dated if on == day]
        revived = any(kind == "acknowledgement" for _, kind in of_day)
        open_until = max(open_until, *(until for until, _ in of_day))
        end, lasts = prolonged(ends(runs_from, 36, 0), obstacles)
        if day > most or (day > end and not lasts and not revived):
            continue
        latest = max(until for until, _ in of_day)
        runs_from = max(runs_from, open_until if revived else latest)
        if day > START:
            moved = day
    return moved, min(prolonged(ends(runs_from, 36, 0), obstacles)[0], most)


@settings(max_examples=25, deadline=None)
@given(CAUSES, OBSTACLES)
def test_causes_in_time_make_it_run_anew(
    given_ground: Callable[[], Ground], causes: list[Cause], obstacles: list[Obstacle]
) -> None:
    ground = given_ground()
    engine = ground.engine
    starts = engine.from_rows(
        [{"id": "L", "start_on": START}], [Field("id", "string"), Field("start_on", "date")], "starts"
    )
    rows = [
        {
            "id": "L",
            "on": START + timedelta(days=offset),
            "until": START + timedelta(days=offset + lasts),
            "kind": kind,
        }
        for offset, lasts, kind in causes
    ]
    fields = [Field("id", "string"), Field("on", "date"), Field("until", "date"), Field("kind", "string")]
    spans = [
        {
            "id": "L",
            "began_on": START + timedelta(days=began),
            "ended_on": None if lasts is None else START + timedelta(days=began + lasts),
        }
        for began, lasts in obstacles
    ]
    names = [Field("id", "string"), Field("began_on", "date"), Field("ended_on", "date")]
    stops = engine.from_rows(spans, names, "stops")
    (found,) = engine.rows(periods.run(ground, RUNS, starts, engine.from_rows(rows, fields, "causes"), stops))
    assert (found["interrupted_on"], found["ends_on"]) == walked(causes, obstacles)


def test_what_stops_a_period_leaves_the_time_that_the_pack_says(ground: Ground) -> None:
    """Art. 194: the last six months, and six months from when the obstacle is gone."""
    stops = Suspension(begins=("a",), ends=("b",), within_last=Span(6), leaves=Span(6))
    kind = clock(Span(36), suspended=stops)
    engine = ground.engine
    event = date(2021, 5, 31)  # ends on Friday 31 May 2024; its last six months begin on 30 November 2023
    spans = {
        "before": (date(2023, 1, 1), date(2023, 11, 29), date(2024, 5, 31)),
        "edge": (date(2023, 1, 1), date(2023, 11, 30), date(2024, 5, 31)),  # 30 May 2024 is sooner
        "inside": (date(2023, 12, 1), date(2024, 2, 29), date(2024, 8, 29)),
        "last": (date(2024, 5, 31), date(2024, 8, 31), date(2025, 2, 28)),
        "late": (date(2024, 6, 1), date(2024, 8, 31), date(2024, 5, 31)),
    }
    starts = engine.from_rows(
        [{"id": name, "start_on": event} for name in spans],
        [Field("id", "string"), Field("start_on", "date")],
        "starts",
    )
    rows = [{"id": name, "began_on": began, "ended_on": ended} for name, (began, ended, _) in spans.items()]
    fields = [Field("id", "string"), Field("began_on", "date"), Field("ended_on", "date")]
    nothing = [Field("id", "string"), Field("on", "date"), Field("until", "date"), Field("kind", "string")]
    found = periods.run(
        ground, kind, starts, engine.from_rows([], nothing, "none"), engine.from_rows(rows, fields, "stops")
    )
    assert {row["id"]: row["ends_on"] for row in engine.rows(found)} == {
        name: end for name, (_, _, end) in spans.items()
    }


def test_a_length_goes_back_as_it_goes_on(ground: Ground) -> None:
    table = ground.engine.from_rows([{"day": date(2024, 8, 31)}], [Field("day", "date")], "one")
    found = table.select(
        months=periods.later(table.day, Span(6), back=True),
        days=periods.later(table.day, Span(0, 30), back=True),
        next=v.add_days(table.day, 1),
    )
    assert ground.engine.rows(found) == [
        {"months": date(2024, 2, 29), "days": date(2024, 8, 1), "next": date(2024, 9, 1)}
    ]

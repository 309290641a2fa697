"""Periods of the law in columns: when one ends, what makes it run anew, and what stops it.

A period does not count the day of its event; one of months or years ends on the day of that number, or on the
month's last where it has none, and moves to the next working day where its last day is a day off
(Civil Code art. 200 to 203; the pack says of each clock whether it moves).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from postloan.book.snapshot import Book
from postloan.engine import Column, Engine, Field, Table
from postloan.engine import verbs as v
from postloan.policy.calendar import Calendar
from postloan.policy.clock_entries import PROOFS, Clock, Span
from postloan.policy.pack import Policy

_MONDAY = date(1, 1, 1)
"""A Monday before every date of a book, from which days of the week are counted."""

_SATURDAY, _SUNDAY, _WEEK = 5, 6, 7


@dataclass(frozen=True)
class Ground:
    """What clocks are computed from: the book and the policy of a day, and the open loans of the bank's own.

    Args:
        engine: the engine that computes.
        book: the book as of the day.
        policy: the policy in force on the day.
        as_of: the business date.
        loans: columns id, customer_id, contract_id and matures_on.
    """

    engine: Engine
    book: Book
    policy: Policy
    as_of: date
    loans: Table

    @property
    def day(self) -> Column:
        """Give the business date as a constant column."""
        return v.literal(self.as_of, "date")

    @property
    def clocks(self) -> Mapping[str, Clock]:
        """Give the clocks of the pack by kind."""
        return self.policy.clocks

    @cached_property
    def _moved(self) -> Table:
        """Give the days of known years whose next working day is not that of the week alone."""
        rows = [{"_off": day, "_next": next_} for day, next_ in moved_days(self.policy.calendar)]
        return self.engine.from_rows(rows, [Field("_off", "date"), Field("_next", "date")], "days_off")

    def last_day(self, rows: Table, name: str, clock: Clock) -> Table:
        """Move a column of last days to the next working day, where the clock says so."""
        if clock.last_day == "as_is":
            return rows
        rows = rows.left_join(self._moved, rows[name] == self._moved["_off"])
        of_week = v.modulo(v.days_between(rows[name], v.literal(_MONDAY, "date")), _number(_WEEK))
        ahead = v.when(
            [
                (of_week == _SATURDAY, v.add_days(rows[name], 2)),
                (of_week == _SUNDAY, v.add_days(rows[name], 1)),
            ],
            rows[name],
        )
        return rows.mutate(**{name: v.coalesce(rows["_next"], ahead)}).drop("_off", "_next")

    def ends(self, rows: Table, start: str, name: str, clock: Clock) -> Table:
        """Add the last day of a clock's period that starts with the event of a column; null for a null."""
        if clock.within is None:
            raise ValueError(f"the clock {clock.kind} has no length")
        return self.last_day(rows.mutate(**{name: later(rows[start], clock.within)}), name, clock)

    def proven(self, rows: Table, clock: Clock) -> Column:
        """Tell of rows of `notice` whether the proof that the clock asks for is there."""
        if not clock.proof:
            return v.literal(True, "boolean")
        found = v.literal(False, "boolean")
        for column in clock.proof:
            found = found | (rows[column].notnull() & (rows[column] != ""))
        return found

    def proof_is_kept(self, clock: Clock) -> bool:
        """Tell whether the book has a column in which the proof of a notice could stand."""
        return not clock.proof or any(self.book.has_column("notice", column) for column in PROOFS)


def moved_days(calendar: Calendar) -> list[tuple[date, date]]:
    """Give the days of the calendar's known years that weekends alone would move otherwise, and to when."""
    found = []
    for year in sorted(calendar.years):
        day = date(year, 1, 1)
        while day.year == year:
            ahead = {_SATURDAY: 2, _SUNDAY: 1}.get(day.weekday(), 0)
            working = calendar.add_business(day, 0)
            if working != day + timedelta(days=ahead):
                found.append((day, working))
            day += timedelta(days=1)
    return found


def later(start: Column, span: Span, *, back: bool = False) -> Column:
    """Give the day that a length of time after a day (before it, if `back`) leads to."""
    sign = -1 if back else 1
    if span.months:
        return v.add_months(start, sign * span.months)
    return v.add_days(start, sign * span.days)


def run(ground: Ground, clock: Clock, starts: Table, causes: Table, stops: Table | None = None) -> Table:
    """Let a clock run from its start, anew from each cause that came in time, and stop in its last part.

    A cause after the end changes nothing, unless it is one that revives; a suit stops the time until its end.
    What stood in the way in the last part leaves as much time after it as the pack says: in that time causes
    still count, and so does what stands in the way again. Nothing moves the end beyond the longest time.

    Args:
        ground: the book and the policy.
        clock: the clock.
        starts: id and start_on, the day of the event that starts it, not null.
        causes: id, on, until (the day from which the period runs anew) and kind, one of the clock's restarts.
        stops: id, began_on and ended_on (null while it lasts); None where nothing can stop it.

    Returns:
        id, start_on, interrupted_on (the last cause in time), ends_on, and is_stopped, true while something
        stops it; ends_on is then the day on which it would end otherwise.
    """
    ways = _in_the_way(ground, clock, stops)
    points = _points(ground, clock, starts, causes, ways)
    sums = points.group_by("id").aggregate(
        start_on=points.start_on.min(),
        _from=v.max_if(points["_reach"], points["_counts"]),
        interrupted_on=v.max_if(points.on, points["_counts"] & ~points["_is_start"]),
    )
    sums = _most(ground, clock, ground.ends(sums, "_from", "_ends", clock))
    if ways is None or clock.suspended is None:
        stopped = v.literal(False, "boolean")
    else:
        sums = ways.lasting(ways.prolonged(sums, "_ends"))
        part = later(sums["_ends"], clock.suspended.within_last, back=True)
        stopped = (sums["_since"] <= sums["_ends"]) & (part <= ground.day)
        stopped = stopped.fill_null(False) & (sums["_most"] >= ground.day).fill_null(True)
    ends = v.least(sums["_ends"], sums["_most"])
    sums = sums.select("id", "start_on", "interrupted_on", ends_on=ends, is_stopped=stopped)
    return ground.engine.materialise(sums, f"{clock.kind}_runs")


def moments(ground: Ground, clock: Clock, starts: Table, causes: Table, stops: Table | None = None) -> Table:
    """Give the days on which causes moved a clock, those before a time that was revived among them: id, on.

    A cause from before the start, such as a suit that is still open on it, stands on the day of the start.
    Arguments as for `run`.
    """
    points = _points(ground, clock, starts, causes, _in_the_way(ground, clock, stops))
    return points.filter(points["_breaks"] == 0).select("id", "on")


def _points(ground: Ground, clock: Clock, starts: Table, causes: Table, ways: _Obstacles | None) -> Table:
    """Give the days of each clock from which it may run, its start and its causes: one row a day.

    Columns: id, start_on, on, _is_start, _reach (until when it has run anew by that day), _breaks (0 where
    the day came in time since the start or the last revival), and _counts (where that holds of the last).
    From a day that revives the clock on, days count until the first that came after its end; a suit that is
    open on such a day stops the time from then on, whenever it was filed.
    """
    epoch = v.literal(_MONDAY, "date")
    points = _most(ground, clock, _days(clock, starts, causes))
    revives = points["_revives"] & (points.on <= points["_most"]).fill_null(True)
    points = points.mutate(_revives=revives)
    turns = v.running_sum(_one_if(points["_revives"]), partition=[points["id"]], order=[(points.on, "asc")])
    points = points.mutate(_turn=turns, _minus=_number(0) - v.days_between(points.until, epoch))
    last = points.group_by(_of="id").aggregate(_last=points["_turn"].max())
    points = points.inner_join(last, points["id"] == last["_of"]).drop("_of")
    least = v.least_from_here(points["_minus"], partition=[points["id"]], order=[(points.on, "desc")])
    points = points.mutate(_reach=v.add_days(epoch, _number(0) - least))
    points = ground.ends(points, "_reach", "_limit", clock)
    if ways is not None:
        points = ways.lasting(ways.prolonged(points, "_limit"))
        lasts = (points["_since"] <= points["_limit"]).fill_null(False)
        points = points.mutate(_limit=lasts.ifelse(v.literal(date.max, "date"), points["_limit"]))
    points = points.mutate(_limit=v.least(points["_limit"], points["_most"]))
    points = points.mutate(
        _before=v.lag(points["_limit"], partition=[points["id"]], order=[(points.on, "asc")])
    )
    late = (points.on > points["_before"]).fill_null(False) & ~points["_revives"]
    points = points.mutate(_late=_one_if(late))
    breaks = v.running_sum(
        points["_late"], partition=[points["id"], points["_turn"]], order=[(points.on, "asc")]
    )
    points = points.mutate(_breaks=breaks)
    return points.mutate(_counts=(points["_breaks"] == 0) & (points["_turn"] == points["_last"]))


def _days(clock: Clock, starts: Table, causes: Table) -> Table:
    """Give each clock's start and the days of its causes: id, start_on, on, until, _revives, _is_start."""
    yes, no = v.literal(True, "boolean"), v.literal(False, "boolean")
    causes = causes.filter(causes.kind.isin(clock.restarts)).rename(_of="id")
    causes = starts.inner_join(causes, starts["id"] == causes["_of"])
    causes = causes.filter(causes.until >= causes.start_on)
    revives = causes.kind.isin(clock.revives) if clock.revives else no
    moved = causes.select(
        "id",
        "start_on",
        on=v.greatest(causes.on, causes.start_on),
        until="until",
        _revives=revives,
        _is_start=no,
    )
    first = starts.select("id", "start_on", on="start_on", until="start_on", _revives=yes, _is_start=yes)
    both = first.union(moved)
    return both.group_by("id", "start_on", "on").aggregate(
        until=both.until.max(), _revives=both["_revives"].max(), _is_start=both["_is_start"].max()
    )


@dataclass(frozen=True)
class _Obstacles:
    """What stood in the way of clocks.

    Args:
        spans: _stops (the clock), _began and _freed: a time that would end between the two ends on the later,
            which is the time left once the obstacle was gone, and once those that followed in it were.
        open: _lasts_of and _since, from when the first obstacle lasts that is not gone.
    """

    spans: Table
    open: Table

    def prolonged(self, rows: Table, name: str) -> Table:
        """Put off the last days in a column that fall into what stood in the way."""
        spans = self.spans
        rows = rows.left_join(
            spans,
            [rows["id"] == spans["_stops"], rows[name] >= spans["_began"], rows[name] <= spans["_freed"]],
        )
        return rows.mutate(**{name: v.coalesce(rows["_freed"], rows[name])}).drop(
            "_stops", "_began", "_freed"
        )

    def lasting(self, rows: Table) -> Table:
        """Add _since to rows by their id."""
        return rows.left_join(self.open, rows["id"] == self.open["_lasts_of"]).drop("_lasts_of")


def _in_the_way(ground: Ground, clock: Clock, stops: Table | None) -> _Obstacles | None:
    """Give what stood in the way of a clock, each with the time that it leaves, those that meet as one.

    That an obstacle counts only in the last part of the time needs no look: one that ended before leaves an
    end before the clock's own, as the pack leaves no more time than that part is long.
    """
    if stops is None or clock.suspended is None:
        return None
    lasting = stops.filter(stops.ended_on.isnull())
    lasting = lasting.group_by(_lasts_of="id").aggregate(_since=lasting.began_on.min())
    over = stops.filter(stops.ended_on.notnull())
    over = over.mutate(_freed=later(over.ended_on, clock.suspended.leaves))
    over = ground.last_day(over, "_freed", clock)
    over = over.group_by(_stops="id", _began="began_on").aggregate(_freed=over["_freed"].max())
    over = over.mutate(_minus=_number(0) - v.days_between(over["_freed"], v.literal(_MONDAY, "date")))
    least = v.least_from_here(over["_minus"], partition=[over["_stops"]], order=[(over["_began"], "desc")])
    over = over.mutate(_until=v.add_days(v.literal(_MONDAY, "date"), _number(0) - least))
    before = v.lag(over["_until"], partition=[over["_stops"]], order=[(over["_began"], "asc")])
    over = over.mutate(_apart=_one_if((over["_began"] > before).fill_null(False)))
    nth = v.running_sum(over["_apart"], partition=[over["_stops"]], order=[(over["_began"], "asc")])
    over = over.mutate(_nth=nth)
    spans = over.group_by("_stops", "_nth").aggregate(
        _began=over["_began"].min(), _freed=over["_freed"].max()
    )
    spans = ground.engine.materialise(spans.drop("_nth"), f"{clock.kind}_obstacles")
    return _Obstacles(spans, ground.engine.materialise(lasting, f"{clock.kind}_lasting"))


def _most(ground: Ground, clock: Clock, rows: Table) -> Table:
    """Add _most, the last day of the longest time from the start; null where the pack sets none."""
    if clock.at_most is None:
        return rows.mutate(_most=v.null("date"))
    return ground.last_day(rows.mutate(_most=later(rows.start_on, clock.at_most)), "_most", clock)


def _one_if(condition: Column) -> Column:
    return condition.ifelse(_number(1), _number(0))


def _number(value: int) -> Column:
    return v.literal(value, "integer")

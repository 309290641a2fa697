"""Time at work: when something is due in working days, and when half of the time has gone. No Django here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from postloan.errors import PolicyError
from postloan.policy.calendar import Calendar

_LENGTH = re.compile(r"(\d+)(wd|d)\Z")
_DAY = timedelta(days=1)


def length(text: str) -> tuple[int, str]:
    """Read a length of time such as `3wd` or `1d`; raises PolicyError `work_time` for anything else."""
    found = _LENGTH.match(text)
    if found is None:
        raise PolicyError(
            "work_time",
            f"`{text}` is no time of work.",
            where="parameters.yaml",
            mend="Write `3wd` for working days or `1d` for calendar days.",
        )
    return int(found[1]), found[2]


@dataclass(frozen=True)
class WorkTime:
    """The working hours of a bank: its calendar, and the spans of a working day.

    Args:
        calendar: working days.
        spans: (begin, end) of each span, in order.
    """

    calendar: Calendar
    spans: Sequence[tuple[time, time]]

    @property
    def minutes_a_day(self) -> int:
        """Give the minutes of work of a working day."""
        return sum(_minutes(begin, end) for begin, end in self.spans)

    def end_of(self, day: date) -> datetime:
        """Give the end of work on a day."""
        return datetime.combine(day, self.spans[-1][1])

    def due(self, start: datetime, told: str) -> datetime:
        """Give when something begun at a moment is due: at the end of work of the day that many days on.

        Working days are counted from the day after; work begun after hours or on a day off counts as begun
        on the next working day's morning, which has not been worked yet. Calendar days count as they are.
        """
        count, unit = length(told)
        day = start.date()
        if unit == "d":
            return self.end_of(day + count * _DAY)
        return self.end_of(self.calendar.add_business(day, count))

    def worked(self, start: datetime, end: datetime) -> int:
        """Give the minutes of work between two moments; 0 where the end does not lie after the start."""
        return sum(_minutes_between(begin, stop) for begin, stop in self._pieces(start, end))

    def days_between(self, start: datetime, end: datetime) -> int:
        """Give the working days after the day of `start` up to the day of `end`."""
        if end.date() <= start.date():
            return 0
        return len(self.calendar.business_days(start.date() + _DAY, end.date()))

    def half(self, start: datetime, due: datetime) -> datetime:
        """Give the moment at which half of the working time is over; of all time where none is worked."""
        total = self.worked(start, due)
        if total == 0:
            return start + max(due - start, timedelta()) / 2
        left = total / 2
        for begin, stop in self._pieces(start, due):
            minutes = _minutes_between(begin, stop)
            if minutes >= left:
                return (begin + timedelta(minutes=left)).replace(microsecond=0)
            left -= minutes
        return due

    def _pieces(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        if end <= start:
            return
        for day in self.calendar.business_days(start.date(), end.date()):
            for begin, stop in self.spans:
                first = max(datetime.combine(day, begin), start)
                last = min(datetime.combine(day, stop), end)
                if first < last:
                    yield first, last


def _minutes(begin: time, end: time) -> int:
    return (end.hour - begin.hour) * 60 + end.minute - begin.minute


def _minutes_between(begin: datetime, end: datetime) -> int:
    return int((end - begin).total_seconds() // 60)

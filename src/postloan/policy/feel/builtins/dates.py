"""Built-in functions on dates, times and durations; `today` and `now` are the business date."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

from postloan.policy.feel import nodes as n
from postloan.policy.feel.arithmetic import months_between
from postloan.policy.feel.builtins.numbers import whole
from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.literals import read_date, read_duration, read_moment, read_time

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@feel("now() -> date")
@feel("today() -> date")
def business_date() -> date:
    """Give the business date of the run, never the clock's."""
    raise TypeError  # the interpreter answers it, which alone knows the date


@feel("date(from: string) -> date")
def date_of_text(value: str) -> date | None:
    """Read a date; null if there is none such."""
    return read_date(value)


@feel("date and time(from: string) -> datetime")
def moment_of_text(value: str) -> n.Moment | None:
    """Read a date and time, a date alone as its midnight; null if there is none such."""
    return read_moment(value)


@feel("time(from: string) -> time")
def time_of_text(value: str) -> time | None:
    """Read a time of day; null if there is none such."""
    return read_time(value)


@feel("duration(from: string) -> duration")
def duration_of_text(value: str) -> timedelta | n.Months | None:
    """Read a duration in days and hours, or in years and months; null if it is neither."""
    return read_duration(value)


@feel("date(from: date) -> date")
def date_of_date(value: date) -> date:
    """Give a date back."""
    return value


@feel("date(from: datetime) -> date")
def date_of_moment(value: n.Moment) -> date:
    """Give the day of a date and time."""
    return value.value.date()


@feel("date(year: number, month: number, day: number) -> date")
def date_of_parts(year: Decimal, month: Decimal, day: Decimal) -> date:
    """Give a date by its parts; null if there is none such."""
    return date(whole(year), whole(month), whole(day))


@feel("date and time(date: date, time: time) -> datetime")
def moment_of_date(day: date, clock: time) -> n.Moment:
    """Join a day and a time."""
    return n.Moment(datetime.combine(day, clock))


@feel("date and time(date: datetime, time: time) -> datetime")
def moment_of_moment(day: n.Moment, clock: time) -> n.Moment:
    """Join the day of a date and time with another time."""
    return n.Moment(datetime.combine(day.value.date(), clock))


@feel("time(from: time) -> time")
def time_of_time(value: time) -> time:
    """Give a time back."""
    return value


@feel("time(from: datetime) -> time")
def time_of_moment(value: n.Moment) -> time:
    """Give the time of a date and time."""
    return value.value.timetz()


@feel("time(hour: number, minute: number, second: number, offset?: days) -> time")
def time_of_parts(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None = None) -> time:
    """Give a time by its parts; null if there is none such."""
    micro = whole((second % 1) * 1_000_000)
    zone = None if offset is None else timezone(offset)
    return time(whole(hour), whole(minute), int(second), micro, zone)


@feel("years and months duration(from: date, to: date) -> months")
def months_of_dates(start: date, end: date) -> n.Months:
    """Count the whole months from one day to another."""
    return n.Months(months_between(start, end))


@feel("years and months duration(from: date, to: datetime) -> months")
@feel("years and months duration(from: datetime, to: date) -> months")
@feel("years and months duration(from: datetime, to: datetime) -> months")
def months_of_moments(start: Any, end: Any) -> n.Months:
    """Count the whole months from the day of one date and time to that of another."""
    return n.Months(months_between(_day(start), _day(end)))


def _day(value: Any) -> date:
    return value.value.date() if isinstance(value, n.Moment) else value


@feel("day of year(date: datetime) -> number")
@feel("day of year(date: date) -> number")
def number_of_day(value: Any) -> Decimal:
    """Give the day's number in its year, 1 the first."""
    return Decimal(_day(value).timetuple().tm_yday)


@feel("day of week(date: datetime) -> string")
@feel("day of week(date: date) -> string")
def day_of_week(value: Any) -> str:
    """Give the day's English name."""
    return _DAYS[_day(value).weekday()]


@feel("month of year(date: datetime) -> string")
@feel("month of year(date: date) -> string")
def month_of_year(value: Any) -> str:
    """Give the month's English name."""
    return _MONTHS[_day(value).month - 1]


@feel("week of year(date: datetime) -> number")
@feel("week of year(date: date) -> number")
def number_of_week(value: Any) -> Decimal:
    """Give the week's number by ISO 8601."""
    return Decimal(_day(value).isocalendar().week)

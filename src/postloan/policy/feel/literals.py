"""Dates, times and durations as text, both ways; texts with their escapes."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n

Temporal = date | time | n.Moment | timedelta | n.Months

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_DURATION = re.compile(
    r"(-)?P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})D)?"
    r"(T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,6}))?S)?)?",
    re.ASCII,
)


def read_date(text: str) -> date | None:
    """Read a date such as 2024-02-29; None if it is none."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Read a time such as 23:59:00, 23:59:00.5Z or 23:59:00+08:00; None if it is none."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    try:
        clock = time.fromisoformat(match[1])
        micro = int((match[2] or "0").ljust(6, "0"))
        return clock.replace(microsecond=micro, tzinfo=_zone(match[3]))
    except ValueError:
        return None


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text == "Z":
        return UTC
    hours, minutes = int(text[1:3]), int(text[4:6])
    if hours > 14 or minutes > 59:
        raise ValueError(text)
    return timezone((-1 if text[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def read_moment(text: str) -> n.Moment | None:
    """Read a date and time such as 2024-02-29T23:59:00; a date alone is its midnight; None if neither."""
    day_text, mark, clock_text = text.partition("T")
    day = read_date(day_text)
    clock = read_time(clock_text) if mark else time()
    return None if day is None or clock is None else n.Moment(datetime.combine(day, clock))


def read_duration(text: str) -> timedelta | n.Months | None:
    """Read a duration, P30D and P1DT2H or P1Y6M; None if it is none, or mixes months and days."""
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith(("P", "T")):
        return None
    sign = -1 if match[1] else 1
    years, months, days, hours, minutes, seconds = (int(match[i] or 0) for i in (2, 3, 4, 6, 7, 8))
    if match[4] is None and match[5] is None:
        return n.Months(sign * (12 * years + months))
    if match[2] or match[3]:
        return None
    micro = int((match[9] or "0").ljust(6, "0"))
    try:
        return sign * timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micro)
    except OverflowError:
        return None


def parse_temporal(text: str) -> Temporal | None:
    """Read what may stand behind `@`: a date, a time, both, or a duration; None if it is none of them."""
    for read in (read_date, read_time, read_duration):
        found: Temporal | None = read(text)
        if found is not None:
            return found
    return read_moment(text) if "T" in text else None


def write_number(value: Decimal) -> str:
    """Write a number without exponent and without zeros that say nothing: equal numbers look alike."""
    if value == 0:
        return "0"
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def write_time(value: time) -> str:
    """Write a time as it is read."""
    text = value.replace(tzinfo=None, microsecond=0).isoformat()
    if value.microsecond:
        text += f".{value.microsecond:06}".rstrip("0")
    return text + _write_zone(value)


def _write_zone(value: time | datetime) -> str:
    offset = value.utcoffset()
    if offset is None:
        return ""
    return "Z" if not offset else value.isoformat()[-6:]


def write_moment(value: n.Moment) -> str:
    """Write a date and time as it is read."""
    return f"{value.value.date().isoformat()}T{write_time(value.value.timetz())}"


def write_duration(value: timedelta | n.Months) -> str:
    """Write a duration in its shortest form: P1Y6M, P30D, PT2H30M."""
    if isinstance(value, n.Months):
        years, months = divmod(abs(value.count), 12)
        parts = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return f"{'-' if value.count < 0 else ''}P{parts}"
    span = abs(value)
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    micro = f".{span.microseconds:06}".rstrip("0") if span.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{micro}S" if seconds or micro else ""
    days = f"{span.days}D" if span.days else ""
    if not span:
        clock = "0S"
    return f"{'-' if value < timedelta(0) else ''}P{days}{'T' if clock else ''}{clock}"


_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{6}|["\\nrt/\'])')
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def unquote(text: str) -> str:
    """Give the characters of a text in its quotes; a backslash that escapes nothing stays.

    Raises:
        PolicyError: `feel_syntax` for a code that is no character.
    """
    inner = _ESCAPE.sub(_character, text[1:-1])
    try:
        inner = inner.encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    except UnicodeDecodeError as error:
        raise PolicyError("feel_syntax", "A text holds half a character (a lone surrogate).") from error
    if "\x00" in inner:
        raise PolicyError("feel_syntax", "A text holds a null character.")
    return inner


def _character(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] in "uU" and len(code) > 1:
        if int(code[1:], 16) > 0x10FFFF:
            raise PolicyError("feel_syntax", f"`\\{code}` is no character.")
        return chr(int(code[1:], 16))
    return _ESCAPES.get(code, code)


def quote(text: str) -> str:
    """Write a text in quotes, so that `unquote` gives it back."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'

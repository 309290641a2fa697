"""Built-in functions on texts; a character is a code point."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from postloan.policy.feel import patterns
from postloan.policy.feel.builtins.numbers import whole
from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.values import MAX_TEXT, bounded, text


@feel("string(from: any) -> string")
def string(value: object) -> str | None:
    """Write a value as a text, equal numbers alike; null as null."""
    return text(value)


@feel("substring(string: string, start position: number, length?: number) -> string")
def substring(value: str, start: Decimal, length: Decimal | None = None) -> str | None:
    """Cut from a position, 1 the first and -1 the last; null where there is no such position."""
    place = whole(start)
    if place == 0 or abs(place) > len(value):
        return None
    first = place - 1 if place > 0 else len(value) + place
    if length is None:
        return value[first:]
    return value[first : first + whole(length)] if length >= 1 else None


@feel("string length(string: string) -> number")
def string_length(value: str) -> Decimal:
    """Count the characters."""
    return Decimal(len(value))


@feel("upper case(string: string) -> string")
def upper_case(value: str) -> str:
    """Write in capitals."""
    return value.upper()


@feel("lower case(string: string) -> string")
def lower_case(value: str) -> str:
    """Write in small letters."""
    return value.lower()


@feel("substring before(string: string, match: string) -> string")
def substring_before(value: str, match: str) -> str:
    """Give what stands before the first match; empty if there is none."""
    return value.partition(match)[0] if match and match in value else ""


@feel("substring after(string: string, match: string) -> string")
def substring_after(value: str, match: str) -> str:
    """Give what stands behind the first match; empty if there is none."""
    return value.partition(match)[2] if match else value


@feel("contains(string: string, match: string) -> boolean")
def contains(value: str, match: str) -> bool:
    """Tell whether a text stands within another."""
    return match in value


@feel("starts with(string: string, match: string) -> boolean")
def starts_with(value: str, match: str) -> bool:
    """Tell whether a text begins with another."""
    return value.startswith(match)


@feel("ends with(string: string, match: string) -> boolean")
def ends_with(value: str, match: str) -> bool:
    """Tell whether a text ends with another."""
    return value.endswith(match)


@feel("matches(input: string, pattern: string, flags?: string) -> boolean")
def matches(value: str, pattern: str, flags: str | None = None) -> bool:
    """Tell whether a pattern is found anywhere in a text."""
    return patterns.compiled(pattern, flags or "").search(value) is not None


@feel("replace(input: string, pattern: string, replacement: string, flags?: string) -> string")
def replace(value: str, pattern: str, replacement: str, flags: str | None = None) -> str:
    """Put a text in place of every match; `$1` stands for what the first bracket matched."""
    return patterns.compiled(pattern, flags or "").replace(value, replacement, MAX_TEXT)


@feel("split(string: string, delimiter: string) -> list<string>")
def split(value: str, delimiter: str) -> list[str]:
    """Cut a text at every match of a pattern."""
    return patterns.compiled(delimiter, "").split(value)


@feel("string join(list: list<string>, delimiter?: string) -> string")
def string_join(items: list[Any], delimiter: str | None = None) -> str | None:
    """Join texts, without those that are null."""
    found = [item for item in items if item is not None]
    if not all(isinstance(item, str) for item in found):
        return None
    return str(bounded((delimiter or "").join(found)))

"""Built-in functions on contexts and truth values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from postloan.policy.feel import nodes as n
from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.values import family, negation


@feel("not(negand: boolean) -> boolean")
def not_(value: bool) -> bool | None:
    """Turn a truth value round; null stays null."""
    return negation(value)


@feel("is defined(value: any) -> boolean")
def is_defined(value: object) -> bool:
    """Tell whether a value is there, which null is not; common, though not in the standard."""
    return value is not None


@feel("is(value1: any, value2: any) -> boolean")
def is_same(a: object, b: object) -> bool:
    """Tell whether two values are the same and of one kind."""
    return family(a) == family(b) and a == b and _offset(a) == _offset(b)


def _offset(value: object) -> timedelta | None:
    clock = value.value if isinstance(value, n.Moment) else value
    return clock.utcoffset() if isinstance(clock, time | datetime) else None


@feel("get value(m: context, key: string) -> any")
def get_value(context: Mapping[str, Any], key: str) -> object:
    """Give the value of an entry; null if there is none."""
    return context.get(key)


@feel("get value(context: context, keys: list<string>) -> any")
def get_value_at(context: Mapping[str, Any], keys: list[str]) -> object:
    """Give the value at the end of a path of entries; null if the path ends before."""
    found: object = context
    for key in keys:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if keys else None


@feel("get entries(m: context) -> list<context<key: string, value: any>>")
def get_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Give the entries, each as a context of key and value."""
    return [{"key": key, "value": value} for key, value in context.items()]


@feel("context(entries: list<context>) -> context")
def context_from(entries: list[Any]) -> dict[str, Any] | None:
    """Make a context of entries of key and value; null if two have one key, or one an empty one."""
    found = {entry["key"]: entry["value"] for entry in entries if "key" in entry and "value" in entry}
    complete = len(found) == len(entries) and all(isinstance(key, str) and key for key in found)
    return found if complete else None


@feel("context put(context: context, key: string, value: any) -> context")
def context_put(context: Mapping[str, Any], key: str, value: object) -> dict[str, Any] | None:
    """Give a context with one entry set; null for an empty key."""
    return {**context, key: value} if key else None


@feel("context put(context: context, keys: list<string>, value: any) -> context")
def context_put_at(context: Mapping[str, Any], keys: list[str], value: object) -> dict[str, Any] | None:
    """Give a context with the entry at the end of a path set."""
    if not keys or not all(keys):
        return None
    first, *rest = keys
    if not rest:
        return {**context, first: value}
    inner = context.get(first)
    put = context_put_at(inner, rest, value) if isinstance(inner, Mapping) else None
    return None if put is None else {**context, first: put}


@feel("context merge(contexts: list<context>) -> context")
def context_merge(contexts: list[Any]) -> dict[str, Any] | None:
    """Give the entries of all contexts; of two with one key the later."""
    merged: dict[str, Any] = {}
    for one in contexts:
        merged |= one
    return merged

"""Built-in functions on lists; positions count from 1, and from -1 at the end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel.builtins.numbers import whole
from postloan.policy.feel.builtins.registry import feel
from postloan.policy.feel.values import CONTEXT, conjunction, disjunction, equal, ordered


def _numbers(items: list[Any]) -> list[Decimal]:
    """Give a list back; raises TypeError, which makes null, if an item is no number."""
    if not all(isinstance(item, Decimal) for item in items):
        raise TypeError
    return items


def _equal(a: object, b: object) -> bool:
    return equal(a, b) is True


@feel("list contains(list: list<T>, element: T) -> boolean")
def list_contains(items: list[Any], element: object) -> bool:
    """Tell whether a list holds a value, null among them."""
    return any(_equal(item, element) for item in items)


@feel("count(list: list<any>) -> number")
def count(items: list[Any]) -> Decimal:
    """Count the items, those that are null too."""
    return Decimal(len(items))


@feel("count(c...: any) -> number")
def count_of(*items: object) -> Decimal:
    """Count the arguments."""
    return Decimal(len(items))


def _best(sign: str, items: list[Any]) -> object:
    """Give the item that comes before all others; null as soon as two cannot be compared."""
    best = items[0]
    for item in items[1:]:
        first = ordered(sign, item, best)
        if first is None:
            return None
        best = item if first else best
    return best


@feel("min(list: list<O>) -> O")
def least(items: list[Any]) -> object:
    """Give the least item; null of an empty list."""
    return None if not items or None in items else _best("<", items)


@feel("min(c...: O) -> O")
def least_of(*items: Any) -> object:
    """Give the least argument."""
    return least(list(items))


@feel("max(list: list<O>) -> O")
def greatest(items: list[Any]) -> object:
    """Give the greatest item; null of an empty list."""
    return None if not items or None in items else _best(">", items)


@feel("max(c...: O) -> O")
def greatest_of(*items: Any) -> object:
    """Give the greatest argument."""
    return greatest(list(items))


@feel("sum(list: list<number>) -> number")
def total(items: list[Any]) -> Decimal | None:
    """Add up; null of an empty list, and as soon as an item is null."""
    return functools.reduce(CONTEXT.add, _numbers(items)) if items else None


@feel("sum(n...: number) -> number")
def total_of(*items: Decimal) -> Decimal | None:
    """Add up the arguments."""
    return total(list(items))


@feel("product(list: list<number>) -> number")
def product(items: list[Any]) -> Decimal | None:
    """Multiply; null of an empty list, and as soon as an item is null."""
    return functools.reduce(CONTEXT.multiply, _numbers(items)) if items else None


@feel("product(n...: number) -> number")
def product_of(*items: Decimal) -> Decimal | None:
    """Multiply the arguments."""
    return product(list(items))


@feel("mean(list: list<number>) -> number")
def arithmetic_mean(items: list[Any]) -> Decimal | None:
    """Give the arithmetic mean; null of an empty list."""
    found = total(items)
    return None if found is None else CONTEXT.divide(found, Decimal(len(items)))


@feel("mean(n...: number) -> number")
def mean_of(*items: Decimal) -> Decimal | None:
    """Give the arithmetic mean of the arguments."""
    return arithmetic_mean(list(items))


@feel("median(list: list<number>) -> number")
def middle(items: list[Any]) -> Decimal | None:
    """Give the middle item, or the mean of the two in the middle; null of an empty list."""
    found = sorted(_numbers(items))
    if not found:
        return None
    half = len(found) // 2
    return found[half] if len(found) % 2 else arithmetic_mean(found[half - 1 : half + 1])


@feel("median(n...: number) -> number")
def median_of(*items: Decimal) -> Decimal | None:
    """Give the median of the arguments."""
    return middle(list(items))


@feel("stddev(list: list<number>) -> number")
def stddev(items: list[Any]) -> Decimal | None:
    """Give the standard deviation of a sample; null of less than two items."""
    if len(items) < 2:
        return None
    middle = arithmetic_mean(items)
    assert middle is not None
    gaps = (CONTEXT.subtract(item, middle) for item in items)
    squares = functools.reduce(CONTEXT.add, [CONTEXT.multiply(gap, gap) for gap in gaps])
    return CONTEXT.sqrt(CONTEXT.divide(squares, Decimal(len(items) - 1)))


@feel("stddev(n...: number) -> number")
def stddev_of(*items: Decimal) -> Decimal | None:
    """Give the standard deviation of the arguments."""
    return stddev(list(items))


@feel("mode(list: list<number>) -> list<number>")
def most_frequent(items: list[Any]) -> list[Decimal]:
    """Give the most frequent items, in ascending order."""
    counts: dict[Decimal, int] = {}
    for item in _numbers(items):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return sorted(item for item, found in counts.items() if found == most)


@feel("mode(n...: number) -> list<number>")
def mode_of(*items: Decimal) -> list[Decimal]:
    """Give the most frequent arguments."""
    return most_frequent(list(items))


def _truths(items: list[Any]) -> list[bool | None]:
    if not all(item is None or isinstance(item, bool) for item in items):
        raise TypeError
    return items


@feel("all(list: list<boolean>) -> boolean")
def all_true(items: list[Any]) -> bool | None:
    """Join with `and`; true of an empty list."""
    return conjunction(_truths(items))


@feel("all(b...: boolean) -> boolean")
def all_true_of(*items: Any) -> bool | None:
    """Join the arguments with `and`."""
    return conjunction(_truths(list(items)))


@feel("any(list: list<boolean>) -> boolean")
def any_true(items: list[Any]) -> bool | None:
    """Join with `or`; false of an empty list."""
    return disjunction(_truths(items))


@feel("any(b...: boolean) -> boolean")
def any_true_of(*items: Any) -> bool | None:
    """Join the arguments with `or`."""
    return disjunction(_truths(list(items)))


def _place(items: list[Any], position: Decimal) -> int:
    """Give the index of a position; raises IndexError, which makes null, where there is none."""
    if position != position.to_integral_value():
        raise PolicyError("feel_refused", f"The position {position} in a list is no whole number.")
    place = whole(position)
    if place == 0 or abs(place) > len(items):
        raise IndexError
    return place - 1 if place > 0 else len(items) + place


@feel("sublist(list: list<T>, start position: number, length?: number) -> list<T>")
def sublist(items: list[Any], start: Decimal, length: Decimal | None = None) -> list[Any] | None:
    """Cut from a position; null where there is no such position, or not so many items."""
    first = _place(items, start)
    if length is None:
        return items[first:]
    many = whole(length)
    return items[first : first + many] if 0 <= many <= len(items) - first else None


@feel("append(list: list<T>, item...: T) -> list<T>")
def append(items: list[Any], *more: object) -> list[Any]:
    """Add items at the end."""
    return [*items, *more]


@feel("concatenate(list...: list<T>) -> list<T>")
def concatenate(*lists: list[Any]) -> list[Any]:
    """Join lists one after the other."""
    return [item for one in lists for item in one]


@feel("insert before(list: list<T>, position: number, newItem: T) -> list<T>")
def insert_before(items: list[Any], position: Decimal, item: object) -> list[Any]:
    """Put an item in front of a position."""
    place = _place(items, position)
    return [*items[:place], item, *items[place:]]


@feel("remove(list: list<T>, position: number) -> list<T>")
def remove(items: list[Any], position: Decimal) -> list[Any]:
    """Leave the item at a position out."""
    place = _place(items, position)
    return [*items[:place], *items[place + 1 :]]


@feel("list replace(list: list<T>, position: number, newItem: T) -> list<T>")
def list_replace(items: list[Any], position: Decimal, item: object) -> list[Any]:
    """Put another item at a position."""
    place = _place(items, position)
    return [*items[:place], item, *items[place + 1 :]]


@feel("list replace(list: list<T>, match: function<T, T> -> boolean, newItem: T) -> list<T>")
def list_replace_matching(
    items: list[Any], match: object, new: object, *, apply: Callable[..., Any]
) -> list[Any]:
    """Put another item in place of each for which a function of the two is true."""
    return [new if apply(match, [item, new]) is True else item for item in items]


@feel("reverse(list: list<T>) -> list<T>")
def reverse(items: list[Any]) -> list[Any]:
    """Turn the order round."""
    return items[::-1]


@feel("index of(list: list<T>, match: T) -> list<number>")
def index_of(items: list[Any], match: object) -> list[Decimal]:
    """Give the positions at which a value stands."""
    return [Decimal(i) for i, item in enumerate(items, 1) if _equal(item, match)]


@feel("distinct values(list: list<T>) -> list<T>")
def distinct(items: list[Any]) -> list[Any]:
    """Leave out what has come before."""
    if len(items) > 2000:
        raise PolicyError("feel_too_large", "`distinct values` and `union` take no more than 2,000 items.")
    found: list[Any] = []
    for item in items:
        if not list_contains(found, item):
            found.append(item)
    return found


@feel("union(list...: list<T>) -> list<T>")
def union(*lists: list[Any]) -> list[Any]:
    """Join lists, without what has come before."""
    return distinct(concatenate(*lists))


@feel("flatten(list: list<any>) -> list<any>")
def leaves(items: list[Any]) -> list[Any]:
    """Put the items of lists within lists into one list."""
    return [leaf for item in items for leaf in (leaves(item) if isinstance(item, list) else [item])]


@feel("sort(list: list<T>, precedes: function<T, T> -> boolean) -> list<T>")
def sort(items: list[Any], precedes: object, *, apply: Callable[..., Any]) -> list[Any]:
    """Order a list so that a function of two items tells which comes first; equals keep their order."""

    def order(a: object, b: object) -> int:
        return -1 if apply(precedes, [a, b]) is True else 1 if apply(precedes, [b, a]) is True else 0

    return sorted(items, key=functools.cmp_to_key(order))


@feel("sort(list: list<O>) -> list<O>")
def sort_plain(items: list[Any]) -> list[Any]:
    """Order a list, the least first."""
    if any(ordered("<", items[0], item) is None for item in items):
        raise TypeError
    return sort(items, None, apply=lambda _, pair: ordered("<", *pair))

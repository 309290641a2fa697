"""FEEL evaluated over one row: slow, complete, and the oracle for the compiled path."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.builtins import CONTEXT, call_builtin

Values = Mapping[str, object]

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Interval:
    """A range with its ends evaluated."""

    low: object
    high: object
    low_closed: bool
    high_closed: bool


def interpret(node: n.Node, values: Values, as_of: date) -> object:
    """Evaluate an expression.

    Args:
        node: a checked expression.
        values: the row: variables by full name; numbers as int or Decimal; missing means None.
        as_of: the business date, which `today()` and `now()` give.

    Returns:
        A Decimal, str, bool, date, timedelta, Months, list, Interval or None.
    """
    return _Row(as_of).value(node, values)


def interpret_unary(tests: n.UnaryTests, value: object, values: Values, as_of: date) -> bool:
    """Tell whether a value meets the tests of a cell; a test that comes out null is not met."""
    return _Row(as_of).unary(tests, normalise(value), values) is True


def normalise(value: object) -> object:
    """Give a row's value as FEEL knows it: numbers as Decimal, a moment as its date."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, float):
        raise TypeError("a float is not exact: give a Decimal")
    return value.date() if isinstance(value, datetime) else value


def equal(left: object, right: object) -> bool | None:
    """Compare in FEEL: null equals null alone; values of different kinds give null."""
    if left is None or right is None:
        return left is right
    if _family(left) != _family(right):
        return None
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        results = [equal(a, b) for a, b in zip(left, right, strict=True)]
        return conjunction(results)
    return left == right


def conjunction(results: list[bool | None]) -> bool | None:
    """Give the three-valued `and` of truth values."""
    return False if False in results else None if None in results else True


def disjunction(results: list[bool | None]) -> bool | None:
    """Give the three-valued `or` of truth values."""
    return True if True in results else None if None in results else False


def _family(value: object) -> str:
    kinds = (bool, Decimal, str, date, timedelta, n.Months, list, Interval)
    return next((kind.__name__ for kind in kinds if isinstance(value, kind)), "null")


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _ordered(sign: str, left: object, right: object) -> bool | None:
    if left is None or right is None or _family(left) != _family(right):
        return None
    if isinstance(left, n.Months) and isinstance(right, n.Months):
        return _COMPARE[sign](left.count, right.count)
    if isinstance(left, Decimal | str | date | timedelta):
        return _COMPARE[sign](left, right)
    return None


def _negation(value: bool | None) -> bool | None:
    return None if value is None else not value


class _Row:
    """One evaluation on one business date."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of

    def value(self, node: n.Node, values: Values) -> object:
        match node:
            case n.Literal(value):
                return value
            case n.Name(text):
                return _look_up(text, values)
            case n.Question():
                return normalise(values.get("?"))
            case n.Negate(operand):
                found = self.value(operand, values)
                return -found if isinstance(found, Decimal) else None
            case n.Arithmetic(sign, left, right):
                return calculate(sign, self.value(left, values), self.value(right, values))
            case n.Compare(sign, left, right):
                return self.compare(sign, self.value(left, values), self.value(right, values))
            case n.And(left, right):
                return conjunction([_truth(self.value(side, values)) for side in (left, right)])
            case n.Or(left, right):
                return disjunction([_truth(self.value(side, values)) for side in (left, right)])
            case n.Between(value, low, high):
                found = self.value(value, values)
                return self.within(
                    Interval(self.value(low, values), self.value(high, values), True, True), found
                )
            case n.In(value, tests):
                return self.unary(tests, self.value(value, values), values)
            case n.Range(low, high, low_closed, high_closed):
                return Interval(self.value(low, values), self.value(high, values), low_closed, high_closed)
            case n.ListOf(items):
                return [self.value(item, values) for item in items]
            case n.If(condition, yes, no):
                return self.value(yes if self.value(condition, values) is True else no, values)
            case n.Quantified(kind, bindings, condition):
                results = [_truth(self.value(condition, row)) for row in self.rows(bindings, values)]
                return disjunction(results) if kind == "some" else conjunction(results)
            case n.For(bindings, body):
                return [self.value(body, row) for row in self.rows(bindings, values)]
            case n.Call(function, arguments):
                return self.call(function, [self.value(argument, values) for argument in arguments])
            case n.Property(base, name):
                return _property(self.value(base, values), name)
            case n.Filter(base, condition):
                return self.filter(self.value(base, values), condition, values)
        raise PolicyError("feel_refused", f"{type(node).__name__} cannot be evaluated.")

    def compare(self, sign: str, left: object, right: object) -> bool | None:
        if sign in ("=", "!="):
            found = equal(left, right)
            return found if sign == "=" else _negation(found)
        return _ordered(sign, left, right)

    def within(self, interval: Interval, value: object) -> bool | None:
        above = _ordered(">=" if interval.low_closed else ">", value, interval.low)
        below = _ordered("<=" if interval.high_closed else "<", value, interval.high)
        return conjunction([above, below])

    def unary(self, tests: n.UnaryTests, value: object, values: Values) -> bool | None:
        if tests.is_any:
            return True
        row = {**values, "?": value}
        met = disjunction([self.test(test, value, row) for test in tests.tests])
        return _negation(met) if tests.negated else met

    def test(self, test: n.Node, value: object, row: Values) -> bool | None:
        if isinstance(test, n.Comparison):
            return self.compare(test.operator, value, self.value(test.bound, row))
        found = self.value(test, row)
        if n.has_question(test):
            return _truth(found)
        return self.matches(found, value)

    def matches(self, target: object, value: object) -> bool | None:
        if isinstance(target, Interval):
            return self.within(target, value)
        if isinstance(target, list) and not isinstance(value, list):
            return disjunction([self.matches(item, value) for item in target])
        return equal(value, target)

    def rows(self, bindings: tuple[n.Binding, ...], values: Values) -> Iterator[Values]:
        if not bindings:
            yield values
            return
        first, rest = bindings[0], bindings[1:]
        for item in _items(self.value(first.source, values)):
            yield from self.rows(rest, {**values, first.name: item})

    def call(self, function: str, arguments: list[Any]) -> object:
        if function in ("today", "now"):
            return self.as_of
        if function == "not":
            return _negation(_truth(arguments[0]))
        if function == "list contains":
            return any(equal(item, arguments[1]) is True for item in _items(arguments[0]))
        return call_builtin(function, arguments)

    def filter(self, base: object, condition: n.Node, values: Values) -> object:
        items = base if isinstance(base, list) else [base] if base is not None else []
        where = self.value(condition, {**values, "item": None})
        if isinstance(where, Decimal):
            position = int(where) - 1 if where > 0 else int(where)
            return items[position] if -len(items) <= position < len(items) else None
        return [item for item in items if self.value(condition, {**values, "item": item}) is True]


def _look_up(name: str, values: Values) -> object:
    if name in values:
        return normalise(values[name])
    base, _, last = name.rpartition(".")
    return _property(_look_up(base, values), last) if base else None


def _property(base: object, name: str) -> object:
    if isinstance(base, date) and name in ("year", "month", "day"):
        return Decimal(getattr(base, name))
    if isinstance(base, Mapping):
        return normalise(base.get(name))
    return [_property(item, name) for item in base] if isinstance(base, list) else None


def _items(source: object) -> list[Any]:
    if isinstance(source, list):
        return source
    if isinstance(source, Interval):
        return _span(source)
    return []


def _span(interval: Interval) -> list[Any]:
    low, high = interval.low, interval.high
    if not (isinstance(low, Decimal) and isinstance(high, Decimal)):
        return []
    if abs(high - low) > 10_000:
        raise PolicyError("feel_refused", "A `for` over more than 10,000 numbers is refused.")
    step = 1 if low <= high else -1
    return [low + step * i for i in range(int(abs(high - low)) + 1)]


def calculate(sign: str, left: object, right: object) -> object:
    """Do arithmetic on numbers, texts, dates and durations; null where FEEL has no answer."""
    try:
        return _calculate(sign, left, right)
    except (OverflowError, ValueError):  # a date outside the years 1 to 9999
        return None


def _calculate(sign: str, left: object, right: object) -> object:
    if isinstance(left, Decimal) and isinstance(right, Decimal):
        return _number(sign, left, right)
    if isinstance(left, str) and isinstance(right, str):
        return left + right if sign == "+" else None
    if isinstance(left, n.Months) and isinstance(right, n.Months) and sign in "+-":
        return n.Months(left.count + (right.count if sign == "+" else -right.count))
    if isinstance(right, date) and not isinstance(left, date) and sign == "+":
        left, right = right, left
    if isinstance(right, n.Months) and isinstance(left, date) and sign in "+-":
        return add_months(left, right.count if sign == "+" else -right.count)
    pairs = ((date, timedelta), (timedelta, timedelta), (date, date))
    if any(isinstance(left, a) and isinstance(right, b) for a, b in pairs):
        if sign == "-":
            return left - right  # type: ignore[operator]
        if sign == "+" and isinstance(right, timedelta):
            return left + right  # type: ignore[operator]
    return None


def _number(sign: str, left: Decimal, right: Decimal) -> Decimal | None:
    actions: dict[str, Callable[[Context, Decimal, Decimal], Decimal]] = {
        "+": Context.add,
        "-": Context.subtract,
        "*": Context.multiply,
        "/": Context.divide,
        "**": Context.power,
    }
    try:
        return actions[sign](CONTEXT, left, right)
    except (DivisionByZero, InvalidOperation, Overflow):
        return None


def add_months(day: date, months: int) -> date:
    """Give the same day that many months later, or the month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    first_of_next = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (first_of_next - timedelta(days=1)).day))

"""FEEL evaluated over one row: slow, complete, and the oracle for the compiled path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.arithmetic import add_months, calculate
from postloan.policy.feel.builtins import call_builtin, is_builtin
from postloan.policy.feel.conversion import converted
from postloan.policy.feel.parts import at_position, items_of, look_up, property_of
from postloan.policy.feel.types_of_values import conforms
from postloan.policy.feel.values import (
    Closure,
    Interval,
    bounded,
    conjunction,
    disjunction,
    equal,
    negation,
    normalise,
    ordered,
    truth,
    within,
)

__all__ = [
    "Closure",
    "Interval",
    "add_months",
    "apply",
    "calculate",
    "conjunction",
    "disjunction",
    "equal",
    "interpret",
    "interpret_unary",
    "normalise",
]

Values = Mapping[str, object]

MAX_ROUNDS = 200_000
"""Items that the loops of one expression may go through, all in all."""

MAX_CALLS = 40
"""Functions that may call each other at once."""


def interpret(node: n.Node, values: Values, as_of: date) -> object:
    """Evaluate an expression.

    Args:
        node: a checked expression.
        values: the row: variables by full name; numbers as int or Decimal; missing means None.
        as_of: the business date, which `today()` and `now()` give.

    Returns:
        A Decimal, str, bool, date, time, Moment, timedelta, Months, list, dict, Interval, Closure or None.

    Raises:
        PolicyError: `feel_too_large` for what would not come to an end, or grow beyond measure.
    """
    return _guarded(lambda: _Row(as_of).value(node, values))


def interpret_unary(tests: n.UnaryTests, value: object, values: Values, as_of: date) -> bool:
    """Tell whether a value meets the tests of a cell; a test that comes out null is not met."""
    return _guarded(lambda: _Row(as_of).unary(tests, normalise(value), values)) is True


def apply(function: object, arguments: Sequence[object], as_of: date) -> object:
    """Call a function that an expression gave, with its arguments in order."""
    return _guarded(lambda: _Row(as_of).apply(function, arguments))


def _guarded(evaluate: Any) -> Any:
    try:
        return evaluate()
    except RecursionError as error:
        raise PolicyError(
            "feel_too_large", "The expression is nested too deep, or calls itself without end."
        ) from error


class _Row:
    """One evaluation on one business date."""

    def __init__(self, as_of: date) -> None:
        self.as_of = as_of
        self.rounds = 0
        self.calls = 0

    def value(self, node: n.Node, values: Values) -> object:
        match node:
            case n.Literal(value):
                return value
            case n.Name(text):
                return look_up(text, values)
            case n.Question():
                return normalise(values.get("?"))
            case n.Negate(operand):
                return negative(self.value(operand, values))
            case n.Arithmetic(sign, left, right):
                return calculate(sign, self.value(left, values), self.value(right, values))
            case n.Compare(sign, left, right):
                return compare(sign, self.value(left, values), self.value(right, values))
            case n.And(left, right):
                return conjunction([truth(self.value(side, values)) for side in (left, right)])
            case n.Or(left, right):
                return disjunction([truth(self.value(side, values)) for side in (left, right)])
            case n.Between(value, low, high):
                found = self.value(value, values)
                return within(Interval(self.value(low, values), self.value(high, values), True, True), found)
            case n.In(value, tests):
                return self.unary(tests, self.value(value, values), values)
            case n.If(condition, yes, no):
                return self.value(yes if self.value(condition, values) is True else no, values)
            case n.Call(function, arguments):
                return self.call(function, arguments, values)
            case n.Property(base, name):
                return property_of(self.value(base, values), name)
            case n.InstanceOf(value, kind):
                return conforms(self.value(value, values), kind)
            case n.Declared(value, kind):
                return converted(self.value(value, values), kind)
        return self.built(node, values)

    def built(self, node: n.Node, values: Values) -> object:
        """Evaluate what builds, filters or goes through lists, contexts and functions."""
        match node:
            case n.Range(low, high, low_closed, high_closed):
                return Interval(self.value(low, values), self.value(high, values), low_closed, high_closed)
            case n.ListOf(items):
                return [self.value(item, values) for item in items]
            case n.Context(entries):
                return self.context(entries, values)
            case n.Function():
                return Closure(node, values)
            case n.Invoke(function, arguments):
                given, names = self.arguments(arguments, values)
                return self.apply(self.value(function, values), given, names)
            case n.Quantified(kind, bindings, condition):
                return self.quantified(kind, bindings, condition, values)
            case n.For(bindings, body):
                return self.loop(bindings, body, values)
            case n.Filter(base, condition):
                return self.filter(self.value(base, values), condition, values)
            case n.Table():
                from postloan.policy.boxed_tables import answer

                return answer(node, values, self.as_of)
        raise PolicyError("feel_refused", f"{type(node).__name__} cannot be evaluated.")

    # Tests --------------------------------------------------------------------------------------------

    def unary(self, tests: n.UnaryTests, value: object, values: Values) -> bool | None:
        if tests.is_any:
            return True
        row = {**values, "?": value}
        met = disjunction([self.test(test, value, row) for test in tests.tests])
        return negation(met) if tests.negated else met

    def test(self, test: n.Node, value: object, row: Values) -> bool | None:
        if isinstance(test, n.Comparison):
            return compare(test.operator, value, self.value(test.bound, row))
        found = self.value(test, row)
        if n.has_question(test):
            return truth(found)
        return matches(found, value)

    # Loops --------------------------------------------------------------------------------------------

    def rows(self, bindings: tuple[n.Binding, ...], values: Values) -> Iterator[Values | None]:
        """Give a row for each combination of items; None where a source is null."""
        if not bindings:
            yield values
            return
        first, rest = bindings[0], bindings[1:]
        items = items_of(self.value(first.source, values), downwards=_is_counted(first.source))
        if items is None:
            yield None
            return
        for item in items:
            self.spend()
            yield from self.rows(rest, {**values, first.name: item})

    def spend(self) -> None:
        self.rounds += 1
        if self.rounds > MAX_ROUNDS:
            raise PolicyError(
                "feel_too_large", f"The expression goes through more than {MAX_ROUNDS:,} items all in all."
            )

    def quantified(
        self, kind: str, bindings: tuple[n.Binding, ...], condition: n.Node, values: Values
    ) -> bool | None:
        results = [
            None if row is None else truth(self.value(condition, row)) for row in self.rows(bindings, values)
        ]
        return disjunction(results) if kind == "some" else conjunction(results)

    def loop(self, bindings: tuple[n.Binding, ...], body: n.Node, values: Values) -> list[object] | None:
        results: list[object] = []
        looks_back = any(name.split(".")[0] == "partial" for name in n.names(body))
        for row in self.rows(bindings, values):
            if row is None:
                return None
            results.append(self.value(body, {**row, "partial": [*results]} if looks_back else row))
        bounded(results)
        return results

    def filter(self, base: object, condition: n.Node, values: Values) -> object:
        items = base if isinstance(base, list) else [base] if base is not None else []
        members = dict.fromkeys(name for item in items if isinstance(item, Mapping) for name in item)
        where = self.value(condition, {**values, "item": None, **members})
        if isinstance(where, Decimal):
            return at_position(items, where)
        kept = []
        for item in items:
            self.spend()
            inner = {**values, "item": item, **members, **(item if isinstance(item, Mapping) else {})}
            if self.value(condition, inner) is True:
                kept.append(item)
        return kept

    def context(self, entries: tuple[n.Entry, ...], values: Values) -> object:
        row, made = dict(values), {}
        for entry in entries:
            found = converted(self.value(entry.value, row), entry.kind)
            if not entry.name:
                return found
            row[entry.name] = made[entry.name] = found
        return made

    # Functions ----------------------------------------------------------------------------------------

    def arguments(self, arguments: tuple[n.Node, ...], values: Values) -> tuple[list[Any], list[str]]:
        names = [one.name for one in arguments if isinstance(one, n.Argument)]
        given = [self.value(one.value if isinstance(one, n.Argument) else one, values) for one in arguments]
        return given, names

    def call(self, function: str, arguments: tuple[n.Node, ...], values: Values) -> object:
        target = values.get(function)
        given, names = self.arguments(arguments, values)
        if isinstance(target, Closure):
            return self.apply(target, given, names)
        if function in ("today", "now") and not given:
            return self.as_of
        if function in values and target is None and not is_builtin(function):
            return None
        return call_builtin(function, given, names, self.apply)

    def apply(self, function: object, arguments: Sequence[object], names: Sequence[str] = ()) -> object:
        """Call a function; null where it is none, or where the arguments are not its parameters'."""
        if not isinstance(function, Closure):
            return None
        self.calls += 1
        self.spend()
        if self.calls > MAX_CALLS:
            raise PolicyError(
                "feel_too_large", "A function calls itself, or functions each other, without end."
            )
        parameters = [one.name for one in function.function.parameters]
        if len(arguments) != len(parameters) or (names and set(names) != set(parameters)):
            return None
        given = dict(zip(names or parameters, arguments, strict=True))
        row = {**function.values, **given}
        row |= {one.name: converted(given[one.name], one.kind) for one in function.function.parameters}
        found = self.value(function.function.body, row)
        self.calls -= 1
        return found


def _is_counted(source: n.Node) -> bool:
    return isinstance(source, n.Range) and source.counted


def compare(sign: str, left: object, right: object) -> bool | None:
    """Compare two values by one of `= != < <= > >=`."""
    if sign in ("=", "!="):
        found = equal(left, right)
        return found if sign == "=" else negation(found)
    return ordered(sign, left, right)


def matches(target: object, value: object) -> bool | None:
    """Tell whether a value is another, lies in a range, or meets one item of a list."""
    if isinstance(target, Interval) and not isinstance(value, Interval):
        return within(target, value)
    if isinstance(target, list) and not isinstance(value, list):
        return disjunction([matches(item, value) for item in target])
    return equal(value, target)


def negative(value: object) -> object:
    """Give the negative of a number or duration."""
    if isinstance(value, Decimal):
        return value.copy_negate()
    if isinstance(value, timedelta):
        return -value
    return n.Months(-value.count) if isinstance(value, n.Months) else None

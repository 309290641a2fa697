"""FEEL compiled to columns: the same answer as the interpreter on every row, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from typing import Any

from postloan.engine import Column, Table
from postloan.engine import verbs as v
from postloan.engine.schema import Kind
from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel import numbers as num
from postloan.policy.feel.check import PROPERTIES, check, check_unary, literal_kind
from postloan.policy.feel.interpreter import interpret
from postloan.policy.names import column_name

_KINDS = {"string": "string", "boolean": "boolean", "date": "date"}

_MEND = "Make it a fact, or write it with the operators and functions that tables support."


@dataclass(frozen=True)
class Value:
    """A compiled part: its FEEL kind, and a number, a column or a constant of that kind."""

    kind: str
    column: Column | None = None
    number: num.Number | None = None
    constant: Any = None
    is_constant: bool = False


def compile_expression(node: n.Node, frame: Table, as_of: date, where: str = "") -> Column:
    """Compile an expression to a column of the frame.

    Args:
        node: the parsed expression; its names are columns of the frame by `column_name`.
        frame: one row a subject.
        as_of: the business date, which `today()` and `now()` give.
        where: the place that an error names.

    Returns:
        A column: numbers as whole number, DECIMAL(18,2) or DECIMAL(18,6); null as FEEL has it.

    Raises:
        PolicyError: `ill_typed`, `unknown_name`, or `feel_refused` naming the construct.
    """
    compiler = _Compiler(frame, as_of, where)
    check(node, compiler.env(node), where)
    return compiler.column(compiler.value(node))


def compile_unary(
    tests: n.UnaryTests,
    value: Column,
    frame: Table,
    as_of: date,
    bound: Column | None = None,
    *,
    better: str = "low",
    where: str = "",
) -> Column:
    """Compile the tests of a cell to a truth column that is never null.

    Args:
        tests: the parsed cell.
        value: the column that is tested.
        frame: the table the column and the cell's names are of.
        as_of: the business date.
        bound: takes the place of the constant bound, as when a threshold follows the peers.
        better: the side of a range that `bound` replaces: its `low` or its `high` end.
        where: the place that an error names.

    Raises:
        PolicyError: as `compile_expression`; also where there is not one constant bound to replace.
    """
    compiler = _Compiler(frame, as_of, where)
    env = compiler.env(tests)
    tested = compiler.of_column(value)
    check_unary(tests, tested.kind, env, where)
    if bound is not None:
        return compiler.moved(tests, tested, compiler.of_column(bound), better).fill_null(False)
    return compiler.tests(tests, tested).fill_null(False)


class _Compiler:
    """Compiles expressions over one frame on one date."""

    def __init__(self, frame: Table, as_of: date, where: str) -> None:
        self.frame = frame
        self.as_of = as_of
        self.where = where
        self.bound: Mapping[str, Value] = {}
        self.tested: Value | None = None

    def refuse(self, construct: str, mend: str = _MEND) -> PolicyError:
        message = f"{construct} cannot be compiled to columns."
        return PolicyError("feel_refused", message, where=self.where, mend=mend)

    def env(self, node: n.Node) -> dict[str, str]:
        """Give the kinds of the names that a node reads, from the frame's columns."""
        kinds = {}
        for name in n.names(node):
            base, _, last = name.rpartition(".")
            of_date = column_name(name) not in self.frame.columns and last in PROPERTIES
            known = base if of_date else name
            if column_name(known) in self.frame.columns:
                kinds[known] = self.of_column(self.frame[column_name(known)]).kind
        return kinds

    def of_column(self, column: Column) -> Value:
        spelt = re.sub(r"[!(].*", "", str(column.type()).lstrip("!"))
        if spelt in _KINDS:
            return Value(_KINDS[spelt], column)
        return Value("number", number=num.of_column(column, self.where))

    def of_constant(self, constant: Any) -> Value:
        if isinstance(constant, Decimal):
            return Value("number", number=num.of_constant(constant, self.where))
        kind = literal_kind(constant)
        return Value(kind, constant=constant, is_constant=True)

    def column(self, value: Value, kind: str | None = None) -> Column:
        """Give a value as a column; a null takes the kind that is asked for."""
        if value.number is not None:
            number = value.number
            return num.at_scale(number, number.scale, self.where)
        if not value.is_constant:
            return value.column
        if value.constant is None:
            return v.null(_engine_kind(kind or "boolean"))
        if value.kind not in _KINDS:
            raise self.refuse(f"A {value.kind} duration as a value")
        return v.literal(value.constant, _engine_kind(value.kind))

    def value(self, node: n.Node) -> Value:
        """Compile a node; what reads no row is evaluated once, here."""
        if not isinstance(node, n.Literal | n.ListOf | n.Range) and _is_constant(node, self.bound):
            return self.folded(node)
        match node:
            case n.Literal(value):
                return self.of_constant(value)
            case n.Name(text):
                return self.name(text)
            case n.Question():
                assert self.tested is not None
                return self.tested
            case n.Negate(operand):
                zero = num.of_constant(Decimal(0), self.where)
                return Value("number", number=num.add("-", zero, self.number(operand), self.where))
            case n.Arithmetic():
                return self.arithmetic(node)
            case n.If(condition, yes, no):
                return self.choice(self.truth(condition), self.value(yes), self.value(no))
            case n.Call(function, arguments):
                return self.call(function, arguments)
            case n.Property(base, name):
                return self.property(self.value(base), name)
            case n.Compare() | n.And() | n.Or() | n.Between() | n.In() | n.Quantified():
                return Value("boolean", self.condition(node))
        raise self.refuse(_NAMES.get(type(node), type(node).__name__))

    def folded(self, node: n.Node) -> Value:
        values = {name: value.constant for name, value in self.bound.items()}
        found = interpret(node, values, self.as_of)
        if found is None:
            raise self.refuse(
                "A constant expression that is always null", "Write null, or mend the expression."
            )
        return self.of_constant(found)

    def name(self, text: str) -> Value:
        if text in self.bound:
            return self.of_constant(self.bound[text].constant)
        if column_name(text) in self.frame.columns:
            return self.of_column(self.frame[column_name(text)])
        base, _, last = text.rpartition(".")
        return self.property(self.name(base), last)

    def number(self, node: n.Node) -> num.Number:
        value = self.value(node)
        if value.number is None:
            raise self.refuse("Arithmetic with null")
        return value.number

    def truth(self, node: n.Node) -> Column:
        return self.column(self.value(node), "boolean")

    def condition(self, node: n.Node) -> Column:
        match node:
            case n.Compare(sign, left, right):
                return self.compare(sign, self.value(left), self.value(right))
            case n.And(left, right):
                return self.truth(left) & self.truth(right)
            case n.Or(left, right):
                return self.truth(left) | self.truth(right)
            case n.Between(value, low, high):
                found = self.value(value)
                above = self.compare(">=", found, self.value(low))
                return above & self.compare("<=", found, self.value(high))
            case n.In(value, tests):
                return self.tests(tests, self.value(value))
            case n.Quantified(kind, bindings, condition):
                return self.quantified(kind, bindings, condition)
        raise self.refuse(type(node).__name__)

    def compare(self, sign: str, left: Value, right: Value) -> Column:
        nulls = [side for side in (left, right) if side.is_constant and side.constant is None]
        if sign in ("=", "!="):
            same = self.equal(left, right, nulls=len(nulls))
            return same if sign == "=" else ~same
        if nulls:
            raise self.refuse(f"`{sign}` with null, which is never true,", "Test for null with `= null`.")
        a, b = self.pair(left, right)
        return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]

    def equal(self, left: Value, right: Value, nulls: int) -> Column:
        if nulls == 2:
            return v.literal(True, "boolean")
        if nulls == 1:
            other = right if left.is_constant and left.constant is None else left
            return self.column(other).isnull()
        a, b = self.pair(left, right)
        if _constant(left) or _constant(right):
            return (a == b).fill_null(False)
        return (a == b).fill_null(False) | (a.isnull() & b.isnull())

    def pair(self, left: Value, right: Value) -> tuple[Column, Column]:
        if left.number is not None and right.number is not None:
            (a, b), _ = num.common([left.number, right.number], self.where)
            return a, b
        return self.column(left), self.column(right)

    def tests(self, tests: n.UnaryTests, value: Value) -> Column:
        """Give the disjunction of a cell's tests in three-valued logic."""
        if tests.is_any:
            return v.literal(True, "boolean")
        outer, self.tested = self.tested, value
        met = reduce(lambda a, b: a | b, [self.test(test, value) for test in tests.tests])
        self.tested = outer
        return ~met if tests.negated else met

    def test(self, test: n.Node, value: Value) -> Column:
        if isinstance(test, n.Comparison):
            return self.compare(test.operator, value, self.value(test.bound))
        if isinstance(test, n.Range):
            above = self.compare(">=" if test.low_closed else ">", value, self.value(test.low))
            return above & self.compare("<=" if test.high_closed else "<", value, self.value(test.high))
        if isinstance(test, n.ListOf):
            met = [self.test(item, value) for item in test.items]
            return reduce(lambda a, b: a | b, met, v.literal(False, "boolean"))
        if n.has_question(test):
            return self.truth(test)
        return self.compare("=", value, self.value(test))

    def moved(self, tests: n.UnaryTests, value: Value, bound: Value, better: str) -> Column:
        """Compile a cell of one test with its constant bound replaced by a column."""
        test = tests.tests[0] if len(tests.tests) == 1 and not tests.negated else None
        if isinstance(test, n.Comparison):
            return self.compare(test.operator, value, bound)
        if isinstance(test, n.Range):
            low = bound if better == "low" else self.value(test.low)
            high = bound if better == "high" else self.value(test.high)
            above = self.compare(">=" if test.low_closed else ">", value, low)
            return above & self.compare("<=" if test.high_closed else "<", value, high)
        raise self.refuse("A moved threshold in a cell that is not one comparison or range")

    def quantified(self, kind: str, bindings: tuple[n.Binding, ...], condition: n.Node) -> Column:
        """Write out a quantifier over constants, item by item."""
        if not bindings:
            return self.truth(condition)
        first, rest = bindings[0], bindings[1:]
        if not isinstance(first.source, n.ListOf) or not _is_constant(first.source, self.bound):
            raise self.refuse(f"`{kind}` over anything but a list of constants")
        outer, results = self.bound, []
        for item in first.source.items:
            constant = interpret(item, {k: b.constant for k, b in outer.items()}, self.as_of)
            self.bound = {**outer, first.name: Value(literal_kind(constant), constant=constant)}  # type: ignore[arg-type]
            results.append(self.quantified(kind, rest, condition))
        self.bound = outer
        if kind == "some":
            return reduce(lambda a, b: a | b, results, v.literal(False, "boolean"))
        return reduce(lambda a, b: a & b, results, v.literal(True, "boolean"))

    def choice(self, condition: Column, yes: Value, no: Value) -> Value:
        if yes.number is not None and no.number is not None:
            (a, b), scale = num.common([yes.number, no.number], self.where)
            places = max(yes.number.places, no.number.places)
            return Value("number", number=num.Number(v.when([(condition, a)], b), scale, places))
        kept = next((side for side in (yes, no) if side.kind != "null"), yes)
        if kept.number is not None:
            number = kept.number
            some = num.at_scale(number, number.scale, self.where)
            none = v.null(num.SCALES[number.scale])
            a, b = (some, none) if kept is yes else (none, some)
            return Value("number", number=replace(number, column=v.when([(condition, a)], b), constant=None))
        a, b = self.column(yes, kept.kind), self.column(no, kept.kind)
        return Value(kept.kind, v.when([(condition, a)], b))

    def arithmetic(self, node: n.Arithmetic) -> Value:
        sign = node.operator
        if sign in ("/", "**"):
            raise self.refuse(f"`{sign}`", "Ratios are facts; move the divisor to the other side.")
        left, right = self.value(node.left), self.value(node.right)
        if left.number is not None and right.number is not None:
            if sign == "*":
                return Value("number", number=num.multiply(left.number, right.number, self.where))
            return Value("number", number=num.add(sign, left.number, right.number, self.where))
        if left.kind == right.kind == "string" and sign == "+":
            return Value("string", v.concat(self.column(left), self.column(right)))
        if left.kind in ("days", "months") and sign == "+":
            left, right = right, left
        if left.kind == "date" and right.kind in ("days", "months"):
            return self.shifted(left, right, 1 if sign == "+" else -1)
        raise self.refuse(f"A {left.kind} `{sign}` a {right.kind}", "Day counts are facts; compare those.")

    def shifted(self, day: Value, duration: Value, direction: int) -> Value:
        amount = duration.constant
        if isinstance(amount, timedelta):
            return Value("date", v.add_days(self.column(day), direction * amount.days))
        return Value("date", v.add_months(self.column(day), direction * amount.count))

    def property(self, base: Value, name: str) -> Value:
        verbs: dict[str, Callable[[Column], Column]] = {
            "year": v.year,
            "month": v.month,
            "day": v.day_of_month,
        }
        if base.kind != "date" or name not in verbs:
            raise self.refuse(f"`.{name}` of a {base.kind}")
        return Value("number", number=num.Number(verbs[name](self.column(base)), 0, 0))

    def call(self, function: str, arguments: Sequence[n.Node]) -> Value:
        if function == "not":
            return Value("boolean", ~self.truth(arguments[0]))
        if function in ("contains", "starts with"):
            text, part = (self.column(self.value(argument), "string") for argument in arguments)
            found = text.contains(part) if function == "contains" else text.startswith(part)
            return Value("boolean", found)
        if function == "string length":
            length = self.column(self.value(arguments[0]), "string").length()
            return Value("number", number=num.Number(length, 0, 0))
        if function == "list contains" and isinstance(arguments[0], n.ListOf):
            target = self.value(arguments[1])
            met = [self.compare("=", target, self.value(item)) for item in arguments[0].items]
            return Value("boolean", reduce(lambda a, b: a | b, met, v.literal(False, "boolean")))
        if function in ("min", "max", "sum"):
            return self.aggregate(function, arguments)
        if function == "abs":
            number = self.number(arguments[0])
            column = self.column(Value("number", number=number))
            zero = num.at_scale(num.of_constant(Decimal(0), self.where), number.scale, self.where)
            return Value(
                "number", number=replace(number, column=v.when([(column < zero, zero - column)], column))
            )
        raise self.refuse(f"The function `{function}`")

    def aggregate(self, function: str, arguments: Sequence[n.Node]) -> Value:
        """Compile min, max and sum over values of one row; null as soon as one is null."""
        first = arguments[0]
        items = first.items if len(arguments) == 1 and isinstance(first, n.ListOf) else tuple(arguments)
        numbers = [self.number(item) for item in items]
        if function == "sum":
            total = reduce(lambda a, b: num.add("+", a, b, self.where), numbers)
            return Value("number", number=total)
        columns, scale = num.common(numbers, self.where)
        missing = reduce(lambda a, b: a | b, [column.isnull() for column in columns])
        best = v.least(*columns) if function == "min" else v.greatest(*columns)
        found = v.when([(missing, v.null(num.SCALES[scale]))], best)
        return Value("number", number=num.Number(found, scale, max(number.places for number in numbers)))


_NAMES: dict[type[n.Node], str] = {
    n.ListOf: "A list as a value",
    n.Range: "A range as a value",
    n.For: "`for`",
    n.Filter: "A filter `[…]`",
}


def _engine_kind(kind: str) -> Kind:
    kinds: dict[str, Kind] = {"number": "decimal", "string": "string", "boolean": "boolean", "date": "date"}
    return kinds.get(kind, "string")


def _constant(value: Value) -> bool:
    return value.is_constant or (value.number is not None and value.number.constant is not None)


def _is_constant(node: n.Node, bound: Mapping[str, Value]) -> bool:
    """Tell whether a node reads neither a row nor the tested value."""
    return not n.has_question(node) and n.names(node) <= set(bound)

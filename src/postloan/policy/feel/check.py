"""Static types of FEEL: an ill-typed expression is refused before any row is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n

Kind = str
"""number, string, boolean, date, days, months, null, any, or list<kind>, range<kind>."""

Env = Mapping[str, Kind]

SCALARS = ("number", "string", "boolean", "date")
ORDERED = ("number", "string", "date", "days", "months")

_NUMBER_LIST = ("list<number>",)
FUNCTIONS: dict[str, tuple[tuple[str, ...], Kind]] = {
    "not": (("boolean",), "boolean"),
    "today": ((), "date"),
    "now": ((), "date"),
    "date": (("string",), "date"),
    "duration": (("string",), "duration"),
    "string": (("any",), "string"),
    "number": (("string",), "number"),
    "contains": (("string", "string"), "boolean"),
    "starts with": (("string", "string"), "boolean"),
    "ends with": (("string", "string"), "boolean"),
    "upper case": (("string",), "string"),
    "lower case": (("string",), "string"),
    "string length": (("string",), "number"),
    "abs": (("number",), "number"),
    "floor": (("number",), "number"),
    "ceiling": (("number",), "number"),
    "decimal": (("number", "number"), "number"),
    "modulo": (("number", "number"), "number"),
    "list contains": (("list<any>", "any"), "boolean"),
    "count": (("list<any>",), "number"),
    "sum": (_NUMBER_LIST, "number"),
    "mean": (_NUMBER_LIST, "number"),
}
"""Built-ins with one signature: kinds of arguments and of the result; `min`, `max`, `flatten` stand apart."""

PROPERTIES = {"year": "number", "month": "number", "day": "number"}
"""What a date can be asked for after a dot."""


def _error(message: str, where: str, mend: str = "") -> PolicyError:
    return PolicyError("ill_typed", message, where=where, mend=mend)


def same(a: Kind, b: Kind) -> bool:
    """Tell whether two kinds can stand for each other; null and any go with everything."""
    if a == b or {"null", "any"} & {a, b}:
        return True
    if a.startswith("list<") and b.startswith("list<"):
        return same(a[5:-1], b[5:-1])
    return "duration" in (a, b) and {a, b} & {"days", "months"} != set()


def merge(kinds: list[Kind], what: str, where: str) -> Kind:
    """Give the one kind that all are of, nulls left out; raises PolicyError if they differ."""
    known = [kind for kind in kinds if kind not in ("null", "any")]
    for kind in known[1:]:
        if not same(known[0], kind):
            raise _error(f"{what} mixes {known[0]} and {kind}.", where)
    return known[0] if known else (kinds[0] if kinds else "null")


def literal_kind(value: n.Constant) -> Kind:
    """Give the kind of a constant."""
    kinds: list[tuple[type, Kind]] = [
        (bool, "boolean"),
        (Decimal, "number"),
        (str, "string"),
        (date, "date"),
        (timedelta, "days"),
        (n.Months, "months"),
    ]
    return next((kind for cls, kind in kinds if isinstance(value, cls)), "null")


def lookup(name: str, env: Env, where: str) -> Kind:
    """Give the kind of a variable or of a property of a date variable; raises PolicyError if unknown."""
    if name in env:
        return env[name]
    base, _, last = name.rpartition(".")
    if base in env and env[base] == "date" and last in PROPERTIES:
        return PROPERTIES[last]
    prefix = base
    while prefix:
        if env.get(prefix) == "any":
            return "any"
        prefix = prefix.rpartition(".")[0]
    last = name.rpartition(".")[2]
    near = sorted(known for known in env if known.rpartition(".")[2] == last)
    hint = (
        f"Did you mean {', '.join(near[:3])}?"
        if near
        else "See the list of facts; other names must be declared."
    )
    raise PolicyError("unknown_name", f"`{name}` is not known here.", where=where, mend=hint)


def check(node: n.Node, env: Env, where: str = "") -> Kind:
    """Give the kind of an expression.

    Args:
        node: the parsed expression.
        env: kinds of the variables that may be named; `?` stands for the tested value.
        where: the place that an error names.

    Raises:
        PolicyError: `unknown_name`, `ill_typed`, or `feel_refused` for a function that is not provided.
    """
    return _Checker(where).kind(node, env)


def check_unary(tests: n.UnaryTests, value: Kind, env: Env, where: str = "") -> None:
    """Check the tests of one cell against the kind of the value they test."""
    _Checker(where).tests(tests, value, {**env, "?": value})


class _Checker:
    """One walk over one expression; holds only the place that errors name."""

    def __init__(self, where: str) -> None:
        self.where = where

    def kind(self, node: n.Node, env: Env) -> Kind:
        match node:
            case n.Literal(value):
                return literal_kind(value)
            case n.Name(text):
                return lookup(text, env, self.where)
            case n.Question():
                return lookup("?", env, self.where)
            case n.Negate(operand):
                return self.want(operand, "number", env, "`-`")
            case n.Arithmetic(operator, left, right):
                return self.arithmetic(operator, self.kind(left, env), self.kind(right, env))
            case n.Compare(operator, left, right):
                self.comparison(operator, self.kind(left, env), self.kind(right, env))
                return "boolean"
            case n.And(left, right) | n.Or(left, right):
                word = "`and`" if isinstance(node, n.And) else "`or`"
                self.want(left, "boolean", env, word)
                self.want(right, "boolean", env, word)
                return "boolean"
            case n.Between(value, low, high):
                kind = self.kind(value, env)
                for end in (low, high):
                    self.comparison("<=", kind, self.kind(end, env))
                return "boolean"
            case n.In(value, tests):
                kind = self.kind(value, env)
                self.tests(tests, kind, {**env, "?": kind})
                return "boolean"
            case n.Range(low, high):
                kinds = [self.kind(low, env), self.kind(high, env)]
                inner = merge(kinds, "The range", self.where)
                self.comparison("<=", inner, inner)
                return f"range<{inner}>"
            case n.ListOf(items):
                return f"list<{merge([self.kind(item, env) for item in items], 'The list', self.where)}>"
            case n.If(condition, yes, no):
                self.want(condition, "boolean", env, "`if`")
                kinds = [self.kind(yes, env), self.kind(no, env)]
                return merge(kinds, "`if`: what follows `then` and `else`", self.where)
            case n.Quantified(_, bindings, condition):
                self.want(condition, "boolean", self.bound(bindings, env), "`satisfies`")
                return "boolean"
            case n.For(bindings, body):
                return f"list<{self.kind(body, self.bound(bindings, env))}>"
            case n.Call(function, arguments):
                return self.call(function, [self.kind(argument, env) for argument in arguments])
            case n.Property(base, name):
                if self.kind(base, env) == "date" and name in PROPERTIES:
                    return PROPERTIES[name]
                raise _error(f"`.{name}` can only be asked of a context or a date.", self.where)
            case n.Filter(base, condition):
                return self.filter(self.kind(base, env), condition, env)
        raise _error(f"{type(node).__name__} cannot stand here.", self.where)

    def want(self, node: n.Node, kind: Kind, env: Env, what: str) -> Kind:
        found = self.kind(node, env)
        if not same(found, kind):
            raise _error(f"{what} takes a {kind}, not a {found}.", self.where)
        return kind

    def arithmetic(self, operator: str, left: Kind, right: Kind) -> Kind:
        table = {
            ("+", "number", "number"): "number",
            ("+", "string", "string"): "string",
            ("+", "date", "days"): "date",
            ("+", "days", "date"): "date",
            ("+", "date", "months"): "date",
            ("+", "months", "date"): "date",
            ("+", "days", "days"): "days",
            ("+", "months", "months"): "months",
            ("-", "date", "date"): "days",
            ("-", "date", "days"): "date",
            ("-", "date", "months"): "date",
            ("-", "days", "days"): "days",
            ("-", "months", "months"): "months",
        }
        if operator in "-*/**" and same(left, "number") and same(right, "number"):
            return "number"
        for (sign, a, b), result in table.items():
            if sign == operator and same(left, a) and same(right, b):
                return result
        raise _error(f"`{operator}` cannot join a {left} and a {right}.", self.where)

    def comparison(self, operator: str, left: Kind, right: Kind) -> None:
        if not same(left, right):
            raise _error(f"`{operator}` compares a {left} with a {right}.", self.where)
        if operator not in ("=", "!="):
            for kind in (left, right):
                if kind not in (*ORDERED, "any", "null"):
                    raise _error(f"`{operator}` needs an order, which a {kind} has not.", self.where)

    def tests(self, tests: n.UnaryTests, value: Kind, env: Env) -> None:
        for test in tests.tests:
            if isinstance(test, n.Comparison):
                self.comparison(test.operator, value, self.kind(test.bound, env))
                continue
            kind = self.kind(test, env)
            if n.has_question(test):
                if not same(kind, "boolean"):
                    raise _error(f"A test with `?` must be true or false, not a {kind}.", self.where)
            elif not same(_tested(kind, value), value):
                raise _error(f"The test is a {kind}, the tested value is a {value}.", self.where)

    def bound(self, bindings: tuple[n.Binding, ...], env: Env) -> Env:
        inner = dict(env)
        for binding in bindings:
            kind = self.kind(binding.source, inner)
            if not kind.startswith(("list<", "range<", "any")):
                raise _error(f"`{binding.name} in …` needs a list, not a {kind}.", self.where)
            inner[binding.name] = kind[kind.index("<") + 1 : -1] if "<" in kind else "any"
        return inner

    def call(self, function: str, kinds: list[Kind]) -> Kind:
        if function in ("min", "max"):
            inner = kinds[0][5:-1] if len(kinds) == 1 and kinds[0].startswith("list<") else None
            kind = inner or merge(kinds, f"`{function}`", self.where)
            self.comparison("<=", kind, kind)
            return kind
        if function in ("sum", "count", "mean") and (
            len(kinds) != 1 or not kinds[0].startswith(("list", "any"))
        ):
            kinds = [f"list<{merge(kinds, f'`{function}`', self.where)}>"]
        if function == "flatten" and len(kinds) == 1:
            return "list<any>"
        if function not in FUNCTIONS:
            raise PolicyError(
                "feel_refused",
                f"The function `{function}` is not provided.",
                where=self.where,
                mend=f"Provided: {', '.join(sorted((*FUNCTIONS, 'min', 'max', 'flatten')))}.",
            )
        wanted, result = FUNCTIONS[function]
        if len(wanted) != len(kinds):
            raise _error(f"`{function}` takes {len(wanted)} arguments, not {len(kinds)}.", self.where)
        for position, (kind, want) in enumerate(zip(kinds, wanted, strict=True), 1):
            if not same(kind, want):
                raise _error(f"Argument {position} of `{function}` is a {kind}, not a {want}.", self.where)
        return result

    def filter(self, base: Kind, condition: n.Node, env: Env) -> Kind:
        if not base.startswith(("list<", "any")):
            raise _error(f"`[…]` filters a list, not a {base}.", self.where)
        inner = base[5:-1] if base.startswith("list<") else "any"
        kind = self.kind(condition, {**env, "item": inner})
        if kind == "number":
            return inner
        if not same(kind, "boolean"):
            raise _error(f"`[…]` takes a position or a condition, not a {kind}.", self.where)
        return base


def _tested(kind: Kind, value: Kind) -> Kind:
    """Give the kind of value that a list or range among the tests is about."""
    if kind.startswith("range<"):
        return kind[6:-1]
    if kind.startswith("list<") and not value.startswith("list<"):
        inner = kind[5:-1]
        return inner[6:-1] if inner.startswith("range<") else inner
    return kind

"""Static types of FEEL: an ill-typed expression is refused before any row is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from postloan.errors import PolicyError
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.calls import Calls
from postloan.policy.feel.conversion import fitted, lacking
from postloan.policy.feel.kinds import Kind, same
from postloan.policy.feel.kinds_of_parts import PROPERTIES, arithmetic, part_of
from postloan.policy.feel.values import family

__all__ = ["PROPERTIES", "Env", "Kind", "check", "check_unary", "literal_kind", "lookup", "merge", "same"]

Env = Mapping[str, Kind]


def _error(message: str, where: str, mend: str = "") -> PolicyError:
    return PolicyError("ill_typed", message, where=where, mend=mend)


def merge(kinds: list[Kind], what: str, where: str) -> Kind:
    """Give the one kind that all are of, nulls left out; raises PolicyError if they differ."""
    found = kinds[0] if kinds else "null"
    for kind in kinds[1:]:
        if not same(found, kind):
            raise _error(f"{what} mixes {found} and {kind}.", where)
        found = k.joined(found, kind)
    return found


def literal_kind(value: n.Constant) -> Kind:
    """Give the kind of a constant."""
    return family(value)


def lookup(name: str, env: Env, where: str) -> Kind:
    """Give the kind of a variable or of a part of one; raises PolicyError if unknown."""
    if name in env:
        return env[name]
    base, _, last = name.rpartition(".")
    while base:
        if base in env:
            kind = env[base]
            for part in name[len(base) + 1 :].split("."):
                kind = part_of(kind, part, where)
            return kind
        base = base.rpartition(".")[0]
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
    return _guarded(lambda: _Checker(where).kind(node, env), where)


def check_unary(tests: n.UnaryTests, value: Kind, env: Env, where: str = "") -> None:
    """Check the tests of one cell against the kind of the value they test."""
    _guarded(lambda: _Checker(where).tests(tests, value, {**env, "?": value}), where)


def _guarded(run: Callable[[], Kind], where: str) -> Kind:
    try:
        return run()
    except RecursionError as error:
        raise PolicyError("feel_too_large", "The expression is nested too deep.", where=where) from error


class _Checker(Calls):
    """One walk over one expression; holds the place that errors name, and how deep functions nest."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.depth = 0

    def kind(self, node: n.Node, env: Env) -> Kind:
        match node:
            case n.Literal(value):
                return literal_kind(value)
            case n.Name(text):
                return lookup(text, env, self.where)
            case n.Question():
                return lookup("?", env, self.where)
            case n.Negate(operand):
                return self.negated(self.kind(operand, env))
            case n.Arithmetic(operator, left, right):
                return arithmetic(operator, self.kind(left, env), self.kind(right, env), self.where)
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
            case n.If(condition, yes, no):
                self.want(condition, "boolean", env, "`if`")
                kinds = [self.kind(yes, env), self.kind(no, env)]
                return merge(kinds, "`if`: what follows `then` and `else`", self.where)
            case n.Call():
                return self.call(node, env)
            case n.Property(base, name):
                return part_of(self.kind(base, env), name, self.where)
            case n.InstanceOf(value, declared):
                if isinstance(value, n.Call) and value.function == "now":
                    raise _error("`now()` is the business date, a day without a time of day.", self.where)
                if self.kind(value, env) == declared == k.FUNCTION:
                    raise _error("`instance of` does not look into functions.", self.where)
                return "boolean"
            case n.Declared(value, declared):
                return self.declared(self.kind(value, env), declared, "The value")
        return self.built(node, env)

    def built(self, node: n.Node, env: Env) -> Kind:
        """Give the kind of what builds, filters or goes through lists, contexts and functions."""
        match node:
            case n.Range(low, high):
                inner = merge([self.kind(low, env), self.kind(high, env)], "The range", self.where)
                self.comparison("<=", inner, inner)
                return k.range_of(inner)
            case n.ListOf(items):
                return k.list_of(merge([self.kind(item, env) for item in items], "The list", self.where))
            case n.Context(entries):
                return self.context(entries, env)
            case n.Function():
                made = k.FunctionKind(node, env)
                self.body(made, [one.kind for one in node.parameters])
                return made
            case n.Invoke(function, arguments):
                return self.apply(self.kind(function, env), arguments, env, "The function")
            case n.Quantified(_, bindings, condition):
                self.want(condition, "boolean", self.bound(bindings, env), "`satisfies`")
                return "boolean"
            case n.For(bindings, body):
                inner_env = {**self.bound(bindings, env), "partial": "list<any>"}
                return k.list_of(self.kind(body, inner_env))
            case n.Filter(base, condition):
                return self.filter(self.kind(base, env), condition, env)
            case n.Table():
                from postloan.policy.boxed_tables import settle

                return settle(node, env, self.where)
        raise _error(f"{type(node).__name__} cannot stand here.", self.where)

    def want(self, node: n.Node, kind: Kind, env: Env, what: str) -> Kind:
        found = self.kind(node, env)
        if not same(found, kind):
            raise _error(f"{what} takes a {kind}, not a {found}.", self.where)
        return kind

    def negated(self, kind: Kind) -> Kind:
        if kind not in ("number", "days", "months", "duration", "any", "null"):
            raise _error(f"`-` takes a number, not a {kind}.", self.where)
        return "number" if kind == "null" else kind

    def comparison(self, operator: str, left: Kind, right: Kind) -> None:
        if not same(left, right):
            raise _error(f"`{operator}` compares a {left} with a {right}.", self.where)
        for kind in (left, right):
            if kind == k.FUNCTION:
                raise _error("Functions cannot be compared.", self.where)
            if operator not in ("=", "!=") and kind not in (*k.ORDERED, "duration", "any", "null"):
                raise _error(f"`{operator}` needs an order, which a {kind} has not.", self.where)

    def tests(self, tests: n.UnaryTests, value: Kind, env: Env) -> Kind:
        for test in tests.tests:
            if isinstance(test, n.Comparison):
                self.comparison(test.operator, value, self.kind(test.bound, env))
                continue
            kind = self.kind(test, env)
            if n.has_question(test):
                if not same(kind, "boolean"):
                    raise _error(f"A test with `?` must be true or false, not a {kind}.", self.where)
            elif not same(_tested(kind, value), value) and not same(kind, value):
                raise _error(f"The test is a {kind}, the tested value is a {value}.", self.where)
        return "boolean"

    def bound(self, bindings: tuple[n.Binding, ...], env: Env) -> Env:
        inner = dict(env)
        for binding in bindings:
            kind = self.kind(binding.source, inner)
            if not (k.is_list(kind) or k.is_range(kind) or kind in ("any", "null")):
                raise _error(f"`{binding.name} in …` needs a list, not a {kind}.", self.where)
            if k.is_range(kind) and k.item_of(kind) not in ("number", "date", "any", "null"):
                raise _error(f"A range of {k.item_of(kind)} cannot be gone through.", self.where)
            inner[binding.name] = k.item_of(kind)
        return inner

    def context(self, entries: tuple[n.Entry, ...], env: Env) -> Kind:
        inner, members = dict(env), {}
        for entry in entries:
            kind = self.kind(entry.value, inner)
            name = f"`{entry.name}`" if entry.name else "The answer of the context"
            kind = self.declared(kind, entry.kind, name)
            if not entry.name:
                return kind
            inner[entry.name] = members[entry.name] = kind
        return k.context_of(members)

    def declared(self, kind: Kind, declared: Kind, what: str) -> Kind:
        """Give the kind of a value for which one is declared."""
        found = fitted(kind, declared)
        if found is None:
            raise _error(f"{what} is a {kind}, declared a {declared}.", self.where, lacking(kind, declared))
        return found

    def filter(self, base: Kind, condition: n.Node, env: Env) -> Kind:
        if base in ("null", k.FUNCTION) or k.is_range(base):
            raise _error(f"`[…]` filters a list, not a {base}.", self.where)
        inner = k.item_of(base) if k.is_list(base) else base
        row = {**env, "item": inner, **(k.members_of(inner) or {})}
        if inner in ("any", k.CONTEXT):
            row = {**dict.fromkeys(n.names(condition) - set(env), "any"), **row}
        kind = self.kind(condition, row)
        if kind == "number":
            return inner
        if not same(kind, "boolean"):
            raise _error(f"`[…]` takes a position or a condition, not a {kind}.", self.where)
        return base if k.is_list(base) or base == "any" else k.list_of(base)


def _tested(kind: Kind, value: Kind) -> Kind:
    """Give the kind of value that a list or range among the tests is about."""
    if k.is_range(kind):
        return k.item_of(kind)
    if k.is_list(kind) and not k.is_list(value):
        inner = k.item_of(kind)
        return k.item_of(inner) if k.is_range(inner) else inner
    return kind

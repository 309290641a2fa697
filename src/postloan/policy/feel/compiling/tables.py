"""Decision tables inside an expression, written out: every rule a condition, its outputs behind it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from postloan.policy.checked import CheckedTable, validate
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiling import comparing, lists, logic
from postloan.policy.feel.compiling.values import (
    NULL,
    ContextValue,
    FunctionValue,
    Item,
    ListValue,
    RangeValue,
    Scalar,
    Value,
    is_null_constant,
    number,
    of_constant,
    truth,
)
from postloan.policy.model import DecisionTable

if TYPE_CHECKING:
    from postloan.policy.feel.compiling.core import Compiler, Scope

MOST_RULES = 200
"""Rules of a table that is written out; a larger one is compiled by itself."""


def compile_table(compiler: Compiler, node: n.Table, scope: Scope) -> Value:
    """Compile a boxed table: its answer, a context where it has several outputs, a list where it lists hits.

    Where rules contradict the hit policy the answer is null, as the standard has it.
    """
    checked = node.checked
    if not isinstance(checked, CheckedTable):
        assert isinstance(node.table, DecisionTable)
        checked = validate(node.table, {name: kind_of(value) for name, value in scope.items()}, boxed=True)
    if len(checked.table.rules) > MOST_RULES:
        raise compiler.refuse(
            f"A table of more than {MOST_RULES} rules inside an expression", "Make it a decision of its own."
        )
    return _Inlined(compiler, checked, scope).value()


def kind_of(value: Value) -> str:
    """Give the kind of a value, `any` where a text alone does not say it."""
    if isinstance(value, Scalar):
        return value.kind
    if isinstance(value, ListValue):
        kinds = {kind_of(item.value) for item in value.items} - {"null"}
        return f"list<{kinds.pop()}>" if len(kinds) == 1 else "list<any>"
    if isinstance(value, RangeValue):
        return f"range<{kind_of(value.low)}>"
    return "function" if isinstance(value, FunctionValue) else "any"


def allowed(compiler: Compiler, checked: CheckedTable, scope: Scope) -> Scalar:
    """Tell where all inputs that are there are among the values that they can have; never null."""
    met = []
    for item in checked.inputs:
        if not item.allowed.is_any:
            value = compiler.value(item.node, scope)
            found = logic.is_true(comparing.unary(compiler, item.allowed, value, scope))
            among = logic.of(found) if isinstance(found, bool) else truth(found)
            met.append(logic.disjunction([compiler.is_null(value), among]))
    return logic.conjunction(met)


class _Inlined:
    """One table over one scope."""

    def __init__(self, compiler: Compiler, checked: CheckedTable, scope: Scope) -> None:
        self.compiler = compiler
        self.checked = checked
        self.table = checked.table
        self.scope = scope

    def value(self) -> Value:
        """Give the table's answer."""
        inputs = [self.compiler.value(item.node, self.scope) for item in self.checked.inputs]
        gone = [
            self.compiler.is_null(value)
            for value, item in zip(inputs, self.checked.inputs, strict=True)
            if item.required
        ]
        missing = logic.disjunction(gone)
        hits = [self.hit(rule, inputs, missing) for rule in range(len(self.table.rules))]
        met = logic.conjunction([logic.negation(missing), allowed(self.compiler, self.checked, self.scope)])
        return self.compiler.where_met(met, self.answer(hits))

    def hit(self, rule: int, inputs: Sequence[Value], missing: Scalar) -> Scalar:
        """Tell whether a rule's conditions are all met; never null."""
        met = [logic.negation(missing)]
        for value, item in zip(inputs, self.checked.inputs, strict=True):
            found = logic.is_true(comparing.unary(self.compiler, item.cells[rule], value, self.scope))
            met.append(logic.of(found) if isinstance(found, bool) else truth(found))
        return logic.conjunction(met)

    def answer(self, hits: Sequence[Scalar]) -> Value:
        """Give what the hit policy makes of the rules that hold."""
        order = sorted(range(len(hits)), key=lambda rule: self.checked.ranks[rule])
        possible = [rule for rule in order if not (hits[rule].is_constant and not hits[rule].constant)]
        if self.table.aggregation or self.table.hit_policy in "CRO":
            return self.many(possible, hits)
        value = self.first(possible, hits)
        if self.table.hit_policy == "U":
            pairs = [[hits[a], hits[b]] for i, a in enumerate(possible) for b in possible[i + 1 :]]
            return self.unless(
                logic.disjunction([self.clash(possible, hits)]) if pairs else logic.FALSE, value
            )
        if self.table.hit_policy == "A":
            return self.unless(self.disagreement(possible, hits), value)
        return value

    def unless(self, conflict: Scalar, value: Value) -> Value:
        """Give null where rules contradict each other."""
        return self.compiler.where_met(logic.negation(conflict), value)

    def clash(self, possible: Sequence[int], hits: Sequence[Scalar]) -> Scalar:
        """Tell whether two rules hold at once."""
        found = [Item(NULL, None if hits[rule].is_constant else hits[rule].column) for rule in possible]
        count = number(lists.ones(found))
        return comparing.compare(self.compiler, ">", count, of_constant(_ONE, ""))

    def disagreement(self, possible: Sequence[int], hits: Sequence[Scalar]) -> Scalar:
        """Tell whether two rules hold whose outputs differ."""
        found = []
        for i, a in enumerate(possible):
            for b in possible[i + 1 :]:
                same = logic.is_true(comparing.equal(self.compiler, self.outputs(a), self.outputs(b)))
                if same is not True:
                    differ = logic.of(True) if same is False else truth(~same)
                    found.append(logic.conjunction([hits[a], hits[b], differ]))
        return logic.disjunction(found)

    def first(self, possible: Sequence[int], hits: Sequence[Scalar]) -> Value:
        """Give the outputs of the first rule that holds, or the defaults."""
        value = self.default()
        for rule in reversed(possible):
            outputs = self.outputs(rule)
            value = (
                outputs if hits[rule].is_constant else self.compiler.choice(hits[rule].column, outputs, value)
            )
        return value

    def default(self) -> Value:
        """Give the defaults; null where there are none."""
        if not self.checked.has_default:
            return NULL
        values = {item.name: of_constant(item.default, self.checked.where) for item in self.checked.outputs}
        return next(iter(values.values())) if len(values) == 1 else ContextValue(values)

    def outputs(self, rule: int) -> Value:
        """Give a rule's outputs: the one, or a context of them."""
        values = {item.name: self.output(item.cells[rule]) for item in self.checked.outputs}
        return next(iter(values.values())) if len(values) == 1 else ContextValue(values)

    def output(self, cell: n.Node) -> Value:
        return self.compiler.value(cell, self.scope)

    def many(self, possible: Sequence[int], hits: Sequence[Scalar]) -> Value:
        """Give all hits as a list, or what is made of it."""
        found = [
            Item(self.outputs(rule), None if hits[rule].is_constant else hits[rule].column)
            for rule in possible
        ]
        if not self.table.aggregation:
            listed = ListValue(tuple(found))
            if not self.checked.has_default:
                return listed
            some = logic.disjunction([lists.there(item, logic.TRUE) for item in found])
            return self.compiler.where_met(some, listed)  # the standard leaves open what a default is here
        answer = self.aggregate(found)
        counted = [Item(NULL, item.present) for item in found]
        if self.table.aggregation != "#":
            counted = [known for item in found for known in self.known(item)]
        none = logic.negation(logic.disjunction([lists.there(item, logic.TRUE) for item in counted]))
        default = self.default()
        if is_null_constant(default) or (none.is_constant and not none.constant):
            return answer
        return default if none.is_constant else self.compiler.choice(none.column, default, answer)

    def aggregate(self, found: Sequence[Item]) -> Value:
        """Give the sum, least, greatest or count of the one output; nulls are passed over."""
        if self.table.aggregation == "#":
            return number(lists.ones(found))
        source = ListValue(tuple(known for item in found for known in self.known(item)))
        if self.table.aggregation == "+":
            return lists.total(self.compiler, source)
        return lists.extreme(self.compiler, "min" if self.table.aggregation == "<" else "max", source)

    def known(self, item: Item) -> Sequence[Item]:
        """Give the item where it is there and not null."""
        there = lists.there(item, logic.negation(self.compiler.is_null(item.value)))
        if there.is_constant:
            return [Item(item.value)] if there.constant else []
        return [Item(item.value, there.column)]


_ONE = Decimal(1)

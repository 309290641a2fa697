"""The syntax tree of FEEL as far as policies need it: small, frozen, hashable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Months:
    """A years-and-months duration, counted in months."""

    count: int


@dataclass(frozen=True)
class Moment:
    """A date and time; not a `datetime`, which Python takes for a date too."""

    value: datetime


Constant = Decimal | str | bool | date | time | Moment | timedelta | Months | None


@dataclass(frozen=True)
class Node:
    """Any part of an expression."""


@dataclass(frozen=True)
class Literal(Node):
    """A constant: number, string, boolean, date, duration or null."""

    value: Constant


@dataclass(frozen=True)
class Name(Node):
    """A variable by its full dotted name, such as `loan.dpd_days`."""

    text: str


@dataclass(frozen=True)
class Question(Node):
    """`?`: the value that a unary test is about."""


@dataclass(frozen=True)
class Negate(Node):
    """Arithmetic minus in front of a value."""

    operand: Node


@dataclass(frozen=True)
class Arithmetic(Node):
    """Two values joined by one of `+ - * / **`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare(Node):
    """Two values joined by one of `= != < <= > >=`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class And(Node):
    """Conjunction in three-valued logic."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Or(Node):
    """Disjunction in three-valued logic."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """`value between low and high`, both ends included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Range(Node):
    """`[low..high]`; a round bracket leaves its end out.

    `counted` marks `low..high` without brackets in a loop, which may go downwards.
    """

    low: Node
    high: Node
    low_closed: bool
    high_closed: bool
    counted: bool = False


@dataclass(frozen=True)
class ListOf(Node):
    """`[a, b, c]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class If(Node):
    """`if condition then yes else no`; a condition that is null takes the else."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True)
class Binding(Node):
    """`name in source` of a quantifier or a for."""

    name: str
    source: Node


@dataclass(frozen=True)
class Quantified(Node):
    """`some … satisfies …` or `every … satisfies …`; each binding sees those before it."""

    kind: str
    bindings: tuple[Binding, ...]
    condition: Node


@dataclass(frozen=True)
class For(Node):
    """`for … return …`, a list; its body sees the results so far as `partial`."""

    bindings: tuple[Binding, ...]
    body: Node


@dataclass(frozen=True)
class Argument(Node):
    """`name: value` in a call; a call names all of its arguments or none."""

    name: str
    value: Node


@dataclass(frozen=True)
class Call(Node):
    """A function by its name, a built-in or one that is in scope, with its arguments."""

    function: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Invoke(Node):
    """A function that an expression gives, with its arguments."""

    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Entry(Node):
    """`name: value` of a context.

    A boxed entry may declare its kind; a last one without a name is the answer.
    """

    name: str
    value: Node
    kind: str = "any"


@dataclass(frozen=True)
class Context(Node):
    """`{name: value, …}`; each entry sees those before it."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a function; its kind is `any` where none is declared."""

    name: str
    kind: str = "any"


@dataclass(frozen=True)
class Function(Node):
    """`function(a, b) body`, or the logic of a business knowledge model."""

    parameters: tuple[Parameter, ...]
    body: Node


@dataclass(frozen=True, eq=False)
class Table(Node):
    """A boxed decision table inside an expression: a `DecisionTable`, whose value is its answer.

    `checked` is its `CheckedTable`, set when the expression is checked: only then are the names that its
    cells may use known.
    """

    table: object
    checked: object = None

    def settle(self, checked: object) -> None:
        """Keep the checked table; the node is otherwise as fixed as every other."""
        object.__setattr__(self, "checked", checked)


@dataclass(frozen=True)
class InstanceOf(Node):
    """`value instance of kind`."""

    value: Node
    kind: str


@dataclass(frozen=True)
class Declared(Node):
    """A value for which a type is declared: converted to it as the standard does, else refused."""

    value: Node
    kind: str


@dataclass(frozen=True)
class Property(Node):
    """`base.name` where the base is no plain name."""

    base: Node
    name: str


@dataclass(frozen=True)
class Filter(Node):
    """`list[condition]` or `list[position]`."""

    base: Node
    condition: Node


@dataclass(frozen=True)
class Comparison(Node):
    """A unary test `< bound`: one of `= != < <= > >=` against the tested value."""

    operator: str
    bound: Node


@dataclass(frozen=True)
class UnaryTests(Node):
    """The tests of one cell, met if any is met; `negated` turns that round; no tests is `-`."""

    tests: tuple[Node, ...]
    negated: bool = False

    @property
    def is_any(self) -> bool:
        """Tell whether the cell is `-`, which every value meets."""
        return not self.tests


@dataclass(frozen=True)
class In(Node):
    """`value in tests`."""

    value: Node
    tests: UnaryTests


def children(node: Node) -> Iterator[Node]:
    """Give the direct parts of a node."""
    for field in fields(node):
        value = getattr(node, field.name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                yield item


def walk(node: Node) -> Iterator[Node]:
    """Give the node and everything below it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)


def has_question(node: Node) -> bool:
    """Tell whether the tested value `?` occurs in a node."""
    return any(isinstance(part, Question) for part in walk(node))


def names(node: Node) -> set[str]:
    """Give the variables that a node reads, without those it binds itself and without functions it calls."""
    match node:
        case Name(text):
            return {text}
        case Quantified(_, bindings, body) | For(bindings, body):
            return _bound([(one.name, one.source) for one in bindings], body, {"partial"})
        case Context(entries):
            return _bound([(one.name, one.value) for one in entries], None, set())
        case Function(parameters, body):
            return _bound([], body, {one.name for one in parameters})
        case Filter(base, condition):
            return names(base) | _bound([], condition, {"item"})
    return set().union(*(names(child) for child in children(node)))


def _bound(steps: list[tuple[str, Node]], body: Node | None, bound: set[str]) -> set[str]:
    """Give the free names of parts that are bound one after the other, and of a body that sees all."""
    found: set[str] = set()
    seen: set[str] = set()
    for name, part in steps:
        found |= {free for free in names(part) if not _is_bound(free, seen)}
        seen.add(name)
    if body is not None:
        found |= {free for free in names(body) if not _is_bound(free, seen | bound)}
    return found


def _is_bound(name: str, bound: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in bound)


def depth(node: Node) -> int:
    """Give how many nodes lie on the longest way down, without recursion."""
    deepest, waiting = 0, [(node, 1)]
    while waiting:
        part, level = waiting.pop()
        deepest = max(deepest, level)
        waiting += [(child, level + 1) for child in children(part)]
    return deepest

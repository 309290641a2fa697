"""A decision table parsed and type-checked: every cell is sound, or the table is refused, naming it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.check import same
from postloan.policy.feel.grammar import KEYWORDS
from postloan.policy.feel.lexer import is_plain
from postloan.policy.feel.literals import write_number
from postloan.policy.feel.values import has_places
from postloan.policy.model import DecisionTable, Output

_WHOLE = Decimal(2**63)
_FRACTION = Decimal(10) ** 12


@dataclass(frozen=True)
class CheckedInput:
    """An input: its expression, kind, the cells of all rules in order, and what values it can have."""

    text: str
    node: n.Node
    kind: str
    required: bool
    cells: tuple[n.UnaryTests, ...]
    allowed: n.UnaryTests


@dataclass(frozen=True)
class CheckedOutput:
    """An output: its kind, the cells of all rules in order, its values by priority, and its default."""

    name: str
    kind: str
    cells: tuple[n.Node, ...]
    values: tuple[Any, ...]
    default: Any = None


@dataclass(frozen=True)
class CheckedTable:
    """A table with every cell parsed; `ranks` gives each rule's place, 0 first, when one hit is chosen."""

    table: DecisionTable
    inputs: tuple[CheckedInput, ...]
    outputs: tuple[CheckedOutput, ...]
    ranks: tuple[int, ...]
    where: str

    @property
    def has_default(self) -> bool:
        """Tell whether any output has a default."""
        return any(output.default for output in self.table.outputs)

    def refuse(self, code: str, message: str, place: str = "", mend: str = "") -> PolicyError:
        """Give an error about this table."""
        return PolicyError(code, message, where=self.where + place, mend=mend)


def validate(
    table: DecisionTable, env: Mapping[str, str], where: str = "", *, boxed: bool = False
) -> CheckedTable:
    """Parse and type-check a table.

    Args:
        table: the table as written.
        env: FEEL kinds of the names that its expressions may use; names that the table's file
            declares, and plain names that are inputs with a declared kind, are added.
        where: the place that errors name; the table's own by default.
        boxed: the table stands in a model, where its numbers need not fit the columns of answers.

    Raises:
        PolicyError: `ill_typed`, `unknown_name`, `feel_syntax`, `feel_refused` or `table_malformed`.
    """
    checked = _Validator(table, env, where or table.where or f"table {table.id}").checked()
    if not boxed:
        for output in checked.outputs:
            _refuse_unheld(checked, output)
    return checked


class _Validator:
    """One pass over one table."""

    def __init__(self, table: DecisionTable, env: Mapping[str, str], where: str) -> None:
        self.table = table
        self.where = where
        declared = {item.expression: item.kind for item in table.inputs if item.kind != "any"}
        plain = {text: kind for text, kind in declared.items() if _is_name(text)}
        self.env = {**plain, **table.variables, **env}

    def error(self, message: str, place: str = "", mend: str = "") -> PolicyError:
        return PolicyError("table_malformed", message, where=self.where + place, mend=mend)

    def checked(self) -> CheckedTable:
        self.shape()
        inputs = tuple(self.input(i) for i in range(len(self.table.inputs)))
        outputs = tuple(self.output(i) for i in range(len(self.table.outputs)))
        self.aggregation(outputs[0])
        checked = CheckedTable(self.table, inputs, outputs, (), self.where)
        return CheckedTable(self.table, inputs, outputs, self.ranks(checked), self.where)

    def shape(self) -> None:
        table = self.table
        for what, names in (
            ("rules", [rule.id for rule in table.rules]),
            ("outputs", [output.name for output in table.outputs]),
        ):
            double = sorted(name for name, times in Counter(names).items() if times > 1)
            if double:
                raise self.error(f"Two {what} are called {', '.join(double)}.")
        if not table.outputs:
            raise self.error("The table has no output.")
        if table.aggregation and (table.hit_policy != "C" or len(table.outputs) != 1):
            raise self.error(f"`C{table.aggregation}` needs COLLECT and exactly one output.")
        for rule in table.rules:
            if (len(rule.tests), len(rule.entries)) != (len(table.inputs), len(table.outputs)):
                raise self.error("The rule has not one cell a column.", f", rule {rule.id}")

    def aggregation(self, output: CheckedOutput) -> None:
        sign, kind = self.table.aggregation, output.kind
        kinds = {"+": ("number",), "<": ("number", "string", "date"), ">": ("number", "string", "date")}
        if kind not in (*kinds.get(sign, (kind,)), "null"):
            raise PolicyError("ill_typed", f"`C{sign}` cannot work on a {kind}.", where=self.where)
        for rule, cell in zip(self.table.rules, output.cells, strict=True):
            if sign in kinds and isinstance(cell, n.Literal) and cell.value is None:
                raise PolicyError(
                    "ill_typed",
                    f"`C{sign}` cannot work on an empty cell: one null makes the whole answer null.",
                    where=f"{self.where}, rule {rule.id}, output {output.name}",
                    mend="Write a value, 0 for instance, or leave the rule out.",
                )

    def input(self, i: int) -> CheckedInput:
        item = self.table.inputs[i]
        place = f"{self.where}, input {item.expression or i + 1}"
        node = feel.parse_expression(item.expression, self.env, place)
        kind = feel.check(node, self.env, place)
        if not same(kind, item.kind):
            raise PolicyError("ill_typed", f"The input is a {kind}, declared a {item.kind}.", where=place)
        kind = item.kind if kind in ("any", "null") else kind
        domain = self.tests(item.allowed, kind, place)
        allowed = _literals(domain)
        cells = []
        for rule in self.table.rules:
            here = f"{self.where}, rule {rule.id}, input {item.expression}"
            tests = feel.parse_unary(rule.tests[i], self.env, here)
            feel.check_unary(tests, kind, self.env, here)
            for literal in tests.tests:
                if allowed and isinstance(literal, n.Literal) and literal.value not in (*allowed, None):
                    raise PolicyError(
                        "ill_typed",
                        f"{literal.value!r} is not among the values that the input can have.",
                        where=here,
                        mend=f"Allowed: {item.allowed}.",
                    )
            cells.append(tests)
        return CheckedInput(item.expression, node, kind, item.required, tuple(cells), domain)

    def tests(self, text: str, kind: str, place: str) -> n.UnaryTests:
        """Give the tests that all values of a column meet."""
        tests = feel.parse_unary(text, self.env, f"{place}, allowed values")
        feel.check_unary(tests, kind, self.env, f"{place}, allowed values")
        return tests

    def output(self, i: int) -> CheckedOutput:
        item = self.table.outputs[i]
        place = f"{self.where}, output {item.name}"
        values = _literals(self.tests(item.values, item.kind, place))
        cells, kinds = [], []
        for rule in self.table.rules:
            here = f"{self.where}, rule {rule.id}, output {item.name}"
            node, kind = self.entry(rule.entries[i], item, here)
            if values and isinstance(node, n.Literal) and node.value not in (*values, None):
                raise PolicyError(
                    "ill_typed",
                    f"{node.value!r} is not among the output's values.",
                    where=here,
                    mend=f"Allowed: {item.values}.",
                )
            cells.append(node)
            kinds.append(kind)
        kind = feel.merge(kinds, "The output", place)
        default = None
        if item.default:
            node, default_kind = self.entry(item.default, item, f"{place}, default")
            kind = feel.merge([kind, default_kind], "The output with its default", f"{place}, default")
            if not isinstance(node, n.Literal):
                raise PolicyError("feel_refused", "A default must be a constant.", where=f"{place}, default")
            default = node.value
        kind = item.kind if kind in ("null", "any") else kind
        return CheckedOutput(item.name, kind, tuple(cells), values, default)

    def entry(self, text: str, item: Output, here: str) -> tuple[n.Node, str]:
        node = feel.parse_expression(text or "null", self.env, here)
        kind = feel.check(node, self.env, here)
        if not same(kind, item.kind):
            raise PolicyError("ill_typed", f"The cell is a {kind}, the output a {item.kind}.", where=here)
        return node, kind

    def ranks(self, checked: CheckedTable) -> tuple[int, ...]:
        """Give each rule's place: by output priority for P and O, in file order otherwise."""
        count = len(self.table.rules)
        if self.table.hit_policy not in "PO":
            return tuple(range(count))
        ordered = [output for output in checked.outputs if output.values]
        if not ordered:
            raise self.error(
                "PRIORITY and OUTPUT ORDER need the list of output values.",
                mend="Give outputValues, best first.",
            )
        places = [tuple(self.place(output, rule) for output in ordered) for rule in range(count)]
        by_place = sorted(range(count), key=lambda rule: (places[rule], rule))
        return tuple(by_place.index(rule) for rule in range(count))

    def place(self, output: CheckedOutput, rule: int) -> int:
        node = output.cells[rule]
        if not isinstance(node, n.Literal):
            here = f", rule {self.table.rules[rule].id}, output {output.name}"
            raise self.error("An output with a priority must be a constant.", here)
        return output.values.index(node.value) if node.value in output.values else len(output.values)


def _is_name(text: str) -> bool:
    """Tell whether an input's expression is the name of a column: words alone, and none of the language's."""
    words = text.split()
    return bool(words) and all(is_plain(word) and "." not in word and word not in KEYWORDS for word in words)


def _literals(tests: n.UnaryTests) -> tuple[Any, ...]:
    """Give the closed list of values; empty where it is open or holds ranges."""
    literals = [test.value for test in tests.tests if isinstance(test, n.Literal)]
    return tuple(literals) if len(literals) == len(tests.tests) and not tests.negated else ()


def _refuse_unheld(checked: CheckedTable, output: CheckedOutput) -> None:
    """Refuse a number among an output's constants that its column of answers does not hold."""
    places = [f", rule {rule.id}, output {output.name}" for rule in checked.table.rules]
    found = [node.value if isinstance(node, n.Literal) else None for node in output.cells]
    numbers = [
        (value, place)
        for value, place in zip(
            (*found, output.default), (*places, f", output {output.name}, default"), strict=True
        )
        if isinstance(value, Decimal)
    ]
    computed = not all(isinstance(node, n.Literal) for node in output.cells)
    whole = not computed and all(value == value.to_integral_value() for value, _ in numbers)
    for value, place in numbers:
        if abs(value) >= (_WHOLE if whole else _FRACTION) or not has_places(value, 6):
            raise checked.refuse(
                "feel_refused",
                f"{write_number(value)} does not fit the column of answers, which holds "
                f"{'whole numbers below 2^63' if whole else 'numbers below 10^12 with six decimal places'}.",
                place,
                "Round it, or write it in a larger unit.",
            )


def null_handling_findings(checked: CheckedTable, nullable_inputs: Sequence[str]) -> list[PolicyError]:
    """Give a finding for each input that may be missing and is neither tested for null nor required.

    Args:
        checked: the validated table.
        nullable_inputs: expressions of inputs whose value may be null.

    Returns:
        Errors of code `null_unhandled`, one an input, in the table's order.
    """
    findings = []
    for item in checked.inputs:
        if item.text not in nullable_inputs or item.required:
            continue
        if all(cell.is_any for cell in item.cells) or any(_names_null(cell) for cell in item.cells):
            continue
        findings.append(
            checked.refuse(
                "null_unhandled",
                f"`{item.text}` may be missing, and no rule says what then holds.",
                f", input {item.text}",
                "Add a rule that tests it for null, or declare the input required.",
            )
        )
    return findings


def _names_null(cell: n.UnaryTests) -> bool:
    return any(isinstance(part, n.Literal) and part.value is None for part in n.walk(cell))

"""Tables at random, and every value that could make a difference to them: what brute force needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import product

from hypothesis import strategies as st

from postloan.policy import feel
from postloan.policy.table import DecisionTable, Input, Output, Rule
from tests.policy.frames import AS_OF

VALUES: dict[str, tuple[object, ...]] = {
    "loan.days": tuple(
        None if text is None else Decimal(text)
        for text in (None, "-1", "0", "0.5", "1", "15", "30", "30.5", "31", "32")
    ),
    "loan.kind": (None, "a", "b", "c", "0", "zz"),
    "loan.flag": (None, True, False),
    "loan.on": (None, *(date(2024, 1, day) for day in (1, 10, 11, 12, 20))),
}
"""One value, at least, of each stretch on which all the cells below stay the same."""

CELLS: dict[str, tuple[str, ...]] = {
    "loan.days": (
        "-", "< 1", "<= 30", "[1..30]", "(1..30)", "[1..30)", "> 30", ">= 31", "30", "null", "not(30)",
        "not(null)", "not([1..30])", "0, 31", "null, > 30", "[31..30]", "? > 0 and ? < 31", "? != 30",
    ),
    "loan.kind": (
        "-", '"a"', '"a", "b"', 'not("a")', 'not("a", null)', "null", '"b", null', 'not("a", "b", "c")',
        "not(null)", '? = "a" or ? = "c"',
    ),
    "loan.flag": ("-", "true", "false", "null", "not(true)", "true, false", "not(null)"),
    "loan.on": (
        "-", '< date("2024-01-11")', '>= date("2024-01-11")', '[date("2024-01-10")..date("2024-01-12")]',
        '(date("2024-01-10")..date("2024-01-12"))', '(date("2024-01-10")..date("2024-01-11"))', "null",
        'not(date("2024-01-11"))',
    ),
}  # fmt: skip
ALLOWED = {
    "loan.days": ("", ">= 0", "[0..31]", "0, 30, 31", "? > 0 and floor(?) = ?"),
    "loan.kind": ("", '"a", "b", "c"'),
}
WORDS = ('"red"', '"orange"', '"blue"')
NUMBERS = ("1", "-2", "0", "2.25")


@st.composite
def tables(draw: st.DrawFn, policies: str = "UAPFROC", most: int = 5, signs: bool = False) -> DecisionTable:
    """Make a table of one to four columns."""
    names = draw(st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3, unique=True))
    names = draw(st.sampled_from([names, names, [*names, names[0]]]))
    inputs = tuple(_input(draw, name) for name in names)
    cells = [CELLS[item.expression] for item in inputs]
    words = NUMBERS if signs else WORDS
    default = draw(st.sampled_from(["", "", words[0]]))
    output = Output(
        "x", "number" if signs else "string", values="" if signs else ", ".join(WORDS), default=default
    )
    notes = () if signs else draw(st.sampled_from([(), (Output("note", "string"),)]))
    rules = tuple(
        Rule(
            f"R{i}",
            tuple(draw(st.sampled_from(choice)) for choice in cells),
            (draw(st.sampled_from(words)), *(draw(st.sampled_from(['"x"', '"y"'])) for _ in notes)),
        )
        for i in range(1, draw(st.integers(0, most)) + 1)
    )
    policy = "C" if signs else draw(st.sampled_from(policies))
    sign = draw(st.sampled_from("+<>")) if signs else ""
    return DecisionTable("t", "t", policy, inputs, (output, *notes), rules, aggregation=sign)


def _input(draw: st.DrawFn, name: str) -> Input:
    kinds = {"loan.days": "number", "loan.kind": "string", "loan.flag": "boolean", "loan.on": "date"}
    allowed = draw(st.sampled_from(ALLOWED.get(name, ("",))))
    return Input(name, kinds[name], allowed=allowed, required=draw(st.booleans()))


def points(table: DecisionTable) -> Iterator[dict[str, object]]:
    """Give every combination of values that the inputs may have."""
    names = list(dict.fromkeys(item.expression for item in table.inputs))
    for values in product(*(_values(table, name) for name in names)):
        yield dict(zip(names, values, strict=True))


def _values(table: DecisionTable, name: str) -> list[object]:
    own = [item for item in table.inputs if item.expression == name]
    return [
        value
        for value in VALUES[name]
        if all(value is not None or not item.required for item in own)
        and all(value is None or not item.allowed or met(item.allowed, value) for item in own)
    ]


@cache
def met(test: str, value: object) -> bool:
    """Tell whether a value meets a cell, by the interpreter."""
    return feel.interpret_unary(feel.parse_unary(test), value, {}, AS_OF)


def hits(table: DecisionTable, point: dict[str, object]) -> list[str]:
    """Give the rules that an input meets, in the table's order."""
    return [
        rule.id
        for rule in table.rules
        if all(met(test, point[item.expression]) for item, test in zip(table.inputs, rule.tests, strict=True))
    ]

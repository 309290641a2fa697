"""Boxed expressions of DMN, each answered; values worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.engine import Engine
from postloan.policy import graph, graph_compiler
from postloan.policy.feel import nodes as n
from tests.policy.frames import AS_OF
from tests.policy.models import AMOUNT, STEPS, answer, decision, given, model, refused, table, words

D = Decimal


def entry(box: str, name: str = "") -> str:
    """Write an entry of a boxed context; without a name it is the context's answer."""
    variable = f'<variable name="{name}"/>' if name else ""
    return f"<contextEntry>{variable}{box}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def part(tag: str, text: str) -> str:
    return f"<{tag}>{words(text)}</{tag}>"


def binding(name: str, text: str) -> str:
    return f'<binding><parameter name="{name}"/>{words(text)}</binding>'


def row(*cells: str) -> str:
    return f"<row>{''.join(map(words, cells))}</row>"


def loop(kind: str, last: str, source: str, text: str) -> str:
    return f'<{kind} iteratorVariable="i">{part("in", source)}{part(last, text)}</{kind}>'


PARAMETER = '<formalParameter name="x y" typeRef="number"/>'
PLUS = f"<functionDefinition>{PARAMETER}{words('x y + amount')}</functionDefinition>"
MINUS = f"<invocation>{words('f')}{binding('b', '1')}{binding('a', 'amount')}</invocation>"
COLUMNS = '<column name="n"/><column name="m"/>'

BOXES = {
    "literal": (words("amount * 2"), D(6)),
    "today": (words("today()"), AS_OF),
    "context": (
        context(entry(words("amount"), "a b"), entry(words("a b + 1"), "c")),
        {"a b": D(3), "c": D(4)},
    ),
    "context with an answer": (context(entry(words("amount + 1"), "a"), entry(words("a * 10"))), D(40)),
    "list": (f"<list>{words('amount')}{words('2')}</list>", [D(3), D(2)]),
    "relation": (
        f"<relation>{COLUMNS}{row('1', 'amount')}{row('2', 'null')}</relation>",
        [{"n": D(1), "m": D(3)}, {"n": D(2), "m": None}],
    ),
    "function": (context(entry(PLUS, "f"), entry(words("f(2)"))), D(5)),
    "invocation of an entry": (context(entry(words("function(a, b) a - b"), "f"), entry(MINUS)), D(2)),
    "conditional": (
        f"<conditional>{part('if', 'amount > 2')}{part('then', '1')}{part('else', '2')}</conditional>",
        D(1),
    ),
    "filter": (
        f"<filter>{part('in', '[1, 3, 5]')}{part('match', 'item >= amount')}</filter>",
        [D(3), D(5)],
    ),
    "for": (loop("for", "return", "[1..3]", "i * amount"), [D(3), D(6), D(9)]),
    "some": (loop("some", "satisfies", "[1, 2]", "i > amount"), False),
    "every": (loop("every", "satisfies", "[1, 2]", "i < amount"), True),
}


@pytest.mark.parametrize("box", BOXES)
def test_each_boxed_expression(box: str) -> None:
    text, expected = BOXES[box]
    assert answer(AMOUNT + decision("A", text, "i_amount"), "A", amount=3) == expected


def test_a_boxed_filter_reads_the_entries_of_its_items() -> None:
    items = words("[{late days: 1, n: 1}, {late days: 9, n: 2}]")
    first = decision("Loans", items)
    box = f"<filter><in>{words('Loans')}</in><match>{words('late days > 5')}</match></filter>"
    context = '<itemDefinition name="t"><itemComponent name="late days"/></itemDefinition>'
    assert answer(context + first + decision("A", box, "d_Loans"), "A") == [{"late days": 9, "n": 2}]


SUMS = [("> 10", "1"), ("> 5", "2"), ("> 0", "4")]


@pytest.mark.parametrize(
    ("box", "amount", "expected"),
    [
        (table("FIRST", STEPS), 11, "high"),
        (table("FIRST", STEPS), 10, "middle"),
        (table("FIRST", STEPS), None, "low"),
        (table("UNIQUE", [("> 5", "1")]), 5, None),
        (table("UNIQUE", STEPS), 11, None),  # three hold where one may: null in the standard
        (table("ANY", [("> 5", "1"), ("> 3", "1")]), 6, 1),
        (table("ANY", [("> 5", "1"), ("> 3", "2")]), 6, None),
        (table("RULE ORDER", STEPS), 7, ["middle", "low"]),
        (table("COLLECT", SUMS), 7, [2, 4]),
        (table("COLLECT", SUMS), 0, []),
        (table("COLLECT", SUMS, extra="SUM"), 11, 7),
        (table("COLLECT", SUMS, extra="MIN"), 11, 1),
        (table("COLLECT", SUMS, extra="MAX"), 11, 4),
        (table("COLLECT", SUMS, extra="COUNT"), 6, 2),
        (table("COLLECT", SUMS, extra="COUNT"), 0, 0),
        (table("COLLECT", SUMS, extra="SUM"), 0, None),
        (table("FIRST", [("> 5", "1", '"x"')], ("n", "word")), 6, {"n": 1, "word": "x"}),
        (table("FIRST", [("> 5", "1", '"x"')], ("n", "word")), 5, None),
        (table("COLLECT", [("> 5", "1", '"x"'), ("-", "2", '"y"')], ("n", "word")), 6,
         [{"n": 1, "word": "x"}, {"n": 2, "word": "y"}]),
        (table("FIRST", [("-", "amount * 2")]), 6, 12),
        (table("FIRST", [("[1..5[", "1"), ("]5..9]", "2"), ("not(5)", "3")]), 5, None),
    ],
)  # fmt: skip
def test_decision_tables(box: str, amount: int | None, expected: object) -> None:
    assert answer(AMOUNT + decision("A", box, "i_amount"), "A", amount=amount) == expected


def test_a_default_where_hits_are_listed_is_refused_only_when_it_would_count() -> None:
    box = table("COLLECT", [("> 5", "1")]).replace(
        "<output/>", "<output><defaultOutputEntry><text>9</text></defaultOutputEntry></output>"
    )
    assert answer(AMOUNT + decision("A", box, "i_amount"), "A", amount=6) == [1]
    assert refused(AMOUNT + decision("A", box, "i_amount"), amount=5).code == "feel_refused"


def test_boxes_become_nodes_that_say_the_same() -> None:
    found = model(AMOUNT + decision("A", BOXES["context with an answer"][0], "i_amount")).decisions["A"].logic
    assert isinstance(found, n.Context)
    assert [entry.name for entry in found.entries] == ["a", ""]
    listed = model(AMOUNT + decision("A", table("FIRST", STEPS), "i_amount")).decisions["A"].logic
    assert isinstance(listed, n.Table)


def _over(expression: str, kind: str, allowed: str = "", extra: str = "") -> str:
    """Write a table with one rule that is met by a true or positive input, and one for the rest."""
    escaped = expression.replace(">", "&gt;")
    values = f"<inputValues><text>{allowed}</text></inputValues>" if allowed else ""
    test = {"boolean": "true", "number": "&gt; 0", "string": '"a"'}[kind]
    rules = "".join(
        f"<rule><inputEntry><text>{cell}</text></inputEntry><outputEntry><text>{entry}</text></outputEntry></rule>"
        for cell, entry in ((test, "1"), ("-", "2"))
    )
    return (
        f'<decisionTable hitPolicy="FIRST"><input><inputExpression typeRef="{kind}"><text>{escaped}</text>'
        f"</inputExpression>{values}</input><output>{extra}</output>{rules}</decisionTable>"
    )


def both(body: str, engine: Engine, **inputs: object) -> object:
    """Give the answer of `A` where the two paths agree."""
    read = model(body)
    found = graph.decide(read, "A", inputs, AS_OF)
    assert graph_compiler.answer(read, "A", inputs, AS_OF, engine) == found
    return found


@pytest.mark.parametrize(
    ("expression", "kind", "amount", "expected"),
    [
        ("amount > 3", "boolean", 4, D(1)),  # a comparison with a declared type is no name
        ("amount > 3", "boolean", 3, D(2)),
        ("amount - 1", "number", 2, D(1)),
        ("amount - 1", "number", 1, D(2)),
        ("amount in [1..3]", "boolean", 2, D(1)),
        ("amount in [1..3]", "boolean", 4, D(2)),
    ],
)
def test_an_input_may_be_an_expression_with_a_declared_type(
    expression: str, kind: str, amount: int, expected: object, engine: Engine
) -> None:
    body = AMOUNT + decision("A", _over(expression, kind), "i_amount")
    assert both(body, engine, amount=D(amount)) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("a", D(1)), ("b", D(2)), ("c", None), (None, D(2))],  # c is not among the values, null is no value
)
def test_an_input_beyond_its_values_has_no_answer(kind: str | None, expected: object, engine: Engine) -> None:
    body = given(kind="string") + decision("A", _over("kind", "string", '"a", "b"'), "i_kind")
    assert both(body, engine, kind=kind) == expected


def test_a_default_where_hits_are_listed_is_never_an_empty_list(engine: Engine) -> None:
    default = "<defaultOutputEntry><text>9</text></defaultOutputEntry>"
    listed = (
        _over("amount", "number", extra=default).replace('"FIRST"', '"COLLECT"').replace(">-<", ">&lt; 0<")
    )
    body = AMOUNT + decision("A", listed, "i_amount")
    assert both(body, engine, amount=D(1)) == [D(1)]
    assert refused(body, amount=D(0)).code == "feel_refused"
    assert graph_compiler.answer(model(body), "A", {"amount": D(0)}, AS_OF, engine) is None

"""Whole models by columns: the answer of the interpreter, for one case and over many rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Field
from postloan.errors import PolicyError
from postloan.policy import graph
from postloan.policy.graph_compiler import answer, compile_model
from tests.policy.frames import AS_OF

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(*parts: str) -> graph.Model:
    """Give a model of these elements."""
    body = "".join(parts)
    return graph.read_model(
        f'<definitions xmlns="{NAMESPACE}" name="m" namespace="n">{body}</definitions>'.encode(), "m.dmn"
    )


def given_input(name: str, kind: str) -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'


def needs(*names: str, inputs: bool = True) -> str:
    tag = "requiredInput" if inputs else "requiredDecision"
    return "".join(
        f'<informationRequirement><{tag} href="#{name}"/></informationRequirement>' for name in names
    )


def decision(name: str, logic: str, requires: str = "", kind: str = "") -> str:
    typed = f' typeRef="{kind}"' if kind else ""
    return f'<decision id="{name}" name="{name}"><variable name="{name}"{typed}/>{requires}{logic}</decision>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def table(
    policy: str,
    inputs: Mapping[str, str],
    outputs: Mapping[str, tuple[str, str]],
    rules: list[list[str]],
    kind: str = "Any",
) -> str:
    """Give a table: inputs with their kinds, outputs with values by priority and default, rules by cells."""
    heads = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in inputs.items()
    )
    for name, (values, default) in outputs.items():
        own = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
        own += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        heads += f'<output name="{name}" typeRef="{kind}">{own}</output>'
    rows = ""
    for cells in rules:
        tests = "".join(
            f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[: len(inputs)]
        )
        ends = "".join(
            f"<outputEntry><text>{escape(cell)}</text></outputEntry>" for cell in cells[len(inputs) :]
        )
        rows += f"<rule>{tests}{ends}</rule>"
    return f"<decisionTable {policy}>{heads}{rows}</decisionTable>"


def both(engine: Engine, made: graph.Model, name: str, inputs: Mapping[str, object]) -> object:
    """Give a decision's answer by columns, which is the interpreter's."""
    found = answer(made, name, inputs, AS_OF, engine)
    assert found == graph.decide(made, name, inputs, AS_OF), inputs
    return found


POLICIES = [
    'hitPolicy="UNIQUE"',
    'hitPolicy="ANY"',
    'hitPolicy="FIRST"',
    'hitPolicy="PRIORITY"',
    'hitPolicy="RULE ORDER"',
    'hitPolicy="OUTPUT ORDER"',
    'hitPolicy="COLLECT"',
    *(f'hitPolicy="COLLECT" aggregation="{sign}"' for sign in ("SUM", "MIN", "MAX", "COUNT")),
]

CELLS = {
    "a": st.sampled_from(
        ["-", "< 5", ">= 5", "[3..7]", "(3..7)", "5", "not(5)", "null", "3, 7", "> b", "[b..9]"]
    ),
    "s": st.sampled_from(["-", '"x"', '"x", "y"', 'not("x")', "null", 'starts with(?, "x")']),
}
NUMBERS = ["1", "2", "2.5", "-1"]


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, bool]:
    policy = draw(st.sampled_from(POLICIES))
    count = 1 if "aggregation" in policy else draw(st.integers(1, 2))
    ranked = "PRIORITY" in policy or "OUTPUT" in policy
    single = policy.split('"')[1] in ("UNIQUE", "ANY", "FIRST", "PRIORITY")
    default = draw(st.sampled_from(["", "7"])) if single or "aggregation" in policy else ""
    names = {f"o{i}": ("2.5, 2, 1, -1" if ranked else "", default) for i in range(count)}
    # null is no conclusion of a sum, a least or a greatest
    summed = "aggregation" in policy and "COUNT" not in policy
    outputs = st.sampled_from(NUMBERS if summed else [*NUMBERS, "null"])
    cells = [st.tuples(CELLS["a"], CELLS["s"], *[outputs] * count) for _ in range(draw(st.integers(1, 5)))]
    rules = [list(draw(row)) for row in cells]
    inline = draw(st.booleans())
    return table(policy, {"a": "number", "s": "string"}, names, rules, "number"), inline


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=tables(), data=st.data())
def test_a_random_table_of_any_hit_policy(
    engine: Engine, made: tuple[str, bool], data: st.DataObject
) -> None:
    logic, inline = made
    if inline:  # inside a context it is written out as an expression
        logic = f'<context><contextEntry><variable name="t"/>{logic}</contextEntry></context>'
    built = model(
        given_input("a", "number"),
        given_input("b", "number"),
        given_input("s", "string"),
        decision("D", logic, needs("a", "b", "s")),
    )
    for _ in range(2):
        inputs = {
            "a": data.draw(st.sampled_from([None, 0, 3, 5, 7, Decimal("4.999999"), 9])),
            "b": data.draw(st.sampled_from([None, 4, 8])),
            "s": data.draw(st.sampled_from([None, "", "x", "xy", "y"])),
        }
        both(engine, built, "D", inputs)


PAYMENT = model(
    '<itemDefinition name="tLoan"><itemComponent name="amount"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="rate"><typeRef>number</typeRef></itemComponent></itemDefinition>',
    given_input("loan", "tLoan"),
    given_input("months", "number"),
    '<businessKnowledgeModel id="PMT" name="PMT"><variable name="PMT"/><encapsulatedLogic>'
    + "".join(f'<formalParameter name="{name}" typeRef="number"/>' for name in "prn")
    + literal("(p*r/12)/(1-(1+r/12)**-n)")
    + "</encapsulatedLogic></businessKnowledgeModel>",
    decision("share", literal("loan.rate / 12"), needs("loan")),
    decision(
        "pay",
        literal("PMT(p: loan.amount, r: loan.rate, n: months)"),
        needs("loan", "months")
        + '<knowledgeRequirement><requiredKnowledge href="#PMT"/></knowledgeRequirement>',
    ),
    decision(
        "band",
        table(
            'hitPolicy="FIRST"',
            {"loan.amount": "number"},
            {"name": ("", ""), "code": ("", "")},
            [["> 500", '"large"', "2"], ["-", '"small"', "1"]],
        ),
        needs("loan"),
    ),
    decision("code", literal('band.name + "/" + string(band.code)'), needs("band", inputs=False)),
)


def test_an_annuity_has_twelve_digits(engine: Engine) -> None:
    inputs = {"loan": {"amount": 600_000, "rate": Decimal("0.0375")}, "months": 360}
    found = answer(PAYMENT, "pay", inputs, AS_OF, engine)
    exact = graph.decide(PAYMENT, "pay", inputs, AS_OF)
    assert isinstance(found, Decimal)
    assert isinstance(exact, Decimal)
    assert abs(found - exact) < Decimal("1e-8")
    assert round(found, 6) == Decimal("2778.693549")  # worked out with the usual formula of annuities


def test_a_quotient_has_34_digits(engine: Engine) -> None:
    found = both(engine, PAYMENT, "share", {"loan": {"amount": 1, "rate": Decimal("0.05")}})
    assert found == Decimal("0.004166666666666666666666666666666667")


ROWS = [
    {"id": "L1", "loan__amount": Decimal("500.00"), "loan__rate": Decimal("0.06"), "months": 12},
    {"id": "L2", "loan__amount": Decimal("500.01"), "loan__rate": None, "months": 1},
    {"id": "L3", "loan__amount": None, "loan__rate": Decimal("0.05"), "months": 0},
]
FIELDS = [
    Field("id", "string"),
    Field("loan__amount", "money"),
    Field("loan__rate", "decimal"),
    Field("months", "integer"),
]


@pytest.mark.parametrize("compiled", [True, False])
def test_a_graph_over_many_rows(engine: Engine, compiled: bool) -> None:
    book = engine.from_rows(ROWS, FIELDS, "book")
    found = compile_model(
        PAYMENT, "code", book, AS_OF, engine if compiled else None, ["id"] if compiled else []
    )
    rows = {row["id"]: row["code"] for row in engine.rows(found)}
    assert rows == {"L1": "small/1", "L2": "large/2", "L3": "small/1"}
    bands = engine.rows(compile_model(PAYMENT, "band", book, AS_OF).order_by("id"))
    assert [(row["band__name"], row["band__code"]) for row in bands] == [
        ("small", 1),
        ("large", 2),
        ("small", 1),
    ]


def test_a_missing_column_is_named(engine: Engine) -> None:
    book = engine.from_rows([{"id": "L1"}], FIELDS[:1], "book")
    with pytest.raises(PolicyError) as caught:
        compile_model(PAYMENT, "share", book, AS_OF)
    assert caught.value.code == "unknown_input"
    assert "loan__amount" in caught.value.mend


def test_a_conflict_is_null_for_a_case_and_stops_a_book(engine: Engine) -> None:
    rules = [["> 1", '"a"'], ["> 2", '"b"']]
    made = model(
        given_input("x", "number"),
        decision("D", table('hitPolicy="UNIQUE"', {"x": "number"}, {"o": ("", "")}, rules), needs("x")),
    )
    assert both(engine, made, "D", {"x": 2}) == "a"
    assert both(engine, made, "D", {"x": 3}) is None
    book = engine.from_rows([{"id": "L1", "x": 3}], [Field("id", "string"), Field("x", "integer")], "book")
    with pytest.raises(PolicyError) as caught:
        compile_model(made, "D", book, AS_OF, engine, ["id"])
    assert caught.value.code == "unique_conflict"
    assert "L1" in caught.value.message


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("12345678901234567890.123456789"), "x + 1"),
        (Decimal("-0.000000000001"), "x * 3"),
        (2**63, "x - 1"),
        (None, "x = null"),
        (Decimal("1E+3"), "x / 8"),
    ],
)
def test_any_number_may_be_given(engine: Engine, value: object, text: str) -> None:
    made = model(given_input("x", "number"), decision("D", literal(text), needs("x")))
    both(engine, made, "D", {"x": value})


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("date", date(9999, 12, 31), 'x + @"P1D"'),
        ("date", date(2024, 2, 29), 'x - @"P12M"'),
        ("date", date(2024, 2, 29), "x - today()"),
        ("string", "\U0001f600 ", "[x, x[1]]"),
        ("boolean", None, "x or true"),
        ("Any", [1, None, {"k": "v"}][:2], "count(x)"),
        ("Any", {"k": [1, 2]}, "{a: x.k[2], b: x}"),
    ],
)
def test_any_kind_of_answer(engine: Engine, kind: str, value: object, text: str) -> None:
    made = model(given_input("x", kind), decision("D", literal(text), needs("x")))
    both(engine, made, "D", {"x": value})


@pytest.mark.parametrize("policy", ["ANY", "FIRST", "UNIQUE"])
@pytest.mark.parametrize(
    ("kind", "low", "value"), [("number", "< 5", 4), ("date", '< @"2024-01-02"', date(2024, 1, 1))]
)
def test_null_is_below_nothing(engine: Engine, policy: str, kind: str, low: str, value: object) -> None:
    rules = [[low, '"low"']]
    if kind == "number":
        rules += [[f"[{i}..{i + 1})", f'"r{i}"'] for i in range(5, 75)]  # more than one word of bits
    logic = table(f'hitPolicy="{policy}"', {"x": kind}, {"o": ("", "")}, rules)
    made = model(given_input("x", kind), decision("D", logic, needs("x")))
    assert both(engine, made, "D", {"x": value}) == "low"
    assert both(engine, made, "D", {"x": None}) is None

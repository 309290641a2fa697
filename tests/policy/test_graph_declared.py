"""Declared types in a model: a value and a list of one become each other; what does not fit is refused."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from postloan.engine import Engine
from postloan.errors import PolicyError
from postloan.policy import graph, graph_compiler
from tests.policy.frames import AS_OF
from tests.policy.models import decision, given, knowledge, model, words

D = Decimal
TYPES = (
    '<itemDefinition name="Numbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>'
    '<itemDefinition name="Person"><itemComponent name="name"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="age"><typeRef>number</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="Texts"><functionItem outputTypeRef="string"/></itemDefinition>'
)


def typed(text: str, kind: str) -> str:
    """Write an expression that declares its own type."""
    return words(text).replace("<literalExpression>", f'<literalExpression typeRef="{kind}">')


def entries(kind: str, text: str, answer: str) -> str:
    first = f'<contextEntry><variable name="e" typeRef="{kind}"/>{words(text)}</contextEntry>'
    return f"<context>{first}<contextEntry>{words(answer)}</contextEntry></context>"


def service(kind: str) -> str:
    variable = f'<variable name="s" typeRef="{kind}"/>'
    return f'<decisionService id="s_1" name="s">{variable}<outputDecision href="#d_B"/></decisionService>'


def calls(parameter: str, body: str, text: str) -> str:
    return knowledge("f", {"a": parameter}, body) + decision("A", words(text), knows=("k_f",))


CALLED = decision("B", words("7")) + decision("A", words("s()"), knows=("s_1",))

CONVERTED = {
    "a decision's list of one": (decision("A", words("[n]"), "i_n", kind="number"), D(7)),
    "a decision's single value": (decision("A", words("n"), "i_n", kind="Numbers"), [D(7)]),
    "null is no list": (decision("A", words("null"), kind="Numbers"), None),
    "entries that are not declared stay": (
        decision("A", words('{name: "a", age: 1, more: 2}'), kind="Person"),
        {"name": "a", "age": D(1), "more": D(2)},
    ),
    "an expression": (decision("A", typed("[n]", "number"), "i_n"), D(7)),
    "an entry": (decision("A", entries("Numbers", "n", "count(e)"), "i_n"), D(1)),
    "an argument": (calls("Numbers", words("sum(a)"), "f(7)"), D(7)),
    "what a function gives": (calls("Any", typed("[a]", "number"), "f(7)"), D(7)),
    "a parameter in FEEL": (decision("A", words("{f: function(a: number) a + 1, y: f([n])}.y"), "i_n"), D(8)),
    "a service": (service("Numbers") + CALLED, [7]),
}  # fmt: skip


@pytest.mark.parametrize("case", CONVERTED)
def test_a_value_becomes_what_is_declared(case: str, engine: Engine) -> None:
    body, expected = CONVERTED[case]
    read = model(TYPES + given(n="number") + body)
    assert graph.decide(read, "A", {"n": D(7)}, AS_OF) == expected
    assert graph_compiler.answer(read, "A", {"n": D(7)}, AS_OF, engine) == expected


REFUSED = {
    "a context that lacks an entry": (decision("A", words('{name: "a"}'), kind="Person"), "age"),
    "an entry that lacks one": (decision("A", entries("Person", '{name: "a"}', "e = null")), "age"),
    "an argument that lacks one": (calls("Person", words("a = null"), 'f({name: "a"})'), "age"),
    "an expression": (decision("A", typed('"a"', "number")), "string"),
    "what a function gives": (calls("Any", typed("a", "Numbers"), 'f("x")'), "string"),
    "a list of two": (decision("A", words("[1, 2]"), kind="number"), "number"),
    "a service": (service("Texts") + CALLED, "string"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_value_that_is_none_of_its_declared_type_is_refused(case: str, engine: Engine) -> None:
    body, named = REFUSED[case]
    read = model(TYPES + body)
    with pytest.raises(PolicyError) as one:
        graph.decide(read, "A", {}, AS_OF)
    with pytest.raises(PolicyError) as other:
        graph_compiler.answer(read, "A", {}, AS_OF, engine)
    for caught in (one.value, other.value):
        assert caught.code == "ill_typed"
        assert named in f"{caught.message} {caught.mend}"


def test_a_service_that_is_asked_by_its_name_keeps_to_its_type(engine: Engine) -> None:
    read = model(TYPES + service("Texts") + decision("B", words("7")))
    with pytest.raises(PolicyError, match="string"):
        graph.decide(read, "s", {}, AS_OF)
    with pytest.raises(PolicyError, match="string"):
        graph_compiler.answer(read, "s", {}, AS_OF, engine)


def test_an_input_that_lacks_an_entry_is_refused() -> None:
    read = model(TYPES + given(p="Person") + decision("A", words("p = null"), "i_p"))
    with pytest.raises(PolicyError) as caught:
        graph.decide(read, "A", {"p": {"name": "a"}}, AS_OF)
    assert caught.value.code == "input_kind"
    assert "input p" in (caught.value.where or "")


COLOURS = '<allowedValues><text>"red", "green"</text></allowedValues>'
SHARES = (
    "<allowedValues><text>[0..1]</text></allowedValues>"
    "<typeConstraint><text>sum(?) = 1</text></typeConstraint>"
)
LIMITS = (
    f'<itemDefinition name="Colour"><typeRef>string</typeRef>{COLOURS}</itemDefinition>'
    f'<itemDefinition name="Shares" isCollection="true"><typeRef>number</typeRef>{SHARES}</itemDefinition>'
)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("Colour", '"red"', ""),
        ("Colour", '"blue"', "value_not_allowed"),
        ("Colour", "null", ""),
        ("Shares", "[0.4, 0.6]", ""),
        ("Shares", "[0.4, 0.5]", "value_not_allowed"),  # the list as a whole
        ("Shares", "[-1, 2]", "value_not_allowed"),  # each item
    ],
)
def test_a_decision_keeps_to_the_values_of_its_type(kind: str, text: str, code: str, engine: Engine) -> None:
    read = model(LIMITS + decision("A", words(text), kind=kind))
    asks = (graph.decide, partial(graph_compiler.answer, engine=engine))
    for ask in asks:
        found = ""
        try:
            ask(read, "A", {}, AS_OF)
        except PolicyError as error:
            found = error.code
        assert found == code


def test_a_number_of_many_digits_stays_exact(engine: Engine) -> None:
    wide = "1234567890123456789012345678901"
    read = model(given(n="number") + decision("A", words("string(n)"), "i_n"))
    assert graph.decide(read, "A", {"n": D(wide)}, AS_OF) == wide
    assert graph_compiler.answer(read, "A", {"n": D(wide)}, AS_OF, engine) == wide


def test_a_sum_of_hits_keeps_34_digits() -> None:
    rules = (
        "<rule><inputEntry><text>-</text></inputEntry><outputEntry><text>n</text></outputEntry></rule>" * 2
    )
    box = (
        '<decisionTable hitPolicy="COLLECT" aggregation="SUM"><input><inputExpression><text>n</text>'
        f"</inputExpression></input><output/>{rules}</decisionTable>"
    )
    read = model(given(n="number") + decision("A", box, "i_n"))
    found = graph.decide(read, "A", {"n": D("1234567890123456789012345678901")}, AS_OF)
    assert str(found) == "2469135780246913578024691357802"

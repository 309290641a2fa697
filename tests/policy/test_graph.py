"""DMN models: requirements, structures, functions and services; answers worked out by hand."""

from __future__ import annotations

import hashlib
from datetime import date, datetime

import pytest

from postloan.errors import PolicyError
from postloan.policy import graph
from tests.policy.frames import AS_OF
from tests.policy.models import (
    AMOUNT,
    STEPS,
    answer,
    decision,
    given,
    knowledge,
    model,
    refused,
    table,
    words,
)


@pytest.mark.parametrize("version", ["20151101", "20180521", "20191111", "20211108", "20230324"])
def test_every_version_is_read_and_its_bytes_are_kept(version: str) -> None:
    found = model(AMOUNT + decision("A", words("amount + 1"), "i_amount", kind="number"), version)
    assert found.sha256 == hashlib.sha256(found.source).hexdigest()
    assert found.decisions["A"].requires == ("amount",)
    assert graph.decide(found, "A", {"amount": 1}, AS_OF) == 2


def test_functions_of_knowledge_are_called_in_words_and_boxes() -> None:
    body = (
        AMOUNT
        + knowledge("Add One", {"n": "number"}, words("n + 1"))
        + knowledge("Twice", {"n": "number"}, words("Add One(n) * 2"), "k_Add_One")
        + decision("A", words("Twice(amount) + Add One(n: 1)"), "i_amount", knows=("k_Twice", "k_Add_One"))
        + decision(
            "B",
            f'<invocation>{words("Twice")}<binding><parameter name="n"/>{words("10")}</binding></invocation>',
            knows=("k_Twice",),
        )
    )
    assert answer(body, "A", amount=3) == 10
    assert answer(body, "B") == 22


def test_a_function_whose_logic_is_a_table() -> None:
    body = (
        given(x="number")
        + knowledge("Band", {"amount": "number"}, table("FIRST", STEPS))
        + decision("A", words('Band(x) + "!"'), "i_x", kind="string", knows=("k_Band",))
    )
    assert answer(body, "A", x=6) == "middle!"


LOAN = """<itemDefinition name="tKind"><typeRef>string</typeRef>
  <allowedValues><text>"farmer", "mortgage"</text></allowedValues></itemDefinition>
<itemDefinition name="tLoan"><itemComponent name="kind"><typeRef>tKind</typeRef></itemComponent>
  <itemComponent name="late days"><typeRef>number</typeRef></itemComponent>
  <itemComponent name="since"><typeRef>date</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tLoans" isCollection="true"><typeRef>tLoan</typeRef></itemDefinition>"""


def test_structures_give_kinds_and_allowed_values() -> None:
    found = model(LOAN + given(loans="tLoans"))
    assert found.inputs["loans"].kind == 'list<context<kind: string, "late days": number, since: date>>'
    rule = found.inputs["loans"].allowed[0]
    assert (rule.path, rule.tests) == (("kind",), '"farmer", "mortgage"')


def test_structures_are_read_by_entry() -> None:
    body = (
        LOAN
        + given(loan="tLoan", loans="tLoans")
        + decision("A", words("loan.late days + loan.since.year"), "i_loan", kind="number")
        + decision("B", words('count(loans[kind = "farmer" and late days > 30])'), "i_loans", kind="number")
        + decision("C", words("loan.late_days"), "i_loan")
    )
    loan = {"kind": "farmer", "late days": 31, "since": date(2020, 1, 1)}
    assert answer(body, "A", loan=loan) == 2051
    assert answer(body, "B", loans=[loan, {**loan, "late days": 30}]) == 1
    assert answer(body, "B", loans=loan) == 1  # one for a list of one
    assert answer(body, "A", loan=[loan]) == 2051
    assert refused(body, "C", loan=loan).code == "ill_typed"
    wrong = refused(body, "A", loan={**loan, "kind": "card"})
    assert (wrong.code, wrong.where) == ("input_not_allowed", "m.dmn, input loan")
    assert refused(body, "A", loan=5).code == "input_kind"
    assert refused(body, "A", lone=5).code == "unknown_input"
    assert refused(body, "A", loan={**loan, "late days": 0.5}).code == "input_kind"


def test_a_moment_is_no_date() -> None:
    body = given(at="dateTime") + decision("A", words("date(at)"), "i_at", kind="date")
    assert answer(body, "A", at=datetime.fromisoformat("2026-01-02T23:59:00")) == date(2026, 1, 2)
    assert refused(body, "A", at=date(2026, 1, 2)).code == "input_kind"


CHAIN = (
    AMOUNT
    + decision("First Step", words("amount + 1"), "i_amount", kind="number")
    + decision("Second", words("First Step * 2"), "d_First_Step", kind="number")
    + decision("A", words("Second + First Step"), "d_Second", "d_First_Step", kind="number")
)


def test_decisions_rest_on_each_other() -> None:
    found = model(CHAIN)
    assert graph.required(found, "A") == ["First Step", "Second", "A"]
    assert answer(CHAIN, "A", amount=1) == 6


def test_a_decision_that_is_given_is_not_worked_out() -> None:
    assert answer(CHAIN, "A", amount=1, **{"First Step": 10}) == 30
    assert graph.required(model(CHAIN), "A", {"First Step": 10}) == ["Second", "A"]


SERVICE = (
    CHAIN + '<decisionService id="s" name="Ask"><variable name="Ask"/><outputDecision href="#d_A"/>'
    '<outputDecision href="#d_Second"/><inputDecision href="#d_First_Step"/></decisionService>'
    '<decisionService id="t" name="Ask All"><variable name="Ask All"/><outputDecision href="#d_A"/>'
    '<encapsulatedDecision href="#d_Second"/><inputData href="#i_amount"/></decisionService>'
    + decision("Caller", words("Ask All(4) + Ask(First Step: 1).Second"), knows=("s", "t"))
)


def test_decision_services() -> None:
    assert answer(SERVICE, "Ask", **{"First Step": 10}) == {"A": 30, "Second": 20}
    assert answer(SERVICE, "Ask All", amount=1) == 6
    assert answer(SERVICE, "Caller") == 17  # (5 * 2 + 5) + 1 * 2
    assert refused(SERVICE, "Ask", amount=1).code == "unknown_input"


def test_a_service_of_inputs_and_decisions_is_called_by_name() -> None:
    mixed = SERVICE.replace(
        '<inputData href="#i_amount"/>', '<inputData href="#i_amount"/><inputDecision href="#d_Second"/>'
    )
    error = refused(mixed, "Caller")
    assert error.code == "ill_typed"
    assert "by name" in error.message


def test_a_decision_left_to_people_must_be_given() -> None:
    body = decision("Opinion", "") + decision("A", words('Opinion = "good"'), "d_Opinion", kind="boolean")
    assert model(body).decisions["Opinion"].logic is None
    assert answer(body, "A", Opinion="good") is True
    error = refused(body)
    assert (error.code, error.where) == ("no_logic", "m.dmn, decision Opinion")


@pytest.mark.parametrize(
    ("body", "code", "named"),
    [
        (
            decision("A", words("B"), "d_B")
            + decision("B", words("C"), "d_C")
            + decision("C", words("A"), "d_A"),
            "dmn_cycle",
            "A → B → C → A",
        ),
        (
            knowledge("F", {}, words("G()"), "k_G") + knowledge("G", {}, words("F()"), "k_F"),
            "dmn_cycle",
            "F → G → F",
        ),
        ('<import name="other" namespace="y" importType="z"/>', "dmn_refused", "`other`"),
        (decision("A", words("1"), "d_gone"), "dmn_reference", "#d_gone"),
        (decision("A", words("1")) + decision("A", words("2")), "dmn_syntax", "`A`"),
        (given(A="number") + decision("A", words("1")), "dmn_syntax", "A"),
    ],
)
def test_graphs_that_are_refused(body: str, code: str, named: str) -> None:
    with pytest.raises(PolicyError) as caught:
        model(body)
    assert caught.value.code == code
    assert named in caught.value.message
    assert caught.value.where.startswith("m.dmn")


@pytest.mark.parametrize(
    ("box", "code", "named"),
    [
        (words("amount +"), "feel_syntax", "amount +"),
        (words("other + 1"), "unknown_name", "other"),  # not required, so not seen
        (words("amount + true"), "ill_typed", "`+`"),
        (words('"text"'), "ill_typed", "declared a number"),
        (words(""), "dmn_syntax", "empty"),
        (words("1").replace("Expression>", 'Expression expressionLanguage="x:y">', 1), "dmn_refused", "x:y"),
        ('<functionDefinition kind="Java">' + words("1") + "</functionDefinition>", "dmn_refused", "JAVA"),
        ("<conditional><if>" + words("true") + "</if></conditional>", "dmn_syntax", "`then`"),
        ('<relation><column name="a"/><row/></relation>', "dmn_refused", "0 cells"),
        ("<context><contextEntry>" + words("1") + "</contextEntry><contextEntry>" + words("2")
         + "</contextEntry></context>", "dmn_refused", "answer before its end"),
        ('<context><contextEntry><variable name="a" typeRef="string"/>' + words("1")
         + "</contextEntry></context>", "ill_typed", "`a` is a number"),
        (table("FIRST", [('"x"', "1")]), "ill_typed", "number"),
    ],
)  # fmt: skip
def test_logic_that_is_refused_names_its_decision(box: str, code: str, named: str) -> None:
    body = given(amount="number", other="number") + decision("A", box, "i_amount", kind="number")
    error = refused(body, amount=1)
    assert error.code == code
    assert named in error.message
    assert error.where.startswith("m.dmn, decision A")
    assert [one.code for one in graph.check_model(model(body))] == [code]


def test_one_broken_decision_leaves_the_others() -> None:
    body = AMOUNT + decision("A", words("amount +"), "i_amount") + decision("B", words("amount"), "i_amount")
    assert answer(body, "B", amount=1) == 1
    assert [(one.code, one.where) for one in graph.check_model(model(body))] == [
        ("feel_syntax", "m.dmn, decision A")
    ]


def test_an_input_without_a_type_is_checked_by_its_value() -> None:
    body = given(x="Any") + decision("A", words("x + 1"), "i_x")
    assert answer(body, "A", x=1) == 2
    assert refused(body, "A", x="a").code == "ill_typed"
    assert answer(body, "A", x=None) is None


def test_hostile_xml_is_refused() -> None:
    for data, code in (
        (b'<!DOCTYPE a [<!ENTITY b "c">]><definitions/>', "dmn_entities"),
        (b"<definitions><decision name='A'>", "dmn_syntax"),
        (b"\x00", "dmn_entities"),
        (b"", "dmn_syntax"),
    ):
        with pytest.raises(PolicyError) as caught:
            graph.read_model(data, "m.dmn")
        assert caught.value.code == code


def test_deep_boxes_are_refused() -> None:
    deep = "<list>" * 3000 + words("1") + "</list>" * 3000
    assert refused(decision("A", deep)).code == "feel_too_large"


def test_a_long_chain_of_decisions_is_answered() -> None:
    links = [decision("D0", words("1"))]
    links += [decision(f"D{i}", words(f"D{i - 1} + 1"), f"d_D{i - 1}") for i in range(1, 400)]
    assert answer("".join(links), "D399") == 400


def test_a_fault_is_told_once_however_much_rests_on_it() -> None:
    body = decision("A", words("1 +")) + "".join(
        decision(f"B{i}", words("A"), "d_A", kind="number") for i in range(3)
    )
    assert [one.where for one in graph.check_model(model(body))] == ["m.dmn, decision A"]

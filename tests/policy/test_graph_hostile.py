"""Models that are broken or mean harm: each is refused with words, and none is answered in silence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.engine import Engine
from postloan.errors import PolicyError
from postloan.policy import graph, graph_compiler
from tests.policy.frames import AS_OF
from tests.policy.models import answer, decision, given, knowledge, model, refused, words

ONE = decision("A", words("1"))
DEEP = "<itemComponent name='a'>" * 2000 + "</itemComponent>" * 2000
CELL = words("1")
READS_N = given(n="number") + decision("B", words("n"), "i_n")
HIDDEN = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE d [<!ENTITY a "b">]><definitions/>'


def service(inside: str = '<outputDecision href="#d_B"/>') -> str:
    return f'<decisionService id="s" name="s">{inside}</decisionService>'


BROKEN = {
    "two of one id": (ONE + decision("B", words("2")).replace("d_B", "d_A"), "dmn_syntax", "d_A"),
    "a reference into another model": (
        decision("A", words("B"), "d_B").replace("#d_B", "urn:other#d_B") + decision("B", words("1")),
        "dmn_reference",
        "urn:other#d_B",
    ),
    "a function required as a value": (
        decision("A", words("1"), "k_f") + knowledge("f", {"a": "number"}, words("a")),
        "dmn_reference",
        "businessKnowledgeModel",
    ),
    "a decision required as a function": (
        decision("A", words("1"), knows=("d_B",)) + decision("B", words("1")),
        "dmn_reference",
        "decisionService",
    ),
    "two expressions": (decision("A", words("1") + words("2")), "dmn_syntax", "two expressions"),
    "two columns of one name": (
        decision("A", f'<relation><column name="c"/><column name="c"/><row>{CELL}{CELL}</row></relation>'),
        "dmn_syntax",
        "`c`",
    ),
    "two parameters of one name": (
        knowledge("f", {"a": "number"}, words("a")).replace(
            "<encapsulatedLogic>", '<encapsulatedLogic><formalParameter name="a"/>'
        )
        + decision("A", words("f(1)"), knows=("k_f",)),
        "dmn_syntax",
        "`a`",
    ),
    "a type without end": (
        f'<itemDefinition name="t">{DEEP}</itemDefinition>' + decision("A", words("1"), kind="t"),
        "feel_too_large",
        "`t`",
    ),
    "a service without outputs": (
        service("") + decision("A", words("s()"), knows=("s",)),
        "dmn_syntax",
        "output",
    ),
    "a service that hides an input": (
        service() + READS_N + decision("A", words("s()"), knows=("s",)),
        "dmn_reference",
        "`n`",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_refused_by_name(case: str) -> None:
    body, code, named = BROKEN[case]
    error = refused(body)
    assert error.code == code
    assert named in error.message
    assert error.where


def test_a_service_that_hides_an_input_is_refused_when_it_is_asked_itself() -> None:
    body = service() + READS_N
    assert refused(body, "s").code == "dmn_reference"


def test_a_reference_may_name_the_model_that_it_stands_in() -> None:
    body = decision("A", words("B + 1"), "d_B").replace("#d_B", "x#d_B") + decision("B", words("1"))
    assert answer(body, "A") == 2


@pytest.mark.parametrize(
    "data",
    [
        HIDDEN.encode("utf-16-le"),
        b"<!DOCTYPE d [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><definitions>&b;</definitions>",
    ],
)  # fmt: skip
def test_a_document_type_is_refused_in_every_encoding(data: bytes) -> None:
    with pytest.raises(PolicyError) as caught:
        graph.read_model(data, "m.dmn")
    assert caught.value.code == "dmn_entities"


def test_what_grows_too_large_while_it_runs_names_the_decision() -> None:
    error = refused(decision("A", words("count(for i in 1..1000, j in 1..1000 return i)")))
    assert (error.code, error.where) == ("feel_too_large", "m.dmn, decision A")


def test_a_number_wider_than_any_column_is_given_as_it_is(engine: Engine) -> None:
    read = model(decision("A", words("9**9**9**9")))
    found = graph.decide(read, "A", {}, AS_OF)
    assert isinstance(found, Decimal)
    assert found.adjusted() == 695  # 9 to the power of 729
    assert graph_compiler.answer(read, "A", {}, AS_OF, engine) == found


@pytest.mark.parametrize("text", ["n * n", "n ** 2", "n + n", "[n, n + n][2]"])
def test_columns_refuse_what_overflows(text: str, engine: Engine) -> None:
    read = model(given(n="number") + decision("A", words(text), "i_n"))
    with pytest.raises(PolicyError) as caught:
        graph_compiler.answer(read, "A", {"n": Decimal(2**63 - 1)}, AS_OF, engine)
    assert caught.value.code == "out_of_range"
    assert graph_compiler.answer(read, "A", {"n": Decimal(2)}, AS_OF, engine) == 4

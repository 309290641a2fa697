"""Where exact arithmetic ends: large numbers, many places, quotients, and what must be refused or stop."""

from __future__ import annotations

from decimal import Decimal

import pytest

from postloan.engine import Engine
from postloan.errors import PolicyError, PostloanError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.compiler import compile_test
from postloan.policy.feel.compiling.core import Compiler
from postloan.policy.feel.compiling.values import FunctionValue
from tests.policy.frames import AS_OF, frame

LARGEST = 2**63 - 1


def answer(engine: Engine, text: str | n.Node, **row: object) -> object:
    """Give an expression's answer over one row."""
    table = frame(engine, [{f"loan.{name}": value for name, value in row.items()}])
    node = feel.parse_expression(text) if isinstance(text, str) else text
    column = feel.compile_expression(node, table, AS_OF, "here")
    (found,) = engine.rows(table.select(answer=column))
    return found["answer"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("loan.days > 9223372036854775806", True),
        ("loan.days > 9223372036854775807", False),
        ("loan.days < 9223372036854775807.5", True),
        ("loan.days < 99999999999999999999", True),
        ("loan.days = 9223372036854775807.0", True),
        ("loan.days = 9223372036854775807.1", False),
        ("loan.days / 2 = 4611686018427387903.5", True),
        ("loan.days / 3 > 3074457345618258602.3", True),  # a third is …602.333…
        ("loan.days / 3 > 3074457345618258602.4", False),
        ("loan.days * 0.1 > 922337203685477580.6", True),
        ("loan.days * 0.1 > 922337203685477580.7", False),
    ],
)
def test_the_largest_integer_is_compared_exactly(engine: Engine, text: str, wanted: bool) -> None:
    assert answer(engine, text, days=LARGEST) is wanted
    assert feel.interpret(feel.parse_expression(text), {"loan.days": LARGEST}, AS_OF) is wanted


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("loan.days + 1", {"days": LARGEST}),
        ("loan.days * 2", {"days": LARGEST}),
        ("-(loan.days - 1)", {"days": -LARGEST}),
        ("loan.amount * 10", {"amount": Decimal("9999999999999999.99")}),
        ("loan.amount ** 3 > 1", {"amount": Decimal("9999999999999999.99")}),
        ("1.5 ** loan.days", {"days": 1201}),
        ("100000 ** loan.days", {"days": 400}),
        ("1.000001 ** loan.days - 1", {"days": 1}),  # what is left of the power is lost
    ],
)
def test_what_does_not_fit_stops_and_never_wraps(engine: Engine, text: str, row: dict[str, object]) -> None:
    with pytest.raises(PostloanError) as caught:
        answer(engine, text, **row)
    assert caught.value.code == "out_of_range"


@pytest.mark.parametrize(
    ("share", "days", "wanted"),
    [
        ("0.7", 7, False),  # exactly a tenth
        ("0.700001", 7, True),
        ("-0.700001", -7, True),
        ("-0.7", -7, False),
        ("0.7", -7, False),
        ("0.7", 0, None),
        (None, 7, None),
        ("0.7", None, None),
    ],
)
def test_a_quotient_at_its_threshold(
    engine: Engine, share: str | None, days: int | None, wanted: bool | None
) -> None:
    value = None if share is None else Decimal(share)
    assert answer(engine, "loan.share / loan.days > 0.1", share=value, days=days) is wanted
    assert answer(engine, "0.1 < loan.share / loan.days", share=value, days=days) is wanted


def test_a_cell_holds_a_quotient_against_its_threshold(engine: Engine) -> None:
    rows = [{"loan.share": Decimal(top), "loan.days": 3} for top in ("0.999999", "1", "1.000001", "0.3")]
    table = frame(engine, rows)
    node = feel.parse_expression("loan.share / loan.days")
    for cell, wanted in ((">= 0.333333", [True, True, True, False]), ("0.1", [False, False, False, True])):
        met = compile_test(node, feel.parse_unary(cell), table, AS_OF)
        found = [row["met"] for row in engine.rows(table.select("id", met=met).order_by("id"))]
        assert found == wanted
    with pytest.raises(PolicyError) as caught:
        compile_test(node, feel.parse_unary("> 0.1 ** loan.days"), table, AS_OF, "rule R1")
    assert (caught.value.code, caught.value.where) == ("feel_refused", "rule R1")
    assert "decimal(…, 6)" in caught.value.mend


def test_values_keep_34_digits(engine: Engine) -> None:
    assert answer(engine, "loan.share * loan.share", share=Decimal("0.333333")) == Decimal("0.111110888889")
    assert answer(engine, "if loan.flag then 1/3 else null", flag=True) == Decimal(
        "0.3333333333333333333333333333333333"
    )


def _name(text: str) -> n.Name:
    return n.Name(text)


def test_functions_and_contexts_are_put_in_place(engine: Engine) -> None:
    double = n.Function((n.Parameter("x"),), n.Arithmetic("*", _name("x"), n.Literal(Decimal(2))))
    node = n.Context(
        (
            n.Entry("twice", double),
            n.Entry(
                "pair", n.Context((n.Entry("a", _name("loan.days")), n.Entry("b", n.Literal(Decimal(5)))))
            ),
            n.Entry("", n.Call("twice", (n.Argument("x", n.Property(_name("pair"), "a")),))),
        )
    )
    assert answer(engine, node, days=21) == 42


def test_a_recursion_is_refused_by_name(engine: Engine) -> None:
    endless = n.Function((n.Parameter("x"),), n.Call("again", (n.Call("again", (_name("x"),)),)))
    scope = {"again": FunctionValue(endless, {})}
    scope["again"] = FunctionValue(endless, scope)
    table = frame(engine, [{"loan.days": 1}])
    with pytest.raises(PolicyError) as caught:
        Compiler(table, AS_OF, "here").value(n.Call("again", (_name("loan.days"),)), scope)
    assert caught.value.code == "feel_refused"
    assert "`again`, which calls itself" in caught.value.message


def test_a_list_without_bound_is_refused(engine: Engine) -> None:
    table = frame(engine, [{"loan.days": 1}])
    with pytest.raises(PolicyError) as caught:
        feel.compile_expression(
            feel.parse_expression("sum(for i in [1..2000] return i * loan.days)"), table, AS_OF, "here"
        )
    assert caught.value.code == "feel_refused"
    assert "1000 items" in caught.value.message
    assert caught.value.where == "here"


def test_an_expression_that_grows_beyond_measure_is_refused(engine: Engine) -> None:
    text = "loan.days"
    for _ in range(12):
        text = f"(for x in [{text}] return x * x + x)[1]"
    table = frame(engine, [{"loan.days": 1}])
    with pytest.raises(PolicyError) as caught:
        feel.compile_expression(feel.parse_expression(text), table, AS_OF, "here")
    assert caught.value.code == "feel_too_large"
    assert "30,000 parts" in caught.value.message

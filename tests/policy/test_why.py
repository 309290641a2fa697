"""Which rules held, and which missed by how little; worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postloan.policy import deciding, feel
from postloan.policy.checked import CheckedTable, validate
from postloan.policy.model import DecisionTable, Input, Output, Rule
from postloan.policy.why import Why, gap, why

DAY = date(2026, 11, 20)
ENV = {"loan.dpd_days": "number", "loan.suit_status": "string", "loan.share": "number", "loan.due_on": "date"}


def checked(*rules: tuple[str, str], policy: str = "F", required: bool = False, **more: str) -> CheckedTable:
    inputs = (Input("loan.dpd_days", "number", required=required), Input("loan.suit_status", "string"))
    outputs = (Output("colour", "string", **more),)
    made = tuple(Rule(f"R{i}", rule, ('"red"' if i == 1 else '"blue"',)) for i, rule in enumerate(rules, 1))
    return validate(DecisionTable("t", "T", policy, inputs, outputs, made), ENV)


def of(table: CheckedTable, days: int | None, suit: str | None, nearest: int = 3) -> Why:
    return why(table, {"loan.dpd_days": days, "loan.suit_status": suit}, DAY, nearest)


def test_the_rule_that_held_stands_with_its_conditions_and_values() -> None:
    told = of(checked(("> 90", "-"), ("> 30", "-")), 91, None)
    assert [(one.rule_id, one.counts) for one in told.held] == [("R1", True), ("R2", False)]
    assert [(one.test, one.value, one.met) for one in told.held[0].conditions] == [
        ("> 90", 91, True),
        ("-", None, True),
    ]
    assert told.answer == ({"rule_id": "R1", "colour": "red"},)


def test_a_rule_that_missed_by_one_condition_names_it_and_by_how_much() -> None:
    told = of(checked(("> 90", '"sued"'), ("> 30", '"sued"')), 87, "sued")
    (near,) = told.nearest
    (missed,) = near.missed
    assert (near.rule_id, missed.condition.input, missed.condition.test) == ("R1", "loan.dpd_days", "> 90")
    assert (missed.condition.value, missed.gap.amount) == (87, 3)
    assert near.distance == Decimal(3) / 90


def test_nearest_is_by_fewest_conditions_then_by_the_least() -> None:
    table = checked(("> 90", '"judged"'), ("> 1000", "-"), ("> 91", "-"), ("> 90", "-"), ("> 89", '"judged"'))
    told = of(table, 90, "none", nearest=9)
    # R4 stands on its bound; R3 is 1 off; R2 is 910 off; R5 misses the suit alone, which counts 1;
    # R1 misses both.
    assert [one.rule_id for one in told.nearest] == ["R4", "R3", "R2", "R5", "R1"]
    assert [one.missed[0].gap.amount for one in told.nearest[:3]] == [0, 1, 910]
    assert [one.rule_id for one in of(table, 90, "none", nearest=2).nearest] == ["R4", "R3"]


@pytest.mark.parametrize(
    ("cell", "value", "amount"),
    [
        ("> 90", 87, 3),
        ("> 90", 90, 0),
        (">= 90", 89, 1),
        ("< 0.50", Decimal("0.73"), Decimal("0.23")),
        ("[30..60]", 25, 5),
        ("[30..60]", 64, 4),
        ("(30..60)", 60, 0),
        ("5, 10, 20", 12, 2),
        ("< -5", 0, 5),
        ("> loan.share * 100", 87, 13),
        ("not(> 90)", 95, None),
        ("> 90", None, None),
        ("null", 3, None),
    ],
)
def test_how_far_a_number_is(cell: str, value: object, amount: object) -> None:
    found = gap(feel.parse_unary(cell, ENV), value, {"loan.share": Decimal(1)}, DAY)
    assert (None if found is None else found.amount) == amount


def test_how_far_a_date_is_and_a_word_is_not_measured() -> None:
    found = gap(feel.parse_unary('< date("2026-11-01")'), DAY, {}, DAY)
    assert (found.amount, found.unit) == (19, "days")
    assert gap(feel.parse_unary('"sued"'), "none", {}, DAY) is None
    assert gap(feel.parse_unary("> 5"), DAY, {}, DAY) is None


def test_a_rule_for_what_is_not_known_is_far_from_what_is_known() -> None:
    told = of(checked(("null", "-"), ("> 999", "-")), 90, None)
    assert [one.rule_id for one in told.nearest] == ["R2", "R1"]


def test_what_is_not_known_is_told_and_nothing_is_decided() -> None:
    told = of(checked(("> 90", "-"), ("-", "-"), required=True), None, "none")
    assert told.missing == ("loan.dpd_days",)
    assert told.answer == ({"rule_id": None, "colour": None},)
    assert [(one.rule_id, one.counts) for one in told.held] == [("R2", False)]
    assert told.nearest[0].missed[0].condition.value is None


def test_rules_that_contradict_each_other_are_told() -> None:
    told = of(checked(("> 90", "-"), ("> 30", "-"), policy="U"), 91, None)
    assert told.answer == ()
    assert "R1, R2" in told.conflict
    assert [one.rule_id for one in told.held] == ["R1", "R2"]


cells = st.sampled_from(["-", "> 90", "<= 30", "[31..90]", "null", "not(5)", "45, 60"])
words = st.sampled_from(["-", '"sued"', 'not("sued")', "null", '"none", "judged"'])


@given(
    rules=st.lists(st.tuples(cells, words), min_size=1, max_size=6),
    days=st.none() | st.integers(0, 100),
    suit=st.none() | st.sampled_from(["sued", "none", "judged"]),
    policy=st.sampled_from("FC"),
)
def test_every_rule_held_or_missed_and_the_nearest_are_sorted(
    rules: list[tuple[str, str]], days: int | None, suit: str | None, policy: str
) -> None:
    table = checked(*rules, policy=policy)
    told = of(table, days, suit, nearest=99)
    assert {one.rule_id for one in told.held} | {one.rule_id for one in told.nearest} == {
        rule.id for rule in table.table.rules
    }
    order = [(len(one.missed), one.distance) for one in told.nearest]
    assert order == sorted(order)
    traces = {
        trace.rule_id: trace
        for trace in deciding.explain(table, {"loan.dpd_days": days, "loan.suit_status": suit}, DAY)
    }
    for near in told.nearest:
        assert [one.condition for one in near.missed] == [
            one for one in traces[near.rule_id].conditions if not one.met
        ]
        assert near.missed


@given(value=st.integers(-200, 200), bound=st.integers(-200, 200))
def test_a_value_moved_by_its_gap_stands_on_the_bound(value: int, bound: int) -> None:
    for sign in ("<", "<=", ">", ">="):
        tests = feel.parse_unary(f"{sign} {bound}")
        if feel.interpret_unary(tests, Decimal(value), {}, DAY):
            continue
        found = gap(tests, Decimal(value), {}, DAY)
        moved = value - found.amount if sign.startswith("<") else value + found.amount
        assert moved == bound

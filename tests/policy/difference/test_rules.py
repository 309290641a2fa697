"""Difference by rule: rules matched by id and by what they say, and the head of the table."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from postloan.policy.difference.rules import Change, RuleChange, compare
from postloan.policy.table import DecisionTable, Input, Output, Rule
from tests.policy.verification.grid import tables

DAYS = Input("loan.days", "number", label="days", labels={"zh": "天数"})
COLOUR = Output("colour", "string")


def make(*rules: Rule, policy: str = "F") -> DecisionTable:
    return DecisionTable("t", "t", policy, (DAYS,), (COLOUR,), rules, annotations=("reference",))


RED = Rule("red", ("> 90",), ('"red"',), ("law 1",))
ORANGE = Rule("orange", ("> 30",), ('"orange"',))
BLUE = Rule("blue", ("-",), ('"blue"',))
OLD = make(RED, ORANGE, BLUE)


@settings(max_examples=50, deadline=None)
@given(tables())
def test_a_table_does_not_differ_from_itself(table: DecisionTable) -> None:
    assert not compare(table, table)


def test_a_changed_cell_stands_side_by_side() -> None:
    new = make(replace(RED, tests=("> 60",)), ORANGE, BLUE)
    assert compare(OLD, new).rules == (
        RuleChange("changed", "red", 1, 1, (Change("loan.days", "> 90", "> 60"),)),
    )


def test_added_and_removed_rules_come_with_their_cells() -> None:
    yellow = Rule("yellow", ("> 10",), ('"yellow"',), ("law 2",))
    found = compare(OLD, make(RED, yellow, BLUE))
    assert found.rules == (
        RuleChange(
            "removed", "orange", 2, 0, (Change("loan.days", "> 30", ""), Change("colour", '"orange"', ""))
        ),
        RuleChange(
            "added",
            "yellow",
            0,
            2,
            (
                Change("loan.days", "", "> 10"),
                Change("colour", "", '"yellow"'),
                Change("reference", "", "law 2"),
            ),
        ),
    )


def test_a_moved_rule_is_the_one_that_moved() -> None:
    assert compare(OLD, make(BLUE, RED, ORANGE)).rules == (RuleChange("moved", "blue", 3, 1),)


def test_a_rule_with_another_id_is_known_by_what_it_says() -> None:
    renamed = replace(ORANGE, id="amber")
    assert compare(OLD, make(RED, renamed, BLUE)).rules == (
        RuleChange("changed", "amber", 2, 2, (Change("id", "orange", "amber"),)),
    )


def test_dash_and_nothing_are_one() -> None:
    assert not compare(OLD, make(RED, ORANGE, replace(BLUE, tests=("",))))


def test_the_head_of_the_table() -> None:
    inputs = (replace(DAYS, required=True, labels={"zh": "逾期天数"}), Input("loan.kind", "string"))
    new = replace(OLD, hit_policy="C", aggregation="+", inputs=inputs, name="other")
    new = replace(new, rules=tuple(replace(rule, tests=(*rule.tests, "-")) for rule in new.rules))
    found = compare(OLD, new)
    assert found.rules == ()
    assert set(found.head) == {
        Change("name", "t", "other"),
        Change("hit policy", "F", "C+"),
        Change("input loan.days, labels zh", "天数", "逾期天数"),
        Change("input loan.days, required", "no", "yes"),
        Change("input", "", "loan.kind"),
    }

"""Verification against brute force: every rule held against every value that could make a difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.errors import PolicyError
from postloan.policy import deciding
from postloan.policy.findings import TableFinding
from postloan.policy.table import DecisionTable, validate
from postloan.policy.verification import verify
from tests.policy.frames import AS_OF, ENV
from tests.policy.verification.grid import hits, met, points, tables

MANY = 10_000


def found(table: DecisionTable, code: str) -> list[TableFinding]:
    return [one for one in verify(validate(table, ENV), limit=MANY) if one.code == code]


def rules_of(table: DecisionTable, code: str) -> set[str]:
    return {one.rules[0] for one in found(table, code)}


def first(table: DecisionTable, ids: Iterable[str]) -> list[str]:
    """Give rules in the order in which they win."""
    ranks = dict(zip((rule.id for rule in table.rules), validate(table, ENV).ranks, strict=True))
    return sorted(ids, key=lambda one: ranks[one])


def hit_by_interpreter(table: DecisionTable, values: dict[str, object]) -> list[str]:
    return [trace.rule_id for trace in deciding.explain(validate(table, ENV), values, AS_OF) if trace.hit]


@settings(max_examples=150, deadline=None)
@given(tables("UAPF"))
def test_gaps_are_what_no_rule_covers(table: DecisionTable) -> None:
    gaps = found(table, "gap")
    for gap in gaps:
        assert hit_by_interpreter(table, dict(gap.example)) == []
    for point in points(table):
        shown = any(all(met(test, point[name]) for name, test in gap.box.items()) for gap in gaps)
        expected = not hits(table, point) and not any(item.default for item in table.outputs)
        assert shown == expected, point


@settings(max_examples=150, deadline=None)
@given(tables("UAP"))
def test_overlaps_are_the_pairs_that_one_input_meets(table: DecisionTable) -> None:
    entries = {rule.id: rule.entries for rule in table.rules}
    expected = set()
    for point in points(table):
        for one, other in combinations(hits(table, point), 2):
            differ = entries[one] != entries[other]
            tied = entries[one][0] == entries[other][0]
            if table.hit_policy == "U" or (differ and (table.hit_policy == "A" or tied)):
                expected.add(frozenset((one, other)))
    overlaps = found(table, "overlap")
    assert {frozenset(one.rules) for one in overlaps} == expected
    for one in overlaps:
        assert set(one.rules) <= set(hit_by_interpreter(table, dict(one.example)))
        assert one.severity == ("warning" if table.hit_policy == "P" else "error")


@settings(max_examples=150, deadline=None)
@given(tables())
def test_unreachable_rules_are_met_by_no_input(table: DecisionTable) -> None:
    reached = {one for point in points(table) for one in hits(table, point)}
    assert rules_of(table, "unreachable") == {rule.id for rule in table.rules} - reached


@settings(max_examples=150, deadline=None)
@given(tables("FP", most=6))
def test_shadowed_rules_never_come_first(table: DecisionTable) -> None:
    met_by = [hits(table, point) for point in points(table)]
    winners = {first(table, one)[0] for one in met_by if one}
    reached = {one for ids in met_by for one in ids}
    assert rules_of(table, "shadowed") == reached - winners


@settings(max_examples=150, deadline=None)
@given(st.one_of(tables(most=4), tables(signs=True, most=4)))
def test_redundant_rules_can_all_be_taken_away(table: DecisionTable) -> None:
    expected = set()
    left = [
        rule
        for rule in first(table, [rule.id for rule in table.rules])
        if rule not in rules_of(table, "unreachable") | rules_of(table, "shadowed")
    ]
    for rule in reversed(list(left)):
        rest = [one for one in left if one != rule]
        if table.hit_policy not in "ROC" or table.aggregation:
            region = [point for point in points(table) if rule in hits(table, point)]
            if all(
                _answer(table, left, point) == _answer(table, rest, point) != "conflict" for point in region
            ):
                expected.add(rule)
                left = rest
    assert rules_of(table, "redundant") == expected


def _answer(table: DecisionTable, rules: list[str], point: dict[str, object]) -> object:
    part = replace(table, rules=tuple(rule for rule in table.rules if rule.id in rules))
    try:
        (row,) = deciding.decide(validate(part, ENV), point, AS_OF)
    except PolicyError:
        return "conflict"
    return {name: value for name, value in row.items() if name not in ("rule_id", "rule_ids")}


@settings(max_examples=100, deadline=None)
@given(tables())
def test_inputs_that_decide_nothing_are_met_by_every_value(table: DecisionTable) -> None:
    expected = {
        item.expression
        for i, item in enumerate(table.inputs)
        if table.rules
        and all(met(rule.tests[i], point[item.expression]) for rule in table.rules for point in points(table))
    }
    assert {name for one in found(table, "non_discriminating") for name in one.box} == expected

"""Difference by meaning against brute force, and on tables made by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.errors import PolicyError
from postloan.policy import deciding
from postloan.policy.difference.meaning import Meaning, compare
from postloan.policy.table import CheckedTable, DecisionTable, Input, Output, Rule, validate
from tests.policy.frames import AS_OF, ENV
from tests.policy.verification.grid import CELLS, met, points, tables

DAYS = Input("loan.days", "number", required=True)
KIND = Input("loan.kind", "string", required=True)
COLOUR = Output("colour", "string", values='"red", "orange", "blue"')


@st.composite
def versions(
    draw: st.DrawFn, policies: str = "UAPFROC", signs: bool = False
) -> tuple[DecisionTable, DecisionTable]:
    """Make a table and a version of it with a rule changed, moved, added or taken away."""
    old = draw(tables(policies, most=4, signs=signs))
    rules = list(old.rules)
    for _ in range(draw(st.integers(0, 2))):
        if rules and draw(st.booleans()):
            at = draw(st.integers(0, len(rules) - 1))
            rule = rules.pop(at)
            column = draw(st.integers(0, len(old.inputs) - 1))
            cell = draw(st.sampled_from(CELLS[old.inputs[column].expression]))
            changed = replace(rule, tests=(*rule.tests[:column], cell, *rule.tests[column + 1 :]))
            if draw(st.booleans()):
                rules.insert(draw(st.integers(0, len(rules))), draw(st.sampled_from([changed, rule])))
        else:
            rules.append(
                Rule(
                    f"N{len(rules)}{draw(st.integers(0, 10**6))}",
                    tuple(draw(st.sampled_from(CELLS[item.expression])) for item in old.inputs),
                    draw(st.sampled_from([one.entries for one in old.rules] or [_entries(old)])),
                )
            )
    inputs = tuple(replace(item, required=draw(st.booleans())) for item in old.inputs)
    same = draw(st.integers(0, 3)) > 0
    return old, replace(old, rules=tuple(rules), inputs=old.inputs if same else inputs)


def _entries(table: DecisionTable) -> tuple[str, ...]:
    return tuple("1" if item.kind == "number" else '"red"' for item in table.outputs)


def outcome(checked: CheckedTable, point: dict[str, object]) -> Any:
    """Give what a table answers, as something to compare: without ids, a bag where order says nothing."""
    if deciding.is_missing(checked, point, AS_OF):
        return "not_measurable"
    try:
        rows = deciding.decide(checked, point, AS_OF)
    except PolicyError:
        return "conflict"
    left = ("rule_order", "rule_ids")
    told = [tuple((k, v) for k, v in row.items() if k not in (*left, "rule_id")) for row in rows]
    if checked.table.hit_policy == "C" and not checked.table.aggregation:
        return Counter(told)
    if not checked.has_default and rows and rows[0].get("rule_id", "") is None:
        return "none"
    return told


@settings(max_examples=120, deadline=None)
@given(st.one_of(versions(), versions("FPU"), versions(signs=True)))
def test_changes_are_exactly_the_inputs_with_another_outcome(
    pair: tuple[DecisionTable, DecisionTable],
) -> None:
    old, new = (validate(one, ENV) for one in pair)
    found = compare(old, new, limit=10_000)
    assert found.decided
    # An input that both versions require has no null: neither version answers then.
    one, other = ({item.expression for item in table.inputs if item.required} for table in pair)
    inputs = (replace(item, required=item.expression in one & other) for item in pair[0].inputs)
    whole = replace(pair[0], inputs=tuple(inputs))
    for point in points(whole):
        before, after = outcome(old, point), outcome(new, point)
        inside = [
            one for one in found.changes if all(met(test, point[name]) for name, test in one.box.items())
        ]
        assert bool(inside) == (before != after), point
        for change in inside:
            _same(change.old.state, change.old.rows, before)
            _same(change.new.state, change.new.rows, after)
    for change in found.changes:
        example = dict(change.example)
        assert outcome(old, example) != outcome(new, example)


def _same(state: str, rows: tuple[Any, ...], expected: Any) -> None:
    """See that the outcome told is the one that is given."""
    if state == "answer" and not isinstance(expected, Counter):
        assert [tuple(row.items()) for row in rows] == expected
    elif state in ("conflict", "not_measurable"):
        assert expected == state


def make(policy: str, rows: list[tuple[str, ...]], inputs: tuple[Input, ...] = (DAYS,)) -> CheckedTable:
    wide = len(inputs)
    number = policy[1:] != ""
    output = Output("points", "number") if number else COLOUR
    rules = tuple(Rule(f"R{i}", row[:wide], row[wide:]) for i, row in enumerate(rows, 1))
    return validate(DecisionTable("t", "t", policy[0], inputs, (output,), rules, aggregation=policy[1:]), ENV)


def told(found: Meaning) -> list[tuple[Any, ...]]:
    return [
        (dict(one.box), one.old.state, [*one.old.rows], one.new.state, [*one.new.rows])
        for one in found.changes
    ]


RED, ORANGE, BLUE = ({"colour": name} for name in ("red", "orange", "blue"))


def test_a_threshold_moved_by_one_changes_what_lies_between() -> None:
    old = make("F", [("> 90", '"red"'), ("> 30", '"orange"'), ("-", '"blue"')])
    new = make("F", [("> 91", '"red"'), ("> 30", '"orange"'), ("-", '"blue"')])
    found = compare(old, new)
    assert told(found) == [({"loan.days": "(90..91]"}, "answer", [RED], "answer", [ORANGE])]
    assert found.changes[0].example == {"loan.days": Decimal(91)}


@pytest.mark.parametrize(
    "rows",
    [
        [("> 90", '"red"'), ("(30..90]", '"orange"'), ("<= 30", '"blue"')],
        [("<= 30", '"blue"'), ("> 90", '"red"'), ("-", '"orange"')],
        [("> 90", '"red"'), ("(30..60]", '"orange"'), ("(60..90]", '"orange"'), ("-", '"blue"')],
    ],
)
def test_tables_that_say_the_same_in_other_words_are_equal(rows: list[tuple[str, ...]]) -> None:
    old = make("F", [("> 90", '"red"'), ("> 30", '"orange"'), ("-", '"blue"')])
    found = compare(old, make("F", rows))
    assert (found.changes, found.decided) == ((), True)


def test_another_hit_policy_is_a_change_of_meaning() -> None:
    rows = [("> 30", '"orange"'), ("> 90", '"red"')]
    assert told(compare(make("F", rows), make("P", rows))) == [
        ({"loan.days": "> 90"}, "answer", [ORANGE], "answer", [RED])
    ]
    assert told(compare(make("F", rows), make("U", rows))) == [
        ({"loan.days": "> 90"}, "answer", [ORANGE], "conflict", [])
    ]


def test_a_column_more_changes_what_it_leaves_out() -> None:
    old = make("F", [("> 30", '"orange"')])
    new = make("F", [("> 30", '"a"', '"orange"')], (DAYS, KIND))
    assert told(compare(old, new)) == [
        ({"loan.days": "<= 30", "loan.kind": "null"}, "none", [], "not_measurable", []),
        ({"loan.days": "> 30", "loan.kind": 'not("a", null)'}, "answer", [ORANGE], "none", []),
        ({"loan.days": "> 30", "loan.kind": "null"}, "answer", [ORANGE], "not_measurable", []),
    ]


def test_tables_that_collect_tell_what_is_lost_and_won() -> None:
    rows = [("> 30", '"orange"'), ("> 60", '"blue"')]
    found = compare(make("C", rows), make("C", [rows[0], ("> 60", '"red"')]))
    assert told(found) == [({"loan.days": "> 60"}, "part", [BLUE], "part", [RED])]
    assert compare(make("C", rows), make("C", rows[::-1])).changes == ()
    assert compare(make("R", rows), make("R", rows[::-1])).changes != ()


def test_points_tell_what_they_were_and_are() -> None:
    old, new = (make("C+", [("> 30", "40"), ("> 60", points_), ("> 0", "1")]) for points_ in ("50", "55"))
    assert told(compare(old, new)) == [
        ({"loan.days": "> 60"}, "part", [{"points": Decimal(50)}], "part", [{"points": Decimal(55)}])
    ]


def test_what_cannot_be_decided_is_said() -> None:
    old = make("F", [("> loan.amount", '"red"')])
    new = make("F", [("> loan.amount", '"blue"')])
    found = compare(old, new)
    assert (found.decided, found.reason) == (False, "opaque")
    same = compare(old, make("F", [("> loan.amount", '"red"')]))
    assert (same.changes, same.decided) == ((), True)


def test_outputs_that_one_alone_has_are_left_out() -> None:
    old = make("F", [("> 30", '"red"')])
    other = validate(replace(old.table, outputs=(Output("other", "string"),)), ENV)
    found = compare(old, other)
    assert (found.decided, found.reason) == (False, "outputs")


def test_the_limit_is_kept_and_said() -> None:
    few = make("U", [(str(i), f'"{colour}"') for i, colour in enumerate(["red", "orange", "blue"])])
    others = make("U", [(str(i), f'"{colour}"') for i, colour in enumerate(["orange", "blue", "red"])])
    found = compare(few, others, limit=2)
    assert (len(found.changes), found.cut_off) == (2, True)


def test_one_change_of_outcome_is_one_box_wherever_it_is() -> None:
    old = make("U", [(str(i), '"red"') for i in range(0, 12, 2)])
    new = make("U", [(str(i), '"blue"' if i % 4 else '"orange"') for i in range(0, 12, 2)])
    assert told(compare(old, new)) == [
        ({"loan.days": "0, 4, 8"}, "answer", [RED], "answer", [ORANGE]),
        ({"loan.days": "2, 6, 10"}, "answer", [RED], "answer", [BLUE]),
    ]


NUMBER = Output("n", "number")


def computing(test: str, entry: str, *, expression: str = "loan.days") -> CheckedTable:
    item = Input(expression, "number", required=True)
    return validate(DecisionTable("t", "t", "F", (item,), (NUMBER,), (Rule("R1", (test,), (entry,)),)), ENV)


@pytest.mark.parametrize(
    ("one", "other", "facts"),
    [
        ("loan.share * 2", "loan.share / 2", {"loan.days", "loan.share"}),
        ("loan.days", "5", {"loan.days"}),
        ("loan.days + 1", "loan.days", {"loan.days"}),
    ],
)
def test_computed_outputs_differ_on_the_example(one: str, other: str, facts: set[str]) -> None:
    old, new = computing("> 4", one), computing("> 4", other)
    (change,) = compare(old, new).changes
    assert set(change.example) == facts
    before, after = (deciding.decide(table, change.example, AS_OF) for table in (old, new))
    assert before != after


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("1 + 1", "2", ""),
        ("loan.share + 1", "1 + loan.share", "alike"),  # the same, which is not proven
    ],
)
def test_outputs_written_otherwise_are_no_change(one: str, other: str, reason: str) -> None:
    found = compare(computing("> 4", one), computing("> 4", other))
    assert (found.changes, found.decided, found.reason) == ((), not reason, reason)


def test_what_a_computed_input_may_never_come_to_is_no_change() -> None:
    old = computing("< 0", "1", expression="abs(loan.days)")
    new = computing("< -1", "1", expression="abs(loan.days)")
    found = compare(old, new)
    assert (found.changes, found.decided, found.reason) == ((), False, "entangled")
    (change,) = compare(old, computing("< 1", "1", expression="abs(loan.days)")).changes
    assert dict(change.box) == {"abs(loan.days)": "[0..1)"}

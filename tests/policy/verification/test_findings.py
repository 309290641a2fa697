"""Findings of tables made by hand: what is found, the box it holds for, and an example of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import product

import pytest

from postloan.policy import deciding
from postloan.policy.findings import TableFinding
from postloan.policy.table import DecisionTable, Input, Output, Rule, validate
from postloan.policy.verification import verify, wording
from tests.policy.frames import AS_OF, ENV

DAYS = Input("loan.days", "number", required=True)
SHARE = Input("loan.share", "number", required=True)
KIND = Input("loan.kind", "string", required=True)
KINDS = Input("loan.kind", "string", required=True, allowed='"a", "b", "c"')
FLAG = Input("loan.flag", "boolean")
ON = Input("loan.on", "date", required=True)
COLOUR = Output("colour", "string", values='"red", "orange", "blue"')
RED, ORANGE, BLUE = '"red"', '"orange"', '"blue"'

Rows = list[tuple[str, ...]]


def make(
    policy: str, rows: Rows, inputs: tuple[Input, ...] = (DAYS,), outputs: tuple[Output, ...] = (COLOUR,)
) -> DecisionTable:
    wide = len(inputs)
    rules = tuple(Rule(f"R{i}", row[:wide], row[wide:]) for i, row in enumerate(rows, 1))
    return DecisionTable("t", "t", policy[0], inputs, outputs, rules, aggregation=policy[1:])


def look(table: DecisionTable, code: str = "", env: Mapping[str, str] = ENV) -> list[TableFinding]:
    return [one for one in verify(validate(table, env)) if code in ("", one.code)]


def boxes(table: DecisionTable) -> list[dict[str, str]]:
    return [dict(one.box) for one in look(table, "gap")]


@pytest.mark.parametrize(
    ("rows", "box", "example"),
    [
        ([("< 30", RED), ("> 30", BLUE)], "30", "30"),
        ([("<= 30", RED), ("> 30", BLUE)], None, None),
        ([("< 30", RED), ("> 31", BLUE)], "[30..31]", "30"),
        ([("<= 30", RED), ("> 31", BLUE)], "(30..31]", "31"),
        ([("<= 30", RED), (">= 31", BLUE)], "(30..31)", "30.5"),
        ([("<= 30", RED)], "> 30", "31"),
        ([("> 0.75", RED)], "<= 0.75", "0"),
        ([(">= 0.75", RED)], "< 0.75", "0"),
        ([("not(30)", RED)], "30", "30"),
        ([("[1..30]", RED), ("[31..90]", BLUE)], "< 1, (30..31), > 90", "0"),
        ([], "-", "0"),
    ],
)
def test_a_gap_has_exact_bounds_and_an_example(rows: Rows, box: str | None, example: str | None) -> None:
    found = look(make("U", rows), "gap")
    if box is None:
        assert found == []
        return
    (gap,) = found
    assert dict(gap.box) == ({} if box == "-" else {"loan.days": box})
    assert gap.severity == "warning"
    assert gap.example == {"loan.days": Decimal(str(example))}


def test_a_gap_of_null_is_told_unless_the_input_is_required_or_never_null() -> None:
    rows: Rows = [("<= 30", RED), ("> 30", BLUE)]
    open_ = make("F", rows, (Input("loan.days", "number"),))
    (gap,) = look(open_, "gap")
    assert (gap.box, gap.example) == ({"loan.days": "null"}, {"loan.days": None})
    assert gap.message == "No rule covers loan.days is empty."
    assert verify(validate(open_, ENV), never_null=["loan.days"]) == []
    assert look(make("F", rows), "gap") == []


def test_texts_that_no_rule_covers_are_listed_and_not_made_a_range() -> None:
    (gap,) = look(make("F", [('not("ab", "b")', RED)], (KIND,)), "gap")
    assert gap.box == {"loan.kind": '"ab", "b"'}
    assert gap.message == 'No rule covers loan.kind in ("ab", "b").'
    without = Input("loan.kind", "string", required=True, allowed='not("a")')
    (gap,) = look(make("F", [('not("ab", "b")', RED)], (without,)), "gap")
    assert gap.box == {"loan.kind": '"ab", "b"'}


def test_a_gap_over_two_columns_names_both() -> None:
    rows = [("<= 30", '"a"', RED), ("> 30", "-", BLUE)]
    (gap,) = look(make("F", rows, (DAYS, KINDS)), "gap")
    assert gap.box == {"loan.days": "<= 30", "loan.kind": '"b", "c"'}
    assert gap.message == 'No rule covers loan.days <= 30, loan.kind in ("b", "c").'
    assert gap.example == {"loan.days": Decimal(30), "loan.kind": "b"} or gap.example["loan.days"] <= 30  # type: ignore[operator]


def test_words_that_no_cell_names_are_one_piece_unless_the_values_are_listed() -> None:
    rows: Rows = [('"a"', RED), ('"b"', BLUE)]
    (gap,) = look(make("U", rows, (KIND,)), "gap")
    assert (gap.box, gap.example) == ({"loan.kind": 'not("a", "b")'}, {"loan.kind": "other"})
    (gap,) = look(make("U", rows, (KINDS,)), "gap")
    assert (gap.box, gap.example) == ({"loan.kind": '"c"'}, {"loan.kind": "c"})
    assert boxes(make("U", [('"a"', RED), ('not("a")', BLUE)], (KIND,))) == []


def test_words_have_an_order_where_a_cell_asks_for_it() -> None:
    (gap,) = look(make("U", [('< "b"', RED), ('> "b"', BLUE)], (KIND,)), "gap")
    assert (gap.box, gap.example) == ({"loan.kind": '"b"'}, {"loan.kind": "b"})


def test_days_follow_one_another_without_a_gap() -> None:
    rows: Rows = [('<= date("2024-02-28")', RED), ('>= date("2024-03-01")', BLUE)]
    (gap,) = look(make("U", rows, (ON,)), "gap")
    assert gap.example == {"loan.on": date(2024, 2, 29)}
    rows = [('<= date("2024-02-28")', RED), ('>= date("2024-02-29")', BLUE)]
    assert boxes(make("U", rows, (ON,))) == []


def test_true_false_and_null_are_all_there_is() -> None:
    assert boxes(make("U", [("true", RED)], (FLAG,))) == [{"loan.flag": "false, null"}]
    assert boxes(make("U", [("not(true)", RED)], (FLAG,))) == [{"loan.flag": "true"}]


def test_allowed_ranges_restrict_the_values() -> None:
    inside = Input("loan.days", "number", required=True, allowed="[0..100]")
    assert boxes(make("U", [("< 50", RED)], (inside,))) == [{"loan.days": "[50..100]"}]
    assert boxes(make("U", [("<= 100", RED)], (inside,))) == []
    assert [
        one.rules for one in look(make("U", [("> 100", RED), ("-", BLUE)], (inside,)), "unreachable")
    ] == [("R1",)]


@pytest.mark.parametrize(
    ("allowed", "gaps"),
    [
        ("", ["< 1, (30..31), > 90"]),
        ("floor(?) = ?", ["< 1, > 90"]),
        ("? >= 1 and ? = floor(?)", ["> 90"]),
        ("[1..90]", ["(30..31)"]),
    ],
)
def test_whole_numbers_have_none_between_where_the_allowed_values_say_so(
    allowed: str, gaps: list[str]
) -> None:
    days = Input("loan.days", "number", required=True, allowed=allowed)
    table = make("U", [("[1..30]", RED), ("[31..90]", BLUE)], (days,))
    assert [one["loan.days"] for one in boxes(table)] == gaps


@pytest.mark.parametrize("policy", ["C", "R", "O", "C+", "C#"])
def test_tables_that_collect_are_not_bothered(policy: str) -> None:
    entries = ("1", "2") if policy in ("C+", "C#") else (RED, BLUE)
    output = Output("n", "number") if policy in ("C+", "C#") else COLOUR
    rows: Rows = [("> 30", entries[0]), ("> 60", entries[1])]
    assert look(make(policy, rows, outputs=(output,))) == []


def test_a_default_leaves_no_gap() -> None:
    output = Output("colour", "string", default=BLUE)
    assert look(make("U", [("> 30", RED)], outputs=(output,)), "gap") == []


@pytest.mark.parametrize(
    ("policy", "second", "severity"),
    [
        ("U", RED, "error"),
        ("U", BLUE, "error"),
        ("A", RED, None),
        ("A", BLUE, "error"),
        ("F", BLUE, None),
        ("P", BLUE, None),
    ],
)
def test_an_overlap_is_an_error_where_the_policy_forbids_it(
    policy: str, second: str, severity: str | None
) -> None:
    table = make(policy, [("[1..30]", RED), ("[30..90]", second), ("> 90", BLUE), ("< 1", BLUE)])
    found = look(table, "overlap")
    assert [one.severity for one in found] == ([severity] if severity else [])
    for one in found:
        assert (one.rules, one.box, one.example) == (
            ("R1", "R2"),
            {"loan.days": "30"},
            {"loan.days": Decimal(30)},
        )


@pytest.mark.parametrize(("second", "count"), [("(30..90]", 0), ("[30..90]", 1), ("[29.99..90]", 1)])
def test_an_overlap_at_before_and_after_the_bound(second: str, count: int) -> None:
    table = make("U", [("[1..30]", RED), (second, BLUE)])
    assert len(look(table, "overlap")) == count


def test_priority_is_told_of_ties_that_answer_differently() -> None:
    note = Output("note", "string")
    rows: Rows = [("> 30", RED, '"x"'), ("> 60", RED, '"y"'), ("> 90", BLUE, '"z"')]
    found = look(make("P", rows, outputs=(COLOUR, note)), "overlap")
    assert [(one.rules, one.severity) for one in found] == [(("R1", "R2"), "warning")]


def test_a_rule_behind_one_or_several_is_shadowed() -> None:
    rows: Rows = [
        ("> 30", RED),
        ("> 60", BLUE),
        ("<= 10", RED),
        ("[15..60]", BLUE),
        ("(40..50)", ORANGE),
        ("-", RED),
    ]
    found = look(make("F", rows), "shadowed")
    assert {one.rules for one in found} == {("R2", "R1"), ("R5", "R1")}
    several: Rows = [("<= 30", RED), ("> 30", BLUE), ("[10..90]", ORANGE)]
    (one,) = look(make("F", several), "shadowed")
    assert one.rules == ("R3", "R1", "R2")
    assert one.message == "Rule R3 never wins: wherever it holds, R1, R2 come first."


def test_a_lower_priority_is_shadowed_wherever_it_stands() -> None:
    (one,) = look(make("P", [("> 60", BLUE), ("> 30", RED)]), "shadowed")
    assert one.rules == ("R1", "R2")


@pytest.mark.parametrize(
    ("cell", "item"),
    [("[30..10]", DAYS), ("(5..5)", DAYS), ("< null", DAYS), ('not("a", "b", "c")', KINDS), ("null", DAYS)],
)
def test_a_cell_that_no_value_meets_makes_its_rule_unreachable(cell: str, item: Input) -> None:
    (one,) = look(make("F", [(cell, RED), ("-", BLUE)], (item,)), "unreachable")
    assert (one.rules, one.box) == (("R1",), {item.expression: cell})


def test_two_columns_on_one_fact_are_one() -> None:
    rows: Rows = [("< 30", "> 60", RED), ("< 60", "> 30", BLUE), ("-", "-", ORANGE)]
    (one,) = look(make("F", rows, (DAYS, DAYS)), "unreachable")
    assert (one.rules, one.box) == (("R1",), {"loan.days": "< 30 and > 60"})


def test_a_rule_that_the_next_would_replace_is_redundant() -> None:
    rows: Rows = [("> 90", RED), ("> 60", ORANGE), ("> 30", ORANGE), ("-", BLUE)]
    (one,) = look(make("F", rows), "redundant")
    assert one.rules == ("R2", "R3")
    rows = [("> 90", RED), ("> 60", ORANGE), ("> 30", BLUE)]
    assert look(make("F", rows), "redundant") == []


def test_a_rule_that_says_what_the_default_says_is_redundant() -> None:
    output = Output("colour", "string", default=BLUE)
    (one,) = look(make("U", [("> 30", RED), ("<= 30", BLUE)], outputs=(output,)), "redundant")
    assert (one.rules, one.message) == (
        ("R2",),
        "Without rule R2 the table answers the same as the default would.",
    )


def test_an_input_of_dashes_decides_nothing() -> None:
    rows: Rows = [("> 30", "-", RED), ("<= 30", "true, false, null", BLUE)]
    (one,) = look(make("F", rows, (DAYS, FLAG)))
    assert (one.code, dict(one.box)) == ("non_discriminating", {"loan.flag": "-"})
    guard: Rows = [("> 30", "true", RED), ("<= 30", "true", BLUE)]
    assert look(make("F", guard, (DAYS, FLAG)), "non_discriminating") == []


def test_cells_that_read_other_facts_are_said_to_be_undecided_and_nothing_false_is_told() -> None:
    rows: Rows = [("> loan.amount", RED), ("<= 30", BLUE), ("> 20", ORANGE)]
    table = make("U", rows)
    (undecided,) = look(table, "not_decided")
    assert (undecided.reason, undecided.rules) == ("opaque", ("R1",))
    assert [one.rules for one in look(table, "overlap")] == [("R2", "R3")]
    today = make("U", [("<= today()", RED), ("> today()", BLUE)], (ON,))
    assert [one.code for one in look(today)] == ["not_decided"]


def test_computed_inputs_that_share_a_fact_are_said_to_be_undecided() -> None:
    more = Input("loan.days + 1", "number", required=True)
    table = make("U", [("< 30", "> 60", RED), ("> 30", "-", BLUE)], (DAYS, more))
    (found,) = look(table)
    assert (found.code, found.reason) == ("not_decided", "entangled")


@pytest.mark.parametrize(
    ("expression", "kind", "rows", "box", "example"),
    [
        ("abs(loan.days)", "number", [("> 0", RED)], "0", "0"),  # and never below 0
        ("loan.days * 2", "number", [("< 3", RED), ("> 5", BLUE)], "[3..5]", "3"),
        ("string length(loan.kind)", "number", [("< 2", RED), ("> 2", BLUE)], "2", "2"),
        ("loan.amount / loan.share", "number", [("< 0.5", RED), (">= 0.7", BLUE)], "[0.5..0.7)", "0.5"),
        ("loan.days > 30", "boolean", [("true", RED)], "false", "false"),
    ],
)
def test_a_gap_of_a_computed_input_shows_what_it_can_come_to(
    expression: str, kind: str, rows: Rows, box: str, example: str
) -> None:
    item = Input(expression, kind, required=True)
    (gap,) = look(make("F", rows, (item,)), "gap")
    value = gap.example[expression]
    assert (dict(gap.box), wording.literal(value)) == ({expression: box}, example)


def test_rules_on_what_a_computed_input_never_comes_to_do_not_make_a_table_wrong() -> None:
    magnitude = Input("abs(loan.days)", "number", required=True)
    (found,) = look(make("U", [("< 0", RED), ("<= 1", BLUE), ("> 1", BLUE)], (magnitude,)))
    assert (found.severity, found.code, found.reason) == ("warning", "not_decided", "computed")
    assert "abs(loan.days)" in found.message
    whole = Input("floor(loan.days)", "number", required=True)
    (found,) = look(make("F", [("<= 5", RED), (">= 6", BLUE)], (whole,)))  # nothing between 5 and 6
    assert (found.code, found.reason) == ("not_decided", "computed")
    (clash,) = look(make("U", [("<= 1", RED), ("> 0", BLUE)], (magnitude,)), "overlap")
    assert dict(clash.example) == {"abs(loan.days)": Decimal(1)}


def test_a_computed_input_of_facts_that_are_never_missing_is_not_said_to_be_empty() -> None:
    table = make("F", [("true", RED), ("false", BLUE)], (Input("loan.days > 30", "boolean"),))
    assert [dict(one.box) for one in look(table, "gap")] == [{"loan.days > 30": "null"}]
    assert [one.code for one in verify(validate(table, ENV), never_null=["loan.days"])] == ["not_decided"]


def test_outputs_that_are_worked_out_to_the_same_do_not_contradict_each_other() -> None:
    days = Output("days", "number")
    assert look(make("A", [("> 5", "1 + 1"), ("> 3", "2")], outputs=(days,)), "overlap") == []
    (found,) = look(make("A", [("> 5", "1 + 2"), ("> 3", "2")], outputs=(days,)), "overlap")
    assert found.reason == "differ"


def test_priority_between_yes_and_no_is_no_tie() -> None:
    flag = Output("flag", "boolean", values="true, false")
    rows: Rows = [("> 30", "true"), ("> 20", "false")]
    assert look(make("P", rows, outputs=(flag,)), "overlap") == []


def test_constants_may_be_computed() -> None:
    rows: Rows = [('<= date("2024-02-28") + duration("P1D")', RED), ('> date("2024-02-29")', BLUE)]
    assert look(make("U", rows, (ON,))) == []


def test_it_stops_at_the_limit_and_says_so() -> None:
    rows: Rows = [(f"[{i}..{i + 3}]", RED) for i in range(0, 40, 2)]
    found = verify(validate(make("U", rows), ENV), limit=5)
    (cut,) = [one for one in found if one.code == "truncated"]
    assert (len([one for one in found if one.code == "overlap"]), cut.reason) == (5, "overlap")
    assert "more than 5 overlaps" in cut.message


def test_a_table_too_wide_to_search_is_said_to_be_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postloan.policy.verification.checks.WORK_OF_GAPS", 200)
    inputs = tuple(Input(f"x{i}", "number", required=True) for i in range(6))
    # Each rule leaves one corner to the others, so that only a search to the end shows that there is a gap.
    rows: Rows = [
        (*(f"{'<' if low else '>='} {i + 1}" for i, low in enumerate(corner)), RED)
        for corner in product([True, False], repeat=6)
    ][:-1]
    env = {f"x{i}": "number" for i in range(6)}
    found = look(make("U", rows, inputs), "not_decided", env)
    assert [one.reason for one in found] == ["gap"]


def test_every_gap_example_hits_no_rule() -> None:
    rows: Rows = [
        ("[1..30]", '"a"', "true", RED),
        ("> 20", "-", "false", BLUE),
        ("< 5", 'not("a")', "-", RED),
    ]
    table = make("F", rows, (Input("loan.days", "number"), KIND, FLAG))
    checked = validate(table, ENV)
    gaps = [one for one in verify(checked) if one.code == "gap"]
    assert len(gaps) > 1
    for gap in gaps:
        assert not any(trace.hit for trace in deciding.explain(checked, gap.example, AS_OF))

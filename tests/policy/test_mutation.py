"""Mutants: which a case notices, which none does, and which decide nothing otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.errors import PolicyError
from postloan.policy import changes, deciding, feel, mutants, mutation, pieces, scenarios, trial, witness
from postloan.policy.checked import CheckedTable, validate
from postloan.policy.model import DecisionTable, Input, Output
from postloan.policy.mutation import MutationReport
from postloan.policy.names import feel_kind
from postloan.policy.spelling import spell
from tests.policy.made_pack import FACTS, SIGNAL, made, table

ENV = {name: feel_kind(kind) for name, kind in FACTS.items()}
DAY = date(2026, 1, 1)


def survivors(report: MutationReport, kind: str = "") -> list[str]:
    (subject,) = report.subjects
    return [f"{one.before} became {one.after}" for one in subject.survived if one.kind == kind or not kind]


def cases_at(*days: tuple[int | None, str]) -> str:
    lines = [
        f"- {{case: x, table: colour, given: {{loan.days: {day}}}, expect: {rule}}}".replace("None", "null")
        for day, rule in days
    ]
    return "\n".join(lines) + "\n"


def run(folder: Path, cases: str, one: DecisionTable) -> MutationReport:
    return mutation.run(made(folder, cases, one), FACTS, tables=["colour"])


def test_a_threshold_dies_only_where_a_case_stands_at_it(tmp_path: Path) -> None:
    one = table(("> 90", '"red"'))
    far = cases_at((200, "{colour: red}"), (10, "[]"))
    assert survivors(run(tmp_path, far, one), "threshold") == ["> 90 became > 89", "> 90 became > 91"]
    assert survivors(run(tmp_path, far, one), "operator") == ["> 90 became >= 90"]
    near = cases_at((91, "{colour: red}"), (90, "[]"))
    assert survivors(run(tmp_path, near, one), "threshold") == []
    assert survivors(run(tmp_path, near, one), "operator") == []


@pytest.mark.parametrize(
    ("cell", "kind", "expected"),
    [
        ("> 90", "integer", ["not(> 90)", ">= 90", "> 89", "> 91", "> 90, null"]),
        ("< 0.70", "decimal", ["not(< 0.70)", "<= 0.70", "< 0.69", "< 0.71", "< 0.70, null"]),
        ("<= 50000", "money", ["not(<= 50000)", "< 50000", "<= 49999.99", "<= 50000.01", "<= 50000, null"]),
        (
            "[1..7)",
            "integer",
            ["not([1..7))", "(1..7)", "[1..7]", "[0..7)", "[2..7)", "[1..6)", "[1..8)", "[1..7), null"],
        ),
        ('"a", "b"', "string", ['not("a", "b")', '"b"', '"a"', '"a", "b", null']),
        ("true", "boolean", ["not(true)", "false", "true, false", "true, null"]),
        (
            '>= date("2024-02-29")',
            "date",
            [
                'not(>= date("2024-02-29"))',
                '> date("2024-02-29")',
                '>= date("2024-02-28")',
                '>= date("2024-03-01")',
                '>= date("2024-02-29"), null',
            ],
        ),
        ("-", "integer", []),
    ],
)
def test_every_change_of_a_cell(cell: str, kind: str, expected: list[str]) -> None:
    fact = {"integer": "days", "decimal": "share", "money": "amount", "string": "kind", "boolean": "flag"}
    name = f"loan.{fact.get(kind, 'on')}"
    checked = validate(table((cell, '"red"'), inputs=(Input(name, ENV[name]),)), ENV)
    found = [one for one in mutants.of_table(checked, FACTS, ENV) if one.cell is not None]
    assert sorted(one.after for one in found) == sorted(expected)
    assert {one.before for one in found} <= {cell}


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("loan.flag", ["not(loan.flag)"]),
        ("not(loan.flag)", ["loan.flag"]),
        (
            "loan.flag and loan.days >= 3",
            [
                "loan.flag or loan.days >= 3",
                "loan.flag",
                "loan.days >= 3",
                "not(loan.flag) and loan.days >= 3",
                "loan.flag and loan.days > 3",
                "loan.flag and loan.days >= 2",
                "loan.flag and loan.days >= 4",
            ],
        ),
        ("loan.amount < 0.5", ["loan.amount <= 0.5", "loan.amount < 0.49", "loan.amount < 0.51"]),
        ("loan.days != null", ["loan.days = null"]),
    ],
)
def test_every_change_of_a_guard(guard: str, expected: list[str]) -> None:
    found = changes.of_guard(feel.parse_expression(guard), FACTS)
    assert sorted(spell(node) for _, node in found) == sorted(expected)


def test_conclusions_rules_their_order_and_needs_are_changed(tmp_path: Path) -> None:
    outputs = (Output("colour", "string", values='"red","yellow"'), Output("days", "number", default="5"))
    rules = (("> 90", '"red"', "3"), ("> 30", '"yellow"', "0.5"))
    one = table(*rules, inputs=(Input("loan.days", "number", required=True),), outputs=outputs)
    checked = validate(one, ENV)
    found = {(each.kind, each.place, each.after) for each in mutants.of_table(checked, FACTS, ENV)}
    assert {
        ("output", "rule R1, output colour", '"yellow"'),
        ("output", "rule R2, output colour", '"red"'),
        ("output", "rule R1, output days", "2"),
        ("output", "rule R1, output days", "4"),
        ("output", "rule R2, output days", "0.4"),
        ("output", "rule R2, output days", "0.6"),
        ("output", "default of days", "4"),
        ("output", "default of days", "6"),
        ("rule", "rule R1", "removed"),
        ("rule", "rule R2", "removed"),
        ("order", "rules R1 and R2", "the other way round"),
        ("required", "input loan.days", "not required"),
    } <= found


def test_order_and_aggregation_are_noticed_where_a_case_shows_them(tmp_path: Path) -> None:
    one = table(("> 30", '"yellow"'), ("> 90", '"red"'))
    apart = cases_at((31, "{rule_id: R1}"))
    assert survivors(run(tmp_path, apart, one), "order") == ["in this order became the other way round"]
    both = cases_at((91, "{rule_id: R1}"))
    assert survivors(run(tmp_path, both, one), "order") == []
    points = table(("> 30", "2"), ("> 90", "3"), policy="C+", outputs=(Output("points", "number"),))
    alone = cases_at((31, "{points: 2}"))
    left = survivors(run(tmp_path, alone, points), "aggregation")
    assert left == ["C+ became C<", "C+ became C>"]
    together = cases_at((91, "{points: 5}"))
    assert survivors(run(tmp_path, together, points), "aggregation") == []


def test_priorities_change_places(tmp_path: Path) -> None:
    one = table(("> 30", '"yellow"'), ("> 90", '"red"'), policy="P")
    assert survivors(run(tmp_path, cases_at((31, "{colour: yellow}")), one), "order") != []
    assert survivors(run(tmp_path, cases_at((91, "{colour: red}")), one), "order") == []


def test_a_date_dies_where_a_case_stands_on_the_first_day_and_on_the_day_before(tmp_path: Path) -> None:
    one = table(("> 90", '"red"'))
    first = "- {case: a, table: colour, as_of: 2020-01-01, given: {loan.days: 91}, expect: {colour: red}}\n"
    before = "- {case: b, table: colour, as_of: 2019-12-31, expect: not_in_force}\n"
    earlier, later = "2020-01-01 became 2019-12-31", "2020-01-01 became 2020-01-02"
    assert survivors(run(tmp_path, "", one), "date") == [earlier, later]
    assert survivors(run(tmp_path, first, one), "date") == [earlier]
    assert survivors(run(tmp_path, first + before, one), "date") == []


def test_the_case_that_is_proposed_would_notice(tmp_path: Path) -> None:
    one = table(
        ("> 90", '"card"', '"red"'),
        ("> 30", "-", '"yellow"'),
        inputs=(Input("loan.days", "number"), Input("loan.kind", "string")),
    )
    cases = ""
    for _ in range(40):
        (subject,) = run(tmp_path, cases, one).subjects
        open_ones = subject.survived
        if not open_ones:
            break
        assert yaml.safe_load(open_ones[0].add)["table"] == "colour"
        cases += f"- {open_ones[0].add}\n"
    assert open_ones == []
    assert scenarios.run(made(tmp_path, cases, one), FACTS).failures == []


def test_whole_numbers_make_two_ways_of_writing_one_threshold_alike() -> None:
    ways = table((">= 91", '"red"'), policy="U")
    checked = validate(ways, ENV)
    other = validate(table(("> 90", '"red"'), policy="U"), ENV)
    one = mutants.TableMutant("threshold", "", "", "", other, 1, cell=(0, 0))
    assert witness.of_table(checked, one, FACTS, DAY).is_equivalent
    fractions = {**FACTS, "loan.days": "decimal"}
    found = witness.of_table(checked, one, fractions, DAY).witness
    assert found is not None
    assert Decimal(90) < Decimal(str(found.given["loan.days"])) < Decimal(91)


def test_a_change_that_no_row_shows_is_told_apart(tmp_path: Path) -> None:
    one = table(("> 90", '"red"'), ("> 95", '"yellow"'))
    report = run(
        tmp_path, cases_at((91, "{rule_id: R1}"), (90, "[]"), (None, "[]"), (96, "{rule_id: R1}")), one
    )
    (subject,) = report.subjects
    alike = {found.place for found in subject.equivalent}
    assert "table colour, rule R2" in alike  # it never wins: taking it out changes nothing
    assert "table colour, rule R2, input loan.days" in alike
    assert report.equivalent + report.killed + report.survived == report.mutants


def test_a_count_is_never_below_zero() -> None:
    assert pieces.of_cells([feel.parse_unary(">= 0")], "loan.late_count", "number", "integer").values == (
        0,
        1,
        None,
    )
    assert pieces.of_cells([feel.parse_unary(">= 0")], "loan.days", "number", "integer").values == (
        -1,
        0,
        1,
        None,
    )


@pytest.mark.parametrize(
    ("expression", "cell"),
    [
        ("loan.days", "> loan.late_count"),
        ("loan.days + loan.late_count", "> 5"),
        ("loan.on.year", "2024"),
        ("loan.days", "? > 2 and loan.flag"),
    ],
)
def test_what_does_more_than_compare_with_constants_proves_nothing_but_is_tried(
    expression: str, cell: str
) -> None:
    checked = validate(table((cell, '"red"'), inputs=(Input(expression, "number"),)), ENV)
    searches = [
        witness.of_table(checked, one, FACTS, DAY)
        for one in mutants.of_table(checked, FACTS, ENV)
        if one.kind in ("operator", "negation")
    ]
    assert not any(search.is_equivalent for search in searches)
    found = [search.witness.given for search in searches if search.witness]
    assert found
    assert set(found[0]) <= set(FACTS)


def test_mutants_of_a_signal(tmp_path: Path) -> None:
    cases = "".join(
        f"- {{case: x, signal: S1, given: {{loan.flag: {flag}, loan.days: {days}}}, {more}expect: {state}}}\n"
        for flag, days, more, state in (
            *((("false", days, "", "yellow")) for days in (8, 30)),
            *((("false", days, "", "clear")) for days in (7, 31, 59)),
            ("false", 60, "", "red"),
            ("true", 60, "", "clear"),
            ("null", 60, "", "not_measurable"),
            ("false", 60, "without: [due], ", "not_measurable"),
        )
    )
    report = mutation.run(made(tmp_path, cases), FACTS, signals=["S1"])
    assert survivors(report) == survivors(report, "date")
    fewer = mutation.run(made(tmp_path, cases.rsplit("\n- ", 1)[0] + "\n"), FACTS, signals=["S1"])
    (subject,) = fewer.subjects
    (left,) = [found for found in subject.survived if found.kind != "date"]
    assert (left.place, left.after) == ("signal S1, needs due", "removed")
    assert "without: [due]" in left.add


def test_cases_that_fail_by_themselves_are_mended_first(tmp_path: Path) -> None:
    one = table(("> 90", '"red"'))
    for cases in (cases_at((90, "{colour: red}")), cases_at((90, "{hue: red}"))):
        with pytest.raises(PolicyError) as told:
            run(tmp_path, cases, one)
        assert told.value.code == "cases_fail"
        assert told.value.where == "small/cases/c.yaml, case 1"


def test_the_share_is_of_what_can_be_noticed_and_never_rounded_up() -> None:
    left = [mutation.Found("", "", "", "", "")]
    subject = mutation.SubjectResult("table", "t", DAY, 2000, 1998, left, left)
    report = mutation.MutationReport("small", [subject])
    assert report.percent == Decimal("99.9")
    assert mutation.MutationReport("small", []).percent == 100


CELLS = {
    "loan.days": st.sampled_from(
        ["-", "> 1", ">= 2", "< 2", "[1..3]", "(1..3)", "0", "2, null", "not(1)", "null"]
    ),
    "loan.share": st.sampled_from(["-", "> 0.5", "<= 0.5", "[0.5..0.7)", "null, < 0.5", "not(>= 0.7)"]),
    "loan.kind": st.sampled_from(["-", '"a"', '"a","b"', 'not("a")', "null", 'null,"b"']),
    "loan.flag": st.sampled_from(["-", "true", "false", "not(true)", "false,null"]),
}
ROWS = st.fixed_dictionaries(
    {
        "loan.days": st.sampled_from([None, *range(-1, 6)]),
        "loan.share": st.sampled_from([None, *(Decimal(n) / 100 for n in (49, 50, 51, 69, 70, 71, 200))]),
        "loan.kind": st.sampled_from([None, "a", "b", "c"]),
        "loan.flag": st.sampled_from([None, True, False]),
    }
)


@st.composite
def tables(draw: st.DrawFn) -> DecisionTable:
    names = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3, unique=True))
    inputs = tuple(Input(name, ENV[name], required=draw(st.booleans())) for name in names)
    policy = draw(st.sampled_from(["F", "U", "A", "P", "C", "R", "O", "C+", "C<", "C#"]))
    number = len(policy) == 2
    # null is no conclusion of a sum, a least or a greatest
    empty = [] if policy in ("C+", "C<") else ["null"]
    conclusion = st.sampled_from([*(["1", "2"] if number else ['"red"', '"yellow"']), *empty])
    rules = [
        (*(draw(CELLS[name]) for name in names), draw(conclusion)) for _ in range(draw(st.integers(1, 4)))
    ]
    outputs = (
        (Output("points", "number"),) if number else (Output("colour", "string", values='"red","yellow"'),)
    )
    return table(*rules, policy=policy, inputs=inputs, outputs=outputs)


def decided(checked, values) -> object:  # type: ignore[no-untyped-def]
    try:
        return trial.told(checked, deciding.decide(checked, values, DAY))
    except PolicyError as error:
        return error.message


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=tables(), rows=st.lists(ROWS, min_size=5, max_size=40))
def test_a_change_said_to_be_alike_never_decides_otherwise(
    one: DecisionTable, rows: list[dict[str, object]]
) -> None:
    checked = validate(one, ENV)
    for mutant in mutants.of_table(checked, FACTS, ENV):
        search = witness.of_table(checked, mutant, FACTS, DAY)
        changed = _applied(one, mutant)
        if search.witness is not None:
            values = search.witness.given
            assert decided(checked, values) != decided(changed, values)
        elif search.is_equivalent:
            for values in rows:
                assert _without_order(decided(checked, values)) == _without_order(decided(changed, values))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(one=tables(), rows=st.lists(ROWS, min_size=1, max_size=6))
def test_trying_one_cell_again_finds_what_deciding_anew_finds(
    tmp_path_factory: pytest.TempPathFactory, one: DecisionTable, rows: list[dict[str, object]]
) -> None:
    checked = validate(one, ENV)
    read = {item.expression for item in one.inputs}
    rows = [{name: value for name, value in row.items() if name in read} for row in rows]
    rows = [row for row in rows if not isinstance(decided(checked, row), str)]
    cases = [
        {"case": "x", "table": "colour", "given": row, "expect": _without_order(decided(checked, row))}
        for row in rows
    ]
    text = yaml.safe_dump(_plain(cases))
    report = run(tmp_path_factory.mktemp("pack"), text, one)
    noticed = 0
    for mutant in mutants.of_table(checked, FACTS, ENV):
        changed = _applied(one, mutant)
        noticed += any(
            _without_order(decided(changed, row)) != _without_order(decided(checked, row)) for row in rows
        )
    assert report.killed == noticed


def _applied(one: DecisionTable, mutant: mutants.TableMutant) -> CheckedTable:
    if mutant.removed is None:
        return mutant.checked
    kept = tuple(rule for i, rule in enumerate(one.rules) if i != mutant.removed)
    return validate(replace(one, rules=kept), ENV)


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return float(value) if isinstance(value, Decimal) and value % 1 else _whole(value)


def _whole(value: object) -> object:
    return int(value) if isinstance(value, Decimal) else value


def _without_order(found: object) -> object:
    if not isinstance(found, list):
        return found
    return [{name: value for name, value in row.items() if name != "rule_order"} for row in found]


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    grade=st.sampled_from([">= 2", "[1..3]", "> 1, null", "? > 1 and loan.flag", "? = null or ? > 2"]),
    guard=st.sampled_from(
        [
            "loan.flag",
            "not(loan.flag) and loan.late_count >= 0",
            'loan.kind != "a"',
            "loan.share < 0.5 or loan.flag",
        ]
    ),
    rows=st.lists(ROWS, min_size=5, max_size=30),
)
def test_a_change_of_a_signal_said_to_be_alike_never_decides_otherwise(
    grade: str, guard: str, rows: list[dict[str, object]]
) -> None:
    from postloan.policy import signal_row
    from postloan.policy.entries import read_signal

    raw = yaml.safe_load(SIGNAL)[0] | {"grades": {"red": grade}, "when": guard}
    signal = read_signal(raw, "here")
    for mutant in mutants.of_signal(signal, FACTS):
        search = witness.of_signal(signal, mutant, FACTS, DAY)
        for values in rows if search.is_equivalent else ():
            whole = {**values, "loan.late_count": 0}
            assert signal_row.state(signal, whole, DAY) == signal_row.state(mutant.signal, whole, DAY)
        if search.witness is not None:
            given = search.witness.given
            assert signal_row.state(signal, given, DAY) != signal_row.state(mutant.signal, given, DAY)

"""Decision tables: every hit policy by hand, and columns against the interpreter on random tables."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, open_engine
from postloan.errors import PolicyError
from postloan.policy import table as tables
from postloan.policy.table import DecisionTable, Input, Output, Rule
from tests.policy.frames import AS_OF, ENV, frame

DAYS = Input("loan.days", "number")
KIND = Input("loan.kind", "string")
COLOUR = Output("colour", "string", values='"red", "orange", "blue"')


def make(
    policy: str,
    rows: list[tuple[str, ...]],
    inputs: tuple[Input, ...] = (DAYS,),
    outputs: tuple[Output, ...] = (COLOUR,),
) -> DecisionTable:
    """Give a table whose rules R1, R2, … are rows of cells, conditions first."""
    wide = len(inputs)
    rules = tuple(Rule(f"R{i}", row[:wide], row[wide:]) for i, row in enumerate(rows, 1))
    return DecisionTable("t", "t", policy[0], inputs, outputs, rules, aggregation=policy[1:])


def both(engine: Engine, table: DecisionTable, rows: list[dict[str, object]]) -> list[list[dict[str, Any]]]:
    """Run a table over columns and by row, see that they agree, and give the answers of each row."""
    compiled = tables.compile(table, ENV, AS_OF)
    answer = compiled.evaluate(engine, frame(engine, rows), ["id"])
    found: list[list[dict[str, Any]]] = [[] for _ in rows]
    for row in engine.rows(answer):
        if "rule_ids" in row:
            row["rule_ids"] = json.loads(row["rule_ids"])
        found[row.pop("id")].append(row)
    for answers in found:
        answers.sort(key=lambda row: row.get("rule_order", 0))
    assert found == [compiled.decide(row) for row in rows]
    return found


def colours(engine: Engine, table: DecisionTable, days: list[int | None]) -> list[Any]:
    answers = both(engine, table, [{"loan.days": day} for day in days])
    return [[row["colour"] for row in rows] for rows in answers]


SPLIT = [("> 90", '"red"'), ("[31..90]", '"orange"'), ("[1..30]", '"blue"')]
NESTED = [("> 0", '"blue"'), ("> 90", '"red"'), ("> 30", '"orange"')]


@pytest.mark.parametrize(
    ("policy", "rows", "expected"),
    [
        ("U", SPLIT, [None, "blue", "blue", "orange", "orange", "red"]),
        ("F", NESTED, [None, "blue", "blue", "blue", "blue", "blue"]),
        ("P", NESTED, [None, "blue", "blue", "orange", "orange", "red"]),
        ("A", [*SPLIT, ("> 100", '"red"')], [None, "blue", "blue", "orange", "orange", "red"]),
    ],
)
def test_single_hit(
    engine: Engine, policy: str, rows: list[tuple[str, ...]], expected: list[str | None]
) -> None:
    found = colours(engine, make(policy, rows), [0, 1, 30, 31, 90, 91])
    assert found == [[colour] for colour in expected]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("C", ["blue", "red", "orange"]),
        ("R", ["blue", "red", "orange"]),
        ("O", ["red", "orange", "blue"]),
    ],
)
def test_multiple_hits(engine: Engine, policy: str, expected: list[str]) -> None:
    assert colours(engine, make(policy, NESTED), [91, 0]) == [expected, []]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("C+", [None, Decimal("1.5"), Decimal("3.75")]),
        ("C<", [None, Decimal("1.5"), Decimal("1.5")]),
        ("C>", [None, Decimal("1.5"), Decimal("2.25")]),
        ("C#", [0, 1, 2]),
    ],
)
def test_aggregation(engine: Engine, policy: str, expected: list[object]) -> None:
    table = make(policy, [("> 0", "1.5"), ("> 30", "2.25")], outputs=(Output("points", "number"),))
    found = both(engine, table, [{"loan.days": day} for day in (0, 30, 31)])
    assert [rows[0]["points"] for rows in found] == expected
    assert [rows[0]["rule_ids"] for rows in found] == [[], ["R1"], ["R1", "R2"]]


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    """As FEEL has it of sum([1, null]); columns refuse what is computed in such a table."""
    outputs = (Output("points", "number"),)
    table = tables.compile(make("C+", [("> 0", "1"), ("> 30", "loan.amount")], outputs=outputs), ENV, AS_OF)
    given = {"loan.amount": None}
    assert [table.decide({**given, "loan.days": day})[0]["points"] for day in (0, 1, 31)] == [None, 1, None]
    assert table.decide({"loan.amount": Decimal(2), "loan.days": 31})[0]["points"] == 3


def test_whole_outputs_stay_whole(engine: Engine) -> None:
    table = make("U", [("> 0", "30"), ("0", "60")], outputs=(Output("interval", "number"),))
    (answer,), _ = both(engine, table, [{"loan.days": 1}, {"loan.days": 0}])
    assert (answer["interval"], type(answer["interval"])) == (30, int)


def test_an_output_may_compute(engine: Engine) -> None:
    table = make(
        "F",
        [("> 30", "loan.amount * 2", "true"), ("-", "loan.days + 1", "loan.flag")],
        outputs=(Output("points", "number"), Output("open", "boolean")),
    )
    rows: list[dict[str, object]] = [
        {"loan.days": 31, "loan.amount": Decimal("10.25")},
        {"loan.days": 3, "loan.flag": False},
    ]
    assert both(engine, table, rows) == [
        [{"rule_id": "R1", "points": Decimal("20.5"), "open": True}],
        [{"rule_id": "R2", "points": Decimal(4), "open": False}],
    ]


def test_default_where_no_rule_holds(engine: Engine) -> None:
    output = Output("colour", "string", default='"blue"')
    assert colours(engine, make("U", [("> 30", '"red"')], outputs=(output,)), [30, 31, None]) == [
        ["blue"],
        ["red"],
        ["blue"],
    ]


def test_a_required_input_that_is_null_is_not_measurable(engine: Engine) -> None:
    required = Input("loan.days", "number", required=True)
    output = Output("colour", "string", default='"blue"')
    table = make("F", [("> 30", '"red"'), ("-", '"orange"')], (required,), (output,))
    assert colours(engine, table, [None, 31, 0]) == [[None], ["red"], ["orange"]]
    rows = frame(engine, [{"loan.days": None}, {"loan.days": 1}])
    missing = tables.compile(table, ENV, AS_OF).missing(engine, rows)
    assert [row["gone"] for row in engine.rows(rows.select("id", gone=missing).order_by("id"))] == [
        True,
        False,
    ]


@pytest.mark.parametrize(("policy", "code"), [("U", "unique_conflict"), ("A", "any_conflict")])
def test_a_conflict_stops_the_run_and_names_rules_and_subject(engine: Engine, policy: str, code: str) -> None:
    compiled = tables.compile(make(policy, NESTED), ENV, AS_OF, where="cn_rural, table colour")
    rows = [{"loan.days": day} for day in (0, 5, 31)]
    with pytest.raises(PolicyError) as caught:
        compiled.evaluate(engine, frame(engine, rows), ["id"])
    assert caught.value.code == code
    assert "R1, R3" in caught.value.message
    assert "id 2" in caught.value.message
    assert caught.value.where == "cn_rural, table colour"
    with pytest.raises(PolicyError):
        compiled.decide({"loan.days": 31})


def test_more_rules_than_a_word_has_bits(engine: Engine) -> None:
    table = make("U", [(str(i), str(i * 2)) for i in range(150)], outputs=(Output("double", "number"),))
    found = both(engine, table, [{"loan.days": day} for day in (0, 61, 62, 123, 124, 149, 150)])
    assert [rows[0]["double"] for rows in found] == [0, 122, 124, 246, 248, 298, None]


def test_no_rules_and_no_rows(engine: Engine) -> None:
    assert colours(engine, make("F", []), [1]) == [[None]]
    assert colours(engine, make("C", []), [1]) == [[]]
    assert both(engine, make("F", SPLIT), []) == []


def test_explain_shows_each_condition() -> None:
    table = make("U", [("> 30", '"farmer"', '"red"'), ("-", 'not("farmer")', '"blue"')], (DAYS, KIND))
    first, second = tables.compile(table, ENV, AS_OF).explain({"loan.days": 30, "loan.kind": "farmer"})
    assert (first.rule_id, first.hit, [c.met for c in first.conditions]) == ("R1", False, [False, True])
    assert (first.conditions[0].input, first.conditions[0].test) == ("loan.days", "> 30")
    assert first.conditions[0].value == 30
    assert not second.hit


@pytest.mark.parametrize(
    ("rows", "inputs", "outputs", "place"),
    [
        ([('"a"', '"red"')], (DAYS,), (COLOUR,), "rule R1, input loan.days"),
        ([("> 1", "3")], (DAYS,), (COLOUR,), "rule R1, output colour"),
        ([("> 1", '"green"')], (DAYS,), (COLOUR,), "rule R1, output colour"),
        (
            [('"z"', '"red"')],
            (Input("loan.kind", "string", allowed='"a", "b"'),),
            (COLOUR,),
            "input loan.kind",
        ),
        ([("> nope", '"red"')], (DAYS,), (COLOUR,), "rule R1, input loan.days"),
        ([("> 1", '"red"')], (Input("loan.days", "string"),), (COLOUR,), "input loan.days"),
    ],
)
def test_an_ill_typed_cell_is_refused_by_name(
    rows: list[tuple[str, ...]], inputs: tuple[Input, ...], outputs: tuple[Output, ...], place: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        tables.validate(make("F", rows, inputs, outputs), ENV, "t")
    assert place in caught.value.where


@pytest.mark.parametrize(
    "table",
    [
        make("C+", [("-", "1", "2")], outputs=(Output("a", "number"), Output("b", "number"))),
        make("P", [("-", '"red"')], outputs=(Output("colour", "string"),)),
        make("C+", [("-", '"red"')]),
        *(
            make(sign, [("-", "1"), ("-", "")], outputs=(Output("a", "number"),))
            for sign in ("C+", "C<", "C>")
        ),
        make("F", [("-", "1", "2")], outputs=(Output("a", "number"), Output("a", "number"))),
    ],
)
def test_a_malformed_table_is_refused(table: DecisionTable) -> None:
    with pytest.raises(PolicyError) as caught:
        tables.validate(table, ENV)
    assert caught.value.code in ("table_malformed", "ill_typed")


@pytest.mark.parametrize(
    ("cells", "required", "findings"),
    [
        (["> 30", "<= 30"], False, 1),
        (["> 30", 'not("x")'.replace('"x"', "1")], False, 1),
        (["> 30", "null"], False, 0),
        (["> 30", "not(null)"], False, 0),
        (["-", "-"], False, 0),
        (["> 30", "<= 30"], True, 0),
    ],
)
def test_an_input_that_may_be_missing_must_be_dealt_with(
    cells: list[str], required: bool, findings: int
) -> None:
    table = make("F", [(cell, '"red"') for cell in cells], (Input("loan.days", "number", required=required),))
    checked = tables.validate(table, ENV)
    assert len(tables.null_handling_findings(checked, ["loan.days"])) == findings
    assert tables.null_handling_findings(checked, []) == []


_DAY_CELLS = st.sampled_from(
    ["-", "< 1", "[1..30]", "(1..30)", "> 30", "30", "null", "not(30)", "not(null)", "0, 31"]
)
_KIND_CELLS = st.sampled_from(["-", '"a"', '"a","b"', 'not("a")', "null", '"b", null'])
_ENTRIES = st.sampled_from(['"red"', '"orange"', '"blue"'])
_ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "loan.days": st.sampled_from([None, 0, 1, 2, 29, 30, 31]),
            "loan.kind": st.sampled_from([None, "a", "b", "c"]),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    policy=st.sampled_from("UAPFROC"),
    cells=st.lists(st.tuples(_DAY_CELLS, _KIND_CELLS, _ENTRIES), max_size=5),
    rows=_ROWS,
)
def test_random_tables(
    engine: Engine, policy: str, cells: list[tuple[str, ...]], rows: list[dict[str, object]]
) -> None:
    table = make(policy, cells, (DAYS, KIND))
    compiled = tables.compile(table, ENV, AS_OF)
    if _conflicts(compiled, rows):
        with pytest.raises(PolicyError, match="all hold for"):
            compiled.evaluate(engine, frame(engine, rows), ["id"])
    else:
        both(engine, table, rows)


def _conflicts(compiled: tables.CompiledTable, rows: list[dict[str, object]]) -> bool:
    try:
        for row in rows:
            compiled.decide(row)
    except PolicyError:
        return True
    return False


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sign=st.sampled_from("+<>#"),
    cells=st.lists(
        st.tuples(_DAY_CELLS, _KIND_CELLS, st.sampled_from(["1", "-2", "0.5", "2.25"])), max_size=5
    ),
    rows=_ROWS,
)
def test_random_aggregations(
    engine: Engine, sign: str, cells: list[tuple[str, ...]], rows: list[dict[str, object]]
) -> None:
    both(engine, make(f"C{sign}", cells, (DAYS, KIND), (Output("points", "number"),)), rows)


# Py4J leaves its sockets to the garbage collector.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.spark
def test_the_same_on_spark() -> None:
    rows: list[dict[str, object]] = [
        {"loan.days": day, "loan.amount": Decimal("1.25")} for day in (None, 0, 31, 91)
    ]
    with open_engine("spark", threads=1) as spark:
        assert colours(spark, make("P", NESTED), [None, 0, 1, 31, 91]) == [
            [None],
            [None],
            ["blue"],
            ["orange"],
            ["red"],
        ]
        points = (Output("points", "number"),)
        both(spark, make("C+", [("> 0", "1.5"), ("> 30", "2")], outputs=points), rows)
        both(spark, make("C", [("> 0", "loan.amount"), ("null", "2")], outputs=points), rows)


@pytest.mark.parametrize(
    ("entries", "held"),
    [
        (("999999999999.999999", "0.5"), True),
        (("1000000000000", "0.5"), False),  # beside a fraction twelve digits stand before the point
        (("1000000000000", "1"), True),  # whole numbers have eighteen and more
        (("9223372036854775808", "1"), False),  # 2^63
        (("0.0000001", "1"), False),  # a seventh decimal place
        (("1e30", "loan_dpd_days"), False),
    ],
)
def test_a_number_that_no_column_of_answers_holds_is_refused(entries: tuple[str, str], held: bool) -> None:
    rules = tuple(Rule(f"R{i}", ("-",), (entry,)) for i, entry in enumerate(entries, 1))
    table = DecisionTable("t", "t", "F", (Input("loan.dpd_days", "number"),), (Output("o", "number"),), rules)
    try:
        tables.compile(table, {"loan.dpd_days": "number", "loan_dpd_days": "number"}, AS_OF)
        found = ""
    except PolicyError as error:
        found = f"{error.code} {error.where}"
    assert found == ("" if held else "feel_refused table t, rule R1, output o")

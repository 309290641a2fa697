"""Compiled FEEL gives what the interpreter gives, on every row, nulls among them; or it refuses."""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Table
from postloan.engine import verbs as v
from postloan.errors import PolicyError
from postloan.policy import feel
from tests.policy.frames import AS_OF, COLUMNS, ENV, frame

VALUES: dict[str, list[object]] = {
    "loan.days": [None, 0, 1, 30, 31],
    "loan.amount": [None, Decimal("0.00"), Decimal("30.00"), Decimal("30.01")],
    "loan.share": [None, Decimal("0.500000"), Decimal("0.499999"), Decimal(30)],
    "loan.kind": [None, "", "a", "ab"],
    "loan.flag": [None, True, False],
    "loan.on": [None, date(2026, 3, 31), date(2026, 1, 31), date(2024, 2, 29)],
}

ROWS = [
    dict(zip(COLUMNS, values, strict=True))
    for values in itertools.islice(itertools.product(*(VALUES[name] for name in COLUMNS)), 0, None, 37)
]


@pytest.fixture(scope="module")
def rows(engine: Engine) -> Table:
    """Give the rows as a frame."""
    return frame(engine, ROWS)


def compiled(engine: Engine, rows: Table, text: str) -> list[object]:
    column = feel.compile_expression(feel.parse_expression(text), rows, AS_OF, "here")
    return [row["answer"] for row in engine.rows(rows.select("id", answer=column).order_by("id"))]


def same(engine: Engine, rows: Table, text: str) -> None:
    node = feel.parse_expression(text)
    feel.check(node, ENV)
    expected = [feel.interpret(node, row, AS_OF) for row in ROWS]
    assert compiled(engine, rows, text) == expected, text


@pytest.mark.parametrize(
    "text",
    [
        "loan.days > 30",
        "loan.days > 30.5",
        "loan.amount >= 30.01",
        "loan.amount > 30.005",
        "loan.share < 0.5",
        "loan.amount = loan.share",
        "loan.days = loan.amount",
        "loan.amount - loan.share * 2 > 0",
        "0.1 + 0.2 <= 0.3",
        "loan.days * loan.amount",
        "-loan.share",
        'loan.kind = "a"',
        'loan.kind != "a"',
        "loan.kind = null",
        'loan.kind < "ab"',
        "loan.flag = true",
        "loan.flag = null or loan.flag",
        "not(loan.flag) and loan.days > 0",
        'loan.on + @"P1M" > today()',
        'loan.on - @"P30D"',
        'loan.on < date("2026-03-31")',
        "loan.on.month",
        "loan.days between 1 and 30",
        "loan.days in [1..30)",
        "loan.days in (< 1, 31, null)",
        'loan.kind in ("a", "ab")',
        'contains(loan.kind, "b")',
        'starts with(loan.kind, "a")',
        "string length(loan.kind)",
        'loan.kind + "!"',
        "min(loan.days, loan.amount)",
        "max([loan.days, 7])",
        "sum([loan.days, loan.share])",
        "abs(loan.share - 1)",
        "if loan.flag then loan.days else loan.amount",
        "if loan.flag then loan.days else null",
        'if loan.days > 30 then "late" else loan.kind',
        "some d in [30, 60] satisfies loan.days >= d",
        "every d in [0, 30] satisfies loan.days > d",
        "list contains([1, 30], loan.days)",
        "2 ** 10 > loan.days",
        "loan.days > 10 / 4",
        "loan.amount / 2 > 1",
        "loan.days ** 2",
        "loan.share * loan.share",
        "loan.days > 0.1234567",
        "loan.days > 99999999999999999999",
        "loan.days < 99999999999999999999",
        "count([loan.days])",
        "string(loan.days)",
        "string(loan.amount)",
        "string(loan.share)",
        "[loan.days, 1][1]",
        "some i in [loan.days, 2] satisfies i > 1",
    ],
)
def test_by_hand(engine: Engine, rows: Table, text: str) -> None:
    same(engine, rows, text)


_NUMBERS = st.sampled_from(
    ["loan.days", "loan.amount", "loan.share", "0", "1", "30", "31", "0.5", "30.01", "-1"]
)
_STRINGS = st.sampled_from(["loan.kind", '"a"', '"ab"', '""'])
_DATES = st.sampled_from(["loan.on", "today()", '@"2026-01-31"', '(loan.on + @"P1M")'])
_SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])


def _numbers(depth: int) -> st.SearchStrategy[str]:
    if depth == 0:
        return _NUMBERS
    inner = _numbers(depth - 1)
    sums = st.tuples(inner, st.sampled_from(["+", "-"]), inner).map(lambda p: f"({' '.join(p)})")
    extremes = st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
        lambda p: f"{p[0]}({p[1]}, {p[2]})"
    )
    return st.one_of(_NUMBERS, sums, extremes)


def _conditions(depth: int) -> st.SearchStrategy[str]:
    numbers = _numbers(1)
    leaf = st.one_of(
        st.sampled_from(["loan.flag", "true", "false", "loan.flag = null", "loan.kind = null"]),
        *(
            st.tuples(kind, _SIGNS, kind).map(lambda p: f"({' '.join(p)})")
            for kind in (numbers, _STRINGS, _DATES)
        ),
        st.tuples(numbers, numbers, numbers).map(lambda p: f"({p[0]} between {p[1]} and {p[2]})"),
        st.tuples(numbers, st.sampled_from("[("), numbers, numbers, st.sampled_from("])")).map(
            lambda p: f"({p[0]} in {p[1]}{p[2]}..{p[3]}{p[4]})"
        ),
        st.tuples(_STRINGS, _STRINGS).map(lambda p: f'({p[0]} in ({p[1]}, "z", null))'),
    )
    if depth == 0:
        return leaf
    inner = _conditions(depth - 1)
    return st.one_of(
        leaf,
        inner.map(lambda text: f"not({text})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda p: f"({' '.join(p)})"),
        st.tuples(inner, inner, inner).map(lambda p: f"(if {p[0]} then {p[1]} else {p[2]})"),
    )


_QUICK = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@_QUICK
@given(text=st.one_of(_conditions(2), _numbers(2)))
def test_random_expressions(engine: Engine, rows: Table, text: str) -> None:
    node = feel.parse_expression(text)
    if all(feel.interpret(node, row, AS_OF) is None for row in ROWS):
        return  # always null: refused where it is a constant
    same(engine, rows, text)


def test_a_random_cell_is_never_null(engine: Engine, rows: Table) -> None:
    for name, cells in {
        "loan.days": [
            "< 30",
            "not(30)",
            "null",
            "not(null)",
            "[1..30)",
            "? + 1 > 30",
            "30, 31",
            "not(< 5, null)",
        ],
        "loan.kind": ['"a","b"', 'not("a")', 'contains(?, "b")', 'not("a", null)', '["a".."b"]'],
        "loan.flag": ["true", "not(true)", "false, null"],
        "loan.on": ["< today()", '[@"2026-01-01"..@"2026-03-31"]'],
    }.items():
        for cell in cells:
            tests = feel.parse_unary(cell)
            column = feel.compile_unary(tests, rows[name.replace(".", "__")], rows, AS_OF)
            found = [row["met"] for row in engine.rows(rows.select("id", met=column).order_by("id"))]
            assert found == [feel.interpret_unary(tests, row[name], row, AS_OF) for row in ROWS], cell


def test_a_moved_bound_takes_the_place_of_the_constant(engine: Engine) -> None:
    rows = frame(engine, [{"loan.days": 5, "loan.share": Decimal(bound)} for bound in (4, 5, 6)])
    days, bound = rows["loan__days"], rows["loan__share"]
    for cell, better, expected in (
        (">= 3", "low", [True, True, False]),
        ("[3..9]", "low", [True, True, False]),
        ("[3..9]", "high", [False, True, True]),
    ):
        column = feel.compile_unary(feel.parse_unary(cell), days, rows, AS_OF, bound, better=better)
        found = [row["met"] for row in engine.rows(rows.select("id", met=column).order_by("id"))]
        assert found == expected, cell
    with pytest.raises(PolicyError):
        feel.compile_unary(feel.parse_unary("1, 2"), days, rows, AS_OF, v.literal(1, "integer"))


@pytest.mark.parametrize(
    ("text", "construct"),
    [
        ("loan.days < null", "null"),
        ("upper case(loan.kind)", "`upper case`"),
        ("1 / 0", "always null"),
        ("loan.days / 0 > 1", "division by zero"),
        ("1.5 ** loan.days > 2", "not exact"),
        ("loan.days / 3 * 3 > 1", "not exact"),
        ("floor(1.5 ** loan.days)", "not exact"),
        ("loan.share ** 2 * loan.share ** 2 > 1", "18 decimal places"),
        ("[loan.days, 1]", "A list as a value"),
        ("today() - loan.on", "A days duration as a value"),
        ("for i in [1..loan.days] return i", "range whose ends depend on the row"),
    ],
)
def test_refuses_what_columns_cannot_do(engine: Engine, rows: Table, text: str, construct: str) -> None:
    with pytest.raises(PolicyError) as caught:
        compiled(engine, rows, text)
    assert caught.value.code == "feel_refused"
    assert caught.value.where == "here"
    assert construct in caught.value.message

"""Compiled FEEL against the interpreter on random expressions, by one column, by a model, and on Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postloan.engine import Engine, Table, open_engine
from postloan.errors import PostloanError
from postloan.policy import feel
from tests.policy.feel import expressions
from tests.policy.frames import AS_OF, ENV, frame

ROWS: list[dict[str, object]] = [
    {
        "loan.days": days,
        "loan.amount": amount,
        "loan.share": share,
        "loan.kind": kind,
        "loan.flag": flag,
        "loan.on": on,
    }
    for days, amount, share, kind, flag, on in (
        (None, None, None, None, None, None),
        (0, "0.00", "0", "", False, date(2024, 2, 29)),
        (30, "30.00", "30", "a", True, date(2026, 3, 31)),
        (31, "30.01", "0.333333", "ab", None, date(2026, 1, 31)),
        (-7, "-2.50", "-0.000001", "a ", True, date(1, 1, 1)),
        (1, "0.01", "2.500001", "A", False, date(2023, 12, 31)),
        (2, "12345678.90", "1", "\U0001f600b", True, date(1900, 3, 1)),
        (12, "2.50", "-2.5", "横a", None, date(9998, 12, 31)),
        (None, "7.00", None, "\uffff", False, None),
        (365, None, "0.5", None, True, date(2000, 2, 28)),
    )
]
for _row in ROWS:
    for _name in ("loan.amount", "loan.share"):
        _row[_name] = None if _row[_name] is None else Decimal(str(_row[_name]))

QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def rows(engine: Engine) -> Table:
    """Give the rows as a frame."""
    return frame(engine, ROWS)


def alike(found: object, expected: object) -> bool:
    """Tell whether a value of a column is the interpreter's; a quotient's column is a DOUBLE."""
    if isinstance(found, float) and isinstance(expected, Decimal):
        return abs(Decimal(found) - expected) <= abs(expected) * Decimal("1e-12")
    return (
        type(found) is not float
        and found == expected
        and isinstance(found, bool) == isinstance(expected, bool)
    )


def answers(engine: Engine, rows: Table, text: str) -> list[object] | None:
    """Give a compiled expression's answers; None where it is refused, or a value has no room."""
    try:
        column = feel.compile_expression(feel.parse_expression(text, ENV), rows, AS_OF)
        return [row["answer"] for row in engine.rows(rows.select("id", answer=column).order_by("id"))]
    except PostloanError as error:
        if error.code in ("feel_refused", "feel_too_large", "out_of_range"):
            return None
        raise


def expected(text: str) -> list[object]:
    node = feel.parse_expression(text, ENV)
    feel.check(node, ENV)
    return [feel.interpret(node, row, AS_OF) for row in ROWS]


ANYTHING = st.one_of(
    expressions.conditions(3), expressions.numbers(3), expressions.strings(2), expressions.dates(2)
)


@QUICK
@given(text=ANYTHING)
def test_a_column_is_what_the_interpreter_says_or_is_refused(engine: Engine, rows: Table, text: str) -> None:
    found = answers(engine, rows, text)
    if found is not None:
        for row, got, want in zip(ROWS, found, expected(text), strict=True):
            assert got is want or alike(got, want), (text, row, got, want)


BY_HAND: Sequence[tuple[str, list[object]]] = [
    # rows: null, 0, 30, 31, -7, 1, 2, 12, null, 365
    ("loan.days / 3 > 10", [None, False, False, True, False, False, False, False, None, True]),
    ("10 / loan.days >= 5", [None, None, False, False, False, True, True, False, None, False]),
    ("10 / loan.days < 0", [None, None, False, False, True, False, False, False, None, False]),
    ("loan.days / -2 = -15", [False, False, True, False, False, False, False, False, False, False]),
    ("modulo(loan.days, 4)", [None, 0, 2, 3, 1, 1, 2, 0, None, 1]),
    ("modulo(loan.days, -4)", [None, 0, -2, -1, -3, -3, -2, 0, None, -3]),
    ("string length(loan.kind)", [None, 0, 1, 2, 2, 1, 2, 2, 1, None]),
    ("substring(loan.kind, -1)", [None, None, "a", "b", " ", "A", "b", "a", "\uffff", None]),
    ('loan.kind > "\uffff"', [None, False, False, False, False, False, True, False, False, None]),
    ("count([loan.days, null][item != null])", [0, 1, 1, 1, 1, 1, 1, 1, 0, 1]),
    (
        "decimal(loan.days / 8, 1)",
        [None, *map(Decimal, ("0", "3.8", "3.9", "-0.9", "0.1", "0.2", "1.5")), None, Decimal("45.6")],
    ),
    ("loan.on.weekday", [None, 4, 2, 6, 1, 7, 4, 4, None, 1]),
    ('loan.on - @"P1D" < loan.on', [None, True, True, True, None, True, True, True, None, True]),
]


@pytest.mark.parametrize(("text", "wanted"), BY_HAND)
def test_worked_out_by_hand(engine: Engine, rows: Table, text: str, wanted: list[object]) -> None:
    assert answers(engine, rows, text) == wanted
    assert expected(text) == wanted


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    """Give a session on Spark."""
    with open_engine("spark", threads=1, memory="1GiB") as session:
        yield session


MORE = [
    "sum([loan.days, loan.amount, loan.share])",
    "mean([loan.days, 1, 2])",
    "max([loan.days, loan.amount][item > 0])",
    "distinct values([loan.days, 1, loan.days])[2]",
    "every i in [loan.days, 31] satisfies i > 0",
    "round half up(loan.share / 3, 2)",
    "loan.days * loan.share + loan.share ** 2",
    "1.01 ** loan.days",
    "string(loan.share) + string(loan.on) + string(loan.flag)",
    'substring before(loan.kind, "b")',
    'years and months duration(loan.on, today()) > @"P1Y"',
    "date(2024, loan.days, 29)",
    "day of week(loan.on)",
    "week of year(loan.on)",
    "list contains([loan.days, null], null)",
]


@pytest.mark.spark
def test_spark_gives_the_same(engine: Engine, rows: Table, spark: Engine) -> None:
    texts = [*(text for text, _ in BY_HAND), *MORE]
    found = []
    for session in (engine, spark):
        table = rows if session is engine else frame(session, ROWS)
        columns = {
            f"c{i}": feel.compile_expression(feel.parse_expression(text, ENV), table, AS_OF)
            for i, text in enumerate(texts)
        }
        found.append(session.rows(table.select("id", **columns).order_by("id")))
    for i, text in enumerate(texts):
        here, there = ([row[f"c{i}"] for row in one] for one in found)
        if any(isinstance(value, float) for value in here):
            here, there = ([None if x is None else f"{x:.14g}" for x in one] for one in (here, there))
        assert here == there, text
        if not text.startswith("1.01"):
            pairs = zip([row[f"c{i}"] for row in found[0]], expected(text), strict=True)
            assert all(got is want or alike(got, want) for got, want in pairs), text

"""Whatever a cell holds, it is answered or refused with words, and soon."""

from __future__ import annotations

import contextlib
import time
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import nodes as n
from postloan.policy.feel.interpreter import equal
from postloan.policy.feel.values import written
from tests.policy.frames import AS_OF

SOON = 5.0
"""Seconds; each of these takes a fraction of one."""


def attempt(text: str) -> object:
    """Read, check and evaluate; give the value or the code of the refusal."""
    try:
        node = feel.parse_expression(text)
        feel.check(node, {})
        return feel.interpret(node, {}, AS_OF)
    except PolicyError as error:
        return error.code if error.message else "an error without words"


DOUBLING = '{a0: "xxxxxxxxxx", ' + ", ".join(f"a{i}: a{i - 1} + a{i - 1}" for i in range(1, 60)) + "}"
GROWING = "{a0: [1, 2], " + ", ".join(f"a{i}: concatenate(a{i - 1}, a{i - 1})" for i in range(1, 40)) + "}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(" * 5000 + "1" + ")" * 5000, "feel_too_large"),
        ("[" * 61 + "1" + "]" * 61, "feel_too_large"),
        ("{a:" * 61 + "1" + "}" * 61, "feel_too_large"),
        ("-" * 9000 + "1", Decimal(1)),
        ("-" * 9000 + "x", "feel_too_large"),
        ("1" + "+1" * 4000, "feel_too_large"),
        ("not(" * 70 + "true" + ")" * 70, "feel_too_large"),
        ("if true then " * 300 + "1" + " else 2" * 300, "feel_too_large"),
        ("for a in [1] return " * 300 + "1", "feel_too_large"),
        ("function(a) " * 300 + "1", "feel_too_large"),
        ("x" * 10_001, "feel_too_large"),
        ("]1..2[-" * 200 + "1", "feel_too_large"),
        ("1e999999999", "feel_refused"),
        ("1e-999999999", "feel_refused"),
        ("1" * 5000, "feel_refused"),
        ("string(1e6000)", None),
        ("10 ** 999999999 ** 99", None),
        ("modulo(1e6000, 7)", None),
        ("decimal(1, 1e6000)", None),
        ("for a in 1..100000 return a", "feel_too_large"),
        ("for a in 1..9999, b in 1..9999 return a", "feel_too_large"),
        ("some a in 1..9999, b in 1..9999 satisfies a < 0", "feel_too_large"),
        (DOUBLING, "feel_too_large"),
        (GROWING, "feel_too_large"),
        ("{f: function(g, n) g(g, n + 1), y: f(f, 0)}", "feel_too_large"),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "^(a+)+$")', False),
        ('matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "^(a|a)*b$")', False),
        ('matches("a", "((a{99}){99}){99}")', "feel_refused"),
        ('matches("a", "' + "(" * 50 + "a" + ")" * 50 + '")', "feel_refused"),
        ('duration("P999999999999Y")', "feel_refused"),
        ('@"2026-01-01" + @"P999999999D"', None),
        ('@"2026-01-01" * 2', "ill_typed"),
        ('@"P1D" * 1e6000', None),
        ('@"P1Y" * 1e6000', None),
    ],
)
def test_comes_to_an_end(text: str, expected: object) -> None:
    started = time.monotonic()
    found = attempt(text)
    assert time.monotonic() - started < SOON
    if expected is not None:
        assert found == expected


def test_a_pattern_on_a_long_text_stops_in_time() -> None:
    node = feel.parse_expression('replace(t, "(a*)*b|a", "")')
    started = time.monotonic()
    with pytest.raises(PolicyError) as caught:
        feel.interpret(node, {"t": "a" * 20_000}, AS_OF)
    assert caught.value.code == "feel_too_large"
    assert time.monotonic() - started < SOON


WORDS = "if then else for in return not .. and date function instance of null true some satisfies x 汉 🐎 P1D"
PIECES = st.sampled_from([*"()[]{}<>=.,:?+-*/\"'`@ \n\\1e", *WORDS.split()])


@given(st.lists(PIECES, max_size=25).map(" ".join) | st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered_or_refused(text: str) -> None:
    attempt(text)
    with contextlib.suppress(PolicyError):
        feel.parse_unary(text)


SCALARS = (
    st.none()
    | st.booleans()
    | st.decimals(-(10**12), 10**12, allow_nan=False, places=3)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=8).filter(
        lambda text: "\x00" not in text
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab c-", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


def _constant(value: object) -> object:
    """Evaluate what `written` writes."""
    return feel.interpret(feel.parse_expression(written(value)), {}, AS_OF)


@given(VALUES)
@settings(deadline=None)
def test_what_is_written_is_read_back(value: object) -> None:
    assert equal(_constant(value), value) is not False
    assert written(_constant(value)) == written(value)


@given(st.dates(), st.timedeltas(timedelta(-1000), timedelta(1000)), st.integers(-500, 500), st.times())
@settings(deadline=None)
def test_dates_times_and_durations_are_read_back(day: date, span: timedelta, months: int, clock: Any) -> None:
    for value in (day, span, n.Months(months), clock):
        assert feel.parse_expression(f'@"{written(value)}"') == n.Literal(value)


NUMBERS = st.decimals(-(10**6), 10**6, allow_nan=False, places=2)


@given(NUMBERS, NUMBERS, NUMBERS)
@settings(deadline=None)
def test_a_test_says_what_the_comparison_says(value: Decimal, low: Decimal, high: Decimal) -> None:
    row = {"v": value, "a": low, "b": high}

    def holds(text: str) -> object:
        return feel.interpret(feel.parse_expression(text), row, AS_OF)

    assert holds("v in [a..b]") == holds("v >= a and v <= b") == holds("v between a and b")
    assert holds("v in ]a..b[") == holds("v in (a..b)") == holds("v > a and v < b")
    assert holds("v in (< a, > b)") == holds("v < a or v > b")
    assert holds("not(v = a)") == holds("v != a")
    assert holds("if v < a then 1 else 2") == (1 if value < low else 2)
    assert holds("min(v, a, b)") == min(value, low, high)
    assert holds("sort([v, a, b])") == sorted([value, low, high])
    assert holds("a < b") == holds("before(a, b)")
    assert holds("(v + a) - a = v") is True


TRUTHS = st.sampled_from([True, False, None])


@given(TRUTHS, TRUTHS)
@settings(deadline=None)
def test_the_laws_of_three_valued_logic(p: bool | None, q: bool | None) -> None:
    row = {"p": p, "q": q}

    def value(text: str) -> object:
        return feel.interpret(feel.parse_expression(text), row, AS_OF)

    assert value("not(p and q)") is value("not(p) or not(q)")
    assert value("p and q") is value("q and p")
    assert value("p or q") is value("q or p")
    assert value("not(not(p))") is p
    assert value("all([p, q])") is value("p and q")
    assert value("any([p, q])") is value("p or q")

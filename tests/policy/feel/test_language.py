"""FEEL by hand: what it reads, what it answers, what it refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from postloan.errors import PolicyError
from postloan.policy import feel
from tests.policy.frames import AS_OF, ENV

ROW = {
    "loan.days": 31,
    "loan.amount": Decimal("1000.50"),
    "loan.share": Decimal("0.5"),
    "loan.kind": "farmer",
    "loan.flag": True,
    "loan.on": date(2026, 1, 31),
}


def answer(text: str, row: dict[str, object] | None = None) -> object:
    node = feel.parse_expression(text)
    feel.check(node, ENV)
    return feel.interpret(node, ROW if row is None else row, AS_OF)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", Decimal(7)),
        ("(1 + 2) * 3", Decimal(9)),
        ("10 - 4 - 3", Decimal(3)),
        ("2 ** 3", Decimal(8)),
        ("-2 ** 2", Decimal(4)),
        ("10--5", Decimal(15)),
        (".5 + 1.25", Decimal("1.75")),
        ("1 / 0", None),
        ('loan.on + @"P9999Y"', None),
        ("loan.days + 1", Decimal(32)),
        ("loan.days between 31 and 60", True),
        ("loan.days in [1..30]", False),
        ("loan.days in (30..31]", True),
        ("loan.days in [31..60)", True),
        ("loan.days in (< 5, > 30)", True),
        ("loan.days in (1, 31)", True),
        ('loan.kind in ("farmer", "corporate")', True),
        ("loan.flag and loan.days > 30", True),
        ("not(loan.flag) or loan.days > 31", False),
        ('if loan.days > 30 then "late" else "early"', "late"),
        ("if null = 1 then 1 else 2", Decimal(2)),
        ("some d in [30, 60] satisfies loan.days > d", True),
        ("every d in [30, 60] satisfies loan.days > d", False),
        ("for i in 1..3 return i * 2", [Decimal(2), Decimal(4), Decimal(6)]),
        ("[10, 20, 30][2]", Decimal(20)),
        ("[10, 20, 30][item > 15]", [Decimal(20), Decimal(30)]),
        ("[10, 20, 30][-1]", Decimal(30)),
        ('date("2026-02-28")', date(2026, 2, 28)),
        ('@"2026-02-28"', date(2026, 2, 28)),
        ('loan.on + @"P1M"', date(2026, 2, 28)),
        ('loan.on + duration("P29D")', date(2026, 3, 1)),
        ("today() - loan.on", timedelta(days=59)),
        ("today()", AS_OF),
        ("now()", AS_OF),
        ("loan.on.year", Decimal(2026)),
        ("min(3, loan.days)", Decimal(3)),
        ("max([3, loan.days])", Decimal(31)),
        ("sum(1, 2, 3)", Decimal(6)),
        ('contains(loan.kind, "arm")', True),
        ('starts with(loan.kind, "x")', False),
        ("list contains([1, 31], loan.days)", True),
        ("modulo(-7, 3)", Decimal(2)),
        ("loan.days // the days past due", Decimal(31)),
        ("/* a note */ 1", Decimal(1)),
        ('"a \\"quoted\\" 汉字"', 'a "quoted" 汉字'),
    ],
)
def test_answers(text: str, expected: object) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('loan.kind = "x"', False),
        ('loan.kind != "x"', True),
        ("loan.kind = null", True),
        ("loan.days < 1", None),
        ("loan.days < 1 or true", True),
        ("loan.days < 1 and false", False),
        ("loan.days < 1 and true", None),
        ("not(loan.flag)", None),
        ("loan.days between 1 and 2", None),
        ("loan.days + 1", None),
        ("min(loan.days, 1)", None),
        ('if loan.flag then "a" else "b"', "b"),
    ],
)
def test_null_follows_the_standard(text: str, expected: object) -> None:
    assert answer(text, {}) == expected


@pytest.mark.parametrize(
    ("text", "before", "at", "after"),
    [
        ("< 30", True, False, False),
        ("<= 30", True, True, False),
        ("> 30", False, False, True),
        (">= 30", False, True, True),
        ("30", False, True, False),
        ("= 30", False, True, False),
        ("!= 30", True, False, True),
        ("[30..60]", False, True, True),
        ("(30..60]", False, False, True),
        ("[0..30]", True, True, False),
        ("[0..30)", True, False, False),
        ("not(30)", True, False, True),
        ("< 30, > 30", True, False, True),
        ("? > 29 and ? < 31", False, True, False),
        ("-", True, True, True),
    ],
)
def test_each_test_before_at_and_after_its_bound(text: str, before: bool, at: bool, after: bool) -> None:
    tests = feel.parse_unary(text)
    feel.check_unary(tests, "number", {})
    assert [feel.interpret_unary(tests, value, {}, AS_OF) for value in (29, 30, 31)] == [before, at, after]


@pytest.mark.parametrize(
    ("text", "met"),
    [
        ("-", True),
        ("", True),
        ("null", True),
        ("< 5, null", True),
        ("< 5", False),
        ("not(< 5)", False),
        ("not(null)", False),
        ("5", False),
        ("[1..5]", False),
        ("not(5)", True),  # null = 5 is false, so its negation is true
    ],
)
def test_a_cell_meets_null_only_where_it_says_so(text: str, met: bool) -> None:
    assert feel.interpret_unary(feel.parse_unary(text), None, {}, AS_OF) is met


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("loan.days +", "feel_syntax"),
        ("loan.days > 1 > 2", "feel_syntax"),
        ("{a: 1", "feel_syntax"),
        ("loan.dayz > 1", "unknown_name"),
        ('loan.days = "a"', "ill_typed"),
        ("loan.kind + 1", "ill_typed"),
        ("loan.days and true", "ill_typed"),
        ('[1, "a"]', "ill_typed"),
        ("loan.flag > true", "ill_typed"),
        ("if loan.days then 1 else 2", "ill_typed"),
        ('if loan.flag then 1 else "a"', "ill_typed"),
        ("soundex(loan.kind)", "feel_refused"),
        ('date("2025-02-29")', "feel_refused"),
        ('@"25:00:00"', "feel_refused"),
        ("(" * 100 + "1" + ")" * 100, "feel_too_large"),
        ("not(1, 2)", "feel_syntax"),
    ],
)
def test_refuses_by_name(text: str, code: str) -> None:
    with pytest.raises(PolicyError) as caught:
        feel.check(feel.parse_expression(text, where="here"), ENV, "here")
    assert (caught.value.code, caught.value.where) == (code, "here")


@pytest.mark.parametrize(
    ("text", "kind"), [('"a"', "number"), ("< 5", "string"), ("[1..2]", "date"), ("loan.days > 1", "number")]
)
def test_refuses_a_cell_of_another_kind(text: str, kind: str) -> None:
    with pytest.raises(PolicyError) as caught:
        feel.check_unary(feel.parse_unary(text), kind, ENV)
    assert caught.value.code == "ill_typed"


def test_names_with_spaces_are_read_when_declared() -> None:
    node = feel.parse_expression(
        '12 * Monthly Salary + "x Monthly Salary" = 1', {"Monthly Salary", "Monthly"}
    )
    assert feel.names(node) == {"Monthly Salary"}


def test_names_leaves_out_what_an_expression_binds() -> None:
    node = feel.parse_expression("some d in [loan.days, e] satisfies d > loan.share")
    assert feel.names(node) == {"loan.days", "e", "loan.share"}


@pytest.mark.parametrize(
    ("text", "better", "expected"),
    [
        ("< 0.70", "high", Decimal("0.70")),
        (">= 31", "low", Decimal(31)),
        ("[31..60]", "low", Decimal(31)),
        ("[0.5..0.7)", "high", Decimal("0.7")),
        ("true", "low", None),
        ("-", "low", None),
        ('@"2026-01-01"', "low", date(2026, 1, 1)),
    ],
)
def test_bound(text: str, better: str, expected: object) -> None:
    assert feel.bound(feel.parse_unary(text), better) == expected

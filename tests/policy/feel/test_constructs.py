"""FEEL beyond comparisons: contexts, functions, filters, ranges, names, dates; expected values by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from postloan.policy import feel
from tests.policy.feel.answers import answer, refusal

ROW = {
    "Applicant": {"net salary": Decimal(3000), "age": 42, "first name": "Li", "since": date(2020, 2, 29)},
    "loans": [
        {"kind": "farmer", "amount": Decimal(100), "late days": 0},
        {"kind": "mortgage", "amount": Decimal(900), "late days": 31},
        {"kind": "farmer", "amount": Decimal(300), "late days": 95},
    ],
    "Monthly Salary": Decimal(10),
    "Monthly": Decimal(1),
    "Teacher's name": "Wu",
    "debt-to-income": Decimal("0.4"),
    "debt": Decimal(5),
    "x": 5,
    "day": date(2026, 3, 31),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{a: 1, "b c": 2}', '{a: 1, "b c": 2}'),
        ("{a: 1, b: a + 1}.b", "2"),
        ('{"b c": 2, d: b c * 2}.d', "4"),
        ("{a: {b: {c: 7}}}.a.b.c", "7"),
        ("{}", "{}"),
        ("{a: x}.a", "5"),
        ("{x: 1, y: x}.y", "1"),  # an entry hides a variable of its name
        ("{a: null}.a", "null"),
        ("{a: 1} = {a: 1}", "true"),
        ("{a: 1, b: 2} = {b: 2, a: 1}", "true"),
        ("{a: 1} = {b: 1}", "false"),
        ("Applicant.age", "42"),
        ("Applicant.net salary + 1", "3001"),
        ("Applicant.since.year", "2020"),
        ('Applicant.first name + "!"', '"Li!"'),
    ],
)
def test_contexts(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(function(a, b) a + b)(1, 2)", "3"),
        ("(function(a: number, b: number) a - b)(b: 1, a: 3)", "2"),
        ("{f: function(n) n * 2, y: f(4)}.y", "8"),
        ("{f: function(n) n * 2}.f(5)", "10"),
        ("{plus: function(a) function(b) a + b, y: plus(1)(2)}.y", "3"),
        ("{twice it: function(n) n * 2, y: twice it(n: 4)}.y", "8"),
        ("{f: function(net pay) net pay * 2, y: f(4)}.y", "8"),
        ('{f: function(a, b) a + b, s: f("x", "y"), n: f(1, 2)}.s', '"xy"'),
        ("{k: x, f: function(a) a + k, x: 100, y: f(1)}.y", "6"),  # it sees what stood where it was made
        ("{max: function(a, b) a - b, y: max(5, 3)}.y", "2"),  # one's own hides the built-in
    ],
)
def test_functions(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loans.amount", "[100, 900, 300]"),
        ('loans[kind = "farmer"].amount', "[100, 300]"),
        ('loans[item.kind = "farmer" and late days > 90].amount', "[300]"),
        ("loans[late days > 30 and amount < x]", "[]"),
        ("loans[2].amount", "900"),
        ("loans[-1].late days", "95"),
        ("loans[4]", "null"),
        ("loans[0]", "null"),
        ("[1, 2, 3, 4][item > 2]", "[3, 4]"),
        ("[1, 2, 3, 4][item > 2][1]", "3"),
        ("[[1, 2], [3]][1][2]", "2"),
        ("5[item > 3]", "[5]"),
        ("5[1]", "5"),
        ("[{a: 1}, {a: null}][a = null]", "[{a: null}]"),
        ('sum(loans[kind = "farmer"].amount)', "400"),
        ("count(loans[late days >= 31])", "2"),
        ("[{item: 1}, {item: 2}][item > 1]", "[{item: 2}]"),  # an entry of the name stands before the item
    ],
)
def test_filters(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Monthly Salary * 2", "20"),
        ("Monthly   Salary + Monthly", "11"),
        ('Teacher\'s name + "x Monthly Salary"', '"Wux Monthly Salary"'),
        ("debt-to-income", "0.4"),
        ("debt - 1", "4"),
        ("debt-1", "4"),
        ("for loan in loans return loan.late days", "[0, 31, 95]"),
        ("for big loan in loans return big loan.amount", "[100, 900, 300]"),
        ("some big loan in loans satisfies big loan.amount > 800", "true"),
    ],
)
def test_names_of_several_words(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("for i in 1..3, j in i..3 return i * 10 + j", "[11, 12, 13, 22, 23, 33]"),
        ("for i in 3..1 return i", "[3, 2, 1]"),
        ("for i in (1..4) return i", "[2, 3]"),
        ("for i in [1..3] return i", "[1, 2, 3]"),
        ("for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2]", "[1, 1, 2, 3, 5]"),
        ('for d in @"2026-02-27"..@"2026-03-01" return day of week(d)', '["Friday", "Saturday", "Sunday"]'),
        ("for a in [[1, 2], [3]], b in a return b", "[1, 2, 3]"),
        ("for a in null return a", "null"),
        ("for a in [] return a", "[]"),
        ("some a in [1, 2], b in [2, 3] satisfies a = b", "true"),
        ("every a in [1, 2], b in [2, 3] satisfies a <= b", "true"),
        ("every a in [1, 2] satisfies some b in [2, 3] satisfies b > a", "true"),
        ("every a in [] satisfies a > 1", "true"),
        ("some a in [] satisfies a > 1", "false"),
        ("some a in [null, 1] satisfies a > 1", "null"),
        ("every a in null satisfies a > 1", "null"),
        ("1 + if x > 3 then 1 else 2", "2"),
    ],
)
def test_loops(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x in [1..5]", "true"),
        ("x in [1..5[", "false"),
        ("x in ]5..9]", "false"),
        ("x in (4..5]", "true"),
        ("x in ]4..6[ and x in [1, 6][2]", "false"),
        ("x in (< 3, 5)", "true"),
        ("x in (]1..3[, ]4..6[)", "true"),
        ("x in (< 3, > 5)", "false"),
        ("x in [1, 5]", "true"),
        ("x in ([1..2], [5..6])", "true"),
        ("x in [[1..2], [5..6]]", "true"),
        ("x in > 4", "true"),
        ("x in !=5", "false"),
        ("null in (1, null)", "true"),
        ("[1, 2] in [1, 2]", "true"),
        ("x in ([1, 2, 3][item > 1], 5)", "true"),
        ("[1..5].start", "1"),
        ("(1..5].start included", "false"),
        ("(1..5].end included", "true"),
        ("[1..5] = [1..5]", "true"),
        ("x between 1 and 5 and true", "true"),
        ("null between 1 and 5", "null"),
        ("x in [null..7]", "null"),
    ],
)
def test_ranges_and_tests(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", "true"),
        ('"a" instance of number', "false"),
        ("null instance of number", "false"),
        ("1 instance of Any", "true"),
        ("[1, 2] instance of list<number>", "true"),
        ("[1, 2] instance of list<string>", "false"),
        ("[1, 2] instance of list", "true"),
        ("{a: 1} instance of context<a: number>", "true"),
        ('{a: "x"} instance of context<a: number>', "false"),
        ("[1..2] instance of range<number>", "true"),
        ("1 instance of function<number> -> number", "false"),
        ('@"P1D" instance of days and time duration', "true"),
        ('@"P1M" instance of days and time duration', "false"),
        ('@"P1M" instance of years and months duration', "true"),
        ('@"2026-01-01T00:00:00" instance of date and time', "true"),
        ('@"2026-01-01T00:00:00" instance of date', "false"),
        ("day instance of date", "true"),
    ],
)
def test_instance_of(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('day + @"P1M"', "2026-04-30"),
        ('@"P1D" + day', "2026-04-01"),
        ('day - @"P1Y"', "2025-03-31"),
        ('day - @"2026-03-01"', "P30D"),
        ('day - @"2026-03-01" > @"P29D"', "true"),
        ("day.weekday", "2"),
        ('@"2026-03-31T23:30:00" + @"PT45M"', "2026-04-01T00:15:00"),
        ('@"2026-03-31T10:00:00+08:00" = @"2026-03-31T02:00:00Z"', "true"),
        ('@"2026-03-31T10:00:00+08:00" = @"2026-03-31T10:00:00"', "null"),
        ('@"2026-03-31T10:00:00+08:00" < @"2026-03-31T10:00:00"', "null"),
        ('@"2026-03-31T10:00:00Z" - @"2026-03-30T09:30:00Z"', "P1DT30M"),
        ('day - @"2026-03-30T20:30:00-01:00"', "PT2H30M"),  # beside an offset a date is midnight in UTC
        ('@"10:00:00" + @"PT15H"', "01:00:00"),
        ('@"10:00:00" - @"09:15:00"', "PT45M"),
        ('@"10:00:00" < @"10:00:01"', "true"),
        ('@"10:20:30.5".second', "30.5"),
        ('@"10:20:30+08:00".time offset', "PT8H"),
        ('@"2026-03-31T10:20:30".hour', "10"),
        ('@"P1DT2H3M4S".hours', "2"),
        ('@"-P1DT2H".days', "-1"),
        ('@"P1Y6M".months', "6"),
        ('@"P1Y6M".years', "1"),
        ('@"P1D" * 3', "P3D"),
        ('@"P1D" / 2', "PT12H"),
        ('@"P3D" / @"P1D"', "3"),
        ('@"P1Y" * 1.5', "P1Y6M"),
        ('@"P1Y" / @"P1M"', "12"),
        ('-@"P1D"', "-P1D"),
        ('@"P1D" + @"PT1H"', "P1DT1H"),
        ('@"P12M" = @"P1Y"', "true"),
        ('@"PT24H" = @"P1D"', "true"),
        ('date("9999-12-31") + @"P1D"', "null"),
    ],
)
def test_dates_times_and_durations(text: str, expected: str) -> None:
    assert answer(text, ROW) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/3*3 = 1", "false"),  # 34 digits, rounded at each step
        ("0.1 + 0.2 = 0.3", "true"),
        ("1.10 = 1.1", "true"),
        ("10 ** -2", "0.01"),
        ("2 ** 0.5 > 1.414213562373095", "true"),
        ("-1234567890123456789012345678901234", "-1234567890123456789012345678901234"),
        ("1e3 + 1", "1001"),
        ("9**9**9 > 1", "true"),
        ("10 ** 7000", "null"),
        ("1e6000 * 1e6000", "null"),
        ("0 ** -1", "null"),
        ("- - 3", "3"),
        ('"a" < "b"', "true"),
        ('"a" = null', "false"),
        ('"tab\\there"', '"tab\\there"'),
        ('"\\u6c49"', '"汉"'),
        ('"a\\\\d"', '"a\\\\d"'),
        ("true and null", "null"),
        ("false and null", "false"),
        ("true or null", "true"),
        ("1 /* one */ + 2 // and two", "3"),
        ("if null then 1 else 2", "2"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert answer(text) == expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Applicant.salary", "ill_typed"),  # no such entry
        ("{a: 1}.b", "ill_typed"),
        ("loans.colour", "ill_typed"),
        ("loans[amount]", "unknown_name"),
        ("{a: b, b: 1}", "unknown_name"),  # an entry sees those before it
        ("{a: 1, a: 2}", "feel_syntax"),
        ("{a 1}", "feel_syntax"),
        ('(function(a) a + 1)("x")', "ill_typed"),
        ('(function(a: number) a)("x")', "ill_typed"),
        ("(function(a) a)(1, 2)", "ill_typed"),
        ("(function(a) a)(b: 1)", "ill_typed"),
        ("(function(a, a) a)(1, 2)", "feel_syntax"),
        ("f(a: 1, 2)", "feel_syntax"),
        ("x(1)", "ill_typed"),
        ("function(a) external {java: {}}", "feel_refused"),
        ("(function(f) f(f))(function(f) f(f))", "feel_too_large"),
        ("1 instance of colour", "feel_syntax"),
        ('[1.."a"]', "ill_typed"),
        ("for i in 1 return i", "ill_typed"),
        ('for i in "a".."b" return i', "ill_typed"),
        ("for i in [3..1] return i", "feel_refused"),  # only 3..1 without brackets goes downwards
        ("for i in 1.5..3 return i", "feel_refused"),
        ("list replace([1, 2], 1.5, 3)", "feel_refused"),
        ("now() instance of date", "ill_typed"),  # the business date, where the standard has a moment
        ("(function(a) a) instance of function<string> -> string", "ill_typed"),
        ('@"2026-01-02" - @"2026-01-01T10:00:00"', "feel_refused"),  # the one in UTC, the other anywhere
        ('@"10:00:00.1" = @"10:00:00.2"', "feel_refused"),  # some take equality to the second only
        ('@"10:00:00Z".timezone', "feel_refused"),  # an offset is no zone
        ("(function(a) a) = (function(a) a)", "ill_typed"),
        ('@"P1M" < @"P1D"', "ill_typed"),
        ('@"2026-01-01" < @"2026-01-01T00:00:00"', "ill_typed"),
        ('@"P1Y2D"', "feel_refused"),
        ('time("25:00:00")', "feel_refused"),
        ('date and time("2026-01-01T25:00:00")', "feel_refused"),
        ('"\\uD83D"', "feel_syntax"),
        ("Net Salary + 1", "feel_syntax"),
        ("1 + ", "feel_syntax"),
        ("“a”", "feel_syntax"),
        ("x ，y", "feel_syntax"),
        ("[1, 2", "feel_syntax"),
        ("x in ()", "feel_syntax"),
        ("for i in [1] satisfies i", "feel_syntax"),
        ("12345678901234567890123456789012345", "feel_refused"),
    ],
)
def test_refusals(text: str, code: str) -> None:
    env = {
        "Applicant": "context<age: number>",
        "loans": "list<context<kind: string>>",
        "x": "number",
        "Net": "number",
    }
    assert refusal(text, env) == code


def test_a_syntax_error_names_the_place_and_what_was_expected() -> None:
    with pytest.raises(Exception, match="before `2`: nothing more is expected here"):
        feel.parse_expression("1 2")
    with pytest.raises(Exception, match="at its end: `\\]` is expected"):
        feel.parse_expression("[1, 2")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{a: 1, b: "x"}', "context<a: number, b: string>"),
        ("[{a: 1}, {a: 2}]", "list<context<a: number>>"),
        ("[1, null]", "list<number>"),
        ("for i in [1, 2] return string(i)", "list<string>"),
        ('(function(a) [a])(@"2026-01-01")', "list<date>"),
        ('{f: function(a) a, y: f("x")}.y', "string"),
        ("[1..2]", "range<number>"),
        ('sort(["a"], function(a, b) a < b)', "list<string>"),
        ('get value({a: 1}, "a")', "number"),
        ("flatten([[1], [[2]], 3])", "list<number>"),
        ('@"2026-01-01" - @"2026-01-01"', "days"),
        ("if true then null else 1", "number"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    assert feel.check(feel.parse_expression(text), {}) == kind


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("{a: b, c: a}", {"b"}),
        ("function(a) a + b", {"b"}),
        ("loans[item.x > y]", {"loans", "y"}),
        ("for a in [b], c in a return c + partial[1]", {"b"}),
        ("f(a.b)", {"a.b"}),
    ],
)
def test_the_names_that_an_expression_reads(text: str, free: set[str]) -> None:
    assert feel.names(feel.parse_expression(text)) == free

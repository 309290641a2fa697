"""Text of FEEL to syntax tree."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib import resources
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n

MAX_LENGTH = 10_000
"""Characters of one cell or guard; longer text is a table in disguise."""

MAX_DEPTH = 60
"""Brackets open at once; deeper nesting would exhaust the interpreter's stack."""

_DURATION = re.compile(r"(-)?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?")


@lru_cache(maxsize=1)
def _lark() -> Lark:
    text = resources.files(__package__).joinpath("feel.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", start=["expression", "test_list"], maybe_placeholders=False)


def parse_expression(text: str, known: Collection[str] = (), where: str = "") -> n.Node:
    """Parse a FEEL expression.

    Args:
        text: the expression.
        known: variables whose names hold spaces or signs, such as `Monthly Salary`.
        where: the place that an error names.

    Raises:
        PolicyError: `feel_syntax`, with the column and what was expected.
    """
    return _parse(text, "expression", frozenset(known), where)


def parse_unary(text: str, known: Collection[str] = (), where: str = "") -> n.UnaryTests:
    """Parse the unary tests of a cell; `-` and an empty cell are met by every value.

    Raises:
        PolicyError: `feel_syntax`, with the column and what was expected.
    """
    if text.strip() in ("", "-"):
        return n.UnaryTests(())
    node = _parse(text, "test_list", frozenset(known), where)
    assert isinstance(node, n.UnaryTests)
    if len(node.tests) == 1 and isinstance(node.tests[0], _Not):
        return n.UnaryTests(node.tests[0].tests.tests, negated=True)
    return _settle(node, where)  # type: ignore[return-value]


def _parse(text: str, start: str, known: frozenset[str], where: str) -> n.Node:
    _refuse_oversized(text, where)
    return _parse_cached(text, start, known, where)


@lru_cache(maxsize=16_384)
def _parse_cached(text: str, start: str, known: frozenset[str], where: str) -> n.Node:
    try:
        tree = _lark().parse(_quote_known(text, known), start=start)
        node: n.Node = _Builder().transform(tree)
    except UnexpectedInput as error:
        raise _syntax_error(text, error, where) from error
    except VisitError as error:
        if isinstance(error.orig_exc, PolicyError):
            raise PolicyError(
                error.orig_exc.code, error.orig_exc.message, where=where, mend=error.orig_exc.mend
            ) from error
        raise
    return node if start == "test_list" else _settle(node, where)


def _refuse_oversized(text: str, where: str) -> None:
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    if len(text) > MAX_LENGTH or deepest > MAX_DEPTH or text.count("-") > 500:
        raise PolicyError(
            "feel_too_large",
            f"The expression is longer than {MAX_LENGTH} characters or nested deeper than {MAX_DEPTH}.",
            where=where,
            mend="Split it into a decision table or a fact.",
        )


def _syntax_error(text: str, error: UnexpectedInput, where: str) -> PolicyError:
    column = getattr(error, "column", -1)
    at = f"at character {column}" if isinstance(column, int) and column > 0 else "at its end"
    return PolicyError(
        "feel_syntax",
        f"`{text}` is not FEEL as far as it is supported here: it cannot be read {at}.",
        where=where,
        mend="Boxed contexts, function definitions, `instance of` and `]a..b[` are not supported; "
        "names with spaces must be declared.",
    )


def _quote_known(text: str, known: frozenset[str]) -> str:
    """Put names that hold spaces or signs in backquotes, longest first, outside string literals."""
    odd = sorted((name for name in known if not re.fullmatch(r"[\w.]+", name)), key=len, reverse=True)
    if not odd:
        return text
    choice = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in odd)
    pattern = re.compile(rf'("(?:\\.|[^"\\])*")|(?<![\w.])({choice})(?!\w)')
    return pattern.sub(lambda m: m[1] or "`" + " ".join(m[2].split()) + "`", text)


class _Not(n.Call):
    """`not(…)` before it is known whether it is the function or a negated cell."""

    tests: n.UnaryTests


def _not(tests: n.UnaryTests) -> _Not:
    node = _Not("not", tests.tests)
    object.__setattr__(node, "tests", tests)
    return node


def _settle(node: n.Node, where: str) -> n.Node:
    """Check that each `not(…)` inside an expression has one plain argument."""
    for part in n.walk(node):
        if isinstance(part, n.Call) and part.function == "not":
            argument = part.arguments[0]
            if len(part.arguments) != 1 or isinstance(argument, n.Comparison):
                raise PolicyError(
                    "feel_syntax",
                    "`not(…)` inside an expression takes one truth value.",
                    where=where,
                    mend="A negated test stands alone in its cell: not(< 5, > 10).",
                )
    return node


def parse_temporal(text: str) -> date | timedelta | n.Months | None:
    """Read a date (2024-02-29) or a duration (P30D, P1Y6M); None if it is neither."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    match = _DURATION.fullmatch(text)
    if match is None or text.endswith("P"):
        return None
    sign = -1 if match[1] else 1
    years, months, days = (int(part or 0) for part in match.groups()[1:])
    if match[4] is None:
        return n.Months(sign * (12 * years + months))
    return None if match[2] or match[3] else timedelta(days=sign * days)


def _temporal_call(name: str, argument: n.Node) -> n.Node:
    """Fold `date("…")` and `duration("…")` of a constant; one that is no date is refused, not null."""
    if not isinstance(argument, n.Literal):
        return n.Call(name, (argument,))
    value = parse_temporal(argument.value) if isinstance(argument.value, str) else None
    if value is None or isinstance(value, date) != (name == "date"):
        raise PolicyError(
            "feel_refused",
            f"`{name}(…)` is given {argument.value!r}, which is no {name} that exists.",
            mend='Write date("2024-02-29"), duration("P30D") or duration("P1Y6M").',
        )
    return n.Literal(value)


_ESCAPES = re.compile(r'\\(u[0-9A-Fa-f]{4}|["\\/bfnrt\'])')


def _unquote(text: str) -> str:
    inner = _ESCAPES.sub(lambda m: "'" if m[1] == "'" else json.loads(f'"\\{m[1]}"'), text[1:-1])
    if "\x00" in inner:
        raise PolicyError("feel_syntax", "A string holds a null character.")
    return inner


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Turn the parse tree into nodes; one method a rule of the grammar."""

    def _first(self, node: Any) -> Any:
        return node

    expression = disjunction = conjunction = comparison = additive = _first
    product = power = unary = postfix = primary = _first

    def number(self, token: Token) -> n.Literal:
        return n.Literal(Decimal(str(token)))

    def string(self, token: Token) -> n.Literal:
        return n.Literal(_unquote(str(token)))

    def at_literal(self, token: Token) -> n.Literal:
        value = parse_temporal(str(token)[2:-1])
        if value is None:
            raise PolicyError(
                "feel_refused",
                f"`{token}` is neither a date nor a duration in days or in years and months.",
                mend='Write @"2024-02-29", @"P30D" or @"P1Y6M"; times of day are not supported.',
            )
        return n.Literal(value)

    def true(self) -> n.Literal:
        return n.Literal(True)

    def false(self) -> n.Literal:
        return n.Literal(False)

    def null(self) -> n.Literal:
        return n.Literal(None)

    def question(self) -> n.Question:
        return n.Question()

    def plain_name(self, token: Token) -> n.Name:
        return n.Name(str(token))

    def quoted_name(self, token: Token) -> n.Name:
        return n.Name(str(token)[1:-1])

    def property(self, base: n.Node, name: Token) -> n.Node:
        if isinstance(base, n.Name):
            return n.Name(f"{base.text}.{name}")
        return n.Property(base, str(name))

    def filter(self, base: n.Node, condition: n.Node) -> n.Node:
        return n.Filter(base, condition)

    def call(self, function: Token, arguments: tuple[n.Node, ...]) -> n.Node:
        name = re.sub(r"\s+", " ", str(function))
        if name in ("date", "duration") and len(arguments) == 1:
            return _temporal_call(name, arguments[0])
        return n.Call(name, arguments)

    def not_(self, tests: n.UnaryTests) -> n.Node:
        return _not(tests)

    def arguments(self, *items: n.Node) -> tuple[n.Node, ...]:
        return items

    def list_(self, items: tuple[n.Node, ...]) -> n.Node:
        return n.ListOf(items)

    def range_closed_closed(self, low: n.Node, high: n.Node) -> n.Node:
        return n.Range(low, high, True, True)

    def range_closed_open(self, low: n.Node, high: n.Node) -> n.Node:
        return n.Range(low, high, True, False)

    def range_open_closed(self, low: n.Node, high: n.Node) -> n.Node:
        return n.Range(low, high, False, True)

    def range_open_open(self, low: n.Node, high: n.Node) -> n.Node:
        return n.Range(low, high, False, False)

    def negate(self, sign: Token, operand: n.Node) -> n.Node:
        if sign != "-":
            raise PolicyError("feel_syntax", "`+` cannot stand in front of a value.")
        if isinstance(operand, n.Literal) and isinstance(operand.value, Decimal):
            return n.Literal(-operand.value)
        return n.Negate(operand)

    def arithmetic(self, left: n.Node, operator: Token, right: n.Node) -> n.Node:
        return n.Arithmetic(str(operator), left, right)

    def compare(self, left: n.Node, operator: Token, right: n.Node) -> n.Node:
        return n.Compare(str(operator), left, right)

    def between(self, value: n.Node, low: n.Node, high: n.Node) -> n.Node:
        return n.Between(value, low, high)

    def in_value(self, value: n.Node, target: n.Node) -> n.Node:
        return n.In(value, n.UnaryTests((target,)))

    def in_tests(self, value: n.Node, tests: n.Node) -> n.Node:
        return n.In(value, tests if isinstance(tests, n.UnaryTests) else n.UnaryTests((tests,)))

    def comparison_test(self, operator: Token, bound: n.Node) -> n.Node:
        return n.Comparison(str(operator), bound)

    def test_list(self, *tests: n.Node) -> n.Node:
        return n.UnaryTests(tests)

    def and_(self, left: n.Node, right: n.Node) -> n.Node:
        return n.And(left, right)

    def or_(self, left: n.Node, right: n.Node) -> n.Node:
        return n.Or(left, right)

    def if_(self, condition: n.Node, yes: n.Node, no: n.Node) -> n.Node:
        return n.If(condition, yes, no)

    def binding(self, name: n.Name, source: n.Node) -> n.Binding:
        return n.Binding(name.text, source)

    def binding_range(self, name: n.Name, low: n.Node, high: n.Node) -> n.Binding:
        return n.Binding(name.text, n.Range(low, high, True, True))

    def bindings(self, *items: n.Binding) -> tuple[n.Binding, ...]:
        return items

    def for_(self, bindings: tuple[n.Binding, ...], body: n.Node) -> n.Node:
        return n.For(bindings, body)

    def some_(self, bindings: tuple[n.Binding, ...], condition: n.Node) -> n.Node:
        return n.Quantified("some", bindings, condition)

    def every_(self, bindings: tuple[n.Binding, ...], condition: n.Node) -> n.Node:
        return n.Quantified("every", bindings, condition)

"""The rest of the grammar: literals, names, lists, ranges, contexts, functions, `if`, `for`, `some`."""

# ruff: noqa: D102 - each method is the rule of its name in the grammar of the standard

from __future__ import annotations

from decimal import Decimal

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.grammar import RESERVED, Grammar
from postloan.policy.feel.literals import (
    parse_temporal,
    read_date,
    read_duration,
    read_moment,
    read_time,
    unquote,
)
from postloan.policy.feel.typenames import read_type

MAX_EXPONENT = 6144
"""The largest power of ten in decimal128, the standard's arithmetic."""

_WORDS = {"true": True, "false": False, "null": None}

_FOLDED = {
    "date": (read_date, "date", "2024-02-29"),
    "time": (read_time, "time of day", "23:59:00"),
    "date and time": (read_moment, "date and time", "2024-02-29T23:59:00"),
    "duration": (read_duration, "duration", "P30D"),
}


class Reader(Grammar):
    """Reads whole expressions."""

    def primary(self) -> n.Node:
        token = self.token
        match token.kind:
            case "number":
                self.at += 1
                return number(token.text)
            case "string":
                self.at += 1
                return n.Literal(unquote(token.text))
            case "at":
                self.at += 1
                return _at_literal(token.text)
            case "quoted":
                self.at += 1
                return n.Name(token.text[1:-1])
            case "word":
                return self.word()
        if self.take("("):
            return self.parenthesis()
        if self.take("["):
            return self.bracket()
        if self.sees("]"):
            self.at += 1
            return self.range_from(self.additive(), closed=False)
        if self.take("{"):
            return self.context()
        if self.take("?"):
            return n.Question()
        raise self.error("a value is expected")

    # Words --------------------------------------------------------------------------------------------

    def word(self) -> n.Node:
        known = self.known(self.scope)
        if known is not None:
            self.at += known[0]
            return n.Name(known[1])
        builtin = self.spaced_builtin()
        if builtin:
            return self.call(builtin, self.arguments())
        word = self.token.text
        rule = {
            "if": self.if_,
            "for": self.for_,
            "some": self.quantified,
            "every": self.quantified,
            "function": self.function,
            "not": self.not_,
        }.get(word)
        if rule is not None and not (word == "not" and self.tokens[self.at + 1].text != "("):
            return rule()
        if word in RESERVED:
            raise self.error("a value is expected")
        self.at += 1
        return n.Literal(_WORDS[word]) if word in _WORDS else n.Name(word)

    def spaced_builtin(self) -> str:
        """Take the name of a built-in function of several words, if one is called here."""
        words: list[str] = []
        while self.tokens[self.at + len(words)].kind == "word" and len(words) < 6:
            words.append(self.tokens[self.at + len(words)].text)
        name = " ".join(words)
        called = self.tokens[self.at + len(words)].text == "("
        if len(words) > 1 and called and self.is_builtin(name):
            self.at += len(words)
            return name
        return ""

    def call(self, name: str, arguments: tuple[n.Node, ...]) -> n.Node:
        first = arguments[0] if len(arguments) == 1 else None
        value = first.value if isinstance(first, n.Argument) and first.name == "from" else first
        if name in _FOLDED and isinstance(value, n.Literal) and isinstance(value.value, str):
            return _folded(name, value.value)
        return n.Call(name, arguments)

    def not_(self) -> n.Node:
        self.at += 2
        named = self.is_named()
        self.at -= 1
        if named:
            return n.Call("not", self.arguments())
        self.want("(")
        tests = self.test_list()
        self.want(")")
        if len(tests.tests) != 1 or isinstance(tests.tests[0], n.Comparison):
            raise PolicyError(
                "feel_syntax",
                "`not(…)` inside an expression takes one truth value.",
                mend="A negated test stands alone in its cell: not(< 5, > 10).",
            )
        return n.Call("not", tests.tests)

    def if_(self) -> n.Node:
        self.at += 1
        condition = self.expression()
        self.want("then")
        yes = self.expression()
        self.want("else")
        return n.If(condition, yes, self.expression())

    def bindings(self, *ends: str) -> tuple[n.Binding, ...]:
        found: list[n.Binding] = []
        while True:
            name = self.new_name("in")
            self.want("in")
            source = self.expression()
            if self.take(".."):
                source = n.Range(source, self.expression(), True, True, counted=True)
            found.append(n.Binding(name, source))
            self.declare(name)
            if not self.take(","):
                self.want(*ends)
                return tuple(found)

    def for_(self) -> n.Node:
        self.at += 1
        before = len(self.scope)
        bindings = self.bindings("return")
        node = n.For(bindings, self.expression())
        del self.scope[before:]
        return node

    def quantified(self) -> n.Node:
        kind = self.want("some", "every")
        before = len(self.scope)
        bindings = self.bindings("satisfies")
        node = n.Quantified(kind, bindings, self.expression())
        del self.scope[before:]
        return node

    def function(self) -> n.Node:
        self.at += 1
        self.want("(")
        before = len(self.scope)
        parameters: list[n.Parameter] = []
        while not self.sees(")"):
            name = self.new_name(":", ",", ")")
            parameters.append(n.Parameter(name, read_type(self) if self.take(":") else "any"))
            self.declare(name)
            if not self.take(","):
                break
        self.want(")")
        names = [one.name for one in parameters]
        if len(set(names)) < len(names):
            raise self.error("two parameters have one name")
        if self.sees("external"):
            raise PolicyError(
                "feel_refused",
                "An external function runs code of another system, which a policy must not.",
                mend="Write the function in FEEL, or make its result a fact.",
            )
        node = n.Function(tuple(parameters), self.expression())
        del self.scope[before:]
        return node

    # Brackets -----------------------------------------------------------------------------------------

    def parenthesis(self) -> n.Node:
        node = self.closed_off()
        if self.sees(".."):
            return self.range_from(node, closed=False)
        self.want(")")
        return node

    def closed_off(self) -> n.Node:
        """Read what stands in brackets of its own, where a `[` filters again."""
        outer, self.in_range = self.in_range, False
        node = self.expression()
        self.in_range = outer
        return node

    def range_from(self, low: n.Node, *, closed: bool) -> n.Node:
        self.want("..")
        outer, self.in_range = self.in_range, True
        high = self.additive()
        self.in_range = outer
        return n.Range(low, high, closed, self.want("]", ")", "[") == "]")

    def bracket(self) -> n.Node:
        if self.take("]"):
            return n.ListOf(())
        items = [self.closed_off()]
        if self.sees(".."):
            return self.range_from(items[0], closed=True)
        while self.take(","):
            items.append(self.closed_off())
        self.want("]")
        return n.ListOf(tuple(items))

    def context(self) -> n.Node:
        before, outer, self.in_range = len(self.scope), self.in_range, False
        entries: list[n.Entry] = []
        while not self.sees("}"):
            if self.token.kind == "string":
                name = unquote(self.token.text)
                self.at += 1
            else:
                name = self.new_name(":")
            self.want(":")
            entries.append(n.Entry(name, self.expression()))
            self.declare(name)
            if not self.take(","):
                break
        self.want("}")
        names = [one.name for one in entries]
        if len(set(names)) < len(names):
            raise self.error("two entries have one name")
        del self.scope[before:]
        self.in_range = outer
        return n.Context(tuple(entries))


def number(text: str) -> n.Literal:
    """Read a number.

    Raises:
        PolicyError: `feel_refused` where decimal128 cannot hold it exactly.
    """
    digits, _, exponent = text.lower().partition("e")
    if len(exponent) > 5 or abs(int(exponent or 0)) > MAX_EXPONENT - 34 or len(digits) > 40:
        raise _inexact(text)
    value = Decimal(text)
    if len("".join(map(str, value.as_tuple().digits)).strip("0")) > 34:
        raise _inexact(text)
    return n.Literal(value)


def _inexact(text: str) -> PolicyError:
    return PolicyError(
        "feel_refused",
        f"The number {text[:40]} has more than 34 digits or lies beyond 10 to the power of {MAX_EXPONENT}.",
        mend="Round it, or write it in a larger unit.",
    )


def _folded(name: str, text: str) -> n.Node:
    """Fold `date("…")` and the like; what is none is refused, where the standard has null."""
    read, called, example = _FOLDED[name]
    value = read(text)
    if value is None:
        raise PolicyError(
            "feel_refused",
            f"`{name}(…)` is given {text!r}, which is no {called} that exists.",
            mend=f'Write {name}("{example}").',
        )
    return n.Literal(value)


def _at_literal(token: str) -> n.Node:
    value = parse_temporal(token[2:-1])
    if value is None:
        raise PolicyError(
            "feel_refused",
            f"`{token}` is neither a date, a time nor a duration in days or in years and months.",
            mend='Write @"2024-02-29", @"23:59:00", @"P30D" or @"P1Y6M".',
        )
    return n.Literal(value)

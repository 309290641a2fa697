"""The grammar of FEEL, read from left to right: one method a rule of the standard (DMN 1.5, 10.3.1.2).

Names may hold spaces and signs, so which tokens make a name depends on the names that are known where it
stands; a table of rules that knows no scope cannot tell. Hence a parser by hand.
"""

# ruff: noqa: D102 - each method is the rule of its name in the grammar of the standard

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from decimal import Decimal

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.feel.lexer import Pattern, Token, pattern, shown, tokens
from postloan.policy.feel.typenames import read_type

MAX_LEVEL = 45
"""Expressions open at once while reading; each costs several frames of the stack."""

COMPARE = ("<=", ">=", "!=", "<", ">", "=")
RESERVED = frozenset(
    ("then", "else", "in", "return", "satisfies", "between", "and", "or", "instance", "of", "external")
)
KEYWORDS = RESERVED.union(("if", "for", "some", "every", "function", "not", "true", "false", "null"))
"""Words of the language itself, which are no names."""

_NAME_SIGNS = frozenset("-+*/'.")


class Grammar(ABC):
    """Reads one text; `scope` holds the names of several words that are known, by their first token."""

    def __init__(
        self, text: str, odd: Iterable[str], members: Iterable[str], is_builtin: Callable[[str], bool]
    ) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.level = 0
        self.is_builtin = is_builtin
        self.scope: list[tuple[Pattern, str]] = []
        self.members: list[tuple[Pattern, str]] = []
        self.ends: set[int] = set()  # places where `[` was found to end a range, not to filter
        for name in members:
            self.declare(name)
        self.scope.clear()
        for name in odd:
            self.declare(name)

    # Tokens -------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def sees(self, *texts: str) -> bool:
        return self.token.kind in ("sign", "word") and self.token.text in texts

    def take(self, *texts: str) -> bool:
        found = self.sees(*texts)
        self.at += found
        return found

    def want(self, *texts: str) -> str:
        if not self.sees(*texts):
            raise self.error(f"{' or '.join(f'`{text}`' for text in texts)} is expected")
        self.at += 1
        return self.tokens[self.at - 1].text

    def error(self, what: str) -> PolicyError:
        if self.token.kind == "end":
            place = "at its end"
        else:
            place = f"at character {self.token.start + 1}, before `{shown(self.text[self.token.start :])}`"
        return PolicyError(
            "feel_syntax",
            f"`{shown(self.text)}` cannot be read {place}: {what}.",
            mend="Names with spaces or signs must be declared; docs/feel.md shows each form.",
        )

    # Names --------------------------------------------------------------------------------------------

    def declare(self, name: str) -> None:
        found = pattern(name)
        if len(found) > 1:
            self.scope.append((found, name))
            self.members.append((found, name))

    def known(self, names: list[tuple[Pattern, str]]) -> tuple[int, str] | None:
        """Give the longest known name of several words that stands here: its length and itself."""
        best: tuple[int, str] | None = None
        for found, name in names:
            if (best is None or len(found) > best[0]) and self.stands(found):
                best = (len(found), name)
        return best

    def stands(self, found: Pattern) -> bool:
        if self.token.text != found[0][0] or self.at + len(found) >= len(self.tokens):
            return False
        return all(
            token.text == text and (i == 0 or token.spaced == spaced)
            for i, (token, (text, spaced)) in enumerate(zip(self.tokens[self.at :], found, strict=False))
        )

    def new_name(self, *ends: str) -> str:
        """Read a name that is being given, up to one of the signs or words that end it."""
        parts: list[str] = []
        while not self.sees(*ends):
            token = self.token
            fits = token.kind in ("word", "number") or (token.kind == "sign" and token.text in _NAME_SIGNS)
            if not fits or (not parts and token.kind != "word"):
                raise self.error("a name is expected")
            parts.append((" " if token.spaced and parts else "") + token.text)
            self.at += 1
        if not parts:
            raise self.error("a name is expected")
        return "".join(parts)

    def is_named(self) -> bool:
        """Tell whether a name and a colon stand here, as before an argument or an entry."""
        i = self.at
        while self.tokens[i].kind in ("word", "number") or self.tokens[i].text in _NAME_SIGNS:
            i += 1
        return i > self.at and self.tokens[i].text == ":" and self.tokens[i].kind == "sign"

    # Expressions --------------------------------------------------------------------------------------

    def whole(self, rule: Callable[[], n.Node]) -> n.Node:
        node = rule()
        if self.token.kind != "end":
            raise self.error("nothing more is expected here")
        return node

    def expression(self) -> n.Node:
        self.level += 1
        if self.level > MAX_LEVEL:
            raise PolicyError("feel_too_large", f"The expression is nested deeper than {MAX_LEVEL}.")
        node = self.disjunction()
        self.level -= 1
        return node

    def disjunction(self) -> n.Node:
        node = self.conjunction()
        while self.take("or"):
            node = n.Or(node, self.conjunction())
        return node

    def conjunction(self) -> n.Node:
        node = self.comparison()
        while self.take("and"):
            node = n.And(node, self.comparison())
        return node

    def comparison(self) -> n.Node:
        node = self.additive()
        if self.sees(*COMPARE):
            return n.Compare(self.want(*COMPARE), node, self.additive())
        if self.take("between"):
            low = self.additive()
            self.want("and")
            return n.Between(node, low, self.additive())
        if self.take("in"):
            return n.In(node, self.in_tests())
        return node

    def in_tests(self) -> n.UnaryTests:
        if self.sees("("):
            start, before = self.at, len(self.scope)
            self.at += 1
            tests = self.test_list()
            if not self.sees(".."):
                self.want(")")
                return tests
            self.at = start
            del self.scope[before:]
        return n.UnaryTests((self.test(),)) if self.sees(*COMPARE) else n.UnaryTests((self.additive(),))

    def additive(self) -> n.Node:
        node = self.product()
        while self.sees("+", "-"):
            node = n.Arithmetic(self.want("+", "-"), node, self.product())
        return node

    def product(self) -> n.Node:
        node = self.power()
        while self.sees("*", "/"):
            node = n.Arithmetic(self.want("*", "/"), node, self.power())
        return node

    def power(self) -> n.Node:
        node = self.unary()
        while self.take("**"):
            node = n.Arithmetic("**", node, self.unary())
        return node

    def unary(self) -> n.Node:
        signs = 0
        while self.take("-"):
            signs += 1
        if self.sees("+"):
            raise self.error("`+` cannot stand in front of a value")
        node = self.instance()
        for _ in range(signs):
            literal = isinstance(node, n.Literal) and isinstance(node.value, Decimal)
            node = n.Literal(node.value.copy_negate()) if literal else n.Negate(node)  # type: ignore[attr-defined]
        return node

    def instance(self) -> n.Node:
        node = self.postfix()
        if self.sees("instance"):
            self.at += 1
            self.want("of")
            return n.InstanceOf(node, read_type(self))
        return node

    def postfix(self) -> n.Node:
        node = self.primary()
        while True:
            if self.take("."):
                node = self.property(node)
            elif self.sees("("):
                node = self.invocation(node)
            elif self.sees("[") and self.at not in self.ends:
                filtered = self.filter(node)
                if filtered is None:
                    return node
                node = filtered
            else:
                return node

    def property(self, base: n.Node) -> n.Node:
        known = self.known(self.members)
        if known is None and self.token.kind != "word":
            raise self.error("the name of an entry is expected")
        length, name = known or (1, self.token.text)
        self.at += length
        return n.Name(f"{base.text}.{name}") if isinstance(base, n.Name) else n.Property(base, name)

    in_range = False
    """Whether the far end of a range is being read, where `[` may be the range's open end."""

    def filter(self, base: n.Node) -> n.Node | None:
        """Read `[condition]`; None where the bracket turns out to be the open end of a range."""
        start, level, before, outer = self.at, self.level, len(self.scope), self.in_range
        self.at += 1
        self.scope += self.members
        self.in_range = False
        try:
            condition = self.expression()
            self.want("]")
        except PolicyError:
            if not outer:
                raise
            self.at, self.level = start, level
            self.ends.add(start)
            return None
        finally:
            del self.scope[before:]
            self.in_range = outer
        return n.Filter(base, condition)

    def invocation(self, function: n.Node) -> n.Node:
        arguments = self.arguments()
        if isinstance(function, n.Name) and "." not in function.text:
            return self.call(function.text, arguments)
        return n.Invoke(function, arguments)

    def arguments(self) -> tuple[n.Node, ...]:
        self.want("(")
        found: list[n.Node] = []
        while not self.sees(")"):
            if self.is_named():
                name = self.new_name(":")
                self.want(":")
                found.append(n.Argument(name, self.expression()))
            else:
                found.append(self.expression())
            if not self.take(","):
                break
        self.want(")")
        if len({isinstance(one, n.Argument) for one in found}) > 1:
            raise self.error("a call names all of its arguments or none")
        return tuple(found)

    @abstractmethod
    def call(self, name: str, arguments: tuple[n.Node, ...]) -> n.Node:
        """Make the node of a call by name."""

    @abstractmethod
    def primary(self) -> n.Node:
        """Read what no sign joins: a literal, a name, a bracket."""

    # Unary tests --------------------------------------------------------------------------------------

    def test(self) -> n.Node:
        if self.sees(*COMPARE):
            return n.Comparison(self.want(*COMPARE), self.additive())
        return self.expression()

    def test_list(self) -> n.UnaryTests:
        tests = [self.test()]
        while self.take(","):
            tests.append(self.test())
        return n.UnaryTests(tuple(tests))

    def cell(self) -> n.UnaryTests:
        """Read a cell; `not(…)` around all of it turns its tests round."""
        if self.sees("not") and self.tokens[1].text == "(" and self.closes(1) == len(self.tokens) - 2:
            self.at += 2
            tests = self.test_list()
            self.want(")")
            return n.UnaryTests(tests.tests, negated=True)
        return self.test_list()

    def closes(self, opening: int) -> int:
        """Give the place of the bracket that closes a round one."""
        depth = 0
        for i in range(opening, len(self.tokens)):
            token = self.tokens[i]
            if token.kind == "sign":
                depth += (token.text == "(") - (token.text == ")")
            if depth == 0:
                return i
        return -1

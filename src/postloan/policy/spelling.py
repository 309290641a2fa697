"""FEEL written out again from its syntax tree, as far as mutants need it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from postloan.policy.feel import nodes as n


def spell(node: n.Node) -> str:
    """Give an expression or the tests of a cell as FEEL text."""
    match node:
        case n.UnaryTests(tests, negated):
            inner = ", ".join(spell(test) for test in tests)
            return f"not({inner})" if negated else inner or "-"
        case n.Literal(value):
            return constant(value)
        case n.Name(text):
            return text
        case n.Question():
            return "?"
        case n.Negate(operand):
            return f"-{spell(operand)}"
        case n.Arithmetic(sign, left, right) | n.Compare(sign, left, right):
            return f"{_part(left)} {sign} {_part(right)}"
        case n.And(left, right):
            return f"{_joined(left)} and {_joined(right)}"
        case n.Or(left, right):
            return f"{spell(left)} or {spell(right)}"
        case n.Between(value, low, high):
            return f"{_part(value)} between {_part(low)} and {_part(high)}"
        case n.Range(low, high, low_closed, high_closed):
            ends = ("[" if low_closed else "(", "]" if high_closed else ")")
            return f"{ends[0]}{spell(low)}..{spell(high)}{ends[1]}"
        case n.ListOf(items):
            return f"[{', '.join(spell(item) for item in items)}]"
        case n.If(condition, yes, no):
            return f"if {spell(condition)} then {spell(yes)} else {spell(no)}"
        case n.Comparison(sign, bound):
            return f"{sign} {spell(bound)}"
        case n.In(value, tests):
            return f"{_part(value)} in ({spell(tests)})"
        case n.Call(function, arguments):
            return f"{function}({', '.join(spell(item) for item in arguments)})"
        case n.Property(base, name):
            return f"{_part(base)}.{name}"
        case n.Filter(base, condition):
            return f"{_part(base)}[{spell(condition)}]"
    return f"({type(node).__name__.lower()} …)"


def constant(value: object) -> str:
    """Give a constant as FEEL text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            quoted = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{quoted}"'
        case Decimal():
            return f"{value:f}"
        case date():
            return f'date("{value.isoformat()}")'
        case timedelta():
            return f'duration("P{value.days}D")'
        case n.Months(count):
            return f'duration("P{count}M")'
    return str(value)


def _joined(node: n.Node) -> str:
    """Give an operand of `and`, which binds closer than `or`."""
    return f"({spell(node)})" if isinstance(node, n.Or | n.If | n.Quantified | n.For) else spell(node)


def _part(node: n.Node) -> str:
    """Give an operand, in brackets where it has an operator of its own."""
    loose = (n.And, n.Or, n.Compare, n.Arithmetic, n.Between, n.If, n.In, n.Quantified, n.For)
    return f"({spell(node)})" if isinstance(node, loose) else spell(node)

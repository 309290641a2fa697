"""Outcomes of a table by the rules that are met: what hit policies make of a set of rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from postloan.policy.checked import CheckedTable
from postloan.policy.feel import nodes as n
from postloan.policy.verification.cells import OpaqueError, constant
from postloan.policy.verification.search import GOOD, SPLIT, Judge, Label

CHANGES = "changes"
"""The verdict on a box in which the table answers otherwise without the rule."""


@dataclass(frozen=True)
class Answers:
    """What each rule of a table answers.

    Args:
        outputs: the outputs by bit: constants as they are, other expressions by their syntax tree.
        defaults: the outputs where no rule is met; None if the table has no default.
        sign: the aggregation, or empty.
    """

    policy: str
    sign: str
    outputs: dict[int, tuple[Any, ...]]
    defaults: tuple[Any, ...] | None
    same: dict[tuple[Any, ...], int]

    def alike(self, rule: int) -> int:
        """Give the rules that answer as a rule does, itself among them."""
        return self.same[self.outputs[rule]]

    def all_alike(self, rules: int) -> bool:
        """Tell whether some rules all answer the same."""
        low = (rules & -rules).bit_length() - 1
        return not rules or not rules & ~self.alike(low)


def answers(checked: CheckedTable, places: Sequence[int], names: Sequence[str] | None = None) -> Answers:
    """Collect what the rules of a table answer, by their bits; of some outputs only, where named."""
    items = {item.name: item for item in checked.outputs}
    chosen = [items[name] for name in (items if names is None else names)]
    outputs = {place: tuple(answer(item.cells[rule]) for item in chosen) for rule, place in enumerate(places)}
    same: dict[tuple[Any, ...], int] = {}
    for place, given in outputs.items():
        same[given] = same.get(given, 0) | 1 << place
    defaults = tuple(_plain(item.default) for item in chosen) if checked.has_default else None
    return Answers(checked.table.hit_policy, checked.table.aggregation, outputs, defaults, same)


def answer(cell: n.Node) -> Any:
    """Give an output that is the same for every row as its value, with truth values told from numbers.

    Of any other the expression is given.
    """
    try:
        value = constant(cell)
    except OpaqueError:
        return cell
    is_scalar = value is None or isinstance(value, bool | Decimal | str | date | timedelta)
    return _plain(value) if is_scalar else cell


def _plain(value: Any) -> Any:
    return ("yes" if value else "no",) if isinstance(value, bool) else value


def without(told: Answers, rule: int) -> Judge | None:
    """Give the judge of the boxes in which the table answers otherwise without a rule that is met there.

    None where the answer always changes: under hit policies that count every rule that is met, and under
    UNIQUE unless the default says the same.
    """
    if told.sign in ("<", ">", "+"):
        return _of_aggregate(told, rule)
    if told.policy == "U" and told.defaults != told.outputs[rule]:
        return None
    judges = {"F": _of_first, "P": _of_first, "U": _of_unique, "A": _of_any}
    made = judges.get(told.policy)
    return None if made is None else made(told, rule)


def _of_first(told: Answers, rule: int) -> Judge:
    """One rule wins, that of the lowest bit."""
    earlier, alike, bit = (1 << rule) - 1, told.alike(rule), 1 << rule
    falls_to_default = told.defaults == told.outputs[rule]

    def judge(may: int, must: int) -> Label:
        if must & earlier:
            return GOOD
        after, sure = may & ~earlier & ~bit, must & ~earlier & ~bit
        window = after & ((sure & -sure) * 2 - 1) if sure else after
        if not window & ~alike and (sure or falls_to_default):
            return GOOD
        if may & earlier:
            return SPLIT
        first = window & -window
        if (first & sure and not first & alike) or (not window and not falls_to_default):
            return CHANGES
        return SPLIT

    return judge


def _of_unique(told: Answers, rule: int) -> Judge:
    """A rule that no other is met with; where one is, the table contradicts itself, which is told apart."""
    del told
    bit = 1 << rule

    def judge(may: int, must: int) -> Label:
        if must & ~bit:
            return CHANGES
        return SPLIT if may & ~bit else GOOD

    return judge


def _of_any(told: Answers, rule: int) -> Judge:
    """Rules that are met must answer the same; where they do not, the table contradicts itself."""
    bit, alike = 1 << rule, told.alike(rule)
    to_default = GOOD if told.defaults == told.outputs[rule] else CHANGES

    def judge(may: int, must: int) -> Label:
        may, must = may & ~bit, must & ~bit
        if must & ~alike:
            return CHANGES
        if may & ~alike:
            return SPLIT
        if must:
            return GOOD
        return SPLIT if may else to_default

    return judge


def _of_aggregate(told: Answers, rule: int) -> Judge | None:
    """Sum, least or greatest of what the rules that are met give; what is null is left out."""
    value = told.outputs[rule][0]
    if value is None or isinstance(value, n.Node):
        return None
    bit, sign = 1 << rule, told.sign
    to_default = GOOD if told.defaults == (value,) else CHANGES
    counting, better = 0, 0
    for place, (given,) in told.outputs.items():
        if given is None:
            continue
        counting |= 1 << place
        if isinstance(given, n.Node):
            return None
        if (
            (sign == "<" and given <= value)
            or (sign == ">" and given >= value)
            or (sign == "+" and not value)
        ):
            better |= 1 << place

    def judge(may: int, must: int) -> Label:
        may, must = may & counting & ~bit, must & counting & ~bit
        if must & better:
            return GOOD
        if not may:
            return to_default
        if may & better or not must:
            return SPLIT
        return CHANGES

    return judge

"""Signatures of built-in functions, written as the standard writes them, and which of them a call meets.

`substring(string: string, start position: number, length?: number) -> string`: a question mark makes a
parameter optional, dots let it repeat (`item...: T`). `T` stands for any one kind, `O` for any one kind that
has an order. Parameters of kind `any` and `T`, and those that repeat, take null; each other
one makes the answer null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from postloan.policy.feel import kinds as k
from postloan.policy.feel.values import Interval, family

Run = TypeVar("Run", bound=Callable[..., Any])

_HEAD = re.compile(r"([\w ]+)\((.*)\) -> (.+)")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in function."""

    name: str
    kind: k.Kind
    optional: bool = False
    repeats: bool = False

    @property
    def takes_null(self) -> bool:
        """Tell whether null is a value like others here."""
        return self.repeats or self.kind in ("any", "T")


@dataclass(frozen=True)
class Form:
    """One way to call a built-in function."""

    function: str
    signature: str
    parameters: tuple[Parameter, ...]
    result: k.Kind
    run: Callable[..., Any]

    def places(self, count: int, names: Sequence[str] = ()) -> list[Parameter] | None:
        """Give the parameter of each argument; None where their number or names do not fit."""
        if names:
            by_name = {one.name: one for one in self.parameters}
            left = [one for one in self.parameters if one.name not in names and not one.optional]
            return None if left or set(names) - set(by_name) else [by_name[name] for name in names]
        found = list(self.parameters[:count])
        if found and self.parameters[-1].repeats:
            found += [self.parameters[-1]] * (count - len(found))
        needed = sum(not one.optional for one in self.parameters)
        return found if len(found) == count and count >= needed else None


FORMS: dict[str, list[Form]] = {}
"""Each built-in function by name, with its forms in the order in which they are tried."""


def feel(signature: str) -> Callable[[Run], Run]:
    """Enter a function under a signature."""

    def enter(run: Run) -> Run:
        match = _HEAD.fullmatch(signature)
        assert match is not None, signature
        parameters = tuple(_parameter(part) for part in _parts(match[2]))
        form = Form(match[1], signature, parameters, match[3], run)
        FORMS.setdefault(form.function, []).append(form)
        return run

    return enter


def _parts(text: str) -> list[str]:
    """Cut at the commas that stand outside brackets."""
    found, depth = [""], 0
    for character in text:
        depth += (character in "<(") - (character in ")" or (character == ">" and found[-1][-1:] != "-"))
        if character == "," and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [part.strip() for part in found if part.strip()]


def _parameter(text: str) -> Parameter:
    name, _, kind = text.partition(": ")
    return Parameter(name.rstrip("?."), kind, name.endswith("?"), name.endswith("..."))


def unify(wanted: k.Kind, found: k.Kind, bound: dict[str, k.Kind]) -> bool:
    """Tell whether a kind fits a parameter's, and note what its letters then stand for."""
    if wanted in ("T", "O"):
        if wanted == "O" and found not in (*k.ORDERED, "any", "null", "duration"):
            return False
        if not k.same(bound.get(wanted, "null"), found):
            return False
        bound[wanted] = k.joined(bound.get(wanted, "null"), found)
        return True
    for inside in (k.is_list, k.is_range):
        if inside(wanted):
            if found in ("any", "null"):
                return unify(k.item_of(wanted), "any", bound)
            return inside(found) and unify(k.item_of(wanted), k.item_of(found), bound)
    return k.same(wanted.partition("<")[0] if wanted.startswith("function<") else wanted, found)


def settled(kind: k.Kind, bound: Mapping[str, k.Kind]) -> k.Kind:
    """Give a kind with its letters filled in."""
    if kind in ("T", "O"):
        found = bound.get(kind, "any")
        return "any" if found == "null" else found
    if k.is_list(kind):
        return k.list_of(settled(k.item_of(kind), bound))
    return k.range_of(settled(k.item_of(kind), bound)) if k.is_range(kind) else kind


def fits(value: object, kind: k.Kind) -> bool:
    """Tell whether a value is of a parameter's kind, as far as forms differ; null fits every kind."""
    if value is None or kind in ("any", "T"):
        return True
    if kind == "O":
        return not isinstance(value, list | Mapping | Interval)
    return family(value) == kind.partition("<")[0]

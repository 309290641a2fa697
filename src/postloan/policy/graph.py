"""A DMN model: its inputs, decisions, business knowledge models and services, each logic as FEEL.

`read_model` reads the graph and refuses what is broken in its shape. The logic of a decision is read when
it is first asked for, so that a decision that cannot be read names itself and leaves the others usable.
`decide` answers by the interpreter; the compiled path starts from the same nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from postloan.errors import PolicyError
from postloan.policy.feel import nodes as n
from postloan.policy.item_definitions import Allowed

__all__ = [
    "Decision",
    "InputData",
    "Knowledge",
    "Model",
    "Service",
    "accept",
    "check_model",
    "decide",
    "kinds_for",
    "read_model",
    "required",
]


@dataclass(frozen=True)
class InputData:
    """An input of a model: its kind, and the unary tests that its item definition asks of its values."""

    name: str
    kind: str
    allowed: tuple[Allowed, ...] = ()


@dataclass(frozen=True)
class Decision:
    """A decision of a model.

    Args:
        id: its id in the file.
        name: the name by which other expressions read it.
        kind: the kind that is declared for its value, `any` if none is.
        requires: names of the inputs and decisions that its logic reads, in the file's order.
        knows: names of the business knowledge models and services that its logic calls.
        where: the place that errors name.
        read: reads the logic.
        allowed: the unary tests that its item definition asks of its value.
    """

    id: str
    name: str
    kind: str
    requires: tuple[str, ...]
    knows: tuple[str, ...]
    where: str
    read: Callable[[], n.Node | None] = field(repr=False, compare=False)
    allowed: tuple[Allowed, ...] = ()

    @cached_property
    def logic(self) -> n.Node | None:
        """Give the logic as FEEL; None where the model leaves the decision to people.

        Raises:
            PolicyError: naming what cannot be read.
        """
        return self.read()


@dataclass(frozen=True)
class Knowledge:
    """A business knowledge model: a function that decisions call by its name."""

    id: str
    name: str
    kind: str
    knows: tuple[str, ...]
    where: str
    read: Callable[[], n.Function] = field(repr=False, compare=False)

    @cached_property
    def logic(self) -> n.Function:
        """Give the function; raises PolicyError naming what cannot be read."""
        return self.read()


@dataclass(frozen=True)
class Service:
    """A decision service: decisions that are asked for together, also as a function.

    `inputs` and `input_decisions` are what a caller gives; `outputs` what comes back, a context by name if
    there are several; `result` is the kind that is declared for it.
    """

    id: str
    name: str
    kind: str
    outputs: tuple[str, ...]
    encapsulated: tuple[str, ...]
    input_decisions: tuple[str, ...]
    inputs: tuple[str, ...]
    where: str
    result: str = "any"


@dataclass(frozen=True)
class Model:
    """A DMN model with the bytes that it was read from, and their SHA-256 in hex."""

    name: str
    sha256: str
    source: bytes = field(repr=False)
    inputs: Mapping[str, InputData]
    decisions: Mapping[str, Decision]
    knowledge: Mapping[str, Knowledge]
    services: Mapping[str, Service]
    kinds: Mapping[str, str]
    where: str = ""


def read_model(data: bytes, where: str = "") -> Model:
    """Read a DMN file of any version from 1.1 to 1.5.

    Args:
        data: the file's bytes, which the model keeps.
        where: the file's name, for errors.

    Raises:
        PolicyError: `dmn_syntax`, `dmn_entities`, `dmn_refused` for an import, `dmn_reference` for a
            requirement of what is not there, `dmn_cycle` naming what requires itself.
    """
    from postloan.policy.graph_reading import GraphReader

    return GraphReader(data, where).model()


def required(model: Model, name: str, given: Mapping[str, object] | None = None) -> list[str]:
    """Give the decisions that a decision rests on, itself last, in an order in which they can be answered.

    Args:
        model: the model.
        name: a decision's name.
        given: decisions whose values are given; they and what they rest on are left out.

    Raises:
        PolicyError: `unknown_decision`.
    """
    if name not in model.decisions:
        known = ", ".join(sorted(model.decisions))
        raise PolicyError(
            "unknown_decision",
            f"The model has no decision `{name}`.",
            where=model.where,
            mend=f"It has: {known}.",
        )
    order: dict[str, None] = {}
    waiting = [name]
    while waiting:
        before = [
            one
            for one in model.decisions[waiting[-1]].requires
            if one in model.decisions and one not in (given or {}) and one not in order
        ]
        waiting += before[:1]
        if not before:
            order[waiting.pop()] = None
    return list(order)


def accept(model: Model, inputs: Mapping[str, object]) -> dict[str, Any]:
    """Give the values of a model's inputs as FEEL knows them.

    Args:
        model: the model.
        inputs: values by the name of an input, or of a decision whose value is given. Numbers are int or
            Decimal, lists and contexts are list and dict, a date and time is a `datetime` or a `Moment`.

    Returns:
        The values; an input that is not given is None. A single value stands for a list of one where a list
        is declared, and a list of one for its item where none is, as the standard converts them.

    Raises:
        PolicyError: `unknown_input`, `input_kind` or `input_not_allowed`, naming the input.
    """
    from postloan.policy.graph_values import accepted

    return accepted(model, inputs)


def kinds_for(model: Model, given: Mapping[str, object]) -> dict[str, str]:
    """Give the kinds of inputs, and of given decisions, where none is declared by the value that is given.

    Raises:
        PolicyError: as `accept`.
    """
    from postloan.policy.graph_values import kinds_of_inputs

    return kinds_of_inputs(model, given)


def decide(model: Model, name: str, inputs: Mapping[str, object], as_of: date) -> object:
    """Answer a decision, or a decision service, by the interpreter.

    Args:
        model: the model.
        name: the decision's or service's name.
        inputs: as for `accept`.
        as_of: the business date, which `today()` and `now()` give.

    Returns:
        Decimal, str, bool, date, time, Moment, timedelta, Months, list, dict or None. A table whose rules
        contradict its hit policy gives None, as the standard has it.

    Raises:
        PolicyError: for a value that `accept` refuses, and for logic that cannot be read, is ill-typed for
            these values, or is missing.
    """
    from postloan.policy.graph_deciding import decided

    return decided(model, name, inputs, as_of)


def check_model(model: Model) -> Iterator[PolicyError]:
    """Give what is wrong with the logic of a model's decisions and functions, by their declared kinds.

    Each fault is given once: what rests on a broken decision is checked by the kind that it declares.
    """
    from postloan.policy.graph_typing import Typing

    typing = Typing(model, {name: one.kind for name, one in model.inputs.items()})
    for name in model.decisions:
        for needed in required(model, name, typing.kinds):
            try:
                if model.decisions[needed].logic is not None:
                    typing.decision(needed)
            except PolicyError as error:
                yield error
            typing.kinds.setdefault(needed, model.decisions[needed].kind)  # or left to people, or broken
    for function in model.knowledge.values():
        try:
            typing.knowledge(function.name)
        except PolicyError as error:
            yield error

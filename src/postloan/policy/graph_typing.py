"""Static types over a graph: each decision's kind from its logic, each function's from its body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.feel.conversion import fitted, lacking
from postloan.policy.graph import Model, Service


class Typing:
    """Kinds of one model's decisions for given kinds of its inputs; decisions among them count as given."""

    def __init__(self, model: Model, kinds: Mapping[str, k.Kind]) -> None:
        """Take a model and the kinds of its inputs and given decisions by name."""
        self.model = model
        self.kinds = dict(kinds)
        self._functions: dict[str, k.Kind] = {}

    def env(self, names: Iterable[str]) -> dict[str, k.Kind]:
        """Give the kinds of inputs, decisions and functions by name."""
        return {name: self.of(name) for name in names}

    def of(self, name: str) -> k.Kind:
        """Give the kind of an input, decision or function."""
        if name in self.kinds:
            return self.kinds[name]
        if name in self.model.decisions:
            return self.decision(name)
        if name in self.model.knowledge:
            return self.knowledge(name)
        if name in self.model.services:
            return self.service(self.model.services[name])
        return self.model.inputs[name].kind

    def decision(self, name: str) -> k.Kind:
        """Check a decision's logic and give its kind, the declared one where the logic leaves it open.

        Raises:
            PolicyError: `no_logic` for a decision that is left to people, else as `feel.check`.
        """
        if name in self.kinds:
            return self.kinds[name]
        decision = self.model.decisions[name]
        if decision.logic is None:
            raise PolicyError(
                "no_logic",
                f"The decision `{name}` has no logic, and no value is given for it.",
                where=decision.where,
                mend="Give its value as an input, or write its logic.",
            )
        env = self.env((*decision.requires, *decision.knows))
        found = feel.check(decision.logic, env, decision.where)
        kind = fitted(found, decision.kind)
        if kind is None:
            raise PolicyError(
                "ill_typed",
                f"The decision gives a {found}, declared a {decision.kind}. "
                f"{lacking(found, decision.kind)}".strip(),
                where=decision.where,
                mend="Mend the logic, or the type of the decision's variable.",
            )
        self.kinds[name] = kind
        return kind

    def knowledge(self, name: str) -> k.Kind:
        """Check a business knowledge model and give its kind as a function."""
        if name not in self._functions:
            known = self.model.knowledge[name]
            self._functions[name] = feel.check(known.logic, self.env(known.knows), known.where)
        return self._functions[name]

    def service(self, service: Service) -> k.Kind:
        """Give the kind of a decision service as a function; what it is given decides the rest."""
        if service.name not in self._functions:
            found = feel.check(service_logic(self.model, service), self.service_env(service), service.where)
            if isinstance(found, k.FunctionKind):
                found.named_only = bool(service.inputs and service.input_decisions)
            self._functions[service.name] = found
        return self._functions[service.name]

    def service_env(self, service: Service) -> dict[str, k.Kind]:
        """Give the kinds of the functions that a service's decisions call."""
        inside = [self.model.decisions[name] for name in inner_decisions(self.model, service)]
        return self.env(dict.fromkeys(known for one in inside for known in one.knows))


def inner_decisions(model: Model, service: Service) -> list[str]:
    """Give the decisions that a service works out itself, in an order in which they can be."""
    order: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in order or name in service.input_decisions:
            return
        for needed in model.decisions[name].requires:
            if needed in model.decisions:
                visit(needed)
        order[name] = None

    for name in (*service.outputs, *service.encapsulated):
        visit(name)
    for name in order:
        for needed in model.decisions[name].requires:
            if needed in model.inputs and needed not in service.inputs:
                raise PolicyError(
                    "dmn_reference",
                    f"The decision `{name}` reads the input `{needed}`, which the service does not take.",
                    where=service.where,
                    mend="Add it to the service as inputData.",
                )
    return list(order)


def service_logic(model: Model, service: Service) -> n.Function:
    """Give a decision service as a function of its inputs: its decisions one after the other.

    Raises:
        PolicyError: `no_logic`, or what keeps a decision's logic from being read.
    """
    entries = []
    for name in inner_decisions(model, service):
        logic = model.decisions[name].logic
        if logic is None:
            raise PolicyError("no_logic", f"The decision `{name}` has no logic.", where=service.where)
        entries.append(n.Entry(name, logic, model.decisions[name].kind))
    if len(service.outputs) == 1:
        result: n.Node = n.Name(service.outputs[0])
    else:
        result = n.Context(tuple(n.Entry(name, n.Name(name)) for name in service.outputs))
    kinds = {name: model.inputs[name].kind for name in service.inputs if name in model.inputs}
    kinds |= {name: model.decisions[name].kind for name in service.input_decisions}
    result = n.Declared(result, service.result)
    parameters = tuple(n.Parameter(name, kind) for name, kind in kinds.items())
    return n.Function(parameters, n.Context((*entries, n.Entry("", result))))

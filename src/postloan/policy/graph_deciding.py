"""A model answered for one set of inputs, by the interpreter: checked for their kinds, then evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.feel.conversion import converted
from postloan.policy.feel.interpreter import Closure
from postloan.policy.graph import Model, Service, accept, kinds_for, required
from postloan.policy.graph_typing import Typing, inner_decisions, service_logic
from postloan.policy.graph_values import refuse_outside


def decided(model: Model, name: str, inputs: Mapping[str, object], as_of: date) -> object:
    """Answer a decision or a service; see `graph.decide`."""
    try:
        run = _Run(model, inputs, as_of)
        if name in model.services:
            return run.service(model.services[name])
        found = run.decision(name)
    except RecursionError as error:
        raise PolicyError(
            "feel_too_large", "The model calls functions too deep.", where=model.where
        ) from error
    return None if isinstance(found, Closure) else found


class _Run:
    """One set of inputs on one business date."""

    def __init__(self, model: Model, inputs: Mapping[str, object], as_of: date) -> None:
        self.model = model
        self.as_of = as_of
        self.given = inputs
        self.values: dict[str, Any] = accept(model, inputs)
        self.typing = Typing(model, kinds_for(model, inputs))

    def decision(self, name: str) -> object:
        for one in required(self.model, name, self.given):
            if one not in self.values:
                self.values[one] = self.answer(one)
        return self.values[name]

    def answer(self, name: str) -> object:
        decision = self.model.decisions[name]
        self.typing.decision(name)
        assert decision.logic is not None
        values = {needed: self.values[needed] for needed in decision.requires}
        values |= {known: self.function(known) for known in decision.knows}
        try:
            found = feel.interpret(decision.logic, values, self.as_of)
        except PolicyError as error:
            raise PolicyError(
                error.code, error.message, where=error.where or decision.where, mend=error.mend
            ) from error
        answer = converted(found, decision.kind, decision.where)
        refuse_outside(name, decision.allowed, answer, decision.where)
        return answer

    def function(self, name: str) -> Closure:
        """Give a business knowledge model or service as a function with what it calls."""
        if name in self.model.knowledge:
            known = self.model.knowledge[name]
            self.typing.knowledge(name)
            return Closure(known.logic, {inner: self.function(inner) for inner in known.knows})
        service = self.model.services[name]
        self.typing.service(service)
        inside = (self.model.decisions[one] for one in inner_decisions(self.model, service))
        calls = {known for one in inside for known in one.knows}
        return Closure(service_logic(self.model, service), {known: self.function(known) for known in calls})

    def service(self, service: Service) -> object:
        """Answer a service from what it may be given."""
        inner_decisions(self.model, service)
        allowed = {*service.inputs, *service.input_decisions}
        outside = sorted(set(self.given) - allowed)
        if outside:
            raise PolicyError(
                "unknown_input",
                f"The service does not take {', '.join(outside)}.",
                where=service.where,
                mend=f"It takes: {', '.join(sorted(allowed))}.",
            )
        for name in service.input_decisions:
            self.values.setdefault(name, None)
            self.typing.kinds.setdefault(name, self.model.decisions[name].kind)
        self.given = {**dict.fromkeys(service.input_decisions), **self.given}
        found = {name: self.decision(name) for name in service.outputs}
        answer = next(iter(found.values())) if len(found) == 1 else found
        return converted(answer, service.result, service.where)

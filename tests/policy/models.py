"""Writes small DMN models, and asks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from postloan.errors import PolicyError
from postloan.policy import graph
from tests.policy.frames import AS_OF


def model(body: str, version: str = "20191111") -> graph.Model:
    namespace = f"https://www.omg.org/spec/DMN/{version}/MODEL/"
    head = f'<definitions xmlns="{namespace}" name="m" namespace="x">'
    return graph.read_model(f"{head}{body}</definitions>".encode(), "m.dmn")


def given(**kinds: str) -> str:
    """Declare inputs, each with the type of its name."""
    return "".join(
        f'<inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>'
        for name, kind in kinds.items()
    )


def decision(name: str, box: str, *needs: str, kind: str = "Any", knows: tuple[str, ...] = ()) -> str:
    """Write a decision; needs are ids."""
    required = "".join(
        f"<informationRequirement><required{'Input' if one.startswith('i_') else 'Decision'} "
        f'href="#{one}"/></informationRequirement>'
        for one in needs
    )
    required += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{one}"/></knowledgeRequirement>' for one in knows
    )
    variable = f'<variable name="{name}" typeRef="{kind}"/>'
    return f'<decision id="d_{name.replace(" ", "_")}" name="{name}">{variable}{required}{box}</decision>'


def words(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<literalExpression><text>{escaped}</text></literalExpression>"


def knowledge(name: str, parameters: Mapping[str, str], box: str, *knows: str) -> str:
    formal = "".join(f'<formalParameter name="{key}" typeRef="{kind}"/>' for key, kind in parameters.items())
    required = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{one}"/></knowledgeRequirement>' for one in knows
    )
    return (
        f'<businessKnowledgeModel id="k_{name.replace(" ", "_")}" name="{name}"><variable name="{name}"/>'
        f"<encapsulatedLogic>{formal}{box}</encapsulatedLogic>{required}</businessKnowledgeModel>"
    )


def answer(body: str, name: str, **inputs: Any) -> object:
    return graph.decide(model(body), name, inputs, AS_OF)


def refused(body: str, name: str = "A", **inputs: Any) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        answer(body, name, **inputs)
    return caught.value


AMOUNT = given(amount="number")


def table(
    policy: str, rules: list[tuple[str, ...]], outputs: tuple[str, ...] = ("",), extra: str = ""
) -> str:
    """Write a table over `amount`: a test, then one entry an output."""
    sign = f' aggregation="{extra}"' if extra else ""
    columns = "".join(f'<output name="{name}"/>' if name else "<output/>" for name in outputs)
    rows = "".join(
        "<rule><inputEntry><text>" + test.replace("<", "&lt;").replace(">", "&gt;") + "</text></inputEntry>"
        + "".join(f"<outputEntry><text>{entry}</text></outputEntry>" for entry in entries)
        + "</rule>"
        for test, *entries in rules
    )  # fmt: skip
    return (
        f'<decisionTable hitPolicy="{policy}"{sign}><input><inputExpression typeRef="number">'
        f"<text>amount</text></inputExpression></input>{columns}{rows}</decisionTable>"
    )


STEPS = [("> 10", '"high"'), ("> 5", '"middle"'), ("-", '"low"')]

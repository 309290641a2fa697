"""Decision tables inside a DMN model, with the kinds that its item definitions give them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from postloan.policy.dmn import read_aggregation, read_hit_policy, read_rule
from postloan.policy.feel import kinds as k
from postloan.policy.item_definitions import ItemKinds
from postloan.policy.model import DecisionTable, Input, Output
from postloan.policy.xml_reading import child, children, text_of


def table_of(element: ET.Element, owner: str, kind: k.Kind, types: ItemKinds, where: str) -> DecisionTable:
    """Read a `decisionTable` element.

    Args:
        element: the table.
        owner: the name of the decision, entry or function whose value it gives.
        kind: the kind that is declared for that value.
        types: the model's item definitions.
        where: the place that errors name.

    Raises:
        PolicyError: `dmn_syntax` if it lacks what the standard asks for.
    """
    name = owner or element.get("outputLabel", "") or "output"
    clauses = children(element, "output")
    inputs = tuple(_input(one, types) for one in children(element, "input"))
    policy, sign = read_hit_policy(element, where), read_aggregation(element, where)
    declared = _item_kind(kind, policy, sign)
    outputs = tuple(_output(one, name, declared, len(clauses) == 1, types) for one in clauses)
    rules = tuple(
        read_rule(one, i, len(inputs), len(outputs), where)
        for i, one in enumerate(children(element, "rule"), 1)
    )
    return DecisionTable(
        id=element.get("id", name),
        name=name,
        hit_policy=policy,
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        aggregation=sign,
        annotations=tuple(one.get("name", "") for one in children(element, "annotation")),
        where=where,
    )


def _item_kind(kind: k.Kind, policy: str, sign: str) -> k.Kind:
    """Give what is declared of one hit: nothing for a count, an item's kind where all hits are listed."""
    if sign == "#":
        return "any"
    if policy in "CRO" and not sign:
        return k.item_of(kind) if k.is_list(kind) else "any"
    return kind


def _input(element: ET.Element, types: ItemKinds) -> Input:
    expression = child(element, "inputExpression")
    return Input(
        expression=text_of(expression),
        kind=types.of(None if expression is None else expression.get("typeRef")).kind,
        label=element.get("label", ""),
        allowed=text_of(child(element, "inputValues")),
    )


def _output(element: ET.Element, owner: str, declared: k.Kind, alone: bool, types: ItemKinds) -> Output:
    name = element.get("name", "") or owner
    if element.get("typeRef"):
        item = types.of(element.get("typeRef"))
        kind, allowed = item.kind, next((one.tests for one in item.allowed if not one.path), "")
        if alone and k.is_list(kind) and kind == k.list_of(declared):
            kind = declared  # the clause repeats the list that the table gives
    else:
        kind, allowed = (declared if alone else (k.members_of(declared) or {}).get(name, "any")), ""
    return Output(
        name=name,
        kind=kind,
        label=element.get("label", ""),
        values=text_of(child(element, "outputValues")) or allowed,
        default=text_of(child(element, "defaultOutputEntry")),
    )

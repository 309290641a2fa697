"""Reads DMN conformance models and cases as far as literal expressions and decision tables go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy import dmn, feel
from postloan.policy import table as tables
from tests.policy.frames import AS_OF

XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"


def local(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def below(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (child for child in element if local(child) == name)


@dataclass(frozen=True)
class Case:
    """One test case: its inputs and the values expected of decisions."""

    id: str
    inputs: Mapping[str, Any]
    expected: Mapping[str, Any]


def cases(path: Path) -> list[Case]:
    found = []
    for element in below(ET.parse(path).getroot(), "testCase"):
        inputs = {node.get("name", ""): _value(node) for node in below(element, "inputNode")}
        expected = {
            node.get("name", ""): _value(next(below(node, "expected")))
            for node in below(element, "resultNode")
        }
        found.append(Case(element.get("id", ""), inputs, expected))
    return found


def _value(element: ET.Element) -> Any:
    for child in element:
        if local(child) == "value":
            return _scalar(child)
        if local(child) == "list":
            return [_value(item) for item in below(child, "item")]
        if local(child) == "component":
            return {part.get("name", ""): _value(part) for part in below(element, "component")}
    return None


def _scalar(element: ET.Element) -> Any:
    text = element.text or ""
    kind = element.get(XSI_TYPE, "").split(":")[-1]
    if element.get(XSI_NIL) == "true":
        return None
    if kind in ("decimal", "double", "integer", "int"):
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    return date.fromisoformat(text) if kind == "date" else text


class Model:
    """A DMN model whose decisions are answered by the interpreter."""

    def __init__(self, path: Path) -> None:
        data = path.read_bytes()
        self.root = dmn.parse_xml(data, path.name)
        self.types = dmn.item_kinds(self.root)
        self.tables = {table.name: table for table in dmn.read(data, path.name)}
        self.decisions = {child.get("name", ""): child for child in below(self.root, "decision")}
        self.ids = {child.get("id", ""): child.get("name", "") for child in self.root}
        self.kinds = {
            child.get("name", ""): dmn.kind_of(variable.get("typeRef"), self.types)
            for child in self.root
            for variable in below(child, "variable")
        }

    def answer(self, name: str, inputs: Mapping[str, Any]) -> Any:
        """Give a decision's value; raises PolicyError for what is not supported."""
        decision = self.decisions[name]
        values = dict(inputs)
        for requirement in below(decision, "informationRequirement"):
            for needed in below(requirement, "requiredDecision"):
                needed_name = self.ids[needed.get("href", "").lstrip("#")]
                values[needed_name] = self.answer(needed_name, inputs)
        for requirement in below(decision, "knowledgeRequirement"):
            raise PolicyError("tck_refused", f"{local(requirement)} is not supported.")
        if name in self.tables:
            return self._table(name, values)
        for expression in below(decision, "literalExpression"):
            text = next((node.text or "" for node in below(expression, "text")), "")
            node = feel.parse_expression(text, self._names())
            feel.check(node, self._env(values))
            return feel.interpret(node, values, AS_OF)
        raise PolicyError("tck_refused", "Only literal expressions and decision tables are supported.")

    def _names(self) -> set[str]:
        names = set(self.kinds)
        for item in self.root.iter():
            if local(item) == "itemComponent":
                names |= {f"{base}.{item.get('name')}" for base in self.kinds}
        return names

    def _env(self, values: Mapping[str, Any]) -> dict[str, str]:
        return {name: self.kinds.get(name, "any") for name in (*self.kinds, *values)}

    def _table(self, name: str, values: Mapping[str, Any]) -> Any:
        table = replace(self.tables[name], variables={})
        if len(table.outputs) == 1:
            table = replace(table, outputs=(replace(table.outputs[0], name="output"),))
        checked = tables.validate(table, self._env(values))
        try:
            rows = [
                {key: value for key, value in row.items() if not key.startswith("rule_")}
                for row in tables.CompiledTable(checked, AS_OF).decide(values)
            ]
        except PolicyError as error:
            if error.code.endswith("_conflict"):
                return None
            raise
        answers = [row["output"] if len(table.outputs) == 1 else row for row in rows]
        if table.hit_policy in "CRO" and not table.aggregation:
            return answers
        if not rows or all(value is None for value in rows[0].values()):
            return None
        return answers[0]


def same(found: Any, expected: Any) -> bool:
    """Compare as the kit does: numbers to eight places, everything else exactly."""
    if isinstance(found, Decimal) and isinstance(expected, Decimal):
        return abs(found - expected) < Decimal("1e-8")
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, Mapping) and isinstance(expected, Mapping):
        return set(found) == set(expected) and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, str) and not isinstance(found, str | type(None)):
        return str(found) == expected
    return bool(found == expected and isinstance(found, bool) == isinstance(expected, bool))

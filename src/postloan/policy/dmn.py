"""DMN XML, versions 1.1 to 1.5, read by local name; written as DMN 1.3; shown as Markdown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy.model import AGGREGATIONS, HIT_POLICIES, PROVENANCE, DecisionTable, Input, Output, Rule

NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
"""DMN 1.3, the version that common modellers open."""

OWN_NAMESPACE = "urn:postloan:dmn"
"""Marks what DMN has no place for: required inputs, labels in other languages, and where a table is from."""

KINDS = {
    "number": "number",
    "integer": "number",
    "long": "number",
    "double": "number",
    "decimal": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
    "date and time": "datetime",
    "daytimeduration": "days",
    "days and time duration": "days",
    "yearmonthduration": "months",
    "years and months duration": "months",
    "any": "any",
}
"""FEEL kinds by type name as the modellers spell it, lower case and without a prefix."""


def _local(tag: str) -> str:
    return tag.rsplit("}", 1)[-1]


def _children(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if _local(child.tag) == name]


def _child(element: ET.Element, name: str) -> ET.Element | None:
    return next(iter(_children(element, name)), None)


def _text(element: ET.Element | None) -> str:
    """Give the content of the `text` element below."""
    found = None if element is None else _child(element, "text")
    return "" if found is None else (found.text or "").strip()


def parse_xml(data: bytes, where: str) -> ET.Element:
    """Parse XML, with document types and entities refused.

    Raises:
        PolicyError: `dmn_entities` or `dmn_syntax`.
    """
    wide = data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in data  # UTF-16 would hide a document type
    if wide or b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise PolicyError(
            "dmn_entities",
            "The file declares a document type or entities, or is not UTF-8.",
            where=where,
            mend="Remove the DOCTYPE and save as UTF-8; DMN needs neither.",
        )
    try:
        return ET.fromstring(data)  # noqa: S314 - entities are refused above
    except (ET.ParseError, ValueError, LookupError) as error:  # the latter two: an encoding that is not known
        mend = "Save it as UTF-8 from a DMN modeller, or copy a file that is sound."
        raise PolicyError("dmn_syntax", f"The file is not XML: {error}.", where=where, mend=mend) from error


def read(data: bytes, where: str = "") -> list[DecisionTable]:
    """Read every decision table of a DMN file, in the file's order.

    Raises:
        PolicyError: if it is no DMN, or a table lacks what the standard asks for.
    """
    root = parse_xml(data, where)
    if _local(root.tag) != "definitions":
        raise PolicyError("dmn_syntax", f"The root is `{_local(root.tag)}`, not `definitions`.", where=where)
    types = item_kinds(root)
    variables = {}
    for element in root:
        variable = _child(element, "variable")
        if _local(element.tag) == "inputData" and variable is not None:
            name = variable.get("name", element.get("name", ""))
            variables[name] = kind_of(variable.get("typeRef"), types)
    digest = hashlib.sha256(data).hexdigest()
    tables = []
    for decision in _children(root, "decision"):
        table = _child(decision, "decisionTable")
        if table is not None:
            tables.append(_Reader(where, types).table(decision, table, variables, digest))
    return tables


def kind_of(type_ref: str | None, types: Mapping[str, str] | None = None) -> str:
    """Give the FEEL kind of a type name; `any` where there is none or it is a structure."""
    if not type_ref:
        return "any"
    name = type_ref.rsplit("}", 1)[-1].rsplit(":", 1)[-1]
    return KINDS.get(name.lower()) or (types or {}).get(name, "any")


def item_kinds(root: ET.Element) -> dict[str, str]:
    """Give the FEEL kind of each item definition that is an alias of a plain type."""
    kinds: dict[str, str] = {}
    for item in _children(root, "itemDefinition"):
        reference = _child(item, "typeRef")
        if reference is not None and item.get("isCollection", "false") != "true":
            kinds[item.get("name", "")] = kind_of((reference.text or "").strip(), kinds)
    return kinds


class _Reader:
    """Reads one file; holds its place for errors and its item definitions."""

    def __init__(self, where: str, types: Mapping[str, str]) -> None:
        self.where = where
        self.types = types

    def table(
        self, decision: ET.Element, element: ET.Element, variables: Mapping[str, str], digest: str
    ) -> DecisionTable:
        identity = decision.get("id", decision.get("name", ""))
        where = f"{self.where}, table {identity}" if self.where else f"table {identity}"
        inputs = tuple(self.input(child) for child in _children(element, "input"))
        outputs = tuple(self.output(child, decision) for child in _children(element, "output"))
        rules = tuple(
            read_rule(child, i, len(inputs), len(outputs), where)
            for i, child in enumerate(_children(element, "rule"), 1)
        )
        return DecisionTable(
            id=identity,
            name=decision.get("name", identity),
            hit_policy=read_hit_policy(element, where),
            inputs=inputs,
            outputs=outputs,
            rules=rules,
            aggregation=read_aggregation(element, where),
            annotations=tuple(child.get("name", "") for child in _children(element, "annotation")),
            variables=dict(variables),
            sha256=digest,
            where=where,
            labels=_labels(decision),
            **_provenance(decision, where),
        )

    def input(self, element: ET.Element) -> Input:
        expression = _child(element, "inputExpression")
        return Input(
            expression=_text(expression),
            kind=kind_of(None if expression is None else expression.get("typeRef"), self.types),
            label=element.get("label", ""),
            labels=_labels(element),
            allowed=_text(_child(element, "inputValues")),
            required=element.get(f"{{{OWN_NAMESPACE}}}required", "false") == "true",
        )

    def output(self, element: ET.Element, decision: ET.Element) -> Output:
        variable = _child(decision, "variable")
        own = element.get("typeRef") or (None if variable is None else variable.get("typeRef"))
        return Output(
            name=element.get("name", "") or decision.get("name", ""),
            kind=kind_of(own, self.types),
            label=element.get("label", ""),
            labels=_labels(element),
            values=_text(_child(element, "outputValues")),
            default=_text(_child(element, "defaultOutputEntry")),
        )


def _provenance(decision: ET.Element, where: str) -> dict[str, Any]:
    found: dict[str, Any] = {name: decision.get(f"{{{OWN_NAMESPACE}}}{name}", "") for name in PROVENANCE}
    found["reviewed_on"] = read_day(found["reviewed_on"], where)
    return found


def read_day(text: str, where: str) -> date | None:
    """Give the day of the last review; None for no text; raises PolicyError `dmn_syntax` if it is no date."""
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise PolicyError(
            "dmn_syntax",
            f"postloan:reviewed_on is `{text}`, which is no date.",
            where=where,
            mend="Write it like 2026-01-31.",
        ) from error


def _labels(element: ET.Element) -> dict[str, str]:
    prefix = f"{{{OWN_NAMESPACE}}}label-"
    return {key[len(prefix) :]: value for key, value in element.attrib.items() if key.startswith(prefix)}


def read_hit_policy(element: ET.Element, where: str) -> str:
    """Give the letter of a table's hit policy; raises PolicyError if it is none."""
    spelt = element.get("hitPolicy", "UNIQUE").upper().replace("_", " ")
    for letter, word in HIT_POLICIES.items():
        if spelt in (word, letter):
            return letter
    raise PolicyError("dmn_syntax", f"`{spelt}` is no hit policy.", where=where)


def read_aggregation(element: ET.Element, where: str) -> str:
    """Give the sign of a table's aggregation; empty if it has none; raises PolicyError if it is none."""
    spelt = element.get("aggregation", "")
    for sign, word in AGGREGATIONS.items():
        if spelt.upper() == word:
            return sign
    if spelt and spelt.upper() != "LIST":
        raise PolicyError("dmn_syntax", f"`{spelt}` is no aggregation.", where=where)
    return ""


def read_rule(element: ET.Element, position: int, inputs: int, outputs: int, where: str) -> Rule:
    """Read a rule, named by its place if it has no id; raises PolicyError if it has not one cell a column."""
    rule = Rule(
        id=element.get("id") or f"R{position}",
        tests=tuple(_text(child) or "-" for child in _children(element, "inputEntry")),
        entries=tuple(_text(child) for child in _children(element, "outputEntry")),
        annotations=tuple(_text(child) for child in _children(element, "annotationEntry")),
    )
    if (len(rule.tests), len(rule.entries)) != (inputs, outputs):
        raise PolicyError(
            "dmn_syntax",
            f"The rule has {len(rule.tests)} conditions and {len(rule.entries)} conclusions, "
            f"the table {inputs} and {outputs}.",
            where=f"{where}, rule {rule.id}",
        )
    return rule


def write(tables: Sequence[DecisionTable], name: str = "tables") -> bytes:
    """Write tables as one DMN 1.3 file in canonical form: sorted nowhere, indented, one final newline."""
    ET.register_namespace("", NAMESPACE)
    ET.register_namespace("postloan", OWN_NAMESPACE)
    root = _make("definitions", id=f"{_identifier(name)}_definitions", name=name, namespace=OWN_NAMESPACE)
    declared: dict[str, str] = {}
    for table in tables:
        declared |= table.variables
    for variable, kind in declared.items():
        data = _under(root, "inputData", id=f"input_{_identifier(variable)}", name=variable)
        _under(data, "variable", name=variable, typeRef=kind if kind != "any" else "Any")
    for table in tables:
        _write_table(root, table)
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return body + b"\n"


def _identifier(text: str) -> str:
    return re.sub(r"[^\w-]", "_", text)


def _make(tag: str, **attributes: str) -> ET.Element:
    return ET.Element(f"{{{NAMESPACE}}}{tag}", attributes)


def _under(parent: ET.Element, tag: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{NAMESPACE}}}{tag}", attributes)
    if text is not None:
        ET.SubElement(element, f"{{{NAMESPACE}}}text").text = text
    return element


def _write_table(root: ET.Element, table: DecisionTable) -> None:
    decision = _under(root, "decision", id=table.id, name=table.name)
    _write_labels(decision, table.labels)
    for name in PROVENANCE:
        value = getattr(table, name)
        if value:
            decision.set(f"{{{OWN_NAMESPACE}}}{name}", str(value))
    _under(decision, "variable", name=table.name)
    policy = {"hitPolicy": HIT_POLICIES[table.hit_policy]}
    if table.aggregation:
        policy["aggregation"] = AGGREGATIONS[table.aggregation]
    element = _under(decision, "decisionTable", id=f"{table.id}_table", **policy)
    for item in table.inputs:
        column = _under(element, "input", **({"label": item.label} if item.label else {}))
        _write_labels(column, item.labels)
        if item.required:
            column.set(f"{{{OWN_NAMESPACE}}}required", "true")
        _under(column, "inputExpression", item.expression, **_type(item.kind))
        if item.allowed:
            _under(column, "inputValues", item.allowed)
    for output in table.outputs:
        label = {"label": output.label} if output.label else {}
        column = _under(element, "output", name=output.name, **label, **_type(output.kind))
        _write_labels(column, output.labels)
        if output.values:
            _under(column, "outputValues", output.values)
        if output.default:
            _under(column, "defaultOutputEntry", output.default)
    for name in table.annotations:
        _under(element, "annotation", name=name)
    for rule in table.rules:
        row = _under(element, "rule", id=rule.id)
        for tag, texts in _cells(rule):
            _under(row, tag, texts)


def _type(kind: str) -> dict[str, str]:
    return {} if kind == "any" else {"typeRef": kind}


def _write_labels(element: ET.Element, labels: Mapping[str, str]) -> None:
    for language, label in sorted(labels.items()):
        element.set(f"{{{OWN_NAMESPACE}}}label-{language}", label)


def _cells(rule: Rule) -> Iterator[tuple[str, str]]:
    for test in rule.tests:
        yield "inputEntry", test
    for entry in rule.entries:
        yield "outputEntry", entry
    for note in rule.annotations:
        yield "annotationEntry", note


def markdown(table: DecisionTable) -> str:
    """Show a table as Markdown: hit policy, one line a rule, labels in every language they carry."""
    policy = f"{table.hit_policy}{table.aggregation}"
    titles = [table.name, *(table.labels[key] for key in sorted(table.labels))]
    heads = [f"{policy} / rule"]
    heads += [_head(item.label, item.labels, f"`{item.expression}`") for item in table.inputs]
    heads += [_head(item.label, item.labels, f"**{item.name}**") for item in table.outputs]
    heads += list(table.annotations)
    lines = [f"# {' · '.join(dict.fromkeys(titles))}", ""]
    lines.append(
        f"Hit policy: {HIT_POLICIES[table.hit_policy]} {AGGREGATIONS.get(table.aggregation, '')}".rstrip()
    )
    lines += ["", _row(heads), _row(["---"] * len(heads))]
    for rule in table.rules:
        notes = rule.annotations + ("",) * (len(table.annotations) - len(rule.annotations))
        lines.append(_row([rule.id, *rule.tests, *rule.entries, *notes]))
    defaults = [f"{item.name} = `{item.default}`" for item in table.outputs if item.default]
    if defaults:
        lines += ["", f"If no rule is met: {', '.join(defaults)}."]
    required = [f"`{item.expression}`" for item in table.inputs if item.required]
    if required:
        lines += ["", f"Not measurable without: {', '.join(required)}."]
    told = [f"- {line}" for line in _origin(table)]
    lines += ["", *told] if told else []
    return "\n".join(lines) + "\n"


def _origin(table: DecisionTable) -> Iterator[str]:
    titles = ("Replaces the table below because", "Reference", "Owner", "Reviewed on", "Status")
    for title, name in zip(titles, PROVENANCE, strict=True):
        value = getattr(table, name)
        if value:
            yield f"{title}: {' '.join(str(value).split())}"


def _head(label: str, labels: Mapping[str, str], technical: str) -> str:
    words = [label, *(labels[key] for key in sorted(labels))]
    return "<br>".join([*dict.fromkeys(word for word in words if word), technical])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

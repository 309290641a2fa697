"""Boxed expressions of DMN as FEEL: every box becomes the node that says the same in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy import feel
from postloan.policy.dmn_tables import table_of
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.item_definitions import ItemKinds
from postloan.policy.xml_reading import child, children, local, text_of

BOXES = frozenset(
    (
        "literalExpression",
        "decisionTable",
        "context",
        "invocation",
        "list",
        "relation",
        "functionDefinition",
        "conditional",
        "filter",
        "for",
        "some",
        "every",
    )
)
"""Elements that are expressions, DMN 1.1 to 1.5."""


MAX_NESTING = 30
"""Boxes within each other."""


@dataclass(frozen=True)
class Boxes:
    """Reads the expressions of one place of a model.

    Args:
        types: the model's item definitions.
        env: kinds of the names that may be read here.
        members: names of entries anywhere in the model, read behind a dot.
        where: the place that errors name.
        sha256: hash of the file, for the tables in it.
    """

    types: ItemKinds
    env: Mapping[str, k.Kind]
    members: frozenset[str]
    where: str
    sha256: str = ""
    owner: str = ""
    kind: k.Kind = "any"
    filtering: bool = field(default=False)
    level: int = 0

    def refuse(self, message: str, mend: str = "", code: str = "dmn_refused") -> PolicyError:
        """Give an error at this place."""
        return PolicyError(code, message, where=self.where, mend=mend)

    def at(self, place: str) -> Boxes:
        """Give a reader of a part of this place."""
        return replace(self, where=f"{self.where}, {place}", kind="any", owner=place)

    def with_names(self, names: Mapping[str, k.Kind]) -> Boxes:
        """Give a reader that knows more names."""
        return replace(self, env={**self.env, **names})

    def of(self, parent: ET.Element | None, what: str) -> n.Node:
        """Read the one expression below an element; raises PolicyError if there is none."""
        found = None if parent is None else next((one for one in parent if local(one) in BOXES), None)
        if found is None:
            raise self.refuse(f"{what} has no expression.", code="dmn_syntax")
        return self.node(found)

    def node(self, element: ET.Element) -> n.Node:
        """Read an expression; raises PolicyError `feel_too_large` where boxes nest too deep."""
        if self.level > MAX_NESTING:
            raise self.refuse(f"Boxes are nested deeper than {MAX_NESTING}.", code="feel_too_large")
        found = _READERS[local(element)](replace(self, level=self.level + 1), element)
        return found if local(element) == "functionDefinition" else self.declared(found, element)

    def declared(self, found: n.Node, element: ET.Element | None) -> n.Node:
        """Give an expression with the type that its element declares, where it declares one of its own."""
        kind = "any" if element is None else self.types.of(element.get("typeRef")).kind
        told = kind == "any" or (isinstance(found, n.Table) and kind == self.kind)
        return found if told else n.Declared(found, kind)

    def text(self, text: str) -> n.Node:
        """Read FEEL."""
        known: Mapping[str, k.Kind] = self.env
        if self.filtering:
            known = {**dict.fromkeys(self.members, "any"), **self.env}
        return feel.parse_expression(text, known, self.where, self.members)


def _literal(boxes: Boxes, element: ET.Element) -> n.Node:
    language = element.get("expressionLanguage", "")
    if language and "feel" not in language.lower():
        raise boxes.refuse(f"The expression is in `{language}`, not in FEEL.", "Write it in FEEL.")
    if child(element, "importedValues") is not None:
        raise boxes.refuse("Imported values (`importedValues`) are refused.", "Write the values here.")
    text = text_of(element)
    if not text:
        raise boxes.refuse("The expression is empty.", "Write null if nothing is meant.", "dmn_syntax")
    return boxes.text(text)


def _table(boxes: Boxes, element: ET.Element) -> n.Node:
    table = table_of(element, boxes.owner, boxes.kind, boxes.types, boxes.where)
    return n.Table(replace(table, sha256=boxes.sha256))


def _context(boxes: Boxes, element: ET.Element) -> n.Node:
    entries: list[n.Entry] = []
    inner = boxes
    for position, part in enumerate(children(element, "contextEntry"), 1):
        variable = child(part, "variable")
        name = "" if variable is None else variable.get("name", "")
        kind = "any" if variable is None else boxes.types.of(variable.get("typeRef")).kind
        place = replace(inner.at(f"entry {name or position}"), kind=kind, owner=name or boxes.owner)
        entries.append(n.Entry(name, place.of(part, "The entry"), kind))
        inner = inner.with_names({name: kind} if name else {})
    names = [entry.name for entry in entries]
    if len(set(names)) < len(names) or "" in names[:-1]:
        raise boxes.refuse("A context has two entries of one name, or an answer before its end.")
    return n.Context(tuple(entries))


def _invocation(boxes: Boxes, element: ET.Element) -> n.Node:
    called = boxes.of(element, "The invocation")
    arguments = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        name = "" if parameter is None else parameter.get("name", "")
        arguments.append(n.Argument(name, boxes.at(f"binding {name}").of(binding, "The binding")))
    if isinstance(called, n.Name):
        return n.Call(called.text, tuple(arguments))
    return n.Invoke(called, tuple(arguments))


def _list(boxes: Boxes, element: ET.Element) -> n.Node:
    parts = [one for one in element if local(one) in BOXES]
    return n.ListOf(tuple(boxes.at(f"item {i}").node(part) for i, part in enumerate(parts, 1)))


def _relation(boxes: Boxes, element: ET.Element) -> n.Node:
    columns = children(element, "column")
    _refuse_doubles(boxes, "columns", columns)
    rows = []
    for i, row in enumerate(children(element, "row"), 1):
        cells = [one for one in row if local(one) in BOXES]
        if len(cells) != len(columns):
            raise boxes.refuse(f"Row {i} has {len(cells)} cells, the relation {len(columns)} columns.")
        entries = []
        for column, cell in zip(columns, cells, strict=True):
            name, kind = column.get("name", ""), boxes.types.of(column.get("typeRef")).kind
            entries.append(n.Entry(name, boxes.at(f"row {i}, column {name}").node(cell), kind))
        rows.append(n.Context(tuple(entries)))
    return n.ListOf(tuple(rows))


def _refuse_doubles(boxes: Boxes, what: str, elements: Sequence[ET.Element]) -> None:
    names = [one.get("name", "") for one in elements]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise boxes.refuse(f"Two {what} are called `{double}`.", code="dmn_syntax")


def function(boxes: Boxes, element: ET.Element) -> n.Function:
    """Read a function definition, or the logic of a business knowledge model.

    Raises:
        PolicyError: for a function that is not written in FEEL, or has no body.
    """
    language = element.get("kind", "FEEL").upper()
    if language not in ("FEEL", "F"):
        raise boxes.refuse(
            f"A function of kind {language} runs code of another system.",
            "Write it in FEEL, or make it a fact.",
        )
    parameters = tuple(
        n.Parameter(one.get("name", ""), boxes.types.of(one.get("typeRef")).kind)
        for one in children(element, "formalParameter")
    )
    _refuse_doubles(boxes, "parameters", children(element, "formalParameter"))
    inner = boxes.with_names({one.name: one.kind for one in parameters})
    body = inner.of(element, "The function")
    return n.Function(parameters, body if boxes.kind == "any" else n.Declared(body, boxes.kind))


def _conditional(boxes: Boxes, element: ET.Element) -> n.Node:
    condition, yes, no = (
        boxes.at(part).of(child(element, part), f"`{part}`") for part in ("if", "then", "else")
    )
    return n.If(condition, yes, no)


def _filter(boxes: Boxes, element: ET.Element) -> n.Node:
    inner = replace(boxes.at("match").with_names({"item": "any"}), filtering=True)
    return n.Filter(_source(boxes, element), inner.of(child(element, "match"), "`match`"))


def _source(boxes: Boxes, element: ET.Element) -> n.Node:
    found = child(element, "in")
    return boxes.declared(boxes.at("in").of(found, "`in`"), found)


def _iterator(boxes: Boxes, element: ET.Element) -> n.Node:
    kind, name = local(element), element.get("iteratorVariable", "item")
    source = _source(boxes, element)
    last = "return" if kind == "for" else "satisfies"
    extra = {name: "any", "partial": "any"} if kind == "for" else {name: "any"}
    body = boxes.at(last).with_names(extra).of(child(element, last), f"`{last}`")
    bindings = (n.Binding(name, source),)
    return n.For(bindings, body) if kind == "for" else n.Quantified(kind, bindings, body)


_READERS: dict[str, Callable[[Boxes, ET.Element], n.Node]] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "list": _list,
    "relation": _relation,
    "functionDefinition": lambda boxes, element: function(replace(boxes, kind="any"), element),
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "some": _iterator,
    "every": _iterator,
}

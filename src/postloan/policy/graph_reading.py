"""The graph of a DMN model, read from its XML: what requires what, with cycles and imports refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

from postloan.errors import PolicyError
from postloan.policy import boxed
from postloan.policy.dmn import parse_xml
from postloan.policy.feel import kinds as k
from postloan.policy.feel import nodes as n
from postloan.policy.graph import Decision, InputData, Knowledge, Model, Service
from postloan.policy.item_definitions import ItemKinds
from postloan.policy.xml_reading import child, children, local, targets

_NAMED = ("inputData", "decision", "businessKnowledgeModel", "decisionService")
_VALUES = ("inputData", "decision")
_TARGETS: Mapping[str, tuple[str, ...]] = {
    "requiredInput": _VALUES,
    "requiredDecision": _VALUES,
    "requiredKnowledge": ("businessKnowledgeModel", "decisionService"),
    "outputDecision": ("decision",),
    "encapsulatedDecision": ("decision",),
    "inputDecision": ("decision",),
    "inputData": ("inputData",),
}
_ENTRIES = ("itemComponent", "column", "output", "formalParameter", "variable")


class GraphReader:
    """Reads one file."""

    def __init__(self, data: bytes, where: str) -> None:
        """Take the file's bytes and name; raises PolicyError if they are no DMN model."""
        self.data = data
        self.where = where
        self.root = parse_xml(data, where)
        self.sha256 = hashlib.sha256(data).hexdigest()
        if local(self.root) != "definitions":
            raise self.error("dmn_syntax", f"The root is `{local(self.root)}`, not `definitions`.")
        self.types = ItemKinds(self.root, where)
        self.elements = self.identified()
        self.members = frozenset(
            one.get("name", "") for one in self.root.iter() if local(one) in _ENTRIES and one.get("name")
        )
        self.env: dict[str, k.Kind] = {}

    def error(self, code: str, message: str, place: str = "", mend: str = "") -> PolicyError:
        """Give an error in this file."""
        return PolicyError(code, message, where=", ".join(filter(None, (self.where, place))), mend=mend)

    def model(self) -> Model:
        """Read everything but the logic, which is read when it is asked for."""
        self.refuse_imports()
        inputs = self.named("inputData", self.input)
        services = self.named("decisionService", self.service)
        knowledge = self.named("businessKnowledgeModel", self.knowledge)
        decisions = self.named("decision", self.decision)
        self.refuse_doubles(inputs, decisions, knowledge, services)
        _refuse_cycles(self, {name: one.requires for name, one in decisions.items()}, "decisions require")
        calls = {name: one.knows for name, one in knowledge.items()}
        within = {
            name: tuple(known for part in _inside(one, decisions) for known in decisions[part].knows)
            for name, one in services.items()
        }
        _refuse_cycles(self, {**calls, **within}, "functions call")
        everything = (*inputs.values(), *decisions.values(), *knowledge.values(), *services.values())
        self.env = {one.name: one.kind for one in everything}
        return Model(
            self.root.get("name", ""),
            self.sha256,
            self.data,
            inputs,
            decisions,
            knowledge,
            services,
            self.types.kinds(),
            self.where,
        )

    def identified(self) -> dict[str, ET.Element]:
        """Give the parts that others refer to, by their ids; raises PolicyError if two have one."""
        found: dict[str, ET.Element] = {}
        for one in self.root:
            identity = one.get("id", "")
            if local(one) not in _NAMED or not identity:
                continue
            if identity in found:
                names = f"`{found[identity].get('name', '')}` and `{one.get('name', '')}`"
                raise self.error(
                    "dmn_syntax", f"{names} have one id, `{identity}`.", mend="Give each its own."
                )
            found[identity] = one
        return found

    def refuse_imports(self) -> None:
        """Refuse a model that needs others, or is in another language."""
        for one in children(self.root, "import"):
            name = one.get("name") or one.get("namespace", "")
            raise self.error(
                "dmn_refused",
                f"The model imports `{name}`; a model here stands by itself.",
                mend="Copy what it needs into this file.",
            )
        language = self.root.get("expressionLanguage", "")
        if language and "feel" not in language.lower():
            raise self.error("dmn_refused", f"The model is in `{language}`, not in FEEL.")

    def named(self, tag: str, read: Callable[[ET.Element, str], Any]) -> dict[str, Any]:
        """Read all elements of a tag, by their names."""
        found: dict[str, Any] = {}
        for element in children(self.root, tag):
            variable = child(element, "variable")
            own = "" if variable is None else variable.get("name", "")
            name = (element.get("name") or own or "").strip()
            if not name or name in found:
                what = "have no name" if not name else f"are called `{name}`"
                raise self.error("dmn_syntax", f"Two elements `{tag}` or one {what}.")
            found[name] = read(element, name)
        return found

    def refuse_doubles(self, *kinds: Mapping[str, object]) -> None:
        """Refuse two parts of one name."""
        names = [name for kind in kinds for name in kind]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise self.error("dmn_syntax", f"Two parts of the model are called {', '.join(double)}.")

    # Parts --------------------------------------------------------------------------------------------

    def input(self, element: ET.Element, name: str) -> InputData:
        """Read an input."""
        kind = self.types.of(_type_of(element))
        return InputData(name, kind.kind, kind.allowed)

    def decision(self, element: ET.Element, name: str) -> Decision:
        """Read a decision without its logic."""
        place = f"{self.where}, decision {name}" if self.where else f"decision {name}"
        requires = self.required(
            element, "informationRequirement", ("requiredInput", "requiredDecision"), place
        )
        knows = self.required(element, "knowledgeRequirement", ("requiredKnowledge",), place)
        item = self.types.of(_type_of(element))
        read = partial(self.logic, element, name, item.kind, (*requires, *knows), place)
        return Decision(element.get("id", name), name, item.kind, requires, knows, place, read, item.allowed)

    def knowledge(self, element: ET.Element, name: str) -> Knowledge:
        """Read a business knowledge model without its logic."""
        place = f"{self.where}, function {name}" if self.where else f"function {name}"
        knows = self.required(element, "knowledgeRequirement", ("requiredKnowledge",), place)
        kind = self.types.of(_type_of(element)).answer
        read = partial(self.function, element, name, kind, knows, place)
        return Knowledge(element.get("id", name), name, k.FUNCTION, knows, place, read)

    def service(self, element: ET.Element, name: str) -> Service:
        """Read a decision service."""
        place = f"{self.where}, service {name}" if self.where else f"service {name}"
        outputs, encapsulated, decisions, inputs = (
            tuple(self.target(href, place, _TARGETS[tag]) for href in targets(element, tag))
            for tag in ("outputDecision", "encapsulatedDecision", "inputDecision", "inputData")
        )
        if not outputs:
            raise PolicyError("dmn_syntax", "The service has no output decision.", where=place)
        identity, result = element.get("id", name), self.types.of(_type_of(element)).answer
        return Service(identity, name, k.FUNCTION, outputs, encapsulated, decisions, inputs, place, result)

    def required(self, element: ET.Element, tag: str, kinds: Iterable[str], place: str) -> tuple[str, ...]:
        """Give the names of what an element requires, in order."""
        found = (
            self.target(href, place, _TARGETS[kind])
            for requirement in children(element, tag)
            for kind in kinds
            for href in targets(requirement, kind)
        )
        return tuple(dict.fromkeys(found))

    def target(self, href: str, place: str, tags: Collection[str]) -> str:
        """Give the name of what a reference means; raises PolicyError if it is none of these elements."""
        model, _, identity = href.rpartition("#")
        element = self.elements.get(identity) if model in ("", self.root.get("namespace")) else None
        here = place.removeprefix(f"{self.where}, ")
        if element is None:
            mend = "Add what is missing, or remove the requirement."
            raise self.error("dmn_reference", f"`{href}` is required but is not in the file.", here, mend)
        if local(element) not in tags:
            told = f"`{element.get('name', '')}` is a {local(element)}; {' or '.join(tags)} is asked for."
            raise self.error("dmn_reference", told, here, "Require it as what it is.")
        return element.get("name", "").strip()

    # Logic --------------------------------------------------------------------------------------------

    def boxes(self, names: Iterable[str], owner: str, kind: k.Kind, place: str) -> boxed.Boxes:
        """Give a reader of expressions that may read such names."""
        env = {name: self.env.get(name, "any") for name in names}
        return boxed.Boxes(self.types, env, self.members, place, self.sha256, owner, kind)

    def logic(
        self, element: ET.Element, name: str, kind: k.Kind, names: Iterable[str], place: str
    ) -> n.Node | None:
        """Read a decision's logic; None if it has none."""
        found = [one for one in element if local(one) in boxed.BOXES]
        if len(found) > 1:
            raise PolicyError("dmn_syntax", "The decision has two expressions.", where=place)
        return self.boxes(names, name, kind, place).node(found[0]) if found else None

    def function(
        self, element: ET.Element, name: str, kind: k.Kind, names: Iterable[str], place: str
    ) -> n.Function:
        """Read the logic of a business knowledge model."""
        logic = child(element, "encapsulatedLogic")
        if logic is None:
            raise PolicyError("dmn_syntax", "The function has no logic.", where=place)
        return boxed.function(self.boxes(names, name, kind, place), logic)


def _type_of(element: ET.Element) -> str | None:
    variable = child(element, "variable")
    return None if variable is None else variable.get("typeRef")


def _inside(service: Service, decisions: Mapping[str, Decision]) -> set[str]:
    """Give the decisions that a service works out itself."""
    found: set[str] = set()
    waiting = [*service.outputs, *service.encapsulated]
    while waiting:
        name = waiting.pop()
        if name in decisions and name not in found and name not in service.input_decisions:
            found.add(name)
            waiting += decisions[name].requires
    return found


def _refuse_cycles(reader: GraphReader, edges: Mapping[str, Iterable[str]], what: str) -> None:
    """Refuse a graph in which something leads back to itself; walks without recursion."""
    done: set[str] = set()
    for start in edges:
        path: list[str] = [start]
        waiting = [iter(edges[start])]
        while waiting:
            following = next((one for one in waiting[-1] if one in edges and one not in done), None)
            if following is None:
                done.add(path.pop())
                waiting.pop()
            elif following in path:
                circle = " → ".join([*path[path.index(following) :], following])
                raise reader.error("dmn_cycle", f"These {what} each other in a circle: {circle}.")
            else:
                path.append(following)
                waiting.append(iter(edges[following]))
